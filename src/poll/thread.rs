//! The thread behind a [`Poller`](super::Poller): one loop that hears wishes, answers and the clock.
//!
//! Each node is read at its own pace, so that a slow one holds up no other. What several tell within a moment is told
//! on together.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::node::Node;
use super::suspend::{Clocks, Jump};
use super::{Activity, GatewayStatus, PollRequest};
use crate::dataset::{Dataset, Part, concat};
use crate::gateway::{
    Client, Credentials, GatewayError, NodeSnapshot, Profile, Proof, ReadOptions, node_names,
};
use crate::notify_on_drop::NotifyOnDrop;

/// What a few nodes tell within this time is told on together.
const GATHER: Duration = Duration::from_millis(100);
/// What more nodes than this tell is gathered for longer.
const FEW: usize = 8;
/// So long: of two hundred nodes one answers every hundredth of a second, and the table is made anew each time.
const GATHER_MANY: Duration = Duration::from_millis(500);

pub(super) fn spawn(
    clocks: Clocks,
    client: Client,
    wishes: watch::Receiver<PollRequest>,
    tell: watch::Sender<Option<Arc<GatewayStatus>>>,
    wake: impl Fn() + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        // Also when it ends by a fault, so that the owner looks.
        let wake = NotifyOnDrop(wake);
        let watch = Watch { clocks, client, tell, wake: &wake.0, every: None, refreshes: 0, watched: None };
        runtime.block_on(watch.run(wishes));
        // A large answer may still be read by a helper thread; nobody waits for it.
        runtime.shutdown_background();
    })?;
    Ok(())
}

/// The thread's state.
struct Watch<'a, W> {
    clocks: Clocks,
    client: Client,
    tell: watch::Sender<Option<Arc<GatewayStatus>>>,
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
    proof: Proof,
    ask: ReadOptions,
    nodes: Vec<Node>,
    /// What the nodes' last good answers are together.
    table: Option<Arc<Dataset>>,
    /// Some node's sessions are other ones than those in the table.
    has_changed: bool,
    /// The reads under way, by the node's place. Dropping them ends them.
    reads: JoinSet<(usize, Result<NodeSnapshot, GatewayError>)>,
    /// When to tell what has come.
    tell_at: Option<Instant>,
    /// When something was told last.
    told_at: Option<Instant>,
    /// It was told that the reads under way take long.
    told_slow: bool,
    /// Somebody told to read, and has not heard yet what came of it.
    was_told_to: bool,
}

