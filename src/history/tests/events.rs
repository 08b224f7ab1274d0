//! Outages, restarts and actions, with both databases.

use super::database::on_each_pair;
use super::*;
use crate::history::copy::copy;
use crate::history::database::{Row, Value};
use crate::history::event::{Action, TimedAction};
use std::ops::ControlFlow;

/// Returns the kind, earliest and latest time, and end of each event.
fn events(database: &mut dyn Database) -> Vec<(i64, i64, i64, Option<i64>)> {
    let rows =
        database.query("SELECT kind, earliest, time, back_at FROM event ORDER BY id", Row::new()).unwrap();
    let event = |row: &Row| {
        let [kind, earliest, time, back_at] = &row[..] else { panic!("{row:?}") };
        (kind.integer().unwrap(), earliest.integer().unwrap(), time.integer().unwrap(), back_at.integer())
    };
    rows.iter().map(event).collect()
}

fn numbers(database: &mut dyn Database, sql: &str) -> Vec<Option<i64>> {
    database.query(sql, Row::new()).unwrap().iter().map(|row| row[0].integer()).collect()
}

fn action(time: i64, action: Action) -> TimedAction {
    let node = NodeKey { gateway: "Plant".into(), url: "http://a.example:8088".into() };
    TimedAction { node, time, action }
}

fn purge(database: &mut dyn Database, mut purge: Purge) {
    while !matches!(purge.step(database, 0).unwrap(), PurgeProgress::Done { .. }) {}
}

