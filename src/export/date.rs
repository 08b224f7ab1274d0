//! Formats dates for programs: ISO 8601 in UTC.

use chrono::{DateTime, SecondsFormat};

/// Formats milliseconds since 1970 UTC as `2026-11-22T16:41:40.123Z`.
///
/// A date outside of chrono's range, which no dataset holds, is written as its number.
#[must_use]
pub fn iso_utc(epoch_ms: i64) -> String {
    DateTime::from_timestamp_millis(epoch_ms)
        .map_or_else(|| epoch_ms.to_string(), |date| date.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_dates_at_the_ends_of_ranges() {
        for (epoch_ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+10000-01-01T00:00:00.000Z"),
            (i64::MAX, "9223372036854775807"),
        ] {
            assert_eq!(iso_utc(epoch_ms), expected);
        }
    }
}
