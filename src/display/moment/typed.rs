//! The forms in which people type a point in time.

use std::str::FromStr;

use chrono::{FixedOffset, NaiveDate, NaiveTime, TimeDelta};

use super::MomentError;
use crate::display::zone::parse_offset;

const TIME_FORMATS: [&str; 2] = ["%H:%M:%S%.f", "%H:%M"];

/// A point in time as typed, before the time zone and the current time are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypedMoment {
    /// A duration before now.
    Ago(TimeDelta),
    /// A time on a calendar and a clock.
    Wall {
        /// The day.
        day: TypedDay,
        /// The time of day; `None` for the start of the day.
        time: Option<NaiveTime>,
        /// The difference to UTC, if one was typed.
        offset: Option<FixedOffset>,
    },
}

/// A day as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypedDay {
    /// A day relative to today, such as -1 for yesterday.
    FromToday(i64),
    /// A date.
    Date(NaiveDate),
}

impl FromStr for TypedMoment {
    type Err = MomentError;

    /// Parses the forms that [`Clock::parse_moment`](super::Clock::parse_moment) lists, in any letter case.
    fn from_str(text: &str) -> Result<Self, MomentError> {
        let text = text.trim().to_ascii_lowercase();
        if text == "now" {
            return Ok(Self::Ago(TimeDelta::zero()));
        }
        if let Some(duration) = text.strip_prefix('-').or_else(|| text.strip_suffix("ago")) {
            return parse_duration(duration).map(Self::Ago).ok_or(MomentError);
        }
        parse_wall(&text).ok_or(MomentError)
    }
}

/// Parses a day, a time and an offset in any order.
fn parse_wall(text: &str) -> Option<TypedMoment> {
    let (mut day, mut time, mut offset) = (None, None, None);
    for word in text.split_whitespace() {
        let rest = match parse_day(word) {
            Some((typed, rest)) => {
                if day.replace(typed).is_some() {
                    return None;
                }
                rest
            }
            None => word,
        };
        let (clock_time, zone) = rest.split_at(rest.find(['z', '+', '-']).unwrap_or(rest.len()));
        if !clock_time.is_empty() && time.replace(parse_time(clock_time)?).is_some() {
            return None;
        }
        let zone = if zone == "z" { "+00:00" } else { zone };
        if !zone.is_empty() && offset.replace(parse_offset(zone)?).is_some() {
            return None;
        }
    }
    if day.is_none() && time.is_none() || offset.is_some() && time.is_none() {
        return None;
    }
    Some(TypedMoment::Wall { day: day.unwrap_or(TypedDay::FromToday(0)), time, offset })
}

/// Parses a day at the start of a word. Returns it with the rest of the word, which follows a `t` in RFC 3339.
fn parse_day(word: &str) -> Option<(TypedDay, &str)> {
    match word {
        "today" => return Some((TypedDay::FromToday(0), "")),
        "yesterday" => return Some((TypedDay::FromToday(-1), "")),
        _ => {}
    }
    let (date, rest) = match word.split_once('t') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (word, ""),
    };
    // chrono also accepts years of other lengths: 26-11-24 would be in the year 26.
    let has_digits = |at: usize, length: usize| {
        date.get(at..at + length).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_date = date.len() == 10 && has_digits(0, 4) && has_digits(5, 2) && has_digits(8, 2);
    let date = is_date.then(|| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok())??;
    Some((TypedDay::Date(date), rest))
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    TIME_FORMATS.iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// Parses numbers with units, such as `1h30m` or `2 d 5 h`. A day has 24 hours.
pub(in crate::display) fn parse_duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text.trim();
    let mut duration = TimeDelta::zero();
    loop {
        let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()));
        let seconds = match unit {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            _ => return None,
        };
        let amount: i64 = digits.parse().ok()?;
        duration = duration.checked_add(&TimeDelta::try_seconds(amount.checked_mul(seconds)?)?)?;
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(duration);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duration_secs(text: &str) -> Option<i64> {
        parse_duration(text).map(|duration| duration.num_seconds())
    }

    #[test]
    fn sums_units_of_durations() {
        for (text, secs) in [
            ("0m", 0),
            ("90s", 90),
            ("30m", 1_800),
            ("1h30m", 5_400),
            ("1 h 30 min", 5_400),
            ("2 days", 172_800),
            ("2d5h", 190_800),
            ("1hour1second", 3_601),
        ] {
            assert_eq!(duration_secs(text), Some(secs), "{text}");
        }
        for text in ["", " ", "2", "h", "2x", "2h3", "-2h", "1.5h", "99999999999999999d", "2hh"] {
            assert_eq!(duration_secs(text), None, "{text}");
        }
    }

    #[test]
    fn words_may_come_in_any_order_but_only_once() {
        let same = |a: &str, b: &str| assert_eq!(a.parse::<TypedMoment>(), b.parse(), "{a}");
        same("14:05 yesterday", "yesterday 14:05");
        same("Yesterday 14:05", "yesterday  14:05:00");
        same("2026-11-24T14:05:00Z", "2026-11-24 14:05z");
        same("2026-11-24t14:05:00+02:00", "2026-11-24 14:05 +0200");
        same("2 h ago", "-2h");
        for text in [
            "",
            "+02:00",
            "2026-11-24Z",
            "today yesterday",
            "14:05 15:05",
            "14:05Z +01:00",
            "2026-11-24T",
            "26-11-24",
            "2026-1-2",
            "2026-02-30",
            "+2026-11-24",
            "25:00",
            "14",
            "14:5:",
            "14:05 noon",
            "tomorrow",
            "ago",
            "-",
            "2026-11-24 14:05 é",
        ] {
            assert_eq!(text.parse::<TypedMoment>(), Err(MomentError), "{text}");
        }
    }
}
