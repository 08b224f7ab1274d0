//! A list of objects, one per line, so that line tools can work with it too.

use std::io::{self, Write};

use super::chunks::{for_each_row, in_chunks};
use super::time::push_iso_utc;
use super::{Chosen, Progress};
use crate::dataset::Cell;

pub(super) fn write(
    mut out: impl Write,
    columns: &[Chosen<'_>],
    rows: &[u32],
    progress: &Progress,
) -> io::Result<()> {
    let keys = columns.iter().map(|column| serde_json::to_string(column.name));
    let keys: Vec<String> = keys.collect::<Result<_, _>>()?;
    out.write_all(b"[")?;
    in_chunks(&mut out, rows, progress, |first, rows, text| {
        for_each_row(columns, rows, |place, cells| {
            text.extend_from_slice(if first + place == 0 { b"\n{" } else { b",\n{" });
            for (index, (cell, key)) in cells.zip(&keys).enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                text.extend_from_slice(key.as_bytes());
                text.push(b':');
                match cell {
                    Cell::Null => text.extend_from_slice(b"null"),
                    Cell::Text(value) => serde_json::to_writer(&mut *text, value)?,
                    Cell::Boolean(value) => serde_json::to_writer(&mut *text, &value)?,
                    Cell::Date(value) => {
                        text.push(b'"');
                        push_iso_utc(text, value);
                        text.push(b'"');
                    }
                    Cell::Integer(value) => serde_json::to_writer(&mut *text, &value)?,
                    Cell::Real(value) => serde_json::to_writer(&mut *text, &value)?,
                }
            }
            text.push(b'}');
            Ok(())
        })
    })?;
    out.write_all(b"\n]\n")?;
    out.flush()
}
