//! What happened, the newest first: arrivals and departures of sessions, outages, restarts and actions.
//!
//! A page is read in windows of time that grow until it is full, so that the index of sessions is enough.

mod bounds;
mod entry;
mod fold;
mod source;

use std::collections::HashMap;

pub use self::entry::{ActivityEntry, ActivityKey, ActivityKind};
pub use self::fold::{ActivityGroup, FLAPPING_ARRIVALS, FLAPPING_WINDOW, fold_flapping};
use self::source::{Found, Position, Sources};
use super::engine::{Engine, Row, first_integer};
use super::query::{self, Node};
use super::{HistoryError, schema, span};

/// The shortest window in milliseconds.
const MIN_WINDOW_MS: i64 = 60_000;
/// The length of each window is this many times that of the one before.
const GROWTH: i64 = 4;

/// Returns at most `limit` entries before another one, the newest first. The last page is shorter than `limit`.
pub(super) fn activity(
    engine: &mut dyn Engine,
    before: Option<ActivityKey>,
    limit: usize,
    gateway: Option<&str>,
    now: i64,
) -> Result<Vec<ActivityEntry>, HistoryError> {
    let nodes = query::nodes(engine, gateway)?;
    if nodes.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let has_events = schema::has_events(engine)?;
    let Some(oldest) = oldest(engine, has_events)? else { return Ok(Vec::new()) };
    let sources = Sources::new(gateway.map(|_| &nodes[..]), limit, has_events);
    let nodes: HashMap<i64, &Node> = nodes.iter().map(|node| (node.id, node)).collect();
    let newest = newest(engine, has_events)?.unwrap_or(now);
    let mut position = before.map_or(Position::UpTo(newest), Position::Before);
    let mut found: Vec<Found> = Vec::new();
    let mut length = usual_window(engine, limit, newest.saturating_sub(oldest))?;
    while found.len() < limit && position.time() >= oldest {
        let from = position.time().saturating_sub(length).max(oldest);
        let mut of_window = sources.read(engine, from, position)?;
        of_window.retain(|found| nodes.contains_key(&found.node));
        of_window.sort_unstable_by_key(|found| std::cmp::Reverse(found.key));
        found.append(&mut of_window);
        position = Position::UpTo(from - 1);
        length = length.saturating_mul(GROWTH);
    }
    found.truncate(limit);
    let bounds = bounds::bounds(engine, &found, now)?;
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

/// Returns a time that is not after that of any entry; `None` if there is none.
fn oldest(engine: &mut dyn Engine, has_events: bool) -> Result<Option<i64>, HistoryError> {
    // One look at the index for each class.
    let classes = span::classes().map(|(class, _)| class).chain([span::OPEN]);
    let sessions =
        classes.map(|class| format!("SELECT MIN(started) AS time FROM session WHERE dc = {class}"));
    let events = has_events.then(|| "SELECT MIN(time) FROM event".to_owned());
    let times: Vec<String> = sessions.chain(events).collect();
    let sql = format!("SELECT MIN(time) FROM ({}) t", times.join(" UNION ALL "));
    Ok(first_integer(&engine.query(&sql, Row::new())?))
}

/// Returns a time that is not before that of any entry; `None` if there is none.
fn newest(engine: &mut dyn Engine, has_events: bool) -> Result<Option<i64>, HistoryError> {
    let events = if has_events {
        " UNION ALL SELECT MAX(time) FROM event UNION ALL SELECT MAX(back_at) FROM event"
    } else {
        ""
    };
    let sql = format!(r#"SELECT MAX(time) FROM (SELECT MAX("to") AS time FROM coverage{events}) t"#);
    Ok(first_integer(&engine.query(&sql, Row::new())?))
}

/// Returns the time in which as many entries are usual, if all are evenly spread over a time. In milliseconds.
fn usual_window(engine: &mut dyn Engine, limit: usize, time: i64) -> Result<i64, HistoryError> {
    let ends = engine.query("SELECT MAX(id) - MIN(id) FROM session", Row::new())?;
    // Each session arrives and leaves.
    let entries = i128::from(first_integer(&ends).unwrap_or(0)).saturating_mul(2).max(1);
    let window = i128::from(time).saturating_mul(limit as i128) / entries;
    Ok(i64::try_from(window).unwrap_or(i64::MAX).clamp(MIN_WINDOW_MS, time.max(MIN_WINDOW_MS)))
}
