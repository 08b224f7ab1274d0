//! Aligned text for a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use super::time::iso_utc;
use crate::dataset::{Cell, Column, Dataset};

/// Between columns.
const GAP: &str = "  ";

pub(super) fn write(mut out: impl Write, dataset: &Dataset, rows: &[u32]) -> io::Result<()> {
    let columns: Vec<_> = dataset.columns().collect();
    let widths: Vec<usize> = columns
        .iter()
        .map(|(id, column)| {
            let cells = rows.iter().map(|&row| width(&shown(*column, row)));
            cells.chain([width(id.name())]).max().unwrap_or(0)
        })
        .collect();
    let names: Vec<Cow<'_, str>> = columns.iter().map(|(id, _)| id.name().into()).collect();
    line(&mut out, &names, &widths)?;
    for &row in rows {
        let cells: Vec<_> = columns.iter().map(|(_, column)| shown(*column, row)).collect();
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

fn shown(column: Column<'_>, row: u32) -> Cow<'_, str> {
    match column.cell(row as usize) {
        Cell::Unknown => "".into(),
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
