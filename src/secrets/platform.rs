//! The platform's keyring: the Secret Service, the Windows Credential Manager, the macOS Keychain.

use std::sync::Arc;

use keyring::Entry;
use zeroize::Zeroizing;

use super::Secret;
use super::keyring::{EntryName, Keyring, KeyringError, Source};

/// The platform's keyring, which is opened on first use.
#[derive(Debug)]
pub(super) struct Platform;

impl Platform {
    fn entry(&self, name: &EntryName) -> Result<Entry, KeyringError> {
        self.check()?;
        Entry::new(&name.service, &name.account).map_err(from_keyring)
    }
}

impl Keyring for Platform {
    fn check(&self) -> Result<(), KeyringError> {
        match Entry::store_status() {
            Ok(()) => Ok(()),
            Err(error) => Err(KeyringError::Absent { source: source(error) }),
        }
    }

    fn get(&self, entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        match self.entry(entry)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(from_keyring(error)),
        }
    }

    fn set(&self, entry: &EntryName, content: &Secret) -> Result<(), KeyringError> {
        self.entry(entry)?.set_password(content.expose()).map_err(from_keyring)
    }

    fn delete(&self, entry: &EntryName) -> Result<(), KeyringError> {
        match self.entry(entry)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(from_keyring(error)),
        }
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
    }
}
