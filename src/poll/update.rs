//! The outcome of each read of a node, with the difference of its lists.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::changes::SessionChanges;
use crate::dataset::Dataset;
use crate::gateway::{Certificate, GatewayError, NodeUrl, Notice, Profile, RowKinds, SessionKind};

/// A function that receives the outcome of each read, in the polling thread. No node is read while
/// it runs.
pub type Observer = Box<dyn FnMut(NodeUpdate) + Send>;

/// The outcome of a read of a node.
#[derive(Clone, Debug)]
pub struct NodeUpdate {
    /// The name of the gateway's profile.
    pub gateway: Arc<str>,
    /// The address of the node.
    pub url: NodeUrl,
    /// `true` if the gateway's profile allows recording its sessions in the history.
    pub is_recorded: bool,
    /// Time of receipt, by this machine's clock.
    pub time: SystemTime,
    /// Interval between two reads of the node; `None` for manual refresh.
    pub interval: Option<Duration>,
    /// The result of the read.
    pub outcome: ReadOutcome,
}

/// The fields that all updates about the nodes of a gateway have in common.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The name of its profile.
    pub(super) gateway: Arc<str>,
    /// `true` if the profile allows recording its sessions in the history.
    pub(super) is_recorded: bool,
}

impl Source {
    pub(super) fn of(profile: &Profile) -> Self {
        Self { gateway: profile.name.as_str().into(), is_recorded: profile.history }
    }
}

/// The result of a read of a node.
#[derive(Clone, Debug)]
pub enum ReadOutcome {
    /// The sessions of the node.
    List(ListUpdate),
    /// The error of a failed read. This is a gap, not a departure of sessions.
    Failed(GatewayError),
}

/// The sessions of a node.
#[derive(Clone, Debug)]
pub struct ListUpdate {
    /// The sessions. Those of a kind that couldn't be read are carried over from the list before.
    pub list: Arc<Dataset>,
    /// The kinds that couldn't be read.
    pub missing_kinds: Vec<SessionKind>,
    /// The reasons why sessions or values may be missing.
    pub notices: Vec<Notice>,
    /// The list before; `None` for the first one.
    pub previous: Option<PreviousList>,
    /// The node's clock minus this machine's, in milliseconds; `None` if the node doesn't report its time.
    pub clock_offset_ms: Option<i64>,
    /// The certificate that the node showed; `None` without TLS.
    pub certificate: Option<Arc<Certificate>>,
}

/// The last list before the current one, and what happened between them.
#[derive(Clone, Debug)]
pub struct PreviousList {
    /// The sessions. It is the same allocation as the current list if no session changed in any way.
    pub list: Arc<Dataset>,
    /// Time when it was received, by this machine's clock. If the clock was set back, it may be later than the current time.
    pub read_at: SystemTime,
    /// The sessions that arrived, left or changed.
    pub changes: SessionChanges,
    /// `true` if the node was read regularly between the two: the read before succeeded and wasn't long ago. It is `false`
    /// with manual refresh and after a suspend.
    pub is_continuous: bool,
    /// The rows of the current list whose kind couldn't be read before. They may have been on all the time, so they are not
    /// among the changes.
    pub first_listed: Vec<u32>,
    /// The kinds that couldn't be read in this list.
    pub missing_kinds: Vec<SessionKind>,
    /// Time of the first sign that the gateway was restarted since.
    pub restarted_at: Option<SystemTime>,
    /// The kinds of `missing_kinds` that were read before, with the time of the last list that had them.
    pub carried: Vec<(SessionKind, SystemTime)>,
}

impl PreviousList {
    /// Returns the time when the session in a row of this list was listed last. This is [`Self::read_at`] unless the list of
    /// its kind couldn't be read.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn last_seen(&self, row: u32) -> SystemTime {
        if self.carried.is_empty() {
            return self.read_at;
        }
        let kind = RowKinds::of(&self.list).kind(row);
        let carried = self.carried.iter().find(|(carried, _)| Some(*carried) == kind);
        carried.map_or(self.read_at, |(_, listed_at)| *listed_at)
    }

    /// Returns `true` if its kind of session wasn't read for a time after [`Self::last_seen`], so that the session in this row
    /// may have left long before the current list.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn has_gap_after(&self, row: u32) -> bool {
        !self.is_continuous || self.last_seen(row) != self.read_at
    }
}
