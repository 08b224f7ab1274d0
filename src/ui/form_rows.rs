//! The parts of forms and of the pages of the settings: titles of groups, rows of a label and a control, remarks, links.

use egui::accesskit::Role;
use egui::{
    Align, Align2, FontFamily, FontId, Label, Layout, Response, Sense, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::tokens::{self, palette};
use super::{fonts, small_text, theme};

/// Draws the title of the rows below.
pub(super) fn group(ui: &mut Ui, text: &str) {
    let p = palette(ui.visuals());
    let size = vec2(ui.available_width(), theme::GROUP_TITLE_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
    let at = pos2(rect.left(), rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, font, p.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
}

/// Draws the space between two groups.
pub(super) fn space(ui: &mut Ui) {
    ui.add_space(2.0 * tokens::UNIT);
}

/// Draws the space between two fields of a form.
pub(super) fn gap(ui: &mut Ui) {
    ui.add_space(3.0 * tokens::UNIT);
}

/// Draws the title of the fields of a form that are below.
pub(super) fn section(ui: &mut Ui, title: &str) {
    gap(ui);
    space(ui);
    group(ui, title);
    ui.add_space(tokens::UNIT);
}

/// Draws a label and a control beside it, or below it in a narrow dialog.
pub(super) fn row(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    if width < theme::SETTINGS_ROW_MIN_WIDTH {
        label_ui(ui, label, vec2(width, tokens::LINE_BODY));
        ui.horizontal_wrapped(control);
        space(ui);
        return;
    }
    let size = vec2(width, theme::SETTINGS_ROW_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.set_min_height(size.y);
        label_ui(ui, label, vec2(theme::SETTINGS_LABEL, size.y));
        ui.add_space(4.0 * tokens::UNIT);
        ui.spacing_mut().item_spacing.x = 3.0 * tokens::UNIT;
        control(ui);
    });
}

/// Draws a control of a [`row`] with its error below it. The control is level with the label.
pub(super) fn control_with_error(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.add_space(((ui.max_rect().height() - tokens::CONTROL_HEIGHT) / 2.0).max(0.0));
        contents(ui);
    });
}

/// Paints a label. The control repeats it in its accessible name.
fn label_ui(ui: &mut Ui, text: &str, size: Vec2) {
    let p = palette(ui.visuals());
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, text, font, p.text);
}

/// Draws a remark beside a control.
pub(super) fn remark(ui: &mut Ui, text: &str) -> Response {
    let color = palette(ui.visuals()).secondary;
    let label = Label::new(small_text::text(text, color));
    // In a narrow dialog it goes below the control as a whole.
    ui.add(if ui.layout().main_wrap() { label.extend() } else { label.wrap() })
}

/// Returns the width of a link or a remark.
pub(super) fn small_text_width(ui: &Ui, text: &str) -> f32 {
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    ui.painter().layout_no_wrap(text.to_owned(), font, egui::Color32::PLACEHOLDER).size().x
}
