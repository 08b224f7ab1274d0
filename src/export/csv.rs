//! Writes CSV as in RFC 4180 (UTF-8, CRLF, quotes where needed), and tab-separated text.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};

use super::chunks::{for_each_row, write_chunks};
use super::date::iso_utc;
use super::{ExportColumn, Progress};
use crate::dataset::Cell;
use crate::display::Clock;

/// Size of the writer's buffer.
const BUFFER_BYTES: usize = 1 << 16;

/// The differences between the kinds of separated text.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// `true` to start with a byte-order mark: without it, some spreadsheets don't read the text as UTF-8.
    has_byte_order_mark: bool,
    separator: u8,
    terminator: Terminator,
    /// `true` to write an apostrophe before text that a spreadsheet would run as a formula: user names can't be trusted.
    escapes_formulas: bool,
    /// Formats the dates; `None` for ISO 8601 in UTC.
    clock: Option<Clock>,
}

impl Dialect {
    /// For programs.
    pub(super) const CSV: Self = Self {
        has_byte_order_mark: false,
        separator: b',',
        terminator: Terminator::CRLF,
        escapes_formulas: false,
        clock: None,
    };

    /// For a file that a spreadsheet opens.
    pub(super) const SPREADSHEET: Self =
        Self { has_byte_order_mark: true, escapes_formulas: true, ..Self::CSV };

    /// For text that is pasted into a spreadsheet.
    pub(super) fn tabs(clock: Clock) -> Self {
        Self {
            has_byte_order_mark: false,
            separator: b'\t',
            terminator: Terminator::Any(b'\n'),
            escapes_formulas: true,
            clock: Some(clock),
        }
    }

    fn writer(&self) -> Writer<Vec<u8>> {
        WriterBuilder::new()
            .delimiter(self.separator)
            .terminator(self.terminator)
            .buffer_capacity(BUFFER_BYTES)
            .from_writer(Vec::new())
    }

    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.escapes_formulas && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            format!("'{text}").into()
        } else {
            text.into()
        }
    }

    fn cell<'a>(&self, cell: Cell<'a>) -> Cow<'a, str> {
        match (cell, &self.clock) {
            (Cell::Null, _) => "".into(),
            (Cell::Text(value), _) => self.text(value),
            (Cell::Boolean(true), _) => "true".into(),
            (Cell::Boolean(false), _) => "false".into(),
            (Cell::Date(value), None) => iso_utc(value).into(),
            (Cell::Date(value), Some(clock)) => clock.date(value).into(),
            (Cell::Integer(value), _) => value.to_string().into(),
            (Cell::Real(value), _) => value.to_string().into(),
        }
    }
}

pub(super) fn write(
    mut out: impl Write,
    columns: &[ExportColumn<'_>],
    rows: &[u32],
    dialect: Dialect,
    progress: &Progress,
) -> io::Result<()> {
    if dialect.has_byte_order_mark {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut header = dialect.writer();
    header.write_record(columns.iter().map(|column| dialect.text(column.name).into_owned()))?;
    out.write_all(&into_text(header)?)?;
    write_chunks(&mut out, rows, progress, |_, rows| {
        let mut writer = dialect.writer();
        for_each_row(columns, rows, |_, cells| {
            for cell in cells {
                writer.write_field(dialect.cell(cell).as_bytes())?;
            }
            // Ends the record.
            writer.write_record(None::<&[u8]>)?;
            Ok(())
        })?;
        into_text(writer)
    })?;
    out.flush()
}

fn into_text(writer: Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
