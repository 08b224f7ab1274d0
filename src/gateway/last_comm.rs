//! The time of a session's last communication, whose unit is not documented.

/// The name of its column, whatever the letter case on the gateway.
pub(super) const COLUMN: &str = crate::dataset::names::LAST_COMM;

/// The largest number that is an age in milliseconds, about three years. Larger ones are epoch milliseconds.
const MAX_AGE_MS: i64 = 100_000_000_000;

/// Returns the time in epoch milliseconds of a number that is one, or an age at `now`; `None` for negative numbers.
pub(super) fn timestamp(number: i64, now: i64) -> Option<i64> {
    match number {
        ..0 => None,
        0..=MAX_AGE_MS => Some(now.saturating_sub(number)),
        _ => Some(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_ages_from_timestamps() {
        let now = 1_790_000_000_000;
        for (number, expected) in [
            (1_789_999_990_000, Some(1_789_999_990_000)),
            (100_000_000_001, Some(100_000_000_001)),
            (100_000_000_000, Some(1_690_000_000_000)),
            (2_500, Some(1_789_999_997_500)),
            (0, Some(now)),
            (-1, None),
        ] {
            assert_eq!(timestamp(number, now), expected, "{number}");
        }
    }
}
