//! Passwords and tokens in the platform's keyring: the Secret Service, the Windows Credential Manager, the macOS Keychain.
//! Without a keyring they are kept in memory, and the caller is informed.
//!
//! They are never written anywhere else, and no error holds one. Every call may block for seconds, because a locked
//! keyring prompts the user: none belongs on the window's thread.

mod secret;

pub use secret::Secret;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyring::Entry;
use zeroize::Zeroizing;

/// The service name of our entries in the keyring.
const SERVICE: &str = "gatewatch";

/// The place where a secret was stored.
#[derive(Clone, Debug)]
#[must_use = "the user is informed when a secret is in memory only"]
pub enum Stored {
    /// In the platform's keyring.
    InKeyring,
    /// In the memory of this process, because the keyring failed.
    MemoryOnly(KeyringError),
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
    /// The keyring is locked, or the user declined to unlock it.
    #[error("The keyring is locked. Unlock it and try again")]
    Locked {
        /// The platform's error.
        source: Source,
    },
    /// The entry isn't text, or there are several.
    #[error("The keyring's entry for this gateway is unusable. Delete it in the keyring")]
    InvalidEntry,
    /// Anything else.
    #[error("The keyring failed. Try again")]
    Failed {
        /// The platform's error.
        source: Source,
    },
}

/// Two errors are equal if they are of one kind.
impl PartialEq for KeyringError {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Eq for KeyringError {}

/// The platform's error behind a [`KeyringError`], shared so that it can be cloned.
pub type Source = Arc<dyn std::error::Error + Send + Sync>;

/// The secrets of the saved gateways, by profile name.
#[derive(Debug)]
pub struct Secrets {
    keyring: Box<dyn Keyring>,
    /// The secrets that the keyring didn't store.
    memory: Mutex<HashMap<String, Secret>>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new()
    }
}

impl Secrets {
    /// Returns the secrets in the platform's keyring, which is opened on first use.
    #[must_use]
    pub fn new() -> Self {
        Self::with_keyring(Platform)
    }

    /// Returns secrets in memory only, for tests, which must not touch the user's keyring.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::with_keyring(NoKeyring)
    }

    fn with_keyring(keyring: impl Keyring + 'static) -> Self {
        Self { keyring: Box::new(keyring), memory: Mutex::default() }
    }

    /// Returns the secret of a profile; `None` if it has none, or one that was stored with another `binding`.
    ///
    /// # Errors
    /// If the keyring can't be read. It may hold a secret.
    pub fn get(&self, profile: &str, binding: &str) -> Result<Option<Secret>, KeyringError> {
        let bound = self.bound(profile)?;
        Ok(bound
            .and_then(|bound| Some(Secret::from(bound.expose().strip_prefix(binding)?.strip_prefix(':')?))))
    }

    /// Stores the secret of a profile and replaces an older one. `binding` identifies what it is valid for, in letters and
    /// digits.
    pub fn set(&self, profile: &str, binding: &str, secret: &Secret) -> Stored {
        self.store(profile, Secret::concat(&[binding, ":", secret.expose()]))
    }

    /// Returns the stored text of a profile: `binding:secret`.
    fn bound(&self, profile: &str) -> Result<Option<Secret>, KeyringError> {
        // A secret that the keyring didn't store is newer than the one in it.
        let newer = self.memory().get(profile).cloned();
        if newer.is_some() { Ok(newer) } else { self.keyring.get(profile) }
    }

    fn store(&self, profile: &str, secret: Secret) -> Stored {
        match self.keyring.set(profile, &secret) {
            Ok(()) => {
                self.memory().remove(profile);
                Stored::InKeyring
            }
            Err(error) => {
                self.memory().insert(profile.to_owned(), secret);
                Stored::MemoryOnly(error)
            }
        }
    }

    /// Stores the secret of a profile under its new name; returns `None` if it has none.
    ///
    /// # Errors
    /// If the keyring can't be read. The user has to enter the secret again.
    pub fn rename(&self, old: &str, new: &str) -> Result<Option<Stored>, KeyringError> {
        let Some(secret) = self.bound(old)? else {
            return Ok(None);
        };
        let stored = self.store(new, secret);
        // Only after it is stored under the new name. An entry that can't be deleted is never read again.
        let _remains = self.forget(old);
        Ok(Some(stored))
    }

    /// Deletes the secret of a profile, if it has one.
    ///
    /// # Errors
    /// If the keyring can't be changed. It may still hold the secret.
    pub fn forget(&self, profile: &str) -> Result<(), KeyringError> {
        self.memory().remove(profile);
        self.keyring.delete(profile)
    }

    /// Never locked during a call of the keyring, which may block.
    fn memory(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        // The map is consistent after each of its calls, so a panic elsewhere doesn't matter.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operations of a keyring.
trait Keyring: fmt::Debug + Send + Sync {
    fn get(&self, profile: &str) -> Result<Option<Secret>, KeyringError>;
    fn set(&self, profile: &str, secret: &Secret) -> Result<(), KeyringError>;
    fn delete(&self, profile: &str) -> Result<(), KeyringError>;
}

/// The platform's keyring.
#[derive(Debug)]
struct Platform;

impl Platform {
    fn entry(profile: &str) -> Result<Entry, KeyringError> {
        if let Err(error) = Entry::store_status() {
            return Err(KeyringError::Absent { source: source(error) });
        }
        Entry::new(SERVICE, profile).map_err(from_keyring)
    }
}

impl Keyring for Platform {
    fn get(&self, profile: &str) -> Result<Option<Secret>, KeyringError> {
        match Self::entry(profile)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(from_keyring(error)),
        }
    }

    fn set(&self, profile: &str, secret: &Secret) -> Result<(), KeyringError> {
        Self::entry(profile)?.set_password(secret.expose()).map_err(from_keyring)
    }

    fn delete(&self, profile: &str) -> Result<(), KeyringError> {
        match Self::entry(profile)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(from_keyring(error)),
        }
    }
}

