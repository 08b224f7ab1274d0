//! The errors and notices of a node in messages of the command line.

use std::error::Error;
use std::fmt;

use crate::gateway::{GatewayError, Notice};

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
