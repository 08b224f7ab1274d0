//! Formats dates in one of three time zones, or as an age.

use std::borrow::Cow;

use chrono::{DateTime, Datelike as _, FixedOffset, Local, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::zone::Zone;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Age from which only days are shown.
const ONLY_DAYS_MS: i64 = 10 * DAY_MS;
/// Number of days before today whose dates have the weekday. A day later it would be that of today.
const WEEKDAYS: i64 = 6;

/// The style of dates in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateStyle {
    /// The date in the time zone of this machine.
    #[default]
    Local,
    /// The date in the time zone of the gateway.
    Gateway,
    /// The date in UTC.
    Utc,
    /// The time passed since the date.
    Age,
}

impl DateStyle {
    /// All styles, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::Local, Self::Gateway, Self::Utc, Self::Age];

    /// Returns the name in a menu.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Local => "Local time",
            Self::Gateway => "Gateway's time zone",
            Self::Utc => "UTC",
            Self::Age => "Age",
        }
    }
}

/// Formats dates in one style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The style of dates.
    pub style: DateStyle,
    /// The gateway's time zone; `None` if it is unknown.
    pub zone: Option<Zone>,
    /// The gateway's current time, in milliseconds since 1970 UTC, so that ages don't depend on this machine's clock.
    pub now_epoch_ms: i64,
}

impl Clock {
    /// Creates a clock. `timezone` is the name of the gateway's time zone, as Java knows it.
    #[must_use]
    pub fn new(style: DateStyle, timezone: Option<&str>, now_epoch_ms: i64) -> Self {
        let zone = timezone.and_then(|name| name.parse().ok());
        Self { style, zone, now_epoch_ms }
    }

