//! A column of text: every distinct value once, in order, and a code per row.
//!
//! The dictionary is sorted, so a code is also a rank: a sort compares numbers, a filter runs once per distinct
//! value, and all values with one prefix have neighbouring codes.

use std::hash::BuildHasher as _;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::address::AddressKey;

/// The code of an unknown value.
const UNKNOWN: u32 = u32::MAX;

/// Distinct texts, end to end in one allocation.
#[derive(Clone, Debug, Default, PartialEq)]
struct Arena {
    text: String,
    /// Where each value ends in `text`, in bytes.
    ends: Vec<u32>,
}

impl Arena {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.text[start as usize..self.ends[code] as usize]
    }

    fn push(&mut self, value: &str) {
        self.text.push_str(value);
        let end = u32::try_from(self.text.len())
            .expect("an answer has at most 512 MiB, so the texts of several gateways stay below 4 GiB");
        self.ends.push(end);
    }
}

/// A column of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextColumn {
    arena: Arena,
    codes: Vec<u32>,
}

impl TextColumn {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The text of a row; `None` where it is unknown.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.code(row).map(|code| self.arena.get(code))
    }

    /// The code of a row, which is the rank of its text among the distinct ones; `None` where it is unknown.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn code(&self, row: usize) -> Option<u32> {
        let code = self.codes[row];
        (code != UNKNOWN).then_some(code)
    }

    /// How many distinct texts there are; their codes are `0..distinct()`.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.arena.len()
    }

    /// The text of a code.
    ///
    /// # Panics
    /// When there is no such code.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.arena.get(code)
    }

    /// The codes of the texts that begin with `prefix`. Only for a column in [`TextOrder::CodePoints`].
    #[must_use]
    pub fn codes_with_prefix(&self, prefix: &str) -> Range<u32> {
        let start = self.partition_point(|text| text < prefix);
        let end = self.partition_point(|text| text < prefix || text.starts_with(prefix));
        start..end
    }

    /// The first code whose text is not `before`, by bisection.
    fn partition_point(&self, before: impl Fn(&str) -> bool) -> u32 {
        let mut codes = 0..u32::try_from(self.distinct()).unwrap_or(UNKNOWN);
        while codes.start < codes.end {
            let middle = codes.start + (codes.end - codes.start) / 2;
            if before(self.text(middle)) {
                codes.start = middle + 1;
            } else {
                codes.end = middle;
            }
        }
        codes.start
    }

    /// The bytes that this column holds.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.arena.text.capacity() + (self.arena.ends.capacity() + self.codes.capacity()) * size_of::<u32>()
    }
}

/// In which order a column's distinct texts stand, and so how the column sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOrder {
    /// By code point: capitals before small letters.
    CodePoints,
    /// As addresses: IPv4 by number, then IPv6 by number, then names.
    Addresses,
}

/// Collects a column of text row by row.
pub struct TextBuilder {
    order: TextOrder,
    arena: Arena,
    /// The codes of the texts in `arena`, found by their hash.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    codes: Vec<u32>,
}

impl TextBuilder {
    /// An empty column, whose texts will stand in `order`.
    #[must_use]
    pub fn new(order: TextOrder) -> Self {
        Self {
            order,
            arena: Arena::default(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            codes: Vec::new(),
        }
    }

    /// How many rows there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is no row yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Adds a row.
    pub fn push(&mut self, value: Option<&str>) {
        let code = match value {
            Some(value) => self.intern(value),
            None => UNKNOWN,
        };
        self.codes.push(code);
    }

    fn intern(&mut self, value: &str) -> u32 {
        let Self { arena, table, hasher, .. } = self;
        let hash = hasher.hash_one(value);
        if let Some(&code) = table.find(hash, |&code| arena.get(code) == value) {
            return code;
        }
        let code = u32::try_from(arena.len()).expect("ends are u32, so codes are");
        arena.push(value);
        table.insert_unique(hash, code, |&code| hasher.hash_one(arena.get(code)));
        code
    }

    /// Sorts the distinct texts and gives every row its final code.
    #[must_use]
    pub fn finish(self) -> TextColumn {
        let Self { order, arena, table, mut codes, .. } = self;
        drop(table);
        let mut sorted: Vec<u32> = (0..u32::try_from(arena.len()).unwrap_or(UNKNOWN)).collect();
        match order {
            TextOrder::CodePoints => sorted.sort_unstable_by_key(|&code| arena.get(code)),
            // Two spellings of one number stand together, in a settled order.
            TextOrder::Addresses => sorted.sort_by_cached_key(|&code| {
                let text = arena.get(code);
                (AddressKey::of(text), text)
            }),
        }

        let mut in_order =
            Arena { text: String::with_capacity(arena.text.len()), ends: Vec::with_capacity(arena.len()) };
        let mut ranks = vec![UNKNOWN; arena.len()];
        for (rank, &code) in (0..).zip(&sorted) {
            ranks[code as usize] = rank;
            in_order.push(arena.get(code));
        }
        for code in codes.iter_mut().filter(|code| **code != UNKNOWN) {
            *code = ranks[*code as usize];
        }
        codes.shrink_to_fit();
        TextColumn { arena: in_order, codes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(order: TextOrder, values: &[Option<&str>]) -> TextColumn {
        let mut builder = TextBuilder::new(order);
        for value in values {
            builder.push(*value);
        }
        builder.finish()
    }

    #[test]
    fn rows_keep_their_texts_and_codes_are_ranks() {
        let values = [Some("billy"), None, Some(""), Some("anna"), Some("billy")];
        let column = column(TextOrder::CodePoints, &values);
        let read: Vec<Option<&str>> = (0..column.len()).map(|row| column.get(row)).collect();
        assert_eq!(read, values);
        assert_eq!(column.distinct(), 3);
        let texts: Vec<&str> = (0..3).map(|code| column.text(code)).collect();
        assert_eq!(texts, ["", "anna", "billy"]);
    }

    #[test]
    fn a_prefix_is_a_range_of_codes() {
        let values = ["a", "bi", "bianca", "billy", "bj", "c"].map(Some);
        let column = column(TextOrder::CodePoints, &values);
        assert_eq!(column.codes_with_prefix("bi"), 1..4);
        assert_eq!(column.codes_with_prefix(""), 0..6);
        assert!(column.codes_with_prefix("x").is_empty());
        assert!(column.codes_with_prefix("bib").is_empty());
    }

    #[test]
    fn addresses_rank_by_number() {
        let values = ["hmi-7", "10.10.0.1", "::1", "10.2.0.9"].map(Some);
        let column = column(TextOrder::Addresses, &values);
        let texts: Vec<&str> = (0..4).map(|code| column.text(code)).collect();
        assert_eq!(texts, ["10.2.0.9", "10.10.0.1", "::1", "hmi-7"]);
    }
}
