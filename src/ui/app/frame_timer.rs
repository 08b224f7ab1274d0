//! Logs frames that take too long to compute.

use std::time::{Duration, Instant};

/// A frame that takes longer than this is logged: the window stutters.
const SLOW_FRAME: Duration = Duration::from_millis(50);
/// Minimum time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_secs(1);

/// Measures the time from the start of `logic` to the end of `ui`.
#[derive(Default)]
pub(super) struct FrameTimer {
    /// Start of the current frame.
    started: Option<Instant>,
    /// Time of the last log line.
    logged: Option<Instant>,
}

impl FrameTimer {
    /// Starts a frame.
    pub(super) fn start(&mut self) {
        self.started = Some(Instant::now());
    }

    /// Ends the frame, and logs it if it was slow.
    pub(super) fn end(&mut self) {
        // A hidden window runs `logic` without `ui`, so only the last start counts.
        let Some(elapsed) = self.started.take().map(|started| started.elapsed()) else {
            return;
        };
        if self.is_logged(elapsed, Instant::now()) {
            tracing::debug!(elapsed_ms = elapsed.as_millis(), "slow frame");
        }
    }

    /// Returns whether a frame that took so long, and ended at `now`, is logged.
    fn is_logged(&mut self, elapsed: Duration, now: Instant) -> bool {
        let is_due = self.logged.is_none_or(|logged| now.duration_since(logged) >= LOG_INTERVAL);
        let is_logged = elapsed > SLOW_FRAME && is_due;
        if is_logged {
            self.logged = Some(now);
        }
        is_logged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_slow_frames_at_most_once_a_second() {
        let mut timer = FrameTimer::default();
        let start = Instant::now();
        let mut is_logged = |elapsed_ms, now_ms| {
            timer.is_logged(Duration::from_millis(elapsed_ms), start + Duration::from_millis(now_ms))
        };
        assert!(!is_logged(50, 0));
        assert!(is_logged(51, 100));
        assert!(!is_logged(500, 1_099));
        assert!(is_logged(500, 1_100));
    }
}
