//! Calendar days in the time zone of the dates.

use chrono::{Datelike as _, Days, NaiveTime};

use super::clock::Clock;
use super::moment::Repeated;

/// The largest number of days: ten years.
const MAX_DAYS: usize = 3_660;

impl Clock {
    /// Returns the start of each day from that of `from` to that of `to`, and the end of the last one, in milliseconds since
    /// 1970 UTC. Where clocks change, days have 23 or 25 hours. Of more than ten years, only the last ones are returned.
    #[must_use]
    pub fn days(&self, from: i64, to: i64) -> Vec<i64> {
        let (Some(from), Some(to)) = (self.in_zone(from), self.in_zone(to)) else { return Vec::new() };
        let Some(end) = to.date_naive().checked_add_days(Days::new(1)) else { return Vec::new() };
        let first = from.date_naive();
        let dates = std::iter::successors(Some(end), |date| date.checked_sub_days(Days::new(1)));
        let dates = dates.take_while(|date| *date >= first).take(MAX_DAYS + 1);
        let mut bounds: Vec<i64> = dates
            .filter_map(|date| Some(self.resolve(date.and_time(NaiveTime::MIN), Repeated::First)?.epoch_ms))
            .collect();
        bounds.reverse();
        // A day that clocks skip as a whole.
        bounds.dedup();
        if bounds.len() < 2 { Vec::new() } else { bounds }
    }

    /// Returns the day of a time: `Wed 25 Nov`, with the year unless it is the current one.
    #[must_use]
    pub fn day_text(&self, epoch_ms: i64) -> String {
        let (Some(date), Some(now)) = (self.in_zone(epoch_ms), self.in_zone(self.now_epoch_ms)) else {
            return epoch_ms.to_string();
        };
        let format = if date.year() == now.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        date.format(format).to_string()
    }

    /// Returns the day of a time for programs: `2026-11-25`.
    #[must_use]
    pub fn iso_day(&self, epoch_ms: i64) -> String {
        self.in_zone(epoch_ms)
            .map_or_else(|| epoch_ms.to_string(), |date| date.format("%Y-%m-%d").to_string())
    }

    /// Returns the time of a day, without the day: `09:12:44`.
    #[must_use]
    pub fn time_of_day(&self, epoch_ms: i64) -> String {
        self.in_zone(epoch_ms)
            .map_or_else(|| epoch_ms.to_string(), |date| date.format("%H:%M:%S").to_string())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::clock::DateStyle;
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn time(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    /// Returns the hours of the days of a range in a time zone.
    fn hours(zone: &str, from: &str, to: &str) -> Vec<i64> {
        let days = Clock::new(DateStyle::Gateway, Some(zone), 0).days(time(from), time(to));
        days.windows(2).map(|day| (day[1] - day[0]) / HOUR_MS).collect()
    }

    #[test]
    fn days_are_as_long_as_clocks_make_them() {
        let spring = hours("Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
        assert_eq!(spring, [24, 23, 24]);
        let autumn = hours("Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(autumn, [24, 25, 24]);
        // Clocks go forward at midnight.
        assert_eq!(hours("Asia/Beirut", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), [24, 23]);
        // Samoa skipped the 30th.
        assert_eq!(hours("Pacific/Apia", "2011-12-29T22:00:00Z", "2011-12-31T00:00:00Z"), [24, 24]);
        assert_eq!(hours("UTC", "2025-11-27T00:00:00Z", "2026-11-26T23:59:59Z"), [24; 365]);
    }

    #[test]
    fn days_begin_at_local_midnight() {
        let clock = Clock::new(DateStyle::Gateway, Some("America/Los_Angeles"), time("2026-11-26T12:00:00Z"));
        let days = clock.days(clock.now_epoch_ms, clock.now_epoch_ms);
        assert_eq!(days, [time("2026-11-26T08:00:00Z"), time("2026-11-27T08:00:00Z")]);
        assert_eq!(clock.day_text(days[0]), "Thu 26 Nov");
        assert_eq!(clock.day_text(days[0] - 1), "Wed 25 Nov");
        assert_eq!(clock.day_text(time("2025-11-26T12:00:00Z")), "Wed 26 Nov 2025");
        assert_eq!(clock.iso_day(days[0] - 1), "2026-11-25");
        assert_eq!(clock.time_of_day(days[0] - 1_000), "23:59:59");
    }

    #[test]
    fn any_range_has_few_days() {
        let clock = Clock::new(DateStyle::Utc, None, 0);
        assert!(clock.days(86_400_000, 0).is_empty());
        for from in [i64::MIN, -62_167_219_200_000, 0, i64::MAX] {
            assert!(clock.days(from, i64::MAX).len() <= MAX_DAYS + 1);
            assert!(clock.days(from, 253_402_300_799_999).len() <= MAX_DAYS + 1);
        }
    }
}
