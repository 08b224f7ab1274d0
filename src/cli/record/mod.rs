//! `gatewatch record`: reads gateways and records their sessions until it is stopped.

mod alerts;
mod notify;
mod outages;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use self::notify::{Notifier, NotifyError};
use self::outages::Outages;
use super::report::{note, report};
use super::stoppable::{self, StartError};
use super::target::{OpenError, OpenTarget};
use super::{ExitStatus, RecordArgs};
use crate::alert::Alerts;
use crate::display::number;
use crate::gateway::{Client, Limits};
use crate::history::{HistoryError, Location, NodeKey, Recorder, RecorderStatus};
use crate::poll::{BackgroundPoller, NodeUpdate};
use crate::settings::{self, Settings, SettingsError};

/// Time between two checks whether the threads are alive.
const CHECK_INTERVAL: Duration = Duration::from_mins(1);

/// The maximum number of nodes that a line lists.
const MAX_LISTED_NODES: usize = 3;

/// The reason why nothing is recorded.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("Recording is switched off")]
    Disabled,
    #[error("There is no folder for the history")]
    NoFolder,
    #[error("All gateways are left out of the history")]
    LeftOut,
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("Can't start a thread")]
    Thread(#[source] io::Error),
    #[error("Recording has ended unexpectedly. Report the error above")]
    Panic,
    #[error("Can't notify the service manager that recording has started")]
    Notify(#[from] NotifyError),
}

impl RecordError {
    fn status(&self) -> ExitStatus {
        match self {
            Self::Open(error) => error.status(),
            _ => ExitStatus::Failed,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Disabled => Some("remove `enabled = false` under [history] in config.toml"),
            Self::NoFolder => Some("set GATEWATCH_DATA_DIR"),
            Self::LeftOut => Some("remove `history = false` from a [[profile]] in config.toml"),
            _ => None,
        }
    }
}

/// Records until Ctrl+C, SIGTERM or, on Linux, SIGHUP.
#[must_use]
pub fn run(args: &RecordArgs) -> ExitStatus {
    match try_run(args) {
        Ok(()) => ExitStatus::Done,
        Err(error) => {
            report(&error, error.hint());
            error.status()
        }
    }
}

fn try_run(args: &RecordArgs) -> Result<(), RecordError> {
    let (runtime, stop) = stoppable::runtime()?;
    let settings = settings()?;
    let (location, keep) = history(&settings)?;
    let mut targets = OpenTarget::open_all(&args.gateways)?;
    targets.retain(|target| {
        if !target.profile.history {
            note(&format!("{} is left out of the history", target.profile.name));
        }
        target.profile.history
    });
    if targets.is_empty() {
        return Err(RecordError::LeftOut);
    }
    note(&format!("Recording in {location}"));
    let recorder = Recorder::spawn(location, Some(keep), report_status).map_err(RecordError::Thread)?;
    let recorder = Arc::new(recorder);
    let targets = Arc::new(targets);
    let changed = Arc::new(Notify::new());
    let wake = changed.clone();
    let alerts = alerts::spawn(&settings, &targets, recorder.clone(), move || wake.notify_one());
    let alerts = alerts.map_err(RecordError::Thread)?;
    let (mut observe, mut outages) = (recorder.observer(), Outages::new(targets.clone()));
    let mut evaluate = alerts.as_ref().map(Alerts::observer);
    let observer = Box::new(move |update: NodeUpdate| {
        observe(&update);
        if let Some(evaluate) = &mut evaluate {
            evaluate(&update);
        }
        outages.update(&update);
    });
    let wake = changed.clone();
    let mut poller =
        BackgroundPoller::spawn(Client::new(Limits::default()), Some(observer), move || wake.notify_one())
            .map_err(RecordError::Thread)?;
    let gateways = targets.iter().map(|target| target.to_background(args.every));
    poller.set_gateways(gateways.collect());

    let notifier = Notifier::from_env()?;
    notifier.ready()?;
    let is_alive =
        || poller.is_alive() && recorder.is_alive() && alerts.as_ref().is_none_or(Alerts::is_alive);
    let result = runtime.block_on(async {
        tokio::select! {
            () = stop => Ok(()),
            () = wait_for_end(&changed, is_alive) => Err(RecordError::Panic),
        }
    });
    if let Err(error) = notifier.stopping() {
        tracing::debug!(%error, "can't notify the service manager");
    }
    drop(poller);
    // Reports what is left, which the recorder writes.
    drop(alerts);
    // Writes what is left and the end of the coverage.
    drop(recorder);
    result
}

/// Waits until a thread has ended, which only a panic does.
async fn wait_for_end(changed: &Notify, is_alive: impl Fn() -> bool) {
    while is_alive() {
        // The recorder ends without a notification.
        let _is_time = tokio::time::timeout(CHECK_INTERVAL, changed.notified()).await;
    }
}

fn settings() -> Result<Settings, RecordError> {
    let settings = settings::folder().map(|folder| Settings::load(&folder)).transpose()?;
    Ok(settings.unwrap_or_default())
}

/// Returns where to record, and how long sessions are kept.
fn history(settings: &Settings) -> Result<(Location, Duration), RecordError> {
    if let Some(problem) = settings.history_problem() {
        return Err(problem.clone().into());
    }
    let history = &settings.history;
    if !history.enabled {
        return Err(RecordError::Disabled);
    }
    let location = history.location().ok_or(RecordError::NoFolder)?;
    Ok((location, history.keep()))
}

fn report_status(status: RecorderStatus) {
    match status {
        RecorderStatus::Recording => note("The history is written again"),
        RecorderStatus::StandingBy(nodes) => {
            note(&format!("Another process records {}. This one takes over when that ends", list(&nodes)));
        }
        RecorderStatus::TakenOver(nodes) => note(&format!("Recording {} from now on", list(&nodes))),
        RecorderStatus::Waiting(error) => report(&*error, Some(waiting_hint(&error))),
        RecorderStatus::Replaced => {
            note("The file of the history was removed or replaced. Recording continues in the new one");
        }
        RecorderStatus::StoppedUnwritten => note("Sessions that couldn't be written to the history are lost"),
        RecorderStatus::OnNetworkShare => {
            note(
                "The history is on a network share, where it can be damaged. \
                 Set GATEWATCH_DATA_DIR to a local folder, or use PostgreSQL",
            );
        }
        RecorderStatus::SetAside(path) => {
            note(&format!("The history was damaged and is now {}. A new one was started", path.display()));
        }
    }
}

/// Returns the addresses of some nodes, or their number where there are many.
fn list(nodes: &[NodeKey]) -> String {
    if nodes.len() > MAX_LISTED_NODES {
        return format!("{} nodes", number(nodes.len()));
    }
    let urls: Vec<&str> = nodes.iter().map(|node| &*node.url).collect();
    urls.join(", ")
}

fn waiting_hint(error: &HistoryError) -> &'static str {
    error.hint().unwrap_or("sessions are kept in memory until it can be written")
}
