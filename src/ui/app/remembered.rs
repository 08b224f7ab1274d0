//! Saves values that change often: the place of the window and the filters. They are saved once
//! they have settled, and at the end.

use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand};

use super::super::window_place;
use super::App;
use crate::settings::{FilterState, State, WindowPlace};

/// Time after the last change until it is saved.
const SAVE_DELAY: Duration = Duration::from_secs(1);

/// The values that are saved once they have settled.
#[derive(Clone, Debug, Default, PartialEq)]
struct Unsaved {
    window: Option<WindowPlace>,
    filters: FilterState,
}

/// Changes that aren't saved yet.
#[derive(Default)]
pub(super) struct Remembered {
    /// The values in the last frame.
    current: Unsaved,
    /// The time at which they got these values; `None` if they are saved.
    changed_at: Option<Instant>,
    /// The window has to be maximized once it is shown. X11 ignores that for hidden windows.
    pub(super) maximizes: bool,
}

impl Remembered {
    pub(super) fn new(state: &State) -> Self {
        let maximizes = state.window.is_some_and(|place| place.maximized);
        let current = Unsaved { window: state.window, filters: state.filters.clone() };
        Self { current, changed_at: None, maximizes }
    }
}

impl App {
    /// Saves changes that have settled.
    pub(super) fn save_settled(&mut self, ctx: &Context) {
        if self.remembered.maximizes && ctx.cumulative_frame_nr() > 0 {
            self.remembered.maximizes = false;
            ctx.send_viewport_cmd(ViewportCommand::Maximized(true));
        }
        let window = window_place::current(ctx, self.remembered.current.window);
        let now = Unsaved { window, filters: FilterState::new(&self.filters(), self.state.designer) };
        let remembered = &mut self.remembered;
        if now != remembered.current {
            remembered.current = now;
            remembered.changed_at = Some(Instant::now());
        }
        let Some(changed_at) = remembered.changed_at else {
            return;
        };
        let left = SAVE_DELAY.saturating_sub(changed_at.elapsed());
        if left.is_zero() {
            self.save_remembered();
        } else {
            ctx.request_repaint_after(left);
        }
    }

    /// Saves what has changed.
    fn save_remembered(&mut self) {
        self.remembered.changed_at = None;
        let Unsaved { window, filters } = self.remembered.current.clone();
        self.save_state(State { window, filters, ..self.saved_state.clone() });
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if self.remembered.changed_at.is_some() {
            self.save_remembered();
        }
        self.save_layout();
        self.save_open_until();
        self.forget_demo();
    }
}