impl<W: Fn()> Watch<'_, W> {
    /// Until nobody is left to wish anything.
    async fn run(mut self, mut wishes: watch::Receiver<PollRequest>) {
        loop {
            let event = match &mut self.watched {
                None => Event::PollRequest(wishes.changed().await.is_ok()),
                Some(watched) => {
                    let (tell, due, slow) = (watched.tell_at, watched.due_at(), watched.slow_at());
                    // Whoever waits only until told to read looks at the clocks then.
                    let look = (due.is_some() || !watched.reads.is_empty()).then(|| self.clocks.look_at());
                    tokio::select! {
                        wishes = wishes.changed() => Event::PollRequest(wishes.is_ok()),
                        Some(read) = watched.reads.join_next() => Event::Read(read),
                        () = at(tell) => Event::Tell,
                        () = at(due) => Event::Due,
                        () = at(slow) => Event::Tell,
                        () = at(look) => Event::Due,
                    }
                }
            };
            // An answer that has come is taken first: its node is not being read any more.
            if !matches!(event, Event::Read(_)) {
                self.look_at_the_clocks();
            }
            match event {
                Event::PollRequest(false) => return,
                Event::PollRequest(true) => {
                    let wishes = wishes.borrow_and_update().clone();
                    self.obey(wishes);
                }
                Event::Read(Ok((node, read))) => self.take(node, read),
                // A read is only cancelled together with all that is known of its gateway, so this is a panic.
                Event::Read(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                Event::Tell => self.tell(),
                Event::Due => self.read(|node, now| node.due_at().is_some_and(|due| due <= now)),
            }
        }
    }

    /// Notices that the machine slept, or that somebody set its clock.
    fn look_at_the_clocks(&mut self) {
        let Some(jump) = self.clocks.look() else {
            return;
        };
        // What was open is probably dead, and would cost a time limit to find out.
        self.client = self.client.afresh();
        let Some(watched) = &mut self.watched else {
            return;
        };
        match jump {
            Jump::Forth(slept) => {
                watched.reads = JoinSet::new();
                // Overnight a password may have been changed.
                watched.proof = Proof::of(&watched.credentials);
                let now = Instant::now();
                watched.nodes.iter_mut().for_each(|node| node.sleep_through(slept, now));
                self.read(|node, now| node.due_at().is_some_and(|due| due <= now));
            }
            Jump::Back(by) => watched.nodes.iter_mut().for_each(|node| node.set_back(by)),
        }
        self.tell();
    }

    fn obey(&mut self, wishes: PollRequest) {
        let PollRequest { gateway, every, refreshes } = wishes;
        let changed_interval = self.every != every;
        self.every = every;
        let told_to_read = self.refreshes != refreshes;
        self.refreshes = refreshes;

        let now = self.watched.as_ref().map(|watched| watched.generation);
        match gateway {
            Some((generation, profile, credentials)) if Some(generation) != now => {
                // What it trusts is its own.
                self.client = self.client.trusting(profile.trust.clone());
                self.watched = Some(Watched::new(generation, &profile, credentials));
                self.read(|_, _| true);
                self.tell();
            }
            None => self.watched = None,
            _ if told_to_read => {
                if let Some(watched) = &mut self.watched {
                    watched.was_told_to = true;
                    watched.proof = Proof::of(&watched.credentials);
                    watched.nodes.iter_mut().for_each(|node| node.is_awaited = true);
                }
                self.read(|_, _| true);
            }
            _ if changed_interval => {
                if let Some(watched) = &mut self.watched {
                    let (now, wall) = (Instant::now(), self.clocks.wall());
                    watched.nodes.iter_mut().for_each(|node| node.wait(every, now, wall));
                    self.tell();
                }
            }
            _ => {}
        }
    }

    /// Starts to read these nodes, unless they are being read. Where the login has opened none yet, a few go first.
    fn read(&mut self, wanted: impl Fn(&Node, Instant) -> bool) {
        let Some(watched) = &mut self.watched else {
            return;
        };
        let now = Instant::now();
        let Watched { nodes, reads, credentials, proof, ask, tell_at, .. } = watched;
        let is_due = |node: &Node| !node.is_reading() && wanted(node, now);
        let mut due: Vec<usize> = (0..nodes.len()).filter(|&place| is_due(&nodes[place])).collect();
        // Those that are dead must not stand before the one that would take the login.
        due.sort_by_key(|&place| nodes[place].failures());
        for place in due {
            let node = &mut nodes[place];
            if proof.room(reads.len()) == 0 {
                node.hold();
                continue;
            }
            node.begin(now);
            let client = node.client.as_ref().unwrap_or(&self.client);
            client.start_read(reads, place, &node.news.url, credentials, ask);
        }
        // As long as somebody is being asked, the login may still be taken.
        if proof.is_refused() && reads.is_empty() {
            for node in nodes.iter_mut().filter(|node| node.is_held()) {
                node.spare();
                tell_at.get_or_insert(now);
            }
        }
    }

    /// Takes one node's answer. It is told at once where nobody else is about to say something.
    fn take(&mut self, place: usize, read: Result<NodeSnapshot, GatewayError>) {
        let every = self.every;
        let Some(watched) = &mut self.watched else {
            return;
        };
        let (now, wall) = (Instant::now(), self.clocks.wall());
        let node = &mut watched.nodes[place];
        if node.fell_silent(&read) {
            node.client = Some(self.client.afresh());
        }
        watched.proof.take(&watched.credentials, read.as_ref().err());
        watched.has_changed |= node.take(read);
        node.wait(every, now, wall);
        // Those that wait for the login go on, or are spared, as it turned out.
        self.read(|node, _| node.is_held());
        let Some(watched) = &mut self.watched else {
            return;
        };
        let are_many = watched.nodes.len() > FEW;
        let gather = if are_many { GATHER_MANY } else { GATHER };
        // Many at their own paces say something all the time, though often nobody else is just about to.
        let too_soon = watched.told_at.map(|told| told + gather).filter(|soonest| are_many && *soonest > now);
        match too_soon {
            None if watched.reads.is_empty() => self.tell(),
            soonest => {
                watched.tell_at.get_or_insert(soonest.unwrap_or(now + gather));
            }
        }
    }

    fn tell(&mut self) {
        let Some(watched) = &mut self.watched else {
            return;
        };
        let now = Instant::now();
        watched.tell_at = None;
        watched.told_at = Some(now);
        watched.combine();
        let news = Arc::new(watched.news(now));
        let before = self.tell.send_replace(Some(news.clone()));
        // Whoever told to read wants to see that it was. Otherwise what did not change is no reason to paint anything.
        let is_wanted = watched.was_told_to;
        watched.was_told_to = is_wanted && watched.nodes.iter().any(|node| node.is_awaited);
        if is_wanted || !before.is_some_and(|before| before.says_the_same(&news)) {
            (self.wake)();
        }
    }
}

