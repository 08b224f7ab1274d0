//! Sessions that arrive and leave.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::node::{Node, visitors};
use super::{ActiveRule, Engine, Moment};
use crate::alert::entry::{Entry, millis, ready_at};
use crate::alert::incident::{Detail, Subject, stored_session};
use crate::alert::observation::{Changes, List};
use crate::alert::rule::{Condition, Rule};
use crate::alert::selection::{session_id, visitor_id};
use crate::alert::text;
use crate::dataset::Dataset;
use crate::history::SessionRecord;
use crate::query::QueryError;

/// The largest number of arrivals and departures that wait.
const MAX_WAITING: usize = 10_000;

/// An arrival or a departure that has to last before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::alert) struct Waiting {
    pub(super) rule: String,
    /// The definition of the rule.
    #[serde(default)]
    pub(super) definition: String,
    pub(super) gateway: String,
    pub(super) node: String,
    #[serde(with = "stored_session")]
    session: Option<SessionRecord>,
    /// Time for which it has lasted while the node was watched, in milliseconds.
    held_ms: i64,
    #[serde(skip)]
    observed_at: Option<i64>,
    /// Time at which it was noticed.
    #[serde(default)]
    noticed_at: i64,
    /// Time since which a session that arrived isn't listed.
    #[serde(skip)]
    absent_since: Option<i64>,
}

/// The state of the other nodes of a gateway.
struct Others {
    /// The visitors in their current lists.
    visitors: HashSet<String>,
    /// Time of the oldest list of the nodes that can be read; `None` if there is none.
    read_since: Option<i64>,
}

impl Engine {
    /// Evaluates a rule about arrivals or departures after a read of a node. A user who only moves to another node of the
    /// gateway neither arrives nor leaves.
    pub(super) fn occurrences(
        &mut self,
        active: &ActiveRule,
        moment: Moment<'_>,
        list: &List,
        changes: Option<&Changes>,
    ) -> Result<(), QueryError> {
        let ActiveRule { rule, selection, .. } = active;
        let is_arrival = rule.condition == Condition::Arrives;
        let mut happened = Vec::new();
        if let Some(changes) = changes {
            let (sessions, rows) = if is_arrival {
                (&list.sessions, &changes.arrived)
            } else {
                (&changes.previous, &changes.left)
            };
            let rows = selection.among(sessions, rows)?;
            happened.extend(rows.into_iter().map(|row| SessionRecord::from_row(sessions, row)));
            if is_arrival {
                self.retain_arrivals(rule, moment, &mut happened);
            } else if changes.is_restart {
                // A restart ends all sessions, which then come back.
                happened.clear();
            }
        }
        let ready = self.wait(active, moment, &list.sessions, happened);
        for (node, session) in ready {
            self.occur(rule, moment, &node, session);
        }
        Ok(())
    }

    /// Keeps the sessions of visitors who weren't on any node of the gateway. A waiting arrival of a visitor who has moved
    /// continues on the new node.
    fn retain_arrivals(&mut self, rule: &Rule, moment: Moment<'_>, arrived: &mut Vec<SessionRecord>) {
        let Moment { gateway, node, time, .. } = moment;
        if arrived.is_empty() {
            return;
        }
        let is_returning =
            |session: &SessionRecord| self.nodes_of(gateway).any(|(_, node)| node.is_returning(session));
        arrived.retain(|session| !is_returning(session));
        let own = self.nodes_of(gateway).find(|(url, _)| *url == node);
        let previous_at = own.and_then(|(_, node)| node.previous_at());
        let others = self.nodes_of(gateway).filter(|(url, _)| *url != node);
        let elsewhere: HashSet<String> =
            others.flat_map(|(_, node)| node.visitors_since(previous_at, time)).collect();
        arrived.retain(|session| {
            let visitor = visitor_id(session);
            let has_moved = elsewhere.contains(&visitor);
            let waiting = self.waiting.iter_mut().filter(|_| has_moved).find(|waiting| {
                waiting.is_of(rule, gateway)
                    && *waiting.node != **node
                    && waiting.session.as_ref().is_some_and(|session| visitor_id(session) == visitor)
            });
            if let Some(waiting) = waiting {
                (waiting.node, waiting.session) = (node.to_string(), Some(session.clone()));
                (waiting.observed_at, waiting.absent_since) = (Some(time), None);
            }
            !has_moved
        });
    }

    /// Returns the state of the other nodes of the gateway.
    fn others(&self, moment: Moment<'_>) -> Others {
        let Moment { gateway, node, time, .. } = moment;
        let others = self.nodes_of(gateway).filter(|(url, _)| *url != node);
        let mut found = Others { visitors: HashSet::new(), read_since: None };
        for (_, node) in others {
            if let Some((list, _)) = node.current(time) {
                found.visitors.extend(visitors(&list.sessions));
            }
            // One whose list is too old is read soon, or fails.
            if let Some(read_at) = node.read_at() {
                found.read_since = Some(found.read_since.map_or(read_at, |since| since.min(read_at)));
            }
        }
        found
    }

