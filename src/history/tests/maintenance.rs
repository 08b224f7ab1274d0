//! Purges, checks and versions of the schema, with both databases.

use super::*;
use crate::history::clock_check::Clocks;
use crate::history::retention::Retention;

#[test]
fn a_purge_removes_old_sessions_and_their_texts() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
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
            match purge.step(writer.database(), 0).unwrap() {
                PurgeProgress::Running { sessions } => batches.push(sessions),
                PurgeProgress::Done { sessions } => break sessions,
            }
        };
        assert_eq!((removed, batches.as_slice()), (12_000, &[5_000, 10_000, 12_000][..]));
        let texts = writer.database().query("SELECT value FROM text ORDER BY value", Vec::new()).unwrap();
        let texts: Vec<&str> = texts.iter().map(|row| &**row[0].text().unwrap()).collect();
        assert_eq!(texts, ["Packaging", "billy"]);
        // What it removed doesn't look as if there had been none.
        let mut unwatched =
            |time| query::at(writer.database(), time, None, LATER).unwrap().nodes.remove(0).unwatched;
        assert_eq!(unwatched(13_999), [TimeRange { from: i64::MIN, to: 14_000 }]);
        assert_eq!(unwatched(14_000), []);
        let mut purge = Purge::user("billy");
        while purge.step(writer.database(), 0).unwrap() != (PurgeProgress::Done { sessions: 1 }) {}
        let texts = writer.database().query("SELECT value FROM text", Vec::new()).unwrap();
        assert_eq!(texts, [] as [Vec<_>; 0]);
        // Nor are they in parts of the files that are free.
        let Location::File(path) = &database.location else { return };
        for name in ["history.db", "history.db-wal"] {
            let bytes = std::fs::read(path.with_file_name(name)).unwrap();
            for text in ["billy", "user 11999"] {
                assert!(!bytes.windows(text.len()).any(|part| part == text.as_bytes()), "{text} in {name}");
            }
        }
    });
}

#[test]
fn a_purge_keeps_sessions_that_are_being_recorded() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [stays, leaves] = [session("A", "billy", 0), session("B", "anna", 0)];
        recording.read(10_000, &[stays.clone(), leaves], false);
        recording.read(12_000, std::slice::from_ref(&stays), true);
        // This read isn't written yet.
        recording.read(30_000, &[stays], true);
        let mut other = database.open();
        let mut count = |before| {
            let mut purge = Purge::before(before);
            loop {
                if let PurgeProgress::Done { sessions } = purge.step(&mut *other, before).unwrap() {
                    break sessions;
                }
            }
        };
        assert_eq!(count(35_000), 1);
        assert_eq!(count(LATER), 0);
        let stored = query::at(recording.database(), 12_000, None, LATER).unwrap();
        assert_eq!(summary(&stored).len(), 1);
        // Without a recorder it isn't known when the session ended.
        recording.read(50_000, &[session("A", "billy", 0)], true);
        drop(recording);
        database.wait_for_connections(1);
        assert_eq!(count(50_000), 0);
        assert_eq!(count(50_001), 1);
    });
}

/// A recorder that can't write for a while has no connection, and continues with another one.
#[test]
fn a_purge_while_a_recorder_cannot_write_loses_no_session_that_is_on() {
    on_each_database(|database| {
        let sessions = [session("A", "billy", 1_000), session("B", "anna", 2_000)];
        let purges = [Purge::before(50_000), Purge::before(10_000), Purge::user("billy")];
        let expected = [&["A", "B"][..], &["A", "B"], &["B"]];
        for (index, (mut purge, expected)) in purges.into_iter().zip(expected).enumerate() {
            let (url, name) = (format!("http://n{index}:8088"), format!("recorder {index}"));
            let mut recording = Recording::new(database.open_as(&name), &url);
            recording.read(10_000, &sessions, false);
            drop(recording.writer);
            database.wait_for_connections(0);
            let mut other = database.open();
            while !matches!(purge.step(&mut *other, 0).unwrap(), PurgeProgress::Done { .. }) {}
            drop(other);
            // What was read meanwhile.
            let mut backlog = Recording::new(database.open_as(&name), &url);
            backlog.list = Some((sessions.to_vec(), 10_000));
            backlog.read(60_000, &sessions, false);
            backlog.read(65_000, &sessions, true);
            let stored = query::at(backlog.database(), 65_000, Some(&url.as_str().into()), LATER).unwrap();
            let found: Vec<&str> = summary(&stored).iter().map(|(id, ..)| *id).collect();
            assert_eq!(found, expected);
            assert_eq!(check::check(backlog.database()).unwrap(), [] as [String; 0]);
            drop(backlog);
            database.wait_for_connections(0);
        }
    });
}

