//! Waits.

use std::time::{Duration, Instant};

/// Limit of every wait. Only turns a hang into a failure: without a GPU and on a busy machine a frame takes seconds.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(3);

/// Calls `look` until it returns something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + TIMEOUT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "timed out waiting for {what}");
        // Leaves the processor to the program.
        std::thread::sleep(Duration::from_millis(20));
    }
}
