//! The user in the filter, if that user isn't on.

use super::{AppState, ShownGateways};
use crate::filter;
use crate::query::QueryResult;

impl AppState {
    /// Returns `true` if the history has the users of the sessions that are shown.
    pub(in crate::ui) fn has_user_history(&self) -> bool {
        self.timeline.is_available && self.past.is_none()
    }

    /// Returns the user in the filter on usernames, if that user has no session and the history may have earlier ones.
    pub(in crate::ui) fn absent_user(&self) -> Option<String> {
        let is_left_out = |result: &QueryResult| {
            result.rows.is_empty() && !result.dataset.is_empty() && result.username.matches_nothing
        };
        // The users of the demo gateway don't exist.
        let is_real = self.gateways.shown != ShownGateways::Demo;
        if !is_real || !self.has_user_history() || !self.table.result().is_some_and(is_left_out) {
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
