//! The state of the keyring, as far as the window knows it.

use std::collections::HashSet;

use crate::gateway::Profile;
use crate::secrets::{KeyringError, Stored};
use crate::ui::keyring_worker::{Reply, RequestError, SecretKey};

/// The state of the keyring, as far as the window knows it.
#[derive(Default)]
pub(in crate::ui) struct KeyringState {
    access: KeyringAccess,
    /// The keyring was asked whether it exists.
    pub(in crate::ui) is_checked: bool,
    /// The keyring has not responded for a while.
    pub(in crate::ui) is_slow: bool,
    /// A notice has said that secrets are not in the keyring, where there is none or it isn't used.
    pub(in crate::ui) is_limit_shown: bool,
    /// The secrets that are in memory only.
    in_memory: HashSet<SecretKey>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum KeyringAccess {
    /// It has not replied yet. It is assumed to be usable.
    #[default]
    Unknown,
    Usable,
    /// The first request has failed. A later one may succeed.
    Failed,
    Absent,
    NotUsed,
}

impl KeyringState {
    /// Applies a reply of the keyring.
    pub(in crate::ui) fn update(&mut self, reply: &Reply) {
        match reply {
            Reply::Checked(Ok(())) => self.access = KeyringAccess::Usable,
            Reply::Checked(Err(RequestError::Keyring(error))) => self.set_access(error),
            Reply::Checked(Err(_)) => self.note_failure(),
            Reply::Stored(key, Stored::MemoryOnly(error)) => {
                self.set_access(error);
                self.in_memory.insert(key.clone());
            }
            Reply::Stored(key, Stored::InKeyring) => {
                self.access = KeyringAccess::Usable;
                self.in_memory.remove(key);
            }
            _ => {}
        }
    }

    fn set_access(&mut self, error: &KeyringError) {
        match error {
            KeyringError::Absent { .. } => self.access = KeyringAccess::Absent,
            KeyringError::NotUsed => self.access = KeyringAccess::NotUsed,
            _ => self.note_failure(),
        }
    }

    fn note_failure(&mut self) {
        // A keyring that has worked may only be locked.
        if self.access == KeyringAccess::Unknown {
            self.access = KeyringAccess::Failed;
        }
    }

    /// Returns `true` once it is known whether the keyring can be used, or its check has failed.
    pub(in crate::ui) fn is_known(&self) -> bool {
        self.access != KeyringAccess::Unknown
    }

    /// Returns `true` if the keyring couldn't be used so far, but may be later.
    pub(in crate::ui) fn has_failed(&self) -> bool {
        self.access == KeyringAccess::Failed
    }

    /// Returns the caption of the option to save a login.
    pub(in crate::ui) fn save_caption(&self, is_token: bool) -> &'static str {
        match (self.access, is_token) {
            (KeyringAccess::Unknown | KeyringAccess::Usable | KeyringAccess::Failed, _) => {
                "Keep in the keyring"
            }
            (KeyringAccess::Absent | KeyringAccess::NotUsed, false) => "Save the login without its password",
            (KeyringAccess::Absent | KeyringAccess::NotUsed, true) => "Save the login without its token",
        }
    }

    /// Returns why secrets can't be saved in the keyring; `None` if they can.
    pub(in crate::ui) fn limit_cause(&self) -> Option<&'static str> {
        match self.access {
            KeyringAccess::Unknown | KeyringAccess::Usable | KeyringAccess::Failed => None,
            KeyringAccess::Absent => Some("No keyring found"),
            KeyringAccess::NotUsed => Some("The keyring isn't used"),
        }
    }

    /// Returns what happens to secrets instead of being saved; `None` if they can be saved in the keyring.
    pub(in crate::ui) fn limit(&self) -> Option<&'static str> {
        match self.access {
            KeyringAccess::Unknown | KeyringAccess::Usable | KeyringAccess::Failed => None,
            KeyringAccess::Absent => {
                Some("No keyring found. Passwords and tokens are kept for this session only")
            }
            KeyringAccess::NotUsed => {
                Some("The keyring isn't used. Passwords and tokens are kept for this session only")
            }
        }
    }

    /// Returns where the secret of a saved gateway may be; `None` if nothing has it.
    pub(in crate::ui) fn place(&self, saved: &Profile) -> Option<&'static str> {
        if self.in_memory.contains(&SecretKey::new(saved)) {
            return Some("Kept for this session only");
        }
        self.limit().is_none().then_some("Leave empty to use the saved one")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn failed_check_does_not_make_the_keyring_available() {
        let key = || SecretKey::new(&Profile::from_address("http://n1:8088").unwrap());
        let locked = || KeyringError::Locked { source: Arc::from(Box::from("dismissed")) };
        for reply in [
            Reply::Checked(Err(RequestError::Stopped)),
            Reply::Checked(Err(locked().into())),
            Reply::Stored(key(), Stored::MemoryOnly(locked())),
        ] {
            let mut state = KeyringState::default();
            state.update(&Reply::Done);
            assert!(!state.is_known(), "{reply:?}");
            state.update(&reply);
            assert!(state.is_known() && state.has_failed(), "{reply:?}");
            assert_eq!(
                (state.limit(), state.save_caption(false)),
                (None, "Keep in the keyring"),
                "{reply:?}"
            );
            state.update(&Reply::Stored(key(), Stored::InKeyring));
            assert!(state.is_known() && !state.has_failed(), "{reply:?}");
            state.update(&reply);
            assert!(!state.has_failed(), "{reply:?}");
        }
    }
}
