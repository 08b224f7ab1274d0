//! The errors of `config.toml`.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::history::HistoryUrlError;
use crate::gateway::NodeUrlError;

/// `config.toml` can't be read or changed. The file is left as it is.
#[derive(Debug)]
pub struct SettingsError {
    path: PathBuf,
    kind: SettingsErrorKind,
}

/// The reason of a [`SettingsError`], without the path of the file.
#[derive(Debug)]
pub(super) enum SettingsErrorKind {
    Read(io::Error),
    Write(io::Error),
    /// The file isn't TOML, or has unknown keys or values.
    Toml {
        /// The line, counted from 1.
        line: usize,
        source: Box<dyn Error + Send + Sync>,
    },
    InvalidAddress {
        profile: String,
        source: NodeUrlError,
    },
    NoAddress {
        profile: String,
    },
    UserAndToken {
        profile: String,
    },
    DuplicateName {
        profile: String,
    },
    /// The history is kept for too few or too many days.
    KeepDays {
        max: u32,
    },
    /// Sessions would be marked for too long.
    MarkTime {
        /// The longest time, in seconds.
        max: u64,
    },
    HistoryUrl {
        source: HistoryUrlError,
    },
    /// The profile to change isn't in the file.
    MissingProfile {
        profile: String,
    },
}

impl SettingsErrorKind {
    /// Creates the error of a TOML parser. `before` is the text before the error.
    pub(super) fn toml(before: &str, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Toml { line: 1 + before.matches('\n').count(), source: Box::new(source) }
    }

    pub(super) fn at(self, path: &Path) -> SettingsError {
        SettingsError { path: path.to_owned(), kind: self }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            SettingsErrorKind::Read(_) => write!(f, "Can't read {path}"),
            SettingsErrorKind::Write(_) => write!(f, "Can't write {path}"),
            SettingsErrorKind::Toml { line, .. } => {
                write!(f, "Line {line} of {path} is invalid. Fix the file")
            }
            SettingsErrorKind::InvalidAddress { profile, .. } => {
                write!(f, "Profile {profile:?} in {path} has an invalid address. Fix the file")
            }
            SettingsErrorKind::NoAddress { profile } => {
                write!(f, "Profile {profile:?} in {path} has no urls. Add urls = [\"http://host:8088\"]")
            }
            SettingsErrorKind::UserAndToken { profile } => {
                write!(f, "Profile {profile:?} in {path} has a user and a token. Remove one of them")
            }
            SettingsErrorKind::DuplicateName { profile } => {
                write!(f, "Two profiles in {path} are named {profile:?}. Rename one of them")
            }
            SettingsErrorKind::KeepDays { max } => {
                write!(
                    f,
                    "keep_days in {path} must be from 1 to {max}. To record nothing, set enabled = false"
                )
            }
            SettingsErrorKind::MarkTime { max } => {
                write!(f, "mark_secs in {path} must be from 0 to {max}. Fix the file")
            }
            SettingsErrorKind::HistoryUrl { .. } => {
                write!(f, "url of the history in {path} is invalid. Fix the file")
            }
            SettingsErrorKind::MissingProfile { profile } => {
                write!(f, "Profile {profile:?} was renamed or deleted. Save it as a new one")
            }
        }
    }
}

impl Error for SettingsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            SettingsErrorKind::Read(source) | SettingsErrorKind::Write(source) => Some(source),
            SettingsErrorKind::Toml { source, .. } => Some(source.as_ref()),
            SettingsErrorKind::InvalidAddress { source, .. } => Some(source),
            SettingsErrorKind::HistoryUrl { source } => Some(source),
            SettingsErrorKind::NoAddress { .. }
            | SettingsErrorKind::UserAndToken { .. }
            | SettingsErrorKind::DuplicateName { .. }
            | SettingsErrorKind::KeepDays { .. }
            | SettingsErrorKind::MarkTime { .. }
            | SettingsErrorKind::MissingProfile { .. } => None,
        }
    }
}
