//! The parts of days in which sessions were watched.

use super::count::KindCounts;
use super::request::{DayWatched, KindPeaks, Peak};
use crate::gateway::SessionKind;
use crate::history::node_coverage::NodeCoverage;
use crate::history::time_range::TimeRange;

/// The parts of days in which all sessions, and those of each kind, were watched.
pub(super) struct Watch {
    days: Vec<[Sum; 1 + SessionKind::ALL.len()]>,
}

/// A summary of the times in which nodes were watched on a day.
#[derive(Clone, Copy, Default)]
struct Sum {
    /// `true` if a node was watched at some time.
    is_any: bool,
    /// The longest time in which a node was not watched, in milliseconds.
    unwatched_ms: i64,
    /// `true` if a node was read before the end of the day.
    has_node: bool,
}

impl Sum {
    fn add(&mut self, unwatched_ms: Option<i64>, elapsed: i64) {
        self.has_node = true;
        self.is_any |= unwatched_ms.is_some();
        self.unwatched_ms = self.unwatched_ms.max(unwatched_ms.unwrap_or(elapsed));
    }

    fn watched(self) -> DayWatched {
        if !self.has_node || !self.is_any {
            return DayWatched::Never;
        }
        match self.unwatched_ms {
            0 => DayWatched::Full,
            unwatched_ms => {
                let seconds = unwatched_ms.saturating_add(999) / 1_000;
                DayWatched::Partial { unwatched_secs: u32::try_from(seconds).unwrap_or(u32::MAX) }
            }
        }
    }
}

impl Watch {
    pub(super) fn new(days: &[i64]) -> Self {
        Self { days: vec![Default::default(); days.len().saturating_sub(1)] }
    }

    /// Returns the peaks of a day with these counts.
    pub(super) fn peaks(&self, day: usize, counts: KindCounts) -> KindPeaks {
        let peak = |index: usize| {
            let count = counts[index];
            Peak { count: count.count, at: count.at, watched: self.days[day][index].watched() }
        };
        KindPeaks { total: peak(0), kinds: std::array::from_fn(|kind| peak(1 + kind)) }
    }
}

/// Adds a node to those of some gateways. It counts from the day of its first read on.
pub(super) fn add_node(
    watches: &mut [&mut Watch],
    days: &[i64],
    coverage: &NodeCoverage,
    first_read: i64,
    now: i64,
) {
    // In most histories each kind could always be read.
    let kinds = SessionKind::ALL.map(|kind| coverage.by_kind.iter().any(|(other, _)| *other == kind));
    for (day, bounds) in days.windows(2).enumerate() {
        let range = TimeRange { from: bounds[0], to: bounds[1].min(now) };
        if first_read >= bounds[1] || range.from >= range.to {
            continue;
        }
        let elapsed = range.to.saturating_sub(range.from);
        let of_node = unwatched(&coverage.all, range);
        for watch in watches.iter_mut() {
            watch.days[day][0].add(of_node, elapsed);
        }
        for (index, kind) in SessionKind::ALL.into_iter().enumerate() {
            let of_kind = if kinds[index] { unwatched(coverage.of(Some(kind)), range) } else { of_node };
            for watch in watches.iter_mut() {
                watch.days[day][1 + index].add(of_kind, elapsed);
                watch.days[day][0].add(of_kind, elapsed);
            }
        }
    }
}

/// Returns the milliseconds of a range that lie in no interval; `None` if none touches it. The intervals are disjoint and
/// sorted.
fn unwatched(intervals: &[TimeRange], range: TimeRange) -> Option<i64> {
    let first = intervals.partition_point(|interval| interval.to < range.from);
    let within = intervals[first..].iter().take_while(|interval| interval.from < range.to);
    let watched = within.map(|interval| interval.to.min(range.to) - interval.from.max(range.from));
    let watched: Option<i64> = watched.fold(None, |sum, part| Some(sum.unwrap_or(0) + part));
    Some((range.to - range.from) - watched?)
}
