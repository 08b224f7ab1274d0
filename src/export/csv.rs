//! Separated values: CSV after RFC 4180 (UTF-8, CRLF, quotes where they are needed), and its like with tabs.

use std::io::{self, Write};

use super::time::iso_utc;
use super::{Chosen, Progress};
use crate::dataset::Cell;
use crate::display::Clock;

/// For whom the text is.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// Begins with a byte-order mark, without which some spreadsheets take UTF-8 for something else.
    has_mark: bool,
    /// Between cells.
    separator: char,
    /// After every line.
    line_end: &'static str,
    /// Has an apostrophe before what a spreadsheet would run as a formula: a username is not ours to trust.
    is_guarded: bool,
    /// Shows the dates; without one they are written in UTC, as programs read them.
    clock: Option<Clock>,
}

impl Dialect {
    /// For programs.
    pub(super) const PLAIN: Self =
        Self { has_mark: false, separator: ',', line_end: "\r\n", is_guarded: false, clock: None };

    /// For a file that a spreadsheet opens.
    pub(super) const SPREADSHEET: Self = Self { has_mark: true, is_guarded: true, ..Self::PLAIN };

    /// For text that is pasted into a spreadsheet.
    pub(super) fn tabs(clock: Clock) -> Self {
        Self { has_mark: false, separator: '\t', line_end: "\n", is_guarded: true, clock: Some(clock) }
    }
}

pub(super) fn write(
    mut out: impl Write,
    columns: &[Chosen<'_>],
    rows: &[u32],
    dialect: Dialect,
    progress: &Progress,
) -> io::Result<()> {
    let mut line = String::new();
    if dialect.has_mark {
        line.push('\u{feff}');
    }
    for (index, column) in columns.iter().enumerate() {
        separate(&mut line, index, dialect);
        text(&mut line, column.name, dialect);
    }
    line.push_str(dialect.line_end);
    for (done, &row) in rows.iter().enumerate() {
        progress.written(done)?;
        for (index, column) in columns.iter().enumerate() {
            separate(&mut line, index, dialect);
            match (column.cell(row), &dialect.clock) {
                (Cell::Unknown, _) => {}
                (Cell::Text(value), _) => text(&mut line, value, dialect),
                (Cell::Boolean(value), _) => line.push_str(if value { "true" } else { "false" }),
                (Cell::Date(value), None) => line.push_str(&iso_utc(value)),
                (Cell::Date(value), Some(clock)) => line.push_str(&clock.date(value)),
                (Cell::Integer(value), _) => line.push_str(&value.to_string()),
                (Cell::Real(value), _) => line.push_str(&value.to_string()),
            }
        }
        line.push_str(dialect.line_end);
        out.write_all(line.as_bytes())?;
        line.clear();
    }
    // Without a row, the header still waits.
    out.write_all(line.as_bytes())?;
    out.flush()
}

fn separate(line: &mut String, index: usize, dialect: Dialect) {
    if index > 0 {
        line.push(dialect.separator);
    }
}

fn text(line: &mut String, value: &str, dialect: Dialect) {
    let formula = dialect.is_guarded && value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = value.contains(['"', dialect.separator, '\r', '\n']);
    if quoted {
        line.push('"');
    }
    if formula {
        line.push('\'');
    }
    for (index, part) in value.split('"').enumerate() {
        if index > 0 {
            line.push_str("\"\"");
        }
        line.push_str(part);
    }
    if quoted {
        line.push('"');
    }
}
