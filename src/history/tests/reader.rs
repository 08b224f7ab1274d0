//! Tests of the reading thread.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::{History, HistoryError, Location, Recording, Sqlite, session, temporary};
use crate::history::observers::unique_name;
use crate::history::{HistoryRead, Reader};

/// The longest time that a test waits for the thread, on a slow machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// A reader whose thread reports when it has read.
struct Fixture {
    reader: Reader,
    reads: Receiver<()>,
}

impl Fixture {
    fn new(location: Location) -> Self {
        let (sender, reads): (SyncSender<()>, _) = sync_channel(100);
        let wake = move || {
            let _is_full = sender.try_send(());
        };
        Self { reader: Reader::spawn(location, wake).unwrap(), reads }
    }

    /// Waits for the result of a read.
    fn result<T>(&self, read: &HistoryRead<T>) -> Result<T, HistoryError> {
        loop {
            if let Some(result) = read.take() {
                return result;
            }
            self.reads.recv_timeout(DEADLINE).expect("the thread has read");
        }
    }

    /// Returns the number of sessions in the history.
    fn sessions(&self) -> Result<i64, HistoryError> {
        self.result(&self.reader.read(|history, _| Ok(history.info()?.sessions)))
    }
}

fn record(path: &std::path::Path, sessions: usize) {
    let database = Box::new(Sqlite::open(path, &unique_name()).unwrap());
    let mut recording = Recording::new(database, "http://a.example:8088");
    let list: Vec<_> = (0..sessions).map(|id| session(&format!("S{id}"), "billy", 0)).collect();
    recording.read(10_000, &list, false);
}

#[test]
fn reads_once_something_was_recorded() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let fixture = Fixture::new(Location::File(path.clone()));
    assert!(matches!(fixture.sessions(), Err(HistoryError::Missing { .. })));
    record(&path, 3);
    assert_eq!(fixture.sessions().unwrap(), 3);
}

#[test]
fn reads_a_file_that_was_replaced() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    record(&path, 3);
    let fixture = Fixture::new(Location::File(path.clone()));
    assert_eq!(fixture.sessions().unwrap(), 3);
    let other = folder.path().join("other.db");
    record(&other, 5);
    for suffix in ["", "-wal", "-shm"] {
        let name = |path: &std::path::Path| format!("{}{suffix}", path.display());
        // Closing a connection may have removed the last two.
        let _is_missing = std::fs::remove_file(name(&path));
        let _is_missing = std::fs::rename(name(&other), name(&path));
    }
    assert_eq!(fixture.sessions().unwrap(), 5);
}

#[test]
fn dropping_a_read_cancels_it() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    record(&path, 1);
    let fixture = Fixture::new(Location::File(path));
    let (started, has_started) = sync_channel(1);
    let (end, has_ended) = sync_channel(1);
    let first = fixture.reader.read(move |_, is_cancelled| {
        started.send(()).unwrap();
        while !is_cancelled() {
            std::thread::yield_now();
        }
        end.send(()).unwrap();
        Ok(())
    });
    let waiting = fixture.reader.read(|_, _| -> Result<(), HistoryError> { panic!("it was cancelled") });
    drop(waiting);
    has_started.recv_timeout(DEADLINE).expect("the first one is running");
    drop(first);
    has_ended.recv_timeout(DEADLINE).expect("the first one notices that it was cancelled");
    assert_eq!(fixture.sessions().unwrap(), 1, "the thread goes on");
}

#[test]
fn reads_fail_once_the_thread_has_ended() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    record(&path, 1);
    let fixture = Fixture::new(Location::File(path));
    let fault = fixture.reader.read(|_: &mut History, _| -> Result<(), HistoryError> {
        std::panic::panic_any("a fault of this program")
    });
    let waiting = fixture.reader.read(|_, _| Ok(()));
    assert!(matches!(fixture.result(&fault), Err(HistoryError::ReaderEnded)));
    assert!(matches!(fixture.result(&waiting), Err(HistoryError::ReaderEnded)));
    assert!(matches!(fixture.sessions(), Err(HistoryError::ReaderEnded)), "it isn't started again");
}
