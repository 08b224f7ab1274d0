//! The location of a history: a SQLite file or a PostgreSQL database.

use std::fmt;
use std::path::PathBuf;

use super::HistoryError;
use super::database::Database;
use super::file_state::is_same_file;
use super::postgres::{Postgres, PostgresLocation};
use super::sqlite::Sqlite;

/// The name of the file in the data folder.
pub const HISTORY_FILE: &str = "history.db";

/// The location of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresLocation),
}

impl Location {
    /// Returns `true` if both are known to be one file, or have the same address. Two addresses may still lead to one database.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(a), Self::File(b)) => a == b || is_same_file(a, b),
            _ => self.to_string() == other.to_string(),
        }
    }

    /// Opens the database to write it as `observer`. Creates a file if it is missing.
    pub(super) fn open(&self, observer: &str) -> Result<Box<dyn Database>, HistoryError> {
        Ok(match self {
            Self::File(path) => Box::new(Sqlite::open(path, observer)?),
            Self::Postgres(location) => Box::new(Postgres::open(location, observer)?),
        })
    }

    /// Opens the database to read it.
    pub(super) fn open_read_only(&self) -> Result<Box<dyn Database>, HistoryError> {
        Ok(match self {
            Self::File(path) => Box::new(Sqlite::open_read_only(path)?),
            Self::Postgres(location) => Box::new(Postgres::open_read_only(location)?),
        })
    }
}

impl fmt::Display for Location {
    /// Writes the path or the address. An address has no password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(location) => location.fmt(f),
        }
    }
}
