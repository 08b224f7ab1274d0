//! What was read and isn't written yet. Bounded, so that a database that is away for days doesn't fill the memory.

use std::collections::HashMap;
use std::sync::Arc;

#[cfg(test)]
use super::step::List;
use super::step::{NodeSteps, Step};

/// The largest number of sessions in all steps. Beyond it, the steps of a node are dropped, and its next list is compared
/// with what is stored: a gap, as if the node hadn't been watched.
pub(super) const MAX_EVENTS: usize = 100_000;

/// The steps of all nodes that aren't written yet.
#[derive(Default)]
pub(super) struct Backlog {
    nodes: HashMap<Arc<str>, NodeSteps>,
    events: usize,
}

impl Backlog {
    /// Returns `true` if everything is written.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The number of sessions in all steps.
    pub(super) fn events(&self) -> usize {
        self.events
    }

    /// Adds what newer steps say to those of the same node.
    pub(super) fn push(&mut self, newer: NodeSteps) {
        let url = newer.node.url.clone();
        let Some(known) = self.nodes.get_mut(&url) else {
            self.events += newer.steps.iter().map(Step::events).sum::<usize>();
            self.nodes.insert(url.clone(), newer);
            self.limit(&url);
            return;
        };
        known.node = newer.node;
        known.every = newer.every;
        known.latest = newer.latest.or(known.latest.take());
        for step in newer.steps {
            self.events += step.events();
            match (known.steps.last_mut(), step) {
                (Some(Step::Seen { time: last, .. }), Step::Seen { time, is_continuous: true }) => {
                    *last = time;
                }
                (Some(Step::Failed), Step::Failed) => {}
                (_, step) => known.steps.push(step),
            }
        }
        self.limit(&url);
    }

    /// Drops the steps of a node if there are too many.
    fn limit(&mut self, url: &Arc<str>) {
        if self.events <= MAX_EVENTS {
            return;
        }
        let Some(node) = self.nodes.get_mut(url) else { return };
        let dropped: usize = node.steps.iter().map(Step::events).sum();
        if dropped == 0 {
            return;
        }
        tracing::warn!(node = %url, dropped, "too many events that can't be written, some times will be unknown");
        self.events -= dropped;
        let is_read = node.steps.last().is_some_and(|step| step.time().is_some());
        let list = node.latest.clone().filter(|_| is_read);
        node.steps = vec![list.map_or(Step::Failed, Step::List)];
    }

    /// Takes all steps, to write them.
    pub(super) fn take(&mut self) -> Vec<NodeSteps> {
        self.events = 0;
        self.nodes.drain().map(|(_, node)| node).collect()
    }

    /// Puts steps back that couldn't be written, in front of newer ones.
    pub(super) fn put_back(&mut self, older: Vec<NodeSteps>) {
        let newer = self.take();
        for node in older.into_iter().chain(newer) {
            self.push(node);
        }
    }

    /// Returns the newest list of a node that is waiting.
    #[cfg(test)]
    pub(super) fn latest(&self, url: &str) -> Option<&List> {
        self.nodes.get(url)?.latest.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::record::SessionRecord;
    use crate::history::step::{Changes, NodeKey};

    fn steps(steps: Vec<Step>, latest: Option<i64>) -> NodeSteps {
        let list =
            |time| List { time, sessions: Arc::default(), unlisted_kinds: Vec::new(), clock_offset: 0 };
        let node = NodeKey { gateway: "Plant".into(), url: "http://a.example:8088".into() };
        NodeSteps { node, steps, latest: latest.map(list), every: None }
    }

    fn changes(time: i64, arrived: usize) -> Step {
        let record = SessionRecord {
            username: None,
            project: None,
            address: None,
            is_designer: None,
            kind: None,
            client_id: None,
            creation_time: None,
        };
        Step::Changes(Changes {
            time,
            previous: time - 1,
            is_continuous: true,
            clock_offset: 0,
            restarted: None,
            arrived: vec![record; arrived],
            found: Vec::new(),
            left: Vec::new(),
            changed: Vec::new(),
        })
    }

    fn times(nodes: &[NodeSteps]) -> Vec<Option<i64>> {
        nodes[0].steps.iter().map(Step::time).collect()
    }

    #[test]
    fn unchanged_lists_are_one_step() {
        let mut backlog = Backlog::default();
        let seen = |time, is_continuous| steps(vec![Step::Seen { time, is_continuous }], Some(time));
        for (time, is_continuous) in [(1, true), (2, true), (3, true), (9, false), (10, true)] {
            backlog.push(seen(time, is_continuous));
        }
        assert_eq!(backlog.latest("http://a.example:8088").map(|list| list.time), Some(10));
        assert_eq!(times(&backlog.take()), [Some(3), Some(10)]);
        assert!(backlog.is_empty());
    }

    #[test]
    fn steps_that_were_put_back_come_first() {
        let mut backlog = Backlog::default();
        backlog.push(steps(vec![changes(1, 1)], Some(1)));
        let failed = backlog.take();
        backlog.push(steps(vec![changes(2, 2)], Some(2)));
        backlog.put_back(failed);
        assert_eq!(backlog.events(), 3);
        assert_eq!(times(&backlog.take()), [Some(1), Some(2)]);
    }

    #[test]
    fn too_many_events_become_the_newest_list() {
        let mut backlog = Backlog::default();
        backlog.push(steps(vec![changes(1, MAX_EVENTS)], Some(1)));
        backlog.push(steps(vec![Step::Failed], None));
        assert_eq!(backlog.events(), MAX_EVENTS);
        backlog.push(steps(vec![changes(3, 1)], Some(3)));
        assert_eq!(backlog.events(), 0);
        let nodes = backlog.take();
        assert!(matches!(&nodes[0].steps[..], [Step::List(List { time: 3, .. })]));
    }
}
