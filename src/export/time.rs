//! Moments as text that every program reads.

use chrono::{DateTime, SecondsFormat};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment as `2026-11-22T16:41:40.123Z`. Takes milliseconds since 1970 UTC.
///
/// A moment that no calendar here can show, which no dataset holds, is written as its number.
#[must_use]
pub fn iso_utc(epoch_ms: i64) -> String {
    DateTime::from_timestamp_millis(epoch_ms)
        .map_or_else(|| epoch_ms.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// Adds a moment to a text, as [`iso_utc`] writes it, ten times as fast.
pub(super) fn push_iso_utc(text: &mut Vec<u8>, epoch_ms: i64) {
    let (year, month, day) = civil(epoch_ms.div_euclid(DAY_MS));
    if !(0..=9999).contains(&year) {
        text.extend_from_slice(iso_utc(epoch_ms).as_bytes());
        return;
    }
    let within = epoch_ms.rem_euclid(DAY_MS);
    let mut iso = *b"0000-00-00T00:00:00.000Z";
    put(&mut iso[0..4], year);
    put(&mut iso[5..7], month);
    put(&mut iso[8..10], day);
    put(&mut iso[11..13], within / HOUR_MS);
    put(&mut iso[14..16], within % HOUR_MS / MINUTE_MS);
    put(&mut iso[17..19], within % MINUTE_MS / SECOND_MS);
    put(&mut iso[20..23], within % SECOND_MS);
    text.extend_from_slice(&iso);
}

/// Writes a number into these places, the last digit last.
fn put(places: &mut [u8], mut number: i64) {
    for place in places.iter_mut().rev() {
        *place += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar of all times.
///
/// Years are taken to begin in March, so that a leap day is the last of its year, and in eras of 400, after which
/// everything begins anew.
fn civil(days: i64) -> (i64, i64, i64) {
    const ERA_DAYS: i64 = 146_097;
    // From 1 March of the year 0 to the beginning of 1970.
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on, five months have 153 days, again and again.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pushed(epoch_ms: i64) -> String {
        let mut text = Vec::new();
        push_iso_utc(&mut text, epoch_ms);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_ends_of_days_months_years_and_time_are_right() {
        for moment in [0, -1, 951_782_400_000, 951_868_799_999, -62_167_219_200_000, -62_167_219_200_001]
            .into_iter()
            .chain([253_402_300_799_999, 253_402_300_800_000, i64::MIN, i64::MAX])
        {
            assert_eq!(pushed(moment), iso_utc(moment));
        }
    }

    #[test]
    fn every_day_of_some_centuries_is_right() {
        for day in -200_000..200_000 {
            assert_eq!(pushed(day * DAY_MS), iso_utc(day * DAY_MS));
        }
    }

    proptest! {
        #[test]
        fn any_moment_is_right(moment in -70_000_000_000_000..260_000_000_000_000_i64) {
            prop_assert_eq!(pushed(moment), iso_utc(moment));
        }
    }
}
