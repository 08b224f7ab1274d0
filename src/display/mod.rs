//! How a value is shown to a person: in the table, in a copied cell, in a tooltip.
//!
//! Knows cells and time zones, nothing of a screen.

mod clock;

pub use clock::{Clock, DateStyle};

use std::borrow::Cow;
use std::net::Ipv4Addr;

use crate::dataset::{Cell, ColumnId, names};

/// What stands where the gateway gave no value.
pub const UNKNOWN: &str = "–";

/// A cell as text.
#[must_use]
pub fn cell<'a>(cell: Cell<'a>, clock: &Clock) -> Cow<'a, str> {
    match cell {
        Cell::Null => UNKNOWN.into(),
        Cell::Text(text) => text.into(),
        Cell::Boolean(true) => "yes".into(),
        Cell::Boolean(false) => "no".into(),
        Cell::Date(epoch_ms) => clock.date(epoch_ms).into(),
        Cell::Integer(value) => value.to_string().into(),
        Cell::Real(value) => value.to_string().into(),
    }
}

/// A cell as it is copied: as it is shown, and nothing where there is no value.
#[must_use]
pub fn copied(value: Cell<'_>, clock: &Clock) -> String {
    match value {
        Cell::Null => String::new(),
        value => cell(value, clock).into_owned(),
    }
}

/// How many sessions, in words.
#[must_use]
pub fn sessions(number: usize) -> String {
    if number == 1 { "1 session".to_owned() } else { format!("{number} sessions") }
}

/// An IPv4 address with its four numbers in three places each, so that in a monospaced font they stand under each
/// other; `None` for anything else.
#[must_use]
pub fn aligned_address(address: &str) -> Option<String> {
    let [first, second, third, fourth] = address.parse::<Ipv4Addr>().ok()?.octets();
    Some(format!("{first:>3}.{second:>3}.{third:>3}.{fourth:>3}"))
}

/// What stands above a column.
#[must_use]
pub fn title(id: &ColumnId) -> &str {
    match id {
        ColumnId::Username => "Username",
        ColumnId::Project => "Project",
        ColumnId::Address => "Address",
        ColumnId::IsDesigner => "Designer",
        ColumnId::ClientId => "Client ID",
        ColumnId::CreationTime => "Created",
        ColumnId::Other(name) => match &**name {
            names::GATEWAY => "Gateway",
            names::KIND => "Kind",
            name => name,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_is_text() {
        let clock = Clock::new(DateStyle::Utc, None, 0);
        for (value, expected) in [
            (Cell::Null, "–"),
            (Cell::Text(" a\n"), " a\n"),
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
    fn only_numbers_of_four_parts_are_aligned() {
        assert_eq!(aligned_address("10.20.4.17").unwrap(), " 10. 20.  4. 17");
        assert_eq!(aligned_address("192.168.100.255").unwrap(), "192.168.100.255");
        for other in ["", "hmi-7", "::1", "10.20.4", "10.20.4.256", "10.20.4.17 ", "010.1.1.1"] {
            assert_eq!(aligned_address(other), None, "{other}");
        }
    }

    #[test]
    fn a_further_column_goes_by_its_own_name() {
        let titles = ColumnId::STANDARD.map(|id| title(&id).to_owned());
        assert_eq!(titles, ["Username", "Project", "Address", "Designer", "Client ID", "Created"]);
        assert_eq!(title(&"memory".into()), "memory");
    }
}
