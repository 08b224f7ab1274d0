//! A column of text in which nearly every row has a text of its own: sorted at once, without a table of texts.
//!
//! Each row goes with a number that says how its text sorts. Where that number is the whole text, as with most ids, the
//! text is not looked up again: in sorted rows each look would be a cache miss.

use std::cmp::Ordering;
use std::sync::Arc;

use super::text::{Arena, TextColumn, UNKNOWN};

/// So many bytes of a text are in its number.
const IN_NUMBER: usize = 8;

/// The column of these texts, row by row, in the order of their code points.
pub(super) fn column<'a>(rows: usize, text: impl Fn(usize) -> Option<&'a str>) -> TextColumn {
    let arena = Arena::with_capacity(rows * IN_NUMBER, rows);
    let mut column = Growing { arena, codes: vec![UNKNOWN; rows] };
    column.add(rows, text);
    let Growing { mut arena, codes } = column;
    arena.shrink_to_fit();
    TextColumn::new(Arc::new(arena), codes)
}

/// A column whose texts come in order.
struct Growing {
    arena: Arena,
    codes: Vec<u32>,
}

/// A row and how its text begins.
#[derive(Clone, Copy)]
struct Keyed {
    /// The first bytes, the first one highest.
    number: u64,
    row: u32,
    /// How many bytes the text has; [`LONGER`] where they are more than the number holds.
    len: u8,
}

const LONGER: u8 = u8::MAX;

impl Keyed {
    fn new(row: u32, text: &str) -> Self {
        let bytes = text.as_bytes();
        if let Some(first) = bytes.first_chunk() {
            let len = u8::try_from(bytes.len()).ok().filter(|len| usize::from(*len) == IN_NUMBER);
            return Self { number: u64::from_be_bytes(*first), row, len: len.unwrap_or(LONGER) };
        }
        let mut number = [0; IN_NUMBER];
        number[..bytes.len()].copy_from_slice(bytes);
        let len = u8::try_from(bytes.len()).unwrap_or(LONGER);
        Self { number: u64::from_be_bytes(number), row, len }
    }
}

impl Growing {
    /// Gives a row the text that comes next.
    fn push(&mut self, row: u32, text: &str) {
        self.arena.push(text);
        self.push_again(row);
    }

    /// Gives a row the same text as the one before.
    fn push_again(&mut self, row: u32) {
        self.codes[row as usize] = u32::try_from(self.arena.len() - 1).unwrap_or(UNKNOWN);
    }

    fn add<'a>(&mut self, rows: usize, text: impl Fn(usize) -> Option<&'a str>) {
        let of = |keyed: &Keyed| text(keyed.row as usize).unwrap_or_default();
        let mut sorted = Vec::with_capacity(rows);
        sorted.extend(
            (0..).zip(0..rows).filter_map(|(row, place)| text(place).map(|text| Keyed::new(row, text))),
        );
        sorted.sort_unstable_by_key(|keyed| keyed.number);
        for alike in sorted.chunk_by_mut(|a, b| a.number == b.number).filter(|alike| alike.len() > 1) {
            // Of texts with one beginning the shorter is first.
            alike.sort_unstable_by(|a, b| match a.len.cmp(&b.len) {
                Ordering::Equal if a.len == LONGER => of(a).cmp(of(b)),
                order => order,
            });
        }
        let mut last = None;
        for keyed in &sorted {
            let is_again = last.is_some_and(|last: Keyed| {
                (last.number, last.len) == (keyed.number, keyed.len)
                    && (keyed.len != LONGER || of(&last) == of(keyed))
            });
            last = Some(*keyed);
            if is_again {
                self.push_again(keyed.row);
                continue;
            }
            let bytes = keyed.number.to_be_bytes();
            let whole = bytes.get(..keyed.len.into()).and_then(|bytes| std::str::from_utf8(bytes).ok());
            self.push(keyed.row, whole.unwrap_or_else(|| of(keyed)));
        }
    }
}
