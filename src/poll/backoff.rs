//! The delay before a failed read is retried.

use std::time::Duration;

/// The delay after the first failure.
const MIN_DELAY: Duration = Duration::from_secs(1);
/// The longest delay: a gateway that is reachable again is noticed within a minute.
const MAX_DELAY: Duration = Duration::from_mins(1);
/// The largest fraction of a delay that is left out at random.
const MAX_JITTER: f64 = 0.2;

/// Returns the delay after this number of failures in a row, at least one. It doubles with each failure, up to
/// [`MAX_DELAY`].
///
/// `random` is between 0 and 1, and shortens the delay by up to [`MAX_JITTER`], so that many programs that lost a gateway
/// at one moment don't retry at one moment.
pub(super) fn delay(failures: u32, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let delay = MIN_DELAY.saturating_mul(1 << doublings).min(MAX_DELAY);
    delay.mul_f64(1.0 - MAX_JITTER * random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_minute() {
        let seconds: Vec<u64> = (1..=9).map(|failures| delay(failures, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(delay(u32::MAX, 0.0), MAX_DELAY);
    }

    #[test]
    fn jitter_shortens_a_delay_by_at_most_a_fifth() {
        assert_eq!(delay(7, 1.0), Duration::from_secs(48));
    }
}
