//! The marks on an axis of time.

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::clock::Clock;
use super::moment::Repeated;

/// A mark on an axis of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Milliseconds since 1970 UTC.
    pub epoch_ms: i64,
    /// The text below it.
    pub label: String,
}

/// The distance between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TickStep {
    /// Seconds that divide a day.
    Seconds(i64),
    Days(i64),
    Months(i32),
}

const DAY_SECS: i64 = 86_400;

/// The largest number of marks. More are only there in a range of millennia.
const MAX_TICKS: usize = 100;

const STEPS: [TickStep; 25] = [
    TickStep::Seconds(1),
    TickStep::Seconds(5),
    TickStep::Seconds(10),
    TickStep::Seconds(30),
    TickStep::Seconds(60),
    TickStep::Seconds(120),
    TickStep::Seconds(300),
    TickStep::Seconds(600),
    TickStep::Seconds(900),
    TickStep::Seconds(1_800),
    TickStep::Seconds(3_600),
    TickStep::Seconds(7_200),
    TickStep::Seconds(10_800),
    TickStep::Seconds(21_600),
    TickStep::Seconds(43_200),
    TickStep::Days(1),
    TickStep::Days(2),
    // Mondays.
    TickStep::Days(7),
    TickStep::Days(14),
    TickStep::Months(1),
    TickStep::Months(3),
    TickStep::Months(6),
    TickStep::Months(12),
    TickStep::Months(60),
    TickStep::Months(240),
];

impl TickStep {
    /// Returns the length in seconds, of the shortest one.
    fn seconds(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Days(days) => days * DAY_SECS,
            Self::Months(months) => i64::from(months) * 28 * DAY_SECS,
        }
    }

    /// Returns the last place of a mark that isn't after a local time.
    fn floor(self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        let date = time.date();
        match self {
            Self::Seconds(step) => {
                let seconds = (time - date.and_time(NaiveTime::MIN)).num_seconds();
                Some(date.and_time(NaiveTime::MIN) + TimeDelta::try_seconds(seconds / step * step)?)
            }
            Self::Days(step) => {
                // The first day is a Monday.
                let past = (i64::from(date.num_days_from_ce()) - 1).rem_euclid(step);
                Some(date.checked_sub_signed(TimeDelta::try_days(past)?)?.and_time(NaiveTime::MIN))
            }
            Self::Months(step) => {
                let month = date.year() * 12 + date.month0().cast_signed();
                first_of_month(month.div_euclid(step) * step)
            }
        }
    }

    /// Returns the next place of a mark.
    fn next(self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Seconds(step) => time.checked_add_signed(TimeDelta::try_seconds(step)?),
            Self::Days(step) => time.checked_add_signed(TimeDelta::try_days(step)?),
            Self::Months(step) => {
                first_of_month(time.date().year() * 12 + time.date().month0().cast_signed() + step)
            }
        }
    }

    fn label(self, time: &DateTime<FixedOffset>) -> String {
        let format = match self {
            Self::Seconds(_) if time.time() == NaiveTime::MIN => "%a %-d",
            Self::Seconds(step) if step < 60 => "%H:%M:%S",
            Self::Seconds(_) => "%H:%M",
            Self::Days(_) => "%-d %b",
            Self::Months(step) if step >= 12 || time.month() == 1 => "%Y",
            Self::Months(_) => "%b",
        };
        time.format(format).to_string()
    }
}

/// Returns midnight of the first day of a month, which are counted from the year 0.
fn first_of_month(month: i32) -> Option<NaiveDateTime> {
    let month0 = month.rem_euclid(12).cast_unsigned();
    Some(NaiveDate::from_ymd_opt(month.div_euclid(12), month0 + 1, 1)?.and_time(NaiveTime::MIN))
}

impl Clock {
    /// Returns the marks of an axis between two times in milliseconds since 1970 UTC, at round times in the time zone of the
    /// dates. There are about `max` or fewer, and never more than 100.
    #[must_use]
    pub fn ticks(&self, from: i64, to: i64, max: usize) -> Vec<Tick> {
        let seconds = to.saturating_sub(from) / 1_000;
        let max = i64::try_from(max).unwrap_or(i64::MAX).max(1);
        let fits = |step: &TickStep| seconds / step.seconds() <= max;
        let step = STEPS.into_iter().find(fits).unwrap_or(STEPS[STEPS.len() - 1]);
        let first = self.in_zone(from).and_then(|from| step.floor(from.naive_local()));
        let places = std::iter::successors(first, |place| step.next(*place));
        let ticks = places.map_while(|place| {
            let epoch_ms = self.resolve(place, Repeated::First)?.epoch_ms;
            let label = step.label(&self.in_zone(epoch_ms)?);
            Some(Tick { epoch_ms, label })
        });
        let mut ticks: Vec<Tick> = ticks
            .skip_while(|tick| tick.epoch_ms < from)
            .take_while(|tick| tick.epoch_ms <= to)
            .take(MAX_TICKS)
            // Times that clocks skip are all the time after them.
            .collect();
        ticks.dedup_by_key(|tick| tick.epoch_ms);
        ticks
    }
}

