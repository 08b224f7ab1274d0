//! Sessions as they are stored, and those that the target had before the copy.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::history::HistoryError;
use crate::history::database::{Database, Row};
use crate::history::record::{RECORD_COLUMNS, SessionRecord};
use crate::history::span;
use crate::poll::CREATION_TOLERANCE_MS;

/// The columns of a [`SessionRow`] before those of its record.
const COLUMNS: &str = "s.id, s.node, s.started, s.first_seen, s.last_seen, s.missed_at, s.dc";
/// The number of sessions that are read at once.
const PAGE: i64 = 20_000;
/// The precision in milliseconds with which sessions without a client id are looked up by their
/// creation time.
const CREATION_BUCKET_MS: i64 = 10_000;

/// A session as it is stored.
#[derive(Clone)]
pub(super) struct SessionRow {
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

impl SessionRow {
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
        database: &mut dyn Database,
        condition: &str,
        values: Row,
    ) -> Result<Vec<Self>, HistoryError> {
        let rows = database
            .query(&format!("SELECT {COLUMNS}, {RECORD_COLUMNS} FROM session s WHERE {condition}"), values)?;
        Ok(rows.iter().filter_map(Self::from_row).collect())
    }

    /// Reads the next sessions after one, up to another one.
    pub(super) fn page(
        database: &mut dyn Database,
        after: i64,
        last: i64,
        size: i64,
    ) -> Result<Vec<Self>, HistoryError> {
        let condition = format!("s.id > $1 AND s.id <= $2 ORDER BY s.id LIMIT {size}");
        Self::select(database, &condition, vec![after.into(), last.into()])
    }

    /// Reads sessions by their ids.
    pub(super) fn with_ids(
        database: &mut dyn Database,
        ids: HashSet<i64>,
    ) -> Result<HashMap<i64, Self>, HistoryError> {
        let ids: Vec<Row> = ids.into_iter().map(|id| vec![id.into()]).collect();
        let sql = format!("SELECT {COLUMNS}, {RECORD_COLUMNS} FROM session s WHERE s.id = $1");
        let rows = database.query_each(&sql, &ids)?;
        let sessions = rows.iter().flatten().filter_map(Self::from_row);
        Ok(sessions.map(|session| (session.id, session)).collect())
    }

    /// Sets the duration class.
    pub(super) fn set_class(&mut self) {
        self.class = self.missed_at.map_or(span::OPEN, |missed_at| span::class(self.started, missed_at));
    }

    /// Returns the times that [`Self::update`] writes.
    pub(super) fn times(&self) -> [Option<i64>; 5] {
        let Self { started, first_seen, last_seen, missed_at, .. } = *self;
        [Some(started), Some(first_seen), last_seen, missed_at, self.record.creation_time]
    }

    /// Returns the values of [`Self::update`].
    fn values(&self) -> Row {
        let created_after = self.record.creation_time.map(|created| created.saturating_sub(self.started));
        vec![
            self.started.into(),
            self.first_seen.into(),
            self.last_seen.into(),
            self.missed_at.into(),
            self.class.into(),
            created_after.into(),
            self.id.into(),
        ]
    }

    /// Writes the times of sessions.
    pub(super) fn update(database: &mut dyn Database, sessions: &[&Self]) -> Result<(), HistoryError> {
        database.execute_each(
            "UPDATE session SET started = $1, first_seen = $2, last_seen = $3, missed_at = $4, dc = $5, created_after = $6 \
             WHERE id = $7",
            &sessions.iter().map(|session| session.values()).collect::<Vec<_>>(),
        )?;
        Ok(())
    }
}

/// The sessions that the target had before the copy. Equal sessions of the source aren't merged
/// with each other.
#[derive(Default)]
pub(super) struct TargetSessions {
    /// Digests of what identifies the sessions, with their ids. Sorted, and small enough for 10,000,000 of them.
    digests: Vec<(u64, i64)>,
    /// Digests and ids of the sessions that are open in the node being copied. Some may have
    /// begun since `digests` was read.
    open: Vec<(u64, i64)>,
    /// The ids of the sessions without a client id that are matched already. They can be equal,
    /// so each matches one session of the source only.
    pub(super) taken: HashSet<i64>,
}

impl TargetSessions {
    /// Reads the sessions of these nodes.
    pub(super) fn read(to: &mut dyn Database, nodes: &HashSet<i64>) -> Result<Self, HistoryError> {
        let mut known = Self::default();
        let mut after = 0;
        loop {
            let rows = to.query(
                &format!("{} WHERE id > $1 ORDER BY id LIMIT {PAGE}", Self::SELECT),
                vec![after.into()],
            )?;
            let Some(last) = rows.last().and_then(|row| row.first()?.integer()) else { break };
            after = last;
            known.digests.extend(
                rows.iter()
                    .filter_map(digest_of_row)
                    .filter_map(|(node, digest, id)| nodes.contains(&node).then_some((digest, id))),
            );
        }
        known.digests.sort_unstable();
        Ok(known)
    }

    const SELECT: &'static str = "SELECT id, node, client, started + created_after, first_seen FROM session";

    /// Reads the sessions of a node that are open by now. Some may have begun since the others were read.
    pub(super) fn read_open(&mut self, to: &mut dyn Database, node: i64) -> Result<(), HistoryError> {
        let sql = format!("{} WHERE missed_at IS NULL AND node = $1", Self::SELECT);
        let rows = to.query(&sql, vec![node.into()])?;
        self.open = rows.iter().filter_map(digest_of_row).map(|(_, digest, id)| (digest, id)).collect();
        self.open.sort_unstable();
        Ok(())
    }

    /// Returns the ids of the sessions that may be this one. It comes with its node in the target.
    pub(super) fn candidates(&self, session: &SessionRow) -> impl Iterator<Item = i64> {
        let SessionRow { node, record, first_seen, .. } = session;
        let client = record.client_id.as_deref();
        let tolerance = CREATION_TOLERANCE_MS.cast_signed();
        let created = record.creation_time;
        let times = match (client, created) {
            (None, Some(created)) => {
                [-tolerance, tolerance].map(|offset| Some(created.saturating_add(offset)))
            }
            _ => [created; 2],
        };
        let mut digests = times.map(|created| digest(*node, client, created, *first_seen)).to_vec();
        digests.dedup();
        let lists = [&self.digests[..], &self.open[..]];
        digests.into_iter().flat_map(move |digest| lists.into_iter().flat_map(move |list| find(list, digest)))
    }
}

/// Returns the ids of the sessions with a digest.
fn find(digests: &[(u64, i64)], digest: u64) -> impl Iterator<Item = i64> {
    let from = digests.partition_point(|(other, _)| *other < digest);
    digests[from..].iter().take_while(move |(other, _)| *other == digest).map(|(_, id)| *id)
}

/// Returns the node, the digest and the id of a session.
fn digest_of_row(row: &Row) -> Option<(i64, u64, i64)> {
    let [id, node, client, created, first_seen] = &row[..] else { return None };
    let node = node.integer()?;
    let client = client.text().map(AsRef::as_ref);
    Some((node, digest(node, client, created.integer(), first_seen.integer()?), id.integer()?))
}

/// Returns a digest of the client id, or else of the creation time, or else of the first read.
fn digest(node: i64, client: Option<&str>, created: Option<i64>, first_seen: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    let time = match (client, created) {
        (Some(_), _) => None,
        (None, Some(created)) => Some((true, created.div_euclid(CREATION_BUCKET_MS))),
        (None, None) => Some((false, first_seen)),
    };
    (node, client, time).hash(&mut hasher);
    hasher.finish()
}
