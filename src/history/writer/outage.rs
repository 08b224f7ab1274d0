//! The time in which a node can't be read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::node::known_node;
use crate::history::HistoryError;
use crate::history::coverage::{self, WRITE_INTERVAL};
use crate::history::database::{Database, Row};
use crate::history::event::{EventKind, write_of_node};
use crate::history::outage::longest_pause_ms;
use crate::history::step::NodeSteps;

/// The outage of a node that couldn't be read the last time.
pub(super) struct OpenOutage {
    id: i64,
    /// Time of the last read that failed, as written.
    last_failed: i64,
}

impl OpenOutage {
    /// Begins an outage with the times of the first and the last read that failed. The node was
    /// read last at `known_until`.
    pub(super) fn begin(
        database: &mut dyn Database,
        node: i64,
        known_until: Option<i64>,
        (first, last): (i64, i64),
        every: Option<Duration>,
    ) -> Result<Self, HistoryError> {
        close_all(database, node)?;
        let is_watched_before = |until: &i64| is_soon_after(*until, first, every);
        let earliest = known_until.filter(is_watched_before).unwrap_or(first).min(first);
        let id = write_of_node(database, node, EventKind::Unreachable, (earliest, first))?;
        // The clock may have been set back between the two.
        let mut outage = Self { id, last_failed: first };
        outage.write(database, last.max(first))?;
        Ok(outage)
    }

    /// Continues `open`, if the node was being watched since, with reads that failed, the first and the last one. Otherwise
    /// begins another one, as [`begin`](Self::begin) does.
    pub(super) fn continue_or_begin(
        database: &mut dyn Database,
        open: Option<Self>,
        node: i64,
        known_until: Option<i64>,
        (first, last): (i64, i64),
        every: Option<Duration>,
    ) -> Result<Self, HistoryError> {
        match open {
            Some(mut outage) if is_soon_after(outage.last_failed, first, every) => {
                outage.write(database, last.max(outage.last_failed))?;
                Ok(outage)
            }
            _ => Self::begin(database, node, known_until, (first, last), every),
        }
    }

    /// Returns the stored outage that hasn't ended.
    pub(super) fn stored(database: &mut dyn Database, node: i64) -> Result<Option<Self>, HistoryError> {
        let rows = database.query(
            "SELECT id, last_failed FROM event WHERE node = $1 AND is_open = 1 ORDER BY id DESC LIMIT 1",
            vec![node.into()],
        )?;
        Ok(rows.first().and_then(|row| match &row[..] {
            [id, last_failed] => Some(Self { id: id.integer()?, last_failed: last_failed.integer()? }),
            _ => None,
        }))
    }

    /// Returns `true` if the node couldn't be read at a later time.
    pub(super) fn is_after(&self, time: i64) -> bool {
        self.last_failed > time
    }

    /// Ends the outage at a read. The time of its end isn't known if the node wasn't being watched
    /// before.
    pub(super) fn end(
        self,
        database: &mut dyn Database,
        time: i64,
        every: Option<Duration>,
    ) -> Result<(), HistoryError> {
        let back_at = is_soon_after(self.last_failed, time, every).then_some(time.max(self.last_failed));
        database.execute(
            "UPDATE event SET back_at = $1, is_open = 0 WHERE id = $2",
            vec![back_at.into(), self.id.into()],
        )?;
        Ok(())
    }

    fn write(&mut self, database: &mut dyn Database, last_failed: i64) -> Result<(), HistoryError> {
        database.execute(
            "UPDATE event SET last_failed = $1, is_open = 1 WHERE id = $2",
            vec![last_failed.into(), self.id.into()],
        )?;
        self.last_failed = last_failed;
        Ok(())
    }
}

/// Writes that a node still can't be read, unless another process can read it. One that was never read is left out: its
/// address may be wrong. `outages` are those that this process has written. Returns the id of the node if it was claimed.
pub(super) fn extend(
    database: &mut dyn Database,
    outages: &mut HashMap<Arc<str>, OpenOutage>,
    node: &NodeSteps,
    (first, last): (i64, i64),
) -> Result<Option<i64>, HistoryError> {
    let url = &node.node.url;
    if let Some(outage) = outages.get(url)
        && Duration::from_millis(last.abs_diff(outage.last_failed)) < WRITE_INTERVAL
    {
        return Ok(None);
    }
    let Some((id, _)) = known_node(database, url)? else { return Ok(None) };
    if !database.claim(id)? {
        outages.remove(url);
        return Ok(None);
    }
    let known_until = coverage::newest(database, &[id], last)?.pop().flatten().map(|newest| newest.to);
    let open =
        OpenOutage::stored(database, id)?.filter(|open| is_soon_after(open.last_failed, first, node.every));
    if open.is_none() && known_until >= Some(last) {
        // It was read since, so that these steps were written before.
        return Ok(Some(id));
    }
    // Another process, or another gateway, could read the node meanwhile.
    let first = if open.is_none() && known_until > Some(first) { last } else { first };
    let outage = OpenOutage::continue_or_begin(database, open, id, known_until, (first, last), node.every)?;
    outages.insert(url.clone(), outage);
    Ok(Some(id))
}

/// Closes outages that no process extends any more. Their end is unknown.
fn close_all(database: &mut dyn Database, node: i64) -> Result<(), HistoryError> {
    let node: Row = vec![node.into()];
    database.execute("UPDATE event SET is_open = 0 WHERE node = $1 AND is_open = 1", node)?;
    Ok(())
}

/// Returns `true` if a node was being watched between two reads.
fn is_soon_after(before: i64, time: i64, every: Option<Duration>) -> bool {
    time.saturating_sub(before) <= longest_pause_ms(every)
}
