//! Merges the times of one session in the source and in the target.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::known::{SessionRow, TargetSessions};
use crate::history::coverage::NextReads;
use crate::history::database::{Database, first_integer};
use crate::history::{HistoryError, coverage};

/// The times until which both sides know a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon {
    /// Time of the last read in the source. Its open sessions were seen then.
    pub(super) source_until: i64,
    /// Time of the last read in the target.
    pub(super) target_until: i64,
    /// Times of the next reads of the node in the source after `target_until`.
    pub(super) source_next: NextReads,
    /// Times of the next reads of the node in the target after `source_until`.
    pub(super) target_next: NextReads,
    /// `true` if a recorder is writing the node in the source.
    pub(super) is_source_recorded: bool,
    /// `true` if a recorder is writing the node in the target. It ends its sessions itself.
    pub(super) is_target_recorded: bool,
}

impl Horizon {
    /// Reads the horizon of a node, which has these ids in the source and in the target.
    pub(super) fn read(
        from: &mut dyn Database,
        to: &mut dyn Database,
        (source, target): (i64, i64),
        now: i64,
    ) -> Result<Self, HistoryError> {
        let source_until = last_read(from, source)?;
        let target_until = last_read(to, target)?;
        Ok(Self {
            source_until,
            target_until,
            source_next: coverage::next_reads(from, source, target_until, now)?,
            target_next: coverage::next_reads(to, target, source_until, now)?,
            is_source_recorded: coverage::is_recorded(from, source)?,
            is_target_recorded: coverage::is_recorded(to, target)?,
        })
    }

    /// Returns `true` if the times of two sessions overlap or touch: the later one isn't known to have begun after the
    /// earlier one was missed.
    fn touch(&self, source: &SessionRow, target: &SessionRow) -> bool {
        let source_end = source.missed_at.or(self.target_next.of(source.record.kind)).unwrap_or(i64::MAX);
        let target_end = target.missed_at.or(self.source_next.of(target.record.kind)).unwrap_or(i64::MAX);
        source.first_seen <= target_end && target.first_seen <= source_end
    }

    /// Returns the time in which both saw the session, in milliseconds; negative if it lies between.
    fn overlap(&self, source: &SessionRow, target: &SessionRow) -> i64 {
        let end = last_seen(source, self.source_until).min(last_seen(target, self.target_until));
        end.saturating_sub(source.first_seen.max(target.first_seen))
    }

    /// Returns the times when the session was seen last and when it was missed; `None` if it is
    /// still on. The later of two reads with it and the earlier of two reads without it count. If
    /// they contradict each other, the latest read counts.
    fn end(&self, source: &SessionRow, target: &SessionRow) -> Option<(i64, i64)> {
        let (in_source, in_target) =
            (last_seen(source, self.source_until), last_seen(target, self.target_until));
        let last = in_source.max(in_target);
        match (source.missed_at, target.missed_at) {
            (None, None) => None,
            (Some(missed_at), None) => {
                (!self.is_target_recorded && missed_at > in_target).then(|| (last, missed_at.max(last)))
            }
            (None, Some(missed_at)) if missed_at > last => Some((last, missed_at)),
            (None, Some(_)) if !self.is_target_recorded && self.source_until > self.target_until => None,
            (None, Some(missed_at)) => {
                let next = self.target_next.of(target.record.kind);
                Some((last, next.unwrap_or(missed_at).max(last)))
            }
            (Some(a), Some(b)) => Some((last, if a.min(b) >= last { a.min(b) } else { a.max(b).max(last) })),
        }
    }
}

impl Horizon {
    /// Returns the time that is stored as the last one of a session that is on in the target, and was seen last at `seen`: none
    /// if that is known by the last read of the node.
    pub(super) fn open_last_seen(&self, seen: i64) -> Option<i64> {
        (seen < self.source_until.max(self.target_until)).then_some(seen)
    }

