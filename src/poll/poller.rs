//! The handle of the polling thread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::request::{PollRequest, PollTarget};
use super::status::GatewayStatus;
use super::suspend::Clocks;
use super::thread;
use super::update::Observer;
use crate::gateway::{Client, Credentials, Profile};

/// The handle of the polling thread. Dropping it stops the thread, even during a read.
pub struct Poller {
    request: watch::Sender<PollRequest>,
    status: watch::Receiver<Option<Arc<GatewayStatus>>>,
    generation: u64,
}

impl Poller {
    /// Starts the thread without a gateway. It calls `notify` when the status changes, after a manual refresh, and when it
    /// ends. A status that differs only in its times is available without a call. The observer receives each read.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn(
        client: Client,
        observer: Option<Observer>,
        notify: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn_with_clocks(Clocks::system(), client, observer, notify)
    }

    /// Starts the thread as [`Self::spawn`] does, with other clocks.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn_with_clocks(
        clocks: Clocks,
        client: Client,
        observer: Option<Observer>,
        notify: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (request, request_of_thread) = watch::channel(PollRequest::default());
        let (status_of_thread, status) = watch::channel(None);
        thread::spawn(clocks, client, observer, request_of_thread, status_of_thread, notify)?;
        Ok(Self { request, status, generation: 0 })
    }

    /// Polls this gateway instead of the one before, and reads it at once. Returns the generation that its status carries.
    pub fn connect(&mut self, profile: Profile, credentials: Credentials) -> u64 {
        self.generation += 1;
        let target = PollTarget { generation: self.generation, profile, credentials };
        self.request.send_modify(|request| request.target = Some(target));
        self.generation
    }

    /// Uses the name of this profile from now on, and its setting whether sessions are recorded.
    /// The nodes and the options to read them stay the same.
    pub fn rename(&self, profile: &Profile) {
        self.request.send_modify(|request| {
            if let Some(target) = &mut request.target {
                target.profile.name.clone_from(&profile.name);
                target.profile.history = profile.history;
            }
        });
    }

    /// Stops polling. Reads in progress are cancelled, and [`Self::status`] returns nothing more of this gateway.
    pub fn disconnect(&mut self) {
        self.generation += 1;
        self.request.send_modify(|request| request.target = None);
    }

    /// Reads all nodes at once, except those that are being read.
    pub fn refresh_now(&self) {
        self.request.send_modify(|request| request.refreshes += 1);
    }

    /// Sets the interval between two reads of a node. With `None` only a manual refresh reads it, and a retry after a
    /// failure.
    pub fn set_interval(&self, interval: Option<Duration>) {
        self.request.send_modify(|request| request.interval = interval);
    }

    /// Returns the newest status of the current connection; `None` if it was returned before.
    pub fn status(&mut self) -> Option<Arc<GatewayStatus>> {
        let status = match self.status.has_changed() {
            Ok(true) => self.status.borrow_and_update().clone(),
            // Nothing new, or the thread has ended: see `is_alive`.
            Ok(false) | Err(_) => None,
        };
        status.filter(|status| status.generation == self.generation)
    }

    /// Returns `false` if the thread has ended, which only a panic does.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.request.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::poll::Activity;

    fn status(generation: u64) -> Arc<GatewayStatus> {
        Arc::new(GatewayStatus {
            generation,
            nodes: Vec::new(),
            dataset: None,
            updated_at: None,
            activity: Activity::Reading,
        })
    }

    #[test]
    fn discards_the_status_of_an_earlier_connection() {
        // In place of the thread, so that a status can arrive late.
        let (request, _request_of_thread) = watch::channel(PollRequest::default());
        let (thread, status_receiver) = watch::channel(None);
        let mut poller = Poller { request, status: status_receiver, generation: 0 };
        let generation = |poller: &mut Poller| poller.status().map(|status| status.generation);
        let profile = || Profile::from_address("http://gateway.example:8088").unwrap();
        let first = poller.connect(profile(), Credentials::None);
        thread.send_replace(Some(status(first)));
        assert_eq!(generation(&mut poller), Some(first));
        assert_eq!(generation(&mut poller), None, "returned twice");
        let second = poller.connect(profile(), Credentials::None);
        thread.send_replace(Some(status(first)));
        assert_eq!(generation(&mut poller), None, "late status of the first connection");
        thread.send_replace(Some(status(second)));
        assert_eq!(generation(&mut poller), Some(second));
        poller.disconnect();
        thread.send_replace(Some(status(second)));
        assert_eq!(generation(&mut poller), None, "late status after disconnecting");
    }
}
