//! Queries over a dataset: filter, sort, group and count sessions.
//!
//! [`Query::run`] is a pure function from a dataset to a [`QueryResult`]. [`Worker`] runs queries on its own thread,
//! so that typing never waits, and cancels a query as soon as a newer one replaces it.

mod cancel;
mod cell_filter;
mod column_filter;
mod date_filter;
mod duplicate_logins;
mod error;
mod facets;
mod filter_set;
mod filter_text;
mod filtering;
mod grouping;
mod highlights;
mod previews;
mod request;
mod result;
mod run;
mod sort;
mod suggestions;
mod unused;
mod worker;

pub use cell_filter::{CellFilter, DesignerFilter};
pub use column_filter::ColumnFilter;
pub use date_filter::{DateFilter, DateRange};
pub use duplicate_logins::{DuplicateLogin, DuplicateLogins, is_no_user};
pub use error::{FilterError, FilterField, QueryError};
pub use facets::{Counts, DesignerCounts, Facet, FacetOrder, Facets, count_users};
pub use filter_set::FilterSet;
pub use filter_text::{FilterText, Filters};
pub use grouping::Grouping;
pub use highlights::Highlights;
pub use previews::is_designer_with_preview;
pub use request::Query;
pub use result::{FilterStatus, QueryResult};
pub use sort::{SortKey, SortKeyError, toggle_additional_sort, toggle_sort};
pub use suggestions::Suggestion;
pub use unused::{UnusedRequest, UnusedSession, UnusedSessions};
pub use worker::Worker;

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;
