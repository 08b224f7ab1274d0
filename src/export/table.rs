//! Writes aligned text for a terminal, sanitized.

use std::borrow::Cow;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::{ExportColumn, Progress};
use crate::dataset::Cell;
use crate::display::iso_utc;
use crate::sanitize::sanitize;

const COLUMN_GAP: &str = "  ";

pub(super) fn write(
    mut out: impl Write,
    columns: &[ExportColumn<'_>],
    rows: &[u32],
    progress: &Progress,
) -> io::Result<()> {
    let header: Vec<Cow<'_, str>> = columns.iter().map(|column| sanitize(column.name)).collect();
    let mut widths: Vec<usize> = header.iter().map(|name| width(name)).collect();
    for (index, &row) in rows.iter().enumerate() {
        progress.check(index)?;
        for (max, column) in widths.iter_mut().zip(columns) {
            *max = (*max).max(width(&cell_text(column.cell(row))));
        }
    }
    write_line(&mut out, &header, &widths)?;
    for (index, &row) in rows.iter().enumerate() {
        progress.set_written(index)?;
        let cells: Vec<_> = columns.iter().map(|column| cell_text(column.cell(row))).collect();
        write_line(&mut out, &cells, &widths)?;
    }
    out.flush()
}

fn write_line(out: &mut impl Write, cells: &[Cow<'_, str>], widths: &[usize]) -> io::Result<()> {
    let mut line = String::new();
    for (index, (cell, max)) in cells.iter().zip(widths).enumerate() {
        if index > 0 {
            line.push_str(COLUMN_GAP);
        }
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', max - width(cell)));
    }
    out.write_all(line.trim_end().as_bytes())?;
    out.write_all(b"\n")
}

/// Returns the number of columns that a sanitized text takes in a terminal: two for a Chinese character, none for an
/// accent.
fn width(text: &str) -> usize {
    text.width()
}

fn cell_text(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Null => "".into(),
        Cell::Text(text) => sanitize(text),
        Cell::Boolean(value) => value.to_string().into(),
        Cell::Date(value) => iso_utc(value).into(),
        Cell::Integer(value) => value.to_string().into(),
        Cell::Real(value) => value.to_string().into(),
    }
}
