//! Tests of the recording thread, also where its file can't be written.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use super::model::dataset;
use super::{session, temporary};
use crate::history::{History, HistoryError, Location, Recorder, RecorderStatus};
use crate::poll::{ListUpdate, NodeUpdate, ReadOutcome};

/// The longest time that a test waits for a thread, on a slow machine.
const DEADLINE: Duration = Duration::from_mins(1);

fn recorder(path: &Path) -> (Recorder, Receiver<RecorderStatus>) {
    let (sender, reports) = sync_channel(16);
    let report = move |status| sender.send(status).unwrap();
    (Recorder::spawn(Location::File(path.to_owned()), None, report).unwrap(), reports)
}

/// Returns the first update of a node, a list with one session.
fn update(is_recorded: bool) -> NodeUpdate {
    let list = ListUpdate {
        list: Arc::new(dataset(&[session("A", "billy", 0)])),
        missing_kinds: Vec::new(),
        notices: Vec::new(),
        previous: None,
        clock_offset_ms: None,
        certificate: None,
    };
    NodeUpdate {
        gateway: "Plant".into(),
        url: "http://a.example:8088".parse().unwrap(),
        is_recorded,
        time: SystemTime::now(),
        interval: Some(Duration::from_secs(5)),
        outcome: ReadOutcome::List(list),
    }
}

/// Returns the number of sessions in a file.
fn stored(path: &Path) -> i64 {
    History::open_read_only(&Location::File(path.to_owned())).unwrap().info().unwrap().sessions
}

/// Waits until a file has a session.
fn wait_until_stored(path: &Path) {
    let deadline = Instant::now() + DEADLINE;
    let location = Location::File(path.to_owned());
    let is_stored = || History::open_read_only(&location).and_then(|mut history| history.info());
    while !is_stored().is_ok_and(|info| info.sessions > 0) {
        assert!(Instant::now() < deadline, "nothing was written");
        std::thread::yield_now();
    }
}

#[test]
fn writes_what_is_left_when_it_is_dropped() {
    let folder = temporary();
    let path = folder.path().join("deep/er/history.db");
    let (recorder, _reports) = recorder(&path);
    recorder.observer()(&update(true));
    drop(recorder);
    assert_eq!(stored(&path), 1);
    let info = History::open_read_only(&Location::File(path)).unwrap().info().unwrap();
    assert!(!info.nodes[0].is_watched_now, "a clean end ends the coverage");
}

#[test]
fn creates_no_file_for_gateways_that_are_not_recorded() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let (recorder, _reports) = recorder(&path);
    recorder.observer()(&update(false));
    drop(recorder);
    assert!(!path.exists());
}

#[test]
fn keeps_what_was_read_until_the_file_can_be_written() {
    let folder = temporary();
    // A folder in the place of the file.
    let path = folder.path().join("history.db");
    std::fs::create_dir(&path).unwrap();
    let (recorder, reports) = recorder(&path);
    recorder.observer()(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(&status, RecorderStatus::Waiting(_)), "{status:?}");
    std::fs::remove_dir(&path).unwrap();
    // Without another read: it tries again by itself.
    let status = reports.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(&status, RecorderStatus::Recording), "{status:?}");
    assert_eq!(stored(&path), 1);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE future (x); PRAGMA user_version = 1000").unwrap();
    let (recorder, reports) = recorder(&path);
    recorder.observer()(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    let RecorderStatus::Waiting(error) = &status else { panic!("{status:?}") };
    assert!(matches!(**error, HistoryError::NewerSchema { found: 1000, .. }), "{error}");
    drop(recorder);
    let tables: i64 =
        connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
    let error = History::open_read_only(&Location::File(path)).err().unwrap();
    assert!(matches!(error, HistoryError::NewerSchema { .. }), "{error}");
}

#[test]
fn a_damaged_file_is_set_aside() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    std::fs::write(
        &path,
        "this is no database, and long enough to have a header that can be read".repeat(99),
    )
    .unwrap();
    let (recorder, reports) = recorder(&path);
    recorder.observer()(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    let RecorderStatus::SetAside(old) = &status else { panic!("{status:?}") };
    assert!(old.file_name().unwrap().to_str().unwrap().starts_with("history.db.damaged-"), "{old:?}");
    assert!(std::fs::read_to_string(old).unwrap().starts_with("this is no database"));
    drop(recorder);
    assert_eq!(stored(&path), 1);
}

#[test]
fn a_file_that_another_program_locks_is_written_later() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let (first, _reports) = recorder(&path);
    first.observer()(&update(true));
    drop(first);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let (second, reports) = recorder(&path);
    second.observer()(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    let RecorderStatus::Waiting(error) = &status else { panic!("{status:?}") };
    assert!(matches!(**error, HistoryError::Locked(_)), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    let status = reports.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(&status, RecorderStatus::Recording), "{status:?}");
}

#[test]
fn a_file_that_was_removed_is_created_again() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let (recorder, reports) = recorder(&path);
    let mut observe = recorder.observer();
    observe(&update(true));
    wait_until_stored(&path);
    std::fs::remove_file(&path).unwrap();
    observe(&update(true));
    drop(recorder);
    assert!(reports.iter().any(|status| matches!(status, RecorderStatus::Replaced)));
    assert_eq!(stored(&path), 1);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE orders (x)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let (recorder, reports) = recorder(&path);
    recorder.observer()(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    let RecorderStatus::Waiting(error) = &status else { panic!("{status:?}") };
    assert!(matches!(**error, HistoryError::OtherProgram { .. }), "{error}");
    drop(recorder);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn damage_that_is_noticed_while_writing_sets_the_file_aside() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let (first, _reports) = recorder(&path);
    first.observer()(&update(true));
    drop(first);
    // Everything but the first page, which says that it is a database.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let (second, reports) = recorder(&path);
    second.observer()(&update(true));
    let is_set_aside = std::iter::from_fn(|| reports.recv_timeout(DEADLINE).ok())
        .any(|status| matches!(status, RecorderStatus::SetAside(_)));
    assert!(is_set_aside);
    drop(second);
    assert_eq!(stored(&path), 1);
}

#[test]
fn says_that_something_is_lost_if_it_ends_before_it_can_write() {
    let folder = temporary();
    // A folder in the place of the file.
    let path = folder.path().join("history.db");
    std::fs::create_dir(&path).unwrap();
    let (recorder, reports) = recorder(&path);
    recorder.observer()(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(&status, RecorderStatus::Waiting(_)), "{status:?}");
    drop(recorder);
    assert!(reports.iter().any(|status| matches!(status, RecorderStatus::StoppedUnwritten)));
}

#[test]
fn says_that_it_stands_by_and_that_it_takes_over() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let (first, _reports) = recorder(&path);
    first.observer()(&update(true));
    wait_until_stored(&path);
    let (second, reports) = recorder(&path);
    let mut observe = second.observer();
    observe(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    let RecorderStatus::StandingBy(nodes) = &status else { panic!("{status:?}") };
    assert_eq!(*nodes[0].url, *"http://a.example:8088");
    drop(first);
    observe(&update(true));
    let status = reports.recv_timeout(DEADLINE).unwrap();
    let RecorderStatus::TakenOver(nodes) = &status else { panic!("{status:?}") };
    assert_eq!(*nodes[0].gateway, *"Plant");
}
