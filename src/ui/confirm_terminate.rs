//! The dialog that confirms the termination of a session.

use egui::{Grid, Id, Label, Modal, RichText, TextEdit, Ui};

use super::button::Button;
use super::command::Command;
use super::model::TerminateTarget;
use super::theme;
use crate::sanitize::sanitize;

/// The longest message to a user, in characters.
const MAX_MESSAGE_CHARS: usize = 500;

/// Draws the dialog. `message` is the draft of a message to the user of the session.
pub(super) fn show(ui: &Ui, session: &TerminateTarget, message: &mut String, commands: &mut Vec<Command>) {
    let dialog = Modal::new(Id::unique("terminate")).show(ui.ctx(), |ui| {
        ui.set_max_width(theme::DIALOG_WIDTH);
        ui.label(RichText::new(format!("Terminate this {} session?", session.kind)).strong());
        ui.add_space(4.0);
        Grid::new("terminate target").num_columns(2).show(ui, |ui| {
            let TerminateTarget { node, user, project, address, id, .. } = session;
            for (title, value) in [
                ("Username", or_null(user.as_deref())),
                ("Project", or_null(project.as_deref())),
                ("Address", or_null(address.as_deref())),
                ("Client ID", id),
                ("Gateway", &node.to_string()),
            ] {
                ui.label(title);
                ui.add(Label::new(sanitize(value)).wrap());
                ui.end_row();
            }
        });
        ui.add_space(4.0);
        ui.label("Unsaved work in this session will be lost");
        ui.add_space(4.0);
        if session.has_message() {
            let edit = TextEdit::singleline(message)
                .hint_text("Message to the user (optional)")
                .char_limit(MAX_MESSAGE_CHARS)
                .desired_width(f32::INFINITY);
            ui.add(edit).accessible_name("Message to the user");
            ui.add_space(4.0);
        }
        ui.horizontal(|ui| {
            let cancel = ui.add(Button::soft("Cancel"));
            // Enter must not terminate the session.
            if ui.memory(|memory| memory.focused().is_none_or(|id| id == super::grid::id())) {
                cancel.request_focus();
            }
            if cancel.clicked() {
                commands.push(Command::CancelTerminate);
            }
            if ui.add(Button::danger_filled("Terminate")).clicked() {
                commands.push(Command::Terminate);
            }
        });
    });
    if dialog.should_close() {
        commands.push(Command::CancelTerminate);
    }
}

fn or_null(value: Option<&str>) -> &str {
    value.unwrap_or("null")
}
