//! Reads and writes `state.toml`.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::with_lock;
use crate::atomic_file::{FileError, read_text, replace_file};
use crate::export::Delimiter;
use crate::table::{Day, Layout};

const STATE_FILE: &str = "state.toml";

/// The state that survives a restart.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct State {
    /// The last gateway: a profile's name or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The addresses that were connected to without being saved, the latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<String>,
    /// The character between two fields of exported CSV.
    pub csv_delimiter: Delimiter,
    /// The layout of the table.
    pub table: Layout,
}

/// The part of [`State`] that is read even if the layout is invalid.
#[derive(Deserialize)]
struct LastGateway {
    last: Option<String>,
}

impl State {
    /// Reads `state.toml` in `folder`. A missing or invalid file counts as empty. Columns that have not been seen for 90 days
    /// are left out.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        Self::load_on(folder, Day::today())
    }

    fn load_on(folder: &Path, today: Day) -> Self {
        let path = folder.join(STATE_FILE);
        let text = read_text(&path).unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(path = %path.display(), %error, "can't read the layout of the table");
            }
            String::new()
        });
        let mut state = toml_edit::de::from_str(&text).unwrap_or_else(|error| {
            // The text of the error may quote the file, which may be damaged in any way.
            let line = 1 + error.span().map_or("", |span| &text[..span.start]).matches('\n').count();
            tracing::warn!(path = %path.display(), line, "ignoring the invalid layout of the table");
            let last = toml_edit::de::from_str::<LastGateway>(&text).ok().and_then(|state| state.last);
            Self { last, ..Self::default() }
        });
        state.table.repair(today);
        state
    }

    /// Writes `state.toml` in `folder`, which is created if it is missing.
    ///
    /// # Errors
    /// If the folder can't be created or the file can't be written.
    ///
    /// # Panics
    /// Never: strings, numbers and lists of them are always TOML.
    pub fn save(&self, folder: &Path) -> Result<(), FileError> {
        let path = folder.join(STATE_FILE);
        let text = toml_edit::ser::to_string(self).expect("strings, numbers and lists are TOML");
        let write = || replace_file(&path, |out| out.write_all(text.as_bytes()));
        with_lock(folder, write).map_err(|source| FileError { path: path.clone(), source })??;
        tracing::debug!(path = %path.display(), "wrote state");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saves_state_in_missing_folder() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("not/there/yet");
        assert_eq!(State::load(&missing), State::default());
        let state = State { last: Some("Plant \"N\"".to_owned()), ..State::default() };
        state.save(&missing).unwrap();
        assert_eq!(State::load(&missing), state);
    }

    #[test]
    fn forgets_columns_that_were_not_seen_for_90_days() {
        let folder = tempfile::tempdir().unwrap();
        let day = |text: &str| Day::try_from(text.to_owned()).unwrap();
        let column = |id: &str, seen: &str| {
            format!("[[table.columns]]\nid = \"{id}\"\nwidth = 90.0\nvisible = true\nseen = \"{seen}\"\n")
        };
        let text = column("memory", "2026-01-01") + &column("uptime", "2026-02-01");
        std::fs::write(folder.path().join(STATE_FILE), text).unwrap();
        let saved = |today| {
            State::load_on(folder.path(), day(today)).save(folder.path()).unwrap();
            std::fs::read_to_string(folder.path().join(STATE_FILE)).unwrap()
        };
        let text = saved("2026-04-01");
        assert!(text.contains("memory") && text.contains("uptime"), "{text}");
        let text = saved("2026-04-02");
        assert!(!text.contains("memory") && text.contains("seen = \"2026-02-01\""), "{text}");
        let text = saved("2026-05-03");
        assert!(
            !text.contains("uptime") && !text.contains("seen") && text.contains("creationTime"),
            "{text}"
        );
    }

    #[test]
    fn reads_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(STATE_FILE), "\u{feff}last = \"x\"\r\n").unwrap();
        assert_eq!(State::load(folder.path()).last.as_deref(), Some("x"));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_or_a_folder_in_its_place_is_no_state() {
        for make in ["mkfifo", "mkdir"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(STATE_FILE);
            assert!(std::process::Command::new(make).arg(&path).status().unwrap().success());
            assert_eq!(State::load(folder.path()), State::default());
            let error = State::default().save(folder.path()).unwrap_err();
            assert_eq!(error.path, path);
            assert!(!path.is_file(), "{make}");
        }
    }

    #[test]
    fn keeps_last_gateway_if_layout_is_invalid() {
        let folder = tempfile::tempdir().unwrap();
        let text = "last = \"x\"\n[table]\nzoom = \"large\"\n";
        std::fs::write(folder.path().join(STATE_FILE), text).unwrap();
        assert_eq!(State::load(folder.path()), State { last: Some("x".to_owned()), ..State::default() });
    }
}
