//! Compares each list of a node with the one before, across failed reads and lists that are partial.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::changes::SessionChanges;
use super::update::{ListUpdate, PreviousList};
use crate::dataset::{Dataset, append};
use crate::gateway::{GatewayError, NodeSnapshot, Notice, RowKinds, SessionKind};

/// The delay of a read beyond two intervals after which the time since the read before is a gap.
pub(crate) const MAX_DELAY: Duration = Duration::from_secs(10);
/// The longest time between two lists in which a restart explains that all sessions are others. After a longer one,
/// people may have gone home.
const MAX_RESTART: Duration = Duration::from_hours(1);
/// The smallest number of sessions that only a restart ends all at once.
const MIN_ENDED_BY_RESTART: usize = 2;
/// The smallest number of sessions that prove a restart of the gateway: they weren't in the last list, although they had begun
/// by then according to their creation times.
const MIN_UNLISTED: usize = 2;
/// The largest difference between clocks, and delay of a list, in milliseconds.
const MAX_CLOCK_ERROR_MS: i64 = 60_000;

/// Returns the longest time between two reads of a node that is read at this interval without a gap.
pub(crate) fn longest_read_pause(interval: Duration) -> Duration {
    interval.saturating_mul(2).saturating_add(MAX_DELAY)
}

/// The lists of a node so far.
#[derive(Debug, Default)]
pub(super) struct ListTracker {
    last: Option<LastList>,
    /// The gap since the last list; `None` without one.
    gap: Option<Gap>,
}

/// The last list of a node.
#[derive(Debug)]
struct LastList {
    /// The sessions as they were read.
    read: Arc<Dataset>,
    /// The sessions including those that were carried over.
    list: Arc<Dataset>,
    read_at: SystemTime,
    interval: Option<Duration>,
    /// The kinds that couldn't be read, with the time of the last list that had them; `None` if there is none.
    missing: Vec<(SessionKind, Option<SystemTime>)>,
}

/// A time in which a node wasn't read.
#[derive(Debug, Default)]
struct Gap {
    /// Time of the first read that the gateway didn't answer.
    unreachable_at: Option<SystemTime>,
    /// Time of the first read in which the gateway reported that it is starting.
    starting_at: Option<SystemTime>,
}

impl ListTracker {
    /// Notes that the node wasn't read for a time, as in a suspend.
    pub(super) fn interrupt(&mut self) {
        self.gap.get_or_insert_default();
    }

    /// Notes a failed read.
    pub(super) fn fail(&mut self, error: &GatewayError, time: SystemTime) {
        let gap = self.gap.get_or_insert_default();
        if error.is_starting() {
            gap.starting_at.get_or_insert(time);
        } else if error.is_unreachable() {
            gap.unreachable_at.get_or_insert(time);
        }
    }

    /// Compares a list with the one before.
    pub(super) fn accept(
        &mut self,
        snapshot: &NodeSnapshot,
        interval: Option<Duration>,
        clock_offset_ms: Option<i64>,
    ) -> ListUpdate {
        let missing = snapshot.notices.iter().filter_map(|notice| match notice {
            Notice::ListFailed { kind, .. } => Some(*kind),
            _ => None,
        });
        let (before, gap) = (self.last.take(), self.gap.take());
        let current = LastList::new(snapshot, interval, &missing.collect::<Vec<_>>(), before.as_ref());
        let missing_kinds = current.missing_kinds();
        let list = current.list.clone();
        let previous = before.map(|before| before.compare(&current, gap.as_ref(), clock_offset_ms));
        self.last = Some(current);
        let notices = snapshot.notices.clone();
        ListUpdate {
            list,
            missing_kinds,
            notices,
            previous,
            clock_offset_ms,
            certificate: snapshot.certificate.clone(),
        }
    }
}

impl LastList {
    fn new(
        snapshot: &NodeSnapshot,
        interval: Option<Duration>,
        missing_kinds: &[SessionKind],
        before: Option<&Self>,
    ) -> Self {
        let read = snapshot.dataset.clone();
        let listed_at = |kind| before.and_then(|before| before.listed_at(kind));
        let missing: Vec<_> = missing_kinds.iter().map(|kind| (*kind, listed_at(*kind))).collect();
        let list = match before {
            Some(before) if Arc::ptr_eq(&before.read, &read) && before.missing_kinds() == missing_kinds => {
                before.list.clone()
            }
            Some(before) if !missing.is_empty() => with_carried_over(&read, &before.list, missing_kinds),
            _ => read.clone(),
        };
        Self { read, list, read_at: snapshot.received, interval, missing }
    }

    /// Returns the time when a kind was listed last, if it ever was.
    fn listed_at(&self, kind: SessionKind) -> Option<SystemTime> {
        let missing = self.missing.iter().find(|(missing, _)| *missing == kind);
        missing.map_or(Some(self.read_at), |(_, listed_at)| *listed_at)
    }

