//! Passwords and tokens, kept where the platform keeps such things: the Secret Service, the Windows Credential
//! Manager, the macOS Keychain. Where that is not to be had they are kept for this run only, and the caller is told.
//!
//! They are never written anywhere else, and no error here repeats one. Every call may wait for seconds, because a
//! locked keyring asks the user for its own password: none belongs on the window's thread.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyring::Entry;
use zeroize::Zeroizing;

/// Under this name the keyring shows what is ours.
const SERVICE: &str = "gatewatch";

/// A password, or a token. Never printed, not even for debugging, and overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text in.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for those who send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a secret was put.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the user is told when a secret lasts for this run only"]
pub enum Kept {
    /// In the platform's keyring: it is there at the next start.
    InKeyring,
    /// In this process, because the keyring did not take it.
    ForThisRun(KeyringError),
}

/// Why the keyring did not do as it was told. No text of it holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// There is none.
    #[error("no keyring runs here ({reason})")]
    Absent {
        /// What the platform says.
        reason: String,
    },
    /// It is locked, or the user said no.
    #[error("the keyring can't be opened ({reason})")]
    Locked {
        /// What the platform says.
        reason: String,
    },
    /// It holds something that we did not put there.
    #[error("what the keyring has for this gateway is no text; remove the entry there")]
    NotText,
    /// It holds several secrets for one profile.
    #[error("the keyring has {count} entries for this gateway; remove all but one there")]
    Ambiguous {
        /// How many.
        count: usize,
    },
    /// The secret is too long for it.
    #[error("the keyring takes at most {limit} characters")]
    TooLong {
        /// The platform's limit.
        limit: u32,
    },
    /// Anything else.
    #[error("the keyring failed ({reason})")]
    Failed {
        /// What the platform says.
        reason: String,
    },
}

/// The secrets of the saved gateways, by the names of their profiles.
#[derive(Debug)]
pub struct Secrets {
    keyring: Box<dyn Keyring>,
    /// What the keyring did not take.
    this_run: Mutex<HashMap<String, Secret>>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new()
    }
}

impl Secrets {
    /// The platform's keyring, which is not called before it is needed.
    #[must_use]
    pub fn new() -> Self {
        Self::over(Platform)
    }

    /// No keyring at all: for tests, which must leave the user's alone.
    #[must_use]
    pub fn for_this_run() -> Self {
        Self::over(NoKeyring)
    }

    fn over(keyring: impl Keyring + 'static) -> Self {
        Self { keyring: Box::new(keyring), this_run: Mutex::default() }
    }

    /// The secret of this profile; `None` where it has none, or one that was kept with another `binding`.
    ///
    /// # Errors
    /// When the keyring can't be asked. Then there may be one.
    pub fn get(&self, profile: &str, binding: &str) -> Result<Option<Secret>, KeyringError> {
        let bound = self.bound(profile)?;
        Ok(bound.and_then(|bound| {
            Some(Secret::new(bound.0.strip_prefix(binding)?.strip_prefix(':')?.to_owned()))
        }))
    }

    /// Keeps the secret of this profile in place of an older one, in the keyring if at all possible. `binding` says what
    /// it is for, in letters and digits.
    pub fn set(&self, profile: &str, binding: &str, secret: &Secret) -> Kept {
        self.keep(profile, Secret::new(format!("{binding}:{}", secret.expose())))
    }

    /// What is kept for this profile, with what it is for before it.
    fn bound(&self, profile: &str) -> Result<Option<Secret>, KeyringError> {
        // What the keyring did not take is newer than what it has.
        let newer = self.this_run().get(profile).cloned();
        if newer.is_some() { Ok(newer) } else { self.keyring.get(profile) }
    }

    fn keep(&self, profile: &str, secret: Secret) -> Kept {
        match self.keyring.set(profile, &secret) {
            Ok(()) => {
                self.this_run().remove(profile);
                Kept::InKeyring
            }
            Err(error) => {
                self.this_run().insert(profile.to_owned(), secret);
                Kept::ForThisRun(error)
            }
        }
    }

    /// Keeps the secret of a profile under its new name; `None` where it has none.
    ///
    /// # Errors
    /// When the keyring can't be asked. Then the user is asked for the secret again.
    pub fn rename(&self, old: &str, new: &str) -> Result<Option<Kept>, KeyringError> {
        let Some(secret) = self.bound(old)? else {
            return Ok(None);
        };
        let kept = self.keep(new, secret);
        // Only once it is safe under the other name. What can't be forgotten stays where nobody looks for it.
        let _stays = self.forget(old);
        Ok(Some(kept))
    }

