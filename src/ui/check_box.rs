//! A check box.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::button;
use super::hover;
use super::menu;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;

/// Draws a check box. A click changes the value. A label that is too long is cut off, and in the tooltip.
pub(super) fn show(ui: &mut Ui, value: &mut bool, label: &str) -> Response {
    show_about(ui, value, label, "")
}

/// Draws a check box like [`show`], with a tooltip.
pub(super) fn show_about(ui: &mut Ui, value: &mut bool, label: &str, about: &str) -> Response {
    let p = palette(ui.visuals());
    let font = FontId::proportional(tokens::TYPE_BODY);
    let gap = 2.0 * tokens::UNIT;
    let mut job = LayoutJob::simple_singleline(label.to_owned(), font, Color32::PLACEHOLDER);
    job.wrap = TextWrapping::truncate_at_width((ui.available_width() - tokens::ICON - gap).max(0.0));
    let galley = ui.painter().layout_job(job);
    let size = vec2(tokens::ICON + gap + galley.size().x, tokens::CONTROL_HEIGHT);
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *value = !*value;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *value, label));
    let corner = pos2(rect.left(), rect.center().y - tokens::ICON / 2.0);
    let square = Rect::from_min_size(corner, vec2(tokens::ICON, tokens::ICON));
    let border = hover::color(&response, p.control_border, p.control_border_hover);
    let (background, border) = if *value { (p.accent, p.accent) } else { (p.input, border) };
    let stroke = Stroke::new(tokens::LINE, border);
    ui.painter().rect(square, tokens::RADIUS_SMALL, background, stroke, StrokeKind::Inside);
    if *value {
        menu::paint_check(ui.painter(), square.center(), tokens::ICON_TINY, p.on_accent);
    }
    let is_cut = galley.elided;
    let at = pos2(rect.left() + tokens::ICON + gap, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, p.text);
    if response.has_focus() {
        button::paint_focus(ui, square, *value);
    }
    match (is_cut, about.is_empty()) {
        (false, _) => response.tooltip(about),
        (true, true) => response.tooltip(label),
        (true, false) => response.tooltip(format!("{label}\n{about}")),
    }
}
