//! The thread behind a [`Watcher`](super::Watcher): one loop that hears wishes, answers and the clock.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::{Activity, News, NodeNews, Wishes, pause};
use crate::dataset::Dataset;
use crate::gateway::{Ask, Client, Credentials, GatewayError, Profile, Reading};
use crate::wake::WakeAtEnd;

/// A read that takes longer is shown as such; one that does not would only flicker.
const WORTH_SHOWING: Duration = Duration::from_millis(500);

pub(super) fn spawn(
    client: Client,
    wishes: watch::Receiver<Wishes>,
    tell: watch::Sender<Option<Arc<News>>>,
    wake: impl Fn() + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        // Also when it ends by a fault, so that the owner looks.
        let wake = WakeAtEnd(wake);
        let watch = Watch { client, tell, wake: &wake.0, every: None, refreshes: 0, watched: None };
        runtime.block_on(watch.run(wishes));
        // A large answer may still be read by a helper thread; nobody waits for it.
        runtime.shutdown_background();
    })?;
    Ok(())
}

/// The thread's state.
struct Watch<'a, W> {
    client: Client,
    tell: watch::Sender<Option<Arc<News>>>,
    wake: &'a W,
    every: Option<Duration>,
    /// How many wishes to read were heard.
    refreshes: u64,
    watched: Option<Watched>,
}

/// The gateway that is watched.
struct Watched {
    generation: u64,
    credentials: Credentials,
    nodes: Vec<Node>,
    /// What the nodes' last good answers are together.
    table: Option<Arc<Dataset>>,
    /// How many times in a row a read failed on every node.
    failures: u32,
    /// The reads under way, by the node's place. Dropping them ends them.
    reads: JoinSet<(usize, Result<Reading, GatewayError>)>,
    /// When the reads under way become worth showing.
    slow_at: Option<Instant>,
    /// When to read again.
    next_at: Option<Instant>,
}

/// One node of it.
struct Node {
    news: NodeNews,
    last_good: Option<Reading>,
}

impl<W: Fn()> Watch<'_, W> {
    /// Until nobody is left to wish anything.
    async fn run(mut self, mut wishes: watch::Receiver<Wishes>) {
        loop {
            let event = match &mut self.watched {
                None => Event::Wishes(wishes.changed().await.is_ok()),
                Some(watched) => tokio::select! {
                    wishes = wishes.changed() => Event::Wishes(wishes.is_ok()),
                    Some(read) = watched.reads.join_next() => Event::Read(read),
                    () = at(watched.slow_at) => Event::Slow,
                    () = at(watched.next_at) => Event::Due,
                },
            };
            match event {
                Event::Wishes(false) => return,
                Event::Wishes(true) => {
                    let wishes = wishes.borrow_and_update().clone();
                    self.obey(wishes);
                }
                Event::Read(Ok((node, read))) => self.take(node, read),
                // A read is only cancelled together with all that is known of its gateway, so this is a panic.
                Event::Read(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                Event::Slow => self.tell(Activity::Reading),
                Event::Due => self.read(),
            }
        }
    }

    fn obey(&mut self, wishes: Wishes) {
        let Wishes { gateway, every, refreshes } = wishes;
        let changed_interval = self.every != every;
        self.every = every;
        let told_to_read = self.refreshes != refreshes;
        self.refreshes = refreshes;

        let now = self.watched.as_ref().map(|watched| watched.generation);
        match gateway {
            Some((generation, profile, credentials)) if Some(generation) != now => {
                self.watched = Some(Watched::new(generation, &profile, credentials));
                self.tell(Activity::Reading);
                self.read();
            }
            _ if told_to_read => self.read(),
            _ if changed_interval => self.wait(),
            _ => {}
        }
    }

    /// Starts to read all nodes, unless that is under way.
    fn read(&mut self) {
        let Some(watched) = self.watched.as_mut().filter(|watched| watched.reads.is_empty()) else {
            return;
        };
        watched.next_at = None;
        watched.slow_at = Some(Instant::now() + WORTH_SHOWING);
        let nodes = watched.nodes.iter().map(|node| &node.news.url);
        watched.reads = self.client.start_reads(nodes, &watched.credentials, &Ask::default());
    }

    /// Takes one node's answer, and all of them together once the last is there.
    fn take(&mut self, place: usize, read: Result<Reading, GatewayError>) {
        let Some(watched) = &mut self.watched else {
            return;
        };
        watched.nodes[place].take(read);
        if watched.reads.is_empty() {
            watched.slow_at = None;
            watched.combine();
            self.wait();
        }
    }

    /// Sets the clock for the next read, unless one is under way.
    fn wait(&mut self) {
        let every = self.every;
        let Some(watched) = self.watched.as_mut().filter(|watched| watched.reads.is_empty()) else {
            return;
        };
        let pause = watched.pause(every);
        watched.next_at = pause.map(|pause| Instant::now() + pause);
        let next = pause.map(|pause| SystemTime::now() + pause);
        self.tell(Activity::Waiting { next });
    }

    fn tell(&mut self, activity: Activity) {
        let Some(watched) = &mut self.watched else {
            return;
        };
        if activity == Activity::Reading {
            watched.slow_at = None;
        }
        self.tell.send_replace(Some(Arc::new(watched.news(activity))));
        (self.wake)();
    }
}

