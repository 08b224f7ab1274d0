//! A refresh after which one session is another: everything that follows from a new answer, whole and in its parts.

mod plant;

use std::sync::OnceLock;

use divan::{Bencher, black_box};
use gatewatch::dataset::{Dataset, Follow};
use gatewatch::query::{Query, Repeats};

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

#[divan::bench(args = SIZES, max_time = 5)]
fn whole(bencher: Bencher<'_, '_>, size: usize) {
    let (old, json, query) = (&sessions(size).dataset, next_answer(size), query());
    bencher.bench_local(|| {
        let new = Dataset::from_json(black_box(json)).expect("an answer");
        let view = query.run(&new).expect("there is no filter");
        (Follow::between(old, &new), Repeats::of(&new), view, new)
    });
}

#[divan::bench(args = SIZES, max_time = 5)]
fn part_reading(bencher: Bencher<'_, '_>, size: usize) {
    let json = next_answer(size);
    bencher.bench_local(|| Dataset::from_json(black_box(json)).expect("an answer"));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn part_follow(bencher: Bencher<'_, '_>, size: usize) {
    let (old, new) = (&sessions(size).dataset, Dataset::from_json(next_answer(size)).expect("an answer"));
    bencher.bench_local(|| Follow::between(black_box(old), &new));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn part_repeats(bencher: Bencher<'_, '_>, size: usize) {
    let new = Dataset::from_json(next_answer(size)).expect("an answer");
    bencher.bench_local(|| Repeats::of(black_box(&new)));
}

#[divan::bench(args = SIZES, max_time = 3)]
fn part_query(bencher: Bencher<'_, '_>, size: usize) {
    let (new, query) = (Dataset::from_json(next_answer(size)).expect("an answer"), query());
    bencher.bench_local(|| query.run(black_box(&new)).expect("there is no filter"));
}
