//! Selects the values that determine the automatic width of a column.

use std::cmp::Reverse;

use crate::dataset::{Column, ColumnId, Dataset, TextColumn};
use crate::display::{self, Clock};

/// Maximum number of values to measure: letters differ in width, so the longest value isn't always the widest.
const MAX_VALUES: usize = 32;
/// Maximum number of rows to read from a column without a dictionary. Dates and numbers differ little in length.
const MAX_ROWS: usize = 1000;

/// Returns the longest values of a column in these rows, as displayed.
#[must_use]
pub fn longest_values(dataset: &Dataset, rows: &[u32], id: &ColumnId, clock: &Clock) -> Vec<String> {
    let Some(column) = dataset.column(id) else {
        return Vec::new();
    };
    if let Column::Text(column) = column {
        return longest_texts(column, rows);
    }
    let rows = rows.iter().take(MAX_ROWS);
    let mut values: Vec<String> =
        rows.map(|&row| display::cell(id, column.cell(row as usize), clock).into_owned()).collect();
    values.sort_by_key(|text| Reverse(text.chars().count()));
    values.truncate(MAX_VALUES);
    values
}

/// Returns the longest distinct texts of these rows.
fn longest_texts(column: &TextColumn, rows: &[u32]) -> Vec<String> {
    let mut seen = vec![false; column.distinct()];
    for &row in rows {
        if let Some(code) = column.code(row as usize) {
            seen[code as usize] = true;
        }
    }
    let mut codes: Vec<u32> = (0..).zip(seen).filter(|(_, seen)| *seen).map(|(code, _)| code).collect();
    // Compares lengths in bytes, which need no counting. A full sort of a million texts would be slow.
    if codes.len() > MAX_VALUES {
        codes.select_nth_unstable_by_key(MAX_VALUES, |&code| Reverse(column.text(code).len()));
        codes.truncate(MAX_VALUES);
    }
    codes.into_iter().map(|code| display::text(column.text(code)).into_owned()).collect()
}
