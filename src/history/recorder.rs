//! Records in a thread of its own. Whoever polls only hands over what was read, and never waits.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::backlog::Backlog;
use super::observed::steps;
use super::observers::unique_name;
use super::recovery::Opened;
use super::retention::Retention;
use super::status::RecorderStatus;
use super::step::{NodeSteps, since_1970};
use super::writer::Writer;
use super::{HistoryError, Location, recovery};
use crate::poll::NodeUpdate;

/// Steps are gathered for this long, so that many nodes are written in one transaction.
const GATHER_TIME: Duration = Duration::from_millis(250);
/// Time between two attempts to open or write the database.
const RETRY_INTERVAL: Duration = Duration::from_mins(1);
/// The first attempts after a failure come sooner: most locks are short.
const FIRST_RETRY_INTERVAL: Duration = Duration::from_secs(2);
/// Time between two looks for nodes that aren't read any more.
const IDLE_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// The handle of the recording thread. Dropping it writes what is left and ends the thread.
pub struct Recorder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    backlog: Backlog,
    is_ending: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Starts the thread. It opens the database, creates it if it is missing, and calls `report` at each change of its
    /// status.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn(
        location: Location,
        keep: Option<Duration>,
        report: impl Fn(RecorderStatus) + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() });
        let thread = Thread {
            shared: shared.clone(),
            location,
            name: unique_name(),
            keep,
            report,
            writer: None,
            failures: 0,
            is_share_reported: false,
            activity: Activity::default(),
        };
        let thread = std::thread::Builder::new().name("history".to_owned()).spawn(move || thread.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Returns a function that hands over what a poller observes, without waiting.
    pub fn observer(&self) -> impl FnMut(&NodeUpdate) + Send + use<> {
        let shared = self.shared.clone();
        move |update| {
            if update.is_recorded {
                let steps = steps(update);
                shared.lock().backlog.push(steps);
                shared.changed.notify_one();
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the history thread has panicked");
        }
    }
}

struct Thread<F> {
    shared: Arc<Shared>,
    location: Location,
    /// The name under which coverage is written. It stays the same over all connections, so that the next one continues
    /// what the last one has written.
    name: String,
    /// How long sessions are kept; `None` for ever.
    keep: Option<Duration>,
    report: F,
    writer: Option<(Writer, Retention)>,
    /// Failures in a row.
    failures: u32,
    /// It was reported that the file is on a network share.
    is_share_reported: bool,
    activity: Activity,
}

/// When each node was read last, to notice those that aren't read any more.
#[derive(Default)]
struct Activity {
    nodes: HashMap<Arc<str>, (Instant, Duration)>,
}

impl Activity {
    fn note(&mut self, nodes: &[NodeSteps], now: Instant) {
        for node in nodes {
            // Two intervals and the longest read, as for a gap in the coverage.
            let patience =
                node.every.map_or(Duration::from_mins(5), |every| 2 * every + Duration::from_secs(40));
            self.nodes.insert(node.node.url.clone(), (now, patience));
        }
    }

    /// Removes and returns the nodes that weren't read for long.
    fn take_idle(&mut self, now: Instant) -> Vec<Arc<str>> {
        let is_idle = |(read_at, patience): &(Instant, Duration)| now.duration_since(*read_at) > *patience;
        self.nodes.extract_if(|_, node| is_idle(node)).map(|(url, _)| url).collect()
    }
}

impl<F: Fn(RecorderStatus)> Thread<F> {
    fn run(mut self) {
        let mut retry_at: Option<Instant> = None;
        let mut idle_check_at = Instant::now() + IDLE_CHECK_INTERVAL;
        loop {
            let purge_at = self.writer.as_ref().and_then(|(_, retention)| retention.due_at());
            let wake_at = [retry_at, Some(idle_check_at), purge_at].into_iter().flatten().min();
            let is_ending = self.wait(retry_at.is_some(), wake_at);
            let now = Instant::now();
            if retry_at.is_none_or(|retry_at| retry_at <= now) || is_ending {
                let result = self.work(now, now >= idle_check_at);
                retry_at = self.outcome(result, now);
            }
            if now >= idle_check_at {
                idle_check_at = now + IDLE_CHECK_INTERVAL;
            }
            if is_ending {
                self.end();
                return;
            }
        }
    }

    /// Waits for steps, unless they can't be written now, and for a time. Returns `true` if the thread is to end.
    fn wait(&self, is_retrying: bool, wake_at: Option<Instant>) -> bool {
        let mut state = self.shared.lock();
        let mut gathered_at = None;
        loop {
            if state.is_ending {
                return true;
            }
            let now = Instant::now();
            if !is_retrying && !state.backlog.is_empty() && gathered_at.is_none() {
                gathered_at = Some(now + GATHER_TIME);
            }
            let Some(wake_at) = [gathered_at, wake_at].into_iter().flatten().min() else {
                state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let Some(left) = wake_at.checked_duration_since(now).filter(|left| !left.is_zero()) else {
                return false;
            };
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Writes what is waiting, and removes what is too old.
    fn work(&mut self, now: Instant, is_idle_check: bool) -> Result<(), HistoryError> {
        let steps = self.shared.lock().backlog.take();
        self.activity.note(&steps, now);
        let idle = if is_idle_check { self.activity.take_idle(now) } else { Vec::new() };
        if self.writer.as_mut().is_some_and(|(writer, _)| !writer.engine().is_in_place()) {
            tracing::warn!(history = %self.location, "the file was removed or replaced, opening it again");
            self.writer = None;
        }
        if steps.is_empty() && idle.is_empty() && self.writer.is_none() {
            return Ok(());
        }
        let result = self.write(&steps, &idle);
        if result.is_err() && !steps.is_empty() {
            self.shared.lock().backlog.put_back(steps);
        }
        result
    }

    fn write(&mut self, steps: &[NodeSteps], idle: &[Arc<str>]) -> Result<(), HistoryError> {
        let (writer, retention) = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let Opened { engine, set_aside, is_on_network_share } =
                    recovery::open(&self.location, &self.name)?;
                if let Some(path) = set_aside {
                    (self.report)(RecorderStatus::SetAside(path));
                }
                if is_on_network_share && !self.is_share_reported {
                    tracing::warn!(history = %self.location, "the history is on a network share");
                    (self.report)(RecorderStatus::OnNetworkShare);
                    self.is_share_reported = true;
                }
                none.insert((Writer::new(engine), Retention::new(self.keep)))
            }
        };
        let started = Instant::now();
        if !steps.is_empty() {
            writer.write(steps)?;
        }
        if !idle.is_empty() {
            writer.end(idle)?;
        }
        let elapsed_ms = started.elapsed().as_millis();
        if elapsed_ms > 500 {
            tracing::warn!(elapsed_ms, nodes = steps.len(), "writing the history was slow");
        }
        retention.run(writer.engine(), since_1970(SystemTime::now()))
    }

    /// Reports a change of the status. Returns the time of the next attempt after a failure.
    fn outcome(&mut self, result: Result<(), HistoryError>, now: Instant) -> Option<Instant> {
        match result {
            Ok(()) => {
                if self.failures > 0 {
                    tracing::info!("the history can be written again");
                    (self.report)(RecorderStatus::Recording);
                }
                self.failures = 0;
                None
            }
            Err(error) => {
                let pending = self.shared.lock().backlog.events();
                let error = Arc::new(error);
                if self.failures == 0 {
                    let causes = error.causes();
                    tracing::warn!(%error, causes, pending, "can't write the history, trying again");
                    (self.report)(RecorderStatus::Waiting(error));
                } else {
                    tracing::debug!(%error, pending, failures = self.failures, "can't write the history yet");
                }
                // The connection may be what is broken.
                self.writer = None;
                self.failures += 1;
                Some(now + if self.failures <= 2 { FIRST_RETRY_INTERVAL } else { RETRY_INTERVAL })
            }
        }
    }

    fn end(&mut self) {
        if let Some((writer, _)) = &mut self.writer
            && let Err(error) = writer.end_all()
        {
            tracing::warn!(%error, "can't write the end of the coverage");
        }
        let lost = self.shared.lock().backlog.events();
        if lost > 0 {
            tracing::error!(lost, "events that couldn't be written are lost");
        }
    }
}
