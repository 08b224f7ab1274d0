//! Writes what was read of nodes: sessions that begin and end, and the time in which each node was watched.

mod claim;
mod coverage;
mod node;
mod outage;
mod sessions;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::claim::claim;
use self::coverage::OpenCoverage;
use self::node::node_row;
use self::outage::OpenOutage;
use super::HistoryError;
use super::engine::{Engine, in_transaction};
use super::event::{self, EventKind, TimedAction};
use super::step::{Changes, List, NodeKey, NodeSteps, Step};

/// Writes to a database. Only one process writes a node at a time; the others stand by.
pub(super) struct Writer {
    engine: Box<dyn Engine>,
    /// The nodes that this process writes. Others are claimed at their next step.
    nodes: HashMap<Arc<str>, WrittenNode>,
    /// The outages of nodes that this process can't read, by their addresses.
    outages: HashMap<Arc<str>, OpenOutage>,
    standby: Standby,
}

/// The nodes that another process writes.
#[derive(Default)]
pub(super) struct Standby {
    /// All of them, by their addresses.
    nodes: HashSet<Arc<str>>,
    /// Those added since they were last reported.
    pub(super) begun: Vec<NodeKey>,
    /// Those taken over since they were last reported.
    pub(super) ended: Vec<NodeKey>,
}

impl Standby {
    fn begin(&mut self, node: &NodeKey) {
        if self.nodes.insert(node.url.clone()) {
            self.begun.push(node.clone());
        }
    }

    fn end(&mut self, node: &NodeKey) {
        if self.nodes.remove(&node.url) {
            self.ended.push(node.clone());
        }
    }
}

/// A node that this process writes.
struct WrittenNode {
    id: i64,
    /// The gateway through which it is read. One may also be read through another.
    gateway: Arc<str>,
    /// The time in which the node is being watched.
    coverage: Option<OpenCoverage>,
    /// The outage that the next read ends.
    outage: Option<OpenOutage>,
    /// Time of the last read that any process wrote.
    known_until: Option<i64>,
}

impl Writer {
    pub(super) fn new(engine: Box<dyn Engine>) -> Self {
        Self { engine, nodes: HashMap::new(), outages: HashMap::new(), standby: Standby::default() }
    }

    /// The nodes that another process writes, and changes of them to report.
    pub(super) fn standby(&mut self) -> &mut Standby {
        &mut self.standby
    }

    pub(super) fn engine(&mut self) -> &mut dyn Engine {
        &mut *self.engine
    }

    /// Writes all steps in one transaction. Steps of nodes that another process writes are dropped.
    ///
    /// # Errors
    /// If the database can't be written. Nothing is written then, and the steps can be written again.
    pub(super) fn write(&mut self, nodes: &[NodeSteps]) -> Result<(), HistoryError> {
        let mut failed = Vec::new();
        self.transaction(|writer| {
            for node in nodes {
                failed.extend(writer.write_node(node)?);
            }
            Ok(())
        })?;
        // Only now does the next writer see where the coverage ends.
        failed.into_iter().try_for_each(|node| self.engine.release(node))
    }

    /// Writes what this program or its user did, whoever writes the nodes.
    ///
    /// # Errors
    /// If the database can't be written. Nothing is written then.
    pub(super) fn write_actions(&mut self, actions: &[TimedAction]) -> Result<(), HistoryError> {
        in_transaction(&mut *self.engine, |engine| {
            for TimedAction { node, time, action } in actions {
                let (id, _) = node_row(engine, node)?;
                event::write_action(engine, id, *time, action)?;
            }
            Ok(())
        })
    }

    /// Ends the coverage of nodes that aren't read any more, so that other processes can write them.
    ///
    /// # Errors
    /// If the database can't be written.
    pub(super) fn end(&mut self, nodes: &[NodeKey]) -> Result<(), HistoryError> {
        let mut ended = Vec::new();
        self.transaction(|writer| {
            for node in nodes {
                let is_written_through_it =
                    writer.nodes.get(&node.url).is_none_or(|written| written.gateway == node.gateway);
                if !is_written_through_it {
                    continue;
                }
                if let Some(written) = writer.nodes.get_mut(&node.url) {
                    coverage::close(&mut *writer.engine, &mut written.coverage)?;
                    ended.extend(writer.nodes.remove(&node.url).map(|written| written.id));
                } else {
                    // It was left open when the connection failed.
                    coverage::close_own(&mut *writer.engine, &node.url)?;
                }
            }
            Ok(())
        })?;
        ended.into_iter().try_for_each(|node| self.engine.release(node))
    }

    /// Ends the coverage of all nodes, before the process ends.
    ///
    /// # Errors
    /// If the database can't be written.
    pub(super) fn end_all(&mut self) -> Result<(), HistoryError> {
        let nodes = self.nodes.iter();
        let nodes = nodes.map(|(url, node)| NodeKey { gateway: node.gateway.clone(), url: url.clone() });
        let nodes: Vec<NodeKey> = nodes.collect();
        self.end(&nodes)
    }

