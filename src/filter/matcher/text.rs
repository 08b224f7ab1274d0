//! A value as Java sees it: UTF-16 code units, and the conditions on positions in them.

use std::sync::LazyLock;

use super::super::ast::{Assertion, LineTerminators};
use super::super::code_points::CodePointSet;
use super::super::graphemes::Cluster;
use super::super::properties;
use unicode_normalization::UnicodeNormalization as _;

/// The word characters of `\b` without `_`.
static LETTERS_AND_DIGITS: LazyLock<CodePointSet> = LazyLock::new(|| properties::existing("LD"));
/// The marks that are part of a word for `\b` after a letter.
static MARKS: LazyLock<CodePointSet> = LazyLock::new(|| properties::existing("Mn"));
/// The word characters of `\b` under `(?U)`.
static UNICODE_WORD: LazyLock<CodePointSet> = LazyLock::new(|| properties::shorthand('w', true));

/// Maximum length of a sequence that composes to one character.
const MAX_COMPOSED: usize = 16;

/// The code units of a value.
pub(super) struct Text {
    units: Vec<u16>,
}

/// Returns `true` for the line terminators of one character.
fn is_terminator(unit: u16, terminators: LineTerminators) -> bool {
    char::from_u32(unit.into()).is_some_and(|c| terminators.chars().contains(c))
}

impl Text {
    pub(super) fn new(value: &str) -> Self {
        let mut units = Vec::with_capacity(value.len());
        units.extend(value.encode_utf16());
        Self { units }
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn unit(&self, at: usize) -> Option<u16> {
        self.units.get(at).copied()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &[u16] {
        self.units.get(start..end).unwrap_or_default()
    }

    /// Returns the code point at a position and its length. Half of a pair counts as one.
    pub(super) fn code_point_at(&self, at: usize) -> Option<(u32, usize)> {
        let first = self.unit(at)?;
        if let 0xD800..0xDC00 = first
            && let Some(second @ 0xDC00..0xE000) = self.unit(at + 1)
        {
            let code = 0x1_0000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(second) - 0xDC00);
            return Some((code, 2));
        }
        Some((u32::from(first), 1))
    }

    /// Returns the position after a character of a set.
    pub(super) fn after_char_of(&self, set: &CodePointSet, at: usize) -> Option<usize> {
        let (code, length) = self.code_point_at(at)?;
        set.contains(code).then_some(at + length)
    }

    /// Returns the code point before a position and its length.
    pub(super) fn code_point_before(&self, at: usize) -> Option<(u32, usize)> {
        let last = self.unit(at.checked_sub(1)?)?;
        if let 0xDC00..0xE000 = last
            && let Some(start) = at.checked_sub(2)
            && let Some((code, 2)) = self.code_point_at(start)
        {
            return Some((code, 2));
        }
        Some((u32::from(last), 1))
    }

    /// Returns `true` for a position between the halves of a pair.
    pub(super) fn splits_pair(&self, at: usize) -> bool {
        at > 0 && self.code_point_at(at - 1).is_some_and(|(_, length)| length == 2)
    }

    /// Returns how many code units `count` code points take before a position, or after it if `count` is negative.
    pub(super) fn units_back(&self, at: usize, count: i32) -> i32 {
        let (mut before, mut after) = (at, at);
        for _ in 0..count.wrapping_abs() {
            let next = if count > 0 { self.code_point_before(before) } else { self.code_point_at(after) };
            let Some((_, length)) = next else { break };
            if count > 0 { before -= length } else { after += length }
        }
        i32::try_from(after - before).unwrap_or(i32::MAX)
    }

    /// Returns the end of the grapheme cluster that starts at `start`.
    pub(super) fn cluster_end(&self, start: usize) -> usize {
        let mut at = start;
        let mut cluster = Cluster::default();
        while let Some((code, length)) = self.code_point_at(at) {
            if !cluster.extend(code) {
                break;
            }
            at += length;
        }
        at
    }

    /// Returns the characters that can be read at a position if several can compose one, each with its end, in Java's order.
    ///
    /// As in Java, they must be a cluster or the start of one, and never only the first character of several.
    pub(super) fn composed(&self, start: usize, work: &mut usize) -> Vec<(u32, usize)> {
        let Some((first, length)) = self.code_point_at(start) else { return Vec::new() };
        let mut end = self.cluster_end(start);
        *work += end - start;
        if end == start + length {
            return vec![(first, end)];
        }
        let mut composed = Vec::new();
        while start + length < end {
            // Longer sequences don't compose to one character.
            if end - start <= MAX_COMPOSED {
                let chars = char::decode_utf16(self.slice(start, end).iter().copied());
                let mut chars = chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).nfc();
                if let (Some(c), None) = (chars.next(), chars.next()) {
                    composed.push((u32::from(c), end));
                }
            }
            end -= self.code_point_before(end).map_or(1, |(_, length)| length);
        }
        composed
    }

