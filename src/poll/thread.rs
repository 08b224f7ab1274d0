//! The polling thread: one loop over requests, outcomes of reads, and timers.
//!
//! Each node is read at its own pace, so that a slow one doesn't delay the others. Outcomes that arrive close together
//! are published together.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::node::Node;
use super::polled_gateway::PolledGateway;
use super::request::PollRequest;
use super::runtime;
use super::status::GatewayStatus;
use super::suspend::{Clocks, Jump};
use super::update::{Observer, Source};
use crate::gateway::{Client, GatewayError, NodeSnapshot};

/// Time in which outcomes are gathered before they are published.
const GATHER_TIME: Duration = Duration::from_millis(100);
/// The largest number of nodes for which [`GATHER_TIME`] is used.
const MAX_NODES_OF_SMALL_GATEWAY: usize = 8;
/// [`GATHER_TIME`] for more nodes. Of two hundred nodes one answers every few milliseconds, and
/// each publication builds the whole dataset.
const GATHER_TIME_OF_LARGE_GATEWAY: Duration = Duration::from_millis(500);

/// Starts the thread. It ends when the sender of requests is dropped.
pub(super) fn spawn(
    clocks: Clocks,
    client: Client,
    observer: Option<Observer>,
    requests: watch::Receiver<PollRequest>,
    status: watch::Sender<Option<Arc<GatewayStatus>>>,
    notify: impl Fn() + Send + 'static,
) -> io::Result<()> {
    runtime::spawn("poll", notify, async move |notify: &_| {
        let thread = PollThread {
            clocks,
            client,
            observer,
            status,
            notify,
            interval: None,
            refreshes: 0,
            gateway: None,
            reads: JoinSet::new(),
        };
        thread.run(requests).await;
    })
}

/// The state of the thread.
struct PollThread<'a, F> {
    clocks: Clocks,
    client: Client,
    /// Receives the outcome of each read.
    observer: Option<Observer>,
    status: watch::Sender<Option<Arc<GatewayStatus>>>,
    notify: &'a F,
    interval: Option<Duration>,
    /// Number of manual refreshes that were applied.
    refreshes: u64,
    gateway: Option<PolledGateway>,
    /// The reads in progress, each with the index of its node. Dropping them cancels them.
    reads: JoinSet<(usize, Result<NodeSnapshot, GatewayError>)>,
}

/// What woke the thread.
enum Wakeup {
    /// A new request; `false` if its sender was dropped.
    Request(bool),
    /// A read ended.
    Finished(Result<(usize, Result<NodeSnapshot, GatewayError>), JoinError>),
    /// The status is due to be published.
    Publish,
    /// A read is due, or the clocks have to be compared.
    Due,
}

