//! Points in time as people type them.

use std::time::SystemTime;

use chrono::{DateTime, Local, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use super::clock::{Clock, DateStyle};
use super::zone::Zone;

const DATE_TIME_FORMATS: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
const TIME_FORMATS: [&str; 2] = ["%H:%M:%S", "%H:%M"];

impl Clock {
    /// Parses a time of today such as `14:05`, a date, or both, in the time zone of the dates, and in local time for ages.
    /// Returns milliseconds since 1970 UTC; `None` for other texts.
    ///
    /// ```
    /// use gatewatch::display::{Clock, DateStyle};
    ///
    /// let clock = Clock::new(DateStyle::Utc, None, 1_795_365_700_123);
    /// assert_eq!(clock.parse_moment("14:05"), clock.parse_moment("2026-11-22 14:05:00"));
    /// assert_eq!(clock.parse_moment("noon"), None);
    /// ```
    #[must_use]
    pub fn parse_moment(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        let date_time = |format: &&str| NaiveDateTime::parse_from_str(text, format).ok();
        let time = |format: &&str| NaiveTime::parse_from_str(text, format).ok();
        let naive = if let Some(naive) = DATE_TIME_FORMATS.iter().find_map(date_time) {
            naive
        } else if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            date.and_time(NaiveTime::MIN)
        } else {
            self.naive(self.now_epoch_ms)?.date().and_time(TIME_FORMATS.iter().find_map(time)?)
        };
        self.epoch_ms(naive)
    }

    /// Returns a point in time as [`parse_moment`](Self::parse_moment) reads it, to the second.
    #[must_use]
    pub fn moment_text(&self, epoch_ms: i64) -> String {
        self.naive(epoch_ms).map_or_else(String::new, |naive| naive.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    fn naive(&self, epoch_ms: i64) -> Option<NaiveDateTime> {
        let utc = chrono::DateTime::from_timestamp_millis(epoch_ms)?;
        Some(match (self.style, self.zone) {
            (DateStyle::Local | DateStyle::Age, _) => utc.with_timezone(&Local).naive_local(),
            (DateStyle::Gateway, Some(Zone::Named(zone))) => utc.with_timezone(&zone).naive_local(),
            (DateStyle::Gateway, Some(Zone::Fixed(offset))) => utc.with_timezone(&offset).naive_local(),
            (DateStyle::Gateway, None) | (DateStyle::Utc, _) => utc.naive_utc(),
        })
    }

    fn epoch_ms(&self, naive: NaiveDateTime) -> Option<i64> {
        match (self.style, self.zone) {
            (DateStyle::Local | DateStyle::Age, _) => first_ms(&Local.from_local_datetime(&naive)),
            (DateStyle::Gateway, Some(Zone::Named(zone))) => first_ms(&zone.from_local_datetime(&naive)),
            (DateStyle::Gateway, Some(Zone::Fixed(offset))) => first_ms(&offset.from_local_datetime(&naive)),
            (DateStyle::Gateway, None) | (DateStyle::Utc, _) => first_ms(&Utc.from_local_datetime(&naive)),
        }
    }
}

/// Returns the earlier one of two times with the same name; `None` if daylight saving time skips it.
fn first_ms<Z: TimeZone>(time: &MappedLocalTime<chrono::DateTime<Z>>) -> Option<i64> {
    match time {
        MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => Some(time.timestamp_millis()),
        MappedLocalTime::None => None,
    }
}

/// Returns a local time, with the date unless it is today.
#[must_use]
pub fn time_text(time: SystemTime, now: SystemTime) -> String {
    let (time, now) = (DateTime::<Local>::from(time), DateTime::<Local>::from(now));
    let is_today = time.date_naive() == now.date_naive();
    time.format(if is_today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 16:41:40 UTC.
    const NOW_MS: i64 = 1_795_365_700_123;

    #[test]
    fn reads_times_in_the_zone_of_the_dates() {
        for (style, zone, text, expected) in [
            (DateStyle::Utc, None, "16:41:40", Some("2026-11-22 16:41:40")),
            (DateStyle::Utc, None, " 9:05 ", Some("2026-11-22 09:05:00")),
            (DateStyle::Utc, None, "2026-11-20", Some("2026-11-20 00:00:00")),
            (DateStyle::Utc, None, "2026-11-20T01:02", Some("2026-11-20 01:02:00")),
            (DateStyle::Gateway, Some("GMT-08:00"), "00:30", Some("2026-11-22 08:30:00")),
            (DateStyle::Gateway, Some("Europe/Berlin"), "2026-07-01 12:00", Some("2026-07-01 10:00:00")),
            // The hour that daylight saving time skips, and the first of the two that it repeats.
            (DateStyle::Gateway, Some("Europe/Berlin"), "2026-03-29 02:30", None),
            (DateStyle::Gateway, Some("Europe/Berlin"), "2026-10-25 02:30", Some("2026-10-25 00:30:00")),
            (DateStyle::Utc, None, "", None),
            (DateStyle::Utc, None, "25:00", None),
            (DateStyle::Utc, None, "2026-02-30", None),
        ] {
            let read = Clock::new(style, zone, NOW_MS).parse_moment(text);
            let utc = Clock::new(DateStyle::Utc, None, NOW_MS);
            assert_eq!(read.map(|time| utc.moment_text(time)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn reads_back_what_it_writes() {
        for style in DateStyle::ALL {
            for zone in [None, Some("America/Los_Angeles"), Some("GMT+05:45")] {
                let clock = Clock::new(style, zone, NOW_MS);
                let text = clock.moment_text(NOW_MS);
                assert_eq!(clock.parse_moment(&text), Some(NOW_MS - 123), "{text}");
            }
        }
    }
}
