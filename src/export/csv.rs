//! Comma-separated values after RFC 4180: UTF-8, CRLF, quotes where they are needed.

use std::io::{self, Write};

use super::time::iso_utc;
use crate::dataset::{Cell, Dataset};

/// For whom the file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Plain,
    /// With a byte-order mark, without which some spreadsheets take UTF-8 for something else, and with an apostrophe
    /// before what they would run as a formula: a username is not ours to trust.
    Spreadsheet,
}

pub(super) fn write(
    mut out: impl Write,
    dataset: &Dataset,
    rows: &[u32],
    flavour: Flavour,
) -> io::Result<()> {
    let columns: Vec<_> = dataset.columns().collect();
    let mut line = Vec::new();
    if flavour == Flavour::Spreadsheet {
        line.extend_from_slice("\u{feff}".as_bytes());
    }
    for (index, (id, _)) in columns.iter().enumerate() {
        separate(&mut line, index);
        text(&mut line, id.name(), flavour);
    }
    line.extend_from_slice(b"\r\n");
    for &row in rows {
        for (index, (_, column)) in columns.iter().enumerate() {
            separate(&mut line, index);
            match column.cell(row as usize) {
                Cell::Unknown => {}
                Cell::Text(value) => text(&mut line, value, flavour),
                Cell::Boolean(value) => write!(line, "{value}")?,
                Cell::Date(value) => line.extend_from_slice(iso_utc(value).as_bytes()),
                Cell::Integer(value) => write!(line, "{value}")?,
                Cell::Real(value) => write!(line, "{value}")?,
            }
        }
        line.extend_from_slice(b"\r\n");
        out.write_all(&line)?;
        line.clear();
    }
    // Without a row, the header still waits.
    out.write_all(&line)?;
    out.flush()
}

fn separate(line: &mut Vec<u8>, index: usize) {
    if index > 0 {
        line.push(b',');
    }
}

fn text(line: &mut Vec<u8>, value: &str, flavour: Flavour) {
    let formula = flavour == Flavour::Spreadsheet && value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = value.contains(['"', ',', '\r', '\n']);
    if quoted {
        line.push(b'"');
    }
    if formula {
        line.push(b'\'');
    }
    for (index, part) in value.split('"').enumerate() {
        if index > 0 {
            line.extend_from_slice(b"\"\"");
        }
        line.extend_from_slice(part.as_bytes());
    }
    if quoted {
        line.push(b'"');
    }
}
