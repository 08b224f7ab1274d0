//! The parts of a filter box: toggles and small buttons with an icon.

use egui::accesskit::Role;
use egui::{
    Color32, FontFamily, FontId, Id, PointerButton, PopupCloseBehavior, Pos2, Rect, Response, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::filter::Mode;
use crate::ui::arrow_keys::{self, Axis};
use crate::ui::fonts;
use crate::ui::hover;
use crate::ui::icons::{self, Icon};
use crate::ui::menu;
use crate::ui::tokens::{self, palette};
use crate::ui::tooltip::ResponseExt as _;

/// Space at both ends of a toggle.
const PADDING: f32 = tokens::UNIT;
/// Space between two toggles.
const GAP: f32 = 2.0;

/// A toggle of a filter.
#[derive(Clone, Copy)]
pub(super) struct Toggle {
    pub(super) text: &'static str,
    name: &'static str,
    tooltip: &'static str,
    is_on: fn(Mode) -> bool,
    toggled: fn(Mode) -> Mode,
}

/// The toggles of a filter. All off is what the gateway does.
pub(super) const TOGGLES: [Toggle; 3] = [
    Toggle {
        text: "part",
        name: "Match part of the value",
        tooltip: "Match part of the value\nThe gateway matches the whole value",
        is_on: |mode| mode.contains,
        toggled: |mode| Mode { contains: !mode.contains, ..mode },
    },
    Toggle {
        text: "A=a",
        name: "Ignore case",
        tooltip: "Ignore case\nThe gateway matches case",
        is_on: |mode| mode.ignore_case,
        toggled: |mode| Mode { ignore_case: !mode.ignore_case, ..mode },
    },
    Toggle {
        text: "not",
        name: "Exclude matches",
        tooltip: "Exclude matches\nShows the sessions that don't match",
        is_on: |mode| mode.invert,
        toggled: |mode| Mode { invert: !mode.invert, ..mode },
    },
];

fn font() -> FontId {
    FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional)
}

fn width(ui: &Ui, text: &str) -> f32 {
    let galley = fonts::line(ui.painter(), text, font(), palette(ui.visuals()).text);
    (galley.size().x + 2.0 * PADDING).max(tokens::TOGGLE_SIZE)
}

/// Returns the width of all toggles.
pub(super) fn total_width(ui: &Ui) -> f32 {
    let widths: f32 = TOGGLES.iter().map(|toggle| width(ui, toggle.text)).sum();
    widths + 2.0 * GAP
}

/// Returns the IDs of the toggles of a box.
pub(super) fn ids(filter: Id) -> [Id; 4] {
    ["part", "A=a", "not", "fold"].map(|name| filter.with(name))
}

/// Draws the toggles from `left` on. Returns the mode once one was clicked. They are there for the keyboard and screen readers
/// where they aren't visible.
pub(super) fn show(ui: &Ui, filter: Id, left: Pos2, mode: Mode, is_visible: bool) -> Option<Mode> {
    let mut chosen = None;
    let mut x = left.x;
    for toggle in TOGGLES {
        let size = vec2(width(ui, toggle.text), tokens::TOGGLE_SIZE);
        let rect = Rect::from_center_size(pos2(x + size.x / 2.0, left.y), size);
        x += size.x + GAP;
        let is_on = (toggle.is_on)(mode);
        let response = ui.interact(rect, filter.with(toggle.text), Sense::click());
        arrow_keys::join(ui, filter, Axis::Horizontal, &response);
        response.widget_info(|| WidgetInfo::selected(Role::Button, response.enabled(), is_on, toggle.name));
        if is_visible || is_on || response.has_focus() {
            paint(ui, rect, &response, is_on);
            let p = palette(ui.visuals());
            let color = if is_on { p.text } else { hover::color(&response, p.secondary, p.text) };
            let galley = fonts::line(ui.painter(), toggle.text, font(), color);
            ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
        }
        let response = response.tooltip(toggle.tooltip);
        if response.clicked() {
            chosen = Some((toggle.toggled)(mode));
            keep_focus(ui, filter, &response);
        }
    }
    chosen
}

/// Keeps the keyboard focus in the text box after a click on something that belongs to it. The keyboard stays on a toggle.
fn keep_focus(ui: &Ui, filter: Id, clicked: &Response) {
    if clicked.clicked_by(PointerButton::Primary) {
        ui.memory_mut(|memory| memory.request_focus(filter));
    }
}

/// Draws the button that has the toggles in its menu. Returns the mode once one was clicked.
pub(super) fn show_as_menu(ui: &Ui, filter: Id, rect: Rect, mode: Mode, is_visible: bool) -> Option<Mode> {
    let mut chosen = None;
    let is_on = mode != Mode::default();
    let response = ui.interact(rect, filter.with("fold"), Sense::click());
    let lit: Vec<&str> =
        TOGGLES.iter().filter(|toggle| (toggle.is_on)(mode)).map(|toggle| toggle.name).collect();
    let name =
        if is_on { format!("Filter options: {}", lit.join(", ")) } else { "Filter options".to_owned() };
    response.widget_info(|| WidgetInfo::selected(Role::Button, response.enabled(), is_on, &name));
    if is_visible || is_on || response.has_focus() {
        paint(ui, rect, &response, is_on);
        let p = palette(ui.visuals());
        let color = if is_on { p.link } else { hover::color(&response, p.secondary, p.text) };
        icons::SLIDERS_HORIZONTAL.paint(ui.painter(), rect.center(), tokens::ICON_SMALL, color);
    }
    let popup = menu::popup(&response);
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        menu::start(ui, 0.0);
        for toggle in TOGGLES {
            let item = menu::Item::new(toggle.name).shortcut(toggle.text).check((toggle.is_on)(mode));
            let item = ui.add(item).tooltip_beside(toggle.tooltip);
            if item.clicked() {
                chosen = Some((toggle.toggled)(mode));
                keep_focus(ui, filter, &item);
            }
        }
    });
    response.tooltip("Filter options");
    chosen
}

fn paint(ui: &Ui, rect: Rect, response: &Response, is_on: bool) {
    let p = palette(ui.visuals());
    let painter = ui.painter();
    if is_on {
        let stroke = Stroke::new(tokens::LINE, p.link);
        painter.rect(rect, tokens::RADIUS_SMALL, p.selection, stroke, StrokeKind::Inside);
    } else {
        let background = hover::background(response, p, Color32::TRANSPARENT);
        painter.rect_filled(rect, tokens::RADIUS_SMALL, background);
    }
    if response.has_focus() {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
        painter.rect_stroke(rect, tokens::RADIUS_SMALL, stroke, StrokeKind::Inside);
    }
}

/// Draws a button with an icon only.
pub(super) fn icon_button(ui: &Ui, id: Id, rect: Rect, icon: Icon, icon_size: f32, name: &str) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, response.enabled(), name));
    paint(ui, rect, &response, false);
    let p = palette(ui.visuals());
    let color = if response.enabled() { hover::color(&response, p.secondary, p.text) } else { p.disabled };
    icon.paint(ui.painter(), rect.center(), icon_size, color);
    response
}
