//! The configuration file, and what is remembered from run to run.
//!
//! `config.toml` is the user's: read, never overwritten in silence. `state.toml` beside it is ours: which gateway was
//! the last, and how the table was arranged.

mod config_file;
mod saved_filter;
mod saved_profile;

pub use saved_filter::SavedFilter;
pub use saved_profile::{remove_profile, save_profile};

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::atomic_file::{FileError, write_file};
use crate::gateway::{Api, Login, NodeUrl, NodeUrlError, Pin, Profile, Trust};
use crate::table::Layout;

/// A change takes some milliseconds: whoever holds the lock for longer hangs, and must not hang us as well.
const LONGEST_LOCK: Duration = Duration::from_secs(2);
/// How often it is tried.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The folder of both files: `GATEWATCH_CONFIG_DIR`, or the platform's own; `None` where there is no home folder.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let told = std::env::var_os("GATEWATCH_CONFIG_DIR").filter(|folder| !folder.is_empty());
    told.map(PathBuf::from).or_else(|| {
        let platform = directories::ProjectDirs::from("", "", "gatewatch")?;
        Some(platform.config_dir().to_owned())
    })
}

/// Keeps other windows from changing the files in the folder, which is made where it is missing, as long as it lives.
fn lock(folder: &Path) -> io::Result<std::fs::File> {
    std::fs::create_dir_all(folder)?;
    let file = std::fs::File::create(folder.join(".lock"))?;
    let end = Instant::now() + LONGEST_LOCK;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                let text = "another window holds the settings; close that one, or try again";
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
        }
    }
}

/// What the user set in `config.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The saved gateways, in the order of the file.
    pub profiles: Vec<Profile>,
    /// The saved filters, in the order of the file.
    pub filters: Vec<SavedFilter>,
    /// The time between two reads; `None` where the file does not say.
    pub refresh: Option<Duration>,
}

/// A `config.toml` that can't be used. It is left as it is.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct SettingsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub fault: SettingsFault,
}

/// What is wrong with a `config.toml`.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFault {
    /// It can't be opened.
    #[error("can't be read: {0}")]
    Io(#[from] io::Error),
    /// It can't be written.
    #[error("can't be written: {0}")]
    Write(io::Error),
    /// It is no TOML, or holds what is not known.
    #[error("line {line}: {reason}")]
    Toml {
        /// Where, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// An address in it is none.
    #[error("profile {profile:?}: {source}")]
    Address {
        /// The profile's name.
        profile: String,
        /// What is wrong with the address.
        source: NodeUrlError,
    },
    /// A profile without an address.
    #[error("profile {profile:?} has no urls; add urls = [\"http://host:8088\"]")]
    NoAddress {
        /// The profile's name.
        profile: String,
    },
    /// A profile with a user and a token.
    #[error("profile {profile:?} has a user and a token; a gateway takes one of them")]
    TwoLogins {
        /// The profile's name.
        profile: String,
    },
    /// A profile that was to be changed is not there any more.
    #[error(
        "profile {profile:?} was renamed or deleted, here or in another window; save it again as a new one"
    )]
    Gone {
        /// The profile's name.
        profile: String,
    },
    /// Two profiles of one name.
    #[error("two profiles are called {profile:?}; give each a name of its own")]
    Duplicate {
        /// The name.
        profile: String,
    },
}

