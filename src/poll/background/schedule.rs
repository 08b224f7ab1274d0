//! The reads in progress and those to come, of all gateways together.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::MAX_READS;
use crate::gateway::{GatewayError, NodeSnapshot};

/// A node: the id of its reader, and its index there.
pub(super) type NodeKey = (u64, usize);
/// The outcome of a read.
pub(super) type Outcome = (NodeKey, Result<NodeSnapshot, GatewayError>);

/// Reads of nodes, each at its time. An outcome costs the same with any number of nodes, or nearly so.
#[derive(Default)]
pub(super) struct Schedule {
    /// The reads in progress. Dropping them cancels them.
    pub(super) reads: JoinSet<Outcome>,
    /// The next read of each node that isn't being read, the earliest first.
    due: BinaryHeap<Reverse<(Instant, NodeKey)>>,
}

impl Schedule {
    /// Returns the time of the next read.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due.peek().map(|Reverse((due_at, _))| *due_at)
    }

    /// Returns `true` if no further read may start.
    pub(super) fn is_full(&self) -> bool {
        self.reads.len() >= MAX_READS
    }

    /// Removes the earliest read that is due, unless too many are in progress.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<NodeKey> {
        if self.is_full() || self.due_at()? > now {
            return None;
        }
        self.due.pop().map(|Reverse((_, key))| key)
    }

    /// Adds the next read of a node whose read has ended.
    pub(super) fn push(&mut self, due_at: Instant, key: NodeKey) {
        self.due.push(Reverse((due_at, key)));
    }

    /// Replaces the reads to come after the times of any number of nodes have changed.
    pub(super) fn replace(&mut self, reads: impl Iterator<Item = (Instant, NodeKey)>) {
        self.due = reads.map(Reverse).collect();
    }

    /// Waits for the end of a read; `None` if none is in progress.
    ///
    /// # Panics
    /// If the read did.
    pub(super) async fn next_finished(&mut self) -> Option<Outcome> {
        loop {
            match self.reads.join_next().await? {
                Ok(outcome) => return Some(outcome),
                // Its gateway isn't read any more.
                Err(error) if JoinError::is_cancelled(&error) => {}
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
    }
}
