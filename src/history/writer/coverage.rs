//! The time in which a node is being watched.

use std::sync::Arc;
use std::time::Duration;

use crate::history::HistoryError;
use crate::history::coverage::WRITE_INTERVAL;
use crate::history::database::{Database, first_integer};
use crate::poll::longest_read_pause;

/// The coverage of a node that is being watched.
pub(super) struct OpenCoverage {
    id: i64,
    /// Time of the last read.
    to: i64,
    /// The end as written.
    written_to: i64,
    /// The interval between two reads as written, in milliseconds.
    every: Option<i64>,
    /// `true` if the coverage is written as one that is being extended.
    is_open: bool,
}

impl OpenCoverage {
    /// Begins a coverage with a read.
    pub(super) fn begin(
        database: &mut dyn Database,
        node: i64,
        time: i64,
        every: Option<Duration>,
    ) -> Result<Self, HistoryError> {
        let every = milliseconds(every);
        let observer = database.observer().into();
        let rows = database.query(
            r#"INSERT INTO coverage (node, observer, "from", "to", every, is_open) VALUES ($1, $2, $3, $4, $5, 1) RETURNING id"#,
            vec![node.into(), observer, time.into(), time.into(), every.into()],
        )?;
        let id = first_integer(&rows);
        let id = id
            .ok_or_else(|| HistoryError::Database("the database returned no id for a new coverage".into()))?;
        Ok(Self { id, to: time, written_to: time, every, is_open: true })
    }

    /// Continues a coverage that this process has begun.
    pub(super) fn resume(id: i64, to: i64, is_open: bool) -> Self {
        Self { id, to, written_to: to, every: None, is_open }
    }

    /// Returns the time of the last read.
    pub(super) fn to(&self) -> i64 {
        self.to
    }

    /// Returns `true` if a read at this time and interval comes soon enough after the last one.
    pub(super) fn is_followed_by(&self, time: i64, every: Option<Duration>) -> bool {
        // After a change of the interval, the node was still read in the longer one.
        let every = every.and_then(|_| self.every.max(milliseconds(every)));
        let every = every.and_then(|every| every.try_into().ok()).map(Duration::from_millis);
        let pause = time.checked_sub(self.to).and_then(|pause| u64::try_from(pause).ok());
        let is_soon =
            |every| pause.is_some_and(|pause| Duration::from_millis(pause) <= longest_read_pause(every));
        every.is_some_and(is_soon)
    }

    /// Extends the coverage to a read. Writes that at once if sessions were written, so that no
    /// session is newer than its coverage.
    pub(super) fn extend(
        &mut self,
        database: &mut dyn Database,
        time: i64,
        every: Option<Duration>,
        is_written: bool,
    ) -> Result<(), HistoryError> {
        self.to = time;
        let every = milliseconds(every);
        let since_written =
            Duration::from_millis(time.saturating_sub(self.written_to).try_into().unwrap_or(0));
        let is_other = !self.is_open || every != self.every;
        if is_written || is_other || since_written >= WRITE_INTERVAL {
            self.every = every;
            self.write(database, true)?;
        }
        Ok(())
    }

    fn write(&mut self, database: &mut dyn Database, is_open: bool) -> Result<(), HistoryError> {
        database.execute(
            r#"UPDATE coverage SET "to" = $1, is_open = $2, every = COALESCE($3, every) WHERE id = $4"#,
            vec![self.to.into(), is_open.into(), self.every.into(), self.id.into()],
        )?;
        self.written_to = self.to;
        self.is_open = is_open;
        Ok(())
    }
}

/// Ends a coverage at its last read.
pub(super) fn close(
    database: &mut dyn Database,
    coverage: &mut Option<OpenCoverage>,
) -> Result<(), HistoryError> {
    match coverage.take() {
        Some(mut coverage) if coverage.is_open => coverage.write(database, false),
        _ => Ok(()),
    }
}

/// Ends what this process wrote about a node through a connection that has failed.
pub(super) fn close_own(database: &mut dyn Database, url: &Arc<str>) -> Result<(), HistoryError> {
    let observer = database.observer().into();
    database.execute(
        "UPDATE coverage SET is_open = 0 WHERE observer = $1 AND is_open = 1 AND node IN (SELECT id FROM node WHERE url = $2)",
        vec![observer, url.clone().into()],
    )?;
    Ok(())
}

fn milliseconds(every: Option<Duration>) -> Option<i64> {
    every.and_then(|every| i64::try_from(every.as_millis()).ok())
}
