//! The settings in `config.toml` and the state in `state.toml`.
//!
//! Users edit `config.toml`: it is never replaced if it can't be read, and only changed keys are written. An administrator can
//! write another one for all users of a machine, which is only read. Only the program writes `state.toml`, which has the last
//! gateway, the layout of the table, the theme and the place of the window.

mod alert;
mod alert_draft;
mod alert_gateways;
mod alert_problem;
mod config;
mod edit;
mod entries;
mod error;
mod filter_entry;
mod filter_history;
mod filter_state;
mod history;
mod history_entry;
mod line_ends;
mod machine;
mod merge;
mod profile_entry;
mod refresh;
mod saved_alert;
mod saved_filter;
mod saved_profile;
mod state;
mod target;

pub use alert_draft::{AlertDraft, AlertDraftError};
pub use alert_gateways::MissingGateway;
pub use alert_problem::{AlertProblem, AlertReason};
pub use config::Settings;
pub use error::SettingsError;
pub use filter_history::FilterHistory;
pub use filter_state::FilterState;
pub use history::{HistorySettings, HistoryUrl, HistoryUrlError};
pub use history_entry::{save_keep_days, save_recording};
pub use machine::machine_folder;
pub use refresh::{save_mark_time, save_refresh};
pub use saved_alert::{remove_alert, save_alert};
pub use saved_filter::SavedFilter;
pub use saved_profile::{remove_profile, save_profile};
pub(crate) use state::MAX_RECENT;
pub use state::{State, ThemeChoice, WindowPlace};
pub(crate) use target::{ALL_NAME, DEMO, DEMO_NAME, suggestion};
pub use target::{Target, TargetError};

use std::io;
use std::path::{Path, PathBuf};

use crate::atomic_file;

/// The name of the file with the settings.
pub(crate) const CONFIG_FILE: &str = "config.toml";
/// The file that is locked while the others are changed.
const LOCK_FILE: &str = ".lock";
const LOCK_HELD: &str = "Another window is changing the settings. Close it or try again";

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

/// Returns the folder of the history: `GATEWATCH_DATA_DIR`, or the platform's data folder; `None` without a home folder.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    let from_env = std::env::var_os("GATEWATCH_DATA_DIR").filter(|folder| !folder.is_empty());
    from_env.map(PathBuf::from).or_else(|| {
        let platform = directories::ProjectDirs::from("", "", "gatewatch")?;
        // A roaming profile is no place for a database.
        Some(platform.data_local_dir().to_owned())
    })
}

/// Runs `work` while its files are locked against other processes. Creates the folder if it is missing.
fn with_lock<T>(folder: &Path, work: impl FnOnce() -> T) -> io::Result<T> {
    atomic_file::with_lock(&folder.join(LOCK_FILE), LOCK_HELD, work)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, TryLockError};

    use super::*;

    /// Returns `true` if another process could not lock the folder now.
    fn is_locked(folder: &Path) -> bool {
        let file = File::options().write(true).open(folder.join(LOCK_FILE)).unwrap();
        matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    }

    #[test]
    fn folder_is_locked_during_the_work_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        assert!(with_lock(folder.path(), || is_locked(folder.path())).unwrap());
        assert!(!is_locked(folder.path()));
        // Nor after work that fails.
        let failed = with_lock(folder.path(), || Err::<(), _>(is_locked(folder.path())));
        assert_eq!(failed.unwrap(), Err(true));
        assert!(!is_locked(folder.path()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_in_place_of_the_lock_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(LOCK_FILE)).status().unwrap();
        assert!(made.success());
        assert!(with_lock(folder.path(), || ()).is_err());
    }
}
