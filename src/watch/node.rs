//! One node of a watched gateway: what it said last, and when it is asked again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::{NodeNews, pause};
use crate::gateway::{GatewayError, NodeUrl, Reading};

/// A read that takes longer is shown as such; one that does not would only flicker.
const WORTH_SHOWING: Duration = Duration::from_millis(500);

/// What is known of a node.
pub(super) struct Node {
    pub(super) news: NodeNews,
    pub(super) last_good: Option<Reading>,
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
}

impl Node {
    /// A node that has not been asked yet.
    pub(super) fn new(url: NodeUrl) -> Self {
        let news = NodeNews { url, info: None, missing: Vec::new(), error: None, as_of: None, next: None };
        Self { news, last_good: None, failures: 0, state: State::Waiting { next: None } }
    }

    /// Whether a read is under way.
    pub(super) fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading { .. })
    }

    /// Whether a read is under way that takes long, or is the first.
    pub(super) fn is_slow(&self, now: Instant) -> bool {
        match self.state {
            State::Reading { since } => now.duration_since(since) >= WORTH_SHOWING,
            State::Waiting { .. } => false,
        }
    }

    /// When a read under way becomes worth showing.
    pub(super) fn slow_at(&self) -> Option<Instant> {
        match self.state {
            State::Reading { since } => Some(since + WORTH_SHOWING),
            State::Waiting { .. } => None,
        }
    }

    /// When it is to be read.
    pub(super) fn due_at(&self) -> Option<Instant> {
        match self.state {
            State::Reading { .. } => None,
            State::Waiting { next } => next,
        }
    }

    /// A read begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.state = State::Reading { since: now };
        self.news.next = None;
    }

    /// A read ended. Whether its sessions are other ones than before.
    pub(super) fn take(&mut self, read: Result<Reading, GatewayError>) -> bool {
        self.state = State::Waiting { next: None };
        match read {
            Ok(mut reading) => {
                self.failures = 0;
                self.news.info.clone_from(&reading.info);
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

    /// Sets the clock for the next read, unless one is under way.
    pub(super) fn wait(&mut self, every: Option<Duration>, now: Instant) {
        if self.is_reading() {
            return;
        }
        let pause = match self.failures {
            0 => every,
            // The same wrong password again and again would lock the account.
            _ if self.news.error.as_ref().is_some_and(GatewayError::is_wrong_login) => None,
            failures => Some(pause::after_failures(failures, fastrand::f64())),
        };
        self.state = State::Waiting { next: pause.map(|pause| now + pause) };
        self.news.next = pause.map(|pause| SystemTime::now() + pause);
    }

    /// How far the node's clock is ahead of ours, in milliseconds; unknown where it does not tell the time.
    pub(super) fn ahead_ms(&self) -> Option<i64> {
        let reading = self.last_good.as_ref()?;
        let ours = reading.received.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(reading.now?.saturating_sub(i64::try_from(ours.as_millis()).ok()?))
    }
}
