//! Removes sessions a batch at a time, so that no transaction is long.

use std::sync::Arc;

use super::HistoryError;
use super::engine::{Engine, Row};

/// The largest number of sessions that are removed in one transaction.
const BATCH: i64 = 5_000;
/// The number of sessions that are looked at in one transaction.
const SCANNED: i64 = 50_000;

/// A purge in progress.
pub struct Purge {
    what: What,
    /// Everything up to this session was looked at.
    scanned: i64,
    removed: u64,
}

enum What {
    /// What ended before a time, and coverage before it.
    Before(i64),
    /// All sessions of a user.
    User(Arc<str>),
}

/// How far a purge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurgeProgress {
    /// There is more to do.
    Running {
        /// The number of sessions that were removed so far.
        sessions: u64,
    },
    /// Everything is removed.
    Done {
        /// The number of sessions that were removed.
        sessions: u64,
    },
}

impl Purge {
    /// Removes sessions that ended before a time, in milliseconds since 1970 UTC, and the coverage before it.
    #[must_use]
    pub fn before(time: i64) -> Self {
        Self { what: What::Before(time), scanned: 0, removed: 0 }
    }

    /// Removes all sessions of a user, also those that are on, and the username itself.
    #[must_use]
    pub fn user(username: &str) -> Self {
        Self { what: What::User(username.into()), scanned: 0, removed: 0 }
    }

    /// Removes a batch in a transaction of its own. `now` is the time in milliseconds since 1970 UTC.
    pub(super) fn step(&mut self, engine: &mut dyn Engine, now: i64) -> Result<PurgeProgress, HistoryError> {
        let last = first_integer(&engine.query("SELECT MAX(id) FROM session", Row::new())?).unwrap_or(0);
        if self.scanned >= last {
            in_transaction(engine, |engine| self.finish(engine, now))?;
            if self.removed > 0 {
                engine.shrink()?;
                engine.forget_deleted()?;
            }
            return Ok(PurgeProgress::Done { sessions: self.removed });
        }
        let before = self.scanned;
        let (scanned, removed) = in_transaction(engine, |engine| self.remove(engine, before))?;
        self.scanned = scanned;
        self.removed += removed;
        if removed > 0 {
            engine.shrink()?;
        }
        Ok(PurgeProgress::Running { sessions: self.removed })
    }

    /// Removes what is found among the next sessions. Returns the last one that was looked at and the number of removed ones.
    fn remove(&self, engine: &mut dyn Engine, after: i64) -> Result<(i64, u64), HistoryError> {
        let to = after + SCANNED;
        let range: Row = vec![after.into(), to.into()];
        let (condition, value) = match &self.what {
            What::Before(time) => (
                r#"(missed_at < $3 OR (dc = 99
    AND NOT EXISTS (SELECT 1 FROM coverage c WHERE c.node = session.node AND c."to" >= $3)))"#,
                (*time).into(),
            ),
            What::User(user) => (r#""user" = (SELECT id FROM text WHERE value = $3)"#, user.clone().into()),
        };
        let found = engine.query(
            &format!(
                "SELECT id FROM session WHERE id > $1 AND id <= $2 AND {condition} ORDER BY id LIMIT {BATCH}"
            ),
            [range, vec![value]].concat(),
        )?;
        let removed = engine.execute_each("DELETE FROM session WHERE id = $1", &found)?;
        let is_full = found.len() as u64 >= BATCH.unsigned_abs();
        let last = found.last().and_then(|row| row.first()?.integer());
        Ok((if is_full { last.unwrap_or(to) } else { to }, removed))
    }

    /// Removes what no session refers to any more.
    fn finish(&self, engine: &mut dyn Engine, now: i64) -> Result<(), HistoryError> {
        if let What::Before(time) = &self.what {
            engine
                .execute(r#"DELETE FROM coverage WHERE "to" < $1 AND is_open = 0"#, vec![(*time).into()])?;
            // The sessions of the time before are gone, so it must not look as if nobody had been on.
            engine.execute(
                r#"UPDATE coverage SET "from" = $1 WHERE "from" < $1 AND "to" >= $1"#,
                vec![(*time).into()],
            )?;
        }
        if self.removed > 0 {
            engine.execute(
                // PostgreSQL would look each text up among all sessions for `NOT IN`.
                r#"DELETE FROM text WHERE id IN (
    SELECT id FROM text EXCEPT SELECT "user" FROM session
    EXCEPT SELECT project FROM session EXCEPT SELECT address FROM session)"#,
                Row::new(),
            )?;
        }
        engine.execute(
            "INSERT INTO meta (key, value) VALUES ('last_purge', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            vec![now.to_string().as_str().into()],
        )?;
        Ok(())
    }
}

/// Runs `work` while no other connection writes: one could otherwise refer to a text that is about to be removed.
fn in_transaction<T>(
    engine: &mut dyn Engine,
    work: impl FnOnce(&mut dyn Engine) -> Result<T, HistoryError>,
) -> Result<T, HistoryError> {
    engine.begin_exclusive()?;
    let result = work(engine).and_then(|value| engine.commit().map(|()| value));
    if result.is_err() {
        engine.rollback();
    }
    result
}

pub(super) fn first_integer(rows: &[Row]) -> Option<i64> {
    rows.first()?.first()?.integer()
}