    /// Returns `true` if an assertion holds. `last` is the end of the last part that matched, on which Java's `\b{g}`
    /// depends. `work` counts the characters that are looked at one after another.
    pub(super) fn holds(&self, assertion: Assertion, at: usize, last: usize, work: &mut usize) -> bool {
        let end = self.len();
        match assertion {
            Assertion::TextStart | Assertion::SearchStart => at == 0,
            Assertion::TextEnd => at == end,
            Assertion::TextEndOrTerminator(terminators) => {
                let is_final = at + 1 >= end || at + 2 == end && self.is_crlf(at);
                is_final && self.is_line_end(at, terminators)
            }
            Assertion::LineEnd(terminators) => self.is_line_end(at, terminators),
            // The end of the text is not the start of a line.
            Assertion::LineStart(terminators) => {
                let before = at.checked_sub(1);
                let is_start = |before| {
                    is_terminator(self.units[before], terminators)
                        && (terminators == LineTerminators::Unix || !self.is_crlf(before))
                };
                at < end && before.is_none_or(is_start)
            }
            Assertion::WordBoundary { negated, unicode } => {
                let before = self.code_point_before(at);
                let before = before.is_some_and(|(code, _)| self.is_word(code, at - 1, unicode, work));
                let after = self.code_point_at(at);
                let after = after.is_some_and(|(code, _)| self.is_word(code, at, unicode, work));
                (before != after) != negated
            }
            Assertion::GraphemeBoundary => {
                if at == 0 || at == end || self.splits_pair(at) {
                    return !self.splits_pair(at);
                }
                let cluster_end = self.cluster_end(last);
                *work += cluster_end - last;
                cluster_end <= at
            }
        }
    }

    /// Returns `true` before `\r\n`.
    pub(super) fn is_crlf(&self, at: usize) -> bool {
        self.slice(at, at + 2) == [0xD, 0xA]
    }

    /// Returns `true` before a line terminator and at the end. In Java's own terminators, no position between `\r` and `\n` is
    /// the end of a line.
    fn is_line_end(&self, at: usize, terminators: LineTerminators) -> bool {
        let splits_crlf = terminators == LineTerminators::Java && at > 0 && self.is_crlf(at - 1);
        !splits_crlf && self.unit(at).is_none_or(|unit| is_terminator(unit, terminators))
    }

    /// Returns `true` if a character is part of a word. A mark is one after a letter, but Java looks at single code units.
    fn is_word(&self, code: u32, at: usize, unicode: bool, work: &mut usize) -> bool {
        let is_word = if unicode {
            UNICODE_WORD.contains(code)
        } else {
            code == u32::from(b'_') || LETTERS_AND_DIGITS.contains(code)
        };
        if is_word {
            return true;
        }
        if !MARKS.contains(code) {
            return false;
        }
        for at in (0..=at).rev() {
            *work += 1;
            match self.code_point_at(at) {
                Some((code, _)) if LETTERS_AND_DIGITS.contains(code) => return true,
                Some((code, _)) if MARKS.contains(code) => {}
                _ => return false,
            }
        }
        false
    }
}
