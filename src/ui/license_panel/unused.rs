//! The list of sessions that hold a license and are probably not used.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Id, Rect, Ui, WidgetInfo};

use super::super::button;
use super::super::command::{Command, LicenseCommand};
use super::super::duplicate_login;
use super::super::held_rows::HeldRows;
use super::super::list_cells::{self, RowBackground, note, title};
use super::super::model::{AppState, SessionKey, ShownGateways};
use super::super::theme;
use super::super::tokens::{self, palette};
use crate::dataset::{Cell, ColumnId, names};
use crate::display::{self, NULL, coarse_duration};
use crate::gateway::RowKinds;
use crate::query::{UnusedSession, UnusedSessions};

/// The titles of the columns.
const COLUMNS: [&str; 8] =
    ["Username", "Project", "Address", "Node", "Kind", "Since", "Silent for", "Why it may be unused"];
const NODE: usize = 3;

fn id() -> Id {
    Id::unique("unused sessions")
}

/// Returns the sessions to list; `None` until they are found, and for the past.
pub(super) fn sessions(state: &AppState) -> Option<&UnusedSessions> {
    state.table.result()?.unused.as_deref()
}

/// Returns the index of the session at the cursor in the list.
pub(super) fn cursor(state: &AppState) -> Option<usize> {
    let (key, result) = (state.license.session.as_ref()?, state.table.result()?);
    sessions(state)?.sessions.iter().position(|session| key.is_of(&result.dataset, session.row))
}

/// Draws the list.
pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let focus = list_cells::frame(ui, rect, id(), "List of unused sessions");
    let unused = sessions(state);
    let list = unused.map_or(&[][..], |unused| &unused.sessions);
    let cursor = cursor(state);
    let target = if focus.has_focus() && !list.is_empty() {
        let (reached, is_entered) = list_cells::keys(ui, id(), cursor, list.len());
        let selected = reached.and_then(|row| list.get(row));
        commands.extend(selected.map(|session| Command::License(LicenseCommand::SelectSession(session.row))));
        let entered = reached.or(cursor).filter(|_| is_entered).and_then(|row| list.get(row));
        commands.extend(entered.map(|session| Command::GoToSession(session.row)));
        reached
    } else {
        None
    };
    if let Some(session) = cursor.and_then(|cursor| list.get(cursor)) {
        list_cells::cursor_row(&focus, row_text(&cells(state, session)), commands);
    }
    let has_nodes =
        state.table.result().is_some_and(|result| result.dataset.column(&names::GATEWAY.into()).is_some());
    let is_shown = |column: usize| column != NODE || has_nodes;
    let columns = theme::LICENSE_SESSION_COLUMNS.into_iter().enumerate();
    let columns: Vec<_> = columns.filter(|(column, _)| is_shown(*column)).map(|(_, widths)| widths).collect();
    let widths = list_cells::fit(&columns, list_cells::room(rect));
    let node = names::GATEWAY.into();
    let node = state.column_title(&node);
    list_cells::scroll_horizontally(ui, rect, &focus, &widths, |ui| {
        let color = palette(ui.visuals()).text;
        let others = widths[..columns.len() - 1].iter().copied();
        let dataset = state.table.result().map(|result| &result.dataset);
        let key = |row: usize| Some(SessionKey::of(dataset?, list.get(row)?.row));
        let find = |key: &SessionKey| {
            let dataset = dataset?;
            list.iter().position(|session| key.is_of(dataset, session.row))
        };
        let body = list_cells::body(rect);
        let held = HeldRows::new(ui, body, id().with("held"), (list.len(), cursor), key, find);
        let table = held.scroll(list_cells::table(ui, "unused sessions", others), target);
        let table = table.header(tokens::HEADER_HEIGHT, |mut row| {
            for (index, name) in COLUMNS.iter().enumerate().filter(|(column, _)| is_shown(*column)) {
                let name = if index == NODE { &*node } else { name };
                row.col(|ui| title(ui, name, index > 0, false));
            }
        });
        let output = table.body(|body| {
            body.rows(tokens::ROW_HEIGHT, held.count(), |mut row| {
                let Some(index) = held.index_of(&mut row) else { return };
                let session = &list[index];
                let cells = cells(state, session);
                let row_background = RowBackground::of(cursor == Some(index), &focus);
                for (_, text) in cells.iter().enumerate().filter(|(column, _)| is_shown(*column)) {
                    list_cells::text_column(&mut row, row_background, text, color);
                }
                let response = row.response();
                response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, row_text(&cells)));
                if response.clicked() {
                    list_cells::focus_after_click(&response.ctx, id());
                    commands.push(Command::License(LicenseCommand::SelectSession(session.row)));
                }
                if response.double_clicked() {
                    commands.push(Command::GoToSession(session.row));
                }
            });
        });
        held.end(ui, &output, key);
    });
    if list.is_empty() {
        note(ui, rect, &empty_text(state, unused));
    }
    if focus.has_focus() {
        button::paint_focus(ui, rect, false);
    }
}

