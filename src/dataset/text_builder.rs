//! Collecting a column of text: every distinct value is found again by its hash, and sorted at the end.

use std::cmp::Ordering;
use std::sync::Arc;

use super::ColumnId;
use super::address::{self, AddressKey};
use super::code_table::CodeTable;
use super::sorted_texts;
use super::text::{Arena, TextColumn, UNKNOWN};

/// In which order a column's distinct texts stand, and so how the column sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextOrder {
    /// By code point: capitals before small letters.
    CodePoints,
    /// As addresses: IPv4 by number, then IPv6 by number, then names.
    Addresses,
}

impl TextOrder {
    /// That of a column of text.
    pub(super) fn of(id: &ColumnId) -> Self {
        match id {
            ColumnId::Address => Self::Addresses,
            _ => Self::CodePoints,
        }
    }

    /// Which of two texts stands first.
    pub(super) fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::CodePoints => a.cmp(b),
            // Two spellings of one address stand together, in a settled order.
            Self::Addresses => AddressKey::of(a).cmp(&AddressKey::of(b)).then_with(|| a.cmp(b)),
        }
    }
}

/// So many bytes of a text are in its head.
const HEAD: usize = 15;

/// The beginning of a text and its length as one number. Heads stand in the order of their texts, and where a text is
/// no longer than [`HEAD`], its head is the whole of it.
///
/// Nearly all names, addresses and ids are that short. Looking one up then stays within the table of heads, and to sort
/// them compares numbers: in the arena every look would be a cache miss.
pub(super) fn head(text: &str) -> u128 {
    let bytes = text.as_bytes();
    if let Some(first) = bytes.first_chunk::<16>() {
        return u128::from_be_bytes(*first) & !0xFF | u128::from(LONGER);
    }
    let length = bytes.len();
    let kept = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        // Two reads that overlap are quicker than a copy of some bytes.
        (Some(first), Some(last)) => {
            u128::from(u64::from_be_bytes(*first)) << 64
                | u128::from(u64::from_be_bytes(*last)) << (128 - 8 * length)
        }
        _ => bytes.iter().rev().fold(0, |kept, byte| kept >> 8 | u128::from(*byte) << 120),
    };
    kept | length as u128
}

/// Stands for the length of a text that is longer than its head.
#[expect(clippy::cast_possible_truncation, reason = "sixteen")]
const LONGER: u8 = HEAD as u8 + 1;

/// Whether a head says all of its text.
fn is_whole(head: u128) -> bool {
    head.to_be_bytes()[HEAD] < LONGER
}

/// What its head does not say of a text.
fn rest(text: &str) -> &[u8] {
    text.as_bytes().get(HEAD..).unwrap_or_default()
}

/// The eight bytes that come behind a head, as a number.
pub(super) fn behind_head(text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (byte, of_text) in bytes.iter_mut().zip(rest(text)) {
        *byte = *of_text;
    }
    u64::from_be_bytes(bytes)
}

/// Collects a column of text row by row.
pub struct TextBuilder {
    order: TextOrder,
    arena: Arena,
    /// The head of each text in `arena`.
    heads: Vec<u128>,
    table: CodeTable,
    codes: Vec<u32>,
}

/// So many rows are looked up together.
const BATCH: usize = 32;

/// One row in so many tells whether texts come again, and it is seldom if no more than one of so many does.
const PART: usize = 16;

impl TextBuilder {
    /// An empty column, whose texts will stand in `order`.
    #[must_use]
    pub fn new(order: TextOrder) -> Self {
        Self { order, arena: Arena::default(), heads: Vec::new(), table: CodeTable::new(), codes: Vec::new() }
    }

