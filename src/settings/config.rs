//! Reads `config.toml`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::de::IgnoredAny;
use toml_edit::Document;

use super::CONFIG_FILE;
use super::alert;
use super::alert_problem::AlertProblem;
use super::entries::Entries;
use super::error::{Entry, SettingsError, SettingsErrorKind};
use super::history::HistorySettings;
use super::history_entry;
use super::machine;
use super::profile_entry;
use super::saved_filter::SavedFilter;
use crate::alert::Rule;
use crate::atomic_file::read_text;
use crate::error_chain::ErrorChain;
use crate::gateway::Profile;

/// The longest time for which sessions are marked.
const MAX_MARK_TIME: Duration = Duration::from_mins(1);

/// The settings in `config.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The saved gateways, in the order of the file.
    pub profiles: Vec<Profile>,
    /// The saved filters, in the order of the file.
    pub filters: Vec<SavedFilter>,
    /// Interval between two reads, zero for manual refresh; `None` for the default.
    pub refresh: Option<Duration>,
    /// The time for which sessions that have just signed in or left are marked, up to a minute and
    /// zero for not at all; `None` for the default.
    pub mark_time: Option<Duration>,
    /// The settings of the history. Nothing is recorded if an error in the file may be about it.
    pub history: HistorySettings,
    /// The errors in the file. The entries that are wrong are left out, and the file keeps them.
    pub problems: Vec<SettingsError>,
    /// The alerts that can be evaluated, in the order of the file.
    pub alerts: Vec<Rule>,
    /// The alerts that are left out because of an error.
    pub alert_problems: Vec<AlertProblem>,
}

impl Settings {
    /// Returns the names of the saved gateways, in the order of the file.
    pub(crate) fn profile_names(&self) -> Vec<String> {
        self.profiles.iter().map(|profile| profile.name.clone()).collect()
    }

    /// Returns `true` if nothing is wrong in the file.
    pub(crate) fn is_valid(&self) -> bool {
        self.problems.is_empty() && self.alert_problems.is_empty()
    }

    /// Returns the first error that may be about the history; `None` if there is none.
    #[must_use]
    pub fn history_problem(&self) -> Option<&SettingsError> {
        self.problems.iter().find(|problem| problem.may_be_of_history())
    }

    /// Returns the errors of the profiles.
    pub(crate) fn profile_problems(&self) -> impl Iterator<Item = &SettingsError> {
        self.problems.iter().filter(|problem| problem.profile().is_some())
    }

    /// Keeps the profiles of earlier settings whose entries have become wrong since.
    #[must_use]
    pub(crate) fn with_profiles_before(mut self, before: &Self) -> Self {
        let wrong: Vec<String> = self.profile_problems().filter_map(SettingsError::profile).collect();
        for (index, profile) in before.profiles.iter().enumerate() {
            if wrong.contains(&profile.name) && self.profile(&profile.name).is_none() {
                self.profiles.insert(index.min(self.profiles.len()), profile.clone());
            }
        }
        self
    }

