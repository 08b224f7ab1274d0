//! The requests of the owner to the polling thread.

use std::time::Duration;

use crate::gateway::{Credentials, Profile};

/// Everything that the owner requests. The newest value replaces older ones, so it holds states and a counter, not events.
#[derive(Clone, Debug, Default)]
pub(super) struct PollRequest {
    /// The gateway to poll; `None` for no gateway.
    pub(super) target: Option<PollTarget>,
    /// Interval between two reads of a node; `None` for manual refresh.
    pub(super) interval: Option<Duration>,
    /// Number of manual refreshes so far.
    pub(super) refreshes: u64,
}

/// A gateway to poll.
#[derive(Clone, Debug)]
pub(super) struct PollTarget {
    /// The generation, which its status carries.
    pub(super) generation: u64,
    /// The nodes and the options to read them.
    pub(super) profile: Profile,
    /// The login.
    pub(super) credentials: Credentials,
}
