//! A refresh after one logout and one login: the whole way from the response to the table, and its parts.

mod plant;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use divan::{Bencher, black_box};
use gatewatch::dataset::{Cell, ColumnId, Dataset, DatasetBuilder, Part, RowMapping, concat};
use gatewatch::demo::{DEFAULT_SEED, web_dev_response};
use gatewatch::gateway::webdev;
use gatewatch::poll::SessionChanges;
use gatewatch::query::{DuplicateLogins, Query, Worker};

use plant::{SIZES, sessions};

fn main() {
    divan::main();
}

/// Returns the next response: the session in the middle has ended, and a new one is at the end.
fn next_response(size: usize) -> &'static [u8] {
    static RESPONSES: [OnceLock<Vec<u8>>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let index = SIZES.iter().position(|known| *known == size).expect("one of SIZES");
    RESPONSES[index].get_or_init(|| {
        let text = str::from_utf8(&sessions(size).json).expect("JSON");
        let middle = text.len() / 2;
        let start = middle + text[middle..].find("],[").expect("many rows") + "],".len();
        let end = start + text[start..].find(']').expect("a row") + 1;
        let row = r#"["zoe.new","Packaging","10.1.2.3",false,"0A1B2C3D",1790000000000]"#;
        let after = text[end + ",".len()..].strip_suffix("]}").expect("the rows are the last key");
        format!("{}{after},{row}]}}", &text[..start]).into_bytes()
    })
}

fn next_dataset(size: usize) -> Dataset {
    webdev::parse(next_response(size)).expect("a response").dataset
}

fn query() -> Query {
    let sort = ["username", "creationTime"].map(|key| key.parse().expect("a key of this file"));
    Query { sort: sort.into(), ..Query::default() }
}

/// Measures a refresh from the response to the query result that the window shows.
#[divan::bench(args = SIZES, max_time = 5)]
fn refresh(bencher: Bencher<'_, '_>, size: usize) {
    let old = &sessions(size).dataset;
    let mut worker = Worker::spawn(|| ()).expect("a thread");
    bencher.bench_local(|| {
        let new = Arc::new(next_dataset(size));
        worker.submit(query(), new.clone(), Some(old.clone()));
        loop {
            let result = worker.wait_result(Duration::from_mins(1)).expect("the worker answers");
            if Arc::ptr_eq(&result.dataset, &new) {
                return result;
            }
        }
    });
}

#[divan::bench(args = SIZES, max_time = 5)]
fn refresh_json_to_dataset(bencher: Bencher<'_, '_>, size: usize) {
    bencher.bench_local(|| next_dataset(black_box(size)));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn refresh_row_mapping(bencher: Bencher<'_, '_>, size: usize) {
    let (old, new) = (&sessions(size).dataset, next_dataset(size));
    bencher.bench_local(|| RowMapping::between(black_box(old), &new));
}

/// Returns the sessions after 1 % of them changed: every 200th has ended and another one is at the end, and every 200th has
/// another user.
fn changed_sessions(size: usize) -> Dataset {
    let before = &sessions(size).dataset;
    let mut builder = DatasetBuilder::new(before.headers()).expect("the columns of a dataset");
    let mut push = |row: usize, changed: ColumnId, value: &str| {
        for (index, (id, column)) in before.columns().enumerate() {
            let cell = if id == changed { Cell::Text(value) } else { column.cell(row) };
            builder.push(index, cell).expect("a cell of the type of its column");
        }
    };
    for row in 0..size {
        match row % 200 {
            0 => {}
            100 => push(row, ColumnId::Username, "zoe.new"),
            _ => push(row, ColumnId::Username, before.username().get(row).unwrap_or_default()),
        }
    }
    for row in (0..size).step_by(200) {
        push(row, ColumnId::ClientId, &format!("N{row:07}"));
    }
    builder.finish(None, None)
}

/// Measures the search for sessions that arrived, left or changed.
#[divan::bench(args = SIZES, max_time = 3)]
fn refresh_session_changes(bencher: Bencher<'_, '_>, size: usize) {
    let (old, new) = (&sessions(size).dataset, changed_sessions(size));
    let changes = SessionChanges::between(old, &new);
    let found = [changes.arrived.len(), changes.left.len(), changes.changed.len()];
    assert_eq!(found, [size / 200; 3], "the demo gateway's ids are distinct");
    bencher.bench_local(|| SessionChanges::between(black_box(old), &new));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn refresh_duplicate_logins(bencher: Bencher<'_, '_>, size: usize) {
    let new = next_dataset(size);
    bencher.bench_local(|| DuplicateLogins::find(black_box(&new)));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn refresh_query(bencher: Bencher<'_, '_>, size: usize) {
    let (new, query) = (Arc::new(next_dataset(size)), query());
    bencher.bench_local(|| query.run(black_box(&new)).expect("there is no filter"));
}

/// The number of nodes of a large gateway.
const NODES: usize = 200;

/// Returns two snapshots of [`NODES`] nodes with `size` sessions in total. The last node changes.
fn fleets(size: usize) -> [Vec<Part>; 2] {
    let part = |node: usize, seed: u64| {
        let json = web_dev_response(seed, size / NODES).expect("sessions are JSON");
        (
            format!("node {node}"),
            Arc::new(webdev::parse(&json).expect("the response of the demo gateway").dataset),
        )
    };
    let before: Vec<Part> = (DEFAULT_SEED..).zip(0..NODES).map(|(seed, node)| part(node, seed)).collect();
    let mut after = before.clone();
    after[NODES - 1] = part(NODES - 1, 0);
    [before, after]
}

/// Measures the concatenation of the datasets of all nodes.
#[divan::bench(args = [10_000, 1_000_000], max_time = 3)]
fn concat_200_nodes(bencher: Bencher<'_, '_>, size: usize) {
    let [_, parts] = fleets(size);
    bencher.bench_local(|| concat(black_box(&parts)));
}

#[divan::bench(args = [10_000, 1_000_000], max_time = 3)]
fn row_mapping_of_200_nodes(bencher: Bencher<'_, '_>, size: usize) {
    let [old, new] = fleets(size).map(|parts| concat(&parts));
    bencher.bench_local(|| RowMapping::between(black_box(&old), &new));
}
