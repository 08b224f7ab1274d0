//! Tests of recording and reading together, in SQLite.

mod crash;
mod model;
mod recorder;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;

use self::model::{Model, ModelRead, changes, dataset};
use super::answer::{Answer, SessionState};
use super::coverage::Watched;
use super::engine::Engine;
use super::purge::{Purge, PurgeProgress};
use super::record::SessionRecord;
use super::sqlite::Sqlite;
use super::step::{List, NodeKey, NodeSteps, Step};
use super::writer::Writer;
use super::{HistoryError, check, query, schema, span};
use crate::gateway::SessionKind;

/// A recorder of one node, with a clock and lists of its own.
pub(super) struct Recording {
    writer: Writer,
    url: Arc<str>,
    /// The last list and the time of its last read.
    list: Option<(Vec<SessionRecord>, i64)>,
    every: Option<Duration>,
}

impl Recording {
    pub(super) fn new(mut engine: Box<dyn Engine>, url: &str) -> Self {
        schema::migrate(&mut *engine).unwrap();
        Self { writer: Writer::new(engine), url: url.into(), list: None, every: Some(Duration::from_secs(5)) }
    }

    fn open(path: &Path) -> Self {
        Self::new(Box::new(Sqlite::open(path).unwrap()), "http://a.example:8088")
    }

    fn steps(&self, step: Step, latest: Option<(&[SessionRecord], i64)>) -> NodeSteps {
        NodeSteps {
            node: NodeKey { gateway: "Plant".into(), url: self.url.clone() },
            steps: vec![step],
            latest: latest.map(|(sessions, time)| list(sessions, time)),
            every: self.every,
        }
    }

    /// Records a read. `is_continuous` as in [`Step`].
    pub(super) fn read(&mut self, time: i64, sessions: &[SessionRecord], is_continuous: bool) {
        let step = match &self.list {
            None => Step::List(list(sessions, time)),
            Some((before, _)) if before == sessions => Step::Seen { time, is_continuous },
            Some((before, previous)) => {
                Step::Changes(changes(before, *previous, sessions, time, is_continuous))
            }
        };
        self.list = Some((sessions.to_vec(), time));
        self.writer.write(&[self.steps(step, Some((sessions, time)))]).unwrap();
    }

    pub(super) fn fail(&mut self) {
        let steps = self.steps(Step::Failed, None);
        self.writer.write(&[steps]).unwrap();
    }

    fn engine(&mut self) -> &mut dyn Engine {
        self.writer.engine()
    }

    /// Ends as after SIGTERM.
    pub(super) fn end(mut self) -> Writer {
        self.writer.end_all().unwrap();
        self.writer
    }
}

fn list(sessions: &[SessionRecord], time: i64) -> List {
    List { time, sessions: Arc::new(dataset(sessions)), unlisted_kinds: Vec::new(), clock_offset: 0 }
}

pub(super) fn session(client_id: &str, username: &str, created: i64) -> SessionRecord {
    SessionRecord {
        username: Some(username.into()),
        project: Some("Packaging".into()),
        address: None,
        is_designer: Some(false),
        kind: Some(SessionKind::Vision),
        client_id: Some(client_id.into()),
        creation_time: Some(created),
    }
}

/// Returns the client id, state, last and missed time of each session.
fn summary(answer: &Answer) -> Vec<(&str, SessionState, i64, Option<i64>)> {
    let sessions = answer.sessions.iter();
    let mut summary: Vec<_> = sessions
        .map(|stored| {
            (
                stored.session.client_id.as_deref().unwrap_or("-"),
                stored.state,
                stored.last_seen,
                stored.missed_at,
            )
        })
        .collect();
    summary.sort();
    summary
}

pub(super) fn temporary() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Far later than all times of a test, so that no coverage counts as being extended.
const LATER: i64 = 1 << 45;

