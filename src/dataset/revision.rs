//! A column of text that says mostly what an older one said: what they share is neither looked up nor sorted again.

use std::ops::Range;
use std::sync::Arc;

use super::text::{Arena, TextColumn, UNKNOWN};
use super::text_builder::{TextBuilder, TextOrder};

/// Collects a column row by row, by the codes of an older one where those are known.
///
/// Only the texts given besides are looked up, and only among each other; their places in the dictionary are found by
/// bisection. Texts that no row has any more are left out, so the column is the same as one built from nothing.
pub(super) struct Revision<'a> {
    order: TextOrder,
    old: &'a TextColumn,
    /// The texts given besides; their codes here come behind those of `old`.
    given: Vec<&'a str>,
    codes: Vec<u32>,
}

/// The most bytes that the name of a host can have. In bisection addresses are read again and again, old ones and new
/// ones, which with longer ones could take for ever.
const LONGEST_NAME: usize = 253;

/// Where a text that was given belongs.
#[derive(Clone, Copy)]
enum Place {
    /// The old dictionary has it, with this code.
    Known(u32),
    /// It stands before the old text of this code.
    Before(u32),
}

impl<'a> Revision<'a> {
    /// A column without rows yet, which in the end has about so many, in the same order of texts as `old`.
    pub(super) fn of(old: &'a TextColumn, order: TextOrder, rows: usize) -> Self {
        Self { order, old, given: Vec::new(), codes: Vec::with_capacity(rows) }
    }

    /// The code that stands for this text here. Some row must get it.
    pub(super) fn give(&mut self, text: &'a str) -> u32 {
        self.given.push(text);
        let code = u32::try_from(self.old.distinct() + self.given.len() - 1).ok();
        code.filter(|code| *code != UNKNOWN).expect("two answers have far fewer texts than a u32 counts")
    }

    /// Adds a row by a code of the older column, by one that stands for a text given, or by that of an unknown text.
    pub(super) fn push(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// Adds many rows in the same way.
    pub(super) fn extend(&mut self, codes: impl IntoIterator<Item = u32>) {
        self.codes.extend(codes);
    }

    /// Adds the rows of a whole column, whose texts are given.
    pub(super) fn push_column(&mut self, column: &'a TextColumn) {
        let codes: Vec<u32> = column.texts().map(|text| self.give(text)).collect();
        self.extend(column.codes().iter().map(|&code| codes.get(code as usize).copied().unwrap_or(UNKNOWN)));
    }

    /// The column.
    pub(super) fn finish(self) -> TextColumn {
        let Self { order, old, given, mut codes } = self;
        codes.shrink_to_fit();
        let known = old.distinct();
        let mut all = old.texts().chain(given.iter().copied());
        if order == TextOrder::Addresses && all.any(|text| text.len() > LONGEST_NAME) {
            return from_nothing(order, old, &given, &codes);
        }
        let mut is_used = vec![false; known];
        for &code in &codes {
            if let Some(is_used) = is_used.get_mut(code as usize) {
                *is_used = true;
            }
        }
        let given = TextBuilder::new(order).collect(given.len(), |place| Some(given[place]));
        let places = places(old, &given, order, &mut is_used);

        let is_known = |place: &Place| matches!(place, Place::Known(_));
        if is_used.iter().all(|is_used| *is_used) && places.iter().all(is_known) {
            for code in codes.iter_mut().filter(|code| **code != UNKNOWN && **code as usize >= known) {
                if let Place::Known(old) = places[given.codes()[*code as usize - known] as usize] {
                    *code = old;
                }
            }
            return TextColumn::new(old.arena().clone(), codes);
        }
        let merged = Merged::of(old, &given, &places, &is_used);
        for code in codes.iter_mut().filter(|code| **code != UNKNOWN) {
            *code = match (*code as usize).checked_sub(known) {
                None => merged.of_old[*code as usize],
                Some(place) => merged.of_given[given.codes()[place] as usize],
            };
        }
        TextColumn::new(Arc::new(merged.arena), codes)
    }
}

/// The same without anything taken over.
fn from_nothing(order: TextOrder, old: &TextColumn, given: &[&str], codes: &[u32]) -> TextColumn {
    TextBuilder::new(order).collect(codes.len(), |row| {
        match (codes[row] as usize).checked_sub(old.distinct()) {
            None => Some(old.text(codes[row])),
            Some(place) => given.get(place).copied(),
        }
    })
}

/// Where each of the texts given belongs; those that are known are marked as used.
fn places(old: &TextColumn, given: &TextColumn, order: TextOrder, is_used: &mut [bool]) -> Vec<Place> {
    let mut start = 0;
    given
        .texts()
        .map(|text| {
            start = old.partition_point_from(start, |known| order.compare(known, text).is_lt());
            if old.has_at(start, text) {
                is_used[start as usize] = true;
                Place::Known(start)
            } else {
                Place::Before(start)
            }
        })
        .collect()
}

/// Two dictionaries in one.
struct Merged {
    arena: Arena,
    /// The new codes of the old texts.
    of_old: Vec<u32>,
    /// The new codes of the texts given.
    of_given: Vec<u32>,
}

impl Merged {
    fn of(old: &TextColumn, given: &TextColumn, places: &[Place], is_used: &[bool]) -> Self {
        let (old_arena, given_arena) = (old.arena(), given.arena());
        let arena = Arena::with_capacity(
            old_arena.bytes() + given_arena.bytes(),
            old_arena.len() + given_arena.len(),
        );
        let mut merged = Self { arena, of_old: vec![UNKNOWN; is_used.len()], of_given: Vec::new() };
        let mut next = 0;
        for (text, place) in given.texts().zip(places) {
            let (Place::Known(before) | Place::Before(before)) = *place;
            merged.take(old, next..before, is_used);
            next = before;
            merged.of_given.push(merged.next_code());
            // A known text comes with the old ones.
            if let Place::Before(_) = place {
                merged.arena.push(text);
            }
        }
        merged.take(old, next..u32::try_from(is_used.len()).unwrap_or(UNKNOWN), is_used);
        merged.arena.shrink_to_fit();
        merged
    }

