//! Matches sessions that the client id alone doesn't identify.

use std::cmp::Ordering;

use super::is_same_time;
use crate::dataset::TextColumn;

/// A session, in codes that are the same for equal texts of both lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) id: u32,
    pub(super) kind: u32,
    /// Username, project and address.
    pub(super) texts: [u32; 3],
    pub(super) is_designer: Option<bool>,
    pub(super) creation_time: Option<i64>,
    /// Its row in the list.
    pub(super) row: u32,
}

/// The values besides the creation time by which sessions are the same: client id and kind. Without
/// an id, also all other cells that are compared.
type Identity = (u32, u32, Option<([u32; 3], Option<bool>)>);

impl Key {
    fn identity(&self) -> Identity {
        let cells = (self.id == TextColumn::NULL).then_some((self.texts, self.is_designer));
        (self.id, self.kind, cells)
    }
}

/// The sessions of both lists that aren't matched yet.
#[derive(Default)]
pub(super) struct Unmatched {
    pub(super) previous: Vec<Key>,
    pub(super) current: Vec<Key>,
}

impl Unmatched {
    /// Matches the sessions one to one, and removes them. Returns their rows in both lists.
    ///
    /// Equal sessions go first. Then those of one identity are matched in the order of their creation times.
    pub(super) fn match_all(&mut self) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let cells = |key: &Key| (key.identity(), key.creation_time, key.texts, key.is_designer);
        for keys in [&mut self.previous, &mut self.current] {
            keys.sort_unstable_by_key(|key| (cells(key), key.row));
        }
        self.merge(&mut pairs, |previous, current| cells(previous).cmp(&cells(current)));

        for keys in [&mut self.previous, &mut self.current] {
            keys.sort_unstable_by_key(|key| (key.identity(), key.creation_time, key.row));
        }
        self.merge(&mut pairs, |previous, current| {
            let is_same = match (previous.creation_time, current.creation_time) {
                (Some(previous), Some(current)) => is_same_time(previous, current),
                (previous, current) => previous == current,
            };
            let order = |key: &Key| (key.identity(), key.creation_time);
            match previous.identity().cmp(&current.identity()) {
                Ordering::Equal if is_same => Ordering::Equal,
                _ => order(previous).cmp(&order(current)),
            }
        });

        // What remains of an identity has unknown times in one list at most, which match any.
        self.merge(&mut pairs, |previous, current| {
            let is_unknown = previous.creation_time.is_none() || current.creation_time.is_none();
            let order = |key: &Key| (key.identity(), key.creation_time);
            match previous.identity().cmp(&current.identity()) {
                Ordering::Equal if is_unknown => Ordering::Equal,
                _ => order(previous).cmp(&order(current)),
            }
        });
        pairs
    }

    /// Matches and removes the sessions that are equal by `order`, in which both lists are sorted.
    fn merge(&mut self, pairs: &mut Vec<(u32, u32)>, order: impl Fn(&Key, &Key) -> Ordering) {
        let mut rest = Self::default();
        let mut current = std::mem::take(&mut self.current).into_iter().peekable();
        for previous in std::mem::take(&mut self.previous) {
            rest.current
                .extend(std::iter::from_fn(|| current.next_if(|current| order(&previous, current).is_gt())));
            match current.next_if(|current| order(&previous, current).is_eq()) {
                Some(current) => pairs.push((previous.row, current.row)),
                None => rest.previous.push(previous),
            }
        }
        rest.current.extend(current);
        *self = rest;
    }
}
