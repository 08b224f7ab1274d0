//! The menu of a header: how to sort, which columns to show, and how to read dates.

use egui::{PopupCloseBehavior, Pos2, Response, Ui};

use super::super::command::Command;
use super::super::context_menu;
use super::super::model::Model;
use crate::dataset::{Column, ColumnId};
use crate::display::{self, DateStyle};
use crate::query::SortKey;
use crate::table::Side;

/// Shows the menu where it is wanted; `by_key` is its place if a key asked for it. Whether the column is to be fitted to its content.
pub(super) fn show(
    title: &Response,
    by_key: Option<Pos2>,
    model: &mut Model,
    id: &ColumnId,
    commands: &mut Vec<Command>,
) -> bool {
    let mut fit = false;
    // Several columns are chosen in one go, so a click inside does not close it.
    context_menu::show(title, by_key, PopupCloseBehavior::CloseOnClickOutside, |ui, take_keyboard| {
        let sort = |descending| Command::Sort(vec![SortKey { column: id.clone(), descending }]);
        let ascending = ui.button("Sort ascending");
        if take_keyboard {
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
        if !model.layout.sort.is_empty() && ui.button("Don't sort").clicked() {
            commands.push(Command::Sort(Vec::new()));
            ui.close();
        }
        ui.separator();
        if ui.button("Fit to content").clicked() {
            fit = true;
            ui.close();
        }
        for (text, side) in [("Move left", Side::Left), ("Move right", Side::Right)] {
            if ui.button(text).clicked()
                && let Some(sessions) = model.table.sessions()
            {
                model.layout.columns.step(id, side, &sessions.dataset);
            }
        }
        if ui.button("Hide this column").clicked() {
            if let Some(sessions) = model.table.sessions() {
                model.layout.columns.show(id, false, &sessions.dataset);
            }
            ui.close();
        }
        let is_date = model
            .table
            .sessions()
            .is_some_and(|sessions| matches!(sessions.dataset.column(id), Some(Column::Date(_))));
        if is_date {
            ui.separator();
            for style in DateStyle::ALL {
                ui.radio_value(&mut model.layout.dates, style, style.label());
            }
        }
        ui.separator();
        choose_columns(ui, model);
    });
    fit
}

/// Which columns are shown.
pub(in super::super) fn choose_columns(ui: &mut Ui, model: &mut Model) {
    let Some(sessions) = model.table.sessions() else {
        return;
    };
    let columns = &mut model.layout.columns;
    let choices: Vec<(ColumnId, bool)> =
        columns.choices(&sessions.dataset).map(|(id, shown)| (id.clone(), shown)).collect();
    for (id, mut shown) in choices {
        let title = display::title(&id);
        if ui.checkbox(&mut shown, title).accessible_name(format!("Show column {title}")).changed() {
            columns.show(&id, shown, &sessions.dataset);
        }
    }
    if ui.button("Reset columns").clicked() {
        columns.reset();
    }
}
