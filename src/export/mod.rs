//! Writes rows as CSV, JSON, aligned text or tab-separated text for the clipboard, and filters as a line of Python.
//!
//! This module depends neither on the source of the rows nor on the destination of the text.

mod chunks;
mod csv;
mod date;
mod delimiter;
mod json;
mod progress;
mod script;
mod table;

pub use crate::display::iso_utc;
pub use delimiter::{Delimiter, DelimiterError};
pub use progress::{Progress, is_cancelled_error};
pub use script::{
    ActiveFilters, describe_cell_filter, describe_date_filter, describe_range, session_info_call,
};

use std::io::{self, Write};

use self::csv::Dialect;
use crate::dataset::{Cell, Column, ColumnId, Dataset};

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV as in RFC 4180.
    Csv(Delimiter),
    /// CSV for spreadsheets: with a byte-order mark, and with an apostrophe before text that would run as a formula.
    SpreadsheetCsv(Delimiter),
    /// CSV for the clipboard: with an apostrophe before text that would run as a formula.
    ClipboardCsv,
    /// An array of objects, one per line.
    Json,
    /// Aligned text for a terminal.
    Table,
    /// Tab-separated text to paste into a spreadsheet, with an apostrophe before text that would run as a formula.
    Tabs,
}

/// Returns all columns of a dataset, in its order.
#[must_use]
pub fn all_columns(dataset: &Dataset) -> Vec<ColumnId> {
    dataset.columns().map(|(id, _)| id).collect()
}

/// Writes rows of a dataset in the given order of rows and columns. A column that the dataset doesn't have is null in every
/// row.
///
/// # Errors
/// If `out` fails or `progress` is cancelled; see [`is_cancelled_error`].
///
/// ```
/// use gatewatch::demo::{DEFAULT_SEED, web_dev_response};
/// use gatewatch::dataset::ColumnId;
/// use gatewatch::export::{Delimiter, Format, Progress, write};
/// use gatewatch::gateway::webdev;
///
/// let dataset = webdev::parse(&web_dev_response(DEFAULT_SEED, 10)?)?.dataset;
/// let columns = [ColumnId::Username, ColumnId::IsDesigner];
/// let mut csv = Vec::new();
/// write(&mut csv, &dataset, &columns, &[0, 1], Format::Csv(Delimiter::COMMA), &Progress::new(2))?;
/// let csv = String::from_utf8(csv)?;
/// assert!(csv.starts_with("username,isDesigner\r\n"));
/// assert_eq!(csv.lines().count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(
    out: impl Write,
    dataset: &Dataset,
    columns: &[ColumnId],
    rows: &[u32],
    format: Format,
    progress: &Progress,
) -> io::Result<()> {
    let columns: Vec<_> =
        columns.iter().map(|id| ExportColumn { name: id.name(), column: dataset.column(id) }).collect();
    match format {
        Format::Csv(delimiter) => csv::write(out, &columns, rows, Dialect::csv(delimiter), progress),
        Format::SpreadsheetCsv(delimiter) => {
            csv::write(out, &columns, rows, Dialect::spreadsheet(delimiter), progress)
        }
        Format::ClipboardCsv => csv::write(out, &columns, rows, Dialect::clipboard(), progress),
        Format::Tabs => csv::write(out, &columns, rows, Dialect::tabs(), progress),
        Format::Json => json::write(out, &columns, rows, progress),
        Format::Table => table::write(out, &columns, rows, progress),
    }?;
    progress.finish(rows.len())
}

/// A column to write.
struct ExportColumn<'a> {
    /// The name in the dataset.
    name: &'a str,
    /// `None` if the dataset doesn't have it.
    column: Option<Column<'a>>,
}

impl<'a> ExportColumn<'a> {
    fn cell(&self, row: u32) -> Cell<'a> {
        self.column.map_or(Cell::Null, |column| column.cell(row as usize))
    }
}

#[cfg(test)]
mod tests;
