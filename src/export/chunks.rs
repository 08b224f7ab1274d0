//! Formats rows in chunks on two threads, one of which writes the chunks in order.

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;

use super::progress::STEP_ROWS;
use super::{ExportColumn, Progress};
use crate::dataset::Cell;
use crate::dataset::parallel::MIN_ROWS_FOR_TWO_THREADS;

/// Maximum number of formatted chunks that wait to be written.
const MAX_WAITING: usize = 2;
/// Number of rows whose cells are looked up together.
const BATCH_ROWS: usize = 256;

/// Writes all rows as formatted by `format`, which gets the index of the first row of a chunk and the rows of the chunk.
pub(super) fn write_chunks(
    out: &mut impl Write,
    rows: &[u32],
    progress: &Progress,
    format: impl Fn(usize, &[u32]) -> io::Result<Vec<u8>> + Sync,
) -> io::Result<()> {
    let chunks = || (0..).step_by(STEP_ROWS).zip(rows.chunks(STEP_ROWS));
    if rows.len() < MIN_ROWS_FOR_TWO_THREADS {
        return chunks().try_for_each(|(first, rows)| {
            progress.set_written(first)?;
            out.write_all(&format(first, rows)?)
        });
    }
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(MAX_WAITING);
        let format = &format;
        let odd_chunks = chunks().skip(1).step_by(2);
        let second_thread = thread::Builder::new().name("export".to_owned()).spawn_scoped(scope, move || {
            for (first, rows) in odd_chunks {
                // Fails if the other thread stopped because of an error.
                if sender.send(format(first, rows)).is_err() {
                    return;
                }
            }
        });
        for (index, (first, rows)) in chunks().enumerate() {
            progress.set_written(first)?;
            let is_from_second_thread = index % 2 == 1 && second_thread.is_ok();
            match is_from_second_thread.then(|| receiver.recv()) {
                Some(Ok(text)) => out.write_all(&text?)?,
                None | Some(Err(_)) => out.write_all(&format(first, rows)?)?,
            }
        }
        Ok(())
    })
}

/// Calls `visit` with the index and the cells of each row.
///
/// Looks up cells column by column in batches: in sorted rows each lookup is a cache miss, and an export row by row takes
/// five times as long.
pub(super) fn for_each_row<'a>(
    columns: &[ExportColumn<'a>],
    rows: &[u32],
    mut visit: impl FnMut(usize, &mut dyn Iterator<Item = Cell<'a>>) -> io::Result<()>,
) -> io::Result<()> {
    let mut cells: Vec<Vec<Cell<'a>>> = vec![Vec::with_capacity(BATCH_ROWS); columns.len()];
    for (batch, rows) in rows.chunks(BATCH_ROWS).enumerate() {
        for (column, cells) in columns.iter().zip(&mut cells) {
            cells.clear();
            match column.column {
                Some(column) => column.append_cells(rows, cells),
                None => cells.resize(rows.len(), Cell::Null),
            }
        }
        for index in 0..rows.len() {
            visit(batch * BATCH_ROWS + index, &mut cells.iter().map(|column| column[index]))?;
        }
    }
    Ok(())
}
