//! The thread that speaks to the platform's keyring, which may take its time or ask the user first.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::gateway::Profile;
use crate::secrets::{Kept, KeyringError, Secret, Secrets};

/// How many wishes may wait; a person makes one at a time.
const WAITING: usize = 16;

/// Whose secret is asked for, and what it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Whose {
    profile: String,
    binding: String,
}

impl Whose {
    /// That of this gateway.
    pub(super) fn of(profile: &Profile) -> Self {
        Self { profile: profile.name.clone(), binding: profile.binding() }
    }
}

/// What is wanted of the keyring.
#[derive(Debug)]
enum Wish {
    /// The secret of a profile, if it is for just that.
    Get(Whose),
    /// To keep this profile's secret, and what it is for.
    Set { profile: String, binding: String, secret: Secret },
    /// To forget it.
    Forget(String),
    /// To keep it under another name.
    Rename(String, String),
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Told {
    /// The secret; none where none is kept. By now the profile may be another one of the same name.
    Secret(Whose, Result<Option<Secret>, KeyringError>),
    /// Where a secret is kept now.
    Kept(Kept),
    /// A secret could not be forgotten, or not be found.
    Failed(KeyringError),
}

/// The handle of the thread. Nobody waits for it: a keyring that asks the user must not keep the window open.
pub(super) struct KeyringWorker {
    wishes: SyncSender<Wish>,
    told: Receiver<Told>,
}

impl KeyringWorker {
    /// Starts the thread. It calls `wake` after each wish.
    pub(super) fn spawn(
        open: impl FnOnce() -> Secrets + Send + 'static,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (wishes, to_do) = sync_channel(WAITING);
        let (tell, told) = sync_channel(WAITING);
        thread::Builder::new().name("secrets".to_owned()).spawn(move || {
            let secrets = open();
            for wish in to_do {
                let outcome = match wish {
                    Wish::Get(whose) => {
                        let secret = secrets.get(&whose.profile, &whose.binding);
                        Some(Told::Secret(whose, secret))
                    }
                    Wish::Set { profile, binding, secret } => {
                        Some(Told::Kept(secrets.set(&profile, &binding, &secret)))
                    }
                    Wish::Rename(old, new) => match secrets.rename(&old, &new) {
                        Ok(kept) => kept.map(Told::Kept),
                        Err(error) => Some(Told::Failed(error)),
                    },
                    Wish::Forget(profile) => secrets.forget(&profile).err().map(Told::Failed),
                };
                if let Some(outcome) = outcome {
                    // The window may be gone by now.
                    let _gone = tell.send(outcome);
                }
                wake();
            }
        })?;
        Ok(Self { wishes, told })
    }

    /// Asks for the secret of a profile.
    pub(super) fn get(&self, profile: &Profile) {
        self.wish(Wish::Get(Whose::of(profile)));
    }

    /// Keeps the secret of a profile.
    pub(super) fn set(&self, profile: &Profile, secret: Secret) {
        self.wish(Wish::Set { profile: profile.name.clone(), binding: profile.binding(), secret });
    }

    /// Keeps the secret of a profile that has another name now.
    pub(super) fn rename(&self, old: &str, new: &str) {
        self.wish(Wish::Rename(old.to_owned(), new.to_owned()));
    }

    /// Forgets the secret of a profile.
    pub(super) fn forget(&self, profile: &str) {
        self.wish(Wish::Forget(profile.to_owned()));
    }

    /// What came of a wish, once.
    pub(super) fn told(&self) -> Option<Told> {
        self.told.try_recv().ok()
    }

    fn wish(&self, wish: Wish) {
        // Full only where the keyring hangs, and then nothing more is to be expected of it.
        let _hangs = self.wishes.try_send(wish);
    }
}
