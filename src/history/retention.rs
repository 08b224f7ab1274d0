//! Removes sessions that have been kept long enough, a batch at a time, so that recording goes on.

use std::time::{Duration, Instant};

use super::HistoryError;
use super::clock_check::{ClockCheck, Clocks, MAX_DIFFERENCE_MS};
use super::database::{Database, first_integer};
use super::purge::{Purge, PurgeProgress};

/// Time between two purges.
const INTERVAL: Duration = Duration::from_hours(6);
/// Time until a purge that has failed goes on, and until the clock is looked at again if it isn't trusted.
const RETRY_INTERVAL: Duration = Duration::from_mins(10);
/// The pause between two batches.
const PAUSE: Duration = Duration::from_millis(100);

/// The purges of a recorder. Outlives connections.
pub(super) struct Retention {
    keep: Option<Duration>,
    due_at: Option<Instant>,
    running: Option<Purge>,
    clock: ClockCheck,
}

impl Retention {
    /// Returns a retention that purges soon. `keep` is the time for which sessions are kept; `None`
    /// to keep them forever.
    pub(super) fn new(keep: Option<Duration>) -> Self {
        Self {
            keep,
            due_at: keep.map(|_| Instant::now() + PAUSE),
            running: None,
            clock: ClockCheck::default(),
        }
    }

    /// Starts again with a database that was opened, which may be another one.
    pub(super) fn restart(&mut self) {
        self.due_at = self.keep.map(|_| Instant::now() + PAUSE);
        self.running = None;
    }

    /// Returns the time of the next batch; `None` if sessions are kept forever.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    /// Removes a batch if it is time and the clock can be trusted. Takes the offset of a gateway from the clocks if it looks at
    /// them.
    pub(super) fn run(
        &mut self,
        database: &mut dyn Database,
        clocks: &mut Clocks,
    ) -> Result<(), HistoryError> {
        let Clocks { instant: now, now_ms, .. } = *clocks;
        let Some(keep) = self.keep.filter(|_| self.due_at.is_some_and(|due_at| due_at <= now)) else {
            return Ok(());
        };
        // After a failure, or until the clock is trusted.
        self.due_at = Some(now + RETRY_INTERVAL);
        let purge = match &mut self.running {
            Some(purge) => purge,
            none => {
                let looked = Clocks { offset_ms: clocks.offset_ms.take(), ..*clocks };
                if !self.clock.is_trusted(looked, || pause_before(database, now_ms))? {
                    return Ok(());
                }
                let keep_ms = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
                none.insert(Purge::before(now_ms.saturating_sub(keep_ms)))
            }
        };
        let progress = purge.step(database, now_ms)?;
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

/// Returns the time for which nothing was recorded, in milliseconds. Records of the last day don't
/// count. A clock that was set ahead may have been wrong for as long.
fn pause_before(database: &mut dyn Database, now_ms: i64) -> Result<i64, HistoryError> {
    let day_before = now_ms.saturating_sub(MAX_DIFFERENCE_MS);
    let last = database.query(
        r#"SELECT MAX(CASE WHEN "to" < $1 THEN "to" ELSE $1 END) FROM coverage WHERE "from" < $1"#,
        vec![day_before.into()],
    )?;
    Ok(first_integer(&last).map_or(0, |last| now_ms.saturating_sub(last)))
}