    fn transaction(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let result = self.engine.begin().and_then(|()| work(self)).and_then(|()| self.engine.commit());
        if result.is_err() {
            self.engine.rollback();
            // They are ahead of the database now, and are read from it again.
            self.nodes.clear();
            self.outages.clear();
        }
        result
    }

    /// Writes the steps of a node. Returns its number if it can't be read any more: then others may be able to.
    fn write_node(&mut self, node: &NodeSteps) -> Result<Option<i64>, HistoryError> {
        let engine = &mut *self.engine;
        let NodeKey { gateway, url } = &node.node;
        if self.nodes.get(url).is_some_and(|written| written.gateway != *gateway) {
            // It is read through another gateway as well.
            return Ok(None);
        }
        let mut steps = &node.steps[..];
        if !self.nodes.contains_key(url) {
            let first_read = steps.iter().position(|step| step.time().is_some());
            if let [Step::Failed { first, last }, ..] = steps {
                let claimed = outage::extend(engine, &mut self.outages, node, (*first, *last))?;
                // Who can't read a node doesn't write its sessions.
                if first_read.is_none() {
                    return Ok(claimed);
                }
            }
            let Some(first_read) = first_read else { return Ok(None) };
            let time = steps[first_read].time().unwrap_or_default();
            let Some((mut claimed, is_resumed)) = claim(engine, &node.node, time)? else {
                self.standby.begin(&node.node);
                return Ok(None);
            };
            self.standby.end(&node.node);
            self.outages.remove(url);
            steps = &steps[first_read..];
            if is_resumed {
                // A connection that was lost at the end of a transaction may have written some of them.
                let is_written =
                    |step: &Step| step.time().is_some_and(|time| claimed.known_until >= Some(time));
                let written = steps.iter().take_while(|step| is_written(step)).count();
                steps = &steps[written..];
            } else if !claimed.follows(steps) {
                steps = claimed.start(engine, node)?;
            }
            self.nodes.insert(url.clone(), claimed);
        }
        let Some(written) = self.nodes.get_mut(url) else { return Ok(None) };
        for step in steps {
            written.apply(engine, node, step)?;
        }
        let is_failed = matches!(node.steps.last(), Some(Step::Failed { .. }));
        let Some(written) = (if is_failed { self.nodes.remove(url) } else { None }) else { return Ok(None) };
        self.outages.extend(written.outage.map(|outage| (url.clone(), outage)));
        Ok(Some(written.id))
    }
}

impl WrittenNode {
    /// Returns `true` if steps begin with a list that is newer than what is written.
    fn follows(&self, steps: &[Step]) -> bool {
        matches!(steps.first(), Some(Step::List(list)) if self.known_until.is_none_or(|known| known <= list.time))
    }

    /// Begins with the newest list: the steps before were written by another process, or by none. Returns those that follow.
    fn start<'a>(
        &mut self,
        engine: &mut dyn Engine,
        node: &'a NodeSteps,
    ) -> Result<&'a [Step], HistoryError> {
        if let Some(list) = &node.latest {
            self.apply(engine, node, &Step::List(list.clone()))?;
        }
        Ok(match node.steps.split_last() {
            Some((Step::Failed { .. }, before)) => &node.steps[before.len()..],
            _ => &[],
        })
    }

    fn apply(&mut self, engine: &mut dyn Engine, node: &NodeSteps, step: &Step) -> Result<(), HistoryError> {
        let (time, is_continuous, is_written) = match step {
            Step::Failed { first, last } => {
                coverage::close(engine, &mut self.coverage)?;
                let begun =
                    OpenOutage::begin(engine, self.id, self.known_until, (*first, *last), node.every)?;
                self.outage = Some(begun);
                return Ok(());
            }
            Step::Seen { time, is_continuous } => (*time, *is_continuous, false),
            Step::List(list) => {
                self.write_list(engine, list)?;
                (list.time, false, true)
            }
            Step::Changes(changes) => {
                self.write_changes(engine, changes)?;
                (changes.time, changes.is_continuous, true)
            }
        };
        if let Some(outage) = self.outage.take() {
            outage.end(engine, time, node.every)?;
        }
        self.known_until = Some(time);
        match &mut self.coverage {
            Some(coverage) if is_continuous => coverage.extend(engine, time, node.every, is_written),
            coverage => {
                coverage::close(engine, coverage)?;
                *coverage = Some(OpenCoverage::begin(engine, self.id, time, node.every)?);
                Ok(())
            }
        }
    }

    fn write_list(&self, engine: &mut dyn Engine, list: &List) -> Result<(), HistoryError> {
        sessions::reconcile(engine, self.id, self.known_until, list)
    }

    fn write_changes(&self, engine: &mut dyn Engine, changes: &Changes) -> Result<(), HistoryError> {
        if let Some(restarted_at) = changes.restarted_at() {
            let earliest = changes.previous.min(restarted_at);
            event::write_of_node(engine, self.id, EventKind::Restarted, (earliest, restarted_at))?;
        }
        sessions::apply(engine, self.id, changes)
    }
}
