//! Reads and writes `state.toml`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lock;
use crate::atomic_file::{FileError, write_file};
use crate::export::Delimiter;
use crate::table::Layout;

const STATE_FILE: &str = "state.toml";

/// The state that survives a restart.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct State {
    /// The last gateway: a profile's name or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
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
    /// Reads `state.toml` in `folder`. A missing or invalid file counts as empty.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let path = folder.join(STATE_FILE);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let mut state = toml_edit::de::from_str(&text).unwrap_or_else(|error| {
            // The text of the error may quote the file, which may be damaged in any way.
            let line = 1 + error.span().map_or("", |span| &text[..span.start]).matches('\n').count();
            tracing::warn!(path = %path.display(), line, "ignoring the invalid layout of the table");
            let last = toml_edit::de::from_str::<LastGateway>(&text).ok().and_then(|state| state.last);
            Self { last, ..Self::default() }
        });
        state.table.repair();
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
        let _lock = lock(folder).map_err(|source| FileError { path: path.clone(), source })?;
        let text = toml_edit::ser::to_string(self).expect("strings, numbers and lists are TOML");
        write_file(&path, |out| out.write_all(text.as_bytes()))?;
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
    fn keeps_last_gateway_if_layout_is_invalid() {
        let folder = tempfile::tempdir().unwrap();
        let text = "last = \"x\"\n[table]\nzoom = \"large\"\n";
        std::fs::write(folder.path().join(STATE_FILE), text).unwrap();
        assert_eq!(State::load(folder.path()), State { last: Some("x".to_owned()), ..State::default() });
    }
}
