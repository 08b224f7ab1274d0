//! The number of changes while the window is open, and the pause of the table.

use std::sync::Arc;
use std::time::SystemTime;

use crate::poll::GatewayStatus;

/// The number of sessions that have arrived and left since a gateway was read first in this window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct ChangeCounts {
    /// Time of the first read.
    pub(in crate::ui) since: SystemTime,
    /// The sessions that have arrived.
    pub(in crate::ui) arrived: usize,
    /// The sessions that have left.
    pub(in crate::ui) left: usize,
    /// The other events that the activity lists: starts and ends of outages, and what the user did on the gateway.
    pub(in crate::ui) others: usize,
}

impl ChangeCounts {
    /// Returns the counts at the first read.
    pub(in crate::ui) fn new(since: SystemTime) -> Self {
        Self { since, arrived: 0, left: 0, others: 0 }
    }

    /// Returns the counts of two gateways together.
    pub(in crate::ui) fn plus(self, other: Self) -> Self {
        Self {
            since: self.since.min(other.since),
            arrived: self.arrived + other.arrived,
            left: self.left + other.left,
            others: self.others + other.others,
        }
    }

    /// Returns the number of sessions that have arrived or left since these counts.
    pub(in crate::ui) fn after(self, before: Self) -> usize {
        (self.arrived + self.left).saturating_sub(before.arrived + before.left)
    }
}

/// The pause of the table. Reading and recording continue.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Pause {
    /// The start of the pause.
    pub(in crate::ui) since: SystemTime,
    /// The status whose sessions the table shows.
    pub(in crate::ui) status: Arc<GatewayStatus>,
    /// The counts when it began.
    pub(in crate::ui) before: ChangeCounts,
}
