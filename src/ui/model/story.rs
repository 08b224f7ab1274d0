//! What the history says about a user.

use std::sync::Arc;

use super::{AppState, Shown};
use crate::filter;
use crate::history::{StoredSession, UserSessions};
use crate::query::QueryResult;

/// The sessions of the user whose session is shown in detail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Story {
    /// The user.
    pub(in crate::ui) username: String,
    /// The gateway; `None` for all.
    pub(in crate::ui) gateway: Option<Arc<str>>,
    /// The sessions of the last days, with those that are on.
    pub(in crate::ui) recent: UserSessions,
    /// The session after which the user wasn't on until the one in detail began; `None` if there is none, or if another one
    /// was on then.
    pub(in crate::ui) before: Option<StoredSession>,
}

impl Story {
    /// The number of days that it tells of.
    pub(in crate::ui) const DAYS: u8 = 7;
}

/// When a user was on last who isn't on now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct LastSeen {
    /// The user.
    pub(in crate::ui) username: String,
    /// The last session.
    pub(in crate::ui) session: StoredSession,
}

impl AppState {
    /// Returns `true` if the history can tell about the users of the sessions that are shown.
    pub(in crate::ui) fn has_story(&self) -> bool {
        self.timeline.is_available && self.past.is_none()
    }

    /// Returns the user that the filter on usernames asks for, if no session is of that user and the history may know when one
    /// was.
    pub(in crate::ui) fn absent_user(&self) -> Option<String> {
        let is_left_out = |result: &QueryResult| {
            result.rows.is_empty() && !result.dataset.is_empty() && result.username.matches_nothing
        };
        // The users of the demo gateway don't exist.
        let is_real = self.gateways.shown != Shown::Demo;
        if !is_real || !self.has_story() || !self.table.result().is_some_and(is_left_out) {
            return None;
        }
        let filter = self.username.filter.as_ref().filter(|filter| !filter.mode().invert)?;
        if filter.is_plain_text() {
            return Some(filter.pattern().to_owned());
        }
        // A name that was escaped, such as that of a cell.
        match &filter::values_of(filter.pattern())?[..] {
            [name] => Some(name.clone()),
            _ => None,
        }
    }
}