impl<F: Fn()> PollThread<'_, F> {
    /// Runs until the sender of requests is dropped.
    async fn run(mut self, mut requests: watch::Receiver<PollRequest>) {
        loop {
            let wakeup = match &mut self.gateway {
                None => Wakeup::Request(requests.changed().await.is_ok()),
                Some(gateway) => {
                    let (publish_at, due_at, slow_at) =
                        (gateway.publish_at, gateway.due_at(), gateway.slow_at());
                    // Without a timer or a read, the clocks are compared at the next manual refresh.
                    let check_at =
                        (due_at.is_some() || !self.reads.is_empty()).then(|| self.clocks.next_check());
                    tokio::select! {
                        request = requests.changed() => Wakeup::Request(request.is_ok()),
                        Some(finished) = self.reads.join_next() => Wakeup::Finished(finished),
                        () = wait_until(publish_at) => Wakeup::Publish,
                        () = wait_until(due_at) => Wakeup::Due,
                        () = wait_until(slow_at) => Wakeup::Publish,
                        () = wait_until(check_at) => Wakeup::Due,
                    }
                }
            };
            // A finished read goes first: its node isn't interrupted by a suspend any more.
            if !matches!(wakeup, Wakeup::Finished(_)) {
                self.check_clocks();
            }
            match wakeup {
                Wakeup::Request(false) => return,
                Wakeup::Request(true) => {
                    let request = requests.borrow_and_update().clone();
                    self.apply(request);
                }
                Wakeup::Finished(Ok((index, result))) => self.finish_read(index, result),
                // Reads are cancelled only together with their gateway, so this is a panic.
                Wakeup::Finished(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                Wakeup::Publish => self.publish(),
                Wakeup::Due => self.start_due_reads(),
            }
        }
    }

    /// Reacts to a suspend or a change of the wall clock.
    fn check_clocks(&mut self) {
        let Some(jump) = self.clocks.check() else {
            return;
        };
        // Open connections are probably dead, and each one would cost a timeout.
        self.client = self.client.without_connections();
        if matches!(jump, Jump::Forward(_)) {
            self.client.forget_accepted_logins();
        }
        let Some(gateway) = &mut self.gateway else {
            return;
        };
        match jump {
            Jump::Forward(by) => {
                tracing::info!(by_s = by.as_secs(), "resumed after a suspend or a change of the clock");
                self.reads = JoinSet::new();
                let now = Instant::now();
                gateway.nodes.iter_mut().for_each(|node| node.on_resume(by, now));
                self.start_due_reads();
            }
            Jump::Backward(by) => {
                tracing::info!(by_s = by.as_secs(), "the clock was set back");
                gateway.nodes.iter_mut().for_each(|node| node.on_clock_set_back(by));
            }
        }
        self.publish();
    }

    fn apply(&mut self, request: PollRequest) {
        let PollRequest { target, interval, refreshes } = request;
        let is_new_interval = self.interval != interval;
        self.interval = interval;
        let is_manual_refresh = self.refreshes != refreshes;
        self.refreshes = refreshes;

        let Some(target) = target else {
            if self.gateway.take().is_some() {
                self.reads = JoinSet::new();
                tracing::info!("stopped polling");
            }
            return;
        };
        match &mut self.gateway {
            Some(gateway) if gateway.generation == target.generation => {
                gateway.source = Source::of(&target.profile);
                if is_manual_refresh {
                    tracing::debug!("manual refresh");
                    gateway.manual_refresh = true;
                    gateway.nodes.iter_mut().for_each(|node| node.is_refresh_pending = true);
                    self.start_reads(|_, _| true);
                } else if is_new_interval {
                    tracing::debug!(?interval, "new interval");
                    let (now, wall_time) = (Instant::now(), self.clocks.wall_time());
                    gateway.nodes.iter_mut().for_each(|node| node.reschedule(interval, now, wall_time));
                    self.publish();
                }
            }
            _ => {
                let nodes = target.profile.nodes().len();
                tracing::info!(generation = target.generation, nodes, ?interval, "polling a gateway");
                // Each gateway has its own trusted certificates.
                self.client = self.client.for_profile(&target.profile);
                self.reads = JoinSet::new();
                self.gateway = Some(PolledGateway::new(target, self.observer.is_some()));
                self.start_reads(|_, _| true);
                self.publish();
            }
        }
    }

    fn start_due_reads(&mut self) {
        self.start_reads(|node, now| node.due_at().is_some_and(|due| due <= now));
    }

    /// Starts to read the nodes that `is_wanted` selects, except those that are being read.
    fn start_reads(&mut self, is_wanted: impl Fn(&Node, Instant) -> bool) {
        let Some(gateway) = &mut self.gateway else {
            return;
        };
        let now = Instant::now();
        let PolledGateway { nodes, credentials, options, .. } = gateway;
        for (index, node) in nodes.iter_mut().enumerate() {
            if node.is_reading() || !is_wanted(node, now) {
                continue;
            }
            tracing::trace!(node = %node.status.url, "reading");
            node.start(now);
            let client = node.client.as_ref().unwrap_or(&self.client);
            client.start_read(&mut self.reads, index, &node.status.url, credentials, options);
        }
    }

    /// Handles the outcome of a read. It is published at once unless other outcomes are about to follow.
    fn finish_read(&mut self, index: usize, mut result: Result<NodeSnapshot, GatewayError>) {
        self.clocks.adjust(&mut result);
        let interval = self.interval;
        let Some(gateway) = &mut self.gateway else {
            return;
        };
        let (now, wall_time) = (Instant::now(), self.clocks.wall_time());
        let node = &mut gateway.nodes[index];
        if node.timed_out_after_success(&result) {
            tracing::debug!(node = %node.status.url, "timed out after a success, retrying with new connections");
            node.client = Some(self.client.without_connections());
        }
        if result.is_err() {
            node.keep_info(self.client.last_info(&node.status.url));
        }
        gateway.has_changed |= node.finish(result, interval, now, wall_time);
        if let Some(observer) = &mut self.observer
            && let Some(update) = node.update(&gateway.source, interval, wall_time)
        {
            observer(update);
        }
        let is_large = gateway.nodes.len() > MAX_NODES_OF_SMALL_GATEWAY;
        let gather_time = if is_large { GATHER_TIME_OF_LARGE_GATEWAY } else { GATHER_TIME };
        // Many nodes at their own paces answer all the time, even if no other read is in progress at the moment.
        let earliest = gateway.published_at.map(|published| published + gather_time);
        let earliest = earliest.filter(|earliest| is_large && *earliest > now);
        match earliest {
            None if self.reads.is_empty() => self.publish(),
            earliest => {
                gateway.publish_at.get_or_insert(earliest.unwrap_or(now + gather_time));
            }
        }
    }

    /// Publishes the status. Notifies the owner after a manual refresh, or if anything but times changed.
    fn publish(&mut self) {
        let Some(gateway) = &mut self.gateway else {
            return;
        };
        let now = Instant::now();
        gateway.publish_at = None;
        gateway.published_at = Some(now);
        gateway.update_dataset();
        let status = Arc::new(gateway.status(now));
        let before = self.status.send_replace(Some(status.clone()));
        let is_manual_refresh = gateway.manual_refresh;
        gateway.manual_refresh =
            is_manual_refresh && gateway.nodes.iter().any(|node| node.is_refresh_pending);
        let is_unchanged = before.is_some_and(|before| before.is_same_except_times(&status));
        let notifies = is_manual_refresh || !is_unchanged;
        tracing::trace!(generation = status.generation, notifies, "published status");
        if notifies {
            (self.notify)();
        }
    }
}

