//! The thread that accesses the platform's keyring, which may prompt the user or block for a long time.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error_chain::ErrorChain;
use crate::gateway::Profile;
use crate::notify_on_drop::NotifyOnDrop;
use crate::secrets::{KeyringError, MemorySecrets, Secret, Secrets, Stored};

/// Capacity of both channels. A person makes one request at a time.
const QUEUE_LEN: usize = 16;
/// Time after which a keyring without a response is reported.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Identifies a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug)]
enum Request {
    /// Checks that there is a keyring.
    Check,
    /// Reads a secret.
    Get(SecretKey),
    /// Stores a secret.
    Set { key: SecretKey, secret: Secret },
    /// Deletes the secret of a gateway.
    Forget(SecretKey),
    /// Moves the secret of a renamed gateway.
    Rename { old: SecretKey, new: String },
}

/// A reply of the keyring.
#[derive(Debug)]
pub(super) enum Reply {
    /// There is a keyring, or the reason why it can't be used.
    Checked(Result<(), RequestError>),
    /// The secret; `None` if the keyring has none. The current gateway or the form may have changed since the request.
    Secret(SecretKey, Result<Option<Secret>, RequestError>),
    /// A secret was stored.
    Stored(SecretKey, Stored),
    /// There is nothing to report.
    Done,
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
/// Each request gets a reply, even if it can't be sent or the thread ends.
pub(super) struct KeyringWorker {
    /// The channels to and from the thread.
    thread: Channels,
    /// The requests without a reply and their times, the oldest first. The thread replies in this order.
    pending: VecDeque<(Request, Instant)>,
    /// Replies to requests that couldn't be sent.
    failures: VecDeque<Reply>,
    /// Called after each reply.
    wake: Arc<dyn Fn() + Send + Sync>,
    /// Returns the current time.
    clock: Clock,
}

/// A clock that never goes back.
pub(super) type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The channels to and from the thread.
struct Channels {
    requests: SyncSender<Request>,
    replies: Receiver<Reply>,
    /// The secrets that the thread keeps in memory.
    memory: MemorySecrets,
    /// Makes the thread end before its next request.
    is_abandoned: Arc<AtomicBool>,
}

impl KeyringWorker {
    /// Starts the thread. It calls `wake` after each reply.
    pub(super) fn spawn(
        open: impl FnOnce() -> Secrets + Send + 'static,
        wake: impl Fn() + Send + Sync + 'static,
        clock: Clock,
    ) -> io::Result<Self> {
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let thread = spawn_thread(open, MemorySecrets::default(), wake.clone())?;
        Ok(Self { thread, pending: VecDeque::new(), failures: VecDeque::new(), wake, clock })
    }

    /// Asks whether there is a keyring.
    pub(super) fn check(&mut self) {
        self.send(Request::Check);
    }

    /// Requests the secret of a gateway.
    pub(super) fn get(&mut self, profile: &Profile) {
        self.send(Request::Get(SecretKey::new(profile)));
    }

    /// Stores the secret of a gateway.
    pub(super) fn set(&mut self, profile: &Profile, secret: Secret) {
        self.send(Request::Set { key: SecretKey::new(profile), secret });
    }

    /// Moves the secret of a renamed gateway.
    pub(super) fn rename(&mut self, old: &Profile, new: &str) {
        self.send(Request::Rename { old: SecretKey::new(old), new: new.to_owned() });
    }

    /// Deletes the secret of a gateway.
    pub(super) fn forget(&mut self, profile: &Profile) {
        self.send(Request::Forget(SecretKey::new(profile)));
    }

    /// Returns the next reply, if there is one.
    pub(super) fn reply(&mut self) -> Option<Reply> {
        match self.thread.replies.try_recv() {
            Ok(reply) => {
                self.pending.pop_front();
                Some(reply)
            }
            Err(TryRecvError::Empty) => self.failures.pop_front(),
            Err(TryRecvError::Disconnected) => match self.pending.pop_front() {
                Some((request, _)) => Some(failure(request, RequestError::Stopped)),
                None => self.failures.pop_front(),
            },
        }
    }

    /// Returns the time until a keyring that doesn't respond is reported; zero if that time has come,
    /// `None` if no request waits for it.
    pub(super) fn time_left(&self) -> Option<Duration> {
        let (_, sent_at) = self.pending.front()?;
        Some(RESPONSE_TIMEOUT.saturating_sub((self.clock)().saturating_duration_since(*sent_at)))
    }

