//! Writes what was read of nodes: sessions that begin and end, and the time in which each node was watched.

mod claim;
mod coverage;
mod sessions;

use std::collections::HashMap;
use std::sync::Arc;

use self::claim::claim;
use self::coverage::OpenCoverage;
use super::HistoryError;
use super::engine::Engine;
use super::step::{Changes, List, NodeSteps, Step};

/// Writes to a database. Only one process writes a node at a time; the others stand by.
pub(super) struct Writer {
    engine: Box<dyn Engine>,
    /// The nodes that this process writes, by address. Others are claimed at their next step.
    nodes: HashMap<Arc<str>, WrittenNode>,
}

/// A node that this process writes.
struct WrittenNode {
    id: i64,
    /// The time in which the node is being watched; `None` after a failed read.
    coverage: Option<OpenCoverage>,
    /// The newest time of a read that any process wrote.
    known_until: Option<i64>,
}

impl Writer {
    pub(super) fn new(engine: Box<dyn Engine>) -> Self {
        Self { engine, nodes: HashMap::new() }
    }

    pub(super) fn engine(&mut self) -> &mut dyn Engine {
        &mut *self.engine
    }

    /// Writes all steps in one transaction. Steps of nodes that another process writes are dropped.
    ///
    /// # Errors
    /// If the database can't be written. Nothing is written then, and the steps can be written again.
    pub(super) fn write(&mut self, nodes: &[NodeSteps]) -> Result<(), HistoryError> {
        self.transaction(|writer| nodes.iter().try_for_each(|node| writer.write_node(node)))
    }

    /// Ends the coverage of nodes that aren't read any more, so that other processes can write them.
    ///
    /// # Errors
    /// If the database can't be written.
    pub(super) fn end(&mut self, urls: &[Arc<str>]) -> Result<(), HistoryError> {
        let mut ended = Vec::new();
        self.transaction(|writer| {
            for url in urls {
                if let Some(mut node) = writer.nodes.remove(url) {
                    coverage::close(&mut *writer.engine, &mut node.coverage)?;
                    ended.push(node.id);
                }
            }
            Ok(())
        })?;
        // Only now does the next writer see where the coverage ends.
        ended.into_iter().try_for_each(|node| self.engine.release(node))
    }

    /// Ends the coverage of all nodes, before the process ends.
    ///
    /// # Errors
    /// If the database can't be written.
    pub(super) fn end_all(&mut self) -> Result<(), HistoryError> {
        let urls: Vec<Arc<str>> = self.nodes.keys().cloned().collect();
        self.end(&urls)
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
        }
        result
    }

    fn write_node(&mut self, node: &NodeSteps) -> Result<(), HistoryError> {
        let engine = &mut *self.engine;
        let url = &node.node.url;
        if !self.nodes.contains_key(url) {
            let Some((claimed, is_resumed)) = claim(engine, &node.node)? else {
                return Ok(());
            };
            let claimed = self.nodes.entry(url.clone()).or_insert(claimed);
            if !is_resumed {
                return claimed.start(engine, node);
            }
        }
        if let Some(written) = self.nodes.get_mut(url) {
            for step in &node.steps {
                written.apply(engine, node, step)?;
            }
        }
        Ok(())
    }
}

impl WrittenNode {
    /// Begins to write a node with all steps if they begin with a list, and otherwise with its newest list: the steps before
    /// that were written by another process, or by none.
    fn start(&mut self, engine: &mut dyn Engine, node: &NodeSteps) -> Result<(), HistoryError> {
        // Its first list needs no comparison with what another process wrote later.
        if let Some(Step::List(first)) = node.steps.first()
            && self.known_until.is_none_or(|known_until| known_until <= first.time)
        {
            return node.steps.iter().try_for_each(|step| self.apply(engine, node, step));
        }
        let is_read = node.steps.last().is_some_and(|step| step.time().is_some());
        match &node.latest {
            Some(list) if is_read => self.apply(engine, node, &Step::List(list.clone())),
            _ => Ok(()),
        }
    }

    fn apply(&mut self, engine: &mut dyn Engine, node: &NodeSteps, step: &Step) -> Result<(), HistoryError> {
        let (time, is_continuous, is_written) = match step {
            Step::Failed => return coverage::close(engine, &mut self.coverage),
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
        self.known_until = Some(self.known_until.map_or(time, |known| known.max(time)));
        match &mut self.coverage {
            Some(coverage) if is_continuous => coverage.extend(engine, time, is_written),
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
        sessions::apply(engine, self.id, changes)
    }
}
