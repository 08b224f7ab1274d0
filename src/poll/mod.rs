//! Polling of gateways in background threads: of the one that is shown, and of others.
//!
//! A [`Poller`] is the handle of the thread `poll`. Requests go to the thread and a [`GatewayStatus`] comes back through
//! slots that hold only the newest value, so nothing queues up. Each node is read at its own pace. A node that fails is
//! retried after growing delays, and its last snapshot stays in the dataset. After the machine was suspended, every read
//! that is overdue starts at once. A [`BackgroundPoller`] reads any number of other gateways less often, in one thread.
//!
//! An [`Observer`] of either receives a [`NodeUpdate`] for each read, none is left out: the list of sessions and its
//! [`SessionChanges`] since the list before. Without an observer nothing is compared.

mod background;
mod backoff;
mod changes;
mod event;
mod list_tracker;
mod node;
mod polled_gateway;
mod poller;
mod request;
mod runtime;
mod status;
mod suspend;
#[cfg(test)]
mod test_lists;
mod thread;
mod update;

pub use background::{Access, BackgroundGateway, BackgroundPoller, BackgroundStatus, MAX_READS};
pub(crate) use backoff::longest_failure_pause;
pub(crate) use changes::CREATION_TOLERANCE_MS;
pub use changes::{ChangedFields, ChangedSession, SessionChanges};
pub use event::{Departure, Event, EventKind, Events, Session};
pub(crate) use list_tracker::{MAX_DELAY, longest_read_pause};
pub use poller::Poller;
pub use status::{Activity, GatewayStatus, ListVersion, NodeStatus};
pub use suspend::Clocks;
pub use update::{ListUpdate, NodeUpdate, Observer, PreviousList, ReadOutcome};
