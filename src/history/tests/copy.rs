//! Copies between all pairs of databases.

use std::ops::ControlFlow;

use super::database::on_each_pair;
use super::*;
use crate::history::copy::{CopyProgress, copy};

fn copy_all(from: &mut dyn Database, to: &mut dyn Database) -> CopyProgress {
    let progress = copy(from, to, LATER, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(check::check(to).unwrap(), [] as [String; 0]);
    progress
}

fn between(database: &mut dyn Database, to: i64) -> StoredSessions {
    query::between(database, TimeRange { from: 0, to }, None, LATER).unwrap()
}

fn done(total: u64, added: u64) -> CopyProgress {
    CopyProgress { total, done: total, added }
}

#[test]
fn a_copy_answers_as_its_source_and_can_be_repeated() {
    on_each_pair(|from, to| {
        let mut recording = Recording::on(from);
        let nameless = SessionRecord { client_id: None, ..session("", "carl", 0) };
        let first = [session("A", "billy", 0), session("B", "anna", 1_000), nameless.clone(), nameless];
        recording.read(10_000, &first, false);
        recording.read(15_000, &first[..1], true);
        let mut target = to.open();
        schema::migrate(&mut *target).unwrap();
        assert_eq!(copy_all(recording.database(), &mut *target), done(4, 4));
        assert_eq!(between(&mut *target, 20_000), between(recording.database(), 20_000));
        assert_eq!(copy_all(recording.database(), &mut *target), done(4, 0));
        // What goes on in the source goes on in the target.
        recording.read(20_000, &[session("C", "billy", 18_000)], true);
        assert_eq!(copy_all(recording.database(), &mut *target), done(5, 1));
        assert_eq!(between(&mut *target, 30_000), between(recording.database(), 30_000));
        assert_eq!(copy_all(recording.database(), &mut *target), done(5, 0));
        // And back: nothing is new there.
        assert_eq!(copy_all(&mut *target, recording.database()), done(5, 0));
    });
}

#[test]
fn a_copy_can_be_stopped_and_continued() {
    on_each_pair(|from, to| {
        let mut recording = Recording::on(from);
        let many: Vec<SessionRecord> = (0..12_000)
            .map(|index| session(&format!("S{index}"), &format!("user {}", index % 50), 0))
            .collect();
        recording.read(10_000, &many, false);
        recording.read(15_000, &[], true);
        let mut target = to.open();
        schema::migrate(&mut *target).unwrap();
        let stopped = copy(recording.database(), &mut *target, LATER, |_| ControlFlow::Break(())).unwrap();
        assert_eq!(stopped, CopyProgress { total: 12_000, done: 5_000, added: 5_000 });
        assert_eq!(copy_all(recording.database(), &mut *target), done(12_000, 7_000));
    });
}

#[test]
fn a_target_that_was_recorded_later_ends_or_continues_sessions() {
    on_each_pair(|from, to| {
        let [stays, left_later, leaves, comes] = ["A", "B", "C", "D"].map(|id| session(id, "billy", 1_000));
        let mut old = Recording::on(from);
        old.read(10_000, &[stays.clone(), left_later.clone(), leaves], false);
        let mut old = old.end();
        let mut new = Recording::on(to);
        new.read(60_000, &[stays.clone(), left_later.clone(), comes.clone()], false);
        new.read(65_000, &[stays, comes], true);
        let expected = [
            ("A", SessionState::Unknown, 65_000, None),
            ("B", SessionState::Left, 60_000, Some(65_000)),
            ("C", SessionState::LeftBetween, 10_000, Some(60_000)),
            ("D", SessionState::Unknown, 65_000, None),
        ];
        assert_eq!(copy_all(old.database(), new.database()), done(3, 1));
        assert_eq!(summary(&between(new.database(), 70_000)), expected);
        let first_seen: Vec<i64> =
            between(new.database(), 70_000).sessions.iter().map(|stored| stored.first_seen).collect();
        assert_eq!(first_seen.iter().filter(|time| **time == 10_000).count(), 3, "{first_seen:?}");
        assert_eq!(copy_all(old.database(), new.database()), done(3, 0));
        assert_eq!(summary(&between(new.database(), 70_000)), expected);
        // The recorder of the target goes on.
        new.read(70_000, &[], true);
        assert_eq!(check::check(new.database()).unwrap(), [] as [String; 0]);
    });
}

#[test]
fn a_database_is_not_copied_into_itself_whatever_its_address_is() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[SessionRecord { client_id: None, ..session("", "carl", 0) }], false);
        // The address of another connection may be written in any way.
        let mut other = database.open();
        let result = copy(recording.database(), &mut *other, LATER, |_| ControlFlow::Continue(()));
        assert!(matches!(result, Err(HistoryError::SameHistory)), "{result:?}");
        let rows = other.query("SELECT COUNT(*) FROM session", Vec::new()).unwrap();
        assert_eq!(rows[0][0].integer(), Some(1));
        let marks = other.query("SELECT key FROM meta WHERE key LIKE 'copy%'", Vec::new()).unwrap();
        assert_eq!(marks, [] as [Vec<_>; 0]);
    });
}
