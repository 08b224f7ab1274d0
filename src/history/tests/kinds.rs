//! Kinds of sessions that can't be read while their node is, with both databases.

use std::ops::ControlFlow;

use super::database::on_each_pair;
use super::*;
use crate::history::chart::{ChartRequest, ChartSplit, chart};
use crate::history::copy::copy;
use crate::history::database::Row;

const PERSPECTIVE: SessionKind = SessionKind::Perspective;

fn perspective(id: &str) -> SessionRecord {
    SessionRecord { kind: Some(PERSPECTIVE), creation_time: None, ..session(id, "billy", 0) }
}

fn vision() -> SessionRecord {
    session("V", "anna", 0)
}

/// Records a node whose Perspective sessions can't be read from after 15,000 to 30,000. Of P, Q and R only P stays.
fn record_a_gap(recording: &mut Recording) {
    let all = [vision(), perspective("P"), perspective("Q"), perspective("R")];
    recording.read(10_000, &all, false);
    recording.read(15_000, &all[..3], true);
    for time in [20_000, 25_000] {
        recording.read_partly(time, &all[..1], &[PERSPECTIVE], true);
    }
    recording.read(30_000, &all[..2], true);
    recording.read(35_000, &all[..2], true);
}

fn at(database: &mut dyn Database, time: i64) -> StoredSessions {
    query::at(database, time, None, LATER).unwrap()
}

fn between(database: &mut dyn Database, range: TimeRange) -> StoredSessions {
    query::between(database, range, None, LATER).unwrap()
}

fn no_problems(database: &mut dyn Database) {
    assert_eq!(check::check(database).unwrap(), [] as [String; 0]);
}

fn text(database: &mut dyn Database, sql: &str) -> Vec<Row> {
    database.query(sql, Row::new()).unwrap()
}

fn purge(database: &mut dyn Database, before: i64) -> u64 {
    let mut purge = Purge::before(before);
    loop {
        if let PurgeProgress::Done { sessions } = purge.step(database, before).unwrap() {
            break sessions;
        }
    }
}

#[test]
fn a_kind_that_cannot_be_read_is_a_gap_of_its_sessions_alone() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        record_a_gap(&mut recording);
        let mut writer = recording.end();
        let database = writer.database();
        let range = TimeRange { from: 10_000, to: 35_000 };
        let stored = between(database, range);
        assert_eq!(
            summary(&stored),
            [
                ("P", SessionState::Unknown, 35_000, None),
                ("Q", SessionState::LeftBetween, 15_000, Some(30_000)),
                ("R", SessionState::Left, 10_000, Some(15_000)),
                ("V", SessionState::Unknown, 35_000, None),
            ]
        );
        let gap = TimeRange { from: 15_000, to: 30_000 };
        assert_eq!(stored.nodes[0].unwatched, []);
        assert_eq!(stored.nodes[0].unwatched_kinds, [(PERSPECTIVE, vec![gap])]);
        let stored = at(database, 22_000);
        assert_eq!(
            summary(&stored),
            [
                ("P", SessionState::Proved, 35_000, None),
                ("Q", SessionState::Possible, 15_000, Some(30_000)),
                ("V", SessionState::Seen, 35_000, None),
            ]
        );
        assert_eq!(stored.nodes[0].unwatched_kinds, [(PERSPECTIVE, vec![gap])]);
        for time in [15_000, 30_000] {
            let stored = at(database, time);
            assert_eq!(stored.nodes[0].unwatched_kinds, []);
            assert!(stored.sessions.iter().all(|session| session.state == SessionState::Seen), "{stored:?}");
        }
        no_problems(database);
    });
}

#[test]
fn sessions_of_a_kind_that_still_cannot_be_read_were_seen_last_before() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[vision(), perspective("P")], false);
        recording.read_partly(15_000, &[vision()], &[PERSPECTIVE], true);
        recording.read_partly(60_000, &[vision()], &[PERSPECTIVE], true);
        let database = recording.database();
        // While the recorder runs.
        let stored = query::between(database, TimeRange { from: 0, to: 60_000 }, None, 61_000).unwrap();
        assert_eq!(
            summary(&stored),
            [("P", SessionState::Unknown, 10_000, None), ("V", SessionState::Present, 61_000, None)]
        );
        assert_eq!(summary(&at(database, 50_000))[0], ("P", SessionState::Possible, 10_000, None));
        let views = "SELECT client_id FROM gatewatch_now WHERE last_seen = first_seen";
        assert_eq!(text(database, views), [["P".into()]]);
        let gaps = "SELECT gateway, kind FROM gatewatch_kind_gaps WHERE unwatched_to IS NULL AND unwatched_from < \
            (SELECT MAX(watched_to) FROM gatewatch_coverage)";
        assert_eq!(text(database, gaps), [["Plant".into(), "Perspective".into()]]);
        let request =
            ChartRequest { from: 0, to: 60_000, buckets: 6, split: ChartSplit::Designer, gateway: None };
        let chart = chart(database, &request, LATER, &|| false).unwrap().unwrap();
        assert_eq!(chart.total, [1, 2, 1, 1, 1, 1]);
        no_problems(database);
    });
}

