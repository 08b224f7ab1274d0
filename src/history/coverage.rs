//! When nodes were watched, as stored.

use super::HistoryError;
use super::engine::{Engine, Row};

/// An unchanged list is written after this time, as the new end of the coverage. A process that is killed loses less.
pub(super) const WRITE_INTERVAL_MS: i64 = 30_000;

/// The time that a read may take, on top of two intervals, before a node no longer counts as being watched.
const READ_TIME_MS: i64 = 10_000;

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

    /// Returns the interval in a row. One that a recorder is extending at the moment lasts until now.
    fn from_row(row: &Row, now: i64) -> Option<Self> {
        let [from, to, every, is_open] = &row[..] else { return None };
        let (from, to) = (from.integer()?, to.integer()?);
        let is_extended = is_open.integer() == Some(1)
            && every.integer().is_some_and(|every| {
                let longest_pause = every.saturating_mul(2).saturating_add(WRITE_INTERVAL_MS + READ_TIME_MS);
                (to..=to.saturating_add(longest_pause)).contains(&now)
            });
        Some(Self { from, to: if is_extended { now } else { to } })
    }
}

const COLUMNS: &str = r#"SELECT "from", "to", every, is_open FROM coverage WHERE node = $1"#;

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
    Ok(found.iter().map(|rows| merged(rows.iter().filter_map(|row| Watched::from_row(row, now)))).collect())
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
        let intervals: Vec<Watched> =
            rows.iter().filter_map(|row| Watched::from_row(row, now)).chain(newest).collect();
        if intervals.iter().any(|watched| watched.contains(time)) {
            return None;
        }
        let from = before.first().and_then(|row| row.first()?.integer());
        let to = intervals.iter().map(|watched| watched.from).filter(|from| *from > time).min();
        Some(Watched { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX) })
    };
    Ok(ended.iter().zip(&before).zip(newest).map(gap).collect())
}

/// Reads the newest interval of each node.
pub(super) fn newest(
    engine: &mut dyn Engine,
    nodes: &[i64],
    now: i64,
) -> Result<Vec<Option<Watched>>, HistoryError> {
    let values: Vec<Row> = nodes.iter().map(|node| vec![(*node).into()]).collect();
    let found = engine.query_each(&format!("{COLUMNS} ORDER BY id DESC LIMIT 1"), &values)?;
    Ok(found.iter().map(|rows| rows.first().and_then(|row| Watched::from_row(row, now))).collect())
}

/// Merges intervals that are sorted by their begin.
fn merged(intervals: impl Iterator<Item = Watched>) -> Vec<Watched> {
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
    fn an_interval_that_is_being_extended_lasts_until_now() {
        let row =
            |is_open: i64, every: Option<i64>| vec![0.into(), 100_000.into(), every.into(), is_open.into()];
        let to = |row: Row, now| Watched::from_row(&row, now).map(|watched| watched.to);
        assert_eq!(to(row(1, Some(5_000)), 150_000), Some(150_000));
        assert_eq!(to(row(1, Some(5_000)), 150_001), Some(100_000), "the recorder has stopped");
        assert_eq!(to(row(0, Some(5_000)), 110_000), Some(100_000), "the node can't be read");
        assert_eq!(to(row(1, None), 110_000), Some(100_000), "it is read by hand");
        assert_eq!(to(row(1, Some(5_000)), 99_000), Some(100_000), "the clock was set back");
    }
}
