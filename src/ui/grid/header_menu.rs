//! The menu of a column's header: sort, width, position, visible columns and date style.

use egui::{PopupCloseBehavior, Pos2, Response, Ui};

use super::super::command::{ColumnChange, Command};
use super::super::context_menu;
use super::super::model::AppState;
use crate::dataset::{Column, ColumnId};
use crate::display::{self, DateStyle};
use crate::query::SortKey;
use crate::table::Direction;

/// Shows the menu while it is open. `by_key` is the position to open it at when a key was pressed. Returns whether the
/// column should be fitted to its content.
pub(super) fn show(
    title: &Response,
    by_key: Option<Pos2>,
    state: &AppState,
    id: &ColumnId,
    commands: &mut Vec<Command>,
) -> bool {
    let mut fit = false;
    // Stays open so that several columns can be chosen.
    context_menu::show(title, by_key, PopupCloseBehavior::CloseOnClickOutside, |ui, takes_focus| {
        let sort = |descending| Command::Sort(vec![SortKey { column: id.clone(), descending }]);
        let ascending = ui.button("Sort ascending");
        if takes_focus {
            ascending.request_focus();
        }
        if ascending.clicked() {
            commands.push(sort(false));
            ui.close();
        }
        if ui.button("Sort descending").clicked() {
            commands.push(sort(true));
            ui.close();
        }
        if !state.layout.sort.is_empty() && ui.button("Clear sort").clicked() {
            commands.push(Command::Sort(Vec::new()));
            ui.close();
        }
        ui.separator();
        if ui.button("Fit to content").clicked() {
            fit = true;
            ui.close();
        }
        for (text, direction) in [("Move left", Direction::Left), ("Move right", Direction::Right)] {
            if ui.button(text).clicked() {
                commands.push(Command::Column(id.clone(), ColumnChange::Shift(direction)));
            }
        }
        if ui.button("Hide this column").clicked() {
            commands.push(Command::Column(id.clone(), ColumnChange::Show(false)));
            ui.close();
        }
        let is_date = state
            .table
            .result()
            .is_some_and(|sessions| matches!(sessions.dataset.column(id), Some(Column::Date(_))));
        if is_date {
            ui.separator();
            for style in DateStyle::ALL {
                if ui.radio(state.layout.dates == style, style.label()).clicked() {
                    commands.push(Command::SetDateStyle(style));
                }
            }
        }
        ui.separator();
        choose_columns(ui, state, commands);
    });
    fit
}

/// Draws a check box for each column.
pub(in super::super) fn choose_columns(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let Some(sessions) = state.table.result() else {
        return;
    };
    for (id, mut shown) in state.layout.columns.choices(&sessions.dataset) {
        let title = display::title(id);
        if ui.checkbox(&mut shown, &*title).accessible_name(format!("Show column {title}")).changed() {
            commands.push(Command::Column(id.clone(), ColumnChange::Show(shown)));
        }
    }
    if ui.button("Reset columns").clicked() {
        commands.push(Command::ResetColumns);
    }
}
