//! Recording and asking, with both databases.

use super::*;

#[test]
fn reports_what_happened_while_the_recorder_was_killed() {
    on_each_database(|database| {
        let [stays, leaves, comes] =
            [("A", 1_000), ("B", 2_000), ("C", 55_000)].map(|(id, at)| session(id, "billy", at));
        let mut first = Recording::on(database);
        first.read(10_000, &[stays.clone(), leaves.clone()], false);
        first.read(45_000, &[stays.clone(), leaves.clone()], true);
        // A kill: nothing is written at the end, and the lock is released.
        drop(first);
        database.wait_for_connections(0);
        let mut second = Recording::on(database);
        second.read(90_000, &[stays.clone(), comes.clone()], false);
        second.read(95_000, std::slice::from_ref(&comes), true);
        let mut writer = second.end();
        let mut at = |time| query::at(writer.database(), time, None, LATER).unwrap();
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
            [
                ("A", SessionState::Seen, 90_000, Some(95_000)),
                ("B", SessionState::Seen, 45_000, Some(90_000))
            ]
        );
        assert_eq!(at(40_000).nodes[0].unwatched, []);
        let between =
            query::between(writer.database(), TimeRange { from: 0, to: 95_000 }, None, LATER).unwrap();
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
            [TimeRange { from: 0, to: 10_000 }, TimeRange { from: 45_000, to: 90_000 }]
        );
        assert_eq!(check::check(writer.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_session_is_proved_from_its_creation_time_to_the_first_list_with_it() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        recording.read(20_000, &[session("A", "billy", 13_000)], true);
        recording.read(30_000, &[session("A", "billy", 13_000)], true);
        let mut writer = recording.end();
        let mut at = |time| query::at(writer.database(), time, None, LATER).unwrap();
        assert_eq!(at(12_999).sessions, []);
        for (time, state) in [
            (13_000, SessionState::Proved),
            (19_999, SessionState::Proved),
            (20_000, SessionState::Seen),
            (25_000, SessionState::Seen),
        ] {
            assert_eq!(summary(&at(time)), [("A", state, 30_000, None)], "{time}");
            assert_eq!(at(time).nodes[0].unwatched, [], "{time}");
        }
    });
}

#[test]
fn keeps_what_was_read_before_the_database_could_be_opened() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [stays, leaves] = [("A", 1_000), ("B", 2_000)].map(|(id, at)| session(id, "billy", at));
        let both = [stays.clone(), leaves];
        let steps = vec![
            ReadStep::List(list(&both, 10_000)),
            ReadStep::Seen { time: 15_000, is_continuous: true, missing_kinds: Vec::new() },
            ReadStep::Changes(changes(&both, 15_000, std::slice::from_ref(&stays), 20_000, true)),
        ];
        let latest = Some(list(&[stays], 20_000));
        let node = NodeSteps { steps, latest, ..recording.steps(failed(0), None) };
        recording.write(node);
        let range = TimeRange { from: 0, to: 30_000 };
        let stored = query::between(recording.database(), range, None, LATER).unwrap();
        let expected =
            [("A", SessionState::Unknown, 20_000, None), ("B", SessionState::Left, 15_000, Some(20_000))];
        assert_eq!(summary(&stored), expected);
    });
}

#[test]
fn a_failed_read_is_a_gap_and_no_departure() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let sessions = [session("A", "billy", 0)];
        recording.read(10_000, &sessions, false);
        recording.read(15_000, &sessions, true);
        recording.fail(20_000);
        recording.read(40_000, &sessions, false);
        let stored = query::at(recording.database(), 20_000, None, LATER).unwrap();
        assert_eq!(summary(&stored), [("A", SessionState::Proved, 40_000, None)]);
    });
}

#[test]
fn a_time_without_coverage_has_the_gap_around_it() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let sessions = [session("A", "billy", 1_000)];
        for (time, is_continuous) in [(10_000, false), (15_000, true), (60_000, false), (65_000, true)] {
            recording.read(time, &sessions, is_continuous);
        }
        recording.fail(70_000);
        let mut unwatched =
            |time| query::at(recording.database(), time, None, LATER).unwrap().nodes.remove(0).unwatched;
        for (time, from, to) in [
            (9_999, i64::MIN, 10_000),
            (15_001, 15_000, 60_000),
            (59_999, 15_000, 60_000),
            (65_001, 65_000, i64::MAX),
        ] {
            assert_eq!(unwatched(time), [TimeRange { from, to }], "{time}");
        }
        for time in [10_000, 12_000, 15_000, 60_000, 65_000] {
            assert_eq!(unwatched(time), [], "{time}");
        }
    });
}

#[test]
fn a_session_that_is_on_is_present_while_a_recorder_runs() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        let mut state = |now| {
            let range = TimeRange { from: 0, to: 100_000 };
            query::between(recording.database(), range, None, now).unwrap().sessions[0].state
        };
        assert_eq!(state(30_000), SessionState::Present);
        assert_eq!(state(100_000), SessionState::Unknown);
        recording.fail(11_000);
        let range = TimeRange { from: 0, to: 100_000 };
        let stored = query::between(recording.database(), range, None, 12_000).unwrap();
        assert_eq!(stored.sessions[0].state, SessionState::Unknown);
    });
}

#[test]
fn an_unchanged_list_is_written_every_30_seconds() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let sessions = [session("A", "billy", 0)];
        let mut written = Vec::new();
        for time in (0..=70_000).step_by(5_000) {
            recording.read(time, &sessions, time > 0);
            let rows = recording.database().query(r#"SELECT "to" FROM coverage"#, Vec::new()).unwrap();
            written.push(rows[0][0].integer().unwrap());
        }
        written.dedup();
        assert_eq!(written, [0, 30_000, 60_000]);
    });
}

