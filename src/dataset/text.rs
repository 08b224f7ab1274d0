//! A column of text: a dictionary of the distinct texts and one code per row.
//!
//! The dictionary is sorted, so that a sort compares numbers and a filter runs once per distinct text. In the order of code
//! points, the texts that start with one prefix have neighboring codes.

use std::ops::Range;
use std::sync::OnceLock;

use super::case_order;

/// Texts in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arena {
    text: String,
    /// The end of each text, in bytes from the start of `text`.
    ends: Vec<u32>,
}

impl Arena {
    pub(super) fn with_capacity(bytes: usize, texts: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(texts) }
    }

    /// The number of texts.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The length of all texts in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    #[inline]
    pub(super) fn get(&self, code: u32) -> &str {
        &self.text[self.span(code)]
    }

    /// Returns the range of a text, in bytes.
    #[inline]
    fn span(&self, code: u32) -> Range<usize> {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        start as usize..self.ends[code] as usize
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        let end = u32::try_from(self.text.len())
            .expect("a response has at most 512 MiB, so the texts of several gateways stay below 4 GiB");
        self.ends.push(end);
    }
}

/// A column of text.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    /// The distinct texts, sorted.
    arena: Arena,
    codes: Vec<u32>,
    /// `false` if the dictionary has another order, as that of addresses has.
    is_in_code_point_order: bool,
    /// The cached result of [`Self::ranks_ignoring_case`].
    ranks: OnceLock<Option<Vec<u32>>>,
}

impl PartialEq for TextColumn {
    fn eq(&self, other: &Self) -> bool {
        self.arena == other.arena && self.codes == other.codes
    }
}

impl TextColumn {
    /// The code of a null. It is greater than the code of any text.
    pub const NULL: u32 = u32::MAX;

    /// Creates a column from a sorted dictionary and codes.
    pub(super) fn new(arena: Arena, codes: Vec<u32>, is_in_code_point_order: bool) -> Self {
        Self { arena, codes, is_in_code_point_order, ranks: OnceLock::new() }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Returns `true` if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Returns the text of a row, or `None` for a null.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.code(row).map(|code| self.arena.get(code))
    }

    /// Calls `visit` with the text of each of these rows, `None` for a null.
    ///
    /// In sorted rows each look-up is a cache miss in each of three arrays. One array is read after the other, so that the
    /// processor waits for many misses at once: an export of a million rows takes two thirds of the time.
    pub(super) fn visit_rows<'a>(&'a self, rows: &[u32], mut visit: impl FnMut(Option<&'a str>)) {
        let bytes = self.arena.text.as_bytes();
        let codes: Vec<u32> = rows.iter().map(|&row| self.codes[row as usize]).collect();
        let span = |code: &u32| if *code == Self::NULL { 0..0 } else { self.arena.span(*code) };
        let spans: Vec<Range<usize>> = codes.iter().map(span).collect();
        let first_bytes = spans.iter().filter_map(|span| bytes.get(span.start));
        std::hint::black_box(first_bytes.fold(0, |all, byte| all ^ byte));
        for (code, span) in codes.into_iter().zip(spans) {
            visit((code != Self::NULL).then(|| &self.arena.text[span]));
        }
    }