    /// Adds new arrivals or departures to the waiting ones. Returns those that have lasted for long
    /// enough, with their nodes. A departure also waits until the other nodes were read: a user who
    /// has moved may be in their next lists.
    fn wait(
        &mut self,
        active: &ActiveRule,
        moment: Moment<'_>,
        list: &Arc<Dataset>,
        happened: Vec<SessionRecord>,
    ) -> Vec<(String, SessionRecord)> {
        let ActiveRule { rule, definition, .. } = active;
        let Moment { gateway, node, time, is_continuous, is_manual } = moment;
        let is_arrival = rule.condition == Condition::Arrives;
        let is_waiting = self.waiting.iter().any(|waiting| waiting.is_of(rule, gateway));
        if happened.is_empty() && !is_waiting {
            return Vec::new();
        }
        let is_read = |(url, other): (&Arc<str>, &Node)| url != node && other.read_at().is_some();
        let is_at_once = is_arrival || !self.nodes_of(gateway).any(is_read);
        if rule.hold.is_zero() && !is_waiting && is_at_once {
            return happened.into_iter().map(|session| (node.to_string(), session)).collect();
        }
        let others = self.others(moment);
        // No other read will come after one that the user wanted.
        let read_since = others.read_since.filter(|_| !is_manual).unwrap_or(time).min(time);
        let mut ready = Vec::new();
        self.revision += 1;
        let free = MAX_WAITING.saturating_sub(self.waiting.len());
        let left_out = happened.len().saturating_sub(free);
        if left_out > 0 {
            tracing::warn!(rule = rule.name, left_out, "too many arrivals and departures wait");
        }
        for session in happened.into_iter().take(free) {
            self.waiting.push(Waiting {
                rule: rule.name.clone(),
                definition: definition.clone(),
                gateway: gateway.to_string(),
                node: node.to_string(),
                session: Some(session),
                held_ms: 0,
                observed_at: Some(time),
                noticed_at: time,
                absent_since: None,
            });
        }
        let rows = 0..u32::try_from(list.len()).unwrap_or(u32::MAX);
        let id = if is_arrival { session_id } else { visitor_id };
        let present: HashSet<String> = rows.map(|row| id(&SessionRecord::from_row(list, row))).collect();
        self.waiting.retain_mut(|waiting| {
            let Some(session) = waiting.session.as_ref().filter(|_| waiting.is_of(rule, gateway)) else {
                return true;
            };
            let is_here = *waiting.node == **node;
            let id = id(session);
            // The clock may have been set back.
            waiting.noticed_at = waiting.noticed_at.min(time);
            if is_arrival && is_here {
                let absent_since = waiting.absent_since.map_or(time, |since| since.min(time));
                waiting.absent_since = (!present.contains(&id)).then_some(absent_since);
            }
            // One that arrived has to stay, and one that left has to stay away.
            let is_over = match waiting.absent_since {
                Some(absent_since) => read_since >= absent_since,
                None => !is_arrival && (present.contains(&id) || others.visitors.contains(&id)),
            };
            if is_over || !is_here && is_arrival {
                return !is_over;
            }
            if is_here {
                if is_continuous && let Some(observed_at) = waiting.observed_at {
                    waiting.held_ms += time.saturating_sub(observed_at).max(0);
                }
                waiting.observed_at = Some(time);
            }
            let is_ready = waiting.held_ms >= millis(rule.hold)
                && waiting.absent_since.is_none()
                && (is_arrival || read_since >= waiting.noticed_at);
            if is_ready {
                ready.extend(waiting.session.take().map(|session| (waiting.node.clone(), session)));
            }
            !is_ready
        });
        ready
    }

    fn occur(&mut self, rule: &Rule, moment: Moment<'_>, node: &str, session: SessionRecord) {
        self.revision += 1;
        let subject = Subject { node: None, id: visitor_id(&session) };
        let text = text::session(rule.condition, &session, moment.gateway, 0);
        let detail = Detail { node: node.to_owned(), session: Some(session), text };
        let entries = self.scopes.entry((rule.name.clone(), moment.gateway.clone())).or_default();
        let entry = entries.entry(subject).or_insert_with(|| Entry::new(moment.time, detail.clone()));
        entry.occur(moment.time, detail);
    }
}

impl Waiting {
    /// Returns the time at which it will have lasted for long enough, if it is watched and lasts until then.
    pub(super) fn ready_at(&self, rule: &Rule) -> Option<i64> {
        Some(ready_at(rule, self.observed_at?, self.held_ms))
    }

    fn is_of(&self, rule: &Rule, gateway: &str) -> bool {
        self.rule == rule.name && *self.gateway == *gateway
    }
}
