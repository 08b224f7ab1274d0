//! The thread that writes the settings, so that the window never waits for the disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::gateway::Profile;
use crate::settings::{SavedFilter, Settings, SettingsError, State, remove_profile, save_profile};

/// How many changes may wait; a person makes one at a time.
const WAITING: usize = 64;

/// A change to what is kept.
#[derive(Debug)]
pub(super) enum Change {
    /// This is for the next run.
    Remember(State),
    /// To keep what is other in a gateway than it was before, or all of it.
    SaveProfile { before: Option<Profile>, after: Profile },
    /// The same for what was typed into the form, which waits for the outcome.
    SaveForm { before: Option<Profile>, after: Profile },
    /// To forget a gateway, as was asked for in the form.
    RemoveProfile(Profile),
    /// To see what others changed.
    Nothing,
    /// To keep a filter.
    SaveFilter(SavedFilter),
    /// To forget the filter of this name.
    RemoveFilter(String),
}

/// What came of a change.
pub(super) struct Changed {
    /// The form waits for it.
    pub(super) is_form: bool,
    /// The settings as they are now, where they were changed; what is wrong, in words.
    pub(super) outcome: Result<Option<Settings>, String>,
}

/// The handle of the thread. Dropping it waits until everything is written.
pub(super) struct SettingsWorker {
    changes: Option<SyncSender<Change>>,
    outcomes: Receiver<Changed>,
    thread: Option<JoinHandle<()>>,
}

impl SettingsWorker {
    /// Starts the thread, which writes into `folder` and calls `wake` after each change.
    pub(super) fn spawn(folder: PathBuf, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (changes, to_do) = sync_channel(WAITING);
        let (tell, outcomes) = sync_channel(WAITING);
        let work = move || {
            let mut next = None;
            while let Some(change) = next.take().or_else(|| to_do.recv().ok()) {
                // Of states that come one after the other, as while somebody zooms, the last one counts.
                if let Change::Remember(_) = change {
                    next = to_do.try_recv().ok();
                    if let Some(Change::Remember(_)) = next {
                        continue;
                    }
                }
                // The window may be gone by now; the change is made all the same.
                let _gone = tell.try_send(make(&folder, change));
                wake();
            }
        };
        let thread = thread::Builder::new().name("settings".to_owned()).spawn(work)?;
        Ok(Self { changes: Some(changes), outcomes, thread: Some(thread) })
    }

    /// Makes a change. False where so many wait that the disk must be stuck.
    pub(super) fn make(&self, change: Change) -> bool {
        self.changes.as_ref().is_some_and(|changes| changes.try_send(change).is_ok())
    }

    /// What came of a change, once.
    pub(super) fn changed(&self) -> Option<Changed> {
        self.outcomes.try_recv().ok()
    }
}

impl Drop for SettingsWorker {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            // A panic was told when it happened.
            let _told = thread.join();
        }
    }
}

fn make(folder: &Path, change: Change) -> Changed {
    let is_form = matches!(change, Change::SaveForm { .. } | Change::RemoveProfile(_));
    let read_again = |made: Result<(), SettingsError>| {
        let settings = made.and_then(|()| Settings::load(folder));
        settings.map(Some).map_err(|error| error.to_string())
    };
    let outcome = match change {
        Change::Remember(state) => {
            let saved = state.save(folder);
            saved.map(|()| None).map_err(|error| error.to_string())
        }
        Change::SaveProfile { before, after } | Change::SaveForm { before, after } => {
            read_again(save_profile(folder, before.as_ref(), &after))
        }
        Change::RemoveProfile(profile) => read_again(remove_profile(folder, &profile)),
        Change::Nothing => read_again(Ok(())),
        Change::SaveFilter(filter) => read_again(filter.save(folder)),
        Change::RemoveFilter(name) => read_again(SavedFilter::remove(folder, &name)),
    };
    Changed { is_form, outcome }
}
