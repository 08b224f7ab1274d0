//! Reads sessions by their begin.

use std::collections::HashMap;

use super::series::Slots;
use super::sweep::{Maxima, Sweep};
use crate::history::HistoryError;
use crate::history::engine::{Engine, Row};
use crate::history::span;

/// The number of sessions that a part of the range should have.
const PART_SESSIONS: i64 = 25_000;
/// The number of parts if all had the length of the first one.
const PARTS: i64 = 64;

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
        let (from, to) = self.range;
        let column = slots.column();
        let mut sweep = Sweep::new(self.range, buckets);
        // Those that are on at the begin of the range: before it and after it.
        let before = span::overlapping(&format!("started, {END}, {column}"), &self.of_nodes);
        self.read(engine, &before, vec![(from + 1).into(), (from - 1).into()], slots, &mut sweep)?;
        let within = self.within(column);
        let (mut begin, mut length) = (from, (to.saturating_sub(from) / PARTS).max(1));
        while begin < to {
            if is_cancelled() {
                return Ok(None);
            }
            let end = begin.saturating_add(length).min(to);
            let found = self.read(engine, &within, vec![begin.into(), end.into()], slots, &mut sweep)?;
            sweep.count_until(end);
            begin = end;
            length = length
                .saturating_mul(PART_SESSIONS / found.max(1))
                .clamp(length / 4, length.saturating_mul(4))
                .max(1);
        }
        Ok(Some(sweep.finish()))
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
