//! Sorting rows by one or more columns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::dataset::{Column, ColumnId, Dataset, TextColumn};

/// One column to sort by, and in which direction. As text: `COLUMN` or `COLUMN:desc`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct SortKey {
    /// The column.
    pub column: ColumnId,
    /// The largest first.
    pub descending: bool,
}

impl FromStr for SortKey {
    type Err = SortKeyError;

    fn from_str(text: &str) -> Result<Self, SortKeyError> {
        // Behind the last colon, because a gateway's own column may have one in its name.
        let (column, direction) = text.rsplit_once(':').unwrap_or((text, "asc"));
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            other => return Err(SortKeyError::Direction(other.to_owned())),
        };
        if column.is_empty() {
            return Err(SortKeyError::NoColumn);
        }
        let column = column.into();
        Ok(Self { column, descending })
    }
}

impl TryFrom<String> for SortKey {
    type Error = SortKeyError;

    fn try_from(text: String) -> Result<Self, SortKeyError> {
        text.parse()
    }
}

impl From<SortKey> for String {
    fn from(key: SortKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match (self.descending, self.column.name().contains(':')) {
            (true, _) => ":desc",
            (false, true) => ":asc",
            (false, false) => "",
        };
        write!(f, "{}{direction}", self.column)
    }
}

/// A text that is no sort key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SortKeyError {
    /// What stands behind the colon is no direction.
    #[error("{0:?} is no direction; after the colon stands asc or desc")]
    Direction(String),
    /// Nothing stands before the colon.
    #[error("a column is missing; write COLUMN or COLUMN:desc")]
    NoColumn,
}

/// The sort after a click on a header: ascending first, then descending, then unsorted again.
#[must_use]
pub fn toggled(sort: &[SortKey], column: &ColumnId) -> Vec<SortKey> {
    let key = |descending| SortKey { column: column.clone(), descending };
    match sort {
        [only] if only.column == *column && only.descending => Vec::new(),
        [only] if only.column == *column => vec![key(true)],
        _ => vec![key(false)],
    }
}

/// The sort after a click that adds: the column as the least important key; then descending; then without it.
#[must_use]
pub fn added(sort: &[SortKey], column: &ColumnId) -> Vec<SortKey> {
    let mut sort = sort.to_vec();
    match sort.iter().position(|key| key.column == *column) {
        None => sort.push(SortKey { column: column.clone(), descending: false }),
        Some(rank) if sort[rank].descending => {
            sort.remove(rank);
        }
        Some(rank) => sort[rank].descending = true,
    }
    sort
}

/// Sorts rows, which stand in the gateway's order. Stable in both directions; unknown values last in both.
pub(super) fn sort(dataset: &Dataset, keys: &[SortKey], rows: &mut Vec<u32>) {
    // From the least important key to the most important: each sort keeps the order of the one before.
    for key in keys.iter().rev() {
        let Some(column) = dataset.column(&key.column) else {
            continue;
        };
        match column {
            Column::Text(column) if column.distinct() <= WORTH_COUNTING * rows.len() => {
                by_counting(rows, column, key.descending);
            }
            Column::Text(column) => by(rows, key.descending, |row| column.code(row).map(u64::from)),
            Column::Boolean(column) => by(rows, key.descending, |row| column.get(row).map(u64::from)),
            Column::Date(column) | Column::Integer(column) => {
                by(rows, key.descending, |row| column.get(row).map(i64_rank));
            }
            Column::Real(column) => by(rows, key.descending, |row| column.get(row).map(f64_rank)),
        }
    }
}

/// To count costs as much for each distinct text as for each row; comparing takes longer, but only for rows.
const WORTH_COUNTING: usize = 4;

/// Sorts by code without comparing: counts how many rows have each, and then puts each row into its place.
fn by_counting(rows: &mut Vec<u32>, column: &TextColumn, descending: bool) {
    let distinct = column.distinct();
    // Codes are smaller than the number of distinct texts, and that is the place of the unknown.
    let last = u32::try_from(distinct).unwrap_or(u32::MAX);
    let codes = column.codes();
    let keys: Vec<u32> = rows
        .iter()
        .map(|&row| match codes[row as usize] {
            code if code >= last => last,
            code if descending => last - 1 - code,
            code => code,
        })
        .collect();
    let mut next = vec![0_u32; distinct + 1];
    for &key in &keys {
        next[key as usize] += 1;
    }
    let mut before = 0;
    for next in &mut next {
        before += std::mem::replace(next, before);
    }
    let mut sorted = vec![0; rows.len()];
    for (&key, &row) in keys.iter().zip(&*rows) {
        let next = &mut next[key as usize];
        sorted[*next as usize] = row;
        *next += 1;
    }
    *rows = sorted;
}

/// Sorts by rank. The ranks are fetched once and stand beside their rows: looked up at each comparison, each would be
/// a cache miss.
fn by(rows: &mut Vec<u32>, descending: bool, rank: impl Fn(usize) -> Option<u64>) {
    let direction = if descending { u64::MAX } else { 0 };
    let mut ranked = Vec::with_capacity(rows.len());
    let mut unknown = Vec::new();
    for &row in &*rows {
        match rank(row as usize) {
            Some(rank) => ranked.push((rank ^ direction, row)),
            None => unknown.push(row),
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    rows.clear();
    rows.extend(ranked.into_iter().map(|(_, row)| row));
    rows.append(&mut unknown);
}

/// A number whose order as unsigned is the order of `value`.
fn i64_rank(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

/// A number whose order is the order of `value`: the bits of a negative one count down.
fn f64_rank(value: f64) -> u64 {
    // One zero: -0.0 and 0.0 are the same number.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits ^ (1 << 63) }
}
