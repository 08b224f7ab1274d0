//! Decides when the data from the history on screen is read again.

use std::time::{Duration, Instant};

use egui::Context;

use super::super::model::ChangeCounts;

/// Time after a change until it is read from the history, into which it has to be written first.
const CHANGE_DELAY: Duration = Duration::from_secs(1);
/// The same for the first list.
const FIRST_DELAY: Duration = Duration::from_secs(2);
/// Time after which the rest is read that another process writes, or that took longer.
const SETTLE_DELAY: Duration = Duration::from_secs(5);

/// Decides when to read again: soon after a change, and otherwise at intervals, with a frame that is drawn anyway.
#[derive(Debug, Default)]
pub(super) struct RefreshTimer {
    /// The time of the next read after a change.
    due: Option<Instant>,
    /// The time of the next read without one.
    refresh_at: Option<Instant>,
    /// The changes counted at the last check.
    changes: Option<ChangeCounts>,
    /// The time of the second read after the last change.
    settles_at: Option<Instant>,
    /// The shortest time between a change and its read.
    delay: Duration,
}

impl RefreshTimer {
    /// The usual minimum time between two reads without a change, and the longest delay between a change and its read.
    pub(super) const MIN_REFRESH: Duration = Duration::from_secs(30);

    /// Notes the start of a read. `delay` is the shortest time between a change and its read, for reads that cost more than
    /// others, and `refresh` the shortest time until the next read without a change.
    pub(super) fn start(
        &mut self,
        now: Instant,
        changes: Option<ChangeCounts>,
        delay: Duration,
        refresh: Duration,
    ) {
        // This read may come before what has just changed is written.
        self.note_changes(changes, now);
        self.delay = delay.min(Self::MIN_REFRESH);
        self.settles_at = self.settles_at.filter(|settles_at| *settles_at > now);
        let planned = self.due.filter(|due| *due > now);
        self.due = planned.into_iter().chain(self.settles_at).min();
        self.refresh_at = Some(now + refresh);
    }

    /// Makes a read due soon if something has changed.
    pub(super) fn note_changes(&mut self, changes: Option<ChangeCounts>, now: Instant) {
        if changes != self.changes {
            let soon = if self.changes.is_none() {
                // The first list, for which the history may have to be created.
                now + FIRST_DELAY
            } else {
                self.settles_at = Some(now + SETTLE_DELAY.max(self.delay));
                now + CHANGE_DELAY.max(self.delay)
            };
            self.changes = changes;
            self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
        }
    }

    /// Returns `true` if it is time to read.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.into_iter().chain(self.refresh_at).any(|time| time <= now)
    }

    /// Requests the frame that reads a change, if there was one.
    pub(super) fn request_frame(&self, ctx: &Context, now: Instant) {
        if let Some(left) = self.left(now) {
            ctx.request_repaint_after(left);
        }
    }

    /// Returns the time until a change is read.
    fn left(&self, now: Instant) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn changes(arrived: usize) -> ChangeCounts {
        ChangeCounts { arrived, ..ChangeCounts::new(SystemTime::UNIX_EPOCH) }
    }

    /// Returns the timer of a read that began at `start`, when the first list was written.
    fn after_first_list(start: Instant, delay: Duration, refresh: Duration) -> RefreshTimer {
        let mut timer = RefreshTimer::default();
        timer.note_changes(Some(changes(0)), start.checked_sub(FIRST_DELAY).unwrap());
        timer.start(start, Some(changes(0)), delay, refresh);
        timer
    }

    #[test]
    fn reads_soon_after_a_change_and_once_more() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut timer = after_first_list(start, Duration::ZERO, RefreshTimer::MIN_REFRESH);
        timer.note_changes(Some(changes(0)), start + second);
        assert_eq!(timer.left(start + 10 * second), None, "no frame is drawn for a read without a change");
        timer.note_changes(Some(changes(1)), start + 10 * second);
        assert_eq!(timer.left(start + 10 * second), Some(second));
        timer.start(start + 11 * second, Some(changes(1)), Duration::ZERO, RefreshTimer::MIN_REFRESH);
        assert!(timer.is_due(start + 15 * second), "another process may write it");
        timer.start(start + 15 * second, Some(changes(1)), Duration::ZERO, RefreshTimer::MIN_REFRESH);
        assert!(!timer.is_due(start + 44 * second));
        assert!(timer.is_due(start + 45 * second));
    }

    #[test]
    fn first_list_is_read_once_and_soon() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut timer = RefreshTimer::default();
        timer.start(start, None, 5 * second, 150 * second);
        timer.note_changes(Some(changes(0)), start);
        assert_eq!(timer.left(start), Some(FIRST_DELAY));
        timer.start(start + 2 * second, Some(changes(0)), 5 * second, 150 * second);
        assert_eq!(timer.left(start + 2 * second), None);
        assert!(!timer.is_due(start + 151 * second));
        assert!(timer.is_due(start + 152 * second));
    }

    #[test]
    fn read_that_a_change_may_have_missed_is_repeated_soon() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let start_read = |timer: &mut RefreshTimer, now, arrived| {
            timer.start(now, Some(changes(arrived)), Duration::ZERO, RefreshTimer::MIN_REFRESH);
        };
        let mut timer = RefreshTimer::default();
        start_read(&mut timer, start, 0);
        assert_eq!(timer.left(start), Some(FIRST_DELAY), "the first list may not be written yet");
        start_read(&mut timer, start + 2 * second, 0);
        assert_eq!(timer.left(start + 2 * second), None);
        start_read(&mut timer, start + 10 * second, 1);
        assert_eq!(timer.left(start + 10 * second), Some(CHANGE_DELAY), "nor a change");
        // Another filter.
        start_read(&mut timer, start + 10 * second, 1);
        assert_eq!(timer.left(start + 10 * second), Some(CHANGE_DELAY));
    }

    #[test]
    fn steady_changes_do_not_put_it_off() {
        let (start, ms) = (Instant::now(), Duration::from_millis(1));
        let mut timer = after_first_list(start, Duration::ZERO, RefreshTimer::MIN_REFRESH);
        for step in 1..=12_u32 {
            timer.note_changes(Some(changes(step as usize)), start + step * 100 * ms);
        }
        assert!(timer.is_due(start + 1_100 * ms));
    }

    #[test]
    fn costly_reads_follow_changes_later() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        for (delay, read_at) in [(5, 6), (90, 31)] {
            let mut timer = after_first_list(start, delay * second, 150 * second);
            timer.note_changes(Some(changes(1)), start + second);
            assert!(!timer.is_due(start + (read_at - 1) * second));
            assert!(timer.is_due(start + read_at * second));
        }
    }
}
