//! Reads the table `[history]` of `config.toml`.

use toml_edit::{Item, Key};

use super::entries::{Entries, table_of};
use super::error::SettingsErrorKind;
use super::history::{HistorySettings, HistoryUrl, KEEP_DAYS};

/// Reads the table. Keys that are wrong have their default.
pub(super) fn read(entries: &mut Entries<'_>, key: Option<&Key>, item: &Item) -> HistorySettings {
    let mut settings = HistorySettings::default();
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

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::path::Path;

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
