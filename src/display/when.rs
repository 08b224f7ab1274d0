//! Points in time and durations in words, to the minute.

use super::clock::{Clock, Days, age};

impl Clock {
    /// Formats milliseconds since 1970 UTC to the minute, in local time for ages: `09:12` today, `Mon 13:50` on the six days
    /// before, `12 Nov 02:10`, `12 Nov 2025 02:10`.
    #[must_use]
    pub fn minute(&self, epoch_ms: i64) -> String {
        self.minutes_with(epoch_ms, |days| (days == 0).then_some("%H:%M"))
    }

    /// Formats the end of a range of time like [`minute`](Self::minute), with the day only if it isn't that of the start.
    #[must_use]
    pub fn end_minute(&self, start_ms: i64, end_ms: i64) -> String {
        let date = |epoch_ms| self.in_zone(epoch_ms).map(|time| time.date_naive());
        if date(start_ms) == date(end_ms) {
            self.minutes_with(end_ms, |_| Some("%H:%M"))
        } else {
            // Without a weekday it would seem to be on the day of the start.
            self.minutes_with(end_ms, |days| (days == 0).then_some("%a %H:%M"))
        }
    }

    /// Formats milliseconds since 1970 UTC for a sentence: `17:40` today, `yesterday 17:40`, and then like
    /// [`minute`](Self::minute).
    #[must_use]
    pub fn when(&self, epoch_ms: i64) -> String {
        self.minutes_with(epoch_ms, |days| match days {
            0 => Some("%H:%M"),
            1 => Some("yesterday %H:%M"),
            _ => None,
        })
    }

    /// Formats a date in the format for a number of days before today, or else in that of a cell.
    fn minutes_with(&self, epoch_ms: i64, format: impl Fn(i64) -> Option<&'static str>) -> String {
        let (Some(date), Some(now)) = (self.in_zone(epoch_ms), self.in_zone(self.now_epoch_ms)) else {
            return epoch_ms.to_string();
        };
        let days = (now.date_naive() - date.date_naive()).num_days();
        let format = format(days).unwrap_or_else(|| Days::of(date, now).cell_format());
        date.format(format).to_string()
    }
}

/// Returns a duration in two units without seconds, such as `12 min` or `3 h 12 min`.
#[must_use]
pub fn duration_in_minutes(duration_ms: i64) -> String {
    age(duration_ms.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;

    const MINUTE_MS: i64 = 60_000;
    const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
    /// Sunday 2026-11-22 16:41:40 UTC.
    const NOW_MS: i64 = 1_795_365_700_123;

    #[test]
    fn times_have_the_day_that_is_needed() {
        let clock = Clock::new(DateStyle::Utc, None, NOW_MS);
        for (days, minute, when) in [
            (0, "16:41", "16:41"),
            (1, "Sat 16:41", "yesterday 16:41"),
            (6, "Mon 16:41", "Mon 16:41"),
            (7, "15 Nov 16:41", "15 Nov 16:41"),
            (400, "18 Oct 2025 16:41", "18 Oct 2025 16:41"),
            // The clock of a gateway may be ahead.
            (-1, "23 Nov 16:41", "23 Nov 16:41"),
        ] {
            let date = NOW_MS - days * DAY_MS;
            assert_eq!((clock.minute(date), clock.when(date)), (minute.to_owned(), when.to_owned()));
        }
        assert_eq!(clock.when(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn ends_have_the_day_unless_it_is_that_of_the_start() {
        let clock = Clock::new(DateStyle::Utc, None, NOW_MS);
        for (start_days, end_days, expected) in [
            (0, 0, "16:11"),
            (3, 3, "16:11"),
            (1, 0, "Sun 16:11"),
            (3, 2, "Fri 16:11"),
            (20, 10, "12 Nov 16:11"),
        ] {
            let [start, end] = [(start_days, 60), (end_days, 30)]
                .map(|(days, minutes)| NOW_MS - days * DAY_MS - minutes * MINUTE_MS);
            assert_eq!(clock.end_minute(start, end), expected);
        }
    }

    #[test]
    fn durations_have_two_units() {
        for (duration_ms, expected) in
            [(-5, "under 1 min"), (12 * MINUTE_MS + 1, "12 min"), (3 * DAY_MS, "3 d 0 h")]
        {
            assert_eq!(duration_in_minutes(duration_ms), expected);
        }
    }
}
