//! Removes temporary files before a signal ends the process.

use std::io;
#[cfg(unix)]
use std::{process, thread};

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

#[cfg(unix)]
use super::temporary;
#[cfg(unix)]
use crate::stop_signal::{is_ignored, next};

/// The number that is added to that of a signal for the exit code of a process that the signal
/// can't end, as in shells.
#[cfg(unix)]
const SIGNAL_EXIT: i32 = 128;

/// Installs handlers for SIGINT, SIGTERM and SIGHUP, which call `before_end` and remove temporary
/// files before the process ends. A signal that the process ignores, as under `nohup`, stays ignored.
///
/// # Errors
/// If the thread can't be started or a signal can't be handled.
#[cfg(unix)]
pub fn clean_up_on_signals(before_end: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let handle = |kind: SignalKind| {
        let _context = runtime.enter();
        if is_ignored(kind) { Ok(None) } else { signal(kind).map(Some) }
    };
    let [interrupt, terminate, hangup] =
        [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let signals = [handle(interrupt)?, handle(terminate)?, handle(hangup)?];
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let [interrupted, terminated, hung_up] = signals;
        let received = runtime.block_on(async {
            tokio::select! {
                () = next(interrupted) => interrupt,
                () = next(terminated) => terminate,
                () = next(hung_up) => hangup,
            }
        });
        before_end();
        let _no_new_files = temporary::remove_all();
        end_by(received)
    })?;
    Ok(())
}

/// Ends the process by this signal, so that a shell that runs it in a loop or a script ends as well.
#[cfg(unix)]
fn end_by(signal: SignalKind) -> ! {
    let number = signal.as_raw_value();
    // The first process of a container can't be ended by its own signals.
    if process::id() != 1 {
        let _ended = signal_hook::low_level::emulate_default_handler(number);
    }
    process::exit(SIGNAL_EXIT + number)
}

/// Does nothing: other systems have no such signals.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub fn clean_up_on_signals(_before_end: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}
