use super::*;

const PASSWORD: &str = "open sesame";
const BINDING: &str = "0A1B";

fn secret() -> Secret {
    Secret::from(PASSWORD)
}

/// A keyring that can be locked.
#[derive(Debug, Default)]
struct FakeKeyring {
    entries: Mutex<HashMap<EntryName, Secret>>,
    locked: Mutex<bool>,
}

impl FakeKeyring {
    fn open(&self) -> Result<MutexGuard<'_, HashMap<EntryName, Secret>>, KeyringError> {
        let locked = *self.locked.lock().unwrap();
        let source = Arc::from(Box::from("dismissed"));
        if locked { Err(KeyringError::Locked { source }) } else { Ok(self.entries.lock().unwrap()) }
    }

    fn set_locked(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
    }

    fn len(&self) -> usize {
        self.entries.lock().unwrap().len()
    }

    /// Stores a secret as earlier versions did, with one service for all folders.
    fn store_shared(&self, profile: &str, text: &str) {
        self.entries.lock().unwrap().insert(shared_entry(profile), Secret::from(text));
    }

    fn shared(&self, profile: &str) -> Option<String> {
        let entries = self.entries.lock().unwrap();
        entries.get(&shared_entry(profile)).map(|content| content.expose().to_owned())
    }
}

impl Keyring for FakeKeyring {
    fn check(&self) -> Result<(), KeyringError> {
        Ok(())
    }

    fn get(&self, entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        Ok(self.open()?.get(entry).cloned())
    }

    fn set(&self, entry: &EntryName, content: &Secret) -> Result<(), KeyringError> {
        self.open()?.insert(entry.clone(), content.clone());
        Ok(())
    }

    fn delete(&self, entry: &EntryName) -> Result<(), KeyringError> {
        self.open()?.remove(entry);
        Ok(())
    }
}

fn keyring() -> Arc<FakeKeyring> {
    Arc::default()
}

fn secrets(keyring: &Arc<FakeKeyring>, folder: &str) -> Secrets {
    Secrets::with_keyring(keyring.clone(), Some(Path::new(folder)))
}

#[test]
fn keeps_secrets_in_memory_without_a_keyring() {
    let secrets = Secrets::in_memory();
    assert!(secrets.check().is_err());
    assert!(secrets.get("North", BINDING).is_err());
    let stored = secrets.set("North", BINDING, &secret());
    assert!(matches!(stored, Stored::MemoryOnly(KeyringError::Absent { .. })));
    assert_eq!(secrets.get("North", BINDING).unwrap(), Some(secret()));
    assert!(secrets.get("South", BINDING).is_err());
    assert!(secrets.forget("North", BINDING).is_err());
    assert!(secrets.get("North", BINDING).is_err());
}

#[test]
fn keeps_secrets_in_the_keyring() {
    let keyring = keyring();
    let stored = secrets(&keyring, "/a").set("North", BINDING, &secret());
    assert!(matches!(stored, Stored::InKeyring));
    let next_run = secrets(&keyring, "/a");
    assert_eq!(next_run.get("North", BINDING).unwrap(), Some(secret()));
    assert_eq!(next_run.get("South", BINDING).unwrap(), None);
    next_run.forget("North", BINDING).unwrap();
    assert_eq!(next_run.get("North", BINDING).unwrap(), None);
    assert_eq!(keyring.len(), 0);
}

#[test]
fn folders_have_entries_of_their_own() {
    let keyring = keyring();
    let (first, second) = (secrets(&keyring, "/a"), secrets(&keyring, "/b"));
    let _ = first.set("North", BINDING, &secret());
    assert_eq!(second.get("North", BINDING).unwrap(), None);
    let _ = second.set("North", BINDING, &Secret::from("other"));
    assert_eq!(first.get("North", BINDING).unwrap(), Some(secret()));
    second.forget("North", BINDING).unwrap();
    assert_eq!(first.get("North", BINDING).unwrap(), Some(secret()));
    let _ = second.set("North", BINDING, &Secret::from("other"));
    assert!(matches!(second.rename("North", BINDING, "South"), Ok(Some(Stored::InKeyring))));
    assert_eq!(first.get("North", BINDING).unwrap(), Some(secret()));
}

#[cfg(unix)]
#[test]
fn folder_is_the_same_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    let real = service(&folder.path().join("config"));
    for same in ["link/config", "./config", "config/", "link/link/config"] {
        assert_eq!(service(&folder.path().join(same)), real, "{same}");
    }
    std::fs::create_dir(folder.path().join("config")).unwrap();
    assert_eq!(service(&link.join("config")), real, "the folder exists now");
    assert_ne!(service(folder.path()), real);
}

