//! The menu of a cell: copy, filter, details, terminate.

use egui::{PopupCloseBehavior, Pos2, Response, Ui};

use super::super::command::{Command, Copied};
use super::super::command_table;
use super::super::context_menu;
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::{AppState, CellMenu, TerminationPlan};
use super::super::theme;
use crate::dataset::Value;
use crate::display;
use crate::sanitize::{one_line, sanitize};

/// The longest value in an item, in characters.
const MAX_VALUE: usize = 24;

/// Shows the menu while it is open. `by_key` is the position to open it at when a key was pressed, `menu` its subject.
pub(super) fn show(
    body: &Response,
    by_key: Option<Pos2>,
    menu: &CellMenu,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    context_menu::show(body, by_key, PopupCloseBehavior::CloseOnClick, |ui, takes_focus| {
        menu::start(ui, theme::CELL_MENU_WIDTH);
        copy_items(ui, menu, state.table.selected(), takes_focus, commands);
        if menu.cell.is_some() {
            menu::line(ui);
            filter_items(ui, menu, commands);
            menu::line(ui);
            if ui.add(Item::new("Show details").icon(icons::PANEL_RIGHT).shortcut("Enter")).clicked() {
                commands.push(Command::ShowDetails);
                ui.close();
            }
        }
        if let Some(plan) = &menu.termination {
            menu::line(ui);
            terminate_item(ui, plan, commands);
        }
    });
}

fn copy_items(ui: &mut Ui, menu: &CellMenu, selected: usize, takes_focus: bool, commands: &mut Vec<Command>) {
    let keys = |copied| command_table::keys_of(&Command::Copy(copied)).unwrap_or_default();
    let rows = format!("Copy {}", display::sessions(selected));
    let item = Item::new(rows).icon(icons::COPY).shortcut(keys(Copied::Rows));
    if ui.add_enabled(selected > 0, item).clicked() {
        commands.push(Command::Copy(Copied::Rows));
        ui.close();
    }
    if menu.cell.is_some() {
        let item = Item::new("Copy cell").icon(icons::TABLE_2).shortcut(keys(Copied::Cell));
        let copy = ui.add(item).on_hover_text(sanitize(&menu.text));
        if takes_focus {
            copy.request_focus();
        }
        if copy.clicked() {
            commands.push(Command::Copy(Copied::Text(menu.text.clone())));
            ui.close();
        }
    }
    menu::submenu(ui, Item::new("Copy as").icon(icons::BRACES), |ui| {
        menu::start(ui, theme::SUBMENU_WIDTH);
        for (text, copied) in [("CSV", Copied::Csv), ("JSON", Copied::Json), ("Tab-separated", Copied::Rows)]
        {
            let item = Item::new(text).icon_space().shortcut(keys(copied.clone()));
            if ui.add_enabled(selected > 0, item).clicked() {
                commands.push(Command::Copy(copied));
                ui.close();
            }
        }
        let call = ui.add(Item::new("getSessionInfo call").icon_space());
        if call.on_hover_text("The active filters as a call for a script").clicked() {
            commands.push(Command::Copy(Copied::Call));
            ui.close();
        }
    });
}

fn filter_items(ui: &mut Ui, menu: &CellMenu, commands: &mut Vec<Command>) {
    let Some((id, value)) = &menu.cell else {
        return;
    };
    let shown = match (&menu.shown, value) {
        (Some(shown), value) if *value != Value::Null => format!("\"{}\"", one_line(shown, MAX_VALUE)),
        _ => "null".to_owned(),
    };
    let keys = command_table::keys_of(&Command::FilterToCursor).unwrap_or_default();
    let filter = Item::new(format!("Filter to {shown}")).icon(icons::FUNNEL).shortcut(keys);
    if ui.add(filter).clicked() {
        commands.push(Command::FilterToValue(id.clone(), value.clone()));
        ui.close();
    }
    if ui.add(Item::new(format!("Exclude {shown}")).icon(icons::FUNNEL_X)).clicked() {
        commands.push(Command::ExcludeValue(id.clone(), value.clone()));
        ui.close();
    }
}

/// Draws the item that terminates the selected sessions, or the reason why none can be.
fn terminate_item(ui: &mut Ui, plan: &TerminationPlan, commands: &mut Vec<Command>) {
    let reasons = plan.refused.iter().map(|(reason, _)| *reason);
    if plan.targets.is_empty() {
        for reason in reasons {
            ui.add_enabled(false, Item::new(reason).icon(icons::BAN));
        }
        return;
    }
    let item = Item::new(format!("Terminate {}…", plan.sessions())).icon(icons::BAN).danger();
    let mut item = ui.add(item);
    for (reason, count) in &plan.refused {
        item = item.on_hover_text(format!("{} of the selection: {reason}", display::sessions(*count)));
    }
    if item.clicked() {
        commands.push(Command::AskTerminate(plan.clone()));
        ui.close();
    }
}
