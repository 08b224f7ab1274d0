//! Session events on the nodes of gateways.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::changes::{ChangedFields, ChangedSession};
use super::update::{ListUpdate, NodeUpdate, PreviousList, ReadOutcome};
use crate::dataset::{Cell, Column, ColumnId, Dataset, names};
use crate::gateway::{GatewayError, NodeUrl, RowKinds, SessionKind};

/// An event on a node.
#[derive(Clone, Debug)]
pub struct Event {
    /// Time when it was noticed, by this machine's clock.
    pub time: SystemTime,
    /// The name of the gateway's profile.
    pub gateway: Arc<str>,
    /// The address of the node.
    pub node: NodeUrl,
    /// The kind of event.
    pub kind: EventKind,
}

/// The kind of an event, with its details.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// A session arrived.
    Arrived(Session),
    /// A session left.
    Left(Departure),
    /// A session changed.
    Changed {
        /// The session before.
        before: Session,
        /// The session now.
        after: Session,
        /// The fields that differ.
        fields: ChangedFields,
    },
    /// The node can't be read. Reads that fail after this one are no events of their own.
    Unreachable(GatewayError),
    /// The node can be read again.
    Back {
        /// Time since the first read that failed.
        after: Duration,
    },
    /// The gateway was restarted.
    Restarted {
        /// Time of the first sign of it.
        since: SystemTime,
    },
}

/// A session that left.
#[derive(Clone, Debug)]
pub struct Departure {
    /// The session.
    pub session: Session,
    /// Time when it was listed last.
    pub last_seen: SystemTime,
    /// Time from its creation until it was listed last. If its creation time isn't known, from when it was listed first, so
    /// that it may have been longer.
    pub duration: Duration,
    /// `true` if the node wasn't read for a time after it was listed last.
    pub has_gap: bool,
}

/// A session in a list.
#[derive(Clone, Debug)]
pub struct Session {
    list: Arc<Dataset>,
    row: u32,
}

impl Session {
    /// Returns the session in a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn new(list: Arc<Dataset>, row: u32) -> Self {
        assert!((row as usize) < list.len(), "no such row");
        Self { list, row }
    }

    /// Returns the cell of a column; null if the list has no such column.
    #[must_use]
    pub fn cell(&self, column: &ColumnId) -> Cell<'_> {
        self.list.column(column).map_or(Cell::Null, |column| column.cell(self.row as usize))
    }

    /// Returns the client id, if the session has one.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.list.client_id().get(self.row as usize)
    }

    /// Returns the time of the login by the gateway's clock, in milliseconds since 1970 UTC, if it is known.
    #[must_use]
    pub fn creation_time(&self) -> Option<i64> {
        self.list.creation_time().get(self.row as usize)
    }

    /// Returns the name of the session's kind, if it is known: the gateway's own, or one of [`SessionKind`].
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        let own = match self.list.column(&names::KIND.into()) {
            Some(Column::Text(kinds)) => kinds.get(self.row as usize),
            _ => None,
        };
        own.or_else(|| RowKinds::of(&self.list).kind(self.row).map(SessionKind::name))
    }
}

/// Turns the updates of any number of nodes into events.
///
/// The first list of a node is a baseline without events. A failed read is no departure.
#[derive(Debug, Default)]
pub struct Events {
    nodes: HashMap<(Arc<str>, NodeUrl), NodeState>,
}

/// The state of a node.
#[derive(Debug, Default)]
struct NodeState {
    /// Time of the first read that failed since the last list.
    failed_at: Option<SystemTime>,
    /// Time of the first list.
    baseline_at: Option<SystemTime>,
    /// Time when each session without a creation time was listed first, unless it was in the first list.
    first_seen: HashMap<SessionKey, VecDeque<SystemTime>>,
}

/// Identifies a session without a creation time: by kind and client id, or by all cells without an id.
type SessionKey = Vec<Option<Box<str>>>;