#[test]
fn tells_what_happened_while_the_recorder_was_killed() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let [stays, leaves, comes] =
        [("A", 1_000), ("B", 2_000), ("C", 55_000)].map(|(id, at)| session(id, "billy", at));
    let mut first = Recording::open(&path);
    first.read(10_000, &[stays.clone(), leaves.clone()], false);
    first.read(45_000, &[stays.clone(), leaves.clone()], true);
    // A kill: nothing is written at the end, and the lock is released.
    drop(first);
    let mut second = Recording::open(&path);
    second.read(90_000, &[stays.clone(), comes.clone()], false);
    second.read(95_000, std::slice::from_ref(&comes), true);
    let mut writer = second.end();
    let mut at = |time| query::at(writer.engine(), time, None, LATER).unwrap();
    assert_eq!(
        summary(&at(60_000)),
        [
            ("A", SessionState::Proved, 90_000, Some(95_000)),
            ("B", SessionState::Possible, 45_000, Some(90_000)),
            ("C", SessionState::Proved, 95_000, None),
        ]
    );
    assert_eq!(at(60_000).nodes[0].unwatched.len(), 1);
    assert_eq!(summary(&at(50_000)).len(), 2, "C began at 55,000");
    assert_eq!(
        summary(&at(40_000)),
        [("A", SessionState::Seen, 90_000, Some(95_000)), ("B", SessionState::Seen, 45_000, Some(90_000))]
    );
    assert_eq!(at(40_000).nodes[0].unwatched, []);
    let between = query::between(writer.engine(), Watched { from: 0, to: 95_000 }, None, LATER).unwrap();
    assert_eq!(
        summary(&between),
        [
            ("A", SessionState::Left, 90_000, Some(95_000)),
            ("B", SessionState::LeftBetween, 45_000, Some(90_000)),
            ("C", SessionState::Unknown, 95_000, None),
        ]
    );
    assert_eq!(
        between.nodes[0].unwatched,
        [Watched { from: 0, to: 10_000 }, Watched { from: 45_000, to: 90_000 }]
    );
    assert_eq!(check::check(writer.engine()).unwrap(), [] as [String; 0]);
}

#[test]
fn keeps_what_was_read_before_the_database_could_be_opened() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    let [stays, leaves] = [("A", 1_000), ("B", 2_000)].map(|(id, at)| session(id, "billy", at));
    let both = [stays.clone(), leaves];
    let steps = vec![
        Step::List(list(&both, 10_000)),
        Step::Seen { time: 15_000, is_continuous: true },
        Step::Changes(changes(&both, 15_000, std::slice::from_ref(&stays), 20_000, true)),
    ];
    let latest = Some(list(&[stays], 20_000));
    let node = NodeSteps { steps, latest, ..recording.steps(Step::Failed, None) };
    recording.writer.write(&[node]).unwrap();
    let range = Watched { from: 0, to: 30_000 };
    let answer = query::between(recording.engine(), range, None, LATER).unwrap();
    let expected =
        [("A", SessionState::Unknown, 20_000, None), ("B", SessionState::Left, 15_000, Some(20_000))];
    assert_eq!(summary(&answer), expected);
}

#[test]
fn a_failed_read_is_a_gap_and_no_departure() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    let sessions = [session("A", "billy", 0)];
    recording.read(10_000, &sessions, false);
    recording.read(15_000, &sessions, true);
    recording.fail();
    recording.read(40_000, &sessions, false);
    let answer = query::at(recording.engine(), 20_000, None, LATER).unwrap();
    assert_eq!(summary(&answer), [("A", SessionState::Proved, 40_000, None)]);
}

#[test]
fn a_time_without_coverage_has_the_gap_around_it() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    let sessions = [session("A", "billy", 1_000)];
    for (time, is_continuous) in [(10_000, false), (15_000, true), (60_000, false), (65_000, true)] {
        recording.read(time, &sessions, is_continuous);
    }
    recording.fail();
    let mut unwatched =
        |time| query::at(recording.engine(), time, None, LATER).unwrap().nodes.remove(0).unwatched;
    for (time, from, to) in [
        (9_999, i64::MIN, 10_000),
        (15_001, 15_000, 60_000),
        (59_999, 15_000, 60_000),
        (65_001, 65_000, i64::MAX),
    ] {
        assert_eq!(unwatched(time), [Watched { from, to }], "{time}");
    }
    for time in [10_000, 12_000, 15_000, 60_000, 65_000] {
        assert_eq!(unwatched(time), [], "{time}");
    }
}

#[test]
fn a_session_that_is_on_is_present_while_a_recorder_runs() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    recording.read(10_000, &[session("A", "billy", 0)], false);
    let mut state = |now| {
        let range = Watched { from: 0, to: 100_000 };
        query::between(recording.engine(), range, None, now).unwrap().sessions[0].state
    };
    assert_eq!(state(30_000), SessionState::Present);
    assert_eq!(state(100_000), SessionState::Unknown);
    recording.fail();
    let range = Watched { from: 0, to: 100_000 };
    let answer = query::between(recording.engine(), range, None, 12_000).unwrap();
    assert_eq!(answer.sessions[0].state, SessionState::Unknown);
}

