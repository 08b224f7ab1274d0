//! Reads a history in a thread of its own, so that its owner never waits for a database.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{History, HistoryError, Location};
use crate::error_chain::ErrorChain;
use crate::notify_on_drop::NotifyOnDrop;

/// Time from which a read is logged as slow, in milliseconds.
const SLOW_READ_MS: u128 = 500;

/// The handle of the reading thread. Dropping it ends the thread after the current read, without waiting for it.
pub struct Reader {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// A read in the queue.
type Read = Box<dyn FnOnce(&mut Connection) + Send>;

#[derive(Default)]
struct State {
    reads: VecDeque<Read>,
    is_ending: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Starts the thread. `wake` is called after each read. The database is opened by the first one.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub fn spawn(location: Location, wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { state, changed, wake: Box::new(wake) });
        let thread = shared.clone();
        std::thread::Builder::new().name("history reader".to_owned()).spawn(move || {
            let owner = thread.clone();
            // Also after a panic, so that its owner notices that the reads have ended.
            let _notify = NotifyOnDrop(move || {
                let mut state = owner.lock();
                state.is_ending = true;
                state.reads.clear();
                drop(state);
                (owner.wake)();
            });
            let mut connection = Connection { location, history: None };
            while let Some(read) = thread.next_read() {
                read(&mut connection);
                (thread.wake)();
            }
        })?;
        Ok(Self { shared })
    }

    /// Starts a read once those before it are done. `read` gets a function that returns whether it was cancelled.
    pub fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut History, &dyn Fn() -> bool) -> Result<T, HistoryError> + Send + 'static,
    ) -> HistoryRead<T> {
        let (sender, result) = sync_channel(1);
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let cancelled = is_cancelled.clone();
        let run = move |connection: &mut Connection| {
            let is_cancelled = move || cancelled.load(Ordering::Relaxed);
            if !is_cancelled() {
                let result = connection.run(|history| read(history, &is_cancelled));
                let _is_cancelled = sender.try_send(result);
            }
        };
        let mut state = self.shared.lock();
        let has_ended = state.is_ending;
        if !has_ended {
            state.reads.push_back(Box::new(run));
            self.shared.changed.notify_one();
        }
        drop(state);
        if has_ended {
            (self.shared.wake)();
        }
        HistoryRead { result, is_cancelled }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    /// Waits for a read; `None` once the owner is gone.
    fn next_read(&self) -> Option<Read> {
        let mut state = self.lock();
        loop {
            if state.is_ending {
                return None;
            }
            if let Some(read) = state.reads.pop_front() {
                return Some(read);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The handle of a read. Dropping it cancels the read without waiting for it.
pub struct HistoryRead<T> {
    result: Receiver<Result<T, HistoryError>>,
    is_cancelled: Arc<AtomicBool>,
}

impl<T> HistoryRead<T> {
    /// Returns the result once it is there, and only once.
    ///
    /// # Errors
    /// If the history can't be read.
    #[must_use]
    pub fn take(&self) -> Option<Result<T, HistoryError>> {
        match self.result.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(HistoryError::ReaderEnded)),
        }
    }
}

impl<T> Drop for HistoryRead<T> {
    fn drop(&mut self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }
}

/// A history that is opened when it is read first, and again after an error.
struct Connection {
    location: Location,
    history: Option<History>,
}

impl Connection {
    fn run<T>(
        &mut self,
        read: impl FnOnce(&mut History) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        let started = Instant::now();
        // A new file has another history than the one that is open.
        let mut history = match self.history.take().filter(History::is_current) {
            Some(history) => history,
            None => History::open_read_only(&self.location)?,
        };
        let result = read(&mut history);
        let elapsed_ms = started.elapsed().as_millis();
        if let Err(error) = &result {
            // The connection may be what is broken.
            tracing::warn!(error = %ErrorChain(error), elapsed_ms, "can't read the history");
        } else {
            self.history = Some(history);
            if elapsed_ms >= SLOW_READ_MS {
                tracing::warn!(elapsed_ms, "reading the history was slow");
            }
        }
        result
    }
}
