//! A gateway watched as the window watches it, by a test that waits for what it is to see.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use gatewatch::gateway::{Client, Limits, Profile};
use gatewatch::poll::{GatewayStatus, Poller};

/// Nothing here takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

pub(crate) struct Watch {
    pub(crate) watcher: Poller,
    pub(crate) wakes: Receiver<()>,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self::within(Limits::default())
    }

    pub(crate) fn within(limits: Limits) -> Self {
        Self::with(|wake| Poller::spawn(Client::new(limits), tell(wake)))
    }

    /// With another clock on the wall, which is looked at all the time.
    pub(crate) fn by_clock(limits: Limits, wall: impl Fn() -> SystemTime + Send + 'static) -> Self {
        let look = Duration::from_millis(20);
        Self::with(|wake| Poller::spawn_by_clock(wall, look, Client::new(limits), tell(wake)))
    }

    fn with(spawn: impl FnOnce(Sender<()>) -> std::io::Result<Poller>) -> Self {
        let (wake, wakes) = channel();
        Self { watcher: spawn(wake).unwrap(), wakes }
    }

    pub(crate) fn until(&mut self, what: &str, seen: impl Fn(&GatewayStatus) -> bool) -> Arc<GatewayStatus> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(news) = self.watcher.news().filter(|news| seen(news)) {
                return news;
            }
            assert!(Instant::now() < end, "never seen: {what}");
            // A status that say nothing new wake no one.
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
        }
    }
}

fn tell(wake: Sender<()>) -> impl Fn() + Send + 'static {
    move || {
        // The test may have seen enough.
        let _gone = wake.send(());
    }
}

pub(crate) fn profile(urls: &[&str]) -> Profile {
    Profile::new("Plant".to_owned(), urls.iter().map(|url| url.parse().unwrap()).collect()).unwrap()
}
