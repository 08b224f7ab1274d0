//! A poller for tests that wait for a status.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use gatewatch::gateway::{Client, Limits, Profile};
use gatewatch::poll::{Clocks, GatewayStatus, Poller};

pub(crate) use super::wait::TIMEOUT;
/// Number of notifications that are kept. Further ones are dropped, so that the polling thread never waits for a test.
const MAX_NOTIFICATIONS: usize = 10_000;

/// A poller whose notifications are kept.
pub(crate) struct TestPoller {
    pub(crate) handle: Poller,
    pub(crate) notifications: Receiver<()>,
}

impl TestPoller {
    pub(crate) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(crate) fn with_limits(limits: Limits) -> Self {
        Self::spawn(|notifications| Poller::spawn(Client::new(limits), None, notify(notifications)))
    }

    /// Returns a poller with another wall clock, which is read often.
    pub(crate) fn with_clock(limits: Limits, wall_clock: impl Fn() -> SystemTime + Send + 'static) -> Self {
        let clocks = Clocks::new(wall_clock, Duration::from_millis(20));
        Self::spawn(|notifications| {
            Poller::spawn_with_clocks(clocks, Client::new(limits), None, notify(notifications))
        })
    }

    fn spawn(spawn: impl FnOnce(SyncSender<()>) -> std::io::Result<Poller>) -> Self {
        let (sender, notifications) = sync_channel(MAX_NOTIFICATIONS);
        Self { handle: spawn(sender).unwrap(), notifications }
    }

    /// Waits for a status that matches, and returns it.
    ///
    /// # Panics
    /// If there is none within [`TIMEOUT`].
    pub(crate) fn wait_for(
        &mut self,
        what: &str,
        matches: impl Fn(&GatewayStatus) -> bool,
    ) -> Arc<GatewayStatus> {
        wait_for(what, &self.notifications, || self.handle.status(), matches)
    }
}

/// Waits for a status that matches, and returns it.
///
/// # Panics
/// If there is none within [`TIMEOUT`].
pub(crate) fn wait_for<S>(
    what: &str,
    notifications: &Receiver<()>,
    mut newest: impl FnMut() -> Option<Arc<S>>,
    matches: impl Fn(&S) -> bool,
) -> Arc<S> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(status) = newest().filter(|status| matches(status)) {
            return status;
        }
        assert!(Instant::now() < deadline, "timed out: {what}");
        // A status that differs only in its times has no notification.
        let _notified = notifications.recv_timeout(Duration::from_millis(20));
    }
}

/// Returns a function that sends a message.
pub(crate) fn notify(notifications: SyncSender<()>) -> impl Fn() + Send + 'static {
    move || {
        // The test may have ended.
        let _ended = notifications.try_send(());
    }
}

/// Returns a profile of these nodes.
pub(crate) fn profile(urls: &[&str]) -> Profile {
    Profile::new("Plant".to_owned(), urls.iter().map(|url| url.parse().unwrap()).collect()).unwrap()
}
