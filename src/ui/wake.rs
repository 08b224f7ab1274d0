//! Requests frames of the window: when a background thread has something to show, and at intervals.

use std::time::{Duration, SystemTime};

use egui::Context;

/// The time after which the window draws. `request_repaint`, without a delay, draws two frames.
const WAKE_DELAY: Duration = Duration::from_millis(1);

/// Returns a function that requests one frame.
pub(super) fn wake(ctx: &Context) -> impl Fn() + Clone + Send + Sync + use<> {
    let ctx = ctx.clone();
    move || ctx.request_repaint_after(WAKE_DELAY)
}

/// The shortest time after which a window in which nothing changes shows the time of the last read. From an older time, an
/// operator would conclude that the gateway is no longer read.
const SHOW_READ_DELAY: Duration = Duration::from_secs(10);

/// Returns the time until the next frame of a window in which nothing changes. `refresh` is the interval at which its gateway
/// is read; `None` if it isn't, or if the window doesn't have the keyboard focus.
///
/// The frame comes with a new minute on the clock at the latest. All texts that count in minutes wait for it, and so does what
/// is read again at intervals: without a GPU, a frame takes 35 to 90 ms of CPU time.
pub(super) fn until_next_frame(now: SystemTime, refresh: Option<Duration>) -> Duration {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let minute = Duration::from_secs(60 - now.as_secs() % 60);
    refresh.map_or(minute, |refresh| minute.min(refresh.max(SHOW_READ_DELAY)))
}

#[cfg(test)]
mod tests {
    use egui::RawInput;

    use super::*;

    #[test]
    fn background_thread_lets_the_window_draw_one_frame() {
        let ctx = Context::default();
        let frame = || ctx.run_ui(RawInput::default(), |_| {}).textures_delta.clear();
        while ctx.has_requested_repaint() {
            frame();
        }
        wake(&ctx)();
        assert!(ctx.has_requested_repaint());
        frame();
        assert!(!ctx.has_requested_repaint());
    }

    #[test]
    fn next_minute_has_begun_when_its_frame_comes() {
        for (ms, expected) in [(0, 60), (1_500, 59), (59_999, 1), (60_000, 60)] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
            assert_eq!(until_next_frame(now, None).as_secs(), expected, "{ms}");
        }
    }

    #[test]
    fn time_of_the_last_read_is_ten_seconds_or_an_interval_old_at_most() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(5);
        for (refresh, expected) in [(1, 10), (10, 10), (30, 30), (300, 55)] {
            assert_eq!(
                until_next_frame(now, Some(Duration::from_secs(refresh))).as_secs(),
                expected,
                "{refresh}"
            );
        }
    }
}
