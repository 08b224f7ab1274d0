//! Finds a gateway by name or address.

use std::error::Error;

use super::{Settings, SettingsError};
use crate::gateway::{NodeUrlError, Profile};
use crate::sanitize::sanitize;

/// The name of the demo gateway on the command line.
pub(crate) const DEMO: &str = "demo";
/// The name of the demo gateway in the window.
pub(crate) const DEMO_NAME: &str = "Demo gateway";
/// The name of all saved gateways together.
pub(crate) const ALL_NAME: &str = "All gateways";

/// The gateway to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The demo gateway inside this process.
    Demo,
    /// All saved gateways together.
    All,
    /// A gateway, saved or given by its address.
    Gateway(Profile),
}

impl Target {
    /// Returns the gateway, unless it is the demo gateway or all together.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Gateway(profile) => Some(profile),
            Self::Demo | Self::All => None,
        }
    }
}

/// The reason why a text doesn't name a gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The text is neither the name of a saved gateway nor an address. The message doesn't contain
    /// the text, which may be an address with a password.
    #[error("Unknown gateway. {}", suggestion(.saved))]
    Unknown {
        /// The names of the saved gateways.
        saved: Vec<String>,
        /// The reason why the text isn't an address.
        source: NodeUrlError,
    },
    /// The text is the name of a saved gateway whose entry is wrong. Taken for an address, it would
    /// lead elsewhere.
    #[error(transparent)]
    Invalid(#[from] SettingsError),
}

impl TargetError {
    /// Returns the reason, for a reader who sees the saved gateways anyway.
    #[must_use]
    pub fn reason(&self) -> &dyn Error {
        match self {
            Self::Unknown { source, .. } => source,
            Self::Invalid(error) => error,
        }
    }
}

/// Returns the end of an error message that suggests gateways: the saved ones or, if there are none, an address.
pub(crate) fn suggestion(saved: &[String]) -> String {
    if saved.is_empty() {
        "Give an address such as http://host:8088, or demo".to_owned()
    } else {
        format!("Saved gateways: {}", sanitize(&saved.join(", ")))
    }
}

impl Settings {
    /// Returns the gateway named `requested`: a saved one, all of them, `demo`, or one by its address. Without `requested`,
    /// returns the last one, else the first saved one, else the demo gateway.
    ///
    /// # Errors
    /// If `requested` is none of these.
    pub fn target(&self, requested: Option<&str>, last: Option<&str>) -> Result<Target, TargetError> {
        let Some(requested) = requested else {
            if last.is_some_and(|last| last == DEMO_NAME && self.profile(last).is_none()) {
                return Ok(Target::Demo);
            }
            if last.is_some_and(|last| self.are_all(last)) {
                return Ok(Target::All);
            }
            let last = last.and_then(|last| {
                self.profile(last).cloned().or_else(|| unsaved(last).map(|last| self.saved_or(last)))
            });
            let profile = last.or_else(|| self.profiles.first().cloned());
            return Ok(profile.map_or(Target::Demo, Target::Gateway));
        };
        if let Some(profile) = self.profile(requested).or_else(|| self.profile_in_other_case(requested)) {
            return Ok(Target::Gateway(profile.clone()));
        }
        if let Some(problem) = self.problem_of(requested) {
            return Err(problem.into());
        }
        if is_demo(requested) {
            return Ok(Target::Demo);
        }
        if self.are_all(requested) {
            return Ok(Target::All);
        }
        let unsaved = Profile::from_address(requested)
            .map_err(|source| TargetError::Unknown { saved: self.profile_names(), source })?;
        // A profile without a name of its own is saved under its full address.
        if let Some(problem) = self.problem_of(&unsaved.name) {
            return Err(problem.into());
        }
        Ok(Target::Gateway(self.saved_or(unsaved)))
    }

    /// Returns the saved gateway at the address of another one, or else that one. Without the saved certificate, a changed
    /// one would look like that of an unknown gateway.
    fn saved_or(&self, unsaved: Profile) -> Profile {
        // One with more nodes is another one: an address may be that of the node to look at.
        let saved = self.profile(&unsaved.name);
        let saved = saved.or_else(|| self.profiles.iter().find(|profile| profile.nodes() == unsaved.nodes()));
        saved.cloned().unwrap_or(unsaved)
    }

