//! Asking a gateway for once, in the background: a connection that is tested, a session that is terminated.

use std::convert::Infallible;
use std::io;
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::notify_on_drop::NotifyOnDrop;

/// How many words of the job may wait; more only make it wait, too.
const WAITING: usize = 16;

/// A job under way. Dropping it ends the job, and waits for nothing.
pub(super) struct BackgroundTask<T> {
    told: mpsc::Receiver<T>,
    _wanted: oneshot::Sender<Infallible>,
}

/// Through which a job tells what it has found.
pub(super) struct Tell<T> {
    to: mpsc::Sender<T>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl<T> Tell<T> {
    /// Tells the window. Waits where that has not heard the last words yet.
    pub(super) async fn tell(&self, what: T) {
        // The window may be gone by now, and the job soon is.
        let _gone = self.to.send(what).await;
        (self.wake)();
    }
}

impl<T: Send + 'static> BackgroundTask<T> {
    /// Starts the job on a thread of its own. `wake` is called whenever it has told something, and when it ends.
    pub(super) fn spawn<F: Future<Output = ()>>(
        wake: impl Fn() + Clone + Send + Sync + 'static,
        work: impl FnOnce(Tell<T>) -> F + Send + 'static,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (to, told) = mpsc::channel(WAITING);
        let (wanted, unwanted) = oneshot::channel();
        thread::Builder::new().name("gateway".to_owned()).spawn(move || {
            let _wake = NotifyOnDrop(wake.clone());
            let work = work(Tell { to, wake: Box::new(wake) });
            runtime.block_on(async {
                tokio::select! {
                    () = work => {}
                    _ = unwanted => {}
                }
            });
            // A name may still be looked up; nobody waits for it.
            runtime.shutdown_background();
        })?;
        Ok(Self { told, _wanted: wanted })
    }

    /// The next word of the job; an error once it has ended and said everything.
    pub(super) fn told(&mut self) -> Result<Option<T>, Ended> {
        match self.told.try_recv() {
            Ok(told) => Ok(Some(told)),
            Err(mpsc::error::TryRecvError::Empty) => Ok(None),
            Err(mpsc::error::TryRecvError::Disconnected) => Err(Ended),
        }
    }
}

/// The job has ended.
pub(super) struct Ended;