    /// Returns how dates are shown, in a word for a column header: `local`, `gateway`, `UTC` or `age`. If the gateway's time
    /// zone is unknown, UTC is used instead.
    #[must_use]
    pub fn style_name(&self) -> &'static str {
        match (self.style, self.zone) {
            (DateStyle::Local, _) => "local",
            (DateStyle::Gateway, Some(_)) => "gateway",
            (DateStyle::Gateway, None) | (DateStyle::Utc, _) => "UTC",
            (DateStyle::Age, _) => "age",
        }
    }

    /// Returns the time zone of the dates: `local`, an IANA name or a difference such as `GMT-08:00`; `age` for ages.
    #[must_use]
    pub fn zone_name(&self) -> Cow<'static, str> {
        match (self.style, self.zone) {
            (DateStyle::Gateway, Some(zone)) => zone.to_string().into(),
            _ => self.style_name().into(),
        }
    }

    /// Formats milliseconds since 1970 UTC for a cell: `09:12:44` today, `Mon 13:50` on the six days before, `12 Nov 02:10`
    /// in the same year, `12 Nov 2025 02:10`, or an age such as `3 h 12 min`.
    #[must_use]
    pub fn date(&self, epoch_ms: i64) -> String {
        if self.style == DateStyle::Age {
            return age(self.now_epoch_ms.saturating_sub(epoch_ms));
        }
        self.format(epoch_ms, Days::cell_format)
    }

    /// Returns dates that are written like this one in a cell: one of each month, with a day of two digits. Where all digits
    /// have one width, the widest of them is as wide as any such date. Ages have none.
    #[must_use]
    pub fn dates_like(&self, epoch_ms: i64) -> Vec<String> {
        let (Some(date), Some(now)) = (self.in_zone(epoch_ms), self.in_zone(self.now_epoch_ms)) else {
            return Vec::new();
        };
        if self.style == DateStyle::Age {
            return Vec::new();
        }
        let format = Days::of(date, now).cell_format();
        let months = (1..=12).filter_map(|month| date.with_day(28)?.with_month(month));
        months.map(|date| date.format(format).to_string()).collect()
    }

    /// Formats milliseconds since 1970 UTC to the second, where there is room: `09:12:44` today, `Mon 23 Nov 13:50:19`,
    /// `Sun 23 Nov 2025 13:50:19`. Ends in ` UTC` if that is used in place of an unknown time zone. Never an age.
    #[must_use]
    pub fn full_date(&self, epoch_ms: i64) -> String {
        let mut text = self.format(epoch_ms, |days| match days {
            Days::Today => "%H:%M:%S",
            Days::Week | Days::Year => "%a %-d %b %H:%M:%S",
            Days::Other => "%a %-d %b %Y %H:%M:%S",
        });
        if self.style == DateStyle::Gateway && self.zone.is_none() {
            text.push_str(" UTC");
        }
        text
    }

    /// Formats milliseconds since 1970 UTC as ISO 8601 in the time zone of the dates, such as
    /// `2026-11-22T08:41:40.123-08:00`; in local time for ages.
    #[must_use]
    pub fn iso_date(&self, epoch_ms: i64) -> String {
        let date = self.in_zone(epoch_ms);
        date.map_or_else(|| epoch_ms.to_string(), |date| date.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    /// Returns the time since a date, such as `2 d 0 h 14 min`.
    #[must_use]
    pub fn duration_since(&self, epoch_ms: i64) -> String {
        let duration_ms = self.now_epoch_ms.saturating_sub(epoch_ms);
        if duration_ms < DAY_MS {
            return age(duration_ms);
        }
        let (days, hours, minutes) =
            (duration_ms / DAY_MS, duration_ms % DAY_MS / HOUR_MS, duration_ms % HOUR_MS / MINUTE_MS);
        format!("{days} d {hours} h {minutes} min")
    }

    /// Formats a date. One outside of the years 0 to 9999, which no dataset holds, is written as a number.
    fn format(&self, epoch_ms: i64, format: impl Fn(Days) -> &'static str) -> String {
        let (Some(date), Some(now)) = (self.in_zone(epoch_ms), self.in_zone(self.now_epoch_ms)) else {
            return epoch_ms.to_string();
        };
        date.format(format(Days::of(date, now))).to_string()
    }

    pub(super) fn in_zone(&self, epoch_ms: i64) -> Option<DateTime<FixedOffset>> {
        let date = utc(epoch_ms)?;
        Some(match (self.style, self.zone) {
            (DateStyle::Local | DateStyle::Age, _) => date.with_timezone(&Local).fixed_offset(),
            (DateStyle::Gateway, Some(Zone::Named(zone))) => date.with_timezone(&zone).fixed_offset(),
            (DateStyle::Gateway, Some(Zone::Fixed(offset))) => date.with_timezone(&offset),
            (DateStyle::Gateway, None) | (DateStyle::Utc, _) => date.fixed_offset(),
        })
    }
}

/// The distance of a date from today, which decides how it is written.
pub(super) enum Days {
    Today,
    Week,
    Year,
    Other,
}

impl Days {
    pub(super) fn of(date: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> Self {
        match (now.date_naive() - date.date_naive()).num_days() {
            0 => Self::Today,
            1..=WEEKDAYS => Self::Week,
            _ if now.year() == date.year() => Self::Year,
            _ => Self::Other,
        }
    }

    /// Returns the format of a date in a cell.
    pub(super) fn cell_format(self) -> &'static str {
        match self {
            Self::Today => "%H:%M:%S",
            Self::Week => "%a %H:%M",
            Self::Year => "%-d %b %H:%M",
            Self::Other => "%-d %b %Y %H:%M",
        }
    }
}

/// Formats milliseconds since 1970 UTC for programs: `2026-11-22T16:41:40.123Z`.
///
/// A date outside of chrono's range, which no dataset holds, is written as its number.
#[must_use]
pub fn iso_utc(epoch_ms: i64) -> String {
    DateTime::from_timestamp_millis(epoch_ms)
        .map_or_else(|| epoch_ms.to_string(), |date| date.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn utc(epoch_ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(epoch_ms).filter(|date| (0..=9_999).contains(&date.year()))
}

pub(super) fn age(age_ms: i64) -> String {
    let (days, hours, minutes) = (age_ms / DAY_MS, age_ms % DAY_MS / HOUR_MS, age_ms % HOUR_MS / MINUTE_MS);
    match age_ms {
        // Tolerates a session that started after the gateway read its clock.
        _ if age_ms <= -MINUTE_MS => "in the future".to_owned(),
        ..MINUTE_MS => "under 1 min".to_owned(),
        MINUTE_MS..HOUR_MS => format!("{minutes} min"),
        HOUR_MS..DAY_MS => format!("{hours} h {minutes} min"),
        DAY_MS..ONLY_DAYS_MS => format!("{days} d {hours} h"),
        _ => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    /// A Sunday.
    const DATE_MS: i64 = 1_795_365_700_123;
    /// Half an hour later.
    const NOW_MS: i64 = DATE_MS + 30 * MINUTE_MS;

    #[test]
    fn similar_dates_have_each_month_and_a_day_of_two_digits() {
        let clock = |style| Clock::new(style, None, NOW_MS);
        let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
        let dates =
            |end: &str| months.split(' ').map(|month| format!("28 {month} {end}")).collect::<Vec<_>>();
        assert_eq!(clock(DateStyle::Utc).dates_like(DATE_MS - 20 * DAY_MS), dates("16:41"));
        assert_eq!(clock(DateStyle::Utc).dates_like(DATE_MS - 500 * DAY_MS), dates("2025 16:41"));
        assert!(clock(DateStyle::Age).dates_like(DATE_MS).is_empty());
    }

    #[test]
    fn formats_dates_in_requested_zone() {
        let format = |style, zone| {
            let clock = Clock::new(style, zone, NOW_MS);
            (clock.date(DATE_MS), clock.zone_name().into_owned())
        };
        let text = |text: &str, zone: &str| (text.to_owned(), zone.to_owned());
        let los_angeles = Some("America/Los_Angeles");
        assert_eq!(format(DateStyle::Utc, los_angeles), text("16:41:40", "UTC"));
        assert_eq!(format(DateStyle::Gateway, los_angeles), text("08:41:40", "America/Los_Angeles"));
        assert_eq!(format(DateStyle::Gateway, Some("GMT-08:00")), text("08:41:40", "GMT-08:00"));
        assert_eq!(format(DateStyle::Gateway, Some("PST")), format(DateStyle::Gateway, los_angeles));
        assert_eq!(format(DateStyle::Gateway, Some("Etc/UTC")), text("16:41:40", "Etc/UTC"));
        let (local, name) = format(DateStyle::Local, los_angeles);
        let here = Local.timestamp_millis_opt(DATE_MS).unwrap();
        assert_eq!(local, here.naive_local().format("%T").to_string());
        assert_eq!(name, "local");
    }

    #[test]
    fn dates_are_as_long_as_their_distance_needs() {
        let clock = Clock::new(DateStyle::Gateway, Some("GMT-08:00"), DATE_MS);
        let of_day = |days: i64| DATE_MS - days * DAY_MS;
        // 41 minutes and 40 seconds after the local midnight.
        let midnight = DATE_MS - 8 * HOUR_MS - 41 * MINUTE_MS - 40_123;
        for (date, cell, full) in [
            (DATE_MS, "08:41:40", "08:41:40"),
            (midnight, "00:00:00", "00:00:00"),
            (midnight - 1, "Sat 23:59", "Sat 21 Nov 23:59:59"),
            (of_day(6), "Mon 08:41", "Mon 16 Nov 08:41:40"),
            (of_day(7), "15 Nov 08:41", "Sun 15 Nov 08:41:40"),
            (of_day(20), "2 Nov 08:41", "Mon 2 Nov 08:41:40"),
            (of_day(326), "31 Dec 2025 08:41", "Wed 31 Dec 2025 08:41:40"),
            // A session may have started after the gateway read its clock.
            (of_day(-1), "23 Nov 08:41", "Mon 23 Nov 08:41:40"),
        ] {
            assert_eq!((clock.date(date), clock.full_date(date)), (cell.to_owned(), full.to_owned()));
        }
    }

    #[test]
    fn iso_dates_have_the_offset_of_their_zone() {
        let iso = |style, zone| Clock::new(style, zone, 0).iso_date(DATE_MS);
        assert_eq!(iso(DateStyle::Gateway, Some("GMT-08:00")), "2026-11-22T08:41:40.123-08:00");
        for (style, zone) in [(DateStyle::Utc, Some("PST")), (DateStyle::Gateway, None)] {
            assert_eq!(iso(style, zone), "2026-11-22T16:41:40.123Z");
        }
        let here = Local.timestamp_millis_opt(DATE_MS).unwrap();
        assert_eq!(DateTime::parse_from_rfc3339(&iso(DateStyle::Age, None)).unwrap(), here);
        assert_eq!(iso_utc(DATE_MS), "2026-11-22T16:41:40.123Z");
    }

    #[test]
    fn durations_have_minutes() {
        let clock = Clock::new(DateStyle::Local, None, DATE_MS);
        for (duration_ms, expected) in [
            (0, "under 1 min"),
            (DAY_MS - 1, "23 h 59 min"),
            (2 * DAY_MS + 14 * MINUTE_MS, "2 d 0 h 14 min"),
            (40 * DAY_MS + 5 * HOUR_MS, "40 d 5 h 0 min"),
        ] {
            assert_eq!(clock.duration_since(DATE_MS - duration_ms), expected);
        }
    }

    /// The environment variable that is set where the tests run in the zone of [`local_date`].
    const IN_ZONE: &str = "GATEWATCH_TEST_IN_ZONE";

    /// Runs [`local_date`] in a zone of its own, because this machine's may be UTC.
    #[test]
    fn local_dates_are_in_the_zone_of_this_machine() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        // 5:45 hours ahead of UTC, in a form that needs no files of zones.
        let zone = "<+0545>-5:45";
        command.args(["--exact", "display::clock::tests::local_date"]).env("TZ", zone).env(IN_ZONE, "1");
        let output = command.output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        // No test of this name would be a success as well.
        assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
    }

    #[test]
    fn local_date() {
        if std::env::var_os(IN_ZONE).is_some() {
            let clock = Clock::new(DateStyle::Local, Some("America/Los_Angeles"), NOW_MS);
            assert_eq!(clock.date(DATE_MS), "22:26:40");
            assert_eq!(clock.iso_date(DATE_MS), "2026-11-22T22:26:40.123+05:45");
        }
    }

    #[test]
    fn applies_daylight_saving_time() {
        let clock = Clock::new(DateStyle::Gateway, Some("Europe/Berlin"), 1_792_890_000_000);
        // Either side of the change on 2026-10-25 at 01:00 UTC.
        assert_eq!(clock.date(1_792_889_999_000), "02:59:59");
        assert_eq!(clock.date(1_792_890_000_000), "02:00:00");
    }

    #[test]
    fn names_utc_in_place_of_unknown_zone() {
        for zone in [None, Some(""), Some("Mars/Olympus"), Some("GMT-25:00")] {
            let clock = Clock::new(DateStyle::Gateway, zone, NOW_MS);
            assert_eq!(clock.date(DATE_MS), "16:41:40", "{zone:?}");
            assert_eq!(clock.full_date(DATE_MS), "16:41:40 UTC", "{zone:?}");
            assert_eq!((&*clock.zone_name(), clock.style_name()), ("UTC", "UTC"));
            assert_eq!(clock.zone, None);
        }
        let names = DateStyle::ALL.map(|style| Clock::new(style, Some("PST"), 0).style_name());
        assert_eq!(names, ["local", "gateway", "UTC", "age"]);
    }

    #[test]
    fn ages_have_two_units() {
        let clock = Clock::new(DateStyle::Age, None, DATE_MS);
        assert_eq!(clock.zone_name(), "age");
        for (age_ms, expected) in [
            (i64::MIN / 2, "in the future"),
            (-MINUTE_MS, "in the future"),
            (-MINUTE_MS + 1, "under 1 min"),
            (0, "under 1 min"),
            (MINUTE_MS - 1, "under 1 min"),
            (MINUTE_MS, "1 min"),
            (HOUR_MS - 1, "59 min"),
            (HOUR_MS, "1 h 0 min"),
            (3 * HOUR_MS + 12 * MINUTE_MS, "3 h 12 min"),
            (DAY_MS - 1, "23 h 59 min"),
            (DAY_MS, "1 d 0 h"),
            (2 * DAY_MS + 5 * HOUR_MS + 59 * MINUTE_MS, "2 d 5 h"),
            (10 * DAY_MS - 1, "9 d 23 h"),
            (10 * DAY_MS, "10 d"),
            (400 * DAY_MS + 23 * HOUR_MS, "400 d"),
        ] {
            assert_eq!(clock.date(DATE_MS - age_ms), expected);
        }
    }

    #[test]
    fn formats_any_number() {
        let (min, max) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        for style in DateStyle::ALL {
            for epoch_ms in [i64::MIN, min.timestamp_millis(), max.timestamp_millis(), i64::MAX] {
                for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
                    assert!(!Clock::new(style, Some(zone), 0).date(epoch_ms).is_empty());
                }
            }
        }
        assert_eq!(Clock::new(DateStyle::Utc, None, 0).date(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn serializes_styles_by_name() {
        let names = serde_json::to_string(&DateStyle::ALL).unwrap();
        assert_eq!(names, r#"["local","gateway","utc","age"]"#);
        assert_eq!(serde_json::from_str::<[DateStyle; 4]>(&names).unwrap(), DateStyle::ALL);
        assert_eq!(DateStyle::default(), DateStyle::Local);
    }
}
