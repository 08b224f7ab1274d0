//! Formats values for people: cells, dates, column titles and counts.
//!
//! This module works with cells and time zones, but not with a screen.

mod axis;
mod clock;
mod days;
mod duration;
mod moment;
mod quantity;
mod title;
mod when;
mod zone;

pub use axis::Tick;
pub use clock::{Clock, DateStyle, iso_utc};
pub use duration::{coarse_duration, duration, exact_duration, parse_duration};
pub use moment::{Moment, MomentError, MomentNote, Repeated, minute_text, time_text};
pub use quantity::{bytes, of_bytes};
pub use title::title;
pub use when::duration_in_minutes;
pub use zone::{Zone, ZoneError};

pub use crate::count::{counted, number, sessions};

use std::borrow::Cow;

use crate::dataset::{Cell, ColumnId, names};
use crate::sanitize::{ELLIPSIS, sanitize};

/// The number of characters of a text that are shown. The widest column has room for fewer, and laying out a megabyte takes
/// longer than a frame.
pub const MAX_SHOWN: usize = 1_000;

/// The text of a null cell.
pub const NULL: &str = "–";

/// Returns the text of a cell of a column, sanitized.
#[must_use]
pub fn cell<'a>(column: &ColumnId, cell: Cell<'a>, clock: &Clock) -> Cow<'a, str> {
    match cell {
        Cell::Null => NULL.into(),
        Cell::Text(text) => self::text(text),
        Cell::Boolean(true) => "yes".into(),
        Cell::Boolean(false) => "no".into(),
        Cell::Date(epoch_ms) => clock.date(epoch_ms).into(),
        Cell::Integer(value) if is_bytes(column) => bytes(value).into(),
        Cell::Integer(value) if is_named(column, names::TIMEOUT) => quantity::milliseconds(value).into(),
        Cell::Integer(value) => quantity::integer(value).into(),
        Cell::Real(value) => quantity::real(value).into(),
    }
}

/// Returns the text of a cell of a column where there is room, sanitized: a date with its day and seconds, whatever the
/// style.
#[must_use]
pub fn full_cell<'a>(column: &ColumnId, cell: Cell<'a>, clock: &Clock) -> Cow<'a, str> {
    match cell {
        Cell::Date(epoch_ms) => clock.full_date(epoch_ms).into(),
        cell => self::cell(column, cell, clock),
    }
}

fn is_named(column: &ColumnId, name: &str) -> bool {
    matches!(column, ColumnId::Other(other) if &**other == name)
}

/// Returns `true` for a column of numbers of bytes.
fn is_bytes(column: &ColumnId) -> bool {
    let ColumnId::Other(name) = column else {
        return false;
    };
    [names::MEMORY_USED, names::MEMORY_MAX, names::RECENT_BYTES_SENT, names::TOTAL_BYTES_SENT]
        .contains(&&**name)
}

/// Returns a text, sanitized. A text of more than [`MAX_SHOWN`] characters is cut off and ends with an ellipsis.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    let end = text_end(text);
    if end == text.len() {
        return sanitize(text);
    }
    let mut shown = sanitize(&text[..end]).into_owned();
    shown.push(ELLIPSIS);
    shown.into()
}

/// Returns the byte index where a text is cut off; its length if it isn't.
#[must_use]
pub fn text_end(text: &str) -> usize {
    text.char_indices().nth(MAX_SHOWN).map_or(text.len(), |(end, _)| end)
}

/// Returns the text of a cell for the clipboard: unchanged text, dates in ISO 8601 and UTC, plain numbers, and an empty text
/// for null.
#[must_use]
pub fn clipboard_text(value: Cell<'_>) -> String {
    match value {
        Cell::Null => String::new(),
        Cell::Text(text) => text.to_owned(),
        Cell::Boolean(value) => (if value { "yes" } else { "no" }).to_owned(),
        Cell::Date(epoch_ms) => iso_utc(epoch_ms),
        Cell::Integer(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_cells() {
        let clock = Clock::new(DateStyle::Utc, None, 1_795_365_700_123);
        let (created, memory) = (ColumnId::CreationTime, ColumnId::from(names::MEMORY_USED));
        let timeout = ColumnId::from(names::TIMEOUT);
        for (column, value, expected) in [
            (&created, Cell::Null, "–"),
            (&created, Cell::Text(" a\n"), " a\u{fffd}"),
            (&created, Cell::Text(""), ""),
            (&created, Cell::Boolean(true), "yes"),
            (&created, Cell::Boolean(false), "no"),
            (&created, Cell::Date(1_795_365_700_123), "16:41:40"),
            (&created, Cell::Integer(-1_234_567), "-1,234,567"),
            (&created, Cell::Real(1234.25), "1,234.25"),
            (&memory, Cell::Integer(799 << 20), "799 MiB"),
            (&timeout, Cell::Integer(60_000), "60 s"),
            (&timeout, Cell::Integer(1_500), "1,500 ms"),
        ] {
            assert_eq!(cell(column, value, &clock), expected);
        }
        assert_eq!(full_cell(&memory, Cell::Integer(799 << 20), &clock), "799 MiB");
        let age = Clock { style: DateStyle::Age, ..clock };
        assert_eq!(full_cell(&created, Cell::Date(1_795_365_700_123), &age).len(), "16:41:40".len());
    }

    #[test]
    fn copies_exact_values_and_null_as_nothing() {
        for (value, expected) in [
            (Cell::Text(" a\n"), " a\n"),
            (Cell::Null, ""),
            (Cell::Boolean(true), "yes"),
            (Cell::Date(1_795_365_700_123), "2026-11-22T16:41:40.123Z"),
            (Cell::Integer(1 << 20), "1048576"),
            (Cell::Real(1234.25), "1234.25"),
        ] {
            assert_eq!(clipboard_text(value), expected);
        }
    }
}
