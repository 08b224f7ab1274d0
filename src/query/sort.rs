//! Sorting rows by one or more columns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::dataset::{Column, ColumnId, Dataset};

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
pub(super) fn sort(dataset: &Dataset, keys: &[SortKey], rows: &mut [u32]) {
    // From the least important key to the most important: each sort keeps the order of the one before.
    for key in keys.iter().rev() {
        let Some(column) = dataset.column(&key.column) else {
            continue;
        };
        match column {
            Column::Text(column) => {
                by(rows, key.descending, |row| column.code(row).map(u64::from));
            }
            Column::Boolean(column) => {
                by(rows, key.descending, |row| column.get(row).map(u64::from));
            }
            Column::Date(column) | Column::Integer(column) => {
                by(rows, key.descending, |row| column.get(row).map(i64_rank));
            }
            Column::Real(column) => {
                by(rows, key.descending, |row| column.get(row).map(f64_rank));
            }
        }
    }
}

fn by(rows: &mut [u32], descending: bool, rank: impl Fn(usize) -> Option<u64>) {
    let direction = if descending { u64::MAX } else { 0 };
    rows.sort_by_key(|&row| match rank(row as usize) {
        Some(rank) => (false, rank ^ direction),
        None => (true, 0),
    });
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
