//! Signals that end a program which runs until it is stopped.

use std::io;

/// Returns a future that resolves at Ctrl+C or SIGTERM. From now on these signals don't end the process by themselves.
///
/// # Errors
/// If they can't be handled.
///
/// # Panics
/// Outside a tokio runtime.
#[cfg(unix)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Returns a future that resolves at Ctrl+C. From now on it doesn't end the process by itself.
///
/// # Errors
/// If it can't be handled.
///
/// # Panics
/// Outside a tokio runtime.
#[cfg(windows)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