#[test]
fn a_change_ends_a_session_and_begins_another() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        recording.read(15_000, &[session("A", "anna", 0)], true);
        let user = |recording: &mut Recording, time| {
            let stored = query::at(recording.database(), time, None, LATER).unwrap();
            assert_eq!(stored.sessions.len(), 1);
            stored.sessions[0].session.username.clone().unwrap()
        };
        assert_eq!(&*user(&mut recording, 10_000), "billy");
        assert_eq!(&*user(&mut recording, 15_000), "anna");
    });
}

#[test]
fn a_second_recorder_stands_by_until_the_first_has_ended() {
    on_each_database(|database| {
        let (mut first, mut second) = (Recording::on(database), Recording::on(database));
        let sessions = [session("A", "billy", 0)];
        for time in [10_000, 15_000] {
            first.read(time, &sessions, time > 10_000);
            second.read(time + 1_000, &sessions, time > 10_000);
        }
        let rows = first.database().query("SELECT COUNT(*) FROM coverage", Vec::new()).unwrap();
        assert_eq!(rows[0][0].integer(), Some(1));
        drop(first);
        database.wait_for_connections(1);
        // It begins with the whole list.
        second.read(20_000, &[], true);
        let stored = query::at(second.database(), 20_000, None, LATER).unwrap();
        assert_eq!(stored.sessions, []);
        let rows =
            second.database().query("SELECT COUNT(*) FROM coverage WHERE is_open = 1", Vec::new()).unwrap();
        assert_eq!(rows[0][0].integer(), Some(1));
        assert_eq!(check::check(second.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_clock_that_is_set_back_makes_no_negative_interval() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(1_000_000, &[session("A", "billy", 990_000), session("B", "anna", 0)], false);
        recording.read(1_005_000, &[session("A", "billy", 990_000), session("B", "anna", 0)], true);
        recording.read(400_000, &[session("B", "anna", 0), session("C", "carl", 1_004_000)], false);
        recording.read(405_000, &[], true);
        recording.read(2_000_000, &[session("C", "carl", 1_004_000)], false);
        let mut writer = recording.end();
        assert_eq!(check::check(writer.database()).unwrap(), [] as [String; 0]);
    });
}

/// A recorder whose connection was lost has another one with the same name.
#[test]
fn another_connection_of_a_recorder_continues() {
    on_each_database(|database| {
        let mut recording = Recording::new(database.open_as("recorder"), "http://a.example:8088");
        recording.read(10_000, &[session("A", "billy", 0)], false);
        recording.fail(12_000);
        let mut backlog = recording.steps(failed(12_000), None);
        let lists = [vec![session("B", "anna", 11_000)], vec![session("C", "carl", 21_000)]];
        let (mut before, mut previous) = (vec![session("A", "billy", 0)], 10_000);
        for (time, list) in [20_000, 25_000].into_iter().zip(&lists) {
            backlog.steps.push(ReadStep::Changes(changes(&before, previous, list, time, previous > 10_000)));
            backlog.latest = Some(super::list(list, time));
            (before, previous) = (list.clone(), time);
        }
        drop(recording);
        database.wait_for_connections(0);
        let mut writer = Writer::new(database.open_as("recorder"));
        writer.write(&[backlog], &mut Standby::default()).unwrap();
        let stored =
            query::between(writer.database(), TimeRange { from: 0, to: 30_000 }, None, LATER).unwrap();
        assert_eq!(
            summary(&stored),
            [
                ("A", SessionState::LeftBetween, 10_000, Some(20_000)),
                ("B", SessionState::Left, 20_000, Some(25_000)),
                ("C", SessionState::Unknown, 25_000, None),
            ]
        );
        assert_eq!(stored.nodes[0].unwatched.len(), 3, "{:?}", stored.nodes[0]);
    });
}

#[test]
fn a_query_sees_one_state_of_the_database() {
    const SESSIONS: i64 = 150;
    on_each_database(|database| {
        let sessions: Vec<_> = (0..SESSIONS).map(|id| session(&format!("S{id}"), "billy", 0)).collect();
        Recording::on(database).read(1_000, &[], false);
        let mut history = History::open_read_only(&database.location).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                database.wait_for_connections(1);
                let mut recording = Recording::on(database);
                recording.read(1_000, &[], false);
                // Each read finds one session more.
                for (seen, time) in (1..=sessions.len()).zip((2_000..).step_by(1_000)) {
                    recording.read(time, &sessions[..seen], true);
                }
            });
            loop {
                let info = history.info().unwrap();
                let watched_until = info.nodes[0].watched.unwrap().to;
                assert_eq!(watched_until, (info.sessions + 1) * 1_000);
                if info.sessions == SESSIONS {
                    break;
                }
            }
        });
    });
}

#[cfg(unix)]
#[test]
fn two_recorders_with_different_paths_of_one_file_know_each_other() {
    let folder = temporary();
    let path = folder.path().join("history.db");
    let mut first = Recording::open(&path);
    first.read(10_000, &[session("A", "billy", 0)], false);
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut second = Recording::open(&link);
    second.read(11_000, &[], false);
    second.read(16_000, &[], true);
    let rows = second.database().query("SELECT COUNT(*) FROM coverage", Vec::new()).unwrap();
    assert_eq!(rows[0][0].integer(), Some(1));
    drop(first);
    second.read(21_000, &[], true);
    let rows =
        second.database().query("SELECT COUNT(*) FROM coverage WHERE is_open = 1", Vec::new()).unwrap();
    assert_eq!(rows[0][0].integer(), Some(1));
    let stored = query::at(second.database(), 21_000, None, LATER).unwrap();
    assert_eq!(stored.sessions, []);
}