impl SettingsFault {
    fn toml(before: &str, message: &str) -> Self {
        Self::Toml { line: 1 + before.matches('\n').count(), reason: message.replace('\n', ", ") }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    refresh_secs: Option<u32>,
    #[serde(default)]
    profile: Vec<ProfileEntry>,
    #[serde(default)]
    filter: Vec<SavedFilter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileEntry {
    name: String,
    #[serde(default)]
    urls: Vec<String>,
    /// The user whose password is in the keyring.
    user: Option<String>,
    /// Whether an API token is in the keyring.
    #[serde(default)]
    token: bool,
    /// Through which interface it is read; found out without it.
    api: Option<Api>,
    /// Whether Web Dev is asked for Perspective sessions, too.
    #[serde(default)]
    perspective: bool,
    /// How often it is read, where that is another interval than that of the others; 0 for only when told.
    refresh_secs: Option<u32>,
    /// Whether its sessions may be terminated.
    #[serde(default)]
    may_terminate: bool,
    /// Certificates to trust beside the platform's; beside `config.toml` where the path is relative.
    ca_file: Option<PathBuf>,
    /// Single certificates to trust.
    #[serde(default)]
    trusted: Vec<Pin>,
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

impl Settings {
    /// The saved gateways' names, in the order of the file.
    pub(crate) fn profile_names(&self) -> Vec<String> {
        self.profiles.iter().map(|profile| profile.name.clone()).collect()
    }

    /// Reads `config.toml` in `folder`; without one, everything is as it comes.
    ///
    /// # Errors
    /// When the file is there and can't be used.
    pub fn load(folder: &Path) -> Result<Self, SettingsError> {
        let path = folder.join("config.toml");
        let read = match std::fs::read_to_string(&path) {
            Ok(text) => Self::read(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        };
        let mut settings = read.map_err(|fault| SettingsError { path, fault })?;
        for profile in &mut settings.profiles {
            if let Some(file) = &mut profile.trust.ca_file {
                *file = folder.join(&*file);
            }
        }
        Ok(settings)
    }

    fn read(text: &str) -> Result<Self, SettingsFault> {
        let file: ConfigFile = toml_edit::de::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            SettingsFault::toml(before, error.message())
        })?;
        let mut profiles: Vec<Profile> = Vec::new();
        for entry in file.profile {
            let ProfileEntry { name, urls, user, token, api, ca_file, trusted, .. } = entry;
            if profiles.iter().any(|other| other.name == name) {
                return Err(SettingsFault::Duplicate { profile: name });
            }
            let nodes: Vec<NodeUrl> = urls
                .iter()
                .map(|url| url.parse())
                .collect::<Result<_, _>>()
                .map_err(|source| SettingsFault::Address { profile: name.clone(), source })?;
            let login = match (user, token) {
                (None, false) => Login::None,
                (Some(user), false) => Login::Basic { user },
                (None, true) => Login::Token,
                (Some(_), true) => return Err(SettingsFault::TwoLogins { profile: name }),
            };
            let profile = Profile::new(name.clone(), nodes);
            let mut profile = profile.ok_or(SettingsFault::NoAddress { profile: name })?;
            profile.login = login;
            profile.trust = Trust { ca_file, pins: trusted };
            profile.api = api;
            profile.perspective = entry.perspective;
            profile.refresh = entry.refresh_secs.map(seconds);
            profile.may_terminate = entry.may_terminate;
            profiles.push(profile);
        }
        let refresh = file.refresh_secs.map(seconds);
        Ok(Self { profiles, filters: file.filter, refresh })
    }

    /// The gateway that the user means: a saved one by its name, or one by its address. Without `wanted`, the last
    /// one, else the first saved one, else the demo gateway.
    ///
    /// # Errors
    /// When `wanted` is neither the name of a saved gateway nor an address.
    pub fn target(&self, wanted: Option<&str>, last: Option<&str>) -> Result<Target, TargetError> {
        let saved = |name: &str| self.profiles.iter().find(|profile| profile.name == name).cloned();
        if let Some(wanted) = wanted {
            let profile = saved(wanted).map_or_else(|| Profile::from_address(wanted), Ok);
            return profile
                .map(Target::Gateway)
                .map_err(|source| TargetError { saved: self.profile_names(), source });
        }
        // A name that is no longer saved is no address, even if it could be read as one.
        let unsaved = |last: &str| {
            let address = last.contains("://");
            address.then(|| Profile::from_address(last).ok()).flatten()
        };
        let last = last.and_then(|last| saved(last).or_else(|| unsaved(last)));
        let profile = last.or_else(|| self.profiles.first().cloned());
        Ok(profile.map_or(Target::Demo, Target::Gateway))
    }
}

/// A text that means no gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source}{}", names(.saved))]
pub struct TargetError {
    /// The names that would have meant one.
    pub saved: Vec<String>,
    /// Why it is no address.
    pub source: NodeUrlError,
}

fn names(saved: &[String]) -> String {
    if saved.is_empty() { String::new() } else { format!(", or take a saved one: {}", saved.join(", ")) }
}

/// Which gateway to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one inside this process.
    Demo,
    /// A real one, or one that passes for it.
    Gateway(Profile),
}

/// What is remembered from run to run.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct State {
    /// The gateway that was shown last: a profile's name or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// How the table is arranged.
    pub table: Layout,
}

