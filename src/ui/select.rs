//! A box that shows a value and opens a menu of others.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    EventFilter, FontFamily, FontId, Key, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::focus_request;
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
    let popup = menu::popup(&response);
    if response.clicked() && !popup.is_open() && !ui.input(|input| input.pointer.any_click()) {
        focus_request::request(ui.ctx(), response.id);
    }
    let mut clicked = None;
    popup.show(|ui| {
        menu::start(ui, width - 2.0 * f32::from(theme::MENU_MARGIN));
        let choices: Vec<T> = choices.into_iter().collect();
        // The current value may be none of them.
        let first = choices.iter().position(|choice| *choice == current).unwrap_or_default();
        let takes_focus = focus_request::take(ui, response.id);
        let mut items = Vec::new();
        for (index, choice) in choices.into_iter().enumerate() {
            let item = ui.add(Item::new(text(choice)).radio(choice == current));
            let hint = hint(choice);
            let item = if hint.is_empty() { item } else { item.tooltip_beside(hint) };
            if item.clicked() {
                clicked = Some(choice);
                if item.has_focus() {
                    response.request_focus();
                }
            }
            if takes_focus && index == first {
                item.request_focus();
            }
            items.push(item);
        }
        move_focus(ui, &items);
    });
    clicked
}

/// Moves the keyboard focus up or down between the items of the menu.
fn move_focus(ui: &Ui, items: &[Response]) {
    let Some(index) = items.iter().position(Response::has_focus) else {
        return;
    };
    let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(items[index].id, filter));
    let [up, down] = [Key::ArrowUp, Key::ArrowDown].map(|key| ui.input(|input| input.num_presses(key)));
    let to = (index + down).min(items.len() - 1).saturating_sub(up);
    if to != index {
        items[to].request_focus();
        items[to].scroll_to_me(None);
    }
}