#[test]
fn finds_entries_of_older_versions_for_the_same_user_and_nodes() {
    let keyring = keyring();
    keyring.store_shared("North", "0A1B:open sesame");
    // Another user or other nodes: the entry belongs to another folder.
    let (first, second) = (secrets(&keyring, "/a"), secrets(&keyring, "/b"));
    assert_eq!(second.get("North", "FFFF").unwrap(), None);
    second.forget("North", "FFFF").unwrap();
    let _ = second.set("North", "FFFF", &Secret::from("other"));
    assert!(matches!(second.rename("North", "FFFF", "South"), Ok(Some(_))));
    assert_eq!(keyring.shared("North").as_deref(), Some("0A1B:open sesame"));
    // The owner copies it.
    assert_eq!(first.get("North", BINDING).unwrap(), Some(secret()));
    assert_eq!(keyring.shared("North").as_deref(), Some("0A1B:open sesame"));
    // A newer secret hides it, and it doesn't come back after a deletion.
    let _ = first.set("North", BINDING, &Secret::from("new"));
    assert_eq!(first.get("North", BINDING).unwrap(), Some(Secret::from("new")));
    first.forget("North", BINDING).unwrap();
    assert_eq!(first.get("North", BINDING).unwrap(), None);
    assert_eq!(keyring.shared("North"), None);
}

#[test]
fn copy_of_an_older_entry_outlives_it() {
    let keyring = keyring();
    keyring.store_shared("North", "0A1B:open sesame");
    let (first, second) = (secrets(&keyring, "/a"), secrets(&keyring, "/b"));
    // Two folders with the same profile.
    for secrets in [&first, &second] {
        assert_eq!(secrets.get("North", BINDING).unwrap(), Some(secret()));
    }
    first.forget("North", BINDING).unwrap();
    assert_eq!(second.get("North", BINDING).unwrap(), Some(secret()));
}

#[test]
fn renames_entries_of_older_versions() {
    let keyring = keyring();
    keyring.store_shared("North", "0A1B:open sesame");
    let secrets = secrets(&keyring, "/a");
    assert!(matches!(secrets.rename("North", BINDING, "South"), Ok(Some(Stored::InKeyring))));
    assert_eq!(secrets.get("South", BINDING).unwrap(), Some(secret()));
    assert_eq!((keyring.len(), keyring.shared("North")), (1, None));
}

#[test]
fn hides_secrets_with_another_binding() {
    let keyring = keyring();
    let secrets = secrets(&keyring, "/a");
    let _ = secrets.set("North", BINDING, &Secret::from("a:b"));
    assert_eq!(secrets.get("North", BINDING).unwrap(), Some(Secret::from("a:b")));
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
    let keyring = keyring();
    for secrets in [secrets(&keyring, "/a"), Secrets::in_memory()] {
        let _ = secrets.set("North", BINDING, &secret());
        assert!(matches!(secrets.rename("North", BINDING, "Plant North"), Ok(Some(_))));
        assert_eq!(secrets.get("Plant North", BINDING).unwrap(), Some(secret()));
        assert!(!matches!(secrets.get("North", BINDING), Ok(Some(_))));
        assert!(!matches!(secrets.rename("South", BINDING, "East"), Ok(Some(_))));
    }
    assert_eq!(keyring.len(), 1);
}

#[test]
fn prefers_memory_over_an_older_keyring_entry() {
    let keyring = keyring();
    let secrets = secrets(&keyring, "/a");
    let _ = secrets.set("North", BINDING, &Secret::from("old"));
    keyring.set_locked(true);
    assert!(matches!(
        secrets.set("North", BINDING, &secret()),
        Stored::MemoryOnly(KeyringError::Locked { .. })
    ));
    keyring.set_locked(false);
    assert_eq!(secrets.get("North", BINDING).unwrap(), Some(secret()));
    assert!(matches!(secrets.set("North", BINDING, &secret()), Stored::InKeyring));
    assert!(secrets.memory.lock().is_empty());
}

#[test]
fn forgets_secrets_in_memory_and_in_the_keyring() {
    let keyring = keyring();
    let secrets = secrets(&keyring, "/a");
    let _ = secrets.set("North", BINDING, &Secret::from("old"));
    keyring.set_locked(true);
    let _ = secrets.set("North", BINDING, &secret());
    // The keyring refuses, but nothing is left in memory.
    assert!(secrets.forget("North", BINDING).is_err());
    keyring.set_locked(false);
    assert_eq!(secrets.get("North", BINDING).unwrap(), Some(Secret::from("old")));
    keyring.set_locked(true);
    let _ = secrets.set("North", BINDING, &secret());
    keyring.set_locked(false);
    secrets.forget("North", BINDING).unwrap();
    assert_eq!(secrets.get("North", BINDING).unwrap(), None);
    assert!(secrets.memory.lock().is_empty() && keyring.len() == 0);
}

#[test]
fn debug_output_holds_no_secret() {
    let secrets = Secrets::in_memory();
    let stored = secrets.set("North", BINDING, &secret());
    assert!(!format!("{secrets:?} {stored:?} {:?}", secret()).contains(PASSWORD));
}