    /// Returns the only gateway whose name differs at most in letter case and in spaces around it. Taken for an address, a
    /// mistyped name could send a password to another host.
    fn profile_in_other_case(&self, name: &str) -> Option<&Profile> {
        let mut same = self.profiles.iter().filter(|profile| folded(&profile.name) == folded(name));
        same.next().filter(|_| same.next().is_none())
    }

    /// Returns the error of the saved gateway of this name, in any letter case.
    fn problem_of(&self, name: &str) -> Option<SettingsError> {
        let is_of_name = |problem: &&SettingsError| {
            problem.profile().is_some_and(|profile| !profile.is_empty() && folded(&profile) == folded(name))
        };
        self.problems.iter().find(is_of_name).cloned()
    }

    /// Returns `true` for the name of all saved gateways together, unless there are none or one has that name.
    fn are_all(&self, name: &str) -> bool {
        let is_name = name.trim().eq_ignore_ascii_case(ALL_NAME);
        is_name && !self.profiles.is_empty() && self.profile(ALL_NAME).is_none()
    }

    pub(super) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }
}

/// Returns a name to compare with others.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Returns `true` for both names of the demo gateway. Taken for addresses, they would lead nowhere.
fn is_demo(name: &str) -> bool {
    let name = name.trim();
    name == DEMO || name.eq_ignore_ascii_case(DEMO_NAME)
}

