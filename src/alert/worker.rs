//! Evaluates rules in a separate thread. Pollers only hand over their reads and never wait.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::delivery::{Channel, Outlet};
use super::engine::Engine;
use super::gather::Gather;
use super::incident::{Alert, Incident, Phase};
use super::observation::Observation;
use super::rule::{Condition, Rule};
use super::store::{Claim, Store};
use crate::history::{SessionRecord, epoch_ms};
use crate::poll::NodeUpdate;

/// The number of reads that wait to be evaluated.
const MAX_WAITING: usize = 4_096;
/// The longest time between two readings of the clock, which may be changed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Time between two checks of what is due and what has changed, while reads come.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Time between two saves while nothing is sent. A killed process loses no more than this of the time that a state has held.
const SAVE_INTERVAL: Duration = Duration::from_secs(30);
/// The default time that the owner waits for the end of the thread.
const END_TIMEOUT: Duration = Duration::from_secs(15);

/// The names of gateways, with the addresses of their nodes.
pub type Gateways = Vec<(String, Vec<Arc<str>>)>;

/// The options of [`Alerts::spawn`].
#[derive(Default)]
pub struct AlertOptions {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The gateways that are watched; `None` for all that are observed.
    pub gateways: Option<Gateways>,
    /// The folder for the state that survives a restart; `None` to keep it in memory only.
    pub folder: Option<PathBuf>,
    /// The receivers of alerts.
    pub outlets: Vec<Outlet>,
}

/// A state that is firing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveAlert {
    /// The rule.
    pub rule: Arc<Rule>,
    /// The incident.
    pub incident: Incident,
}

/// The sessions that a state is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertSessions<'a> {
    /// This session.
    One(&'a SessionRecord),
    /// All sessions of a user in a project.
    OfLogin {
        /// The user.
        username: &'a str,
        /// The project.
        project: &'a str,
    },
    /// All sessions of a user.
    OfUser(&'a str),
}

impl ActiveAlert {
    /// Returns the sessions that it is about; `None` if it is about a node or a whole gateway.
    #[must_use]
    pub fn sessions(&self) -> Option<AlertSessions<'_>> {
        let session = self.incident.session.as_ref()?;
        let username = || session.username.as_deref();
        match self.rule.condition {
            Condition::DesignerOutsideHours(_) | Condition::OlderThan(_) | Condition::SilentFor(_) => {
                Some(AlertSessions::One(session))
            }
            Condition::SignedInTwice => {
                Some(AlertSessions::OfLogin { username: username()?, project: session.project.as_deref()? })
            }
            Condition::DifferentHosts => Some(AlertSessions::OfUser(username()?)),
            _ => None,
        }
    }
}

/// The handle of the thread `alerts`. Dropping it ends the thread after everything was evaluated, sent and saved.
pub struct Alerts {
    inputs: SyncSender<Input>,
    pending: Arc<Mutex<Pending>>,
    end_timeout: Duration,
    active: Arc<Mutex<Arc<Vec<ActiveAlert>>>>,
    is_overloaded: Arc<AtomicBool>,
    /// Disconnected when the thread has ended.
    ended: Receiver<()>,
}

enum Input {
    Observation(Box<Observation>),
    /// A change of the pending requests.
    Changed,
}

/// The requests of the owner that the thread hasn't handled yet. The owner doesn't wait for it, even while the disk hangs.
#[derive(Default)]
struct Pending {
    rules: Option<Vec<Rule>>,
    gateways: Option<Gateways>,
    ends: bool,
}

