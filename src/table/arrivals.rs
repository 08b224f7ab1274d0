//! The sessions that have just signed in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::dataset::{Column, Dataset, RowMapping, names};

/// The nodes whose older list of sessions was out of date. Sessions that it lacks may have signed in long ago.
#[derive(Clone, Debug, Default)]
pub struct OutdatedLists(BTreeSet<Option<String>>);

impl OutdatedLists {
    /// Adds a node by its name in the column [`names::GATEWAY`], or the only node.
    pub fn insert(&mut self, node: Option<String>) {
        self.0.insert(node);
    }

    pub(super) fn contains(&self, dataset: &Dataset, row: u32) -> bool {
        if self.0.is_empty() || self.0.contains(&None) {
            return !self.0.is_empty();
        }
        let name = match dataset.column(&names::GATEWAY.into()) {
            Some(Column::Text(names)) => names.get(row as usize),
            _ => None,
        };
        self.0.contains(&name.map(str::to_owned))
    }
}

/// The sessions that have just signed in, by row, each with the time at which it was first in view.
/// `None` before that.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(BTreeMap<u32, Option<Instant>>);

impl Arrivals {
    /// Follows the sessions into a newer dataset, and adds those that are new there.
    pub(super) fn update(&mut self, mapping: &RowMapping, dataset: &Dataset, outdated: &OutdatedLists) {
        let kept = self.0.iter().filter_map(|(row, seen_at)| Some((mapping.row(*row)?, *seen_at)));
        let mut rows: BTreeMap<u32, Option<Instant>> = kept.collect();
        let arrived = mapping.arrived().iter().filter(|row| !outdated.contains(dataset, **row));
        rows.extend(arrived.map(|row| (*row, None)));
        self.0 = rows;
    }

    /// Returns `true` if a session waits to be seen.
    pub(super) fn is_unseen(&self) -> bool {
        self.0.values().any(Option::is_none)
    }

    /// Notes that a row is in view now.
    pub(super) fn note_seen(&mut self, row: u32, now: Instant) {
        if let Some(seen_at) = self.0.get_mut(&row) {
            seen_at.get_or_insert(now);
        }
    }

    /// Forgets the sessions that were in view for long enough. Returns the time until the next one was.
    pub(super) fn expire(&mut self, now: Instant, mark_time: Duration) -> Option<Duration> {
        let left = |seen_at| time_left(seen_at, now, mark_time);
        self.0.retain(|_, seen_at| seen_at.is_none_or(|seen_at| !left(seen_at).is_zero()));
        self.0.values().flatten().map(|seen_at| left(*seen_at)).min()
    }

    /// Returns `true` if the session in a row has just signed in.
    pub(super) fn contains(&self, row: u32) -> bool {
        self.0.contains_key(&row)
    }
}

/// Returns how much longer a session is marked that was in view first at `seen_at`.
pub(super) fn time_left(seen_at: Instant, now: Instant, mark_time: Duration) -> Duration {
    mark_time.saturating_sub(now.saturating_duration_since(seen_at))
}
