//! Detection of suspends and clock changes.
//!
//! On Linux and macOS the clock of timers stops while the machine is suspended, and the wall clock goes on: a read that is
//! due in a minute would start a minute after the resume. The two clocks are compared regularly. If only the wall clock
//! went forward, the machine was suspended or the clock was set; both are treated as a suspend, because one more read does
//! no harm.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::gateway::{GatewayError, NodeSnapshot};

/// Time between two comparisons. A resume is noticed within it.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// The smallest difference that is a jump. Time synchronization corrects the wall clock by a second now and then.
const MIN_JUMP: Duration = Duration::from_secs(3);

/// The wall clock and the clock of timers.
pub struct Clocks {
    wall_clock: Box<dyn Fn() -> SystemTime + Send>,
    check_interval: Duration,
    /// The times of the last comparison.
    last: (Instant, SystemTime),
}

/// A change of the wall clock that the clock of timers didn't make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    /// The wall clock went forward by this, usually because the machine was suspended.
    Forward(Duration),
    /// The wall clock was set back by this.
    Backward(Duration),
}

impl Clocks {
    /// Returns the clocks of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self::with_wall_clock(SystemTime::now)
    }

    /// Returns the clock of timers of this machine, and another wall clock.
    pub fn with_wall_clock(wall_clock: impl Fn() -> SystemTime + Send + 'static) -> Self {
        Self::new(wall_clock, CHECK_INTERVAL)
    }

    /// Returns clocks as [`Self::with_wall_clock`] does, but with another interval between two
    /// comparisons. For tests that simulate a suspend.
    pub fn new(wall_clock: impl Fn() -> SystemTime + Send + 'static, check_interval: Duration) -> Self {
        let last = (Instant::now(), wall_clock());
        Self { wall_clock: Box::new(wall_clock), check_interval, last }
    }

    /// Returns the time of the wall clock.
    pub(super) fn wall_time(&self) -> SystemTime {
        (self.wall_clock)()
    }

    /// Converts the time of a read to this wall clock. The client uses the system's.
    pub(super) fn adjust(&self, result: &mut Result<NodeSnapshot, GatewayError>) {
        if let Ok(snapshot) = result {
            let age = SystemTime::now().duration_since(snapshot.received).unwrap_or_default();
            let now = self.wall_time();
            snapshot.received = now.checked_sub(age).unwrap_or(now);
        }
    }

    /// Returns the time of the next comparison.
    pub(super) fn next_check(&self) -> Instant {
        self.last.0 + self.check_interval
    }

    /// Compares the clocks. Returns a jump since the last comparison.
    pub(super) fn check(&mut self) -> Option<Jump> {
        self.check_at(Instant::now())
    }

    fn check_at(&mut self, now: Instant) -> Option<Jump> {
        let (last, last_wall) = self.last;
        let wall = self.wall_time();
        self.last = (now, wall);
        let expected = last_wall + now.duration_since(last);
        match wall.duration_since(expected) {
            Ok(ahead) => (ahead >= MIN_JUMP).then_some(Jump::Forward(ahead)),
            Err(behind) => (behind.duration() >= MIN_JUMP).then_some(Jump::Backward(behind.duration())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn reports_a_jump_once_and_ignores_corrections() {
        let seconds = Arc::new(AtomicU64::new(1_000_000));
        let read = seconds.clone();
        let wall_clock = move || SystemTime::UNIX_EPOCH + Duration::from_secs(read.load(Ordering::SeqCst));
        let mut clocks = Clocks::new(wall_clock, CHECK_INTERVAL);
        let (start, _) = clocks.last;
        // Both in seconds since the start.
        let mut check_at = |timer, wall: u64| {
            seconds.store(1_000_000 + wall, Ordering::SeqCst);
            clocks.check_at(start + Duration::from_secs(timer))
        };
        let hours = Duration::from_hours(2);
        assert_eq!(check_at(2, 2), None);
        assert_eq!(check_at(4, 7_204), Some(Jump::Forward(hours)));
        assert_eq!(check_at(6, 7_206), None);
        assert_eq!(check_at(8, 8), Some(Jump::Backward(hours)));
        assert_eq!(check_at(10, 9), None);
    }
}
