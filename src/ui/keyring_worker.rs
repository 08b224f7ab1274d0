//! The thread that accesses the platform's keyring, which may prompt the user or block for a long time.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread;

use crate::gateway::Profile;
use crate::notify_on_drop::NotifyOnDrop;
use crate::secrets::{KeyringError, Secret, Secrets, Stored};

/// Capacity of both channels. A person makes one request at a time.
const QUEUE_LEN: usize = 16;

/// Identifies a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretKey {
    /// The name of the gateway.
    profile: String,
    /// The user and the nodes that the secret may be sent to.
    binding: String,
}

impl SecretKey {
    /// Returns the key of a gateway's secret.
    pub(super) fn new(profile: &Profile) -> Self {
        Self { profile: profile.name.clone(), binding: profile.binding() }
    }
}

/// A request to the keyring.
#[derive(Debug)]
enum Request {
    /// Reads a secret.
    Get(SecretKey),
    /// Stores a secret.
    Set { key: SecretKey, secret: Secret },
    /// Deletes the secret of a gateway.
    Forget { profile: String },
    /// Moves the secret of a renamed gateway.
    Rename { old: String, new: String },
}

/// A reply of the keyring.
#[derive(Debug)]
pub(super) enum Reply {
    /// The secret; `None` if the keyring has none. The current gateway or the form may have changed since the request.
    Secret(SecretKey, Result<Option<Secret>, RequestError>),
    /// A secret was stored.
    Stored(Stored),
    /// A secret couldn't be stored, deleted or renamed.
    Failed(RequestError),
}

/// A request failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RequestError {
    /// The keyring returned an error.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The queue is full because the keyring hangs.
    #[error("The keyring doesn't respond. Check whether it shows a prompt")]
    Busy,
    /// The thread has ended.
    #[error("The keyring is no longer available. Restart Gatewatch")]
    Stopped,
}

/// Handle of the thread. Dropping it doesn't wait, so that a keyring that prompts the user can't keep the window open.
///
/// A request for a secret always gets a reply, even if it can't be sent or the thread ends.
pub(super) struct KeyringWorker {
    /// Sends requests to the thread.
    requests: SyncSender<Request>,
    /// Receives replies from the thread.
    replies: Receiver<Reply>,
    /// Keys of the requested secrets without a reply, the oldest first.
    pending_keys: VecDeque<SecretKey>,
    /// Replies to requests that couldn't be sent.
    failures: VecDeque<Reply>,
    /// Called after each reply.
    wake: Box<dyn Fn()>,
}

impl KeyringWorker {
    /// Starts the thread. It calls `wake` after each reply.
    pub(super) fn spawn(
        open: impl FnOnce() -> Secrets + Send + 'static,
        wake: impl Fn() + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let (request_sender, requests) = sync_channel(QUEUE_LEN);
        let (reply_sender, replies) = sync_channel(QUEUE_LEN);
        let thread_wake = NotifyOnDrop(wake.clone());
        thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            // Dropped after both channels, so that they are closed when it wakes the window.
            let thread_wake = thread_wake;
            let (requests, reply_sender) = (requests, reply_sender);
            let secrets = open();
            for request in requests {
                if let Some(reply) = handle(&secrets, request) {
                    if reply_sender.send(reply).is_err() {
                        tracing::debug!("keyring reply dropped: the window is closed");
                        return;
                    }
                    (thread_wake.0)();
                }
            }
        })?;
        Ok(Self {
            requests: request_sender,
            replies,
            pending_keys: VecDeque::new(),
            failures: VecDeque::new(),
            wake: Box::new(wake),
        })
    }

    /// Requests the secret of a gateway.
    pub(super) fn get(&mut self, profile: &Profile) {
        let key = SecretKey::new(profile);
        if self.send(Request::Get(key.clone())) {
            self.pending_keys.push_back(key);
        }
    }

    /// Stores the secret of a gateway.
    pub(super) fn set(&mut self, profile: &Profile, secret: Secret) {
        self.send(Request::Set { key: SecretKey::new(profile), secret });
    }

    /// Moves the secret of a renamed gateway.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        self.send(Request::Rename { old: old.to_owned(), new: new.to_owned() });
    }

    /// Deletes the secret of a gateway.
    pub(super) fn forget(&mut self, profile: &str) {
        self.send(Request::Forget { profile: profile.to_owned() });
    }

    /// Returns the next reply, if there is one.
    pub(super) fn reply(&mut self) -> Option<Reply> {
        match self.replies.try_recv() {
            Ok(reply) => {
                if matches!(reply, Reply::Secret(..)) {
                    self.pending_keys.pop_front();
                }
                Some(reply)
            }
            Err(TryRecvError::Empty) => self.failures.pop_front(),
            Err(TryRecvError::Disconnected) => {
                let key = self.pending_keys.pop_front();
                key.map_or_else(
                    || self.failures.pop_front(),
                    |key| Some(Reply::Secret(key, Err(RequestError::Stopped))),
                )
            }
        }
    }

    /// Sends a request, or queues its failure as a reply.
    fn send(&mut self, request: Request) -> bool {
        let (request, error) = match self.requests.try_send(request) {
            Ok(()) => return true,
            Err(TrySendError::Full(request)) => (request, RequestError::Busy),
            Err(TrySendError::Disconnected(request)) => (request, RequestError::Stopped),
        };
        tracing::warn!(%error, "keyring request not sent");
        self.failures.push_back(match request {
            Request::Get(key) => Reply::Secret(key, Err(error)),
            Request::Set { .. } | Request::Forget { .. } | Request::Rename { .. } => Reply::Failed(error),
        });
        (self.wake)();
        false
    }
}

