//! Reads and writes `state.toml`.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::filter_history::FilterHistory;
use super::filter_state::FilterState;
use super::merge::{changed, changed_list};
use super::with_lock;
use crate::atomic_file::{FileError, read_text, replace_file};
use crate::error_chain::ErrorChain;
use crate::export::Delimiter;
use crate::table::{Day, Layout};

const STATE_FILE: &str = "state.toml";
/// The number of recent gateways that are kept.
pub(crate) const MAX_RECENT: usize = 5;

/// The theme of the window.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// The theme of the desktop.
    #[default]
    System,
    /// Dark text on a light background.
    Light,
    /// Light text on a dark background.
    Dark,
}

impl ThemeChoice {
    /// All choices, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Returns the name in a menu.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// The size and position of the window while it is neither maximized nor minimized.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct WindowPlace {
    /// Position of the left and upper edges of the window with its frame, in physical pixels; `None` where the platform doesn't
    /// report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<[i32; 2]>,
    /// Width and height of the content, in points at 100 % zoom.
    pub size: [f32; 2],
    /// Physical pixels per point, without zoom.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub scale: f32,
    /// `true` if the window is maximized.
    #[serde(default)]
    pub maximized: bool,
}

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
    /// The theme of the window.
    pub theme: ThemeChoice,
    /// Size and position of the window; `None` before the first run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowPlace>,
    /// Time at which a window was open last, as far as it was saved, in milliseconds since 1970 UTC; `None` before the first
    /// run with a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_until: Option<i64>,
    /// The filters.
    pub filters: FilterState,
    /// The filters that were typed last.
    #[serde(skip_serializing_if = "FilterHistory::is_empty")]
    pub filter_history: FilterHistory,
    /// The layout of the table.
    pub table: Layout,
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
                tracing::warn!(path = %path.display(), error = %ErrorChain(&error), "can't read the saved state");
            }
            String::new()
        });
        let entries = parse(&text).unwrap_or_else(|error| {
            // The text of the error may quote the file, which may be damaged in any way.
            let line = 1 + error.span().map_or("", |span| &text[..span.start]).matches('\n').count();
            tracing::warn!(path = %path.display(), line, "ignoring the invalid saved state");
            Map::new()
        });
        let mut state = Self::from_valid(entries);
        state.table.repair(today);
        state
    }

    /// Returns the state from those entries that are valid. Other versions of the program may have other values.
    fn from_valid(entries: Map<String, Value>) -> Self {
        let parse = |entries: Map<String, Value>| serde_json::from_value::<Self>(Value::Object(entries));
        let is_valid =
            |key: &str, value: &Value| parse(Map::from_iter([(key.to_owned(), value.clone())])).is_ok();
        let mut valid = Map::new();
        for (key, value) in entries {
            match value {
                value if is_valid(&key, &value) => {
                    valid.insert(key, value);
                }
                Value::Object(mut fields) => {
                    fields.retain(|field, value| {
                        let field = Map::from_iter([(field.clone(), value.clone())]);
                        is_valid(&key, &Value::Object(field))
                    });
                    tracing::warn!(section = key, "ignoring invalid values of the state");
                    let section = Value::Object(fields);
                    if is_valid(&key, &section) {
                        valid.insert(key, section);
                    }
                }
                _ => tracing::warn!(key, "ignoring an invalid value of the state"),
            }
        }
        parse(valid).unwrap_or_default()
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
        with_lock(folder, || self.write(&path)).map_err(|source| FileError { path: path.clone(), source })?
    }

    /// Writes the differences from `before` to `state.toml` in `folder`. Everything else in the
    /// file, which other windows may have changed since, stays. A file that is missing or invalid
    /// is replaced.
    ///
    /// # Errors
    /// As those of [`save`](Self::save), or if the file can't be read.
    pub fn save_changes(&self, before: &Self, folder: &Path) -> Result<(), FileError> {
        let path = folder.join(STATE_FILE);
        let error = |source| FileError { path: path.clone(), source };
        let save = || match read_text(&path) {
            Ok(text) => match parse(&text) {
                Ok(entries) => Self::from_valid(entries).with_changes(before, self).write(&path),
                Err(_) => self.write(&path),
            },
            Err(source) if source.kind() == io::ErrorKind::NotFound => self.write(&path),
            Err(source) => Err(error(source)),
        };
        with_lock(folder, save).map_err(error)?
    }

    /// Writes the file, which is locked.
    fn write(&self, path: &Path) -> Result<(), FileError> {
        let text = toml_edit::ser::to_string(self).expect("strings, numbers and lists are TOML");
        replace_file(path, |out| out.write_all(text.as_bytes()))?;
        tracing::debug!(path = %path.display(), "wrote state");
        Ok(())
    }

    /// Returns this state with the differences between `before` and `after`.
    fn with_changes(self, before: &Self, after: &Self) -> Self {
        let Self { last, recent, csv_delimiter, theme, window, open_until, filters, filter_history, table } =
            self;
        Self {
            last: changed(last, &before.last, &after.last),
            recent: changed_list(recent, &before.recent, &after.recent, MAX_RECENT),
            csv_delimiter: changed(csv_delimiter, &before.csv_delimiter, &after.csv_delimiter),
            theme: changed(theme, &before.theme, &after.theme),
            window: changed(window, &before.window, &after.window),
            open_until: changed(open_until, &before.open_until, &after.open_until),
            filters: changed(filters, &before.filters, &after.filters),
            filter_history: filter_history.with_changes(&before.filter_history, &after.filter_history),
            table: changed(table, &before.table, &after.table),
        }
    }
}

