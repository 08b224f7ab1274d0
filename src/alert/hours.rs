//! Hours of the week in a time zone.

use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveDate, Weekday};

use crate::display::{Clock, DateStyle, Repeated, Zone};

/// The names of the days in a text, from Monday on.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTES_PER_HOUR: u16 = 60;
const MINUTES_PER_DAY: u16 = 24 * MINUTES_PER_HOUR;

/// Hours of some days of the week, in a time zone.
///
/// Each day gives one interval, whatever the clocks do in it: where they are set back, it begins with the first of two equal
/// times and ends with the second; where they are set forward, a time that is skipped is the one after.
///
/// ```
/// use gatewatch::alert::Hours;
///
/// let night = Hours::parse("mon-fri 22:00-06:00", "Europe/Berlin".parse()?)?;
/// assert!(night.contains(1_790_370_000_000)); // Friday 23:00
/// assert!(!night.contains(1_790_456_400_000)); // Saturday 23:00
/// assert_eq!(night.to_string(), "mon-fri 22:00-06:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// `true` for each day on which an interval begins, from Monday on.
    days: [bool; 7],
    /// Minutes of the day at which an interval starts and ends. It ends on the next day unless its end is later than its start.
    from: u16,
    to: u16,
    zone: Zone,
}

/// The error for a text that isn't hours of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Write the hours as in 22:00-06:00 or mon-fri 06:00-18:00")]
pub struct HoursError;

impl Hours {
    /// Parses hours such as `22:00-06:00`, `mon-fri 06:00-18:00` or `sat,sun 00:00-24:00`. The days are those on which an
    /// interval starts; without any, it is every day.
    ///
    /// # Errors
    /// If the text has another form, or start and end are the same.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, HoursError> {
        let text = text.trim().to_ascii_lowercase();
        let (days, times) = match text.rsplit_once(char::is_whitespace) {
            Some((days, times)) => (parse_days(days).ok_or(HoursError)?, times),
            None => ([true; 7], &*text),
        };
        let (from, to) = times.split_once('-').ok_or(HoursError)?;
        let from = parse_minute(from).filter(|from| *from < MINUTES_PER_DAY).ok_or(HoursError)?;
        let to = parse_minute(to).filter(|to| *to != from).ok_or(HoursError)?;
        Ok(Self { days, from, to, zone })
    }

    /// Returns the time zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Returns `true` if a time in milliseconds since 1970 UTC is within these hours.
    #[must_use]
    pub fn contains(&self, epoch_ms: i64) -> bool {
        self.end_after(epoch_ms).is_some()
    }

    /// Returns the end of the interval that a time is in, in milliseconds since 1970 UTC; `None` outside of these hours.
    #[must_use]
    pub fn end_after(&self, epoch_ms: i64) -> Option<i64> {
        let today = self.date(epoch_ms)?;
        // One that began yesterday may last until today.
        let intervals =
            [today.pred_opt(), Some(today)].into_iter().flatten().filter_map(|day| self.interval(day));
        let containing = intervals.filter(|(begin, end)| (*begin..*end).contains(&epoch_ms));
        containing.map(|(_, end)| end).max()
    }

    fn date(&self, epoch_ms: i64) -> Option<NaiveDate> {
        let time = DateTime::from_timestamp_millis(epoch_ms)?;
        Some(match self.zone {
            Zone::Named(zone) => time.with_timezone(&zone).date_naive(),
            Zone::Fixed(offset) => time.with_timezone(&offset).date_naive(),
        })
    }

    /// Returns the interval that begins on a day.
    fn interval(&self, day: NaiveDate) -> Option<(i64, i64)> {
        if !self.days[day.weekday().num_days_from_monday() as usize] {
            return None;
        }
        let last_day = if self.to > self.from { Some(day) } else { day.succ_opt() };
        Some((
            self.epoch_ms(day, self.from, Repeated::First)?,
            self.epoch_ms(last_day?, self.to, Repeated::Second)?,
        ))
    }

    fn epoch_ms(&self, day: NaiveDate, minute: u16, repeated: Repeated) -> Option<i64> {
        let (day, minute) = if minute == MINUTES_PER_DAY { (day.succ_opt()?, 0) } else { (day, minute) };
        let clock = Clock { style: DateStyle::Gateway, zone: Some(self.zone), now_epoch_ms: 0 };
        let moment = clock.parse_moment(&format!("{day} {}", minute_text(minute)), repeated);
        moment.ok().map(|moment| moment.epoch_ms)
    }
}

/// Writes the hours as [`Hours::parse`] reads them, without the zone.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != [true; 7] {
            let mut separator = "";
            let mut day = 0;
            while day < DAYS.len() {
                let length = self.days[day..].iter().take_while(|is_set| **is_set).count();
                match length {
                    0 => {}
                    1 => write!(f, "{separator}{}", DAYS[day])?,
                    2 => write!(f, "{separator}{},{}", DAYS[day], DAYS[day + 1])?,
                    _ => write!(f, "{separator}{}-{}", DAYS[day], DAYS[day + length - 1])?,
                }
                separator = if length > 0 { "," } else { separator };
                day += length.max(1);
            }
            f.write_str(" ")?;
        }
        write!(f, "{}-{}", minute_text(self.from), minute_text(self.to))
    }
}

fn minute_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / MINUTES_PER_HOUR, minute % MINUTES_PER_HOUR)
}

/// Parses a time of day up to `24:00`.
fn parse_minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let is_number =
        |text: &str| matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hours) || !is_number(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * MINUTES_PER_HOUR + minutes;
    (minutes < MINUTES_PER_HOUR && minute <= MINUTES_PER_DAY).then_some(minute)
}

