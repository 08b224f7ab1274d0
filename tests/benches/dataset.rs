//! Benches of datasets: from a response to a dataset, and from one dataset to the next.

mod plant;

use std::hint::black_box;

use divan::Bencher;
use gatewatch::dataset::{Dataset, DatasetBuilder, RowMapping};
use gatewatch::gateway::webdev;

use plant::{SIZES, sessions};

fn main() {
    print_memory();
    divan::main();
}

/// Prints the memory of a row: its cells and its place in two sort orders, the current one and the next.
fn print_memory() {
    const ORDERS: usize = 2 * size_of::<u32>();
    println!("memory        bytes per row, two orders included │ in a list of structs, without orders");
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
        println!("   {size:>9}  {ours:32.1} │ {:.1}", per_row(naive));
    }
}

#[divan::bench(args = SIZES, max_time = 5)]
fn json_to_dataset(bencher: Bencher<'_, '_>, size: usize) {
    let json = &sessions(size).json;
    bencher.bench_local(|| webdev::parse(black_box(json)).expect("the response of the demo gateway"));
}

/// Parses the same response into a list of structs with derived serde code.
#[divan::bench(args = SIZES, max_time = 5)]
fn json_to_structs(bencher: Bencher<'_, '_>, size: usize) {
    let json = &sessions(size).json;
    bencher.bench_local(|| {
        serde_json::from_slice::<plant::Response>(black_box(json)).map(|response| response.rows)
    });
}

/// Parses a response with the rows before the columns, which is possible because the response is a
/// dictionary on the gateway.
#[divan::bench(args = SIZES, max_time = 5)]
fn json_with_rows_first(bencher: Bencher<'_, '_>, size: usize) {
    let text = str::from_utf8(&sessions(size).json).expect("JSON");
    let (before, rows) = text.split_once("\"rows\":").expect("the response of the demo gateway");
    let rows = rows.strip_suffix('}').expect("an object");
    let json = format!("{{\"rows\":{rows},{}}}", before.trim_start_matches('{').trim_end_matches(','));
    bencher.bench_local(|| webdev::parse(black_box(json.as_bytes())).expect("the same response"));
}

/// Builds the same dataset as `json_to_dataset`, but from cells instead of JSON.
#[divan::bench(args = SIZES, max_time = 5)]
fn cells_to_dataset(bencher: Bencher<'_, '_>, size: usize) {
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

#[divan::bench(args = SIZES, max_time = 2)]
fn has_same_sessions(bencher: Bencher<'_, '_>, size: usize) {
    let (one, other) = (&sessions(size).dataset, Dataset::clone(&sessions(size).dataset));
    bencher.bench_local(|| black_box(one).has_same_sessions(black_box(&other)));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn row_mapping(bencher: Bencher<'_, '_>, size: usize) {
    let dataset = &sessions(size).dataset;
    bencher.bench_local(|| RowMapping::between(black_box(dataset), black_box(dataset)));
}
