//! Texts about the time in which nodes were not watched.

use super::time_query::TimeQuery;
use crate::display::{Clock, counted, number};
use crate::history::{NodeGaps, TimeRange};

/// The largest number of nodes that are listed.
const MAX_NODES: usize = 10;
/// The largest number of gaps of a node that are listed.
const MAX_GAPS: usize = 3;

/// Returns lines for the nodes that were not watched all the time, or not all kinds of their sessions.
pub(super) fn lines(query: TimeQuery, nodes: &[NodeGaps], clock: &Clock) -> Vec<String> {
    let is_unwatched = |node: &&NodeGaps| !node.unwatched.is_empty() || !node.unwatched_kinds.is_empty();
    let unwatched: Vec<&NodeGaps> = nodes.iter().filter(is_unwatched).collect();
    let listed = unwatched.iter().take(MAX_NODES);
    let mut lines: Vec<String> = listed.flat_map(|node| lines_of_node(query, node, clock)).collect();
    if unwatched.len() > MAX_NODES {
        let others = counted(unwatched.len() - MAX_NODES, "other node was", "other nodes were");
        lines.push(format!("{others} not watched all the time"));
    }
    if nodes.is_empty() {
        lines.push("No gateway has been recorded yet".to_owned());
    }
    lines
}

fn lines_of_node(query: TimeQuery, node: &NodeGaps, clock: &Clock) -> Vec<String> {
    let name = match (&*node.gateway, &*node.url) {
        (gateway, url) if gateway == url => url.to_owned(),
        (gateway, url) => format!("{gateway}, {url}"),
    };
    let of_node = (!node.unwatched.is_empty()).then(|| (format!("{name} was"), &node.unwatched));
    let of_kinds = node.unwatched_kinds.iter();
    let of_kinds = of_kinds.map(|(kind, gaps)| (format!("{kind} sessions of {name} were"), gaps));
    of_node.into_iter().chain(of_kinds).map(|(subject, gaps)| line(query, &subject, gaps, clock)).collect()
}

/// Returns a line that begins with a subject and "was" or "were".
fn line(query: TimeQuery, subject: &str, gaps: &[TimeRange], clock: &Clock) -> String {
    let text = |time| clock.moment_text(time);
    let span = |gap: &TimeRange| format!("from {} to {}", text(gap.from), text(gap.to));
    match (query, gaps) {
        (TimeQuery::At(time), [gap, ..]) if gap.from < gap.to => {
            let recorded = match (gap.from, gap.to) {
                (i64::MIN, i64::MAX) => String::new(),
                (i64::MIN, to) => format!(" before {}", text(to)),
                (from, i64::MAX) => format!(" after {}", text(from)),
                _ => format!(" {}", span(gap)),
            };
            format!("{subject} not watched at {}: nothing was recorded{recorded}", text(time))
        }
        (TimeQuery::At(time), _) => format!("{subject} not watched at {}", text(time)),
        (TimeQuery::Between(range), [gap]) if *gap == range => {
            format!("{subject} not watched at all {}", span(gap))
        }
        (TimeQuery::Between(_), gaps) => {
            let listed: Vec<String> = gaps.iter().take(MAX_GAPS).map(span).collect();
            let more = match gaps.len() - listed.len() {
                0 => String::new(),
                1 => " and once more".to_owned(),
                more => format!(" and {} more times", number(more)),
            };
            format!("{subject} not watched {}{more}", listed.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::DateStyle;
    use crate::gateway::SessionKind;

    const MINUTE_MS: i64 = 60_000;

    fn node(gateway: &str, gaps: &[(i64, i64)]) -> NodeGaps {
        let unwatched = gaps.iter().map(|&(from, to)| TimeRange { from, to }).collect();
        let unwatched_kinds = Vec::new();
        NodeGaps { gateway: gateway.into(), url: "http://n1:8088".into(), unwatched, unwatched_kinds }
    }

    fn lines_of(query: TimeQuery, nodes: &[NodeGaps]) -> Vec<String> {
        lines(query, nodes, &Clock::new(DateStyle::Utc, None, 0))
    }

    #[test]
    fn says_what_was_recorded_around_a_time() {
        let at = TimeQuery::At(5 * MINUTE_MS);
        for ((from, to), expected) in [
            (
                (MINUTE_MS, 9 * MINUTE_MS),
                ": nothing was recorded from 1970-01-01 00:01:00 to 1970-01-01 00:09:00",
            ),
            ((i64::MIN, 9 * MINUTE_MS), ": nothing was recorded before 1970-01-01 00:09:00"),
            ((MINUTE_MS, i64::MAX), ": nothing was recorded after 1970-01-01 00:01:00"),
            ((i64::MIN, i64::MAX), ": nothing was recorded"),
            ((5 * MINUTE_MS, 5 * MINUTE_MS), ""),
        ] {
            let start = "North, http://n1:8088 was not watched at 1970-01-01 00:05:00";
            assert_eq!(lines_of(at, &[node("North", &[(from, to)])]), [format!("{start}{expected}")]);
        }
        assert_eq!(lines_of(at, &[node("North", &[])]), [""; 0]);
    }

    #[test]
    fn lists_the_first_gaps_and_nodes() {
        let range = TimeQuery::Between(TimeRange { from: 0, to: 10 * MINUTE_MS });
        let minute = |number: i64| (number * MINUTE_MS, (number + 1) * MINUTE_MS);
        let name = "http://n1:8088";
        for (gaps, expected) in [
            (&[(0, 10 * MINUTE_MS)][..], "at all from 1970-01-01 00:00:00 to 1970-01-01 00:10:00"),
            (&[minute(1)], "from 1970-01-01 00:01:00 to 1970-01-01 00:02:00"),
            (
                &[minute(0), minute(2), minute(4), minute(6), minute(8)],
                "from 1970-01-01 00:00:00 to 1970-01-01 00:01:00, from 1970-01-01 00:02:00 to 1970-01-01 00:03:00, \
                 from 1970-01-01 00:04:00 to 1970-01-01 00:05:00 and 2 more times",
            ),
        ] {
            assert_eq!(lines_of(range, &[node(name, gaps)]), [format!("{name} was not watched {expected}")]);
        }
        let nodes = vec![node("North", &[minute(1)]); 1_012];
        let lines = lines_of(range, &nodes);
        assert_eq!(lines.len(), 11);
        assert_eq!(lines[10], "1,002 other nodes were not watched all the time");
        let lines = lines_of(range, &vec![node("North", &[minute(1)]); 11]);
        assert_eq!(lines[10], "1 other node was not watched all the time");
        assert_eq!(lines_of(range, &[]), ["No gateway has been recorded yet"]);
    }

    #[test]
    fn says_which_kinds_were_not_watched() {
        let gap = TimeRange { from: MINUTE_MS, to: 9 * MINUTE_MS };
        let partly =
            NodeGaps { unwatched_kinds: vec![(SessionKind::Perspective, vec![gap])], ..node("North", &[]) };
        let start = "Perspective sessions of North, http://n1:8088 were not watched";
        let nodes = [node("South", &[]), partly];
        assert_eq!(
            lines_of(TimeQuery::At(5 * MINUTE_MS), &nodes),
            [format!(
                "{start} at 1970-01-01 00:05:00: nothing was recorded from 1970-01-01 00:01:00 to 1970-01-01 00:09:00"
            )]
        );
        assert_eq!(
            lines_of(TimeQuery::Between(TimeRange { from: 0, to: 10 * MINUTE_MS }), &nodes),
            [format!("{start} from 1970-01-01 00:01:00 to 1970-01-01 00:09:00")]
        );
    }
}