/// A keyring that is absent.
#[derive(Debug)]
struct NoKeyring;

impl NoKeyring {
    fn absent() -> KeyringError {
        KeyringError::Absent { source: Arc::from(Box::from("not used")) }
    }
}

impl Keyring for NoKeyring {
    fn get(&self, _profile: &str) -> Result<Option<Secret>, KeyringError> {
        Err(Self::absent())
    }

    fn set(&self, _profile: &str, _secret: &Secret) -> Result<(), KeyringError> {
        Err(Self::absent())
    }

    fn delete(&self, _profile: &str) -> Result<(), KeyringError> {
        Err(Self::absent())
    }
}

/// Converts an error of the keyring. Some hold the secret, so they are never kept as a whole.
fn from_keyring(error: keyring::Error) -> KeyringError {
    use keyring::Error::{Ambiguous, BadDataFormat, BadEncoding, NoStorageAccess, PlatformFailure};
    match error {
        NoStorageAccess(source) => KeyringError::Locked { source: Arc::from(source) },
        BadEncoding(bytes) | BadDataFormat(bytes, _) => {
            drop(Zeroizing::new(bytes));
            KeyringError::InvalidEntry
        }
        Ambiguous(_) => KeyringError::InvalidEntry,
        PlatformFailure(source) => KeyringError::Failed { source: Arc::from(source) },
        other => KeyringError::Failed { source: source(&other) },
    }
}

