//! Sets of code points as sorted ranges, the one form that every class takes before it is printed.
//!
//! The whole range up to U+10FFFF is covered, surrogates included, as in Java: a negation must mean
//! the same as there. Surrogates can't occur in a Rust string, so only the printer drops them.

use std::cmp::{max, min};

/// The last code point.
pub(super) const LAST: u32 = 0x0010_FFFF;

/// A set of code points: sorted ranges, both ends included, that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct CodeSet {
    ranges: Vec<(u32, u32)>,
}

impl CodeSet {
    /// Every code point.
    pub(super) fn all() -> Self {
        Self::range(0, LAST)
    }

    /// The ASCII characters.
    pub(super) fn ascii() -> Self {
        Self::range(0, 0x7F)
    }

    /// One code point.
    pub(super) fn one(code: u32) -> Self {
        Self::range(code, code)
    }

    /// All code points from `first` to `last`.
    pub(super) fn range(first: u32, last: u32) -> Self {
        Self { ranges: vec![(first, last)] }
    }

    /// Ranges in any order; they may overlap.
    pub(super) fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut set = Self { ranges: ranges.into_iter().collect() };
        set.tidy();
        set
    }

    /// The characters of a text.
    pub(super) fn of(text: &str) -> Self {
        Self::new(text.chars().map(|c| (u32::from(c), u32::from(c))))
    }

    fn tidy(&mut self) {
        self.ranges.sort_unstable();
        let mut kept: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for &(first, last) in &self.ranges {
            match kept.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => {
                    previous.1 = max(previous.1, last);
                }
                _ => kept.push((first, last)),
            }
        }
        self.ranges = kept;
    }

    /// The sorted ranges.
    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The only member, where there is just one.
    pub(super) fn single(&self) -> Option<u32> {
        match self.ranges[..] {
            [(first, last)] if first == last => Some(first),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(super) fn contains(&self, code: u32) -> bool {
        let after = self.ranges.partition_point(|range| range.0 <= code);
        after > 0 && code <= self.ranges[after - 1].1
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        Self::new(self.ranges.iter().chain(&other.ranges).copied())
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.ranges.as_slice(), other.ranges.as_slice());
        let mut ranges = Vec::new();
        while let (Some(a), Some(b)) = (left.first(), right.first()) {
            let (first, last) = (max(a.0, b.0), min(a.1, b.1));
            if first <= last {
                ranges.push((first, last));
            }
            if a.1 < b.1 {
                left = &left[1..];
            } else {
                right = &right[1..];
            }
        }
        Self { ranges }
    }

    pub(super) fn negate(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(first, last) in &self.ranges {
            if first > next {
                ranges.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Self { ranges }
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        self.intersect(&other.negate())
    }

    pub(super) fn is_subset(&self, other: &Self) -> bool {
        self.intersect(other) == *self
    }

    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        self.intersect(other).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_operations() {
        let az = CodeSet::range(97, 122);
        let vowels = CodeSet::of("aeiou");
        let rest = az.minus(&vowels);
        assert!(rest.contains(98) && !rest.contains(97) && !rest.contains(96));
        assert_eq!(rest.union(&vowels), az);
        assert_eq!(rest.negate().negate(), rest);
        assert_eq!(CodeSet::all().negate(), CodeSet::default());
        assert!(vowels.is_subset(&az) && !az.is_subset(&vowels));
        assert!(rest.is_disjoint(&vowels));
    }
}
