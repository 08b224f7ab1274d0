//! CSV after RFC 4180 (UTF-8, CRLF, quotes where needed), and tab-separated text.

use std::io::{self, Write};

use super::chunks::{for_each_row, write_chunks};
use super::date::push_iso_utc;
use super::{Delimiter, ExportColumn, Progress};
use crate::dataset::Cell;

/// The differences between the kinds of separated text.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// `true` to start with a byte-order mark: without it, some spreadsheets don't read the text as UTF-8.
    has_byte_order_mark: bool,
    separator: u8,
    line_end: &'static str,
    /// `true` to write an apostrophe before text that a spreadsheet would run as a formula, and to quote what some
    /// spreadsheets split cells at: user names can't be trusted.
    escapes_formulas: bool,
}

impl Dialect {
    /// Returns the dialect of CSV for programs.
    pub(super) fn csv(delimiter: Delimiter) -> Self {
        Self {
            has_byte_order_mark: false,
            separator: delimiter.byte(),
            line_end: "\r\n",
            escapes_formulas: false,
        }
    }

    /// Returns the dialect of a CSV file that a spreadsheet opens.
    pub(super) fn spreadsheet(delimiter: Delimiter) -> Self {
        Self { has_byte_order_mark: true, escapes_formulas: true, ..Self::csv(delimiter) }
    }

    /// Returns the dialect of CSV in the clipboard, which may be pasted into a spreadsheet.
    pub(super) fn clipboard() -> Self {
        Self { escapes_formulas: true, ..Self::csv(Delimiter::COMMA) }
    }

    /// Returns the dialect of tab-separated text that is pasted into a spreadsheet.
    pub(super) fn tabs() -> Self {
        Self { has_byte_order_mark: false, separator: b'\t', line_end: "\n", escapes_formulas: true }
    }

    /// Appends a line.
    fn push_record<'a>(&self, text: &mut Vec<u8>, cells: impl Iterator<Item = Cell<'a>>) {
        let start = text.len();
        let mut fields = 0;
        for cell in cells {
            if fields > 0 {
                text.push(self.separator);
            }
            self.push_cell(text, cell);
            fields += 1;
        }
        // Readers skip an empty line.
        if fields == 1 && text.len() == start {
            text.extend_from_slice(b"\"\"");
        }
        text.extend_from_slice(self.line_end.as_bytes());
    }

    fn push_cell(&self, text: &mut Vec<u8>, cell: Cell<'_>) {
        match cell {
            Cell::Null => {}
            Cell::Text(value) => self.push_text(text, value),
            Cell::Boolean(true) => text.extend_from_slice(b"true"),
            Cell::Boolean(false) => text.extend_from_slice(b"false"),
            Cell::Date(value) => push_iso_utc(text, value),
            Cell::Integer(value) => text.extend_from_slice(value.to_string().as_bytes()),
            Cell::Real(value) => text.extend_from_slice(value.to_string().as_bytes()),
        }
    }

    fn push_text(&self, text: &mut Vec<u8>, value: &str) {
        let splits =
            |byte| byte == self.separator || (self.escapes_formulas & matches!(byte, b',' | b';' | b'\t'));
        let is_special = |byte| u8::from(matches!(byte, b'"' | b'\r' | b'\n')) | u8::from(splits(byte));
        // Without an early exit, which would be a mispredicted branch in most of these short texts.
        let is_quoted = value.bytes().fold(0, |special, byte| special | is_special(byte)) != 0;
        let is_formula = self.escapes_formulas && is_formula(value);
        if is_quoted {
            text.push(b'"');
        }
        if is_formula {
            text.push(b'\'');
        }
        if is_quoted {
            text.extend_from_slice(value.replace('"', "\"\"").as_bytes());
            text.push(b'"');
        } else {
            text.extend_from_slice(value.as_bytes());
        }
    }
}

/// The characters that start a formula, in their usual and in their full-width form.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Returns `true` for a text that a spreadsheet may run as a formula. Spreadsheets may skip blanks and line ends before it.
fn is_formula(text: &str) -> bool {
    let rest = text.trim_start_matches(is_blank);
    let blanks = &text[..text.len() - rest.len()];
    rest.starts_with(FORMULA_STARTS) || blanks.contains(['\t', '\r', '\n'])
}

fn is_blank(c: char) -> bool {
    let is_invisible =
        matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    c.is_whitespace() || c.is_control() || is_invisible
}

/// Writes a header and the rows.
pub(super) fn write(
    mut out: impl Write,
    columns: &[ExportColumn<'_>],
    rows: &[u32],
    dialect: Dialect,
    progress: &Progress,
) -> io::Result<()> {
    let mut header = Vec::new();
    if dialect.has_byte_order_mark {
        header.extend_from_slice("\u{feff}".as_bytes());
    }
    dialect.push_record(&mut header, columns.iter().map(|column| Cell::Text(column.name)));
    out.write_all(&header)?;
    write_chunks(&mut out, rows, progress, |_, rows| {
        let mut text = Vec::new();
        for_each_row(columns, rows, |_, cells| {
            dialect.push_record(&mut text, cells);
            Ok(())
        })?;
        Ok(text)
    })?;
    out.flush()
}
