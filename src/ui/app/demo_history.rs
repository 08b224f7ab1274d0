//! The history of the demo gateway, which lasts as long as it is shown: its users don't exist.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tempfile::TempDir;

use crate::history::{Action, HISTORY_FILE, Location, NodeKey, Recorder};
use crate::poll::NodeUpdate;
use crate::settings::DEMO_NAME;

/// Records the demo gateway while it is shown. Clones share the recorder.
#[derive(Clone, Default)]
pub(super) struct DemoHistory(Arc<Mutex<Option<Recording>>>);

struct Recording {
    observe: Box<dyn FnMut(&NodeUpdate) + Send>,
    /// Ends before its folder is removed.
    recorder: Recorder,
    _folder: TempDir,
}

impl DemoHistory {
    fn lock(&self) -> MutexGuard<'_, Option<Recording>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts to record into a folder that is removed at the end. Returns where.
    ///
    /// # Errors
    /// If there is no place for it, or no thread can be started.
    pub(super) fn start(&self) -> io::Result<Location> {
        let folder = tempfile::Builder::new().prefix("gatewatch-demo-").tempdir()?;
        let location = Location::File(folder.path().join(HISTORY_FILE));
        // It is lost anyway.
        let recorder = Recorder::spawn(location.clone(), None, |_| ())?;
        let observe = Box::new(recorder.observer());
        *self.lock() = Some(Recording { observe, recorder, _folder: folder });
        Ok(location)
    }

    /// Ends the recording and removes its folder.
    pub(super) fn stop(&self) {
        // The recorder may take a moment.
        let recording = self.lock().take();
        drop(recording);
    }

    /// Records what has happened on a node of the demo gateway.
    pub(super) fn note(&self, node: NodeKey, time: SystemTime, action: Action) {
        if &*node.gateway == DEMO_NAME
            && let Some(recording) = &*self.lock()
        {
            recording.recorder.note(node, time, action);
        }
    }

    /// Records what was read of the demo gateway.
    pub(super) fn observe(&self, update: &NodeUpdate) {
        if &*update.gateway == DEMO_NAME
            && let Some(recording) = &mut *self.lock()
        {
            (recording.observe)(&NodeUpdate { is_recorded: true, ..update.clone() });
        }
    }
}
