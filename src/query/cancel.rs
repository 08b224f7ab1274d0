//! Cancellation and time limit of a running query.

use std::time::Duration;

use super::FilterField;
use crate::filter::MatchError;

/// Number of rows that a loop handles between two checks, in well below a millisecond.
pub(super) const CHUNK: usize = 16_384;

/// Time limit of a pattern with backtracking over all values together, for a user who waits. The limit per value isn't enough:
/// many values just below it would block the next query for too long. The result, with the last valid filter, comes within
/// half a second.
pub(super) const MATCH_TIMEOUT: Duration = Duration::from_millis(400);

/// The query was replaced by a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cancelled;

/// Reports to a running query that it was cancelled, and limits the time of its filters.
#[derive(Clone, Copy)]
pub(super) struct CancelToken<'a> {
    is_cancelled: &'a (dyn Fn() -> bool + Sync),
    match_timeout: Option<Duration>,
}

impl<'a> CancelToken<'a> {
    /// A token that never cancels.
    pub(super) const NEVER: CancelToken<'static> =
        CancelToken { is_cancelled: &|| false, match_timeout: None };

    /// Creates a token that calls `is_cancelled` at each check, without a time limit.
    pub(super) fn new(is_cancelled: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { is_cancelled, match_timeout: None }
    }

    /// Limits the time of a pattern with backtracking over all values together.
    pub(super) fn with_match_timeout(self, match_timeout: Duration) -> Self {
        Self { match_timeout: Some(match_timeout), ..self }
    }

    /// Returns the time limit of a pattern with backtracking.
    pub(super) fn match_timeout(self) -> Option<Duration> {
        self.match_timeout
    }

    /// Returns an error if the query was cancelled.
    pub(super) fn check(self) -> Result<(), Cancelled> {
        if (self.is_cancelled)() { Err(Cancelled) } else { Ok(()) }
    }
}

/// The reason why a query stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// A newer query replaced it.
    Cancelled,
    /// A filter can't be matched.
    Match(FilterField, MatchError),
}

impl From<Cancelled> for Stopped {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
