//! Removes what is older than it is to be kept: a batch at a time, so that recording goes on.

use std::time::{Duration, Instant};

use super::HistoryError;
use super::engine::{Engine, first_integer};
use super::purge::{Purge, PurgeProgress};

/// Time between two purges.
const INTERVAL: Duration = Duration::from_hours(6);
/// Time until a purge that has failed goes on.
const RETRY_INTERVAL: Duration = Duration::from_mins(10);
/// The pause between two batches.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a clock that is far ahead of the last read is distrusted.
const DISTRUST: Duration = Duration::from_hours(1);
/// A recorder that didn't run for longer may have a wrong clock.
const LONGEST_PAUSE_MS: i64 = 14 * 24 * 3_600_000;

/// The purges of a recorder.
pub(super) struct Retention {
    keep: Option<Duration>,
    due_at: Option<Instant>,
    running: Option<Purge>,
    /// It was checked that the clock can be trusted.
    is_clock_checked: bool,
}

impl Retention {
    /// Returns a retention that purges soon. `keep` is how long sessions are kept; `None` for ever.
    pub(super) fn new(keep: Option<Duration>) -> Self {
        Self { keep, due_at: keep.map(|_| Instant::now() + PAUSE), running: None, is_clock_checked: false }
    }

    /// Time of the next batch.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    /// Removes a batch if it is time.
    pub(super) fn run(&mut self, engine: &mut dyn Engine, now_ms: i64) -> Result<(), HistoryError> {
        let now = Instant::now();
        let Some(keep) = self.keep.filter(|_| self.due_at.is_some_and(|due_at| due_at <= now)) else {
            return Ok(());
        };
        if !self.is_clock_checked {
            self.is_clock_checked = true;
            if has_clock_jumped(engine, now_ms)? {
                tracing::warn!(
                    "nothing was recorded for weeks, or the clock is wrong: keeping old sessions for an hour"
                );
                self.due_at = Some(now + DISTRUST);
                return Ok(());
            }
        }
        let keep_ms = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        let purge = self.running.get_or_insert_with(|| Purge::before(now_ms.saturating_sub(keep_ms)));
        // After a failure.
        self.due_at = Some(now + RETRY_INTERVAL);
        let progress = purge.step(engine, now_ms)?;
        self.due_at = Some(now + PAUSE);
        if let PurgeProgress::Done { sessions } = progress {
            if sessions > 0 {
                tracing::info!(sessions, "removed old sessions from the history");
            }
            self.running = None;
            self.due_at = Some(now + INTERVAL);
        }
        Ok(())
    }
}

/// Returns `true` if the last read of any other recorder is weeks ago. A clock that is wrong must not remove everything.
fn has_clock_jumped(engine: &mut dyn Engine, now_ms: i64) -> Result<bool, HistoryError> {
    let observer = engine.observer().into();
    let last = engine.query(r#"SELECT MAX("to") FROM coverage WHERE observer <> $1"#, vec![observer])?;
    Ok(first_integer(&last).is_some_and(|last| now_ms.saturating_sub(last) > LONGEST_PAUSE_MS))
}
