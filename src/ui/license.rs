//! Texts about kinds of sessions, their limits, and how certain a peak is.

use std::time::Duration;

use crate::display::{coarse_duration, number};
use crate::gateway::SessionKind;
use crate::history::{DayWatched, Peak};

/// Returns the name of several sessions of a kind, as a label.
pub(super) fn plural(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Vision => "Vision clients",
        SessionKind::Designer => "Designers",
        SessionKind::Perspective => "Perspective sessions",
    }
}

/// Returns the accessible name of the box for the limit of a kind.
pub(super) fn limit_name(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Vision => "Limit of Vision clients",
        SessionKind::Designer => "Limit of Designers",
        SessionKind::Perspective => "Limit of Perspective sessions",
    }
}

/// Returns the number of a peak: `41`, `at least 41` or `not watched`.
pub(super) fn peak(peak: &Peak) -> String {
    let count = count(peak.count);
    match peak.watched {
        DayWatched::Full => count,
        DayWatched::Never if peak.count == 0 => "not watched".to_owned(),
        DayWatched::Partial { .. } | DayWatched::Never => format!("at least {count}"),
    }
}

/// Returns why a peak may have been larger; `None` if it can't.
pub(super) fn unwatched(peak: &Peak) -> Option<String> {
    match peak.watched {
        DayWatched::Full => None,
        DayWatched::Never => Some("Not watched on this day".to_owned()),
        DayWatched::Partial { unwatched_secs } => {
            let time = coarse_duration(Duration::from_secs(unwatched_secs.into()));
            Some(format!("Not watched for {time}"))
        }
    }
}

/// Returns a number of sessions with thousands separators.
pub(super) fn count(value: u32) -> String {
    number(usize::try_from(value).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_certainty_of_a_peak() {
        let of = |count, watched| Peak { count, at: None, watched };
        let partly = DayWatched::Partial { unwatched_secs: 7_800 };
        for (of, text, reason) in [
            (of(1_041, DayWatched::Full), "1,041", None),
            (of(41, partly), "at least 41", Some("Not watched for 2 h 10 min")),
            (of(0, partly), "at least 0", Some("Not watched for 2 h 10 min")),
            (of(0, DayWatched::Never), "not watched", Some("Not watched on this day")),
            (of(3, DayWatched::Never), "at least 3", Some("Not watched on this day")),
        ] {
            assert_eq!((peak(&of).as_str(), unwatched(&of).as_deref()), (text, reason));
        }
    }
}
