//! Durations as people read and write them.

use std::time::Duration;

use super::moment::parse_typed_duration;

/// Returns a duration in its two largest units, such as `3 h 12 min`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// Returns a duration in its largest unit, and in two where the second one matters: `59 s`, `12 min`, `3 h 12 min`, `1 d 1 h`.
#[must_use]
pub fn coarse_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, _) => format!("{minutes} min"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

/// Returns a duration in all units that it has, such as `12 h` or `1 h 30 min`, as [`parse_duration`] reads it. Below a second
/// it is `0 s`.
#[must_use]
pub fn exact_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h"), (seconds % 3_600 / 60, "min")];
    let units = units.into_iter().chain([(seconds % 60, "s")]).filter(|(amount, _)| *amount > 0);
    let texts: Vec<String> = units.map(|(amount, unit)| format!("{amount} {unit}")).collect();
    if texts.is_empty() { "0 s".to_owned() } else { texts.join(" ") }
}

/// Parses a duration such as `0 s`, `90s`, `5 min` or `1h30m`. A day has 24 hours.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    parse_typed_duration(&text.to_ascii_lowercase())?.to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_durations_in_two_units_at_most() {
        let texts =
            [0, 59, 60, 3_599, 11_520, 90_000].map(|seconds| coarse_duration(Duration::from_secs(seconds)));
        assert_eq!(texts, ["0 s", "59 s", "1 min", "59 min", "3 h 12 min", "1 d 1 h"]);
    }

    #[test]
    fn durations_have_their_two_largest_units() {
        let texts = [0, 59, 60, 3_599, 3_600, 86_399, 86_400, 200_000]
            .map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(
            texts,
            ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "23 h 59 min", "1 d 0 h", "2 d 7 h"]
        );
    }

    #[test]
    fn exact_durations_are_read_as_they_were() {
        for (seconds, text) in [(43_200, "12 h"), (5_400, "1 h 30 min"), (90_061, "1 d 1 h 1 min 1 s")] {
            let value = Duration::from_secs(seconds);
            assert_eq!((&*exact_duration(value), parse_duration(text)), (text, Some(value)));
        }
        assert_eq!(exact_duration(Duration::ZERO), "0 s");
    }

    #[test]
    fn reads_durations() {
        for (text, seconds) in
            [("0 min", 0), ("90s", 90), ("5 min", 300), ("2 h", 7_200), ("1H30M", 5_400), ("30d", 2_592_000)]
        {
            assert_eq!(parse_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0", "5", "-5m", "soon", "1.5h"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
