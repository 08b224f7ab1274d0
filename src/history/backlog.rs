//! Steps and actions that aren't written yet. Their number is limited, so that a database that
//! can't be reached for days doesn't fill the memory.

use std::collections::{HashMap, VecDeque};

use super::event::TimedAction;
use super::step::{NodeKey, NodeSteps, ReadStep};

/// The largest size of all steps, as a number of sessions. Beyond it, the steps of a node are dropped, and its next list is
/// compared with what is stored: a gap, as if the node hadn't been watched.
pub(super) const MAX_SIZE: usize = 100_000;

/// The largest number of actions. Beyond it, the oldest ones are dropped.
const MAX_ACTIONS: usize = 10_000;

/// The steps and actions that aren't written yet.
#[derive(Default)]
pub(super) struct Backlog {
    nodes: HashMap<NodeKey, Pending>,
    size: usize,
    actions: VecDeque<TimedAction>,
    /// `true` if there is more than reads of unchanged lists.
    is_urgent: bool,
}

/// The steps and actions that were taken from a [`Backlog`] to be written.
#[derive(Default)]
pub(super) struct Unwritten {
    /// The steps of all nodes.
    pub(super) nodes: Vec<NodeSteps>,
    /// The actions of this program and its user, in the order of time.
    pub(super) actions: Vec<TimedAction>,
}

impl Unwritten {
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.actions.is_empty()
    }
}

/// The steps of a node.
struct Pending {
    steps: NodeSteps,
    size: usize,
}

