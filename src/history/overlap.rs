//! Reads all sessions of a range, to count them: by their start, or in the order in which they are stored where that is
//! quicker.

use std::collections::HashMap;

use super::HistoryError;
use super::database::{Database, Row, first_integer};
use super::query::Node;
use super::{coverage, query, span};

/// The number of sessions that a part of the range should have.
const PART_SESSIONS: i64 = 25_000;
/// The number of parts if all had the length of the first one.
const PARTS: i64 = 64;

/// A range longer than the time with stored sessions divided by this is read without the index. A session takes four times as long by the index as in the order of the table.
const SCANNED_PART: i64 = 3;
/// The largest number of sessions that are read in this way, because they are kept in memory to sort them.
const MAX_SCANNED: i64 = 2_000_000;
/// The number of sessions that are read at once in this way.
const SCANNED_AT_ONCE: i64 = 50_000;

/// SQL for the first time at which a session counts. It only counts when it is known to have been
/// on. One that had begun before it was seen first may have begun right after a read without it, at
/// whose time others were seen last.
const START: &str = "CASE WHEN first_seen > started THEN started + 1 ELSE started END";
/// SQL for the first time at which a session doesn't count any more, which is after it was seen
/// last. For a session without `last_seen`, which was seen when its node was read last, it is the
/// negated id of the node.
const END: &str = "COALESCE(last_seen + 1, -node)";

/// A receiver of the sessions that are read.
pub(super) trait Sink {
    /// Takes a session that counts from `start` to before `end`, with the values of its columns.
    fn add(&mut self, start: i64, end: i64, values: &[Option<i64>]);

    /// Notes that all sessions were taken that begin before a time within the range.
    fn count_until(&mut self, time: i64);
}

/// The sessions that overlap a range.
pub(super) struct Sessions {
    range: (i64, i64),
    /// The columns of numbers that the sink gets.
    columns: &'static str,
    /// The condition for their nodes.
    of_nodes: String,
    /// Time of the last read of each node. A session that hasn't been missed counts until then.
    known_until: HashMap<i64, i64>,
}

impl Sessions {
    /// Returns the sessions of nodes; of all nodes if `is_all`, which takes less time than their ids.
    pub(super) fn new(
        database: &mut dyn Database,
        range: (i64, i64),
        nodes: &[Node],
        is_all: bool,
        columns: &'static str,
        now: i64,
    ) -> Result<Self, HistoryError> {
        let ids: Vec<i64> = nodes.iter().map(|node| node.id).collect();
        let known_until = ids.iter().zip(coverage::newest(database, &ids, now)?);
        let known_until = known_until.filter_map(|(id, newest)| Some((*id, newest?.to))).collect();
        let of_nodes = if is_all { String::new() } else { query::of_nodes(nodes) };
        Ok(Self { range, columns, of_nodes, known_until })
    }

    /// Returns the condition for their nodes.
    pub(super) fn of_nodes(&self) -> &str {
        &self.of_nodes
    }

    /// Reads the sessions. Returns `false` if that was cancelled.
    pub(super) fn read_all(
        &self,
        database: &mut dyn Database,
        sink: &mut dyn Sink,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<bool, HistoryError> {
        match self.to_scan(database)? {
            Some(ids) => self.scan(database, ids, sink, is_cancelled),
            None => self.read_parts(database, sink, is_cancelled),
        }
    }

    /// Returns the first and the last id of the sessions if all are to be read; `None` if the index is quicker.
    fn to_scan(&self, database: &mut dyn Database) -> Result<Option<(i64, i64)>, HistoryError> {
        let ids = query::session_ids(database)?;
        let oldest = first_integer(&database.query(&span::oldest(), Row::new())?);
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
        database: &mut dyn Database,
        (first, last): (i64, i64),
        sink: &mut dyn Sink,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<bool, HistoryError> {
        let sql = format!(
            "SELECT {} FROM session \
             WHERE id >= $1 AND id < $2 AND started < $3 AND (missed_at > $4 OR missed_at IS NULL){}",
            self.selected(),
            self.of_nodes
        );
        let (from, to) = self.range;
        let mut begin = first;
        while begin <= last {
            if is_cancelled() {
                return Ok(false);
            }
            let end = begin + SCANNED_AT_ONCE;
            self.read(database, &sql, vec![begin.into(), end.into(), to.into(), from.into()], sink)?;
            begin = end;
        }
        Ok(true)
    }

    /// Reads sessions by their start, a part of the range after another. Returns `false` if that was cancelled.
    fn read_parts(
        &self,
        database: &mut dyn Database,
        sink: &mut dyn Sink,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<bool, HistoryError> {
        let (from, to) = self.range;
        // Those that are on at the start of the range: before it and after it.
        let before = span::overlapping(&self.selected(), &self.of_nodes);
        self.read(database, &before, vec![(from + 1).into(), (from - 1).into()], sink)?;
        let within = self.within();
        let (mut begin, mut length) = (from, (to.saturating_sub(from) / PARTS).max(1));
        while begin < to {
            if is_cancelled() {
                return Ok(false);
            }
            let end = begin.saturating_add(length).min(to);
            let found = self.read(database, &within, vec![begin.into(), end.into()], sink)?;
            sink.count_until(end);
            begin = end;
            length = length
                .saturating_mul(PART_SESSIONS / found.max(1))
                .clamp(length / 4, length.saturating_mul(4))
                .max(1);
        }
        Ok(true)
    }

    fn selected(&self) -> String {
        format!("{START}, {END}, {}", self.columns)
    }

    /// Returns the query of the sessions that begin within a part of the range.
    fn within(&self) -> String {
        let classes: Vec<String> = span::classes().map(|(class, _)| class.to_string()).collect();
        format!(
            "SELECT {} FROM session WHERE started >= $1 AND started < $2 AND dc IN ({}, {}){}",
            self.selected(),
            classes.join(", "),
            span::OPEN,
            self.of_nodes
        )
    }

    /// Adds the sessions that a query finds. Returns their number.
    fn read(
        &self,
        database: &mut dyn Database,
        sql: &str,
        values: Row,
        sink: &mut dyn Sink,
    ) -> Result<i64, HistoryError> {
        let mut found = 0;
        database.for_each(sql, values, &mut |row| {
            let [Some(start), end, values @ ..] = row else { return };
            // Of one that hasn't been missed it is the negated id of its node.
            let end = match end {
                Some(end) if *end >= 0 => *end,
                node => {
                    let known = node.and_then(|node| self.known_until.get(&-node));
                    known.map_or(*start, |until| until.saturating_add(1))
                }
            };
            sink.add(*start, end, values);
            found += 1;
        })?;
        Ok(found)
    }
}
