//! The kinds of sessions. Each has its own list.

use std::fmt;

use crate::dataset::names;

/// The kind of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SessionKind {
    /// A Vision client.
    Vision,
    /// A Designer.
    Designer,
    /// A Perspective session: in a browser, on a phone, or in a Designer.
    Perspective,
}

impl SessionKind {
    /// All kinds, in the order of their rows.
    pub const ALL: [Self; 3] = [Self::Vision, Self::Designer, Self::Perspective];

    /// The name of the column that holds the kind.
    pub const COLUMN: &'static str = names::KIND;

    /// Returns the value of that column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vision => "Vision",
            Self::Designer => "Designer",
            Self::Perspective => "Perspective",
        }
    }

    /// Returns the word for it in `config.toml`, on the command line and in scripts.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Vision => "client",
            Self::Designer => "designer",
            Self::Perspective => "perspective",
        }
    }

    /// Returns the kind with this name or id, in any letter case.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let is_meant =
            |kind: &Self| [kind.name(), kind.id()].iter().any(|word| word.eq_ignore_ascii_case(text));
        Self::ALL.into_iter().find(is_meant)
    }

    /// Returns the path of its list.
    pub(in crate::gateway) fn list_path(self) -> &'static str {
        match self {
            Self::Vision => "/data/vision/api/v1/clients",
            Self::Designer => "/data/api/v1/designers",
            // Without the trailing slash it is the path that terminates sessions.
            Self::Perspective => "/data/perspective/api/v1/sessions/",
        }
    }
}

impl fmt::Display for SessionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
