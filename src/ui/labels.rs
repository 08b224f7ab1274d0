//! Labels with an error.

use egui::{Label, Response, RichText, Ui};

use super::tokens::palette;

/// Draws a wrapped label in the color of errors.
pub(super) fn error(ui: &mut Ui, text: &str) -> Response {
    let color = palette(ui.visuals()).error;
    ui.add(Label::new(RichText::new(text).color(color)).wrap())
}
