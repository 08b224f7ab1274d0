//! The properties of generated sessions.

use std::collections::{HashMap, HashSet};

use super::*;

/// A time in 2026.
const NOW: i64 = 1_790_000_000_000;

fn count<'a>(sessions: &'a [Session], test: impl Fn(&'a Session) -> bool) -> usize {
    sessions.iter().filter(|session| test(session)).count()
}

#[test]
fn same_seed_and_count_give_the_same_sessions() {
    let generate = |seed, sessions, now| {
        let mut generator = SessionGenerator::new(seed, sessions);
        (generator.sessions(now), generator.perspective_sessions(now))
    };
    assert_eq!(generate(1, 300, NOW), generate(1, 300, NOW));
    assert_ne!(generate(1, 300, NOW), generate(2, 300, NOW));

    let (now, later) = (generate(1, 300, NOW).0, generate(1, 300, NOW + 5_000).0);
    assert!(now.iter().zip(&later).all(|(now, later)| {
        now.client_id == later.client_id && now.creation_time + 5_000 == later.creation_time
    }));
}

#[test]
fn contains_the_fixed_users() {
    for seed in 0..200 {
        let sessions = SessionGenerator::new(seed, 120).sessions(NOW);
        let of = |name| count(&sessions, |session| &*session.username == name);
        assert_eq!(of("billy"), 2);
        assert_eq!(of("bill.smith"), 1);
        assert_eq!(of("bianca.ericson"), 1);
        assert_eq!(count(&sessions, |session| session.username.contains("bi")), 4);

        let billy: Vec<_> = sessions.iter().filter(|session| &*session.username == "billy").collect();
        assert_eq!(billy[0].project, billy[1].project);
        assert_ne!(billy[0].address, billy[1].address);
    }
}

#[test]
fn default_sessions_are_varied() {
    let mut generator = SessionGenerator::new(42, 120);
    let sessions = generator.sessions(NOW);
    let designers = count(&sessions, |session| session.is_designer);
    assert!((6..=18).contains(&designers), "{designers} designers");
    assert!(count(&sessions, |session| session.is_dormant) > 0);
    assert!(count(&sessions, |session| !session.username.is_ascii()) >= 5);
    assert!(sessions.iter().any(|s| &*s.username == "jürgen.groß"));
    assert!(sessions.iter().any(|s| &*s.username == "田中.健"));
    assert!(count(&sessions, |session| session.address.contains(':')) > 0);
    assert!(count(&sessions, |session| session.address.contains('-')) > 5);

    let mut per_user: HashMap<&str, usize> = HashMap::new();
    for session in &sessions {
        *per_user.entry(&session.username).or_default() += 1;
    }
    let twice = per_user.values().filter(|&&times| times > 1).count();
    assert!((3..=15).contains(&twice), "{twice} users twice");

    let perspective = generator.perspective_sessions(NOW);
    assert_eq!(perspective.len(), 24);
    assert!(perspective.iter().any(|session| session.username.is_none()));
    assert!(perspective.iter().any(|session| session.username.is_some()));
}

#[test]
fn ids_are_unique_and_logins_sorted() {
    for size in (0..=13).chain([100, 1_000, 30_000]) {
        let mut generator = SessionGenerator::new(7, size);
        let sessions = generator.sessions(NOW);
        assert_eq!(sessions.len(), size);
        assert!(sessions.is_sorted_by_key(|session| session.creation_time));
        assert!(sessions.iter().all(|s| s.creation_time <= NOW));
        let ids: HashSet<_> = sessions.iter().map(|s| s.client_id).collect();
        assert_eq!(ids.len(), size);
        assert_eq!(generator.perspective_sessions(NOW).len(), size / 5);
        let usernames: HashSet<_> = generator.accounts.iter().map(|a| &a.username).collect();
        assert_eq!(usernames.len(), generator.accounts.len());
    }
}

#[test]
fn large_site_has_five_sessions_per_user() {
    let sessions = SessionGenerator::new(7, 100_000).sessions(NOW);
    let users: HashSet<_> = sessions.iter().map(|s| &s.username).collect();
    assert!((20_000..21_000).contains(&users.len()), "{}", users.len());
    let projects: HashSet<_> = sessions.iter().map(|s| &s.project).collect();
    assert!(projects.len() > MAX_PROJECTS - 5, "{}", projects.len());
    assert!(count(&sessions, |session| session.username.starts_with("bi")) > 1_000);
}
