//! Opens a file or a folder with the program that the desktop has for it.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;

/// Opens a file or folder. Called on a thread of its own, because it may take as long as the program runs.
pub type OpenPath = Arc<dyn Fn(&Path) -> io::Result<()> + Send + Sync>;

/// The command of the desktop.
const OPENER: &str = if cfg!(windows) {
    "explorer"
} else if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Opens paths with the desktop.
pub(super) fn with_desktop() -> OpenPath {
    Arc::new(|path| {
        let mut command = Command::new(OPENER);
        command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        outcome(command.status()?)
    })
}

/// Returns an error if the desktop has opened nothing. The one of Windows always reports a failure.
fn outcome(status: ExitStatus) -> io::Result<()> {
    if cfg!(windows) || status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{OPENER} ended with {status}")))
}