#[test]
fn an_unchanged_list_is_written_every_30_seconds() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    let sessions = [session("A", "billy", 0)];
    let mut written = Vec::new();
    for time in (0..=70_000).step_by(5_000) {
        recording.read(time, &sessions, time > 0);
        let rows = recording.engine().query(r#"SELECT "to" FROM coverage"#, Vec::new()).unwrap();
        written.push(rows[0][0].integer().unwrap());
    }
    written.dedup();
    assert_eq!(written, [0, 30_000, 60_000]);
}

#[test]
fn a_change_ends_a_session_and_begins_another() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    recording.read(10_000, &[session("A", "billy", 0)], false);
    recording.read(15_000, &[session("A", "anna", 0)], true);
    let user = |recording: &mut Recording, time| {
        let answer = query::at(recording.engine(), time, None, LATER).unwrap();
        assert_eq!(answer.sessions.len(), 1);
        answer.sessions[0].session.username.clone().unwrap()
    };
    assert_eq!(&*user(&mut recording, 10_000), "billy");
    assert_eq!(&*user(&mut recording, 15_000), "anna");
}

#[test]
fn a_second_recorder_stands_by_until_the_first_has_ended() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let (mut first, mut second) = (Recording::open(&path), Recording::open(&path));
    let sessions = [session("A", "billy", 0)];
    for time in [10_000, 15_000] {
        first.read(time, &sessions, time > 10_000);
        second.read(time + 1_000, &sessions, time > 10_000);
    }
    let rows = first.engine().query("SELECT COUNT(*) FROM coverage", Vec::new()).unwrap();
    assert_eq!(rows[0][0].integer(), Some(1));
    drop(first);
    // It begins with the whole list.
    second.read(20_000, &[], true);
    let answer = query::at(second.engine(), 20_000, None, LATER).unwrap();
    assert_eq!(answer.sessions, []);
    let rows = second.engine().query("SELECT COUNT(*) FROM coverage WHERE is_open = 1", Vec::new()).unwrap();
    assert_eq!(rows[0][0].integer(), Some(1));
    assert_eq!(check::check(second.engine()).unwrap(), [] as [String; 0]);
}

#[test]
fn a_clock_that_is_set_back_makes_no_negative_interval() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    recording.read(1_000_000, &[session("A", "billy", 990_000), session("B", "anna", 0)], false);
    recording.read(1_005_000, &[session("A", "billy", 990_000), session("B", "anna", 0)], true);
    recording.read(400_000, &[session("B", "anna", 0), session("C", "carl", 1_004_000)], false);
    recording.read(405_000, &[], true);
    recording.read(2_000_000, &[session("C", "carl", 1_004_000)], false);
    let mut writer = recording.end();
    assert_eq!(check::check(writer.engine()).unwrap(), [] as [String; 0]);
}

#[test]
fn a_purge_removes_old_sessions_and_their_texts() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    let many: Vec<SessionRecord> =
        (0..12_000).map(|index| session(&format!("S{index}"), &format!("user {index}"), 0)).collect();
    recording.read(10_000, &many, false);
    for time in [12_000, 15_000] {
        recording.read(time, &[session("A", "billy", 11_000)], true);
    }
    let mut writer = recording.end();
    let mut purge = Purge::before(14_000);
    let mut batches = Vec::new();
    let removed = loop {
        match purge.step(writer.engine(), 0).unwrap() {
            PurgeProgress::Running { sessions } => batches.push(sessions),
            PurgeProgress::Done { sessions } => break sessions,
        }
    };
    assert_eq!((removed, batches.as_slice()), (12_000, &[5_000, 10_000, 12_000][..]));
    let texts = writer.engine().query("SELECT value FROM text ORDER BY value", Vec::new()).unwrap();
    let texts: Vec<&str> = texts.iter().map(|row| &**row[0].text().unwrap()).collect();
    assert_eq!(texts, ["Packaging", "billy"]);
    // What it removed doesn't look as if nobody had been on.
    let mut unwatched =
        |time| query::at(writer.engine(), time, None, LATER).unwrap().nodes.remove(0).unwatched;
    assert_eq!(unwatched(13_999), [Watched { from: i64::MIN, to: 14_000 }]);
    assert_eq!(unwatched(14_000), []);
    let mut purge = Purge::user("billy");
    while purge.step(writer.engine(), 0).unwrap() != (PurgeProgress::Done { sessions: 1 }) {}
    let texts = writer.engine().query("SELECT value FROM text", Vec::new()).unwrap();
    assert_eq!(texts, [] as [Vec<_>; 0]);
    // Nor are they in parts of the files that are free.
    for name in ["history.db", "history.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        for text in ["billy", "user 11999"] {
            assert!(!bytes.windows(text.len()).any(|part| part == text.as_bytes()), "{text} in {name}");
        }
    }
}

