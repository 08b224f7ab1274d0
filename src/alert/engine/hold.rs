//! States that have to hold for a time before they fire.

use std::sync::Arc;

use super::{ActiveRule, Engine};
use crate::alert::entry::{Entry, Watch, millis};
use crate::alert::incident::Subject;
use crate::alert::rule::{Condition, Rule};
use crate::poll::MAX_DELAY;

impl Engine {
    /// Fires outages that have lasted for long enough. This needs no further read: the pauses
    /// between failed reads grow, and the node can't be reached until one succeeds.
    pub(super) fn hold_outages(&mut self, now: i64) {
        let rules = std::mem::take(&mut self.rules);
        let mut scopes = std::mem::take(&mut self.scopes);
        for ActiveRule { rule, .. } in &rules {
            for ((_, gateway), entries) in scopes.iter_mut().filter(|((name, _), _)| *name == rule.name) {
                for (subject, entry) in entries {
                    let ready_at = self.outage_ready_at(rule, gateway, (subject, entry), now);
                    if ready_at.is_some_and(|at| at <= now) && self.is_watched(gateway) {
                        let watch = Watch { now, is_continuous: true, read_since: now };
                        entry.hold(rule, watch, entry.detail.clone());
                        self.revision += 1;
                    }
                }
            }
        }
        (self.rules, self.scopes) = (rules, scopes);
    }

    /// Returns the time at which an outage will have lasted for long enough. Returns `None` if that
    /// is more than [`MAX_DELAY`] ago: the machine was suspended or the clock was changed, and the
    /// next read decides.
    pub(super) fn outage_ready_at(
        &self,
        rule: &Rule,
        gateway: &Arc<str>,
        (subject, entry): (&Subject, &Entry),
        now: i64,
    ) -> Option<i64> {
        if rule.condition != Condition::Unreachable {
            return None;
        }
        let ready_at = entry.ready_at(rule).filter(|at| now.saturating_sub(*at) <= millis(MAX_DELAY))?;
        let node = self.nodes.get(&(gateway.clone(), subject.node.as_deref()?.into()))?;
        node.is_failing.then_some(ready_at)
    }

    /// Returns the next time after `after` at which a state or an occurrence will have lasted for
    /// long enough, and its gateway. An observation has to show that it still lasts.
    pub(in crate::alert) fn next_ready(&self, after: i64) -> Option<(i64, Arc<str>)> {
        let mut next: Option<(i64, Arc<str>)> = None;
        let mut add = |time: Option<i64>, gateway: &str| {
            let is_next = |time: &i64| *time > after && next.as_ref().is_none_or(|(next, _)| time < next);
            if let Some(time) = time.filter(is_next) {
                next = Some((time, gateway.into()));
            }
        };
        for ActiveRule { rule, .. } in self.rules.iter().filter(|active| !active.rule.hold.is_zero()) {
            for (gateway, entries) in self.watched_scopes(rule) {
                for entry in entries.values() {
                    add(entry.ready_at(rule), gateway);
                }
            }
            for waiting in self.waiting.iter().filter(|waiting| waiting.rule == rule.name) {
                add(waiting.ready_at(rule), &waiting.gateway);
            }
        }
        next
    }

    /// Notes that a node isn't watched any more. Nothing more is known of it until it is observed again.
    pub(in crate::alert) fn interrupt(&mut self, gateway: &Arc<str>, url: &Arc<str>) {
        if let Some(node) = self.nodes.get_mut(&(gateway.clone(), url.clone())) {
            node.interrupt();
        }
        for (_, entries) in self.scopes.iter_mut().filter(|((_, name), _)| name == gateway) {
            for (_, entry) in
                entries.iter_mut().filter(|(subject, _)| subject.node.as_deref() == Some(&**url))
            {
                entry.interrupt();
            }
        }
    }
}
