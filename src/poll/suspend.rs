//! Whether time went by without us.
//!
//! On Linux and macOS the clock that timers go by stands still while the machine sleeps, and the wall clock goes on: what
//! was to be read in a minute would be read a minute after waking. So the two are compared now and then. Where the wall
//! clock alone went forth, the machine slept, or somebody set it, which is treated alike: reading once more does no harm.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// How often they are compared while something is waited for. So late a machine that wakes is noticed at most.
const LOOK: Duration = Duration::from_secs(2);
/// Less than this is no jump: clocks are corrected by a second now and then.
const JUMP: Duration = Duration::from_secs(3);

/// The clock on the wall, beside the one that timers go by.
pub(super) struct Clocks {
    wall: Box<dyn Fn() -> SystemTime + Send>,
    look_every: Duration,
    /// When they were last compared.
    last: (Instant, SystemTime),
}

/// What the wall clock did beyond what the other one did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    /// It went forth: the machine slept for so long, as a rule.
    Forth(Duration),
    /// It was set back.
    Back(Duration),
}

impl Clocks {
    /// Those of this machine.
    pub(super) fn system() -> Self {
        Self::new(SystemTime::now, LOOK)
    }

    /// With this wall clock, which is looked at so often.
    pub(super) fn new(wall: impl Fn() -> SystemTime + Send + 'static, look_every: Duration) -> Self {
        let last = (Instant::now(), wall());
        Self { wall: Box::new(wall), look_every, last }
    }

    /// What the clock on the wall says.
    pub(super) fn wall(&self) -> SystemTime {
        (self.wall)()
    }

    /// When to compare them again.
    pub(super) fn look_at(&self) -> Instant {
        self.last.0 + self.look_every
    }

    /// Compares them. What a jump was is told once.
    pub(super) fn look(&mut self) -> Option<Jump> {
        let (before, wall_before) = self.last;
        let (now, wall) = (Instant::now(), self.wall());
        self.last = (now, wall);
        let expected = wall_before + now.duration_since(before);
        match wall.duration_since(expected) {
            Ok(ahead) => (ahead >= JUMP).then_some(Jump::Forth(ahead)),
            Err(behind) => (behind.duration() >= JUMP).then_some(Jump::Back(behind.duration())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn a_jump_is_told_once_and_a_correction_is_none() {
        let seconds = Arc::new(AtomicU64::new(1_000_000));
        let at = seconds.clone();
        let wall = move || SystemTime::UNIX_EPOCH + Duration::from_secs(at.load(Ordering::SeqCst));
        let mut clocks = Clocks::new(wall, LOOK);
        let mut looked = |now| {
            seconds.store(now, Ordering::SeqCst);
            // The other clock moves a little between two looks.
            clocks.look().map(|jump| match jump {
                Jump::Forth(by) => by.as_secs_f64().round(),
                Jump::Back(by) => -by.as_secs_f64().round(),
            })
        };
        assert_eq!(looked(1_000_001), None);
        assert_eq!(looked(1_007_201), Some(7_200.0));
        assert_eq!(looked(1_007_201), None);
        assert_eq!(looked(1_000_001), Some(-7_200.0));
        assert_eq!(looked(1_000_000), None);
    }
}
