//! Moments as text that every program reads.

use chrono::{DateTime, SecondsFormat};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A moment as `2026-11-22T16:41:40.123Z`. Takes milliseconds since 1970 UTC.
///
/// A moment that no calendar here can show, which no dataset holds, is written as its number.
#[must_use]
pub fn iso_utc(epoch_ms: i64) -> String {
    DateTime::from_timestamp_millis(epoch_ms)
        .map_or_else(|| epoch_ms.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// Adds a moment to a text, as [`iso_utc`] writes it, twenty times as fast.
pub(super) fn push_iso_utc(text: &mut Vec<u8>, epoch_ms: i64) {
    let (day, within) = (epoch_ms.div_euclid(DAY_MS), epoch_ms.rem_euclid(DAY_MS));
    // From here on in 32 bits, in which a division takes half the time.
    let (Some((year, month, day)), Ok(within)) = (civil(day), u32::try_from(within)) else {
        text.extend_from_slice(iso_utc(epoch_ms).as_bytes());
        return;
    };
    let (seconds, millis) = (within / 1_000, within % 1_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    let mut iso = *b"0000-00-00T00:00:00.000Z";
    put(&mut iso[0..2], year / 100);
    put(&mut iso[2..4], year % 100);
    put(&mut iso[5..7], month);
    put(&mut iso[8..10], day);
    put(&mut iso[11..13], hours);
    put(&mut iso[14..16], minutes % 60);
    put(&mut iso[17..19], seconds % 60);
    put(&mut iso[20..22], millis / 10);
    iso[22] += digit(millis % 10);
    text.extend_from_slice(&iso);
}

/// Writes a number below a hundred into two places.
fn put(places: &mut [u8], number: u32) {
    places[0] += digit(number / 10);
    places[1] += digit(number % 10);
}

#[expect(clippy::cast_possible_truncation, reason = "less than ten")]
fn digit(number: u32) -> u8 {
    number as u8
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar of all times; `None` outside of the
/// years 0 to 9999.
///
/// Years are taken to begin in March, so that a leap day is the last of its year, and in eras of 400, after which
/// everything begins anew.
fn civil(days: i64) -> Option<(u32, u32, u32)> {
    const ERA_DAYS: u32 = 146_097;
    if !(-719_528..2_932_897).contains(&days) {
        return None;
    }
    // From 1 March of the year 400 before the year 0 to the beginning of 1970.
    let days = u32::try_from(days + 719_468 + i64::from(ERA_DAYS)).ok()?;
    let (era, day) = (days / ERA_DAYS, days % ERA_DAYS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on, five months have 153 days, again and again.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    Some((era * 400 + year + next_year - 400, month, day))
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
