//! The errors of `gatewatch sessions`.

use std::error::Error;
use std::fmt;
use std::io;

use crate::cli::ExitStatus;
use crate::cli::rows::RowsError;
use crate::cli::target::OpenError;
use crate::gateway::Notice;

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

/// A notice about a node that was read.
#[derive(Debug)]
pub(super) struct NodeNotice {
    /// The names of the gateway and the node.
    pub(super) node: String,
    pub(super) notice: Notice,
}

impl fmt::Display for NodeNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.node, self.notice)
    }
}

impl Error for NodeNotice {
    /// Returns the cause of the notice, whose own text is part of this one's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.notice.source()
    }
}
