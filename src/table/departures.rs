//! The sessions that have just left. Their lines stay for a while where they were.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use fixedbitset::FixedBitSet;

use super::arrivals::{OutdatedLists, time_left};
use crate::dataset::{Column, ColumnId, Dataset, RowMapping, TextColumn, compare_cells};
use crate::query::{QueryResult, SortKey};

/// The largest number of lines of sessions that have left.
const MAX_LINES: usize = 1_000;
/// Maximum time that the line of a session that has left stays, in view or not, as a multiple of
/// the time of its mark. Without this limit, a table in which many come and go fills with sessions
/// that left long ago.
const MAX_MARK_TIMES: u32 = 3;

/// A session that has just left.
#[derive(Clone, Debug)]
pub struct LeftSession {
    /// The last dataset with the session.
    pub dataset: Arc<Dataset>,
    /// The row of the session in `dataset`.
    pub row: u32,
    /// Time at which the list without it was shown; `None` if it may have left long before, as
    /// after a pause or an outage.
    pub left_at: Option<SystemTime>,
    /// Time at which its line was first in view; `None` before.
    seen_at: Option<Instant>,
    /// Time at which its line was first shown, in view or not; `None` before.
    listed_at: Option<Instant>,
    /// The number of sessions shown above it.
    place: usize,
}

impl LeftSession {
    /// Returns the first and the last place that the order of a result leaves to this session in a part of its rows. They are
    /// the same unless rows have the same values.
    fn places_in(&self, result: &QueryResult, part: Range<usize>) -> (usize, usize) {
        let rows = &result.rows[part.clone()];
        let order = |row: &u32| {
            let mut orders = result.sort.iter().map(|SortKey { column, descending }| {
                compare_cells(column, *descending, (&result.dataset, *row), (&self.dataset, self.row))
            });
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        // A line belongs to the group of the session above it.
        let min = if result.groups.is_empty() { part.start } else { part.start + 1 };
        let first = (part.start + rows.partition_point(|row| order(row).is_lt())).max(min);
        let last = part.start + rows.partition_point(|row| order(row).is_le());
        (first, last.max(first))
    }

    /// Returns the code of its text in this column of another dataset, [`TextColumn::NULL`] for a null; `None` if the other
    /// dataset lacks the text.
    fn code_in(&self, dataset: &Dataset, column: &ColumnId) -> Option<u32> {
        let (Column::Text(texts), Column::Text(others)) =
            (self.dataset.column(column)?, dataset.column(column)?)
        else {
            return None;
        };
        texts.get(self.row as usize).map_or(Some(TextColumn::NULL), |text| others.code_of(text))
    }
}

/// Decides which sessions that a newer result lacks stay as lines.
pub(super) struct DepartureFilter<'a> {
    /// The nodes whose sessions get no line, because they may have left long ago.
    pub(super) outdated: &'a OutdatedLists,
    /// The row under the pointer in the older dataset. It gets a line anyway, so that no other session takes its place.
    pub(super) pointed_row: Option<u32>,
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

    /// Adds the sessions of an older result that a newer one lacks and that pass `filter`, and keeps the places of all.
    pub(super) fn update(
        &mut self,
        old: &QueryResult,
        new: &QueryResult,
        mapping: &RowMapping,
        filter: &DepartureFilter<'_>,
        left_at: Option<SystemTime>,
    ) {
        if self.0.is_empty() && mapping.departed().is_empty() {
            return;
        }
        let is_departed: FixedBitSet = mapping.departed().iter().map(|row| *row as usize).collect();
        let departed = (0..).zip(&old.rows).filter(|(_, row)| is_departed.contains(**row as usize));
        let departed = departed.filter_map(|(place, &row)| {
            let is_outdated = filter.outdated.contains(&old.dataset, row);
            (!is_outdated || filter.pointed_row == Some(row)).then(|| LeftSession {
                dataset: old.dataset.clone(),
                row,
                left_at: left_at.filter(|_| !is_outdated),
                seen_at: None,
                listed_at: None,
                place,
            })
        });
        self.0.extend(departed);
        // Those that left before are above those that leave now: they were above the same session.
        self.0.sort_by_key(|left| left.place);
        self.0.truncate(MAX_LINES);
        let above: Vec<Option<u32>> =
            self.0.iter().map(|left| session_above(old, mapping, left.place)).collect();
        let indices = indices(&new.rows, &above);
        let parts = self.parts_of(new);
        for ((left, above), part) in self.0.iter_mut().zip(above).zip(parts) {
            left.place = match above {
                None => 0,
                Some(row) => {
                    indices.get(&row).map_or_else(|| left.place.min(new.rows.len()), |index| index + 1)
                }
            };
            // Others may have signed in, or moved.
            if let Some(part) = part {
                let (first, last) = left.places_in(new, part);
                left.place = left.place.clamp(first, last);
            }
        }
        self.0.sort_by_key(|left| left.place);
    }

    /// Returns for each session the part of the rows to which it belongs: its group, or all rows without groups. `None` if its
    /// group has no rows.
    fn parts_of(&self, result: &QueryResult) -> Vec<Option<Range<usize>>> {
        let all = 0..result.rows.len();
        let Some(column) = &result.grouping else {
            return vec![Some(all); self.0.len()];
        };
        let Some(Column::Text(texts)) = result.dataset.column(column) else {
            return vec![None; self.0.len()];
        };
        let codes: Vec<Option<u32>> =
            self.0.iter().map(|left| left.code_in(&result.dataset, column)).collect();
        let wanted: HashSet<u32> = codes.iter().flatten().copied().collect();
        let starts = result.groups.iter().map(|start| *start as usize);
        let ends = starts.clone().skip(1).chain([all.end]);
        let groups = starts.zip(ends).filter_map(|(start, end)| {
            let code = texts.codes()[result.rows[start] as usize];
            wanted.contains(&code).then_some((code, start..end))
        });
        let groups: HashMap<u32, Range<usize>> = groups.collect();
        codes.into_iter().map(|code| groups.get(&code?).cloned()).collect()
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

/// Returns the new row of the nearest session above a place that is still on.
fn session_above(old: &QueryResult, mapping: &RowMapping, place: usize) -> Option<u32> {
    old.rows[..place.min(old.rows.len())].iter().rev().find_map(|row| mapping.row(*row))
}

/// Returns the index of each of these rows.
fn indices(rows: &[u32], wanted: &[Option<u32>]) -> HashMap<u32, usize> {
    let is_wanted: FixedBitSet = wanted.iter().flatten().map(|row| *row as usize).collect();
    let found = (0..).zip(rows).filter(|(_, row)| is_wanted.contains(**row as usize));
    found.map(|(index, row)| (*row, index)).collect()
}
