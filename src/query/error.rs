//! The errors of a query.

use std::fmt;

use crate::filter::{MatchError, PatternError};

/// A text filter of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterField {
    /// The filter on usernames.
    Username,
    /// The filter on projects.
    Project,
    /// A filter on another column, by its index in [`Query::columns`](super::Query::columns).
    Column(usize),
}

impl fmt::Display for FilterField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "username",
            Self::Project => "project",
            Self::Column(_) => "column",
        })
    }
}

/// The reason why a filter can't be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The pattern is invalid.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A value can't be matched: it exceeds the limit of backtracking, or Java throws an exception for it.
    #[error(transparent)]
    Match(#[from] MatchError),
}

impl FilterError {
    /// Returns the position of the error in the pattern, in characters counted from 1, if it has one.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Pattern(error) => Some(error.column()),
            Self::Match(_) => None,
        }
    }
}

/// A query failed because of one of its filters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Can't apply the {field} filter")]
pub struct QueryError {
    /// The filter.
    pub field: FilterField,
    /// The reason.
    pub source: FilterError,
}
