//! The settings for all users of a machine, which its administrator writes. Those of a user override them.

use std::path::{Path, PathBuf};

/// Returns the folder of `config.toml` for all users: `GATEWATCH_MACHINE_CONFIG_DIR`, or the platform's; `None` on a platform
/// that has none.
#[must_use]
pub fn machine_folder() -> Option<PathBuf> {
    let from_env = std::env::var_os("GATEWATCH_MACHINE_CONFIG_DIR").filter(|folder| !folder.is_empty());
    from_env.map(PathBuf::from).or_else(of_platform)
}

fn of_platform() -> Option<PathBuf> {
    if cfg!(windows) {
        let folder = std::env::var_os("ProgramData").filter(|folder| !folder.is_empty())?;
        Some(PathBuf::from(folder).join("Gatewatch"))
    } else if cfg!(target_os = "macos") {
        Some("/Library/Application Support/Gatewatch".into())
    } else {
        Some("/etc/gatewatch".into())
    }
}

#[cfg(test)]
thread_local! {
    /// The folder that takes the place of [`machine_folder`] for all folders in a test.
    static FOR_TEST: std::cell::RefCell<Option<PathBuf>> = const { std::cell::RefCell::new(None) };
}

/// Returns the folder of the settings that those in `folder` override. Only the program's own folder has one. A service that
/// reads the machine's settings as its own reads them once.
pub(super) fn folder_below(folder: &Path) -> Option<PathBuf> {
    #[cfg(test)]
    if let Some(machine) = FOR_TEST.with_borrow(Clone::clone) {
        return Some(machine);
    }
    let machine = machine_folder()?;
    let is_own = super::folder().is_some_and(|own| own == folder);
    (is_own && machine != folder).then_some(machine)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::alert::Rule;
    use crate::settings::{
        CONFIG_FILE, SavedFilter, Settings, remove_alert, remove_profile, save_alert, save_profile,
    };

    fn load(machine: &str, user: Option<&str>) -> (Settings, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let [all, own] = ["all", "own"].map(|name| folder.path().join(name));
        for (folder, text) in [(&all, Some(machine)), (&own, user)] {
            std::fs::create_dir(folder).unwrap();
            if let Some(text) = text {
                std::fs::write(folder.join(CONFIG_FILE), text).unwrap();
            }
        }
        (Settings::load_over(&own, Settings::load_machine(&all)).unwrap(), all)
    }

    const MACHINE: &str = "refresh_secs = 20\nmark_secs = 5\n[history]\nkeep_days = 30\n\
        [[profile]]\nname = \"North\"\nurls = [\"n\"]\nca_file = \"plant.pem\"\n\
        [[profile]]\nname = \"South\"\nurls = [\"s\"]\n\
        [[filter]]\nname = \"Night\"\n\
        [[alert]]\nname = \"Down\"\nwhen = \"unreachable\"\n[[alert]]\nname = \"In\"\nwhen = \"arrives\"\n";

    #[test]
    fn settings_for_all_users_apply_without_own_ones() {
        let (settings, all) = load(MACHINE, None);
        assert!(settings.is_valid(), "{settings:?}");
        assert_eq!(settings.refresh, Some(Duration::from_secs(20)));
        assert_eq!(settings.history.keep_days, 30);
        assert_eq!(settings.profile_names(), ["North", "South"]);
        // Relative to their own folder.
        assert_eq!(settings.profiles[0].trust.ca_file.as_deref(), Some(&*all.join("plant.pem")));
    }

    #[test]
    fn own_settings_override_single_values_and_entries_of_one_name() {
        let own = "mark_secs = 0\n[history]\nenabled = false\n\
            [[profile]]\nname = \"South\"\nurls = [\"other\"]\n[[profile]]\nname = \"West\"\nurls = [\"w\"]\n\
            [[filter]]\nname = \"Day\"\n\
            [[alert]]\nname = \"In\"\nwhen = \"leaves\"\nenabled = false\n";
        let (settings, _) = load(MACHINE, Some(own));
        assert!(settings.is_valid(), "{settings:?}");
        assert_eq!(settings.refresh, Some(Duration::from_secs(20)));
        assert_eq!(settings.mark_time, Some(Duration::ZERO));
        assert_eq!((settings.history.enabled, settings.history.keep_days), (false, 30));
        assert_eq!(settings.profile_names(), ["South", "West", "North"]);
        assert_eq!(settings.profiles[0].nodes()[0].to_string(), "http://other:8088");
        let filters: Vec<&str> = settings.filters.iter().map(|filter| &*filter.name).collect();
        assert_eq!(filters, ["Day", "Night"]);
        let alerts: Vec<_> = settings.alerts.iter().map(|rule| (&*rule.name, rule.is_enabled)).collect();
        assert_eq!(alerts, [("In", false), ("Down", true)]);
    }

    #[test]
    fn changes_are_written_to_own_settings_and_only_they_can_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let [all, own] = ["all", "own"].map(|name| folder.path().join(name));
        std::fs::create_dir(&all).unwrap();
        std::fs::write(all.join(CONFIG_FILE), MACHINE).unwrap();
        FOR_TEST.set(Some(all.clone()));
        let load = || Settings::load(&own).unwrap();
        let before = load();

        // What is for all users is copied whole when it is changed.
        let mut profile = before.profiles[0].clone();
        profile.may_terminate = true;
        save_profile(&own, Some(&before.profiles[0]), &profile).unwrap();
        let rule = Rule { is_enabled: false, ..before.alerts[0].clone() };
        save_alert(&own, Some(&before.alerts[0]), &rule).unwrap();
        let after = load();
        assert_eq!(after.profile("North"), Some(&profile));
        assert_eq!(after.profile_names(), ["North", "South"]);
        assert_eq!(after.alerts[0], rule);
        assert_eq!(std::fs::read_to_string(all.join(CONFIG_FILE)).unwrap(), MACHINE);

        remove_profile(&own, &profile).unwrap();
        remove_alert(&own, "Down").unwrap();
        assert_eq!(load().profile("North"), Some(&before.profiles[0]));
        let expected = |name: &str| {
            format!("{name:?} is for all users. Remove it from {}", all.join(CONFIG_FILE).display())
        };
        assert_eq!(remove_profile(&own, &profile).unwrap_err().to_string(), expected("North"));
        assert_eq!(remove_alert(&own, "Down").unwrap_err().to_string(), expected("Down"));
        assert_eq!(SavedFilter::remove(&own, "Night").unwrap_err().to_string(), expected("Night"));
        FOR_TEST.set(None);
    }

    #[test]
    fn what_is_wrong_for_all_users_is_named_and_own_settings_apply() {
        let own = "refresh_secs = 2\n[history]\nenabled = true\n";
        let (settings, all) = load("[[profile\n", Some(own));
        let problems: Vec<String> = settings.problems.iter().map(ToString::to_string).collect();
        let file = all.join(CONFIG_FILE);
        assert_eq!(problems, [format!("Line 1 of {} is invalid. Fix the file", file.display())]);
        assert_eq!(settings.refresh, Some(Duration::from_secs(2)));
        assert!(!settings.history.enabled);

        let (settings, all) = load("mark_secs = 99\n[[alert]]\nname = \"A\"\nwhen = \"never\"\n", Some(own));
        let file = all.join(CONFIG_FILE);
        let problems: Vec<String> = settings.problems.iter().map(ToString::to_string).collect();
        let wrong = format!("In {}, mark_secs must be from 0 to 60. Fix the file", file.display());
        assert_eq!(problems, [wrong]);
        let wrong = format!("Alert \"A\" is left out: when in line 4 of {} is invalid", file.display());
        assert_eq!(settings.alert_problems[0].to_string(), wrong);
        assert!(settings.history.enabled);
    }
}
