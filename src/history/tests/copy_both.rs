//! Copies into a history that has recorded the same node itself.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::database::on_each_pair;
use super::*;
use crate::history::copy::{CopyProgress, copy};

fn copy_at(from: &mut dyn Database, to: &mut dyn Database, now: i64) -> CopyProgress {
    let progress = copy(from, to, now, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(check::check(to).unwrap(), [] as [String; 0]);
    progress
}

fn copy_all(from: &mut dyn Database, to: &mut dyn Database) -> CopyProgress {
    copy_at(from, to, LATER)
}

fn done(total: u64, added: u64) -> CopyProgress {
    CopyProgress { total, done: total, added }
}

/// The client id, user, creation time, first, last and missed time of a session.
type Row = (Option<String>, Option<String>, Option<i64>, i64, i64, Option<i64>);

fn rows(database: &mut dyn Database) -> Vec<Row> {
    let stored = query::between(database, TimeRange { from: 0, to: 1_000_000 }, None, LATER).unwrap();
    let rows = stored.sessions.into_iter().map(|stored| {
        let text = |text: Option<Arc<str>>| text.map(|text| text.to_string());
        let (id, user) = (text(stored.session.client_id), text(stored.session.username));
        (id, user, stored.session.creation_time, stored.first_seen, stored.last_seen, stored.missed_at)
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort();
    rows
}

fn row(client_id: &str, created: Option<i64>, first: i64, last: i64, missed_at: Option<i64>) -> Row {
    (Some(client_id.to_owned()), Some("billy".to_owned()), created, first, last, missed_at)
}

/// Copies, and does it again, which must not change anything.
fn copy_twice(from: &mut dyn Database, to: &mut dyn Database) -> (CopyProgress, Vec<Row>) {
    let progress = copy_all(from, to);
    let copied = rows(to);
    assert_eq!(copy_all(from, to), CopyProgress { added: 0, ..progress });
    assert_eq!(rows(to), copied);
    (progress, copied)
}

#[test]
fn sessions_that_both_know_are_merged() {
    on_each_pair(|from, to| {
        let [stay, both, leave] = ["stay", "both", "leave"].map(|id| session(id, "billy", 1_000));
        let (mut source, mut target) = (Recording::on(from), Recording::on(to));
        // Their clocks differ by some milliseconds.
        target.clock_offset = 3;
        source.read(10_000, &[stay.clone(), both.clone(), leave.clone()], false);
        target.read(14_000, &[stay.clone(), both.clone(), leave.clone()], false);
        source.read(15_000, &[stay.clone(), both.clone(), leave], true);
        target.read(18_000, &[stay.clone(), both.clone()], true);
        source.read(19_000, &[stay.clone(), both.clone()], true);
        let mut source = source.end();
        target.read(23_000, std::slice::from_ref(&stay), true);
        target.read(28_000, std::slice::from_ref(&stay), true);
        let (progress, copied) = copy_twice(source.database(), target.database());
        assert_eq!(progress, done(3, 0));
        let created = Some(1_000);
        assert_eq!(
            copied,
            [
                row("both", created, 10_000, 19_000, Some(23_000)),
                row("leave", created, 10_000, 15_000, Some(18_000)),
                row("stay", created, 10_000, 23_000, None),
            ]
        );
        let at = query::at(target.database(), 24_000, None, LATER).unwrap();
        assert_eq!(at.sessions.len(), 1);
    });
}

#[test]
fn a_session_that_left_since_the_last_copy_is_not_doubled() {
    on_each_pair(|from, to| {
        let timeless = |id: &str| SessionRecord { creation_time: None, ..session(id, "billy", 0) };
        let sessions = [session("A", "billy", 1_000), timeless("P")];
        let (mut source, mut target) = (Recording::on(from), Recording::on(to));
        source.clock_offset = 5;
        source.read(10_000, &sessions, false);
        let mut source = source.end();
        target.read(20_000, &sessions, false);
        assert_eq!(copy_all(source.database(), target.database()), done(2, 0));
        target.read(25_000, &[], true);
        let (progress, copied) = copy_twice(source.database(), target.database());
        assert_eq!(progress, done(2, 0));
        assert_eq!(
            copied,
            [
                row("A", Some(1_000), 10_000, 20_000, Some(25_000)),
                row("P", None, 10_000, 20_000, Some(25_000))
            ]
        );
    });
}

#[test]
fn a_source_that_was_recorded_later_ends_or_continues_sessions() {
    on_each_pair(|from, to| {
        let [stays, leaves] = ["A", "B"].map(|id| session(id, "billy", 1_000));
        let mut target = Recording::on(to);
        target.read(10_000, &[stays.clone(), leaves], false);
        let mut target = target.end();
        let mut source = Recording::on(from);
        source.read(60_000, std::slice::from_ref(&stays), false);
        source.read(65_000, std::slice::from_ref(&stays), true);
        let (progress, copied) = copy_twice(source.database(), target.database());
        assert_eq!(progress, done(1, 0));
        let created = Some(1_000);
        assert_eq!(
            copied,
            [row("A", created, 10_000, 60_000, None), row("B", created, 10_000, 10_000, Some(60_000))]
        );
    });
}

#[test]
fn a_session_that_changed_back_keeps_its_parts() {
    on_each_pair(|from, to| {
        let [billy, anna] = ["billy", "anna"].map(|user| session("A", user, 1_000));
        let (mut source, mut target) = (Recording::on(from), Recording::on(to));
        for (time, session) in [(10_000, &billy), (20_000, &anna), (30_000, &billy), (40_000, &anna)] {
            source.read(time, std::slice::from_ref(session), time > 10_000);
            target.read(time + 1_000, std::slice::from_ref(session), time > 10_000);
        }
        let (progress, copied) = copy_twice(source.database(), target.database());
        assert_eq!(progress, done(4, 0));
        let times: BTreeSet<(i64, Option<i64>)> = copied.iter().map(|row| (row.3, row.5)).collect();
        let expected = [(10, Some(20)), (20, Some(30)), (30, Some(40)), (40, None)];
        let expected = expected
            .map(|(first, missed_at)| (first * 1_000, missed_at.map(|missed_at: i64| missed_at * 1_000)));
        assert_eq!(times, BTreeSet::from(expected));
    });
}

#[test]
fn equal_sessions_without_an_id_are_merged_one_by_one() {
    on_each_pair(|from, to| {
        let nameless = SessionRecord { client_id: None, ..session("", "carl", 1_000) };
        let (mut source, mut target) = (Recording::on(from), Recording::on(to));
        let two = [nameless.clone(), nameless.clone()];
        source.read(10_000, &two, false);
        target.read(11_000, &two, false);
        source.read(15_000, &two[..1], true);
        target.read(16_000, &two[..1], true);
        let (progress, copied) = copy_twice(source.database(), target.database());
        assert_eq!((progress, copied.len()), (done(2, 0), 2));
    });
}

#[test]
fn a_recorder_of_the_target_ends_its_sessions_itself() {
    on_each_pair(|from, to| {
        let [stays, comes] = ["A", "B"].map(|id| session(id, "billy", 1_000));
        let (mut source, mut target) = (Recording::on(from), Recording::on(to));
        source.read(10_000, std::slice::from_ref(&stays), false);
        target.read(12_000, std::slice::from_ref(&stays), false);
        // The recorder of the target hasn't read the node since then.
        source.read(13_000, &[stays.clone(), comes.clone()], true);
        source.read(14_000, std::slice::from_ref(&comes), true);
        let copied = CopyProgress { total: 2, done: 1, added: 0 };
        assert_eq!(copy_at(source.database(), target.database(), 14_500), copied);
        let created = Some(1_000);
        assert_eq!(rows(target.database()), [row("A", created, 10_000, 12_000, None)]);
        let mut source = source.end();
        let result = copy(source.database(), target.database(), 14_500, |_| ControlFlow::Continue(()));
        assert!(matches!(result, Err(HistoryError::IncompleteCopy { copied: 1, total: 2 })), "{result:?}");
        // Now it has, and lists neither.
        target.read(17_000, &[], true);
        let (progress, copied) = copy_twice(source.database(), target.database());
        assert_eq!(progress, done(2, 1));
        assert_eq!(
            copied,
            [
                row("A", created, 10_000, 13_000, Some(14_000)),
                row("B", created, 13_000, 14_000, Some(17_000))
            ]
        );
    });
}

#[test]
fn a_session_that_ends_during_the_copy_is_copied() {
    on_each_pair(|from, to| {
        let mut recording = Recording::on(from);
        recording.read(10_000, &[session("A", "billy", 1_000)], false);
        let (mut source, mut target) = (from.open(), to.open());
        schema::migrate(&mut *target).unwrap();
        let mut has_ended = false;
        let progress = copy(&mut *source, &mut *target, LATER, |_| {
            if !std::mem::replace(&mut has_ended, true) {
                recording.read(15_000, &[], true);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(progress.unwrap(), done(1, 1));
        assert_eq!(rows(&mut *target), [row("A", Some(1_000), 10_000, 10_000, Some(15_000))]);
    });
}

/// Two recorders read one node at random times, sometimes without one kind. What they saw is true in the copy.
#[test]
fn a_copy_knows_what_either_side_saw() {
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (from, to) = (TestDatabase::sqlite(), TestDatabase::sqlite());
        let truth = sessions_over_time(&mut random);
        let mut sides = [&from, &to].map(Recording::on);
        let mut reads = Vec::new();
        let mut is_on = [false; 2];
        for step in 0..60_i64 {
            for side in 0..2 {
                if random.f32() < 0.1 {
                    is_on[side] = !is_on[side];
                    if !is_on[side] {
                        sides[side].list = None;
                        sides[side].missing.clear();
                        sides[side].writer.end_all().unwrap();
                    }
                } else if is_on[side] && random.f32() < 0.6 {
                    let time = step * 1_000 + i64::try_from(side).unwrap() * 300 + 1;
                    let mut sessions = truth[usize::try_from(step).unwrap()].clone();
                    let missing = [SessionKind::Perspective];
                    let missing = if random.f32() < 0.3 { &missing[..] } else { &[] };
                    sessions.retain(|session| !session.is_of(missing));
                    let is_continuous = sides[side].list.is_some();
                    sides[side].read_partly(time, &sessions, missing, is_continuous);
                    reads.push((time, sessions, missing.to_vec()));
                }
            }
            if random.f32() < 0.05 {
                let [source, target] = &mut sides;
                let _partly = copy(source.database(), target.database(), step * 1_000 + 900, |_| {
                    ControlFlow::Continue(())
                });
            }
        }
        let [mut source, mut target] = sides.map(Recording::end);
        copy_twice(source.database(), target.database());
        for (time, sessions, missing) in &reads {
            let stored = query::at(target.database(), *time, None, LATER).unwrap();
            let stored = stored.sessions.iter().filter(|stored| stored.state != SessionState::Possible);
            let mut stored: Vec<_> = stored.map(|stored| stored.session.clone()).collect();
            stored.retain(|session| !session.is_of(missing));
            let mut listed = sessions.clone();
            stored.sort_by_key(|session| session.client_id.clone());
            listed.sort_by_key(|session| session.client_id.clone());
            assert_eq!(stored, listed, "seed {seed}, time {time}");
        }
    }
}

/// Returns the sessions at each second. Some change their user, and some have no creation time.
fn sessions_over_time(random: &mut fastrand::Rng) -> Vec<Vec<SessionRecord>> {
    let mut sessions: Vec<SessionRecord> = Vec::new();
    let mut next = 0;
    let states = (0..60).map(|second| {
        sessions.retain(|_| random.f32() < 0.9);
        if random.f32() < 0.3 {
            next += 1;
            let created = session(&format!("S{next}"), "billy", second * 1_000 - 500);
            let creation_time = created.creation_time.filter(|_| next % 3 > 0);
            let kind = Some(if next % 2 == 0 { SessionKind::Perspective } else { SessionKind::Vision });
            sessions.push(SessionRecord { kind, creation_time, ..created });
        }
        for session in &mut sessions {
            if random.f32() < 0.05 {
                session.username = Some(format!("user {second}").into());
            }
        }
        sessions.clone()
    });
    states.collect()
}
