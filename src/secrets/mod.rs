//! Passwords and tokens in the platform's keyring. Without a keyring they are kept in memory, and the caller is informed.
//!
//! They are never written anywhere else, and no error holds one. Every call may block for seconds, because a locked
//! keyring prompts the user: none belongs on the window's thread.
//!
//! The service of an entry has a digest of the configuration folder's path, the account is the name of the profile. So two
//! folders never share an entry. Earlier versions used one service for all folders. Such an entry is still read if there is
//! no new one and it was stored for the same user and nodes, and is then copied. It stays, because it may be another
//! folder's, until the login of this user and these nodes is deleted.

mod keyring;
mod platform;
mod secret;

pub use self::keyring::{EntryName, Keyring, KeyringError, Source};
pub use self::secret::Secret;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ring::digest::{SHA256, digest};

use self::keyring::NoKeyring;
use self::platform::Platform;

/// The service of entries that all configuration folders share.
const SHARED_SERVICE: &str = "gatewatch";
/// The number of bytes of the digest in the service of an entry.
const DIGEST_LEN: usize = 8;

/// The place where a secret was stored.
#[derive(Clone, Debug)]
#[must_use = "the user is informed when a secret is in memory only"]
pub enum Stored {
    /// The platform's keyring.
    InKeyring,
    /// The memory of this process, because the keyring failed.
    MemoryOnly(KeyringError),
}

/// The secrets that the keyring didn't store, by profile name. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemorySecrets(Arc<Mutex<HashMap<String, Secret>>>);

impl MemorySecrets {
    /// Returns a copy that later changes of this one don't reach.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self(Arc::new(Mutex::new(self.lock().clone())))
    }

    /// Returns `true` if the secret of this profile is in memory.
    #[must_use]
    pub fn has(&self, profile: &str) -> bool {
        self.lock().contains_key(profile)
    }

    /// Locks the secrets. They are never locked during a call of the keyring, which may block.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        // The map is consistent after each of its calls, so a panic elsewhere doesn't matter.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The secrets of the saved gateways, by profile name.
#[derive(Debug)]
pub struct Secrets {
    keyring: Arc<dyn Keyring>,
    /// The service of our entries.
    service: String,
    memory: MemorySecrets,
}

impl Secrets {
    /// Returns the secrets of a configuration folder in the platform's keyring, which is opened on first use.
    #[must_use]
    pub fn new(folder: Option<&Path>) -> Self {
        Self::with_keyring(Arc::new(Platform), folder)
    }

    /// Returns the secrets of a configuration folder in this keyring.
    #[must_use]
    pub fn with_keyring(keyring: Arc<dyn Keyring>, folder: Option<&Path>) -> Self {
        let service = folder.map_or_else(|| SHARED_SERVICE.to_owned(), service);
        Self { keyring, service, memory: MemorySecrets::default() }
    }

    /// Returns secrets in memory, as where the platform has no keyring.
    #[must_use]
    pub fn in_memory() -> Self {
        let source = Arc::from(Box::from("not used"));
        Self::with_keyring(Arc::new(NoKeyring(KeyringError::Absent { source })), None)
    }

    /// Returns secrets in memory, for a user who continues without the keyring.
    #[must_use]
    pub fn without_keyring() -> Self {
        Self::with_keyring(Arc::new(NoKeyring(KeyringError::NotUsed)), None)
    }

    /// Returns the same secrets, whose part in memory is added to these and shared with them.
    #[must_use]
    pub fn with_memory(self, memory: MemorySecrets) -> Self {
        let own = std::mem::take(&mut *self.memory.lock());
        memory.lock().extend(own);
        Self { memory, ..self }
    }

    /// Checks that there is a keyring.
    ///
    /// # Errors
    /// If there is none.
    pub fn check(&self) -> Result<(), KeyringError> {
        self.keyring.check()
    }

    /// Returns the secret of a profile; `None` if it has none, or one that was stored with another `binding`.
    ///
    /// # Errors
    /// If the keyring can't be read. It may hold a secret.
    pub fn get(&self, profile: &str, binding: &str) -> Result<Option<Secret>, KeyringError> {
        let content = self.content(profile, binding)?;
        Ok(content.and_then(|content| unbound(&content, binding).map(Secret::from)))
    }

