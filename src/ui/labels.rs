//! Labels in the colour of a severity.

use egui::{Label, Response, RichText, Ui};

use super::theme::{self, Severity};

/// Draws a wrapped label in the colour of a severity.
pub(super) fn severity_label(ui: &mut Ui, severity: Severity, text: &str) -> Response {
    let colour = theme::colour(ui.visuals(), severity);
    ui.add(Label::new(RichText::new(text).color(colour)).wrap())
}
