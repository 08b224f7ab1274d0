//! When each session began, as first worked out.
//!
//! A gateway says how long a session has been up, and that is some milliseconds off each time it is asked. A session
//! that seems to begin anew at each read would make the table restless, so the first value stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::SessionKind;

/// The beginnings of the sessions that one node listed last. Clones share them.
#[derive(Clone, Debug, Default)]
pub(in crate::gateway) struct Starts(Arc<Mutex<Arc<Pinned>>>);

/// By kind and id: nothing says that a Vision client and a Designer can't have the same id.
#[derive(Debug, Default)]
struct Pinned([HashMap<Box<str>, i64>; SessionKind::ALL.len()]);

impl Starts {
    /// Begins a reading. Only when it is finished, it counts.
    pub(super) fn pin(&self) -> Pinning {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Pinning { start_times: self.clone(), before, after: Pinned::default() }
    }
}

/// A reading under way.
pub(super) struct Pinning {
    start_times: Starts,
    before: Arc<Pinned>,
    after: Pinned,
}

impl Pinning {
    /// When the session began: as known from before, or else as worked out just now.
    pub(super) fn start(&mut self, kind: SessionKind, id: &str, worked_out: i64) -> i64 {
        let before = self.before.0[kind as usize].get(id);
        *self.after.0[kind as usize].entry(id.into()).or_insert(before.copied().unwrap_or(worked_out))
    }

    /// Keeps the beginnings of the sessions that were seen, and forgets the others.
    pub(super) fn finish(self) {
        let Self { start_times, before: _, after } = self;
        *start_times.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_beginning_stays_as_long_as_the_session_is_seen() {
        let start_times = Starts::default();
        let read = |sessions: &[(SessionKind, &str, i64)]| -> Vec<i64> {
            let mut pinning = start_times.pin();
            let read = sessions.iter().map(|(kind, id, start)| pinning.start(*kind, id, *start)).collect();
            pinning.finish();
            read
        };
        assert_eq!(read(&[(SessionKind::Vision, "A", 10), (SessionKind::Designer, "A", 20)]), [10, 20]);
        assert_eq!(read(&[(SessionKind::Vision, "A", 11), (SessionKind::Vision, "B", 30)]), [10, 30]);
        assert_eq!(read(&[(SessionKind::Designer, "A", 21)]), [21]);
        assert_eq!(read(&[(SessionKind::Vision, "A", 12)]), [12]);
    }

    #[test]
    fn a_reading_that_is_given_up_changes_nothing() {
        let start_times = Starts::default();
        let mut first = start_times.pin();
        first.start(SessionKind::Vision, "A", 10);
        first.finish();
        start_times.pin().start(SessionKind::Vision, "B", 5);
        assert_eq!(start_times.pin().start(SessionKind::Vision, "A", 11), 10);
    }
}
