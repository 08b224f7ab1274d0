//! Alerts and the incidents that they are about.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::key::short_key;
use super::rule::Rule;
use crate::gateway::SessionKind;
use crate::history::{Action, NodeKey, SessionRecord};

/// The phase of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Has begun, or has happened.
    Firing,
    /// Doesn't hold any more.
    Resolved,
}

impl Phase {
    /// Returns the name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// An alert to send: one incident, or several of a rule in one summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Time in milliseconds since 1970 UTC.
    pub time: i64,
    /// The rule.
    pub rule: Arc<Rule>,
    /// The phase of its incidents.
    pub phase: Phase,
    /// `true` if the alert is only listed because of quiet hours.
    pub is_quiet: bool,
    /// The incident, or those of a summary.
    pub incidents: Vec<Incident>,
}

impl Alert {
    /// Returns `true` if it is about several incidents.
    #[must_use]
    pub fn is_summary(&self) -> bool {
        self.incidents.len() > 1
    }

    /// Returns the time of the alert.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.time).unwrap_or_default())
    }

    /// Returns the name of the rule and what the alert says, as it is listed.
    #[must_use]
    pub fn listed_text(&self) -> String {
        format!("{}: {}", self.rule.name, self.text())
    }

    /// Returns the entry for the history; `None` for an alert without incidents.
    #[must_use]
    pub fn action(&self) -> Option<(NodeKey, Action)> {
        let incident = self.incidents.first()?;
        let node = NodeKey { gateway: incident.gateway.clone(), url: incident.node.clone() };
        let session = incident.session.clone().filter(|_| !self.is_summary());
        let (text, is_end) = (self.listed_text().into(), self.phase == Phase::Resolved);
        Some((node, Action::Alert { text, is_end, session }))
    }
}

/// A state or an occurrence that an alert is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The unique key. It stays the same from start to end, also if the state comes and goes.
    pub key: String,
    /// The name of the gateway.
    pub gateway: Arc<str>,
    /// The address of the node, or of one of the gateway's nodes.
    pub node: Arc<str>,
    /// The session that it is about, or an example; `None` if it is about no session.
    pub session: Option<SessionRecord>,
    /// Time since which it holds, or at which it happened last, in milliseconds since 1970 UTC.
    pub since: i64,
    /// Number of times that it fired or happened since it was first sent.
    pub count: u32,
    /// The description in one sentence.
    pub text: String,
    /// The subject, which is the same in all processes.
    pub(super) subject: SubjectKey,
    /// Time at which it ended.
    pub(super) ended: Option<i64>,
    /// Largest time by which another process may notice it earlier or later, in milliseconds.
    pub(super) spread_ms: i64,
}

/// The subject of a rule, identified across processes and restarts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct SubjectKey {
    pub(super) rule: String,
    /// The [definition](Rule::definition) of the rule.
    #[serde(default)]
    pub(super) definition: String,
    pub(super) gateway: String,
    pub(super) subject: Subject,
}

impl SubjectKey {
    /// Returns a short key of an entry that began at a time.
    pub(super) fn entry_key(&self, began: i64) -> String {
        let Self { rule, gateway, subject: Subject { node, id }, .. } = self;
        let node = node.as_deref().unwrap_or_default();
        let text = [rule, gateway, node, &**id, &*began.to_string()].join("\0");
        short_key(&text)
    }
}

/// The subject of a rule within a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Subject {
    /// The node; `None` if it is about the whole gateway.
    pub(super) node: Option<String>,
    /// The session, user or user and project; empty if it is about none.
    pub(super) id: String,
}

/// The node, the session and the text of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub(super) node: String,
    #[serde(with = "stored_session")]
    pub(super) session: Option<SessionRecord>,
    pub(super) text: String,
}

/// The stored form of sessions.
pub(super) mod stored_session {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{SessionKind, SessionRecord};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Stored {
        username: Option<String>,
        project: Option<String>,
        address: Option<String>,
        is_designer: Option<bool>,
        kind: Option<String>,
        client_id: Option<String>,
        creation_time: Option<i64>,
    }

    #[expect(clippy::ref_option, reason = "serde calls it with a reference")]
    pub(in crate::alert) fn serialize<S: Serializer>(
        session: &Option<SessionRecord>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let stored = session.as_ref().map(|session| Stored {
            username: session.username.as_deref().map(str::to_owned),
            project: session.project.as_deref().map(str::to_owned),
            address: session.address.as_deref().map(str::to_owned),
            is_designer: session.is_designer,
            kind: session.kind.map(|kind| kind.name().to_owned()),
            client_id: session.client_id.as_deref().map(str::to_owned),
            creation_time: session.creation_time,
        });
        stored.serialize(serializer)
    }

    pub(in crate::alert) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SessionRecord>, D::Error> {
        let stored = Option::<Stored>::deserialize(deserializer)?;
        Ok(stored.map(|stored| SessionRecord {
            username: stored.username.map(Into::into),
            project: stored.project.map(Into::into),
            address: stored.address.map(Into::into),
            is_designer: stored.is_designer,
            kind: stored.kind.as_deref().and_then(SessionKind::from_text),
            client_id: stored.client_id.map(Into::into),
            creation_time: stored.creation_time,
        }))
    }
}
