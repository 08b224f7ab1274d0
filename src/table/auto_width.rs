//! The values by which a column is made wide enough.

use std::cmp::Reverse;

use crate::dataset::{Column, ColumnId, Dataset, TextColumn};
use crate::display::{self, Clock};

/// So many of the longest are measured: letters differ in width, so the longest is not always the widest.
const MEASURED: usize = 32;
/// So many rows are looked at where a column has no list of its distinct values; dates are all of one length.
const LOOKED_AT: usize = 1000;

/// The longest values of a column in these rows, as they are shown.
#[must_use]
pub fn longest(dataset: &Dataset, rows: &[u32], id: &ColumnId, clock: &Clock) -> Vec<String> {
    let Some(column) = dataset.column(id) else {
        return Vec::new();
    };
    if let Column::Text(column) = column {
        return longest_texts(column, rows, *id == ColumnId::Address);
    }
    let rows = rows.iter().take(LOOKED_AT);
    let mut values: Vec<String> =
        rows.map(|&row| display::cell(column.cell(row as usize), clock).into_owned()).collect();
    values.sort_by_key(|text| Reverse(text.chars().count()));
    values.truncate(MEASURED);
    values
}

/// Each distinct text is looked at once, however many rows there are.
fn longest_texts(column: &TextColumn, rows: &[u32], are_addresses: bool) -> Vec<String> {
    let mut seen = vec![false; column.distinct()];
    for &row in rows {
        if let Some(code) = column.code(row as usize) {
            seen[code as usize] = true;
        }
    }
    let mut codes: Vec<u32> = (0..).zip(seen).filter(|(_, seen)| *seen).map(|(code, _)| code).collect();
    // By bytes, which need no counting. Not sorted: there may be a million of them.
    if codes.len() > MEASURED {
        codes.select_nth_unstable_by_key(MEASURED, |&code| Reverse(column.text(code).len()));
        codes.truncate(MEASURED);
    }
    let shown = |text: &str| {
        let aligned = are_addresses.then(|| display::aligned_address(text)).flatten();
        aligned.unwrap_or_else(|| text.to_owned())
    };
    codes.into_iter().map(|code| shown(column.text(code))).collect()
}
