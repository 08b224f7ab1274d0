//! Copies the sessions that haven't ended in the source.

use std::collections::HashMap;

use super::known::{Candidates, Copied, Known};
use crate::history::HistoryError;
use crate::history::engine::{Engine, Row};
use crate::history::purge::first_integer;
use crate::history::span;

/// Copies the open sessions of a node, which has these numbers in the source and in the target. Returns how many there are,
/// and how many were added.
///
/// If the target was recorded after the source, its first list tells whether they were still there.
pub(super) fn copy(
    from: &mut dyn Engine,
    to: &mut dyn Engine,
    node: (i64, i64),
    last: i64,
    known: &mut Known,
) -> Result<(u64, u64), HistoryError> {
    let (source, target) = node;
    let condition = format!("s.dc = {} AND s.node = $1 AND s.id <= $2 ORDER BY s.id", span::OPEN);
    let sessions = Copied::select(from, &condition, vec![source.into(), last.into()])?;
    if sessions.is_empty() {
        return Ok((0, 0));
    }
    let nodes = HashMap::from([node]);
    let done = sessions.len() as u64;
    let found = known.find_open(to, &nodes, &sessions.iter().collect::<Vec<_>>())?;
    let missing = sessions.into_iter().zip(found).filter(|(_, found)| found.is_none());
    let watched = from.query(r#"SELECT MAX("to") FROM coverage WHERE node = $1"#, vec![source.into()])?;
    let watched_until = first_integer(&watched).unwrap_or(i64::MIN);
    let next = to.query(
        r#"SELECT MIN("from") FROM coverage WHERE node = $1 AND "from" > $2"#,
        vec![target.into(), watched_until.into()],
    )?;
    let next = first_integer(&next);
    let mut later = later_sessions(to, target, next)?;
    let (mut added, mut extended) = (Vec::new(), Vec::new());
    for (mut session, _) in missing {
        match (known.take(&mut later, &session), next) {
            (Some(same), _) => extended.extend(extension(&session, &same)),
            (None, Some(next)) => {
                let last_seen = watched_until.max(session.first_seen);
                session.last_seen = Some(last_seen);
                session.missed_at = Some(next.max(last_seen));
                session.class = span::class(session.started, next.max(last_seen));
                added.push(session);
            }
            (None, None) => added.push(session),
        }
    }
    to.execute_each("UPDATE session SET started = $1, first_seen = $2, dc = $3 WHERE id = $4", &extended)?;
    super::insert(to, &nodes, &added.iter().collect::<Vec<_>>())?;
    Ok((done, added.len() as u64))
}

/// Returns the sessions of the target that may be those of the source: those that are open, and those in its first list
/// after the source.
fn later_sessions(to: &mut dyn Engine, target: i64, next: Option<i64>) -> Result<Candidates, HistoryError> {
    let condition = format!("s.node = $1 AND (s.dc = {} OR s.first_seen = $2)", span::OPEN);
    Ok(Copied::select(to, &condition, vec![target.into(), next.into()])?.into_iter().collect())
}

/// Returns the values with which a session of the target begins as in the source.
fn extension(session: &Copied, same: &Copied) -> Option<Row> {
    let started = session.started.min(same.started);
    let class = same.missed_at.map_or(span::OPEN, |missed_at| span::class(started, missed_at));
    (session.first_seen < same.first_seen)
        .then(|| vec![started.into(), session.first_seen.into(), class.into(), same.id.into()])
}
