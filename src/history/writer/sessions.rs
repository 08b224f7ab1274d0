//! Sessions that begin, end and change.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::gateway::SessionKind;
use crate::history::HistoryError;
use crate::history::coverage;
use crate::history::database::{Database, Row, Value};
use crate::history::record::{RECORD_COLUMNS, Records, SessionRecord, kind_from_value, kind_to_value};
use crate::history::span;
use crate::history::step::{Changes, List, ReadStep};
use crate::history::texts::text_ids;

/// The number of sessions that are written at once, which bounds the memory.
const WRITTEN_AT_ONCE: usize = 500;

/// A stored session that hasn't ended.
struct OpenSession {
    id: i64,
    started: i64,
    first_seen: i64,
    /// Time of the last read with it, if its kind couldn't be read since.
    last_seen: Option<i64>,
    record: SessionRecord,
}

impl OpenSession {
    fn from_row(row: &Row) -> Option<Self> {
        let ([id, started, first_seen, last_seen], record) = row.split_first_chunk()?;
        Some(Self {
            id: id.integer()?,
            started: started.integer()?,
            first_seen: first_seen.integer()?,
            last_seen: last_seen.integer(),
            record: SessionRecord::from_values(record.try_into().ok()?),
        })
    }

    /// Returns the time when the session was seen last before its kind is listed again, if its node
    /// was read last at `known_until`.
    fn seen_until(&self, known_until: Option<i64>) -> i64 {
        self.last_seen.or(known_until).unwrap_or(self.first_seen)
    }
}

/// Returns the query of the sessions of a node that haven't ended, with another condition.
fn open_sessions(condition: &str) -> String {
    format!(
        "SELECT s.id, s.started, s.first_seen, s.last_seen, {RECORD_COLUMNS} FROM session s \
         WHERE s.missed_at IS NULL AND s.node = $1 {condition}"
    )
}

/// Stored sessions that haven't ended, by client id.
#[derive(Default)]
struct OpenSessions(HashMap<Option<Arc<str>>, Vec<OpenSession>>);

impl OpenSessions {
    /// Reads all open sessions of a node.
    fn all(database: &mut dyn Database, node: i64) -> Result<Self, HistoryError> {
        let mut sessions = Self::default();
        sessions.add(&database.query(&open_sessions(""), vec![node.into()])?);
        Ok(sessions)
    }

    /// Reads the open sessions of a node with one of these client ids.
    fn with_ids<'a>(
        database: &mut dyn Database,
        node: i64,
        records: impl Iterator<Item = &'a SessionRecord>,
    ) -> Result<Self, HistoryError> {
        let ids: BTreeSet<Option<Arc<str>>> = records.map(|record| record.client_id.clone()).collect();
        let mut sessions = Self::default();
        if ids.contains(&None) {
            let query = open_sessions("AND s.client IS NULL");
            sessions.add(&database.query(&query, vec![node.into()])?);
        }
        let values: Vec<Row> =
            ids.into_iter().flatten().map(|id| vec![node.into(), Value::Text(id)]).collect();
        for rows in database.query_each(&open_sessions("AND s.client = $2"), &values)? {
            sessions.add(&rows);
        }
        Ok(sessions)
    }

    fn add(&mut self, rows: &[Row]) {
        for session in rows.iter().filter_map(OpenSession::from_row) {
            self.0.entry(session.record.client_id.clone()).or_default().push(session);
        }
    }

    /// Removes and returns the session of a record, preferably one with the same values.
    fn take(&mut self, record: &SessionRecord) -> Option<OpenSession> {
        let sessions = self.0.get_mut(&record.client_id)?;
        let is_same = |session: &OpenSession| session.record.is_same_session(record);
        let is_unchanged = |session: &OpenSession| is_same(session) && session.record.has_same_values(record);
        let index = sessions.iter().position(is_unchanged).or_else(|| sessions.iter().position(is_same))?;
        Some(sessions.swap_remove(index))
    }

    fn into_iter(self) -> impl Iterator<Item = OpenSession> {
        self.0.into_values().flatten()
    }
}

/// The changes to write about the sessions of a node.
#[derive(Default)]
struct Edits {
    ended: Vec<Row>,
    begun: Vec<(SessionRecord, i64, i64)>,
    start_times: Vec<Row>,
    /// Sessions of a kind that couldn't be read, which are still there.
    continued: Vec<Row>,
}

impl Edits {
    fn len(&self) -> usize {
        self.ended.len() + self.begun.len() + self.start_times.len() + self.continued.len()
    }

    /// Ends a session, never before it began, even if the clock was set back.
    fn end(&mut self, session: &OpenSession, last_seen: i64, missed_at: i64) {
        let last_seen = last_seen.max(session.first_seen);
        let missed_at = missed_at.max(last_seen);
        let class = span::class(session.started, missed_at);
        self.ended.push(vec![last_seen.into(), missed_at.into(), class.into(), session.id.into()]);
    }

