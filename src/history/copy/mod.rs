//! Copies a history into another one. It can be stopped and repeated.
//!
//! Both may have recorded a node at the same time. A session is the same in both if its node, kind, client, creation time and
//! values are, and the times in which it was on touch each other. Then the target keeps what both know: the earliest start and
//! the more certain end. Sessions that are open in the source come last: if the node was read in the target later on, its lists
//! show whether they were still there.

mod coverage;
mod events;
mod kind_gaps;
mod known;
mod merge;
mod open;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use self::known::{SessionRow, TargetSessions};
use self::merge::{Horizon, Merge};
use super::HistoryError;
use super::database::{Database, Row, first_integer, in_exclusive_transaction, in_transaction};
use super::observers::unique_name;
use super::texts::text_ids;

/// The number of sessions that are copied in one transaction.
const PAGE: i64 = 5_000;

/// The progress of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyProgress {
    /// The number of sessions in the source.
    pub total: u64,
    /// The number of sessions that are in the target now.
    pub done: u64,
    /// The number of sessions that weren't there before.
    pub added: u64,
}

/// Copies all sessions, coverage and events. Calls `progress` after each page, and stops if it
/// returns [`ControlFlow::Break`]. Returns the final progress. `now` is the time in milliseconds since 1970 UTC.
pub(super) fn copy(
    from: &mut dyn Database,
    to: &mut dyn Database,
    now: i64,
    mut progress: impl FnMut(CopyProgress) -> ControlFlow<()>,
) -> Result<CopyProgress, HistoryError> {
    if are_same(from, to)? {
        return Err(HistoryError::SameHistory);
    }
    let nodes = copy_nodes(from, to)?;
    let last = first_integer(&from.query("SELECT MAX(id) FROM session", Row::new())?).unwrap_or(0);
    let total = count(from, "SELECT COUNT(*) FROM session")?;
    let before = count(to, "SELECT COUNT(*) FROM session")?;
    let mut state = CopyProgress { total, ..CopyProgress::default() };
    let mut known = TargetSessions::read(to, &nodes.values().copied().collect())?;
    let mut horizons = HashMap::new();
    for (&source, &target) in &nodes {
        horizons.insert(target, Horizon::read(from, to, (source, target), now)?);
    }
    // The sessions of each node that haven't ended. Some may end before they are copied.
    let mut open: HashMap<i64, HashSet<i64>> = HashMap::new();
    let mut after = 0;
    loop {
        let page = SessionRow::page(from, after, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        after = newest.id;
        let (ended, on): (Vec<SessionRow>, Vec<SessionRow>) =
            page.into_iter().partition(|session| session.missed_at.is_some());
        for session in on {
            open.entry(session.node).or_default().insert(session.id);
        }
        let ended: Vec<SessionRow> =
            ended.into_iter().filter_map(|session| in_target(&nodes, session)).collect();
        let count = ended.len() as u64;
        // A recorder must not end a session between the two queries.
        let added = in_exclusive_transaction(to, |to| add_ended(to, &horizons, ended, &mut known))?;
        state.done += count;
        state.added += added;
        if progress(state).is_break() {
            return Ok(state);
        }
    }
    let mut postponed = 0;
    for (&source, &target) in &nodes {
        let open = open.remove(&source).unwrap_or_default();
        // Together: the coverage of the target says until when its open sessions were seen.
        let copied = in_exclusive_transaction(to, |to| {
            let horizon = Horizon::read(from, to, (source, target), now)?;
            let copied = open::copy(from, to, (source, target), &horizon, open, &mut known)?;
            coverage::copy(from, to, (source, target), &horizon)?;
            kind_gaps::copy(from, to, (source, target))?;
            Ok(copied)
        })?;
        state.done += copied.done;
        state.added += copied.added;
        postponed += copied.postponed;
        if progress(state).is_break() {
            return Ok(state);
        }
    }
    events::copy(from, to, &nodes)?;
    verify(from, to, last, (before, postponed), state)?;
    Ok(state)
}

/// Returns `true` if both connections lead to one database: then one sees what the other writes.
fn are_same(from: &mut dyn Database, to: &mut dyn Database) -> Result<bool, HistoryError> {
    // Another copy may do the same at the moment.
    let mark: Row = vec![format!("copy by {}", unique_name()).as_str().into()];
    to.execute("INSERT INTO meta (key, value) VALUES ($1, '')", mark.clone())?;
    let seen = from.query("SELECT value FROM meta WHERE key = $1", mark.clone());
    to.execute("DELETE FROM meta WHERE key = $1", mark)?;
    Ok(!seen?.is_empty())
}

/// Compares the numbers of sessions, of which the target had some `before`, and some are `postponed` to the next copy. A source
/// that is purged meanwhile has fewer than were copied.
fn verify(
    from: &mut dyn Database,
    to: &mut dyn Database,
    last: i64,
    (before, postponed): (u64, u64),
    state: CopyProgress,
) -> Result<(), HistoryError> {
    let source = from.query("SELECT COUNT(*) FROM session WHERE id <= $1", vec![last.into()])?;
    let source = first_integer(&source).map_or(0, i64::unsigned_abs);
    let target = count(to, "SELECT COUNT(*) FROM session")?;
    if state.done + postponed < source || target < before + state.added {
        return Err(HistoryError::IncompleteCopy { copied: state.done.min(target), total: source });
    }
    Ok(())
}

fn count(database: &mut dyn Database, sql: &str) -> Result<u64, HistoryError> {
    Ok(first_integer(&database.query(sql, Row::new())?).map_or(0, i64::unsigned_abs))
}

/// Adds the nodes that the target doesn't know. Returns the id in the target of each node of the source.
fn copy_nodes(from: &mut dyn Database, to: &mut dyn Database) -> Result<HashMap<i64, i64>, HistoryError> {
    let rows = from.query("SELECT id, url, gateway FROM node ORDER BY id", Row::new())?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.first()?.integer()).collect();
    let added: Vec<Row> = rows.iter().map(|row| row[1..].to_vec()).collect();
    let urls: Vec<Row> = rows.iter().map(|row| row[1..2].to_vec()).collect();
    let found = in_transaction(to, |to| {
        to.lock_names()?;
        to.execute_each(
            "INSERT INTO node (url, gateway) VALUES ($1, $2) ON CONFLICT (url) DO NOTHING",
            &added,
        )?;
        to.query_each("SELECT id FROM node WHERE url = $1", &urls)
    })?;
    let found = found.iter().map(|rows| first_integer(rows));
    Ok(ids.into_iter().zip(found).filter_map(|(source, target)| Some((source, target?))).collect())
}

