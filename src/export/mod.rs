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

pub use date::iso_utc;
pub use delimiter::{Delimiter, DelimiterError};
pub use progress::{Progress, is_cancelled_error};
pub use script::{ActiveFilters, describe_cell_filter, session_info_call};

use std::io::{self, Write};

use self::csv::Dialect;
use crate::dataset::{Cell, Column, ColumnId, Dataset, TextColumn, names};
use crate::display::Clock;

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
    /// Tab-separated text to paste into a spreadsheet, with an apostrophe before text that would run as a formula. Dates are
    /// in the style of this clock: spreadsheets don't recognize the dates of the other formats.
    Tabs(Clock),
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
/// use gatewatch::demo::{DEFAULT_SEED, web_dev_answer};
/// use gatewatch::dataset::ColumnId;
/// use gatewatch::export::{Delimiter, Format, Progress, write};
/// use gatewatch::gateway::webdev;
///
/// let dataset = webdev::parse(&web_dev_answer(DEFAULT_SEED, 10)?)?.dataset;
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
    write_with_clocks(out, dataset, columns, rows, format, &[], progress)
}

/// Writes rows like [`write`]. Ages in [`Format::Tabs`] go by the time at a row's gateway, in milliseconds since 1970 UTC, if
/// it is the only one of these with its name.
///
/// # Errors
/// If `out` fails or `progress` is cancelled; see [`is_cancelled_error`].
pub fn write_with_clocks(
    out: impl Write,
    dataset: &Dataset,
    columns: &[ColumnId],
    rows: &[u32],
    format: Format,
    now_at_gateways: &[(String, i64)],
    progress: &Progress,
) -> io::Result<()> {
    let no_clock = |_| None;
    let columns: Vec<_> =
        columns.iter().map(|id| ExportColumn { name: id.name(), column: dataset.column(id) }).collect();
    match format {
        Format::Csv(delimiter) => {
            csv::write(out, &columns, rows, Dialect::csv(delimiter), no_clock, progress)
        }
        Format::SpreadsheetCsv(delimiter) => {
            csv::write(out, &columns, rows, Dialect::spreadsheet(delimiter), no_clock, progress)
        }
        Format::ClipboardCsv => csv::write(out, &columns, rows, Dialect::clipboard(), no_clock, progress),
        Format::Json => json::write(out, &columns, rows, progress),
        Format::Table => table::write(out, &columns, rows, progress),
        Format::Tabs(clock) => {
            let at_gateway = |name: &str| {
                let mut named = now_at_gateways.iter().filter(|(gateway, _)| gateway == name);
                // A name that two gateways share identifies neither.
                let (_, now) = named.next().filter(|_| named.next().is_none())?;
                Some(Clock { now_epoch_ms: *now, ..clock })
            };
            let gateways = match dataset.column(&names::GATEWAY.into()) {
                Some(Column::Text(gateways)) if !now_at_gateways.is_empty() => Some(gateways),
                _ => None,
            };
            let names = gateways.into_iter().flat_map(TextColumn::texts);
            let clocks: Vec<Clock> = names.map(|name| at_gateway(name).unwrap_or(clock)).collect();
            let clock_of = |row: u32| {
                let code = gateways.map(|gateways| gateways.codes()[row as usize]);
                Some(code.and_then(|code| clocks.get(code as usize)).unwrap_or(&clock))
            };
            csv::write(out, &columns, rows, Dialect::tabs(), clock_of, progress)
        }
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
