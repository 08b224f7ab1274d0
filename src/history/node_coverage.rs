//! The times in which a node, and each kind of its sessions, was watched.

use std::collections::HashMap;
use std::sync::Arc;

use super::kind_gap::KindGap;
use super::time_range::{TimeRange, merged};
use crate::gateway::SessionKind;

/// The intervals in which a node was watched, sorted and apart from each other.
pub(super) struct NodeCoverage {
    /// The intervals of most kinds, and of sessions without one.
    pub(super) all: Vec<TimeRange>,
    /// The intervals of the kinds that couldn't be read at some time.
    pub(super) by_kind: Vec<(SessionKind, Vec<TimeRange>)>,
}

impl NodeCoverage {
    /// Merges intervals that are sorted by their start. Each has the observer who was watching.
    pub(super) fn new(intervals: &[(TimeRange, Arc<str>)], gaps: &[KindGap]) -> Self {
        let mut by_kind = Vec::new();
        for kind in SessionKind::ALL {
            let mut gaps: Vec<&KindGap> = gaps.iter().filter(|gap| gap.kind == kind).collect();
            if gaps.is_empty() {
                continue;
            }
            gaps.sort_unstable_by_key(|gap| (gap.from, gap.to));
            let mut of_observers: HashMap<&str, Gaps<'_>> = HashMap::new();
            for gap in gaps {
                of_observers.entry(&*gap.observer).or_default().gaps.push(gap);
            }
            let mut watched = Vec::new();
            for (interval, observer) in intervals {
                match of_observers.get_mut(&**observer) {
                    Some(gaps) => gaps.cut(*interval, &mut watched),
                    None => watched.push(*interval),
                }
            }
            watched.sort_unstable();
            by_kind.push((kind, merged(watched.into_iter())));
        }
        Self { all: merged(intervals.iter().map(|(watched, _)| *watched)), by_kind }
    }

    /// Returns the intervals in which sessions of a kind were watched.
    pub(super) fn of(&self, kind: Option<SessionKind>) -> &[TimeRange] {
        let own = self.by_kind.iter().find(|(other, _)| Some(*other) == kind);
        own.map_or(&self.all, |(_, watched)| watched)
    }

    /// Returns `true` if sessions of a kind were watched from one time to another without a gap.
    pub(super) fn is_watched(&self, kind: Option<SessionKind>, from: i64, to: i64) -> bool {
        self.of(kind).iter().any(|watched| watched.contains(from) && watched.contains(to))
    }
}

/// The gaps of a kind and an observer, sorted by their start.
#[derive(Default)]
struct Gaps<'a> {
    gaps: Vec<&'a KindGap>,
    /// The number of gaps that end before all intervals to come.
    past: usize,
}

