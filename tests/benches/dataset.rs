//! From the gateway's answer to a dataset, and from one dataset to the next.

mod plant;

use std::collections::HashMap;
use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use divan::{Bencher, black_box};
use gatewatch::dataset::{Dataset, DatasetBuilder, RowMapping, TextBuilder, TextOrder};

use plant::{SIZES, sessions};

fn main() {
    memory();
    divan::main();
}

/// Prints what a row costs: the columns, and two orders of the rows: that on the screen, and the next one while it is made.
fn memory() {
    const ORDERS: usize = 2 * size_of::<u32>();
    println!("memory        bytes of a row with two orders │ in a list of structs, without any");
    for size in SIZES {
        let (dataset, rows) = (&sessions(size).dataset, &sessions(size).rows);
        let texts = |row: &plant::Row| {
            [&row.username, &row.project, &row.address, &row.client_id].map(String::capacity)
        };
        let naive: usize =
            rows.iter().map(|row| size_of::<plant::Row>() + texts(row).iter().sum::<usize>()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
        let per_row = |bytes: usize| bytes as f64 / size as f64;
        let ours = per_row(dataset.heap_bytes() + ORDERS * size);
        println!("   {size:>9}  {ours:30.1} │ {:.1}", per_row(naive));
    }
}

/// The answer's bytes into columns.
#[divan::bench(args = SIZES, max_time = 5)]
fn json_into_columns(bencher: Bencher<'_, '_>, size: usize) {
    let json = &sessions(size).json;
    bencher.bench_local(|| Dataset::from_json(black_box(json)));
}

#[divan::bench(args = SIZES, max_time = 5)]
fn json_naive(bencher: Bencher<'_, '_>, size: usize) {
    let json = &sessions(size).json;
    bencher
        .bench_local(|| serde_json::from_slice::<plant::Answer>(black_box(json)).map(|answer| answer.rows));
}

/// The rows before the columns' names, as a dictionary may be written.
#[divan::bench(args = SIZES, max_time = 5)]
fn json_rows_first(bencher: Bencher<'_, '_>, size: usize) {
    let text = str::from_utf8(&sessions(size).json).expect("JSON");
    let (before, rows) = text.split_once("\"rows\":").expect("the demo gateway's own answer");
    let rows = rows.strip_suffix('}').expect("an object");
    let json = format!("{{\"rows\":{rows},{}}}", before.trim_start_matches('{').trim_end_matches(','));
    bencher.bench_local(|| Dataset::from_json(black_box(json.as_bytes())).expect("the same answer"));
}

/// The quick reader begins in the middle, too, where it takes for a row what is none: all is read from the beginning.
#[divan::bench(args = SIZES, max_time = 5)]
fn json_from_one_place(bencher: Bencher<'_, '_>, size: usize) {
    let text = str::from_utf8(&sessions(size).json).expect("JSON");
    let middle = text.len() / 2;
    let user = middle + text[middle..].find("[\"").expect("many rows") + "[\"".len();
    // Longer than what was in front of the rows, so that the middle comes before it.
    let json = format!("{}{}],[{}", &text[..user], "x".repeat(1_000), &text[user..]);
    bencher.bench_local(|| Dataset::from_json(black_box(json.as_bytes())).expect("an answer"));
}

/// What the quick reader saves.
#[divan::bench(args = SIZES, max_time = 5)]
fn json_by_the_exact_reader(bencher: Bencher<'_, '_>, size: usize) {
    let text = str::from_utf8(&sessions(size).json).expect("JSON");
    // A text that looks like the key stands before it: the quick reader gives up at once.
    let json = text.replacen("\"rows\"", "\"x\":\"rows\",\"rows\"", 1);
    bencher.bench_local(|| Dataset::from_json(black_box(json.as_bytes())));
}

const TEXTS: [&str; 4] = ["username", "project", "address", "clientId"];

/// The texts of a million rows, in memory in the order of the rows as they are in an answer.
fn texts(column: &str) -> (TextOrder, Vec<&'static str>) {
    let rows = sessions(1_000_000).rows.iter();
    let text = |row: &'static plant::Row| match column {
        "username" => &*row.username,
        "project" => &row.project,
        "address" => &row.address,
        _ => &row.client_id,
    };
    let order = if column == "address" { TextOrder::Addresses } else { TextOrder::CodePoints };
    (order, rows.map(text).collect())
}

