//! A list of objects, one per line, so that line tools can work with it too.

use std::io::{self, Write};

use super::time::iso_utc;
use crate::dataset::{Cell, Dataset};

pub(super) fn write(mut out: impl Write, dataset: &Dataset, rows: &[u32]) -> io::Result<()> {
    let columns: Vec<_> = dataset.columns().collect();
    out.write_all(b"[")?;
    for (index, &row) in rows.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        for (index, (id, column)) in columns.iter().enumerate() {
            out.write_all(if index == 0 { b"{" } else { b"," })?;
            serde_json::to_writer(&mut out, id.name())?;
            out.write_all(b":")?;
            match column.cell(row as usize) {
                Cell::Unknown => out.write_all(b"null")?,
                Cell::Text(value) => serde_json::to_writer(&mut out, value)?,
                Cell::Boolean(value) => serde_json::to_writer(&mut out, &value)?,
                Cell::Date(value) => serde_json::to_writer(&mut out, &iso_utc(value))?,
                Cell::Integer(value) => serde_json::to_writer(&mut out, &value)?,
                Cell::Real(value) => serde_json::to_writer(&mut out, &value)?,
            }
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"\n]\n")?;
    out.flush()
}
