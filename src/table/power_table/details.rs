//! What the details of a session need of all others. The search goes through all rows, so it is not done in each frame.

use super::PowerTable;
use crate::dataset::Dataset;
use crate::query::is_no_user;

/// The maximum number of other sessions of the user that are listed.
const MAX_OTHERS: usize = 50;
/// The maximum number of selected sessions that are listed.
const MAX_SELECTED: usize = 100;

/// The session that is shown in detail, its place in the selection, and the other sessions of its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The row of the session.
    pub row: u32,
    /// The number of selected sessions up to this one.
    pub position: usize,
    /// The rows of the selected sessions in order; `None` if there are many.
    pub selected: Option<Vec<u32>>,
    /// The rows of the first other sessions of the user.
    pub others: Vec<u32>,
    /// The number of all other sessions of the user.
    pub other_count: usize,
}

impl PowerTable {
    /// Searches through all rows for what the details show.
    pub(super) fn find_details(&self) -> Option<Details> {
        let row = self.selected_session()?;
        let (others, other_count) = sessions_of_user(&self.result.as_ref()?.dataset, row);
        Some(self.with_others(row, others, other_count))
    }

    /// Updates the details after a change of the selection or the cursor.
    pub(super) fn update_details(&mut self) {
        let row = self.selected_session();
        let before = self.details.take();
        self.details = match (row, before) {
            // The other sessions of the user stay the same.
            (Some(row), Some(Details { row: same, others, other_count, .. })) if row == same => {
                Some(self.with_others(row, others, other_count))
            }
            _ => self.find_details(),
        };
    }

    fn with_others(&self, row: u32, others: Vec<u32>, other_count: usize) -> Details {
        let selected = (self.selected() <= MAX_SELECTED).then(|| self.selected_rows());
        Details { row, position: self.selected_up_to(row).unwrap_or(1), selected, others, other_count }
    }
}

/// Returns the other sessions of the user of a row, at most [`MAX_OTHERS`], and their number.
fn sessions_of_user(dataset: &Dataset, row: u32) -> (Vec<u32>, usize) {
    let users = dataset.username();
    let Some(user) = users.code(row as usize).filter(|&code| !is_no_user(users.text(code))) else {
        return (Vec::new(), 0);
    };
    let mut others = (0..).zip(users.codes()).filter(|&(other, &code)| code == user && other != row);
    let listed: Vec<u32> = others.by_ref().take(MAX_OTHERS).map(|(other, _)| other).collect();
    let count = listed.len() + others.count();
    (listed, count)
}
