//! The errors of `gatewatch sessions`.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;

use crate::atomic_file::FileError;
use crate::cli::ExitStatus;
use crate::demo::DemoError;
use crate::filter::{MatchError, PatternError};
use crate::gateway::{CredentialsError, GatewayError, NodeUrlError, Notice};
use crate::sanitize::sanitize;
use crate::settings::{SettingsError, TargetError, suggestion};

/// The reason why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionsError {
    #[error("Invalid pattern \"{pattern}\" for {option}")]
    Pattern {
        option: &'static str,
        /// The pattern, or its beginning.
        pattern: String,
        #[source]
        source: PatternError,
    },
    #[error("Can't apply the pattern for {option}")]
    Match {
        option: &'static str,
        #[source]
        source: MatchError,
    },
    #[error("Unknown column \"{column}\" for --sort. Columns: {}", sanitize(&.known.join(", ")))]
    UnknownColumn { column: String, known: Vec<String> },
    #[error("{option} needs --format csv")]
    NotCsv { option: &'static str },
    #[error("No gateway named. {}", suggestion(.saved))]
    NoGateway {
        /// The names of the saved gateways.
        saved: Vec<String>,
    },
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error("Invalid address of the demo gateway")]
    DemoAddress(#[source] NodeUrlError),
    #[error("Can't start the network runtime")]
    Runtime(#[source] io::Error),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("Can't write to standard output")]
    Output(#[source] io::Error),
}

impl SessionsError {
    pub(super) fn status(&self) -> ExitStatus {
        match self {
            Self::Pattern { .. }
            | Self::UnknownColumn { .. }
            | Self::NotCsv { .. }
            | Self::NoGateway { .. }
            | Self::Target(_)
            | Self::Credentials(_) => ExitStatus::Usage,
            Self::Match { .. }
            | Self::Settings(_)
            | Self::Demo(_)
            | Self::DemoAddress(_)
            | Self::Runtime(_)
            | Self::File(_)
            | Self::Output(_) => ExitStatus::Failed,
        }
    }

    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Settings(_) => Some("an address in place of a saved name needs no settings"),
            _ => None,
        }
    }
}

/// A node that can't be read.
#[derive(Debug)]
pub(super) struct NodeError {
    /// The names of the gateway and the node.
    pub(super) node: String,
    pub(super) error: GatewayError,
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.node, self.error)
    }
}

impl Error for NodeError {
    /// Returns the cause of the gateway's error, whose own text is part of this one's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
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

impl NodeError {
    /// Returns a hint for the command line. `is_named` is `true` if the gateway was named there: only then are credentials
    /// of the environment used.
    pub(super) fn hint(&self, is_named: bool) -> Option<Cow<'static, str>> {
        if let GatewayError::Certificate(rejected) = &self.error {
            let entry = rejected.config_entry()?;
            let advice = "to trust it without the window, add this to the gateway in config.toml";
            return Some(format!("{advice}:\n{entry}").into());
        }
        self.static_hint(is_named).map(Cow::Borrowed)
    }

    fn static_hint(&self, is_named: bool) -> Option<&'static str> {
        match &self.error {
            GatewayError::FiltersUnsupported => Some("leave out --ask-gateway to filter here"),
            GatewayError::Unauthorized { .. }
            | GatewayError::LoginNotTried
            | GatewayError::TokenNotAccepted
            | GatewayError::TokenNeeded
            | GatewayError::TokenRejected
                if !is_named =>
            {
                Some("name the gateway on the command line to log in with credentials from the environment")
            }
            GatewayError::Unauthorized { .. }
            | GatewayError::LoginNotTried
            | GatewayError::TokenNotAccepted => Some("set GATEWATCH_USER and GATEWATCH_PASSWORD"),
            GatewayError::TokenNeeded | GatewayError::TokenRejected => {
                Some("set GATEWATCH_TOKEN to the whole token, NAME:KEY")
            }
            _ => None,
        }
    }
}