    /// The order in which the texts will stand.
    pub(super) fn order(&self) -> TextOrder {
        self.order
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
            Some(text) => {
                let head = head(text);
                self.table.reserve(1);
                self.intern(text, head, self.table.hash(head, rest(text)))
            }
            None => UNKNOWN,
        };
        self.codes.push(code);
    }

    /// Adds many rows.
    ///
    /// All places of a batch are looked at before anything is done with one of them: each look is a cache miss, and
    /// misses that do not wait for each other take hardly longer than one.
    pub fn extend<'a>(&mut self, values: impl IntoIterator<Item = Option<&'a str>>) {
        let mut values = values.into_iter();
        self.codes.reserve(values.size_hint().0);
        let mut batch: Vec<(Option<&str>, u128, u32)> = Vec::with_capacity(BATCH);
        loop {
            batch.clear();
            batch.extend(values.by_ref().take(BATCH).map(|value| {
                let text = value.unwrap_or_default();
                let head = head(text);
                (value, head, self.table.hash(head, rest(text)))
            }));
            if batch.is_empty() {
                return;
            }
            self.table.reserve(BATCH);
            let mut first = [UNKNOWN; BATCH];
            for (code, (_, _, hash)) in first.iter_mut().zip(&batch) {
                *code = self.table.first(*hash);
            }
            let seen = first.iter().filter_map(|&code| self.heads.get(code as usize));
            std::hint::black_box(seen.fold(0, |seen, head| seen ^ head));
            for &(value, head, hash) in &batch {
                let code = value.map_or(UNKNOWN, |text| self.intern(text, head, hash));
                self.codes.push(code);
            }
        }
    }

    /// The column of all these texts, row by row. Nothing was added before.
    ///
    /// A first part of the rows tells whether texts come again: if hardly any does, a table of them would find nothing.
    #[must_use]
    pub fn collect<'a>(mut self, rows: usize, text: impl Fn(usize) -> Option<&'a str>) -> TextColumn {
        let part = rows / PART;
        self.extend((0..part).map(&text));
        let are_seldom = part > 0 && part - self.heads.len() <= part / PART;
        // To sort addresses at once would save hardly anything.
        if are_seldom && self.order == TextOrder::CodePoints {
            return sorted_texts::column(rows, text);
        }
        self.extend((part..rows).map(&text));
        self.finish()
    }

    /// The code of a text. The table has room for it.
    fn intern(&mut self, text: &str, head: u128, hash: u32) -> u32 {
        let Self { arena, heads, table, .. } = self;
        let is_same = |code: u32| heads[code as usize] == head && (is_whole(head) || arena.get(code) == text);
        let new = u32::try_from(heads.len()).expect("ends are u32, so codes are");
        let code = table.find_or_insert(hash, new, is_same);
        if code == new {
            arena.push(text);
            heads.push(head);
        }
        code
    }

    /// Sorts the distinct texts and gives every row its final code.
    #[must_use]
    pub fn finish(self) -> TextColumn {
        let Self { order, arena, heads, table, mut codes } = self;
        drop(table);
        let sorted = match order {
            TextOrder::CodePoints => by_code_points(&arena, &heads),
            TextOrder::Addresses => by_address(&arena),
        };
        drop(heads);

        let mut in_order = Arena::with_capacity(arena.bytes(), arena.len());
        let mut ranks = vec![UNKNOWN; arena.len()];
        for (rank, &code) in (0..).zip(&sorted) {
            ranks[code as usize] = rank;
        }
        arena.for_each(sorted, |text| in_order.push(text.unwrap_or_default()));
        for code in codes.iter_mut().filter(|code| **code != UNKNOWN) {
            *code = ranks[*code as usize];
        }
        codes.shrink_to_fit();
        TextColumn::new(Arc::new(in_order), codes)
    }
}

