//! Lets the window draw when a background thread has something to show.

use std::time::Duration;

use egui::Context;

/// The time after which the window draws. `request_repaint`, without a delay, draws two frames.
const WAKE_DELAY: Duration = Duration::from_millis(1);

/// Returns a function that lets the window draw one frame.
pub(super) fn wake(ctx: &Context) -> impl Fn() + Clone + Send + Sync + use<> {
    let ctx = ctx.clone();
    move || ctx.request_repaint_after(WAKE_DELAY)
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
}
