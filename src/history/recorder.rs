//! Records in a thread of its own. Pollers only hand over what was read, and never wait.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::backlog::{Backlog, Unwritten};
use super::clock_check::Clocks;
use super::coverage::QUIET_GATHER_TIME;
use super::event::{Action, TimedAction};
use super::observed::steps;
use super::observers::unique_name;
use super::recovery::Opened;
use super::retention::Retention;
use super::status::RecorderStatus;
use super::step::{NodeKey, NodeSteps, epoch_ms};
use super::writer::{Standby, Writer};
use super::{HistoryError, Location, coverage, recovery};
use crate::error_chain::ErrorChain;
use crate::notify_on_drop::NotifyOnDrop;
use crate::poll::{ListUpdate, NodeUpdate, ReadOutcome};

/// The time for which steps are gathered, so that many nodes are written in one transaction.
const GATHER_TIME: Duration = Duration::from_millis(250);
/// Time between two attempts to open or write the database.
const RETRY_INTERVAL: Duration = Duration::from_mins(1);
/// The time until each of the first attempts after a failure, which come sooner because most locks
/// are short.
const FIRST_RETRY_INTERVAL: Duration = Duration::from_secs(2);
/// The time for which the owner waits for the end of the thread. A database that doesn't answer
/// would hold up a window that is closed.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// Time after which a node with manual refresh counts as not read any more.
const MANUAL_PAUSE: Duration = Duration::from_mins(5);
/// Time between two checks for nodes that aren't read any more.
const IDLE_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// The handle of the recording thread. Dropping it ends the thread, and waits a few seconds until it has written what is
/// left.
pub struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    backlog: Backlog,
    /// The smallest difference of a gateway's clock to this machine's since it was taken, in milliseconds.
    clock_offset_ms: Option<i64>,
    /// The gateways that aren't read under these names any more.
    ended: Vec<Arc<str>>,
    is_ending: bool,
    has_ended: bool,
}