/// Returns the gateway at a remembered address. The name of a deleted gateway is not an address, even if it parses as one.
fn unsaved(last: &str) -> Option<Profile> {
    last.contains("://").then(|| Profile::from_address(last).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(address: &str) -> Profile {
        Profile::from_address(address).unwrap()
    }

    #[test]
    fn prefers_wanted_then_last_then_first_then_demo() {
        let (north, south) = (profile("n1").with_name("North"), profile("s").with_name("South"));
        let settings = Settings { profiles: vec![north.clone(), south.clone()], ..Settings::default() };
        let empty = Settings::default();
        let target = |settings: &Settings, requested, last| settings.target(requested, last).unwrap();
        let gateway = |address: &str| Target::Gateway(profile(address));
        assert_eq!(target(&settings, Some("South"), Some("North")), Target::Gateway(south.clone()));
        assert_eq!(target(&settings, Some("other"), Some("North")), gateway("other"));
        assert_eq!(target(&settings, Some("demo"), Some("North")), Target::Demo);
        for name in ["Demo gateway", " demo Gateway "] {
            assert_eq!(target(&settings, Some(name), Some("North")), Target::Demo);
        }
        assert_eq!(target(&settings, None, Some("South")), Target::Gateway(south));
        assert_eq!(target(&settings, None, Some("Demo gateway")), Target::Demo);
        assert_eq!(target(&settings, None, Some("http://x:1")), gateway("http://x:1"));
        assert_eq!(target(&settings, None, Some("Gone")), Target::Gateway(north.clone()));
        assert_eq!(target(&settings, None, None), Target::Gateway(north));
        assert_eq!(target(&empty, None, Some("http://x:1")), gateway("http://x:1"));
        assert_eq!(target(&empty, None, None), Target::Demo);
    }

    #[test]
    fn finds_saved_gateway_by_its_only_address() {
        let north = profile("https://n1:8043").with_name("North");
        let pair = vec!["http://a:8088".parse().unwrap(), "http://b:8088".parse().unwrap()];
        let pair = Profile::new("Pair".to_owned(), pair).unwrap();
        let own = profile("http://c:8088");
        let profiles = vec![profile("http://c:8088").with_name("Line 3"), pair, own.clone(), north.clone()];
        let settings = Settings { profiles, ..Settings::default() };
        let target = |requested, last| settings.target(requested, last).unwrap();
        for address in ["https://n1:8043", " HTTPS://N1:8043/web/home"] {
            assert_eq!(target(Some(address), None), Target::Gateway(north.clone()));
        }
        // It was saved after it had been shown.
        assert_eq!(target(None, Some("https://n1:8043")), Target::Gateway(north));
        assert_eq!(target(Some("c"), None), Target::Gateway(own));
        for other in ["http://n1:8043", "https://n1:8044", "https://n1:8043/north", "http://a:8088"] {
            assert_eq!(target(Some(other), None), Target::Gateway(profile(other)));
        }
    }

    #[test]
    fn finds_a_name_in_other_case_unless_it_is_ambiguous() {
        let named = |address: &str, name: &str| profile(address).with_name(name);
        let profiles =
            vec![named("a", "Plant North"), named("b", "Rest"), named("c", "REST"), named("d", "mix")];
        let settings = Settings { profiles, ..Settings::default() };
        let target = |requested| settings.target(Some(requested), None).unwrap();
        let saved = |index: usize| Target::Gateway(settings.profiles[index].clone());
        assert_eq!(target("plant north "), saved(0));
        assert_eq!(target("REST"), saved(2));
        assert_eq!(target("Mix"), saved(3));
        assert_eq!(target("rest"), Target::Gateway(profile("rest")));
    }

    #[test]
    fn error_suggests_gateways_and_keeps_its_cause() {
        let error = |settings: &Settings| settings.target(Some("ftp://a:secret@x"), None).unwrap_err();
        let empty = error(&Settings::default());
        assert_eq!(empty.to_string(), "Unknown gateway. Give an address such as http://host:8088, or demo");
        assert!(std::error::Error::source(&empty).is_some());
        let profiles = vec![profile("n1").with_name("North"), profile("s").with_name("South")];
        let saved = error(&Settings { profiles, ..Settings::default() });
        assert_eq!(saved.to_string(), "Unknown gateway. Saved gateways: North, South");
    }

    #[test]
    fn all_gateways_need_a_saved_one_and_yield_to_one_of_that_name() {
        let with = |profiles| Settings { profiles, ..Settings::default() };
        let (north, all) = (profile("n1").with_name("North"), profile("a").with_name(ALL_NAME));
        let settings = with(vec![north.clone()]);
        assert_eq!(settings.target(None, Some(ALL_NAME)).unwrap(), Target::All);
        assert_eq!(settings.target(Some(" all gateways"), None).unwrap(), Target::All);
        assert_eq!(with(vec![]).target(None, Some(ALL_NAME)).unwrap(), Target::Demo);
        let settings = with(vec![north, all.clone()]);
        assert_eq!(settings.target(None, Some(ALL_NAME)).unwrap(), Target::Gateway(all));
    }

    #[test]
    fn name_of_a_wrong_entry_is_no_address() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[[profile]]\nname = \"North\"\nurls = 3\n[[profile]]\nname = \"demo\"\n\
            [[profile]]\nname = \"http://n1:8088\"\n";
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        for (index, names) in
            [&["North", " north"][..], &["demo"], &["http://n1:8088", "n1"]].iter().enumerate()
        {
            for name in *names {
                let error = settings.target(Some(name), None).unwrap_err();
                assert_eq!(error.reason().to_string(), settings.problems[index].to_string());
                assert_eq!(error, TargetError::Invalid(settings.problems[index].clone()));
            }
        }
        assert_eq!(settings.target(Some("n2"), None).unwrap(), Target::Gateway(profile("n2")));
    }

    #[test]
    fn saved_name_wins_over_demo() {
        let saved = profile("n1").with_name("demo");
        let settings = Settings { profiles: vec![saved.clone()], ..Settings::default() };
        assert_eq!(settings.target(Some("demo"), None).unwrap(), Target::Gateway(saved));
    }

    #[test]
    fn finds_gateway_saved_under_its_address_by_each_form_of_it() {
        let mut saved = profile("http://n1:8088");
        saved.perspective = true;
        let settings = Settings { profiles: vec![saved.clone()], ..Settings::default() };
        for requested in ["http://n1:8088", "n1", " N1:8088/web/home "] {
            assert_eq!(settings.target(Some(requested), None).unwrap(), Target::Gateway(saved.clone()));
        }
    }
}
