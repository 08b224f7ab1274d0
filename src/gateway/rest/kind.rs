//! The kinds of sessions, each with a list of its own.

use std::fmt;

use crate::dataset::names;

/// What a session is a session of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// A Vision client.
    Vision,
    /// A Designer.
    Designer,
    /// A Perspective session: in a browser, on a phone, or in a Designer.
    Perspective,
}

impl SessionKind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Vision, Self::Designer, Self::Perspective];

    /// The name of the column that holds a session's kind.
    pub const COLUMN: &'static str = names::KIND;

    /// As it stands in that column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vision => "Vision",
            Self::Designer => "Designer",
            Self::Perspective => "Perspective",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Where its list is.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Vision => "/data/vision/api/v1/clients",
            Self::Designer => "/data/api/v1/designers",
            // Without the last slash it is the path that ends sessions.
            Self::Perspective => "/data/perspective/api/v1/sessions/",
        }
    }
}

impl fmt::Display for SessionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
