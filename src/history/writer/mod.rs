//! Writes the reads of nodes: sessions that begin and end, and the time in which each node was
//! watched.

mod claim;
mod coverage;
mod kind_gaps;
mod node;
mod outage;
mod sessions;
mod standby;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use self::claim::{Claim, claim};
use self::coverage::OpenCoverage;
use self::kind_gaps::OpenKindGaps;
use self::node::node_row;
use self::outage::OpenOutage;
pub(super) use self::standby::Standby;
use self::standby::{Outcome, steps_written, without_written};
use super::HistoryError;
use super::database::{Database, in_transaction};
use super::event::{self, EventKind, TimedAction};
use super::step::{Changes, List, NodeKey, NodeSteps, ReadStep};

/// Writes to a database. Only one process writes a node at a time; the others stand by.
pub(super) struct Writer {
    database: Box<dyn Database>,
    /// The nodes that this process writes. Others are claimed at their next step.
    nodes: HashMap<Arc<str>, WrittenNode>,
    /// The outages of nodes that this process can't read, by their addresses.
    outages: HashMap<Arc<str>, OpenOutage>,
}

/// A node that this process writes.
struct WrittenNode {
    id: i64,
    /// The gateway through which the node is read. Another gateway may have the same node.
    gateway: Arc<str>,
    /// The time in which the node is being watched.
    coverage: Option<OpenCoverage>,
    /// The kinds of sessions that can't be read.
    kind_gaps: OpenKindGaps,
    /// The outage that the next read ends.
    outage: Option<OpenOutage>,
    /// Time of the last read that any process wrote.
    known_until: Option<i64>,
}

impl Writer {
    pub(super) fn new(database: Box<dyn Database>) -> Self {
        Self { database, nodes: HashMap::new(), outages: HashMap::new() }
    }

    pub(super) fn database(&mut self) -> &mut dyn Database {
        &mut *self.database
    }

    /// Writes all steps in one transaction. Steps of nodes that another process writes, or this one through another gateway, are
    /// kept in `standby` until that much is written.
    ///
    /// # Errors
    /// If the database can't be written. Nothing is written or kept then, and the steps can be written again.
    pub(super) fn write(&mut self, nodes: &[NodeSteps], standby: &mut Standby) -> Result<(), HistoryError> {
        let nodes: Vec<_> = nodes.iter().map(|node| standby.join(node)).collect();
        let (mut released, mut outcome) = (Vec::new(), Outcome::default());
        self.transaction(|writer| {
            for node in &nodes {
                match writer.write_node(node)? {
                    Written::Own { release } => {
                        outcome.own.push(node.node.clone());
                        released.extend(release);
                    }
                    Written::OfAnother { known_until } => {
                        outcome.of_others.push(without_written(node, known_until));
                    }
                    Written::ThroughAnother { known_until } => {
                        outcome.through_others.push(without_written(node, known_until));
                    }
                    Written::Unclaimed => outcome.unclaimed.push((**node).clone()),
                }
            }
            Ok(())
        })?;
        standby.update(outcome);
        // Only now does the next writer see where the coverage ends.
        released.into_iter().try_for_each(|node| self.database.release(node))
    }