#[test]
fn refuses_a_newer_schema() {
    let folder = temporary();
    let mut engine = Sqlite::open(&folder.path().join("history.db")).unwrap();
    engine.set_schema_version(schema::VERSION + 1).unwrap();
    let error = schema::migrate(&mut engine).unwrap_err();
    assert!(matches!(error, HistoryError::NewerSchema { found, known } if found == known + 1), "{error}");
}

#[test]
fn check_finds_wrong_times_and_doubled_sessions() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    recording.read(10_000, &[session("A", "billy", 0), session("B", "anna", 0)], false);
    recording.read(15_000, &[session("A", "billy", 0)], true);
    let engine = recording.engine();
    for (sql, problem) in [
        ("UPDATE session SET last_seen = 5 WHERE dc <> 99", "session 2 ends before it begins"),
        (
            "UPDATE session SET last_seen = 10000, dc = 7 WHERE dc <> 99",
            "session 2 has the wrong duration class",
        ),
        ("UPDATE session SET project = 77 WHERE dc = 99", "session 1 has an unknown project"),
    ] {
        engine.execute_batch(sql).unwrap();
        let problems = check::check(engine).unwrap();
        assert!(problems.iter().any(|found| found == problem), "{problem}: {problems:?}");
    }
    engine
        .execute_batch(
            "INSERT INTO session (node, kind, client, created, started, first_seen, dc) VALUES (1, 0, 'A', 0, 0, 0, 99)",
        )
        .unwrap();
    let problems = check::check(engine).unwrap();
    assert!(problems.contains(&"sessions 1 and 3 are the same one".to_owned()), "{problems:?}");
}

/// A read of a random node: the time since the last one, and the list; `None` if it fails.
type RandomRead = (i64, Option<Vec<(u8, u8, u8)>>);

fn reads() -> impl Strategy<Value = Vec<RandomRead>> {
    let list = proptest::collection::vec((0_u8..4, 0_u8..2, 0_u8..3), 0..4);
    proptest::collection::vec((1_i64..40_000, proptest::option::weighted(0.85, list)), 1..25)
}

/// Returns the sessions with these ids, users and generations. Each id occurs once, as on a real gateway.
fn sessions(list: &[(u8, u8, u8)]) -> Vec<SessionRecord> {
    let mut sessions: Vec<SessionRecord> = Vec::new();
    for (id, user, generation) in list {
        let mut session =
            session(&format!("S{id}"), &format!("user {user}"), i64::from(*generation) * 100_000);
        if *id == 3 {
            session.client_id = None;
        }
        if sessions.iter().all(|other| other.client_id != session.client_id) {
            sessions.push(session);
        }
    }
    sessions
}

/// Records random reads with an engine and compares its answers with those of a list in memory.
pub(super) fn compare_with_model(
    engine: Box<dyn Engine>,
    url: &str,
    reads: &[RandomRead],
) -> Result<(), TestCaseError> {
    let mut recording = Recording::new(engine, url);
    let (mut time, mut model, mut is_continuous) = (100_000, Model::default(), false);
    for (pause, list) in reads {
        time += pause;
        match list {
            None => recording.fail(),
            Some(list) => {
                let sessions = sessions(list);
                is_continuous &= *pause <= 20_000;
                recording.read(time, &sessions, is_continuous);
                model.add(ModelRead { time, sessions, is_continuous });
            }
        }
        is_continuous = list.is_some();
    }
    let mut writer = recording.end();
    let times = model.interesting_times();
    for &time in &times {
        let answer = query::at(writer.engine(), time, Some(url), LATER).unwrap();
        prop_assert_eq!(model::stored(&answer), model.at(time), "at {}", time);
        let is_watched = answer.nodes.iter().all(|node| node.unwatched.is_empty());
        prop_assert_eq!(is_watched, model.is_watched(time), "watched at {}", time);
    }
    for (&from, &to) in times.iter().zip(times.iter().skip(3)) {
        let range = Watched { from, to };
        let answer = query::between(writer.engine(), range, Some(url), LATER).unwrap();
        prop_assert_eq!(model::stored(&answer), model.between(range), "between {} and {}", from, to);
    }
    let problems = check::check(writer.engine()).unwrap();
    prop_assert_eq!(problems, Vec::<String>::new());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn answers_as_a_list_in_memory_does(reads in reads()) {
        let folder = temporary();
        let engine = Sqlite::open(&folder.path().join("history.db")).unwrap();
        compare_with_model(Box::new(engine), "http://a.example:8088", &reads)?;
    }
}

#[test]
fn classes_of_open_sessions_are_those_of_the_index() {
    // The partial index and the writer spell it out.
    assert_eq!(span::OPEN, 99);
}
