//! Rows as CSV, JSON, a table of text, or tab-separated text for the clipboard; and a query as a line of Python.
//!
//! Knows datasets, row numbers, filters and how a person wants dates, nothing of where the rows came from or where they go.

mod chunks;
mod csv;
mod json;
mod progress;
mod script;
mod table;
mod time;

pub use progress::{Progress, is_cancelled_error};
pub use script::{ActiveFilters, described, session_info_call};
pub use time::iso_utc;

use std::io::{self, Write};

use crate::dataset::{Cell, Column, ColumnId, Dataset};
use crate::display::Clock;
use csv::Dialect;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, for programs to read.
    Csv,
    /// CSV for a spreadsheet: a byte-order mark, and nothing that would run as a formula.
    SpreadsheetCsv,
    /// A list of objects, one per line.
    Json,
    /// Aligned text, for people to read.
    Table,
    /// Tab-separated text, to be pasted into a spreadsheet: dates as this clock shows them, because no spreadsheet
    /// takes the form of the other formats for a date, and nothing that would run as a formula.
    Tabs(Clock),
}

/// All columns of a dataset, in its order.
#[must_use]
pub fn all_columns(dataset: &Dataset) -> Vec<ColumnId> {
    dataset.columns().map(|(id, _)| id).collect()
}

/// Writes these rows and these columns of a dataset, both in this order. A column that the dataset lacks is unknown in
/// every row.
///
/// # Errors
/// When `out` fails, and when `progress` is cancelled; see [`is_cancelled_error`].
pub fn write(
    out: impl Write,
    dataset: &Dataset,
    columns: &[ColumnId],
    rows: &[u32],
    format: Format,
    progress: &Progress,
) -> io::Result<()> {
    let columns: Vec<_> =
        columns.iter().map(|id| Chosen { name: id.name(), column: dataset.column(id) }).collect();
    match format {
        Format::Csv => csv::write(out, &columns, rows, Dialect::PLAIN, progress),
        Format::SpreadsheetCsv => csv::write(out, &columns, rows, Dialect::SPREADSHEET, progress),
        Format::Json => json::write(out, &columns, rows, progress),
        Format::Table => table::write(out, &columns, rows, progress),
        Format::Tabs(clock) => csv::write(out, &columns, rows, Dialect::tabs(clock), progress),
    }?;
    progress.finish(rows.len())
}

/// A column to write.
struct Chosen<'a> {
    /// Its name in the dataset.
    name: &'a str,
    /// `None` where the dataset lacks it.
    column: Option<Column<'a>>,
}

impl<'a> Chosen<'a> {
    fn cell(&self, row: u32) -> Cell<'a> {
        self.column.map_or(Cell::Null, |column| column.cell(row as usize))
    }
}

#[cfg(test)]
mod tests;
