//! Queries over a dataset: filters, sorts, counts and duplicate logins, each next to a simple implementation.
//!
//! `cargo bench --bench query`.

mod plant;

use std::collections::HashMap;

use divan::{Bencher, black_box};
use gatewatch::query::{DuplicateLogins, FacetOrder, FilterText, Query, SortKey};

use plant::{Row, SIZES, sessions};

fn main() {
    divan::main();
}

fn query(username: &str, project: &str, sort: &str) -> Query {
    let filter = |pattern: &str| FilterText { pattern: pattern.to_owned(), ..FilterText::default() };
    let keys = sort.split(',').filter(|key| !key.is_empty());
    let sort: Vec<SortKey> =
        keys.map(|key| key.parse().expect("the sort keys of the benches are valid")).collect();
    Query { username: filter(username), project: filter(project), sort, ..Query::default() }
}

fn run(bencher: Bencher<'_, '_>, size: usize, query: &Query) {
    let dataset = &sessions(size).dataset;
    let filters = query.compile().expect("the patterns of the benches are valid");
    bencher.bench_local(|| black_box(query).run_with(&filters, dataset));
}

/// Matches the values of every row instead of the distinct values.
fn run_naive(bencher: Bencher<'_, '_>, size: usize, username: &str, project: &str) {
    let regex = |pattern: &str| {
        regex::Regex::new(&format!(r"\A(?:{pattern})\z")).expect("the patterns of the benches are valid")
    };
    let (username, project) = (regex(username), regex(project));
    let passes = |row: &Row| username.is_match(&row.username) && project.is_match(&row.project);
    let rows = &sessions(size).rows;
    bencher.bench_local(|| {
        let passing = black_box(rows).iter().enumerate().filter(|(_, row)| passes(row));
        passing.map(|(index, _)| index).collect::<Vec<_>>()
    });
}

#[divan::bench(args = SIZES, max_time = 2)]
fn filter_with_prefix(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query("bi.*", "", ""));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn filter_with_prefix_naive(bencher: Bencher<'_, '_>, size: usize) {
    run_naive(bencher, size, "bi.*", ".*");
}

#[divan::bench(args = SIZES, max_time = 2)]
fn filter_without_prefix(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query(r".*son\d*", "", ""));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn filter_without_prefix_naive(bencher: Bencher<'_, '_>, size: usize) {
    run_naive(bencher, size, ".*son[0-9]*", ".*");
}

#[divan::bench(args = SIZES, max_time = 2)]
fn filter_both(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query("bi.*", ".*_1.*", ""));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn filter_both_naive(bencher: Bencher<'_, '_>, size: usize) {
    run_naive(bencher, size, "bi.*", ".*_1.*");
}

/// Gives up when the time for all values together is over.
#[divan::bench(args = SIZES, max_time = 5)]
fn filter_with_catastrophic_pattern(bencher: Bencher<'_, '_>, size: usize) {
    let dataset = &sessions(size).dataset;
    let query = query(r"(.*)(.*)(.*)(.*)\1\2\3\4:", "", "");
    let filters = query.compile().expect("a valid pattern");
    bencher.bench_local(|| black_box(&query).run_with(&filters, dataset).is_err());
}

const SORT: &str = "username,creationTime";

#[divan::bench(args = SIZES, max_time = 2)]
fn sort_first(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query("", "", SORT));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn sort_descending(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query("", "", "username:desc,creationTime:desc"));
}

/// Sorts the rows of a filter, as on each keystroke. No order is kept from one query to the next, which would save two
/// milliseconds.
#[divan::bench(args = SIZES, max_time = 2)]
fn sort_with_filter(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query(".*a.*", "", SORT));
}

#[divan::bench(args = SIZES, max_time = 5)]
fn sort_naive(bencher: Bencher<'_, '_>, size: usize) {
    let rows = &sessions(size).rows;
    bencher.bench_local(|| {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|&a, &b| {
            let by_name = rows[a].username.cmp(&rows[b].username);
            by_name.then_with(|| rows[a].creation_time.cmp(&rows[b].creation_time))
        });
        order
    });
}

/// All rows without a filter, counted.
#[divan::bench(args = SIZES, max_time = 2)]
fn counts(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &query("", "", ""));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn counts_and_facets(bencher: Bencher<'_, '_>, size: usize) {
    run(bencher, size, &Query { facets: Some(FacetOrder::Count), ..query("bi.*", "", "") });
}

#[divan::bench(args = SIZES, max_time = 2)]
fn duplicate_logins(bencher: Bencher<'_, '_>, size: usize) {
    let dataset = &sessions(size).dataset;
    bencher.bench_local(|| DuplicateLogins::find(black_box(dataset)));
}

#[divan::bench(args = SIZES, max_time = 5)]
fn duplicate_logins_naive(bencher: Bencher<'_, '_>, size: usize) {
    let rows = &sessions(size).rows;
    bencher.bench_local(|| {
        let mut counts: HashMap<(&str, &str), u32> = HashMap::new();
        for row in black_box(rows) {
            *counts.entry((&row.username, &row.project)).or_default() += 1;
        }
        counts
    });
}
