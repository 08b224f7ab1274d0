//! Text filters on columns other than username and project.

use super::FilterText;
use crate::dataset::ColumnId;

/// A text filter on a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFilter {
    /// The column, which must be a text column.
    pub column: ColumnId,
    /// The filter; an empty pattern passes all sessions.
    pub text: FilterText,
}