/// Returns a session with its node in the target.
fn in_target(nodes: &HashMap<i64, i64>, session: SessionRow) -> Option<SessionRow> {
    Some(SessionRow { node: *nodes.get(&session.node)?, ..session })
}

/// Adds sessions that have ended, or merges them with those of the target. Returns the number of added ones.
fn add_ended(
    to: &mut dyn Database,
    horizons: &HashMap<i64, Horizon>,
    sessions: Vec<SessionRow>,
    known: &mut TargetSessions,
) -> Result<u64, HistoryError> {
    let mut merge = Merge::read(to, known, &sessions)?;
    for session in sessions {
        let horizon = horizons.get(&session.node);
        if !horizon.is_some_and(|horizon| merge.merge(&session, horizon)) {
            merge.add(session);
        }
    }
    merge.write(to, horizons)
}

/// Inserts sessions as they are, which have their node in the target.
fn insert(to: &mut dyn Database, sessions: &[&SessionRow]) -> Result<(), HistoryError> {
    if sessions.is_empty() {
        return Ok(());
    }
    let records = sessions.iter().map(|session| &session.record);
    let texts = records.flat_map(|record| [&record.username, &record.project, &record.address]);
    let ids = text_ids(to, texts.flatten())?;
    let rows: Vec<Row> = sessions
        .iter()
        .map(|session| {
            let record = &session.record;
            vec![
                session.node.into(),
                ids.of(record.username.as_ref()),
                ids.of(record.project.as_ref()),
                ids.of(record.address.as_ref()),
                record.is_designer.into(),
                super::record::kind_to_value(record.kind),
                record.client_id.clone().into(),
                record.creation_time.map(|created| created.saturating_sub(session.started)).into(),
                session.started.into(),
                session.first_seen.into(),
                session.last_seen.into(),
                session.missed_at.into(),
                session.class.into(),
            ]
        })
        .collect();
    to.execute_each(
        r#"INSERT INTO session (node, "user", project, address, designer, kind, client, created_after, started, first_seen,
    last_seen, missed_at, dc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"#,
        &rows,
    )?;
    Ok(())
}