    /// Begins a session that was seen first at `time`, and not yet at `after`.
    fn begin(&mut self, record: SessionRecord, after: Option<i64>, time: i64, clock_offset: i64) {
        let created = record.creation_time.map_or(time, |created| created.saturating_sub(clock_offset));
        let started = created.max(after.unwrap_or(i64::MIN)).min(time);
        self.begun.push((record, started, time));
    }

    /// Compares a stored session with its record in a list, and ends it if its values changed.
    fn update(&mut self, session: &OpenSession, record: SessionRecord, last_seen: i64, time: i64) {
        if !session.record.has_same_values(&record) {
            self.end(session, last_seen, time);
            // The values before were there until the change, which is somewhere between the two reads.
            self.begun.push((record, time, time));
            return;
        }
        if session.record.creation_time.is_none() && record.creation_time.is_some() {
            self.start_times.push(vec![record.creation_time.into(), session.id.into()]);
        }
        if session.last_seen.is_some() {
            self.continued.push(vec![session.id.into()]);
        }
    }

    fn write(self, database: &mut dyn Database, node: i64) -> Result<(), HistoryError> {
        let Self { ended, begun, start_times, continued } = self;
        if !ended.is_empty() {
            database.execute_each(
                "UPDATE session SET last_seen = $1, missed_at = $2, dc = $3 WHERE id = $4",
                &ended,
            )?;
        }
        if !start_times.is_empty() {
            database.execute_each(
                "UPDATE session SET created_after = CAST($1 AS BIGINT) - started WHERE id = $2",
                &start_times,
            )?;
        }
        if !continued.is_empty() {
            database.execute_each("UPDATE session SET last_seen = NULL WHERE id = $1", &continued)?;
        }
        for begun in begun.chunks(WRITTEN_AT_ONCE) {
            insert(database, node, begun)?;
        }
        Ok(())
    }
}

fn insert(
    database: &mut dyn Database,
    node: i64,
    begun: &[(SessionRecord, i64, i64)],
) -> Result<(), HistoryError> {
    let texts = begun.iter().flat_map(|(record, ..)| [&record.username, &record.project, &record.address]);
    let ids = text_ids(database, texts.flatten())?;
    let rows: Vec<Row> = begun
        .iter()
        .map(|(record, started, first_seen)| {
            vec![
                node.into(),
                ids.of(record.username.as_ref()),
                ids.of(record.project.as_ref()),
                ids.of(record.address.as_ref()),
                record.is_designer.into(),
                kind_to_value(record.kind),
                record.client_id.clone().into(),
                record.creation_time.map(|created| created.saturating_sub(*started)).into(),
                (*started).into(),
                (*first_seen).into(),
            ]
        })
        .collect();
    database.execute_each(
        &format!(
            r#"INSERT INTO session (node, "user", project, address, designer, kind, client, created_after, started, first_seen, dc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, {})"#,
            span::OPEN
        ),
        &rows,
    )?;
    Ok(())
}

/// Writes the differences between two lists of a node, which was read last at `known_until`. What was written before is left as
/// it is, so that steps can be repeated after a connection was lost at the end of a transaction.
pub(super) fn apply(
    database: &mut dyn Database,
    node: i64,
    known_until: Option<i64>,
    changes: &Changes,
) -> Result<(), HistoryError> {
    let Changes { time, previous, clock_offset, .. } = *changes;
    let mut open = if changes.listed_kinds.is_empty() {
        let before = changes.changed.iter().map(|(before, _)| before);
        let left = changes.left.iter().map(|(record, _)| record);
        OpenSessions::with_ids(database, node, left.chain(&changes.arrived).chain(before))?
    } else {
        OpenSessions::all(database, node)?
    };
    let mut edits = Edits::default();
    let missed_at = changes.restarted_at().unwrap_or(time);
    for (record, last_seen) in &changes.left {
        if let Some(session) = open.take(record) {
            edits.end(&session, *last_seen, missed_at);
        }
    }
    for (before, after) in &changes.changed {
        match open.take(before) {
            Some(session) => edits.update(&session, after.clone(), previous, time),
            None => edits.begin(after.clone(), Some(previous.min(time)), time, clock_offset),
        }
    }
    for record in &changes.arrived {
        match open.take(record) {
            Some(session) => edits.update(&session, record.clone(), previous, time),
            None => edits.begin(record.clone(), Some(previous.min(time)), time, clock_offset),
        }
    }
    if !changes.listed_kinds.is_empty() {
        let last_reads = LastReads::before(database, node, known_until, time)?;
        for record in &changes.listed {
            match open.take(record) {
                Some(session) => {
                    edits.update(&session, record.clone(), session.seen_until(known_until), time);
                }
                None => edits.begin(record.clone(), last_reads.of(record.kind), time, clock_offset),
            }
        }
        for session in open.into_iter().filter(|session| session.record.is_of(&changes.listed_kinds)) {
            edits.end(&session, session.seen_until(known_until), missed_at);
        }
    }
    edits.write(database, node)
}