impl Alerts {
    /// Starts the thread. It calls `notify` when [`active`](Self::active) changes, and when it ends.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn(options: AlertOptions, notify: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (sender, inputs) = sync_channel(MAX_WAITING);
        let (end, ended) = sync_channel::<()>(0);
        let active = Arc::<Mutex<Arc<Vec<ActiveAlert>>>>::default();
        let published = active.clone();
        let pending = Arc::<Mutex<Pending>>::default();
        let pending_of_thread = pending.clone();
        std::thread::Builder::new().name("alerts".to_owned()).spawn(move || {
            let _end = end;
            let notify = crate::notify_on_drop::NotifyOnDrop(notify);
            Thread::new(options, published, &notify.0).run(&inputs, &pending_of_thread);
        })?;
        let end_timeout = END_TIMEOUT;
        Ok(Self { inputs: sender, pending, end_timeout, active, is_overloaded: Arc::default(), ended })
    }

    /// Sets the time that dropping it waits for the end of the thread.
    #[must_use]
    pub fn with_end_timeout(mut self, timeout: Duration) -> Self {
        self.end_timeout = timeout;
        self
    }

    /// Returns a function that hands over what a poller observes, without waiting.
    pub fn observer(&self) -> impl FnMut(&NodeUpdate) + Send + use<> {
        let (inputs, is_overloaded) = (self.inputs.clone(), self.is_overloaded.clone());
        move |update| {
            match inputs.try_send(Input::Observation(Box::new(update.into()))) {
                Ok(()) => is_overloaded.store(false, Ordering::Relaxed),
                Err(TrySendError::Full(_)) if !is_overloaded.swap(true, Ordering::Relaxed) => {
                    tracing::warn!("alerts are evaluated too slowly, reads are left out");
                }
                // The thread has ended, which its owner notices.
                Err(_) => {}
            }
        }
    }

    /// Evaluates these rules from now on.
    pub fn set_rules(&self, rules: Vec<Rule>) {
        self.change(|pending| pending.rules = Some(rules));
    }

    /// Watches these gateways from now on, with the addresses of their nodes.
    pub fn set_gateways(&self, gateways: Gateways) {
        self.change(|pending| pending.gateways = Some(gateways));
    }

    /// Returns the states that are firing.
    #[must_use]
    pub fn active(&self) -> Arc<Vec<ActiveAlert>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns `false` if the thread has ended, which happens only after a panic.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.ended.try_recv() == Err(TryRecvError::Empty)
    }

    fn change(&self, change: impl FnOnce(&mut Pending)) {
        change(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        // If it is full, the thread has enough to wake up for. It may have ended, too.
        let _is_full = self.inputs.try_send(Input::Changed);
    }
}

impl Drop for Alerts {
    fn drop(&mut self) {
        self.change(|pending| pending.ends = true);
        if self.ended.recv_timeout(self.end_timeout) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the program ends before all alerts are sent");
        }
    }
}

struct Thread<'a, F> {
    engine: Engine,
    store: Store,
    outlets: Vec<(Outlet, Gather<Alert>)>,
    active: Arc<Mutex<Arc<Vec<ActiveAlert>>>>,
    /// The revisions of the engine that were published and saved.
    published: Option<u64>,
    saved: u64,
    saved_at: Instant,
    /// Time of the last check of what is due and what has changed, and the next time at which something is due.
    checked_at: Instant,
    due_at: Option<i64>,
    notify: &'a F,
}

impl<'a, F: Fn()> Thread<'a, F> {
    fn new(options: AlertOptions, active: Arc<Mutex<Arc<Vec<ActiveAlert>>>>, notify: &'a F) -> Self {
        let AlertOptions { rules, gateways, folder, outlets } = options;
        let mut engine = Engine::new(rules);
        // Unique, also for another thread of this process.
        let name = format!("{}-{:08x}", std::process::id(), fastrand::u32(..));
        let mut store = Store::new(folder, name);
        engine.restore(store.load());
        if let Some(gateways) = gateways {
            engine.set_watched(gateways);
        }
        let outlets = outlets.into_iter().map(|outlet| (outlet, Gather::default())).collect();
        let now = Instant::now();
        let saved = engine.revision();
        Self {
            engine,
            store,
            outlets,
            active,
            published: None,
            saved,
            saved_at: now,
            checked_at: now,
            due_at: None,
            notify,
        }
    }

    fn run(mut self, inputs: &Receiver<Input>, pending: &Mutex<Pending>) {
        loop {
            let input = inputs.recv_timeout(self.pause());
            let pending = std::mem::take(&mut *pending.lock().unwrap_or_else(PoisonError::into_inner));
            let ends = pending.ends || matches!(input, Err(RecvTimeoutError::Disconnected));
            let is_changed = pending.rules.is_some() || pending.gateways.is_some();
            if let Some(rules) = pending.rules {
                self.engine.set_rules(rules);
            }
            if let Some(gateways) = pending.gateways {
                self.watch(gateways);
            }
            let mut alerts = Vec::new();
            // Before the end, also those that wait. Others may come meanwhile.
            let waiting = inputs.try_iter().take(if ends { MAX_WAITING } else { 0 });
            for input in input.into_iter().chain(waiting) {
                if let Input::Observation(observation) = input {
                    alerts.extend(self.engine.observe(*observation));
                }
            }
            if ends {
                alerts.extend(self.engine.flush(now()));
                self.send_out(alerts);
                self.save(&[]);
                for (outlet, gather) in &mut self.outlets {
                    deliver(outlet, &gather.flush_all());
                }
                return;
            }
            // Also while reads come without a pause.
            let is_due = self.due_at.is_some_and(|due_at| due_at <= now());
            if is_due {
                alerts.extend(self.engine.tick(now()));
            }
            // Many things may be known, and many reads come.
            let is_time =
                is_due || is_changed || !alerts.is_empty() || self.checked_at.elapsed() >= CHECK_INTERVAL;
            self.send_out(alerts);
            if is_time {
                self.check();
            }
        }
    }

