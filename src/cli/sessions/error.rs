//! The errors of `gatewatch sessions`.

use std::io;

use crate::cli::ExitStatus;
use crate::cli::rows::RowsError;
use crate::cli::target::OpenError;

/// The reason why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionsError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("Can't start the network runtime")]
    Runtime(#[source] io::Error),
}

impl SessionsError {
    pub(super) fn status(&self) -> ExitStatus {
        match self {
            Self::Rows(error) => error.status(),
            Self::Open(error) => error.status(),
            Self::Runtime(_) => ExitStatus::Failed,
        }
    }

    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Open(error) => error.hint(),
            _ => None,
        }
    }
}
