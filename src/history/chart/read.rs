//! Reads the sessions of a range: by their begin, or all that are stored where that is quicker.

use std::collections::HashMap;

use super::series::Slots;
use super::sweep::{Maxima, Sweep};
use crate::history::HistoryError;
use crate::history::engine::{Engine, Row, first_integer};
use crate::history::{query, span};

/// The number of sessions that a part of the range should have.
const PART_SESSIONS: i64 = 25_000;
/// The number of parts if all had the length of the first one.
const PARTS: i64 = 64;

/// A range with more than a third of the time in which sessions are stored is read without the index: a session takes four
/// times as long by the index as in the order of the table.
const SCANNED_PART: i64 = 3;
/// The largest number of sessions that are read so, because they are kept in memory to sort them.
const MAX_SCANNED: i64 = 2_000_000;
/// The number of sessions that are read at once so.
const SCANNED_AT_ONCE: i64 = 50_000;

/// The end of a session. One that hasn't been missed is on until its kind was read last. If that was with its node, it is the
/// number of the node, as a negative number.
const END: &str = "COALESCE(missed_at, last_seen + 1, -node)";

/// The sessions that overlap a range.
pub(super) struct Sessions {
    pub(super) range: (i64, i64),
    /// The condition for their nodes.
    pub(super) of_nodes: String,
    /// Time of the last read of each node. A session that hasn't been missed is on until then.
    pub(super) known_until: HashMap<i64, i64>,
}

impl Sessions {
    /// Counts them in buckets; `None` if that was cancelled.
    pub(super) fn count(
        &self,
        engine: &mut dyn Engine,
        buckets: usize,
        slots: &mut Slots,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Maxima>, HistoryError> {
        let mut sweep = Sweep::new(self.range, buckets);
        let is_done = if let Some(ids) = self.to_scan(engine)? {
            self.scan(engine, ids, slots, &mut sweep, is_cancelled)?
        } else {
            self.read_parts(engine, slots, &mut sweep, is_cancelled)?
        };
        Ok(is_done.then(|| sweep.finish()))
    }

    /// Returns the first and the last number of the sessions if all are to be read; `None` if the index is quicker.
    fn to_scan(&self, engine: &mut dyn Engine) -> Result<Option<(i64, i64)>, HistoryError> {
        let ids = query::session_ids(engine)?;
        let oldest = first_integer(&engine.query(&span::oldest(), Row::new())?);
        let (Some((first, last)), Some(oldest)) = (ids, oldest) else { return Ok(None) };
        let newest = self.known_until.values().copied().max().unwrap_or(oldest);
        let stored = newest.saturating_sub(oldest).max(1);
        let asked = self.range.1.min(newest).saturating_sub(self.range.0.max(oldest));
        let is_large = asked > stored / SCANNED_PART && last.saturating_sub(first) < MAX_SCANNED;
        Ok(is_large.then_some((first, last)))
    }

    /// Reads all sessions in the order in which they are stored. Returns `false` if that was cancelled.
    fn scan(
        &self,
        engine: &mut dyn Engine,
        (first, last): (i64, i64),
        slots: &mut Slots,
        sweep: &mut Sweep,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<bool, HistoryError> {
        let sql = format!(
            "SELECT started, {END}, {} FROM session \
             WHERE id >= $1 AND id < $2 AND started < $3 AND (missed_at > $4 OR missed_at IS NULL){}",
            slots.column(),
            self.of_nodes
        );
        let (from, to) = self.range;
        let mut begin = first;
        while begin <= last {
            if is_cancelled() {
                return Ok(false);
            }
            let end = begin + SCANNED_AT_ONCE;
            self.read(engine, &sql, vec![begin.into(), end.into(), to.into(), from.into()], slots, sweep)?;
            begin = end;
        }
        Ok(true)
    }

    /// Reads sessions by their begin, a part of the range after another. Returns `false` if that was cancelled.
    fn read_parts(
        &self,
        engine: &mut dyn Engine,
        slots: &mut Slots,
        sweep: &mut Sweep,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<bool, HistoryError> {
        let (from, to) = self.range;
        let column = slots.column();
        // Those that are on at the begin of the range: before it and after it.
        let before = span::overlapping(&format!("started, {END}, {column}"), &self.of_nodes);
        self.read(engine, &before, vec![(from + 1).into(), (from - 1).into()], slots, sweep)?;
        let within = self.within(column);
        let (mut begin, mut length) = (from, (to.saturating_sub(from) / PARTS).max(1));
        while begin < to {
            if is_cancelled() {
                return Ok(false);
            }
            let end = begin.saturating_add(length).min(to);
            let found = self.read(engine, &within, vec![begin.into(), end.into()], slots, sweep)?;
            sweep.count_until(end);
            begin = end;
            length = length
                .saturating_mul(PART_SESSIONS / found.max(1))
                .clamp(length / 4, length.saturating_mul(4))
                .max(1);
        }
        Ok(true)
    }

    /// Returns the query of those that begin within a part of the range.
    fn within(&self, column: &str) -> String {
        let classes: Vec<String> = span::classes().map(|(class, _)| class.to_string()).collect();
        format!(
            "SELECT started, {END}, {column} FROM session \
             WHERE started >= $1 AND started < $2 AND dc IN ({}, {}){}",
            classes.join(", "),
            span::OPEN,
            self.of_nodes
        )
    }

    /// Adds the sessions that a query finds. Returns their number.
    fn read(
        &self,
        engine: &mut dyn Engine,
        sql: &str,
        values: Row,
        slots: &mut Slots,
        sweep: &mut Sweep,
    ) -> Result<i64, HistoryError> {
        let mut found = 0;
        engine.for_each(sql, values, &mut |row| {
            let &[Some(start), end, value] = row else { return };
            // Of one that hasn't been missed it is the number of its node, as a negative number.
            let end = match end {
                Some(end) if end >= 0 => end,
                node => {
                    let known = node.and_then(|node| self.known_until.get(&-node));
                    known.map_or(start, |until| until.saturating_add(1))
                }
            };
            sweep.add(start, end, slots.slot(value));
            found += 1;
        })?;
        Ok(found)
    }
}
