//! The words for kinds of sessions and their limits.

use crate::gateway::SessionKind;

/// Returns the name of several sessions of a kind, as a label.
pub(super) fn plural(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Vision => "Vision clients",
        SessionKind::Designer => "Designers",
        SessionKind::Perspective => "Perspective sessions",
    }
}

/// Returns the accessible name of the box for the limit of a kind.
pub(super) fn limit_name(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Vision => "Limit of Vision clients",
        SessionKind::Designer => "Limit of Designers",
        SessionKind::Perspective => "Limit of Perspective sessions",
    }
}
