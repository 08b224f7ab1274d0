//! Small text below controls, in forms and in details, and links of the same size.

use egui::accesskit::Role;
use egui::{Color32, CursorIcon, Label, Response, RichText, Sense, Ui, WidgetInfo};

use super::button;
use super::tokens::{self, palette};

/// Returns small text with its line height.
pub(super) fn text(text: &str, color: Color32) -> RichText {
    let line_height = Some(tokens::LINE_SECONDARY);
    RichText::new(text).size(tokens::TYPE_SECONDARY).line_height(line_height).color(color)
}

/// Draws a remark on lines of its own.
pub(super) fn note(ui: &mut Ui, remark: &str) {
    let color = palette(ui.visuals()).secondary;
    ui.add(Label::new(text(remark, color)).wrap());
}

/// Draws a link. `name` is its accessible name.
pub(super) fn link(ui: &mut Ui, label: &str, name: &str) -> Response {
    let color = palette(ui.visuals()).link;
    let link = ui.add(Label::new(text(label, color)).sense(Sense::click()));
    link.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if link.has_focus() {
        button::paint_focus(ui, link.rect.expand(tokens::FOCUS_WIDTH), false);
    }
    link.on_hover_cursor(CursorIcon::PointingHand)
}
