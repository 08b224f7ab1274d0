//! A quick reader of usual answers: columns before rows, and in each row cells of the columns' types.
//!
//! It decides nothing by itself. Whatever it does not know, be it a fault or only unusual, it leaves to the exact
//! reader, and what stands around the rows it has the exact reader read.

use super::super::builder::{ColumnBuilder, assemble};
use super::super::{Cell, Dataset, DatasetBuilder, Header, OwnedColumn, TextBuilder};
use super::Answer;
use crate::in_parallel::in_parallel;

/// The dataset; `None` where the answer is anything but usual.
pub(super) fn read(text: &str) -> Option<Dataset> {
    const KEY: &str = "\"rows\"";
    let key = text.find(KEY)?;
    // If this is an object, then the key is one of the answer itself, and there was no other such key before.
    let before = text[..key].trim_end().strip_suffix(',')?;
    let beginning = format!("{before}}}");
    let answer = Answer::read(&beginning).ok()?;
    if answer.builder.is_some() || answer.early_rows.is_some() {
        return None;
    }
    let builder = DatasetBuilder::new(answer.headers?).ok()?;

    let mut scanner = Scanner { text, place: key + KEY.len(), decoded: String::new() };
    scanner.byte(b':')?;
    let mut columns: Vec<(Header, Cells)> =
        builder.into_columns().into_iter().map(|(header, column)| (header, Cells::of(column))).collect();
    scanner.rows(&mut columns)?;
    let Scanner { place, decoded, .. } = scanner;

    let around = format!("{before}{}", &text[place..]);
    let answer = Answer::read(&around).ok()?;
    if answer.builder.is_some() || answer.early_rows.is_some() {
        return None;
    }
    answer.check().ok()?;
    let columns = in_parallel(columns, |(header, cells)| (header, cells.finish(text, &decoded)));
    let lacks_perspective = answer.perspective == Some(false);
    Some(Dataset { lacks_perspective, ..assemble(columns, answer.now, answer.timezone) })
}

/// The cells of a column, as far as they are read.
enum Cells {
    /// Where the texts stand. They are looked up column by column, so that one table of texts at a time is in the
    /// processor's cache, and one thread works on one column while another works on the next.
    Text(TextBuilder, Vec<Span>),
    Other(ColumnBuilder),
}

/// A text within the answer, or, beyond its end, within the decoded ones.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    /// [`UNKNOWN`] where there is no text.
    len: u32,
}

const UNKNOWN: u32 = u32::MAX;

impl Cells {
    fn of(column: ColumnBuilder) -> Self {
        match column {
            ColumnBuilder::Text(texts) => Self::Text(texts, Vec::new()),
            other => Self::Other(other),
        }
    }

    fn finish(self, text: &str, decoded: &str) -> OwnedColumn {
        match self {
            Self::Text(mut texts, spans) => {
                texts.extend(spans.into_iter().map(|Span { start, len }| {
                    let (start, len) = (start as usize, len as usize);
                    match start.checked_sub(text.len()) {
                        _ if len == UNKNOWN as usize => None,
                        None => Some(&text[start..start + len]),
                        Some(start) => Some(&decoded[start..start + len]),
                    }
                }));
                ColumnBuilder::Text(texts).finish()
            }
            Self::Other(column) => column.finish(),
        }
    }
}

/// Walks through the rows. Every step is `None` where something else stands there than expected.
struct Scanner<'a> {
    text: &'a str,
    place: usize,
    /// Texts that are written with escapes, end to end.
    decoded: String,
}

impl Scanner<'_> {
    fn rows(&mut self, columns: &mut [(Header, Cells)]) -> Option<()> {
        self.byte(b'[')?;
        if self.peek()? == b']' {
            self.place += 1;
            return Some(());
        }
        loop {
            self.byte(b'[')?;
            for (index, (_, cells)) in columns.iter_mut().enumerate() {
                if index > 0 {
                    self.byte(b',')?;
                }
                match cells {
                    Cells::Text(_, spans) => spans.push(self.text_or_null()?),
                    Cells::Other(column) => column.push(self.plain_cell()?).ok()?,
                }
            }
            self.byte(b']')?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
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
            return Some(Span { start: 0, len: UNKNOWN });
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
        let span = |start: usize, len: usize| {
            Some(Span { start: u32::try_from(start).ok()?, len: u32::try_from(len).ok()? })
        };
        if !has_escapes {
            return span(start, end - start);
        }
        let text: String = serde_json::from_str(&self.text[start - 1..=end]).ok()?;
        let start = self.text.len() + self.decoded.len();
        self.decoded.push_str(&text);
        span(start, text.len())
    }

    fn plain_cell(&mut self) -> Option<Cell<'static>> {
        match self.peek()? {
            b'n' => self.word(b"null").map(|()| Cell::Unknown),
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

/// How many bytes stand before the first quote, backslash or control character; eight of them are looked at together.
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGHS: u64 = ONES << 7;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let backslashes = zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        // A borrow may spoil the bytes after the first that is found, never one before it.
        let found = (quotes | backslashes | controls) & HIGHS;
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &u8| *byte >= 0x20 && !matches!(*byte, b'"' | b'\\');
    words.len() * 8 + rest.iter().take_while(|byte| is_plain(byte)).count()
}
