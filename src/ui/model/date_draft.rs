//! A filter on dates that is being edited.

use std::num::IntErrorKind;

use crate::display::{Clock, Repeated};
use crate::query::DateRange;

const TOO_LARGE: &str = "The number is too large";

/// A filter on dates that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct DateDraft {
    /// The kind of range.
    pub(in crate::ui) mode: DateMode,
    /// The number of units.
    pub(in crate::ui) amount: String,
    /// The unit.
    pub(in crate::ui) unit: DateUnit,
    /// The limit.
    pub(in crate::ui) time: String,
}

/// The kind of a range of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum DateMode {
    /// Within the last minutes, hours or days.
    Last,
    /// Before a time.
    Before,
    /// Since a time.
    Since,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum DateUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

impl DateUnit {
    /// Returns the number of seconds.
    pub(in crate::ui) fn seconds(self) -> u32 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => 86_400,
        }
    }
}

impl Default for DateDraft {
    fn default() -> Self {
        Self { mode: DateMode::Last, amount: "7".to_owned(), unit: DateUnit::Days, time: String::new() }
    }
}

impl DateDraft {
    /// Creates a draft that starts with this range.
    pub(in crate::ui) fn new(range: Option<DateRange>, clock: &Clock) -> Self {
        let draft = Self { time: clock.moment_text(clock.now_epoch_ms), ..Self::default() };
        match range {
            None => draft,
            Some(DateRange::Last(seconds)) => {
                let units = [DateUnit::Days, DateUnit::Hours];
                let unit =
                    units.into_iter().find(|unit| seconds > 0 && seconds.is_multiple_of(unit.seconds()));
                let unit = unit.unwrap_or(DateUnit::Minutes);
                let amount = seconds.div_ceil(unit.seconds()).to_string();
                Self { amount, unit, ..draft }
            }
            Some(DateRange::Before(end)) => {
                Self { mode: DateMode::Before, time: clock.moment_text(end), ..draft }
            }
            Some(DateRange::Since(start)) => {
                Self { mode: DateMode::Since, time: clock.moment_text(start), ..draft }
            }
        }
    }

    /// Returns the range, or what is wrong with it.
    pub(in crate::ui) fn range(&self, clock: &Clock) -> Result<DateRange, &'static str> {
        let time = || {
            let moment = clock.parse_moment(&self.time, Repeated::First);
            moment.map(|moment| moment.epoch_ms).map_err(|_| "Enter a time such as 14:05 or 2026-11-22 14:05")
        };
        match self.mode {
            DateMode::Last => {
                let amount = self.amount.trim().parse::<u32>().map_err(|error| match error.kind() {
                    IntErrorKind::PosOverflow => TOO_LARGE,
                    _ => "Enter a whole number",
                })?;
                let seconds = amount.checked_mul(self.unit.seconds()).ok_or(TOO_LARGE)?;
                Ok(DateRange::Last(seconds))
            }
            DateMode::Before => time().map(DateRange::Before),
            DateMode::Since => time().map(DateRange::Since),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;

    #[test]
    fn large_number_is_not_called_a_fraction() {
        let clock = Clock::new(DateStyle::Utc, None, 0);
        for (amount, expected) in [
            (" 7 ", Ok(DateRange::Last(604_800))),
            ("99999", Err(TOO_LARGE)),
            ("99999999999", Err(TOO_LARGE)),
            ("1.5", Err("Enter a whole number")),
            ("", Err("Enter a whole number")),
        ] {
            let draft = DateDraft { amount: amount.to_owned(), ..DateDraft::default() };
            assert_eq!(draft.range(&clock), expected, "{amount:?}");
        }
    }
}
