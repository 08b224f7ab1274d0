//! Replacement and cancellation of queries, and invalid filters.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::*;
use crate::dataset::{Cell, DatasetBuilder, Header};
use crate::filter::Mode;
use crate::query::{FilterError, FilterStatus, FilterText};

/// Timeout that no query here reaches.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Pattern that exceeds the limit of backtracking on a long run of a's.
const ENDLESS: &str = r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b";

/// A dataset with one session per user and project.
fn dataset_of(sessions: &[(&str, &str)]) -> Arc<Dataset> {
    let ids: Vec<String> = (0..sessions.len()).map(|row| row.to_string()).collect();
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    for ((user, project), id) in sessions.iter().zip(&ids) {
        let cells = [
            Cell::Text(user),
            Cell::Text(project),
            Cell::Text("h"),
            Cell::Boolean(false),
            Cell::Text(id),
            Cell::Date(0),
        ];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

fn dataset() -> Arc<Dataset> {
    dataset_of(&[("billy", "P"), (&"a".repeat(100), "Q"), ("anna", "P")])
}

fn query(username: &str, project: &str) -> Query {
    let text = |pattern: &str| FilterText { pattern: pattern.to_owned(), mode: Mode::default() };
    Query { username: text(username), project: text(project), ..Query::default() }
}

fn rows(worker: &mut Worker, query: Query) -> (Vec<u32>, FilterStatus) {
    worker.submit(query, dataset(), None);
    let result = worker.wait_result(TIMEOUT).unwrap();
    (result.rows, result.username)
}

/// A worker whose first query waits before its last check, until a message is sent.
struct HeldWorker {
    worker: Worker,
    /// Receives a message when the first query waits.
    is_waiting: Receiver<()>,
    resume: SyncSender<()>,
    /// The generation of each check.
    checks: Arc<Mutex<Vec<u64>>>,
    /// Receives a message for each result.
    notified: Receiver<()>,
}

impl HeldWorker {
    /// Starts a worker. `last_check` is the number of the check before which the first query waits.
    fn spawn(last_check: usize) -> Self {
        let (waits, is_waiting) = sync_channel(1);
        let (resume, resumed) = sync_channel::<()>(1);
        let resumed = Mutex::new(resumed);
        let checks = Arc::new(Mutex::new(Vec::new()));
        let counted = checks.clone();
        let (notify, notified) = sync_channel(8);
        let before_check = move |generation| {
            let mut checks = counted.lock().unwrap();
            checks.push(generation);
            if generation == 1 && checks.len() == last_check {
                drop(checks);
                waits.send(()).unwrap();
                resumed.lock().unwrap().recv().unwrap();
            }
        };
        let notify = move || notify.send(()).unwrap_or_default();
        let worker = Worker::spawn_with_hooks(notify, before_check, || ()).unwrap();
        Self { worker, is_waiting, resume, checks, notified }
    }
}

#[test]
fn returns_only_the_newest_result() {
    let HeldWorker { mut worker, is_waiting, resume, checks, notified } = HeldWorker::spawn(1);
    worker.submit(query("a.*", "P"), dataset(), None);
    is_waiting.recv_timeout(TIMEOUT).unwrap();
    // Each one replaces the one before, which waits for the first.
    for username in ["b", "bi", "bil", "bill", "billy"] {
        worker.submit(query(username, ""), dataset(), None);
    }
    resume.send(()).unwrap();
    assert_eq!(worker.wait_result(TIMEOUT).unwrap().rows, [0]);
    notified.recv_timeout(TIMEOUT).unwrap();
    // The thread has handled everything once it has handled another query.
    assert_eq!(rows(&mut worker, query("anna", "")).0, [2]);
    notified.recv_timeout(TIMEOUT).unwrap();
    assert!(worker.take_result().is_none());
    assert!(notified.try_recv().is_err(), "a replaced query has a result");
    let generations = checks.lock().unwrap().clone();
    assert!(generations.iter().all(|generation| [1, 6, 7].contains(generation)), "{generations:?}");
}

#[test]
fn discards_a_result_that_arrives_after_its_successor_was_submitted() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    worker.submit(query("anna", ""), dataset(), None);
    let late = worker.wait_result(TIMEOUT).unwrap();
    let held = HeldWorker::spawn(1);
    let mut worker = held.worker;
    for submits in [true, false] {
        // As if the query had ended just after its last check.
        if submits {
            worker.submit(query("billy", ""), dataset(), None);
            held.is_waiting.recv_timeout(TIMEOUT).unwrap();
        } else {
            worker.cancel();
        }
        let newest = worker.shared.newest.load(Ordering::Relaxed);
        worker.shared.slots().result = Some((newest - 1, late.clone()));
        assert!(worker.take_result().is_none());
        assert!(worker.wait_result(Duration::ZERO).is_none());
    }
    held.resume.send(()).unwrap();
}

#[test]
fn cancels_a_running_query() {
    let HeldWorker { mut worker, is_waiting, resume, checks, notified } = HeldWorker::spawn(2);
    worker.submit(query("a.*", "P"), dataset(), None);
    is_waiting.recv_timeout(TIMEOUT).unwrap();
    worker.submit(query("billy", ""), dataset(), None);
    resume.send(()).unwrap();
    assert_eq!(worker.wait_result(TIMEOUT).unwrap().rows, [0]);
    notified.recv_timeout(TIMEOUT).unwrap();
    let checks = checks.lock().unwrap().clone();
    assert_eq!(checks.iter().filter(|generation| **generation == 1).count(), 2, "{checks:?}");
    assert!(notified.try_recv().is_err(), "the cancelled query has no result");
}

#[test]
fn reuses_results_of_the_same_dataset() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let (old, new) = (dataset(), dataset());
    let mut run = |username: &str, dataset: &Arc<Dataset>, on_screen: &Arc<Dataset>| {
        worker.submit(query(username, ""), dataset.clone(), Some(on_screen.clone()));
        worker.wait_result(TIMEOUT).unwrap()
    };
    let [first, second] = ["b", "bi"].map(|username| run(username, &new, &old));
    assert!(Arc::ptr_eq(&first.duplicate_logins, &second.duplicate_logins));
    let duplicates = first.duplicate_logins.clone();
    let [before, after] = [first, second].map(|result| result.row_mapping.unwrap());
    assert!(Arc::ptr_eq(&before, &after));
    assert_eq!(after.row(2), Some(2));
    // The dataset on screen is the same one, or another one.
    assert!(run("", &new, &new).row_mapping.is_none());
    assert!(!Arc::ptr_eq(&after, &run("", &new, &dataset()).row_mapping.unwrap()));
    // Another dataset.
    let other = run("", &dataset_of(&[("billy", "P"), ("billy", "P")]), &old);
    assert_eq!(
        (duplicates.get(0), other.duplicate_logins.get(0).map(|login| login.sessions)),
        (None, Some(2))
    );
    assert!(!Arc::ptr_eq(&after, &other.row_mapping.unwrap()));
}

