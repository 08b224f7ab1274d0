//! Sorting rows by one or more columns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::cancel::{CHUNK, CancelToken, Cancelled};
use crate::dataset::{Column, ColumnId, Dataset, TextColumn, sort_ranks};

/// A column to sort by and its direction, written `COLUMN` or `COLUMN:desc`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct SortKey {
    /// The column.
    pub column: ColumnId,
    /// `true` puts the largest values first.
    pub descending: bool,
}

impl FromStr for SortKey {
    type Err = SortKeyError;

    fn from_str(text: &str) -> Result<Self, SortKeyError> {
        // At the last colon, because the name of a column may contain one.
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

/// The text isn't a sort key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SortKeyError {
    /// The text after the colon isn't a direction.
    #[error("expected asc or desc after the colon, found {0:?}")]
    Direction(String),
    /// The column before the colon is missing.
    #[error("expected COLUMN or COLUMN:desc, found no column")]
    NoColumn,
}

/// Returns the sort after a click on a column header: ascending, then descending, then unsorted.
#[must_use]
pub fn toggle_sort(sort: &[SortKey], column: &ColumnId) -> Vec<SortKey> {
    let key = |descending| SortKey { column: column.clone(), descending };
    match sort {
        [only] if only.column == *column && only.descending => Vec::new(),
        [only] if only.column == *column => vec![key(true)],
        _ => vec![key(false)],
    }
}

/// Returns the sort after a click that adds a column as the least important key: ascending, then descending, then without
/// it.
#[must_use]
pub fn toggle_additional_sort(sort: &[SortKey], column: &ColumnId) -> Vec<SortKey> {
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

/// Sorts rows that are in the gateway's order. Stable, with nulls last, in both directions.
pub(super) fn sort(
    dataset: &Dataset,
    keys: &[SortKey],
    rows: &mut Vec<u32>,
    cancel: CancelToken<'_>,
) -> Result<(), Cancelled> {
    // From the least important key to the most important: the sorts are stable.
    for SortKey { column, descending } in keys.iter().rev() {
        let descending = *descending;
        let Some(values) = dataset.column(column) else {
            continue;
        };
        match values {
            Column::Text(texts) => sort_by_text(rows, column, texts, descending, cancel)?,
            Column::Boolean(column) => {
                sort_by_rank(rows, descending, cancel, |row| column.get(row).map(u64::from))?;
            }
            Column::Date(column) | Column::Integer(column) => {
                sort_by_rank(rows, descending, cancel, |row| column.get(row).map(i64_rank))?;
            }
            Column::Real(column) => {
                sort_by_rank(rows, descending, cancel, |row| column.get(row).map(f64_rank))?;
            }
        }
    }
    Ok(())
}

fn sort_by_text(
    rows: &mut Vec<u32>,
    column: &ColumnId,
    texts: &TextColumn,
    descending: bool,
    cancel: CancelToken<'_>,
) -> Result<(), Cancelled> {
    let ranks = sort_ranks(column, texts);
    let rank = |code: u32| ranks.map_or(code, |ranks| ranks[code as usize]);
    if texts.distinct() <= MAX_DISTINCT_PER_ROW * rows.len() {
        sort_by_counting(rows, texts, rank, descending, cancel)
    } else {
        sort_by_rank(rows, descending, cancel, |row| texts.code(row).map(|code| u64::from(rank(code))))
    }
}

/// Maximum number of distinct texts per row for which counting is faster than comparing. A distinct text takes as long as
/// a row.
const MAX_DISTINCT_PER_ROW: usize = 4;

/// Sorts by the ranks of codes without comparisons: counts the rows of each rank, then moves each row to its position.
fn sort_by_counting(
    rows: &mut Vec<u32>,
    column: &TextColumn,
    rank: impl Fn(u32) -> u32,
    descending: bool,
    cancel: CancelToken<'_>,
) -> Result<(), Cancelled> {
    let distinct = column.distinct();
    // Codes and ranks are below the number of distinct texts, which is the key of a null.
    let null = u32::try_from(distinct).unwrap_or(u32::MAX);
    let codes = column.codes();
    let mut keys: Vec<u32> = Vec::with_capacity(rows.len());
    let mut next = vec![0_u32; distinct + 1];
    for rows in rows.chunks(CHUNK) {
        cancel.check()?;
        keys.extend(rows.iter().map(|&row| match codes[row as usize] {
            code if code >= null => null,
            code if descending => null - 1 - rank(code),
            code => rank(code),
        }));
    }
    for &key in &keys {
        next[key as usize] += 1;
    }
    let mut total = 0;
    for next in &mut next {
        total += std::mem::replace(next, total);
    }
    let mut sorted = vec![0; rows.len()];
    for (keys, rows) in keys.chunks(CHUNK).zip(rows.chunks(CHUNK)) {
        cancel.check()?;
        for (&key, &row) in keys.iter().zip(rows) {
            let next = &mut next[key as usize];
            sorted[*next as usize] = row;
            *next += 1;
        }
    }
    *rows = sorted;
    Ok(())
}

/// Sorts by rank. Copies the ranks next to their rows first, because a lookup at each comparison would be a cache miss.
fn sort_by_rank(
    rows: &mut Vec<u32>,
    descending: bool,
    cancel: CancelToken<'_>,
    rank: impl Fn(usize) -> Option<u64>,
) -> Result<(), Cancelled> {
    let direction = if descending { u64::MAX } else { 0 };
    let mut ranked = Vec::with_capacity(rows.len());
    let mut nulls = Vec::new();
    for rows in rows.chunks(CHUNK) {
        cancel.check()?;
        for &row in rows {
            match rank(row as usize) {
                Some(rank) => ranked.push((rank ^ direction, row)),
                None => nulls.push(row),
            }
        }
    }
    // The standard library's sort can't be cancelled, but sorts presorted runs quickly.
    for run in ranked.chunks_mut(CHUNK) {
        cancel.check()?;
        run.sort_by_key(|(rank, _)| *rank);
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    rows.clear();
    rows.extend(ranked.into_iter().map(|(_, row)| row));
    rows.append(&mut nulls);
    Ok(())
}

/// Maps a number to an unsigned one of the same order.
fn i64_rank(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

/// Maps a number to an unsigned one of the same order: the bits of negative numbers are inverted.
fn f64_rank(value: f64) -> u64 {
    // -0.0 and 0.0 are the same number.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits ^ (1 << 63) }
}
