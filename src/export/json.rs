//! Writes JSON: an array of objects, one per line, so that line-based tools can read it too.

use std::io::{self, Write};

use super::chunks::{for_each_row, write_chunks};
use super::{ExportColumn, Progress};
use crate::dataset::Cell;
use crate::display::iso_utc;

pub(super) fn write(
    mut out: impl Write,
    columns: &[ExportColumn<'_>],
    rows: &[u32],
    progress: &Progress,
) -> io::Result<()> {
    let keys = columns.iter().map(|column| serde_json::to_string(column.name));
    let keys: Vec<String> = keys.collect::<Result<_, _>>()?;
    out.write_all(b"[")?;
    write_chunks(&mut out, rows, progress, |first, rows| {
        let mut text = Vec::new();
        for_each_row(columns, rows, |index, cells| {
            text.extend_from_slice(if first + index == 0 { b"\n{" } else { b",\n{" });
            for (column, (cell, key)) in cells.zip(&keys).enumerate() {
                if column > 0 {
                    text.push(b',');
                }
                text.extend_from_slice(key.as_bytes());
                text.push(b':');
                match cell {
                    Cell::Null => text.extend_from_slice(b"null"),
                    Cell::Text(value) => serde_json::to_writer(&mut text, value)?,
                    Cell::Boolean(value) => serde_json::to_writer(&mut text, &value)?,
                    Cell::Date(value) => serde_json::to_writer(&mut text, &iso_utc(value))?,
                    Cell::Integer(value) => serde_json::to_writer(&mut text, &value)?,
                    Cell::Real(value) => serde_json::to_writer(&mut text, &value)?,
                }
            }
            text.push(b'}');
            Ok(())
        })?;
        Ok(text)
    })?;
    out.write_all(b"\n]\n")?;
    out.flush()
}
