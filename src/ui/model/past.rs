//! A moment of the past that the table shows in place of the present.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::history::{NodeGaps, SessionState};
use crate::ui::error_report::ErrorReport;

/// A moment of the past.
pub(in crate::ui) struct Past {
    /// The moment, in milliseconds since 1970 UTC.
    pub(in crate::ui) at: i64,
    /// `true` if the user has chosen the moment, `false` if only the box for it was opened.
    pub(in crate::ui) is_chosen: bool,
    /// The sessions; those of an earlier moment, or none, until they are read.
    pub(in crate::ui) sessions: Option<Arc<PastSessions>>,
    /// The reason why they can't be read.
    pub(in crate::ui) error: Option<ErrorReport>,
}

/// The sessions at a moment, and how certain they are.
pub(in crate::ui) struct PastSessions {
    /// The moment, in milliseconds since 1970 UTC.
    pub(in crate::ui) at: i64,
    /// The sessions, with the columns of `gatewatch history`.
    pub(in crate::ui) dataset: Arc<Dataset>,
    /// The number of sessions that were seen, were proved, and are possible.
    pub(in crate::ui) counts: [usize; 3],
    /// The nodes, with the gaps around the moment.
    pub(in crate::ui) nodes: Vec<NodeGaps>,
}

/// The states that [`PastSessions::counts`] counts, in its order.
pub(in crate::ui) const PAST_STATES: [SessionState; 3] =
    [SessionState::Seen, SessionState::Proved, SessionState::Possible];

impl Past {
    /// Returns the past at a moment whose sessions aren't read yet.
    pub(in crate::ui) fn new(at: i64) -> Self {
        Self { at, is_chosen: true, sessions: None, error: None }
    }
}
