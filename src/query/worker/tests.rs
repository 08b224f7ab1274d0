//! The newest question is the one answered, and the last good filter stands in for a faulty one.

use super::*;
use crate::dataset::{Cell, DatasetBuilder, Header, concat};
use crate::filter::Mode;

/// Nothing here takes this long unless it is broken.
const PATIENCE: Duration = Duration::from_mins(3);
/// Needs more attempts than allowed on a long run of a's.
const ENDLESS: &str = r"(a*)(a*)(a*)(a*)(a*)\1\2\3\4\5b";

fn dataset() -> Arc<Dataset> {
    let many_a = "a".repeat(100);
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    for (username, project, client_id) in [("billy", "P", "A"), (&many_a, "Q", "B"), ("anna", "P", "C")] {
        let [username, project, address, client_id] = [username, project, "h", client_id].map(Cell::Text);
        let cells = [username, project, address, Cell::Boolean(false), client_id, Cell::Date(0)];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    Arc::new(builder.finish(None, None))
}

fn question(username: &str, project: &str) -> Question {
    let text = |pattern: &str| FilterText { pattern: pattern.to_owned(), mode: Mode::default() };
    Question {
        dataset: Some(dataset()),
        username: text(username),
        project: text(project),
        ..Question::default()
    }
}

fn rows(worker: &mut Worker, question: Question) -> (Vec<u32>, FilterStatus) {
    worker.ask(question);
    let answer = worker.answer_within(PATIENCE).unwrap();
    (answer.table.unwrap().selection.rows, answer.username)
}

#[test]
fn only_the_newest_question_is_answered() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    for username in ["b", "bi", "bil", "bill"] {
        worker.ask(question(username, ""));
    }
    let newest = worker.ask(question("billy", ""));
    let answer = worker.answer_within(PATIENCE).unwrap();
    assert_eq!((answer.generation, answer.table.unwrap().selection.rows), (newest, vec![0]));
    assert!(worker.answer().is_none());
}

#[test]
fn what_new_sessions_bring_along_is_worked_out_once() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let (shown, new) = (dataset(), dataset());
    let mut view = |username: &str, dataset: &Arc<Dataset>, shown: &Arc<Dataset>| {
        let (dataset, shown) = (Some(dataset.clone()), Some(shown.clone()));
        worker.ask(Question { dataset, shown, ..question(username, "") });
        worker.answer_within(PATIENCE).unwrap().table.unwrap()
    };
    let [first, second] = ["b", "bi"].map(|username| view(username, &new, &shown));
    assert!(Arc::ptr_eq(&first.repeats, &second.repeats));
    let repeats = first.repeats.clone();
    let [before, after] = [first, second].map(|view| view.follow.unwrap());
    assert!(Arc::ptr_eq(&before, &after));
    assert_eq!(after.row(2), Some(2));
    // Once they are on the screen there is nothing to follow, and from elsewhere it is another way.
    assert!(view("", &new, &new).follow.is_none());
    assert!(!Arc::ptr_eq(&after, &view("", &new, &dataset()).follow.unwrap()));
    // Of others, with everybody in them twice, other things are known.
    let twice = Arc::new(concat(&[("x".to_owned(), dataset()), ("y".to_owned(), dataset())]));
    let other = view("", &twice, &shown);
    assert_eq!((repeats.times(0), other.repeats.times(0)), (None, Some(2)));
    assert!(!Arc::ptr_eq(&after, &other.follow.unwrap()));
}

#[test]
fn a_forgotten_question_is_not_answered() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    worker.ask(question("billy", ""));
    worker.forget();
    assert!(worker.answer_within(Duration::from_millis(50)).is_none());
}

#[test]
fn the_last_good_filter_stands_in_for_a_faulty_one() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    assert_eq!(rows(&mut worker, question("a.*", "")).0, [1, 2]);
    for faulty in ["(", ENDLESS] {
        let (rows, username) = rows(&mut worker, question(faulty, "P"));
        assert_eq!(rows, [2], "{faulty}");
        assert_eq!(username.filter.unwrap().pattern(), "a.*");
        assert!(username.fault.is_some(), "{faulty}");
    }
    let (rows, username) = rows(&mut worker, question("billy", "P"));
    assert_eq!((rows, username.fault), (vec![0], None));
}

#[test]
fn without_a_last_good_filter_there_is_none() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    let (rows, username) = rows(&mut worker, question(ENDLESS, ""));
    assert_eq!(rows, [0, 1, 2]);
    assert!(username.filter.is_none());
    assert!(matches!(username.fault, Some(FilterError::Match(_))));
}

#[test]
fn a_pattern_is_judged_also_where_there_is_nothing_to_filter() {
    let mut worker = Worker::spawn(|| ()).unwrap();
    worker.ask(Question { dataset: None, ..question("(", "") });
    let answer = worker.answer_within(PATIENCE).unwrap();
    assert!(answer.table.is_none());
    assert!(answer.username.fault.is_some_and(|fault| fault.is_incomplete()));
}
