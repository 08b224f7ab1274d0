//! The times in which nodes were watched, as stored.

use std::sync::Arc;
use std::time::Duration;

use super::database::{Database, Row, first_integer};
use super::node_coverage::NodeCoverage;
use super::time_range::TimeRange;
use super::{HistoryError, kind_gap};
use crate::gateway::SessionKind;
use crate::poll::longest_read_pause;

/// The interval at which an unchanged list is written, as the new end of the coverage. A process
/// that is killed loses less.
pub(super) const WRITE_INTERVAL: Duration = Duration::from_secs(30);

/// The time for which reads of unchanged lists are gathered before it is checked whether one is to
/// be written.
pub(super) const QUIET_GATHER_TIME: Duration = Duration::from_secs(5);

/// The largest number of intervals in which a node may have been watched at a time. They overlap
/// only where the clock was set back or the recorder changed.
const MAX_OVERLAPPING: u32 = 8;

/// Returns the intervals in rows of a node, with their observers. One that a recorder is extending at the moment lasts until
/// now.
fn from_rows(
    database: &mut dyn Database,
    node: i64,
    rows: &[Row],
    now: i64,
) -> Result<Vec<(TimeRange, Arc<str>)>, HistoryError> {
    let mut intervals = Vec::new();
    for row in rows {
        let (Some(mut watched), Some(observer)) = (TimeRange::from_row(row), observer_of(row)) else {
            continue;
        };
        if may_be_extended(row, watched.to, now) && database.is_recorded(node, &observer)? {
            watched.to = now;
        }
        intervals.push((watched, observer));
    }
    Ok(intervals)
}

/// Returns the longest time between two writes about a node that is read at this interval without a gap.
pub(super) fn longest_pause(every: Duration) -> Duration {
    longest_read_pause(every).saturating_add(WRITE_INTERVAL).saturating_add(QUIET_GATHER_TIME)
}

/// Returns `true` if an interval may be extended at the moment: it is open, and not older than the pause between two writes.
fn may_be_extended(row: &Row, to: i64, now: i64) -> bool {
    let [_, _, every, is_open, _] = &row[..] else { return false };
    let every = every.integer().and_then(|every| every.try_into().ok()).map(Duration::from_millis);
    let pause = every.and_then(|every| i64::try_from(longest_pause(every).as_millis()).ok());
    let is_recent = |pause| (to..=to.saturating_add(pause)).contains(&now);
    is_open.integer() == Some(1) && pause.is_some_and(is_recent)
}

/// Returns the observer in a row of an interval.
fn observer_of(row: &Row) -> Option<Arc<str>> {
    row.get(4)?.text().cloned()
}

/// The number of intervals that are searched first for the last read.
const FEW_INTERVALS: usize = 64;

const SELECT: &str = r#"SELECT "from", "to", every, is_open, observer FROM coverage WHERE node = $1"#;

