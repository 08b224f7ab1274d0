//! A column of text: every distinct value once, in order, and a code per row.
//!
//! The dictionary is sorted, so a code is also a rank: a sort compares numbers, a filter runs once per distinct
//! value, and all values with one prefix have neighbouring codes.

use std::ops::Range;
use std::sync::Arc;

/// The code of an unknown value.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Distinct texts, end to end in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arena {
    text: String,
    /// Where each value ends in `text`, in bytes.
    ends: Vec<u32>,
}

impl Arena {
    /// No text yet, and room for so many bytes in so many texts.
    pub(super) fn with_capacity(bytes: usize, texts: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(texts) }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, code: u32) -> &str {
        &self.text[self.span(code)]
    }

    /// Where a text stands.
    fn span(&self, code: u32) -> Range<usize> {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        start as usize..self.ends[code] as usize
    }

    /// Tells the texts of these codes in their order; `None` for the code of an unknown value.
    ///
    /// They stand anywhere, so each is a cache miss, and where it stands, is another one. A batch of them is looked at
    /// before the first is told: misses that do not wait for each other take hardly longer than one.
    pub(super) fn for_each<'a>(
        &'a self,
        codes: impl IntoIterator<Item = u32>,
        mut tell: impl FnMut(Option<&'a str>),
    ) {
        const BATCH: usize = 128;
        let mut codes = codes.into_iter();
        let mut batch = [UNKNOWN; BATCH];
        let mut spans: [Range<usize>; BATCH] = [const { 0..0 }; BATCH];
        loop {
            let mut len = 0;
            for (place, code) in batch.iter_mut().zip(codes.by_ref()) {
                *place = code;
                len += 1;
            }
            if len == 0 {
                return;
            }
            for (span, &code) in spans.iter_mut().zip(&batch[..len]) {
                *span = if code == UNKNOWN { 0..0 } else { self.span(code) };
            }
            let bytes = spans[..len].iter().filter_map(|span| self.text.as_bytes().get(span.start));
            std::hint::black_box(bytes.fold(0, |seen, byte| seen ^ byte));
            for (span, &code) in spans.iter().zip(&batch[..len]) {
                tell((code != UNKNOWN).then(|| &self.text[span.clone()]));
            }
        }
    }

    /// Gives back what was reserved and is not used.
    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// How many bytes all texts have.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn push(&mut self, value: &str) {
        self.text.push_str(value);
        let end = u32::try_from(self.text.len())
            .expect("an answer has at most 512 MiB, so the texts of several gateways stay below 4 GiB");
        self.ends.push(end);
    }
}

/// A column of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextColumn {
    /// Shared with the columns of other answers that have the same texts.
    arena: Arc<Arena>,
    codes: Vec<u32>,
}

impl TextColumn {
    /// What [`codes`](Self::codes) has for an unknown text: more than any code.
    pub const NULL: u32 = UNKNOWN;

    /// A column with this dictionary, in order, and these codes.
    pub(super) fn new(arena: Arc<Arena>, codes: Vec<u32>) -> Self {
        Self { arena, codes }
    }

    /// The dictionary.
    pub(super) fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// Whether both have one dictionary, which is in memory once.
    #[cfg(test)]
    pub(super) fn shares_texts_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.arena, &other.arena)
    }

    /// The distinct texts in the order of their codes.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        (0..).zip(0..self.distinct()).map(|(code, _)| self.text(code))
    }

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

    /// The codes of all rows; [`TextColumn::NULL`] where the text is unknown.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
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
        let start = self.partition_point_from(0, |text| text < prefix);
        let end = self.partition_point_from(start, |text| text.starts_with(prefix));
        start..end
    }

    /// Tells the texts of these rows, quicker than one by one; `None` where it is unknown.
    ///
    /// # Panics
    /// When there is no such row.
    pub(super) fn for_each<'a>(&'a self, rows: &[u32], tell: impl FnMut(Option<&'a str>)) {
        self.arena.for_each(rows.iter().map(|&row| self.codes[row as usize]), tell);
    }

    /// Whether this code is one, and of this text.
    pub(super) fn has_at(&self, code: u32, text: &str) -> bool {
        (code as usize) < self.distinct() && self.text(code) == text
    }

    /// The first code from `start` on whose text is not `before`, as `slice::partition_point` finds it.
    ///
    /// By galloping: steps that double, then bisection. So looking for one text after the other takes less the nearer
    /// they are.
    pub(super) fn partition_point_from(&self, start: u32, before: impl Fn(&str) -> bool) -> u32 {
        let end = u32::try_from(self.distinct()).unwrap_or(UNKNOWN);
        let (mut low, mut high, mut step) = (start, start, 1);
        while high < end && before(self.text(high)) {
            low = high + 1;
            high = low.saturating_add(step);
            step = step.saturating_mul(2);
        }
        high = high.min(end);
        while low < high {
            let middle = low.midpoint(high);
            if before(self.text(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The bytes that this column holds.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.arena.text.capacity() + (self.arena.ends.capacity() + self.codes.capacity()) * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{TextBuilder, TextOrder};

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
