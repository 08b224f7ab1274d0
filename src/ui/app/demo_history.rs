//! The history of the demo gateway. It is removed when another gateway is shown, because its users aren't real.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use tempfile::TempDir;

use crate::history::{Action, HISTORY_FILE, Location, NodeKey, Recorder};
use crate::poll::NodeUpdate;
use crate::settings::DEMO_NAME;

/// Records the demo gateway while it is shown. Clones share the recorder.
#[derive(Clone, Default)]
pub(super) struct DemoHistory(Arc<Mutex<DemoRecordings>>);

#[derive(Default)]
struct DemoRecordings {
    /// The recording of the shown gateway.
    current: Option<DemoRecording>,
    /// The threads that end earlier recordings.
    ending: Vec<JoinHandle<()>>,
}

struct DemoRecording {
    observe: Box<dyn FnMut(&NodeUpdate) + Send>,
    /// Ends before its folder is removed.
    recorder: Recorder,
    _folder: TempDir,
}

impl DemoRecordings {
    /// Starts a recording in place of the previous one, which ends on a thread of its own: its recorder may take seconds to
    /// write the rest.
    fn replace(&mut self, new: Option<DemoRecording>) {
        let Some(before) = std::mem::replace(&mut self.current, new) else { return };
        self.ending.retain(|thread| !thread.is_finished());
        match thread::Builder::new().name("end of demo".to_owned()).spawn(move || drop(before)) {
            Ok(thread) => self.ending.push(thread),
            Err(error) => {
                tracing::warn!(%error, "can't start a thread to end the history of the demo gateway");
            }
        }
    }
}

impl Drop for DemoRecordings {
    fn drop(&mut self) {
        // No folder is left behind.
        for thread in self.ending.drain(..) {
            let _panicked = thread.join();
        }
    }
}

impl DemoHistory {
    fn lock(&self) -> MutexGuard<'_, DemoRecordings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts recording into a folder that is removed at the end. Returns its location.
    ///
    /// # Errors
    /// If there is no place for it, or no thread can be started.
    pub(super) fn start(&self) -> io::Result<Location> {
        let folder = tempfile::Builder::new().prefix("gatewatch-demo-").tempdir()?;
        let location = Location::File(folder.path().join(HISTORY_FILE));
        // It is lost anyway.
        let recorder = Recorder::spawn(location.clone(), None, |_| ())?;
        let observe = Box::new(recorder.observer());
        self.lock().replace(Some(DemoRecording { observe, recorder, _folder: folder }));
        Ok(location)
    }

    /// Ends the recording and removes its folder, without waiting for it.
    pub(super) fn stop(&self) {
        self.lock().replace(None);
    }

    /// Records what has happened on a node of the demo gateway.
    pub(super) fn note(&self, node: NodeKey, time: SystemTime, action: Action) {
        if &*node.gateway == DEMO_NAME
            && let Some(recording) = &self.lock().current
        {
            recording.recorder.note(node, time, action);
        }
    }

    /// Records what was read of the demo gateway.
    pub(super) fn observe(&self, update: &NodeUpdate) {
        if &*update.gateway == DEMO_NAME
            && let Some(recording) = &mut self.lock().current
        {
            (recording.observe)(&NodeUpdate { is_recorded: true, ..update.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Longer than recording takes.
    const TIMEOUT: Duration = Duration::from_mins(3);

    #[test]
    fn neither_start_nor_stop_waits_for_a_database_that_does_not_answer() {
        let demo = DemoHistory::default();
        let Location::File(path) = demo.start().unwrap() else { panic!("it is a file") };
        let node = NodeKey { gateway: DEMO_NAME.into(), url: "http://demo.example".into() };
        let sign_in = || demo.note(node.clone(), SystemTime::now(), Action::SignedIn { username: None });
        sign_in();
        let other = rusqlite::Connection::open(&path).unwrap();
        let count = |other: &rusqlite::Connection| {
            other.query_one("SELECT COUNT(*) FROM event", (), |row| row.get::<_, i64>(0)).unwrap_or(0)
        };
        let end = Instant::now() + TIMEOUT;
        while count(&other) == 0 {
            assert!(Instant::now() < end, "timed out");
            thread::yield_now();
        }
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        sign_in();
        // Another one, and none.
        let _location = demo.start().unwrap();
        demo.stop();
        assert!(path.exists(), "its recorder still waits for the database");
        drop(other);
        drop(demo);
        assert!(!path.exists());
    }
}
