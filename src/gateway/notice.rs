//! The reasons why a snapshot of a node may be incomplete although the node was read.

use std::error::Error;
use std::fmt;

use super::{Endpoint, GatewayError, GatewayInfo, SessionKind};

/// A reason why the sessions of a node that was read may be incomplete.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// The node isn't the active one of its redundant pair, so its list may be empty or partial.
    Inactive {
        /// Its role and activity, such as `master, cold`.
        redundancy: String,
    },
    /// The gateway has no list of this kind, because it lacks the module.
    NoModule(SessionKind),
    /// A list can't be read although others can.
    ListFailed {
        /// The kind of sessions in the list.
        kind: SessionKind,
        /// The failure.
        error: GatewayError,
    },
    /// Values that can't be represented became null or have a replacement character.
    ReplacedValues(usize),
}

impl Notice {
    /// Returns the notice about a node that isn't active.
    pub(super) fn inactive(info: Option<&GatewayInfo>) -> Option<Self> {
        let info = info.filter(|info| !info.is_active())?;
        Some(Self::Inactive { redundancy: info.redundancy().unwrap_or_default() })
    }

    /// Returns the notice about replaced values, if there are any.
    pub(super) fn replaced(values: usize) -> Option<Self> {
        (values > 0).then_some(Self::ReplacedValues(values))
    }

    /// Returns `true` if something is wrong, rather than a module not being installed.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        !matches!(self, Self::NoModule(_))
    }
}

impl Error for Notice {
    /// Returns the cause of the failure, whose own text is part of the notice's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::ListFailed { error, .. } => error.source(),
            _ => None,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactive { redundancy } => write!(
                f,
                "This node isn't active ({redundancy}), so sessions may be missing. Read the active node"
            ),
            Self::NoModule(kind) => {
                write!(f, "{kind} sessions are not listed. The gateway may lack the module")
            }
            // These errors name the list themselves.
            Self::ListFailed {
                error:
                    error @ (GatewayError::Status { endpoint: Endpoint::List(_), .. }
                    | GatewayError::InvalidList { .. }),
                ..
            } => write!(f, "{error}"),
            Self::ListFailed { kind, error } => write!(f, "Can't list {kind} sessions. {error}"),
            Self::ReplacedValues(1) => {
                f.write_str("1 value can't be represented. It is null or has a replacement character")
            }
            Self::ReplacedValues(values) => {
                write!(
                    f,
                    "{values} values can't be represented. They are null or have a replacement character"
                )
            }
        }
    }
}
