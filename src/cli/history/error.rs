//! The errors of `gatewatch history`.

use std::io;
use std::path::PathBuf;

use crate::cli::ExitStatus;
use crate::cli::rows::RowsError;
use crate::display::MomentError;
use crate::history::HistoryError;
use crate::sanitize::sanitize;
use crate::secrets::KeyringError;
use crate::settings::{HistoryUrlError, SettingsError};

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum CommandError {
    #[error("Invalid time \"{text}\" for {option}")]
    Time {
        option: &'static str,
        /// The time, or its beginning.
        text: String,
        #[source]
        source: MomentError,
    },
    #[error("{time} for {option} is in the future")]
    Future { option: &'static str, time: String },
    #[error("--from is {from}, which is after --to, {to}")]
    Order { from: String, to: String },
    #[error("Unknown gateway. Recorded ones: {}", sanitize(&.recorded.join(", ")))]
    UnknownGateway { recorded: Vec<String> },
    #[error("Invalid target for --to")]
    Target(#[from] HistoryUrlError),
    #[error("The history can't be copied into itself")]
    SameHistory,
    #[error("Can't copy into {}, which is no history", sanitize(&path.to_string_lossy()))]
    NoHistory {
        path: PathBuf,
        #[source]
        source: HistoryError,
    },
    #[error("The history is in a file, which needs no password")]
    PasswordOfFile,
    #[error("No password was given")]
    NoPassword,
    #[error("Can't read the password")]
    Input(#[source] io::Error),
    #[error("Can't store the password")]
    Keyring(#[source] KeyringError),
    #[error("Can't remove the password")]
    RemovePassword(#[source] KeyringError),
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("No folder for the history, because there is no home folder")]
    NoFolder,
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("Can't write to standard output")]
    Output(#[from] io::Error),
}

impl CommandError {
    pub(in crate::cli) fn status(&self) -> ExitStatus {
        match self {
            Self::Time { .. }
            | Self::Future { .. }
            | Self::Order { .. }
            | Self::UnknownGateway { .. }
            | Self::Target(_)
            | Self::SameHistory
            | Self::NoHistory { .. }
            | Self::PasswordOfFile
            | Self::NoPassword => ExitStatus::Usage,
            Self::Rows(error) => error.status(),
            Self::Input(_)
            | Self::Keyring(_)
            | Self::RemovePassword(_)
            | Self::Settings(_)
            | Self::NoFolder
            | Self::History(_)
            | Self::Output(_) => ExitStatus::Failed,
        }
    }

    pub(in crate::cli) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Future { .. } => Some("for a time of the day before, write \"yesterday 14:05\""),
            Self::NoFolder => Some("set GATEWATCH_DATA_DIR to a folder"),
            Self::NoHistory { .. } => {
                Some("name a file that doesn't exist yet, or that Gatewatch has written")
            }
            Self::PasswordOfFile => {
                Some("for a PostgreSQL database, write its `url` under [history] in config.toml")
            }
            Self::Keyring(_) => Some("without a keyring, use PGPASSWORD or .pgpass"),
            Self::History(error) => error.hint(),
            _ => None,
        }
    }
}
