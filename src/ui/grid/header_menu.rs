//! The menu of a header: how to sort, which columns to show, and how to read dates.

use egui::{Popup, PopupCloseBehavior, Response, Ui};

use super::super::command::Command;
use super::super::model::Model;
use crate::dataset::{Column, ColumnId};
use crate::display::{self, DateStyle};
use crate::query::SortKey;

/// Shows the menu where it is wanted. Whether the column is to be fitted to its content.
pub(super) fn show(title: &Response, model: &mut Model, id: &ColumnId, commands: &mut Vec<Command>) -> bool {
    let mut fit = false;
    // Several columns are chosen in one go, so a click inside does not close it.
    let menu = Popup::context_menu(title).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        let sort = |descending| Command::Sort(vec![SortKey { column: id.clone(), descending }]);
        if ui.button("Sort ascending").clicked() {
            commands.push(sort(false));
            ui.close();
        }
        if ui.button("Sort descending").clicked() {
            commands.push(sort(true));
            ui.close();
        }
        if !model.arrangement.sort.is_empty() && ui.button("Don't sort").clicked() {
            commands.push(Command::Sort(Vec::new()));
            ui.close();
        }
        ui.separator();
        if ui.button("Fit to content").clicked() {
            fit = true;
            ui.close();
        }
        if ui.button("Hide this column").clicked() {
            model.arrangement.columns.show(id, false);
            ui.close();
        }
        let is_date = model
            .table
            .sessions()
            .is_some_and(|sessions| matches!(sessions.dataset.column(id), Some(Column::Date(_))));
        if is_date {
            ui.separator();
            for style in DateStyle::ALL {
                ui.radio_value(&mut model.arrangement.dates, style, style.label());
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
    let columns = &mut model.arrangement.columns;
    let choices: Vec<(ColumnId, bool)> =
        columns.choices(&sessions.dataset).map(|(id, shown)| (id.clone(), shown)).collect();
    for (id, mut shown) in choices {
        let title = display::title(&id);
        if ui.checkbox(&mut shown, title).accessible_name(format!("Show column {title}")).changed() {
            columns.show(&id, shown);
        }
    }
    if ui.button("Reset columns").clicked() {
        columns.reset();
    }
}
