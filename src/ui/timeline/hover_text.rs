//! What the legend doesn't say about the time under the pointer.

use crate::display::Clock;
use crate::history::{Chart, ChartMark, MarkKind, Watched};
use crate::sanitize::sanitize;

/// Returns why sessions weren't read at a time, and what the mark there means. `is_present` is whether the chart ends now.
pub(super) fn lines(
    chart: &Chart,
    time: i64,
    mark: Option<&ChartMark>,
    is_present: bool,
    clock: &Clock,
) -> Vec<String> {
    let gap = chart.unwatched.iter().find(|gap| (gap.from..=gap.to).contains(&time));
    // The mark says it.
    let gap = gap.filter(|_| !mark.is_some_and(|mark| is_unreachable(mark, time)));
    let gap = gap.map(|gap| gap_text(chart, *gap, is_present, clock));
    gap.into_iter().chain(mark.map(|mark| mark_text(chart, mark, is_present, clock))).collect()
}

fn is_unreachable(mark: &ChartMark, time: i64) -> bool {
    matches!(mark.kind, MarkKind::Unreachable { from, until, .. } if (from..=until).contains(&time))
}

/// Returns the bounds of a gap, without those that lie beyond the chart and aren't known from it.
fn gap_text(chart: &Chart, gap: Watched, is_present: bool, clock: &Clock) -> String {
    match (gap.from > chart.from, gap.to < chart.to) {
        (true, true) => format!("Not watched from {}", clock.range_text(gap.from, gap.to)),
        (false, true) => format!("Not watched until {}", clock.full_date(gap.to)),
        (true, false) if is_present => format!("Not watched since {}", clock.full_date(gap.from)),
        (true, false) => format!("Not watched from {} on", clock.full_date(gap.from)),
        (false, false) => "Not watched".to_owned(),
    }
}

fn mark_text(chart: &Chart, mark: &ChartMark, is_present: bool, clock: &Clock) -> String {
    let node = sanitize(&mark.node);
    let text = match mark.kind {
        MarkKind::Unreachable { from, until, is_over: true } => {
            format!("{node} was unreachable from {}", clock.range_text(from, until))
        }
        MarkKind::Unreachable { from, until, is_over: false } if is_present && until >= chart.to => {
            format!("{node} has been unreachable since {}", clock.full_date(from))
        }
        // It ended while it was not watched.
        MarkKind::Unreachable { from, until, is_over: false } => {
            format!("{node} was unreachable from {} at least", clock.range_text(from, until))
        }
        MarkKind::Restarted { at } => format!("{node} was restarted at {}", clock.full_date(at)),
    };
    let more =
        if mark.count > 1 { format!(", {} times around this time", mark.count) } else { String::new() };
    format!("{text}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;

    const DAY: i64 = 86_400_000;

    fn clock() -> Clock {
        Clock::new(DateStyle::Utc, None, 10 * DAY)
    }

    /// A chart of a day that ends at the tenth one.
    fn chart(unwatched: (i64, i64)) -> Chart {
        let unwatched = vec![Watched { from: unwatched.0, to: unwatched.1 }];
        Chart { from: 9 * DAY, to: 10 * DAY, unwatched, ..Chart::default() }
    }

    fn mark(from: i64, until: i64, is_over: bool) -> ChartMark {
        let kind = MarkKind::Unreachable { from, until, is_over };
        ChartMark { gateway: "Plant".into(), node: "http://n1".into(), kind, count: 1 }
    }

    #[test]
    fn gaps_have_no_bounds_beyond_the_chart() {
        let (begin, end) = (9 * DAY, 10 * DAY);
        let text = |gap: (i64, i64), is_present| {
            lines(&chart(gap), gap.0 + 1_000, None, is_present, &clock()).join("")
        };
        let [from, to] = [begin + 3_600_000, begin + 7_200_000];
        let [from_text, to_text] = [from, to].map(|time| clock().full_date(time));
        assert_eq!(text((from, to), true), format!("Not watched from {}", clock().range_text(from, to)));
        assert_eq!(text((begin, to), true), format!("Not watched until {to_text}"));
        assert_eq!(text((from, end), true), format!("Not watched since {from_text}"));
        assert_eq!(text((from, end), false), format!("Not watched from {from_text} on"));
        assert_eq!(text((begin, end), true), "Not watched");
    }

    #[test]
    fn only_an_outage_up_to_now_goes_on() {
        let (from, until) = (9 * DAY + 3_600_000, 9 * DAY + 7_200_000);
        let text = |mark: ChartMark, is_present| {
            lines(&chart((from - 5_000, until)), from + 1_000, Some(&mark), is_present, &clock())
        };
        let range = clock().range_text(from, until);
        assert_eq!(text(mark(from, until, true), true), [format!("http://n1 was unreachable from {range}")]);
        let at_least = format!("http://n1 was unreachable from {range} at least");
        assert_eq!(text(mark(from, until, false), true), [at_least]);
        let since = format!("http://n1 has been unreachable since {}", clock().full_date(from));
        assert_eq!(text(mark(from, 10 * DAY, false), true), [since]);
        let past = format!("http://n1 was unreachable from {} at least", clock().range_text(from, 10 * DAY));
        assert_eq!(text(mark(from, 10 * DAY, false), false), [past]);
    }
}
