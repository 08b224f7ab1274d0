//! The bottom of the window: how many sessions are shown, and the export.

use std::path::PathBuf;

use egui::{Align, Key, Layout, RichText, TextEdit, Ui};

use super::command::Command;
use super::model::{Export, Message, Model};
use super::theme::{self, Tone};

/// Draws the bar.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    if let Export::AskingForPath { path, replace } = &mut model.export {
        ask_for_path(ui, path, replace, commands);
    }
    ui.horizontal(|ui| {
        if let Some(table) = &model.table {
            ui.label(count(table.rows.len(), table.dataset.len()));
            for (name, filter) in [("username", &model.username), ("project", &model.project)] {
                if filter.fault.is_some() {
                    let text = match &filter.filter {
                        Some(good) => format!("{name} still filtered by {}", good.pattern()),
                        None => format!("{name} not filtered"),
                    };
                    let colour = theme::colour(ui.visuals(), Tone::Warning);
                    ui.label(RichText::new(text).color(colour));
                }
            }
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
fn ask_for_path(ui: &mut Ui, path: &mut String, replace: &mut bool, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label("Export to");
        let width = (ui.available_width() - theme::PATH_BUTTONS).max(theme::LEAST_PATH);
        let edit = ui.add(TextEdit::singleline(path).desired_width(width));
        if edit.changed() {
            *replace = false;
        }
        let edit = edit.accessible_name("Path of the file to export to");
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let target = PathBuf::from(path.trim());
        let named = target.file_name().is_some();
        let save = ui.add_enabled(named, egui::Button::new(if *replace { "Replace it" } else { "Save" }));
        if save.clicked() || (entered && named) {
            // What a file dialog asks, too.
            if target.exists() && !*replace {
                *replace = true;
            } else {
                commands.push(Command::ExportTo(target));
            }
        }
        if ui.button("Cancel").clicked() {
            commands.push(Command::CancelExport);
        }
    });
    if *replace {
        let colour = theme::colour(ui.visuals(), Tone::Warning);
        ui.label(RichText::new("There is such a file already").color(colour));
    }
}
