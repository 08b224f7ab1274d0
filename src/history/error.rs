//! The errors of the history.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use super::postgres::PasswordSource;

/// The reason why the history can't be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// Nothing was recorded yet.
    #[error("No history has been recorded yet")]
    Missing {
        /// The file that a recorder would create, or the address of the database.
        path: PathBuf,
    },
    /// The file or its folder can't be created or read.
    #[error("Can't use {}", path.display())]
    Folder {
        /// The file or the folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A newer version of this program changed the schema.
    #[error("The history was written by a newer version of Gatewatch (schema {found}, known up to {known})")]
    NewerSchema {
        /// The version of the stored schema.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The file is a database of another program.
    #[error("{} is a database of another program", path.display())]
    OtherProgram {
        /// The file.
        path: PathBuf,
    },
    /// The library is older than the first one without a known fault.
    #[error("SQLite {found} can damage the history. Update to {required} or newer")]
    OldSqlite {
        /// The version of the library.
        found: String,
        /// The first version without the fault.
        required: &'static str,
    },
    /// There is no space left for a copy of the file before it is migrated.
    #[error("Not enough space to copy the history before it is migrated")]
    NoSpaceToMigrate,
    /// The source and the target of a copy are one database, whatever their addresses are.
    #[error("The history can't be copied into itself")]
    SameHistory,
    /// Sessions are missing in the target of a copy.
    #[error("Only {copied} of {total} sessions were copied")]
    IncompleteCopy {
        /// The number of sessions in the target.
        copied: u64,
        /// The number of sessions in the source.
        total: u64,
    },
    /// Another process holds a lock.
    #[error("The history is locked by another program")]
    Locked(#[source] DatabaseError),
    /// A statement took longer than its time limit, or an administrator cancelled it.
    #[error("The database took too long to answer")]
    TimedOut(#[source] DatabaseError),
    /// There is no space left.
    #[error("No space left for the history")]
    Full(#[source] DatabaseError),
    /// The file can't be opened, or a file that belongs to it can't be created.
    #[error("Can't open the history")]
    CannotOpen(#[source] DatabaseError),
    /// The file or its folder is read-only.
    #[error("The history is read-only")]
    ReadOnly(#[source] DatabaseError),
    /// The database user lacks a right.
    #[error("The database user has no permission for this")]
    Permission(#[source] DatabaseError),
    /// The file is damaged.
    #[error("The history is damaged")]
    Damaged(#[source] DatabaseError),
    /// The database server can't be reached, or closed the connection.
    #[error("Can't reach the database of the history")]
    Unreachable(#[source] DatabaseError),
    /// The certificate of the database server isn't trusted, or is for another host.
    #[error("Can't verify the certificate of the history's database")]
    Certificate(#[source] DatabaseError),
    /// The database server rejected the login.
    #[error("The database of the history rejected the login")]
    Login {
        /// The error that the server reported, or the missing password.
        source: DatabaseError,
        /// The source of the password; `None` if there was none.
        password: Option<PasswordSource>,
    },
    /// Any other failure of the database.
    #[error("The database of the history reported an error")]
    Database(#[source] DatabaseError),
    /// The thread that reads has ended, which happens only because of a bug.
    #[error("Can't read the history because of an internal error. Restart Gatewatch")]
    ReaderEnded,
    /// The address of the database is not valid.
    #[error("Invalid address of the history: {0}")]
    Address(String),
}

/// An error of SQLite or PostgreSQL.
pub type DatabaseError = Box<dyn Error + Send + Sync>;

impl HistoryError {
    /// Returns what the user can do, for the command line.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } => "run `gatewatch record`, or keep the window open, to record sessions",
            Self::NewerSchema { .. } => "update Gatewatch",
            Self::OtherProgram { .. } => {
                "rename or move the file, or set GATEWATCH_DATA_DIR to another folder"
            }
            Self::IncompleteCopy { .. } => "run the same command again: it copies what is missing",
            Self::Locked(_) => "close the other program, or try again later",
            Self::TimedOut(_) => "try again, or query a shorter range",
            Self::Full(_) | Self::NoSpaceToMigrate => "free some space, or run `gatewatch history purge`",
            Self::CannotOpen(_) | Self::ReadOnly(_) | Self::Folder { .. } => {
                "check the permissions of the file and its folder"
            }
            Self::Permission(_) => {
                "grant the user CREATE on the schema, or SELECT, INSERT, UPDATE and DELETE on its tables"
            }
            Self::Damaged(_) => "run `gatewatch history check`",
            Self::Unreachable(_) => "check `url` under [history] in config.toml, and that the server runs",
            Self::Certificate(_) => "check `sslmode` and `sslrootcert` in `url`",
            Self::Login { password: None, .. } => {
                "check the user in `url`, and store the password by `gatewatch history password`"
            }
            Self::Login { password: Some(PasswordSource::Environment), .. } => {
                "check the user in `url` and the password in PGPASSWORD. To use the keyring instead, unset it and run `gatewatch history password`"
            }
            Self::Login { password: Some(PasswordSource::Keyring), .. } => {
                "check the user in `url`. The password is from the keyring: `gatewatch history password` replaces it"
            }
            Self::Login { password: Some(PasswordSource::File), .. } => {
                "check the user in `url` and the password in .pgpass. To use the keyring instead, run `gatewatch history password`"
            }
            Self::OldSqlite { .. }
            | Self::SameHistory
            | Self::Database(_)
            | Self::ReaderEnded
            | Self::Address(_) => return None,
        })
    }
}
