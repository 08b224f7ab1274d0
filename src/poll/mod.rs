//! Polling of gateways in background threads: of the one that is shown, and of others.
//!
//! A [`Poller`] is the handle of the thread `poll`. Requests go to the thread and a [`GatewayStatus`] comes back through
//! slots that hold only the newest value, so nothing queues up. Each node is read at its own pace. A node that fails is
//! retried after growing delays, and its last snapshot stays in the dataset. After the machine was suspended, every read
//! that is overdue starts at once. A [`BackgroundPoller`] reads any number of other gateways less often, in one thread.

mod background;
mod backoff;
mod changes;
mod node;
mod polled_gateway;
mod poller;
mod request;
mod runtime;
mod status;
mod suspend;
mod thread;

pub use background::{Access, BackgroundGateway, BackgroundPoller, BackgroundStatus, MAX_READS};
pub use changes::{ChangedFields, ChangedSession, SessionChanges};
pub use poller::Poller;
pub use status::{Activity, GatewayStatus, ListVersion, NodeStatus};
