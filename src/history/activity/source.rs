//! Reads entries in a window of time, the newest first.

use std::sync::Arc;

use super::entry::{ActivityKey, ActivityKind, Source};
use crate::history::HistoryError;
use crate::history::database::{Database, Row, Value};
use crate::history::event::EventKind;
use crate::history::query::{self, Node};
use crate::history::record::{RECORD_COLUMNS, SessionRecord};
use crate::history::span;

/// The columns of an event like [`RECORD_COLUMNS`].
const EVENT_RECORD_COLUMNS: &str = r#"s.session_kind, s.client, s.created, s.designer,
    (SELECT value FROM text WHERE id = s."user"), (SELECT value FROM text WHERE id = s.project),
    (SELECT value FROM text WHERE id = s.address)"#;

/// An entry as it is stored.
pub(super) struct Found {
    pub(super) key: ActivityKey,
    pub(super) kind: ActivityKind,
    pub(super) node: i64,
    /// The earliest time if the node wasn't watched. For a session that left, it is the time when
    /// the session was seen last. For one that arrived, it is the time when the session began.
    pub(super) earliest: i64,
    pub(super) session: SessionRecord,
    pub(super) duration_ms: Option<i64>,
    pub(super) detail: Option<Arc<str>>,
}

/// The end of a window.
#[derive(Clone, Copy)]
pub(super) enum Position {
    /// The position before an entry.
    Before(ActivityKey),
    /// A time, which belongs to the window.
    UpTo(i64),
}

impl Position {
    pub(super) fn time(self) -> i64 {
        match self {
            Self::Before(key) => key.time,
            Self::UpTo(time) => time,
        }
    }

    /// Returns the id before which entries of a source are at [`time`](Self::time).
    fn id(self, source: Source) -> i64 {
        match self {
            Self::UpTo(_) => i64::MAX,
            Self::Before(key) if source < key.source => i64::MAX,
            Self::Before(key) if source == key.source => key.id,
            Self::Before(_) => i64::MIN,
        }
    }
}

/// The queries of all sources, each for a window from `$1` to `$2` with ids before `$3` at its end.
pub(super) struct Sources {
    queries: Vec<(Source, String)>,
}

impl Sources {
    /// Returns the queries for at most `limit` entries each, of these nodes; `None` for all.
    pub(super) fn new(nodes: Option<&[Node]>, limit: usize, has_events: bool) -> Self {
        let of_nodes = nodes.map_or_else(String::new, query::of_nodes);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sources = Source::ALL.into_iter().filter(|source| has_events || *source >= Source::Left);
        let query = |source| {
            let sql = match source {
                Source::Back => events("back_at", &of_nodes, limit),
                Source::Event => events("time", &of_nodes, limit),
                Source::Left => sessions("missed_at", &of_nodes, limit),
                Source::Arrived => sessions("first_seen", &of_nodes, limit),
            };
            (source, sql)
        };
        Self { queries: sources.map(query).collect() }
    }

    /// Reads the newest entries from a time to a position.
    pub(super) fn read(
        &self,
        database: &mut dyn Database,
        from: i64,
        to: Position,
    ) -> Result<Vec<Found>, HistoryError> {
        let mut found = Vec::new();
        for (source, sql) in &self.queries {
            let rows = database.query(sql, vec![from.into(), to.time().into(), to.id(*source).into()])?;
            found.extend(rows.iter().filter_map(|row| from_row(*source, row)));
        }
        Ok(found)
    }
}

/// Returns the condition for the window.
fn window(column: &str) -> String {
    format!("{column} >= $1 AND ({column} < $2 OR ({column} = $2 AND id < $3))")
}

/// Returns the query of sessions with a time in the window.
fn sessions(column: &str, of_nodes: &str, limit: i64) -> String {
    // A session with a time in the window overlaps it, which an index finds.
    let in_window = format!(" AND ({}){of_nodes}", window(column));
    let sessions = span::overlapping(&format!("id, {column}"), &in_window);
    // Only numbers are sorted. The other columns are read of the sessions that are left.
    format!(
        "SELECT s.id, s.node, s.{column}, s.started, s.last_seen, {RECORD_COLUMNS} FROM session s \
         WHERE s.id IN (SELECT id FROM ({sessions}) a ORDER BY {column} DESC, id DESC LIMIT {limit})"
    )
}

/// Returns the query of events with a time in the window.
fn events(column: &str, of_nodes: &str, limit: i64) -> String {
    let window = window(column);
    format!(
        "SELECT s.id, s.node, s.{column}, s.earliest, s.kind, s.time, s.back_at, s.detail, {EVENT_RECORD_COLUMNS} \
         FROM event s WHERE {window}{of_nodes} ORDER BY {column} DESC, id DESC LIMIT {limit}"
    )
}

fn from_row(source: Source, row: &Row) -> Option<Found> {
    let ([id, node, time, earliest], rest) = row.split_first_chunk()?;
    let (time, earliest) = (time.integer()?, earliest.integer()?);
    let key = ActivityKey { time, source, id: id.integer()? };
    let found = Found {
        key,
        kind: ActivityKind::Arrived,
        node: node.integer()?,
        earliest,
        session: SessionRecord::default(),
        duration_ms: None,
        detail: None,
    };
    match source {
        Source::Arrived | Source::Left => {
            let ([last_seen], record) = rest.split_first_chunk()?;
            let session = SessionRecord::from_values(record.try_into().ok()?);
            if source == Source::Arrived {
                return Some(Found { session, ..found });
            }
            let last_seen = last_seen.integer()?;
            let duration_ms = Some(last_seen.saturating_sub(earliest).max(0));
            Some(Found { kind: ActivityKind::Left, earliest: last_seen, session, duration_ms, ..found })
        }
        Source::Back | Source::Event => {
            let ([kind, began_at, back_at, detail], record) = rest.split_first_chunk()?;
            let kind = EventKind::from_value(kind)?;
            let duration_ms = duration(began_at, back_at);
            if source == Source::Back {
                return Some(Found { kind: ActivityKind::Reachable, earliest: time, duration_ms, ..found });
            }
            let session = SessionRecord::from_values(record.try_into().ok()?);
            let (kind, earliest) = match kind {
                EventKind::Unreachable => (ActivityKind::Unreachable, time),
                EventKind::Restarted => (ActivityKind::Restarted, earliest),
                EventKind::Terminated => (ActivityKind::Terminated, time),
                EventKind::SignedIn => (ActivityKind::SignedIn, time),
                EventKind::Alert => (ActivityKind::Alert, time),
                EventKind::AlertEnd => (ActivityKind::AlertEnd, time),
            };
            Some(Found { kind, earliest, session, duration_ms, detail: detail.text().cloned(), ..found })
        }
    }
}

fn duration(from: &Value, to: &Value) -> Option<i64> {
    Some(to.integer()?.saturating_sub(from.integer()?).max(0))
}
