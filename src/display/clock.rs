//! Formats dates in one of three time zones, or as an age.

use std::borrow::Cow;

use chrono::{DateTime, Local, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::zone::Zone;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Age from which only days are shown.
const ONLY_DAYS_MS: i64 = 10 * DAY_MS;

/// The style of dates in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateStyle {
    /// In the time zone of this machine.
    #[default]
    Local,
    /// In the time zone of the gateway.
    Gateway,
    /// In UTC.
    Utc,
    /// As the time passed since.
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

    /// Returns the time zone of the dates: `local`, an IANA name or a difference such as `GMT-08:00`; `age` for ages.
    #[must_use]
    pub fn zone_name(&self) -> Cow<'static, str> {
        match (self.style, self.zone) {
            (DateStyle::Local, _) => "local".into(),
            (DateStyle::Gateway, Some(zone)) => zone.to_string().into(),
            (DateStyle::Gateway, None) | (DateStyle::Utc, _) => "UTC".into(),
            (DateStyle::Age, _) => "age".into(),
        }
    }

    /// Formats milliseconds since 1970 UTC as `2026-11-22 16:41:40`, or as an age such as `3 h 12 min`.
    ///
    /// If the gateway's time zone is unknown, UTC is used instead, and the text ends in ` UTC`.
    #[must_use]
    pub fn date(&self, epoch_ms: i64) -> String {
        match (self.style, self.zone) {
            (DateStyle::Local, _) => format_date(epoch_ms, &Local),
            (DateStyle::Gateway, Some(Zone::Named(zone))) => format_date(epoch_ms, &zone),
            (DateStyle::Gateway, Some(Zone::Fixed(offset))) => format_date(epoch_ms, &offset),
            (DateStyle::Gateway, None) => format_date(epoch_ms, &Utc) + " UTC",
            (DateStyle::Utc, _) => format_date(epoch_ms, &Utc),
            (DateStyle::Age, _) => age(self.now_epoch_ms.saturating_sub(epoch_ms)),
        }
    }
}

/// Formats a date. One outside of chrono's range, which no dataset holds, is written as a number.
fn format_date<Z: TimeZone>(epoch_ms: i64, zone: &Z) -> String
where
    Z::Offset: std::fmt::Display,
{
    DateTime::from_timestamp_millis(epoch_ms).map_or_else(
        || epoch_ms.to_string(),
        |date| date.with_timezone(zone).format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn age(age_ms: i64) -> String {
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
    use super::*;

    const DATE_MS: i64 = 1_795_365_700_123;

    #[test]
    fn formats_dates_in_requested_zone() {
        let format = |style, zone| {
            let clock = Clock::new(style, zone, 0);
            (clock.date(DATE_MS), clock.zone_name().into_owned())
        };
        let text = |text: &str, zone: &str| (text.to_owned(), zone.to_owned());
        let los_angeles = Some("America/Los_Angeles");
        assert_eq!(format(DateStyle::Utc, los_angeles), text("2026-11-22 16:41:40", "UTC"));
        assert_eq!(
            format(DateStyle::Gateway, los_angeles),
            text("2026-11-22 08:41:40", "America/Los_Angeles")
        );
        assert_eq!(format(DateStyle::Gateway, Some("GMT-08:00")), text("2026-11-22 08:41:40", "GMT-08:00"));
        assert_eq!(format(DateStyle::Gateway, Some("PST")), format(DateStyle::Gateway, los_angeles));
        assert_eq!(format(DateStyle::Gateway, Some("Etc/UTC")), text("2026-11-22 16:41:40", "Etc/UTC"));
        let (local, name) = format(DateStyle::Local, los_angeles);
        let here = Local.timestamp_millis_opt(DATE_MS).unwrap();
        assert_eq!(local, here.naive_local().format("%F %T").to_string());
        assert_eq!(name, "local");
    }

    /// Set where the tests run in the zone of [`local_date`].
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
            let clock = Clock::new(DateStyle::Local, Some("America/Los_Angeles"), 0);
            assert_eq!(clock.date(DATE_MS), "2026-11-22 22:26:40");
        }
    }

    #[test]
    fn applies_daylight_saving_time() {
        let clock = Clock::new(DateStyle::Gateway, Some("Europe/Berlin"), 0);
        // Either side of the change on 2026-10-25 at 01:00 UTC.
        assert_eq!(clock.date(1_792_889_999_000), "2026-10-25 02:59:59");
        assert_eq!(clock.date(1_792_890_000_000), "2026-10-25 02:00:00");
    }

    #[test]
    fn marks_utc_in_place_of_unknown_zone() {
        for zone in [None, Some(""), Some("Mars/Olympus"), Some("GMT-25:00")] {
            let clock = Clock::new(DateStyle::Gateway, zone, 0);
            assert_eq!(clock.date(DATE_MS), "2026-11-22 16:41:40 UTC", "{zone:?}");
            assert_eq!(clock.zone_name(), "UTC");
            assert_eq!(clock.zone, None);
        }
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
