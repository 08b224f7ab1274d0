//! `gatewatch alert`: lists the alerts in `config.toml`, and tests one over the recorded history.

mod args;
mod list;
mod test_run;

pub use args::{AlertArgs, AlertCommand, AlertTestArgs, AlertTestFormat};

use std::io;

use super::ExitStatus;
use super::history::CommandError;
use super::report::report;
use crate::history::HistoryError;
use crate::sanitize::sanitize;
use crate::settings::{AlertProblem, SettingsError};

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
enum AlertError {
    #[error("Unknown alert. {}", known(.names))]
    Unknown { names: Vec<String> },
    #[error(transparent)]
    Invalid(#[from] Box<AlertProblem>),
    #[error("The history can't answer {condition}: it lacks {missing}")]
    NotStored { condition: &'static str, missing: &'static str },
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("Can't write to standard output")]
    Output(#[from] io::Error),
}

fn known(names: &[String]) -> String {
    match names {
        [] => "There are none in config.toml".to_owned(),
        names => format!("Alerts: {}", sanitize(&names.join(", "))),
    }
}

impl AlertError {
    fn status(&self) -> ExitStatus {
        match self {
            Self::Unknown { .. } | Self::NotStored { .. } => ExitStatus::Usage,
            Self::Command(error) => error.status(),
            Self::Invalid(_) | Self::Settings(_) | Self::History(_) | Self::Output(_) => ExitStatus::Failed,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotStored { .. } => {
                Some("such an alert can only be tested on a gateway, with `gatewatch record`")
            }
            Self::Command(error) => error.hint(),
            Self::History(error) => error.hint(),
            _ => None,
        }
    }
}

/// Lists or tests alerts.
#[must_use]
pub fn run(args: &AlertArgs) -> ExitStatus {
    let result = match &args.command {
        AlertCommand::List => list::run(),
        AlertCommand::Test(args) => test_run::run(args),
    };
    result.unwrap_or_else(|error| {
        report(&error, error.hint());
        error.status()
    })
}
