//! The runtime of a subcommand that runs until it is stopped.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::stop_signal::stop_signal;

/// The reason why a subcommand can't run until it is stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error("Can't start the network runtime")]
    Runtime(#[source] io::Error),
    #[error("Can't handle Ctrl+C")]
    Signals(#[source] io::Error),
}

/// Returns a runtime, and a future that resolves at Ctrl+C, SIGTERM or, on Linux, SIGHUP. No signal is missed from now on.
pub(super) fn runtime() -> Result<(Runtime, impl Future<Output = ()>), StartError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
    let stop = {
        let _context = runtime.enter();
        stop_signal().map_err(StartError::Signals)?
    };
    Ok((runtime, stop))
}
