//! Text that is hidden from screen readers, because another widget's accessible name contains it.

use egui::{Color32, FontId, Sense, Ui, Vec2, pos2, vec2};

use super::fonts;
use super::tokens;

/// Paints a small text.
pub(super) fn small_text(ui: &mut Ui, text: &str, color: Color32) {
    paint(ui, text, FontId::proportional(tokens::TYPE_SECONDARY), color, Vec2::ZERO);
}

/// Paints a text in a line of this height.
pub(super) fn line(ui: &mut Ui, text: &str, font: FontId, color: Color32, height: f32) {
    paint(ui, text, font, color, vec2(0.0, height));
}

/// Paints a text in a line of this height, or in several if it is too long.
pub(super) fn title(ui: &mut Ui, text: &str, font: FontId, color: Color32, height: f32) {
    let galley = ui.painter().layout(text.to_owned(), font.clone(), color, ui.available_width());
    if galley.rows.len() <= 1 {
        return line(ui, text, font, color, height);
    }
    let (rect, _) = ui.allocate_exact_size(galley.size(), Sense::hover());
    ui.painter().galley(rect.min, galley, color);
}

fn paint(ui: &mut Ui, text: &str, font: FontId, color: Color32, min_size: Vec2) {
    let galley = fonts::line(ui.painter(), text, font, color);
    let size = galley.size().max(min_size);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(rect.left(), top), galley, color);
}