/// A worker that prepares each large dataset only after a message, and the sender of that message.
fn worker_with_held_preparation() -> (Worker, SyncSender<()>) {
    let (resume, resumed) = sync_channel::<()>(8);
    let before_prepare = move || resumed.recv().unwrap_or_default();
    (Worker::spawn_with_hooks(|| (), |_| (), before_prepare).unwrap(), resume)
}

/// A dataset that is prepared before it is queried: one session for each user, then one for anna.
fn large_dataset() -> Arc<Dataset> {
    let users: Vec<String> = (0..MIN_ROWS_OF_LARGE_DATASET).map(|row| format!("user{row}")).collect();
    let sessions: Vec<(&str, &str)> = users.iter().map(|user| (user.as_str(), "P")).collect();
    dataset_of(&[&sessions[..], &[("anna", "P")]].concat())
}

#[test]
fn queries_the_dataset_on_screen_until_the_next_is_prepared() {
    let (mut worker, resume) = worker_with_held_preparation();
    let (old, new) = (dataset(), large_dataset());
    for (username, rows) in [("anna", vec![2]), ("b.*", vec![0])] {
        worker.submit(query(username, ""), new.clone(), Some(old.clone()));
        let result = worker.wait_result(TIMEOUT).unwrap();
        assert!(Arc::ptr_eq(&result.dataset, &old) && result.row_mapping.is_none());
        assert_eq!(result.rows, rows);
    }
    worker.submit(query("anna", ""), new.clone(), Some(old.clone()));
    worker.wait_result(TIMEOUT).unwrap();
    resume.send(()).unwrap();
    // The newest query, without another submission.
    let result = worker.wait_result(TIMEOUT).unwrap();
    assert!(Arc::ptr_eq(&result.dataset, &new));
    assert_eq!(usize::try_from(result.rows[0]), Ok(MIN_ROWS_OF_LARGE_DATASET));
    assert_eq!(result.row_mapping.unwrap().row(2), Some(2));
    // What was prepared is used again.
    worker.submit(query("", ""), new.clone(), Some(new.clone()));
    assert_eq!(worker.wait_result(TIMEOUT).unwrap().rows.len(), new.len());
}