impl Backlog {
    /// Returns `true` if everything is written.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.actions.is_empty()
    }

    /// Returns `true` if something is to be written soon: more than reads of unchanged lists.
    pub(super) fn is_urgent(&self) -> bool {
        self.is_urgent
    }

    /// Returns the size of all steps and actions, as a number of sessions.
    pub(super) fn size(&self) -> usize {
        self.size + self.actions.len()
    }

    /// Adds an action.
    pub(super) fn push_action(&mut self, action: TimedAction) {
        self.is_urgent = true;
        self.actions.push_back(action);
        if self.actions.len() > MAX_ACTIONS {
            self.actions.pop_front();
        }
    }

    /// Merges newer steps into those of the same node.
    pub(super) fn push(&mut self, newer: NodeSteps) {
        let NodeSteps { node, steps, latest, every, written_until } = newer;
        let key = node.clone();
        let pending = self.nodes.entry(node.clone()).or_insert_with(|| {
            let steps = NodeSteps { node, steps: Vec::new(), latest: None, every, written_until };
            Pending { steps, size: 0 }
        });
        let known = &mut pending.steps;
        known.every = every;
        known.latest = latest.or(known.latest.take());
        for step in steps {
            self.is_urgent |= !matches!(step, ReadStep::Seen { is_continuous: true, .. });
            match (known.steps.last_mut(), step) {
                (
                    // The time before one that isn't continuous is a gap.
                    Some(ReadStep::Seen { time: last, is_continuous: true, missing_kinds: before }),
                    ReadStep::Seen { time, is_continuous: true, missing_kinds },
                ) if *before == missing_kinds => *last = time,
                (Some(ReadStep::Failed { last, .. }), ReadStep::Failed { last: newer, .. }) => *last = newer,
                (_, step) => {
                    self.size += step.size();
                    pending.size += step.size();
                    known.steps.push(step);
                }
            }
        }
        if self.size > MAX_SIZE {
            self.shorten(&key);
        }
    }

    /// Replaces the steps of a node by its newest list.
    fn shorten(&mut self, node: &NodeKey) {
        let Some(Pending { steps, size }) = self.nodes.get_mut(node) else {
            return;
        };
        let NodeSteps { steps, latest, written_until, .. } = steps;
        *written_until = None;
        if steps.len() > 1 {
            tracing::warn!(node = %node.url, dropped = steps.len(), "too much that can't be written, some times will be unknown");
        }
        let failed = steps.pop().filter(|step| matches!(step, ReadStep::Failed { .. }));
        // The steps to come are compared with it.
        *steps = latest.clone().map(ReadStep::List).into_iter().chain(failed).collect();
        // The newest list is kept anyway.
        self.size = self.size - *size + steps.len();
        *size = steps.len();
    }

    /// Returns the steps of a node.
    pub(super) fn of_node(&self, node: &NodeKey) -> Option<&NodeSteps> {
        self.nodes.get(node).map(|pending| &pending.steps)
    }

    /// Drops the steps of a node.
    pub(super) fn remove(&mut self, node: &NodeKey) {
        if let Some(removed) = self.nodes.remove(node) {
            self.size -= removed.size;
        }
    }

    /// Takes everything, to write it.
    pub(super) fn take(&mut self) -> Unwritten {
        self.size = 0;
        self.is_urgent = false;
        Unwritten {
            nodes: self.nodes.drain().map(|(_, pending)| pending.steps).collect(),
            actions: std::mem::take(&mut self.actions).into(),
        }
    }

    /// Puts back steps and actions that couldn't be written, in front of newer ones.
    pub(super) fn put_back(&mut self, older: Unwritten) {
        let newer = self.take();
        for node in older.nodes.into_iter().chain(newer.nodes) {
            self.push(node);
        }
        for action in older.actions.into_iter().chain(newer.actions) {
            self.push_action(action);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::record::SessionRecord;
    use std::sync::Arc;

    use crate::gateway::SessionKind;
    use crate::history::step::{Changes, List};

    fn steps(steps: Vec<ReadStep>, latest: Option<i64>) -> NodeSteps {
        let list = |time| List { time, sessions: Arc::default(), missing_kinds: Vec::new(), clock_offset: 0 };
        let node = NodeKey { gateway: "Plant".into(), url: "http://a.example:8088".into() };
        NodeSteps { node, steps, latest: latest.map(list), every: None, written_until: None }
    }

    fn changes(time: i64, arrived: usize) -> ReadStep {
        let record = SessionRecord::default();
        ReadStep::Changes(Changes {
            time,
            previous: time - 1,
            is_continuous: true,
            clock_offset: 0,
            restarted: None,
            arrived: vec![record; arrived],
            missing_kinds: Vec::new(),
            listed_kinds: Vec::new(),
            listed: Vec::new(),
            left: Vec::new(),
            changed: Vec::new(),
        })
    }

    fn times(nodes: &[NodeSteps]) -> Vec<Option<i64>> {
        nodes[0].steps.iter().map(ReadStep::time).collect()
    }

    fn seen(time: i64, is_continuous: bool, missing_kinds: &[SessionKind]) -> NodeSteps {
        let missing_kinds = missing_kinds.to_vec();
        steps(vec![ReadStep::Seen { time, is_continuous, missing_kinds }], Some(time))
    }

    #[test]
    fn unchanged_lists_are_one_step() {
        let mut backlog = Backlog::default();
        for (time, is_continuous) in [(1, true), (2, true), (3, true), (9, false), (10, true), (11, true)] {
            backlog.push(seen(time, is_continuous, &[]));
        }
        // What was watched since the first one after a gap is no part of the gap.
        let taken = backlog.take().nodes;
        assert_eq!(times(&taken), [Some(3), Some(9), Some(11)]);
        assert_eq!(taken[0].latest.as_ref().map(|list| list.time), Some(11));
        assert!(backlog.is_empty());
    }

    #[test]
    fn reads_of_unchanged_lists_can_wait_and_what_happened_cannot() {
        let is_urgent = |step| {
            let mut backlog = Backlog::default();
            backlog.push(seen(1, true, &[]));
            assert!(!backlog.is_urgent());
            backlog.push(steps(vec![step], Some(2)));
            backlog.push(seen(3, true, &[]));
            let is_urgent = backlog.is_urgent();
            let taken = backlog.take();
            assert!(!backlog.is_urgent());
            backlog.put_back(taken);
            assert_eq!(backlog.is_urgent(), is_urgent);
            is_urgent
        };
        assert!(!is_urgent(ReadStep::Seen { time: 2, is_continuous: true, missing_kinds: Vec::new() }));
        assert!(is_urgent(ReadStep::Seen { time: 2, is_continuous: false, missing_kinds: Vec::new() }));
        assert!(is_urgent(changes(2, 1)));
        assert!(is_urgent(ReadStep::Failed { first: 2, last: 2 }));
    }

    #[test]
    fn a_list_without_a_kind_is_a_step_of_its_own() {
        let mut backlog = Backlog::default();
        for (time, missing_kinds) in [
            (1, &[][..]),
            (2, &[SessionKind::Perspective]),
            (3, &[SessionKind::Perspective]),
            (4, &[SessionKind::Vision]),
        ] {
            backlog.push(seen(time, true, missing_kinds));
        }
        assert_eq!(times(&backlog.take().nodes), [Some(1), Some(3), Some(4)]);
    }

    #[test]
    fn steps_that_were_put_back_come_first() {
        let mut backlog = Backlog::default();
        backlog.push(steps(vec![changes(1, 1)], Some(1)));
        let failed = backlog.take();
        backlog.push(steps(vec![changes(2, 2)], Some(2)));
        backlog.put_back(failed);
        assert_eq!(backlog.size(), 5);
        assert_eq!(times(&backlog.take().nodes), [Some(1), Some(2)]);
    }

    #[test]
    fn reads_that_fail_one_after_another_are_one_step() {
        let mut backlog = Backlog::default();
        for time in [3, 5, 9] {
            backlog.push(steps(vec![ReadStep::Failed { first: time, last: time }], None));
        }
        let taken = backlog.take().nodes;
        assert!(matches!(taken[0].steps[..], [ReadStep::Failed { first: 3, last: 9 }]), "{taken:?}");
    }

    #[test]
    fn too_many_changes_become_the_newest_list() {
        let mut backlog = Backlog::default();
        backlog.push(steps(vec![changes(1, MAX_SIZE - 1)], Some(1)));
        assert_eq!(backlog.size(), MAX_SIZE);
        // The next list is compared with that of the changes, so it must not get lost.
        backlog.push(steps(vec![ReadStep::Failed { first: 2, last: 2 }], None));
        assert_eq!(backlog.size(), 2);
        backlog.push(steps(vec![changes(3, 1)], Some(3)));
        assert_eq!(times(&backlog.take().nodes), [Some(1), None, Some(3)]);
    }

    #[test]
    fn failures_that_alternate_with_reads_are_limited() {
        let mut backlog = Backlog::default();
        for time in 0..3 * i64::try_from(MAX_SIZE).unwrap() {
            let step = if time % 2 == 0 {
                ReadStep::Failed { first: time, last: time }
            } else {
                ReadStep::Seen { time, is_continuous: false, missing_kinds: Vec::new() }
            };
            let latest = step.time();
            backlog.push(steps(vec![step], latest));
        }
        assert!(backlog.size() <= MAX_SIZE);
        assert!(backlog.take().nodes[0].steps.len() <= MAX_SIZE);
    }
}