    /// Writes actions of this program or its user. Other processes may write the nodes.
    ///
    /// # Errors
    /// If the database can't be written. Nothing is written then.
    pub(super) fn write_actions(&mut self, actions: &[TimedAction]) -> Result<(), HistoryError> {
        in_transaction(&mut *self.database, |database| {
            for TimedAction { node, time, action } in actions {
                let (id, _) = node_row(database, node)?;
                event::write_action(database, id, *time, action)?;
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
                    coverage::close(&mut *writer.database, &mut written.coverage)?;
                    ended.extend(writer.nodes.remove(&node.url).map(|written| written.id));
                } else {
                    // It was left open when the connection failed.
                    coverage::close_own(&mut *writer.database, &node.url)?;
                }
            }
            Ok(())
        })?;
        ended.into_iter().try_for_each(|node| self.database.release(node))
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
        let result = self.database.begin().and_then(|()| work(self)).and_then(|()| self.database.commit());
        if result.is_err() {
            self.database.rollback();
            // They are ahead of the database now, and are read from it again.
            self.nodes.clear();
            self.outages.clear();
        }
        result
    }

    /// Writes the steps of a node, unless another process writes it.
    fn write_node(&mut self, node: &NodeSteps) -> Result<Written, HistoryError> {
        let database = &mut *self.database;
        let NodeKey { gateway, url } = &node.node;
        if let Some(written) = self.nodes.get(url).filter(|written| written.gateway != *gateway) {
            return Ok(Written::ThroughAnother { known_until: written.known_until });
        }
        let mut is_continued = false;
        let mut steps = &node.steps[..];
        if !self.nodes.contains_key(url) {
            let first_read = steps.iter().position(|step| step.time().is_some());
            if let [ReadStep::Failed { first, last }, ..] = steps {
                let claimed = outage::extend(database, &mut self.outages, node, (*first, *last))?;
                // A process that can't read a node doesn't write its sessions.
                if first_read.is_none() {
                    let own = Written::Own { release: claimed };
                    return Ok(if claimed.is_some() { own } else { Written::Unclaimed });
                }
            }
            let Some(first_read) = first_read else { return Ok(Written::Unclaimed) };
            let time = steps[first_read].time().unwrap_or_default();
            let (mut claimed, is_resumed) = match claim(database, &node.node, time)? {
                Claim::Own(claimed, is_resumed) => (claimed, is_resumed),
                Claim::OfAnother { known_until } => return Ok(Written::OfAnother { known_until }),
            };
            self.outages.remove(url);
            steps = &steps[first_read..];
            if is_resumed {
                // A connection that was lost at the end of a transaction may have written some of them.
                let is_written =
                    |step: &ReadStep| step.time().is_some_and(|time| claimed.known_until >= Some(time));
                let written = steps.iter().take_while(|step| is_written(step)).count();
                steps = &steps[written..];
            } else if claimed.continues(database, node)? {
                is_continued = true;
                steps = &node.steps[steps_written(node, claimed.known_until)..];
            } else if !claimed.follows(steps) {
                steps = claimed.start(database, node)?;
            }
            self.nodes.insert(url.clone(), claimed);
        }
        let Some(written) = self.nodes.get_mut(url) else { return Ok(Written::Unclaimed) };
        for step in steps {
            written.apply(database, node, step)?;
        }
        if is_continued
            && let Some(list) = node.latest.as_ref().filter(|list| written.known_until == Some(list.time))
        {
            // The lists of the two processes may have differed at the time in between.
            written.write_list(database, list)?;
        }
        let is_failed = matches!(node.steps.last(), Some(ReadStep::Failed { .. }));
        let Some(written) = (if is_failed { self.nodes.remove(url) } else { None }) else {
            return Ok(Written::Own { release: None });
        };
        self.outages.extend(written.outage.map(|outage| (url.clone(), outage)));
        Ok(Written::Own { release: Some(written.id) })
    }
}

/// The outcome of writing the steps of a node.
enum Written {
    /// The steps are written.
    Own {
        /// The id of the node if it can't be read any more: then others may be able to.
        release: Option<i64>,
    },
    /// Another process writes the node.
    OfAnother {
        /// Time of the last read that it has written.
        known_until: Option<i64>,
    },
    /// This process writes the node as it is read through another gateway.
    ThroughAnother {
        /// Time of the last read that it has written.
        known_until: Option<i64>,
    },
    /// The node can't be read, so it isn't known who writes it.
    Unclaimed,
}

impl WrittenNode {
    /// Returns `true` if steps begin with a list that is newer than what is written.
    fn follows(&self, steps: &[ReadStep]) -> bool {
        matches!(steps.first(), Some(ReadStep::List(list)) if self.known_until.is_none_or(|known| known <= list.time))
    }