#[test]
fn finds_suggestions_in_a_large_dataset_and_maps_its_rows_once() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let (old, new) = (dataset(), large_dataset());
    worker.submit(Query { suggestions: true, ..query("ann", "") }, new.clone(), Some(old));
    // The suggestions come with the rows if those weren't taken before.
    let mut mappings = 0;
    let suggestions = loop {
        let result = worker.wait_result(TIMEOUT).unwrap();
        assert!(result.rows.is_empty());
        if Arc::ptr_eq(&result.dataset, &new) {
            mappings += usize::from(result.row_mapping.is_some());
            if !result.suggestions.is_empty() {
                break result.suggestions;
            }
        }
    };
    assert_eq!((mappings, suggestions.len(), suggestions[0].sessions), (1, 1, 1));
    assert!(worker.take_result().is_none());
}

#[test]
fn replaces_a_dataset_that_is_being_prepared() {
    let (mut worker, resume) = worker_with_held_preparation();
    let (first, second) = (large_dataset(), large_dataset());
    worker.submit(query("anna", ""), first, None);
    assert!(worker.wait_result(Duration::ZERO).is_none());
    worker.submit(query("anna", ""), second.clone(), None);
    resume.send(()).unwrap();
    resume.send(()).unwrap();
    assert!(Arc::ptr_eq(&worker.wait_result(TIMEOUT).unwrap().dataset, &second));
    // Nothing is left of a cancelled one.
    worker.submit(query("anna", ""), large_dataset(), Some(second.clone()));
    worker.cancel();
    resume.send(()).unwrap();
    worker.submit(query("anna", ""), second.clone(), Some(second.clone()));
    assert!(Arc::ptr_eq(&worker.wait_result(TIMEOUT).unwrap().dataset, &second));
}

#[test]
fn discards_the_result_of_a_cancelled_query() {
    let HeldWorker { mut worker, is_waiting, resume, checks, notified } = HeldWorker::spawn(1);
    worker.submit(query("billy", ""), dataset(), None);
    is_waiting.recv_timeout(TIMEOUT).unwrap();
    worker.cancel();
    resume.send(()).unwrap();
    // The thread has ended the cancelled query once it has handled another one.
    assert_eq!(rows(&mut worker, query("anna", "")).0, [2]);
    notified.recv_timeout(TIMEOUT).unwrap();
    assert!(notified.try_recv().is_err(), "the cancelled query has a result");
    assert_eq!(checks.lock().unwrap().iter().filter(|generation| **generation == 1).count(), 1);
}

#[test]
fn replaces_an_invalid_filter_by_the_last_valid_one() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    assert_eq!(rows(&mut worker, query("a.*", "")).0, [1, 2]);
    for invalid in ["(", ENDLESS] {
        let (rows, username) = rows(&mut worker, query(invalid, "P"));
        assert_eq!(rows, [2], "{invalid}");
        assert_eq!(username.filter.unwrap().pattern(), "a.*");
        assert!(username.error.is_some(), "{invalid}");
    }
    let (rows, username) = rows(&mut worker, query("billy", "P"));
    assert_eq!((rows, username.error), (vec![0], None));
}

#[test]
fn keeps_the_syntax_error_of_a_filter_whose_replacement_exceeds_the_limit() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let (rows, username) = rows(&mut worker, query(&format!("{ENDLESS}("), ""));
    assert_eq!((rows, username.filter.is_none()), (vec![0, 1, 2], true));
    assert!(matches!(username.error, Some(FilterError::Pattern(_))));
}