    /// Forgets the secret of this profile, if it has one.
    ///
    /// # Errors
    /// When the keyring can't be asked. Then it may still have one.
    pub fn forget(&self, profile: &str) -> Result<(), KeyringError> {
        self.this_run().remove(profile);
        self.keyring.delete(profile)
    }

    /// Never held while the keyring is asked, which may take its time.
    fn this_run(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        // A map is whole after each of its calls, whoever panicked between them.
        self.this_run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a keyring can do.
trait Keyring: fmt::Debug + Send + Sync {
    fn get(&self, profile: &str) -> Result<Option<Secret>, KeyringError>;
    fn set(&self, profile: &str, secret: &Secret) -> Result<(), KeyringError>;
    fn delete(&self, profile: &str) -> Result<(), KeyringError>;
}

/// The platform's own.
#[derive(Debug)]
struct Platform;

impl Platform {
    fn entry(profile: &str) -> Result<Entry, KeyringError> {
        if let Err(error) = Entry::store_status() {
            return Err(KeyringError::Absent { reason: words(error) });
        }
        Entry::new(SERVICE, profile).map_err(told)
    }
}

impl Keyring for Platform {
    fn get(&self, profile: &str) -> Result<Option<Secret>, KeyringError> {
        match Self::entry(profile)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(told(error)),
        }
    }

    fn set(&self, profile: &str, secret: &Secret) -> Result<(), KeyringError> {
        Self::entry(profile)?.set_password(secret.expose()).map_err(told)
    }

    fn delete(&self, profile: &str) -> Result<(), KeyringError> {
        match Self::entry(profile)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(told(error)),
        }
    }
}

/// One that is not there.
#[derive(Debug)]
struct NoKeyring;

