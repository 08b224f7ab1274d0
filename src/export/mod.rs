//! Rows as CSV, JSON or a table of text.
//!
//! Knows datasets and row numbers, nothing of where they came from or where they go.

mod csv;
mod json;
mod table;
mod time;

pub use time::iso_utc;

use std::io::{self, Write};

use crate::dataset::Dataset;

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
}

/// Writes these rows of a dataset, in this order, with all its columns.
///
/// # Errors
/// When `out` fails.
pub fn write(out: impl Write, dataset: &Dataset, rows: &[u32], format: Format) -> io::Result<()> {
    match format {
        Format::Csv => csv::write(out, dataset, rows, csv::Flavour::Plain),
        Format::SpreadsheetCsv => csv::write(out, dataset, rows, csv::Flavour::Spreadsheet),
        Format::Json => json::write(out, dataset, rows),
        Format::Table => table::write(out, dataset, rows),
    }
}

#[cfg(test)]
mod tests;
