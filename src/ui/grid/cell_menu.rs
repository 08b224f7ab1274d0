//! The menu of a cell: copy, filter, details, terminate.

use egui::{PopupCloseBehavior, Pos2, Response, RichText};

use super::super::command::{Command, Copied};
use super::super::command_table;
use super::super::context_menu;
use super::super::model::{AppState, CellMenu};
use crate::display;
use crate::sanitize::sanitize;

/// Shows the menu while it is open. `by_key` is the position to open it at when a key was pressed, `menu` its subject.
pub(super) fn show(
    body: &Response,
    by_key: Option<Pos2>,
    menu: &CellMenu,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    context_menu::show(body, by_key, PopupCloseBehavior::CloseOnClick, |ui, takes_focus| {
        if menu.cell.is_some() {
            let copy = ui.button("Copy cell").on_hover_text(sanitize(&menu.text));
            if takes_focus {
                copy.request_focus();
            }
            if copy.clicked() {
                commands.push(Command::Copy(Copied::Text(menu.text.clone())));
                ui.close();
            }
        }
        let sessions = state.table.selected();
        let rows = display::sessions(sessions);
        ui.add_enabled_ui(sessions > 0, |ui| {
            if ui
                .button(format!("Copy {rows}"))
                .on_hover_text(command_table::tooltip(
                    "Tab-separated, for spreadsheets",
                    &Command::Copy(Copied::Rows),
                ))
                .clicked()
            {
                commands.push(Command::Copy(Copied::Rows));
                ui.close();
            }
            if ui.button(format!("Copy {rows} as CSV")).clicked() {
                commands.push(Command::Copy(Copied::Csv));
                ui.close();
            }
            if ui.button(format!("Copy {rows} as JSON")).clicked() {
                commands.push(Command::Copy(Copied::Json));
                ui.close();
            }
        });
        if ui
            .button("Copy as getSessionInfo call")
            .on_hover_text("The active filters as a call for a script")
            .clicked()
        {
            commands.push(Command::Copy(Copied::Call));
            ui.close();
        }
        if let Some((id, value)) = &menu.cell {
            ui.separator();
            if ui.button("Filter to this value").clicked() {
                commands.push(Command::FilterToValue(id.clone(), value.clone()));
                ui.close();
            }
            if ui.button("Exclude this value").clicked() {
                commands.push(Command::ExcludeValue(id.clone(), value.clone()));
                ui.close();
            }
        }
        if menu.cell.is_some() {
            ui.separator();
            if ui.button("Show details").clicked() {
                commands.push(Command::ShowDetails);
                ui.close();
            }
        }
        match &menu.termination {
            Some(Ok(session)) if ui.button("Terminate session…").clicked() => {
                commands.push(Command::AskTerminate(session.clone()));
                ui.close();
            }
            Some(Err(reason)) => {
                ui.label(RichText::new(*reason).weak());
            }
            Some(Ok(_)) | None => {}
        }
    });
}
