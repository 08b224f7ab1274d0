//! Threads with an asynchronous runtime of their own.

use std::io;
use std::thread;

use crate::notify_on_drop::NotifyOnDrop;

/// Runs `work` on a new thread. Calls `notify` when the thread ends, also after a panic, so that the owner checks
/// `is_alive`.
///
/// # Errors
/// If the system can't start a thread or a runtime.
pub(super) fn spawn<N: Fn() + Send + 'static>(
    name: &str,
    notify: N,
    work: impl AsyncFnOnce(&N) + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let notify = NotifyOnDrop(notify);
        runtime.block_on(work(&notify.0));
        // A helper thread may still parse a large response; its result isn't needed.
        runtime.shutdown_background();
    })?;
    Ok(())
}
