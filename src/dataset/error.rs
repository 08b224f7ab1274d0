//! The errors of building a dataset.

use super::ColumnType;
use super::header::MAX_COLUMNS;

/// The columns can't form a dataset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// More columns than a dataset can have.
    #[error("{found} columns exceed the limit of {MAX_COLUMNS}")]
    TooManyColumns {
        /// The number of columns.
        found: usize,
    },
    /// A standard column is missing.
    #[error("column {name:?} is missing")]
    MissingColumn {
        /// The name of the column.
        name: String,
    },
    /// Two columns have the same name.
    #[error("column {name:?} occurs twice")]
    DuplicateColumn {
        /// The name of the columns.
        name: String,
    },
    /// A standard column has another type than in the manual.
    #[error("column {name:?} has type {found} instead of {expected}")]
    WrongColumnType {
        /// The name of the column.
        name: String,
        /// The type in the manual.
        expected: ColumnType,
        /// The type of the column.
        found: ColumnType,
    },
}

/// A cell has another type than its column, or a date is outside the years 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cell does not have the type of its column")]
pub struct WrongCell;
