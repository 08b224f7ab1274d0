//! Finds the typed words in the names of entries.

use std::ops::Range;

/// The matches of a search in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The byte ranges of the words, sorted, without overlaps.
    pub(super) ranges: Vec<Range<usize>>,
    /// Each word is at the start of a word of the text.
    pub(super) is_at_word_starts: bool,
}

/// Finds each word of `search` in a text, in any order and letter case; `None` if one is missing.
pub(super) fn find(text: &str, search: &str) -> Option<Found> {
    let mut found = Found { ranges: Vec::new(), is_at_word_starts: true };
    for word in search.split_whitespace() {
        let (range, is_at_word_start) = find_word(text, word)?;
        found.is_at_word_starts &= is_at_word_start;
        found.ranges.push(range);
    }
    found.ranges.sort_by_key(|range| range.start);
    let mut end = 0;
    found.ranges.retain_mut(|range| {
        range.start = range.start.max(end);
        end = end.max(range.end);
        range.start < range.end
    });
    Some(found)
}

/// Returns the range of a word, preferably at the start of a word of the text.
fn find_word(text: &str, word: &str) -> Option<(Range<usize>, bool)> {
    let mut inside = None;
    let mut before = None;
    for (start, char) in text.char_indices() {
        if let Some(end) = end_of_match(&text[start..], word).map(|length| start + length) {
            if before.is_none_or(|before: char| !before.is_alphanumeric()) {
                return Some((start..end, true));
            }
            inside.get_or_insert(start..end);
        }
        before = Some(char);
    }
    inside.map(|range| (range, false))
}

/// Returns the length of the start of a text that is the word in any letter case.
fn end_of_match(text: &str, word: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    for expected in word.chars() {
        let (_, char) = chars.next()?;
        if !char.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    Some(chars.offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str, search: &str) -> Option<(Vec<Range<usize>>, bool)> {
        find(text, search).map(|found| (found.ranges, found.is_at_word_starts))
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "the ranges are byte ranges")]
    fn finds_words_preferably_at_their_start() {
        assert_eq!(ranges("Show counts", "CO"), Some((vec![5..7], true)));
        assert_eq!(ranges("Account codes", "co"), Some((vec![8..10], true)));
        assert_eq!(ranges("Recount", "co"), Some((vec![2..4], false)));
        assert_eq!(ranges("Copy cell", "ce co"), Some((vec![0..2, 5..7], true)));
        assert_eq!(ranges("Copy cell", "co x"), None);
        assert_eq!(ranges("Copy", ""), Some((vec![], true)));
        assert_eq!(ranges("Jürgen", "JÜR"), Some((vec![0..4], true)));
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "the ranges are byte ranges")]
    fn overlapping_words_count_once() {
        assert_eq!(ranges("Copy", "co cop"), Some((vec![0..2, 2..3], true)));
        assert_eq!(ranges("Copy", "cop co"), Some((vec![0..3], true)));
    }
}