fn by_code_points(arena: &Arena, heads: &[u128]) -> Vec<u32> {
    // Half a head beside its code sorts in half the memory; few are left to be told apart by the other half.
    let half = |head: u128| u64::try_from(head >> 64).unwrap_or(u64::MAX);
    let mut sorted: Vec<(u64, u32)> = heads.iter().map(|&head| half(head)).zip(0..).collect();
    sorted.sort_unstable_by_key(|(half, _)| *half);
    for alike in sorted.chunk_by_mut(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
        alike.sort_unstable_by(|&(_, a), &(_, b)| {
            let (head_a, head_b) = (heads[a as usize], heads[b as usize]);
            head_a.cmp(&head_b).then_with(|| arena.get(a).cmp(arena.get(b)))
        });
    }
    sorted.into_iter().map(|(_, code)| code).collect()
}

fn by_address(arena: &Arena) -> Vec<u32> {
    let codes = 0..u32::try_from(arena.len()).unwrap_or(UNKNOWN);
    address::sorted(codes.map(|code| (code, arena.get(code))), |code| arena.get(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Texts of all lengths around that of a head, few enough to come twice.
    fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
        let text = "(control-room-1|10\\.20\\.|::|HMI-|hmi-|é)?[\\x000-2aA]{0,3}([ab]{7,9})?";
        proptest::collection::vec(proptest::option::of(text), 0..200)
    }

    #[derive(Clone, Copy)]
    enum Way {
        OneByOne,
        AtOnce,
        Sorted,
        /// Whichever of the two seems quicker.
        Collected,
    }

    fn built(values: &[Option<String>], order: TextOrder, way: Way) -> TextColumn {
        let mut builder = TextBuilder::new(order);
        let value = |row: usize| values[row].as_deref();
        match way {
            Way::OneByOne => (0..values.len()).for_each(|row| builder.push(value(row))),
            Way::AtOnce => builder.extend((0..values.len()).map(value)),
            Way::Sorted => return sorted_texts::column(values.len(), value),
            Way::Collected => return builder.collect(values.len(), value),
        }
        builder.finish()
    }

    proptest! {
        #[test]
        fn a_column_is_as_if_sorted_and_looked_up_text_by_text(values in texts()) {
            let distinct: BTreeSet<&str> = values.iter().flatten().map(String::as_str).collect();
            let by_code_point: Vec<&str> = distinct.into_iter().collect();
            let mut by_address = by_code_point.clone();
            by_address.sort_by_cached_key(|text| (AddressKey::of(text), *text));
            for (order, expected) in [(TextOrder::CodePoints, by_code_point), (TextOrder::Addresses, by_address)] {
                let ways = [Way::OneByOne, Way::AtOnce, Way::Collected, Way::Sorted];
                // Addresses are never sorted at once.
                let ways = if order == TextOrder::Addresses { &ways[..3] } else { &ways };
                for &way in ways {
                    let column = built(&values, order, way);
                    let codes = 0..u32::try_from(column.distinct()).unwrap();
                    prop_assert_eq!(codes.map(|code| column.text(code)).collect::<Vec<_>>(), expected.clone());
                    let read: Vec<Option<&str>> = (0..column.len()).map(|row| column.get(row)).collect();
                    prop_assert_eq!(read, values.iter().map(Option::as_deref).collect::<Vec<_>>());
                }
            }
        }

        #[test]
        fn heads_stand_in_the_order_of_their_texts(a in "[\\x00ab]{0,20}", b in "[\\x00ab]{0,20}") {
            let heads = (head(&a), head(&b));
            if heads.0 == heads.1 {
                prop_assert!(!is_whole(heads.0) || a == b);
            } else {
                prop_assert_eq!(heads.0.cmp(&heads.1), a.cmp(&b));
            }
        }
    }

    #[test]
    fn the_table_grows_over_many_texts() {
        let values: Vec<Option<String>> =
            (0..5_000).map(|number| Some(format!("{}", number % 3_000))).collect();
        let column = built(&values, TextOrder::CodePoints, Way::AtOnce);
        assert_eq!(column.distinct(), 3_000);
        assert!(values.iter().enumerate().all(|(row, value)| column.get(row) == value.as_deref()));
    }
}