    /// Reads `config.toml` in `folder`. Returns the defaults if there is no such file. Entries that are wrong are left out.
    ///
    /// If it is the [folder](super::folder) of the program, what the file doesn't set is taken from the one for
    /// [all users](super::machine_folder).
    ///
    /// # Errors
    /// If the file exists and can't be read or isn't TOML.
    ///
    /// ```
    /// use gatewatch::settings::Settings;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let text = "[[profile]]\nname = \"Plant North\"\nurls = [\"http://10.1.2.3:8088\"]\n";
    /// gatewatch::atomic_file::write_file(&folder.path().join("config.toml"), |out| {
    ///     out.write_all(text.as_bytes())
    /// })?;
    /// let settings = Settings::load(folder.path())?;
    /// assert_eq!(settings.profiles[0].name, "Plant North");
    /// assert_eq!(settings.refresh, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(folder: &Path) -> Result<Self, SettingsError> {
        let machine = machine::folder_below(folder);
        Self::load_over(folder, machine.map(|folder| Self::load_machine(&folder)).unwrap_or_default())
    }

    /// Reads the settings for all users. Those of the user apply even if these can't be read.
    pub(super) fn load_machine(folder: &Path) -> Self {
        let mut settings = Self::load_over(folder, Self::default()).unwrap_or_else(|error| {
            tracing::warn!(error = %ErrorChain(&error), "can't read the settings for all users");
            // They may have switched it off.
            let history = HistorySettings { enabled: false, ..HistorySettings::default() };
            Self { problems: vec![error], history, ..Self::default() }
        });
        let file = folder.join(CONFIG_FILE);
        for problem in &mut settings.alert_problems {
            problem.file = Some(file.clone());
        }
        // Each user of Windows can create files in this folder, and must not run programs as another one.
        if cfg!(windows) {
            for rule in settings.alerts.iter_mut().filter(|rule| rule.command.is_some()) {
                tracing::warn!(alert = rule.name, "a command in the settings for all users isn't run");
                rule.command = None;
            }
        }
        settings
    }

    /// Reads the file in `folder` over the settings for all users.
    pub(super) fn load_over(folder: &Path, machine: Self) -> Result<Self, SettingsError> {
        let path = folder.join(CONFIG_FILE);
        // The parser accepts a byte-order mark.
        let parsed = match read_text(&path) {
            Ok(text) => Self::parse_over(&text, machine.history.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::debug!(path = %path.display(), "no settings file");
                return Ok(machine);
            }
            Err(error) => Err(SettingsErrorKind::Read(error)),
        };
        let (mut settings, problems) = parsed.map_err(|kind| kind.at(&path))?;
        settings.problems = problems.into_iter().map(|kind| kind.at(&path)).collect();
        for problem in &settings.problems {
            tracing::warn!(%problem, "wrong entry in the settings");
        }
        for profile in &mut settings.profiles {
            if let Some(file) = &mut profile.trust.ca_file {
                *file = folder.join(&*file);
            }
        }
        for command in settings.alerts.iter_mut().filter_map(|rule| rule.command.as_mut()) {
            // A name alone is looked up in PATH.
            if command.program.components().count() > 1 {
                command.program = folder.join(&command.program);
            }
        }
        let Self { profiles, filters, alerts, .. } = &settings;
        tracing::debug!(
            path = %path.display(),
            profiles = profiles.len(),
            filters = filters.len(),
            alerts = alerts.len(),
            "read settings"
        );
        Ok(settings.over(machine))
    }

    /// Adds the values and entries that these settings don't have. Of entries with one name, these
    /// count.
    fn over(mut self, machine: Self) -> Self {
        let Self { profiles, filters, refresh, mark_time, history: _, problems, alerts, alert_problems } =
            machine;
        self.refresh = self.refresh.or(refresh);
        self.mark_time = self.mark_time.or(mark_time);
        add_missing(&mut self.profiles, profiles, |profile| &profile.name);
        add_missing(&mut self.filters, filters, |filter| &filter.name);
        add_missing(&mut self.alerts, alerts, |rule| &rule.name);
        self.problems.extend(problems);
        self.alert_problems.extend(alert_problems);
        self.history.enabled &= self.history_problem().is_none();
        self
    }

    /// Returns the valid settings in the file, and its errors.
    pub(super) fn parse(text: &str) -> Result<(Self, Vec<SettingsErrorKind>), SettingsErrorKind> {
        Self::parse_over(text, HistorySettings::default())
    }

    /// Parses a file whose keys of the history override others.
    fn parse_over(
        text: &str,
        history: HistorySettings,
    ) -> Result<(Self, Vec<SettingsErrorKind>), SettingsErrorKind> {
        let document = Document::parse(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            SettingsErrorKind::syntax(before, error)
        })?;
        let mut entries = Entries { text, problems: Vec::new() };
        let mut settings = Self { history, ..Self::default() };
        for (name, item) in document.iter() {
            let entry = Entry::Key(name.to_owned());
            match name {
                "refresh_secs" => settings.refresh = entries.read_seconds(entry, item),
                "mark_secs" => {
                    let mark_time = entries.read_seconds(entry, item);
                    if mark_time > Some(MAX_MARK_TIME) {
                        entries.problems.push(SettingsErrorKind::MarkTime { max: MAX_MARK_TIME.as_secs() });
                    } else {
                        settings.mark_time = mark_time;
                    }
                }
                "profile" => settings.profiles = profile_entry::read(&mut entries, item),
                "filter" => {
                    let filters = entries.list("filter", item);
                    let read = |(name, item)| entries.read(Entry::Filter(name), &item);
                    settings.filters = filters.into_iter().filter_map(read).collect();
                }
                // Those of a list are read one by one below.
                "alert" => {
                    let alerts = entries.list("alert", item);
                    for (_, alert) in alerts.iter().filter(|(_, alert)| !alert.is_table_like()) {
                        #[expect(
                            clippy::zero_sized_map_values,
                            reason = "only the type of the entry is checked"
                        )]
                        let _no_table = entries.read::<BTreeMap<String, IgnoredAny>>(entry.clone(), alert);
                    }
                }
                "history" => {
                    let base = settings.history.clone();
                    settings.history = history_entry::read(&mut entries, document.key(name), item, base);
                }
                _ => {
                    let line = entries.line_of(document.key(name));
                    entries.problems.push(SettingsErrorKind::UnknownKey { key: name.to_owned(), line });
                }
            }
        }
        // What was meant to switch it off may be what is wrong.
        settings.history.enabled &= !entries.problems.iter().any(SettingsErrorKind::may_be_of_history);
        (settings.alerts, settings.alert_problems) = alert::parse(text);
        Ok((settings, entries.problems))
    }
}