/// Waits until a time, or forever without one.
pub(super) async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::{Credentials, Limits, Profile};
    use crate::poll::request::PollTarget;

    #[tokio::test]
    async fn refresh_starts_no_second_read_of_a_node() {
        let (status, _status) = watch::channel(None);
        let mut thread = PollThread {
            clocks: Clocks::system(),
            client: Client::new(Limits::default()),
            observer: None,
            status,
            notify: &|| (),
            interval: None,
            refreshes: 0,
            gateway: None,
            reads: JoinSet::new(),
        };
        let nodes = ["http://127.0.0.1:9", "http://127.0.0.2:9"].map(|url| url.parse().unwrap());
        let profile = Profile::new("Plant".to_owned(), nodes.into()).unwrap();
        let target = PollTarget { generation: 1, profile, credentials: Credentials::None };
        let mut request = PollRequest { target: Some(target), ..PollRequest::default() };
        thread.apply(request.clone());
        let reads = |thread: &PollThread<'_, _>| thread.reads.len();
        assert_eq!(reads(&thread), 2);
        for _ in 0..3 {
            request.refreshes += 1;
            thread.apply(request.clone());
            thread.start_due_reads();
            assert_eq!(reads(&thread), 2);
        }
        // Only the node whose read has ended is read again. The ended one stays in the set, which it didn't come from.
        thread.finish_read(1, Err(GatewayError::Timeout { seconds: 10.0 }));
        request.refreshes += 1;
        thread.apply(request);
        assert_eq!(reads(&thread), 3);
    }
}
