//! When a node was watched, and each kind of its sessions.

use std::sync::Arc;

use super::kind_gap::KindGap;
use super::watched::{Watched, merged};
use crate::gateway::SessionKind;

/// The intervals in which a node was watched, sorted and apart from each other.
pub(super) struct NodeCoverage {
    /// Those of most kinds, and of sessions without one.
    pub(super) all: Vec<Watched>,
    /// Those of the kinds that couldn't be read at some time.
    pub(super) by_kind: Vec<(SessionKind, Vec<Watched>)>,
}

impl NodeCoverage {
    /// Merges intervals that are sorted by their start. Each has the observer who was watching.
    pub(super) fn new(intervals: &[(Watched, Arc<str>)], gaps: &[KindGap]) -> Self {
        let with_gaps = SessionKind::ALL.into_iter().filter(|kind| gaps.iter().any(|gap| gap.kind == *kind));
        let by_kind = with_gaps.map(|kind| {
            let mut watched: Vec<Watched> =
                intervals.iter().flat_map(|interval| without_gaps(interval, kind, gaps)).collect();
            watched.sort_unstable();
            (kind, merged(watched.into_iter()))
        });
        let by_kind = by_kind.collect();
        Self { all: merged(intervals.iter().map(|(watched, _)| *watched)), by_kind }
    }

    /// Returns the intervals in which sessions of a kind were watched.
    pub(super) fn of(&self, kind: Option<SessionKind>) -> &[Watched] {
        let own = self.by_kind.iter().find(|(other, _)| Some(*other) == kind);
        own.map_or(&self.all, |(_, watched)| watched)
    }

    /// Returns `true` if sessions of a kind were watched from one time to another without a gap.
    pub(super) fn is_watched(&self, kind: Option<SessionKind>, from: i64, to: i64) -> bool {
        self.of(kind).iter().any(|watched| watched.contains(from) && watched.contains(to))
    }
}

/// Returns the parts of an interval in which its observer could read a kind.
fn without_gaps(
    (watched, observer): &(Watched, Arc<str>),
    kind: SessionKind,
    gaps: &[KindGap],
) -> Vec<Watched> {
    let of_kind = gaps.iter().filter(|gap| gap.kind == kind && gap.observer == *observer);
    let mut parts = vec![*watched];
    for gap in of_kind {
        parts = parts.into_iter().flat_map(|part| without_gap(part, gap)).flatten().collect();
    }
    parts
}

/// Returns the parts of an interval before and after a gap.
fn without_gap(part: Watched, gap: &KindGap) -> [Option<Watched>; 2] {
    if gap.to <= part.from || part.to <= gap.from {
        return [Some(part), None];
    }
    let before = (part.from <= gap.from).then_some(Watched { to: gap.from, ..part });
    let after = (gap.to <= part.to).then_some(Watched { from: gap.to, ..part });
    [before, after]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(observer: &str, from: i64, to: i64) -> KindGap {
        KindGap { kind: SessionKind::Perspective, observer: observer.into(), from, to }
    }

    #[test]
    fn a_kind_is_watched_except_in_the_gaps_of_the_observer() {
        let watched = |from, to| Watched { from, to };
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
}
