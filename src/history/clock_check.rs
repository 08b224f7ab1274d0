//! Checks whether the clock can be trusted to decide which sessions are old.
//!
//! A clock that is set ahead makes every session look old, so that all would be removed. A jump alone is no proof of a wrong
//! clock: the clock also jumps while the machine sleeps. So after a jump nothing is removed for a day, in which an operator can
//! notice a wrong clock. If a gateway's clock hasn't jumped, this machine's is wrong. If it has, that proves nothing, because
//! both may be one machine.

use std::time::{Duration, Instant};

use super::HistoryError;

/// The largest difference between two clocks that is no jump, in milliseconds.
pub(super) const MAX_DIFFERENCE_MS: i64 = 24 * 3_600_000;
/// The longest time without a recorder after which the clock is trusted at once, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 14 * 24 * 3_600_000;
/// The time for which a clock has to go on normally after a jump until it is trusted again.
const TRUST_DELAY: Duration = Duration::from_hours(24);

/// A reading of the clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    /// The monotonic clock. It may stop while the machine is asleep.
    pub(super) instant: Instant,
    /// This machine's clock, in milliseconds since 1970 UTC.
    pub(super) now_ms: i64,
    /// The clock of a gateway minus this machine's, in milliseconds, as reported since the last
    /// check; `None` if none was reported.
    pub(super) offset_ms: Option<i64>,
}

impl Clocks {
    /// Returns the time by which this machine's clock has jumped ahead since an earlier reading, in
    /// milliseconds.
    fn ahead_of(&self, last: &Self) -> i64 {
        let elapsed = self.instant.saturating_duration_since(last.instant).as_millis();
        let expected = last.now_ms.saturating_add(i64::try_from(elapsed).unwrap_or(i64::MAX));
        self.now_ms.saturating_sub(expected)
    }
}

/// Checks the clock before anything is removed.
#[derive(Default)]
pub(super) struct ClockCheck {
    last: Option<Clocks>,
    /// The offset of a gateway while the clock was trusted.
    offset_ms: Option<i64>,
    jump: Option<ClockJump>,
}

/// A jump of the clock.
struct ClockJump {
    /// The time by which the clock has jumped ahead, in milliseconds.
    ahead_ms: i64,
    /// The time for which the clock has gone on normally since.
    normal: Duration,
}

