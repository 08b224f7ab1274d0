//! The keyboard cursor.

use crate::dataset::RowMapping;

/// The line of the keyboard cursor, identified by a row so that it stays with its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The line of a session.
    Session(u32),
    /// The header of the group that this row belongs to.
    Group(u32),
}

impl Cursor {
    /// Returns the row that identifies the line.
    pub(crate) fn row(self) -> u32 {
        match self {
            Self::Session(row) | Self::Group(row) => row,
        }
    }

    /// Returns the same line in a newer dataset; `None` if its session is gone.
    pub(super) fn map(self, mapping: &RowMapping) -> Option<Self> {
        let row = mapping.row(self.row())?;
        Some(match self {
            Self::Session(_) => Self::Session(row),
            Self::Group(_) => Self::Group(row),
        })
    }
}
