//! The start time of each session, as first computed.
//!
//! A gateway reports the uptime of a session, which is off by some milliseconds at each read. The start time computed
//! from it would change with each read, so the first value is kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::SessionKind;

/// The start times of the sessions that one node listed last. Clones share them.
#[derive(Clone, Debug, Default)]
pub(in crate::gateway) struct StartTimes(Arc<Mutex<Arc<ByKind>>>);

/// Start times by kind and id: a Vision client and a Designer may have the same id.
#[derive(Debug, Default)]
struct ByKind([HashMap<Box<str>, i64>; SessionKind::ALL.len()]);

impl StartTimes {
    /// Starts an update, which takes effect when it is finished.
    pub(super) fn update(&self) -> Update {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Update { start_times: self.clone(), before, after: ByKind::default() }
    }
}

/// The start times of a read that is in progress.
pub(super) struct Update {
    start_times: StartTimes,
    before: Arc<ByKind>,
    after: ByKind,
}

impl Update {
    /// Returns the start time of a session: the known one, or `computed` for a new session.
    pub(super) fn start(&mut self, kind: SessionKind, id: &str, computed: i64) -> i64 {
        let before = self.before.0[kind as usize].get(id);
        *self.after.0[kind as usize].entry(id.into()).or_insert(before.copied().unwrap_or(computed))
    }

    /// Keeps the start times of all sessions of this kind, whose list can't be read.
    pub(super) fn keep(&mut self, kind: SessionKind) {
        self.after.0[kind as usize].clone_from(&self.before.0[kind as usize]);
    }

    /// Keeps the start times of the sessions that were listed and drops the others.
    pub(super) fn finish(self) {
        let Self { start_times, before: _, after } = self;
        *start_times.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_start_time_while_listed() {
        let start_times = StartTimes::default();
        let read = |sessions: &[(SessionKind, &str, i64)]| -> Vec<i64> {
            let mut update = start_times.update();
            let read = sessions.iter().map(|(kind, id, start)| update.start(*kind, id, *start)).collect();
            update.finish();
            read
        };
        assert_eq!(read(&[(SessionKind::Vision, "A", 10), (SessionKind::Designer, "A", 20)]), [10, 20]);
        assert_eq!(read(&[(SessionKind::Vision, "A", 11), (SessionKind::Vision, "B", 30)]), [10, 30]);
        assert_eq!(read(&[(SessionKind::Designer, "A", 21)]), [21]);
        assert_eq!(read(&[(SessionKind::Vision, "A", 12)]), [12]);
    }

    #[test]
    fn ignores_unfinished_updates() {
        let start_times = StartTimes::default();
        let mut first = start_times.update();
        first.start(SessionKind::Vision, "A", 10);
        first.finish();
        start_times.update().start(SessionKind::Vision, "B", 5);
        assert_eq!(start_times.update().start(SessionKind::Vision, "A", 11), 10);
    }
}
