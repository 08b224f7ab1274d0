//! When nodes were watched, as stored.

use std::sync::Arc;
use std::time::Duration;

use super::HistoryError;
use super::engine::{Engine, Row, first_integer};
use crate::poll::MAX_DELAY;

/// An unchanged list is written after this time, as the new end of the coverage. A process that is killed loses less.
pub(super) const WRITE_INTERVAL: Duration = Duration::from_secs(30);

/// The intervals that are looked at to tell whether a node was watched at a time. They overlap only where the clock was set
/// back or the recorder changed.
const LOOKED_AT: u32 = 8;

/// An interval in which a node was watched, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// Time of the first read.
    pub from: i64,
    /// Time of the last read.
    pub to: i64,
}

impl Watched {
    pub(super) fn contains(self, time: i64) -> bool {
        (self.from..=self.to).contains(&time)
    }

    /// Returns the interval in a row.
    fn from_row(row: &Row) -> Option<Self> {
        match &row[..] {
            [from, to, ..] => Some(Self { from: from.integer()?, to: to.integer()? }),
            _ => None,
        }
    }
}

/// Returns the intervals in rows of a node. One that a recorder is extending at the moment lasts until now.
fn from_rows(
    engine: &mut dyn Engine,
    node: i64,
    rows: &[Row],
    now: i64,
) -> Result<Vec<Watched>, HistoryError> {
    let mut intervals = Vec::new();
    for row in rows {
        let Some(mut watched) = Watched::from_row(row) else { continue };
        if let Some(observer) = extending_observer(row, watched.to, now)
            && engine.is_recorded(node, &observer)?
        {
            watched.to = now;
        }
        intervals.push(watched);
    }
    Ok(intervals)
}

/// Returns the longest time between two reads of a node that is read at this interval without a gap.
fn longest_read_pause(every: Duration) -> Duration {
    every.saturating_mul(2).saturating_add(MAX_DELAY)
}

/// Returns the longest time between two writes about a node that is read at this interval without a gap.
pub(super) fn longest_pause(every: Duration) -> Duration {
    longest_read_pause(every).saturating_add(WRITE_INTERVAL)
}

/// Returns who may be extending an interval at the moment: it is open, and not older than the pause between two writes.
fn extending_observer(row: &Row, to: i64, now: i64) -> Option<Arc<str>> {
    let [_, _, every, is_open, observer] = &row[..] else { return None };
    let every = Duration::from_millis(every.integer()?.try_into().ok()?);
    let longest_pause = i64::try_from(longest_pause(every).as_millis()).ok()?;
    let is_recent = (to..=to.saturating_add(longest_pause)).contains(&now);
    observer.text().filter(|_| is_recent && is_open.integer() == Some(1)).cloned()
}

const COLUMNS: &str = r#"SELECT "from", "to", every, is_open, observer FROM coverage WHERE node = $1"#;

