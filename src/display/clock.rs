//! Moments as a person wants them: in one of three time zones, or as an age.

use chrono::{DateTime, Local, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// From this age on, the hours say nothing any more.
const DAYS_ALONE_MS: i64 = 10 * DAY_MS;

/// How dates are shown.
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
    /// As the time that has passed since.
    Age,
}

impl DateStyle {
    /// All styles, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::Local, Self::Gateway, Self::Utc, Self::Age];

    /// What a menu calls it.
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

/// What is needed to show dates in one style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// How dates are shown.
    pub style: DateStyle,
    /// The gateway's time zone; `None` where it did not say, or said what nobody here knows.
    pub zone: Option<Tz>,
    /// The gateway's clock now, in milliseconds since 1970 UTC: ages are right even if this machine's clock is not.
    pub now_epoch_ms: i64,
}

impl Clock {
    /// Shows dates in this style. `timezone` is the gateway's own by its IANA name.
    #[must_use]
    pub fn new(style: DateStyle, timezone: Option<&str>, now_epoch_ms: i64) -> Self {
        let zone = timezone.and_then(|name| name.parse().ok());
        Self { style, zone, now_epoch_ms }
    }

    /// The time zone in which dates are really shown: `local`, or an IANA name; `age` where they are none.
    #[must_use]
    pub fn zone_name(&self) -> &'static str {
        match (self.style, self.zone) {
            (DateStyle::Local, _) => "local",
            (DateStyle::Gateway, Some(zone)) => zone.name(),
            (DateStyle::Gateway, None) | (DateStyle::Utc, _) => "UTC",
            (DateStyle::Age, _) => "age",
        }
    }

    /// A moment, given in milliseconds since 1970 UTC, as `2026-11-22 16:41:40`, or its age as `3 h 12 min`.
    ///
    /// Where the gateway's time zone is asked for but unknown, UTC stands in for it, and the text ends in ` UTC` lest
    /// somebody takes it for the gateway's.
    #[must_use]
    pub fn date(&self, epoch_ms: i64) -> String {
        match (self.style, self.zone) {
            (DateStyle::Local, _) => written(epoch_ms, &Local),
            (DateStyle::Gateway, Some(zone)) => written(epoch_ms, &zone),
            (DateStyle::Gateway, None) => written(epoch_ms, &Utc) + " UTC",
            (DateStyle::Utc, _) => written(epoch_ms, &Utc),
            (DateStyle::Age, _) => age(self.now_epoch_ms.saturating_sub(epoch_ms)),
        }
    }
}

/// A moment that no calendar here can show, which no dataset holds, is written as its number.
fn written<Z: TimeZone>(epoch_ms: i64, zone: &Z) -> String
where
    Z::Offset: std::fmt::Display,
{
    DateTime::from_timestamp_millis(epoch_ms).map_or_else(
        || epoch_ms.to_string(),
        |time| time.with_timezone(zone).format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn age(age_ms: i64) -> String {
    let (days, hours, minutes) = (age_ms / DAY_MS, age_ms % DAY_MS / HOUR_MS, age_ms % HOUR_MS / MINUTE_MS);
    match age_ms {
        // Not at once: a session may have begun between the gateway's look at its clock and its look at the sessions.
        _ if age_ms <= -MINUTE_MS => "in the future".to_owned(),
        ..MINUTE_MS => "under 1 min".to_owned(),
        MINUTE_MS..HOUR_MS => format!("{minutes} min"),
        HOUR_MS..DAY_MS => format!("{hours} h {minutes} min"),
        DAY_MS..DAYS_ALONE_MS => format!("{days} d {hours} h"),
        _ => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT_MS: i64 = 1_795_365_700_123;

    #[test]
    fn a_moment_is_shown_in_the_zone_asked_for() {
        let shown = |style, zone| {
            let clock = Clock::new(style, zone, 0);
            (clock.date(MOMENT_MS), clock.zone_name())
        };
        let text = |text: &str, zone| (text.to_owned(), zone);
        let los_angeles = Some("America/Los_Angeles");
        assert_eq!(shown(DateStyle::Utc, los_angeles), text("2026-11-22 16:41:40", "UTC"));
        assert_eq!(
            shown(DateStyle::Gateway, los_angeles),
            text("2026-11-22 08:41:40", "America/Los_Angeles")
        );
        assert_eq!(shown(DateStyle::Gateway, Some("Etc/UTC")), text("2026-11-22 16:41:40", "Etc/UTC"));
        let (local, name) = shown(DateStyle::Local, los_angeles);
        let here = Local.timestamp_millis_opt(MOMENT_MS).unwrap();
        assert_eq!(local, here.naive_local().format("%F %T").to_string());
        assert_eq!(name, "local");
    }

    #[test]
    fn summer_time_counts() {
        let clock = Clock::new(DateStyle::Gateway, Some("Europe/Berlin"), 0);
        // Either side of the change on 2026-10-25 at 01:00 UTC.
        assert_eq!(clock.date(1_792_889_999_000), "2026-10-25 02:59:59");
        assert_eq!(clock.date(1_792_890_000_000), "2026-10-25 02:00:00");
    }

    #[test]
    fn utc_that_stands_in_for_the_gateways_zone_says_so() {
        for zone in [None, Some(""), Some("Mars/Olympus"), Some("GMT-08:00")] {
            let clock = Clock::new(DateStyle::Gateway, zone, 0);
            assert_eq!(clock.date(MOMENT_MS), "2026-11-22 16:41:40 UTC", "{zone:?}");
            assert_eq!(clock.zone_name(), "UTC");
            assert_eq!(clock.zone, None);
        }
    }

    #[test]
    fn an_age_has_the_two_units_that_matter() {
        let clock = Clock::new(DateStyle::Age, None, MOMENT_MS);
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
            assert_eq!(clock.date(MOMENT_MS - age_ms), expected);
        }
    }

    #[test]
    fn no_number_breaks_a_clock() {
        let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        for style in DateStyle::ALL {
            for moment in [i64::MIN, least.timestamp_millis(), most.timestamp_millis(), i64::MAX] {
                for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
                    assert!(!Clock::new(style, Some(zone), 0).date(moment).is_empty());
                }
            }
        }
        assert_eq!(Clock::new(DateStyle::Utc, None, 0).date(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn a_style_is_kept_by_its_name() {
        let names = serde_json::to_string(&DateStyle::ALL).unwrap();
        assert_eq!(names, r#"["local","gateway","utc","age"]"#);
        assert_eq!(serde_json::from_str::<[DateStyle; 4]>(&names).unwrap(), DateStyle::ALL);
        assert_eq!(DateStyle::default(), DateStyle::Local);
    }
}