/// Adds the entries of `others` whose names aren't taken.
fn add_missing<T>(entries: &mut Vec<T>, others: Vec<T>, name: impl Fn(&T) -> &str) {
    let is_new = |other: &T| entries.iter().all(|entry| name(entry) != name(other));
    let new: Vec<T> = others.into_iter().filter(is_new).collect();
    entries.extend(new);
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn reads_profiles_and_interval() {
        let settings = Settings::parse(
            "refresh_secs = 2\n\
            [[profile]]\nname = \"North\"\nurls = [\"http://n1:8088\", \"n2\"]\n\
            [[profile]]\nname = \"South\"\nurls = [\"https://s:8043\"]\n",
        )
        .unwrap();
        let (settings, problems) = settings;
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(settings.refresh, Some(Duration::from_secs(2)));
        assert_eq!(settings.profile_names(), ["North", "South"]);
        let nodes: Vec<String> = settings.profiles[0].nodes().iter().map(ToString::to_string).collect();
        assert_eq!(nodes, ["http://n1:8088", "http://n2:8088"]);
    }

    #[test]
    fn reports_line_or_profile_of_invalid_settings() {
        let problem = |text: &str| match Settings::parse(text) {
            Ok((_, mut problems)) => {
                assert_eq!(problems.len(), 1, "{text}: {problems:?}");
                problems.remove(0).at(Path::new("/c"))
            }
            Err(error) => error.at(Path::new("/c")),
        };
        let profile = |name: &str, rest: &str| format!("[[profile]]\nname = \"{name}\"\n{rest}");
        let valid = profile("N", "urls = [\"n\"]\n");
        for (text, expected) in [
            ("mark_secs = 61\n", "In /c, mark_secs must be from 0 to 60. Fix the file"),
            ("refresh_secs = 2\nprofile = 3\n", "Line 2 of /c is invalid. Fix the file"),
            ("refresh_secs = 2\n\n[[profile\n", "Line 3 of /c is invalid. Fix the file"),
            (
                &profile("N", "urls = [\"ftp://x\"]"),
                "Profile \"N\" in /c has an invalid address. Fix the file",
            ),
            (&profile("N", ""), "Profile \"N\" in /c has no urls. Add urls = [\"http://host:8088\"]"),
            (
                &profile("N", "urls = [\"n\"]\nuser = \"a\"\ntoken = true"),
                "Profile \"N\" in /c has a user and a token. Remove one of them",
            ),
            (&valid.repeat(2), "Two profiles in /c are named \"N\". Rename one of them"),
        ] {
            assert_eq!(problem(text).to_string(), expected);
        }
        let error = problem("[[profile]]\nname = \"N\"\nurl = [\"n\"]\n");
        assert_eq!(error.to_string(), "Line 3 of /c is invalid. Fix the file");
        assert!(error.source().unwrap().to_string().contains("unknown field `url`"));
    }

    #[test]
    fn a_wrong_entry_leaves_the_others_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let text = "refresh_secs = \"often\"\nmark_secs = 5\nprofile = [{ name = \"South\", urls = [\"s\"] }, 3]\n\
            [[filter]]\nname = \"Night\"\n[[filter]]\nname = \"Day\"\npattern = 3\n\
            [history]\nkeep_days = 30\n";
        std::fs::write(folder.path().join(CONFIG_FILE), text).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        assert_eq!((settings.refresh, settings.mark_time), (None, Some(Duration::from_secs(5))));
        assert_eq!(settings.profile_names(), ["South"]);
        let filters: Vec<&str> = settings.filters.iter().map(|filter| &*filter.name).collect();
        assert_eq!(filters, ["Night"]);
        assert_eq!((settings.history.enabled, settings.history.keep_days), (true, 30));
        let lines = [1, 3, 8].map(|line| {
            format!("Line {line} of {} is invalid. Fix the file", folder.path().join(CONFIG_FILE).display())
        });
        let problems: Vec<String> = settings.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, lines);
    }

    #[test]
    fn limits_are_whole_numbers() {
        let read = |limit: &str| {
            let text = format!("[[profile]]\nname = \"N\"\nurls = [\"n\"]\ndesigner_limit = {limit}\n");
            let (settings, problems) = Settings::parse(&text).unwrap();
            let limits = settings.profiles.first().map(|profile| profile.limits.designers);
            (limits, problems.len())
        };
        assert_eq!(read("0"), (Some(Some(0)), 0));
        assert_eq!(read("250"), (Some(Some(250)), 0));
        for wrong in ["-1", "2.5", "\"many\"", "4294967296"] {
            assert_eq!(read(wrong), (None, 1), "{wrong}");
        }
    }

    #[test]
    fn a_profile_that_becomes_wrong_stays_as_it_was() {
        let profile = |name: &str, urls: &str| format!("[[profile]]\nname = \"{name}\"\nurls = {urls}\n");
        let read = |text: &str| {
            let (settings, problems) = Settings::parse(text).unwrap();
            let problems = problems.into_iter().map(|problem| problem.at(Path::new("/c"))).collect();
            Settings { problems, ..settings }
        };
        let before =
            read(&[profile("A", "[\"a\"]"), profile("B", "[\"b\"]"), profile("C", "[\"c\"]")].concat());
        let after = read(&[profile("A", "3"), profile("C", "[\"d\"]"), profile("D", "3")].concat());
        let kept = after.with_profiles_before(&before);
        assert_eq!(kept.profile_names(), ["A", "C"]);
        assert_eq!(kept.profiles[0], before.profiles[0]);
        assert_eq!(kept.profiles[1].nodes()[0].to_string(), "http://d:8088");
    }

    #[test]
    fn of_profiles_with_one_name_only_the_first_can_be_right() {
        let profile = |urls: &str| format!("[[profile]]\nname = \"N\"\nurls = [{urls}]\n");
        let names = |first: &str, second: &str| {
            let (settings, problems) = Settings::parse(&[profile(first), profile(second)].concat()).unwrap();
            let nodes = settings.profiles.iter().flat_map(Profile::nodes).map(ToString::to_string);
            (nodes.collect::<Vec<_>>(), problems.len())
        };
        assert_eq!(names("\"a\"", "\"b\""), (vec!["http://a:8088".to_owned()], 1));
        assert_eq!(names("", "\"b\""), (vec![], 2));
    }

    #[test]
    fn reads_byte_order_mark_and_mixed_line_ends() {
        let folder = tempfile::tempdir().unwrap();
        let text = "\u{feff}refresh_secs = 2\r\n[[profile]]\nname = \"N\"\r\nurls = [\"n\"]\n";
        std::fs::write(folder.path().join(CONFIG_FILE), text).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        assert_eq!((settings.refresh, settings.profiles.len()), (Some(Duration::from_secs(2)), 1));
        std::fs::write(folder.path().join(CONFIG_FILE), text.replace("urls", "url")).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        assert!(settings.profiles.is_empty());
        assert!(settings.problems[0].to_string().starts_with("Line 4 of "), "{:?}", settings.problems);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_a_folder_or_a_device_is_an_error() {
        for (make, cause) in [
            (&["mkfifo"][..], "It is a pipe or a device instead of a file"),
            (&["mkdir"], "It is a folder"),
            (&["ln", "-s", "/dev/zero"], "It is a pipe or a device instead of a file"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(CONFIG_FILE);
            let mut command = std::process::Command::new(make[0]);
            assert!(command.args(&make[1..]).arg(&path).status().unwrap().success());
            let error = Settings::load(folder.path()).unwrap_err();
            assert_eq!(error.to_string(), format!("Can't read {}", path.display()));
            assert_eq!(error.source().unwrap().to_string(), cause);
            let saved = crate::settings::SavedFilter::default().save(folder.path());
            assert_eq!(saved.unwrap_err().source().unwrap().to_string(), cause);
        }
    }

    #[test]
    fn missing_file_gives_defaults() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap(), Settings::default());
    }
}
