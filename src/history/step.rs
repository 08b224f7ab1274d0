//! The steps that the recorder writes about a node, one for each read.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::record::SessionRecord;
use crate::dataset::Dataset;
use crate::gateway::SessionKind;

/// The outcome of a read of a node, in the order of time. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug)]
pub(super) enum ReadStep {
    /// A list that can't be compared with the one before, such as the first.
    List(List),
    /// A list, as its differences from the one before.
    Changes(Changes),
    /// The same list as before.
    Seen {
        /// Time of the read.
        time: i64,
        /// `true` if the node was being watched since the read before.
        is_continuous: bool,
        /// The kinds that couldn't be read, as in the list before.
        missing_kinds: Vec<SessionKind>,
    },
    /// The node couldn't be read.
    Failed {
        /// Time of the first read that failed.
        first: i64,
        /// Time of the last read that failed.
        last: i64,
    },
}

/// A whole list.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) time: i64,
    pub(super) sessions: Arc<Dataset>,
    /// The kinds that couldn't be read. Their sessions in the list are those of a list before.
    pub(super) missing_kinds: Vec<SessionKind>,
    /// The gateway's clock minus this machine's.
    pub(super) clock_offset: i64,
}

/// The differences of a list from the one before.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    pub(super) time: i64,
    /// Time when the list before was read last.
    pub(super) previous: i64,
    /// `true` if the node was being watched since then.
    pub(super) is_continuous: bool,
    /// The gateway's clock minus this machine's.
    pub(super) clock_offset: i64,
    /// The time of the first sign of a restart since the list before, which ended its sessions.
    pub(super) restarted: Option<i64>,
    /// The kinds that couldn't be read.
    pub(super) missing_kinds: Vec<SessionKind>,
    /// Kinds that couldn't be read before, and now can. Their sessions are among no other changes than `listed`.
    pub(super) listed_kinds: Vec<SessionKind>,
    /// All sessions of these kinds.
    pub(super) listed: Vec<SessionRecord>,
    pub(super) arrived: Vec<SessionRecord>,
    /// Sessions that left, each with the time of the last list with it.
    pub(super) left: Vec<(SessionRecord, i64)>,
    /// Sessions before and after a change.
    pub(super) changed: Vec<(SessionRecord, SessionRecord)>,
}

impl Changes {
    /// Returns the time of the first sign of a restart, not before the last list and not after this
    /// one.
    pub(super) fn restarted_at(&self) -> Option<i64> {
        self.restarted.map(|restarted| restarted.clamp(self.previous.min(self.time), self.time))
    }
}

impl ReadStep {
    /// Returns the size of the step in memory, as a number of sessions.
    pub(super) fn size(&self) -> usize {
        1 + match self {
            Self::Changes(Changes { arrived, listed, left, changed, .. }) => {
                arrived.len() + listed.len() + left.len() + 2 * changed.len()
            }
            Self::List(list) => list.sessions.len(),
            Self::Seen { .. } | Self::Failed { .. } => 0,
        }
    }

    /// Returns the time of the read; `None` if it failed.
    pub(super) fn time(&self) -> Option<i64> {
        match self {
            Self::List(list) => Some(list.time),
            Self::Changes(changes) => Some(changes.time),
            Self::Seen { time, .. } => Some(*time),
            Self::Failed { .. } => None,
        }
    }

    /// Returns the kinds that couldn't be read.
    pub(super) fn missing_kinds(&self) -> &[SessionKind] {
        match self {
            Self::List(List { missing_kinds, .. })
            | Self::Changes(Changes { missing_kinds, .. })
            | Self::Seen { missing_kinds, .. } => missing_kinds,
            Self::Failed { .. } => &[],
        }
    }
}

/// A node of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodeKey {
    /// The name of the gateway.
    pub gateway: Arc<str>,
    /// The address of the node, which identifies it.
    pub url: Arc<str>,
}

/// The steps of a node that aren't written yet.
#[derive(Clone, Debug)]
pub(super) struct NodeSteps {
    pub(super) node: NodeKey,
    pub(super) steps: Vec<ReadStep>,
    /// The newest list.
    pub(super) latest: Option<List>,
    /// Interval between two reads; `None` for manual refresh.
    pub(super) every: Option<Duration>,
    /// Time of the last read before the steps, if another process has written the node up to it or longer.
    pub(super) written_until: Option<i64>,
}

/// Returns a time in milliseconds since 1970 UTC.
pub(crate) fn epoch_ms(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |before| -before),
    }
}
