//! Numbers and counts with thousands separators.

/// Returns a number of sessions, such as `1,200 sessions`.
#[must_use]
pub fn sessions(count: usize) -> String {
    counted(count, "session", "sessions")
}

/// Returns a number with thousands separators.
#[must_use]
pub fn number(value: usize) -> String {
    separated(&value.to_string())
}

/// Returns a count with its noun, such as `1 node` or `1,200 nodes`.
#[must_use]
pub fn counted(count: usize, singular: &str, plural: &str) -> String {
    format!("{} {}", number(count), if count == 1 { singular } else { plural })
}

/// Returns these digits with thousands separators.
pub(crate) fn separated(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_sessions_with_separators() {
        for (count, expected) in
            [(0, "0 sessions"), (1, "1 session"), (999, "999 sessions"), (1_234_567, "1,234,567 sessions")]
        {
            assert_eq!(sessions(count), expected);
        }
    }
}