fn parse(text: &str) -> Result<Map<String, Value>, toml_edit::de::Error> {
    toml_edit::de::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::ColumnId;
    use crate::filter::Mode;
    use crate::query::FilterText;
    use crate::table::Density;

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
    fn keeps_valid_values_next_to_invalid_and_unknown_ones() {
        let folder = tempfile::tempdir().unwrap();
        let text = "theme = \"sepia\"\nlast = \"x\"\nnewer = [1]\nwindow = \"huge\"\n\
            [table]\nzoom = 1.5\ndates = \"lunar\"\ndensity = \"compact\"\n";
        std::fs::write(folder.path().join(STATE_FILE), text).unwrap();
        let state = State::load(folder.path());
        assert_eq!(state.last.as_deref(), Some("x"));
        assert_eq!((state.theme, state.window), (ThemeChoice::System, None));
        assert_eq!(state.table.density, Density::Compact);
        assert!((state.table.zoom - 1.5).abs() < f32::EPSILON);
        assert_eq!(state.table.dates, Layout::default().dates);
    }

    #[test]
    fn reads_back_what_it_saves() {
        let folder = tempfile::tempdir().unwrap();
        let window =
            WindowPlace { position: Some([-8, 20]), size: [1080.0, 680.5], scale: 1.25, maximized: true };
        let state = State { theme: ThemeChoice::Light, window: Some(window), ..State::default() };
        state.save(folder.path()).unwrap();
        assert_eq!(State::load(folder.path()), state);
    }

    #[test]
    fn numbers_are_written_with_the_digits_that_they_need() {
        let folder = tempfile::tempdir().unwrap();
        let table = Layout { zoom: 1.7, activity_height: 250.3, ..Layout::default() };
        let window = WindowPlace { position: None, size: [1080.0, 680.0], scale: 1.1, maximized: false };
        let state = State { table, window: Some(window), ..State::default() };
        state.save(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(STATE_FILE)).unwrap();
        assert!(text.contains("zoom = 1.7,"), "{text}");
        assert!(text.contains("scale = 1.1,"), "{text}");
        assert!(text.contains("activity_height = 250.3,"), "{text}");
        assert_eq!(State::load(folder.path()), state);
    }

    #[test]
    fn windows_keep_what_others_have_saved() {
        let folder = tempfile::tempdir().unwrap();
        let at_start = State { recent: vec!["http://a".to_owned()], ..State::default() };
        at_start.save(folder.path()).unwrap();
        let mut history = FilterHistory::default();
        let text = |pattern: &str| FilterText { pattern: pattern.to_owned(), mode: Mode::default() };
        history.add(&ColumnId::Username, &text("bi.*"));
        let of_one = State {
            last: Some("http://b".to_owned()),
            recent: vec!["http://b".to_owned(), "http://a".to_owned()],
            filter_history: history,
            ..at_start.clone()
        };
        of_one.save_changes(&at_start, folder.path()).unwrap();
        let mut history = FilterHistory::default();
        history.add(&ColumnId::Username, &text("anna"));
        let of_other = State {
            recent: vec!["http://c".to_owned(), "http://a".to_owned()],
            open_until: Some(5),
            filter_history: history,
            ..at_start.clone()
        };
        of_other.save_changes(&at_start, folder.path()).unwrap();
        let saved = State::load(folder.path());
        assert_eq!((saved.last.as_deref(), saved.open_until), (Some("http://b"), Some(5)));
        assert_eq!(saved.recent, ["http://c", "http://b", "http://a"]);
        let patterns = saved.filter_history.entries(&ColumnId::Username).map(|text| text.pattern);
        assert_eq!(patterns.collect::<Vec<_>>(), ["anna", "bi.*"]);
    }

    #[test]
    fn a_file_that_is_missing_or_invalid_is_replaced_by_the_whole_state() {
        let folder = tempfile::tempdir().unwrap();
        let before = State { last: Some("x".to_owned()), ..State::default() };
        let after = State { open_until: Some(5), ..before.clone() };
        for text in [None, Some("last = ")] {
            match text {
                None => assert!(!folder.path().join(STATE_FILE).exists()),
                Some(text) => std::fs::write(folder.path().join(STATE_FILE), text).unwrap(),
            }
            after.save_changes(&before, folder.path()).unwrap();
            assert_eq!(State::load(folder.path()), after);
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