impl Clock {
    /// Returns a range of time, with the day of its end only if that is another one: `Wed 25 Nov 22:12:00 to 23:06:00`.
    #[must_use]
    pub fn range_text(&self, from: i64, to: i64) -> String {
        let end = match (self.in_zone(from), self.in_zone(to)) {
            (Some(from), Some(to)) if from.date_naive() == to.date_naive() => {
                to.format("%H:%M:%S").to_string()
            }
            _ => self.full_date(to),
        };
        format!("{} to {end}", self.full_date(from))
    }

    /// Returns a time as it is written at an axis of this length in milliseconds: `14:05:30`, `14:05`, `24 Nov 14:05` or
    /// `24 Nov 2026`.
    #[must_use]
    pub fn axis_label(&self, epoch_ms: i64, length_ms: i64) -> String {
        let hours = length_ms / 3_600_000;
        let format = match hours {
            ..2 => "%H:%M:%S",
            2..48 => "%H:%M",
            48..1_440 => "%-d %b %H:%M",
            _ => "%-d %b %Y",
        };
        self.in_zone(epoch_ms).map_or_else(String::new, |time| time.format(format).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::DateStyle;
    use super::*;

    /// Returns the labels of an axis in a time zone, from a time that lasts some hours.
    fn labels(zone: &str, from: &str, hours: i64, max: usize) -> Vec<String> {
        let from = DateTime::parse_from_rfc3339(from).unwrap().timestamp_millis();
        let clock = Clock::new(DateStyle::Gateway, Some(zone), from);
        let to = from + hours * 3_600_000;
        let ticks = clock.ticks(from, to, max);
        assert!(ticks.iter().all(|tick| (from..=to).contains(&tick.epoch_ms)));
        assert!(ticks.is_sorted_by(|a, b| a.epoch_ms < b.epoch_ms));
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn marks_round_local_times() {
        let day = labels("Europe/Berlin", "2026-11-24T13:05:12Z", 24, 14);
        assert_eq!(
            day,
            [
                "16:00", "18:00", "20:00", "22:00", "Wed 25", "02:00", "04:00", "06:00", "08:00", "10:00",
                "12:00", "14:00"
            ]
        );
        assert_eq!(labels("Asia/Kathmandu", "2026-11-24T13:05:12Z", 1, 3), ["19:00", "19:30"]);
        assert_eq!(labels("UTC", "2026-11-24T13:05:12Z", 24 * 7, 7)[..2], ["25 Nov", "26 Nov"]);
        assert_eq!(
            labels("UTC", "2026-11-24T13:05:12Z", 24 * 30, 5),
            ["30 Nov", "7 Dec", "14 Dec", "21 Dec"]
        );
        assert_eq!(
            labels("UTC", "2025-11-24T13:05:12Z", 24 * 365, 14),
            ["Dec", "2026", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
        );
    }

    #[test]
    fn days_with_a_change_of_clocks_have_each_local_time_once() {
        let spring = labels("Europe/Berlin", "2026-03-28T23:00:00Z", 6, 8);
        assert_eq!(spring, ["Sun 29", "01:00", "03:00", "04:00", "05:00", "06:00", "07:00"]);
        let autumn = labels("Europe/Berlin", "2026-10-24T22:00:00Z", 6, 8);
        assert_eq!(autumn, ["Sun 25", "01:00", "02:00", "03:00", "04:00", "05:00"]);
        // Clocks go forward at midnight.
        let beirut = labels("Asia/Beirut", "2026-03-28T20:00:00Z", 4, 5);
        assert_eq!(beirut, ["22:00", "23:00", "01:00", "02:00", "03:00"]);
    }

    #[test]
    fn any_range_has_few_marks() {
        let clock = Clock::new(DateStyle::Utc, None, 0);
        for from in [i64::MIN, -62_167_219_200_000, 0, 1_790_000_000_000, 253_402_300_799_999, i64::MAX] {
            for length in [0, 1, 999, 1_000, 61_000, 86_400_000, 40_000_000_000, i64::MAX] {
                for max in [0, 1, 10] {
                    let ticks = clock.ticks(from, from.saturating_add(length), max);
                    assert!(ticks.len() <= MAX_TICKS, "{from} {length} {max}: {}", ticks.len());
                }
            }
        }
    }
}