enum Event {
    /// Whether somebody is left to wish.
    PollRequest(bool),
    Read(Result<(usize, Result<NodeSnapshot, GatewayError>), tokio::task::JoinError>),
    Tell,
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
        Self {
            generation,
            proof: Proof::of(&credentials),
            credentials,
            ask: profile.ask(),
            nodes: profile.nodes().iter().cloned().map(Node::new).collect(),
            table: None,
            has_changed: false,
            reads: JoinSet::new(),
            tell_at: None,
            told_at: None,
            told_slow: false,
            was_told_to: false,
        }
    }

    /// When the next node is to be read.
    fn due_at(&self) -> Option<Instant> {
        self.nodes.iter().filter_map(Node::due_at).min()
    }

    /// When it is to be told that a read takes long.
    fn slow_at(&self) -> Option<Instant> {
        if self.told_slow { None } else { self.nodes.iter().filter_map(Node::slow_at).min() }
    }

    /// Puts the nodes' last good answers together, if one of them is another than before.
    fn combine(&mut self) {
        if !std::mem::take(&mut self.has_changed) {
            return;
        }
        if let [only] = &self.nodes[..] {
            self.table = only.last_good.as_ref().map(|reading| reading.dataset.clone());
            return;
        }
        let nodes: Vec<_> = self.nodes.iter().map(|node| (&node.news.url, node.news.info.as_ref())).collect();
        let names = node_names(&nodes);
        let mut parts: Vec<Part> = Vec::new();
        for (name, node) in names.into_iter().zip(&mut self.nodes) {
            node.news.name = Some(name.clone());
            parts.extend(node.last_good.as_ref().map(|reading| (name, reading.dataset.clone())));
        }
        self.table = (!parts.is_empty()).then(|| Arc::new(concat(&parts)));
    }

    fn news(&mut self, now: Instant) -> GatewayStatus {
        let good = || self.nodes.iter().filter_map(|node| node.last_good.as_ref());
        let is_reading = |node: &Node| node.is_reading() || node.is_held();
        let is_slow = self.table.is_none() && self.nodes.iter().all(is_reading)
            || self.nodes.iter().any(|node| node.is_slow(now));
        self.told_slow = is_slow;
        let next = self.nodes.iter().filter_map(|node| node.news.next).min();
        GatewayStatus {
            generation: self.generation,
            nodes: self.nodes.iter().map(|node| node.news.clone()).collect(),
            table: self.table.clone(),
            as_of: good().map(|reading| reading.received).min(),
            ahead_ms: self.nodes.iter().find_map(Node::ahead_ms),
            activity: if is_slow { Activity::Reading } else { Activity::Waiting { next } },
        }
    }
}
