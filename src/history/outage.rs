//! The times in which nodes that were watched couldn't be read.

use std::time::Duration;

use super::database::{Database, Value};
use super::event::EventKind;
use super::time_range::TimeRange;
use super::{HistoryError, schema};
use crate::poll::longest_failure_pause;

/// Returns the longest time between two writes about a node that can't be read and is read at this interval; `None` for
/// manual refresh. In milliseconds.
pub(super) fn longest_pause_ms(every: Option<Duration>) -> i64 {
    i64::try_from(longest_failure_pause(every).as_millis()).unwrap_or(i64::MAX)
}

/// A time in which a node couldn't be read. Times are milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    pub(super) node: i64,
    /// Time of the last read before, if the node was being watched then; otherwise `from`.
    pub(super) earliest: i64,
    /// Time of the first read that failed.
    pub(super) from: i64,
    /// Time of the next read that succeeded, or else of the last one that failed as far as it is known.
    pub(super) until: i64,
    /// `true` if the node could be read again at `until`.
    pub(super) is_over: bool,
}

/// The columns of an [`Outage`].
pub(super) const OUTAGE_COLUMNS: &str = "e.node, e.earliest, e.time, e.last_failed, e.back_at, e.is_open";

impl Outage {
    /// Returns the outage in a row. One that a recorder is extending at the moment lasts until now.
    pub(super) fn from_row(row: &[Value], now: i64) -> Option<Self> {
        let [node, earliest, from, last_failed, back_at, is_open] = row else { return None };
        let from = from.integer()?;
        let last_failed = last_failed.integer().unwrap_or(from);
        let is_recent = (0..=longest_pause_ms(None)).contains(&now.saturating_sub(last_failed));
        let is_extended = is_open.integer() == Some(1) && is_recent;
        Some(Self {
            node: node.integer()?,
            earliest: earliest.integer()?,
            from,
            until: back_at.integer().unwrap_or(if is_extended { now } else { last_failed }),
            is_over: back_at.integer().is_some(),
        })
    }
}

/// Reads the outages of nodes that overlap a range, by their start.
pub(super) fn overlapping(
    database: &mut dyn Database,
    nodes: &[i64],
    range: TimeRange,
    now: i64,
) -> Result<Vec<Outage>, HistoryError> {
    if !schema::has_events(database)? {
        return Ok(Vec::new());
    }
    // The end as stored may be older than that of one that is being extended.
    let rows = database.query(
        &format!(
            "SELECT {OUTAGE_COLUMNS} FROM event e WHERE e.kind = $1 AND e.earliest <= $2 \
             AND (COALESCE(e.back_at, e.last_failed) >= $3 OR e.is_open = 1) ORDER BY e.time"
        ),
        vec![EventKind::Unreachable.into(), range.to.into(), range.from.into()],
    )?;
    let outages = rows.iter().filter_map(|row| Outage::from_row(row, now));
    Ok(outages.filter(|outage| outage.until >= range.from && nodes.contains(&outage.node)).collect())
}
