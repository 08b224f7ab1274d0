//! Decides what is sent, and when.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::Node;
use super::{ActiveRule, Engine};
use crate::alert::entry::{Due, Entry};
use crate::alert::incident::{Alert, Incident, Phase, Subject, SubjectKey};
use crate::alert::rule::Rule;
use crate::alert::text;

/// An incident to send.
#[derive(Debug)]
pub(super) struct Item {
    due: Due,
    incident: Incident,
}

impl Engine {
    /// Returns the alerts that are due without an observation, such as a summary, an alert whose
    /// cooldown is over, or an outage that has lasted for long enough.
    pub fn tick(&mut self, now: i64) -> Vec<Alert> {
        self.hold_outages(now);
        self.due_alerts(None, now)
    }

    /// Returns the alerts that are due for one gateway, and the summaries of all.
    pub(super) fn due_alerts_of(&mut self, gateway: &Arc<str>, now: i64) -> Vec<Alert> {
        self.due_alerts(Some(gateway), now)
    }

    /// Returns the alerts that are held for a summary. They are sent early because the program
    /// ends.
    pub fn flush(&mut self, now: i64) -> Vec<Alert> {
        let rules = self.rules.iter_mut();
        rules.flat_map(|active| together(&active.rule, active.gather.flush_all(), now)).collect()
    }

    /// Returns the next time at which [`tick`](Self::tick) may return something, if nothing is observed before.
    #[must_use]
    pub fn wake_at(&self, now: i64) -> Option<i64> {
        let mut earliest: Option<i64> = None;
        let mut add = |time: Option<i64>| earliest = [earliest, time].into_iter().flatten().min();
        for ActiveRule { rule, gather, .. } in &self.rules {
            add(gather.flush_at());
            let quiet_end = rule.quiet.iter().filter_map(|hours| hours.end_after(now)).max();
            for (gateway, entries) in self.watched_scopes(rule) {
                for (subject, entry) in entries {
                    add(self.outage_ready_at(rule, gateway, (subject, entry), now));
                    let wake_at = entry.wake_at(rule, now, quiet_end);
                    add(wake_at.filter(|_| !self.is_silenced(rule, gateway, entry)));
                }
            }
        }
        earliest
    }

    /// Returns the states that are firing.
    #[must_use]
    pub fn active(&self) -> Vec<(Arc<Rule>, Incident)> {
        let mut active = Vec::new();
        for ActiveRule { rule, definition, .. } in &self.rules {
            for (gateway, entries) in self.watched_scopes(rule) {
                let firing =
                    entries.iter().filter(|(_, entry)| entry.is_firing() && !rule.condition.is_occurrence());
                active.extend(firing.map(|(subject, entry)| {
                    let key = subject_key(rule, definition, gateway, subject);
                    (rule.clone(), self.incident(rule, gateway, key, entry, (Phase::Firing, entry.since)))
                }));
            }
        }
        active.sort_by(|(_, a), (_, b)| a.subject.cmp(&b.subject));
        active
    }

    /// Returns the entries of a rule on each watched gateway.
    pub(super) fn watched_scopes<'a>(
        &'a self,
        rule: &'a Rule,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a BTreeMap<Subject, Entry>)> {
        let scopes = self.scopes.iter().filter(|((name, _), _)| *name == rule.name);
        scopes
            .map(|((_, gateway), entries)| (gateway, entries))
            .filter(|(gateway, _)| self.is_watched(gateway))
    }

    fn due_alerts(&mut self, only: Option<&Arc<str>>, now: i64) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let mut rules = std::mem::take(&mut self.rules);
        for ActiveRule { rule, definition, gather, .. } in &mut rules {
            let is_quiet = rule.quiet.iter().any(|hours| hours.contains(now));
            let items = self.due_items((rule, definition), only, now, is_quiet);
            alerts.extend(gather.push(items, now).into_iter().map(|item| single(rule, item, now)));
            alerts.extend(together(rule, gather.flush(now), now));
        }
        self.rules = rules;
        alerts
    }

    fn due_items(
        &mut self,
        (rule, definition): (&Arc<Rule>, &str),
        only: Option<&Arc<str>>,
        now: i64,
        is_quiet: bool,
    ) -> Vec<Item> {
        let mut items = Vec::new();
        let keys: Vec<(String, Arc<str>)> = match only {
            Some(gateway) => vec![(rule.name.clone(), gateway.clone())],
            None => {
                self.watched_scopes(rule).map(|(gateway, _)| (rule.name.clone(), gateway.clone())).collect()
            }
        };
        for key in keys {
            let Some(mut entries) = self.scopes.remove(&key) else { continue };
            for (subject, entry) in &mut entries {
                if let Some(due) = entry.due(rule, now, is_quiet)
                    && !self.is_silenced(rule, &key.1, entry)
                {
                    self.revision += 1;
                    entry.mark_sent(due, now);
                    let subject = subject_key(rule, definition, &key.1, subject);
                    items.push(Item {
                        due,
                        incident: self.incident(rule, &key.1, subject, entry, (due.phase, now)),
                    });
                }
            }
            entries.retain(|_, entry| !entry.is_over(rule, now));
            if !entries.is_empty() {
                self.scopes.insert(key, entries);
            }
        }
        items
    }

    /// Returns `true` if the entry isn't sent because its node can't be read.
    fn is_silenced(&self, rule: &Rule, gateway: &Arc<str>, entry: &Entry) -> bool {
        let key = (gateway.clone(), entry.detail.node.as_str().into());
        !rule.condition.is_about_node() && self.nodes.get(&key).is_some_and(|node| node.is_failing)
    }

    fn incident(
        &self,
        rule: &Rule,
        gateway: &Arc<str>,
        subject: SubjectKey,
        entry: &Entry,
        (phase, now): (Phase, i64),
    ) -> Incident {
        let end = entry.resolved.map(|resolved| text::End {
            lasted_ms: resolved.saturating_sub(entry.since),
            ago_ms: now.saturating_sub(resolved),
        });
        let nodes = self.nodes_of(gateway).map(|(_, node)| node);
        Incident {
            key: subject.entry_key(entry.began),
            gateway: gateway.clone(),
            node: entry.detail.node.as_str().into(),
            session: entry.detail.session.clone(),
            since: entry.since,
            count: entry.count,
            text: text::entry(rule, phase, &entry.detail.text, end, entry.count),
            subject,
            ended: entry.resolved,
            spread_ms: nodes.map(Node::spread_ms).max().unwrap_or_default(),
        }
    }
}

fn subject_key(rule: &Rule, definition: &str, gateway: &str, subject: &Subject) -> SubjectKey {
    SubjectKey {
        rule: rule.name.clone(),
        definition: definition.to_owned(),
        gateway: gateway.to_owned(),
        subject: subject.clone(),
    }
}

fn single(rule: &Arc<Rule>, item: Item, now: i64) -> Alert {
    let Item { due: Due { phase, is_quiet }, incident } = item;
    Alert { time: now, rule: rule.clone(), phase, is_quiet, incidents: vec![incident] }
}

/// Combines items into one alert for each phase. Those of quiet hours are separate.
fn together(rule: &Arc<Rule>, items: Vec<Item>, now: i64) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for item in items {
        let due = item.due;
        let same = alerts.iter_mut().find(|alert| (alert.phase, alert.is_quiet) == (due.phase, due.is_quiet));
        match same {
            Some(alert) => alert.incidents.push(item.incident),
            None => alerts.push(single(rule, item, now)),
        }
    }
    alerts
}
