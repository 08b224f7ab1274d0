//! Saves and removes named filters in `config.toml`.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml_edit::Table;

use super::edit::{edit, has_name};
use super::error::SettingsError;
use crate::filter::Mode;
use crate::query::FilterText;

/// The key of the saved filters in the file.
const KEY: &str = "filter";

/// A username filter and a project filter under one name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// The name in the menu.
    pub name: String,
    #[serde(default, skip_serializing_if = "FilterEntry::is_empty")]
    username: FilterEntry,
    #[serde(default, skip_serializing_if = "FilterEntry::is_empty")]
    project: FilterEntry,
}

/// A filter in the file, such as `{ pattern = "bi.*", contains = true }`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
struct FilterEntry {
    pattern: String,
    #[serde(skip_serializing_if = "is_off")]
    ignore_case: bool,
    #[serde(skip_serializing_if = "is_off")]
    contains: bool,
    #[serde(skip_serializing_if = "is_off")]
    invert: bool,
}

impl FilterEntry {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_off(flag: &bool) -> bool {
    !flag
}

impl From<&FilterText> for FilterEntry {
    fn from(text: &FilterText) -> Self {
        let FilterText { pattern, mode: Mode { ignore_case, contains, invert } } = text.clone();
        Self { pattern, ignore_case, contains, invert }
    }
}

impl From<&FilterEntry> for FilterText {
    fn from(entry: &FilterEntry) -> Self {
        let FilterEntry { pattern, ignore_case, contains, invert } = entry.clone();
        Self { pattern, mode: Mode { ignore_case, contains, invert } }
    }
}

impl SavedFilter {
    /// Creates a saved filter from both filters.
    #[must_use]
    pub fn new(name: String, username: &FilterText, project: &FilterText) -> Self {
        Self { name, username: username.into(), project: project.into() }
    }

    /// Returns the username filter.
    #[must_use]
    pub fn username(&self) -> FilterText {
        (&self.username).into()
    }

    /// Returns the project filter.
    #[must_use]
    pub fn project(&self) -> FilterText {
        (&self.project).into()
    }

    /// Writes this filter to `config.toml` in `folder`. Replaces a filter of the same name.
    ///
    /// # Errors
    /// If the file can't be read or written. It is left as it is.
    pub fn save(&self, folder: &Path) -> Result<(), SettingsError> {
        edit(folder, KEY, |tables| {
            let table = self.to_table();
            let index = tables.iter().position(|table| has_name(table, &self.name));
            match index.and_then(|index| tables.get_mut(index)) {
                Some(old) => *old = table,
                None => tables.push(table),
            }
            Ok(())
        })
    }

    /// Removes the filter of this name from `config.toml` in `folder`.
    ///
    /// # Errors
    /// If the file can't be read or written. It is left as it is.
    pub fn remove(folder: &Path, name: &str) -> Result<(), SettingsError> {
        edit(folder, KEY, |tables| {
            // Only the first one, which the menu shows first: names may be duplicate.
            let index = tables.iter().position(|table| has_name(table, name));
            if let Some(index) = index {
                tables.remove(index);
            }
            Ok(())
        })
    }

    fn to_table(&self) -> Table {
        toml_edit::ser::to_document(self).expect("strings and flags are TOML").into_table()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn filter(name: &str, pattern: &str, mode: Mode) -> SavedFilter {
        let username = FilterText { pattern: pattern.to_owned(), mode };
        SavedFilter::new(name.to_owned(), &username, &FilterText::default())
    }

    const ALL: Mode = Mode { ignore_case: true, contains: true, invert: true };

    #[test]
    fn saves_replaces_and_removes_filters() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("not/there/yet");
        let night = filter("Night", r"bill\.smith", ALL);
        night.save(&missing).unwrap();
        filter("Day", "a.*", Mode::default()).save(&missing).unwrap();
        let filters = Settings::load(&missing).unwrap().filters;
        assert_eq!(filters, [night.clone(), filter("Day", "a.*", Mode::default())]);
        assert_eq!(filters[0].username(), FilterText { pattern: r"bill\.smith".into(), mode: ALL });

        filter("Night", "x", Mode::default()).save(&missing).unwrap();
        assert_eq!(Settings::load(&missing).unwrap().filters[0], filter("Night", "x", Mode::default()));
        SavedFilter::remove(&missing, "Night").unwrap();
        assert_eq!(Settings::load(&missing).unwrap().filters.len(), 1);
    }

    #[test]
    fn keeps_the_rest_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let written =
            "# mine\nrefresh_secs = 2  # fast\n\n[[profile]]\nname = \"N\" # north\nurls = [\"n\"]\n";
        // With a byte-order mark, line ends of Windows, and mixed ones.
        for written in [
            written.to_owned(),
            written.replace('\n', "\r\n"),
            format!("\u{feff}{written}"),
            written.replace("\n\n", "\n\r\n"),
            format!("\u{feff}{}", written.replacen('\n', "\r\n", 2)),
        ] {
            std::fs::write(&path, &written).unwrap();
            filter("Night", "x", Mode::default()).save(folder.path()).unwrap();
            let changed = std::fs::read_to_string(&path).unwrap();
            assert!(changed.starts_with(&written), "{changed:?}");
            SavedFilter::remove(folder.path(), "Night").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
        }
    }

    #[test]
    fn folder_is_locked_while_the_file_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        edit(folder.path(), KEY, |_| {
            let lock = std::fs::File::options().write(true).open(folder.path().join(".lock")).unwrap();
            assert!(lock.try_lock().is_err());
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn reads_inline_list() {
        let folder = tempfile::tempdir().unwrap();
        let text = "filter = [{ name = \"A\", username = { pattern = \"a\" } }]\n";
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        filter("B", "b", Mode::default()).save(folder.path()).unwrap();
        let names: Vec<String> =
            Settings::load(folder.path()).unwrap().filters.into_iter().map(|filter| filter.name).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn never_overwrites_invalid_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for bad in ["[[profile\n", "unknown = 1\n", "filter = 3\n"] {
            std::fs::write(&path, bad).unwrap();
            let error = filter("A", "a", Mode::default()).save(folder.path()).unwrap_err();
            assert!(error.to_string().starts_with("Line 1 "), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), bad);
        }
    }
}
