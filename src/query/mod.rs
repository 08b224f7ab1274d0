//! Which rows of a dataset are shown, in which order and in which groups, and how many there are of what.
//!
//! Pure functions: a dataset and a query go in, row numbers and counts come out. [`Worker`] runs them on a thread of
//! its own, so that typing never waits.

mod duplicate_logins;
mod facets;
mod filter_text;
mod filtering;
mod grouping;
mod sort;
mod worker;

pub use duplicate_logins::DuplicateLogins;
pub use facets::{Counts, Facet, FacetOrder, Facets};
pub use filter_text::FilterText;
pub use filtering::{CellFilter, Kind};
pub use grouping::Grouping;
pub use sort::{SortKey, SortKeyError, added, toggled};
pub use worker::{Answer, FilterError, FilterStatus, Question, View, Worker};

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
    /// Clients, designers or both.
    pub kind: Kind,
    /// Single values to keep or to leave out.
    pub cells: Vec<CellFilter>,
    /// By what the rows are grouped, if at all.
    pub grouping: Option<Grouping>,
    /// By what the rows are sorted, the most important first; in the gateway's order without any. Within the groups
    /// where there are some.
    pub sort: Vec<SortKey>,
    /// Whether usernames and projects are counted, and in which order.
    pub facets: Option<FacetOrder>,
}

/// What a query selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The rows that pass all filters, in order.
    pub rows: Vec<u32>,
    /// Where in `rows` each group begins; empty without grouping.
    pub groups: Vec<u32>,
    /// How many of what they are.
    pub counts: Counts,
    /// How many sessions each user and each project has, where that was asked.
    pub facets: Option<Facets>,
    /// There is a username filter, and it alone lets nobody pass.
    pub no_username: bool,
    /// There is a project filter, and it alone lets no project pass.
    pub no_project: bool,
}

impl Query {
    /// The rows that pass all filters, sorted.
    ///
    /// An unknown value never passes a pattern and stands last in both directions. Rows that compare equal keep the
    /// gateway's order. A sort key, a grouping or a filter whose column this dataset lacks changes nothing.
    ///
    /// # Errors
    /// When a filter gives up on a value.
    pub fn run(&self, dataset: &Dataset) -> Result<Selection, QueryError> {
        let filters = filtering::Filters::of(self, dataset)?;
        let mut rows = filters.rows();
        // Before the sort: in the gateway's order memory is read from one end to the other.
        let counts = Counts::of(dataset, &rows);
        let facets = self.facets.map(|order| Facets::of(dataset, &filters, order));
        let keys = grouping::keys(self.grouping.as_ref(), &self.sort);
        sort::sort(dataset, &keys, &mut rows);
        let groups = self.grouping.as_ref().map(|grouping| grouping.arrange(dataset, &mut rows));
        let (no_username, no_project) = (filters.no_username(), filters.no_project());
        Ok(Selection { rows, groups: groups.unwrap_or_default(), counts, facets, no_username, no_project })
    }
}

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;