    /// Stores the secret of a profile and replaces an older one. `binding` identifies what it is valid for, in letters and
    /// digits.
    pub fn set(&self, profile: &str, binding: &str, secret: &Secret) -> Stored {
        self.store(profile, Secret::concat(&[binding, ":", secret.expose()]))
    }

    /// Returns the stored text of a profile: `binding:secret`.
    fn content(&self, profile: &str, binding: &str) -> Result<Option<Secret>, KeyringError> {
        // A secret that the keyring didn't store is newer than the one in it.
        if let Some(newer) = self.memory.lock().get(profile).cloned() {
            return Ok(Some(newer));
        }
        if let Some(content) = self.keyring.get(&self.entry(profile))? {
            return Ok(Some(content));
        }
        let shared = self.shared_content(profile, binding)?;
        if let Some(content) = &shared {
            // If it can't be copied, it is read from there again.
            let copied = self.keyring.set(&self.entry(profile), content);
            tracing::info!(
                profile,
                is_copied = copied.is_ok(),
                "found an entry of an older version in the keyring"
            );
        }
        Ok(shared)
    }

    /// Returns the text that an older version stored for a profile, if it has this binding.
    fn shared_content(&self, profile: &str, binding: &str) -> Result<Option<Secret>, KeyringError> {
        let shared = self.keyring.get(&shared_entry(profile))?;
        Ok(shared.filter(|content| unbound(content, binding).is_some()))
    }

    fn store(&self, profile: &str, content: Secret) -> Stored {
        match self.keyring.set(&self.entry(profile), &content) {
            Ok(()) => {
                self.memory.lock().remove(profile);
                Stored::InKeyring
            }
            Err(error) => {
                self.memory.lock().insert(profile.to_owned(), content);
                Stored::MemoryOnly(error)
            }
        }
    }

    /// Stores the secret of a profile under its new name; returns `None` if it has none. `binding` is the one before.
    ///
    /// # Errors
    /// If the keyring can't be read. The user has to enter the secret again.
    pub fn rename(&self, old: &str, binding: &str, new: &str) -> Result<Option<Stored>, KeyringError> {
        let Some(content) = self.content(old, binding)? else {
            return Ok(None);
        };
        let stored = self.store(new, content);
        // Only after it is stored under the new name. An entry that can't be deleted is never read again.
        let _remains = self.forget(old, binding);
        Ok(Some(stored))
    }

    /// Deletes the secret of a profile, if it has one. `binding` is the one that it was used with last.
    ///
    /// # Errors
    /// If the keyring can't be changed. It may still hold the secret.
    pub fn forget(&self, profile: &str, binding: &str) -> Result<(), KeyringError> {
        self.memory.lock().remove(profile);
        self.keyring.delete(&self.entry(profile))?;
        // Otherwise it would be found again.
        match self.shared_content(profile, binding)? {
            Some(_) => self.keyring.delete(&shared_entry(profile)),
            None => Ok(()),
        }
    }

    fn entry(&self, profile: &str) -> EntryName {
        EntryName { service: self.service.clone(), account: profile.to_owned() }
    }
}

fn shared_entry(profile: &str) -> EntryName {
    EntryName { service: SHARED_SERVICE.to_owned(), account: profile.to_owned() }
}

/// Returns the secret in a stored text; `None` if it has another binding.
fn unbound<'a>(content: &'a Secret, binding: &str) -> Option<&'a str> {
    content.expose().strip_prefix(binding)?.strip_prefix(':')
}

/// Returns the service of the entries of a configuration folder.
fn service(folder: &Path) -> String {
    let path = canonical(folder);
    let digest = digest(&SHA256, path.as_os_str().as_encoded_bytes());
    let mut service = format!("{SHARED_SERVICE} ");
    for byte in &digest.as_ref()[..DIGEST_LEN] {
        write!(service, "{byte:02x}").expect("writing to a string succeeds");
    }
    service
}

/// Returns the path of a folder without links. The folder may not exist yet, but where it will be created does.
fn canonical(folder: &Path) -> PathBuf {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    for existing in folder.ancestors() {
        if let Ok(canonical) = existing.canonicalize() {
            // A path can be relative to each of its ancestors.
            return folder.strip_prefix(existing).map_or(canonical.clone(), |missing| {
                // An empty rest would add a separator.
                if missing.as_os_str().is_empty() { canonical } else { canonical.join(missing) }
            });
        }
    }
    folder
}

#[cfg(test)]
mod tests;
