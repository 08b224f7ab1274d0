//! Asking a gateway again and again, and keeping the last good answer.
//!
//! A [`Poller`] is the handle of a background thread. PollRequest go down and [`GatewayStatus`] come up through slots that always
//! hold the newest. A gateway that goes away is asked again after growing pauses, and its last good
//! table stays. A machine that slept asks at once when it wakes.

mod backoff;
mod node;
mod suspend;
mod thread;

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::dataset::Dataset;
use crate::gateway::{Api, Client, Credentials, GatewayError, GatewayInfo, NodeUrl, Profile, SessionKind};
use suspend::Clocks;

/// All that the owner wants of the watch. Only the newest counts, so there is nothing to queue.
#[derive(Clone, Debug, Default)]
struct PollRequest {
    /// The gateway to watch, and which call of [`Poller::connect`] wanted it.
    gateway: Option<(u64, Profile, Credentials)>,
    /// How often to read it; `None` for only when told.
    every: Option<Duration>,
    /// How many times it was told to.
    refreshes: u64,
}

/// The state of a watched gateway at one moment.
#[derive(Clone, Debug)]
pub struct GatewayStatus {
    /// Which call of [`Poller::connect`] this is the outcome of.
    pub generation: u64,
    /// Its nodes, in the order of the profile.
    pub nodes: Vec<NodeStatus>,
    /// The last good answers of all nodes together; `None` until the first.
    pub table: Option<Arc<Dataset>>,
    /// When the oldest part of the table was received, by this machine's clock.
    pub as_of: Option<SystemTime>,
    /// How far the gateway's clock is ahead of this machine's, in milliseconds; `None` where it does not tell the time.
    pub ahead_ms: Option<i64>,
    /// What the watch is doing.
    pub activity: Activity,
}

impl GatewayStatus {
    /// Whether both say the same but for the times of day: the gateway was read again, and nothing came of it.
    fn says_the_same(&self, other: &Self) -> bool {
        let Self { generation, nodes, table, as_of, ahead_ms: _, activity } = self;
        let same_table = match (table, &other.table) {
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (None, None) => true,
            _ => false,
        };
        let is_reading = |activity: &Activity| matches!(activity, Activity::Reading);
        same_table
            && *generation == other.generation
            && as_of.is_some() == other.as_of.is_some()
            && is_reading(activity) == is_reading(&other.activity)
            && nodes.len() == other.nodes.len()
            && nodes.iter().zip(&other.nodes).all(|(ours, theirs)| ours.says_the_same(theirs))
    }
}

/// The state of one node.
#[derive(Clone, Debug)]
pub struct NodeStatus {
    /// Its address.
    pub url: NodeUrl,
    /// What it is called in the table's column [`Self::COLUMN`], where several nodes have their rows in one.
    pub name: Option<String>,
    /// What it last said of itself.
    pub info: Option<GatewayInfo>,
    /// Through which of its interfaces its last good answer came.
    pub api: Option<Api>,
    /// The kinds of sessions of which its last good answer could hold none, because it lacks the module.
    pub missing: Vec<SessionKind>,
    /// Why the last read failed; `None` where it did not.
    pub error: Option<GatewayError>,
    /// When its last good answer was received, by this machine's clock.
    pub as_of: Option<SystemTime>,
    /// When it is read again; `None` until it is told to, and while it is being read.
    pub next: Option<SystemTime>,
}

impl NodeStatus {
    /// The column that says which node a session is on.
    pub const COLUMN: &str = crate::dataset::names::GATEWAY;

    fn says_the_same(&self, other: &Self) -> bool {
        let Self { url, name, info, api, missing, error, as_of, next: _ } = self;
        let same_sessions = as_of.is_some() == other.as_of.is_some();
        same_sessions
            && (url, name, info, api) == (&other.url, &other.name, &other.info, &other.api)
            && (missing, error) == (&other.missing, &other.error)
    }
}

/// What the watch is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It waits for the answer of some node. Told only of the first read, and of one that takes long.
    Reading,
    /// It waits to read again.
    Waiting {
        /// When the first of the nodes; `None` until it is told to.
        next: Option<SystemTime>,
    },
}

/// The handle of the thread that watches. Dropping it ends the watch, even in the middle of a read.
pub struct Poller {
    wishes: watch::Sender<PollRequest>,
    news: watch::Receiver<Option<Arc<GatewayStatus>>>,
    generation: u64,
}

impl Poller {
    /// Starts the thread, which watches nothing yet. It calls `wake` whenever there are news that say something new, or
    /// were told to be fetched, and when it ends.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(client: Client, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        Self::spawn_by(Clocks::system(), client, wake)
    }

    /// The same with another clock on the wall, looked at so often: for tests, in which machines sleep and wake.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn_by_clock(
        wall: impl Fn() -> SystemTime + Send + 'static,
        look_every: Duration,
        client: Client,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn_by(Clocks::new(wall, look_every), client, wake)
    }

    fn spawn_by(clocks: Clocks, client: Client, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (wishes, to_do) = watch::channel(PollRequest::default());
        let (tell, news) = watch::channel(None);
        thread::spawn(clocks, client, to_do, tell, wake)?;
        Ok(Self { wishes, news, generation: 0 })
    }

    /// Watches this gateway from now on, and reads it at once. Gives the number that its news will carry.
    pub fn connect(&mut self, profile: Profile, credentials: Credentials) -> u64 {
        self.generation += 1;
        let gateway = Some((self.generation, profile, credentials));
        self.wishes.send_modify(|wishes| wishes.gateway = gateway);
        self.generation
    }

    /// Watches nothing from now on; what was under way is given up, and no news of it come any more.
    pub fn leave(&mut self) {
        self.generation += 1;
        self.wishes.send_modify(|wishes| wishes.gateway = None);
    }

    /// Reads at once, unless a read is under way.
    pub fn refresh(&self) {
        self.wishes.send_modify(|wishes| wishes.refreshes += 1);
    }

    /// Reads this often; with `None` only when told, and after a failed read.
    pub fn every(&self, interval: Option<Duration>) {
        self.wishes.send_modify(|wishes| wishes.every = interval);
    }

    /// The newest state, once; `None` if it was seen before, or is of a gateway that is no longer watched.
    pub fn news(&mut self) -> Option<Arc<GatewayStatus>> {
        let news = match self.news.has_changed() {
            Ok(true) => self.news.borrow_and_update().clone(),
            // Nothing new, or nobody left to tell it: see `is_alive`.
            Ok(false) | Err(_) => None,
        };
        news.filter(|news| news.generation == self.generation)
    }

    /// Whether the thread runs. It only ends early by a fault of its own.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.wishes.is_closed()
    }
}
