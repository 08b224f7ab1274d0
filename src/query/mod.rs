//! Which rows of a dataset are shown, and in which order.
//!
//! Pure functions: a dataset and a query go in, a list of row numbers comes out. [`Worker`] runs them on a thread of
//! its own, so that typing never waits.

mod filtering;
mod sort;
mod worker;

pub use sort::{SortKey, SortKeyError, toggled};
pub use worker::{Answer, FilterFault, Question, Worker};

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

impl Query {
    /// The rows that pass both filters, sorted.
    ///
    /// An unknown value never passes a filter and stands last in both directions. Rows that compare equal keep the
    /// gateway's order. A sort key whose column this dataset lacks changes nothing.
    ///
    /// # Errors
    /// When a filter gives up on a value.
    #[must_use]
    pub fn run(&self, dataset: &Dataset) -> Result<Vec<u32>, QueryError> {
        let mut rows = filtering::rows(dataset, self.username.as_ref(), self.project.as_ref())?;
        sort::sort(dataset, &self.sort, &mut rows);
        Ok(rows)
    }
}

#[cfg(test)]
mod tests;
