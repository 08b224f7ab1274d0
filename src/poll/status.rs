//! The status of a polled gateway.

use std::sync::Arc;
use std::time::SystemTime;

use crate::dataset::Dataset;
use crate::gateway::{Api, GatewayError, GatewayInfo, NodeUrl, Notice};

/// The status of a polled gateway at one moment.
#[derive(Clone, Debug)]
pub struct GatewayStatus {
    /// The generation, as returned by [`Poller::connect`](super::Poller::connect).
    pub generation: u64,
    /// The status of each node, in the order of the profile.
    pub nodes: Vec<NodeStatus>,
    /// The last snapshots of all nodes in one dataset; `None` before the first one.
    pub dataset: Option<Arc<Dataset>>,
    /// Time when the oldest snapshot in the dataset was received, by this machine's clock.
    pub updated_at: Option<SystemTime>,
    /// The activity of the thread.
    pub activity: Activity,
}

impl GatewayStatus {
    /// Returns `true` if both are equal except for times.
    pub(super) fn is_same_except_times(&self, other: &Self) -> bool {
        let Self { generation, nodes, dataset, updated_at, activity } = self;
        let is_same_dataset = dataset.as_ref().map(Arc::as_ptr) == other.dataset.as_ref().map(Arc::as_ptr);
        let is_reading = |activity: &Activity| matches!(activity, Activity::Reading);
        is_same_dataset
            && *generation == other.generation
            && updated_at.is_some() == other.updated_at.is_some()
            && is_reading(activity) == is_reading(&other.activity)
            && nodes.len() == other.nodes.len()
            && nodes.iter().zip(&other.nodes).all(|(a, b)| a.is_same_except_times(b))
    }
}

/// The status of one node.
#[derive(Clone, Debug)]
pub struct NodeStatus {
    /// The address.
    pub url: NodeUrl,
    /// The node's name in the column [`names::GATEWAY`](crate::dataset::names::GATEWAY) of the dataset; `None` if the
    /// gateway has only one node, or before its first dataset.
    pub name: Option<String>,
    /// The name of its gateway; `None` in the status of a single gateway.
    pub gateway: Option<String>,
    /// The health page of the last read that had one, also of one that failed afterwards.
    pub info: Option<GatewayInfo>,
    /// The interface that the last snapshot was read from.
    pub api: Option<Api>,
    /// The reasons why sessions or values may be missing in the last snapshot.
    pub notices: Vec<Notice>,
    /// The error of the last read; `None` if it succeeded.
    pub error: Option<GatewayError>,
    /// Time when the last snapshot was received, by this machine's clock.
    pub updated_at: Option<SystemTime>,
    /// The sessions of the last snapshot; `None` before the first one.
    pub list: Option<ListVersion>,
    /// The node's clock minus this machine's, in milliseconds; `None` if the node doesn't report its time.
    pub clock_offset_ms: Option<i64>,
    /// Time of the next read; `None` during a read, and if only a manual refresh starts the next one.
    pub next_read_at: Option<SystemTime>,
}

impl NodeStatus {
    /// Returns the status of a node before its first read.
    pub(crate) fn new(url: NodeUrl) -> Self {
        Self {
            url,
            name: None,
            gateway: None,
            info: None,
            api: None,
            notices: Vec::new(),
            error: None,
            updated_at: None,
            list: None,
            clock_offset_ms: None,
            next_read_at: None,
        }
    }

    /// Returns `true` before the end of the first read.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.updated_at.is_none() && self.error.is_none()
    }

    fn is_same_except_times(&self, other: &Self) -> bool {
        let Self { url, name, gateway, info, api, notices, error, updated_at, .. } = self;
        updated_at.is_some() == other.updated_at.is_some()
            && (url, name, gateway) == (&other.url, &other.name, &other.gateway)
            && (info, api) == (&other.info, &other.api)
            && (notices, error) == (&other.notices, &other.error)
    }
}

/// The version of a node's list. It stays the same while the sessions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// Counts the lists since the gateway was connected to, from 1.
    pub number: u64,
    /// Time when it was received first, by this machine's clock.
    pub since: SystemTime,
    /// Time when the list before was received last; `None` for the first list.
    pub previous_read_at: Option<SystemTime>,
}

/// The activity of the polling thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Reading a node. Only the first read and slow reads are reported: a short one would flicker.
    Reading,
    /// Waiting for the next read.
    Waiting {
        /// Time of the next read of any node; `None` if only a manual refresh starts it.
        next_read_at: Option<SystemTime>,
    },
}
