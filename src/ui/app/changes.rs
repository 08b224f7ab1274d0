//! What has changed while the window is open, and the pause of the table.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::super::model::{ChangeCounts, Pause};
use super::{App, FRAME_WAIT};
use crate::poll::{NodeUpdate, ReadOutcome};

/// Counts the sessions that arrive and leave, by gateway. Clones share the counts.
#[derive(Clone, Default)]
pub(super) struct ChangeCounter(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    counts: HashMap<Arc<str>, ChangeCounts>,
    /// Time of the last read of each gateway, or of the last one that failed for another reason than the login.
    read_at: HashMap<Arc<str>, SystemTime>,
}

impl ChangeCounter {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        // The counts are consistent after each change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what an update says.
    pub(super) fn add(&self, update: &NodeUpdate) {
        let mut counted = self.lock();
        if !matches!(&update.outcome, ReadOutcome::Failed(error) if error.wants_login()) {
            counted.read_at.insert(update.gateway.clone(), update.time);
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

    /// Returns the sum of the counts of these gateways; `None` if none of them was read yet.
    pub(super) fn of<'a>(&self, gateways: impl Iterator<Item = &'a str>) -> Option<ChangeCounts> {
        let counted = self.lock();
        gateways.filter_map(|gateway| counted.counts.get(gateway).copied()).reduce(ChangeCounts::plus)
    }

    /// Returns when a gateway was read last, or couldn't be read; `None` if it wasn't tried yet, or wants a login.
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

    /// Pauses the table or lets it go on. The gateway is read and recorded in any case.
    pub(super) fn toggle_pause(&mut self) {
        if let Some(pause) = self.state.pause.take() {
            self.query(FRAME_WAIT);
            self.note_pause(pause.since);
        } else if let Some(status) = self.state.table_status().cloned() {
            let before = self.state.changes.unwrap_or(ChangeCounts::new(SystemTime::now()));
            self.state.pause = Some(Pause { since: SystemTime::now(), status, before });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn counts_add_up_from_the_first_read() {
        let counter = ChangeCounter::default();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(counter.of(["North"].into_iter()), None);
        counter.lock().counts.insert("North".into(), ChangeCounts { since: at(20), arrived: 3, left: 1 });
        counter.lock().counts.insert("South".into(), ChangeCounts { since: at(10), arrived: 2, left: 5 });
        assert_eq!(counter.of(["North", "West"].into_iter()).map(|counts| counts.arrived), Some(3));
        let sum = ChangeCounts { since: at(10), arrived: 5, left: 6 };
        assert_eq!(counter.of(["North", "South"].into_iter()), Some(sum));
        assert_eq!(sum.after(ChangeCounts { since: at(10), arrived: 4, left: 4 }), 3);
    }
}
