//! The time that a timeline shows.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A time up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TimelineSpan {
    /// The last hour.
    Hour,
    /// The last 24 hours.
    #[default]
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// The last 365 days.
    Year,
}

impl TimelineSpan {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// Returns the length.
    #[must_use]
    pub const fn duration(self) -> Duration {
        let hours = match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
            Self::Year => 365 * 24,
        };
        Duration::from_hours(hours)
    }

    /// Returns the name in a menu.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hour => "Last hour",
            Self::Day => "Last 24 h",
            Self::Week => "Last 7 days",
            Self::Month => "Last 30 days",
            Self::Year => "Last year",
        }
    }
}
