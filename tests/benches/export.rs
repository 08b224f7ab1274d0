//! From rows to text.

mod plant;

use std::fmt::Write as _;
use std::io;

use divan::{Bencher, black_box};
use gatewatch::dataset::{Cell, Column, ColumnId, Dataset};
use gatewatch::export::{Format, Progress, all_columns, iso_utc, write};
use gatewatch::query::Query;

use plant::{SIZES, sessions};

fn main() {
    divan::main();
}

/// All rows by username, so that they stand anywhere in memory.
fn sorted(dataset: &Dataset) -> Vec<u32> {
    let sort = ["username", "creationTime"].map(|key| key.parse().expect("a key of this file"));
    Query { sort: sort.into(), ..Query::default() }.run(dataset).expect("there is no filter").rows
}

fn export(bencher: Bencher<'_, '_>, size: usize, format: Format) {
    let dataset = &sessions(size).dataset;
    let (columns, rows) = (all_columns(dataset), sorted(dataset));
    bencher.bench_local(|| {
        write(io::sink(), dataset, &columns, black_box(&rows), format, &Progress::new(rows.len()))
    });
}

#[divan::bench(args = SIZES, max_time = 3)]
fn csv(bencher: Bencher<'_, '_>, size: usize) {
    export(bencher, size, Format::Csv);
}

#[divan::bench(args = SIZES, max_time = 3)]
fn json(bencher: Bencher<'_, '_>, size: usize) {
    export(bencher, size, Format::Json);
}

/// A column of a million dates.
#[divan::bench(max_time = 3)]
fn csv_dates(bencher: Bencher<'_, '_>) {
    let dataset = &sessions(1_000_000).dataset;
    let rows = sorted(dataset);
    let columns = [ColumnId::CreationTime];
    bencher.bench_local(|| {
        write(io::sink(), dataset, &columns, black_box(&rows), Format::Csv, &Progress::new(rows.len()))
    });
}

/// The same as the calendar's own crate writes them.
#[divan::bench(max_time = 3)]
fn csv_dates_naive(bencher: Bencher<'_, '_>) {
    let made = sessions(1_000_000);
    let rows = sorted(&made.dataset);
    bencher.bench_local(|| {
        let mut text = String::new();
        for &row in black_box(&rows) {
            text += &iso_utc(made.rows[row as usize].creation_time);
            text += "\r\n";
        }
        text
    });
}

/// The texts of a million sorted rows, written row by row, with the cells looked up in batches of so many rows. An export
/// takes 256.
#[divan::bench(args = [16, 64, 256, 1024], max_time = 3)]
fn texts_in_batches_of(bencher: Bencher<'_, '_>, batch: usize) {
    let dataset = &sessions(1_000_000).dataset;
    let (rows, columns) = (sorted(dataset), text_columns(dataset));
    let mut cells: Vec<Vec<Cell<'_>>> = columns.iter().map(|_| Vec::with_capacity(batch)).collect();
    bencher.bench_local(|| {
        let mut out = Vec::new();
        for rows in black_box(&rows).chunks(batch) {
            for (column, cells) in columns.iter().zip(&mut cells) {
                cells.clear();
                column.append_cells(rows, cells);
            }
            for place in 0..rows.len() {
                for cells in &cells {
                    put(&mut out, cells[place]);
                }
            }
        }
        out
    });
}

/// The same cell by cell.
#[divan::bench(max_time = 3)]
fn texts_one_by_one(bencher: Bencher<'_, '_>) {
    let dataset = &sessions(1_000_000).dataset;
    let (rows, columns) = (sorted(dataset), text_columns(dataset));
    bencher.bench_local(|| {
        let mut out = Vec::new();
        for &row in black_box(&rows) {
            for column in &columns {
                put(&mut out, column.cell(row as usize));
            }
        }
        out
    });
}

fn text_columns(dataset: &Dataset) -> Vec<Column<'_>> {
    let columns = dataset.columns().map(|(_, column)| column);
    columns.filter(|column| matches!(column, Column::Text(_))).collect()
}

fn put(out: &mut Vec<u8>, cell: Cell<'_>) {
    if let Cell::Text(text) = cell {
        out.extend_from_slice(text.as_bytes());
    }
}

#[divan::bench(args = SIZES, max_time = 5)]
fn csv_naive(bencher: Bencher<'_, '_>, size: usize) {
    let made = sessions(size);
    let order = sorted(&made.dataset);
    let quoted = |text: &str| {
        if text.contains(['"', ',', '\r', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    bencher.bench_local(|| {
        let mut text = String::new();
        for &row in black_box(&order) {
            let row = &made.rows[row as usize];
            let [username, project, address, client_id] =
                [&row.username, &row.project, &row.address, &row.client_id].map(|text| quoted(text));
            let (is_designer, created) = (row.is_designer, iso_utc(row.creation_time));
            write!(text, "{username},{project},{address},{is_designer},{client_id},{created}\r\n")
                .expect("a String takes all");
        }
        text
    });
}
