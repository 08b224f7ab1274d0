//! The filters that can be saved together.

use super::{CellFilter, ColumnFilter, DateFilter, FilterText};

/// All filters but the one on clients and designers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilterSet {
    /// Filter on usernames.
    pub username: FilterText,
    /// Filter on projects.
    pub project: FilterText,
    /// Text filters on other columns.
    pub columns: Vec<ColumnFilter>,
    /// Filters on columns of dates.
    pub dates: Vec<DateFilter>,
    /// Filters on single values.
    pub cells: Vec<CellFilter>,
}
