//! A calendar day in UTC.

use chrono::{NaiveDate, ParseError, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A calendar day in UTC, written as `2026-11-26`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(NaiveDate);

impl Day {
    /// Returns the current day.
    #[must_use]
    pub fn today() -> Self {
        Self(Utc::now().date_naive())
    }

    /// Returns the number of days from `earlier` to this day; negative if that is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        TimeDelta::num_days(&(self.0 - earlier.0))
    }
}

impl TryFrom<String> for Day {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        text.parse().map(Self)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}