impl Gaps<'_> {
    /// Adds the parts of an interval outside of the gaps. It starts after those before.
    fn cut(&mut self, interval: TimeRange, parts: &mut Vec<TimeRange>) {
        while self.gaps.get(self.past).is_some_and(|gap| gap.to <= interval.from) {
            self.past += 1;
        }
        let mut rest = interval;
        for gap in &self.gaps[self.past..] {
            if rest.to <= gap.from {
                break;
            }
            if gap.to <= rest.from {
                continue;
            }
            if rest.from <= gap.from {
                parts.push(TimeRange { to: gap.from, ..rest });
            }
            if gap.to > rest.to {
                return;
            }
            rest.from = gap.to;
        }
        parts.push(rest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection;
    use proptest::prelude::*;

    use super::*;

    fn gap(observer: &str, from: i64, to: i64) -> KindGap {
        KindGap { kind: SessionKind::Perspective, observer: observer.into(), from, to }
    }

    #[test]
    fn a_kind_is_watched_except_in_the_gaps_of_the_observer() {
        let watched = |from, to| TimeRange { from, to };
        let intervals = [(watched(10, 40), "a".into()), (watched(35, 60), "b".into())];
        for (gaps, expected) in [
            (&[gap("a", 20, 30)][..], &[watched(10, 20), watched(30, 60)][..]),
            (&[gap("a", 20, 30), gap("a", 32, 33)], &[watched(10, 20), watched(30, 32), watched(33, 60)]),
            // The other one could read it from 35 on.
            (&[gap("a", 20, i64::MAX)], &[watched(10, 20), watched(35, 60)]),
            (&[gap("a", 9, 41)], &[watched(35, 60)]),
            (&[gap("a", 10, 40)], &[watched(10, 10), watched(35, 60)]),
            (&[gap("c", 20, 30), gap("b", 60, 70), gap("a", 5, 10)], &[watched(10, 60)]),
        ] {
            let coverage = NodeCoverage::new(&intervals, gaps);
            assert_eq!(coverage.of(Some(SessionKind::Perspective)), expected);
            assert_eq!(coverage.of(Some(SessionKind::Vision)), [watched(10, 60)]);
            assert_eq!(coverage.of(None), [watched(10, 60)]);
        }
        let point = [(watched(10, 10), "a".into())];
        let parts = |gap| NodeCoverage::new(&point, &[gap]).of(Some(SessionKind::Perspective)).len();
        assert_eq!([gap("a", 9, 11), gap("a", 10, 12), gap("a", 8, 10)].map(parts), [0, 1, 1]);
    }

    /// Returns the parts of an interval as one gap after another leaves them.
    fn cut_one_by_one(interval: TimeRange, gaps: &[KindGap]) -> Vec<TimeRange> {
        let mut parts = vec![interval];
        for gap in gaps {
            let cut = |part: TimeRange| {
                if gap.to <= part.from || part.to <= gap.from {
                    return [Some(part), None];
                }
                let before = (part.from <= gap.from).then_some(TimeRange { to: gap.from, ..part });
                [before, (gap.to <= part.to).then_some(TimeRange { from: gap.to, ..part })]
            };
            parts = parts.into_iter().flat_map(cut).flatten().collect();
        }
        parts
    }

    proptest! {
        #[test]
        fn intervals_are_cut_as_by_one_gap_after_another(
            intervals in collection::vec((0_i64..60, 0_i64..20, 0_usize..2), 0..8),
            gaps in collection::vec((0_i64..60, 0_i64..20, 0_usize..2), 0..8),
        ) {
            let observers = ["a", "b"];
            let mut intervals: Vec<(TimeRange, Arc<str>)> = intervals
                .into_iter()
                .map(|(from, length, of)| (TimeRange { from, to: from + length }, observers[of].into()))
                .collect();
            intervals.sort();
            let gaps: Vec<KindGap> =
                gaps.into_iter().map(|(from, length, of)| gap(observers[of], from, from + length)).collect();
            let mut expected: Vec<TimeRange> = intervals
                .iter()
                .flat_map(|(interval, observer)| {
                    let of_observer = gaps.iter().filter(|gap| gap.observer == *observer);
                    cut_one_by_one(*interval, &of_observer.cloned().collect::<Vec<_>>())
                })
                .collect();
            expected.sort_unstable();
            let coverage = NodeCoverage::new(&intervals, &gaps);
            prop_assert_eq!(coverage.of(Some(SessionKind::Perspective)), merged(expected.into_iter()));
        }
    }

    #[test]
    fn many_gaps_are_cut_in_one_pass() {
        let intervals: Vec<(TimeRange, Arc<str>)> = (0..200_000)
            .map(|index| (TimeRange { from: 10 * index, to: 10 * index + 9 }, "a".into()))
            .collect();
        let gaps: Vec<KindGap> = (0..200_000).map(|index| gap("a", 10 * index + 4, 10 * index + 6)).collect();
        // One by one it would take minutes.
        let coverage = NodeCoverage::new(&intervals, &gaps);
        assert_eq!(coverage.of(Some(SessionKind::Perspective)).len(), 400_000);
    }
}
