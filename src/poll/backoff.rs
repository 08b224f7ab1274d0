//! The delay before a failed read is retried.

use std::time::Duration;

/// The delay after the first failure.
const MIN_DELAY: Duration = Duration::from_secs(1);
/// The longest delay for short intervals: a gateway that is reachable again is noticed within it.
const MAX_DELAY: Duration = Duration::from_secs(30);
/// The longest delay for any interval.
const MAX_DELAY_OF_LONG_INTERVAL: Duration = Duration::from_mins(1);
/// The longest delay while a gateway starts: it answers already, and is about to be ready.
const MAX_DELAY_OF_START: Duration = Duration::from_secs(5);
/// The longest pause between two failed reads with manual refresh: their delay grows, and each may take until its time limit.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// The largest fraction of a delay that is left out at random.
const MAX_JITTER: f64 = 0.2;

/// Returns the delay after this number of failures in a row, at least one. It doubles with each failure, up to 30 seconds, or
/// up to the interval between two reads where that is longer, but never beyond a minute.
///
/// A gateway that reports that it is starting is asked every 5 seconds at least.
///
/// `random` is between 0 and 1, and shortens the delay by up to [`MAX_JITTER`], so that many programs that lost a gateway
/// at one moment don't retry at one moment.
pub(super) fn delay(failures: u32, is_starting: bool, interval: Option<Duration>, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let max = if is_starting {
        MAX_DELAY_OF_START
    } else {
        interval.unwrap_or(Duration::ZERO).clamp(MAX_DELAY, MAX_DELAY_OF_LONG_INTERVAL)
    };
    let delay = MIN_DELAY.saturating_mul(1 << doublings).min(max);
    delay.mul_f64(1.0 - MAX_JITTER * random.clamp(0.0, 1.0))
}

/// Returns the longest pause between two failed reads of a node that is being watched at this interval; `None` for manual
/// refresh.
pub(crate) fn longest_failure_pause(interval: Option<Duration>) -> Duration {
    interval.unwrap_or_default().saturating_mul(2).saturating_add(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_limit_that_depends_on_the_interval() {
        let seconds = |interval: Option<u64>| -> Vec<u64> {
            let interval = interval.map(Duration::from_secs);
            (1..=8)
                .chain([u32::MAX])
                .map(|failures| delay(failures, false, interval, 0.0).as_secs())
                .collect()
        };
        for short in [None, Some(1), Some(5), Some(30)] {
            assert_eq!(seconds(short), [1, 2, 4, 8, 16, 30, 30, 30, 30], "{short:?}");
        }
        assert_eq!(seconds(Some(45)), [1, 2, 4, 8, 16, 32, 45, 45, 45]);
        for long in [Some(60), Some(300), Some(86_400)] {
            assert_eq!(seconds(long), [1, 2, 4, 8, 16, 32, 60, 60, 60], "{long:?}");
        }
    }

    #[test]
    fn jitter_shortens_a_delay_by_at_most_a_fifth() {
        assert_eq!(delay(7, false, None, 1.0), Duration::from_secs(24));
    }
}
