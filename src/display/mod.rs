//! Formats values for people: cells, dates, column titles and counts.
//!
//! This module works with cells and time zones, but not with a screen.

mod clock;
mod zone;

pub use clock::{Clock, DateStyle};
pub use zone::{Zone, ZoneError};

pub use crate::count::{number, sessions};

use std::borrow::Cow;
use std::net::Ipv4Addr;

use crate::dataset::{Cell, ColumnId, names};
use crate::sanitize::{ELLIPSIS, sanitize};

/// The number of characters of a text that are shown. The widest column has room for fewer, and laying out a megabyte takes
/// longer than a frame.
pub const MAX_SHOWN: usize = 1_000;

/// The text of a null cell.
pub const NULL: &str = "–";

/// Returns the text of a cell, sanitized.
#[must_use]
pub fn cell<'a>(cell: Cell<'a>, clock: &Clock) -> Cow<'a, str> {
    match cell {
        Cell::Null => NULL.into(),
        Cell::Text(text) => self::text(text),
        Cell::Boolean(true) => "yes".into(),
        Cell::Boolean(false) => "no".into(),
        Cell::Date(epoch_ms) => clock.date(epoch_ms).into(),
        Cell::Integer(value) => value.to_string().into(),
        Cell::Real(value) => value.to_string().into(),
    }
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

/// Returns the text of a cell for the clipboard: unchanged text, and an empty one for null.
#[must_use]
pub fn clipboard_text(value: Cell<'_>, clock: &Clock) -> String {
    match value {
        Cell::Null => String::new(),
        Cell::Text(text) => text.to_owned(),
        value => cell(value, clock).into_owned(),
    }
}

/// Pads the four numbers of an IPv4 address to three places, so that addresses line up in a monospaced font; `None` for
/// other texts.
#[must_use]
pub fn aligned_address(address: &str) -> Option<String> {
    let [first, second, third, fourth] = address.parse::<Ipv4Addr>().ok()?.octets();
    Some(format!("{first:>3}.{second:>3}.{third:>3}.{fourth:>3}"))
}

/// Returns the title of a column in the table header, sanitized.
#[must_use]
pub fn title(id: &ColumnId) -> Cow<'_, str> {
    let title = match id {
        ColumnId::Username => "Username",
        ColumnId::Project => "Project",
        ColumnId::Address => "Address",
        ColumnId::IsDesigner => "Designer",
        ColumnId::ClientId => "Client ID",
        ColumnId::CreationTime => "Created",
        ColumnId::Other(name) => match &**name {
            names::GATEWAY => "Gateway",
            names::KIND => "Kind",
            name => return sanitize(name),
        },
    };
    title.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_cells() {
        let clock = Clock::new(DateStyle::Utc, None, 0);
        for (value, expected) in [
            (Cell::Null, "–"),
            (Cell::Text(" a\n"), " a\u{fffd}"),
            (Cell::Text(""), ""),
            (Cell::Boolean(true), "yes"),
            (Cell::Boolean(false), "no"),
            (Cell::Date(1_795_365_700_123), "2026-11-22 16:41:40"),
            (Cell::Integer(-1_234_567), "-1234567"),
            (Cell::Real(0.25), "0.25"),
        ] {
            assert_eq!(cell(value, &clock), expected);
        }
    }

    #[test]
    fn copies_text_unchanged_and_null_as_nothing() {
        let clock = Clock::new(DateStyle::Utc, None, 0);
        assert_eq!(clipboard_text(Cell::Text(" a\n"), &clock), " a\n");
        assert_eq!(clipboard_text(Cell::Null, &clock), "");
        assert_eq!(clipboard_text(Cell::Boolean(true), &clock), "yes");
    }

    #[test]
    fn aligns_ipv4_addresses_only() {
        assert_eq!(aligned_address("10.20.4.17").unwrap(), " 10. 20.  4. 17");
        assert_eq!(aligned_address("192.168.100.255").unwrap(), "192.168.100.255");
        for other in ["", "hmi-7", "::1", "10.20.4", "10.20.4.256", "10.20.4.17 ", "010.1.1.1"] {
            assert_eq!(aligned_address(other), None, "{other}");
        }
    }

    #[test]
    fn titles_standard_columns_and_sanitizes_other_names() {
        let titles = ColumnId::STANDARD.map(|id| title(&id).into_owned());
        assert_eq!(titles, ["Username", "Project", "Address", "Designer", "Client ID", "Created"]);
        assert_eq!(title(&"memory".into()), "memory");
        assert_eq!(title(&"a\u{1b}[2J\u{202e}b\n".into()), "a\u{fffd}[2J\u{fffd}b\u{fffd}");
    }
}
