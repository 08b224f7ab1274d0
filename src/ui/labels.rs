//! Labels that show a severity.

use egui::{Label, Response, RichText, Ui};

use super::theme::{self, Severity};

/// Draws a wrapped label in the color of a severity.
pub(super) fn severity_label(ui: &mut Ui, severity: Severity, text: &str) -> Response {
    let color = theme::severity_color(ui.visuals(), severity);
    ui.add(Label::new(RichText::new(text).color(color)).wrap())
}
