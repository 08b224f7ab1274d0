//! One node of a polled gateway: its last snapshot and its next read.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::backoff;
use super::list_tracker::ListTracker;
use super::status::{ListVersion, NodeStatus};
use super::update::{NodeUpdate, ReadOutcome, Source};
use crate::error_chain::ErrorChain;
use crate::gateway::{Client, GatewayError, GatewayInfo, NodeSnapshot, NodeUrl};

/// Time after which a read is reported as slow.
const SLOW_READ: Duration = Duration::from_millis(500);

/// A node of a polled gateway.
pub(super) struct Node {
    pub(super) status: NodeStatus,
    pub(super) snapshot: Option<NodeSnapshot>,
    /// The client of this node if it isn't that of all nodes.
    pub(super) client: Option<Client>,
    /// `true` from a manual refresh until the end of the next read.
    pub(super) is_refresh_pending: bool,
    /// `true` if the node is read in the background: at its interval, also after failures.
    pub(super) is_background: bool,
    /// Compares its lists; `None` without an observer.
    tracker: Option<ListTracker>,
    /// Number of failed reads in a row.
    failures: u32,
    /// The end of the last read.
    ended_at: Option<Instant>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Reading {
        started: Instant,
    },
    /// Waiting for the next read, which starts at this time; `None` if only a manual refresh starts it.
    Waiting {
        next_read: Option<Instant>,
    },
}

impl Node {
    /// Returns a node that hasn't been read. If it is observed, its lists are compared.
    pub(super) fn new(url: NodeUrl, is_observed: bool) -> Self {
        Self {
            status: NodeStatus::new(url),
            snapshot: None,
            client: None,
            is_refresh_pending: false,
            is_background: false,
            tracker: is_observed.then(ListTracker::default),
            failures: 0,
            ended_at: None,
            state: State::Waiting { next_read: None },
        }
    }

    /// Returns the health page of the last snapshot, by which the node is named in the dataset.
    pub(super) fn snapshot_info(&self) -> Option<&GatewayInfo> {
        self.snapshot.as_ref()?.info.as_ref()
    }