/// The part of it that matters most.
#[derive(Deserialize)]
struct LastGateway {
    last: Option<String>,
}

impl State {
    /// Reads `state.toml` in `folder`. It holds nothing that could not be lost, so a bad one counts as none.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("state.toml")).unwrap_or_default();
        // What can't be read of the table's layout must not take the last gateway with it.
        let whole = toml_edit::de::from_str::<Self>(&text).ok();
        let last = || toml_edit::de::from_str::<LastGateway>(&text).ok().and_then(|state| state.last);
        let mut state = whole.unwrap_or_else(|| Self { last: last(), ..Self::default() });
        state.table.repair();
        state
    }

    /// Writes `state.toml` in `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// When the folder can't be made or written to.
    ///
    /// # Panics
    /// Never: texts, numbers and lists of them are always TOML.
    pub fn save(&self, folder: &Path) -> Result<(), FileError> {
        let path = folder.join("state.toml");
        let _ours = lock(folder).map_err(|source| FileError { path: path.clone(), source })?;
        let text = toml_edit::ser::to_string(self).expect("texts, numbers and lists are TOML");
        write_file(&path, |out| out.write_all(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "refresh_secs = 2\n\
        [[profile]]\nname = \"North\"\nurls = [\"http://n1:8088\", \"n2\"]\n\
        [[profile]]\nname = \"South\"\nurls = [\"https://s:8043\"]\n";

    fn profile(address: &str) -> Target {
        Target::Gateway(Profile::from_address(address).unwrap())
    }

    #[test]
    fn profiles_and_interval_are_read() {
        let settings = Settings::read(TWO).unwrap();
        assert_eq!(settings.refresh, Some(Duration::from_secs(2)));
        let names: Vec<&str> = settings.profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["North", "South"]);
        let nodes: Vec<String> = settings.profiles[0].nodes().iter().map(ToString::to_string).collect();
        assert_eq!(nodes, ["http://n1:8088", "http://n2:8088"]);
    }

    #[test]
    fn a_bad_file_is_reported_with_its_line() {
        for (text, expected) in [
            ("refresh_secs = 2\nprofile = 3\n", "line 2: "),
            ("refresh_secs = 2\n\n[[profile\n", "line 3: "),
            ("refreshsecs = 2\n", "line 1: unknown field `refreshsecs`"),
            ("[[profile]]\nname = \"N\"\nurls = [\"ftp://x\"]\n", "profile \"N\": a gateway speaks http"),
            ("[[profile]]\nname = \"N\"\n", "profile \"N\" has no urls"),
            (&TWO.replace("South", "North"), "two profiles are called \"North\""),
        ] {
            let error = Settings::read(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap(), Settings::default());
    }

    #[test]
    fn the_gateway_is_the_wanted_one_else_the_last_else_the_first_else_the_demo() {
        let settings = Settings::read(TWO).unwrap();
        let north = Target::Gateway(settings.profiles[0].clone());
        let south = Target::Gateway(settings.profiles[1].clone());
        let none = Settings::default();
        let target = |settings: &Settings, wanted, last| settings.target(wanted, last).unwrap();
        assert_eq!(target(&settings, Some("South"), Some("North")), south);
        assert_eq!(target(&settings, Some("other"), Some("North")), profile("other"));
        assert_eq!(target(&settings, None, Some("South")), south);
        assert_eq!(target(&settings, None, Some("http://x:1")), profile("http://x:1"));
        assert_eq!(target(&settings, None, Some("Gone")), north);
        assert_eq!(target(&settings, None, None), north);
        assert_eq!(target(&none, None, Some("http://x:1")), profile("http://x:1"));
        assert_eq!(target(&none, None, None), Target::Demo);
        assert!(none.target(Some("ftp://x"), None).is_err());
    }

    #[test]
    fn the_last_gateway_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("not/there/yet");
        assert_eq!(State::load(&inside), State::default());
        let state = State { last: Some("Plant \"N\"".to_owned()), ..State::default() };
        state.save(&inside).unwrap();
        assert_eq!(State::load(&inside), state);
        // What can't be read is as at first, and the rest is there.
        std::fs::write(inside.join("state.toml"), "last = \"x\"\n[table]\nzoom = \"large\"\n").unwrap();
        assert_eq!(State::load(&inside), State { last: Some("x".to_owned()), ..State::default() });
    }
}
