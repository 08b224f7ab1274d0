//! The thread that writes the settings, so that the window never waits for the disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::atomic_file::FileError;
use crate::gateway::Profile;
use crate::notify_on_drop::NotifyOnDrop;
use crate::settings::{
    SavedFilter, Settings, SettingsError, State, remove_profile, save_profile, save_refresh,
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
    /// The same, for the gateway form, which waits for the outcome.
    SaveForm { before: Option<Profile>, after: Profile },
    /// Deletes a gateway, for the gateway form.
    RemoveProfile(Profile),
    /// Reads the settings, which other windows may have changed.
    Reload,
    /// Saves a filter.
    SaveFilter(SavedFilter),
    /// Deletes the filter of this name.
    RemoveFilter(String),
    /// Saves the interval of gateways without one of their own; zero for manual refresh.
    Refresh(Duration),
}

/// The outcome of a change.
#[derive(Debug)]
pub(super) struct Changed {
    /// The change came from the gateway form.
    pub(super) is_form: bool,
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
    /// The form waits for an outcome.
    is_form_awaited: bool,
    /// The thread; `None` once it was joined.
    thread: Option<JoinHandle<()>>,
}

impl SettingsWorker {
    /// Starts the thread, which writes to `folder` and calls `wake` after each change.
    pub(super) fn spawn(folder: PathBuf, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
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
                let outcome = apply(&folder, change);
                if outcome_sender.send(outcome).is_err() {
                    // The remaining changes are still made.
                    tracing::debug!("outcome of a settings change dropped: the window is closed");
                }
                (wake.0)();
            }
        };
        let thread = thread::Builder::new().name("settings".to_owned()).spawn(work)?;
        let channels = Some((change_sender, outcomes));
        Ok(Self { channels, is_form_awaited: false, thread: Some(thread) })
    }

    /// Queues a change.
    ///
    /// # Errors
    /// If the thread has ended, or the queue is full because the disk hangs.
    pub(super) fn send(&mut self, change: Change) -> Result<(), ChangeError> {
        let is_form = change.is_form();
        if self.channels.as_ref().is_some_and(|(changes, _)| changes.try_send(change).is_ok()) {
            self.is_form_awaited |= is_form;
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
                self.is_form_awaited &= !changed.is_form;
                Some(changed)
            }
            Err(TryRecvError::Empty) => None,
            // The thread has ended, so the form must not wait any longer.
            Err(TryRecvError::Disconnected) => std::mem::take(&mut self.is_form_awaited)
                .then_some(Changed { is_form: true, outcome: Err(ChangeError::Unresponsive) }),
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
    fn is_form(&self) -> bool {
        matches!(self, Self::SaveForm { .. } | Self::RemoveProfile(_))
    }
}

fn apply(folder: &Path, change: Change) -> Changed {
    let is_form = change.is_form();
    let outcome = match change {
        Change::State(state) => state.save(folder).map(|()| None).map_err(ChangeError::from),
        Change::SaveProfile { before, after } | Change::SaveForm { before, after } => {
            reload(folder, save_profile(folder, before.as_ref(), &after))
        }
        Change::RemoveProfile(profile) => reload(folder, remove_profile(folder, &profile)),
        Change::Reload => reload(folder, Ok(())),
        Change::SaveFilter(filter) => reload(folder, filter.save(folder)),
        Change::RemoveFilter(name) => reload(folder, SavedFilter::remove(folder, &name)),
        Change::Refresh(interval) => reload(folder, save_refresh(folder, interval)),
    };
    match &outcome {
        Ok(_) => tracing::debug!(is_form, "saved settings"),
        Err(error) => tracing::warn!(is_form, %error, "can't save settings"),
    }
    Changed { is_form, outcome }
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
        let mut worker = SettingsWorker::spawn(folder.path().to_owned(), || ()).unwrap();
        for number in 0..10 {
            let state = State { last: Some(format!("gateway {number}")), ..State::default() };
            worker.send(Change::State(state)).unwrap();
        }
        drop(worker);
        assert_eq!(State::load(folder.path()).last.as_deref(), Some("gateway 9"));
    }

    #[test]
    fn reports_a_form_that_the_ended_thread_cannot_save() {
        let folder = tempfile::tempdir().unwrap();
        let (wake, woken) = sync_channel::<()>(2);
        let (sent, all_sent) = sync_channel::<()>(1);
        // The thread ends at the first wake, after all changes were sent to it.
        let mut worker = SettingsWorker::spawn(folder.path().to_owned(), move || {
            wake.send(()).unwrap();
            assert!(std::thread::panicking() || all_sent.recv().is_ok());
            assert!(std::thread::panicking(), "expected in this test: the thread fails");
        })
        .unwrap();
        let after = Profile::from_address("http://n1:8088").unwrap();
        worker.send(Change::Reload).unwrap();
        worker.send(Change::SaveForm { before: None, after: after.clone() }).unwrap();
        sent.send(()).unwrap();
        woken.recv().unwrap();
        woken.recv().unwrap();
        worker.thread.take().unwrap().join().unwrap_err();
        let first = worker.changed().unwrap();
        assert!(!first.is_form && first.outcome.is_ok());
        let second = worker.changed().unwrap();
        assert!(second.is_form && matches!(second.outcome, Err(ChangeError::Unresponsive)));
        assert!(worker.changed().is_none());
        let result = worker.send(Change::SaveForm { before: None, after });
        assert!(matches!(result, Err(ChangeError::Unresponsive)));
    }
}