/// Returns the part of an error that holds nothing of the entry.
fn source(error: &keyring::Error) -> Source {
    use keyring::Error::{Invalid, NoStorageAccess, NotSupportedByStore, PlatformFailure, TooLong};
    let text = match error {
        PlatformFailure(cause) | NoStorageAccess(cause) => cause.to_string(),
        NotSupportedByStore(reason) => reason.clone(),
        TooLong(_, limit) => format!("more than {limit} characters"),
        Invalid(..) => "invalid name or secret".to_owned(),
        _ => "unknown error".to_owned(),
    };
    Arc::from(Box::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "open sesame";
    const BINDING: &str = "0A1B";

    fn secret() -> Secret {
        Secret::new(PASSWORD.to_owned())
    }

    /// A keyring that can be locked.
    #[derive(Debug, Default)]
    struct FakeKeyring {
        entries: Mutex<HashMap<String, Secret>>,
        locked: Mutex<bool>,
    }

    impl FakeKeyring {
        fn open(&self) -> Result<MutexGuard<'_, HashMap<String, Secret>>, KeyringError> {
            let locked = *self.locked.lock().unwrap();
            let source = Arc::from(Box::from("dismissed"));
            if locked { Err(KeyringError::Locked { source }) } else { Ok(self.entries.lock().unwrap()) }
        }
    }

    impl Keyring for Arc<FakeKeyring> {
        fn get(&self, profile: &str) -> Result<Option<Secret>, KeyringError> {
            Ok(self.open()?.get(profile).cloned())
        }

        fn set(&self, profile: &str, secret: &Secret) -> Result<(), KeyringError> {
            self.open()?.insert(profile.to_owned(), secret.clone());
            Ok(())
        }

        fn delete(&self, profile: &str) -> Result<(), KeyringError> {
            self.open()?.remove(profile);
            Ok(())
        }
    }

    #[test]
    fn keeps_secrets_in_memory_without_a_keyring() {
        let secrets = Secrets::in_memory();
        assert!(secrets.get("North", BINDING).is_err());
        let stored = secrets.set("North", BINDING, &secret());
        assert!(matches!(stored, Stored::MemoryOnly(KeyringError::Absent { .. })));
        assert_eq!(secrets.get("North", BINDING).unwrap(), Some(secret()));
        assert!(secrets.get("South", BINDING).is_err());
        assert!(secrets.forget("North").is_err());
        assert!(secrets.get("North", BINDING).is_err());
    }

    #[test]
    fn keeps_secrets_in_the_keyring() {
        let keyring = Arc::<FakeKeyring>::default();
        let stored = Secrets::with_keyring(keyring.clone()).set("North", BINDING, &secret());
        assert!(matches!(stored, Stored::InKeyring));
        let next_run = Secrets::with_keyring(keyring);
        assert_eq!(next_run.get("North", BINDING).unwrap(), Some(secret()));
        assert_eq!(next_run.get("South", BINDING).unwrap(), None);
        next_run.forget("North").unwrap();
        assert_eq!(next_run.get("North", BINDING).unwrap(), None);
    }

    #[test]
    fn hides_secrets_with_another_binding() {
        let secrets = Secrets::with_keyring(Arc::<FakeKeyring>::default());
        let _ = secrets.set("North", BINDING, &Secret::new("a:b".to_owned()));
        assert_eq!(secrets.get("North", BINDING).unwrap(), Some(Secret::new("a:b".to_owned())));
        for other in ["", "0A1", "0A1B:a", "FFFF"] {
            assert!(
                !matches!(secrets.get("North", other), Ok(Some(secret)) if secret.expose() == "a:b"),
                "{other}"
            );
        }
        assert_eq!(secrets.get("North", "FFFF").unwrap(), None);
    }

    #[test]
    fn renames_secrets() {
        let keyring = Arc::<FakeKeyring>::default();
        for secrets in [Secrets::with_keyring(keyring), Secrets::in_memory()] {
            let _ = secrets.set("North", BINDING, &secret());
            assert!(matches!(secrets.rename("North", "Plant North"), Ok(Some(_))));
            assert_eq!(secrets.get("Plant North", BINDING).unwrap(), Some(secret()));
            assert!(!matches!(secrets.get("North", BINDING), Ok(Some(_))));
            assert!(!matches!(secrets.rename("South", "East"), Ok(Some(_))));
        }
    }

    #[test]
    fn prefers_memory_over_an_older_keyring_entry() {
        let keyring = Arc::<FakeKeyring>::default();
        let secrets = Secrets::with_keyring(keyring.clone());
        let _ = secrets.set("North", BINDING, &Secret::new("old".to_owned()));
        *keyring.locked.lock().unwrap() = true;
        assert!(matches!(
            secrets.set("North", BINDING, &secret()),
            Stored::MemoryOnly(KeyringError::Locked { .. })
        ));
        *keyring.locked.lock().unwrap() = false;
        assert_eq!(secrets.get("North", BINDING).unwrap(), Some(secret()));
        assert!(matches!(secrets.set("North", BINDING, &secret()), Stored::InKeyring));
        assert!(secrets.memory().is_empty());
    }

    #[test]
    fn errors_hold_no_secret() {
        use keyring::Error::{BadDataFormat, BadEncoding, Invalid, PlatformFailure};
        let bytes = || PASSWORD.as_bytes().to_vec();
        let cause = || Box::new(std::io::Error::other("the bus is gone"));
        for error in [
            BadEncoding(bytes()),
            BadDataFormat(bytes(), cause()),
            Invalid("password".to_owned(), PASSWORD.to_owned()),
            PlatformFailure(cause()),
        ] {
            let error = from_keyring(error);
            assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
            assert!(!format!("{error:?}").contains(&format!("{:?}", bytes())), "{error:?}");
        }
        let secrets = Secrets::in_memory();
        let stored = secrets.set("North", BINDING, &secret());
        assert!(!format!("{secrets:?} {stored:?} {:?}", secret()).contains(PASSWORD));
    }
}