    /// Returns the time as [`open_last_seen`](Self::open_last_seen) does, for a session that both
    /// sides know.
    fn merged_last_seen(&self, source: &SessionRow, target: &SessionRow) -> Option<i64> {
        let seen = last_seen(source, self.source_until).max(last_seen(target, self.target_until));
        if self.is_target_recorded && target.missed_at.is_none() {
            // Its recorder knows whether it can be read.
            return target.last_seen.map(|_| seen);
        }
        self.open_last_seen(seen)
    }
}

fn last_read(database: &mut dyn Database, node: i64) -> Result<i64, HistoryError> {
    let rows = database.query(r#"SELECT MAX("to") FROM coverage WHERE node = $1"#, vec![node.into()])?;
    Ok(first_integer(&rows).unwrap_or(i64::MIN))
}

/// Returns the time when a session was seen last, on a side that knows its node until this time.
pub(super) fn last_seen(session: &SessionRow, until: i64) -> i64 {
    session.last_seen.unwrap_or(until.max(session.first_seen))
}

/// Sessions of the source, and those of the target that may be the same.
pub(super) struct Merge<'a> {
    known: &'a mut TargetSessions,
    /// The sessions of the target by their ids, and new ones, which have negative ids.
    sessions: HashMap<i64, SessionRow>,
    /// The ids of sessions that have changed or are new.
    changed: BTreeSet<i64>,
    /// The ids of sessions that are open in both.
    pub(super) open_in_both: HashSet<i64>,
    added: i64,
}

impl<'a> Merge<'a> {
    /// Reads the sessions of the target that may be one of these. They come with their node in the target.
    pub(super) fn read(
        to: &mut dyn Database,
        known: &'a mut TargetSessions,
        sessions: &[SessionRow],
    ) -> Result<Self, HistoryError> {
        let ids: HashSet<i64> = sessions.iter().flat_map(|session| known.candidates(session)).collect();
        Ok(Self {
            sessions: SessionRow::with_ids(to, ids)?,
            known,
            changed: BTreeSet::new(),
            open_in_both: HashSet::new(),
            added: 0,
        })
    }

    /// Merges a session into the one of the target that is the same. Returns `false` if there is none.
    ///
    /// A session whose user or project changes is stored as several ones: the one with the longest common time is meant.
    pub(super) fn merge(&mut self, session: &SessionRow, horizon: &Horizon) -> bool {
        let has_no_client_id = session.record.client_id.is_none();
        let candidates = self.known.candidates(session).filter_map(|id| self.sessions.get(&id));
        let same: Vec<&SessionRow> = candidates
            .filter(|target| target.node == session.node && target.record.is_same_session(&session.record))
            .filter(|target| !(has_no_client_id && self.known.taken.contains(&target.id)))
            .collect();
        let Some(target) = same
            .iter()
            .filter(|target| target.record.has_same_values(&session.record) && horizon.touch(session, target))
            .max_by_key(|target| {
                (horizon.overlap(session, target), target.first_seen == session.first_seen, -target.id)
            })
        else {
            return false;
        };
        let id = target.id;
        let (mut after, mut before) = (i64::MIN, i64::MAX);
        for other in same.iter().filter(|other| other.id != id && !has_no_client_id) {
            if other.first_seen < target.first_seen {
                let seen = last_seen(other, horizon.target_until);
                let is_equal = other.record.has_same_values(&target.record);
                after = after.max(if is_equal { other.missed_at.unwrap_or(seen) } else { seen });
            } else {
                before = before.min(other.first_seen);
            }
        }
        let merged = merged(session, target, horizon, (after, before));
        if session.missed_at.is_none() && merged.as_ref().unwrap_or(target).missed_at.is_none() {
            self.open_in_both.insert(id);
        }
        if has_no_client_id {
            self.known.taken.insert(id);
        }
        if let Some(merged) = merged {
            self.sessions.insert(id, merged);
            self.changed.insert(id);
        }
        true
    }

    /// Adds a session that the target doesn't have.
    pub(super) fn add(&mut self, session: SessionRow) {
        self.added += 1;
        let id = -self.added;
        self.sessions.insert(id, SessionRow { id, ..session });
        self.changed.insert(id);
    }

