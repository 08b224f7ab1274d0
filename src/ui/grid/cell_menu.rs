//! The menu of a cell: copy it, filter by it.

use egui::{PopupCloseBehavior, Pos2, Response};

use super::super::command::{Command, Copied};
use super::super::context_menu;
use super::super::model::Model;
use crate::dataset::Value;
use crate::display;

/// Shows the menu where it is wanted. It is about the cell that the keyboard is on, which a right click puts there. `by_key` is its place if a key
/// asked for the menu.
pub(super) fn show(body: &Response, by_key: Option<Pos2>, model: &Model, commands: &mut Vec<Command>) {
    context_menu::show(body, by_key, PopupCloseBehavior::CloseOnClick, |ui, take_keyboard| {
        let cell = model.cell_at_keyboard();
        if let Some((_, cell)) = &cell {
            let shown = display::cell(*cell, &model.clock());
            let copy = ui.button("Copy cell").on_hover_text(&*shown);
            if take_keyboard {
                copy.request_focus();
            }
            if copy.clicked() {
                commands.push(Command::Copy(Copied::Cell));
            }
        }
        let sessions = model.table.selected();
        let rows = if sessions == 1 { "1 session".to_owned() } else { format!("{sessions} sessions") };
        ui.add_enabled_ui(sessions > 0, |ui| {
            if ui
                .button(format!("Copy {rows}"))
                .on_hover_text("As a table, for a spreadsheet (Ctrl+C)")
                .clicked()
            {
                commands.push(Command::Copy(Copied::Rows));
            }
            if ui.button(format!("Copy {rows} as CSV")).clicked() {
                commands.push(Command::Copy(Copied::Csv));
            }
            if ui.button(format!("Copy {rows} as JSON")).clicked() {
                commands.push(Command::Copy(Copied::Json));
            }
        });
        if ui
            .button("Copy as getSessionInfo call")
            .on_hover_text("With the filters in force, for a script")
            .clicked()
        {
            commands.push(Command::Copy(Copied::Call));
        }
        if let Some((id, cell)) = cell {
            ui.separator();
            let value = Value::from(cell);
            if ui.button("Filter to this value").clicked() {
                commands.push(Command::Keep(id.clone(), value.clone()));
            }
            if ui.button("Exclude this value").clicked() {
                commands.push(Command::Exclude(id, value));
            }
        }
        ui.separator();
        if ui.button("Show details").clicked() {
            commands.push(Command::ShowDetails);
        }
    });
}
