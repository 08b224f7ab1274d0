//! Reading of many gateways in the background: the saved ones that the window doesn't show.
//!
//! One thread reads all of them, at most [`MAX_READS`] nodes at a time. First reads are spread over time, so that many
//! gateways don't start at one moment. A password that no gateway has accepted is sent to one node at a time, and to none
//! after three rejections, because the gateways may check it against one directory; a node that has rejected it, and one
//! without a login, is only asked for its health. While the window is hidden and nothing is recorded, a gateway is read
//! once a minute at most.
//!
//! - `reader`: one of the gateways
//! - `schedule`: the reads in progress and those to come
//! - `thread`: the loop over all of them
//! - `combined`: the status and the dataset of all together

mod combined;
mod reader;
mod schedule;
mod thread;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::status::GatewayStatus;
use super::suspend::Clocks;
use super::update::Observer;
use crate::gateway::{Client, Credentials, Profile};

/// The number of nodes that are read at the same time.
pub const MAX_READS: usize = 32;
/// Time between the first reads of two gateways, unless there are so many that the last one would wait longer than an
/// interval.
const FIRST_READ_SPACING: Duration = Duration::from_millis(100);
/// The shortest interval while the window is hidden.
const HIDDEN_INTERVAL: Duration = Duration::from_mins(1);

/// A gateway to read in the background.
#[derive(Clone, Debug)]
pub struct BackgroundGateway {
    /// The nodes and the options to read them.
    pub profile: Profile,
    /// The pages of the gateway that may be read.
    pub access: Access,
    /// Interval between two reads of a node; `None` to read it only by [`BackgroundPoller::refresh_now`], and once with
    /// [`BackgroundPoller::set_combined`].
    pub interval: Option<Duration>,
    /// The last status with a dataset. The combined status has it until the gateway is read.
    pub last: Option<Arc<GatewayStatus>>,
}

/// The pages of a gateway that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// The sessions, with these credentials.
    Sessions(Credentials),
    /// The health pages, because there is no login.
    Health,
}

/// The status of all gateways.
#[derive(Clone, Debug, Default)]
pub struct BackgroundStatus {
    /// The number of the request that it belongs to.
    generation: u64,
    /// The gateways by name, in the order of the request.
    pub gateways: Vec<(String, Arc<GatewayStatus>)>,
    /// All gateways in one status; `None` unless it was requested.
    pub combined: Option<Arc<GatewayStatus>>,
}

/// Everything that the owner requests. The newest value replaces older ones.
#[derive(Clone, Debug, Default)]
struct Request {
    generation: u64,
    gateways: Arc<Vec<BackgroundGateway>>,
    is_combined: bool,
    is_hidden: bool,
    /// Number of manual refreshes so far.
    refreshes: u64,
}

/// The handle of the thread that reads in the background. Dropping it stops the thread, even during a read.
pub struct BackgroundPoller {
    request: watch::Sender<Request>,
    status: watch::Receiver<Arc<BackgroundStatus>>,
    generation: u64,
}

impl BackgroundPoller {
    /// Starts the thread without gateways. It calls `notify` when the status changes, and when it ends. A status that differs
    /// only in its times is available without a call. The observer receives each read.
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
        let (request, request_of_thread) = watch::channel(Request::default());
        let (status_of_thread, status) = watch::channel(Arc::default());
        thread::spawn(clocks, client, observer, request_of_thread, status_of_thread, notify)?;
        Ok(Self { request, status, generation: 0 })
    }

    /// Reads these gateways instead of those before. Gateways that stay keep their pace, others aren't read any more.
    pub fn set_gateways(&mut self, gateways: Vec<BackgroundGateway>) {
        self.change(|request| request.gateways = Arc::new(gateways));
    }

    /// Sets whether the gateways are also combined into one status. Reads all of them if that is new.
    pub fn set_combined(&mut self, is_combined: bool) {
        self.change(|request| request.is_combined = is_combined);
    }

    /// Reads less often while the window is hidden, or as usual again.
    pub fn set_hidden(&mut self, is_hidden: bool) {
        self.change(|request| request.is_hidden = is_hidden);
    }

    /// Reads all gateways now, except nodes that are being read. A login that was rejected is tried again, within the
    /// limits of [`Client::read`].
    pub fn refresh_now(&mut self) {
        self.change(|request| request.refreshes += 1);
    }

    fn change(&mut self, change: impl FnOnce(&mut Request)) {
        self.generation += 1;
        self.request.send_modify(|request| {
            request.generation = self.generation;
            change(request);
        });
    }

    /// Returns the newest status of the last request; `None` if it was returned before.
    pub fn status(&mut self) -> Option<Arc<BackgroundStatus>> {
        let status = match self.status.has_changed() {
            Ok(true) => self.status.borrow_and_update().clone(),
            // Nothing new, or the thread has ended: see `is_alive`.
            Ok(false) | Err(_) => return None,
        };
        (status.generation == self.generation).then_some(status)
    }

    /// Returns `false` if the thread has ended, which only a panic does.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.request.is_closed()
    }
}