/// The times of the last read of a node, and of each kind of its sessions, before a time.
struct LastReads {
    node: Option<i64>,
    /// The kinds that weren't read as recently as the node, with the times of their last reads.
    older: Vec<(SessionKind, Option<i64>)>,
}

impl LastReads {
    /// Reads the times for a node that was read last at `known_until`, which may be later than it
    /// is written.
    fn before(
        database: &mut dyn Database,
        node: i64,
        known_until: Option<i64>,
        time: i64,
    ) -> Result<Self, HistoryError> {
        let keys = [None].into_iter().chain(SessionKind::ALL.map(Some)).map(|kind| (node, kind, time));
        let last = coverage::last_reads_before(database, &keys.collect::<Vec<_>>())?;
        let of_node = last.first().copied().flatten();
        let of_kinds = SessionKind::ALL.into_iter().zip(last.into_iter().skip(1));
        let older = of_kinds.filter(|(_, last)| *last != of_node).collect();
        Ok(Self { node: known_until.map(|known| known.min(time)), older })
    }

    fn of(&self, kind: Option<SessionKind>) -> Option<i64> {
        let older = self.older.iter().find(|(older, _)| Some(*older) == kind);
        older.map_or(self.node, |(_, last)| *last)
    }
}

/// Returns `true` if sessions of a node that haven't ended couldn't be read the last time. Those of the `missing` kinds still
/// can't.
pub(super) fn is_paused(
    database: &mut dyn Database,
    node: i64,
    missing: &[SessionKind],
) -> Result<bool, HistoryError> {
    let paused = database.query(
        "SELECT DISTINCT kind FROM session WHERE node = $1 AND missed_at IS NULL AND last_seen IS NOT NULL",
        vec![node.into()],
    )?;
    let is_missing =
        |row: &Row| row.first().and_then(kind_from_value).is_some_and(|kind| missing.contains(&kind));
    Ok(!paused.iter().all(is_missing))
}

/// Ends the stored sessions of a node that a process which takes it over has never listed: those that are neither in its
/// newest list nor left or changed in its steps. They left between the last read that is written and its first one.
pub(super) fn end_missing(
    database: &mut dyn Database,
    node: i64,
    (known_until, time): (i64, i64),
    newest: &List,
    steps: &[ReadStep],
) -> Result<(), HistoryError> {
    let mut open = OpenSessions::all(database, node)?;
    for record in Records::of(&newest.sessions).iter() {
        open.take(&record);
    }
    for step in steps {
        if let ReadStep::Changes(changes) = step {
            let left = changes.left.iter().map(|(record, _)| record);
            for record in left.chain(changes.changed.iter().map(|(before, _)| before)) {
                open.take(record);
            }
        }
    }
    let mut edits = Edits::default();
    let missing: Vec<SessionKind> =
        steps.iter().flat_map(ReadStep::missing_kinds).chain(&newest.missing_kinds).copied().collect();
    for session in open.into_iter().filter(|session| !session.record.is_of(&missing)) {
        edits.end(&session, session.seen_until(Some(known_until)), time);
    }
    edits.write(database, node)
}

/// Writes the difference between the stored sessions of a node, which was read last at `known_until`, and a list.
pub(super) fn reconcile(
    database: &mut dyn Database,
    node: i64,
    known_until: Option<i64>,
    list: &List,
) -> Result<(), HistoryError> {
    let List { time, sessions, missing_kinds, clock_offset } = list;
    let mut open = OpenSessions::all(database, node)?;
    let last_reads = LastReads::before(database, node, known_until, *time)?;
    let mut edits = Edits::default();
    let known_until = known_until.or(Some(*time));
    for record in Records::of(sessions).iter().filter(|record| !record.is_of(missing_kinds)) {
        if let Some(session) = open.take(&record) {
            edits.update(&session, record, session.seen_until(known_until), *time);
        } else {
            let after = last_reads.of(record.kind);
            edits.begin(record, after, *time, *clock_offset);
        }
        if edits.len() >= WRITTEN_AT_ONCE {
            std::mem::take(&mut edits).write(database, node)?;
        }
    }
    for session in open.into_iter().filter(|session| !session.record.is_of(missing_kinds)) {
        edits.end(&session, session.seen_until(known_until), *time);
    }
    edits.write(database, node)
}
