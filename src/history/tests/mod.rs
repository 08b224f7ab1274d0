//! Tests of recording and reading together, in SQLite and PostgreSQL.

mod activity;
mod chart;
mod copy;
mod copy_both;
mod crash;
mod database;
mod events;
mod handover;
mod kinds;
mod maintenance;
mod model;
mod names;
mod peaks;
mod postgres;
mod random;
mod reader;
mod recorder;
mod recording;
mod server;
mod speed;
mod summary;
mod user_sessions;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::database::{TestDatabase, on_each_database};
use self::model::{changes, dataset};
use super::database::Database;
use super::observers::unique_name;
use super::purge::{Purge, PurgeProgress};
use super::record::SessionRecord;
use super::sqlite::Sqlite;
use super::step::{Changes, List, NodeKey, NodeSteps, ReadStep};
use super::stored_sessions::{SessionState, StoredSessions};
use super::time_range::TimeRange;
use super::writer::{Standby, Writer};
use super::{History, HistoryError, Location, check, query, schema, span};
use crate::gateway::SessionKind;

/// A recorder of one node, with a clock and lists of its own.
pub(super) struct Recording {
    writer: Writer,
    standby: Standby,
    gateway: &'static str,
    url: Arc<str>,
    /// The last list and the time of its last read.
    list: Option<(Vec<SessionRecord>, i64)>,
    /// The kinds that were missing in it.
    missing: Vec<SessionKind>,
    every: Option<Duration>,
    clock_offset: i64,
}

impl Recording {
    pub(super) fn new(mut database: Box<dyn Database>, url: &str) -> Self {
        schema::migrate(&mut *database).unwrap();
        Self {
            writer: Writer::new(database),
            standby: Standby::default(),
            gateway: "Plant",
            url: url.into(),
            list: None,
            missing: Vec::new(),
            every: Some(Duration::from_secs(5)),
            clock_offset: 0,
        }
    }

    fn open(path: &Path) -> Self {
        Self::new(Box::new(Sqlite::open(path, &unique_name()).unwrap()), "http://a.example:8088")
    }

    fn on(database: &TestDatabase) -> Self {
        Self::new(database.open(), "http://a.example:8088")
    }

    fn steps(&self, step: ReadStep, latest: Option<(&[SessionRecord], i64)>) -> NodeSteps {
        NodeSteps {
            node: NodeKey { gateway: self.gateway.into(), url: self.url.clone() },
            steps: vec![step],
            latest: latest
                .map(|(sessions, time)| List { missing_kinds: self.missing.clone(), ..list(sessions, time) }),
            every: self.every,
            written_until: None,
        }
    }

    fn write(&mut self, steps: NodeSteps) {
        self.writer.write(&[steps], &mut self.standby).unwrap();
    }

    /// Records a read. `is_continuous` as in [`ReadStep`].
    pub(super) fn read(&mut self, time: i64, sessions: &[SessionRecord], is_continuous: bool) {
        self.read_partly(time, sessions, &[], is_continuous);
    }

    /// Records a read in which kinds were missing: their sessions are carried over, as a poller does.
    pub(super) fn read_partly(
        &mut self,
        time: i64,
        sessions: &[SessionRecord],
        missing: &[SessionKind],
        is_continuous: bool,
    ) {
        let before = self.list.take();
        let carried = before.iter().flat_map(|(before, _)| before).filter(|session| session.is_of(missing));
        let sessions: Vec<SessionRecord> = sessions.iter().chain(carried).cloned().collect();
        let missing_kinds = missing.to_vec();
        let mut listed_kinds = std::mem::replace(&mut self.missing, missing.to_vec());
        listed_kinds.retain(|kind| !missing.contains(kind));
        let step = match &before {
            None => {
                let list = list(&sessions, time);
                ReadStep::List(List { clock_offset: self.clock_offset, missing_kinds, ..list })
            }
            Some((before, _)) if *before == sessions && listed_kinds.is_empty() => {
                ReadStep::Seen { time, is_continuous, missing_kinds }
            }
            Some((before, previous)) => {
                let is_other = |session: &&SessionRecord| !session.is_of(&listed_kinds);
                let [before, others]: [Vec<_>; 2] =
                    [before, &sessions].map(|sessions| sessions.iter().filter(is_other).cloned().collect());
                let changes = changes(&before, *previous, &others, time, is_continuous);
                let listed = sessions.iter().filter(|session| !is_other(session)).cloned().collect();
                let clock_offset = self.clock_offset;
                ReadStep::Changes(Changes { clock_offset, missing_kinds, listed_kinds, listed, ..changes })
            }
        };
        self.write(self.steps(step, Some((&sessions, time))));
        self.list = Some((sessions, time));
    }

    /// Records a read that fails.
    pub(super) fn fail(&mut self, time: i64) {
        let steps = self.steps(failed(time), None);
        self.write(steps);
    }

    fn database(&mut self) -> &mut dyn Database {
        self.writer.database()
    }

    /// Ends the recording as after SIGTERM.
    pub(super) fn end(mut self) -> Writer {
        self.writer.end_all().unwrap();
        self.writer
    }
}

/// Returns the number that a query finds.
fn count(database: &mut dyn Database, sql: &str) -> i64 {
    database.query(sql, Vec::new()).unwrap()[0][0].integer().unwrap()
}

fn failed(time: i64) -> ReadStep {
    ReadStep::Failed { first: time, last: time }
}

fn list(sessions: &[SessionRecord], time: i64) -> List {
    List { time, sessions: Arc::new(dataset(sessions)), missing_kinds: Vec::new(), clock_offset: 0 }
}

pub(super) fn session(client_id: &str, username: &str, created: i64) -> SessionRecord {
    SessionRecord {
        username: Some(username.into()),
        project: Some("Packaging".into()),
        address: None,
        is_designer: Some(false),
        kind: Some(SessionKind::Vision),
        client_id: Some(client_id.into()),
        creation_time: Some(created),
    }
}

/// Returns the client id, state, last and missed time of each session.
fn summary(stored: &StoredSessions) -> Vec<(&str, SessionState, i64, Option<i64>)> {
    let sessions = stored.sessions.iter();
    let mut summary: Vec<_> = sessions
        .map(|stored| {
            (
                stored.session.client_id.as_deref().unwrap_or("-"),
                stored.state,
                stored.last_seen,
                stored.missed_at,
            )
        })
        .collect();
    summary.sort();
    summary
}

pub(super) fn temporary() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A time far later than all times of a test, so that no coverage counts as being extended.
const LATER: i64 = 1 << 45;