impl ClockCheck {
    /// Checks a reading of the clocks. Returns `true` if this machine's can be trusted. `pause_ms`
    /// returns the time in milliseconds before the first check in which nothing was recorded.
    pub(super) fn is_trusted(
        &mut self,
        clocks: Clocks,
        pause_ms: impl FnOnce() -> Result<i64, HistoryError>,
    ) -> Result<bool, HistoryError> {
        let (ahead_ms, elapsed) = match &self.last {
            Some(last) => (clocks.ahead_of(last), clocks.instant.saturating_duration_since(last.instant)),
            None => {
                (Some(pause_ms()?).filter(|pause| *pause > LONGEST_PAUSE_MS).unwrap_or(0), Duration::ZERO)
            }
        };
        self.last = Some(clocks);
        let is_jump = ahead_ms.saturating_abs() > MAX_DIFFERENCE_MS;
        match &mut self.jump {
            None if is_jump && ahead_ms > 0 => {
                self.jump = Some(ClockJump { ahead_ms, normal: Duration::ZERO });
                tracing::warn!(
                    hours = ahead_ms / 3_600_000,
                    "nothing was recorded for a long time, or the clock was set ahead: keeping old sessions for now"
                );
            }
            None => {}
            Some(jump) => {
                let offsets = self.offset_ms.zip(clocks.offset_ms);
                // The gateway's clock didn't jump along.
                let is_contradicted = offsets.is_some_and(|(before, now)| {
                    let change = now.saturating_sub(before).saturating_add(jump.ahead_ms);
                    change.saturating_abs() <= MAX_DIFFERENCE_MS
                });
                if is_jump {
                    jump.ahead_ms = jump.ahead_ms.saturating_add(ahead_ms);
                }
                jump.normal = if is_jump || is_contradicted { Duration::ZERO } else { jump.normal + elapsed };
                if jump.ahead_ms <= MAX_DIFFERENCE_MS || jump.normal >= TRUST_DELAY {
                    self.jump = None;
                }
            }
        }
        let is_trusted = self.jump.is_none();
        if is_trusted {
            self.offset_ms = clocks.offset_ms.or(self.offset_ms);
        }
        Ok(is_trusted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    const DAY_MS: i64 = 24 * HOUR_MS;
    const NOW: i64 = 1_800_000_000_000;

    /// A check of clocks, one of which has jumped.
    struct Fixture {
        check: ClockCheck,
        clocks: Clocks,
    }

    impl Fixture {
        /// Checks for the first time, after a pause in the recording.
        fn after(pause_ms: i64, offset_ms: Option<i64>) -> (Self, bool) {
            let clocks = Clocks { instant: Instant::now(), now_ms: NOW, offset_ms };
            let mut check = ClockCheck::default();
            let is_trusted = check.is_trusted(clocks, || Ok(pause_ms)).unwrap();
            (Self { check, clocks }, is_trusted)
        }

        /// Checks again after some hours in which the clock has jumped.
        fn check_after(&mut self, hours: u64, jump_ms: i64) -> bool {
            self.clocks.instant += Duration::from_hours(hours);
            self.clocks.now_ms += i64::try_from(hours).unwrap() * HOUR_MS + jump_ms;
            self.check.is_trusted(self.clocks, || panic!("it isn't the first check")).unwrap()
        }
    }

    #[test]
    fn a_clock_that_jumps_ahead_is_trusted_once_it_has_gone_on_for_a_day() {
        let (mut fixture, is_trusted) = Fixture::after(0, None);
        assert!(is_trusted);
        assert!(fixture.check_after(6, HOUR_MS));
        assert!(!fixture.check_after(6, 30 * DAY_MS));
        assert!(!fixture.check_after(1, 0), "an hour isn't enough");
        assert!(!fixture.check_after(20, DAY_MS / 2));
        assert!(fixture.check_after(3, 0));
        assert!(fixture.check_after(6, 0));
    }

    #[test]
    fn a_clock_that_is_set_right_is_trusted_at_once() {
        let (mut fixture, _) = Fixture::after(0, None);
        assert!(!fixture.check_after(6, 3_650 * DAY_MS));
        assert!(!fixture.check_after(6, -DAY_MS * 2));
        assert!(fixture.check_after(6, -3_648 * DAY_MS));
        // One that is set back makes nothing look old.
        assert!(fixture.check_after(6, -300 * DAY_MS));
    }

    #[test]
    fn a_second_jump_starts_the_time_again() {
        let (mut fixture, _) = Fixture::after(0, None);
        assert!(!fixture.check_after(6, 2 * DAY_MS));
        assert!(!fixture.check_after(23, 0));
        assert!(!fixture.check_after(1, 2 * DAY_MS));
        assert!(!fixture.check_after(23, 0));
        assert!(fixture.check_after(1, 0));
    }

    #[test]
    fn machines_that_sleep_each_night_are_trusted_after_their_holidays() {
        let (mut fixture, _) = Fixture::after(0, None);
        assert!(!fixture.check_after(0, 3 * DAY_MS));
        let trusted: Vec<bool> = (0..4).map(|_| fixture.check_after(8, 16 * HOUR_MS)).collect();
        assert_eq!(trusted, [false, false, true, true]);
    }

    #[test]
    fn a_clock_is_distrusted_while_that_of_a_gateway_has_not_jumped() {
        // The gateway's clock has always been wrong.
        let (mut fixture, _) = Fixture::after(0, Some(-400 * DAY_MS));
        assert!(!fixture.check_after(6, 30 * DAY_MS));
        fixture.clocks.offset_ms = Some(-430 * DAY_MS);
        assert!(!fixture.check_after(48, 0));
        fixture.clocks.offset_ms = None;
        assert!(!fixture.check_after(23, 0));
        fixture.clocks.offset_ms = Some(-400 * DAY_MS);
        assert!(fixture.check_after(1, 0), "the machine was asleep");
    }

    #[test]
    fn a_clock_is_trusted_although_that_of_a_gateway_is_set_right() {
        let (mut fixture, _) = Fixture::after(0, Some(-400 * DAY_MS));
        // The machine was asleep.
        assert!(!fixture.check_after(0, 3 * DAY_MS));
        fixture.clocks.offset_ms = Some(0);
        assert!(!fixture.check_after(23, 0));
        assert!(fixture.check_after(1, 0));
    }

    #[test]
    fn a_long_pause_before_the_first_check_may_be_a_wrong_clock() {
        assert!(Fixture::after(LONGEST_PAUSE_MS, None).1);
        let (mut fixture, is_trusted) = Fixture::after(LONGEST_PAUSE_MS + 1, None);
        assert!(!is_trusted);
        assert!(!fixture.check_after(23, 0));
        assert!(fixture.check_after(1, 0));
    }
}
