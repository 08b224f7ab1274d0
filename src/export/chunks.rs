//! Rows as text, a chunk at a time: two threads make chunks, and one of them writes them in order.

use std::io::{self, Write};
use std::slice;
use std::sync::mpsc;
use std::thread;

use super::progress::STEP;
use super::{Chosen, Progress};
use crate::dataset::Cell;

/// Below so many rows, one thread is done before another has begun.
const TWO_THREADS: usize = 20_000;
/// So many chunks may be ready before they are written.
const AHEAD: usize = 2;
/// So many rows are looked up together.
const BATCH: usize = 256;

/// Makes text of all rows by `make`, which is given the place of the first of some rows, the rows, and where their text
/// goes. Writes it to `out`.
pub(super) fn in_chunks(
    out: &mut impl Write,
    rows: &[u32],
    progress: &Progress,
    make: impl Fn(usize, &[u32], &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let chunks = || (0..).step_by(STEP).zip(rows.chunks(STEP));
    let mut text = Vec::new();
    let mut write_here = |out: &mut _, first, rows: &[u32]| {
        text.clear();
        make(first, rows, &mut text)?;
        Write::write_all(out, &text)
    };
    if rows.len() < TWO_THREADS {
        return chunks().try_for_each(|(first, rows)| {
            progress.written(first)?;
            write_here(&mut *out, first, rows)
        });
    }
    thread::scope(|scope| {
        // Buffers go round: full ones come here, empty ones go back.
        let (full, ready) = mpsc::sync_channel(AHEAD);
        let (back, empty) = mpsc::sync_channel::<Vec<u8>>(AHEAD + 2);
        let theirs = chunks().skip(1).step_by(2);
        let make = &make;
        let other = thread::Builder::new().name("export".to_owned()).spawn_scoped(scope, move || {
            for (first, rows) in theirs {
                let mut text = empty.try_recv().unwrap_or_default();
                text.clear();
                let done = make(first, rows, &mut text).map(|()| text);
                // Nobody takes it any more: the writing has ended early.
                if full.send(done).is_err() {
                    return;
                }
            }
        });
        for (place, (first, rows)) in chunks().enumerate() {
            progress.written(first)?;
            if place % 2 == 1
                && other.is_ok()
                && let Ok(text) = ready.recv()
            {
                let text = text?;
                out.write_all(&text)?;
                // There is room for all that go round.
                let _ = back.try_send(text);
            } else {
                write_here(&mut *out, first, rows)?;
            }
        }
        Ok(())
    })
}

/// Tells the cells of each row, with the place of the row among these.
///
/// They are looked up column by column in batches: in sorted rows each look is a cache miss, and misses that do not
/// wait for each other take hardly longer than one.
pub(super) fn for_each_row<'a>(
    columns: &[Chosen<'a>],
    rows: &[u32],
    mut tell: impl FnMut(usize, CellsOfRow<'_, 'a>) -> io::Result<()>,
) -> io::Result<()> {
    let mut cells: Vec<Vec<Cell<'a>>> = vec![Vec::with_capacity(BATCH); columns.len()];
    for (batch, rows) in rows.chunks(BATCH).enumerate() {
        for (column, cells) in columns.iter().zip(&mut cells) {
            cells.clear();
            match column.column {
                Some(column) => column.append_cells(rows, cells),
                None => cells.resize(rows.len(), Cell::Null),
            }
        }
        for place in 0..rows.len() {
            tell(batch * BATCH + place, CellsOfRow { columns: cells.iter(), place })?;
        }
    }
    Ok(())
}

/// The cells of one row.
pub(super) struct CellsOfRow<'b, 'a> {
    columns: slice::Iter<'b, Vec<Cell<'a>>>,
    place: usize,
}

impl<'a> Iterator for CellsOfRow<'_, 'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        self.columns.next().map(|cells| cells[self.place])
    }
}