enum Event {
    /// Whether somebody is left to wish.
    Wishes(bool),
    Read(Result<(usize, Result<Reading, GatewayError>), tokio::task::JoinError>),
    Slow,
    Due,
}

/// Waits until then, or for ever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

impl Watched {
    fn new(generation: u64, profile: &Profile, credentials: Credentials) -> Self {
        let nodes = profile.nodes().iter().map(|url| Node {
            news: NodeNews { url: url.clone(), info: None, error: None },
            last_good: None,
        });
        Self {
            generation,
            credentials,
            nodes: nodes.collect(),
            table: None,
            failures: 0,
            reads: JoinSet::new(),
            slow_at: None,
            next_at: None,
        }
    }

    /// Puts the nodes' last good answers together.
    fn combine(&mut self) {
        let all_failed = self.nodes.iter().all(|node| node.news.error.is_some());
        self.failures = if all_failed { self.failures.saturating_add(1) } else { 0 };
        if all_failed {
            return;
        }
        let parts: Vec<Arc<Dataset>> = self
            .nodes
            .iter()
            .filter_map(|node| node.last_good.as_ref())
            .map(|reading| reading.dataset.clone())
            .collect();
        self.table = (!parts.is_empty()).then(|| Dataset::concat(&parts));
    }

    /// How long to wait before the next read; `None` until told.
    fn pause(&self, every: Option<Duration>) -> Option<Duration> {
        let failed = self.nodes.iter().any(|node| node.news.error.is_some());
        if self.failures > 0 {
            return Some(pause::after_failures(self.failures, fastrand::f64()));
        }
        // Where only some nodes failed, the others' rows go on; without an interval, the failed ones are not left.
        every.or_else(|| failed.then(|| pause::after_failures(u32::MAX, fastrand::f64())))
    }

    fn news(&self, activity: Activity) -> News {
        let good = self.nodes.iter().filter_map(|node| node.last_good.as_ref());
        News {
            generation: self.generation,
            nodes: self.nodes.iter().map(|node| node.news.clone()).collect(),
            table: self.table.clone(),
            as_of: good.map(|reading| reading.received).min(),
            activity,
        }
    }
}

impl Node {
    fn take(&mut self, read: Result<Reading, GatewayError>) {
        match read {
            Ok(reading) => {
                self.news.info.clone_from(&reading.info);
                self.news.error = None;
                self.last_good = Some(reading);
            }
            // What the node said of itself stays: a gateway that went away has not changed its name.
            Err(error) => self.news.error = Some(error),
        }
    }
}
