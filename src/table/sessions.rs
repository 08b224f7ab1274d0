//! What is shown, and a place in it.

use std::sync::Arc;

use super::lines::Lines;
use crate::dataset::{ColumnId, Dataset, RowMapping};
use crate::query::{Counts, DuplicateLogins, Facets};

/// What is shown of a dataset.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// All sessions.
    pub dataset: Arc<Dataset>,
    /// Those shown, line by line.
    pub lines: Lines,
    /// By what they are grouped.
    pub grouping: Option<ColumnId>,
    /// What they are.
    pub counts: Counts,
    /// Users and projects counted, where that was asked.
    pub facets: Option<Facets>,
    /// Who is logged in to one project more than once.
    pub repeats: Arc<DuplicateLogins>,
}

/// Where the keyboard is. By row, so that it stays with its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// On a session.
    Session(u32),
    /// On the head of the group that this row belongs to.
    Group(u32),
}

impl Cursor {
    /// The row that it goes by.
    pub(super) fn row(self) -> u32 {
        match self {
            Self::Session(row) | Self::Group(row) => row,
        }
    }

    /// The same place in a newer answer.
    pub(super) fn follow(self, follow: &RowMapping) -> Option<Self> {
        let row = follow.row(self.row())?;
        Some(match self {
            Self::Session(_) => Self::Session(row),
            Self::Group(_) => Self::Group(row),
        })
    }
}
