//! Formats dates for programs: ISO 8601 in UTC.

use chrono::{DateTime, Datelike as _, Timelike as _};

use crate::display::iso_utc;

/// Appends a date as [`iso_utc`] formats it. Formatting by chrono takes longer than the rest of an export.
pub(super) fn push_iso_utc(text: &mut Vec<u8>, epoch_ms: i64) {
    let date = DateTime::from_timestamp_millis(epoch_ms).filter(|date| (0..=9_999).contains(&date.year()));
    let Some(date) = date else {
        text.extend_from_slice(iso_utc(epoch_ms).as_bytes());
        return;
    };
    push_digits(text, date.year().unsigned_abs(), 4, b'-');
    push_digits(text, date.month(), 2, b'-');
    push_digits(text, date.day(), 2, b'T');
    push_digits(text, date.hour(), 2, b':');
    push_digits(text, date.minute(), 2, b':');
    push_digits(text, date.second(), 2, b'.');
    push_digits(text, date.timestamp_subsec_millis(), 3, b'Z');
}

/// Appends the last `count` digits of a number, with leading zeros, and the character after them.
fn push_digits(text: &mut Vec<u8>, number: u32, count: usize, after: u8) {
    let mut digits = [b'0'; 4];
    let mut rest = number;
    for digit in digits[..count].iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    text.extend_from_slice(&digits[..count]);
    text.push(after);
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
            let mut text = Vec::new();
            push_iso_utc(&mut text, epoch_ms);
            assert_eq!(text, expected.as_bytes());
        }
    }

    #[test]
    fn formats_dates_like_chrono() {
        // About two dates per month from the year 1 to 9999, at changing times of day.
        for epoch_ms in (-62_135_596_800_000..253_402_300_799_999).step_by(1_234_567_891) {
            let mut text = Vec::new();
            push_iso_utc(&mut text, epoch_ms);
            assert_eq!(text, iso_utc(epoch_ms).as_bytes());
        }
    }
}
