//! The thread that writes the settings, so that the window never waits for the disk.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::alert::Rule;
use crate::atomic_file::FileError;
use crate::error_chain::ErrorChain;
use crate::gateway::{Credentials, Profile};
use crate::notify_on_drop::NotifyOnDrop;
use crate::settings::{
    SavedFilter, Settings, SettingsError, State, remove_alert, remove_profile, save_alert, save_keep_days,
    save_mark_time, save_profile, save_recording, save_refresh,
};

/// Capacity of both channels. A person makes one change at a time.
const QUEUE_LEN: usize = 64;

/// A change of the settings.
#[derive(Debug)]
pub(super) enum Change {
    /// Saves the state for the next run.
    State(State),
    /// Saves the fields of a gateway that differ between `before` and `after`, or all of them.
    SaveProfile { before: Option<Profile>, after: Profile },
    /// Saves or removes a gateway for the user, who waits for the outcome.
    Gateway(Arc<GatewayChange>),
    /// Saves or removes an alert for the user, who waits for the outcome.
    Alert(Arc<AlertChange>),
    /// Reads the settings, which other windows may have changed.
    Reload,
    /// Saves a filter.
    SaveFilter(SavedFilter),
    /// Deletes the filter of this name.
    RemoveFilter(String),
    /// Saves the interval of gateways without one of their own; zero for manual refresh.
    Refresh(Duration),
    /// Saves how long sessions that have just signed in or left are marked.
    MarkTime(Duration),
    /// Saves whether sessions are recorded.
    Recording(bool),
    /// Saves for how many days recorded sessions are kept.
    KeepDays(u32),
}

/// A change of a saved gateway that the user has asked for, with what is needed once it is made.
#[derive(Debug)]
pub(super) enum GatewayChange {
    /// Saves the gateway in the form.
    Save {
        /// The profile saved before, if any.
        before: Option<Profile>,
        /// The profile to save.
        after: Box<Profile>,
        /// The login; `None` if its secret wasn't typed.
        credentials: Option<Credentials>,
    },
    /// Removes a gateway.
    Remove(Profile),
}

/// A change of an alert that the user has asked for.
#[derive(Debug)]
pub(super) enum AlertChange {
    /// Saves the alert in the form: the keys that differ between `before` and `after`, or all of them.
    Save { before: Option<Rule>, after: Rule },
    /// Switches an alert on or off.
    Switch { before: Rule, after: Rule },
    /// Removes the alert with this name.
    Remove(String),
}

/// A change whose outcome the user waits for.
#[derive(Clone, Debug)]
pub(super) enum AwaitedChange {
    /// A change of a gateway.
    Gateway(Arc<GatewayChange>),
    /// A change of an alert.
    Alert(Arc<AlertChange>),
}

/// The outcome of a change.
#[derive(Debug)]
pub(super) struct Changed {
    /// The change that the user waits for; `None` for other changes.
    pub(super) awaited: Option<AwaitedChange>,
    /// The settings after the change; `None` where only the state was saved.
    pub(super) outcome: Result<Option<Settings>, ChangeError>,
}

/// A change failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChangeError {
    /// The settings can't be read or written.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The state can't be written.
    #[error(transparent)]
    State(#[from] FileError),
    /// The queue is full because the disk hangs, or the thread has ended.
    #[error("Can't save the settings. The disk may be full or disconnected")]
    Unresponsive,
}

/// Handle of the thread. Dropping it waits until everything is written.
pub(super) struct SettingsWorker {
    /// The channels to and from the thread; `None` while the handle is dropped.
    channels: Option<(SyncSender<Change>, Receiver<Changed>)>,
    /// The changes that the user waits for, without an outcome yet, in order.
    awaited: VecDeque<AwaitedChange>,
    /// The thread; `None` once it was joined.
    thread: Option<JoinHandle<()>>,
}

impl SettingsWorker {
    /// Starts the thread, which writes to `folder` and calls `wake` after each change. `saved` is the state as it was read.
    pub(super) fn spawn(
        folder: PathBuf,
        mut saved: State,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (change_sender, changes) = sync_channel(QUEUE_LEN);
        let (outcome_sender, outcomes) = sync_channel(QUEUE_LEN);
        let work = move || {
            // Dropped after both channels, so that they are closed when it wakes the window.
            let wake = NotifyOnDrop(wake);
            let (changes, outcome_sender) = (changes, outcome_sender);
            let mut next = None;
            while let Some(change) = next.take().or_else(|| changes.recv().ok()) {
                // Of consecutive states, as while zooming, only the last one is saved.
                if let Change::State(_) = change {
                    next = changes.try_recv().ok();
                    if let Some(Change::State(_)) = next {
                        continue;
                    }
                }
                let outcome = apply(&folder, change, &mut saved);
                if outcome_sender.send(outcome).is_err() {
                    // The remaining changes are still made.
                    tracing::debug!("outcome of a settings change dropped: the window is closed");
                }
                (wake.0)();
            }
        };
        let thread = thread::Builder::new().name("settings".to_owned()).spawn(work)?;
        let channels = Some((change_sender, outcomes));
        Ok(Self { channels, awaited: VecDeque::new(), thread: Some(thread) })
    }

    /// Queues a change.
    ///
    /// # Errors
    /// If the thread has ended, or the queue is full because the disk hangs.
    pub(super) fn send(&mut self, change: Change) -> Result<(), ChangeError> {
        let awaited = change.to_awaited();
        if self.channels.as_ref().is_some_and(|(changes, _)| changes.try_send(change).is_ok()) {
            self.awaited.extend(awaited);
            Ok(())
        } else {
            tracing::error!("settings change not sent");
            Err(ChangeError::Unresponsive)
        }
    }