/// Parses days such as `mon-fri,sun`. A range may go over the end of the week.
fn parse_days(text: &str) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.trim().split_once('-').unwrap_or((part.trim(), part.trim()));
        let [first, last] = [first, last].map(|name| name.trim().parse::<Weekday>().ok());
        let (mut day, last) = (first?, last?);
        loop {
            days[day.num_days_from_monday() as usize] = true;
            if day == last {
                break;
            }
            day = day.succ();
        }
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn hours(text: &str, zone: &str) -> Hours {
        Hours::parse(text, zone.parse().unwrap()).unwrap()
    }

    fn time(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    /// Returns the starts and ends of hours within a range, to the minute.
    fn intervals(hours: &Hours, from: &str, to: &str) -> Vec<(String, String)> {
        let utc =
            |epoch_ms: i64| DateTime::from_timestamp_millis(epoch_ms).unwrap().format("%dT%H:%M").to_string();
        let mut found: Vec<(i64, i64)> = Vec::new();
        let mut at = time(from);
        while at < time(to) {
            if hours.contains(at) {
                match found.last_mut() {
                    Some((_, end)) if *end == at => *end = at + MINUTE_MS,
                    _ => found.push((at, at + MINUTE_MS)),
                }
            }
            at += MINUTE_MS;
        }
        found.into_iter().map(|(begin, end)| (utc(begin), utc(end))).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn reads_and_writes_days_and_times() {
        for (text, written) in [
            ("22:00-06:00", "22:00-06:00"),
            ("Mon-Fri 6:00-18:00", "mon-fri 06:00-18:00"),
            ("sun,sat 00:00-24:00", "sat,sun 00:00-24:00"),
            ("sat-mon 12:00-13:00", "mon,sat,sun 12:00-13:00"),
            ("mon,wed-fri,sun 12:00-13:00", "mon,wed-fri,sun 12:00-13:00"),
            ("monday 12:00-13:00", "mon 12:00-13:00"),
        ] {
            assert_eq!(hours(text, "UTC").to_string(), written, "{text}");
            assert_eq!(hours(written, "UTC"), hours(text, "UTC"));
        }
        for text in [
            "",
            "22:00",
            "22:00-",
            "22-6",
            "24:00-06:00",
            "22:60-06:00",
            "22:00-24:01",
            "06:00-06:00",
            "fr 1:00-2:00",
            "mon-fri",
            "x-y 1:00-2:00",
            "-1:00-2:00",
        ] {
            assert_eq!(Hours::parse(text, "UTC".parse().unwrap()), Err(HoursError), "{text}");
        }
    }

    #[test]
    fn night_belongs_to_the_day_on_which_it_begins() {
        let night = hours("fri 22:00-06:00", "UTC");
        let found = intervals(&night, "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z");
        assert_eq!(found, pairs(&[("27T22:00", "28T06:00")]));
        let weekend = hours("sat,sun 00:00-24:00", "UTC");
        let found = intervals(&weekend, "2026-11-23T00:00:00Z", "2026-12-02T00:00:00Z");
        assert_eq!(found, pairs(&[("28T00:00", "30T00:00")]));
    }

    #[test]
    fn hours_follow_the_clocks_of_their_zone() {
        let night = hours("22:00-06:00", "Europe/Berlin");
        // Summer time ends on 2026-10-25 at 01:00 UTC, so the night has nine hours.
        let found = intervals(&night, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(found, pairs(&[("24T20:00", "25T05:00"), ("25T21:00", "26T05:00")]));
        // It begins on 2027-03-28 at 01:00 UTC, so the night has seven.
        let found = intervals(&night, "2027-03-27T12:00:00Z", "2027-03-29T12:00:00Z");
        assert_eq!(found, pairs(&[("27T21:00", "28T04:00"), ("28T20:00", "29T04:00")]));
    }

    #[test]
    fn interval_in_a_doubled_hour_is_not_interrupted() {
        // 02:00 to 03:00 occurs twice: from 00:00 and from 01:00 UTC.
        let day =
            |text| intervals(&hours(text, "Europe/Berlin"), "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z");
        assert_eq!(day("02:15-02:45"), pairs(&[("25T00:15", "25T01:45")]));
        assert_eq!(day("01:00-02:30"), pairs(&[("24T23:00", "25T01:30")]));
        assert_eq!(day("02:30-04:00"), pairs(&[("25T00:30", "25T03:00")]));
    }

    #[test]
    fn interval_in_a_skipped_hour_begins_and_ends_after_it() {
        // 02:00 to 03:00 doesn't exist.
        let day =
            |text| intervals(&hours(text, "Europe/Berlin"), "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z");
        assert_eq!(day("02:15-02:45"), pairs(&[]));
        assert_eq!(day("01:00-02:30"), pairs(&[("28T00:00", "28T01:00")]));
        assert_eq!(day("02:30-04:00"), pairs(&[("28T01:00", "28T02:00")]));
        // Where midnight is skipped.
        let azores = hours("00:00-06:00", "Atlantic/Azores");
        let found = intervals(&azores, "2027-03-28T00:00:00Z", "2027-03-28T12:00:00Z");
        assert_eq!(found, pairs(&[("28T01:00", "28T06:00")]));
    }

    #[test]
    fn returns_the_end_of_the_interval() {
        let night = hours("22:00-06:00", "Europe/Berlin");
        assert_eq!(night.end_after(time("2026-11-24T23:00:00Z")), Some(time("2026-11-25T05:00:00Z")));
        assert_eq!(night.end_after(time("2026-11-24T12:00:00Z")), None);
        assert_eq!(night.end_after(time("2026-11-25T05:00:00Z")), None);
    }
}
