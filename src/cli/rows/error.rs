//! The errors of selecting and writing rows.

use std::io;

use crate::atomic_file::FileError;
use crate::cli::ExitStatus;
use crate::filter::{MatchError, PatternError};
use crate::sanitize::sanitize;

/// The reason why no rows were written.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum RowsError {
    #[error("Invalid pattern \"{pattern}\" for {option}")]
    Pattern {
        option: &'static str,
        /// The pattern, or its beginning.
        pattern: String,
        #[source]
        source: PatternError,
    },
    #[error("Can't apply the pattern for {option}")]
    Match {
        option: &'static str,
        #[source]
        source: MatchError,
    },
    #[error("Unknown column \"{column}\" for --sort. Columns: {}", sanitize(&.known.join(", ")))]
    UnknownColumn { column: String, known: Vec<String> },
    #[error("{option} needs --format csv")]
    NotCsv { option: &'static str },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("Can't write to standard output")]
    Output(#[source] io::Error),
}

impl RowsError {
    pub(in crate::cli) fn status(&self) -> ExitStatus {
        match self {
            Self::Pattern { .. } | Self::UnknownColumn { .. } | Self::NotCsv { .. } => ExitStatus::Usage,
            Self::Match { .. } | Self::File(_) | Self::Output(_) => ExitStatus::Failed,
        }
    }
}