    /// Returns the outcome of the next change, if there is one.
    pub(super) fn changed(&mut self) -> Option<Changed> {
        match self.channels.as_ref()?.1.try_recv() {
            Ok(changed) => {
                if changed.awaited.is_some() {
                    self.awaited.pop_front();
                }
                Some(changed)
            }
            Err(TryRecvError::Empty) => None,
            // The thread has ended, so nothing must wait any longer.
            Err(TryRecvError::Disconnected) => {
                let awaited = Some(self.awaited.pop_front()?);
                Some(Changed { awaited, outcome: Err(ChangeError::Unresponsive) })
            }
        }
    }
}

impl Drop for SettingsWorker {
    fn drop(&mut self) {
        self.channels = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the settings thread has panicked");
        }
    }
}

impl Change {
    fn to_awaited(&self) -> Option<AwaitedChange> {
        match self {
            Self::Gateway(change) => Some(AwaitedChange::Gateway(change.clone())),
            Self::Alert(change) => Some(AwaitedChange::Alert(change.clone())),
            _ => None,
        }
    }
}

fn apply(folder: &Path, change: Change, saved: &mut State) -> Changed {
    let (awaited, is_reload) = (change.to_awaited(), matches!(change, Change::Reload));
    let outcome = match change {
        Change::State(state) => match state.save_changes(saved, folder) {
            Ok(()) => {
                *saved = state;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        },
        Change::SaveProfile { before, after } => {
            reload(folder, save_profile(folder, before.as_ref(), &after))
        }
        Change::Gateway(change) => reload(
            folder,
            match &*change {
                GatewayChange::Save { before, after, .. } => save_profile(folder, before.as_ref(), after),
                GatewayChange::Remove(profile) => remove_profile(folder, profile),
            },
        ),
        Change::Alert(change) => reload(
            folder,
            match &*change {
                AlertChange::Save { before, after } => save_alert(folder, before.as_ref(), after),
                AlertChange::Switch { before, after } => save_alert(folder, Some(before), after),
                AlertChange::Remove(name) => remove_alert(folder, name),
            },
        ),
        Change::Reload => reload(folder, Ok(())),
        Change::SaveFilter(filter) => reload(folder, filter.save(folder)),
        Change::RemoveFilter(name) => reload(folder, SavedFilter::remove(folder, &name)),
        Change::MarkTime(time) => reload(folder, save_mark_time(folder, time)),
        Change::Recording(is_enabled) => reload(folder, save_recording(folder, is_enabled)),
        Change::KeepDays(days) => reload(folder, save_keep_days(folder, days)),
        Change::Refresh(interval) => reload(folder, save_refresh(folder, interval)),
    };
    match &outcome {
        Ok(_) if is_reload => tracing::debug!("read settings"),
        Ok(_) => tracing::debug!("saved settings"),
        Err(error) if is_reload => tracing::warn!(error = %ErrorChain(error), "can't read settings"),
        Err(error) => tracing::warn!(error = %ErrorChain(error), "can't save settings"),
    }
    Changed { awaited, outcome }
}

/// Returns the settings after a change.
fn reload(folder: &Path, changed: Result<(), SettingsError>) -> Result<Option<Settings>, ChangeError> {
    changed?;
    Ok(Some(Settings::load(folder)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_waiting_changes_before_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let mut worker = SettingsWorker::spawn(folder.path().to_owned(), State::default(), || ()).unwrap();
        for number in 0..10 {
            let state = State { last: Some(format!("gateway {number}")), ..State::default() };
            worker.send(Change::State(state)).unwrap();
        }
        drop(worker);
        assert_eq!(State::load(folder.path()).last.as_deref(), Some("gateway 9"));
    }

    #[test]
    fn reports_each_gateway_that_the_ended_thread_cannot_change() {
        let folder = tempfile::tempdir().unwrap();
        let (wake, woken) = sync_channel::<()>(2);
        let (sent, all_sent) = sync_channel::<()>(1);
        // The thread ends at the first wake, after all changes were sent to it.
        let mut worker = SettingsWorker::spawn(folder.path().to_owned(), State::default(), move || {
            wake.send(()).unwrap();
            assert!(std::thread::panicking() || all_sent.recv().is_ok());
            assert!(std::thread::panicking(), "expected in this test: the thread fails");
        })
        .unwrap();
        let after = Profile::from_address("http://n1:8088").unwrap();
        worker.send(Change::Reload).unwrap();
        let save = GatewayChange::Save { before: None, after: Box::new(after.clone()), credentials: None };
        let save = Change::Gateway(Arc::new(save));
        let remove = || Change::Gateway(Arc::new(GatewayChange::Remove(after.clone())));
        worker.send(save).unwrap();
        worker.send(remove()).unwrap();
        sent.send(()).unwrap();
        woken.recv().unwrap();
        woken.recv().unwrap();
        worker.thread.take().unwrap().join().unwrap_err();
        let first = worker.changed().unwrap();
        assert!(first.awaited.is_none() && first.outcome.is_ok());
        let second = worker.changed().unwrap();
        let is = |changed: &Changed, is_kind: fn(&GatewayChange) -> bool| matches!(&changed.awaited, Some(AwaitedChange::Gateway(change)) if is_kind(change));
        assert!(is(&second, |change| matches!(change, GatewayChange::Save { .. })));
        let third = worker.changed().unwrap();
        assert!(is(&third, |change| matches!(change, GatewayChange::Remove(_))));
        for changed in [second, third] {
            assert!(matches!(changed.outcome, Err(ChangeError::Unresponsive)));
        }
        assert!(worker.changed().is_none());
        assert!(matches!(worker.send(remove()), Err(ChangeError::Unresponsive)));
    }
}
