//! Alerts as notifications on the desktop.
//!
//! - `message`: the title and the text of a notification
//! - `bus`: notifications over D-Bus, on Linux and other systems of its kind
//! - `toast`: notifications on Windows and macOS

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
mod message;
#[cfg(any(windows, target_os = "macos"))]
mod toast;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

#[cfg(all(unix, not(target_os = "macos")))]
use self::bus::Service;
use self::message::Message;
#[cfg(any(windows, target_os = "macos"))]
use self::toast::Service;
use super::app::OpenDelivery;
use crate::alert::{Alert, Delivery};
use crate::error_chain::ErrorChain;

/// The name of the program in notifications.
const APP_NAME: &str = "Gatewatch";
/// The number of messages that wait while the desktop doesn't answer.
const MAX_WAITING: usize = 16;
/// Maximum time to wait for the remaining messages at the end.
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// Returns the delivery to the desktop.
pub(super) fn desktop() -> OpenDelivery {
    Arc::new(|| Box::new(Desktop::start()))
}

/// Shows alerts on the desktop, in a thread of its own: the desktop may not answer for a while.
struct Desktop {
    /// `None` if there is no thread.
    alerts: Option<SyncSender<Vec<Alert>>>,
    /// Disconnected when the thread has ended.
    ended: Receiver<()>,
}

impl Desktop {
    fn start() -> Self {
        let (alerts, waiting) = sync_channel::<Vec<Alert>>(MAX_WAITING);
        let (end, ended) = sync_channel::<()>(0);
        let work = move || {
            let _end = end;
            let mut service = Service::default();
            let mut is_failing = false;
            for alerts in waiting {
                let shown = Message::of(&alerts).map_or(Ok(()), |message| service.show(&message));
                // What is over is closed even if nothing can be shown.
                #[cfg(all(unix, not(target_os = "macos")))]
                let shown = shown.and(service.close(&message::ended(&alerts)));
                match &shown {
                    Ok(()) => {}
                    Err(error) if is_failing => tracing::debug!(%error, "can't show a notification"),
                    Err(error) => {
                        tracing::warn!(error = %ErrorChain(error), "can't show notifications. The window lists all alerts");
                    }
                }
                is_failing = shown.is_err();
            }
        };
        let thread = thread::Builder::new().name("notifications".to_owned()).spawn(work);
        if let Err(error) = &thread {
            tracing::warn!(%error, "can't show notifications. The window lists all alerts");
        }
        Self { alerts: thread.is_ok().then_some(alerts), ended }
    }
}

impl Delivery for Desktop {
    fn deliver(&mut self, alerts: &[Alert]) {
        if let Some(sender) = &mut self.alerts {
            sender.deliver(alerts);
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.alerts = None;
        if self.ended.recv_timeout(END_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the program ends before all notifications are shown");
        }
    }
}