/// Reads the intervals of each node that overlap a time range.
pub(super) fn overlapping(
    database: &mut dyn Database,
    nodes: &[i64],
    range: TimeRange,
    now: i64,
) -> Result<Vec<NodeCoverage>, HistoryError> {
    // The end as stored may be older than that of an interval which is being extended.
    let sql = format!(r#"{SELECT} AND ("to" >= $2 OR is_open = 1) AND "from" <= $3 ORDER BY "from""#);
    let values: Vec<Row> =
        nodes.iter().map(|node| vec![(*node).into(), range.from.into(), range.to.into()]).collect();
    let found = database.query_each(&sql, &values)?;
    let kind_gaps = kind_gap::overlapping(database, nodes, range)?;
    let coverage = |(node, rows): (&i64, &Vec<Row>)| {
        let gaps = kind_gaps.get(node).map_or(&[][..], Vec::as_slice);
        Ok(NodeCoverage::new(&from_rows(database, *node, rows, now)?, gaps))
    };
    nodes.iter().zip(&found).map(coverage).collect()
}

/// Reads for each node the time around `time` in which it wasn't watched; `None` if it was. One without a start or an end lasts
/// from `i64::MIN` or to `i64::MAX`.
pub(super) fn gaps_at(
    database: &mut dyn Database,
    nodes: &[i64],
    time: i64,
    now: i64,
) -> Result<Vec<Option<TimeRange>>, HistoryError> {
    let values: Vec<Row> = nodes.iter().map(|node| vec![(*node).into(), time.into()]).collect();
    let sql = format!(r#"{SELECT} AND "to" >= $2 ORDER BY "to" LIMIT {MAX_OVERLAPPING}"#);
    let ended = database.query_each(&sql, &values)?;
    let sql = r#"SELECT MAX("to") FROM coverage WHERE node = $1 AND "to" < $2"#;
    let before = database.query_each(sql, &values)?;
    let newest = newest(database, nodes, now)?;
    let gap = |((rows, before), newest): ((&Vec<Row>, &Vec<Row>), Option<TimeRange>)| {
        let intervals: Vec<TimeRange> = rows.iter().filter_map(TimeRange::from_row).chain(newest).collect();
        if intervals.iter().any(|watched| watched.contains(time)) {
            return None;
        }
        let from = first_integer(before);
        let to = intervals.iter().map(|watched| watched.from).filter(|from| *from > time).min();
        Some(TimeRange { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX) })
    };
    Ok(ended.iter().zip(&before).zip(newest).map(gap).collect())
}

/// Reads for each node the kinds of sessions that weren't watched at `time`, although the node was, and the time around it in
/// which they weren't, as [`gaps_at`] does.
pub(super) fn kind_gaps_at(
    database: &mut dyn Database,
    nodes: &[i64],
    time: i64,
    now: i64,
) -> Result<Vec<Vec<(SessionKind, TimeRange)>>, HistoryError> {
    let gaps = kind_gap::overlapping(database, nodes, TimeRange { from: time, to: time })?;
    let mut of_nodes = Vec::new();
    for node in nodes {
        let mut of_node = Vec::new();
        if let Some(gaps) = gaps.get(node) {
            let ends = gaps.iter().map(|gap| (gap.from, gap.to));
            let range = ends.fold(TimeRange { from: time, to: time }, |range, (from, to)| TimeRange {
                from: range.from.min(from),
                to: range.to.max(to),
            });
            for (kind, watched) in
                overlapping(database, &[*node], range, now)?.pop().map_or(Vec::new(), |node| node.by_kind)
            {
                if watched.iter().any(|watched| watched.contains(time)) {
                    continue;
                }
                let from = watched.iter().map(|watched| watched.to).filter(|to| *to < time).max();
                let to = watched.iter().map(|watched| watched.from).filter(|from| *from > time).min();
                let gap = TimeRange { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX) };
                of_node.push((kind, gap));
            }
        }
        of_nodes.push(of_node);
    }
    Ok(of_nodes)
}

