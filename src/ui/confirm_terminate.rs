//! Whether a session is really to be terminated: asked with its name, and answered before anything is sent.

use egui::{Button, Grid, Id, Label, Modal, RichText, Ui};

use super::command::Command;
use super::model::TerminateTarget;
use super::theme::{self, Severity};

/// Asks.
pub(super) fn show(ui: &Ui, session: &TerminateTarget, commands: &mut Vec<Command>) {
    let asked = Modal::new(Id::unique("terminate")).show(ui.ctx(), |ui| {
        ui.set_max_width(theme::DIALOG_WIDTH);
        ui.label(RichText::new(format!("Terminate this {} session?", session.kind)).strong());
        ui.add_space(4.0);
        Grid::new("terminated session").num_columns(2).show(ui, |ui| {
            let TerminateTarget { node, user, project, address, id, .. } = session;
            for (title, value) in [
                ("User", or_unknown(user.as_deref())),
                ("Project", or_unknown(project.as_deref())),
                ("Address", or_unknown(address.as_deref())),
                ("Client ID", id),
                ("Gateway", &node.to_string()),
            ] {
                ui.label(title);
                ui.add(Label::new(value).wrap());
                ui.end_row();
            }
        });
        ui.add_space(4.0);
        ui.label("Whoever works in it loses what is not saved yet");
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let keep = ui.button("Keep it");
            // Who presses Enter without reading does no harm.
            if ui.memory(|memory| memory.focused().is_none_or(|id| id == super::grid::id())) {
                keep.request_focus();
            }
            if keep.clicked() {
                commands.push(Command::CancelTerminate);
            }
            let colour = theme::colour(ui.visuals(), Severity::Fault);
            if ui.add(Button::new(RichText::new("Terminate").color(colour))).clicked() {
                commands.push(Command::Terminate);
            }
        });
    });
    if asked.should_close() {
        commands.push(Command::CancelTerminate);
    }
}

fn or_unknown(value: Option<&str>) -> &str {
    value.unwrap_or("unknown")
}
