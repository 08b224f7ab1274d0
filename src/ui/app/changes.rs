//! Counts what has changed while the window is open, and pauses the table.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::super::model::{ChangeCounts, Pause};
use super::{App, FRAME_WAIT};
use crate::gateway::NodeUrl;
use crate::poll::{NodeUpdate, ReadOutcome};

/// Counts the sessions that arrive and leave, by gateway. Clones share the counts.
#[derive(Clone, Default)]
pub(super) struct ChangeCounter(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    counts: HashMap<Arc<str>, ChangeCounts>,
    /// Time of the last read of each gateway, or of the last one that failed for another reason than the login.
    read_at: HashMap<Arc<str>, SystemTime>,
    /// The nodes whose last read has failed.
    failing: HashSet<(Arc<str>, NodeUrl)>,
}

impl ChangeCounter {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        // The counts are consistent after each change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what an update says.
    pub(super) fn add(&self, update: &NodeUpdate) {
        let mut counted = self.lock();
        if !matches!(&update.outcome, ReadOutcome::Failed(error) if error.can_be_fixed_by_signing_in()) {
            counted.read_at.insert(update.gateway.clone(), update.time);
        }
        let node = (update.gateway.clone(), update.url.clone());
        let is_other = match &update.outcome {
            ReadOutcome::List(_) => counted.failing.remove(&node),
            ReadOutcome::Failed(_) => counted.failing.insert(node),
        };
        if let Some(counts) = counted.counts.get_mut(&update.gateway).filter(|_| is_other) {
            counts.others += 1;
        }
        let ReadOutcome::List(list) = &update.outcome else {
            return;
        };
        let all = &mut counted.counts;
        let counts = all.entry(update.gateway.clone()).or_insert_with(|| ChangeCounts::new(update.time));
        if let Some(previous) = &list.previous {
            counts.arrived += previous.changes.arrived.len();
            counts.left += previous.changes.left.len();
        }
    }

    /// Counts what the user did on a gateway.
    pub(super) fn note_action(&self, gateway: &str) {
        if let Some(counts) = self.lock().counts.get_mut(gateway) {
            counts.others += 1;
        }
    }

    /// Returns the sum of the counts of these gateways; `None` if none of them was read yet.
    pub(super) fn of<'a>(&self, gateways: impl Iterator<Item = &'a str>) -> Option<ChangeCounts> {
        let counted = self.lock();
        gateways.filter_map(|gateway| counted.counts.get(gateway).copied()).reduce(ChangeCounts::plus)
    }

    /// Returns when a gateway was read last, or couldn't be read; `None` if it wasn't tried yet, or requires a login.
    pub(super) fn read_at(&self, gateway: &str) -> Option<SystemTime> {
        self.lock().read_at.get(gateway).copied()
    }
}

impl App {
    /// Updates the counts of the gateway that is shown.
    pub(super) fn receive_changes(&mut self) {
        self.state.changes = match &self.profile {
            Some(profile) => self.recording.changes().of([&*profile.name].into_iter()),
            None => self.recording.changes().of(self.settings.profiles.iter().map(|profile| &*profile.name)),
        };
    }

    /// Pauses or resumes the table. Reading and recording continue.
    pub(super) fn toggle_pause(&mut self) {
        if let Some(pause) = self.state.pause.take() {
            let paused = pause.status.dataset.as_ref().map(Arc::as_ptr);
            self.ends_pause |= paused != self.state.table_dataset().map(Arc::as_ptr);
            self.query(FRAME_WAIT);
            self.note_pause(pause.since);
        } else if let Some(status) = self.state.table_status().cloned() {
            let before = self.state.changes.unwrap_or(ChangeCounts::new(self.state.now()));
            self.state.pause = Some(Pause { since: self.state.now(), status, before });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::gateway::GatewayError;
    use crate::poll::ListUpdate;

    #[test]
    fn counts_add_up_from_the_first_read() {
        let counter = ChangeCounter::default();
        let counts = |seconds, arrived, left| {
            let since = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            ChangeCounts { arrived, left, ..ChangeCounts::new(since) }
        };
        assert_eq!(counter.of(["North"].into_iter()), None);
        counter.lock().counts.insert("North".into(), counts(20, 3, 1));
        counter.lock().counts.insert("South".into(), counts(10, 2, 5));
        assert_eq!(counter.of(["North", "West"].into_iter()).map(|counts| counts.arrived), Some(3));
        let sum = counts(10, 5, 6);
        assert_eq!(counter.of(["North", "South"].into_iter()), Some(sum));
        assert_eq!(sum.after(counts(10, 4, 4)), 3);
    }

    #[test]
    fn outages_and_actions_count_once_each() {
        let counter = ChangeCounter::default();
        let update = |outcome| NodeUpdate {
            gateway: "North".into(),
            url: "http://n1:8088".parse().unwrap(),
            is_recorded: true,
            time: SystemTime::UNIX_EPOCH,
            interval: None,
            outcome,
        };
        let list = || {
            ReadOutcome::List(ListUpdate {
                list: Arc::default(),
                missing_kinds: Vec::new(),
                notices: Vec::new(),
                previous: None,
                clock_offset_ms: None,
                certificate: None,
            })
        };
        let failed = || ReadOutcome::Failed(GatewayError::NoRestApi);
        let others = || counter.of(["North"].into_iter()).map(|counts| counts.others);
        counter.add(&update(list()));
        assert_eq!(others(), Some(0));
        counter.add(&update(failed()));
        counter.add(&update(failed()));
        assert_eq!(others(), Some(1));
        counter.add(&update(list()));
        counter.add(&update(list()));
        assert_eq!(others(), Some(2));
        counter.note_action("North");
        assert_eq!(others(), Some(3));
    }
}
