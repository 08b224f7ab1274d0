//! Evaluates rules over observations. A state machine without clock, files or threads: time comes with each call.

mod hold;
mod node;
mod occurrences;
mod saved;
mod sending;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use self::node::Node;
use self::occurrences::Waiting;
pub(super) use self::saved::Saved;
use super::entry::{Entry, Watch};
use super::evaluate::{self, Findings, Gateway, GatewaySessions, Listed};
use super::gather::Gather;
use super::incident::{Alert, Subject};
use super::observation::{Changes, List, Observation, Outcome};
use super::rule::{Condition, Rule};
use super::selection::Selection;
use crate::error_chain::ErrorChain;
use crate::gateway::{RowKinds, SessionKind};
use crate::poll::SessionChanges;
use crate::query::QueryError;

/// Rules, the state of the nodes that they are about, and what was sent.
///
/// The first list of a node is a baseline: sessions in it didn't arrive, but a state such as too many sessions holds. While a
/// node can't be read, nothing new is known of its sessions, so that nothing else fires for it, and nothing is resolved.
#[derive(Debug, Default)]
pub struct Engine {
    rules: Vec<ActiveRule>,
    /// The nodes of each gateway.
    gateways: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// The gateways that are watched; `None` for all that are observed.
    watched: Option<HashSet<Arc<str>>>,
    nodes: BTreeMap<(Arc<str>, Arc<str>), Node>,
    /// The entries of each rule on each gateway, by subject.
    scopes: HashMap<(String, Arc<str>), BTreeMap<Subject, Entry>>,
    /// Arrivals and departures that haven't lasted for long enough.
    waiting: Vec<Waiting>,
    /// Number of changes so far to the state that is [saved](Self::save) or [active](Self::active).
    revision: u64,
}

/// A rule that is evaluated.
#[derive(Debug)]
struct ActiveRule {
    rule: Arc<Rule>,
    /// The [definition](Rule::definition) that the rule's state belongs to.
    definition: String,
    selection: Selection,
    gather: Gather<sending::Item>,
    /// The selected sessions of each gateway, if the condition is about whole gateways.
    known: HashMap<Arc<str>, GatewaySessions>,
    /// `true` if the last evaluation failed, which was reported.
    is_failing: bool,
}

/// The time and place of an evaluation.
#[derive(Clone, Copy)]
struct Moment<'a> {
    gateway: &'a Arc<str>,
    node: &'a Arc<str>,
    time: i64,
    /// `true` if the node has been watched since the previous observation.
    is_continuous: bool,
    /// `true` if the node is read by manual refresh only.
    is_manual: bool,
}

