//! The menu of a column's header: sort, width, position, visible columns, date style and row height.

use egui::{Id, PopupCloseBehavior, Pos2, Response, Ui};

use super::super::command::{ColumnChange, Command};
use super::super::context_menu;
use super::super::focus_request;
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::AppState;
use super::super::theme;
use super::columns_menu;
use crate::dataset::{Column, ColumnId};
use crate::query::{Grouping, SortKey};
use crate::table::{Density, Direction};

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
        menu::start(ui, theme::COLUMNS_MENU_WIDTH);
        sort_items(ui, state, id, takes_focus, commands);
        menu::line(ui);
        if ui.add(Item::new("Fit to content").icon(icons::CHEVRONS_LEFT_RIGHT_ELLIPSIS)).clicked() {
            fit = true;
            ui.close();
        }
        let shown = state.shown_columns();
        let to_left = shown.iter().take_while(|column| *column != id).count();
        let to_right = shown.len().saturating_sub(to_left + 1);
        for (text, icon, direction, steps, reason) in [
            ("Move left", icons::CHEVRON_LEFT, Direction::Left, to_left, "This is the first column"),
            ("Move right", icons::CHEVRON_RIGHT, Direction::Right, to_right, "This is the last column"),
        ] {
            let item = ui.add(Item::new(text).icon(icon).enabled(steps > 0, reason));
            if focus_request::take(ui, move_id(direction)) {
                item.request_focus();
            }
            if item.clicked() {
                if steps == 1 && item.has_focus() {
                    // The column arrives at the end, and this item can't keep the focus.
                    focus_request::request(ui.ctx(), move_id(direction.opposite()));
                }
                commands.push(Command::Column(id.clone(), ColumnChange::Shift(direction)));
            }
        }
        let hide = Item::new("Hide this column").icon(icons::X);
        if ui.add(hide.enabled(shown.len() > 1, columns_menu::LAST_SHOWN)).clicked() {
            commands.push(Command::Column(id.clone(), ColumnChange::Show(false)));
            ui.close();
        }
        let column = state.table.result().and_then(|sessions| sessions.dataset.column(id));
        match column {
            Some(Column::Text(_)) => {
                menu::line(ui);
                group_item(ui, state, id, commands);
            }
            Some(Column::Date(_)) => {
                menu::line(ui);
                columns_menu::date_items(ui, state, commands);
            }
            _ => {}
        }
        menu::line(ui);
        menu::submenu(ui, Item::new("Row height").icon(icons::ROWS_4), |ui| {
            menu::start(ui, theme::SUBMENU_WIDTH);
            for density in Density::ALL {
                if ui.add(Item::new(density.label()).radio(state.layout.density == density)).clicked() {
                    commands.push(Command::SetDensity(density));
                }
            }
        });
        let columns = Item::new("Show columns").icon(icons::COLUMNS_3);
        menu::submenu(ui, columns, |ui| columns_menu::show(ui, state, commands));
    });
    fit
}

/// Returns the ID of requests of the keyboard focus for the item that moves the column in a direction.
fn move_id(direction: Direction) -> Id {
    Id::unique(("move column", direction == Direction::Left))
}

fn sort_items(ui: &mut Ui, state: &AppState, id: &ColumnId, takes_focus: bool, commands: &mut Vec<Command>) {
    for (text, icon, descending) in
        [("Sort ascending", icons::ARROW_UP, false), ("Sort descending", icons::ARROW_DOWN, true)]
    {
        let item = ui.add(Item::new(text).icon(icon));
        if takes_focus && !descending {
            item.request_focus();
        }
        if item.clicked() {
            commands.push(Command::Sort(vec![SortKey { column: id.clone(), descending }]));
            ui.close();
        }
    }
    if !state.layout.sort.is_empty() && ui.add(Item::new("Clear sort").icon(icons::ROTATE_CCW)).clicked() {
        commands.push(Command::Sort(Vec::new()));
        ui.close();
    }
}

fn group_item(ui: &mut Ui, state: &AppState, id: &ColumnId, commands: &mut Vec<Command>) {
    let current = state.layout.grouping.as_ref();
    let is_grouped = current.is_some_and(|grouping| grouping.column == *id);
    let text = if is_grouped { "Ungroup" } else { "Group by this column" };
    if ui.add(Item::new(text).icon(icons::LIST_TREE)).clicked() {
        let largest_first = current.is_some_and(|grouping| grouping.largest_first);
        let grouping = (!is_grouped).then(|| Grouping { column: id.clone(), largest_first });
        commands.push(Command::GroupBy(grouping));
        ui.close();
    }
}
