//! Finds the sessions at a time and within a range.

use std::collections::HashMap;
use std::sync::Arc;

use super::HistoryError;
use super::coverage;
use super::database::{Database, Row};
use super::history_gateway::HistoryGateway;
use super::node_coverage::NodeCoverage;
use super::record::{RECORD_COLUMNS, SessionRecord};
use super::span;
use super::stored_sessions::{NodeGaps, SessionState, StoredSession, StoredSessions};
use super::time_range::{self, TimeRange};
use crate::gateway::SessionKind;

/// The columns of a [`Found`] before those of its record.
const COLUMNS: &str = "s.node, s.first_seen, s.last_seen, s.missed_at, s.started";

/// A node to query.
pub(super) struct Node {
    pub(super) id: i64,
    pub(super) gateway: Arc<str>,
    pub(super) url: Arc<str>,
}

/// A condition for sessions, besides the time.
#[derive(Default)]
pub(super) struct Condition {
    /// Empty SQL, or SQL that begins with ` AND `. Its first value is `$3`.
    pub(super) sql: &'static str,
    pub(super) values: Row,
    /// `true` to look at all sessions, which takes less time than the index if the range is long.
    pub(super) is_scan: bool,
}

/// A session as stored.
struct Found {
    node: i64,
    first_seen: i64,
    last_seen: Option<i64>,
    missed_at: Option<i64>,
    started: i64,
    session: SessionRecord,
}

impl Found {
    fn from_row(row: &Row) -> Option<Self> {
        let ([node, first, last, missed, started], record) = row.split_first_chunk()?;
        Some(Self {
            node: node.integer()?,
            first_seen: first.integer()?,
            last_seen: last.integer(),
            missed_at: missed.integer(),
            started: started.integer()?,
            session: SessionRecord::from_values(record.try_into().ok()?),
        })
    }
}

/// Returns the sessions that were, or may have been, on at a time.
pub(super) fn at(
    database: &mut dyn Database,
    time: i64,
    gateway: Option<&HistoryGateway>,
    now: i64,
) -> Result<StoredSessions, HistoryError> {
    let nodes = nodes(database, gateway)?;
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let gaps = coverage::gaps_at(database, &ids, time, now)?;
    let kind_gaps = coverage::kind_gaps_at(database, &ids, time, now)?;
    let newest = coverage::newest(database, &ids, now)?;
    let index: HashMap<i64, usize> = ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    let at = TimeRange { from: time, to: time };
    let mut sessions = Vec::new();
    for found in find(database, at, &Condition::default())? {
        let Some(&node) = index.get(&found.node) else { continue };
        let last_seen = found.last_seen.or(newest[node].map(|newest| newest.to)).unwrap_or(found.first_seen);
        let is_over = found.missed_at.is_some_and(|missed_at| missed_at <= time && last_seen < time);
        if is_over {
            continue;
        }
        let is_of_gap = |(kind, _): &(SessionKind, TimeRange)| Some(*kind) == found.session.kind;
        let is_watched = gaps[node].is_none() && !kind_gaps[node].iter().any(is_of_gap);
        let state = if time > last_seen {
            SessionState::Possible
        } else if is_watched && time >= found.first_seen {
            SessionState::Seen
        } else {
            SessionState::Proved
        };
        sessions.push((node, found, last_seen, state));
    }
    let unwatched = gaps.into_iter().zip(kind_gaps).map(|(gap, kind_gaps)| Unwatched {
        by_kind: match gap {
            None => kind_gaps.into_iter().map(|(kind, gap)| (kind, vec![gap])).collect(),
            Some(_) => Vec::new(),
        },
        all: Vec::from_iter(gap),
    });
    Ok(stored_sessions(nodes, unwatched.collect(), sessions))
}

/// Returns the sessions that were, or may have been, on at any time of a range.
pub(super) fn between(
    database: &mut dyn Database,
    range: TimeRange,
    gateway: Option<&HistoryGateway>,
    now: i64,
) -> Result<StoredSessions, HistoryError> {
    between_where(database, range, gateway, &Condition::default(), now)
}

/// Returns the sessions of [`between`] that meet a condition.
pub(super) fn between_where(
    database: &mut dyn Database,
    range: TimeRange,
    gateway: Option<&HistoryGateway>,
    condition: &Condition,
    now: i64,
) -> Result<StoredSessions, HistoryError> {
    let nodes = nodes(database, gateway)?;
    let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
    let newest = coverage::newest(database, &ids, now)?;
    let index: HashMap<i64, usize> = ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    let found = find(database, range, condition)?;
    let ends = found.iter().filter_map(|found| Some((found.last_seen?, found.missed_at?)));
    let ends = ends.fold(range, |all, (last_seen, missed_at)| TimeRange {
        from: all.from.min(last_seen),
        to: all.to.max(missed_at),
    });
    let watched = coverage::overlapping(database, &ids, ends, now)?;
    let mut sessions = Vec::new();
    for found in found {
        let Some(&node) = index.get(&found.node) else { continue };
        let known_until = newest[node].map(|newest| newest.to);
        let last_seen = found.last_seen.or(known_until).unwrap_or(found.first_seen);
        let state = match found.missed_at {
            // An interval that lasts until now is being extended.
            None if found.last_seen.is_none() && known_until.is_some_and(|until| until >= now) => {
                SessionState::Present
            }
            None => SessionState::Unknown,
            Some(missed_at) => {
                // Both are the same if the clock was set back meanwhile.
                if missed_at > last_seen && watched[node].is_watched(found.session.kind, last_seen, missed_at)
                {
                    SessionState::Left
                } else {
                    SessionState::LeftBetween
                }
            }
        };
        sessions.push((node, found, last_seen, state));
    }
    let unwatched = watched.iter().map(|watched| Unwatched::within(watched, range)).collect();
    Ok(stored_sessions(nodes, unwatched, sessions))
}

