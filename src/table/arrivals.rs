//! The sessions that have just signed in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::dataset::RowMapping;

/// The time after which a session is forgotten. It is marked for less.
const MAX_AGE: Duration = Duration::from_mins(1);

/// When the sessions that have just signed in were read for the first time, by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(BTreeMap<u32, Instant>);

impl Arrivals {
    /// Follows the sessions into a newer dataset that is shown at this moment, and adds those that are new there.
    pub(super) fn update(&mut self, mapping: &RowMapping, now: Instant) {
        let kept = self.0.iter().filter(|(_, since)| now.saturating_duration_since(**since) < MAX_AGE);
        let mut rows: BTreeMap<u32, Instant> =
            kept.filter_map(|(row, since)| Some((mapping.row(*row)?, *since))).collect();
        rows.extend(mapping.arrived().iter().map(|row| (*row, now)));
        self.0 = rows;
    }

    /// Returns when the session in a row was read for the first time, if that was a moment ago.
    pub(super) fn since(&self, row: u32) -> Option<Instant> {
        self.0.get(&row).copied()
    }
}