    /// Returns the code of a row, or `None` for a null.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn code(&self, row: usize) -> Option<u32> {
        let code = self.codes[row];
        (code != Self::NULL).then_some(code)
    }

    /// The codes of all rows, [`TextColumn::NULL`] for nulls.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The number of distinct texts; their codes are `0..distinct()`.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.arena.len()
    }

    /// Returns the text of a code.
    ///
    /// # Panics
    /// If there is no such code.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.arena.get(code)
    }

    /// Returns a column of these rows, without the texts of others.
    pub(super) fn select(&self, rows: &[u32]) -> Self {
        let mut codes: Vec<u32> = rows.iter().map(|&row| self.codes[row as usize]).collect();
        let mut used: Vec<u32> = codes.iter().copied().filter(|&code| code != Self::NULL).collect();
        used.sort_unstable();
        used.dedup();
        let mut arena = Arena::default();
        for &code in &used {
            arena.push(self.text(code));
        }
        for code in codes.iter_mut().filter(|code| **code != Self::NULL) {
            *code = u32::try_from(used.partition_point(|used| used < code)).unwrap_or(Self::NULL);
        }
        Self::new(arena, codes, self.is_in_code_point_order)
    }

    /// Returns `true` if both have the same distinct texts in the same order, so that equal codes are equal texts.
    pub(super) fn has_same_texts(&self, other: &Self) -> bool {
        self.arena == other.arena
    }

    /// The distinct texts in the order of their codes.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        self.all_codes().map(|code| self.text(code))
    }

    /// Returns the rank of each code without regard to case; `None` if the codes are in that order. Computed once.
    pub(super) fn ranks_ignoring_case(&self) -> Option<&[u32]> {
        self.ranks.get_or_init(|| case_order::ranks(self.texts())).as_deref()
    }

    /// Returns a range of codes with all texts that start with `prefix`. In a column of addresses, which has another
    /// order, it is the range of all codes.
    #[must_use]
    pub fn codes_to_search(&self, prefix: &str) -> Range<u32> {
        if !self.is_in_code_point_order {
            return self.all_codes();
        }
        let start = self.partition_point(|text| text < prefix);
        let end = self.partition_point(|text| text < prefix || text.starts_with(prefix));
        start..end
    }

    /// Returns the code of a text.
    pub(crate) fn code_of(&self, text: &str) -> Option<u32> {
        if !self.is_in_code_point_order {
            return self.all_codes().find(|code| self.text(*code) == text);
        }
        let code = self.partition_point(|other| other < text);
        (self.all_codes().contains(&code) && self.text(code) == text).then_some(code)
    }

    /// The bytes of the distinct texts in the order of their codes.
    pub(super) fn text_bytes(&self) -> impl Iterator<Item = &[u8]> {
        let Arena { text, ends } = &self.arena;
        let mut start = 0;
        ends.iter().map(move |&end| {
            let bytes = &text.as_bytes()[start..end as usize];
            start = end as usize;
            bytes
        })
    }

    fn all_codes(&self) -> Range<u32> {
        0..u32::try_from(self.distinct()).unwrap_or(Self::NULL)
    }

    /// Returns the first code whose text does not satisfy the predicate, like [`slice::partition_point`].
    fn partition_point(&self, predicate: impl Fn(&str) -> bool) -> u32 {
        let Range { start: mut low, end: mut high } = self.all_codes();
        while low < high {
            let middle = low.midpoint(high);
            if predicate(self.text(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Returns the heap memory of this column in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.arena.text.capacity() + (self.arena.ends.capacity() + self.codes.capacity()) * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::text_builder::{TextBuilder, TextOrder};
    use super::*;

    fn column(texts: &[&str]) -> TextColumn {
        let mut builder = TextBuilder::new(TextOrder::CodePoints);
        for text in texts {
            builder.push(Some(text));
        }
        builder.finish()
    }

    #[test]
    fn finds_the_codes_with_a_prefix() {
        let column = column(&["a", "bi", "bianca", "billy", "bj", "c"]);
        assert_eq!(column.codes_to_search("bi"), 1..4);
        assert_eq!(column.codes_to_search(""), 0..6);
        assert!(column.codes_to_search("x").is_empty());
        assert!(column.codes_to_search("bib").is_empty());
    }

    #[test]
    fn finds_the_code_of_a_text() {
        let column = column(&["b", "a", "c", "a"]);
        assert_eq!(
            ["a", "c", "", "bb", "d"].map(|text| column.code_of(text)),
            [Some(0), Some(2), None, None, None]
        );
    }

    #[test]
    fn finds_addresses_although_they_are_sorted_by_number() {
        let addresses = ["10.2.0.9", "10.10.0.1", "172.16.0.1", "20.1.1.1", "hmi-4"];
        let mut builder = TextBuilder::new(TextOrder::Addresses);
        for address in addresses {
            builder.push(Some(address));
        }
        let column = builder.finish();
        for (row, address) in addresses.into_iter().enumerate() {
            assert_eq!(column.code_of(address), column.code(row), "{address}");
            for prefix in (0..=address.len()).map(|end| &address[..end]) {
                assert!(column.codes_to_search(prefix).contains(&column.code(row).unwrap()), "{prefix}");
            }
        }
        assert_eq!(column.code_of("10.2.0"), None);
        let selected = column.select(&[0, 1]);
        assert_eq!(selected.code_of("10.10.0.1"), selected.code(1));
    }
}
