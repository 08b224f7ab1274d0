//! Reports nodes that can't be read.

use std::collections::HashSet;
use std::sync::Arc;

use crate::cli::node_error::NodeError;
use crate::cli::report::{note, report};
use crate::cli::target::OpenTarget;
use crate::gateway::NodeUrl;
use crate::poll::{NodeUpdate, ReadOutcome};

/// The nodes that can't be read at the moment. Each outage is reported once.
pub(super) struct Outages {
    targets: Arc<Vec<OpenTarget>>,
    failing: HashSet<(Arc<str>, NodeUrl)>,
}

impl Outages {
    pub(super) fn new(targets: Arc<Vec<OpenTarget>>) -> Self {
        Self { targets, failing: HashSet::new() }
    }

    /// Reports on standard error that an outage begins, with what to do about it, or that it ends.
    pub(super) fn update(&mut self, update: &NodeUpdate) {
        let is_target = |target: &&OpenTarget| *target.profile.name == *update.gateway;
        let Some(target) = self.targets.iter().find(is_target) else {
            return;
        };
        let key = (update.gateway.clone(), update.url.clone());
        match &update.outcome {
            ReadOutcome::Failed(error) => {
                if self.failing.insert(key) {
                    let error = NodeError { node: target.label(&update.url), error: error.clone() };
                    report(&error, target.hint(&error.error).as_deref());
                }
            }
            ReadOutcome::List(_) => {
                if self.failing.remove(&key) {
                    note(&format!("{} is read again", target.label(&update.url)));
                }
            }
        }
    }
}
