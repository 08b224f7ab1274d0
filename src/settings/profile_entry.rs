//! The `[[profile]]` tables of `config.toml`.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml_edit::Item;

use super::entries::Entries;
use super::error::{Entry, SettingsErrorKind};
use crate::gateway::{Api, Login, NodeUrl, Pin, Profile, SessionLimits, Trust};

/// Returns the profiles that are right. Of those with one name, only the first can be.
pub(super) fn read(entries: &mut Entries<'_>, item: &Item) -> Vec<Profile> {
    let (mut profiles, mut names) = (Vec::new(), HashSet::new());
    for (name, item) in entries.list("profile", item) {
        if !name.is_empty() && !names.insert(name.clone()) {
            entries.problems.push(SettingsErrorKind::DuplicateName { profile: name });
        } else if let Some(entry) = entries.read::<ProfileEntry>(Entry::Profile(name), &item) {
            match entry.into_profile() {
                Ok(profile) => profiles.push(profile),
                Err(problem) => entries.problems.push(problem),
            }
        }
    }
    profiles
}

/// A `[[profile]]` table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileEntry {
    name: String,
    #[serde(default)]
    urls: Vec<String>,
    /// The user whose password is in the keyring.
    user: Option<String>,
    /// `true` if an API token is in the keyring.
    #[serde(default)]
    token: bool,
    /// The interface to read; detected if missing.
    api: Option<Api>,
    /// `true` to read Perspective sessions through Web Dev.
    #[serde(default)]
    perspective: bool,
    /// Interval between two reads, in seconds; 0 for manual refresh.
    refresh_secs: Option<u32>,
    /// Interval between two reads while the window shows another gateway, in seconds; 0 for none.
    background_secs: Option<u32>,
    /// `true` to allow terminating sessions.
    #[serde(default)]
    may_terminate: bool,
    /// `false` to leave its sessions out of the history.
    history: Option<bool>,
    /// The largest number of Vision clients that its license allows.
    client_limit: Option<u32>,
    /// The largest number of Designers.
    designer_limit: Option<u32>,
    /// The largest number of Perspective sessions.
    perspective_limit: Option<u32>,
    /// File of additional trusted certificates; relative to the folder of `config.toml`.
    ca_file: Option<PathBuf>,
    /// Pinned certificates.
    #[serde(default)]
    trusted: Vec<Pin>,
}

impl ProfileEntry {
    fn into_profile(self) -> Result<Profile, SettingsErrorKind> {
        let Self {
            name,
            urls,
            user,
            token,
            api,
            perspective,
            refresh_secs,
            background_secs,
            may_terminate,
            history,
            client_limit,
            designer_limit,
            perspective_limit,
            ca_file,
            trusted,
        } = self;
        let nodes: Vec<NodeUrl> = urls
            .iter()
            .map(|url| url.parse())
            .collect::<Result<_, _>>()
            .map_err(|source| SettingsErrorKind::InvalidAddress { profile: name.clone(), source })?;
        let login = match (user, token) {
            (None, false) => Login::None,
            (Some(user), false) => Login::Basic { user },
            (None, true) => Login::Token,
            (Some(_), true) => return Err(SettingsErrorKind::UserAndToken { profile: name }),
        };
        let profile = Profile::new(name.clone(), nodes);
        let mut profile = profile.ok_or(SettingsErrorKind::NoAddress { profile: name })?;
        profile.login = login;
        profile.trust = Trust { ca_file, pins: trusted };
        profile.api = api;
        profile.limits = SessionLimits {
            clients: client_limit,
            designers: designer_limit,
            perspective: perspective_limit,
        };
        profile.perspective = perspective;
        profile.refresh = refresh_secs.map(u64::from).map(Duration::from_secs);
        profile.background = background_secs.map(u64::from).map(Duration::from_secs);
        profile.may_terminate = may_terminate;
        profile.history = history.unwrap_or(true);
        Ok(profile)
    }
}
