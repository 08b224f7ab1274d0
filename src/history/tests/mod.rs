//! Tests of recording and reading together, in SQLite and PostgreSQL.

mod activity;
mod chart;
mod copy;
mod copy_both;
mod crash;
mod database;
mod events;
mod handover;
mod maintenance;
mod model;
mod postgres;
mod random;
mod reader;
mod recorder;
mod recording;
mod server;
mod speed;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::database::{Database, on_each_database};
use self::model::{changes, dataset};
use super::answer::{Answer, SessionState};
use super::coverage::Watched;
use super::engine::Engine;
use super::observers::unique_name;
use super::purge::{Purge, PurgeProgress};
use super::record::SessionRecord;
use super::sqlite::Sqlite;
use super::step::{Changes, List, NodeKey, NodeSteps, Step};
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
    every: Option<Duration>,
    clock_offset: i64,
}

impl Recording {
    pub(super) fn new(mut engine: Box<dyn Engine>, url: &str) -> Self {
        schema::migrate(&mut *engine).unwrap();
        Self {
            writer: Writer::new(engine),
            standby: Standby::default(),
            gateway: "Plant",
            url: url.into(),
            list: None,
            every: Some(Duration::from_secs(5)),
            clock_offset: 0,
        }
    }

    fn open(path: &Path) -> Self {
        Self::new(Box::new(Sqlite::open(path, &unique_name()).unwrap()), "http://a.example:8088")
    }

    fn on(database: &Database) -> Self {
        Self::new(database.open(), "http://a.example:8088")
    }

    fn steps(&self, step: Step, latest: Option<(&[SessionRecord], i64)>) -> NodeSteps {
        NodeSteps {
            node: NodeKey { gateway: self.gateway.into(), url: self.url.clone() },
            steps: vec![step],
            latest: latest.map(|(sessions, time)| list(sessions, time)),
            every: self.every,
            written_until: None,
        }
    }

    fn write(&mut self, steps: NodeSteps) {
        self.writer.write(&[steps], &mut self.standby).unwrap();
    }

    /// Records a read. `is_continuous` as in [`Step`].
    pub(super) fn read(&mut self, time: i64, sessions: &[SessionRecord], is_continuous: bool) {
        let step = match &self.list {
            None => Step::List(List { clock_offset: self.clock_offset, ..list(sessions, time) }),
            Some((before, _)) if before == sessions => Step::Seen { time, is_continuous },
            Some((before, previous)) => {
                let changes = changes(before, *previous, sessions, time, is_continuous);
                Step::Changes(Changes { clock_offset: self.clock_offset, ..changes })
            }
        };
        self.list = Some((sessions.to_vec(), time));
        self.write(self.steps(step, Some((sessions, time))));
    }

    /// Records a read that fails.
    pub(super) fn fail(&mut self, time: i64) {
        let steps = self.steps(failed(time), None);
        self.write(steps);
    }

    fn engine(&mut self) -> &mut dyn Engine {
        self.writer.engine()
    }

    /// Ends as after SIGTERM.
    pub(super) fn end(mut self) -> Writer {
        self.writer.end_all().unwrap();
        self.writer
    }
}

fn failed(time: i64) -> Step {
    Step::Failed { first: time, last: time }
}

fn list(sessions: &[SessionRecord], time: i64) -> List {
    List { time, sessions: Arc::new(dataset(sessions)), unlisted_kinds: Vec::new(), clock_offset: 0 }
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
fn summary(answer: &Answer) -> Vec<(&str, SessionState, i64, Option<i64>)> {
    let sessions = answer.sessions.iter();
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

/// Far later than all times of a test, so that no coverage counts as being extended.
const LATER: i64 = 1 << 45;