#[test]
fn a_kind_is_listed_again_by_another_recorder() {
    on_each_database(|database| {
        let mut first = Recording::on(database);
        first.read(10_000, &[vision(), perspective("P"), perspective("Q")], false);
        first.read_partly(15_000, &[vision()], &[PERSPECTIVE], true);
        drop(first);
        database.wait_for_connections(0);
        let mut second = Recording::on(database);
        second.read_partly(20_000, &[vision()], &[PERSPECTIVE], false);
        drop(second);
        database.wait_for_connections(0);
        let mut third = Recording::on(database);
        let created = SessionRecord { creation_time: Some(12_000), ..perspective("S") };
        third.read(25_000, &[vision(), perspective("P"), created], false);
        third.read(30_000, &[vision()], true);
        let database = third.database();
        assert_eq!(
            summary(&between(database, TimeRange { from: 0, to: 30_000 })),
            [
                ("P", SessionState::Left, 25_000, Some(30_000)),
                ("Q", SessionState::LeftBetween, 10_000, Some(25_000)),
                ("S", SessionState::Left, 25_000, Some(30_000)),
                ("V", SessionState::Unknown, 30_000, None),
            ]
        );
        // Its creation time proves it, although the node was read later without it.
        assert_eq!(summary(&at(database, 12_000))[2], ("S", SessionState::Proved, 25_000, Some(30_000)));
        assert_eq!(summary(&at(database, 11_999)).len(), 3);
        no_problems(database);
    });
}

#[test]
fn a_recorder_that_can_read_a_kind_takes_over() {
    on_each_database(|database| {
        let (mut first, mut second) = (Recording::on(database), Recording::on(database));
        let all = [vision(), perspective("P"), perspective("Q")];
        first.read(10_000, &all, false);
        second.read(11_000, &all, false);
        first.read_partly(15_000, &all[..1], &[PERSPECTIVE], true);
        second.read(16_000, &all[..2], true);
        second.read(21_000, &all[..2], true);
        drop(first);
        database.wait_for_connections(1);
        second.read(26_000, &all[..2], true);
        second.read_partly(31_000, &all[..1], &[PERSPECTIVE], true);
        let database = second.database();
        let expected = [
            ("P", SessionState::Unknown, 26_000, None),
            ("Q", SessionState::LeftBetween, 10_000, Some(26_000)),
            ("V", SessionState::Unknown, 31_000, None),
        ];
        assert_eq!(summary(&between(database, TimeRange { from: 0, to: 31_000 })), expected);
        no_problems(database);
    });
}

#[test]
fn the_last_read_of_a_kind_is_found_before_many_gaps_of_the_node() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[vision()], false);
        // Each of them begins a coverage.
        for index in 1..=200 {
            recording.read_partly(10_000 + 60_000 * index, &[vision()], &[PERSPECTIVE], false);
        }
        let created = SessionRecord { creation_time: Some(1_000), ..perspective("P") };
        recording.read(20_000_000, &[vision(), created], false);
        let started = "SELECT started FROM session WHERE client = 'P'";
        assert_eq!(count(recording.database(), started), 10_000, "it wasn't listed then");
        no_problems(recording.database());
    });
}

#[test]
fn a_kind_that_was_never_read_is_not_watched() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read_partly(10_000, &[vision()], &[PERSPECTIVE], false);
        recording.read_partly(15_000, &[vision()], &[PERSPECTIVE], true);
        let created = SessionRecord { creation_time: Some(1_000), ..perspective("P") };
        recording.read(20_000, &[vision(), created], true);
        let database = recording.database();
        for time in [10_000, 17_000] {
            let stored = at(database, time);
            assert_eq!(summary(&stored)[0], ("P", SessionState::Proved, 20_000, None));
            assert_eq!(
                stored.nodes[0].unwatched_kinds,
                [(PERSPECTIVE, vec![TimeRange { from: i64::MIN, to: 20_000 }])]
            );
        }
        no_problems(database);
    });
}

