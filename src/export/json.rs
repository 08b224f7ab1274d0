//! A list of objects, one per line, so that line tools can work with it too.

use std::io::{self, Write};

use super::time::iso_utc;
use super::{Chosen, Progress};
use crate::dataset::Cell;

pub(super) fn write(
    mut out: impl Write,
    columns: &[Chosen<'_>],
    rows: &[u32],
    progress: &Progress,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (done, &row) in rows.iter().enumerate() {
        progress.written(done)?;
        out.write_all(if done == 0 { b"\n{" } else { b",\n{" })?;
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            serde_json::to_writer(&mut out, column.name)?;
            out.write_all(b":")?;
            match column.cell(row) {
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