    /// Writes the sessions that have changed. Returns the number of new ones. `horizons` are those of the nodes of the target.
    pub(super) fn write(
        mut self,
        to: &mut dyn Database,
        horizons: &HashMap<i64, Horizon>,
    ) -> Result<u64, HistoryError> {
        self.separate(horizons);
        let changed = self.changed.iter().filter_map(|id| self.sessions.get(id));
        let (new, changed): (Vec<&SessionRow>, Vec<&SessionRow>) =
            changed.partition(|session| session.id < 0);
        SessionRow::update(to, &changed)?;
        super::insert(to, &new)?;
        Ok(new.len() as u64)
    }

    /// Ends a session whose values changed at the start of the one with the next values, which either side may have seen
    /// earlier.
    fn separate(&mut self, horizons: &HashMap<i64, Horizon>) {
        let mut by_client: HashMap<(i64, Arc<str>), Vec<i64>> = HashMap::new();
        for session in self.sessions.values() {
            if let Some(client) = &session.record.client_id {
                by_client.entry((session.node, client.clone())).or_default().push(session.id);
            }
        }
        for ((node, _), mut ids) in by_client {
            let Some(horizon) = horizons.get(&node) else { continue };
            ids.sort_by_key(|id| (self.sessions.get(id).map(|session| session.first_seen), *id));
            for pair in ids.windows(2) {
                let [Some(earlier), Some(later)] = [pair[0], pair[1]].map(|id| self.sessions.get(&id)) else {
                    continue;
                };
                let is_new = earlier.id < 0;
                let is_kept = earlier.missed_at.is_none()
                    && ((!is_new && horizon.is_target_recorded) || self.open_in_both.contains(&earlier.id));
                let until = if is_new { horizon.source_until } else { horizon.target_until };
                let changed = if is_kept { None } else { separated(earlier, later, until) };
                for session in changed.into_iter().flatten() {
                    self.changed.insert(session.id);
                    self.sessions.insert(session.id, session);
                }
            }
        }
    }
}

/// Returns a session and the same one with other values later, so that they don't overlap; `None` if they don't, or if both
/// were seen at the same time. The earlier one is known until a time, if it is open.
fn separated(earlier: &SessionRow, later: &SessionRow, until: i64) -> Option<[SessionRow; 2]> {
    let is_change = earlier.record.is_same_session(&later.record)
        && !earlier.record.has_same_values(&later.record)
        && earlier.first_seen < later.first_seen;
    let seen = last_seen(earlier, until);
    if !is_change || seen > later.first_seen {
        return None;
    }
    let missed_at = earlier.missed_at.map_or(later.first_seen, |missed_at| missed_at.min(later.first_seen));
    let mut pair = [earlier.clone(), later.clone()];
    pair[0].last_seen = Some(seen);
    pair[0].missed_at = Some(missed_at);
    pair[1].started = later.started.max(missed_at);
    for session in &mut pair {
        session.set_class();
    }
    (pair[0].times() != earlier.times() || pair[1].times() != later.times()).then_some(pair)
}

/// Returns the session of the target with the more precise times of the source; `None` if nothing
/// changes. It begins after the same session with other values before, and ends before the one
/// after it.
fn merged(
    source: &SessionRow,
    target: &SessionRow,
    horizon: &Horizon,
    (after, before): (i64, i64),
) -> Option<SessionRow> {
    let mut merged = target.clone();
    if source.first_seen < target.first_seen {
        merged.first_seen = source.first_seen.max(after).min(target.first_seen);
    }
    // The side that read the node before the session began knows the start best. The other one has the creation time.
    merged.started = source.started.max(target.started).min(merged.first_seen);
    merged.record.creation_time = target.record.creation_time.or(source.record.creation_time);
    let end = match horizon.end(source, target) {
        None if before < i64::MAX && target.missed_at.is_some() => target.last_seen.zip(target.missed_at),
        Some((last_seen, missed_at)) => Some((last_seen.min(before), missed_at.min(before))),
        None => None,
    };
    merged.last_seen =
        end.map_or_else(|| horizon.merged_last_seen(source, target), |(last_seen, _)| Some(last_seen));
    merged.missed_at = end.map(|(_, missed_at)| missed_at);
    merged.set_class();
    (merged.times() != target.times()).then_some(merged)
}