    /// Continues where another process or gateway has ended, if this one was watching the node by then. Returns `false` if it
    /// wasn't.
    fn continues(&mut self, database: &mut dyn Database, node: &NodeSteps) -> Result<bool, HistoryError> {
        let Some(known_until) = self.known_until else { return Ok(false) };
        let written = steps_written(node, self.known_until);
        let was_watching = written > 0 || node.written_until.is_some();
        let first = node.steps.get(written).filter(|step| {
            matches!(step, ReadStep::Seen { is_continuous: true, .. })
                || matches!(step, ReadStep::Changes(changes) if changes.is_continuous)
        });
        let (Some(time), Some(list), true) = (first.and_then(ReadStep::time), &node.latest, was_watching)
        else {
            return Ok(false);
        };
        // Those of a kind that the other process couldn't read: all that are on have to be listed.
        if sessions::is_paused(database, self.id, node.steps[written].missing_kinds())? {
            return Ok(false);
        }
        sessions::end_missing(database, self.id, (known_until, time), list, &node.steps[written..])?;
        if self.coverage.is_none() {
            self.coverage = Some(OpenCoverage::begin(database, self.id, known_until, node.every)?);
        }
        Ok(true)
    }

    /// Begins with the newest list: the steps before were written by another process, or by none. Returns those that follow.
    fn start<'a>(
        &mut self,
        database: &mut dyn Database,
        node: &'a NodeSteps,
    ) -> Result<&'a [ReadStep], HistoryError> {
        if let Some(list) = &node.latest {
            self.apply(database, node, &ReadStep::List(list.clone()))?;
        }
        Ok(match node.steps.split_last() {
            Some((ReadStep::Failed { .. }, before)) => &node.steps[before.len()..],
            _ => &[],
        })
    }

    fn apply(
        &mut self,
        database: &mut dyn Database,
        node: &NodeSteps,
        step: &ReadStep,
    ) -> Result<(), HistoryError> {
        let (time, is_continuous, is_written) = match step {
            ReadStep::Failed { first, last } => {
                coverage::close(database, &mut self.coverage)?;
                // Another process may have begun it.
                let (open, reads) = (self.outage.take(), (*first, *last));
                let outage = OpenOutage::continue_or_begin(
                    database,
                    open,
                    self.id,
                    self.known_until,
                    reads,
                    node.every,
                )?;
                self.outage = Some(outage);
                return Ok(());
            }
            ReadStep::Seen { time, is_continuous, .. } => (*time, *is_continuous, false),
            ReadStep::List(list) => (list.time, self.is_handed_over(list.time, node.every), true),
            ReadStep::Changes(changes) => (changes.time, changes.is_continuous, true),
        };
        let missing_kinds = step.missing_kinds();
        let has_begun = self.kind_gaps.begin(database, self.id, missing_kinds, (self.known_until, time))?;
        match step {
            ReadStep::List(list) => self.write_list(database, list)?,
            ReadStep::Changes(changes) => self.write_changes(database, changes)?,
            ReadStep::Seen { .. } | ReadStep::Failed { .. } => {}
        }
        let has_ended = self.kind_gaps.end(database, self.id, missing_kinds, time)?;
        let is_written = is_written || has_begun || has_ended;
        // A read before may be one of a process that takes over.
        if let Some(outage) = self.outage.take_if(|outage| !outage.is_after(time)) {
            outage.end(database, time, node.every)?;
        }
        self.known_until = Some(time);
        match &mut self.coverage {
            Some(coverage) if is_continuous => coverage.extend(database, time, node.every, is_written),
            coverage => {
                coverage::close(database, coverage)?;
                *coverage = Some(OpenCoverage::begin(database, self.id, time, node.every)?);
                Ok(())
            }
        }
    }

    /// Returns `true` if the first list of a reader follows the last read of another one of this process without a gap.
    fn is_handed_over(&self, time: i64, every: Option<Duration>) -> bool {
        // After a failure there is an outage.
        self.outage.is_none()
            && self.coverage.as_ref().is_some_and(|coverage| coverage.is_followed_by(time, every))
    }

    fn write_list(&self, database: &mut dyn Database, list: &List) -> Result<(), HistoryError> {
        sessions::reconcile(database, self.id, self.known_until, list)
    }

    fn write_changes(&self, database: &mut dyn Database, changes: &Changes) -> Result<(), HistoryError> {
        if let Some(restarted_at) = changes.restarted_at() {
            let earliest = changes.previous.min(restarted_at);
            event::write_of_node(database, self.id, EventKind::Restarted, (earliest, restarted_at))?;
        }
        sessions::apply(database, self.id, self.known_until, changes)
    }
}
