//! Removes sessions a batch at a time, so that no transaction is long.

use std::collections::HashSet;
use std::sync::Arc;

use super::database::{Database, Row, Value, in_exclusive_transaction};
use super::{HistoryError, coverage, event, query, span};

/// The largest number of sessions that are removed in one transaction.
const BATCH: i64 = 5_000;
/// The number of sessions that are looked at in one transaction.
const SCANNED: i64 = 50_000;

/// A purge in progress.
pub struct Purge {
    what: What,
    /// The id up to which sessions were looked at.
    scanned: i64,
    removed: u64,
    /// The number of events that were removed; `None` before that.
    removed_events: Option<u64>,
    /// The nodes that were last read before the time of the purge, and that no recorder writes.
    abandoned: Vec<i64>,
}

enum What {
    /// Everything that ended before a time.
    Before(i64),
    /// All sessions of a user.
    User(Arc<str>),
}

/// The progress of a purge.
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
    /// Creates a purge that removes sessions that ended before a time, in milliseconds since 1970
    /// UTC, and the coverage and events before it.
    #[must_use]
    pub fn before(time: i64) -> Self {
        Self::new(What::Before(time))
    }

    /// Creates a purge that removes all sessions and events of a user, also sessions that are on,
    /// and the username itself.
    #[must_use]
    pub fn user(username: &str) -> Self {
        Self::new(What::User(username.into()))
    }

    fn new(what: What) -> Self {
        Self { what, scanned: 0, removed: 0, removed_events: None, abandoned: Vec::new() }
    }

    /// Removes a batch in a transaction of its own. No other connection writes meanwhile: one could refer to a text that is
    /// about to be removed. `now` is the time in milliseconds since 1970 UTC.
    pub(super) fn step(
        &mut self,
        database: &mut dyn Database,
        now: i64,
    ) -> Result<PurgeProgress, HistoryError> {
        if self.removed_events.is_none() {
            let (abandoned, removed) = in_exclusive_transaction(database, |database| {
                Ok((self.remove_abandoned_coverage(database)?, self.remove_events(database)?))
            })?;
            (self.abandoned, self.removed_events) = (abandoned, Some(removed));
        }
        // Waits for other writers: a session that isn't committed yet may have a smaller id than `last`.
        let (first, last) = in_exclusive_transaction(database, query::session_ids)?.unwrap_or((1, 0));
        // Those before were removed long ago.
        self.scanned = self.scanned.max(first - 1);
        if self.scanned >= last {
            let has_removed = self.removed > 0 || self.removed_events > Some(0);
            let unused = if has_removed { unused_texts(database)? } else { Vec::new() };
            in_exclusive_transaction(database, |database| self.finish(database, &unused, last, now))?;
            if has_removed {
                database.shrink()?;
                database.forget_deleted()?;
            }
            return Ok(PurgeProgress::Done { sessions: self.removed });
        }
        let before = self.scanned;
        let (scanned, removed) =
            in_exclusive_transaction(database, |database| self.remove(database, before))?;
        self.scanned = scanned;
        self.removed += removed;
        if removed > 0 {
            database.shrink()?;
        }
        Ok(PurgeProgress::Running { sessions: self.removed })
    }

    /// Removes the coverage of nodes that were last read before the time of the purge, ahead of their sessions. A recorder that
    /// couldn't write for a while would otherwise continue it, and not record the removed sessions again. Returns the nodes.
    fn remove_abandoned_coverage(&self, database: &mut dyn Database) -> Result<Vec<i64>, HistoryError> {
        let What::Before(time) = &self.what else { return Ok(Vec::new()) };
        // Where a recorder is at work, sessions haven't ended: the end of the coverage is written later than it is read.
        let recorded = coverage::recorded_nodes(database)?;
        let unread = database.query(
            r#"SELECT id FROM node WHERE NOT EXISTS (SELECT 1 FROM coverage c WHERE c.node = node.id AND c."to" >= $1)"#,
            vec![(*time).into()],
        )?;
        let unread = unread.iter().filter_map(|row| row.first()?.integer());
        let abandoned: Vec<i64> = unread.filter(|node| !recorded.contains(node)).collect();
        let nodes: Vec<Row> = abandoned.iter().map(|node| vec![(*node).into()]).collect();
        database.execute_each("DELETE FROM coverage WHERE node = $1", &nodes)?;
        Ok(abandoned)
    }

    /// Removes the events before the time of the purge, or those of the user and alerts that list the user. There are few,
    /// compared with sessions.
    fn remove_events(&self, database: &mut dyn Database) -> Result<u64, HistoryError> {
        let (condition, value) = match &self.what {
            // One that is still open has ended if it isn't extended.
            What::Before(time) => ("COALESCE(back_at, last_failed, time) < $1", (*time).into()),
            What::User(user) => (r#""user" = (SELECT id FROM text WHERE value = $1)"#, user.clone().into()),
        };
        let removed = database.execute(&format!("DELETE FROM event WHERE {condition}"), vec![value])?;
        let What::User(user) = &self.what else { return Ok(removed) };
        Ok(removed + event::remove_alerts_that_list(database, user)?)
    }

    /// Removes the sessions to purge among the next ones. Returns the last one that was looked at
    /// and the number of removed ones.
    fn remove(&self, database: &mut dyn Database, after: i64) -> Result<(i64, u64), HistoryError> {
        let to = after + SCANNED;
        let range: Row = vec![after.into(), to.into()];
        let (condition, value) = match &self.what {
            What::Before(time) => {
                // Nodes are numbered from 1.
                let abandoned: Vec<String> =
                    [0].iter().chain(&self.abandoned).map(ToString::to_string).collect();
                let abandoned = abandoned.join(", ");
                // One of a kind that can't be read has the time when it was seen last. A node may be read again meanwhile.
                let condition = format!(
                    r#"(missed_at < $3 OR (dc = {} AND (last_seen < $3 OR (node IN ({abandoned})
    AND NOT EXISTS (SELECT 1 FROM coverage c WHERE c.node = session.node AND c."to" >= $3)))))"#,
                    span::OPEN
                );
                (condition, (*time).into())
            }
            What::User(user) => {
                (r#""user" = (SELECT id FROM text WHERE value = $3)"#.to_owned(), user.clone().into())
            }
        };
        let found = database.query(
            &format!(
                "SELECT id FROM session WHERE id > $1 AND id <= $2 AND {condition} ORDER BY id LIMIT {BATCH}"
            ),
            [range, vec![value]].concat(),
        )?;
        let removed = database.execute_each("DELETE FROM session WHERE id = $1", &found)?;
        let is_full = found.len() as u64 >= BATCH.unsigned_abs();
        let last = found.last().and_then(|row| row.first()?.integer());
        Ok((if is_full { last.unwrap_or(to) } else { to }, removed))
    }

    /// Removes coverage, nodes and texts that are no longer needed. Of the `unused` texts, it
    /// removes those that no session after `last` uses.
    fn finish(
        &self,
        database: &mut dyn Database,
        unused: &[Row],
        last: i64,
        now: i64,
    ) -> Result<(), HistoryError> {
        if let What::Before(time) = &self.what {
            database
                .execute(r#"DELETE FROM coverage WHERE "to" < $1 AND is_open = 0"#, vec![(*time).into()])?;
            // The sessions of the time before are gone, so it must not look as if there had been none. The end as written may
            // be older than that of a coverage which is being extended.
            database.execute(
                r#"UPDATE coverage SET "from" = CASE WHEN "to" < $1 THEN "to" ELSE $1 END WHERE "from" < $1"#,
                vec![(*time).into()],
            )?;
            database.execute(
                r#"DELETE FROM kind_gap WHERE "to" < $1 OR NOT EXISTS (SELECT 1 FROM coverage c WHERE c.node = kind_gap.node
AND c.observer = kind_gap.observer)"#,
                vec![(*time).into()],
            )?;
            database.execute(
                "DELETE FROM node WHERE NOT EXISTS (SELECT 1 FROM coverage c WHERE c.node = node.id) \
                 AND NOT EXISTS (SELECT 1 FROM session s WHERE s.missed_at IS NULL AND s.node = node.id) \
                 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.node = node.id)",
                Row::new(),
            )?;
        }
        if !unused.is_empty() {
            let newer = database
                .query(r#"SELECT "user", project, address FROM session WHERE id > $1"#, vec![last.into()])?;
            let of_events = database.query(
                r#"SELECT "user", project, address FROM event WHERE "user" IS NOT NULL OR project IS NOT NULL OR address IS NOT NULL"#,
                Row::new(),
            )?;
            let used = newer.iter().chain(&of_events).flatten();
            let used: HashSet<i64> = used.filter_map(Value::integer).collect();
            let is_unused =
                |row: &&Row| row.first().and_then(Value::integer).is_some_and(|id| !used.contains(&id));
            let unused: Vec<Row> = unused.iter().filter(is_unused).cloned().collect();
            database.execute_each("DELETE FROM text WHERE id = $1", &unused)?;
        }
        database.execute(
            "INSERT INTO meta (key, value) VALUES ('last_purge', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            vec![now.to_string().as_str().into()],
        )?;
        Ok(())
    }
}

/// Returns the texts that no session and no event uses. This reads all sessions, so others must be able to write meanwhile.
fn unused_texts(database: &mut dyn Database) -> Result<Vec<Row>, HistoryError> {
    database.query(
        // PostgreSQL would look each text up among all sessions for `NOT IN`.
        r#"SELECT id FROM text EXCEPT SELECT "user" FROM session
EXCEPT SELECT project FROM session EXCEPT SELECT address FROM session
EXCEPT SELECT "user" FROM event EXCEPT SELECT project FROM event EXCEPT SELECT address FROM event"#,
        Row::new(),
    )
}
