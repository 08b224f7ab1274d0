//! Intervals in which a node was watched.

use super::engine::Row;

/// An interval in which a node was watched, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// Time of the first read.
    pub from: i64,
    /// Time of the last read.
    pub to: i64,
}

impl Watched {
    pub(super) fn contains(self, time: i64) -> bool {
        (self.from..=self.to).contains(&time)
    }

    /// Returns the interval in the first columns of a row.
    pub(super) fn from_row(row: &Row) -> Option<Self> {
        match &row[..] {
            [from, to, ..] => Some(Self { from: from.integer()?, to: to.integer()? }),
            _ => None,
        }
    }
}

/// Merges intervals that are sorted by their start.
pub(super) fn merged(intervals: impl Iterator<Item = Watched>) -> Vec<Watched> {
    let mut merged: Vec<Watched> = Vec::new();
    for interval in intervals {
        match merged.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => merged.push(interval),
        }
    }
    merged
}

/// Returns the parts of a range that lie in no interval. The intervals are disjoint and sorted.
pub(super) fn gaps(intervals: &[Watched], range: Watched) -> Vec<Watched> {
    let mut gaps = Vec::new();
    let mut from = range.from;
    for interval in intervals {
        let to = interval.from.min(range.to);
        if from < to {
            gaps.push(Watched { from, to });
        }
        from = from.max(interval.to);
    }
    if from < range.to || (intervals.is_empty() && from == range.to) {
        gaps.push(Watched { from, to: range.to });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(from: i64, to: i64) -> Watched {
        Watched { from, to }
    }

    #[test]
    fn merges_intervals_that_touch() {
        let intervals = [(0, 10), (5, 8), (10, 20), (21, 30)].map(|(from, to)| watched(from, to));
        assert_eq!(merged(intervals.into_iter()), [watched(0, 20), watched(21, 30)]);
    }

    #[test]
    fn gaps_are_what_no_interval_covers() {
        let intervals = [watched(10, 20), watched(30, 40)];
        assert_eq!(gaps(&intervals, watched(0, 50)), [watched(0, 10), watched(20, 30), watched(40, 50)]);
        assert_eq!(gaps(&intervals, watched(12, 18)), []);
        assert_eq!(gaps(&intervals, watched(15, 35)), [watched(20, 30)]);
        assert_eq!(gaps(&[], watched(5, 5)), [watched(5, 5)]);
    }
}
