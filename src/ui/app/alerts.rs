//! Evaluates the alerts in the settings over what the window reads.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::App;
use super::recording::Recording;
use crate::alert::{
    Alert, AlertOptions, Alerts, COMMAND_TIMEOUT, Channel, CommandError, CommandRunner, Delivery, Gateways,
    Outlet, Rule,
};
use crate::gateway::Profile;
use crate::poll::NodeUpdate;
use crate::ui::error_report::ErrorReport;
use crate::ui::model::{MAX_LISTED_ALERTS, ShownGateways, Task};

/// Maximum times that a closing window waits for running commands, and until everything is sent and
/// saved.
const COMMANDS_END: Duration = Duration::from_secs(2);
const ALERTS_END: Duration = Duration::from_secs(4);

/// Creates a delivery, which may start a thread.
pub type OpenDelivery = Arc<dyn Fn() -> Box<dyn Delivery> + Send + Sync>;

/// The storage of alerts, and their delivery to the desktop.
#[derive(Clone, Default)]
pub struct AlertSetup {
    /// The folder for what survives a restart and is shared with other processes; `None` to keep it in memory only.
    pub folder: Option<PathBuf>,
    /// Creates the delivery to the desktop, when there are alerts; `None` for none.
    pub desktop: Option<OpenDelivery>,
}

/// The evaluation of alerts.
pub(super) struct Alerting {
    setup: AlertSetup,
    /// The thread; `None` until there is an alert.
    alerts: Option<Alerts>,
    observer: AlertObserver,
    received: Received,
    rules: Vec<Rule>,
    watched: Gateways,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// Passes on what pollers observe, once there are alerts. Clones share the receiver.
#[derive(Clone, Default)]
struct AlertObserver(Arc<Mutex<Option<Observe>>>);

type Observe = Box<dyn FnMut(&NodeUpdate) + Send>;

impl AlertObserver {
    fn lock(&self) -> MutexGuard<'_, Option<Observe>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn observe(&self, update: &NodeUpdate) {
        if let Some(observe) = &mut *self.lock() {
            observe(update);
        }
    }
}

/// The reports of the threads until a frame shows them. Clones share them.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<Reports>>);

#[derive(Default)]
struct Reports {
    /// The alerts, the oldest first.
    sent: VecDeque<Alert>,
    /// The last command that has failed.
    failure: Option<ErrorReport>,
}

impl Received {
    fn lock(&self) -> MutexGuard<'_, Reports> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, alerts: &[Alert]) {
        let sent = &mut self.lock().sent;
        sent.extend(alerts.iter().cloned());
        // A window that can't be seen draws no frames.
        let surplus = sent.len().saturating_sub(MAX_LISTED_ALERTS);
        sent.drain(..surplus);
    }
}

