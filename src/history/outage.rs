//! When nodes that were watched couldn't be read.

use std::time::Duration;

/// The longest time between two writes about a node that can't be read, as long as it is being watched. Reads that fail are
/// repeated after longer and longer pauses, and each one may take until its time limit.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Returns the longest time between two writes about a node that can't be read and is read at this interval; `None` for
/// manual refresh. In milliseconds.
pub(super) fn longest_pause_ms(every: Option<Duration>) -> i64 {
    let pause = every.unwrap_or_default().saturating_mul(2).saturating_add(LONGEST_PAUSE);
    i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)
}