    fn compare(self, current: &Self, gap: Option<&Gap>, clock_offset_ms: Option<i64>) -> PreviousList {
        let is_unchanged = Arc::ptr_eq(&self.list, &current.list);
        let mut changes = if is_unchanged {
            SessionChanges::default()
        } else {
            SessionChanges::between(&self.list, &current.list)
        };
        let restarted_at = gap.and_then(|gap| self.restarted_at(current, gap, &changes, clock_offset_ms));
        let newly_listed = self.newly_listed(current);
        let first_listed = remove_kinds(&mut changes.arrived, &newly_listed, &current.list);
        let is_continuous = gap.is_none() && self.is_recent(current);
        let missing_kinds = self.missing_kinds();
        let Self { list, read_at, missing, .. } = self;
        let carried = missing.into_iter().filter_map(|(kind, listed_at)| Some((kind, listed_at?))).collect();
        PreviousList {
            list,
            read_at,
            changes,
            is_continuous,
            first_listed,
            missing_kinds,
            restarted_at,
            carried,
        }
    }

    /// Returns `true` if the current list was read at most [`longest_read_pause`] later.
    fn is_recent(&self, current: &Self) -> bool {
        let Some(interval) = current.interval else {
            return false;
        };
        // After a change of the interval, the node was still read in the longer one.
        let interval = interval.max(self.interval.unwrap_or_default());
        let elapsed = current.read_at.duration_since(self.read_at);
        elapsed.is_ok_and(|elapsed| elapsed <= longest_read_pause(interval))
    }

    /// Returns the kinds that no list before had, and the current one has.
    fn newly_listed(&self, current: &Self) -> Vec<SessionKind> {
        let is_new =
            |kind: &SessionKind| self.listed_at(*kind).is_none() && current.listed_at(*kind).is_some();
        SessionKind::ALL.into_iter().filter(is_new).collect()
    }

    /// Returns the time of the first sign that the gateway was restarted in a gap; `None` without one.
    ///
    /// No session survives a restart. A gateway that reported that it is starting was restarted if none did. One that was
    /// unreachable was restarted if several ended, and all that are there now began after the last list, or some should have
    /// been in it.
    fn restarted_at(
        &self,
        current: &Self,
        gap: &Gap,
        changes: &SessionChanges,
        clock_offset_ms: Option<i64>,
    ) -> Option<SystemTime> {
        // Sessions that were carried over are no evidence.
        let listed = |list: &Arc<Dataset>| {
            let kinds = RowKinds::of(list);
            let is_listed = |row: &u32| kinds.kind(*row).is_none_or(|kind| !current.is_missing(kind));
            (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).filter(is_listed).count()
        };
        let before = listed(&self.list);
        if changes.left.len() < before {
            return None;
        }
        if gap.starting_at.is_some() {
            return gap.starting_at;
        }
        let unreachable_at = gap.unreachable_at?;
        let elapsed = current.read_at.duration_since(self.read_at).ok()?;
        let read_at = i64::try_from(self.read_at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
        // By the gateway's clock.
        let read_at = read_at.saturating_add(clock_offset_ms?);
        let began_later = |row: &u32| {
            let time = current.list.creation_time().get(*row as usize);
            time.is_some_and(|time| time > read_at)
        };
        let is_restart = elapsed <= MAX_RESTART
            && before >= MIN_ENDED_BY_RESTART
            && !changes.arrived.is_empty()
            && changes.arrived.len() == listed(&current.list)
            && (changes.arrived.iter().all(began_later) || self.lacks_several(current, changes, read_at));
        is_restart.then_some(unreachable_at)
    }

    /// Returns `true` if this list, which was read at a time by the gateway's clock, lacks several sessions of the current one
    /// that began earlier.
    fn lacks_several(&self, current: &Self, changes: &SessionChanges, read_at: i64) -> bool {
        let began = |list: &Dataset, row: u32| list.creation_time().get(row as usize);
        // Read in another way, the same session may have another id and its time fewer digits.
        let left: HashSet<i64> =
            changes.left.iter().filter_map(|row| Some(began(&self.list, *row)?.div_euclid(1_000))).collect();
        let earliest = read_at.saturating_sub(MAX_CLOCK_ERROR_MS);
        let is_unlisted = |row: &&u32| {
            began(&current.list, **row)
                .is_some_and(|time| time < earliest && !left.contains(&time.div_euclid(1_000)))
        };
        changes.arrived.iter().filter(is_unlisted).count() >= MIN_UNLISTED
    }

    fn missing_kinds(&self) -> Vec<SessionKind> {
        self.missing.iter().map(|(kind, _)| *kind).collect()
    }

    fn is_missing(&self, kind: SessionKind) -> bool {
        self.missing.iter().any(|(missing, _)| *missing == kind)
    }
}

/// Removes the rows of these kinds, and returns them.
fn remove_kinds(rows: &mut Vec<u32>, removed: &[SessionKind], list: &Dataset) -> Vec<u32> {
    if removed.is_empty() {
        return Vec::new();
    }
    let kinds = RowKinds::of(list);
    rows.extract_if(.., |row| kinds.kind(*row).is_some_and(|kind| removed.contains(&kind))).collect()
}

/// Returns a list with the sessions of these kinds from the list before, which couldn't be read.
fn with_carried_over(read: &Arc<Dataset>, last: &Dataset, kinds: &[SessionKind]) -> Arc<Dataset> {
    let row_kinds = RowKinds::of(last);
    let rows = 0..u32::try_from(last.len()).unwrap_or(u32::MAX);
    let is_carried = |row: &u32| row_kinds.kind(*row).is_some_and(|kind| kinds.contains(&kind));
    let rows: Vec<u32> = rows.filter(is_carried).collect();
    if rows.is_empty() { read.clone() } else { Arc::new(append(read, last.select(&rows))) }
}

#[cfg(test)]
mod tests;
