//! The activity list, the newest entries first: arrivals and departures of sessions, outages,
//! restarts and actions.
//!
//! A page is read in windows of time that grow until it is full, so that the index of sessions is enough.

mod bounds;
mod entry;
mod flapping;
mod source;

use std::collections::HashMap;

pub use self::entry::{ActivityEntry, ActivityKey, ActivityKind};
pub use self::flapping::{ActivityGroup, FLAPPING_ARRIVALS, FLAPPING_WINDOW, group_flapping};
use self::source::{Found, Position, Sources};
use super::database::{Database, Row, first_integer};
use super::history_gateway::HistoryGateway;
use super::query::{self, Node};
use super::{HistoryError, schema, span};

/// The shortest window in milliseconds.
const MIN_WINDOW_MS: i64 = 60_000;
/// The factor by which each window is longer than the one before.
const GROWTH: i64 = 4;
/// The number of entries of a source in a window that is searched for the oldest one.
const MAX_IN_WINDOW: usize = 256;

/// Returns at most `limit` entries before another one, the newest first. The last page is shorter than `limit`.
pub(super) fn activity(
    database: &mut dyn Database,
    before: Option<ActivityKey>,
    limit: usize,
    gateway: Option<&HistoryGateway>,
    now: i64,
) -> Result<Vec<ActivityEntry>, HistoryError> {
    let nodes = query::nodes(database, gateway)?;
    let Some(windows) = Windows::new(database, gateway, &nodes, limit, now)? else { return Ok(Vec::new()) };
    let position = before.map_or(Position::UpTo(windows.newest), Position::Before);
    let found = windows.newest_up_to(database, position, limit)?;
    let nodes: HashMap<i64, &Node> = nodes.iter().map(|node| (node.id, node)).collect();
    let bounds = bounds::bounds(database, &found, now)?;
    let entry = |(found, (earliest, latest)): (Found, (i64, i64))| {
        let node = nodes[&found.node];
        ActivityEntry {
            key: found.key,
            kind: found.kind,
            earliest,
            latest,
            gateway: node.gateway.clone(),
            node: node.url.clone(),
            session: found.session,
            duration_ms: found.duration_ms,
            detail: found.detail,
        }
    };
    Ok(found.into_iter().zip(bounds).map(entry).collect())
}

/// Returns the time of the last entry before a time.
pub(super) fn change_before(
    database: &mut dyn Database,
    time: i64,
    gateway: Option<&HistoryGateway>,
    now: i64,
) -> Result<Option<i64>, HistoryError> {
    let nodes = query::nodes(database, gateway)?;
    let Some(windows) = Windows::new(database, gateway, &nodes, 1, now)? else { return Ok(None) };
    let position = Position::UpTo(time.saturating_sub(1).min(windows.newest));
    Ok(windows.newest_up_to(database, position, 1)?.first().map(|found| found.key.time))
}

/// Returns the time of the first entry after a time.
pub(super) fn change_after(
    database: &mut dyn Database,
    time: i64,
    gateway: Option<&HistoryGateway>,
    now: i64,
) -> Result<Option<i64>, HistoryError> {
    let nodes = query::nodes(database, gateway)?;
    let Some(windows) = Windows::new(database, gateway, &nodes, MAX_IN_WINDOW, now)? else { return Ok(None) };
    windows.oldest_after(database, time)
}

/// Reads entries in windows of time.
struct Windows<'a> {
    sources: Sources,
    nodes: HashMap<i64, &'a Node>,
    /// Lower bound of the times of all entries.
    oldest: i64,
    /// Upper bound of the times of all entries.
    newest: i64,
    /// The length of the first window.
    length: i64,
}

