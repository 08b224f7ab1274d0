//! `gatewatch sessions`: reads a gateway once and writes its sessions.

mod error;
mod kind;

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use self::error::{NodeError, NodeNotice, SessionsError};
use super::report::report;
use super::target::{OpenTarget, limits};
use super::{ExitStatus, FormatArg, KindArg, SessionsArgs};
use crate::atomic_file;
use crate::dataset::{Dataset, concat};
use crate::export::{self, Format, Progress};
use crate::gateway::{Client, Notice, ReadOptions, node_names};
use crate::query::{FilterError, FilterField, FilterText, Query, QueryError};
use crate::sanitize::shorten;

/// Maximum length of a pattern in an error, in characters.
const MAX_QUOTED_CHARS: usize = 80;
const OUTPUT_BUFFER_BYTES: usize = 1 << 16;

/// Reads the gateway, filters, sorts and writes. Warnings and errors go to standard error.
#[must_use]
pub fn run(args: &SessionsArgs) -> ExitStatus {
    match try_run(args) {
        Ok(status) => status,
        Err(error) => {
            report(&error, error.hint());
            error.status()
        }
    }
}

fn try_run(args: &SessionsArgs) -> Result<ExitStatus, SessionsError> {
    // Wrong usage is reported before the first request.
    let format = format(args)?;
    let (mut query, options) = query(args);
    let filters = query.compile().map_err(|error| filter_error(&query, error))?;
    let target = OpenTarget::new(args.gateway.as_deref())?;

    let options = ReadOptions {
        username_filter: options.username_filter,
        project_filter: options.project_filter,
        perspective: target.profile.perspective || args.kind.contains(&KindArg::Perspective),
        ..target.profile.read_options()
    };
    let (dataset, status) = read(args, &target, &options)?;
    let Some(dataset) = dataset else {
        return Ok(status);
    };
    check_sort(&query, &dataset)?;
    if args.count {
        query.sort.clear();
    }
    let mut rows = query.run_with(&filters, &dataset).map_err(|error| filter_error(&query, error))?.rows;
    kind::retain(&mut rows, &args.kind, &dataset);
    let write = |out: &mut dyn Write| {
        if args.count {
            return writeln!(out, "{}", rows.len());
        }
        let columns = export::all_columns(&dataset);
        export::write(out, &dataset, &columns, &rows, format, &Progress::new(rows.len()))
    };
    match args.output.as_deref() {
        Some(path) if path != Path::new("-") => write_to_file(path, write)?,
        _ => write_to_stdout(write)?,
    }
    Ok(status)
}

fn format(args: &SessionsArgs) -> Result<Format, SessionsError> {
    let delimiter = args.delimiter.unwrap_or_default();
    let format = match args.format {
        FormatArg::Csv if args.excel => return Ok(Format::SpreadsheetCsv(delimiter)),
        FormatArg::Csv => return Ok(Format::Csv(delimiter)),
        FormatArg::Json => Format::Json,
        FormatArg::Table => Format::Table,
    };
    match (args.excel, args.delimiter) {
        (true, _) => Err(SessionsError::NotCsv { option: "--excel" }),
        (false, Some(_)) => Err(SessionsError::NotCsv { option: "--delimiter" }),
        (false, None) => Ok(format),
    }
}

/// Returns the query to run here and the patterns for the gateway: `--ask-gateway` decides where the filters apply.
fn query(args: &SessionsArgs) -> (Query, ReadOptions) {
    // An empty pattern is no filter, as in the window.
    let pattern = |pattern: &Option<String>| pattern.clone().filter(|pattern| !pattern.is_empty());
    let (username, project) = (pattern(&args.username), pattern(&args.project));
    let mut query = Query { sort: args.sort.clone(), ..Query::default() };
    let mut options = ReadOptions::default();
    if args.ask_gateway {
        options.username_filter = username;
        options.project_filter = project;
    } else {
        let text = |pattern: Option<String>| FilterText {
            pattern: pattern.unwrap_or_default(),
            ..FilterText::default()
        };
        (query.username, query.project) = (text(username), text(project));
    }
    (query, options)
}

fn filter_error(query: &Query, error: QueryError) -> SessionsError {
    let (option, text) = match error.field {
        FilterField::Username => ("--username", &query.username),
        // The command line has no filters on other columns.
        FilterField::Project | FilterField::Column(_) => ("--project", &query.project),
    };
    match error.source {
        FilterError::Pattern(source) => {
            let pattern = shorten(&text.pattern, MAX_QUOTED_CHARS).into_owned();
            SessionsError::Pattern { option, pattern, source }
        }
        FilterError::Match(source) => SessionsError::Match { option, source },
    }
}

/// Reads all nodes at the same time, and reports errors. Returns the rows as one dataset, or `None` if no node could be
/// read.
fn read(
    args: &SessionsArgs,
    target: &OpenTarget,
    options: &ReadOptions,
) -> Result<(Option<Arc<Dataset>>, ExitStatus), SessionsError> {
    let profile = &target.profile;
    // A job that runs every few minutes with a wrong password would lock the account.
    let client = Client::with_trust(limits(args.timeout), profile.trust.clone()).with_one_rejection();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SessionsError::Runtime)?;
    let results = runtime.block_on(client.read_all(profile.nodes(), &target.credentials, options));
    // Doesn't wait for answers that are still parsed or names that are still resolved after the time limit.
    runtime.shutdown_background();

    let infos = results.iter().map(|result| result.as_ref().ok().and_then(|snapshot| snapshot.info.as_ref()));
    let names = node_names(&profile.nodes().iter().zip(infos).collect::<Vec<_>>());
    let mut parts = Vec::new();
    let mut has_failed = false;
    for ((node, name), result) in profile.nodes().iter().zip(names).zip(results) {
        match result {
            Ok(snapshot) => {
                for notice in snapshot.notices {
                    has_failed |= matches!(notice, Notice::ListFailed { .. });
                    report(&NodeNotice { node: target.label(node), notice }, None);
                }
                parts.push((name, snapshot.dataset));
            }
            Err(error) => {
                has_failed = true;
                let error = NodeError { node: target.label(node), error };
                report(&error, target.hint(&error.error).as_deref());
            }
        }
    }
    let status = match (parts.is_empty(), has_failed) {
        (true, _) => return Ok((None, ExitStatus::Failed)),
        (false, true) => ExitStatus::Partial,
        (false, false) => ExitStatus::Done,
    };
    let dataset = match &parts[..] {
        [(_, only)] if profile.nodes().len() == 1 => only.clone(),
        _ => Arc::new(concat(&parts)),
    };
    Ok((Some(dataset), status))
}

fn check_sort(query: &Query, dataset: &Dataset) -> Result<(), SessionsError> {
    match query.sort.iter().find(|key| dataset.column(&key.column).is_none()) {
        None => Ok(()),
        Some(key) => Err(SessionsError::UnknownColumn {
            column: key.column.to_string(),
            known: dataset.columns().map(|(id, _)| id.to_string()).collect(),
        }),
    }
}

fn write_to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), SessionsError> {
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER_BYTES, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if has_reader_stopped(&error) => Ok(()),
        result => result.map_err(SessionsError::Output),
    }
}

fn write_to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), SessionsError> {
    match atomic_file::write_file(path, write) {
        Err(error) if has_reader_stopped(&error.source) => Ok(()),
        result => Ok(result?),
    }
}

/// Returns `true` if the reader of a pipe stopped early, as `head` does.
fn has_reader_stopped(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
