//! The settings in `config.toml` and the state in `state.toml`.
//!
//! Users edit `config.toml`: it is never replaced if it can't be read, and only changed keys are written. Only the program
//! writes `state.toml`, which has the last gateway and the layout of the table.

mod config;
mod edit;
mod error;
mod saved_filter;
mod saved_profile;
mod state;
mod target;

pub use config::Settings;
pub use error::SettingsError;
pub use saved_filter::SavedFilter;
pub use saved_profile::{remove_profile, save_profile};
pub use state::State;
pub(crate) use target::suggestion;
pub use target::{Target, TargetError};

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Maximum time to wait for the lock. A change takes milliseconds, so a process that holds the lock longer hangs.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
const LOCK_RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Returns the folder of both files: `GATEWATCH_CONFIG_DIR`, or the platform's configuration folder; `None` without a
/// home folder.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let from_env = std::env::var_os("GATEWATCH_CONFIG_DIR").filter(|folder| !folder.is_empty());
    from_env.map(PathBuf::from).or_else(|| {
        let platform = directories::ProjectDirs::from("", "", "gatewatch")?;
        Some(platform.config_dir().to_owned())
    })
}

/// Creates the folder if it is missing, and locks its files against other processes until the returned file is dropped.
fn lock(folder: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let file = File::create(folder.join(".lock"))?;
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                let text = "Another window is changing the settings. Close it or try again";
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY_PAUSE),
        }
    }
}