/// Returns the text in the place of rows.
fn empty_text(state: &AppState, unused: Option<&UnusedSessions>) -> String {
    if state.past.is_some() {
        return "Go back to live to see unused sessions".to_owned();
    }
    let silent = display::exact_duration(state.license.silent);
    match unused {
        None if state.table.result().is_none() => "No sessions have been read".to_owned(),
        None => "Looking for unused sessions…".to_owned(),
        Some(unused) if unused.has_last_communication => {
            format!("No session has been silent for {silent}, and no user is signed in twice on one host")
        }
        Some(_) => {
            let is_one = state.gateways.shown != ShownGateways::All;
            let reason = if is_one { "This gateway doesn't" } else { "The gateways don't" };
            format!(
                "No user is signed in twice on one host. {reason} report how long sessions have been silent"
            )
        }
    }
}

fn row_text(cells: &[String]) -> String {
    let shown = cells.iter().filter(|cell| !cell.is_empty() && *cell != NULL);
    shown.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns the cells of a session.
fn cells(state: &AppState, session: &UnusedSession) -> [String; COLUMNS.len()] {
    let Some(result) = state.table.result() else { return Default::default() };
    let clock = state.row_clock(session.row);
    let value = |column: ColumnId| {
        let value =
            result.dataset.column(&column).map_or(Cell::Null, |found| found.cell(session.row as usize));
        display::cell(&column, value, &clock).into_owned()
    };
    let kind = RowKinds::of(&result.dataset).kind(session.row).map_or(NULL, |kind| kind.name());
    let silent =
        session.silent_ms.and_then(|silent_ms| u64::try_from(silent_ms).ok()).map(Duration::from_millis);
    let silent_text = silent.map_or_else(|| NULL.to_owned(), coarse_duration);
    let mut reasons = Vec::new();
    if session.is_silent {
        reasons.push(format!("No communication for {silent_text}"));
    }
    reasons.extend(session.login.map(duplicate_login::in_row));
    [
        value(ColumnId::Username),
        value(ColumnId::Project),
        value(ColumnId::Address),
        value(names::GATEWAY.into()),
        kind.to_owned(),
        value(ColumnId::CreationTime),
        silent_text,
        reasons.join(". "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_list_has_a_reason_that_fits_the_gateways() {
        let mut state = AppState::default();
        assert_eq!(empty_text(&state, None), "No sessions have been read");
        let unused = UnusedSessions::default();
        let one = empty_text(&state, Some(&unused));
        assert!(one.contains("This gateway doesn't report how long"), "{one}");
        state.gateways.shown = ShownGateways::All;
        let all = empty_text(&state, Some(&unused));
        assert!(all.contains("The gateways don't report how long"), "{all}");
    }
}