/// Returns the reply to a request; `None` where there is nothing to report. Never logs a secret.
fn handle(secrets: &Secrets, request: Request) -> Option<Reply> {
    match request {
        Request::Get(key) => {
            let secret = secrets.get(&key.profile, &key.binding);
            match &secret {
                Ok(secret) => {
                    tracing::debug!(profile = %key.profile, is_found = secret.is_some(), "read from keyring");
                }
                Err(error) => {
                    tracing::warn!(profile = %key.profile, %error, "can't read from keyring");
                }
            }
            Some(Reply::Secret(key, secret.map_err(RequestError::from)))
        }
        Request::Set { key, secret } => {
            let stored = secrets.set(&key.profile, &key.binding, &secret);
            log_stored(&key.profile, &stored);
            Some(Reply::Stored(stored))
        }
        Request::Rename { old, new } => match secrets.rename(&old, &new) {
            Ok(stored) => {
                let stored = stored?;
                log_stored(&new, &stored);
                Some(Reply::Stored(stored))
            }
            Err(error) => {
                tracing::warn!(profile = %old, %error, "can't rename in keyring");
                Some(Reply::Failed(error.into()))
            }
        },
        Request::Forget { profile } => match secrets.forget(&profile) {
            Ok(()) => {
                tracing::debug!(%profile, "removed from keyring");
                None
            }
            Err(error) => {
                tracing::warn!(%profile, %error, "can't remove from keyring");
                Some(Reply::Failed(error.into()))
            }
        },
    }
}

fn log_stored(profile: &str, stored: &Stored) {
    match stored {
        Stored::InKeyring => tracing::info!(profile, "stored in keyring"),
        Stored::MemoryOnly(error) => tracing::warn!(profile, %error, "stored in memory only"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    use super::*;

    /// Maximum time to wait for a reply.
    const TIMEOUT: Duration = Duration::from_secs(20);

    fn profile() -> Profile {
        Profile::from_address("http://n1:8088").unwrap()
    }

    /// Starts a worker. Returns it with a channel that receives a message at each wake.
    fn worker(open: impl FnOnce() -> Secrets + Send + 'static) -> (KeyringWorker, Receiver<()>) {
        let (wake, woken) = sync_channel(1_000);
        let wake = Arc::new(move || {
            let _closed = wake.try_send(());
        });
        (KeyringWorker::spawn(open, move || wake()).unwrap(), woken)
    }

    fn next_reply(worker: &mut KeyringWorker, woken: &Receiver<()>) -> Reply {
        loop {
            if let Some(reply) = worker.reply() {
                return reply;
            }
            assert_ne!(woken.recv_timeout(TIMEOUT), Err(RecvTimeoutError::Timeout), "no reply");
        }
    }

    #[test]
    fn replies_to_each_request_of_a_hanging_keyring() {
        let (unlock, locked) = sync_channel::<()>(0);
        let (mut worker, woken) = worker(move || {
            let _closed = locked.recv();
            Secrets::in_memory()
        });
        // The thread receives no request while the keyring hangs.
        let requests = QUEUE_LEN + 3;
        for _ in 0..requests {
            worker.get(&profile());
        }
        for _ in QUEUE_LEN..requests {
            let reply = next_reply(&mut worker, &woken);
            assert!(matches!(reply, Reply::Secret(_, Err(RequestError::Busy))), "{reply:?}");
        }
        assert!(worker.reply().is_none());
        drop(unlock);
        for _ in 0..QUEUE_LEN {
            let reply = next_reply(&mut worker, &woken);
            assert!(matches!(reply, Reply::Secret(_, Err(RequestError::Keyring(_)))), "{reply:?}");
        }
    }

    #[test]
    fn replies_to_requests_after_the_thread_has_ended() {
        let (unlock, locked) = sync_channel::<()>(0);
        let (mut worker, woken) = worker(move || {
            let _closed = locked.recv();
            panic!("expected in this test: the keyring fails");
        });
        worker.get(&profile());
        drop(unlock);
        let reply = next_reply(&mut worker, &woken);
        assert!(
            matches!(&reply, Reply::Secret(key, Err(RequestError::Stopped)) if *key == SecretKey::new(&profile()))
        );
        worker.set(&profile(), Secret::new("open-sesame".to_owned()));
        let reply = next_reply(&mut worker, &woken);
        assert!(matches!(reply, Reply::Failed(RequestError::Stopped)), "{reply:?}");
        assert!(worker.reply().is_none());
    }
}