impl State {
    fn note_clock_offset(&mut self, offset_ms: i64) {
        let nearest =
            self.clock_offset_ms.filter(|nearest| nearest.unsigned_abs() < offset_ms.unsigned_abs());
        self.clock_offset_ms = nearest.or(Some(offset_ms));
    }
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
            retention: Retention::new(keep),
            report,
            writer: None,
            failures: 0,
            is_share_reported: false,
            is_suspect: false,
            standby: Standby::default(),
            last_reads: LastReads::default(),
            idle: Vec::new(),
        };
        std::thread::Builder::new().name("history".to_owned()).spawn(move || {
            // Also after a panic, so that its owner doesn't wait for it.
            let shared = thread.shared.clone();
            let _notify = NotifyOnDrop(move || {
                shared.lock().has_ended = true;
                shared.changed.notify_all();
            });
            thread.run();
        })?;
        Ok(Self { shared })
    }

    /// Returns `false` if the thread has ended, which happens only after a panic.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.shared.lock().has_ended
    }

    /// Hands over an action of this program or its user on a node, without waiting. Only gateways
    /// that may be recorded belong here.
    pub fn note(&self, node: NodeKey, time: SystemTime, action: Action) {
        self.shared.lock().backlog.push_action(TimedAction { node, time: epoch_ms(time), action });
        self.shared.changed.notify_one();
    }

    /// Ends the coverage of a gateway that isn't read under this name any more. Steps that are
    /// handed over from now on under another name can have the same nodes.
    pub fn end_gateway(&self, name: &str) {
        self.shared.lock().ended.push(name.into());
        self.shared.changed.notify_one();
    }

    /// Returns a function that hands over the updates of a poller, without waiting.
    pub fn observer(&self) -> impl FnMut(&NodeUpdate) + Send + use<> {
        let shared = self.shared.clone();
        move |update| {
            if update.is_recorded {
                let steps = steps(update);
                let mut state = shared.lock();
                let before = (state.backlog.is_empty(), state.backlog.is_urgent());
                state.backlog.push(steps);
                let is_awaited = before != (state.backlog.is_empty(), state.backlog.is_urgent());
                if let ReadOutcome::List(ListUpdate { clock_offset_ms: Some(offset_ms), .. }) =
                    &update.outcome
                {
                    state.note_clock_offset(*offset_ms);
                }
                drop(state);
                // The thread knows when to write what was there before.
                if is_awaited {
                    shared.changed.notify_one();
                }
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_ending = true;
        self.shared.changed.notify_all();
        let is_running = |state: &mut State| !state.has_ended;
        let waited = self.shared.changed.wait_timeout_while(state, END_TIMEOUT, is_running);
        if waited.is_ok_and(|(_, waited)| waited.timed_out()) {
            tracing::warn!("the history isn't written completely: its database doesn't answer");
        }
    }
}

struct Thread<F> {
    shared: Arc<Shared>,
    location: Location,
    /// The name under which coverage is written. It stays the same over all connections, so that the next one continues
    /// what the last one has written.
    name: String,
    retention: Retention,
    report: F,
    writer: Option<Writer>,
    /// The number of failures in a row.
    failures: u32,
    /// `true` once it was reported that the file is on a network share.
    is_share_reported: bool,
    /// `true` if the database was found damaged while it was being written.
    is_suspect: bool,
    /// The nodes that another process writes.
    standby: Standby,
    last_reads: LastReads,
    /// Nodes that aren't read any more, whose coverage is to be ended.
    idle: Vec<NodeKey>,
}

/// The time of the last read of each node, to notice nodes that aren't read any more.
#[derive(Default)]
struct LastReads {
    nodes: HashMap<NodeKey, (Instant, Duration)>,
}

impl LastReads {
    fn note(&mut self, nodes: &[NodeSteps], now: Instant) {
        for node in nodes.iter().filter(|node| node.steps.iter().any(|step| step.time().is_some())) {
            let longest_pause = node.every.map_or(MANUAL_PAUSE, coverage::longest_pause);
            self.nodes.insert(node.node.clone(), (now, longest_pause));
        }
    }

    /// Removes and returns the nodes of these gateways.
    fn take_of(&mut self, gateways: &[Arc<str>]) -> impl Iterator<Item = NodeKey> {
        self.nodes.extract_if(|node, _| gateways.contains(&node.gateway)).map(|(node, _)| node)
    }

    /// Removes and returns the nodes that weren't read for long.
    fn take_idle(&mut self, now: Instant) -> impl Iterator<Item = NodeKey> {
        let is_idle = move |(read_at, longest_pause): &(Instant, Duration)| {
            now.duration_since(*read_at) > *longest_pause
        };
        self.nodes.extract_if(move |_, node| is_idle(node)).map(|(node, _)| node)
    }
}

impl<F: Fn(RecorderStatus)> Thread<F> {
    fn run(mut self) {
        let mut retry_at: Option<Instant> = None;
        let mut idle_check_at = Instant::now() + IDLE_CHECK_INTERVAL;
        loop {
            let purge_at = self.writer.as_ref().and_then(|_| self.retention.due_at());
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
        let mut gathered_at: Option<Instant> = None;
        loop {
            if state.is_ending {
                return true;
            }
            let now = Instant::now();
            if !is_retrying && !state.backlog.is_empty() {
                let gather_time = if state.backlog.is_urgent() { GATHER_TIME } else { QUIET_GATHER_TIME };
                let time = now + gather_time;
                gathered_at = Some(gathered_at.map_or(time, |before| before.min(time)));
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

    /// Writes waiting steps and actions, and removes old sessions.
    fn work(&mut self, now: Instant, is_idle_check: bool) -> Result<(), HistoryError> {
        let mut state = self.shared.lock();
        let mut unwritten = state.backlog.take();
        let ended = std::mem::take(&mut state.ended);
        drop(state);
        self.last_reads.note(&unwritten.nodes, now);
        let mut of_ended = Unwritten::default();
        if !ended.is_empty() {
            self.idle.extend(self.last_reads.take_of(&ended));
            let nodes = unwritten.nodes.extract_if(.., |node| ended.contains(&node.node.gateway));
            of_ended.nodes = nodes.collect();
        }
        if is_idle_check {
            self.idle.extend(self.last_reads.take_idle(now));
        }
        if self.writer.as_mut().is_some_and(|writer| !writer.database().is_current()) {
            tracing::warn!(history = %self.location, "the file was removed or replaced, opening it again");
            (self.report)(RecorderStatus::Replaced);
            self.writer = None;
        }
        if unwritten.is_empty() && of_ended.is_empty() && self.idle.is_empty() && self.writer.is_none() {
            return Ok(());
        }
        // Others may have the same nodes under another name.
        if let Err(error) = self.write_of_ended(&of_ended) {
            let mut state = self.shared.lock();
            state.backlog.put_back(unwritten);
            state.backlog.put_back(of_ended);
            state.ended.extend(ended);
            return Err(error);
        }
        if let Err(error) = self.write(&unwritten) {
            self.shared.lock().backlog.put_back(unwritten);
            return Err(error);
        }
        self.end_idle()?;
        self.purge();
        Ok(())
    }

    /// Removes old sessions. A failure doesn't keep anything from being recorded.
    fn purge(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        let offset_ms = self.shared.lock().clock_offset_ms.take();
        let now_ms = epoch_ms(SystemTime::now());
        let mut clocks = Clocks { instant: Instant::now(), now_ms, offset_ms };
        if let Err(error) = self.retention.run(writer.database(), &mut clocks) {
            tracing::warn!(error = %ErrorChain(&error), "can't remove old sessions from the history");
        }
        if let Some(offset_ms) = clocks.offset_ms {
            self.shared.lock().note_clock_offset(offset_ms);
        }
    }

    /// Writes the last steps of gateways that have ended.
    fn write_of_ended(&mut self, unwritten: &Unwritten) -> Result<(), HistoryError> {
        if !unwritten.is_empty() {
            self.write(unwritten)?;
        }
        self.end_idle()
    }

    /// Ends the coverage of the nodes that aren't read any more.
    fn end_idle(&mut self) -> Result<(), HistoryError> {
        if let Some(writer) = self.writer.as_mut().filter(|_| !self.idle.is_empty()) {
            writer.end(&self.idle)?;
            self.idle.iter().for_each(|node| self.standby.forget(node));
            self.idle.clear();
        }
        Ok(())
    }

    fn write(&mut self, Unwritten { nodes: steps, actions }: &Unwritten) -> Result<(), HistoryError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let Opened { database, set_aside, is_on_network_share } =
                    recovery::open(&self.location, &self.name, self.is_suspect)?;
                // If it was suspect, it was checked, and set aside if it is damaged.
                self.is_suspect = false;
                if let Some(path) = set_aside {
                    (self.report)(RecorderStatus::SetAside(path));
                }
                if is_on_network_share && !self.is_share_reported {
                    tracing::warn!(history = %self.location, "the history is on a network share");
                    (self.report)(RecorderStatus::OnNetworkShare);
                    self.is_share_reported = true;
                }
                self.retention.restart();
                none.insert(Writer::new(database))
            }
        };
        let started = Instant::now();
        if !actions.is_empty() {
            writer.write_actions(actions)?;
        }
        if !steps.is_empty() {
            let standby = &mut self.standby;
            writer.write(steps, standby)?;
            for (nodes, status) in [
                (&mut standby.begun, RecorderStatus::StandingBy as fn(_) -> _),
                (&mut standby.ended, RecorderStatus::TakenOver),
            ] {
                if !nodes.is_empty() {
                    (self.report)(status(std::mem::take(nodes)));
                }
            }
        }
        let elapsed_ms = started.elapsed().as_millis();
        if elapsed_ms > 500 {
            tracing::warn!(elapsed_ms, nodes = steps.len(), "writing the history was slow");
        }
        Ok(())
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
                let pending = self.shared.lock().backlog.size();
                self.is_suspect |= matches!(error, HistoryError::Damaged(_));
                let error = Arc::new(error);
                if self.failures == 0 {
                    tracing::warn!(error = %ErrorChain(&error), pending, "can't write the history, trying again");
                    (self.report)(RecorderStatus::Waiting(error));
                } else {
                    let failures = self.failures;
                    tracing::debug!(error = %ErrorChain(&error), pending, failures, "can't write the history yet");
                }
                // The connection may be what is broken.
                self.writer = None;
                self.failures += 1;
                Some(now + if self.failures <= 2 { FIRST_RETRY_INTERVAL } else { RETRY_INTERVAL })
            }
        }
    }

    fn end(&mut self) {
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.end_all()
        {
            tracing::warn!(error = %ErrorChain(&error), "can't write the end of the coverage");
        }
        let size = self.shared.lock().backlog.size();
        if size > 0 {
            tracing::error!(size, "the recorder ends before everything is written");
            (self.report)(RecorderStatus::StoppedUnwritten);
        }
    }
}
