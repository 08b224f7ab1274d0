//! Separated values: CSV after RFC 4180 (UTF-8, CRLF, quotes where they are needed), and its like with tabs.

use std::io::{self, Write};

use super::chunks::{for_each_row, in_chunks};
use super::time::push_iso_utc;
use super::{Chosen, Progress};
use crate::dataset::Cell;
use crate::display::Clock;

/// For whom the text is.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// Begins with a byte-order mark, without which some spreadsheets take UTF-8 for something else.
    has_mark: bool,
    /// Between cells.
    separator: u8,
    /// After every line.
    line_end: &'static [u8],
    /// Has an apostrophe before what a spreadsheet would run as a formula: a username is not ours to trust.
    is_guarded: bool,
    /// Shows the dates; without one they are written in UTC, as programs read them.
    clock: Option<Clock>,
}

impl Dialect {
    /// For programs.
    pub(super) const PLAIN: Self =
        Self { has_mark: false, separator: b',', line_end: b"\r\n", is_guarded: false, clock: None };

    /// For a file that a spreadsheet opens.
    pub(super) const SPREADSHEET: Self = Self { has_mark: true, is_guarded: true, ..Self::PLAIN };

    /// For text that is pasted into a spreadsheet.
    pub(super) fn tabs(clock: Clock) -> Self {
        Self { has_mark: false, separator: b'\t', line_end: b"\n", is_guarded: true, clock: Some(clock) }
    }
}

pub(super) fn write(
    mut out: impl Write,
    columns: &[Chosen<'_>],
    rows: &[u32],
    dialect: Dialect,
    progress: &Progress,
) -> io::Result<()> {
    let mut head = Vec::new();
    if dialect.has_mark {
        head.extend_from_slice("\u{feff}".as_bytes());
    }
    for (index, column) in columns.iter().enumerate() {
        separate(&mut head, index, dialect);
        text(&mut head, column.name, dialect);
    }
    head.extend_from_slice(dialect.line_end);
    out.write_all(&head)?;
    in_chunks(&mut out, rows, progress, |_, rows, lines| {
        for_each_row(columns, rows, |_, cells| {
            for (index, cell) in cells.enumerate() {
                separate(lines, index, dialect);
                match (cell, &dialect.clock) {
                    (Cell::Null, _) => {}
                    (Cell::Text(value), _) => text(lines, value, dialect),
                    (Cell::Boolean(true), _) => lines.extend_from_slice(b"true"),
                    (Cell::Boolean(false), _) => lines.extend_from_slice(b"false"),
                    (Cell::Date(value), None) => push_iso_utc(lines, value),
                    (Cell::Date(value), Some(clock)) => lines.extend_from_slice(clock.date(value).as_bytes()),
                    (Cell::Integer(value), _) => lines.extend_from_slice(value.to_string().as_bytes()),
                    (Cell::Real(value), _) => lines.extend_from_slice(value.to_string().as_bytes()),
                }
            }
            lines.extend_from_slice(dialect.line_end);
            Ok(())
        })
    })?;
    out.flush()
}

fn separate(line: &mut Vec<u8>, index: usize, dialect: Dialect) {
    if index > 0 {
        line.push(dialect.separator);
    }
}

fn text(line: &mut Vec<u8>, value: &str, dialect: Dialect) {
    let bytes = value.as_bytes();
    let formula =
        dialect.is_guarded && matches!(bytes.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    // Without an early end, which would be a guess at each byte of many short texts.
    let special = bytes
        .iter()
        .map(|&byte| u8::from(matches!(byte, b'"' | b'\r' | b'\n')) | u8::from(byte == dialect.separator))
        .fold(0, |special, byte| special | byte);
    let quoted = special != 0;
    if quoted {
        line.push(b'"');
    }
    if formula {
        line.push(b'\'');
    }
    if quoted {
        for (index, part) in value.split('"').enumerate() {
            if index > 0 {
                line.extend_from_slice(b"\"\"");
            }
            line.extend_from_slice(part.as_bytes());
        }
        line.push(b'"');
    } else {
        line.extend_from_slice(bytes);
    }
}
