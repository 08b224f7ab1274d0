//! `gatewatch history`: who was on at a time, and maintenance of what was recorded.

mod args;
mod ask;
mod copy;
mod error;
mod maintain;
mod password;
mod peaks;
mod prompt;
mod time_query;
pub(super) mod times;
mod unwatched;

pub use args::{
    CopyArgs, HistoryArgs, HistoryCommand, InfoArgs, PasswordArgs, PeaksArgs, PeaksByArg, PurgeArgs,
    PurgeWhat,
};

use std::io::{self, Write as _};

pub(super) use self::error::CommandError;
use super::ExitStatus;
use super::report::report;
use crate::history::Location;
use crate::settings::{self, Settings};

/// Queries or maintains the history. Errors, and notes about the query, go to standard error.
#[must_use]
pub fn run(args: &HistoryArgs) -> ExitStatus {
    let result = match &args.command {
        None => ask::run(args),
        Some(HistoryCommand::Info(args)) => maintain::info(args),
        Some(HistoryCommand::Peaks(args)) => peaks::run(args),
        Some(HistoryCommand::Check) => maintain::check(),
        Some(HistoryCommand::Purge(args)) => maintain::purge(args),
        Some(HistoryCommand::Copy(args)) => copy::run(args),
        Some(HistoryCommand::Password(args)) => password::run(args),
    };
    result.unwrap_or_else(|error| {
        report(&error, error.hint());
        error.status()
    })
}

/// Reads the settings.
pub(super) fn settings() -> Result<Settings, CommandError> {
    match settings::folder() {
        Some(folder) => Ok(Settings::load(&folder)?),
        None => Ok(Settings::default()),
    }
}

/// Returns where the history is.
pub(super) fn location(settings: &Settings) -> Result<Location, CommandError> {
    if let Some(problem) = settings.history_problem() {
        return Err(problem.clone().into());
    }
    settings.history.stored_at().ok_or(CommandError::NoFolder)
}

/// Writes lines to standard output.
pub(super) fn write_lines(lines: &[String]) -> Result<ExitStatus, CommandError> {
    let mut out = io::stdout().lock();
    match lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush()) {
        // The reader of a pipe stopped early, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitStatus::Done),
        result => Ok(result.map(|()| ExitStatus::Done)?),
    }
}
