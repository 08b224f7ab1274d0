//! The summary of what happened while the window couldn't be seen.

use crate::display::{self, Clock};

/// The shortest outage that is worth a word, in milliseconds. After a resume, the first reads often fail.
const MIN_OUTAGE_MS: i64 = 60_000;

/// A summary of what happened while the window couldn't be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct Away {
    /// The start of that time, in milliseconds since 1970 UTC.
    pub(in crate::ui) since: i64,
    /// The number of sessions that arrived.
    pub(in crate::ui) arrived: usize,
    /// The number of sessions that left.
    pub(in crate::ui) left: usize,
    /// The gateways and nodes that couldn't be read.
    pub(in crate::ui) outages: Vec<AwayOutage>,
}

/// A gateway or node that couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct AwayOutage {
    /// The name of the gateway, with the address of the node if it has several.
    pub(in crate::ui) name: String,
    /// The duration of the outage, in milliseconds.
    pub(in crate::ui) duration_ms: i64,
    /// The start of the outage if it isn't over, in milliseconds since 1970 UTC.
    pub(in crate::ui) since: Option<i64>,
}

impl Away {
    /// Returns the summary without short outages, the longest one first; `None` if there is nothing to say.
    pub(in crate::ui) fn if_noteworthy(mut self) -> Option<Self> {
        self.outages.retain(|outage| outage.duration_ms >= MIN_OUTAGE_MS);
        self.outages.sort_by_key(|outage| std::cmp::Reverse(outage.duration_ms));
        (self.arrived > 0 || self.left > 0 || !self.outages.is_empty()).then_some(self)
    }

    /// Returns the summary in a line, such as `Since yesterday 18:02: 41 arrived, 39 left, Plant South unreachable 12 min`.
    pub(in crate::ui) fn text(&self, clock: &Clock) -> String {
        let count =
            |count: usize, what: &str| (count > 0).then(|| format!("{} {what}", display::number(count)));
        let outage = self.outages.first().map(|outage| {
            let name = display::text(&outage.name);
            match outage.since {
                Some(since) => format!("{name} unreachable since {}", clock.when(since)),
                None => format!("{name} unreachable {}", display::duration_in_minutes(outage.duration_ms)),
            }
        });
        let others = count(self.outages.len().saturating_sub(1), "more unreachable");
        let parts = [count(self.arrived, "arrived"), count(self.left, "left"), outage, others];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("Since {}: {}", clock.when(self.since), parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;

    const MINUTE_MS: i64 = 60_000;
    /// Sunday 2026-11-22 16:41:40 UTC.
    const NOW_MS: i64 = 1_795_365_700_123;

    fn outage(name: &str, minutes: i64, since: Option<i64>) -> AwayOutage {
        AwayOutage { name: name.to_owned(), duration_ms: minutes * MINUTE_MS, since }
    }

    #[test]
    fn says_what_happened_in_a_line() {
        let clock = Clock::new(DateStyle::Utc, None, NOW_MS);
        let since = NOW_MS - 22 * 60 * MINUTE_MS;
        let text = |arrived, left, outages: &[AwayOutage]| {
            let away = Away { since, arrived, left, outages: outages.to_vec() };
            away.if_noteworthy().map(|away| away.text(&clock))
        };
        let south = outage("Plant South", 12, None);
        for (arrived, left, outages, expected) in [
            (41, 39, vec![south.clone()], "41 arrived, 39 left, Plant South unreachable 12 min"),
            (1_200, 0, vec![], "1,200 arrived"),
            (0, 2, vec![outage("East", 0, None)], "2 left"),
            (
                0,
                0,
                vec![outage("East", 5, None), south, outage("West", 0, None)],
                "Plant South unreachable 12 min, 1 more unreachable",
            ),
            (0, 0, vec![outage("East", 30, Some(NOW_MS - 30 * MINUTE_MS))], "East unreachable since 16:11"),
        ] {
            let expected = format!("Since yesterday 18:41: {expected}");
            assert_eq!(text(arrived, left, &outages), Some(expected));
        }
        assert_eq!(text(0, 0, &[]), None);
        assert_eq!(text(0, 0, &[outage("East", 0, None)]), None);
    }
}