#[test]
fn a_copy_keeps_the_gaps_of_kinds() {
    on_each_pair(|from, to| {
        let mut recording = Recording::on(from);
        record_a_gap(&mut recording);
        recording.read_partly(40_000, &[vision()], &[PERSPECTIVE], true);
        let mut target = to.open();
        schema::migrate(&mut *target).unwrap();
        let mut compare = |recording: &mut Recording| {
            copy(recording.database(), &mut *target, LATER, |_| ControlFlow::Continue(())).unwrap();
            no_problems(&mut *target);
            let all = TimeRange { from: 0, to: 60_000 };
            assert_eq!(between(&mut *target, all), between(recording.database(), all));
            for time in (0..60_000).step_by(2_500) {
                assert_eq!(at(&mut *target, time), at(recording.database(), time), "{time}");
            }
        };
        compare(&mut recording);
        recording.read_partly(45_000, &[vision()], &[PERSPECTIVE], true);
        compare(&mut recording);
        recording.read(50_000, &[vision()], true);
        compare(&mut recording);
        compare(&mut recording);
    });
}

/// The target knows a kind that the source can't read, and the other way round.
#[test]
fn a_kind_is_watched_where_either_side_could_read_it() {
    on_each_pair(|from, to| {
        let all = [vision(), perspective("P")];
        let (mut source, mut target) = (Recording::on(from), Recording::on(to));
        source.read(10_000, &all, false);
        target.read(11_000, &all, false);
        source.read_partly(15_000, &all[..1], &[PERSPECTIVE], true);
        target.read(16_000, &all, true);
        target.read_partly(21_000, &all[..1], &[PERSPECTIVE], true);
        source.read_partly(25_000, &all[..1], &[PERSPECTIVE], true);
        let (mut source, mut target) = (source.end(), target.end());
        for _ in 0..2 {
            copy(source.database(), target.database(), LATER, |_| ControlFlow::Continue(())).unwrap();
            let database = target.database();
            no_problems(database);
            assert_eq!(
                summary(&between(database, TimeRange { from: 0, to: 25_000 })),
                [("P", SessionState::Unknown, 16_000, None), ("V", SessionState::Unknown, 25_000, None)]
            );
            assert_eq!(summary(&at(database, 14_000))[0].1, SessionState::Seen);
            let stored = at(database, 18_000);
            assert_eq!(summary(&stored)[0].1, SessionState::Possible);
            assert_eq!(
                stored.nodes[0].unwatched_kinds,
                [(PERSPECTIVE, vec![TimeRange { from: 16_000, to: i64::MAX }])]
            );
        }
    });
}

#[test]
fn a_purge_removes_gaps_and_sessions_of_a_kind_that_is_not_read_any_more() {
    on_each_database(|test_database| {
        let mut recording = Recording::on(test_database);
        record_a_gap(&mut recording);
        for time in [40_000, 45_000, 100_000] {
            recording.read_partly(time, &[vision()], &[PERSPECTIVE], true);
        }
        let gaps = "SELECT kind FROM kind_gap";
        let database = recording.database();
        assert_eq!(text(database, gaps).len(), 2);
        assert_eq!(purge(database, 30_001), 2, "Q and R");
        assert_eq!(text(database, gaps).len(), 1);
        assert_eq!(purge(database, 40_000), 1, "P was seen last before");
        no_problems(database);
        // It is still there.
        recording.read(105_000, &[vision(), perspective("P")], true);
        let database = recording.database();
        assert_eq!(summary(&at(database, 105_000))[0], ("P", SessionState::Seen, 105_000, None));
        no_problems(database);
        drop(recording);
        test_database.wait_for_connections(0);
        let mut database = test_database.open();
        assert_eq!(purge(&mut *database, 200_000), 2);
        assert_eq!(text(&mut *database, gaps), [] as [Row; 0]);
        assert_eq!(text(&mut *database, "SELECT id FROM node"), [] as [Row; 0]);
    });
}

#[test]
fn check_finds_wrong_gaps_and_sessions() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[perspective("P")], false);
        recording.read_partly(15_000, &[], &[PERSPECTIVE], true);
        let database = recording.database();
        for (sql, problem) in [
            (
                r#"INSERT INTO kind_gap (node, observer, kind, "from") SELECT node, observer, kind, 7 FROM kind_gap"#,
                "kind gap 2 has wrong times, a wrong node, or is open twice",
            ),
            (
                r#"UPDATE kind_gap SET "to" = 5 WHERE id = 1"#,
                "kind gap 1 has wrong times, a wrong node, or is open twice",
            ),
            (
                r#"UPDATE kind_gap SET "to" = 20000, node = 9 WHERE id = 1"#,
                "kind gap 1 has wrong times, a wrong node, or is open twice",
            ),
            ("UPDATE session SET last_seen = 9999", "session 1 was seen last before it was seen first"),
        ] {
            database.execute_batch(sql).unwrap();
            let problems = check::check(database).unwrap();
            assert!(problems.iter().any(|found| found == problem), "{problem}: {problems:?}");
        }
    });
}
