//! Notes that explain the state of a session at a moment of the past.

use crate::dataset::{Cell, names};
use crate::display::Clock;
use crate::history::SessionState;
use crate::query::QueryResult;

/// A note on the state of a session at a moment of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// The note.
    pub(super) text: String,
    /// The state before it has the color of a warning.
    pub(super) is_warning: bool,
}

/// Returns a note on the state of a session at a moment of the past; `None` if it needs none.
pub(super) fn of(sessions: &QueryResult, at: i64, row: u32, clock: &Clock) -> Option<Note> {
    let value = |name: &str| Some(sessions.dataset.column(&name.into())?.cell(row as usize));
    let Cell::Text(state) = value(names::STATE)? else { return None };
    if state == SessionState::Proved.name() {
        let text = match value(names::FIRST_SEEN)? {
            // Its creation time proves it.
            Cell::Date(first_seen) if first_seen > at => {
                format!("created before, first seen {}", clock.full_date(first_seen))
            }
            _ => "on before and after the gap".to_owned(),
        };
        return Some(Note { text, is_warning: false });
    }
    if state != SessionState::Possible.name() {
        return None;
    }
    let Cell::Date(last_seen) = value(names::LAST_SEEN)? else { return None };
    Some(Note { text: format!("last seen {}", clock.full_date(last_seen)), is_warning: true })
}
