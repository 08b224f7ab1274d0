//! One export in the background: choosing a file, then writing it; or writing into memory, for the clipboard.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::atomic_file::{self, FileError};
use crate::dataset::{ColumnId, Dataset};
use crate::export::{self, Format, Progress};

/// Nobody cancels a dialog faster than this: a dialog that is gone by then never came up.
const FASTEST_CANCEL: Duration = Duration::from_millis(300);

/// How a file to write is chosen: takes the suggested name, gives the file, or nothing where the user cancelled or no
/// dialog could be shown. Called on the window's thread, as some platforms demand; waited for on another.
pub type PickFile = Arc<dyn Fn(&str) -> Picking>;

/// A file being chosen.
pub type Picking = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// What to write.
pub(super) struct Extract {
    pub(super) dataset: Arc<Dataset>,
    pub(super) columns: Vec<ColumnId>,
    pub(super) rows: Vec<u32>,
    pub(super) format: Format,
}

/// How an export ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The file is written.
    Written(PathBuf),
    /// What is to be copied.
    Text(String),
    /// The user changed their mind.
    Cancelled,
    /// The system could show no file dialog.
    NoDialog,
    /// The file could not be written.
    Failed(FileError),
    /// The thread ended without a word.
    Broken,
}

/// An export under way.
///
/// Dropping it waits for a file that is being written, and for nothing else: the program may end while it asks.
pub(super) struct ExportJob {
    told: Receiver<Outcome>,
    progress: Arc<Progress>,
    /// The file is chosen and being written.
    writing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ExportJob {
    /// Lets the user choose a file and writes it. Calls `wake` when that is done.
    pub(super) fn choose(
        picking: Picking,
        extract: Extract,
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn(progress, wake, move |progress, writing| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            // Without the start of the thread, which takes long on a busy machine.
            let begun = Instant::now();
            let chosen = runtime.ok().and_then(|runtime| runtime.block_on(picking));
            match chosen {
                Some(path) => write(&path, &extract, progress, writing),
                None if begun.elapsed() < FASTEST_CANCEL => Outcome::NoDialog,
                None => Outcome::Cancelled,
            }
        })
    }

    /// Writes this file. Calls `wake` when that is done.
    pub(super) fn to(
        path: PathBuf,
        extract: Extract,
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn(progress, wake, move |progress, writing| write(&path, &extract, progress, writing))
    }

    /// Writes into memory. Calls `wake` when that is done.
    pub(super) fn to_text(
        extract: Extract,
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        Self::spawn(progress, wake, move |progress, _| {
            let Extract { dataset, columns, rows, format } = &extract;
            let mut text = Vec::new();
            let written = export::write(&mut text, dataset, columns, rows, *format, progress);
            match String::from_utf8(text) {
                Ok(text) if written.is_ok() => Outcome::Text(text),
                _ => Outcome::Cancelled,
            }
        })
    }

    fn spawn(
        progress: Arc<Progress>,
        wake: impl FnOnce() + Send + 'static,
        work: impl FnOnce(&Progress, &AtomicBool) -> Outcome + Send + 'static,
    ) -> io::Result<Self> {
        let (tell, told) = sync_channel(1);
        let writing = Arc::new(AtomicBool::new(false));
        let (theirs, their_progress) = (writing.clone(), progress.clone());
        let thread = thread::Builder::new().name("export".to_owned()).spawn(move || {
            // The window may be gone by now; the file is written all the same.
            let _gone = tell.send(work(&their_progress, &theirs));
            wake();
        })?;
        Ok(Self { told, progress, writing, thread: Some(thread) })
    }

    /// How many sessions it was about and how it ended, once it has.
    pub(super) fn ended(&self) -> Option<(usize, Outcome)> {
        let outcome = match self.told.try_recv() {
            Ok(outcome) => outcome,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Outcome::Broken,
        };
        Some((self.progress.total(), outcome))
    }
}

impl Drop for ExportJob {
    fn drop(&mut self) {
        if self.writing.load(Ordering::SeqCst) {
            if let Some(thread) = self.thread.take() {
                // A panic was told when it happened.
                let _told = thread.join();
            }
        } else {
            self.progress.cancel();
        }
    }
}

fn write(path: &Path, extract: &Extract, progress: &Progress, writing: &AtomicBool) -> Outcome {
    writing.store(true, Ordering::SeqCst);
    let Extract { dataset, columns, rows, format } = extract;
    let written =
        atomic_file::write_file(path, |out| export::write(out, dataset, columns, rows, *format, progress));
    match written {
        Ok(()) => Outcome::Written(path.to_owned()),
        Err(error) if export::is_cancelled_error(&error.source) => Outcome::Cancelled,
        Err(error) => Outcome::Failed(error),
    }
}
