//! The interface of a keyring, and its errors.

use std::fmt;
use std::sync::Arc;

use super::Secret;

/// The name of an entry in a keyring.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntryName {
    /// The program and its configuration folder.
    pub service: String,
    /// The profile.
    pub account: String,
}

/// A keyring. Each call may block for as long as it prompts the user.
pub trait Keyring: fmt::Debug + Send + Sync {
    /// Checks that there is a keyring, without a prompt.
    ///
    /// # Errors
    /// If there is none.
    fn check(&self) -> Result<(), KeyringError>;

    /// Returns the content of an entry; `None` if there is no such entry.
    ///
    /// # Errors
    /// If the keyring can't be read.
    fn get(&self, entry: &EntryName) -> Result<Option<Secret>, KeyringError>;

    /// Creates or replaces an entry.
    ///
    /// # Errors
    /// If the keyring can't be written.
    fn set(&self, entry: &EntryName, content: &Secret) -> Result<(), KeyringError>;

    /// Deletes an entry, if it exists.
    ///
    /// # Errors
    /// If the keyring can't be written.
    fn delete(&self, entry: &EntryName) -> Result<(), KeyringError>;
}

/// A failure of the keyring. No message or cause holds a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// There is no keyring.
    #[error("No keyring found")]
    Absent {
        /// The platform's error.
        source: Source,
    },
    /// The user continues without the keyring.
    #[error("The keyring isn't used until the next start. It may still hold a password or token")]
    NotUsed,
    /// The keyring is locked, or the user declined to unlock it.
    #[error("The keyring is locked. Unlock it and try again")]
    Locked {
        /// The platform's error.
        source: Source,
    },
    /// The entry isn't text, or there are several.
    #[error("The keyring's entry for this gateway is unusable. Delete it in the keyring")]
    InvalidEntry,
    /// Any other failure.
    #[error("The keyring failed. Try again")]
    Failed {
        /// The platform's error.
        source: Source,
    },
}

/// Compares the kinds of two errors. Causes can't be compared.
impl PartialEq for KeyringError {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Eq for KeyringError {}

/// The platform's error behind a [`KeyringError`], shared so that it can be cloned.
pub type Source = Arc<dyn std::error::Error + Send + Sync>;

/// A keyring that fails in each call.
#[derive(Debug)]
pub(super) struct NoKeyring(pub(super) KeyringError);

impl Keyring for NoKeyring {
    fn check(&self) -> Result<(), KeyringError> {
        Err(self.0.clone())
    }

    fn get(&self, _entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        Err(self.0.clone())
    }

    fn set(&self, _entry: &EntryName, _content: &Secret) -> Result<(), KeyringError> {
        Err(self.0.clone())
    }

    fn delete(&self, _entry: &EntryName) -> Result<(), KeyringError> {
        Err(self.0.clone())
    }
}