impl Alerting {
    /// Prepares to evaluate alerts. There is no thread without any.
    pub(super) fn new(setup: AlertSetup, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            setup,
            alerts: None,
            observer: AlertObserver::default(),
            received: Received::default(),
            rules: Vec::new(),
            watched: Vec::new(),
            wake: Arc::new(wake),
        }
    }

    /// Returns an observer for a poller.
    pub(super) fn observer(&self) -> impl Fn(&NodeUpdate) + Send + use<> {
        let observer = self.observer.clone();
        move |update| observer.observe(update)
    }

    /// Evaluates these rules from now on.
    ///
    /// # Errors
    /// If the thread can't be started.
    pub(super) fn set_rules(&mut self, rules: &[Rule], recording: &Recording) -> io::Result<()> {
        if self.rules == rules {
            return Ok(());
        }
        if let Some(alerts) = &self.alerts {
            alerts.set_rules(rules.to_vec());
        } else if rules.iter().any(|rule| rule.is_enabled) {
            let alerts = self.spawn(rules.to_vec(), recording)?;
            *self.observer.lock() = Some(Box::new(alerts.observer()));
            self.alerts = Some(alerts);
        }
        self.rules = rules.to_vec();
        Ok(())
    }

    fn spawn(&self, rules: Vec<Rule>, recording: &Recording) -> io::Result<Alerts> {
        let note = recording.action_recorder();
        let record = move |alerts: &[Alert]| {
            for alert in alerts {
                if let Some((node, action)) = alert.action() {
                    note(node, alert.system_time(), action);
                }
            }
        };
        let (received, wake) = (self.received.clone(), self.wake.clone());
        let changes = recording.changes().clone();
        let list = move |alerts: &[Alert]| {
            received.add(alerts);
            // The activity has entries about them.
            alerts
                .iter()
                .flat_map(|alert| &alert.incidents)
                .for_each(|one| changes.note_action(&one.gateway));
            wake();
        };
        let (received, wake) = (self.received.clone(), self.wake.clone());
        let fail = move |error: &CommandError| {
            received.lock().failure = Some(ErrorReport::new(error));
            wake();
        };
        let commands = CommandRunner::with_timeouts(COMMAND_TIMEOUT, COMMANDS_END, fail);
        let mut outlets = vec![
            Outlet::new(Channel::List, list),
            Outlet::new(Channel::History, record),
            Outlet::new(Channel::Command, commands),
        ];
        if let Some(open) = &self.setup.desktop {
            outlets.push(Outlet { channel: Channel::Desktop, delivery: open() });
        }
        let (gateways, folder) = (Some(self.watched.clone()), self.setup.folder.clone());
        let wake = self.wake.clone();
        let options = AlertOptions { rules, gateways, folder, outlets };
        Ok(Alerts::spawn(options, move || wake())?.with_end_timeout(ALERTS_END))
    }

    /// Watches these gateways from now on.
    fn watch(&mut self, gateways: Gateways) {
        if self.watched == gateways {
            return;
        }
        if let Some(alerts) = &self.alerts {
            alerts.set_gateways(gateways.clone());
        }
        self.watched = gateways;
    }

    /// Returns `false` if the thread has ended, which only a panic does.
    pub(super) fn is_alive(&self) -> bool {
        self.alerts.as_ref().is_none_or(Alerts::is_alive)
    }
}

impl App {
    /// Evaluates the alerts in the settings.
    pub(super) fn update_alerts(&mut self) {
        let Self { alerting, settings, recording, .. } = self;
        if let Err(error) = alerting.set_rules(&settings.alerts, recording) {
            let report = ErrorReport::with_summary("Can't evaluate alerts", &error);
            self.state.toasts.error(Task::Alerts, report);
        }
        self.state.alerts.rules = self.settings.alerts.iter().filter(|rule| rule.is_enabled).count();
    }

    /// Lists what is wrong with alerts. `recent` are the gateways that are known without being saved.
    pub(super) fn list_alert_problems(&mut self, recent: &[Profile]) {
        let missing = self.settings.missing_gateways(recent);
        let problems = self.settings.alert_problems.iter().map(|problem| ErrorReport::new(problem));
        let problems = problems.chain(missing.iter().map(|missing| ErrorReport::new(missing)));
        self.state.alerts.problems = problems.collect();
        self.state.missing_gateways = missing;
    }

    /// Sets the gateways that the alerts watch. Call it before a poller reads others: what is read of a gateway that isn't
    /// watched yet is left out, and a read may end at once.
    pub(super) fn watch_for_alerts(&mut self) {
        let shows_all = self.state.gateways.shown == ShownGateways::All;
        let is_read = |profile: &&Profile| shows_all || self.background_interval(profile).is_some();
        let others = self.settings.profiles.iter().filter(is_read);
        let mut gateways = Gateways::new();
        for profile in self.profile.iter().chain(others) {
            if !gateways.iter().any(|(name, _)| *name == profile.name) {
                let nodes = profile.nodes().iter().map(|node| node.to_string().into());
                gateways.push((profile.name.clone(), nodes.collect()));
            }
        }
        self.alerting.watch(gateways);
    }

    /// Receives what is firing and what was sent.
    pub(super) fn receive_alerts(&mut self) {
        if let Some(alerts) = &self.alerting.alerts {
            self.state.alerts.set_firing(alerts.active());
        }
        let Reports { sent, failure } = std::mem::take(&mut *self.alerting.received.lock());
        self.state.alerts.add(sent, self.state.now());
        if let Some(failure) = failure {
            self.state.toasts.error(Task::Alerts, failure);
        }
    }
}
