//! The menu of a cell: copy, filter, details, terminate.

use egui::{PopupCloseBehavior, Pos2, Response, Ui};

use super::super::command::{AlertCommand, Command, Copied, TimelineCommand};
use super::super::command_table;
use super::super::context_menu;
use super::super::icons;
use super::super::menu::{self, Item};
use super::super::model::{AppState, CellMenu, TerminationPlan};
use super::super::regions;
use super::super::theme;
use super::super::timeline;
use super::super::tooltip::ResponseExt as _;
use crate::dataset::{Cell, ColumnId, Dataset, Value};
use crate::display::{self, Clock};
use crate::history::TimeRange;
use crate::sanitize::{escape, one_line, shorten};

/// The longest value in an item and in a tooltip, in characters.
const MAX_VALUE: usize = 24;
const MAX_TOOLTIP: usize = 200;
/// The reason why nothing can be copied.
const NO_SELECTION: &str = "Select a session first";

/// Returns the subject of the menu of a cell.
pub(super) fn subject(state: &AppState, row: Option<u32>, column: Option<&ColumnId>) -> CellMenu {
    let (Some(result), Some(row)) = (state.table.result(), row) else { return CellMenu::default() };
    // A click outside of the selection replaces it.
    let is_selected = state.table.is_selected(row);
    let selected = if is_selected { state.table.selected_rows() } else { vec![row] };
    CellMenu {
        time: state.session_time(row),
        termination: state.termination_plan(&selected),
        ..values_of(&result.dataset, row, column, &state.row_clock(row))
    }
}

/// Returns the subject of the menu of a cell of a session that has left.
pub(super) fn subject_of_left(state: &AppState, index: usize, column: Option<&ColumnId>) -> CellMenu {
    let Some(session) = state.table.left_session(index) else { return CellMenu::default() };
    let menu = values_of(&session.dataset, session.row, column, &state.left_clock(session));
    CellMenu { has_left: true, ..menu }
}

