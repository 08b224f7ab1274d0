//! The sessions of a user, with both databases.

use super::*;
use crate::history::HistoryGateway;
use crate::history::stored_sessions::StoredSession;
use crate::history::user_sessions::{LastSessionQuery, UserSessions, last_session, user_sessions};

const DAY_MS: i64 = 24 * 3_600_000;

fn sessions_of(database: &mut dyn Database, username: &str, from: i64, limit: usize) -> UserSessions {
    user_sessions(database, username, from, limit, None, LATER).unwrap()
}

fn last(database: &mut dyn Database, query: &LastSessionQuery<'_>) -> Option<StoredSession> {
    last_session(database, query, LATER, &|| false).unwrap()
}

/// Returns the client id, state and last time of each session.
fn ids(sessions: &[StoredSession]) -> Vec<(&str, SessionState, i64)> {
    sessions
        .iter()
        .map(|stored| (stored.session.client_id.as_deref().unwrap_or("-"), stored.state, stored.last_seen))
        .collect()
}

#[test]
fn lists_those_that_were_on_last_first() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [a, b, c] = ["A", "B", "C"].map(|id| session(id, "billy", 5_000));
        let other = session("D", "anna", 5_000);
        recording.read(10_000, &[a.clone(), b.clone(), c.clone(), other.clone()], false);
        recording.read(15_000, &[b.clone(), c.clone(), other.clone()], true);
        // Not watched for ten minutes.
        recording.read(615_000, &[c.clone(), other], false);
        recording.read(620_000, &[c], true);
        let database = recording.database();
        let expected = [
            ("C", SessionState::Unknown, 620_000),
            ("B", SessionState::LeftBetween, 15_000),
            ("A", SessionState::Left, 10_000),
        ];
        let all = sessions_of(database, "billy", 0, 10);
        assert_eq!((ids(&all.sessions), all.count), (expected.to_vec(), 3));
        let two = sessions_of(database, "billy", 0, 2);
        assert_eq!((ids(&two.sessions), two.count), (expected[..2].to_vec(), 3));
        let late = sessions_of(database, "billy", 700_000, 10);
        assert_eq!(ids(&late.sessions), expected[..1], "the others had left");
        // While it is being recorded.
        let now = user_sessions(database, "billy", 0, 10, None, 625_000).unwrap();
        assert_eq!(ids(&now.sessions)[0], ("C", SessionState::Present, 625_000));
        for other in ["bill", "Billy", "Packaging", "billy "] {
            assert_eq!(sessions_of(database, other, 0, 10), UserSessions::default());
        }
    });
}

#[test]
fn lists_sessions_of_one_gateway() {
    on_each_database(|database| {
        for (gateway, time) in [("a", 10_000), ("b", 20_000)] {
            let url = format!("http://{gateway}.example:8088");
            let mut recording = Recording { gateway, ..Recording::new(database.open(), &url) };
            recording.read(time, &[session(gateway, "billy", 0)], false);
            recording.read(time + 1_000, &[], true);
        }
        let mut database = database.open();
        for (gateway, expected) in [(None, "b"), (Some("a"), "a"), (Some("http://a.example:8088"), "a")] {
            let gateway = gateway.map(HistoryGateway::from);
            let gateway = gateway.as_ref();
            let sessions = user_sessions(&mut *database, "billy", 0, 10, gateway, LATER).unwrap();
            assert_eq!(ids(&sessions.sessions)[0].0, expected);
            assert_eq!(sessions.count, if gateway.is_some() { 1 } else { 2 });
            let query = LastSessionQuery { username: "billy", before: 50_000, except: None, gateway };
            let last = last(&mut *database, &query).unwrap();
            assert_eq!(last.session.client_id.as_deref(), Some(expected));
        }
        assert_eq!(user_sessions(&mut *database, "billy", 0, 10, Some(&"c".into()), LATER).unwrap().count, 0);
    });
}

#[test]
fn finds_a_last_session_of_years_ago() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        for (day, user) in [(0, "zoe"), (1, "billy"), (400, "billy"), (401, "anna"), (4_000, "anna")] {
            let time = day * DAY_MS + 10_000;
            recording.read(time, &[session(&format!("{user} {day}"), user, time)], false);
            recording.read(time + 5_000, &[], true);
        }
        let mut found = |username: &str, day: i64| {
            let query = LastSessionQuery { username, before: day * DAY_MS, ..LastSessionQuery::default() };
            let last = last(recording.database(), &query);
            last.map(|stored| (stored.last_seen / DAY_MS, stored.state))
        };
        let left = |day| Some((day, SessionState::Left));
        assert_eq!(found("billy", 4_001), left(400));
        assert_eq!(found("billy", 401), left(400));
        assert_eq!(found("billy", 400), left(1));
        assert_eq!(found("billy", 1), None);
        assert_eq!(found("zoe", 100_000), left(0));
        assert_eq!(found("unknown", 100_000), None);
    });
}

#[test]
fn a_session_that_left_in_a_long_gap_is_no_later_than_it_was_seen() {
    on_each_database(|database| {
        let mut first = Recording::on(database);
        first.read(10_000, &[session("gone", "billy", 0)], false);
        // It was missed 100 days later, and the user was on elsewhere meanwhile.
        let mut second = Recording::new(database.open(), "http://b.example:8088");
        second.read(40 * DAY_MS, &[session("seen", "billy", 40 * DAY_MS)], false);
        second.read(40 * DAY_MS + 5_000, &[], true);
        first.read(100 * DAY_MS, &[], false);
        let mut query =
            LastSessionQuery { username: "billy", before: 101 * DAY_MS, ..LastSessionQuery::default() };
        let found = last(first.database(), &query).unwrap();
        assert_eq!(ids(&[found]), [("seen", SessionState::Left, 40 * DAY_MS)]);
        query.except = Some("seen");
        let found = last(first.database(), &query).unwrap();
        assert_eq!(ids(&[found]), [("gone", SessionState::LeftBetween, 10_000)]);
    });
}

#[test]
fn a_search_can_be_cancelled() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        recording.read(15_000, &[], true);
        let query =
            LastSessionQuery { username: "billy", before: 100 * DAY_MS, ..LastSessionQuery::default() };
        let found = last_session(recording.database(), &query, LATER, &|| true).unwrap();
        assert_eq!(found, None);
        assert!(last(recording.database(), &query).is_some());
    });
}
