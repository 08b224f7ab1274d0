//! A refresh after which one session is another: everything that follows from a new answer, whole and in its parts.

mod plant;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use divan::{Bencher, black_box};
use gatewatch::dataset::{Concat, Dataset, Part, RowMapping};
use gatewatch::demo::{DEFAULT_SEED, web_dev_answer};
use gatewatch::query::{DuplicateLogins, Query, Question, Worker};

use plant::{SIZES, sessions};

fn main() {
    divan::main();
}

/// The next answer: the session in the middle of the table has gone, and a new one has come.
fn next_answer(size: usize) -> &'static [u8] {
    static MADE: [OnceLock<Vec<u8>>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let place = SIZES.iter().position(|known| *known == size).expect("a size of these");
    MADE[place].get_or_init(|| {
        let text = str::from_utf8(&sessions(size).json).expect("JSON");
        let middle = text.len() / 2;
        let start = middle + text[middle..].find("],[").expect("many rows") + "],".len();
        let end = start + text[start..].find(']').expect("a row") + 1;
        let row = r#"["zoe.new","Packaging","10.1.2.3",false,"0A1B2C3D",1790000000000]"#;
        let behind = text[end + ",".len()..].strip_suffix("]}").expect("rows are the last of an answer");
        format!("{}{behind},{row}]}}", &text[..start]).into_bytes()
    })
}

fn query() -> Query {
    let sort = ["username", "creationTime"].map(|key| key.parse().expect("a key of this file"));
    Query { sort: sort.into(), ..Query::default() }
}

/// From the answer to what the window shows of it.
#[divan::bench(args = SIZES, max_time = 5)]
fn whole(bencher: Bencher<'_, '_>, size: usize) {
    let (old, json) = (&sessions(size).dataset, next_answer(size));
    let mut worker = Worker::spawn(|| ()).expect("a thread");
    bencher.bench_local(|| {
        let new = old.next_from_json(black_box(json)).expect("an answer");
        let (dataset, shown) = (Some(Arc::new(new)), Some(old.clone()));
        worker.ask(Question { dataset, shown, sort: query().sort, ..Question::default() });
        worker.answer_within(Duration::from_mins(1)).expect("it takes no minute").table
    });
}

#[divan::bench(args = SIZES, max_time = 5)]
fn part_reading(bencher: Bencher<'_, '_>, size: usize) {
    let (old, json) = (&sessions(size).dataset, next_answer(size));
    bencher.bench_local(|| old.next_from_json(black_box(json)).expect("an answer"));
}

/// The same without what is taken over from the answer before.
#[divan::bench(args = SIZES, max_time = 5)]
fn part_reading_from_nothing(bencher: Bencher<'_, '_>, size: usize) {
    let json = next_answer(size);
    bencher.bench_local(|| Dataset::from_json(black_box(json)).expect("an answer"));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn part_follow(bencher: Bencher<'_, '_>, size: usize) {
    let (old, new) = (&sessions(size).dataset, Dataset::from_json(next_answer(size)).expect("an answer"));
    bencher.bench_local(|| RowMapping::between(black_box(old), &new));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn part_repeats(bencher: Bencher<'_, '_>, size: usize) {
    let new = Dataset::from_json(next_answer(size)).expect("an answer");
    bencher.bench_local(|| DuplicateLogins::of(black_box(&new)));
}

/// All rows are sorted anew: an order that is kept would have to follow its rows, which alone takes longer.
#[divan::bench(args = SIZES, max_time = 3)]
fn part_query(bencher: Bencher<'_, '_>, size: usize) {
    let (new, query) = (Dataset::from_json(next_answer(size)).expect("an answer"), query());
    bencher.bench_local(|| query.run(black_box(&new)).expect("there is no filter"));
}

/// How many gateways a fleet has.
const NODES: usize = 200;

/// A fleet of gateways with so many sessions together; in the second one the last gateway's are other ones.
fn fleets(size: usize) -> [Vec<Part>; 2] {
    let part = |node: usize, seed: u64| {
        let json = web_dev_answer(seed, size / NODES).expect("sessions are JSON");
        (format!("node {node}"), Arc::new(Dataset::from_json(&json).expect("the demo gateway's own answer")))
    };
    let before: Vec<Part> = (DEFAULT_SEED..).zip(0..NODES).map(|(seed, node)| part(node, seed)).collect();
    let mut after = before.clone();
    after[NODES - 1] = part(NODES - 1, 0);
    [before, after]
}

/// The table of a fleet in which one gateway's sessions are other ones than before.
#[divan::bench(args = SIZES, max_time = 3)]
fn fleet(bencher: Bencher<'_, '_>, size: usize) {
    let [before, after] = fleets(size);
    let mut concat = Concat::default();
    concat.next(before);
    bencher
        .with_inputs(|| (concat.clone(), after.clone()))
        .bench_local_values(|(mut concat, after)| concat.next(after));
}

/// The same without what is taken over from the table before.
#[divan::bench(args = SIZES, max_time = 3)]
fn fleet_from_nothing(bencher: Bencher<'_, '_>, size: usize) {
    let [_, after] = fleets(size);
    bencher.with_inputs(|| after.clone()).bench_local_values(|after| Concat::default().next(after));
}

/// The way of a fleet's sessions: whose an id is, is looked at, too.
#[divan::bench(args = SIZES, max_time = 3)]
fn fleet_follow(bencher: Bencher<'_, '_>, size: usize) {
    let [old, new] = fleets(size).map(|parts| Concat::default().next(parts));
    bencher.bench_local(|| RowMapping::between(black_box(&old), &new));
}
