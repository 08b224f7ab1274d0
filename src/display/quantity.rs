//! Formats numbers and numbers of bytes.

use crate::count::separated;

const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
/// The largest number of a unit that is not written in the next one.
const MAX_OF_UNIT: u64 = 9_999;

/// Returns a whole number with thousands separators.
pub(super) fn integer(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    sign.to_owned() + &separated(&value.unsigned_abs().to_string())
}

/// Returns a number of milliseconds, in seconds where they are whole, such as `60 s`.
pub(super) fn milliseconds(value: i64) -> String {
    if value % 1_000 == 0 {
        format!("{} s", integer(value / 1_000))
    } else {
        format!("{} ms", integer(value))
    }
}

/// Returns a number with thousands separators.
pub(super) fn real(value: f64) -> String {
    let text = value.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    // Infinity has none.
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    format!("{sign}{}{fraction}", separated(whole))
}

/// Returns a number of bytes such as `799 MiB`. The unit changes late, so that most numbers of a column have the same one.
#[must_use]
pub fn bytes(value: i64) -> String {
    let unit = unit_of(value);
    format!("{} {}", in_unit(value, unit), UNITS[unit])
}

/// Returns two numbers of bytes in the unit of the second, such as `799 of 2,048 MiB`.
#[must_use]
pub fn of_bytes(part: i64, whole: i64) -> String {
    let unit = unit_of(whole);
    format!("{} of {} {}", in_unit(part, unit), in_unit(whole, unit), UNITS[unit])
}

fn unit_of(value: i64) -> usize {
    (0..UNITS.len() - 1)
        .find(|&unit| rounded(value.unsigned_abs(), unit) <= MAX_OF_UNIT)
        .unwrap_or(UNITS.len() - 1)
}

fn in_unit(value: i64, unit: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    sign.to_owned() + &separated(&rounded(value.unsigned_abs(), unit).to_string())
}

fn rounded(value: u64, unit: usize) -> u64 {
    let bits = 10 * unit;
    let half = if bits == 0 { 0 } else { 1 << (bits - 1) };
    value.saturating_add(half) >> bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_thousands() {
        for (value, expected) in
            [(0, "0"), (-999, "-999"), (-1_000, "-1,000"), (i64::MIN, "-9,223,372,036,854,775,808")]
        {
            assert_eq!(integer(value), expected);
        }
        for (value, expected) in
            [(0.5, "0.5"), (-1_234.5, "-1,234.5"), (1e6, "1,000,000"), (f64::INFINITY, "inf"), (-0.0, "-0")]
        {
            assert_eq!(real(value), expected);
        }
    }

    #[test]
    fn bytes_have_a_unit() {
        for (value, expected) in [
            (0, "0 B"),
            (9_999, "9,999 B"),
            (10_000, "10 KiB"),
            (799 << 20, "799 MiB"),
            ((799 << 20) + (1 << 19), "800 MiB"),
            (2 << 30, "2,048 MiB"),
            (64 << 30, "64 GiB"),
            (-(64 << 30), "-64 GiB"),
            (i64::MAX, "8,388,608 TiB"),
        ] {
            assert_eq!(bytes(value), expected);
        }
        assert_eq!(of_bytes(799 << 20, 2 << 30), "799 of 2,048 MiB");
    }
}
