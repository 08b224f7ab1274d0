//! Removes what is older than it is to be kept: a batch at a time, so that recording goes on.

use std::time::{Duration, Instant};

use super::HistoryError;
use super::engine::Engine;
use super::purge::{Purge, PurgeProgress};

/// Time between two purges.
const INTERVAL: Duration = Duration::from_hours(6);
/// Time until a purge that has failed goes on.
const RETRY_INTERVAL: Duration = Duration::from_mins(10);
/// The pause between two batches.
const PAUSE: Duration = Duration::from_millis(100);

/// The purges of a recorder.
pub(super) struct Retention {
    keep: Option<Duration>,
    due_at: Option<Instant>,
    running: Option<Purge>,
}

impl Retention {
    /// Returns a retention that purges soon. `keep` is how long sessions are kept; `None` for ever.
    pub(super) fn new(keep: Option<Duration>) -> Self {
        Self { keep, due_at: keep.map(|_| Instant::now() + PAUSE), running: None }
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
