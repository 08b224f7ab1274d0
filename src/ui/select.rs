//! A box that shows a value and opens a menu of others.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{FontFamily, FontId, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::icons;
use super::menu::{self, Item};
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;

/// Draws the box. `name` is what is chosen. Returns the value that was clicked in the menu.
pub(super) fn show<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    width: f32,
    current: T,
    text: impl Fn(T) -> String,
    choices: impl IntoIterator<Item = T>,
) -> Option<T> {
    show_explained(ui, name, width, current, text, |_| "", choices)
}

/// Draws a box whose values are explained under the pointer by `hint`.
pub(super) fn show_explained<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    width: f32,
    current: T,
    text: impl Fn(T) -> String,
    hint: impl Fn(T) -> &'static str,
    choices: impl IntoIterator<Item = T>,
) -> Option<T> {
    let p = palette(ui.visuals());
    let (rect, response) = ui.allocate_exact_size(vec2(width, tokens::CONTROL_HEIGHT), Sense::click());
    let shown = text(current);
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, ui.is_enabled(), name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(&*shown));
    let painter = ui.painter();
    let border = if response.hovered() { p.control_border_hover } else { p.control_border };
    let line = Stroke::new(tokens::LINE, border);
    painter.rect(rect, tokens::RADIUS_CONTROL, p.input, line, StrokeKind::Inside);
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    let left = rect.left() + theme::SELECT_LEFT;
    let mut job = LayoutJob::simple_singleline(shown, font, p.text);
    let arrow = tokens::ICON_SMALL + 4.0 * tokens::UNIT;
    job.wrap = TextWrapping::truncate_at_width(rect.right() - arrow - left);
    let galley = painter.layout_job(job);
    painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, p.text);
    let right = pos2(rect.right() - 2.0 * tokens::UNIT - tokens::ICON_SMALL / 2.0, rect.center().y);
    icons::CHEVRON_DOWN.paint(painter, right, tokens::ICON_SMALL, p.secondary);
    if response.has_focus() {
        let focus = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
        painter.rect_stroke(rect, tokens::RADIUS_CONTROL, focus, StrokeKind::Inside);
    }
    let mut clicked = None;
    menu::popup(&response).show(|ui| {
        menu::start(ui, width - 2.0 * f32::from(theme::MENU_MARGIN));
        for choice in choices {
            let item = ui.add(Item::new(text(choice)).radio(choice == current));
            let hint = hint(choice);
            let item = if hint.is_empty() { item } else { item.tooltip_beside(hint) };
            if item.clicked() {
                clicked = Some(choice);
            }
        }
    });
    clicked
}
