//! Aligned text for a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use super::time::iso_utc;
use super::{Chosen, Progress};
use crate::dataset::Cell;

/// Between columns.
const GAP: &str = "  ";

pub(super) fn write(
    mut out: impl Write,
    columns: &[Chosen<'_>],
    rows: &[u32],
    progress: &Progress,
) -> io::Result<()> {
    let mut widths: Vec<usize> = columns.iter().map(|column| width(column.name)).collect();
    for (seen, &row) in rows.iter().enumerate() {
        progress.looked_at(seen)?;
        for (wide, column) in widths.iter_mut().zip(columns) {
            *wide = (*wide).max(width(&shown(column.cell(row))));
        }
    }
    let names: Vec<Cow<'_, str>> = columns.iter().map(|column| column.name.into()).collect();
    line(&mut out, &names, &widths)?;
    for (done, &row) in rows.iter().enumerate() {
        progress.written(done)?;
        let cells: Vec<_> = columns.iter().map(|column| shown(column.cell(row))).collect();
        line(&mut out, &cells, &widths)?;
    }
    out.flush()
}

fn line(out: &mut impl Write, cells: &[Cow<'_, str>], widths: &[usize]) -> io::Result<()> {
    let mut text = String::new();
    for (index, (cell, wide)) in cells.iter().zip(widths).enumerate() {
        if index > 0 {
            text.push_str(GAP);
        }
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', wide - width(cell)));
    }
    out.write_all(text.trim_end().as_bytes())?;
    out.write_all(b"\n")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn shown(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Null => "".into(),
        // A line break or an escape sequence in a name must not reach the terminal.
        Cell::Text(text) if text.contains(char::is_control) => {
            text.replace(char::is_control, "\u{fffd}").into()
        }
        Cell::Text(text) => text.into(),
        Cell::Boolean(value) => value.to_string().into(),
        Cell::Date(value) => iso_utc(value).into(),
        Cell::Integer(value) => value.to_string().into(),
        Cell::Real(value) => value.to_string().into(),
    }
}