impl NoKeyring {
    fn absent() -> KeyringError {
        KeyringError::Absent { reason: "it is not used".to_owned() }
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

/// What an error of the keyring means. Some carry what they choked on, so they are never printed as a whole.
fn told(error: keyring::Error) -> KeyringError {
    use keyring::Error::{Ambiguous, BadDataFormat, BadEncoding, NoStorageAccess, TooLong};
    match error {
        NoStorageAccess(_) => KeyringError::Locked { reason: words(&error) },
        BadEncoding(bytes) | BadDataFormat(bytes, _) => {
            drop(Zeroizing::new(bytes));
            KeyringError::NotText
        }
        Ambiguous(entries) => KeyringError::Ambiguous { count: entries.len() },
        TooLong(_, limit) => KeyringError::TooLong { limit },
        other => KeyringError::Failed { reason: words(&other) },
    }
}

/// What an error says about the platform, and nothing about what it was given.
fn words(error: &keyring::Error) -> String {
    use keyring::Error::{Invalid, NoStorageAccess, NotSupportedByStore, PlatformFailure};
    match error {
        PlatformFailure(cause) | NoStorageAccess(cause) => cause.to_string(),
        NotSupportedByStore(reason) => reason.clone(),
        Invalid(..) => "it does not take this name or this secret".to_owned(),
        _ => "it does not say why".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "open sesame";
    /// What it is for.
    const BINDING: &str = "0A1B";

    fn secret() -> Secret {
        Secret::new(PASSWORD.to_owned())
    }

    /// One that works, unless it is locked.
    #[derive(Debug, Default)]
    struct FakeKeyring {
        inside: Mutex<HashMap<String, Secret>>,
        locked: Mutex<bool>,
    }

    impl FakeKeyring {
        fn open(&self) -> Result<MutexGuard<'_, HashMap<String, Secret>>, KeyringError> {
            let locked = *self.locked.lock().unwrap();
            let reason = "dismissed".to_owned();
            if locked { Err(KeyringError::Locked { reason }) } else { Ok(self.inside.lock().unwrap()) }
        }
    }

    impl Keyring for std::sync::Arc<FakeKeyring> {
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
    fn without_a_keyring_a_secret_lasts_for_this_run_and_that_is_said() {
        let secrets = Secrets::for_this_run();
        assert_eq!(secrets.get("North", BINDING), Err(NoKeyring::absent()));
        let kept = secrets.set("North", BINDING, &secret());
        assert_eq!(kept, Kept::ForThisRun(NoKeyring::absent()));
        assert_eq!(NoKeyring::absent().to_string(), "no keyring runs here (it is not used)");
        assert_eq!(secrets.get("North", BINDING), Ok(Some(secret())));
        assert_eq!(secrets.get("South", BINDING), Err(NoKeyring::absent()));
        assert_eq!(secrets.forget("North"), Err(NoKeyring::absent()));
        assert_eq!(secrets.get("North", BINDING), Err(NoKeyring::absent()));
    }

    #[test]
    fn a_keyring_keeps_it_for_the_next_run() {
        let drawer = std::sync::Arc::<FakeKeyring>::default();
        assert_eq!(Secrets::over(drawer.clone()).set("North", BINDING, &secret()), Kept::InKeyring);
        let next_run = Secrets::over(drawer);
        assert_eq!(next_run.get("North", BINDING), Ok(Some(secret())));
        assert_eq!(next_run.get("South", BINDING), Ok(None));
        assert_eq!(next_run.forget("North"), Ok(()));
        assert_eq!(next_run.get("North", BINDING), Ok(None));
    }

    #[test]
    fn a_secret_that_was_kept_for_something_else_is_none() {
        let secrets = Secrets::over(std::sync::Arc::<FakeKeyring>::default());
        let _kept = secrets.set("North", BINDING, &Secret::new("a:b".to_owned()));
        assert_eq!(secrets.get("North", BINDING), Ok(Some(Secret::new("a:b".to_owned()))));
        for other in ["", "0A1", "0A1B:a", "FFFF"] {
            assert!(
                !matches!(secrets.get("North", other), Ok(Some(secret)) if secret.expose() == "a:b"),
                "{other}"
            );
        }
        assert_eq!(secrets.get("North", "FFFF"), Ok(None));
    }

    #[test]
    fn a_secret_goes_with_the_name_of_its_gateway() {
        let drawer = std::sync::Arc::<FakeKeyring>::default();
        for secrets in [Secrets::over(drawer), Secrets::for_this_run()] {
            let _kept = secrets.set("North", BINDING, &secret());
            assert!(matches!(secrets.rename("North", "Plant North"), Ok(Some(_))));
            assert_eq!(secrets.get("Plant North", BINDING), Ok(Some(secret())));
            assert_ne!(secrets.get("North", BINDING), Ok(Some(secret())));
            assert!(!matches!(secrets.rename("South", "East"), Ok(Some(_))));
        }
    }

    #[test]
    fn what_a_locked_keyring_did_not_take_is_newer_than_what_it_has() {
        let drawer = std::sync::Arc::<FakeKeyring>::default();
        let secrets = Secrets::over(drawer.clone());
        let _ = secrets.set("North", BINDING, &Secret::new("old".to_owned()));
        *drawer.locked.lock().unwrap() = true;
        assert!(matches!(
            secrets.set("North", BINDING, &secret()),
            Kept::ForThisRun(KeyringError::Locked { .. })
        ));
        *drawer.locked.lock().unwrap() = false;
        assert_eq!(secrets.get("North", BINDING), Ok(Some(secret())));
        assert_eq!(secrets.set("North", BINDING, &secret()), Kept::InKeyring);
        assert!(secrets.this_run().is_empty());
    }

    #[test]
    fn no_text_holds_a_secret() {
        use keyring::Error::{BadDataFormat, BadEncoding, Invalid, PlatformFailure};
        let bytes = || PASSWORD.as_bytes().to_vec();
        let cause = || Box::new(std::io::Error::other("the bus is gone"));
        for error in [
            BadEncoding(bytes()),
            BadDataFormat(bytes(), cause()),
            Invalid("password".to_owned(), PASSWORD.to_owned()),
            PlatformFailure(cause()),
        ] {
            let error = told(error);
            assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
            assert!(!format!("{error:?}").contains(&format!("{:?}", bytes())), "{error:?}");
        }
        let secrets = Secrets::for_this_run();
        let kept = secrets.set("North", BINDING, &secret());
        assert!(!format!("{secrets:?} {kept:?} {:?}", secret()).contains(PASSWORD));
        assert_eq!(told(PlatformFailure(cause())).to_string(), "the keyring failed (the bus is gone)");
    }
}
