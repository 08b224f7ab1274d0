//! Saves and removes named filters in `config.toml`.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml_edit::Table;

use super::edit::{edit, has_name, machine_file_with};
use super::error::{SettingsError, SettingsErrorKind};
use super::filter_entry::{ColumnEntry, DateEntry, FilterEntry, ValueEntry};
use crate::query::{ColumnFilter, FilterSet};

/// The key of the saved filters in the file.
const KEY: &str = "filter";

/// Filters under one name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// The name in the menu.
    pub name: String,
    #[serde(default, skip_serializing_if = "FilterEntry::is_empty")]
    username: FilterEntry,
    #[serde(default, skip_serializing_if = "FilterEntry::is_empty")]
    project: FilterEntry,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    column: Vec<ColumnEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    date: Vec<DateEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    value: Vec<ValueEntry>,
}

impl SavedFilter {
    /// Creates a saved filter. The kind of sessions isn't saved: it is a tab of the table.
    #[must_use]
    pub fn new(name: String, filters: &FilterSet) -> Self {
        let FilterSet { username, project, columns, dates, cells } = filters;
        Self {
            name,
            username: username.into(),
            project: project.into(),
            column: columns.iter().map(ColumnEntry::from).collect(),
            date: dates.iter().map(DateEntry::from).collect(),
            value: cells.iter().map(ValueEntry::from).collect(),
        }
    }

    /// Returns the filters. Leaves out hand-written values that can't be read.
    #[must_use]
    pub fn filters(&self) -> FilterSet {
        FilterSet {
            username: (&self.username).into(),
            project: (&self.project).into(),
            columns: self.column.iter().map(ColumnFilter::from).collect(),
            dates: self.date.iter().filter_map(DateEntry::filter).collect(),
            cells: self.value.iter().filter_map(ValueEntry::filter).collect(),
        }
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
                return Ok(());
            }
            match machine_file_with(folder, |settings| settings.filters.iter().any(|one| one.name == name)) {
                Some(file) => Err(SettingsErrorKind::OfMachine { name: name.to_owned(), file }),
                None => Ok(()),
            }
        })
    }

    fn to_table(&self) -> Table {
        toml_edit::ser::to_document(self).expect("strings and flags are TOML").into_table()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ColumnId, Value};
    use crate::filter::Mode;
    use crate::query::{CellFilter, DateFilter, DateRange, FilterText};
    use crate::settings::Settings;

    fn filter(name: &str, pattern: &str, mode: Mode) -> SavedFilter {
        let username = FilterText { pattern: pattern.to_owned(), mode };
        SavedFilter::new(name.to_owned(), &FilterSet { username, ..FilterSet::default() })
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
        assert_eq!(filters[0].filters().username, FilterText { pattern: r"bill\.smith".into(), mode: ALL });

        filter("Night", "x", Mode::default()).save(&missing).unwrap();
        assert_eq!(Settings::load(&missing).unwrap().filters[0], filter("Night", "x", Mode::default()));
        SavedFilter::remove(&missing, "Night").unwrap();
        assert_eq!(Settings::load(&missing).unwrap().filters.len(), 1);
    }

    #[test]
    fn saves_filters_on_all_columns() {
        let folder = tempfile::tempdir().unwrap();
        let column = |name: &str, pattern: &str, mode| ColumnFilter {
            column: name.into(),
            text: FilterText { pattern: pattern.to_owned(), mode },
        };
        let date = |range| DateFilter { column: ColumnId::CreationTime, range };
        let cell = |column: &str, value, keep| CellFilter { column: column.into(), value, keep };
        let filters = FilterSet {
            username: FilterText { pattern: "bi.*".to_owned(), mode: Mode::default() },
            columns: vec![column("address", r"10\..*", ALL), column("kind", "P.*", Mode::default())],
            dates: vec![
                date(DateRange::Last(604_800)),
                date(DateRange::Before(1_795_365_700_123)),
                date(DateRange::Since(-1)),
            ],
            cells: vec![
                cell("project", Value::Text("a \"b\"\n".into()), false),
                cell("username", Value::Null, true),
                cell("isDesigner", Value::Boolean(true), true),
                cell("creationTime", Value::Date(1_795_365_700_123), true),
                cell("memory", Value::Integer(-3), false),
                cell("load", Value::Real(0.1), true),
            ],
            ..FilterSet::default()
        };
        SavedFilter::new("All".to_owned(), &filters).save(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
        let read = Settings::load(folder.path()).unwrap_or_else(|error| panic!("{error}: {text}")).filters;
        assert_eq!(read[0].filters(), filters, "{text}");
        // A second one leaves the first as it is, and both can be removed.
        filter("B", "b", Mode::default()).save(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().filters[0].filters(), filters);
        SavedFilter::remove(folder.path(), "All").unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().filters, [filter("B", "b", Mode::default())]);
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
        for bad in
            ["[[profile\n", "filter = 3\n", "filter = [3]\n", "filter = [{ name = \"A\", user = 3 }]\n"]
        {
            std::fs::write(&path, bad).unwrap();
            let error = filter("A", "a", Mode::default()).save(folder.path()).unwrap_err();
            assert!(error.to_string().starts_with("Line 1 "), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), bad);
        }
    }

    #[test]
    fn keeps_what_is_wrong_in_the_rest_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for wrong in [
            "unknown = 1\n",
            "[history]\nkeep_days = 0 # all\n",
            "profile = [3]\n",
            "[[profile]]\nname = \"N\"\n",
            "[[filter]]\nname = 3\n",
        ] {
            std::fs::write(&path, wrong).unwrap();
            filter("A", "a", Mode::default()).save(folder.path()).unwrap();
            let written = std::fs::read_to_string(&path).unwrap();
            assert!(written.starts_with(wrong), "{written}");
            let settings = Settings::load(folder.path()).unwrap();
            assert_eq!((settings.filters.len(), settings.problems.len()), (1, 1), "{written}");
            SavedFilter::remove(folder.path(), "A").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong);
        }
    }
}