/// A column of text: sorted at once where hardly any text comes again, otherwise through a table of texts.
#[divan::bench(args = TEXTS, max_time = 3)]
fn texts_into_column(bencher: Bencher<'_, '_>, column: &str) {
    let (order, texts) = texts(column);
    bencher.bench_local(|| TextBuilder::new(order).collect(texts.len(), |row| Some(texts[row])));
}

/// The same through the table in any case.
#[divan::bench(args = TEXTS, max_time = 3)]
fn texts_into_column_by_table(bencher: Bencher<'_, '_>, column: &str) {
    let (order, texts) = texts(column);
    bencher.bench_local(|| {
        let mut builder = TextBuilder::new(order);
        builder.extend(texts.iter().copied().map(Some));
        builder.finish()
    });
}

/// The same by what the standard library has: its hash map, its sort, and its reading of addresses.
#[divan::bench(args = TEXTS, max_time = 3)]
fn texts_into_column_naive(bencher: Bencher<'_, '_>, column: &str) {
    let (order, texts) = texts(column);
    bencher.bench_local(|| {
        let mut codes = HashMap::new();
        let mut rows = Vec::with_capacity(texts.len());
        for text in &texts {
            let new = codes.len();
            rows.push(*codes.entry(*text).or_insert(new));
        }
        let mut sorted: Vec<(&str, usize)> = codes.into_iter().collect();
        match order {
            TextOrder::CodePoints => sorted.sort_unstable(),
            TextOrder::Addresses => sorted.sort_by_cached_key(|(text, _)| match text.parse::<IpAddr>() {
                Ok(address) => (Some(address), String::new()),
                Err(_) => (None, text.to_lowercase()),
            }),
        }
        let mut ranks = vec![0; sorted.len()];
        for (rank, (_, code)) in sorted.iter().enumerate() {
            ranks[*code] = rank;
        }
        for code in &mut rows {
            *code = ranks[*code];
        }
        (rows, sorted)
    });
}

/// The same columns, cell by cell: no look ahead in the tables of texts.
#[divan::bench(args = SIZES, max_time = 5)]
fn columns_cell_by_cell(bencher: Bencher<'_, '_>, size: usize) {
    let dataset = &sessions(size).dataset;
    bencher.bench_local(|| {
        let mut builder = DatasetBuilder::new(dataset.headers()).expect("the columns of a dataset");
        for row in 0..dataset.len() {
            for (place, (_, column)) in dataset.columns().enumerate() {
                builder.push(place, column.cell(row)).expect("a cell of this column");
            }
        }
        builder.finish(None, None)
    });
}

/// What it takes to see that an answer is the one before.
#[divan::bench(args = SIZES, max_time = 2)]
fn digest_of_the_answer(bencher: Bencher<'_, '_>, size: usize) {
    let json = &sessions(size).json;
    bencher.bench_local(|| digest(&SHA256, black_box(json)));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn same_sessions(bencher: Bencher<'_, '_>, size: usize) {
    let (one, other) = (&sessions(size).dataset, Dataset::clone(&sessions(size).dataset));
    bencher.bench_local(|| black_box(one).has_same_sessions(black_box(&other)));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn follow(bencher: Bencher<'_, '_>, size: usize) {
    let dataset = &sessions(size).dataset;
    bencher.bench_local(|| RowMapping::between(black_box(dataset), black_box(dataset)));
}