impl Engine {
    /// Returns an engine with these rules. It learns the nodes of gateways from [`set_gateway`](Self::set_gateway) and from
    /// observations.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut engine = Self::default();
        engine.set_rules(rules);
        engine
    }

    /// Replaces the rules. Only those with the same name and definition keep their state.
    pub fn set_rules(&mut self, rules: impl IntoIterator<Item = Rule>) {
        let mut before = std::mem::take(&mut self.rules);
        for rule in rules.into_iter().filter(|rule| rule.is_enabled) {
            let definition = rule.definition();
            let is_same =
                |active: &ActiveRule| active.rule.name == rule.name && active.definition == definition;
            let known = before.iter().position(is_same);
            let known = known.map(|index| before.swap_remove(index));
            if known.is_none() {
                self.scopes.retain(|(name, _), _| *name != rule.name);
                self.waiting.retain(|waiting| waiting.rule != rule.name);
            }
            let selection = Selection::new(&rule.filters);
            let (gather, known) = known.map(|active| (active.gather, active.known)).unwrap_or_default();
            self.rules.push(ActiveRule {
                rule: Arc::new(rule),
                definition,
                selection,
                gather,
                known,
                is_failing: false,
            });
        }
        self.forget_unrelated();
        self.revision += 1;
    }

    /// Forgets the state of rules that don't exist, and of gateways that their rules aren't about.
    fn forget_unrelated(&mut self) {
        let (mut scopes, mut waiting) = (std::mem::take(&mut self.scopes), std::mem::take(&mut self.waiting));
        scopes.retain(|(rule, gateway), _| self.may_be_about(rule, gateway));
        waiting.retain(|waiting| self.may_be_about(&waiting.rule, &waiting.gateway));
        (self.scopes, self.waiting) = (scopes, waiting);
    }

    /// Returns `false` if a rule doesn't exist or isn't about a gateway. One that names addresses may be about any gateway whose
    /// nodes aren't known yet.
    fn may_be_about(&self, rule: &str, gateway: &str) -> bool {
        let Some(ActiveRule { rule, .. }) = self.rules.iter().find(|active| active.rule.name == rule) else {
            return false;
        };
        if let Some(nodes) = self.gateways.get(gateway) {
            return rule.is_about(gateway, nodes);
        }
        let is_address = |name: &String| name.contains("://");
        rule.is_about(gateway, &[""; 0]) || rule.gateways.iter().any(is_address)
    }

    /// Sets the nodes of a gateway. Its state counts as complete only after all of them were read.
    pub fn set_gateway(&mut self, name: &str, nodes: impl IntoIterator<Item = Arc<str>>) {
        self.gateways.insert(name.into(), nodes.into_iter().collect());
    }

    /// Sets the gateways that are watched, with the addresses of their nodes. Nothing is sent or
    /// [active](Self::active) for others until they are watched again. Forgets nodes that a gateway
    /// doesn't have any more. Returns the gateways that weren't watched before.
    pub fn set_watched(
        &mut self,
        gateways: impl IntoIterator<Item = (String, Vec<Arc<str>>)>,
    ) -> Vec<String> {
        let (mut watched, mut added) = (HashSet::new(), Vec::new());
        for (name, nodes) in gateways {
            let is_here = |gateway: &Arc<str>| **gateway == *name;
            self.nodes.retain(|(gateway, url), _| !is_here(gateway) || nodes.contains(url));
            let is_node = |node: &str| nodes.iter().any(|url| **url == *node);
            for (_, entries) in self.scopes.iter_mut().filter(|((_, gateway), _)| is_here(gateway)) {
                entries.retain(|subject, _| subject.node.as_deref().is_none_or(is_node));
            }
            self.waiting.retain(|waiting| *waiting.gateway != *name || is_node(&waiting.node));
            self.set_gateway(&name, nodes);
            watched.insert(name.as_str().into());
            if !self.is_watched(&name) {
                added.push(name);
            }
        }
        for active in &mut self.rules {
            active.known.retain(|gateway, _| watched.contains(gateway));
        }
        self.watched = Some(watched);
        self.forget_unrelated();
        self.revision += 1;
        added
    }

    fn is_watched(&self, gateway: &str) -> bool {
        self.watched.as_ref().is_none_or(|watched| watched.contains(gateway))
    }

    /// Evaluates the rules after a read of a node. Returns the alerts to send.
    pub fn observe(&mut self, observation: Observation) -> Vec<Alert> {
        let Observation { gateway, node, time, interval, outcome } = observation;
        if !self.is_watched(&gateway) {
            return Vec::new();
        }
        let nodes = self.gateways.entry(gateway.clone()).or_default();
        if !nodes.contains(&node) {
            nodes.push(node.clone());
        }
        let nodes = nodes.clone();
        let key = (gateway.clone(), node.clone());
        let state = self.nodes.entry(key.clone()).or_default();
        let (changes, is_continuous) = state.accept(outcome.clone(), time, interval);
        let is_about_age = |active: &ActiveRule| matches!(active.rule.condition, Condition::OlderThan(_));
        if self.rules.iter().any(is_about_age) {
            state.note_first_seen();
        }
        let is_manual = interval.is_none();
        let moment = Moment { gateway: &gateway, node: &node, time, is_continuous, is_manual };
        let place = Gateway { name: &gateway, nodes: &nodes };
        let mut rules = std::mem::take(&mut self.rules);
        for active in rules.iter_mut().filter(|active| active.rule.is_about(&gateway, &nodes)) {
            let evaluated = self.evaluate(active, place, moment, &outcome, changes.as_ref());
            match evaluated {
                Ok(()) => active.is_failing = false,
                Err(error) if active.is_failing => tracing::debug!(%error, "can't evaluate a rule yet"),
                Err(error) => {
                    active.is_failing = true;
                    tracing::warn!(rule = active.rule.name, error = %ErrorChain(&error), "can't evaluate a rule");
                }
            }
        }
        self.rules = rules;
        self.due_alerts_of(&gateway, time)
    }

    fn evaluate(
        &mut self,
        active: &mut ActiveRule,
        gateway: Gateway<'_>,
        moment: Moment<'_>,
        outcome: &Outcome,
        changes: Option<&Changes>,
    ) -> Result<(), QueryError> {
        let list = match outcome {
            Outcome::List(list) => list,
            Outcome::Failed(failure) => {
                let rule = &active.rule;
                let found = evaluate::failed(rule.condition, gateway, moment.node, moment.time, failure);
                if let Some(findings) = found {
                    self.apply(rule, moment, findings);
                }
                return Ok(());
            }
        };
        if active.rule.condition.is_occurrence() {
            return self.occurrences(active, moment, list, changes);
        }
        let ActiveRule { rule, selection, known, .. } = active;
        let Some(node) = self.nodes.get(&(moment.gateway.clone(), moment.node.clone())) else {
            return Ok(());
        };
        let node = Listed { url: moment.node, list, time: moment.time, first_seen: &node.first_seen };
        let mut findings = evaluate::listed(rule.condition, selection, gateway, &node)?;
        if findings.is_none() {
            let listed: Vec<Listed<'_>> = self.listed(gateway, moment.time).collect();
            let known = known.entry(gateway.name.clone()).or_default();
            findings = evaluate::gateway(rule.condition, selection, gateway, &listed, known)?;
        }
        if let Some(findings) = findings {
            self.apply(rule, moment, findings);
        }
        Ok(())
    }

    /// Returns the observed nodes of a gateway with their addresses.
    fn nodes_of(&self, gateway: &Arc<str>) -> impl Iterator<Item = (&Arc<str>, &Node)> {
        let first = (gateway.clone(), Arc::from(""));
        let nodes = self.nodes.range(first..).take_while(move |((name, _), _)| name == gateway);
        nodes.map(|((_, url), node)| (url, node))
    }

    /// Returns the nodes of a gateway that can be read at the moment.
    fn listed<'a>(&'a self, gateway: Gateway<'a>, now: i64) -> impl Iterator<Item = Listed<'a>> {
        gateway.nodes.iter().filter_map(move |url| {
            let node = self.nodes.get(&(gateway.name.clone(), url.clone()))?;
            let (list, time) = node.current(now)?;
            Some(Listed { url, list, time, first_seen: &node.first_seen })
        })
    }

    /// Updates the entries of a rule from the findings of an evaluation.
    fn apply(&mut self, rule: &Rule, moment: Moment<'_>, findings: Findings) {
        let Findings { holding, is_complete, node, missing_kinds, read_since } = findings.bounded();
        // No other read will come.
        let read_since = if moment.is_manual { moment.time } else { read_since };
        let key = (rule.name.clone(), moment.gateway.clone());
        if holding.is_empty() && !self.scopes.contains_key(&key) {
            return;
        }
        let mut is_changed = false;
        let entries = self.scopes.entry(key).or_default();
        let held: HashSet<&Subject> = holding.iter().map(|(subject, _)| subject).collect();
        let others = entries
            .iter_mut()
            .filter(|(subject, _)| subject.node.as_deref() == node.as_deref() && !held.contains(subject));
        for (_, entry) in others {
            let kind = entry.detail.session.as_ref().and_then(|session| session.kind);
            if is_complete && !kind.is_some_and(|kind| missing_kinds.contains(&kind)) {
                is_changed |= entry.end(moment.time, read_since);
            } else {
                entry.interrupt();
            }
        }
        for (subject, detail) in holding {
            let entry = entries.entry(subject).or_insert_with(|| Entry::new(moment.time, detail.clone()));
            let time = Watch { now: moment.time, is_continuous: moment.is_continuous, read_since };
            is_changed |= entry.hold(rule, time, detail);
        }
        self.revision += u64::from(is_changed);
    }
}

/// Compares two lists that different pollers have read.
fn compare(previous: &List, current: &List) -> Changes {
    let missing: Vec<SessionKind> =
        previous.missing_kinds.iter().chain(&current.missing_kinds).copied().collect();
    let mut changes = SessionChanges::between(&previous.sessions, &current.sessions);
    if !missing.is_empty() {
        let (before, after) = (RowKinds::of(&previous.sessions), RowKinds::of(&current.sessions));
        let is_listed = |kind: Option<SessionKind>| kind.is_none_or(|kind| !missing.contains(&kind));
        changes.arrived.retain(|row| is_listed(after.kind(*row)));
        changes.left.retain(|row| is_listed(before.kind(*row)));
    }
    Changes::new(previous.sessions.clone(), &current.sessions, &changes)
}

#[cfg(test)]
mod tests;
