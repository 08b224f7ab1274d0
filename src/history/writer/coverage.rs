//! The time in which a node is being watched.

use std::time::Duration;

use crate::history::HistoryError;
use crate::history::coverage::WRITE_INTERVAL_MS;
use crate::history::engine::Engine;

/// The coverage of a node that is being watched.
pub(super) struct OpenCoverage {
    id: i64,
    /// Time of the last read.
    to: i64,
    /// The end as written.
    written_to: i64,
}

impl OpenCoverage {
    /// Begins with a read.
    pub(super) fn begin(
        engine: &mut dyn Engine,
        node: i64,
        time: i64,
        every: Option<Duration>,
    ) -> Result<Self, HistoryError> {
        let every = every.and_then(|every| i64::try_from(every.as_millis()).ok());
        let observer = engine.observer().into();
        let rows = engine.query(
            r#"INSERT INTO coverage (node, observer, "from", "to", every, is_open) VALUES ($1, $2, $3, $4, $5, 1) RETURNING id"#,
            vec![node.into(), observer, time.into(), time.into(), every.into()],
        )?;
        let id = rows.first().and_then(|row| row.first()?.integer());
        let id =
            id.ok_or_else(|| HistoryError::Database("a coverage that was written has no number".into()))?;
        Ok(Self { id, to: time, written_to: time })
    }

    /// Continues one that this process has begun.
    pub(super) fn resume(id: i64, to: i64) -> Self {
        Self { id, to, written_to: to }
    }

    /// Extends it to a read. Writes that at once if sessions were written, so that no session is newer than its coverage.
    pub(super) fn extend(
        &mut self,
        engine: &mut dyn Engine,
        time: i64,
        is_written: bool,
    ) -> Result<(), HistoryError> {
        self.to = time;
        if is_written || time.saturating_sub(self.written_to) >= WRITE_INTERVAL_MS {
            self.write(engine, true)?;
        }
        Ok(())
    }

    fn write(&mut self, engine: &mut dyn Engine, is_open: bool) -> Result<(), HistoryError> {
        engine.execute(
            r#"UPDATE coverage SET "to" = $1, is_open = $2 WHERE id = $3"#,
            vec![self.to.into(), is_open.into(), self.id.into()],
        )?;
        self.written_to = self.to;
        Ok(())
    }
}

/// Ends a coverage at its last read.
pub(super) fn close(
    engine: &mut dyn Engine,
    coverage: &mut Option<OpenCoverage>,
) -> Result<(), HistoryError> {
    match coverage.take() {
        Some(mut coverage) => coverage.write(engine, false),
        None => Ok(()),
    }
}