#[test]
fn a_clock_that_is_set_ahead_removes_nothing_while_it_is_not_trusted() {
    on_each_database(|database| {
        const DAY_MS: i64 = 24 * 3_600_000;
        let now = 1_800_000_000_000;
        let mut recording = Recording::on(database);
        recording.read(now - 2 * DAY_MS, &[session("A", "billy", 0)], false);
        recording.read(now - DAY_MS / 2, &[], true);
        let mut retention = Retention::new(Some(Duration::from_hours(36)));
        let mut clocks =
            Clocks { instant: Instant::now() + Duration::from_mins(1), now_ms: now, offset_ms: Some(0) };
        let mut run = |recording: &mut Recording, hours: u64, jump_ms: i64| {
            clocks.instant += Duration::from_hours(hours);
            clocks.now_ms += i64::try_from(hours).unwrap() * 3_600_000 + jump_ms;
            let mut clocks = clocks;
            // Each batch has a pause.
            for _ in 0..5 {
                retention.run(recording.database(), &mut clocks).unwrap();
                clocks.instant += Duration::from_secs(1);
            }
            count(recording.database(), "SELECT COUNT(*) FROM session")
        };
        assert_eq!(run(&mut recording, 0, 0), 1);
        assert_eq!(run(&mut recording, 7, 300 * DAY_MS), 1);
        assert_eq!(run(&mut recording, 7, 0), 1);
        assert_eq!(run(&mut recording, 7, -300 * DAY_MS), 1, "it is set right");
        assert_eq!(run(&mut recording, 7, 0), 0, "it is old");
        // Another recorder starts while the clock is wrong.
        recording.read(now + 400 * DAY_MS, &[session("B", "billy", 0)], false);
        recording.read(now + 400 * DAY_MS + 5_000, &[], true);
        recording.read(now + 700 * DAY_MS, &[], false);
        let mut retention = Retention::new(Some(Duration::from_hours(36)));
        let instant = Instant::now() + Duration::from_mins(1);
        let mut clocks = Clocks { instant, now_ms: now + 700 * DAY_MS + 60_000, offset_ms: None };
        retention.run(recording.database(), &mut clocks).unwrap();
        assert_eq!(count(recording.database(), "SELECT COUNT(*) FROM session"), 1);
    });
}

#[test]
fn refuses_a_newer_schema() {
    on_each_database(|database| {
        let mut database = database.open();
        schema::migrate(&mut *database).unwrap();
        database.set_schema_version(schema::VERSION + 1).unwrap();
        let error = schema::migrate(&mut *database).unwrap_err();
        assert!(matches!(error, HistoryError::NewerSchema { found, known } if found == known + 1), "{error}");
    });
}

#[test]
fn check_finds_wrong_times_and_doubled_sessions() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0), session("B", "anna", 0)], false);
        recording.read(15_000, &[session("A", "billy", 0)], true);
        let database = recording.database();
        for (sql, problem) in [
            ("UPDATE session SET last_seen = 5 WHERE dc <> 99", "session 2 ends before it begins"),
            (
                "UPDATE session SET last_seen = 10000, dc = 7 WHERE dc <> 99",
                "session 2 has the wrong duration class",
            ),
            ("UPDATE session SET project = 77 WHERE dc = 99", "session 1 has an unknown project"),
        ] {
            database.execute_batch(sql).unwrap();
            let problems = check::check(database).unwrap();
            assert!(problems.iter().any(|found| found == problem), "{problem}: {problems:?}");
        }
        database
            .execute_batch(
                "INSERT INTO session (node, kind, client, created_after, started, first_seen, dc) VALUES (1, 0, 'A', 0, 0, 0, 99)",
            )
            .unwrap();
        let problems = check::check(database).unwrap();
        assert!(problems.contains(&"sessions 1 and 3 are the same one".to_owned()), "{problems:?}");
    });
}
