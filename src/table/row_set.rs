//! A set of rows, one bit each: selecting a million of them takes 122 KiB.

use crate::dataset::RowMapping;

/// A set of row numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    /// A bit per row, with no zero word at the end, so that equal sets are equal.
    words: Vec<u64>,
    len: usize,
}

impl RowSet {
    /// How many rows are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no row is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a row is in it.
    #[must_use]
    pub fn contains(&self, row: u32) -> bool {
        self.words.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Adds a row. Whether it was not in it yet.
    pub fn insert(&mut self, row: u32) -> bool {
        let at = row as usize / 64;
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        let bit = 1 << (row % 64);
        let new = self.words[at] & bit == 0;
        self.words[at] |= bit;
        self.len += usize::from(new);
        new
    }

    /// Takes a row out. Whether it was in it.
    pub fn remove(&mut self, row: u32) -> bool {
        let was = self.contains(row);
        if was {
            self.words[row as usize / 64] &= !(1 << (row % 64));
            self.len -= 1;
            while self.words.last() == Some(&0) {
                self.words.pop();
            }
        }
        was
    }

    /// Takes all rows out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.words).flat_map(|(at, &word)| {
            std::iter::successors((word != 0).then_some(word), |word| {
                let rest = word & (word - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |word| at * 64 + word.trailing_zeros())
        })
    }

    /// The same sessions in a newer answer; those that are gone drop out.
    #[must_use]
    pub fn follow(&self, follow: &RowMapping) -> Self {
        self.iter().filter_map(|row| follow.row(row)).collect()
    }
}

impl FromIterator<u32> for RowSet {
    fn from_iter<I: IntoIterator<Item = u32>>(rows: I) -> Self {
        let mut set = Self::default();
        set.extend(rows);
        set
    }
}

impl Extend<u32> for RowSet {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, rows: I) {
        for row in rows {
            self.insert(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(steps in prop::collection::vec((any::<bool>(), 0..300_u32), 0..200)) {
            let (mut set, mut model) = (RowSet::default(), BTreeSet::new());
            for (add, row) in steps {
                if add {
                    prop_assert_eq!(set.insert(row), model.insert(row));
                } else {
                    prop_assert_eq!(set.remove(row), model.remove(&row));
                }
                prop_assert_eq!(set.len(), model.len());
            }
            prop_assert!(set.iter().eq(model.iter().copied()));
            prop_assert_eq!(&set, &model.iter().rev().copied().collect::<RowSet>());
        }
    }
}
