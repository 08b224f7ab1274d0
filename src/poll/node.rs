//! One node of a watched gateway: what it said last, and when it is asked again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::{NodeStatus, backoff};
use crate::gateway::{Client, GatewayError, NodeSnapshot, NodeUrl};

/// A read that takes longer is shown as such; one that does not would only flicker.
const WORTH_SHOWING: Duration = Duration::from_millis(500);

/// What is known of a node.
pub(super) struct Node {
    pub(super) news: NodeStatus,
    pub(super) last_good: Option<NodeSnapshot>,
    /// What it is read with, where that is not what the others are read with.
    pub(super) client: Option<Client>,
    /// Somebody told to read it, and has not heard yet what came of it.
    pub(super) is_awaited: bool,
    /// How many times in a row a read failed.
    failures: u32,
    state: State,
}

/// What a node is about.
#[derive(Clone, Copy)]
enum State {
    /// It is being read, and whether that takes so long that it is said.
    Reading { since: Instant },
    /// It is read again then; only when told without a time.
    Waiting { next: Option<Instant> },
    /// It is read once the login has opened another node.
    Held,
}

impl Node {
    /// A node that has not been asked yet.
    pub(super) fn new(url: NodeUrl) -> Self {
        let news = NodeStatus {
            url,
            name: None,
            info: None,
            api: None,
            missing: Vec::new(),
            error: None,
            as_of: None,
            next: None,
        };
        let state = State::Waiting { next: None };
        Self { news, last_good: None, client: None, is_awaited: false, failures: 0, state }
    }

    /// Whether a read is under way.
    pub(super) fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading { .. })
    }

    /// Whether it waits for the login to open another node.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.state, State::Held)
    }

    /// Has it wait for that.
    pub(super) fn hold(&mut self) {
        self.state = State::Held;
        self.news.next = None;
    }

    /// The login opened no other node, so it is not tried here.
    pub(super) fn spare(&mut self) {
        self.news.error = Some(GatewayError::LoginNotTried);
        self.news.next = None;
        self.is_awaited = false;
        self.state = State::Waiting { next: None };
    }

    /// How many times in a row it could not be read. Whoever was never tried is tried before those that failed.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether a read is under way that takes long, or is the first.
    pub(super) fn is_slow(&self, now: Instant) -> bool {
        match self.state {
            State::Reading { since } => now.duration_since(since) >= WORTH_SHOWING,
            State::Waiting { .. } | State::Held => false,
        }
    }

    /// When a read under way becomes worth showing.
    pub(super) fn slow_at(&self) -> Option<Instant> {
        match self.state {
            State::Reading { since } => Some(since + WORTH_SHOWING),
            State::Waiting { .. } | State::Held => None,
        }
    }

    /// When it is to be read.
    pub(super) fn due_at(&self) -> Option<Instant> {
        match self.state {
            State::Reading { .. } | State::Held => None,
            State::Waiting { next } => next,
        }
    }

    /// A read begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.state = State::Reading { since: now };
        self.news.next = None;
    }

    /// Whether this outcome of a read may come of connections that are dead without anybody having told: it answered
    /// through them before, and now it is silent.
    pub(super) fn fell_silent(&self, read: &Result<NodeSnapshot, GatewayError>) -> bool {
        self.last_good.is_some() && self.failures == 0 && matches!(read, Err(GatewayError::Timeout { .. }))
    }

    /// The machine slept for so long. What was to be read meanwhile is to be read now, and what was being read is begun
    /// anew: who was to answer has given up long since.
    pub(super) fn sleep_through(&mut self, slept: Duration, now: Instant) {
        // Why it failed before need not be so any more; that it did is remembered.
        self.failures = self.failures.min(1);
        self.client = None;
        self.state = match self.state {
            State::Reading { .. } => State::Waiting { next: Some(now) },
            State::Waiting { next } => {
                State::Waiting { next: next.map(|next| next.checked_sub(slept).unwrap_or(now)) }
            }
            State::Held => State::Held,
        };
    }

    /// The clock on the wall was set back by so much. What was told by it is told by it as it is now.
    pub(super) fn set_back(&mut self, by: Duration) {
        let back = |time: &mut SystemTime| *time = time.checked_sub(by).unwrap_or(*time);
        self.news.next.iter_mut().for_each(back);
        self.news.as_of.iter_mut().for_each(back);
        self.last_good.iter_mut().for_each(|reading| back(&mut reading.received));
    }

    /// A read ended. Whether its sessions are other ones than before.
    pub(super) fn take(&mut self, read: Result<NodeSnapshot, GatewayError>) -> bool {
        self.state = State::Waiting { next: None };
        self.is_awaited = false;
        match read {
            Ok(mut reading) => {
                self.failures = 0;
                self.news.info.clone_from(&reading.info);
                self.news.api = Some(reading.api);
                self.news.missing.clone_from(&reading.missing);
                self.news.error = None;
                self.news.as_of = Some(reading.received);
                let before = self.last_good.take();
                let same = before.filter(|before| {
                    Arc::ptr_eq(&before.dataset, &reading.dataset)
                        || before.dataset.has_same_sessions(&reading.dataset)
                });
                let changed = same.is_none();
                // What did not change stays the very same, so that nobody behind has anything to do.
                if let Some(before) = same {
                    reading.dataset = before.dataset;
                }
                self.last_good = Some(reading);
                changed
            }
            // What the node said of itself stays: a gateway that went away has not changed its name.
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.news.error = Some(error);
                false
            }
        }
    }

    /// Sets the clock for the next read, unless one is under way, or waits for the login.
    pub(super) fn wait(&mut self, every: Option<Duration>, now: Instant, wall: SystemTime) {
        if self.is_reading() || self.is_held() {
            return;
        }
        let pause = match self.failures {
            // The same wrong password again and again would lock the account.
            _ if self.news.error.as_ref().is_some_and(GatewayError::is_wrong_login) => None,
            0 => every,
            failures => Some(backoff::after_failures(failures, fastrand::f64())),
        };
        self.state = State::Waiting { next: pause.map(|pause| now + pause) };
        self.news.next = pause.map(|pause| wall + pause);
    }

    /// How far the node's clock is ahead of ours, in milliseconds; unknown where it does not tell the time.
    pub(super) fn ahead_ms(&self) -> Option<i64> {
        let reading = self.last_good.as_ref()?;
        let ours = reading.received.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(reading.now?.saturating_sub(i64::try_from(ours.as_millis()).ok()?))
    }
}
