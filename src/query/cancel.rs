//! Cancellation of a running query.

use super::FilterField;
use crate::filter::MatchError;

/// Number of rows that a loop handles between two checks, in well below a millisecond.
pub(super) const CHUNK: usize = 16_384;

/// The query was replaced by a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cancelled;

/// Reports to a running query that it was cancelled.
#[derive(Clone, Copy)]
pub(super) struct CancelToken<'a> {
    is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> CancelToken<'a> {
    /// A token that never cancels.
    pub(super) const NEVER: CancelToken<'static> = CancelToken { is_cancelled: &|| false };

    /// Creates a token that calls `is_cancelled` at each check.
    pub(super) fn new(is_cancelled: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { is_cancelled }
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
    /// A filter took too long.
    Match(FilterField, MatchError),
}

impl From<Cancelled> for Stopped {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
