//! The bottom of the window: how many sessions are shown, and the export.

use std::path::PathBuf;

use egui::{Align, Key, Layout, RichText, TextEdit, Ui};

use super::command::Command;
use super::model::{Export, Message, Model};
use super::theme::{self, Tone};

/// Draws the bar.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    if let Export::AskingForPath(path) = &mut model.export {
        ask_for_path(ui, path, commands);
    }
    ui.horizontal(|ui| {
        if let Some(table) = &model.table {
            ui.label(count(table.rows.len(), table.dataset.len()));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let ready = model.table.is_some() && model.export == Export::Idle;
            let export = ui.add_enabled(ready, egui::Button::new("Export"));
            if export.on_hover_text("Write the shown rows to a CSV file (Ctrl+E)").clicked() {
                commands.push(Command::Export);
            }
            ui.checkbox(&mut model.spreadsheet, "for a spreadsheet").on_hover_text(
                "With a byte-order mark, and with an apostrophe before what would run as a formula",
            );
            if let Some(message) = &model.message {
                show_message(ui, message, commands);
            }
        });
    });
}

fn count(shown: usize, all: usize) -> String {
    format!("{shown} of {all} sessions")
}

fn show_message(ui: &mut Ui, message: &Message, commands: &mut Vec<Command>) {
    ui.separator();
    if ui.button("×").accessible_name("Dismiss the message").clicked() {
        commands.push(Command::DismissMessage);
    }
    let (text, tone) = match message {
        Message::Exported { path, sessions } => {
            (format!("{sessions} sessions written to {}", path.display()), Tone::Good)
        }
        Message::Trouble(text) => (text.clone(), Tone::Fault),
    };
    let colour = theme::colour(ui.visuals(), tone);
    ui.add(egui::Label::new(RichText::new(text).color(colour)).truncate());
}

/// Where the system has no file dialog, its work is done here.
fn ask_for_path(ui: &mut Ui, path: &mut String, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label("Export to");
        let edit = TextEdit::singleline(path).desired_width(420.0);
        let edit = ui.add(edit).accessible_name("Path of the file to export to");
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.button("Save").clicked() || entered {
            commands.push(Command::ExportTo(PathBuf::from(path.trim())));
        }
        if ui.button("Cancel").clicked() {
            commands.push(Command::CancelExport);
        }
    });
}
