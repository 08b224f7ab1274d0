//! The earliest and the latest time at which each activity entry can have happened.

use std::collections::HashMap;

use super::entry::ActivityKind;
use super::source::Found;
use crate::history::HistoryError;
use crate::history::coverage;
use crate::history::database::Database;
use crate::history::node_coverage::NodeCoverage;
use crate::history::time_range::TimeRange;

/// Returns the earliest and the latest time of each entry.
pub(super) fn bounds(
    database: &mut dyn Database,
    found: &[Found],
    now: i64,
) -> Result<Vec<(i64, i64)>, HistoryError> {
    let mut nodes: Vec<i64> = found.iter().map(|found| found.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let from = found.iter().map(|found| match found.kind {
        ActivityKind::Arrived => found.key.time - 1,
        _ => found.earliest.min(found.key.time),
    });
    let from = from.min();
    let to = found.iter().map(|found| found.key.time).max();
    let (Some(from), Some(to)) = (from, to) else { return Ok(Vec::new()) };
    let watched = coverage::overlapping(database, &nodes, TimeRange { from, to }, now)?;
    let watched: HashMap<i64, NodeCoverage> = nodes.into_iter().zip(watched).collect();
    let mut bounds = Vec::with_capacity(found.len());
    // Arrivals after a time in which the node, or the kind, wasn't watched.
    let (mut unwatched, mut reads) = (Vec::new(), Vec::new());
    for (index, found) in found.iter().enumerate() {
        let (time, earliest) = (found.key.time, found.earliest);
        let kind = found.session.kind;
        let is_watched = |from: i64| watched[&found.node].is_watched(kind, from, time);
        bounds.push(match found.kind {
            // The gateway reports when it began.
            ActivityKind::Arrived if found.session.creation_time.is_some() => (earliest, earliest),
            // A read at `time` begins a coverage only if the node wasn't watched before.
            ActivityKind::Arrived if is_watched(time - 1) => (time, time),
            ActivityKind::Arrived => {
                unwatched.push(index);
                reads.push((found.node, kind, time));
                (i64::MIN, time)
            }
            // Both are the same if the clock was set back meanwhile.
            ActivityKind::Left if earliest == time || !is_watched(earliest) => (earliest, time),
            ActivityKind::Restarted if !is_watched(earliest) => (earliest, time),
            _ => (time, time),
        });
    }
    let before = coverage::last_reads_before(database, &reads)?;
    for (index, before) in unwatched.into_iter().zip(before) {
        bounds[index].0 = before.unwrap_or(i64::MIN);
    }
    Ok(bounds)
}