impl Events {
    /// Returns the events of an update, in the order in which they happened as far as it is known.
    pub fn apply(&mut self, update: &NodeUpdate) -> Vec<Event> {
        let key = (update.gateway.clone(), update.url.clone());
        let events = self.nodes.entry(key).or_default().apply(update);
        let event = |kind| Event {
            time: update.time,
            gateway: update.gateway.clone(),
            node: update.url.clone(),
            kind,
        };
        events.into_iter().map(event).collect()
    }
}

impl NodeState {
    fn apply(&mut self, update: &NodeUpdate) -> Vec<EventKind> {
        match &update.outcome {
            ReadOutcome::Failed(error) => {
                if self.failed_at.is_some() {
                    return Vec::new();
                }
                self.failed_at = Some(update.time);
                vec![EventKind::Unreachable(error.clone())]
            }
            ReadOutcome::List(list) => {
                let back = self.failed_at.take().map(|failed_at| EventKind::Back {
                    after: update.time.duration_since(failed_at).unwrap_or_default(),
                });
                let mut events: Vec<EventKind> = back.into_iter().collect();
                if let Some(previous) = &list.previous {
                    self.compare(update.time, list, previous, &mut events);
                } else {
                    self.baseline_at = Some(update.time);
                    self.first_seen.clear();
                }
                events
            }
        }
    }

    fn compare(
        &mut self,
        time: SystemTime,
        current: &ListUpdate,
        previous: &PreviousList,
        events: &mut Vec<EventKind>,
    ) {
        events.extend(previous.restarted_at.map(|since| EventKind::Restarted { since }));
        let changes = &previous.changes;
        for &row in &changes.left {
            let session = Session::new(previous.list.clone(), row);
            let last_seen = previous.last_seen(row);
            let started_at = self.started_at(&session, current.clock_offset_ms);
            let duration = started_at.and_then(|started_at| last_seen.duration_since(started_at).ok());
            events.push(EventKind::Left(Departure {
                session,
                last_seen,
                duration: duration.unwrap_or_default(),
                has_gap: previous.has_gap_after(row),
            }));
        }
        for &row in &changes.arrived {
            let session = Session::new(current.list.clone(), row);
            self.note_first_seen(&session, time);
            events.push(EventKind::Arrived(session));
        }
        for &row in &previous.first_listed {
            self.note_first_seen(&Session::new(current.list.clone(), row), time);
        }
        let event = |change: &ChangedSession| EventKind::Changed {
            before: Session::new(previous.list.clone(), change.previous),
            after: Session::new(current.list.clone(), change.current),
            fields: change.fields,
        };
        events.extend(changes.changed.iter().map(event));
    }

    fn note_first_seen(&mut self, session: &Session, time: SystemTime) {
        if session.creation_time().is_none() {
            self.first_seen.entry(key(session)).or_default().push_back(time);
        }
    }

    /// Returns the time when a session that left was created, or else listed first, by this machine's clock.
    fn started_at(&mut self, session: &Session, clock_offset_ms: Option<i64>) -> Option<SystemTime> {
        let first_seen = if self.first_seen.is_empty() { None } else { self.forget_first_seen(session) };
        let created_at = session.creation_time().map(|time| {
            let ms = time.saturating_sub(clock_offset_ms.unwrap_or_default());
            UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
        });
        created_at.or(first_seen).or(self.baseline_at)
    }

    fn forget_first_seen(&mut self, session: &Session) -> Option<SystemTime> {
        let key = key(session);
        let times = self.first_seen.get_mut(&key)?;
        let first = times.pop_front();
        if times.is_empty() {
            self.first_seen.remove(&key);
        }
        first
    }
}

fn key(session: &Session) -> SessionKey {
    let text = |column: ColumnId| match session.cell(&column) {
        Cell::Text(text) => Some(text.into()),
        Cell::Boolean(value) => Some(value.to_string().into()),
        _ => None,
    };
    let id = [session.kind().map(Box::from), session.client_id().map(Box::from)];
    let cells = [ColumnId::Username, ColumnId::Project, ColumnId::Address, ColumnId::IsDesigner];
    let cells = cells.into_iter().filter(|_| session.client_id().is_none());
    id.into_iter().chain(cells.map(text)).collect()
}

#[cfg(test)]
mod tests;
