//! The refresh intervals to choose from, and their texts.

use std::time::Duration;

/// The default where the settings have none.
pub(super) const DEFAULT: Duration = Duration::from_secs(5);

/// Returns the intervals to choose from; zero for manual refresh.
pub(super) fn choices() -> impl Iterator<Item = Duration> {
    [0, 1, 2, 5, 10, 30, 60, 300].into_iter().map(Duration::from_secs)
}

/// The default while the window shows another gateway.
pub(super) const BACKGROUND: Duration = Duration::from_secs(30);

/// Returns the intervals to choose from while the window shows another gateway; zero for none.
pub(super) fn background_choices() -> impl Iterator<Item = Duration> {
    [0, 5, 10, 30, 60, 300].into_iter().map(Duration::from_secs)
}

/// Returns the text of an interval while the window shows another gateway; `None` for the default, which goes by the interval
/// of the gateway.
pub(super) fn background_text(interval: Option<Duration>, refresh: Duration) -> String {
    match interval {
        None => {
            let default = in_background(None, refresh);
            format!("Default ({})", default.map_or_else(|| "never".to_owned(), amount))
        }
        Some(Duration::ZERO) => "Never".to_owned(),
        Some(interval) => text(interval),
    }
}

/// Returns the interval at which a gateway is read while the window shows another one; `None` to leave it alone. Without a
/// setting of its own, a gateway with manual refresh is left alone, and one with a long interval keeps it.
pub(super) fn in_background(background: Option<Duration>, refresh: Duration) -> Option<Duration> {
    let default = (!refresh.is_zero()).then(|| refresh.max(BACKGROUND));
    background.map_or(default, |interval| (!interval.is_zero()).then_some(interval))
}

/// Returns the text of an interval; zero for manual refresh.
pub(super) fn text(interval: Duration) -> String {
    if interval.is_zero() { "Manual".to_owned() } else { format!("Every {}", amount(interval)) }
}

/// Returns the text of an interval on its button; zero for manual refresh.
pub(super) fn short_text(interval: Duration) -> String {
    if interval.is_zero() { "Manual".to_owned() } else { amount(interval) }
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
    fn background_reads_follow_the_settings() {
        let seconds = Duration::from_secs;
        for (background, refresh, expected) in [
            (None, 5, Some(30)),
            (None, 300, Some(300)),
            (None, 0, None),
            (Some(10), 300, Some(10)),
            (Some(10), 0, Some(10)),
            (Some(0), 5, None),
        ] {
            let interval = in_background(background.map(seconds), seconds(refresh));
            assert_eq!(interval, expected.map(seconds), "{background:?}, {refresh}");
        }
    }

    #[test]
    fn default_in_the_background_is_named_as_it_is_used() {
        let texts = [5, 300, 0].map(|refresh| background_text(None, Duration::from_secs(refresh)));
        assert_eq!(texts, ["Default (30 s)", "Default (5 min)", "Default (never)"]);
    }

    #[test]
    fn uses_the_largest_unit() {
        let texts = [0, 5, 90, 300].map(|seconds| text(Duration::from_secs(seconds)));
        assert_eq!(texts, ["Manual", "Every 5 s", "Every 90 s", "Every 5 min"]);
        assert_eq!(default_text(Duration::from_secs(5)), "Default (5 s)");
        assert_eq!(default_text(Duration::ZERO), "Default (manual)");
    }
}
