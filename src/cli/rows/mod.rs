//! Selects rows of a dataset, sorts them and writes them, as the options of a command say.

mod args;
mod error;
mod kind;

pub use args::{FormatArg, KindArg, RowsArgs};
pub(super) use error::RowsError;

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use crate::atomic_file;
use crate::dataset::{ColumnId, Dataset};
use crate::export::{self, Format, Progress};
use crate::query::{FilterError, FilterField, FilterText, Filters, Query, QueryError};
use crate::sanitize::shorten;

/// Maximum length of a pattern in an error, in characters.
const MAX_QUOTED_CHARS: usize = 80;
const OUTPUT_BUFFER_BYTES: usize = 1 << 16;

/// Writes rows as the options say, which were checked.
pub(super) struct RowWriter<'a> {
    args: &'a RowsArgs,
    query: Query,
    filters: Filters,
    format: Format,
}

impl<'a> RowWriter<'a> {
    /// Creates a writer that applies all options.
    ///
    /// # Errors
    /// If a pattern is invalid, or options contradict each other.
    pub(super) fn new(args: &'a RowsArgs) -> Result<Self, RowsError> {
        let text = |pattern: Option<&str>| FilterText {
            pattern: pattern.unwrap_or_default().to_owned(),
            ..FilterText::default()
        };
        let (username, project) = (text(args.username_pattern()), text(args.project_pattern()));
        Self::with_query(args, Query { username, project, ..Query::default() })
    }

    /// Creates a writer that applies all options but the patterns.
    ///
    /// # Errors
    /// If options contradict each other.
    pub(super) fn without_patterns(args: &'a RowsArgs) -> Result<Self, RowsError> {
        Self::with_query(args, Query::default())
    }

    fn with_query(args: &'a RowsArgs, query: Query) -> Result<Self, RowsError> {
        let format = format(args)?;
        let query = Query { sort: args.sort.clone(), ..query };
        let filters = query.compile().map_err(|error| filter_error(&query, error))?;
        Ok(Self { args, query, filters, format })
    }

    /// Writes the selected rows, or their number.
    ///
    /// # Errors
    /// If the dataset lacks a column to sort by, a pattern takes too long to match, or the output fails.
    pub(super) fn write(mut self, dataset: &Arc<Dataset>) -> Result<(), RowsError> {
        check_sort(&self.query, dataset)?;
        if self.args.count {
            self.query.sort.clear();
        }
        let result = self.query.run_with(&self.filters, dataset);
        let mut rows = result.map_err(|error| filter_error(&self.query, error))?.rows;
        kind::retain(&mut rows, &self.args.kind, dataset);
        self.write_with(|out| {
            if self.args.count {
                return writeln!(out, "{}", rows.len());
            }
            let columns = export::all_columns(dataset);
            export::write(out, dataset, &columns, &rows, self.format, &Progress::new(rows.len()))
        })
    }

    /// Writes some columns of all rows.
    ///
    /// # Errors
    /// If the output fails.
    pub(super) fn write_columns(&self, dataset: &Dataset, columns: &[ColumnId]) -> Result<(), RowsError> {
        let rows: Vec<u32> = (0..u32::try_from(dataset.len()).unwrap_or(u32::MAX)).collect();
        self.write_with(|out| {
            export::write(out, dataset, columns, &rows, self.format, &Progress::new(rows.len()))
        })
    }

    fn write_with(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), RowsError> {
        match self.args.output.as_deref() {
            Some(path) if path != Path::new("-") => write_to_file(path, write),
            _ => write_to_stdout(write),
        }
    }
}

fn format(args: &RowsArgs) -> Result<Format, RowsError> {
    let delimiter = args.delimiter.unwrap_or_default();
    let format = match args.format {
        FormatArg::Csv if args.excel => return Ok(Format::SpreadsheetCsv(delimiter)),
        FormatArg::Csv => return Ok(Format::Csv(delimiter)),
        FormatArg::Json => Format::Json,
        FormatArg::Table => Format::Table,
    };
    match (args.excel, args.delimiter) {
        (true, _) => Err(RowsError::NotCsv { option: "--excel" }),
        (false, Some(_)) => Err(RowsError::NotCsv { option: "--delimiter" }),
        (false, None) => Ok(format),
    }
}

fn filter_error(query: &Query, error: QueryError) -> RowsError {
    let (option, text) = match error.field {
        FilterField::Username => ("--username", &query.username),
        // The command line has no filters on other columns.
        FilterField::Project | FilterField::Column(_) => ("--project", &query.project),
    };
    match error.source {
        FilterError::Pattern(source) => {
            let pattern = shorten(&text.pattern, MAX_QUOTED_CHARS).into_owned();
            RowsError::Pattern { option, pattern, source }
        }
        FilterError::Match(source) => RowsError::Match { option, source },
    }
}

fn check_sort(query: &Query, dataset: &Dataset) -> Result<(), RowsError> {
    match query.sort.iter().find(|key| dataset.column(&key.column).is_none()) {
        None => Ok(()),
        Some(key) => Err(RowsError::UnknownColumn {
            column: key.column.to_string(),
            known: dataset.columns().map(|(id, _)| id.to_string()).collect(),
        }),
    }
}

fn write_to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), RowsError> {
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER_BYTES, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if has_reader_stopped(&error) => Ok(()),
        result => result.map_err(RowsError::Output),
    }
}

fn write_to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), RowsError> {
    match atomic_file::write_file(path, write) {
        Err(error) if has_reader_stopped(&error.source) => Ok(()),
        result => Ok(result?),
    }
}

/// Returns `true` if the reader of a pipe stopped early, as `head` does.
fn has_reader_stopped(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
