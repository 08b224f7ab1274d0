//! The errors of `config.toml`.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::alert_problem::AlertReason;
use super::history::HistoryUrlError;
use crate::gateway::NodeUrlError;

/// A failure to read or change `config.toml`, or an entry in it that is wrong. The file is left as
/// it is.
#[derive(Clone, Debug)]
pub struct SettingsError {
    path: PathBuf,
    kind: Arc<SettingsErrorKind>,
}

impl PartialEq for SettingsError {
    /// Compares the messages. Causes can't be compared.
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for SettingsError {}

impl SettingsError {
    /// Returns the name of the profile that is wrong, which may be empty.
    pub(crate) fn profile(&self) -> Option<String> {
        match self.kind.entry()? {
            Entry::Profile(name) => Some(name),
            Entry::Filter(_) | Entry::Key(_) => None,
        }
    }

    /// Returns `true` if the error may be about the history.
    pub(super) fn may_be_of_history(&self) -> bool {
        self.kind.may_be_of_history()
    }
}

/// An entry of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A key at the top.
    Key(String),
    /// The profile with this name.
    Profile(String),
    /// The saved filter with this name.
    Filter(String),
}

/// The reason of a [`SettingsError`], without the path of the file.
#[derive(Debug)]
pub(super) enum SettingsErrorKind {
    Read(io::Error),
    Write(io::Error),
    /// The file isn't TOML.
    Syntax {
        /// The line, counted from 1.
        line: usize,
        source: Box<dyn Error + Send + Sync>,
    },
    /// An entry has unknown keys or values.
    Toml {
        entry: Entry,
        /// The line, counted from 1.
        line: usize,
        source: Box<dyn Error + Send + Sync>,
    },
    /// A key at the top that no version knows, or only a newer one.
    UnknownKey {
        key: String,
        line: usize,
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
    /// Sessions would be marked for too long.
    MarkTime {
        /// The longest time, in seconds.
        max: u64,
    },
    /// A key of the history has another value than it can have.
    History {
        key: String,
        line: usize,
        /// The description of a valid value.
        expected: String,
        source: Option<HistoryUrlError>,
    },
    /// Another alert has the name of the one to save.
    DuplicateAlert {
        alert: String,
    },
    /// The entry to remove is one of those for all users.
    OfMachine {
        name: String,
        /// The file that has it.
        file: PathBuf,
    },
    /// The profile to change isn't in the file.
    MissingProfile {
        profile: String,
    },
    /// The alert to change isn't in the file.
    MissingAlert {
        alert: String,
    },
    /// The change of an alert conflicts with one of another program.
    ChangedAlert {
        alert: String,
        source: AlertReason,
    },
}

impl SettingsErrorKind {
    /// Creates the error of a TOML parser. `before` is the text before the error.
    pub(super) fn syntax(before: &str, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Syntax { line: 1 + before.matches('\n').count(), source: Box::new(source) }
    }

    pub(super) fn at(self, path: &Path) -> SettingsError {
        SettingsError { path: path.to_owned(), kind: Arc::new(self) }
    }

    /// Returns the entry that is wrong; `None` if it is the whole file or a change of it.
    pub(super) fn entry(&self) -> Option<Entry> {
        match self {
            Self::Read(_)
            | Self::Write(_)
            | Self::Syntax { .. }
            | Self::DuplicateAlert { .. }
            | Self::MissingAlert { .. }
            | Self::ChangedAlert { .. }
            | Self::OfMachine { .. }
            | Self::MissingProfile { .. } => None,
            Self::Toml { entry, .. } => Some(entry.clone()),
            Self::UnknownKey { key, .. } => Some(Entry::Key(key.clone())),
            Self::InvalidAddress { profile, .. }
            | Self::NoAddress { profile }
            | Self::UserAndToken { profile }
            | Self::DuplicateName { profile } => Some(Entry::Profile(profile.clone())),
            Self::MarkTime { .. } => Some(Entry::Key("mark_secs".to_owned())),
            Self::History { .. } => Some(Entry::Key("history".to_owned())),
        }
    }

    /// Returns `true` if the error may be about the history. A key that isn't known may be a
    /// misspelled one, and a file that isn't TOML may have any.
    pub(super) fn may_be_of_history(&self) -> bool {
        matches!(self, Self::History { .. } | Self::UnknownKey { .. } | Self::Syntax { .. } | Self::Read(_))
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &*self.kind {
            SettingsErrorKind::Read(_) => write!(f, "Can't read {path}"),
            SettingsErrorKind::Write(_) => write!(f, "Can't write {path}"),
            SettingsErrorKind::Syntax { line, .. } | SettingsErrorKind::Toml { line, .. } => {
                write!(f, "Line {line} of {path} is invalid. Fix the file")
            }
            SettingsErrorKind::UnknownKey { key, line } => {
                write!(f, "Line {line} of {path}: unknown key {key}. Until it is fixed, nothing is recorded")
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
            SettingsErrorKind::MarkTime { max } => {
                write!(f, "In {path}, mark_secs must be from 0 to {max}. Fix the file")
            }
            SettingsErrorKind::History { key, line, expected, .. } => write!(
                f,
                "Line {line} of {path}: {key} must be {expected}. Until it is fixed, nothing is recorded"
            ),
            SettingsErrorKind::DuplicateAlert { alert } => {
                write!(f, "Two alerts in {path} are named {alert:?}. Rename one of them")
            }
            SettingsErrorKind::MissingAlert { alert } => {
                write!(f, "Alert {alert:?} was renamed or deleted. Save it as a new one")
            }
            SettingsErrorKind::ChangedAlert { alert, .. } => {
                write!(f, "Alert {alert:?} was changed by another program. Open it again")
            }
            SettingsErrorKind::OfMachine { name, file } => {
                write!(f, "{name:?} is for all users. Remove it from {}", file.display())
            }
            SettingsErrorKind::MissingProfile { profile } => {
                write!(f, "Profile {profile:?} was renamed or deleted. Save it as a new one")
            }
        }
    }
}

impl Error for SettingsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.kind {
            SettingsErrorKind::Read(source) | SettingsErrorKind::Write(source) => Some(source),
            SettingsErrorKind::Syntax { source, .. } | SettingsErrorKind::Toml { source, .. } => {
                Some(source.as_ref())
            }
            SettingsErrorKind::InvalidAddress { source, .. } => Some(source),
            SettingsErrorKind::History { source, .. } => source.as_ref().map(|source| source as _),
            SettingsErrorKind::ChangedAlert { source, .. } => Some(source),
            SettingsErrorKind::UnknownKey { .. }
            | SettingsErrorKind::NoAddress { .. }
            | SettingsErrorKind::UserAndToken { .. }
            | SettingsErrorKind::DuplicateName { .. }
            | SettingsErrorKind::MarkTime { .. }
            | SettingsErrorKind::DuplicateAlert { .. }
            | SettingsErrorKind::MissingAlert { .. }
            | SettingsErrorKind::OfMachine { .. }
            | SettingsErrorKind::MissingProfile { .. } => None,
        }
    }
}