    /// Continues without the keyring. Requests that it hasn't replied to are repeated with secrets in memory, which don't
    /// outlive the window.
    ///
    /// # Errors
    /// If the system can't start a thread. Nothing has changed then.
    pub(super) fn abandon(&mut self) -> io::Result<()> {
        // A copy, because the blocked thread may still change its own.
        let memory = self.thread.memory.snapshot();
        let thread = spawn_thread(Secrets::without_keyring, memory, self.wake.clone())?;
        tracing::warn!(pending = self.pending.len(), "continuing without the keyring");
        // The blocked thread can't be ended, but it must not change the keyring much later.
        self.thread.is_abandoned.store(true, Ordering::Relaxed);
        self.thread = thread;
        for (request, _) in std::mem::take(&mut self.pending) {
            match request {
                // Not an error: the user is asked for it.
                Request::Get(key) if !self.thread.memory.has(&key.profile) => {
                    self.failures.push_back(Reply::Secret(key, Ok(None)));
                }
                request => self.send(request),
            }
        }
        (self.wake)();
        Ok(())
    }

    /// Sends a request, or queues its failure as a reply.
    fn send(&mut self, request: Request) {
        let (request, error) = match self.thread.requests.try_send(request.clone()) {
            Ok(()) => return self.pending.push_back((request, (self.clock)())),
            Err(TrySendError::Full(request)) => (request, RequestError::Busy),
            Err(TrySendError::Disconnected(request)) => (request, RequestError::Stopped),
        };
        tracing::warn!(error = %ErrorChain(&error), "keyring request not sent");
        self.failures.push_back(failure(request, error));
        (self.wake)();
    }
}

/// Returns the reply to a request that failed.
fn failure(request: Request, error: RequestError) -> Reply {
    match request {
        Request::Check => Reply::Checked(Err(error)),
        Request::Get(key) => Reply::Secret(key, Err(error)),
        Request::Set { .. } | Request::Forget(_) | Request::Rename { .. } => Reply::Failed(error),
    }
}

fn spawn_thread(
    open: impl FnOnce() -> Secrets + Send + 'static,
    memory: MemorySecrets,
    wake: Arc<dyn Fn() + Send + Sync>,
) -> io::Result<Channels> {
    let (request_sender, requests) = sync_channel(QUEUE_LEN);
    let (reply_sender, replies) = sync_channel(QUEUE_LEN);
    let is_abandoned = Arc::<AtomicBool>::default();
    let ends = is_abandoned.clone();
    let memory_of_thread = memory.clone();
    let wake = NotifyOnDrop(move || wake());
    thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        // Dropped after both channels, so that they are closed when it wakes the window.
        let wake = wake;
        let (requests, reply_sender) = (requests, reply_sender);
        let secrets = open().with_memory(memory_of_thread);
        for request in requests {
            if ends.load(Ordering::Relaxed) {
                return;
            }
            if reply_sender.send(handle(&secrets, request)).is_err() {
                tracing::debug!("keyring reply dropped: the window is closed or continues without it");
                return;
            }
            (wake.0)();
        }
    })?;
    Ok(Channels { requests: request_sender, replies, memory, is_abandoned })
}

/// Returns the reply to a request. Never logs a secret.
fn handle(secrets: &Secrets, request: Request) -> Reply {
    match request {
        Request::Check => Reply::Checked(secrets.check().map_err(RequestError::from)),
        Request::Get(key) => {
            let secret = secrets.get(&key.profile, &key.binding);
            match &secret {
                Ok(secret) => {
                    tracing::debug!(profile = %key.profile, is_found = secret.is_some(), "read from keyring");
                }
                Err(error) => {
                    tracing::warn!(profile = %key.profile, error = %ErrorChain(error), "can't read from keyring");
                }
            }
            Reply::Secret(key, secret.map_err(RequestError::from))
        }
        Request::Set { key, secret } => {
            let stored = secrets.set(&key.profile, &key.binding, &secret);
            log_stored(&key.profile, &stored);
            Reply::Stored(key, stored)
        }
        Request::Rename { old, new } => match secrets.rename(&old.profile, &old.binding, &new) {
            Ok(Some(stored)) => {
                log_stored(&new, &stored);
                Reply::Stored(SecretKey { profile: new, ..old }, stored)
            }
            Ok(None) => Reply::Done,
            Err(error) => {
                tracing::warn!(profile = %old.profile, error = %ErrorChain(&error), "can't rename in keyring");
                Reply::Failed(error.into())
            }
        },
        Request::Forget(key) => match secrets.forget(&key.profile, &key.binding) {
            Ok(()) => {
                tracing::debug!(profile = %key.profile, "removed from keyring");
                Reply::Done
            }
            Err(error) => {
                tracing::warn!(profile = %key.profile, error = %ErrorChain(&error), "can't remove from keyring");
                Reply::Failed(error.into())
            }
        },
    }
}

fn log_stored(profile: &str, stored: &Stored) {
    match stored {
        Stored::InKeyring => tracing::info!(profile, "stored in keyring"),
        Stored::MemoryOnly(error) => {
            tracing::warn!(profile, error = %ErrorChain(error), "stored in memory only");
        }
    }
}

#[cfg(test)]
mod tests;
