//! Tests of recorders that fail, come back or share a node.

use super::*;

#[test]
fn a_recorder_that_cannot_read_a_node_leaves_it_to_others() {
    on_each_database(|database| {
        let (mut first, mut second) = (Recording::on(database), Recording::on(database));
        let sessions = [session("A", "billy", 0)];
        // It has never been able to read it.
        first.fail(12_000);
        second.read(10_000, &sessions, false);
        assert_eq!(count(second.database(), "SELECT COUNT(*) FROM coverage WHERE is_open = 1"), 1);
        // Nor can the other one any more, but now the first can.
        second.fail(13_000);
        first.read(15_000, &sessions, false);
        second.read(16_000, &sessions, false);
        assert_eq!(count(second.database(), "SELECT COUNT(*) FROM coverage WHERE is_open = 1"), 1);
        assert_eq!(count(second.database(), "SELECT COUNT(*) FROM coverage"), 2);
        assert_eq!(check::check(second.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_node_that_is_read_less_often_is_watched_without_a_gap() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let sessions = [session("A", "billy", 0)];
        recording.read(10_000, &sessions, false);
        // It seemed idle before the next read, which was due only then.
        recording.writer.end(&[recording.steps(failed(0), None).node]).unwrap();
        recording.every = Some(Duration::from_mins(5));
        recording.read(310_000, &sessions, true);
        assert_eq!(count(recording.database(), "SELECT COUNT(*) FROM coverage"), 1);
        assert_eq!(count(recording.database(), "SELECT every FROM coverage WHERE is_open = 1"), 300_000);
        let stored = query::at(recording.database(), 200_000, None, LATER).unwrap();
        assert_eq!(summary(&stored), [("A", SessionState::Seen, 310_000, None)]);
    });
}

#[test]
fn a_node_that_another_reader_of_the_process_goes_on_with_is_watched_without_a_gap() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [stays, leaves, comes] = ["A", "B", "C"].map(|id| session(id, "billy", 0));
        let first_list = |recording: &mut Recording, time, sessions: &[SessionRecord]| {
            recording.list = None;
            recording.read(time, sessions, false);
        };
        recording.read(10_000, &[stays.clone(), leaves], false);
        recording.read(15_000, std::slice::from_ref(&stays), true);
        // The background reads it once a minute.
        recording.every = Some(Duration::from_mins(1));
        first_list(&mut recording, 75_000, &[stays.clone(), comes.clone()]);
        recording.every = Some(Duration::from_secs(5));
        first_list(&mut recording, 130_000, &[stays.clone(), comes.clone()]);
        // It gets another name.
        recording.writer.end(&[recording.steps(failed(0), None).node]).unwrap();
        recording.gateway = "South";
        first_list(&mut recording, 135_000, &[stays.clone(), comes.clone()]);
        let coverage = "SELECT COUNT(*) FROM coverage";
        assert_eq!(count(recording.database(), coverage), 1);
        let (sessions, gaps) = known(recording.database(), 135_000);
        assert_eq!(
            sessions,
            [
                ("A".to_owned(), 10_000, 135_000, None),
                ("B".to_owned(), 10_000, 10_000, Some(15_000)),
                ("C".to_owned(), 75_000, 135_000, None),
            ]
        );
        assert_eq!(gaps, 0);
        // Too late, after a failure, and with manual refresh.
        first_list(&mut recording, 156_000, std::slice::from_ref(&stays));
        assert_eq!(count(recording.database(), coverage), 2);
        recording.fail(157_000);
        first_list(&mut recording, 158_000, std::slice::from_ref(&stays));
        assert_eq!(count(recording.database(), coverage), 3);
        recording.every = None;
        first_list(&mut recording, 159_000, std::slice::from_ref(&stays));
        assert_eq!(count(recording.database(), coverage), 4);
        assert_eq!(check::check(recording.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn steps_that_were_written_before_the_connection_was_lost_are_not_repeated() {
    on_each_database(|database| {
        let mut recording = Recording::new(database.open_as("recorder"), "http://a.example:8088");
        let lists = [vec![], vec![session("S", "billy", 0)], vec![], vec![session("S", "billy", 0)], vec![]];
        recording.read(10_000, &lists[0], false);
        let mut batch = recording.steps(failed(0), Some((&lists[4], 50_000)));
        batch.steps = (1_i64..5)
            .map(|index| {
                let [before, after] = [index - 1, index].map(|index| &lists[usize::try_from(index).unwrap()]);
                ReadStep::Changes(changes(before, index * 10_000, after, (index + 1) * 10_000, true))
            })
            .collect();
        recording.write(batch.clone());
        drop(recording);
        database.wait_for_connections(0);
        let mut writer = Writer::new(database.open_as("recorder"));
        writer.write(&[batch], &mut Standby::default()).unwrap();
        assert_eq!(count(writer.database(), "SELECT COUNT(*) FROM session"), 2);
        assert_eq!(check::check(writer.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_kind_that_is_listed_again_ends_the_sessions_that_left_meanwhile() {
    on_each_database(|database| {
        let perspective =
            |id: &str| SessionRecord { kind: Some(SessionKind::Perspective), ..session(id, "billy", 0) };
        let mut first = Recording::on(database);
        first.read(10_000, &[perspective("P"), perspective("Q")], false);
        drop(first);
        database.wait_for_connections(0);
        let mut second = Recording::on(database);
        let mut unlisted = list(&[], 20_000);
        unlisted.missing_kinds = vec![SessionKind::Perspective];
        let mut steps = second.steps(ReadStep::List(unlisted.clone()), None);
        steps.latest = Some(unlisted);
        second.write(steps);
        let mut listed = changes(&[], 20_000, &[], 25_000, true);
        listed.listed_kinds = vec![SessionKind::Perspective];
        listed.listed = vec![perspective("Q")];
        second.write(second.steps(ReadStep::Changes(listed), None));
        let range = TimeRange { from: 0, to: 30_000 };
        let stored = query::between(second.database(), range, None, LATER).unwrap();
        assert_eq!(
            summary(&stored),
            [
                ("P", SessionState::LeftBetween, 10_000, Some(25_000)),
                ("Q", SessionState::Unknown, 25_000, None),
            ]
        );
    });
}

#[test]
fn a_node_of_two_gateways_is_written_through_one() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let sessions = [session("A", "billy", 0)];
        recording.read(10_000, &sessions, false);
        let mut other = recording.steps(failed(0), None);
        other.node.gateway = "Other".into();
        recording.write(other);
        recording.read(15_000, &sessions, true);
        assert_eq!(count(recording.database(), "SELECT COUNT(*) FROM coverage"), 1);
    });
}

#[test]
fn a_purge_returns_the_space_to_the_system() {
    let folder = temporary();
    let mut recording = Recording::open(&folder.path().join("history.db"));
    let many: Vec<SessionRecord> =
        (0..6_000).map(|index| session(&format!("S{index}"), &format!("user {index}"), 0)).collect();
    recording.read(10_000, &many, false);
    recording.read(15_000, &[], true);
    let mut writer = recording.end();
    let mut purge = Purge::before(20_000);
    while !matches!(purge.step(writer.database(), 0).unwrap(), PurgeProgress::Done { .. }) {}
    let free = count(writer.database(), "PRAGMA freelist_count");
    assert!(free < 10, "{free} free pages");
}

/// The state of another reader of the same process: the name of its gateway, and its last list with
/// its time.
type OtherReader = (&'static str, Option<(Vec<SessionRecord>, i64)>);

/// Records through another reader from now on.
fn switch(recording: &mut Recording, other: &mut OtherReader) {
    std::mem::swap(&mut recording.gateway, &mut other.0);
    std::mem::swap(&mut recording.list, &mut other.1);
}

/// Records a node that a gateway of its own and one of a pair read.
fn record_through_two(recording: &mut Recording) -> OtherReader {
    let mut pair = ("Pair", None);
    let before = ["A", "B"].map(|id| session(id, "billy", 0));
    recording.read(10_000, &before, false);
    switch(recording, &mut pair);
    recording.read(12_000, &before, false);
    switch(recording, &mut pair);
    recording.read(15_000, &before, true);
    pair
}

/// Checks that A and the sessions that came since are on, and that B has left.
fn assert_handed_over(recording: &mut Recording, time: i64) {
    let (sessions, _) = known(recording.database(), time);
    let on: Vec<(&str, bool)> =
        sessions.iter().map(|(id, .., missed_at)| (&**id, missed_at.is_none())).collect();
    assert_eq!(on, [("A", true), ("B", false), ("C", true), ("D", true)]);
    assert_eq!(check::check(recording.database()).unwrap(), [] as [String; 0]);
    assert_eq!(count(recording.database(), "SELECT COUNT(*) FROM coverage WHERE is_open = 1"), 1);
}

#[test]
fn a_node_that_is_read_through_another_gateway_from_now_on_loses_no_session() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let mut pair = record_through_two(&mut recording);
        let alone = recording.steps(failed(0), None).node;
        let [stays, comes, last] = ["A", "C", "D"].map(|id| session(id, "billy", 0));
        // The gateway of its own isn't read any more, which shows only after a while.
        switch(&mut recording, &mut pair);
        recording.read(20_000, &[stays.clone(), comes.clone()], true);
        recording.writer.end(&[alone]).unwrap();
        recording.read(25_000, &[stays, comes, last], true);
        assert_handed_over(&mut recording, 25_000);
        // Nor is there a gap.
        let (sessions, gaps) = known(recording.database(), 25_000);
        assert_eq!(sessions[2], ("C".to_owned(), 20_000, 25_000, None));
        assert_eq!(gaps, 0);
        assert_eq!(count(recording.database(), "SELECT COUNT(*) FROM coverage"), 1);
    });
}

#[test]
fn a_node_that_a_second_gateway_cannot_read_is_reachable_as_long_as_the_first_one_reads_it() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let mut pair = record_through_two(&mut recording);
        let alone = recording.steps(failed(0), None).node;
        let before = ["A", "B"].map(|id| session(id, "billy", 0));
        switch(&mut recording, &mut pair);
        recording.fail(18_000);
        switch(&mut recording, &mut pair);
        recording.read(20_000, &before, true);
        recording.read(25_000, &before, true);
        recording.writer.end(&[alone]).unwrap();
        assert_eq!(count(recording.database(), "SELECT COUNT(*) FROM event"), 0);
        switch(&mut recording, &mut pair);
        recording.fail(30_000);
        assert_eq!(count(recording.database(), "SELECT MIN(earliest) FROM event"), 25_000);
        assert_eq!(count(recording.database(), "SELECT MIN(time) FROM event"), 30_000);
    });
}

#[test]
fn a_node_that_only_another_gateway_can_read_loses_no_session() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let mut pair = record_through_two(&mut recording);
        let [stays, comes, last] = ["A", "C", "D"].map(|id| session(id, "billy", 0));
        switch(&mut recording, &mut pair);
        recording.read(17_000, &[stays.clone(), comes.clone()], true);
        switch(&mut recording, &mut pair);
        recording.fail(20_000);
        switch(&mut recording, &mut pair);
        recording.read(22_000, &[stays.clone(), comes.clone()], true);
        recording.read(27_000, &[stays, comes, last], true);
        assert_handed_over(&mut recording, 27_000);
    });
}