    /// Watches these gateways from now on. For those that weren't watched before, the state that
    /// other processes have saved is used.
    fn watch(&mut self, gateways: Gateways) {
        if self.engine.revision() != self.saved {
            self.save(&[]);
        }
        let added = self.engine.set_watched(gateways);
        if added.is_empty() || self.store.is_failing() {
            return;
        }
        if let Some(saved) = self.store.read() {
            self.engine.replace(saved, &added);
        }
    }

    /// Determines the next time at which something is due. Publishes and saves changes.
    fn check(&mut self) {
        self.checked_at = Instant::now();
        let outlets = self.outlets.iter().filter_map(|(_, gather)| gather.flush_at());
        self.due_at = self.engine.wake_at(now()).into_iter().chain(outlets).min();
        self.publish();
        if self.engine.revision() != self.saved && self.saved_at.elapsed() >= SAVE_INTERVAL {
            self.save(&[]);
        }
    }

    /// Returns the time until there is something to do without a read.
    fn pause(&self) -> Duration {
        let due_in = self.due_at.map(|due_at| due_at.saturating_sub(now()).try_into().unwrap_or_default());
        let due_in = due_in.map_or(LONGEST_PAUSE, |ms| Duration::from_millis(ms).min(LONGEST_PAUSE));
        let is_published = self.published == Some(self.engine.revision());
        if is_published { due_in } else { due_in.min(CHECK_INTERVAL) }
    }

    /// Delivers the alerts that no other process has sent.
    fn send_out(&mut self, alerts: Vec<Alert>) {
        let now = now();
        let mut claims = Vec::new();
        for alert in &alerts {
            let takes = |outlet: &Outlet| outlet.channel.takes(alert) && outlet.channel.is_shared();
            for (outlet, _) in self.outlets.iter().filter(|(outlet, _)| takes(outlet)) {
                claims.extend(alert.incidents.iter().map(|incident| Claim {
                    key: incident.subject.clone(),
                    channel: outlet.channel,
                    phase: alert.phase,
                    since: incident.since,
                    ended: incident.ended.filter(|_| alert.phase == Phase::Resolved),
                    spread_ms: incident.spread_ms,
                    cooldown: alert.rule.cooldown,
                }));
            }
        }
        let granted = if claims.is_empty() { Vec::new() } else { self.save(&claims) };
        let mut granted = granted.into_iter();
        for alert in alerts {
            tracing::info!(rule = alert.rule.name, phase = alert.phase.name(), "{}", alert.text());
            for (outlet, gather) in self.outlets.iter_mut().filter(|(outlet, _)| outlet.channel.takes(&alert))
            {
                let (mut alert, mut refused) = (alert.clone(), Vec::new());
                if outlet.channel.is_shared() {
                    let others = alert.incidents.extract_if(.., |_| !granted.next().unwrap_or(true));
                    refused = others.collect();
                }
                let is_desktop = outlet.channel == Channel::Desktop;
                if is_desktop && alert.phase == Phase::Resolved && !refused.is_empty() {
                    let quiet = Alert { is_quiet: true, incidents: refused, ..alert.clone() };
                    deliver(outlet, &gather.push(vec![quiet], now));
                }
                if alert.incidents.is_empty() {
                    continue;
                }
                match outlet.channel {
                    Channel::Desktop => deliver(outlet, &gather.push(vec![alert], now)),
                    _ => deliver(outlet, &[alert]),
                }
            }
        }
        for (outlet, gather) in &mut self.outlets {
            let together = gather.flush(now);
            deliver(outlet, &together);
        }
    }

    fn save(&mut self, claims: &[Claim]) -> Vec<bool> {
        let revision = self.engine.revision();
        let (saved, gateways) = (self.engine.save(), self.engine.observed_gateways());
        let granted = self.store.save(saved, &gateways, claims, now());
        self.saved_at = Instant::now();
        // Otherwise it is tried again.
        if !self.store.is_failing() {
            self.saved = revision;
        }
        granted
    }

    fn publish(&mut self) {
        let revision = Some(self.engine.revision());
        if std::mem::replace(&mut self.published, revision) == revision {
            return;
        }
        let active: Vec<ActiveAlert> =
            self.engine.active().into_iter().map(|(rule, incident)| ActiveAlert { rule, incident }).collect();
        let mut published = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        if **published != active {
            *published = Arc::new(active);
            drop(published);
            (self.notify)();
        }
    }
}

fn deliver(outlet: &mut Outlet, alerts: &[Alert]) {
    if !alerts.is_empty() {
        outlet.delivery.deliver(alerts);
    }
}

fn now() -> i64 {
    epoch_ms(SystemTime::now())
}

#[cfg(test)]
mod tests;