/// Returns the nodes of a gateway with its name; all nodes, as they are stored, without one.
pub(super) fn nodes(
    database: &mut dyn Database,
    gateway: Option<&HistoryGateway>,
) -> Result<Vec<Node>, HistoryError> {
    match gateway {
        Some(gateway) => nodes_of(database, std::slice::from_ref(gateway)),
        None => stored_nodes(database),
    }
}

/// Returns the nodes of some gateways, with their names.
pub(super) fn nodes_of(
    database: &mut dyn Database,
    gateways: &[HistoryGateway],
) -> Result<Vec<Node>, HistoryError> {
    let named = |node: Node| {
        let gateway = HistoryGateway::name_of_node(gateways, (&node.gateway, &node.url))?;
        Some(Node { gateway, ..node })
    };
    let mut nodes: Vec<Node> = stored_nodes(database)?.into_iter().filter_map(named).collect();
    nodes.sort_by(|a, b| (&a.gateway, &a.url).cmp(&(&b.gateway, &b.url)));
    Ok(nodes)
}

fn stored_nodes(database: &mut dyn Database) -> Result<Vec<Node>, HistoryError> {
    let rows = database.query("SELECT id, gateway, url FROM node ORDER BY gateway, url", Row::new())?;
    let nodes = rows.iter().filter_map(|row| match &row[..] {
        [id, gateway, url] => {
            Some(Node { id: id.integer()?, gateway: gateway.text()?.clone(), url: url.text()?.clone() })
        }
        _ => None,
    });
    Ok(nodes.collect())
}

/// Returns the first and the last id of all sessions; `None` if there are none.
pub(super) fn session_ids(database: &mut dyn Database) -> Result<Option<(i64, i64)>, HistoryError> {
    // SQLite only looks at the end of an index if nothing else is asked for.
    let sql = "SELECT (SELECT MIN(id) FROM session), (SELECT MAX(id) FROM session)";
    let ends = database.query(sql, Row::new())?;
    Ok(ends.first().and_then(|row| Some((row.first()?.integer()?, row.get(1)?.integer()?))))
}

/// Returns the condition for sessions or events of some nodes, to be added to others.
pub(super) fn of_nodes(nodes: &[Node]) -> String {
    if nodes.is_empty() {
        return " AND 1 = 0".to_owned();
    }
    let ids: Vec<String> = nodes.iter().map(|node| node.id.to_string()).collect();
    format!(" AND node IN ({})", ids.join(", "))
}

/// Returns the sessions that overlap a range and meet a condition.
fn find(
    database: &mut dyn Database,
    range: TimeRange,
    condition: &Condition,
) -> Result<Vec<Found>, HistoryError> {
    let overlapping = if condition.is_scan {
        let all = "SELECT * FROM session WHERE (missed_at IS NULL OR missed_at >= $1) AND started <= $2";
        all.to_owned() + condition.sql
    } else {
        span::overlapping("*", condition.sql)
    };
    let sql = format!("SELECT {COLUMNS}, {RECORD_COLUMNS} FROM ({overlapping}) s");
    let range: Row = vec![range.from.into(), range.to.into()];
    let rows = database.query(&sql, [range, condition.values.clone()].concat())?;
    Ok(rows.iter().filter_map(Found::from_row).collect())
}

/// The parts of a time in which a node wasn't watched, and further ones in which a kind of sessions wasn't.
struct Unwatched {
    all: Vec<TimeRange>,
    by_kind: Vec<(SessionKind, Vec<TimeRange>)>,
}

impl Unwatched {
    fn within(coverage: &NodeCoverage, range: TimeRange) -> Self {
        let all = time_range::gaps(&coverage.all, range);
        let of_kinds =
            coverage.by_kind.iter().map(|(kind, watched)| (*kind, time_range::gaps(watched, range)));
        Self { by_kind: of_kinds.filter(|(_, gaps)| *gaps != all).collect(), all }
    }
}

fn stored_sessions(
    nodes: Vec<Node>,
    unwatched: Vec<Unwatched>,
    mut sessions: Vec<(usize, Found, i64, SessionState)>,
) -> StoredSessions {
    sessions.sort_by_key(|(node, found, ..)| (*node, found.started));
    let sessions = sessions.into_iter().map(|(node, found, last_seen, state)| StoredSession {
        gateway: nodes[node].gateway.clone(),
        node: nodes[node].url.clone(),
        session: found.session,
        first_seen: found.first_seen,
        last_seen,
        missed_at: found.missed_at,
        state,
    });
    let sessions = sessions.collect();
    let nodes = nodes.into_iter().zip(unwatched).map(|(node, unwatched)| NodeGaps {
        gateway: node.gateway,
        url: node.url,
        unwatched: unwatched.all,
        unwatched_kinds: unwatched.by_kind,
    });
    StoredSessions { sessions, nodes: nodes.collect() }
}
