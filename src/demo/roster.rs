//! A list that hands out snapshots for next to nothing.
//!
//! An answer of a million rows takes a while to write. It is written from a snapshot, while people come and go:
//! the list is kept in small shared chunks, so a snapshot copies a few pointers, and a change copies one chunk at most.

use std::sync::Arc;

/// Items of one chunk: few enough to copy in microseconds.
const CHUNK: usize = 1024;

/// Items in the order in which they were pushed. A clone is a snapshot.
#[derive(Clone, Debug)]
pub struct Roster<T> {
    /// Never an empty one.
    chunks: Vec<Arc<Vec<T>>>,
    /// All items together.
    len: usize,
}

impl<T: Clone> Roster<T> {
    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(item),
            _ => self.chunks.push(Arc::new(vec![item])),
        }
        self.len += 1;
    }

    /// Removes the first item that is `wanted`.
    pub fn remove_first(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let (chunk, index) = self
            .chunks
            .iter()
            .enumerate()
            .find_map(|(chunk, items)| Some((chunk, items.iter().position(&wanted)?)))?;
        Some(self.remove_from(chunk, index))
    }

    /// Removes the item at `position` if it `may` go.
    pub fn remove_at(&mut self, position: usize, may: impl Fn(&T) -> bool) -> Option<T> {
        let mut index = position;
        for (chunk, items) in self.chunks.iter().enumerate() {
            match items.get(index) {
                Some(item) => return may(item).then(|| self.remove_from(chunk, index)),
                None => index -= items.len(),
            }
        }
        None
    }

    /// Removes one item, and its chunk if that was the last one in it.
    fn remove_from(&mut self, chunk: usize, index: usize) -> T {
        let items = Arc::make_mut(&mut self.chunks[chunk]);
        let item = items.remove(index);
        if items.is_empty() {
            self.chunks.remove(chunk);
        }
        self.len -= 1;
        item
    }
}

impl<T: Clone> FromIterator<T> for Roster<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let mut roster = Self { chunks: Vec::new(), len: 0 };
        loop {
            let chunk: Vec<T> = items.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return roster;
            }
            roster.len += chunk.len();
            roster.chunks.push(Arc::new(chunk));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_over_chunks_and_leaves_snapshots_alone() {
        let mut roster: Roster<usize> = (0..=CHUNK).collect();
        let snapshot = roster.clone();

        assert_eq!(roster.remove_first(|&item| item == 7), Some(7));
        assert_eq!(roster.remove_first(|&item| item == 7), None);
        assert_eq!(roster.remove_at(7, |_| false), None);
        assert_eq!(roster.remove_at(CHUNK - 1, |_| true), Some(CHUNK));
        roster.push(1);

        assert_eq!(roster.len(), CHUNK);
        assert_eq!(roster.iter().count(), CHUNK);
        assert_eq!(roster.iter().last(), Some(&1));
        assert!(snapshot.iter().copied().eq(0..=CHUNK));
    }
}
