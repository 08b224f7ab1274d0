//! A gateway that is watched: a name and its nodes.

use super::{NodeUrl, NodeUrlError};

/// A gateway under a name. A cluster or a redundant pair has several nodes, each of which knows only its own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What people call it.
    pub name: String,
    /// Its nodes, at least one.
    nodes: Vec<NodeUrl>,
}

impl Profile {
    /// A profile with these nodes; `None` without any.
    #[must_use]
    pub fn new(name: String, nodes: Vec<NodeUrl>) -> Option<Self> {
        (!nodes.is_empty()).then_some(Self { name, nodes })
    }

    /// A gateway that nobody saved, named by its address.
    ///
    /// # Errors
    /// When the text is no address of a gateway.
    pub fn from_address(text: &str) -> Result<Self, NodeUrlError> {
        let url: NodeUrl = text.parse()?;
        Ok(Self { name: url.to_string(), nodes: vec![url] })
    }

    /// The same nodes under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The nodes, at least one.
    #[must_use]
    pub fn nodes(&self) -> &[NodeUrl] {
        &self.nodes
    }
}
