//! Saves single durations: the refresh interval of gateways without one of their own, and how long sessions are marked.

use std::path::Path;
use std::time::Duration;

use super::edit::set_value;
use super::error::SettingsError;

/// The key of the interval in the file.
const KEY: &str = "refresh_secs";
/// The key of the time for which sessions are marked.
const MARK_KEY: &str = "mark_secs";

/// Writes the interval to `config.toml` in `folder`, in whole seconds; zero for manual refresh.
///
/// # Errors
/// If the file can't be read or written. It is left as it is.
pub fn save_refresh(folder: &Path, interval: Duration) -> Result<(), SettingsError> {
    save_seconds(folder, KEY, interval)
}

/// Writes the time for which sessions that have just signed in or left are marked to `config.toml`
/// in `folder`, in whole seconds.
///
/// # Errors
/// If the file can't be read or written. It is left as it is.
pub fn save_mark_time(folder: &Path, time: Duration) -> Result<(), SettingsError> {
    save_seconds(folder, MARK_KEY, time)
}

fn save_seconds(folder: &Path, key: &str, duration: Duration) -> Result<(), SettingsError> {
    let secs = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    set_value(folder, key, i64::from(secs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn changes_only_the_interval() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for (before, after) in [
            ("", "refresh_secs = 7\n"),
            ("# mine\nrefresh_secs = 2  # fast\n", "# mine\nrefresh_secs = 7  # fast\n"),
            (
                "# north\r\n[[profile]]\r\nname = \"N\"\r\nurls = [\"n\"]\r\n",
                "refresh_secs = 7\r\n# north\r\n[[profile]]\r\nname = \"N\"\r\nurls = [\"n\"]\r\n",
            ),
        ] {
            std::fs::write(&path, before).unwrap();
            save_refresh(folder.path(), Duration::from_secs(7)).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
            assert_eq!(Settings::load(folder.path()).unwrap().refresh, Some(Duration::from_secs(7)));
        }
    }

    #[test]
    fn never_overwrites_a_wrong_value_or_a_file_that_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for wrong in ["[[profile\n", "refresh_secs = \"often\"\n", "refresh_secs = -1\n"] {
            std::fs::write(&path, wrong).unwrap();
            save_refresh(folder.path(), Duration::from_secs(7)).unwrap_err();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong);
        }
    }
}
