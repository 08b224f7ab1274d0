//! The timeline: the number of sessions over time, as the history has it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::series_counts::SeriesCounts;
use crate::history::{Chart, ChartSplit, TimeRange};
use crate::table::TimelineSpan;
use crate::ui::error_report::ErrorReport;

/// The shortest and the longest time that can be shown, in milliseconds: a minute and ten years.
const LENGTH_MS: RangeInclusive<i64> = 60_000..=10 * 365 * 86_400_000;
/// The timeline zooms in to a range that is shorter than the shown time divided by this.
const MAX_PARTS: i64 = 50;
/// The space before a range that goes on: its length divided by this.
const MARGIN_PARTS: i64 = 20;
/// The shortest time before and after a range that has ended, in milliseconds.
const MIN_MARGIN_MS: i64 = 30 * 60_000;

impl TimeRange {
    /// Returns the range that is longer by a factor, with the same time at the same place. It never ends after `now`.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of ten years are exact")]
    pub(in crate::ui) fn zoomed(self, factor: f64, at: i64, now: i64) -> Self {
        let (before, length) = ((at - self.from) as f64, self.length() as f64);
        let (min, max) = (*LENGTH_MS.start() as f64, *LENGTH_MS.end() as f64);
        let factor = (length * factor).clamp(min, max) / length.max(1.0);
        #[expect(clippy::cast_possible_truncation, reason = "ten years in milliseconds fit")]
        let [before, length] = [before * factor, length * factor].map(|time| time.round() as i64);
        let from = at - before;
        Self { from, to: from + length }.not_after(now)
    }

    /// Returns the range moved by a time, but not beyond `now`.
    pub(in crate::ui) fn moved(self, by: i64, now: i64) -> Self {
        Self { from: self.from + by, to: self.to + by }.not_after(now)
    }

    fn not_after(self, now: i64) -> Self {
        let beyond = (self.to - now).max(0);
        Self { from: self.from - beyond, to: self.to - beyond }
    }
}

/// The time that the timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum TimelineRange {
    /// A time up to now.
    Last(TimelineSpan),
    /// A time up to now that the user has zoomed to, in milliseconds.
    LastMs(i64),
    /// A time that the user has zoomed to, and that has an end.
    Zoomed(TimeRange),
}

/// The timeline.
pub(in crate::ui) struct Timeline {
    /// The history has, or may have, sessions of what is shown.
    pub(in crate::ui) is_available: bool,
    /// The time that is shown.
    pub(in crate::ui) range: TimelineRange,
    /// The division of sessions into series.
    pub(in crate::ui) split: ChartSplit,
    /// The width of the chart in physical pixels; 0 until it is drawn.
    pub(in crate::ui) width_px: usize,
    /// The chart that was read last; `None` until one was read.
    pub(in crate::ui) chart: Option<Arc<Chart>>,
    /// The sessions that are on now, or were on at the moment of the past; `None` until they were read.
    pub(in crate::ui) counts: Option<SeriesCounts>,
    /// The reason why the last chart couldn't be read.
    pub(in crate::ui) error: Option<ErrorReport>,
    /// The range that the user has chosen.
    pub(in crate::ui) selection: Option<TimeRange>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            is_available: false,
            range: TimelineRange::Last(TimelineSpan::default()),
            split: ChartSplit::Designer,
            width_px: 0,
            chart: None,
            counts: None,
            error: None,
            selection: None,
        }
    }
}

impl Timeline {
    /// Shows a range that was chosen in the timeline at `now`. A range that reaches the present follows it.
    pub(in crate::ui) fn zoom(&mut self, range: TimeRange, now: i64) {
        let end = match self.range {
            TimelineRange::Zoomed(_) => now,
            TimelineRange::Last(_) | TimelineRange::LastMs(_) => self.shown(now).to,
        };
        self.range = if range.to >= end {
            TimelineRange::LastMs(range.length())
        } else {
            TimelineRange::Zoomed(range)
        };
    }

    /// Selects a range and brings it into view, unless its start is in view and it isn't too short.
    pub(in crate::ui) fn reveal(&mut self, range: TimeRange, now: i64) {
        self.selection = Some(range);
        let shown = self.shown(now);
        let has_start = (shown.from..shown.to).contains(&range.from);
        if has_start && range.length().saturating_mul(MAX_PARTS) >= shown.length() {
            return;
        }
        if range.to < now {
            let margin = MIN_MARGIN_MS.max(range.length() / 2);
            let around = TimeRange { from: range.from - margin, to: range.to + margin };
            self.zoom(around.not_after(now), now);
            return;
        }
        let length = range.length() + range.length() / MARGIN_PARTS;
        let span = TimelineSpan::ALL.into_iter().find(|span| milliseconds(*span) >= length);
        self.range = span.map_or(TimelineRange::LastMs(length.min(*LENGTH_MS.end())), TimelineRange::Last);
    }

    /// Returns `true` if the range ends with the present.
    pub(in crate::ui) fn is_present(&self, now: i64) -> bool {
        match self.range {
            TimelineRange::Last(_) | TimelineRange::LastMs(_) => true,
            TimelineRange::Zoomed(range) => range.to >= now,
        }
    }

