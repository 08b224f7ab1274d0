//! Sessions in the source, and whether the target has them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::history::HistoryError;
use crate::history::engine::{Engine, Row};
use crate::history::record::{RECORD_COLUMNS, SessionRecord};
use crate::history::span;

/// The columns of a [`Copied`] before those of its record.
const COLUMNS: &str = "s.id, s.node, s.started, s.first_seen, s.last_seen, s.missed_at, s.dc";

/// A session as it is stored.
pub(super) struct Copied {
    pub(super) id: i64,
    pub(super) node: i64,
    pub(super) started: i64,
    pub(super) first_seen: i64,
    pub(super) last_seen: Option<i64>,
    pub(super) missed_at: Option<i64>,
    /// The duration class.
    pub(super) class: i64,
    pub(super) record: SessionRecord,
}

impl Copied {
    fn from_row(row: &Row) -> Option<Self> {
        let ([id, node, started, first, last, missed, class], record) = row.split_first_chunk()?;
        Some(Self {
            id: id.integer()?,
            node: node.integer()?,
            started: started.integer()?,
            first_seen: first.integer()?,
            last_seen: last.integer(),
            missed_at: missed.integer(),
            class: class.integer()?,
            record: SessionRecord::from_values(record.try_into().ok()?),
        })
    }

    /// Reads sessions that a condition selects.
    pub(super) fn select(
        engine: &mut dyn Engine,
        condition: &str,
        values: Row,
    ) -> Result<Vec<Self>, HistoryError> {
        let rows = engine
            .query(&format!("SELECT {COLUMNS}, {RECORD_COLUMNS} FROM session s WHERE {condition}"), values)?;
        Ok(rows.iter().filter_map(Self::from_row).collect())
    }

    /// Reads the next sessions after one, up to another one.
    pub(super) fn page(
        engine: &mut dyn Engine,
        after: i64,
        last: i64,
        size: i64,
    ) -> Result<Vec<Self>, HistoryError> {
        let condition = format!("s.id > $1 AND s.id <= $2 ORDER BY s.id LIMIT {size}");
        Self::select(engine, &condition, vec![after.into(), last.into()])
    }

    /// Returns `true` if both are the same session with the same values.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.record.is_same_session(&other.record) && self.record.has_same_values(&other.record)
    }
}

/// The sessions of the target that were found so far. Sessions without an id can be equal: each stands for one only.
#[derive(Default)]
pub(super) struct Known(HashSet<i64>);

impl Known {
    /// Looks up sessions that have ended in the source.
    pub(super) fn find_ended(
        &mut self,
        to: &mut dyn Engine,
        nodes: &HashMap<i64, i64>,
        sessions: &[&Copied],
    ) -> Result<Vec<Option<Copied>>, HistoryError> {
        let values =
            sessions.iter().map(|session| [key(session, nodes), vec![session.class.into()]].concat());
        self.find(to, &format!("s.dc IN ($4, {})", span::OPEN), sessions, &values.collect::<Vec<_>>())
    }

    /// Looks up sessions that are open in the source.
    pub(super) fn find_open(
        &mut self,
        to: &mut dyn Engine,
        nodes: &HashMap<i64, i64>,
        sessions: &[&Copied],
    ) -> Result<Vec<Option<Copied>>, HistoryError> {
        let classes: Vec<String> = span::classes().map(|(class, _)| class.to_string()).collect();
        let classes = format!("s.dc IN ({}, {})", classes.join(", "), span::OPEN);
        let values: Vec<Row> = sessions.iter().map(|session| key(session, nodes)).collect();
        self.find(to, &classes, sessions, &values)
    }

    /// Returns the candidate that is the same session and wasn't found before.
    pub(super) fn take(&mut self, candidates: &mut Candidates, session: &Copied) -> Option<Copied> {
        let candidates = candidates.0.get_mut(&session.record.client_id)?;
        let index = candidates.iter().position(|candidate| {
            session.is_same(candidate)
                && (candidate.record.client_id.is_some() || self.0.insert(candidate.id))
        })?;
        Some(candidates.swap_remove(index))
    }

    fn find(
        &mut self,
        to: &mut dyn Engine,
        classes: &str,
        sessions: &[&Copied],
        values: &[Row],
    ) -> Result<Vec<Option<Copied>>, HistoryError> {
        // The index has the class and the begin, which both sides share. All sessions of a list may share them, too: they
        // are looked up once.
        let sql = format!(
            "SELECT {COLUMNS}, {RECORD_COLUMNS} FROM session s WHERE s.started = $1 AND s.node = $2 AND s.first_seen = $3 AND {classes}"
        );
        let mut indexes: HashMap<&Row, usize> = HashMap::new();
        let mut keys = Vec::new();
        for value in values {
            indexes.entry(value).or_insert_with(|| {
                keys.push(value.clone());
                keys.len() - 1
            });
        }
        let rows = to.query_each(&sql, &keys)?;
        let mut candidates: Vec<Candidates> =
            rows.iter().map(|rows| rows.iter().filter_map(Copied::from_row).collect()).collect();
        let found = sessions
            .iter()
            .zip(values)
            .map(|(session, key)| self.take(candidates.get_mut(*indexes.get(key)?)?, session));
        Ok(found.collect())
    }
}

/// Sessions of the target by client id.
#[derive(Default)]
pub(super) struct Candidates(HashMap<Option<Arc<str>>, Vec<Copied>>);

impl FromIterator<Copied> for Candidates {
    fn from_iter<T: IntoIterator<Item = Copied>>(sessions: T) -> Self {
        let mut candidates = Self::default();
        for session in sessions {
            candidates.0.entry(session.record.client_id.clone()).or_default().push(session);
        }
        candidates
    }
}

fn key(session: &Copied, nodes: &HashMap<i64, i64>) -> Row {
    vec![session.started.into(), nodes.get(&session.node).copied().into(), session.first_seen.into()]
}