/// Returns what the menu of a cell shows of its values.
fn values_of(dataset: &Dataset, row: u32, column: Option<&ColumnId>, clock: &Clock) -> CellMenu {
    let cell_in = |column: &ColumnId| Some(dataset.column(column)?.cell(row as usize));
    let cell = column.and_then(|id| Some((id, cell_in(id)?)));
    let user = match cell_in(&ColumnId::Username) {
        Some(Cell::Text(user)) => Some(user.to_owned()),
        _ => None,
    };
    CellMenu {
        text: cell.map(|(_, cell)| display::clipboard_text(cell)).unwrap_or_default(),
        shown: cell.map(|(id, cell)| display::full_cell(id, cell, clock).into_owned()),
        cell: cell.map(|(id, cell)| (id.clone(), cell.into())),
        user,
        ..CellMenu::default()
    }
}

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
        }
        if menu.cell.is_some() && !menu.has_left {
            menu::line(ui);
            let (name, command) = if state.layout.details {
                ("Hide details", Command::ToggleDetails)
            } else {
                ("Show details", Command::ShowDetails)
            };
            if ui.add(Item::new(name).icon(icons::PANEL_RIGHT).shortcut("Enter")).clicked() {
                commands.push(command);
                ui.close();
            }
            if state.timeline.is_available {
                timeline_item(ui, menu.time, commands);
            }
        }
        if menu.has_left && menu.user.is_some() {
            menu::line(ui);
        }
        if let Some(user) = &menu.user {
            let text = format!("Alert when {} signs in…", escape(&shorten(user, MAX_VALUE)));
            if ui.add(Item::new(text).icon(icons::BELL)).clicked() {
                commands.push(Command::Alert(AlertCommand::AddForUser(user.clone())));
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
    // Keys are about the selection and the cursor, which are elsewhere.
    let keys = |copied| {
        let keys = command_table::keys_of(&Command::Copy(copied)).filter(|_| !menu.has_left);
        keys.unwrap_or_default()
    };
    let rows = match selected {
        0 => "Copy sessions".to_owned(),
        _ if menu.has_left => format!("Copy {} selected", display::number(selected)),
        _ => format!("Copy {}", display::sessions(selected)),
    };
    let item = Item::new(rows).icon(icons::COPY).shortcut(keys(Copied::Rows));
    if ui.add(item.enabled(selected > 0, NO_SELECTION)).clicked() {
        commands.push(Command::Copy(Copied::Rows));
        ui.close();
    }
    if menu.cell.is_some() {
        let item = Item::new("Copy cell").icon(icons::TABLE_2).shortcut(keys(Copied::Cell));
        let copy = ui.add(item).tooltip_beside(escape(&shorten(&menu.text, MAX_TOOLTIP)));
        if takes_focus {
            copy.request_focus();
        }
        if copy.clicked() {
            commands.push(Command::Copy(Copied::CellText(menu.text.clone())));
            ui.close();
        }
    }
    menu::submenu(ui, Item::new("Copy as").icon(icons::CLIPBOARD), |ui| {
        menu::start(ui, theme::SUBMENU_WIDTH);
        for (text, copied) in [("CSV", Copied::Csv), ("JSON", Copied::Json), ("Tab-separated", Copied::Rows)]
        {
            let item = Item::new(text).icon_space().shortcut(keys(copied.clone()));
            if ui.add(item.enabled(selected > 0, NO_SELECTION)).clicked() {
                commands.push(Command::Copy(copied));
                ui.close();
            }
        }
        let call = ui.add(Item::new("getSessionInfo call").icon_space());
        if call.tooltip_beside("The active filters as a call for a script").clicked() {
            commands.push(Command::Copy(Copied::Call));
            ui.close();
        }
    });
}

fn filter_items(ui: &mut Ui, menu: &CellMenu, commands: &mut Vec<Command>) {
    let Some((id, value)) = &menu.cell else {
        return;
    };
    let shown = match (value, &menu.shown) {
        (Value::Null, _) | (_, None) => "null".to_owned(),
        // Text as it is, with escapes for what can't be seen.
        (Value::Text(text), _) => format!("\"{}\"", escape(&shorten(text, MAX_VALUE))),
        (_, Some(shown)) => format!("\"{}\"", one_line(shown, MAX_VALUE)),
    };
    let filter = Item::new(format!("Filter to {shown}")).icon(icons::FUNNEL);
    let filter = if menu.has_left { filter } else { filter.keys_of(&Command::FilterToCursor) };
    if ui.add(filter).clicked() {
        commands.push(Command::FilterToValue(id.clone(), value.clone()));
        ui.close();
    }
    if ui.add(Item::new(format!("Exclude {shown}")).icon(icons::FUNNEL_X)).clicked() {
        commands.push(Command::ExcludeValue(id.clone(), value.clone()));
        ui.close();
    }
}

/// Draws the item that shows the time of the session in the timeline, or the reason why it can't be shown.
fn timeline_item(ui: &mut Ui, time: Option<TimeRange>, commands: &mut Vec<Command>) {
    let reason = match time {
        None => Some("This session has no creation time"),
        Some(_) if !regions::has_room_for_timeline(ui.ctx()) => Some(timeline::NO_ROOM),
        Some(_) => None,
    };
    let item = Item::new("Show in timeline").icon(icons::CLOCK);
    let item = ui.add(item.enabled(reason.is_none(), reason.unwrap_or_default()));
    if let Some(time) = time.filter(|_| item.clicked()) {
        commands.push(Command::Timeline(TimelineCommand::Reveal(time)));
        ui.close();
    }
}

/// Draws the item that terminates the selected sessions, or the reason why none can be.
fn terminate_item(ui: &mut Ui, plan: &TerminationPlan, commands: &mut Vec<Command>) {
    let reasons = plan.refused.iter().map(|(reason, _)| *reason);
    if plan.targets.is_empty() {
        let reasons = reasons.collect::<Vec<_>>().join("\n");
        ui.add(Item::new("Terminate…").icon(icons::BAN).enabled(false, reasons));
        return;
    }
    let item = Item::new(format!("Terminate {}…", plan.sessions())).icon(icons::BAN).danger();
    let refused = plan.refused.iter();
    let refused =
        refused.map(|(reason, count)| format!("{} of the selection: {reason}", display::sessions(*count)));
    let item = ui.add(item).tooltip_beside(refused.collect::<Vec<_>>().join("\n"));
    if item.clicked() {
        commands.push(Command::AskTerminate(plan.clone()));
        ui.close();
    }
}
