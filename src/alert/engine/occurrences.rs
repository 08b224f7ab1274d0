//! Sessions that arrive and leave.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ActiveRule, Engine, Moment};
use crate::alert::entry::{Entry, millis};
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
    /// How long it lasts while the node was watched, in milliseconds.
    held_ms: i64,
    #[serde(skip)]
    observed_at: Option<i64>,
}

impl Engine {
    /// Evaluates a rule about arrivals or departures after a read of a node.
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
            let node = self.nodes.get(&(moment.gateway.clone(), moment.node.clone()));
            // A restart ends all sessions, which then come back.
            let is_sent = |session: &SessionRecord| {
                if is_arrival {
                    !node.is_some_and(|node| node.is_returning(session))
                } else {
                    !changes.is_restart
                }
            };
            happened.retain(is_sent);
        }
        let ready = self.wait(active, moment, &list.sessions, happened);
        for session in ready {
            self.occur(rule, moment, session);
        }
        Ok(())
    }

    /// Adds what has happened to what waits. Returns what has lasted for long enough.
    fn wait(
        &mut self,
        active: &ActiveRule,
        moment: Moment<'_>,
        list: &Arc<Dataset>,
        happened: Vec<SessionRecord>,
    ) -> Vec<SessionRecord> {
        let ActiveRule { rule, definition, .. } = active;
        if rule.hold.is_zero() {
            return happened;
        }
        let Moment { gateway, node, time, is_continuous, .. } = moment;
        let is_here = |waiting: &Waiting| {
            waiting.rule == rule.name && *waiting.gateway == **gateway && *waiting.node == **node
        };
        let mut ready = Vec::new();
        if self.waiting.iter().any(is_here) {
            self.revision += 1;
            let is_arrival = rule.condition == Condition::Arrives;
            let id = if is_arrival { session_id } else { visitor_id };
            let rows = 0..u32::try_from(list.len()).unwrap_or(u32::MAX);
            let present: HashSet<String> = rows.map(|row| id(&SessionRecord::from_row(list, row))).collect();
            self.waiting.retain_mut(|waiting| {
                let Some(session) = waiting.session.as_ref().filter(|_| is_here(waiting)) else {
                    return true;
                };
                // One that arrived has to stay, and one that left has to stay away.
                if present.contains(&id(session)) != is_arrival {
                    return false;
                }
                if is_continuous && let Some(observed_at) = waiting.observed_at {
                    waiting.held_ms += time.saturating_sub(observed_at).max(0);
                }
                waiting.observed_at = Some(time);
                if waiting.held_ms < millis(rule.hold) {
                    return true;
                }
                ready.extend(waiting.session.take());
                false
            });
        }
        for session in happened {
            if self.waiting.len() >= MAX_WAITING {
                tracing::warn!(rule = rule.name, "too many arrivals and departures wait, one is left out");
                break;
            }
            self.revision += 1;
            self.waiting.push(Waiting {
                rule: rule.name.clone(),
                definition: definition.clone(),
                gateway: gateway.to_string(),
                node: node.to_string(),
                session: Some(session),
                held_ms: 0,
                observed_at: Some(time),
            });
        }
        ready
    }

    fn occur(&mut self, rule: &Rule, moment: Moment<'_>, session: SessionRecord) {
        self.revision += 1;
        let subject = Subject { node: None, id: visitor_id(&session) };
        let text = text::session(rule.condition, &session, moment.gateway, 0);
        let detail = Detail { node: moment.node.to_string(), session: Some(session), text };
        let entries = self.scopes.entry((rule.name.clone(), moment.gateway.clone())).or_default();
        let entry = entries.entry(subject).or_insert_with(|| Entry::new(moment.time, detail.clone()));
        entry.occur(moment.time, detail);
    }
}
