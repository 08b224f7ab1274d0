//! The gateway that is being polled: its nodes and the combined dataset.

use std::sync::Arc;

use tokio::time::Instant;

use super::node::Node;
use super::request::PollTarget;
use super::status::{Activity, GatewayStatus};
use super::update::Source;
use crate::dataset::{Dataset, Part, concat};
use crate::gateway::{Credentials, ReadOptions, node_names};

/// A polled gateway.
pub(super) struct PolledGateway {
    pub(super) generation: u64,
    /// The fields that updates about its nodes have in common.
    pub(super) source: Source,
    pub(super) credentials: Credentials,
    pub(super) options: ReadOptions,
    pub(super) nodes: Vec<Node>,
    /// The last snapshots of all nodes in one dataset.
    dataset: Option<Arc<Dataset>>,
    /// `true` if the dataset is older than a node's snapshot.
    pub(super) has_changed: bool,
    /// Time to publish outcomes that were gathered.
    pub(super) publish_at: Option<Instant>,
    /// Time when a status was published last.
    pub(super) published_at: Option<Instant>,
    /// `true` if the published status reports the current reads as slow.
    slow_published: bool,
    /// `true` from a manual refresh until its outcome is published.
    pub(super) manual_refresh: bool,
}

impl PolledGateway {
    /// Returns a gateway whose nodes haven't been read. If it is observed, their lists are compared.
    pub(super) fn new(target: PollTarget, is_observed: bool) -> Self {
        let PollTarget { generation, profile, credentials } = target;
        Self {
            generation,
            source: Source::of(&profile),
            credentials,
            options: profile.read_options(),
            nodes: profile.nodes().iter().map(|url| Node::new(url.clone(), is_observed)).collect(),
            dataset: None,
            has_changed: false,
            publish_at: None,
            published_at: None,
            slow_published: false,
            manual_refresh: false,
        }
    }

    /// Returns the time of the next read of any node.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.nodes.iter().filter_map(Node::due_at).min()
    }

    /// Returns the time when a slow read has to be reported.
    pub(super) fn slow_at(&self) -> Option<Instant> {
        if self.slow_published { None } else { self.nodes.iter().filter_map(Node::slow_at).min() }
    }

    /// Updates the dataset if a node's snapshot changed.
    pub(super) fn update_dataset(&mut self) {
        if !std::mem::take(&mut self.has_changed) {
            return;
        }
        if let [only] = &self.nodes[..] {
            self.dataset = only.snapshot.as_ref().map(|snapshot| snapshot.dataset.clone());
            return;
        }
        let nodes: Vec<_> = self.nodes.iter().map(|node| (&node.status.url, node.snapshot_info())).collect();
        let names = node_names(&nodes);
        let mut parts: Vec<Part> = Vec::new();
        for (name, node) in names.into_iter().zip(&mut self.nodes) {
            node.status.name = Some(name.clone());
            parts.extend(node.snapshot.as_ref().map(|snapshot| (name, snapshot.dataset.clone())));
        }
        self.dataset = (!parts.is_empty()).then(|| Arc::new(concat(&parts)));
    }

    /// Returns the status to publish.
    pub(super) fn status(&mut self, now: Instant) -> GatewayStatus {
        let snapshots = self.nodes.iter().filter_map(|node| node.snapshot.as_ref());
        let updated_at = snapshots.map(|snapshot| snapshot.received).min();
        let is_first_read = self.dataset.is_none() && self.nodes.iter().all(Node::is_reading);
        let slow = self.nodes.iter().filter(|node| node.is_slow(now)).count();
        if slow > 0 && !self.slow_published {
            tracing::debug!(generation = self.generation, slow, "waiting for slow nodes");
        }
        self.slow_published = is_first_read || slow > 0;
        let next_read_at = self.nodes.iter().filter_map(|node| node.status.next_read_at).min();
        GatewayStatus {
            generation: self.generation,
            nodes: self.nodes.iter().map(Node::current_status).collect(),
            dataset: self.dataset.clone(),
            updated_at,
            activity: if self.slow_published {
                Activity::Reading
            } else {
                Activity::Waiting { next_read_at }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::gateway::{Api, GatewayError, NodeSnapshot, Profile};

    fn gateway(urls: &[&str]) -> PolledGateway {
        let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
        let profile = Profile::new("Plant".to_owned(), urls).unwrap();
        PolledGateway::new(PollTarget { generation: 1, profile, credentials: Credentials::None }, false)
    }

    fn seconds(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn finish(gateway: &mut PolledGateway, index: usize, result: Result<SystemTime, GatewayError>) {
        let now = Instant::now();
        let result = result.map(|received| NodeSnapshot {
            info: None,
            api: Api::WebDev,
            dataset: Arc::default(),
            notices: Vec::new(),
            received,
            now: None,
            certificate: None,
        });
        gateway.nodes[index].start(now);
        gateway.has_changed |= gateway.nodes[index].finish(result, None, now, SystemTime::UNIX_EPOCH);
        gateway.update_dataset();
    }

    #[test]
    fn updated_at_is_that_of_the_oldest_snapshot() {
        let mut gateway =
            gateway(&["http://a.example:8088", "http://b.example:8088", "http://c.example:8088"]);
        let updated_at = |gateway: &mut PolledGateway| gateway.status(Instant::now()).updated_at;
        assert_eq!(updated_at(&mut gateway), None);
        finish(&mut gateway, 0, Ok(seconds(20)));
        // A node without a snapshot has no part in the dataset.
        assert_eq!(updated_at(&mut gateway), Some(seconds(20)));
        finish(&mut gateway, 1, Ok(seconds(10)));
        assert_eq!(updated_at(&mut gateway), Some(seconds(10)));
        finish(&mut gateway, 0, Ok(seconds(30)));
        assert_eq!(updated_at(&mut gateway), Some(seconds(10)));
        // After a failure the last snapshot stays, and so does its age.
        finish(&mut gateway, 1, Err(GatewayError::Timeout { seconds: 10.0 }));
        assert_eq!(updated_at(&mut gateway), Some(seconds(10)));
        finish(&mut gateway, 1, Ok(seconds(40)));
        assert_eq!(updated_at(&mut gateway), Some(seconds(30)));
    }

    #[test]
    fn reports_the_first_read_at_once_and_later_ones_only_when_slow() {
        let mut gateway = gateway(&["http://a.example:8088"]);
        let now = Instant::now();
        gateway.nodes[0].start(now);
        assert_eq!(gateway.status(now).activity, Activity::Reading);
        finish(&mut gateway, 0, Ok(seconds(10)));
        assert_eq!(gateway.status(now).activity, Activity::Waiting { next_read_at: None });
        gateway.nodes[0].start(now);
        assert_eq!(gateway.status(now).activity, Activity::Waiting { next_read_at: None });
        let slow_at = gateway.slow_at().unwrap();
        assert_eq!(gateway.status(slow_at).activity, Activity::Reading);
        assert_eq!(gateway.slow_at(), None);
    }
}
