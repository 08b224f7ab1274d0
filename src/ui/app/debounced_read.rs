//! A read of the history that follows what the user looks at.

use std::time::{Duration, Instant};

use crate::history::{HistoryError, HistoryRead};

/// Starts a read once the request has settled, and cancels reads that are no longer wanted.
pub(super) struct DebouncedRead<K, T> {
    wanted: Option<K>,
    /// The time of the next read.
    due: Option<Instant>,
    running: Option<HistoryRead<T>>,
}

impl<K, T> Default for DebouncedRead<K, T> {
    fn default() -> Self {
        Self { wanted: None, due: None, running: None }
    }
}

impl<K: PartialEq, T> DebouncedRead<K, T> {
    /// Sets the request, which is read once it has been the same for `delay`. Returns `true` if it has changed.
    pub(super) fn want(&mut self, wanted: Option<K>, now: Instant, delay: Duration) -> bool {
        if self.wanted == wanted {
            return false;
        }
        self.due = wanted.as_ref().map(|_| now + delay);
        self.running = None;
        self.wanted = wanted;
        true
    }

    /// Reads the same again at this time, unless a read is due before.
    pub(super) fn read_again_at(&mut self, time: Instant) {
        if self.wanted.is_some() {
            self.due = Some(self.due.map_or(time, |due| due.min(time)));
        }
    }

    /// Starts the read if it is due. Returns the time left until it is.
    pub(super) fn start_when_due(
        &mut self,
        now: Instant,
        start: impl FnOnce(&K) -> Option<HistoryRead<T>>,
    ) -> Option<Duration> {
        // The running read is the wanted one, and wakes the window when it ends.
        if self.running.is_some() {
            return None;
        }
        let left = self.due?.saturating_duration_since(now);
        if !left.is_zero() {
            return Some(left);
        }
        self.due = None;
        self.running = self.wanted.as_ref().and_then(start);
        None
    }

    /// Returns `true` while a read is running.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Returns the result once it is there, and only once.
    pub(super) fn take(&mut self) -> Option<Result<T, HistoryError>> {
        let result = self.running.as_ref()?.take()?;
        self.running = None;
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_millis(100);

    #[test]
    fn reads_settled_request_once() {
        let start = Instant::now();
        let mut read = DebouncedRead::<u8, ()>::default();
        let mut started = Vec::new();
        let mut frame = |ms: u64, wanted: Option<u8>, again: bool| {
            let now = start + Duration::from_millis(ms);
            read.want(wanted, now, DELAY);
            if again {
                read.read_again_at(now + DELAY);
            }
            let left = read.start_when_due(now, |wanted| {
                started.push((ms, *wanted));
                None
            });
            left.map(|left| left.as_millis())
        };
        assert_eq!(frame(0, Some(1), false), Some(100));
        assert_eq!(frame(90, Some(2), false), Some(100), "it didn't rest");
        assert_eq!(frame(150, Some(2), true), Some(40), "it is read sooner");
        assert_eq!(frame(190, Some(2), false), None);
        assert_eq!(frame(500, Some(2), false), None);
        assert_eq!(frame(600, Some(2), true), Some(100));
        assert_eq!(frame(700, Some(2), false), None);
        assert_eq!(frame(800, None, true), None);
        assert_eq!(frame(1_000, None, false), None);
        assert_eq!(started, [(190, 2), (700, 2)]);
    }
}
