//! Asking a gateway again and again, and keeping the last good answer.
//!
//! A [`Watcher`] is the handle of a background thread. Wishes go down a bounded channel; [`News`] come up through a
//! slot that always holds the newest. A gateway that goes away is asked again after growing pauses, and its last good
//! table stays.

mod pause;
mod thread;

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, watch};

use crate::dataset::Dataset;
use crate::gateway::{Client, Credentials, GatewayError, GatewayInfo, NodeUrl, Profile};

/// How many wishes may wait; a person makes a few in the time of one read.
const WISHES: usize = 64;

/// What the owner wants of the watch.
#[derive(Clone, Debug)]
enum Wish {
    /// To watch another gateway from now on.
    Connect(u64, Profile, Credentials),
    /// To read at once.
    Refresh,
    /// To read this often, or only when told.
    Every(Option<Duration>),
}

/// The state of a watched gateway at one moment.
#[derive(Clone, Debug)]
pub struct News {
    /// Which call of [`Watcher::connect`] this is the outcome of.
    pub generation: u64,
    /// Its nodes, in the order of the profile.
    pub nodes: Vec<NodeNews>,
    /// The last good answers of all nodes together; `None` until the first.
    pub table: Option<Arc<Dataset>>,
    /// When the oldest part of the table was received, by this machine's clock.
    pub as_of: Option<SystemTime>,
    /// What the watch is doing.
    pub activity: Activity,
}

/// The state of one node.
#[derive(Clone, Debug)]
pub struct NodeNews {
    /// Its address.
    pub url: NodeUrl,
    /// What it last said of itself.
    pub info: Option<GatewayInfo>,
    /// Why the last read failed; `None` where it did not.
    pub error: Option<GatewayError>,
}

/// What the watch is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It waits for the gateway's answer. Told only of the first read, and of one that takes long.
    Reading,
    /// It waits to read again.
    Waiting {
        /// When; `None` until it is told to.
        next: Option<SystemTime>,
    },
}

/// The handle of the thread that watches. Dropping it ends the watch, even in the middle of a read.
pub struct Watcher {
    wishes: mpsc::Sender<Wish>,
    news: watch::Receiver<Option<Arc<News>>>,
    generation: u64,
}

impl Watcher {
    /// Starts the thread, which watches nothing yet. It calls `wake` whenever there are news.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(client: Client, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (wishes, to_do) = mpsc::channel(WISHES);
        let (tell, news) = watch::channel(None);
        thread::spawn(client, to_do, tell, wake)?;
        Ok(Self { wishes, news, generation: 0 })
    }

    /// Watches this gateway from now on, and reads it at once. Gives the number that its news will carry.
    pub fn connect(&mut self, profile: Profile, credentials: Credentials) -> u64 {
        self.generation += 1;
        self.wish(Wish::Connect(self.generation, profile, credentials));
        self.generation
    }

    /// Reads at once, unless a read is under way.
    pub fn refresh(&self) {
        self.wish(Wish::Refresh);
    }

    /// Reads this often; with `None` only when told, and after a failed read.
    pub fn every(&self, interval: Option<Duration>) {
        self.wish(Wish::Every(interval));
    }

    /// The newest state, once; `None` if it was seen before, or is of a gateway that is no longer watched.
    pub fn news(&mut self) -> Option<Arc<News>> {
        if !self.news.has_changed().unwrap_or(false) {
            return None;
        }
        let news = self.news.borrow_and_update().clone();
        news.filter(|news| news.generation == self.generation)
    }

    /// The window never waits, so neither does a wish. Where so many are waiting that this one finds no room, the
    /// watch is about to do what the last of them says.
    fn wish(&self, wish: Wish) {
        let _full = self.wishes.try_send(wish);
    }
}
