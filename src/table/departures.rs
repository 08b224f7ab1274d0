//! The sessions that have just left. Their lines stay for a while where they were.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use fixedbitset::FixedBitSet;

use super::arrivals::{OutdatedLists, time_left};
use crate::dataset::{Dataset, RowMapping, compare};
use crate::query::{QueryResult, SortKey};

/// The largest number of lines of sessions that have left.
const MAX_LINES: usize = 1_000;
/// How long the line of a session that has left stays at most, out of view too, as a multiple of the time of its mark. Otherwise
/// a table in which many come and go fills with sessions that left long ago.
const MAX_MARK_TIMES: u32 = 3;

/// A session that has just left.
#[derive(Clone, Debug)]
pub struct LeftSession {
    /// The last dataset with the session.
    pub dataset: Arc<Dataset>,
    /// Its row there.
    pub row: u32,
    /// When the list without it was shown; `None` if that says nothing, as after a pause.
    pub left_at: Option<SystemTime>,
    /// When its line was first in view; `None` before.
    seen_at: Option<Instant>,
    /// When its line was first shown, in view or not; `None` before.
    listed_at: Option<Instant>,
    /// The number of sessions shown above it.
    place: usize,
}

impl LeftSession {
    /// Returns how many of the sessions in this part of a result are above this one in its order. They have signed in between
    /// its neighbors, of which the one above is in the same group.
    fn arrivals_above(&self, result: &QueryResult, part: Range<usize>) -> usize {
        // The group ends where the next one starts.
        let next = result.groups.partition_point(|start| (*start as usize) < part.start.max(1));
        let end = result.groups.get(next).map_or(part.end, |start| part.end.min(*start as usize));
        let Some(arrived) = result.rows.get(part.start..end) else { return 0 };
        arrived.partition_point(|row| {
            let mut orders = result.sort.iter().map(|SortKey { column, descending }| {
                compare(column, *descending, (&result.dataset, *row), (&self.dataset, self.row))
            });
            orders.find(|order| order.is_ne()).is_some_and(Ordering::is_lt)
        })
    }
}

/// The sessions that have just left, from top to bottom.
#[derive(Clone, Debug, Default)]
pub(super) struct Departures(Vec<LeftSession>);

impl Departures {
    pub(super) fn get(&self, index: usize) -> Option<&LeftSession> {
        self.0.get(index)
    }

    /// Returns the index of a session, identified by its row in the last dataset with it.
    pub(super) fn index_of(&self, dataset: &Arc<Dataset>, row: u32) -> Option<usize> {
        self.0.iter().position(|left| left.row == row && Arc::ptr_eq(&left.dataset, dataset))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns for each one the number of sessions above it.
    pub(super) fn places(&self) -> Vec<usize> {
        self.0.iter().map(|left| left.place).collect()
    }

    /// Adds the sessions of an older result that a newer one lacks, except those of `outdated` nodes, and keeps the places of
    /// all.
    pub(super) fn update(
        &mut self,
        old: &QueryResult,
        new: &QueryResult,
        mapping: &RowMapping,
        outdated: &OutdatedLists,
        left_at: Option<SystemTime>,
    ) {
        if self.0.is_empty() && mapping.departed().is_empty() {
            return;
        }
        let is_departed: FixedBitSet = mapping.departed().iter().map(|row| *row as usize).collect();
        let departed = (0..).zip(&old.rows).filter(|(_, row)| is_departed.contains(**row as usize));
        let departed = departed.filter(|(_, row)| !outdated.contains(&old.dataset, **row));
        let departed = departed.map(|(place, &row)| LeftSession {
            dataset: old.dataset.clone(),
            row,
            left_at,
            seen_at: None,
            listed_at: None,
            place,
        });
        self.0.extend(departed);
        // Those that left before are above those that leave now: they were above the same session.
        self.0.sort_by_key(|left| left.place);
        self.0.truncate(MAX_LINES);
        let neighbors = neighbors(old, mapping, self.0.iter().map(|left| left.place));
        let indices =
            indices(&new.rows, neighbors.iter().flat_map(|near| [near.above, near.below]).flatten());
        for (left, near) in self.0.iter_mut().zip(neighbors) {
            let above = near.above.map(|row| indices.get(&row));
            left.place = match above {
                None => 0,
                Some(Some(index)) => index + 1,
                // The filters hide it now.
                Some(None) => left.place.min(new.rows.len()),
            };
            let below = near.below.and_then(|row| indices.get(&row)).copied();
            left.place += left.arrivals_above(new, left.place..below.unwrap_or(new.rows.len()));
        }
        self.0.sort_by_key(|left| left.place);
    }

    /// Notes which ones are in view now.
    pub(super) fn note_seen(&mut self, visible: Range<usize>, now: Instant) {
        for left in self.0.get_mut(visible).into_iter().flatten() {
            left.seen_at.get_or_insert(now);
        }
    }

    /// Removes those that were in view or listed for long enough, if `may_remove` says so by their index, in order. Returns the
    /// time until the next one is due.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        mark_time: Duration,
        mut may_remove: impl FnMut(usize) -> bool,
    ) -> Option<Duration> {
        let left = |session: &LeftSession| {
            let seen = session.seen_at.map(|seen_at| time_left(seen_at, now, mark_time));
            let listed = session.listed_at.map(|at| time_left(at, now, MAX_MARK_TIMES * mark_time));
            seen.into_iter().chain(listed).min()
        };
        let mut index = 0;
        self.0.retain_mut(|session| {
            session.listed_at.get_or_insert(now);
            let is_due = left(session).is_some_and(|left| left.is_zero());
            index += 1;
            !(is_due && may_remove(index - 1))
        });
        self.0.iter().filter_map(left).filter(|left| !left.is_zero()).min()
    }
}

/// The new rows of the sessions around a place that are still on.
struct Neighbors {
    above: Option<u32>,
    below: Option<u32>,
}

/// Returns the neighbors of each place. The places ascend.
fn neighbors(old: &QueryResult, mapping: &RowMapping, places: impl Iterator<Item = usize>) -> Vec<Neighbors> {
    let remaining = (0..).zip(&old.rows).filter_map(|(index, row)| Some((index, mapping.row(*row)?)));
    let mut remaining = remaining.peekable();
    let mut above = None;
    let of_place = |place| {
        while let Some((_, row)) = remaining.next_if(|(index, _)| *index < place) {
            above = Some(row);
        }
        Neighbors { above, below: remaining.peek().map(|(_, row)| *row) }
    };
    places.map(of_place).collect()
}

/// Returns the index of each of these rows.
fn indices(rows: &[u32], wanted: impl Iterator<Item = u32>) -> HashMap<u32, usize> {
    let is_wanted: FixedBitSet = wanted.map(|row| row as usize).collect();
    let found = (0..).zip(rows).filter(|(_, row)| is_wanted.contains(**row as usize));
    found.map(|(index, row)| (*row, index)).collect()
}