    /// Returns `true` during a read.
    pub(super) fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading { .. })
    }

    /// Returns `true` during a read that takes long.
    pub(super) fn is_slow(&self, now: Instant) -> bool {
        self.slow_at().is_some_and(|slow_at| slow_at <= now)
    }

    /// Returns the time when the current read counts as slow.
    pub(super) fn slow_at(&self) -> Option<Instant> {
        match self.state {
            State::Reading { started } => Some(started + SLOW_READ),
            State::Waiting { .. } => None,
        }
    }

    /// Returns the time of the next read.
    pub(super) fn due_at(&self) -> Option<Instant> {
        match self.state {
            State::Reading { .. } => None,
            State::Waiting { next_read } => next_read,
        }
    }

    /// Sets the time of the next read, unless one is running.
    pub(super) fn read_at(&mut self, time: Instant) {
        if !self.is_reading() {
            self.state = State::Waiting { next_read: Some(time) };
        }
    }

    /// Starts a read.
    pub(super) fn start(&mut self, now: Instant) {
        self.state = State::Reading { started: now };
        self.status.next_read_at = None;
    }

    /// Returns `true` for a timeout right after a success: the connections may be dead without having been closed.
    pub(super) fn timed_out_after_success(&self, result: &Result<NodeSnapshot, GatewayError>) -> bool {
        self.snapshot.is_some() && self.failures == 0 && matches!(result, Err(GatewayError::Timeout { .. }))
    }

    /// Adjusts the next read after a suspend. A read that became due meanwhile starts now, and so does one that was
    /// interrupted, because the gateway has given up on it.
    pub(super) fn on_resume(&mut self, suspended: Duration, now: Instant) {
        // The cause of the failures may be gone, but that there were some is remembered.
        self.failures = self.failures.min(1);
        self.client = None;
        self.ended_at = self.ended_at.and_then(|ended_at| ended_at.checked_sub(suspended));
        self.tracker.iter_mut().for_each(ListTracker::interrupt);
        self.state = match self.state {
            State::Reading { .. } => State::Waiting { next_read: Some(now) },
            State::Waiting { next_read } => {
                let next_read = next_read.map(|next| next.checked_sub(suspended).unwrap_or(now));
                State::Waiting { next_read }
            }
        };
    }

    /// Adjusts all times after the wall clock was set back. To the tracker this is a gap, because its times are kept.
    pub(super) fn on_clock_set_back(&mut self, by: Duration) {
        let set_back = |time: &mut SystemTime| *time = time.checked_sub(by).unwrap_or(*time);
        self.status.next_read_at.iter_mut().for_each(set_back);
        self.status.updated_at.iter_mut().for_each(set_back);
        if let Some(list) = &mut self.status.list {
            set_back(&mut list.since);
            list.previous_read_at.iter_mut().for_each(set_back);
        }
        self.snapshot.iter_mut().for_each(|snapshot| set_back(&mut snapshot.received));
    }

    /// Keeps what the health page said in a read that failed afterwards, as without a login.
    pub(super) fn keep_info(&mut self, info: Option<GatewayInfo>) {
        self.status.info = info.or(self.status.info.take());
    }

    /// Ends a read and schedules the next one. Returns `true` if the sessions changed.
    pub(super) fn finish(
        &mut self,
        result: Result<NodeSnapshot, GatewayError>,
        interval: Option<Duration>,
        now: Instant,
        wall_time: SystemTime,
    ) -> bool {
        let elapsed = match self.state {
            State::Reading { started } => now.duration_since(started),
            State::Waiting { .. } => Duration::ZERO,
        };
        let failures_before = self.failures;
        let error_before = self.status.error.clone();
        self.state = State::Waiting { next_read: None };
        self.ended_at = Some(now);
        self.is_refresh_pending = false;
        let has_changed = match result {
            Ok(snapshot) => self.accept(snapshot),
            // The last snapshot and the node's name stay.
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.status.error = Some(error);
                false
            }
        };
        self.schedule(interval, now, wall_time);
        self.log_outcome(has_changed, failures_before, error_before.as_ref(), elapsed, now);
        has_changed
    }

    /// Replaces the snapshot. Returns `true` if the sessions changed.
    fn accept(&mut self, mut snapshot: NodeSnapshot) -> bool {
        self.failures = 0;
        self.status.info.clone_from(&snapshot.info);
        self.status.api = Some(snapshot.api);
        self.status.notices.clone_from(&snapshot.notices);
        self.status.error = None;
        let previous_read_at = self.status.updated_at.replace(snapshot.received);
        let same = self.snapshot.take().map(|before| before.dataset).filter(|before| {
            Arc::ptr_eq(before, &snapshot.dataset) || before.has_same_sessions(&snapshot.dataset)
        });
        let has_changed = same.is_none();
        // Equal sessions keep their dataset, so that nothing downstream is computed again.
        if let Some(dataset) = same {
            snapshot.dataset = dataset;
        } else {
            let number = self.status.list.map_or(0, |list| list.number) + 1;
            self.status.list = Some(ListVersion { number, since: snapshot.received, previous_read_at });
        }
        self.snapshot = Some(snapshot);
        has_changed
    }

    /// Schedules the next read, unless one is running.
    fn schedule(&mut self, interval: Option<Duration>, now: Instant, wall_time: SystemTime) {
        self.wait(self.delay(interval), now, wall_time);
    }

    /// Schedules the next read after a change of the interval, which counts from the end of the last read. The first read
    /// stays where it is.
    pub(super) fn reschedule(&mut self, interval: Option<Duration>, now: Instant, wall_time: SystemTime) {
        if interval.is_some() && self.ended_at.is_none() && self.due_at().is_some() {
            return;
        }
        let elapsed = now.saturating_duration_since(self.ended_at.unwrap_or(now));
        let delay = self.delay(interval).map(|delay| delay.saturating_sub(elapsed));
        self.wait(delay, now, wall_time);
    }

    /// Returns the time from the end of a read to the next one; `None` if only a manual refresh starts it.
    fn delay(&self, interval: Option<Duration>) -> Option<Duration> {
        let error = self.status.error.as_ref();
        let is_rejected = |error: &GatewayError| error.is_wrong_login() || error.is_proxy_login_required();
        match self.failures {
            0 => interval,
            // It is long enough already, and a gateway's login that was rejected isn't sent again.
            _ if self.is_background => interval,
            // Sending a wrong password again and again would lock the account.
            _ if error.is_some_and(is_rejected) => None,
            failures => {
                let is_starting = error.is_some_and(GatewayError::is_starting);
                Some(backoff::delay(failures, is_starting, interval, fastrand::f64()))
            }
        }
    }

    /// Waits this long for the next read, unless one is running.
    fn wait(&mut self, delay: Option<Duration>, now: Instant, wall_time: SystemTime) {
        if self.is_reading() {
            return;
        }
        self.state = State::Waiting { next_read: delay.map(|delay| now + delay) };
        self.status.next_read_at = delay.map(|delay| wall_time + delay);
    }

    /// Logs the outcome of a read. An error is a warning once, not at each attempt.
    fn log_outcome(
        &self,
        has_changed: bool,
        failures_before: u32,
        error_before: Option<&GatewayError>,
        elapsed: Duration,
        now: Instant,
    ) {
        let node = &self.status.url;
        let elapsed_ms = elapsed.as_millis();
        let next_in_ms = self.due_at().map(|next| next.saturating_duration_since(now).as_millis());
        let sessions = self.snapshot.as_ref().map(|snapshot| snapshot.dataset.len());
        let failures = self.failures;
        if let Some(error) = &self.status.error {
            if failures_before == 0 || error_before.is_none_or(|before| !is_same_failure(before, error)) {
                tracing::warn!(%node, elapsed_ms, next_in_ms, failures, error = %ErrorChain(error), "can't read sessions");
            } else {
                tracing::debug!(%node, elapsed_ms, next_in_ms, failures, "read failed again");
            }
            return;
        }
        match failures_before {
            0 if has_changed => {
                tracing::debug!(%node, sessions, elapsed_ms, next_in_ms, "sessions changed");
            }
            0 => tracing::trace!(%node, sessions, elapsed_ms, next_in_ms, "sessions unchanged"),
            failures_before => {
                tracing::info!(%node, sessions, elapsed_ms, next_in_ms, failures_before, "read succeeded again");
            }
        }
    }

    /// Returns the update about the read that has just ended; `None` without an observer.
    pub(super) fn update(
        &mut self,
        source: &Source,
        interval: Option<Duration>,
        wall_time: SystemTime,
    ) -> Option<NodeUpdate> {
        let clock_offset_ms = self.clock_offset_ms();
        let tracker = self.tracker.as_mut()?;
        let (time, outcome) = match (&self.status.error, &self.snapshot) {
            (Some(error), _) => {
                tracker.fail(error, wall_time);
                (wall_time, ReadOutcome::Failed(error.clone()))
            }
            (None, Some(snapshot)) => {
                let update = tracker.accept(snapshot, interval, clock_offset_ms);
                (snapshot.received, ReadOutcome::List(update))
            }
            (None, None) => return None,
        };
        let Source { gateway, is_recorded } = source.clone();
        Some(NodeUpdate { gateway, url: self.status.url.clone(), is_recorded, time, interval, outcome })
    }

    /// Returns the status to publish.
    pub(super) fn current_status(&self) -> NodeStatus {
        NodeStatus { clock_offset_ms: self.clock_offset_ms(), ..self.status.clone() }
    }

    /// Returns the node's clock minus this machine's, in milliseconds; `None` if the node doesn't report its time.
    fn clock_offset_ms(&self) -> Option<i64> {
        let snapshot = self.snapshot.as_ref()?;
        let received = snapshot.received.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(snapshot.now?.saturating_sub(i64::try_from(received.as_millis()).ok()?))
    }
}