/// The client id of a session, its first and last read, and the first read without it.
type StoredTimes = (String, i64, i64, Option<i64>);

/// Returns the sessions of a range, sorted by their client ids, and the number of gaps of their node.
fn known(database: &mut dyn Database, to: i64) -> (Vec<StoredTimes>, usize) {
    let stored = query::between(database, TimeRange { from: 10_000, to }, None, LATER).unwrap();
    let mut sessions: Vec<_> = stored
        .sessions
        .iter()
        .map(|session| {
            let id = session.session.client_id.as_deref().unwrap_or_default().to_owned();
            (id, session.first_seen, session.last_seen, session.missed_at)
        })
        .collect();
    sessions.sort();
    (sessions, stored.nodes[0].unwatched.len())
}

#[test]
fn a_recorder_that_takes_over_writes_what_it_has_read_meanwhile() {
    on_each_database(|database| {
        let (mut first, mut second) = (Recording::on(database), Recording::on(database));
        let [stays, leaves, comes, brief] = ["A", "B", "C", "D"].map(|id| session(id, "billy", 0));
        let before = [stays.clone(), leaves.clone()];
        first.read(10_000, &before, false);
        second.read(11_000, &before, false);
        first.read(15_000, &before, true);
        second.read(16_000, &before, true);
        // Only the first one lists it.
        first.read(16_500, &[stays.clone(), leaves.clone(), brief], true);
        // The second one reads on, while the first hangs and then ends.
        second.read(21_000, &[stays.clone(), leaves], true);
        second.read(26_000, std::slice::from_ref(&stays), true);
        second.read(31_000, &[stays.clone(), comes.clone()], true);
        second.read(36_000, std::slice::from_ref(&stays), true);
        drop(first);
        database.wait_for_connections(1);
        second.read(41_000, std::slice::from_ref(&stays), true);
        let (sessions, gaps) = known(second.database(), 36_000);
        assert_eq!(
            sessions,
            [
                ("A".to_owned(), 10_000, 36_000, None),
                ("B".to_owned(), 10_000, 21_000, Some(26_000)),
                ("C".to_owned(), 31_000, 31_000, Some(36_000)),
                ("D".to_owned(), 16_500, 16_500, Some(21_000)),
            ]
        );
        assert_eq!(gaps, 0);
        assert_eq!(check::check(second.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_recorder_that_begins_late_takes_over_with_a_gap() {
    on_each_database(|database| {
        let mut first = Recording::on(database);
        first.read(10_000, &[session("A", "billy", 0)], false);
        drop(first);
        database.wait_for_connections(0);
        let mut second = Recording::on(database);
        second.read(60_000, &[session("A", "billy", 0)], false);
        second.read(65_000, &[session("A", "billy", 0)], true);
        assert_eq!(known(second.database(), 60_000).1, 1);
    });
}
