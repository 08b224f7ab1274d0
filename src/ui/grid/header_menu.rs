//! The menu of a column's header: sort, width, position, visible columns, date style and row height.

use egui::{PopupCloseBehavior, Pos2, Rect, Response, ScrollArea, Ui};

use super::super::command::{ColumnChange, Command};
use super::super::context_menu;
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::AppState;
use super::super::theme;
use super::fit;
use crate::dataset::{Column, ColumnId};
use crate::display::{self, DateStyle};
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
        for (text, icon, direction) in [
            ("Move left", icons::CHEVRON_LEFT, Direction::Left),
            ("Move right", icons::CHEVRON_RIGHT, Direction::Right),
        ] {
            if ui.add(Item::new(text).icon(icon)).clicked() {
                commands.push(Command::Column(id.clone(), ColumnChange::Shift(direction)));
            }
        }
        if ui.add(Item::new("Hide this column").icon(icons::X)).clicked() {
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
                date_items(ui, state, commands);
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
        menu::submenu(ui, columns, |ui| choose_columns(ui, state, commands));
    });
    fit
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

fn date_items(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    for style in DateStyle::ALL {
        if ui.add(Item::new(style.label()).radio(state.layout.dates == style)).clicked() {
            commands.push(Command::SetDateStyle(style));
        }
    }
}

/// Draws the menu of all columns: which are shown, those of every gateway first.
pub(in super::super) fn choose_columns(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let Some(sessions) = state.table.result() else {
        return;
    };
    menu::start(ui, theme::COLUMNS_MENU_WIDTH);
    let screen: Rect = ui.ctx().content_rect();
    // A new popup has a height of its own, whatever the window's is.
    let max_height = screen.height() * theme::MAX_MENU;
    ui.set_max_height(max_height);
    ScrollArea::vertical().max_height(max_height).show(ui, |ui| {
        let choices: Vec<_> = state.layout.columns.choices(&sessions.dataset).collect();
        let is_standard = |id: &ColumnId| ColumnId::STANDARD.contains(id);
        let (standard, others): (Vec<_>, Vec<_>) = choices.into_iter().partition(|(id, _)| is_standard(id));
        for (title, columns) in [("Columns", standard), ("Also read from this gateway", others)] {
            if columns.is_empty() {
                continue;
            }
            menu::title(ui, title);
            for (id, shown) in columns {
                let title = display::title(id);
                let item = Item::new(&*title).check(shown).name(format!("Show column {title}"));
                let item = match sessions.dataset.column(id) {
                    Some(Column::Date(_)) => {
                        menu::submenu(ui, item.shortcut(state.clock().style_name()), |ui| {
                            menu::start(ui, theme::SUBMENU_WIDTH);
                            date_items(ui, state, commands);
                        })
                    }
                    _ => ui.add(item),
                };
                if item.clicked() {
                    commands.push(Command::Column(id.clone(), ColumnChange::Show(!shown)));
                }
            }
            menu::line(ui);
        }
        if ui.add(Item::new("Fit all").icon(icons::CHEVRONS_LEFT_RIGHT_ELLIPSIS)).clicked() {
            let table = ui.ctx().read_response(super::id()).map_or(screen, |table| table.rect);
            fit::fit_all(ui, state, table.width(), commands);
        }
        if ui.add(Item::new("Reset columns").icon(icons::ROTATE_CCW)).clicked() {
            commands.push(Command::ResetColumns);
        }
    });
}
