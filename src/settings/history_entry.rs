//! Reads and changes the table `[history]` of `config.toml`.

use std::path::Path;

use toml_edit::{Item, Key};

use super::edit::set_value_in;
use super::entries::{Entries, table_of};
use super::error::{SettingsError, SettingsErrorKind};
use super::history::{HistorySettings, HistoryUrl, KEEP_DAYS};

/// Reads the table over other settings, which stay in effect for keys that are missing or invalid.
pub(super) fn read(
    entries: &mut Entries<'_>,
    key: Option<&Key>,
    item: &Item,
    mut settings: HistorySettings,
) -> HistorySettings {
    let Some(table) = table_of(item) else {
        entries.problems.push(SettingsErrorKind::History {
            key: "history".to_owned(),
            line: entries.line_of(key),
            expected: "a table, [history]".to_owned(),
            source: None,
        });
        return settings;
    };
    for (name, item) in &table {
        let (is_right, expected, source) = match name {
            "enabled" => {
                let enabled = item.as_bool().map(|enabled| settings.enabled = enabled);
                (enabled.is_some(), "true or false".to_owned(), None)
            }
            "url" => {
                let url = item.as_str().map(str::parse::<HistoryUrl>);
                let (url, error) = url.map_or((None, None), |url| match url {
                    Ok(url) => (Some(url), None),
                    Err(error) => (None, Some(error)),
                });
                settings.url = url;
                (settings.url.is_some(), "the address of a database".to_owned(), error)
            }
            "keep_days" => {
                let days = item.as_integer().and_then(|days| days.try_into().ok());
                let days = days.filter(|days| KEEP_DAYS.contains(days));
                settings.keep_days = days.unwrap_or(settings.keep_days);
                (days.is_some(), format!("a number from {} to {}", KEEP_DAYS.start(), KEEP_DAYS.end()), None)
            }
            _ => (false, "enabled, url or keep_days".to_owned(), None),
        };
        if !is_right {
            let (key, line) = (name.to_owned(), entries.line_of(table.key(name)));
            entries.problems.push(SettingsErrorKind::History { key, line, expected, source });
        }
    }
    settings
}

/// The key of the table in the file.
const TABLE: &str = "history";

/// Writes to `config.toml` in `folder` whether sessions are recorded.
///
/// # Errors
/// If the file can't be read or written, or the table is wrong. It is left as it is.
pub fn save_recording(folder: &Path, is_enabled: bool) -> Result<(), SettingsError> {
    set_value_in(folder, TABLE, "enabled", is_enabled)
}

/// Writes to `config.toml` in `folder` for how many days sessions are kept.
///
/// # Errors
/// If the file can't be read or written, or the table is wrong. It is left as it is.
pub fn save_keep_days(folder: &Path, days: u32) -> Result<(), SettingsError> {
    set_value_in(folder, TABLE, "keep_days", i64::from(days))
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::path::Path;

    use super::{save_keep_days, save_recording};
    use crate::settings::Settings;

    #[test]
    fn a_wrong_key_is_named_and_nothing_is_recorded() {
        let days = "Line 2 of /c: keep_days must be a number from 1 to 36500";
        let url = "Line 2 of /c: url must be the address of a database";
        for (text, expected) in [
            ("keep_days = 0", days),
            ("keep_days = 36501", days),
            ("keep_days = -1", days),
            ("keep_days = \"90\"", days),
            ("enabled = \"no\"", "Line 2 of /c: enabled must be true or false"),
            ("url = \"postgres://a:s3cret@db/x\"", url),
            ("url = 5", url),
            ("keep = 1", "Line 2 of /c: keep must be enabled, url or keep_days"),
        ] {
            let text = format!("[history]\n{text}\n[[profile]]\nname = \"N\"\nurls = [\"n\"]\n");
            let (settings, mut problems) = Settings::parse(&text).unwrap();
            assert!(!settings.history.enabled && settings.profiles.len() == 1, "{text}");
            assert_eq!(problems.len(), 1, "{text}");
            let error = problems.remove(0).at(Path::new("/c"));
            assert_eq!(error.to_string(), format!("{expected}. Until it is fixed, nothing is recorded"));
            assert!(!format!("{error:?} {:?}", error.source()).contains("s3cret"), "{error:?}");
        }
    }

    #[test]
    fn changes_one_key_and_keeps_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for (before, after) in [
            ("", "[history]\nenabled = false\nkeep_days = 30\n"),
            ("refresh_secs = 2\n", "refresh_secs = 2\n\n[history]\nenabled = false\nkeep_days = 30\n"),
            (
                "[history]\nkeep_days = 7  # a week\n# more\n",
                "[history]\nkeep_days = 30  # a week\nenabled = false\n# more\n",
            ),
            (
                "history = { url = \"postgres://db\" } # team\n",
                "history = { url = \"postgres://db\", enabled = false, keep_days = 30 } # team\n",
            ),
            ("history.enabled = true\n", "history.enabled = false\nhistory.keep_days = 30\n"),
        ] {
            std::fs::write(&path, before).unwrap();
            save_recording(folder.path(), false).unwrap();
            save_keep_days(folder.path(), 30).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
            let history = Settings::load(folder.path()).unwrap().history;
            assert_eq!((history.enabled, history.keep_days), (false, 30));
        }
    }

    #[test]
    fn a_wrong_table_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for wrong in ["history = 3\n", "[history]\nkeep_days = 0\n", "[history]\nkeep = 3\n", "[history\n"] {
            std::fs::write(&path, wrong).unwrap();
            save_recording(folder.path(), false).unwrap_err();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong);
        }
    }

    #[test]
    fn nothing_is_recorded_if_the_history_may_be_meant_by_what_is_wrong() {
        let read = |text: &str| {
            let (settings, problems) = Settings::parse(text).unwrap();
            assert_eq!(problems.len(), 1, "{text}");
            settings.history.enabled
        };
        assert!(!read("history = false\n"));
        assert!(!read("[histroy]\nenabled = false\n"));
        assert!(read("mark_secs = 99\n"));
        assert!(read("filter = 3\n"));
    }
}
