//! The logins of saved gateways, whose secrets are in the platform's keyring.

use std::path::Path;

use super::report::report;
use crate::gateway::{Credentials, InvalidLogin, Login, Profile};
use crate::sanitize::sanitize;
use crate::secrets::{KeyringError, Secrets};

/// The logins of saved gateways. Failures are reported, because other gateways can still be read.
pub(super) struct SavedLogins {
    secrets: Secrets,
    /// `true` once the keyring has failed. It isn't asked for other secrets then, because it might
    /// prompt each time.
    has_failed: bool,
}

/// The reason why a saved login isn't used.
#[derive(Debug, thiserror::Error)]
enum SavedLoginError {
    #[error("{gateway}: Can't read the password or token")]
    Keyring {
        gateway: String,
        #[source]
        source: KeyringError,
    },
    #[error("{gateway}: Can't use the password or token in the keyring. Sign in again in the window")]
    Invalid {
        gateway: String,
        #[source]
        source: InvalidLogin,
    },
}

impl SavedLogins {
    /// Returns the logins of the gateways in this configuration folder. The keyring is opened on first use.
    pub(super) fn new(folder: Option<&Path>) -> Self {
        Self { secrets: Secrets::new(folder), has_failed: false }
    }

    /// Returns the credentials of a saved gateway; `None` if it requires a login whose secret isn't available. The keyring
    /// may prompt the user.
    pub(super) fn credentials(&mut self, profile: &Profile) -> Option<Credentials> {
        if profile.login == Login::None {
            return Some(Credentials::None);
        }
        if self.has_failed {
            return None;
        }
        let gateway = sanitize(&profile.name).into_owned();
        let credentials = match self.secrets.get(&profile.name, &profile.binding()) {
            Ok(secret) => secret.map(|secret| profile.login.with(&secret)).transpose(),
            Err(source) => {
                self.has_failed = true;
                report(&SavedLoginError::Keyring { gateway, source }, None);
                return None;
            }
        };
        credentials.unwrap_or_else(|source| {
            report(&SavedLoginError::Invalid { gateway, source }, None);
            None
        })
    }
}
