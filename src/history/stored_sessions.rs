//! The response to a query for the sessions at a time or within a range.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::history_gateway::HistoryGateway;
use super::record::SessionRecord;
use super::time_range::TimeRange;
use crate::gateway::SessionKind;

/// A stored session. Times are milliseconds since 1970 UTC by the recorder's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// The name of its gateway.
    pub gateway: Arc<str>,
    /// The address of its node.
    pub node: Arc<str>,
    /// The user, project, address and so on.
    pub session: SessionRecord,
    /// Time of the first list with the session.
    pub first_seen: i64,
    /// Time of the last list with the session, so far as it is known.
    pub last_seen: i64,
    /// Time of the first list without it; `None` if it hasn't been missed.
    pub missed_at: Option<i64>,
    /// The state, including how certain it is that the session was on.
    pub state: SessionState,
}

/// The state of a stored session, including how certain it is that the session was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SessionState {
    /// The session is still on, and its node is being watched.
    Present,
    /// The session was missed by the next read after it was seen last.
    Left,
    /// The session was missed after a time in which its node, or its kind of sessions, wasn't
    /// watched.
    LeftBetween,
    /// The end isn't known. The node, or the kind of sessions, hasn't been watched since the
    /// session was seen last.
    Unknown,
    /// The session was on at a time at which its node and its kind of sessions were being watched.
    Seen,
    /// The session was on at a time at which it wasn't watched. The same session was listed before
    /// and after, or it was listed only later but had begun by its creation time.
    Proved,
    /// The session may have been on. The time lies between the last list with it and the first one
    /// without it.
    Possible,
}

impl SessionState {
    /// Returns the name of the state in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Left => "left",
            Self::LeftBetween => "left-between",
            Self::Unknown => "unknown",
            Self::Seen => "seen",
            Self::Proved => "proved",
            Self::Possible => "possible",
        }
    }
}

impl fmt::Display for SessionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The sessions at a time or within a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredSessions {
    /// The sessions, by gateway, node and start.
    pub sessions: Vec<StoredSession>,
    /// The nodes that were asked for.
    pub nodes: Vec<NodeGaps>,
}

impl StoredSessions {
    /// Gives the nodes of these gateways their names in place of the stored ones.
    pub fn use_names_of(&mut self, gateways: &[HistoryGateway]) {
        let mut names: HashMap<&Arc<str>, &Arc<str>> = HashMap::new();
        for NodeGaps { gateway, url, .. } in &mut self.nodes {
            if let Some(name) = HistoryGateway::name_of_node(gateways, (gateway, url)) {
                *gateway = name;
            }
            names.insert(url, gateway);
        }
        for session in &mut self.sessions {
            if let Some(&name) = names.get(&session.node) {
                session.gateway.clone_from(name);
            }
        }
    }
}

/// A node, and the parts of the requested time in which it wasn't watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeGaps {
    /// The name of its gateway.
    pub gateway: Arc<str>,
    /// Its address.
    pub url: Arc<str>,
    /// The parts of the time in which it wasn't watched. Around a single time it is the whole gap, from `i64::MIN` if it wasn't
    /// watched before, and to `i64::MAX` if it hasn't been watched since.
    pub unwatched: Vec<TimeRange>,
    /// The kinds of sessions that weren't watched in further parts of the time, because their list couldn't be read. The parts
    /// of each are those of the node and its own.
    pub unwatched_kinds: Vec<(SessionKind, Vec<TimeRange>)>,
}