/// Returns `true` if two errors are of the same kind with the same message. Their details may differ, such as the place in
/// a response.
fn is_same_failure(a: &GatewayError, b: &GatewayError) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b) && a.to_string() == b.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
    use crate::gateway::{Api, ProxyFailure};

    fn node() -> Node {
        Node::new("http://gateway.example:8088".parse().unwrap(), false)
    }

    /// A snapshot with one session.
    fn snapshot(id: &str, kind: &str) -> NodeSnapshot {
        let kind_header = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
        let headers = Header::standard().into_iter().chain([kind_header]);
        let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
        let cells = [
            Cell::Text("billy"),
            Cell::Text("Packaging"),
            Cell::Null,
            Cell::Null,
            Cell::Text(id),
            Cell::Null,
            Cell::Text(kind),
        ];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
        NodeSnapshot {
            info: None,
            api: Api::Rest,
            dataset: Arc::new(builder.finish(None, None)),
            notices: Vec::new(),
            received: SystemTime::UNIX_EPOCH,
            now: None,
            certificate: None,
        }
    }

    /// Reads a node. Returns whether the sessions changed, and the delay before the next read.
    fn read(node: &mut Node, result: Result<NodeSnapshot, GatewayError>) -> (bool, Option<Duration>) {
        let (now, wall_time) = (Instant::now(), SystemTime::UNIX_EPOCH);
        node.start(now);
        let has_changed = node.finish(result, Some(Duration::from_secs(5)), now, wall_time);
        let delay = node.due_at().map(|due| due - now);
        assert_eq!(node.status.next_read_at, delay.map(|delay| wall_time + delay));
        (has_changed, delay)
    }

    fn timeout() -> Result<NodeSnapshot, GatewayError> {
        Err(GatewayError::Timeout { seconds: 10.0 })
    }

    fn dataset(node: &Node) -> &Arc<Dataset> {
        &node.snapshot.as_ref().unwrap().dataset
    }

    #[test]
    fn backoff_grows_with_failures_and_ends_with_a_success() {
        let mut node = node();
        for _ in 0..2 {
            for seconds in [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
                let delay = read(&mut node, timeout()).1.unwrap().as_secs_f64();
                assert!((0.8 * seconds..=seconds).contains(&delay), "{delay} instead of {seconds}");
            }
            assert_eq!(read(&mut node, Ok(snapshot("A", "client"))).1, Some(Duration::from_secs(5)));
        }
    }

    #[test]
    fn gateway_that_starts_is_asked_every_five_seconds() {
        let mut node = node();
        for _ in 0..7 {
            read(&mut node, timeout());
        }
        for _ in 0..3 {
            let starting = GatewayError::NotRunning { state: "STARTING".to_owned() };
            let delay = read(&mut node, Err(starting)).1.unwrap().as_secs_f64();
            assert!((4.0..=5.0).contains(&delay), "{delay}");
        }
        assert!(read(&mut node, timeout()).1.unwrap() > Duration::from_secs(20));
    }

    #[test]
    fn rejected_login_is_not_retried() {
        let mut node = node();
        let rejected = Err(GatewayError::Unauthorized { tried: true });
        assert_eq!(read(&mut node, rejected), (false, None));
    }

    #[test]
    fn rejected_login_of_a_proxy_is_sent_again_in_the_background_only() {
        let rejected = || {
            let (proxy, failure) = ("proxy:3128".to_owned(), ProxyFailure::LoginRequired);
            Err(GatewayError::Proxy { proxy, failure, source: None })
        };
        assert_eq!(read(&mut node(), rejected()), (false, None));
        let mut background = Node { is_background: true, ..node() };
        assert_eq!(read(&mut background, rejected()), (false, Some(Duration::from_secs(5))));
    }

    #[test]
    fn changed_interval_does_not_postpone_a_read() {
        let mut node = Node { is_background: true, ..node() };
        let (start, wall_time) = (Instant::now(), SystemTime::UNIX_EPOCH);
        // Both in seconds since the start.
        let due_at = |node: &mut Node, interval: u64, now: u64| {
            let (interval, now) = (Duration::from_secs(interval), start + Duration::from_secs(now));
            node.reschedule(Some(interval), now, wall_time);
            let due_at = node.due_at().unwrap();
            assert_eq!(node.status.next_read_at, Some(wall_time + (due_at - now)));
            (due_at - start).as_secs()
        };
        node.read_at(start);
        node.reschedule(Some(Duration::from_mins(1)), start, wall_time);
        assert_eq!(node.due_at(), Some(start), "the first read");
        node.start(start);
        node.finish(Ok(snapshot("A", "client")), Some(Duration::from_secs(5)), start, wall_time);
        assert_eq!(due_at(&mut node, 60, 4), 60);
        assert_eq!(due_at(&mut node, 5, 8), 8);
        assert_eq!(due_at(&mut node, 60, 30), 60);
    }

    #[test]
    fn resume_shortens_the_backoff() {
        let mut node = node();
        for _ in 0..6 {
            read(&mut node, timeout());
        }
        let now = Instant::now();
        node.on_resume(Duration::from_hours(1), now);
        assert!(node.due_at().unwrap() <= now);
        assert!(read(&mut node, timeout()).1.unwrap() <= Duration::from_secs(2));
    }

    #[test]
    fn unchanged_sessions_keep_their_dataset() {
        let mut node = node();
        assert!(read(&mut node, Ok(snapshot("A", "client"))).0);
        let first = dataset(&node).clone();
        read(&mut node, timeout());
        assert!(Arc::ptr_eq(dataset(&node), &first));
        assert!(!read(&mut node, Ok(snapshot("A", "client"))).0);
        assert!(Arc::ptr_eq(dataset(&node), &first));
    }

    #[test]
    fn session_of_another_kind_with_the_same_id_is_a_change() {
        let mut node = node();
        read(&mut node, Ok(snapshot("A", "client")));
        let first = dataset(&node).clone();
        assert!(read(&mut node, Ok(snapshot("A", "designer"))).0);
        assert!(!Arc::ptr_eq(dataset(&node), &first));
    }

    #[test]
    fn only_a_timeout_right_after_a_success_is_suspicious() {
        let mut node = node();
        assert!(!node.timed_out_after_success(&timeout()));
        read(&mut node, Ok(snapshot("A", "client")));
        assert!(node.timed_out_after_success(&timeout()));
        assert!(!node.timed_out_after_success(&Err(GatewayError::LoginNotTried)));
        read(&mut node, timeout());
        assert!(!node.timed_out_after_success(&timeout()));
    }

    /// Returns the levels of the events that a read logs.
    fn levels(node: &mut Node, result: Result<NodeSnapshot, GatewayError>) -> String {
        let trace = tracing::level_filters::LevelFilter::TRACE;
        // While there is only one subscriber, a thread without one can turn an event off for all threads.
        let second = tracing_subscriber::fmt().with_max_level(trace).with_writer(std::io::sink).finish();
        let _second = tracing::Dispatch::new(second);
        let log = Arc::<std::sync::Mutex<Vec<u8>>>::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(trace)
            .with_ansi(false)
            .without_time()
            .with_writer(move || Log(writer.clone()))
            .finish();
        tracing::subscriber::with_default(subscriber, || read(node, result));
        let lines = String::from_utf8(log.lock().unwrap().clone()).unwrap();
        lines.lines().filter_map(|line| line.split_whitespace().next()).collect::<Vec<_>>().join(" ")
    }

    /// Appends to a log in memory.
    struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn warns_once_about_each_failure() {
        let mut node = node();
        let wrong_login = || Err(GatewayError::Unauthorized { tried: true });
        assert_eq!(levels(&mut node, timeout()), "WARN");
        assert_eq!(levels(&mut node, timeout()), "DEBUG");
        assert_eq!(levels(&mut node, wrong_login()), "WARN");
        assert_eq!(levels(&mut node, wrong_login()), "DEBUG");
        assert_eq!(levels(&mut node, timeout()), "WARN");
        assert_eq!(levels(&mut node, Ok(snapshot("A", "client"))), "INFO");
        assert_eq!(levels(&mut node, timeout()), "WARN");
    }
}
