//! The sessions that have just signed in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::dataset::{Column, Dataset, RowMapping, names};

/// The time for which a new session is marked.
pub const NEW_FOR: Duration = Duration::from_secs(10);

/// The nodes whose older list of sessions was out of date. Sessions that it lacks may have signed in long ago.
#[derive(Clone, Debug, Default)]
pub struct OutdatedLists(BTreeSet<Option<String>>);

impl OutdatedLists {
    /// Adds a node by its name in the column [`names::GATEWAY`], or the only node.
    pub fn insert(&mut self, node: Option<String>) {
        self.0.insert(node);
    }

    fn contains(&self, dataset: &Dataset, row: u32) -> bool {
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

/// When the sessions that have just signed in were read for the first time, by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(BTreeMap<u32, Instant>);

impl Arrivals {
    /// Follows the sessions into a newer dataset that is shown at this moment, and adds those that are new there.
    pub(super) fn update(
        &mut self,
        mapping: &RowMapping,
        dataset: &Dataset,
        outdated: &OutdatedLists,
        now: Instant,
    ) {
        let kept = self.0.iter().filter_map(|(row, since)| Some((mapping.row(*row)?, *since)));
        let mut rows: BTreeMap<u32, Instant> = kept.collect();
        let arrived = mapping.arrived().iter().filter(|row| !outdated.contains(dataset, **row));
        rows.extend(arrived.map(|row| (*row, now)));
        self.0 = rows;
    }

    /// Forgets the sessions that aren't new any more. Returns the time until the next one isn't.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Duration> {
        let left = |since: Instant| NEW_FOR.saturating_sub(now.saturating_duration_since(since));
        self.0.retain(|_, since| !left(*since).is_zero());
        self.0.values().map(|since| left(*since)).min()
    }

    /// Returns `true` if the session in a row has just signed in.
    pub(super) fn contains(&self, row: u32) -> bool {
        self.0.contains_key(&row)
    }
}