/// No single value exceeds the limit of backtracking, but all together would take minutes.
#[test]
fn replaces_a_filter_that_is_slow_for_many_values() {
    let users: Vec<String> = (0..200_000).map(|number| format!("{}{number}", "a".repeat(20))).collect();
    let sessions: Vec<(&str, &str)> = users.iter().map(|user| (user.as_str(), "P")).collect();
    let dataset = dataset_of(&sessions);
    let mut worker = Worker::spawn(|| ()).unwrap();
    let mut run = |username: &str| {
        worker.submit(query(username, ""), dataset.clone(), None);
        let result = worker.wait_result(TIMEOUT).unwrap();
        (result.rows.len(), result.username)
    };
    assert_eq!(run(".*7").0, 20_000);
    let (rows, username) = run(r"(a*)(a*)(a*)\1\2\3b");
    assert_eq!((rows, username.filter.as_ref().map(crate::filter::Filter::pattern)), (20_000, Some(".*7")));
    let error = username.error.unwrap().to_string();
    assert!(error.starts_with("Too much backtracking"), "{error}");
    assert_eq!(run(".*77").0, 2_000);
}

#[test]
fn replaces_an_invalid_filter_by_its_longest_valid_beginning() {
    for (before, typed, applied) in [
        ("", "a.*(x|y", Some("a.*")),
        // The queries of the keys between were replaced.
        ("a", "a.*(", Some("a.*")),
        ("billy", "a.*(", Some("a.*")),
        ("", "(a)(b[", Some("(a)")),
        ("", r"ab\y", Some("ab")),
        ("", "äb)", Some("äb")),
        ("", "(", None),
        ("", "*", None),
        // Changed before its end.
        ("a(b)c", "a(bc", Some("a(b)c")),
        ("a.*", "(a.*", Some("a.*")),
    ] {
        let mut worker = Worker::spawn(|| ()).unwrap();
        rows(&mut worker, query(before, ""));
        let (_, username) = rows(&mut worker, query(typed, ""));
        let filter = username.filter.as_ref().map(crate::filter::Filter::pattern);
        assert_eq!(filter, applied, "{typed} after {before}");
        assert!(username.error.is_some(), "{typed}");
    }
}

#[test]
fn beginning_of_an_invalid_filter_has_the_mode_of_the_filter() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let text = |pattern: &str, mode| FilterText { pattern: pattern.to_owned(), mode };
    rows(&mut worker, Query { username: text("ill", Mode::default()), ..Query::default() });
    let contains = Mode { contains: true, ..Mode::default() };
    let (rows, username) = rows(&mut worker, Query { username: text("ill(", contains), ..Query::default() });
    assert_eq!((rows, username.filter.unwrap().mode()), (vec![0], contains));
}

#[test]
fn replaces_an_invalid_column_filter_by_the_last_valid_one_of_its_column() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let mut run = |columns: &[(&str, &str)]| {
        let filter = |&(column, pattern): &(&str, &str)| crate::query::ColumnFilter {
            column: column.into(),
            text: FilterText { pattern: pattern.to_owned(), mode: Mode::default() },
        };
        let columns = columns.iter().map(filter).collect();
        worker.submit(Query { columns, ..query("", "") }, dataset(), None);
        let result = worker.wait_result(TIMEOUT).unwrap();
        let errors = result.columns.iter().map(|(_, status)| status.error.is_some()).collect::<Vec<_>>();
        (result.rows, errors)
    };
    assert_eq!(run(&[("address", "x"), ("clientId", "[01]")]), (vec![], vec![false, false]));
    // One that is removed has no effect, whatever its place.
    assert_eq!(run(&[("clientId", "(")]), (vec![0, 1], vec![true]));
    assert_eq!(run(&[("address", "("), ("clientId", "[12]")]), (vec![1, 2], vec![true, false]));
}

#[test]
fn applies_no_filter_without_a_valid_one() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let (rows, username) = rows(&mut worker, query(ENDLESS, ""));
    assert_eq!(rows, [0, 1, 2]);
    assert!(username.filter.is_none());
    assert!(matches!(username.error, Some(FilterError::Match(_))));
}

#[test]
fn checks_patterns_without_sessions() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    worker.submit(query("(", ""), Arc::default(), None);
    let result = worker.wait_result(TIMEOUT).unwrap();
    assert!(matches!(result.username.error, Some(FilterError::Pattern(_))));
    assert!(!result.username.matches_nothing);
}