#[test]
fn an_outage_lasts_from_the_last_read_before_to_the_first_one_after() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        for time in [15_000, 20_000, 50_000, 55_000] {
            recording.fail(time);
        }
        let open = "SELECT last_failed FROM event WHERE is_open = 1";
        assert_eq!(numbers(recording.database(), open), [Some(50_000)], "at most every 30 s");
        recording.read(60_000, &[], false);
        recording.fail(65_000);
        recording.read(70_000, &[], false);
        let expected = [(0, 10_000, 15_000, Some(60_000)), (0, 60_000, 65_000, Some(70_000))];
        assert_eq!(events(recording.database()), expected);
        assert_eq!(numbers(recording.database(), open), []);
        assert_eq!(check::check(recording.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn the_end_of_an_outage_is_unknown_if_no_one_watched() {
    on_each_database(|database| {
        let mut first = Recording::on(database);
        first.read(10_000, &[], false);
        first.fail(15_000);
        drop(first.end());
        database.wait_for_connections(0);
        // After hours, it still can't be read.
        let mut second = Recording::on(database);
        second.fail(10_000_000);
        second.fail(10_040_000);
        assert_eq!(numbers(second.database(), "SELECT is_open FROM event ORDER BY id"), [Some(0), Some(1)]);
        second.read(30_000_000, &[], false);
        let expected = [(0, 10_000, 15_000, None), (0, 10_000_000, 10_000_000, None)];
        assert_eq!(events(second.database()), expected);
        let ends = numbers(second.database(), "SELECT last_failed FROM event ORDER BY id");
        assert_eq!(ends, [Some(15_000), Some(10_040_000)]);
        assert_eq!(check::check(second.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn another_recorder_that_can_read_a_node_ends_its_outage() {
    on_each_database(|database| {
        let (mut first, mut second) = (Recording::on(database), Recording::on(database));
        first.read(10_000, &[], false);
        second.read(11_000, &[], false);
        first.fail(15_000);
        second.read(16_000, &[], true);
        // The first one goes on failing, which is no outage of the node.
        for time in [20_000, 60_000, 100_000] {
            first.fail(time);
            second.read(time + 1_000, &[], true);
        }
        assert_eq!(events(second.database()), [(0, 10_000, 15_000, Some(16_000))]);
    });
}

#[test]
fn an_outage_that_several_recorders_notice_is_one_event() {
    on_each_database(|database| {
        let mut recorders = [(); 3].map(|()| Recording::on(database));
        for (recording, time) in recorders.iter_mut().zip([10_000, 10_100, 10_200]) {
            recording.read(time, &[], false);
        }
        // Each has a read that it hasn't written yet when it can't read the node.
        for (recording, time) in recorders.iter_mut().zip([14_000, 14_100, 14_200]) {
            let mut batch = recording.steps(failed(time + 1_000), Some((&[], 10_000)));
            batch.steps.insert(0, ReadStep::Seen { time, is_continuous: true, missing_kinds: Vec::new() });
            recording.write(batch);
        }
        let [first, second, third] = &mut recorders;
        second.fail(40_000);
        third.read(41_000, &[], false);
        assert_eq!(events(first.database()), [(0, 14_000, 15_000, Some(41_000))]);
    });
}

#[test]
fn a_node_that_was_never_read_has_no_outage() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.fail(10_000);
        assert_eq!(numbers(recording.database(), "SELECT id FROM node"), []);
        assert_eq!(events(recording.database()), []);
    });
}

#[test]
fn steps_that_are_repeated_add_no_events() {
    on_each_database(|database| {
        let mut recording = Recording::new(database.open_as("recorder"), "http://a.example:8088");
        recording.read(10_000, &[], false);
        let mut batch = recording.steps(failed(15_000), Some((&[], 30_000)));
        let mut restarted = changes(&[], 10_000, &[], 20_000, false);
        restarted.restarted = Some(18_000);
        batch.steps.push(ReadStep::Changes(restarted));
        batch.steps.push(ReadStep::Seen { time: 30_000, is_continuous: true, missing_kinds: Vec::new() });
        recording.write(batch.clone());
        let expected = [(0, 10_000, 15_000, Some(20_000)), (1, 10_000, 18_000, None)];
        assert_eq!(events(recording.database()), expected);
        drop(recording);
        database.wait_for_connections(0);
        let mut writer = Writer::new(database.open_as("recorder"));
        writer.write(&[batch], &mut Standby::default()).unwrap();
        assert_eq!(events(writer.database()), expected);
        assert_eq!(check::check(writer.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn actions_are_written_once_by_any_recorder() {
    on_each_database(|database| {
        let (mut first, mut second) = (Recording::on(database), Recording::on(database));
        first.read(10_000, &[], false);
        let text: Arc<str> = "Designer on Sunday: billy\0".into();
        let alert = |is_end, session| Action::Alert { text: text.clone(), is_end, session };
        let actions = [
            action(11_000, Action::Terminated(session("A", "billy", 5_000))),
            action(12_000, Action::SignedIn { username: Some("admin".into()) }),
            action(13_000, alert(false, Some(session("A", "billy", 5_000)))),
            action(13_000, alert(false, None)),
            action(14_000, alert(true, None)),
        ];
        second.writer.write_actions(&actions).unwrap();
        second.writer.write_actions(&actions).unwrap();
        let expected = [(2, 11_000), (3, 12_000), (4, 13_000), (4, 13_000), (5, 14_000)];
        assert_eq!(events(second.database()), expected.map(|(kind, time)| (kind, time, time, None)));
        assert_eq!(check::check(second.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_purge_removes_events() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        recording.fail(15_000);
        recording.read(20_000, &[], false);
        recording.fail(25_000);
        let actions = [
            action(11_000, Action::Terminated(session("A", "billy", 5_000))),
            action(26_000, Action::SignedIn { username: Some("anna".into()) }),
            action(27_000, Action::SignedIn { username: Some("billy".into()) }),
        ];
        recording.writer.write_actions(&actions).unwrap();
        purge(recording.database(), Purge::before(20_001));
        let kinds = |database: &mut dyn Database| numbers(database, "SELECT kind FROM event ORDER BY time");
        assert_eq!(kinds(recording.database()), [0, 3, 3].map(Some));
        purge(recording.database(), Purge::user("billy"));
        assert_eq!(kinds(recording.database()), [0, 3].map(Some));
        let texts = recording.database().query("SELECT value FROM text", Row::new()).unwrap();
        assert_eq!(texts, [[Value::from("anna")]]);
        assert_eq!(check::check(recording.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_copy_has_the_events_and_can_be_repeated() {
    on_each_pair(|from, to| {
        let mut recording = Recording::on(from);
        recording.read(10_000, &[], false);
        recording.fail(15_000);
        let terminated = Action::Terminated(session("A", "billy", 5_000));
        recording.writer.write_actions(&[action(11_000, terminated)]).unwrap();
        let mut target = to.open();
        schema::migrate(&mut *target).unwrap();
        let mut copied = |recording: &mut Recording| {
            copy(recording.database(), &mut *target, LATER, |_| ControlFlow::Continue(())).unwrap();
            assert_eq!(check::check(&mut *target).unwrap(), [] as [String; 0]);
            assert_eq!(events(&mut *target), events(recording.database()));
        };
        copied(&mut recording);
        recording.read(20_000, &[], false);
        copied(&mut recording);
        copied(&mut recording);
    });
}

#[test]
fn check_finds_events_with_wrong_times() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        recording.fail(15_000);
        let database = recording.database();
        for (sql, problem) in [
            ("UPDATE event SET earliest = 99999", "event 1 has wrong times"),
            ("UPDATE event SET project = 77", "event 1 has an unknown project"),
            (
                "INSERT INTO event (node, kind, earliest, time, last_failed, is_open) VALUES (1, 0, 5, 5, 5, 1)",
                "node 1 has two open outages",
            ),
        ] {
            database.execute_batch(sql).unwrap();
            let problems = check::check(database).unwrap();
            assert!(problems.iter().any(|found| found == problem), "{problem}: {problems:?}");
        }
    });
}

#[test]
fn a_purge_of_a_user_removes_alerts_that_list_the_user() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        let texts = [
            "Arrivals: 5 sessions arrived on North: 100% anna, bill_y and 3 more",
            "Arrivals: 2 sessions arrived on North: bill_y",
            "Arrivals: 3 alerts are resolved on North, South: anna, bill_y",
            "Arrivals: 2 sessions arrived on North: bill_y2, billy",
            "Down: 2 nodes can't be reached: North, bill_y",
        ];
        let alert = |(time, text): (i64, &str)| {
            action(time, Action::Alert { text: text.into(), is_end: time % 2 == 0, session: None })
        };
        let actions: Vec<TimedAction> = (20_000..).zip(texts).map(alert).collect();
        recording.writer.write_actions(&actions).unwrap();
        purge(recording.database(), Purge::user("bill_y"));
        let left = recording.database().query("SELECT detail FROM event ORDER BY id", Row::new()).unwrap();
        let left: Vec<&str> = left.iter().map(|row| &**row[0].text().unwrap()).collect();
        assert_eq!(left, texts[3..]);
    });
}
