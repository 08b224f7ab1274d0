//! Walks through the rows and notes what stands in each cell.

use super::cells::{Cells, Span};
use super::recogniser::{CHUNK, Recogniser};
use crate::dataset::{Cell, DatasetBuilder, Header};

/// Reads rows. Every step is `None` where something else stands there than expected.
pub(super) struct Scanner<'a> {
    text: &'a str,
    pub(super) place: usize,
    /// What was read, column by column.
    pub(super) columns: Vec<Cells>,
    /// Texts that are written with escapes, end to end.
    pub(super) decoded: String,
    recogniser: Option<Recogniser<'a>>,
}

impl<'a> Scanner<'a> {
    /// Will read rows with these columns from here on.
    pub(super) fn new(
        text: &'a str,
        place: usize,
        headers: &[Header],
        recogniser: Option<Recogniser<'a>>,
    ) -> Option<Self> {
        let columns = DatasetBuilder::new(headers.to_vec()).ok()?.into_columns();
        let columns = columns.into_iter().map(|(_, column)| Cells::of(column)).collect();
        Some(Self { text, place, columns, decoded: String::new(), recogniser })
    }

    /// Passes over the beginning of the list. Whether it has no row and is at its end.
    pub(super) fn begin(&mut self) -> Option<bool> {
        self.byte(b':')?;
        self.byte(b'[')?;
        let is_empty = self.peek()? == b']';
        self.place += usize::from(is_empty);
        Some(is_empty)
    }

    /// Reads rows up to one that begins at `until` or behind it. Whether that one is there: otherwise the list has ended.
    pub(super) fn rows(&mut self, until: usize) -> Option<bool> {
        let mut columns = std::mem::take(&mut self.columns);
        let mut unseen = 0;
        let is_there = loop {
            if self.peek()? == b'[' && self.place >= until {
                break true;
            }
            self.row(&mut columns)?;
            unseen += 1;
            if unseen == CHUNK {
                self.recognise(&mut columns);
                unseen = 0;
            }
            match self.next()? {
                b',' => {}
                b']' => break false,
                _ => return None,
            }
        };
        self.recognise(&mut columns);
        self.columns = columns;
        Some(is_there)
    }

    fn recognise(&mut self, columns: &mut [Cells]) {
        if let Some(recogniser) = &mut self.recogniser {
            recogniser.look(columns, self.text, &self.decoded);
        }
    }

    fn row(&mut self, columns: &mut [Cells]) -> Option<()> {
        self.byte(b'[')?;
        for (index, cells) in columns.iter_mut().enumerate() {
            if index > 0 {
                self.byte(b',')?;
            }
            match cells {
                Cells::Text(_, spans) => spans.push(self.text_or_null()?),
                Cells::Other(column) => column.push(self.plain_cell()?).ok()?,
            }
        }
        self.byte(b']')
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.place)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.place += 1;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.place += 1;
        Some(byte)
    }

    fn byte(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text.as_bytes()[self.place..].starts_with(word).then(|| self.place += word.len())
    }

    fn text_or_null(&mut self) -> Option<Span> {
        if self.peek()? != b'"' {
            self.word(b"null")?;
            return Some(Span::NONE);
        }
        self.place += 1;
        let start = self.place;
        let mut has_escapes = false;
        loop {
            self.place += plain_bytes(self.text.as_bytes().get(self.place..)?);
            match *self.text.as_bytes().get(self.place)? {
                b'"' => break,
                // The escaped character, which may be a quote, is passed over.
                b'\\' => {
                    has_escapes = true;
                    self.place += 2;
                }
                _ => return None,
            }
        }
        let end = self.place;
        self.place += 1;
        if !has_escapes {
            return Span::new(start, end - start);
        }
        let text: String = serde_json::from_str(&self.text[start - 1..=end]).ok()?;
        let start = self.text.len() + self.decoded.len();
        self.decoded.push_str(&text);
        Span::new(start, text.len())
    }

    fn plain_cell(&mut self) -> Option<Cell<'static>> {
        match self.peek()? {
            b'n' => self.word(b"null").map(|()| Cell::Null),
            b't' => self.word(b"true").map(|()| Cell::Boolean(true)),
            b'f' => self.word(b"false").map(|()| Cell::Boolean(false)),
            _ => self.whole_number().map(Cell::Integer),
        }
    }

    /// A whole number of at most eighteen digits, which always fit. What stands behind it is looked at by the caller,
    /// who does not take a fraction.
    fn whole_number(&mut self) -> Option<i64> {
        let bytes = &self.text.as_bytes()[self.place..];
        let is_negative = bytes.first() == Some(&b'-');
        let digits = &bytes[usize::from(is_negative)..];
        let mut number = 0;
        let mut count = 0;
        for digit in digits.iter().map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit < 10) {
            number = number * 10 + i64::from(digit);
            count += 1;
            if count > 18 {
                return None;
            }
        }
        // No zero leads, and a zero below zero is no whole number.
        if count == 0 || digits[0] == b'0' && (count > 1 || is_negative) {
            return None;
        }
        self.place += count + usize::from(is_negative);
        Some(if is_negative { -number } else { number })
    }
}

/// How many bytes stand before the first quote, backslash or control character.
fn plain_bytes(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte >= 0x20 && !matches!(**byte, b'"' | b'\\')).count()
}
