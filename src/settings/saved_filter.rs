//! Filters kept under a name in `config.toml`.
//!
//! The file is the user's: one table of it is added, changed or removed, everything around stays as it was written.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml_edit::Table;

use super::SettingsError;
use super::config_file::{edit, is_called};
use crate::filter::Mode;
use crate::query::FilterText;

/// The file's key for saved filters.
const KEY: &str = "filter";

/// Both filters under a name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// What people call it.
    pub name: String,
    /// The filter on usernames.
    #[serde(default, skip_serializing_if = "Side::is_empty")]
    username: Side,
    /// The filter on projects.
    #[serde(default, skip_serializing_if = "Side::is_empty")]
    project: Side,
}

/// One filter as the file holds it: `{ pattern = "bi.*", contains = true }`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Side {
    pattern: String,
    #[serde(skip_serializing_if = "is_off")]
    ignore_case: bool,
    #[serde(skip_serializing_if = "is_off")]
    contains: bool,
    #[serde(skip_serializing_if = "is_off")]
    invert: bool,
}

impl Side {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_off(flag: &bool) -> bool {
    !flag
}

impl From<&FilterText> for Side {
    fn from(text: &FilterText) -> Self {
        let FilterText { pattern, mode: Mode { ignore_case, contains, invert } } = text.clone();
        Self { pattern, ignore_case, contains, invert }
    }
}

impl From<&Side> for FilterText {
    fn from(side: &Side) -> Self {
        let Side { pattern, ignore_case, contains, invert } = side.clone();
        Self { pattern, mode: Mode { ignore_case, contains, invert } }
    }
}

impl SavedFilter {
    /// Both filters as they are, under this name.
    #[must_use]
    pub fn new(name: String, username: &FilterText, project: &FilterText) -> Self {
        Self { name, username: username.into(), project: project.into() }
    }

    /// The filter on usernames.
    #[must_use]
    pub fn username(&self) -> FilterText {
        (&self.username).into()
    }

    /// The filter on projects.
    #[must_use]
    pub fn project(&self) -> FilterText {
        (&self.project).into()
    }

    /// Writes this into `config.toml` in `folder`, in place of one of the same name.
    ///
    /// # Errors
    /// When the file can't be read, which leaves it as it is, or not be written.
    pub fn save(&self, folder: &Path) -> Result<(), SettingsError> {
        edit(folder, KEY, |tables| {
            let table = self.to_table();
            let place = tables.iter().position(|table| is_called(table, &self.name));
            match place.and_then(|place| tables.get_mut(place)) {
                Some(old) => *old = table,
                None => tables.push(table),
            }
            Ok(())
        })
    }

    /// Removes the filter of this name from `config.toml` in `folder`.
    ///
    /// # Errors
    /// When the file can't be read, which leaves it as it is, or not be written.
    pub fn remove(folder: &Path, name: &str) -> Result<(), SettingsError> {
        edit(folder, KEY, |tables| {
            // The first of that name, as the menu shows them; a second one somebody wrote for a reason.
            let place = tables.iter().position(|table| is_called(table, name));
            if let Some(place) = place {
                tables.remove(place);
            }
            Ok(())
        })
    }

    fn to_table(&self) -> Table {
        toml_edit::ser::to_document(self).expect("texts and flags are TOML").into_table()
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
    fn a_filter_is_kept_with_all_that_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("not/there/yet");
        let night = filter("Night", r"bill\.smith", ALL);
        night.save(&inside).unwrap();
        filter("Day", "a.*", Mode::default()).save(&inside).unwrap();
        let filters = Settings::load(&inside).unwrap().filters;
        assert_eq!(filters, [night.clone(), filter("Day", "a.*", Mode::default())]);
        assert_eq!(filters[0].username(), FilterText { pattern: r"bill\.smith".into(), mode: ALL });

        filter("Night", "x", Mode::default()).save(&inside).unwrap();
        assert_eq!(Settings::load(&inside).unwrap().filters[0], filter("Night", "x", Mode::default()));
        SavedFilter::remove(&inside, "Night").unwrap();
        assert_eq!(Settings::load(&inside).unwrap().filters.len(), 1);
    }

    #[test]
    fn what_the_user_wrote_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let written =
            "# mine\nrefresh_secs = 2  # fast\n\n[[profile]]\nname = \"N\" # north\nurls = [\"n\"]\n";
        for written in [written.to_owned(), written.replace('\n', "\r\n")] {
            std::fs::write(&path, &written).unwrap();
            filter("Night", "x", Mode::default()).save(folder.path()).unwrap();
            let now = std::fs::read_to_string(&path).unwrap();
            assert!(now.starts_with(&written), "{now:?}");
            SavedFilter::remove(folder.path(), "Night").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
        }
    }

    #[test]
    fn a_list_written_on_one_line_is_the_same_list() {
        let folder = tempfile::tempdir().unwrap();
        let text = "filter = [{ name = \"A\", username = { pattern = \"a\" } }]\n";
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        filter("B", "b", Mode::default()).save(folder.path()).unwrap();
        let names: Vec<String> =
            Settings::load(folder.path()).unwrap().filters.into_iter().map(|filter| filter.name).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for bad in ["[[profile\n", "unknown = 1\n", "filter = 3\n"] {
            std::fs::write(&path, bad).unwrap();
            let error = filter("A", "a", Mode::default()).save(folder.path()).unwrap_err();
            assert!(error.to_string().contains("line 1"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), bad);
        }
    }
}
