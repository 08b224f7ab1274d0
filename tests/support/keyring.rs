//! A keyring that tests can inspect, lock and hang.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};

use gatewatch::secrets::{EntryName, Keyring, KeyringError, Secret, Secrets};

/// A keyring in memory. Clones share their entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestKeyring(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<EntryName, Secret>,
    is_locked: bool,
    is_hanging: bool,
}

impl TestKeyring {
    /// Returns a function that opens the secrets of a configuration folder in this keyring.
    pub(crate) fn opener(&self, folder: Option<&Path>) -> Arc<dyn Fn() -> Secrets + Send + Sync> {
        let (keyring, folder) = (self.clone(), folder.map(Path::to_owned));
        Arc::new(move || Secrets::with_keyring(Arc::new(keyring.clone()), folder.as_deref()))
    }

    /// Returns the profiles with an entry and the entries' secrets, sorted.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let state = self.0.state.lock().unwrap();
        let secret = |content: &Secret| content.expose().split_once(':').unwrap().1.to_owned();
        let mut secrets: Vec<_> =
            state.entries.iter().map(|(name, content)| (name.account.clone(), secret(content))).collect();
        secrets.sort();
        secrets
    }

    /// Makes each call fail, or not.
    pub(crate) fn set_locked(&self, is_locked: bool) {
        self.0.state.lock().unwrap().is_locked = is_locked;
    }

    /// Makes each call wait until this is set back.
    pub(crate) fn set_hanging(&self, is_hanging: bool) {
        self.0.state.lock().unwrap().is_hanging = is_hanging;
        self.0.changed.notify_all();
    }

    fn call<T>(&self, work: impl FnOnce(&mut HashMap<EntryName, Secret>) -> T) -> Result<T, KeyringError> {
        let state = self.0.state.lock().unwrap();
        let mut state = self.0.changed.wait_while(state, |state| state.is_hanging).unwrap();
        if state.is_locked {
            return Err(KeyringError::Locked { source: Arc::from(Box::from("dismissed")) });
        }
        Ok(work(&mut state.entries))
    }
}

impl Keyring for TestKeyring {
    fn check(&self) -> Result<(), KeyringError> {
        Ok(())
    }

    fn get(&self, entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        self.call(|entries| entries.get(entry).cloned())
    }

    fn set(&self, entry: &EntryName, content: &Secret) -> Result<(), KeyringError> {
        self.call(|entries| entries.insert(entry.clone(), content.clone())).map(drop)
    }

    fn delete(&self, entry: &EntryName) -> Result<(), KeyringError> {
        self.call(|entries| entries.remove(entry)).map(drop)
    }
}
