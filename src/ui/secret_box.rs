//! Helpers for text boxes with a password or token.

use egui::text_edit::TextEditState;
use egui::{Id, Ui};

use super::labels;
use super::theme::Severity;

/// Clears the undo history, so that undo can't restore a secret.
pub(super) fn forget_undo(ui: &Ui, id: Id) {
    if let Some(mut state) = TextEditState::load(ui.ctx(), id) {
        state.clear_undoer();
        state.store(ui.ctx(), id);
    }
}

/// Warns that a secret is sent without encryption.
pub(super) fn unencrypted_warning(ui: &mut Ui) {
    let text = "▲ Sent unencrypted over http. Use https";
    labels::severity_label(ui, Severity::Warning, text);
}
