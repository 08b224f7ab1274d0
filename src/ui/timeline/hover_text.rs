//! Explains gaps and marks at the time under the pointer.

use crate::display::{Clock, number};
use crate::history::{Chart, ChartMark, MarkKind, TimeRange};
use crate::sanitize::sanitize;

/// The largest number of marks at one place that are explained.
const MAX_MARKS: usize = 6;

/// Returns why sessions weren't read at a time, and what the marks there mean. `is_present` is whether the chart ends now, and
/// `name` returns the name of a node.
pub(super) fn lines(
    chart: &Chart,
    time: i64,
    marks: &[&ChartMark],
    is_present: bool,
    clock: &Clock,
    name: impl Fn(&ChartMark) -> String,
) -> Vec<String> {
    let gap = chart.unwatched.iter().find(|gap| (gap.from..=gap.to).contains(&time));
    // A mark says it.
    let gap = gap.filter(|_| !marks.iter().any(|mark| is_unreachable(mark, time)));
    let gap = gap.map(|gap| gap_text(chart, *gap, is_present, clock));
    let explained =
        marks.iter().take(MAX_MARKS).map(|mark| mark_text(chart, mark, &name(mark), is_present, clock));
    let others = marks.len().saturating_sub(MAX_MARKS);
    let others = (others > 0).then(|| format!("and {} more", number(others)));
    gap.into_iter().chain(explained).chain(others).collect()
}

fn is_unreachable(mark: &ChartMark, time: i64) -> bool {
    matches!(mark.kind, MarkKind::Unreachable { from, until, .. } if (from..=until).contains(&time))
}

/// Returns the bounds of a gap, without those that lie beyond the chart and aren't known from it.
fn gap_text(chart: &Chart, gap: TimeRange, is_present: bool, clock: &Clock) -> String {
    match (gap.from > chart.from, gap.to < chart.to) {
        (true, true) => format!("Not watched from {}", clock.range_text(gap.from, gap.to)),
        (false, true) => format!("Not watched until {}", clock.full_date(gap.to)),
        (true, false) if is_present => format!("Not watched since {}", clock.full_date(gap.from)),
        (true, false) => format!("Not watched from {} on", clock.full_date(gap.from)),
        (false, false) => "Not watched".to_owned(),
    }
}

fn mark_text(chart: &Chart, mark: &ChartMark, name: &str, is_present: bool, clock: &Clock) -> String {
    let node = sanitize(name);
    let text = match mark.kind {
        MarkKind::Unreachable { from, until, is_over: true } => {
            format!("{node} was unreachable from {}", clock.range_text(from, until))
        }
        MarkKind::Unreachable { from, until, is_over: false } if is_present && until >= chart.to => {
            format!("{node} has been unreachable since {}", clock.full_date(from))
        }
        // It ended while it was not watched.
        MarkKind::Unreachable { from, until, is_over: false } => {
            format!("{node} was unreachable at least from {}", clock.range_text(from, until))
        }
        MarkKind::Restarted { at } => format!("{node} was restarted at {}", clock.full_date(at)),
    };
    let more = match mark.count {
        0 | 1 => String::new(),
        count => format!(", {} times around this time", number(count as usize)),
    };
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
        let unwatched = vec![TimeRange { from: unwatched.0, to: unwatched.1 }];
        Chart { from: 9 * DAY, to: 10 * DAY, unwatched, ..Chart::default() }
    }

    fn mark(from: i64, until: i64, is_over: bool) -> ChartMark {
        let kind = MarkKind::Unreachable { from, until, is_over };
        ChartMark { gateway: "Plant".into(), node: "http://n1".into(), kind, count: 1 }
    }

    #[test]
    fn gaps_have_no_bounds_beyond_the_chart() {
        let (start, end) = (9 * DAY, 10 * DAY);
        let text = |gap: (i64, i64), is_present| {
            lines(&chart(gap), gap.0 + 1_000, &[], is_present, &clock(), |_| String::new()).join("")
        };
        let [from, to] = [start + 3_600_000, start + 7_200_000];
        let [from_text, to_text] = [from, to].map(|time| clock().full_date(time));
        assert_eq!(text((from, to), true), format!("Not watched from {}", clock().range_text(from, to)));
        assert_eq!(text((start, to), true), format!("Not watched until {to_text}"));
        assert_eq!(text((from, end), true), format!("Not watched since {from_text}"));
        assert_eq!(text((from, end), false), format!("Not watched from {from_text} on"));
        assert_eq!(text((start, end), true), "Not watched");
    }

    #[test]
    fn only_an_outage_up_to_now_goes_on() {
        let (from, until) = (9 * DAY + 3_600_000, 9 * DAY + 7_200_000);
        let text = |mark: ChartMark, is_present| {
            let name = |mark: &ChartMark| mark.node.to_string();
            lines(&chart((from - 5_000, until)), from + 1_000, &[&mark], is_present, &clock(), name)
        };
        let range = clock().range_text(from, until);
        assert_eq!(text(mark(from, until, true), true), [format!("http://n1 was unreachable from {range}")]);
        let at_least = format!("http://n1 was unreachable at least from {range}");
        assert_eq!(text(mark(from, until, false), true), [at_least]);
        let since = format!("http://n1 has been unreachable since {}", clock().full_date(from));
        assert_eq!(text(mark(from, 10 * DAY, false), true), [since]);
        let past = format!("http://n1 was unreachable at least from {}", clock().range_text(from, 10 * DAY));
        assert_eq!(text(mark(from, 10 * DAY, false), false), [past]);
    }

    #[test]
    fn all_nodes_that_were_unreachable_are_named() {
        let (from, until) = (9 * DAY + 3_600_000, 9 * DAY + 7_200_000);
        let marks: Vec<ChartMark> = (1..=8)
            .map(|node| ChartMark { node: format!("n{node}").into(), ..mark(from, until, true) })
            .collect();
        let name = |mark: &ChartMark| format!("Plant ({})", mark.node);
        let texts = |count: usize| {
            let marks: Vec<&ChartMark> = marks.iter().take(count).collect();
            lines(&chart((from, until)), from, &marks, true, &clock(), name)
        };
        let two = texts(2);
        assert_eq!(two.len(), 2);
        assert!(two[0].starts_with("Plant (n1) was ") && two[1].starts_with("Plant (n2) was "), "{two:?}");
        assert_eq!(
            texts(8)[5..].iter().map(|text| &text[..10]).collect::<Vec<_>>(),
            ["Plant (n6)", "and 2 more"]
        );
    }
}
