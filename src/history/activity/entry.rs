//! An entry of the activity list.

use std::sync::Arc;

use crate::history::record::SessionRecord;

/// An entry of the activity list. Times are milliseconds since 1970 UTC by the recorder's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    /// The position in the list, which stays the same.
    pub key: ActivityKey,
    /// The kind of the entry.
    pub kind: ActivityKind,
    /// The earliest time at which it can have happened; `i64::MIN` if the node wasn't watched before. The same as
    /// [`latest`](Self::latest) if the node was being watched, or if the gateway reports the time.
    pub earliest: i64,
    /// The latest time at which it can have happened.
    pub latest: i64,
    /// The name of the gateway.
    pub gateway: Arc<str>,
    /// The address of the node.
    pub node: Arc<str>,
    /// The session that the entry is about. It is empty for an entry without a session. A sign-in
    /// only has the username.
    pub session: SessionRecord,
    /// The duration of the session or the outage in milliseconds, once it is known. A session ends
    /// when it was seen last.
    pub duration_ms: Option<i64>,
    /// The name of an alert's rule and the text of the alert; `None` for other entries.
    pub detail: Option<Arc<str>>,
}

impl ActivityEntry {
    /// Returns the time when the entry was noticed, by which the list is sorted, in milliseconds
    /// since 1970 UTC.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.key.time
    }

    /// Returns `true` if the time when it happened is known, at least to within two reads.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.earliest == self.latest
    }
}

/// The kind of an activity entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActivityKind {
    /// A session arrived, or was there when the node was first read.
    Arrived,
    /// A session left.
    Left,
    /// A node couldn't be read any more.
    Unreachable,
    /// A node could be read again.
    Reachable,
    /// A gateway was restarted.
    Restarted,
    /// The user of Gatewatch terminated a session.
    Terminated,
    /// The user of Gatewatch signed in to the gateway.
    SignedIn,
    /// Gatewatch raised an alert.
    Alert,
    /// Gatewatch reported the end of an alert.
    AlertEnd,
}

impl ActivityKind {
    /// Returns the name of the kind in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Left => "left",
            Self::Unreachable => "unreachable",
            Self::Reachable => "reachable",
            Self::Restarted => "restarted",
            Self::Terminated => "terminated",
            Self::SignedIn => "signed-in",
            Self::Alert => "alert",
            Self::AlertEnd => "alert-end",
        }
    }
}

/// The position of an entry in the list. Newer entries have larger positions. Entries that are
/// written later don't change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActivityKey {
    pub(super) time: i64,
    pub(super) source: Source,
    pub(super) id: i64,
}

impl ActivityKey {
    /// Returns the time when the entry was noticed, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.time
    }

    /// Returns the position of an entry that isn't stored. `number` distinguishes it from others of
    /// the same time.
    #[must_use]
    pub fn unstored(time: i64, number: u32) -> Self {
        // Those of what is stored are positive.
        Self { time, source: Source::Event, id: -1 - i64::from(number) }
    }

    /// Returns `true` if the entry is stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.id >= 0
    }

    /// Returns the position after all entries up to and including a time, in milliseconds since
    /// 1970 UTC.
    #[must_use]
    pub fn end_of(time: i64) -> Self {
        Self { time: time.saturating_add(1), source: Source::Back, id: i64::MIN }
    }
}

/// The source of an entry, in the order of entries of the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Source {
    /// The ends of outages.
    Back,
    /// All other events.
    Event,
    /// The ends of sessions.
    Left,
    /// The starts of sessions.
    Arrived,
}

impl Source {
    pub(super) const ALL: [Self; 4] = [Self::Back, Self::Event, Self::Left, Self::Arrived];
}
