//! The refresh intervals to choose from, and their texts.

use std::time::Duration;

/// The default where the settings have none.
pub(super) const DEFAULT: Duration = Duration::from_secs(5);

/// Returns the intervals to choose from; zero for manual refresh.
pub(super) fn choices() -> impl Iterator<Item = Duration> {
    [0, 1, 2, 5, 10, 30, 60, 300].into_iter().map(Duration::from_secs)
}

/// Returns the text of an interval; zero for manual refresh.
pub(super) fn text(interval: Duration) -> String {
    if interval.is_zero() { "Manual".to_owned() } else { format!("Every {}", amount(interval)) }
}

/// Returns the text of the default, for example "Default (5 s)".
pub(super) fn default_text(default: Duration) -> String {
    let default = if default.is_zero() { "manual".to_owned() } else { amount(default) };
    format!("Default ({default})")
}

fn amount(interval: Duration) -> String {
    match interval.as_secs() {
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_the_largest_unit() {
        let texts = [0, 5, 90, 300].map(|seconds| text(Duration::from_secs(seconds)));
        assert_eq!(texts, ["Manual", "Every 5 s", "Every 90 s", "Every 5 min"]);
        assert_eq!(default_text(Duration::from_secs(5)), "Default (5 s)");
        assert_eq!(default_text(Duration::ZERO), "Default (manual)");
    }
}
