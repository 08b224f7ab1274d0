//! Closes the window from another thread, such as one that waits for signals.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand};

/// Maximum time to wait until the window is closed. The history and alerts have a few seconds to
/// write what is left.
const TIMEOUT: Duration = Duration::from_secs(8);
/// Time between two attempts. At the first one, a window with unsaved changes asks.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Closes the window. Clones close the same one.
#[derive(Clone, Default)]
pub struct Closer(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// The window, while it is open.
    window: Mutex<Option<Context>>,
    closed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<Context>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Closer {
    /// Closes the window, if one is open, and waits until everything is saved, but not for long. Unsaved changes in a form are
    /// discarded.
    pub fn close(&self) {
        let give_up_at = Instant::now() + TIMEOUT;
        let mut window = self.0.lock();
        while let Some(ctx) = &*window {
            if Instant::now() >= give_up_at {
                tracing::warn!("the window doesn't close");
                return;
            }
            ctx.send_viewport_cmd(ViewportCommand::Close);
            ctx.request_repaint();
            let waited = self.0.closed.wait_timeout(window, RETRY_INTERVAL);
            window = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Notes that the window is open.
    pub(super) fn opened(&self, ctx: &Context) {
        *self.0.lock() = Some(ctx.clone());
    }

    /// Notes that the window is closed.
    pub(super) fn closed(&self) {
        *self.0.lock() = None;
        self.0.closed.notify_all();
    }
}
