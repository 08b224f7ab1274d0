//! The other sessions that the details of a session list. The search for them goes through all
//! rows, so it is not done in each frame.

use super::PowerTable;
use crate::dataset::{Dataset, TextColumn, codes_of_host};
use crate::query::is_no_user;

/// The maximum number of other sessions that are listed.
const MAX_OTHERS: usize = 50;
/// The maximum number of selected sessions that are listed.
const MAX_SELECTED: usize = 100;

/// The session that is shown in detail, its place in the selection, and the other sessions of its user and at its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The row of the session.
    pub row: u32,
    /// The number of selected sessions up to this one.
    pub position: usize,
    /// The rows of the selected sessions in order; `None` if there are many.
    pub selected: Option<Vec<u32>>,
    /// The other sessions of the user.
    pub of_user: OtherSessions,
    /// The sessions of other users on the same host.
    pub of_host: OtherSessions,
}

/// Sessions that have something in common with the one that is shown in detail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherSessions {
    /// The rows of the first ones.
    pub rows: Vec<u32>,
    /// The number of all.
    pub count: usize,
}

impl OtherSessions {
    fn list(mut rows: impl Iterator<Item = u32>) -> Self {
        let first: Vec<u32> = rows.by_ref().take(MAX_OTHERS).collect();
        Self { count: first.len() + rows.count(), rows: first }
    }
}

impl PowerTable {
    /// Sets whether the details of a session are shown. Otherwise nothing is searched for them.
    pub fn set_has_details(&mut self, has_details: bool) {
        if self.has_details != has_details {
            self.has_details = has_details;
            self.details = self.find_details();
        }
    }

    /// Searches through all rows for what the details show, if they are shown.
    pub(super) fn find_details(&self) -> Option<Details> {
        if !self.has_details {
            return None;
        }
        let row = self.selected_session()?;
        let dataset = &self.result.as_ref()?.dataset;
        Some(self.with_others(row, sessions_of_user(dataset, row), sessions_of_host(dataset, row)))
    }

    /// Updates the details after a change of the selection or the cursor.
    pub(super) fn update_details(&mut self) {
        let row = self.selected_session();
        let before = self.details.take();
        self.details = match (row, before) {
            // The other sessions stay the same.
            (Some(row), Some(Details { row: same, of_user, of_host, .. })) if row == same => {
                Some(self.with_others(row, of_user, of_host))
            }
            _ => self.find_details(),
        };
    }

    fn with_others(&self, row: u32, of_user: OtherSessions, of_host: OtherSessions) -> Details {
        let selected = (self.selected() <= MAX_SELECTED).then(|| self.selected_rows());
        Details { row, position: self.selected_up_to(row).unwrap_or(1), selected, of_user, of_host }
    }
}

/// Returns the code of the user of a row, if there is one.
fn user(users: &TextColumn, row: u32) -> Option<u32> {
    users.code(row as usize).filter(|&code| !is_no_user(users.text(code)))
}

/// Returns the other sessions of the user of a row.
fn sessions_of_user(dataset: &Dataset, row: u32) -> OtherSessions {
    let users = dataset.username();
    let Some(user) = user(users, row) else { return OtherSessions::default() };
    let others = (0..).zip(users.codes()).filter(|&(other, &code)| code == user && other != row);
    OtherSessions::list(others.map(|(other, _)| other))
}

/// Returns the sessions on the host of a row, without those of its user.
fn sessions_of_host(dataset: &Dataset, row: u32) -> OtherSessions {
    let addresses = dataset.address();
    let Some(address) = addresses.code(row as usize).filter(|&code| !addresses.text(code).trim().is_empty())
    else {
        return OtherSessions::default();
    };
    let host = codes_of_host(addresses, address);
    let users = dataset.username();
    let user = user(users, row);
    let is_other = |other: u32| other != row && (user.is_none() || users.code(other as usize) != user);
    let on_host = (0..).zip(addresses.codes()).filter(|&(_, code)| host.contains(code));
    OtherSessions::list(on_host.map(|(other, _)| other).filter(|&other| is_other(other)))
}
