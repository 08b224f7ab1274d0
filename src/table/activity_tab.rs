//! The tabs of the activity list.

use serde::{Deserialize, Serialize};

/// The entries that the activity list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityTab {
    /// All of them.
    #[default]
    All,
    /// Sessions that arrived, and sign-ins of this program.
    SignedIn,
    /// Sessions that left or were terminated.
    Left,
    /// Alerts.
    Alerts,
}

impl ActivityTab {
    /// All tabs with their names.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::All, "All"), (Self::SignedIn, "Signed in"), (Self::Left, "Left"), (Self::Alerts, "Alerts")];
}
