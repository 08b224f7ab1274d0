//! Signals that end a program which runs until it is stopped.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Returns a future that resolves at Ctrl+C, SIGTERM or, on Linux and unless the process ignores it, SIGHUP. From now on these
/// signals don't end the process by themselves.
///
/// # Errors
/// If they can't be handled.
///
/// # Panics
/// Outside a tokio runtime.
#[cfg(unix)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let hangup = SignalKind::hangup();
    let hangup = if is_ignored(hangup) { None } else { Some(signal(hangup)?) };
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = next(hangup) => {}
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

/// Waits for a signal; forever without one.
#[cfg(unix)]
pub(crate) async fn next(signal: Option<Signal>) {
    match signal {
        Some(mut signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Returns `true` if the process ignores this signal, as SIGHUP under `nohup`.
#[cfg(target_os = "linux")]
pub(crate) fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_in_status(&status, kind)
}

#[cfg(target_os = "linux")]
fn is_in_status(status: &str, kind: SignalKind) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    ignored >> (kind.as_raw_value() - 1) & 1 == 1
}

/// Returns `true` for SIGHUP, which is the one that `nohup` ignores. The ignored signals can't be
/// read without unsafe code.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn is_ignored(kind: SignalKind) -> bool {
    kind == SignalKind::hangup()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn reads_ignored_signals() {
        let status = "Name:\tgatewatch\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert!(is_in_status(status, SignalKind::hangup()));
        assert!(!is_in_status(status, SignalKind::interrupt()));
        assert!(!is_in_status(status, SignalKind::terminate()));
        assert!(!is_in_status("", SignalKind::hangup()));
    }
}