/// Reads for each node, kind and time the last time before it at which sessions of that kind were
/// read. The kind is `None` for sessions without one.
pub(super) fn last_reads_before(
    database: &mut dyn Database,
    reads: &[(i64, Option<SessionKind>, i64)],
) -> Result<Vec<Option<i64>>, HistoryError> {
    let keys: Vec<Row> = reads.iter().map(|(node, _, time)| vec![(*node).into(), (*time).into()]).collect();
    let of_nodes =
        database.query_each(r#"SELECT MAX("to") FROM coverage WHERE node = $1 AND "to" < $2"#, &keys)?;
    let mut last: Vec<Option<i64>> = of_nodes.iter().map(|rows| first_integer(rows)).collect();
    let mut nodes: Vec<i64> = reads.iter().map(|(node, ..)| *node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    for node in kind_gap::nodes_with_gaps(database, &nodes)? {
        let is_of_node = |index: &usize| reads[*index].0 == node;
        let indexes: Vec<usize> = (0..reads.len()).filter(is_of_node).collect();
        let of_node: Vec<_> = indexes.iter().map(|index| (reads[*index].1, reads[*index].2)).collect();
        for (index, read) in indexes.into_iter().zip(last_reads_of_kinds(database, node, &of_node)?) {
            last[index] = read;
        }
    }
    Ok(last)
}

/// Reads for each kind and time the last time before it at which sessions of that kind of a node
/// were read. Older intervals are only read if that was before the newer ones.
fn last_reads_of_kinds(
    database: &mut dyn Database,
    node: i64,
    reads: &[(Option<SessionKind>, i64)],
) -> Result<Vec<Option<i64>>, HistoryError> {
    let times = || reads.iter().map(|(_, time)| *time);
    let (Some(first), Some(latest)) = (times().min(), times().max()) else { return Ok(Vec::new()) };
    let around = database.query(
        &format!(r#"{SELECT} AND "to" >= $2 AND "from" < $3"#),
        vec![node.into(), first.into(), latest.into()],
    )?;
    let mut limit = FEW_INTERVALS;
    loop {
        let before = database.query(
            &format!(r#"{SELECT} AND "to" < $2 ORDER BY "to" DESC LIMIT {limit}"#),
            vec![node.into(), first.into()],
        )?;
        let oldest = before.last().filter(|_| before.len() >= limit).and_then(TimeRange::from_row);
        let mut intervals = from_rows(database, node, &[before, around.clone()].concat(), i64::MIN)?;
        intervals.sort_unstable();
        let from = intervals.first().map_or(first, |(watched, _)| watched.from);
        let gaps = kind_gap::overlapping(database, &[node], TimeRange { from, to: latest })?.remove(&node);
        let coverage = NodeCoverage::new(&intervals, &gaps.unwrap_or_default());
        let last = reads.iter().map(|(kind, time)| {
            let watched = coverage.of(*kind);
            let before = watched.partition_point(|watched| watched.to < *time);
            before.checked_sub(1).map(|last| watched[last].to)
        });
        let last: Vec<Option<i64>> = last.collect();
        // What isn't read ended before the oldest one that is.
        if oldest.is_none_or(|oldest| last.iter().all(|last| *last >= Some(oldest.to))) {
            return Ok(last);
        }
        limit *= 8;
    }
}

/// Reads the newest interval of each node: the one that is open, or the last one that ended before now. One in the future was
/// written with a clock that was wrong, and counts only if there is no other.
pub(super) fn newest(
    database: &mut dyn Database,
    nodes: &[i64],
    now: i64,
) -> Result<Vec<Option<TimeRange>>, HistoryError> {
    let of_node: Vec<Row> = nodes.iter().map(|node| vec![(*node).into()]).collect();
    let of_past: Vec<Row> = nodes.iter().map(|node| vec![(*node).into(), now.into()]).collect();
    let open =
        database.query_each(&format!(r#"{SELECT} AND is_open = 1 ORDER BY "to" DESC LIMIT 1"#), &of_node)?;
    let past =
        database.query_each(&format!(r#"{SELECT} AND "to" <= $2 ORDER BY "to" DESC LIMIT 1"#), &of_past)?;
    let any = database.query_each(&format!(r#"{SELECT} ORDER BY "to" LIMIT 1"#), &of_node)?;
    let mut newest = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let found = [&open[index], &past[index], &any[index]].into_iter().find(|rows| !rows.is_empty());
        newest.push(match found {
            Some(rows) => from_rows(database, *node, rows, now)?.pop().map(|(watched, _)| watched),
            None => None,
        });
    }
    Ok(newest)
}

/// Reads the time of the first read of each node; `None` if that isn't stored.
pub(super) fn first_reads(
    database: &mut dyn Database,
    nodes: &[i64],
) -> Result<Vec<Option<i64>>, HistoryError> {
    let of_node: Vec<Row> = nodes.iter().map(|node| vec![(*node).into()]).collect();
    let found = database.query_each(r#"SELECT MIN("from") FROM coverage WHERE node = $1"#, &of_node)?;
    Ok(found.iter().map(|rows| first_integer(rows)).collect())
}

/// Reads the first times after another time at which a node, and each kind of its sessions, is
/// known to have been read.
pub(super) fn next_reads(
    database: &mut dyn Database,
    node: i64,
    time: i64,
    now: i64,
) -> Result<NextReads, HistoryError> {
    let rows = database
        .query(&format!(r#"{SELECT} AND ("to" > $2 OR is_open = 1)"#), vec![node.into(), time.into()])?;
    let gaps =
        kind_gap::overlapping(database, &[node], TimeRange { from: time, to: i64::MAX })?.remove(&node);
    let gaps = gaps.unwrap_or_default();
    let mut reads = NextReads::default();
    for row in &rows {
        let (Some(watched), Some(observer)) = (TimeRange::from_row(row), observer_of(row)) else { continue };
        let Some(read_at) = next_read(database, node, row, (watched, &observer), time, now)? else {
            continue;
        };
        reads.add(None, read_at);
        for kind in SessionKind::ALL {
            let gap =
                gaps.iter().find(|gap| gap.kind == kind && gap.observer == observer && gap.contains(read_at));
            let read_at = match gap {
                None => Some(read_at),
                // It is read there for the last time and for the first time.
                Some(gap) if gap.from > time => Some(gap.from),
                Some(gap) => Some(gap.to).filter(|to| *to <= watched.to.max(read_at)),
            };
            if let Some(read_at) = read_at {
                reads.add(Some(kind), read_at);
            }
        }
    }
    Ok(reads)
}

/// Returns the earliest time at which a node is known to have been read within an interval, which is in this row, and after a
/// time.
fn next_read(
    database: &mut dyn Database,
    node: i64,
    row: &Row,
    (TimeRange { from, to }, observer): (TimeRange, &str),
    time: i64,
    now: i64,
) -> Result<Option<i64>, HistoryError> {
    // Within an interval only the pause between two reads is known.
    let every = row.get(2).and_then(|every| every.integer()?.try_into().ok()).map(Duration::from_millis);
    let pause = every.and_then(|every| i64::try_from(longest_read_pause(every).as_millis()).ok());
    let read_at = time.saturating_add(pause.unwrap_or(i64::MAX));
    Ok(if from > time {
        Some(from)
    } else if to > time {
        Some(to.min(read_at))
    } else if may_be_extended(row, to, now) && read_at <= now && database.is_recorded(node, observer)? {
        Some(read_at)
    } else {
        None
    })
}

/// The times of the next read of a node, and of each kind of its sessions; `None` if it isn't known
/// to have been read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NextReads {
    /// Time of the next read of the node.
    node: Option<i64>,
    by_kind: [Option<i64>; SessionKind::ALL.len()],
}

impl NextReads {
    /// Returns the time of the next read of a kind; that of the node for sessions without a kind.
    pub(super) fn of(&self, kind: Option<SessionKind>) -> Option<i64> {
        kind.map_or(self.node, |kind| self.by_kind[kind as usize])
    }

    fn add(&mut self, kind: Option<SessionKind>, read_at: i64) {
        let earliest = kind.map_or(&mut self.node, |kind| &mut self.by_kind[kind as usize]);
        *earliest = earliest.map_or(Some(read_at), |earliest| Some(earliest.min(read_at)));
    }
}

/// Returns `true` if a recorder is writing a node at the moment, also if its last write was long ago.
pub(super) fn is_recorded(database: &mut dyn Database, node: i64) -> Result<bool, HistoryError> {
    let open = "SELECT node, observer FROM coverage WHERE is_open = 1 AND node = $1";
    let rows = database.query(open, vec![node.into()])?;
    Ok(!recorded(database, &rows)?.is_empty())
}

/// Returns the nodes that a recorder is writing at the moment, also if its last write was long ago.
pub(super) fn recorded_nodes(database: &mut dyn Database) -> Result<Vec<i64>, HistoryError> {
    let rows = database.query("SELECT node, observer FROM coverage WHERE is_open = 1", Row::new())?;
    recorded(database, &rows)
}

/// Returns the nodes of open intervals that are being written by their observers.
fn recorded(database: &mut dyn Database, open: &[Row]) -> Result<Vec<i64>, HistoryError> {
    let mut nodes = Vec::new();
    for row in open {
        if let [node, observer] = &row[..]
            && let (Some(node), Some(observer)) = (node.integer(), observer.text())
            && database.is_recorded(node, observer)?
        {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_interval_may_be_extended_until_the_next_write() {
        let row = |is_open: i64, every: Option<i64>| {
            vec![0.into(), 100_000.into(), every.into(), is_open.into(), "observer".into()]
        };
        let is_extended = |row: Row, now| may_be_extended(&row, 100_000, now);
        assert!(is_extended(row(1, Some(5_000)), 155_000));
        assert!(!is_extended(row(1, Some(5_000)), 155_001), "the recorder hangs");
        assert!(!is_extended(row(0, Some(5_000)), 110_000), "the node can't be read");
        assert!(!is_extended(row(1, None), 110_000), "manual refresh");
        assert!(!is_extended(row(1, Some(5_000)), 99_000), "the clock was set back");
    }
}
