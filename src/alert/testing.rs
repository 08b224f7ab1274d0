//! A gateway for tests, whose nodes are observed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use super::incident::Alert;
use super::observation::{Changes, Failure, List, Observation, Outcome};
use super::rule::Rule;
use crate::dataset::{Cell, ColumnType, Dataset, DatasetBuilder, Header, names};
use crate::gateway::SessionKind;
use crate::poll::SessionChanges;

pub(super) const SECOND_MS: i64 = 1_000;
pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A session as tests write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestSession {
    pub(super) username: &'static str,
    pub(super) project: &'static str,
    pub(super) address: &'static str,
    pub(super) client_id: String,
    pub(super) kind: SessionKind,
    pub(super) created: Option<i64>,
    pub(super) last_comm: Option<i64>,
}

/// Returns a Vision client of a user, with the name as its id.
pub(super) fn client(username: &'static str) -> TestSession {
    TestSession {
        username,
        project: "Packaging",
        address: "10.1.2.3",
        client_id: username.to_uppercase(),
        kind: SessionKind::Vision,
        created: None,
        last_comm: None,
    }
}

/// Returns a list of these sessions.
pub(super) fn list(sessions: &[TestSession]) -> Arc<Dataset> {
    let text = |name: &str, column_type| Header { name: name.to_owned(), column_type };
    let more = [text(names::KIND, ColumnType::String), text(names::LAST_COMM, ColumnType::Date)];
    let headers = Header::standard().into_iter().chain(more);
    let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
    for session in sessions {
        let date = |time: Option<i64>| time.map_or(Cell::Null, Cell::Date);
        let cells = [
            Cell::Text(session.username),
            Cell::Text(session.project),
            Cell::Text(session.address),
            Cell::Boolean(session.kind == SessionKind::Designer),
            Cell::Text(&session.client_id),
            date(session.created),
            Cell::Text(session.kind.name()),
            date(session.last_comm),
        ];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

/// An engine with rules, and the nodes of the gateway `Plant` that it evaluates.
pub(super) struct TestGateway {
    pub(super) engine: Engine,
    lists: HashMap<&'static str, Arc<Dataset>>,
    /// The nodes that weren't read since their last list.
    gaps: Vec<&'static str>,
    pub(super) missing_kinds: Vec<SessionKind>,
    pub(super) certificate_end: Option<i64>,
    pub(super) interval: Option<Duration>,
}

impl TestGateway {
    pub(super) fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self {
            engine: Engine::new(rules),
            lists: HashMap::new(),
            gaps: Vec::new(),
            missing_kinds: Vec::new(),
            certificate_end: None,
            interval: Some(Duration::from_secs(5)),
        }
    }

    fn observe(&mut self, node: &'static str, time: i64, outcome: Outcome) -> Vec<Alert> {
        let interval = self.interval;
        self.engine.observe(Observation {
            gateway: "Plant".into(),
            node: node.into(),
            time,
            interval,
            outcome,
        })
    }

    /// Reads a node. Returns the alerts to send.
    pub(super) fn read_node(
        &mut self,
        node: &'static str,
        time: i64,
        sessions: &[TestSession],
    ) -> Vec<Alert> {
        self.read_as(node, time, sessions, false)
    }

    fn read_as(
        &mut self,
        node: &'static str,
        time: i64,
        sessions: &[TestSession],
        is_restart: bool,
    ) -> Vec<Alert> {
        let current = list(sessions);
        let is_continuous = !self.gaps.contains(&node);
        self.gaps.retain(|gap| *gap != node);
        let changes = self.lists.insert(node, current.clone()).map(|previous| {
            let changes = SessionChanges::between(&previous, &current);
            Changes { is_continuous, is_restart, ..Changes::new(previous, &current, &changes) }
        });
        let (missing_kinds, certificate_end) = (self.missing_kinds.clone(), self.certificate_end);
        let list = List { sessions: current, missing_kinds, clock_offset: 0, certificate_end, changes };
        self.observe(node, time, Outcome::List(list))
    }

    /// Reads the only node.
    pub(super) fn read(&mut self, time: i64, sessions: &[TestSession]) -> Vec<Alert> {
        self.read_node("http://n1", time, sessions)
    }

    /// Reads the only node after a restart of the gateway.
    pub(super) fn restart(&mut self, time: i64, sessions: &[TestSession]) -> Vec<Alert> {
        self.read_as("http://n1", time, sessions, true)
    }

    /// Continues with another poller, which doesn't have the lists of the previous one.
    pub(super) fn change_poller(&mut self) {
        self.lists.clear();
    }

    /// Notes that the only node wasn't read for a time, as in a suspend.
    pub(super) fn interrupt(&mut self) {
        self.gaps.push("http://n1");
    }

    pub(super) fn fail_node(&mut self, node: &'static str, time: i64) -> Vec<Alert> {
        self.gaps.push(node);
        let reason = "Connection refused. Check the port".to_owned();
        self.observe(node, time, Outcome::Failed(Failure { reason, is_login: false, certificate_end: None }))
    }

    /// Fails to read the only node.
    pub(super) fn fail(&mut self, time: i64) -> Vec<Alert> {
        self.fail_node("http://n1", time)
    }

    /// Fails to sign in to the only node.
    pub(super) fn fail_login(&mut self, time: i64) -> Vec<Alert> {
        self.gaps.push("http://n1");
        let reason = "Wrong password".to_owned();
        self.observe(
            "http://n1",
            time,
            Outcome::Failed(Failure { reason, is_login: true, certificate_end: None }),
        )
    }

    /// Restarts the program with the saved state.
    pub(super) fn restart_program(&mut self, rules: impl IntoIterator<Item = Rule>) {
        let saved = serde_json::to_string(&self.engine.save()).unwrap();
        self.engine = Engine::new(rules);
        self.engine.restore(serde_json::from_str(&saved).unwrap());
        self.lists.clear();
        self.gaps.clear();
    }
}

/// Returns the texts of alerts.
pub(super) fn texts(alerts: &[Alert]) -> Vec<String> {
    alerts.iter().map(Alert::text).collect()
}
