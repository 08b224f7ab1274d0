//! Which rows of a dataset are shown, and in which order.
//!
//! Pure functions: a dataset and a query go in, a list of row numbers comes out. [`Worker`] runs them on a thread of
//! its own, so that typing never waits.

mod filtering;
mod sort;
mod worker;

pub use sort::{SortKey, SortKeyError, toggled};
pub use worker::{Answer, BoxAnswer, FilterFault, FilterText, Question, Worker};

use crate::dataset::Dataset;
use crate::filter::{Filter, MatchError};

/// Which filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The filter on usernames.
    Username,
    /// The filter on projects.
    Project,
}

/// A filter that gave up on a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source}")]
pub struct QueryError {
    /// Which filter.
    pub side: Side,
    /// Why.
    pub source: MatchError,
}

/// What is asked of a dataset.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Which usernames; all without it.
    pub username: Option<Filter>,
    /// Which projects; all without it.
    pub project: Option<Filter>,
    /// By what the rows are sorted, the most important first; in the gateway's order without any.
    pub sort: Vec<SortKey>,
}

/// What a query selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The rows that pass both filters, in order.
    pub rows: Vec<u32>,
    /// There is a username filter, and it alone lets nobody pass.
    pub no_username: bool,
    /// There is a project filter, and it alone lets no project pass.
    pub no_project: bool,
}

impl Query {
    /// The rows that pass both filters, sorted.
    ///
    /// An unknown value never passes a filter and stands last in both directions. Rows that compare equal keep the
    /// gateway's order. A sort key whose column this dataset lacks changes nothing.
    ///
    /// # Errors
    /// When a filter gives up on a value.
    pub fn run(&self, dataset: &Dataset) -> Result<Selection, QueryError> {
        let mut selection = filtering::select(dataset, self.username.as_ref(), self.project.as_ref())?;
        sort::sort(dataset, &self.sort, &mut selection.rows);
        Ok(selection)
    }
}

#[cfg(test)]
mod tests;
