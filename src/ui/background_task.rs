//! A task that runs once in the background, such as a connection test.

use std::convert::Infallible;
use std::io;
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::notify_on_drop::NotifyOnDrop;

/// Capacity of the channel. A full one makes the task wait.
const QUEUE_LEN: usize = 16;

/// Handle of a running task. Dropping it cancels the task without waiting for it.
pub(super) struct BackgroundTask<T> {
    /// Receives the results.
    results: mpsc::Receiver<T>,
    /// Cancels the task when it is dropped.
    _cancel_on_drop: oneshot::Sender<Infallible>,
}

/// The sender for the results of a task.
pub(super) struct ResultSender<T> {
    /// Sends results to the handle.
    sender: mpsc::Sender<T>,
    /// Called after each result.
    wake: Box<dyn Fn() + Send + Sync>,
}

impl<T> ResultSender<T> {
    /// Sends a result, once the channel has room.
    pub(super) async fn send(&self, result: T) {
        if self.sender.send(result).await.is_err() {
            tracing::debug!("result of a background task dropped: it was cancelled");
        }
        (self.wake)();
    }
}

impl<T: Send + 'static> BackgroundTask<T> {
    /// Starts a task on its own thread. `wake` is called after each result and when the task ends.
    pub(super) fn spawn<F: Future<Output = ()>>(
        wake: impl Fn() + Clone + Send + Sync + 'static,
        work: impl FnOnce(ResultSender<T>) -> F + Send + 'static,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (sender, results) = mpsc::channel(QUEUE_LEN);
        let (cancel_on_drop, cancelled) = oneshot::channel();
        thread::Builder::new().name("background task".to_owned()).spawn(move || {
            let _wake_at_end = NotifyOnDrop(wake.clone());
            let work = work(ResultSender { sender, wake: Box::new(wake) });
            runtime.block_on(async {
                tokio::select! {
                    () = work => {}
                    _ = cancelled => {}
                }
            });
            // Doesn't wait for name resolution, which blocks another thread.
            runtime.shutdown_background();
        })?;
        Ok(Self { results, _cancel_on_drop: cancel_on_drop })
    }

    /// Returns the next result; `None` while there is none.
    ///
    /// # Errors
    /// If the task has ended and all results have been returned.
    pub(super) fn next_result(&mut self) -> Result<Option<T>, Ended> {
        match self.results.try_recv() {
            Ok(result) => Ok(Some(result)),
            Err(mpsc::error::TryRecvError::Empty) => Ok(None),
            Err(mpsc::error::TryRecvError::Disconnected) => Err(Ended),
        }
    }
}

/// The task has ended.
pub(super) struct Ended;
