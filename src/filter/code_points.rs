//! Sets of code points as sorted ranges, the canonical form of character classes.
//!
//! Sets may contain surrogates, as in Java, so that negation has the same result. The printer removes them, because they
//! can't occur in a Rust string.

use std::cmp::{max, min};

/// The largest code point.
pub(super) const MAX_CODE_POINT: u32 = 0x0010_FFFF;

/// A set of code points: sorted ranges, both ends inclusive, that neither overlap nor are adjacent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct CodePointSet {
    ranges: Vec<(u32, u32)>,
    /// One bit per ASCII character, for a fast [`Self::contains`].
    ascii: u128,
}

impl CodePointSet {
    /// Returns the set of all code points.
    pub(super) fn all() -> Self {
        Self::range(0, MAX_CODE_POINT)
    }

    /// Returns the set of ASCII characters.
    pub(super) fn ascii() -> Self {
        Self::range(0, 0x7F)
    }

    /// Returns the set of one code point.
    pub(super) fn single(code: u32) -> Self {
        Self::range(code, code)
    }

    /// Returns the set of all code points from `first` to `last`, inclusive.
    pub(super) fn range(first: u32, last: u32) -> Self {
        Self::from_canonical(vec![(first, last)])
    }

    /// Creates a set from ranges in any order, which may overlap.
    pub(super) fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, previous| {
            let joins = next.0 <= previous.1.saturating_add(1);
            if joins {
                previous.1 = max(previous.1, next.1);
            }
            joins
        });
        Self::from_canonical(ranges)
    }

    /// Creates a set from ranges that are sorted and neither overlap nor touch.
    fn from_canonical(ranges: Vec<(u32, u32)>) -> Self {
        let ascii = ranges.iter().take_while(|range| range.0 < 0x80).map(|&(first, last)| {
            let last = last.min(0x7F);
            u128::MAX >> (0x7F - last) & u128::MAX << first
        });
        Self { ascii: ascii.fold(0, |all, bits| all | bits), ranges }
    }

    /// Returns the set of the characters in `text`.
    pub(super) fn from_chars(text: &str) -> Self {
        Self::new(text.chars().map(|c| (u32::from(c), u32::from(c))))
    }

    /// Returns the sorted ranges.
    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(super) fn contains(&self, code: u32) -> bool {
        if code < 0x80 {
            return self.ascii >> code & 1 == 1;
        }
        let after = self.ranges.partition_point(|range| range.0 <= code);
        after > 0 && code <= self.ranges[after - 1].1
    }

    /// Returns `true` if the set has characters beyond `U+FFFF` or halves of them.
    pub(super) fn has_surrogates(&self) -> bool {
        self.ranges.iter().any(|&(first, last)| last > 0xFFFF || first < 0xE000 && last >= 0xD800)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        Self::new(self.ranges.iter().chain(&other.ranges).copied())
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
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
        Self::from_canonical(ranges)
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
        if next <= MAX_CODE_POINT {
            ranges.push((next, MAX_CODE_POINT));
        }
        Self::from_canonical(ranges)
    }

    pub(super) fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.negate())
    }

    pub(super) fn is_subset(&self, other: &Self) -> bool {
        self.intersection(other) == *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_set_operations() {
        let az = CodePointSet::range(97, 122);
        let vowels = CodePointSet::from_chars("aeiou");
        let consonants = az.difference(&vowels);
        assert!(consonants.contains(98) && !consonants.contains(97) && !consonants.contains(96));
        assert_eq!(consonants.union(&vowels), az);
        assert_eq!(consonants.negate().negate(), consonants);
        assert_eq!(CodePointSet::all().negate(), CodePointSet::default());
        assert!(vowels.is_subset(&az) && !az.is_subset(&vowels));
        assert!(consonants.intersection(&vowels).is_empty());
    }
}
