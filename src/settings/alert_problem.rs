//! The errors of `[[alert]]` tables. One that is wrong is left out, and the others apply.

use std::path::PathBuf;

use super::CONFIG_FILE;
use crate::alert::{ConditionKind, HoursError};
use crate::filter::PatternError;

/// An alert in `config.toml` that is left out because of an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Alert {name:?} is left out: {key} in line {line} of {} is {}", self.file_name(), self.state())]
pub struct AlertProblem {
    /// The name of the alert; empty if it has none.
    pub name: String,
    /// The key that is wrong.
    pub key: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The file, if it isn't the user's `config.toml`.
    pub file: Option<PathBuf>,
    /// The reason why the key is wrong.
    pub source: AlertReason,
}

impl AlertProblem {
    fn state(&self) -> &'static str {
        if matches!(self.source, AlertReason::Missing(_)) { "missing" } else { "invalid" }
    }

    fn file_name(&self) -> String {
        self.file.as_ref().map_or_else(|| CONFIG_FILE.to_owned(), |file| file.display().to_string())
    }
}

/// The reason why a key of an alert is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlertReason {
    /// The key is required.
    #[error("Add {0}")]
    Missing(&'static str),
    /// The key doesn't exist.
    #[error("Unknown key. Check its spelling or remove it")]
    UnknownKey,
    /// The condition doesn't use this key.
    #[error("The condition {0} doesn't use this key. Remove it")]
    NotOfCondition(&'static str),
    /// Another alert has the same name.
    #[error("Another alert has this name. Rename one of them")]
    DuplicateName,
    /// The value has another type or form.
    #[error("Expected {0}")]
    Expected(&'static str),
    /// The condition doesn't exist.
    #[error("Unknown condition. Use one of: {}", condition_names())]
    UnknownCondition,
    /// The pattern is invalid.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The hours are invalid.
    #[error(transparent)]
    Hours(#[from] HoursError),
}

fn condition_names() -> String {
    ConditionKind::all().map(ConditionKind::name).collect::<Vec<_>>().join(", ")
}
