//! The texts of an entry in the activity list.

use std::time::Duration;

use egui::Color32;

use super::super::icons::{self, Icon};
use super::super::tokens::Palette;
use crate::display::{Clock, coarse_duration, number};
use crate::history::{ActivityEntry, ActivityGroup, ActivityKind};
use crate::sanitize::sanitize;

/// The difference in milliseconds from which the time of an event is shown next to the time when it was noticed.
const LATE_MS: u64 = 60_000;

/// Returns the icon of a row, and its color.
pub(super) fn icon(entry: &ActivityEntry, group: &ActivityGroup, p: &Palette) -> (Icon, Color32) {
    if group.count > 1 {
        return (icons::REPEAT, p.secondary);
    }
    match entry.kind {
        ActivityKind::Arrived => (icons::LOG_IN, p.ok),
        ActivityKind::Left => (icons::LOG_OUT, p.secondary),
        ActivityKind::Unreachable => (icons::UNPLUG, p.error),
        ActivityKind::Reachable => (icons::PLUG, p.ok),
        ActivityKind::Restarted => (icons::ROTATE_CW, p.warning),
        ActivityKind::Terminated => (icons::BAN, p.error),
        ActivityKind::SignedIn => (icons::KEY_ROUND, p.secondary),
        ActivityKind::Alert | ActivityKind::AlertEnd => (icons::BELL, p.warning),
    }
}

/// Returns what happened, and when if that isn't the time of the row.
pub(super) fn event(entry: &ActivityEntry, group: &ActivityGroup, clock: &Clock) -> String {
    if group.count > 1 {
        return format!("Signed in and left, {} times", number(group.count));
    }
    let word = match entry.kind {
        ActivityKind::Arrived if entry.earliest == i64::MIN => return "Already signed in".to_owned(),
        ActivityKind::Arrived => "Signed in",
        ActivityKind::Left => "Left",
        ActivityKind::Unreachable => "Unreachable",
        ActivityKind::Reachable => "Reachable again",
        ActivityKind::Restarted => "Restarted",
        ActivityKind::Terminated => "Terminated by you",
        ActivityKind::SignedIn => "You signed in",
        ActivityKind::Alert | ActivityKind::AlertEnd => {
            return entry
                .detail
                .as_deref()
                .map_or_else(|| "Alert".to_owned(), |text| format!("Alert: {}", sanitize(text)));
        }
    };
    if entry.is_exact() {
        // The gateway gave the start of a session that was listed only later.
        let is_late = entry.time().abs_diff(entry.latest) > LATE_MS;
        return if is_late { format!("{word} at {}", clock.date(entry.latest)) } else { word.to_owned() };
    }
    match entry.earliest {
        i64::MIN => format!("{word} before {}", clock.date(entry.latest)),
        earliest => format!("{word} after {}", clock.date(earliest)),
    }
}

/// Returns the whole time of a row, for its tooltip.
pub(super) fn time(entry: &ActivityEntry, clock: &Clock) -> String {
    if entry.is_exact() || entry.earliest == i64::MIN {
        return clock.full_date(entry.time());
    }
    format!(
        "Between {}, while nothing was watched",
        clock.range_text(entry.earliest, entry.latest).replacen(" to ", " and ", 1)
    )
}

/// Returns how long a session or an outage lasted.
pub(super) fn duration(entry: &ActivityEntry) -> Option<String> {
    let duration_ms = u64::try_from(entry.duration_ms?).unwrap_or(0);
    Some(coarse_duration(Duration::from_millis(duration_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;
    use crate::history::{ActivityKey, SessionRecord};

    fn entry(kind: ActivityKind, earliest: i64, latest: i64) -> ActivityEntry {
        ActivityEntry {
            key: ActivityKey::end_of(latest),
            kind,
            earliest,
            latest,
            gateway: "Plant".into(),
            node: "http://n1:8088".into(),
            session: SessionRecord::default(),
            duration_ms: None,
            detail: Some("signed\u{202e} in twice".into()),
        }
    }

    fn event_text(entry: &ActivityEntry, count: usize) -> String {
        let clock = Clock::new(DateStyle::Utc, None, 1_795_365_700_123);
        event(entry, &ActivityGroup { newest: 0, others: Vec::new(), count }, &clock)
    }

    #[test]
    fn shows_certainty_of_the_time() {
        let exact = 1_795_365_700_000;
        assert_eq!(event_text(&entry(ActivityKind::Left, exact, exact), 1), "Left");
        assert!(
            event_text(&entry(ActivityKind::Left, exact - 3_600_000, exact), 1).starts_with("Left after ")
        );
        assert_eq!(event_text(&entry(ActivityKind::Arrived, i64::MIN, exact), 1), "Already signed in");
        assert!(
            event_text(&entry(ActivityKind::Restarted, i64::MIN, exact), 1).starts_with("Restarted before ")
        );
        let late = ActivityEntry {
            key: ActivityKey::end_of(exact + 3_600_000),
            ..entry(ActivityKind::Arrived, exact, exact)
        };
        assert!(event_text(&late, 1).starts_with("Signed in at "));
        assert_eq!(event_text(&entry(ActivityKind::Left, exact, exact), 7), "Signed in and left, 7 times");
        assert_eq!(
            event_text(&entry(ActivityKind::Alert, exact, exact), 1),
            "Alert: signed\u{fffd} in twice"
        );
    }

    #[test]
    fn durations_have_two_units() {
        let text = |ms| duration(&ActivityEntry { duration_ms: ms, ..entry(ActivityKind::Left, 0, 0) });
        let texts = [Some(7_999), Some(240_000), Some(29_100_000), Some(180_000_000), None].map(text);
        let texts = texts.map(Option::unwrap_or_default);
        assert_eq!(texts, ["7 s", "4 min", "8 h 5 min", "2 d 2 h", ""]);
    }
}