    fn next_code(&self) -> u32 {
        u32::try_from(self.arena.len()).unwrap_or(UNKNOWN)
    }

    /// Takes over those old texts that are still used.
    fn take(&mut self, old: &TextColumn, codes: Range<u32>, is_used: &[bool]) {
        for code in codes.filter(|&code| is_used[code as usize]) {
            self.of_old[code as usize] = self.next_code();
            self.arena.push(old.text(code));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    type Texts = Vec<Option<String>>;

    fn built(texts: &[Option<String>], order: TextOrder) -> TextColumn {
        TextBuilder::new(order).collect(texts.len(), |row| texts[row].as_deref())
    }

    fn texts() -> impl Strategy<Value = Texts> {
        let text = "[ab]{0,2}|10\\.[0-2]{1,2}\\.0\\.1|::[0-2]|HMI-[0-2]|hmi-[0-2]|[xy]{253,255}";
        proptest::collection::vec(proptest::option::weighted(0.9, text), 0..40)
    }

    proptest! {
        #[test]
        fn a_revised_column_is_the_same_as_one_from_nothing(
            old in texts(),
            rows in proptest::collection::vec((any::<proptest::sample::Index>(), any::<bool>()), 0..60),
            new in texts(),
        ) {
            for order in [TextOrder::CodePoints, TextOrder::Addresses] {
                let column = built(&old, order);
                let mut revision = Revision::of(&column, order, rows.len());
                let mut expected: Texts = Vec::new();
                for (index, is_known) in &rows {
                    let from = if *is_known { &old } else { &new };
                    let text = if from.is_empty() { None } else { from[index.index(from.len())].clone() };
                    let code = match (text, is_known) {
                        (Some(_), true) => column.codes()[index.index(old.len())],
                        (Some(_), false) => revision.give(new[index.index(new.len())].as_deref().unwrap()),
                        (None, _) => UNKNOWN,
                    };
                    revision.push(code);
                    expected.push(if from.is_empty() { None } else { from[index.index(from.len())].clone() });
                }
                prop_assert_eq!(revision.finish(), built(&expected, order));
            }
        }
    }

    #[test]
    fn a_very_long_address_is_not_read_again_and_again() {
        // Read at each step, these would take hours.
        let (long, short) = ("Z".repeat(20_000_000), (0..20_000).map(|number| format!("a{number}")));
        let short: Texts = short.map(Some).collect();
        for (old, new) in [(&[Some(long.clone())][..], &short[..]), (&short, &[Some(long)])] {
            let column = built(old, TextOrder::Addresses);
            let mut revision = Revision::of(&column, TextOrder::Addresses, old.len() + new.len());
            revision.extend(column.codes().iter().copied());
            for text in new.iter().flatten() {
                let code = revision.give(text);
                revision.push(code);
            }
            let begun = Instant::now();
            assert_eq!(revision.finish().distinct(), old.len() + new.len());
            assert!(begun.elapsed() < Duration::from_mins(1));
        }
    }

    #[test]
    fn a_dictionary_that_stays_is_shared() {
        let texts = ["b", "a"].map(|text| Some(text.to_owned()));
        let old = built(&texts, TextOrder::CodePoints);
        let mut revision = Revision::of(&old, TextOrder::CodePoints, 3);
        let again = revision.give("b");
        revision.extend([again, 0, UNKNOWN]);
        let new = revision.finish();
        assert!(Arc::ptr_eq(old.arena(), new.arena()));
        assert_eq!(new.codes(), [1, 0, UNKNOWN]);
    }
}
