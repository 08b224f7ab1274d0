//! Copies the sessions that haven't ended in the source, and ends those of the target whose end only the source knows.

use std::collections::{HashMap, HashSet};

use super::known::{SessionRow, TargetSessions};
use super::merge::{Horizon, Merge, last_seen};
use crate::history::HistoryError;
use crate::history::database::Database;
use crate::history::span;

/// The numbers of sessions that were open in the source.
pub(super) struct Copied {
    /// Those that are in the target now.
    pub(super) done: u64,
    /// Those that were added.
    pub(super) added: u64,
    /// Those left to the next copy, because recorders of both sides read the node.
    pub(super) postponed: u64,
}

/// Copies the sessions of a node, which has these ids in the source and in the target, that were `open` in the source. Some may
/// have ended since.
///
/// If the node was read in the target after the source, its lists show whether they were still there, and the other way round.
pub(super) fn copy(
    from: &mut dyn Database,
    to: &mut dyn Database,
    node: (i64, i64),
    horizon: &Horizon,
    open: HashSet<i64>,
    known: &mut TargetSessions,
) -> Result<Copied, HistoryError> {
    let (_, target) = node;
    let nodes = HashMap::from([node]);
    let sessions = SessionRow::with_ids(from, open)?.into_values();
    let mut sessions: Vec<SessionRow> =
        sessions.filter_map(|session| super::in_target(&nodes, session)).collect();
    sessions.sort_unstable_by_key(|session| session.id);
    let (mut done, mut postponed) = (sessions.len() as u64, 0);
    known.read_open(to, target)?;
    let mut merge = Merge::read(to, known, &sessions)?;
    // A recorder of the target is about to read the node, and lists the sessions that are still there. The others are copied
    // the next time, when their end is known.
    for mut session in sessions {
        if merge.merge(&session, horizon) {
            continue;
        }
        if session.missed_at.is_some() {
            merge.add(session);
            continue;
        }
        let next = horizon.target_next.of(session.record.kind);
        if next.is_some() || !horizon.is_target_recorded {
            end(&mut session, horizon.source_until, next);
            if session.missed_at.is_none() {
                session.last_seen = horizon.open_last_seen(last_seen(&session, horizon.source_until));
            }
            merge.add(session);
        } else {
            done -= 1;
            postponed += u64::from(horizon.is_source_recorded);
        }
    }
    end_unlisted(to, target, horizon, &merge.open_in_both)?;
    let added = merge.write(to, &HashMap::from([(target, *horizon)]))?;
    Ok(Copied { done, added, postponed })
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
    let next = |session: &SessionRow| horizon.source_next.of(session.record.kind);
    let condition = format!("s.dc = {} AND s.node = $1 ORDER BY s.id", span::OPEN);
    let mut open = SessionRow::select(to, &condition, vec![target.into()])?;
    open.retain(|session| !open_in_both.contains(&session.id) && next(session).is_some());
    for session in &mut open {
        end(session, horizon.target_until, next(session));
    }
    SessionRow::update(to, &open.iter().collect::<Vec<_>>())
}

/// Ends an open session that is known until a time, and wasn't listed any more by the next read elsewhere, if there was one.
fn end(session: &mut SessionRow, until: i64, next: Option<i64>) {
    let Some(next) = next else { return };
    let last_seen = last_seen(session, until);
    session.last_seen = Some(last_seen);
    session.missed_at = Some(next.max(last_seen));
    session.set_class();
}
