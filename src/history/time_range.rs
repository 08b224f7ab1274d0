//! Ranges of time, and the gaps between them.

use super::database::Row;

/// The limit for times in milliseconds, 9 million years before and after 1970. No sum of times within it overflows.
pub(super) const MAX_TIME: i64 = 1 << 58;

/// A range of time, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeRange {
    /// The start. For the time in which a node was watched, that of the first read.
    pub from: i64,
    /// The end. For the time in which a node was watched, that of the last read.
    pub to: i64,
}

impl TimeRange {
    /// Returns the range between two times in any order.
    #[must_use]
    pub fn between(one: i64, other: i64) -> Self {
        Self { from: one.min(other), to: one.max(other) }
    }

    /// Returns the length in milliseconds.
    #[must_use]
    pub fn length(self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    pub(super) fn contains(self, time: i64) -> bool {
        (self.from..=self.to).contains(&time)
    }

    /// Returns the range in the first columns of a row.
    pub(super) fn from_row(row: &Row) -> Option<Self> {
        match &row[..] {
            [from, to, ..] => Some(Self { from: from.integer()?, to: to.integer()? }),
            _ => None,
        }
    }
}

/// Merges ranges that are sorted by their start.
pub(super) fn merged(intervals: impl Iterator<Item = TimeRange>) -> Vec<TimeRange> {
    let mut merged: Vec<TimeRange> = Vec::new();
    for interval in intervals {
        match merged.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => merged.push(interval),
        }
    }
    merged
}

/// Returns the parts of a range that lie in no interval. The intervals are disjoint and sorted.
pub(super) fn gaps(intervals: &[TimeRange], range: TimeRange) -> Vec<TimeRange> {
    let mut gaps = Vec::new();
    let mut from = range.from;
    for interval in intervals {
        let to = interval.from.min(range.to);
        if from < to {
            gaps.push(TimeRange { from, to });
        }
        from = from.max(interval.to);
    }
    if from < range.to || (intervals.is_empty() && from == range.to) {
        gaps.push(TimeRange { from, to: range.to });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange { from, to }
    }

    #[test]
    fn merges_intervals_that_touch() {
        let intervals = [(0, 10), (5, 8), (10, 20), (21, 30)].map(|(from, to)| range(from, to));
        assert_eq!(merged(intervals.into_iter()), [range(0, 20), range(21, 30)]);
    }

    #[test]
    fn gaps_are_what_no_interval_covers() {
        let intervals = [range(10, 20), range(30, 40)];
        assert_eq!(gaps(&intervals, range(0, 50)), [range(0, 10), range(20, 30), range(40, 50)]);
        assert_eq!(gaps(&intervals, range(12, 18)), []);
        assert_eq!(gaps(&intervals, range(15, 35)), [range(20, 30)]);
        assert_eq!(gaps(&[], range(5, 5)), [range(5, 5)]);
    }
}