impl<'a> Windows<'a> {
    /// Returns windows for at most `limit` entries each; `None` if there are no entries.
    fn new(
        database: &mut dyn Database,
        gateway: Option<&HistoryGateway>,
        nodes: &'a [Node],
        limit: usize,
        now: i64,
    ) -> Result<Option<Self>, HistoryError> {
        if nodes.is_empty() || limit == 0 {
            return Ok(None);
        }
        let has_events = schema::has_events(database)?;
        let Some(oldest) = oldest(database, has_events)? else { return Ok(None) };
        let newest = newest(database, has_events)?.unwrap_or(now);
        let length = usual_window(database, limit, newest.saturating_sub(oldest))?;
        let sources = Sources::new(gateway.map(|_| nodes), limit, has_events);
        let nodes = nodes.iter().map(|node| (node.id, node)).collect();
        Ok(Some(Self { sources, nodes, oldest, newest, length }))
    }

    /// Returns the newest entries up to a position, the newest first.
    fn newest_up_to(
        &self,
        database: &mut dyn Database,
        mut position: Position,
        limit: usize,
    ) -> Result<Vec<Found>, HistoryError> {
        let mut found: Vec<Found> = Vec::new();
        let mut length = self.length;
        while found.len() < limit && position.time() >= self.oldest {
            let from = position.time().saturating_sub(length).max(self.oldest);
            let mut of_window = self.read(database, from, position)?;
            of_window.sort_unstable_by_key(|found| std::cmp::Reverse(found.key));
            found.append(&mut of_window);
            position = Position::UpTo(from - 1);
            length = length.saturating_mul(GROWTH);
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Returns the time of the first entry after a time. The limit has to be [`MAX_IN_WINDOW`].
    fn oldest_after(&self, database: &mut dyn Database, time: i64) -> Result<Option<i64>, HistoryError> {
        let mut from = time.saturating_add(1).max(self.oldest);
        let mut length = MIN_WINDOW_MS;
        while from <= self.newest {
            let to = from.saturating_add(length - 1).min(self.newest);
            let found = self.read(database, from, Position::UpTo(to))?;
            // A source returns its newest entries only.
            if found.len() >= MAX_IN_WINDOW && to > from {
                length = ((to - from) / GROWTH).max(1);
                continue;
            }
            if let Some(oldest) = found.iter().map(|found| found.key.time).min() {
                return Ok(Some(oldest));
            }
            from = to.saturating_add(1);
            length = length.saturating_mul(GROWTH);
        }
        Ok(None)
    }

    fn read(&self, database: &mut dyn Database, from: i64, to: Position) -> Result<Vec<Found>, HistoryError> {
        let mut found = self.sources.read(database, from, to)?;
        found.retain(|found| self.nodes.contains_key(&found.node));
        Ok(found)
    }
}

/// Returns a time that is not after that of any entry; `None` if there is none.
fn oldest(database: &mut dyn Database, has_events: bool) -> Result<Option<i64>, HistoryError> {
    let events = if has_events { " UNION ALL SELECT MIN(time) FROM event" } else { "" };
    let sql = format!("SELECT MIN(time) FROM ({}{events}) t", span::oldest());
    Ok(first_integer(&database.query(&sql, Row::new())?))
}

/// Returns a time that is not before that of any entry; `None` if there is none.
fn newest(database: &mut dyn Database, has_events: bool) -> Result<Option<i64>, HistoryError> {
    let events = if has_events {
        " UNION ALL SELECT MAX(time) FROM event UNION ALL SELECT MAX(back_at) FROM event"
    } else {
        ""
    };
    let sql = format!(r#"SELECT MAX(time) FROM (SELECT MAX("to") AS time FROM coverage{events}) t"#);
    Ok(first_integer(&database.query(&sql, Row::new())?))
}

/// Returns the time in which as many entries are usual, if all are evenly spread over a time. In milliseconds.
fn usual_window(database: &mut dyn Database, limit: usize, time: i64) -> Result<i64, HistoryError> {
    let ids = query::session_ids(database)?;
    // Each session arrives and leaves.
    let entries = i128::from(ids.map_or(0, |(first, last)| last - first)).saturating_mul(2).max(1);
    let window = i128::from(time).saturating_mul(limit as i128) / entries;
    Ok(i64::try_from(window).unwrap_or(i64::MAX).clamp(MIN_WINDOW_MS, time.max(MIN_WINDOW_MS)))
}
