//! Builds a column of text.

use std::cmp::Ordering;
use std::hash::BuildHasher as _;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::ColumnId;
use super::address::AddressKey;
use super::text::{Arena, TextColumn};

/// The order of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextOrder {
    /// The order of code points, with uppercase before lowercase letters.
    CodePoints,
    /// The order of addresses: IPv4 by number, then IPv6 by number, then names.
    Addresses,
}

impl TextOrder {
    /// Returns the order of a column.
    pub(super) fn of(id: &ColumnId) -> Self {
        match id {
            ColumnId::Address => Self::Addresses,
            _ => Self::CodePoints,
        }
    }

    /// Compares two texts, which may be from several dictionaries.
    pub(super) fn compare(self, text: &str, other: &str) -> Ordering {
        match self {
            Self::CodePoints => text.cmp(other),
            Self::Addresses => AddressKey::of(text).cmp(&AddressKey::of(other)).then_with(|| text.cmp(other)),
        }
    }
}

/// Collects the rows of a column of text, and keeps each distinct text once.
pub(super) struct TextBuilder {
    order: TextOrder,
    /// The distinct texts, in the order of their first rows.
    arena: Arena,
    /// The hash of each text and its index in `arena`. With the hash, the table grows without reading the texts again.
    table: HashTable<(u64, u32)>,
    hasher: DefaultHashBuilder,
    /// The index of each row's text.
    codes: Vec<u32>,
}

impl TextBuilder {
    /// Creates a builder of a dictionary in `order`.
    pub(super) fn new(order: TextOrder) -> Self {
        Self::with_capacity(order, 0)
    }

    /// Creates a builder with the order of column `id` and room for `rows`.
    pub(super) fn for_column(id: &ColumnId, rows: usize) -> Self {
        Self::with_capacity(TextOrder::of(id), rows)
    }

    fn with_capacity(order: TextOrder, rows: usize) -> Self {
        Self {
            order,
            arena: Arena::default(),
            table: HashTable::new(),
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
        let is_equal = |(other, code): &(u64, u32)| *other == hash && arena.get(*code) == text;
        if let Some((_, code)) = table.find(hash, is_equal) {
            return *code;
        }
        let code =
            u32::try_from(arena.len()).expect("an arena has fewer texts than bytes, which a u32 counts");
        table.insert_unique(hash, (hash, code), |(hash, _)| *hash);
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
        TextColumn::new(sorted, codes, order == TextOrder::CodePoints)
    }
}

/// Collects the text of each row. [`finish`](Self::finish) builds the dictionary.
#[derive(Default)]
pub(super) struct RowTexts {
    /// The text of each row, empty for a null.
    arena: Arena,
    null_rows: Vec<u32>,
}

impl RowTexts {
    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.arena.len()
    }

    /// Adds a row.
    #[inline]
    pub(super) fn push(&mut self, text: Option<&str>) {
        if text.is_none() {
            self.null_rows.extend(u32::try_from(self.len()));
        }
        self.arena.push(text.unwrap_or_default());
    }

    /// Builds the column `id`.
    pub(super) fn finish(self, id: &ColumnId) -> TextColumn {
        if *id == ColumnId::ClientId {
            // Client IDs are distinct, and sorting them all is faster than a look-up for each of them.
            return self.sort();
        }
        let builder = TextBuilder::for_column(id, self.len());
        self.intern(builder)
    }

    fn intern(self, mut builder: TextBuilder) -> TextColumn {
        let Self { arena, null_rows } = self;
        let mut nulls = null_rows.into_iter().peekable();
        for row in all_codes(&arena) {
            let is_null = nulls.next_if_eq(&row).is_some();
            builder.push((!is_null).then(|| arena.get(row)));
        }
        builder.finish()
    }

    fn sort(self) -> TextColumn {
        let Self { arena, null_rows } = self;
        let mut rows: Vec<u32> = all_codes(&arena).collect();
        for row in null_rows.iter().rev() {
            rows.swap_remove(*row as usize);
        }
        let mut sorted = Arena::with_capacity(arena.bytes(), rows.len());
        let mut codes = vec![TextColumn::NULL; arena.len()];
        let (mut next, mut previous) = (0, None);
        for row in sorted_by_text(&arena, rows) {
            let text = arena.get(row);
            if previous != Some(text) {
                sorted.push(text);
                previous = Some(text);
                next += 1;
            }
            codes[row as usize] = next - 1;
        }
        TextColumn::new(sorted, codes, true)
    }
}

fn all_codes(arena: &Arena) -> Range<u32> {
    0..u32::try_from(arena.len()).unwrap_or(TextColumn::NULL)
}

fn sorted_codes(arena: &Arena, order: TextOrder) -> Vec<u32> {
    match order {
        TextOrder::CodePoints => sorted_by_text(arena, all_codes(arena)),
        TextOrder::Addresses => {
            let mut keys: Vec<_> =
                all_codes(arena).map(|code| (AddressKey::of(arena.get(code)), code)).collect();
            keys.sort_unstable_by(|(key, code), (other_key, other)| {
                key.cmp(other_key).then_with(|| arena.get(*code).cmp(arena.get(*other)))
            });
            keys.into_iter().map(|(_, code)| code).collect()
        }
    }
}

/// Sorts codes by code point. Most comparisons end at the prefix, which saves a look at the text.
fn sorted_by_text(arena: &Arena, codes: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut keys: Vec<(u64, u32)> = codes.into_iter().map(|code| (prefix(arena.get(code)), code)).collect();
    keys.sort_unstable();
    for equal in keys.chunk_by_mut(|(prefix, _), (other, _)| prefix == other).filter(|equal| equal.len() > 1)
    {
        equal.sort_unstable_by(|(_, code), (_, other)| arena.get(*code).cmp(arena.get(*other)));
    }
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

    fn build_client_ids(texts: &[Option<String>]) -> TextColumn {
        let mut rows = RowTexts::default();
        for text in texts {
            rows.push(text.as_deref());
        }
        rows.finish(&ColumnId::ClientId)
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
            prop_assert_eq!(build_client_ids(&texts), build(&texts, TextOrder::CodePoints));
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
