//! How long to wait before the next read.

use std::time::Duration;

/// The pause after the first failure.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause: a gateway that comes back is seen within a minute.
const LONGEST: Duration = Duration::from_mins(1);

/// The pause after so many failures in a row, at least one: doubled each time, up to a minute.
///
/// `chance` is between 0 and 1. It takes off up to a fifth, so that many programs that lost one gateway at the same
/// moment don't all come back at the same moment.
pub(super) fn after_failures(failures: u32, chance: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let pause = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    pause.mul_f64(1.0 - 0.2 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute() {
        let seconds: Vec<u64> = (1..=9).map(|failures| after_failures(failures, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(after_failures(u32::MAX, 0.0), LONGEST);
    }

    #[test]
    fn chance_shortens_a_pause_by_a_fifth_at_most() {
        assert_eq!(after_failures(7, 1.0), Duration::from_secs(48));
    }
}
