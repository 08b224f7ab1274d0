//! Benches of the export.

mod plant;

use std::fmt::Write as _;
use std::io;

use divan::{Bencher, black_box};
use gatewatch::dataset::{Cell, Column, Dataset};
use gatewatch::export::{Delimiter, Format, Progress, all_columns, iso_utc, write};
use gatewatch::query::Query;

use plant::{SIZES, sessions};

fn main() {
    divan::main();
}

/// Returns all rows sorted by username: their order in memory is then random.
fn sorted(dataset: &std::sync::Arc<Dataset>) -> Vec<u32> {
    let sort = ["username", "creationTime"].map(|key| key.parse().expect("valid sort keys"));
    Query { sort: sort.into(), ..Query::default() }.run(dataset).expect("no filter can fail").rows
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
    export(bencher, size, Format::Csv(Delimiter::COMMA));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn json(bencher: Bencher<'_, '_>, size: usize) {
    export(bencher, size, Format::Json);
}

/// Copies the text cells of a million sorted rows, looked up in batches of this number of rows. The export uses 256.
#[divan::bench(args = [16, 64, 256, 1024], max_time = 3)]
fn texts_batched(bencher: Bencher<'_, '_>, batch: usize) {
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
            for index in 0..rows.len() {
                for cells in &cells {
                    push_text(&mut out, cells[index]);
                }
            }
        }
        out
    });
}

/// Copies the same text cells, looked up cell by cell.
#[divan::bench(max_time = 3)]
fn texts_naive(bencher: Bencher<'_, '_>) {
    let dataset = &sessions(1_000_000).dataset;
    let (rows, columns) = (sorted(dataset), text_columns(dataset));
    bencher.bench_local(|| {
        let mut out = Vec::new();
        for &row in black_box(&rows) {
            for column in &columns {
                push_text(&mut out, column.cell(row as usize));
            }
        }
        out
    });
}

fn text_columns(dataset: &Dataset) -> Vec<Column<'_>> {
    let columns = dataset.columns().map(|(_, column)| column);
    columns.filter(|column| matches!(column, Column::Text(_))).collect()
}

fn push_text(out: &mut Vec<u8>, cell: Cell<'_>) {
    if let Cell::Text(text) = cell {
        out.extend_from_slice(text.as_bytes());
    }
}

/// The simple implementation: a list of structs of strings, formatted cell by cell.
#[divan::bench(args = SIZES, max_time = 5)]
fn csv_naive(bencher: Bencher<'_, '_>, size: usize) {
    let sessions = sessions(size);
    let order = sorted(&sessions.dataset);
    let quote = |text: &str| {
        if text.contains(['"', ',', '\r', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    bencher.bench_local(|| {
        let mut text = String::new();
        for &row in black_box(&order) {
            let row = &sessions.rows[row as usize];
            let [username, project, address, client_id] =
                [&row.username, &row.project, &row.address, &row.client_id].map(|text| quote(text));
            let (is_designer, created) = (row.is_designer, iso_utc(row.creation_time));
            write!(text, "{username},{project},{address},{is_designer},{client_id},{created}\r\n")
                .expect("writing to a String can't fail");
        }
        text
    });
}
