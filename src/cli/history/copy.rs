//! Copies the history into another one.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::error::CommandError;
use super::{CopyArgs, location, settings, write_lines};
use crate::cli::ExitStatus;
use crate::cli::report::note;
use crate::display::{number, sessions};
use crate::history::{CopyProgress, HISTORY_FILE, History, HistoryError, Location};
use crate::settings::HistoryUrl;

/// Copies all sessions, the times in which nodes were watched, and events. Reports the progress on standard error after each
/// page.
pub(super) fn run(args: &CopyArgs) -> Result<ExitStatus, CommandError> {
    let to = target(&args.to)?;
    let from = location(&settings()?)?;
    if from.is_same(&to) {
        return Err(CommandError::SameHistory);
    }
    let mut source = History::open_read_only(&from)?;
    let mut target = History::create(&to).map_err(|error| not_a_history(&to, error))?;
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let result = source.copy_to(&mut target, |CopyProgress { total, done, .. }| {
        note(&format!("Copied {} of {}", number(count(done)), sessions(count(total))));
        ControlFlow::Continue(())
    });
    let CopyProgress { done, added, .. } = result.map_err(|error| match error {
        HistoryError::SameHistory => CommandError::SameHistory,
        error => error.into(),
    })?;
    write_lines(&[format!("Copied {}, {} of them new", sessions(count(done)), number(count(added)))])
}

/// Returns the error for a target that can't be opened. The hint for the configured history doesn't apply to a file that isn't
/// a history.
fn not_a_history(to: &Location, error: HistoryError) -> CommandError {
    match (to, error) {
        (Location::File(path), source @ (HistoryError::Damaged(_) | HistoryError::OtherProgram { .. })) => {
            CommandError::NoHistory { path: path.clone(), source }
        }
        (_, error) => error.into(),
    }
}

/// Returns the database or file that a text stands for. A folder stands for the file in it.
fn target(text: &str) -> Result<Location, CommandError> {
    if text.contains("://") {
        return Ok(Location::Postgres(text.parse::<HistoryUrl>()?.location()));
    }
    let path = PathBuf::from(text);
    Ok(Location::File(if path.is_dir() { path.join(HISTORY_FILE) } else { path }))
}
