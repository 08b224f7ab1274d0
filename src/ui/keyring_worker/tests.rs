use std::sync::mpsc::RecvTimeoutError;

use super::*;
use crate::secrets::{EntryName, Keyring};

/// Maximum time to wait for a reply.
const TIMEOUT: Duration = Duration::from_secs(20);

fn profile() -> Profile {
    Profile::from_address("http://n1:8088").unwrap()
}

/// Starts a worker. Returns it with a channel that receives a message at each wake.
fn worker(open: impl FnOnce() -> Secrets + Send + 'static) -> (KeyringWorker, Receiver<()>) {
    let (wake, woken) = sync_channel(1_000);
    let wake = move || {
        let _closed = wake.try_send(());
    };
    (KeyringWorker::spawn(open, wake, Arc::new(Instant::now)).unwrap(), woken)
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
    worker.set(&profile(), Secret::from("open-sesame"));
    let reply = next_reply(&mut worker, &woken);
    assert!(matches!(reply, Reply::Failed(RequestError::Stopped)), "{reply:?}");
    worker.check();
    let reply = next_reply(&mut worker, &woken);
    assert!(matches!(reply, Reply::Checked(Err(RequestError::Stopped))), "{reply:?}");
    assert!(worker.reply().is_none());
}

/// A keyring that records whether it was written.
#[derive(Debug)]
struct Recorder {
    is_written: Arc<AtomicBool>,
    /// Disconnected when the keyring is dropped.
    _alive: SyncSender<()>,
}

impl Keyring for Recorder {
    fn check(&self) -> Result<(), KeyringError> {
        Ok(())
    }

    fn get(&self, _entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        Ok(None)
    }

    fn set(&self, _entry: &EntryName, _content: &Secret) -> Result<(), KeyringError> {
        self.is_written.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn delete(&self, _entry: &EntryName) -> Result<(), KeyringError> {
        Ok(())
    }
}

#[test]
fn goes_on_in_memory_while_the_keyring_hangs() {
    let (unlock, locked) = sync_channel::<()>(0);
    let (alive, ended) = sync_channel::<()>(0);
    let keyring = Arc::new(Recorder { is_written: Arc::default(), _alive: alive });
    let is_written = keyring.is_written.clone();
    let (mut worker, woken) = worker(move || {
        let _closed = locked.recv();
        Secrets::with_keyring(keyring, None)
    });
    worker.get(&profile());
    worker.set(&profile(), Secret::from("open-sesame"));
    worker.abandon().unwrap();
    let mut replies = [(), ()].map(|()| next_reply(&mut worker, &woken));
    // The order of the two doesn't matter.
    replies.sort_by_key(|reply| matches!(reply, Reply::Stored(..)));
    assert!(matches!(&replies[0], Reply::Secret(_, Ok(None))), "{replies:?}");
    assert!(
        matches!(&replies[1], Reply::Stored(_, Stored::MemoryOnly(KeyringError::NotUsed))),
        "{replies:?}"
    );
    worker.get(&profile());
    let reply = next_reply(&mut worker, &woken);
    assert!(
        matches!(&reply, Reply::Secret(_, Ok(Some(secret))) if secret.expose() == "open-sesame"),
        "{reply:?}"
    );
    // The thread that was blocked ends without a further request.
    drop(unlock);
    assert_eq!(ended.recv_timeout(TIMEOUT), Err(RecvTimeoutError::Disconnected));
    assert!(!is_written.load(Ordering::Relaxed));
    assert!(worker.reply().is_none() && worker.time_left().is_none());
}

/// A keyring that stores nothing, and hangs when it is read.
#[derive(Debug)]
struct Hanging(std::sync::Mutex<Receiver<()>>);

impl Keyring for Hanging {
    fn check(&self) -> Result<(), KeyringError> {
        Ok(())
    }

    fn get(&self, _entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        let _closed = self.0.lock().unwrap().recv();
        Ok(None)
    }

    fn set(&self, _entry: &EntryName, _content: &Secret) -> Result<(), KeyringError> {
        Err(KeyringError::Locked { source: Arc::from(Box::from("dismissed")) })
    }

    fn delete(&self, _entry: &EntryName) -> Result<(), KeyringError> {
        Ok(())
    }
}

#[test]
fn secrets_in_memory_stay_when_the_keyring_is_abandoned() {
    let (unlock, locked) = sync_channel::<()>(0);
    let (mut worker, woken) =
        worker(move || Secrets::with_keyring(Arc::new(Hanging(std::sync::Mutex::new(locked))), None));
    worker.set(&profile(), Secret::from("open-sesame"));
    let reply = next_reply(&mut worker, &woken);
    assert!(matches!(reply, Reply::Stored(_, Stored::MemoryOnly(KeyringError::Locked { .. }))), "{reply:?}");
    let is_kept = |reply: &Reply| {
        let key = SecretKey::new(&profile());
        matches!(reply, Reply::Secret(of, Ok(Some(secret))) if *of == key && secret.expose() == "open-sesame")
    };
    // Hangs, and the next request with it.
    worker.get(&Profile::from_address("http://other:8088").unwrap());
    worker.get(&profile());
    worker.abandon().unwrap();
    let mut replies = [(), ()].map(|()| next_reply(&mut worker, &woken));
    replies.sort_by_key(is_kept);
    assert!(matches!(&replies[0], Reply::Secret(_, Ok(None))) && is_kept(&replies[1]), "{replies:?}");
    // And later.
    worker.get(&profile());
    assert!(is_kept(&next_reply(&mut worker, &woken)));
    drop(unlock);
}
