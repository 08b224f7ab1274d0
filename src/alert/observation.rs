//! The input of rules: reads of a node, live or from a stored history.

use std::sync::Arc;
use std::time::Duration;

use crate::dataset::{ColumnId, Dataset};
use crate::gateway::{Certificate, GatewayError, SessionKind};
use crate::history::epoch_ms;
use crate::poll::{ListUpdate, NodeUpdate, ReadOutcome, SessionChanges};
use crate::query::is_no_user;

/// The outcome of a read of a node. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The name of the gateway.
    pub gateway: Arc<str>,
    /// The address of the node.
    pub node: Arc<str>,
    /// Time of receipt, by this machine's clock.
    pub time: i64,
    /// Interval between two reads; `None` for manual refresh.
    pub interval: Option<Duration>,
    /// The result of the read.
    pub outcome: Outcome,
}

/// The result of a read of a node.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The sessions of the node.
    List(List),
    /// The reason why the node couldn't be read.
    Failed(Failure),
}

/// The sessions of a node.
#[derive(Clone, Debug)]
pub struct List {
    /// The sessions. Those of a missing kind are from an earlier list.
    pub sessions: Arc<Dataset>,
    /// The kinds that couldn't be read now. Nothing new is known of their sessions.
    pub missing_kinds: Vec<SessionKind>,
    /// The node's clock minus this machine's.
    pub clock_offset: i64,
    /// End of the validity of the node's certificate, if it is known.
    pub certificate_end: Option<i64>,
    /// The difference from the previous list; `None` for a list that can't be compared with one,
    /// such as the first.
    pub changes: Option<Changes>,
}

/// The difference of two lists.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The previous list.
    pub previous: Arc<Dataset>,
    /// The rows of the current list whose sessions arrived.
    pub arrived: Vec<u32>,
    /// The rows of the previous list whose sessions left.
    pub left: Vec<u32>,
    /// `true` if the node was read regularly between the two lists.
    pub is_continuous: bool,
    /// `true` if the gateway was restarted between the two lists.
    pub is_restart: bool,
}

impl Changes {
    /// Returns the difference of two lists between which the node wasn't watched.
    pub(super) fn new(previous: Arc<Dataset>, current: &Dataset, changes: &SessionChanges) -> Self {
        let (mut arrived, mut left) = (changes.arrived.clone(), changes.left.clone());
        // A Perspective session begins without a user, who signs in and out later.
        let signed_in = |list: &Dataset, row: u32| {
            list.username().get(row as usize).is_some_and(|username| !is_no_user(username))
        };
        for change in &changes.changed {
            if change.fields.iter().any(|field| matches!(field, ColumnId::Username | ColumnId::Project)) {
                arrived.extend(signed_in(current, change.current).then_some(change.current));
                left.extend(signed_in(&previous, change.previous).then_some(change.previous));
            }
        }
        Self { previous, arrived, left, is_continuous: false, is_restart: false }
    }
}

/// A read that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The reason.
    pub reason: String,
    /// `true` if the gateway can be reached and only the login is missing or wrong.
    pub is_login: bool,
    /// End of the validity of a certificate that was rejected because it has expired.
    pub certificate_end: Option<i64>,
}

impl From<&NodeUpdate> for Observation {
    fn from(update: &NodeUpdate) -> Self {
        let outcome = match &update.outcome {
            ReadOutcome::List(list) => Outcome::List(list.into()),
            ReadOutcome::Failed(error) => Outcome::Failed(error.into()),
        };
        Self {
            gateway: update.gateway.clone(),
            node: update.url.to_string().into(),
            time: epoch_ms(update.time),
            interval: update.interval,
            outcome,
        }
    }
}

impl From<&ListUpdate> for List {
    fn from(update: &ListUpdate) -> Self {
        let changes = update.previous.as_ref().map(|previous| Changes {
            is_continuous: previous.is_continuous,
            is_restart: previous.restarted_at.is_some(),
            ..Changes::new(previous.list.clone(), &update.list, &previous.changes)
        });
        Self {
            sessions: update.list.clone(),
            missing_kinds: update.missing_kinds.clone(),
            clock_offset: update.clock_offset_ms.unwrap_or_default(),
            certificate_end: update.certificate.as_deref().map(end_of),
            changes,
        }
    }
}

impl From<&GatewayError> for Failure {
    fn from(error: &GatewayError) -> Self {
        let certificate_end = match error {
            GatewayError::Certificate(rejected) if rejected.reason.is_expired() => {
                Some(end_of(&rejected.certificate))
            }
            _ => None,
        };
        let is_login = error.is_login_rejected_or_missing();
        Self { reason: error.to_string(), is_login, certificate_end }
    }
}

fn end_of(certificate: &Certificate) -> i64 {
    certificate.not_after.saturating_mul(1_000)
}
