//! The nodes that another process writes, or this one through another gateway. Their steps are kept
//! until they are written, so that nothing is missing when the nodes are taken over.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::history::backlog::Backlog;
use crate::history::step::{NodeKey, NodeSteps, ReadStep};

/// The nodes that another process writes. Outlives connections.
#[derive(Default)]
pub(in crate::history) struct Standby {
    /// The addresses of the nodes.
    nodes: HashSet<Arc<str>>,
    /// The nodes added since they were last reported.
    pub(in crate::history) begun: Vec<NodeKey>,
    /// The nodes taken over since they were last reported.
    pub(in crate::history) ended: Vec<NodeKey>,
    /// The steps that aren't written yet, as far as is known.
    unwritten: Backlog,
}

/// The outcome of a transaction, by node.
#[derive(Default)]
pub(super) struct Outcome {
    /// The nodes that another process writes, with the steps that it hasn't written yet.
    pub(super) of_others: Vec<NodeSteps>,
    /// The nodes that this process writes through another gateway, with the steps that it hasn't
    /// written yet.
    pub(super) through_others: Vec<NodeSteps>,
    /// The nodes that this process writes.
    pub(super) own: Vec<NodeKey>,
    /// The nodes that can't be read, with their steps.
    pub(super) unclaimed: Vec<NodeSteps>,
}

impl Standby {
    /// Returns the steps of a node with those before that may still have to be written.
    pub(super) fn join<'a>(&self, newer: &'a NodeSteps) -> Cow<'a, NodeSteps> {
        match self.unwritten.of_node(&newer.node) {
            None => Cow::Borrowed(newer),
            Some(older) => {
                let mut joined = Backlog::default();
                joined.push(older.clone());
                joined.push(newer.clone());
                joined.take().nodes.pop().map_or(Cow::Borrowed(newer), Cow::Owned)
            }
        }
    }

    /// Applies the outcome of a committed transaction.
    pub(super) fn update(&mut self, outcome: Outcome) {
        for node in outcome.own {
            self.unwritten.remove(&node);
            if self.nodes.remove(&node.url) {
                self.ended.push(node);
            }
        }
        for steps in outcome.of_others {
            if self.nodes.insert(steps.node.url.clone()) {
                self.begun.push(steps.node.clone());
            }
            self.keep(steps);
        }
        for steps in outcome.through_others {
            self.keep(steps);
        }
        for steps in outcome.unclaimed {
            if self.unwritten.of_node(&steps.node).is_some() {
                self.keep(steps);
            }
        }
    }

    /// Keeps these steps of a node in place of those before.
    fn keep(&mut self, steps: NodeSteps) {
        self.unwritten.remove(&steps.node);
        self.unwritten.push(steps);
    }

    /// Forgets a node that isn't read any more.
    pub(in crate::history) fn forget(&mut self, node: &NodeKey) {
        self.nodes.remove(&node.url);
        self.unwritten.remove(node);
    }
}

/// Returns the number of steps that are written: those up to the last read before or at `known_until`.
pub(super) fn steps_written(node: &NodeSteps, known_until: Option<i64>) -> usize {
    let is_written = |step: &ReadStep| step.time().is_some_and(|time| Some(time) <= known_until);
    node.steps.iter().rposition(is_written).map_or(0, |last| last + 1)
}

/// Returns the steps of a node without those that are written.
pub(super) fn without_written(node: &NodeSteps, known_until: Option<i64>) -> NodeSteps {
    let (written, rest) = node.steps.split_at(steps_written(node, known_until));
    let written_until = written.iter().rev().find_map(ReadStep::time).or(node.written_until);
    NodeSteps { steps: rest.to_vec(), written_until, ..node.clone() }
}