    /// Returns the range to read at a time.
    pub(in crate::ui) fn wanted(&self, now: i64) -> TimeRange {
        match self.range {
            TimelineRange::Last(span) => TimeRange { from: now - milliseconds(span), to: now },
            TimelineRange::LastMs(length) => TimeRange { from: now - length, to: now },
            TimelineRange::Zoomed(range) => range,
        }
    }

    /// Returns the range to show: that of the chart while it is about the same, so that nothing moves until it was read again.
    pub(in crate::ui) fn shown(&self, now: i64) -> TimeRange {
        let wanted = self.wanted(now);
        let chart = self.chart.as_ref().map(|chart| TimeRange { from: chart.from, to: chart.to });
        match (self.range, chart) {
            (TimelineRange::Last(_) | TimelineRange::LastMs(_), Some(chart))
                if chart.length() == wanted.length() =>
            {
                chart
            }
            _ => wanted,
        }
    }
}

fn milliseconds(span: TimelineSpan) -> i64 {
    i64::try_from(span.duration().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_time_under_the_pointer() {
        let day = TimeRange { from: 0, to: 86_400_000 };
        let half = day.zoomed(0.5, 43_200_000, 86_400_000);
        assert_eq!(half, TimeRange { from: 21_600_000, to: 64_800_000 });
        assert_eq!(half.zoomed(2.0, 43_200_000, 86_400_000), day);
        let at_the_end = day.zoomed(0.5, 86_400_000, 86_400_000);
        assert_eq!(at_the_end, TimeRange { from: 43_200_000, to: 86_400_000 });
    }

    #[test]
    fn no_range_is_too_short_too_long_or_in_the_future() {
        let now = 1_790_000_000_000;
        let day = TimeRange { from: now - 86_400_000, to: now };
        let shortest = (0..50).fold(day, |range, _| range.zoomed(0.5, range.from + range.length() / 2, now));
        assert_eq!(shortest.length(), *LENGTH_MS.start());
        let longest = (0..50).fold(day, |range, _| range.zoomed(2.0, range.from, now));
        assert_eq!(longest, TimeRange { from: now - LENGTH_MS.end(), to: now });
        assert_eq!(day.moved(1_000, now), day);
        assert_eq!(day.moved(-1_000, now).to, now - 1_000);
    }

    #[test]
    fn zoomed_range_that_reaches_the_present_goes_on_with_it() {
        let (mut timeline, now) = (Timeline::default(), 1_790_000_000_000);
        let day = timeline.shown(now);
        timeline.zoom(day.zoomed(0.5, day.to, now), now);
        assert_eq!(timeline.shown(now + 60_000).to, now + 60_000);
        let half = timeline.shown(now + 60_000);
        assert_eq!(half.length(), day.length() / 2);
        // Not at its end.
        timeline.zoom(half.zoomed(0.5, half.from, now + 60_000), now + 60_000);
        let first = timeline.shown(now + 60_000);
        assert_eq!(timeline.shown(now + 3_600_000), first);
        // Back to the present.
        timeline.zoom(first.moved(day.length(), now + 3_600_000), now + 3_600_000);
        assert_eq!(timeline.shown(now + 7_200_000).to, now + 7_200_000);
    }

    #[test]
    fn range_is_revealed_in_the_shortest_time_that_has_it() {
        let (minute, now) = (60_000, 1_790_000_000_000);
        let reveal = |timeline: &mut Timeline, from: i64, to: i64| {
            timeline.reveal(TimeRange { from: now - from, to: now - to }, now);
            let TimeRange { from, to } = timeline.shown(now);
            ((now - from) / minute, (now - to) / minute)
        };
        let (hour, day) = (60, 24 * 60);
        for (from, expected) in [
            (5, hour),
            (59, day),
            (180, day),
            (25 * hour, 7 * day),
            (31 * day, 365 * day),
            (400 * day, 420 * day),
        ] {
            let mut timeline = Timeline::default();
            assert_eq!(reveal(&mut timeline, from * minute, 0), (expected, 0), "{from} min");
            assert_eq!(reveal(&mut timeline, from * minute, 0), (expected, 0), "{from} min, again");
            assert_eq!(timeline.selection, Some(TimeRange { from: now - from * minute, to: now }));
        }
        // In the past, with time around it.
        let mut timeline = Timeline::default();
        assert_eq!(reveal(&mut timeline, 100 * day * minute, 90 * day * minute), (105 * day, 85 * day));
        assert_eq!(reveal(&mut timeline, 99 * day * minute, 95 * day * minute), (105 * day, 85 * day));
        assert_eq!(reveal(&mut timeline, 10 * minute, 5 * minute), (65, 0), "not in the future");
    }

    #[test]
    fn zoomed_chart_that_is_shown_a_little_late_goes_on_too() {
        let (mut timeline, now) = (Timeline::default(), 1_790_000_000_000);
        let TimeRange { from, to } = timeline.wanted(now - 90_000);
        timeline.chart = Some(Arc::new(Chart { from, to, ..Chart::default() }));
        let shown = timeline.shown(now);
        assert_eq!(shown.to, now - 90_000);
        timeline.zoom(shown.zoomed(0.5, shown.to, now), now);
        assert_eq!(timeline.shown(now + 5_000).to, now + 5_000);
    }
}
