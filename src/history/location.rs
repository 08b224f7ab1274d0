//! Where a history is stored.

use std::fmt;
use std::path::PathBuf;

use super::HistoryError;
use super::engine::Engine;
use super::sqlite::Sqlite;

/// The name of the file in the data folder.
pub const HISTORY_FILE: &str = "history.db";

/// Where a history is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
}

impl Location {
    /// Opens the database to write it, and creates it if it is missing.
    pub(super) fn open(&self) -> Result<Box<dyn Engine>, HistoryError> {
        match self {
            Self::File(path) => Ok(Box::new(Sqlite::open(path)?)),
        }
    }

    /// Opens the database to read it.
    pub(super) fn open_read_only(&self) -> Result<Box<dyn Engine>, HistoryError> {
        match self {
            Self::File(path) => Ok(Box::new(Sqlite::open_read_only(path)?)),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
        }
    }
}