/// Reads the intervals of each node that overlap a time range, merged where they touch.
pub(super) fn overlapping(
    engine: &mut dyn Engine,
    nodes: &[i64],
    range: Watched,
    now: i64,
) -> Result<Vec<Vec<Watched>>, HistoryError> {
    // The end as stored may be older than that of an interval which is being extended.
    let sql = format!(r#"{COLUMNS} AND ("to" >= $2 OR is_open = 1) AND "from" <= $3 ORDER BY "from""#);
    let values: Vec<Row> =
        nodes.iter().map(|node| vec![(*node).into(), range.from.into(), range.to.into()]).collect();
    let found = engine.query_each(&sql, &values)?;
    let found = nodes.iter().zip(&found);
    found.map(|(node, rows)| Ok(merged(from_rows(engine, *node, rows, now)?.into_iter()))).collect()
}

/// Reads for each node the time around `time` in which it wasn't watched; `None` if it was. One without a begin or an end lasts
/// from `i64::MIN` or to `i64::MAX`.
pub(super) fn gaps_at(
    engine: &mut dyn Engine,
    nodes: &[i64],
    time: i64,
    now: i64,
) -> Result<Vec<Option<Watched>>, HistoryError> {
    let values: Vec<Row> = nodes.iter().map(|node| vec![(*node).into(), time.into()]).collect();
    let sql = format!(r#"{COLUMNS} AND "to" >= $2 ORDER BY "to" LIMIT {LOOKED_AT}"#);
    let ended = engine.query_each(&sql, &values)?;
    let sql = r#"SELECT MAX("to") FROM coverage WHERE node = $1 AND "to" < $2"#;
    let before = engine.query_each(sql, &values)?;
    let newest = newest(engine, nodes, now)?;
    let gap = |((rows, before), newest): ((&Vec<Row>, &Vec<Row>), Option<Watched>)| {
        let intervals: Vec<Watched> = rows.iter().filter_map(Watched::from_row).chain(newest).collect();
        if intervals.iter().any(|watched| watched.contains(time)) {
            return None;
        }
        let from = first_integer(before);
        let to = intervals.iter().map(|watched| watched.from).filter(|from| *from > time).min();
        Some(Watched { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX) })
    };
    Ok(ended.iter().zip(&before).zip(newest).map(gap).collect())
}

/// Reads the newest interval of each node: the one that is open, or the last one that ended before now. One in the future was
/// written with a clock that was wrong, and counts only if there is no other.
pub(super) fn newest(
    engine: &mut dyn Engine,
    nodes: &[i64],
    now: i64,
) -> Result<Vec<Option<Watched>>, HistoryError> {
    let of_node: Vec<Row> = nodes.iter().map(|node| vec![(*node).into()]).collect();
    let of_past: Vec<Row> = nodes.iter().map(|node| vec![(*node).into(), now.into()]).collect();
    let open =
        engine.query_each(&format!(r#"{COLUMNS} AND is_open = 1 ORDER BY "to" DESC LIMIT 1"#), &of_node)?;
    let past =
        engine.query_each(&format!(r#"{COLUMNS} AND "to" <= $2 ORDER BY "to" DESC LIMIT 1"#), &of_past)?;
    let any = engine.query_each(&format!(r#"{COLUMNS} ORDER BY "to" LIMIT 1"#), &of_node)?;
    let mut newest = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let found = [&open[index], &past[index], &any[index]].into_iter().find(|rows| !rows.is_empty());
        newest.push(match found {
            Some(rows) => from_rows(engine, *node, rows, now)?.pop(),
            None => None,
        });
    }
    Ok(newest)
}

/// Returns the earliest time at which a node is known to have been read again after another time; `None` if it isn't.
pub(super) fn first_read_after(
    engine: &mut dyn Engine,
    node: i64,
    time: i64,
    now: i64,
) -> Result<Option<i64>, HistoryError> {
    let rows = engine
        .query(&format!(r#"{COLUMNS} AND ("to" > $2 OR is_open = 1)"#), vec![node.into(), time.into()])?;
    let mut earliest = None;
    for row in &rows {
        let Some(Watched { from, to }) = Watched::from_row(row) else { continue };
        // Within an interval only the pause between two reads is known.
        let every = row.get(2).and_then(|every| every.integer()?.try_into().ok()).map(Duration::from_millis);
        let pause = every.and_then(|every| i64::try_from(longest_read_pause(every).as_millis()).ok());
        let read_at = time.saturating_add(pause.unwrap_or(i64::MAX));
        let read_at = if from > time {
            Some(from)
        } else if to > time {
            Some(to.min(read_at))
        } else {
            match extending_observer(row, to, now) {
                Some(observer) if read_at <= now && engine.is_recorded(node, &observer)? => Some(read_at),
                _ => None,
            }
        };
        earliest = [earliest, read_at].into_iter().flatten().min();
    }
    Ok(earliest)
}

/// Returns `true` if a recorder is writing a node at the moment, also if its last write was long ago.
pub(super) fn is_recorded(engine: &mut dyn Engine, node: i64) -> Result<bool, HistoryError> {
    let open = "SELECT node, observer FROM coverage WHERE is_open = 1 AND node = $1";
    let rows = engine.query(open, vec![node.into()])?;
    Ok(!recorded(engine, &rows)?.is_empty())
}

/// Returns the nodes that a recorder is writing at the moment, also if its last write was long ago.
pub(super) fn recorded_nodes(engine: &mut dyn Engine) -> Result<Vec<i64>, HistoryError> {
    let rows = engine.query("SELECT node, observer FROM coverage WHERE is_open = 1", Row::new())?;
    recorded(engine, &rows)
}

/// Returns those of some nodes that their observers are writing at the moment.
fn recorded(engine: &mut dyn Engine, open: &[Row]) -> Result<Vec<i64>, HistoryError> {
    let mut nodes = Vec::new();
    for row in open {
        if let [node, observer] = &row[..]
            && let (Some(node), Some(observer)) = (node.integer(), observer.text())
            && engine.is_recorded(node, observer)?
        {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// Merges intervals that are sorted by their begin.
pub(super) fn merged(intervals: impl Iterator<Item = Watched>) -> Vec<Watched> {
    let mut merged: Vec<Watched> = Vec::new();
    for interval in intervals {
        match merged.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => merged.push(interval),
        }
    }
    merged
}

/// Returns the parts of a range that lie in no interval. The intervals are disjoint and sorted.
pub(super) fn gaps(intervals: &[Watched], range: Watched) -> Vec<Watched> {
    let mut gaps = Vec::new();
    let mut from = range.from;
    for interval in intervals {
        let to = interval.from.min(range.to);
        if from < to {
            gaps.push(Watched { from, to });
        }
        from = from.max(interval.to);
    }
    if from < range.to || (intervals.is_empty() && from == range.to) {
        gaps.push(Watched { from, to: range.to });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(from: i64, to: i64) -> Watched {
        Watched { from, to }
    }

    #[test]
    fn merges_intervals_that_touch() {
        let intervals = [(0, 10), (5, 8), (10, 20), (21, 30)].map(|(from, to)| watched(from, to));
        assert_eq!(merged(intervals.into_iter()), [watched(0, 20), watched(21, 30)]);
    }

    #[test]
    fn gaps_are_what_no_interval_covers() {
        let intervals = [watched(10, 20), watched(30, 40)];
        assert_eq!(gaps(&intervals, watched(0, 50)), [watched(0, 10), watched(20, 30), watched(40, 50)]);
        assert_eq!(gaps(&intervals, watched(12, 18)), []);
        assert_eq!(gaps(&intervals, watched(15, 35)), [watched(20, 30)]);
        assert_eq!(gaps(&[], watched(5, 5)), [watched(5, 5)]);
    }

    #[test]
    fn an_open_interval_may_be_extended_until_the_next_write() {
        let row = |is_open: i64, every: Option<i64>| {
            vec![0.into(), 100_000.into(), every.into(), is_open.into(), "observer".into()]
        };
        let is_extended = |row: Row, now| extending_observer(&row, 100_000, now).is_some();
        assert!(is_extended(row(1, Some(5_000)), 150_000));
        assert!(!is_extended(row(1, Some(5_000)), 150_001), "the recorder hangs");
        assert!(!is_extended(row(0, Some(5_000)), 110_000), "the node can't be read");
        assert!(!is_extended(row(1, None), 110_000), "it is read by hand");
        assert!(!is_extended(row(1, Some(5_000)), 99_000), "the clock was set back");
    }
}
