//! Time zones by the names that Java knows.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use chrono::{FixedOffset, Offset as _, Utc};
use chrono_tz::Tz;

/// The short names of `java.time.ZoneId.SHORT_IDS`. Some mean other zones than one would think.
const SHORT_NAMES: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "-05:00"),
    ("HST", "-10:00"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "-07:00"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// A time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// A time zone with an IANA name.
    Named(Tz),
    /// A fixed difference to UTC.
    Fixed(FixedOffset),
}

/// Writes an IANA name, or a fixed difference as Java does, such as `GMT-08:00`.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(zone) => f.write_str(zone.name()),
            Self::Fixed(offset) if offset.local_minus_utc() == 0 => f.write_str("UTC"),
            Self::Fixed(offset) => write!(f, "GMT{offset}"),
        }
    }
}

/// The name isn't that of a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone")]
pub struct ZoneError;

impl FromStr for Zone {
    type Err = ZoneError;

    /// Parses IANA names, Java's short names, and differences as in `GMT-08:00`, `UTC+5`, `+0530` and `Z`.
    fn from_str(name: &str) -> Result<Self, ZoneError> {
        let name = name.trim();
        // The short names first: some are IANA names, too, with another meaning.
        let name = SHORT_NAMES.iter().find(|(short, _)| *short == name).map_or(name, |(_, zone)| zone);
        if let Ok(zone) = name.parse() {
            return Ok(Self::Named(zone));
        }
        if name == "Z" || name == "UT" {
            return Ok(Self::Fixed(Utc.fix()));
        }
        let prefixes = ["GMT", "UTC", "UT"];
        let offset = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
        parse_offset(offset).map(Self::Fixed).ok_or(ZoneError)
    }
}

impl Zone {
    /// Returns the time zone of this machine, or UTC if its name isn't known. It is looked up once.
    #[must_use]
    pub fn of_machine() -> Self {
        static ZONE: OnceLock<Zone> = OnceLock::new();
        *ZONE.get_or_init(|| {
            // Local times follow it, too.
            let from_env = std::env::var("TZ").ok();
            let from_env = from_env.as_deref().and_then(|name| name.trim_start_matches(':').parse().ok());
            let from_system = || iana_time_zone::get_timezone().ok()?.parse().ok();
            from_env.or_else(from_system).unwrap_or(Self::Named(Tz::UTC))
        })
    }
}

/// Parses a sign and hours, minutes and seconds, with or without colons. Only hours may have one digit.
pub(super) fn parse_offset(text: &str) -> Option<FixedOffset> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    if !digits.chars().all(|c| c.is_ascii_digit() || c == ':') {
        return None;
    }
    let parts: Vec<&str> = if digits.contains(':') {
        digits.split(':').collect()
    } else {
        // `530` is 5:30.
        let hours = if digits.len() <= 2 { digits.len() } else { 2 - digits.len() % 2 };
        let (hours, rest) = digits.split_at(hours);
        std::iter::once(hours)
            .chain(rest.as_bytes().chunks(2).filter_map(|two| str::from_utf8(two).ok()))
            .collect()
    };
    let [hours, smaller @ ..] = &parts[..] else {
        return None;
    };
    if !matches!(hours.len(), 1 | 2) || smaller.len() > 2 || smaller.iter().any(|part| part.len() != 2) {
        return None;
    }
    let part = |index: usize| parts.get(index).map_or(Ok(0), |part| part.parse::<i32>());
    let (hours, minutes, seconds) = (part(0).ok()?, part(1).ok()?, part(2).ok()?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        text.parse::<Zone>().ok().map(|zone| zone.to_string())
    }

    #[test]
    fn zone_of_this_machine_can_be_written_and_read() {
        let zone = Zone::of_machine();
        assert_eq!(zone.to_string().parse(), Ok(zone));
    }

    #[test]
    fn parses_iana_and_short_names() {
        for (text, expected) in [
            ("America/Los_Angeles", "America/Los_Angeles"),
            (" Etc/GMT+8 ", "Etc/GMT+8"),
            ("PST8PDT", "PST8PDT"),
            ("GMT0", "GMT0"),
            ("PST", "America/Los_Angeles"),
            ("IST", "Asia/Kolkata"),
            ("EST", "GMT-05:00"),
            ("MST", "GMT-07:00"),
            ("HST", "GMT-10:00"),
        ] {
            assert_eq!(name(text).as_deref(), Some(expected), "{text}");
        }
        for (short, zone) in SHORT_NAMES {
            assert_eq!(short.parse::<Zone>(), zone.parse(), "{short}");
            assert!(short.parse::<Zone>().is_ok(), "{short}");
        }
    }

    #[test]
    fn parses_differences_to_utc() {
        for (text, expected) in [
            ("GMT-08:00", "GMT-08:00"),
            ("GMT+5", "GMT+05:00"),
            ("GMT+530", "GMT+05:30"),
            ("GMT+0530", "GMT+05:30"),
            ("GMT-8:00", "GMT-08:00"),
            ("UTC+12:45", "GMT+12:45"),
            ("UT-3", "GMT-03:00"),
            ("+05:30", "GMT+05:30"),
            ("-0330", "GMT-03:30"),
            ("+01:02:03", "GMT+01:02:03"),
            ("GMT+00:00", "UTC"),
            ("Z", "UTC"),
        ] {
            assert_eq!(name(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn rejects_other_names() {
        for text in [
            "",
            "pst",
            "PDT",
            "Mars/Olympus",
            "GMT+",
            "GMT+24",
            "GMT+1:60",
            "GMT+1:2",
            "GMT+12345678",
            "GMT+é",
            "5",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
