//! A gateway that is read in the background.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::schedule::{NodeKey, Outcome};
use super::{Access, BackgroundGateway, HIDDEN_INTERVAL};
use crate::gateway::{Client, Credentials, GatewayError, NodeSnapshot};
use crate::poll::polled_gateway::PolledGateway;
use crate::poll::request::PollTarget;
use crate::poll::status::GatewayStatus;
use crate::poll::update::{NodeUpdate, Source};

/// A gateway that is read in the background. Dropping it cancels its reads.
pub(super) struct Reader {
    /// Distinguishes it from all other readers, also earlier ones.
    pub(super) id: u64,
    /// The gateway, as requested.
    pub(super) gateway: BackgroundGateway,
    /// The nodes and the dataset.
    pub(super) polled: PolledGateway,
    /// The status as published last.
    pub(super) status: Arc<GatewayStatus>,
    /// `true` if the status is older than an outcome.
    is_changed: bool,
    client: Client,
    /// The reason why only the health of a node is read, for each node.
    login_errors: Vec<Option<GatewayError>>,
    /// Cancels the last read of each node.
    last_reads: Vec<Option<AbortHandle>>,
}

impl Reader {
    /// Returns a gateway that hasn't been read. `client` is the one of all gateways.
    pub(super) fn new(
        id: u64,
        gateway: BackgroundGateway,
        client: &Client,
        generation: u64,
        is_observed: bool,
        now: Instant,
    ) -> Self {
        let (credentials, login_error) = match &gateway.access {
            Access::Sessions(credentials) => (credentials.clone(), None),
            Access::Health => (Credentials::None, Some(GatewayError::Unauthorized { tried: false })),
        };
        let profile = gateway.profile.clone();
        let nodes = profile.nodes().len();
        let login_errors = vec![login_error; nodes];
        let client = client.for_background(&profile);
        let mut polled = PolledGateway::new(PollTarget { generation, profile, credentials }, is_observed);
        polled.nodes.iter_mut().for_each(|node| node.is_background = true);
        let status = Arc::new(polled.status(now));
        let last_reads = vec![None; nodes];
        Self { id, gateway, polled, status, is_changed: false, client, login_errors, last_reads }
    }

    /// Returns `true` if the gateway is read in the same way as another one.
    pub(super) fn is_for(&self, other: &BackgroundGateway) -> bool {
        let BackgroundGateway { profile, access, .. } = &self.gateway;
        let is_same_profile = profile.is_same_gateway(&other.profile)
            && (&profile.trust, profile.api, profile.perspective)
                == (&other.profile.trust, other.profile.api, other.profile.perspective);
        is_same_profile && *access == other.access
    }

    /// Continues with other settings of a gateway that is read in the same way.
    pub(super) fn set_gateway(&mut self, gateway: BackgroundGateway) {
        self.polled.source = Source::of(&gateway.profile);
        self.gateway = gateway;
    }

    /// Returns the interval between two reads.
    pub(super) fn interval(&self, is_hidden: bool) -> Option<Duration> {
        let interval = self.gateway.interval?;
        Some(if is_hidden { interval.max(HIDDEN_INTERVAL) } else { interval })
    }

    /// Schedules the next reads after a change of the interval.
    pub(super) fn reschedule(&mut self, interval: Option<Duration>, now: Instant, wall_time: SystemTime) {
        self.polled.nodes.iter_mut().for_each(|node| node.reschedule(interval, now, wall_time));
        self.is_changed = true;
    }

    /// Tries rejected logins again, as a user who refreshes expects.
    pub(super) fn forget_rejections(&mut self) {
        if let Access::Sessions(_) = self.gateway.access {
            self.login_errors.iter_mut().for_each(|error| *error = None);
        }
    }

    /// Starts to read a node as a task of `reads`.
    pub(super) fn start(&mut self, index: usize, reads: &mut JoinSet<Outcome>, now: Instant) {
        let PolledGateway { nodes, credentials, options, .. } = &mut self.polled;
        let key: NodeKey = (self.id, index);
        let node = &mut nodes[index];
        node.start(now);
        let client = node.client.as_ref().unwrap_or(&self.client);
        let read = match self.login_errors[index].clone() {
            None => client.start_read(reads, key, &node.status.url, credentials, options),
            Some(login_error) => {
                let (client, url) = (client.clone(), node.status.url.clone());
                reads.spawn(async move {
                    let health = client.fetch_info(&url).await;
                    (key, Err(health.err().unwrap_or(login_error)))
                })
            }
        };
        self.last_reads[index] = Some(read);
    }

    /// Handles the outcome of a read. Returns the update about it; `None` without an observer.
    pub(super) fn finish(
        &mut self,
        index: usize,
        result: Result<NodeSnapshot, GatewayError>,
        interval: Option<Duration>,
        now: Instant,
        wall_time: SystemTime,
    ) -> Option<NodeUpdate> {
        let node = &mut self.polled.nodes[index];
        if node.timed_out_after_success(&result) {
            node.client = Some(self.client.without_connections());
        }
        match (&result, &self.gateway.access) {
            // The same login would be rejected again and again.
            (Err(error), _) if error.is_login_rejected_or_missing() => {
                self.login_errors[index] = Some(error.clone());
            }
            // It may have been rejected only because the gateway was about to restart.
            (Err(_), Access::Sessions(_)) => self.login_errors[index] = None,
            _ => {}
        }
        if result.is_err() {
            node.keep_info(self.client.last_info(&node.status.url));
        }
        self.polled.has_changed |= node.finish(result, interval, now, wall_time);
        self.is_changed = true;
        let PolledGateway { nodes, source, .. } = &mut self.polled;
        nodes[index].update(source, interval, wall_time)
    }

    /// Drops all connections after a suspend, which lasted for `by`: `client` is the new one of all gateways. The reads in
    /// progress have been cancelled.
    pub(super) fn on_resume(&mut self, client: &Client, by: Duration, now: Instant) {
        self.client = client.for_background(&self.gateway.profile);
        self.polled.nodes.iter_mut().for_each(|node| node.on_resume(by, now));
        self.is_changed = true;
    }

    /// Adjusts all times after the wall clock was set back.
    pub(super) fn on_clock_set_back(&mut self, by: Duration) {
        self.polled.nodes.iter_mut().for_each(|node| node.on_clock_set_back(by));
        self.is_changed = true;
    }

    /// Returns the time of the next read of each node that isn't being read.
    pub(super) fn next_reads(&self) -> impl Iterator<Item = (Instant, NodeKey)> {
        let nodes = self.polled.nodes.iter().enumerate();
        nodes.filter_map(|(index, node)| Some((node.due_at()?, (self.id, index))))
    }

    /// Updates the status. Returns `true` if more than times has changed.
    pub(super) fn update_status(&mut self, now: Instant) -> bool {
        if !std::mem::take(&mut self.is_changed) {
            return false;
        }
        self.polled.update_dataset();
        let status = Arc::new(self.polled.status(now));
        let is_same = self.status.is_same_except_times(&status);
        self.status = status;
        !is_same
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.last_reads.iter().flatten().for_each(AbortHandle::abort);
    }
}
