//! Builds a column of text.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::ColumnId;
use super::address::AddressKey;
use super::text::{Arena, TextColumn};

/// The order of a dictionary, which is the sort order of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextOrder {
    /// By code point: uppercase before lowercase letters.
    CodePoints,
    /// IPv4 by number, then IPv6 by number, then names.
    Addresses,
}

/// Collects the rows of a column of text, and keeps each distinct text once.
pub(super) struct TextBuilder {
    order: TextOrder,
    /// The distinct texts, in the order of their first rows.
    arena: Arena,
    /// The indices of the texts in `arena`, by the hash of the text.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The index of each row's text.
    codes: Vec<u32>,
}

impl TextBuilder {
    /// Creates a builder of a dictionary in `order`.
    pub(super) fn new(order: TextOrder) -> Self {
        Self::with_capacity(order, 0, 0)
    }

    /// Creates a builder with the order of column `id` and room for `rows`.
    pub(super) fn for_column(id: &ColumnId, rows: usize) -> Self {
        let (order, distinct) = match id {
            ColumnId::Address => (TextOrder::Addresses, 0),
            // All texts are distinct, and a growing table would hash them repeatedly.
            ColumnId::ClientId => (TextOrder::CodePoints, rows),
            _ => (TextOrder::CodePoints, 0),
        };
        Self::with_capacity(order, rows, distinct)
    }

    fn with_capacity(order: TextOrder, rows: usize, distinct: usize) -> Self {
        Self {
            order,
            arena: Arena::default(),
            table: HashTable::with_capacity(distinct),
            hasher: DefaultHashBuilder::default(),
            codes: Vec::with_capacity(rows),
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, text: Option<&str>) {
        let code = text.map_or(TextColumn::NULL, |text| self.intern(text));
        self.push_code(code);
    }

    /// Adds a row with a code from [`intern`](Self::intern), or [`TextColumn::NULL`].
    pub(super) fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// Returns the code of a text in this builder, and adds the text if it is new. At least one row must use the code.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let Self { arena, table, hasher, .. } = self;
        let hash = hasher.hash_one(text);
        let is_equal = |code: &u32| arena.get(*code) == text;
        if let Some(code) = table.find(hash, is_equal) {
            return *code;
        }
        let code =
            u32::try_from(arena.len()).expect("an arena has fewer texts than bytes, which a u32 counts");
        table.insert_unique(hash, code, |code| hasher.hash_one(arena.get(*code)));
        arena.push(text);
        code
    }

    /// Sorts the dictionary and returns the column.
    pub(super) fn finish(self) -> TextColumn {
        let Self { order, arena, table, mut codes, .. } = self;
        drop(table);
        let mut sorted = Arena::with_capacity(arena.bytes(), arena.len());
        let mut ranks = vec![TextColumn::NULL; arena.len()];
        for (rank, code) in (0..).zip(sorted_codes(&arena, order)) {
            ranks[code as usize] = rank;
            sorted.push(arena.get(code));
        }
        for code in codes.iter_mut().filter(|code| **code != TextColumn::NULL) {
            *code = ranks[*code as usize];
        }
        codes.shrink_to_fit();
        TextColumn::new(sorted, codes)
    }
}

fn sorted_codes(arena: &Arena, order: TextOrder) -> Vec<u32> {
    match order {
        // Most comparisons are decided by the prefix, without reading the text.
        TextOrder::CodePoints => sorted_by_key(arena, prefix),
        TextOrder::Addresses => sorted_by_key(arena, AddressKey::of),
    }
}

/// Sorts by a key, and texts with the same key by code point.
fn sorted_by_key<'a, K: Ord>(arena: &'a Arena, key: impl Fn(&'a str) -> K) -> Vec<u32> {
    let codes = 0..u32::try_from(arena.len()).unwrap_or(TextColumn::NULL);
    let mut keys: Vec<(K, u32)> = codes.map(|code| (key(arena.get(code)), code)).collect();
    keys.sort_unstable_by(|(key, code), (other_key, other)| {
        key.cmp(other_key).then_with(|| arena.get(*code).cmp(arena.get(*other)))
    });
    keys.into_iter().map(|(_, code)| code).collect()
}

/// Returns the first eight bytes of a text as a number that sorts like them.
fn prefix(text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (target, byte) in bytes.iter_mut().zip(text.as_bytes()) {
        *target = *byte;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn build(texts: &[Option<String>], order: TextOrder) -> TextColumn {
        let mut builder = TextBuilder::new(order);
        for text in texts {
            builder.push(text.as_deref());
        }
        builder.finish()
    }

    proptest! {
        #[test]
        fn keeps_rows_and_sorts_the_dictionary(
            texts in proptest::collection::vec(
                proptest::option::of("(control-room-1|10\\.20\\.|::|HMI-|hmi-|é)?[\\x000-2aA]{0,3}([ab]{7,9})?"),
                0..200,
            ),
        ) {
            let distinct: BTreeSet<&str> = texts.iter().flatten().map(String::as_str).collect();
            let by_code_point: Vec<&str> = distinct.into_iter().collect();
            let mut by_address = by_code_point.clone();
            by_address.sort_by_key(|text| (AddressKey::of(text), *text));
            for (order, expected) in [(TextOrder::CodePoints, by_code_point), (TextOrder::Addresses, by_address)] {
                let column = build(&texts, order);
                prop_assert_eq!(column.texts().collect::<Vec<_>>(), expected);
                let read: Vec<Option<&str>> = (0..column.len()).map(|row| column.get(row)).collect();
                prop_assert_eq!(read, texts.iter().map(Option::as_deref).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn keeps_texts_when_the_table_grows() {
        let texts: Vec<Option<String>> =
            (0..5_000).map(|number| Some(format!("{}", number % 3_000))).collect();
        let column = build(&texts, TextOrder::CodePoints);
        assert_eq!(column.distinct(), 3_000);
        assert!(texts.iter().enumerate().all(|(row, text)| column.get(row) == text.as_deref()));
    }
}
