//! Copies the sessions that haven't ended in the source, and ends those of the target whose end only the source knows.

use std::collections::{HashMap, HashSet};

use super::known::{Copied, TargetSessions};
use super::merge::{Horizon, Merge, last_seen};
use crate::history::HistoryError;
use crate::history::database::Database;
use crate::history::span;

/// Copies the open sessions of a node, which has these numbers in the source and in the target, up to the session `last`.
/// Returns how many are in the target now, and how many were added.
///
/// If the node was read in the target after the source, its lists show whether they were still there, and the other way round.
pub(super) fn copy(
    from: &mut dyn Database,
    to: &mut dyn Database,
    node: (i64, i64),
    horizon: &Horizon,
    last: i64,
    known: &mut TargetSessions,
) -> Result<(u64, u64), HistoryError> {
    let (source, target) = node;
    let condition = format!("s.dc = {} AND s.node = $1 AND s.id <= $2 ORDER BY s.id", span::OPEN);
    let sessions = Copied::select(from, &condition, vec![source.into(), last.into()])?;
    let nodes = HashMap::from([node]);
    let sessions: Vec<Copied> =
        sessions.into_iter().filter_map(|session| super::in_target(&nodes, session)).collect();
    let mut done = sessions.len() as u64;
    known.read_open(to, target)?;
    let mut merge = Merge::read(to, known, &sessions)?;
    // A recorder of the target is about to read the node, and lists the sessions that are still there. The others are copied
    // the next time, when their end is known.
    for mut session in sessions {
        if merge.merge(&session, horizon) {
            continue;
        }
        let next = horizon.target_next.of(session.record.kind);
        if next.is_some() || !horizon.is_target_recorded {
            end(&mut session, horizon.source_until, next);
            if session.missed_at.is_none() {
                session.last_seen = horizon.open_last_seen(last_seen(&session, horizon.source_until));
            }
            merge.add(session);
        } else if !horizon.is_source_recorded {
            done -= 1;
        }
    }
    end_unlisted(to, target, horizon, &merge.open_in_both)?;
    let added = merge.write(to, &HashMap::from([(target, *horizon)]))?;
    Ok((done, added))
}

/// Ends the open sessions of the target that the source doesn't list, if the source was read after the target.
fn end_unlisted(
    to: &mut dyn Database,
    target: i64,
    horizon: &Horizon,
    open_in_both: &HashSet<i64>,
) -> Result<(), HistoryError> {
    if horizon.is_target_recorded {
        return Ok(());
    }
    let next = |session: &Copied| horizon.source_next.of(session.record.kind);
    let condition = format!("s.dc = {} AND s.node = $1 ORDER BY s.id", span::OPEN);
    let mut open = Copied::select(to, &condition, vec![target.into()])?;
    open.retain(|session| !open_in_both.contains(&session.id) && next(session).is_some());
    for session in &mut open {
        end(session, horizon.target_until, next(session));
    }
    Copied::update(to, &open.iter().collect::<Vec<_>>())
}

/// Ends an open session that is known until a time, and wasn't listed any more by the next read elsewhere, if there was one.
fn end(session: &mut Copied, until: i64, next: Option<i64>) {
    let Some(next) = next else { return };
    let last_seen = last_seen(session, until);
    session.last_seen = Some(last_seen);
    session.missed_at = Some(next.max(last_seen));
    session.set_class();
}
