//! Tests of replaying a stored history.

use std::time::Duration;

use super::*;
use crate::alert::Condition;
use crate::alert::testing::{HOUR_MS, MINUTE_MS};
use crate::gateway::Profile;
use crate::history::{Location, SessionRecord, SessionState};

const END: i64 = 10 * HOUR_MS;

/// Returns a session that was listed from the first to the second time. Without an end it is on.
fn session(username: &str, first_seen: i64, missed_at: Option<i64>) -> StoredSession {
    StoredSession {
        gateway: "Plant".into(),
        node: "http://n1".into(),
        session: SessionRecord {
            username: Some(username.into()),
            client_id: Some(username.into()),
            creation_time: Some(first_seen),
            ..SessionRecord::default()
        },
        first_seen,
        last_seen: missed_at.map_or(END, |missed_at| missed_at - 5_000),
        missed_at,
        state: SessionState::Left,
    }
}

fn node(sessions: &[StoredSession], unwatched: &[(i64, i64)]) -> NodeReplay {
    node_with(sessions, unwatched, Vec::new())
}

fn node_with(sessions: &[StoredSession], unwatched: &[(i64, i64)], marks: Vec<MarkKind>) -> NodeReplay {
    let unwatched = unwatched.iter().map(|(from, to)| TimeRange { from: *from, to: *to }).collect();
    let node =
        NodeGaps { gateway: "Plant".into(), url: "http://n1".into(), unwatched, unwatched_kinds: Vec::new() };
    NodeReplay::new(node, sessions, marks, TimeRange { from: 0, to: END })
}

fn sent(rule: Rule, node: NodeReplay) -> Vec<(i64, String)> {
    let alerts = run(Engine::new([rule]), vec![node], END, |_| ControlFlow::Continue(())).unwrap();
    alerts.iter().map(|alert| (alert.time, alert.text())).collect()
}

fn rule(condition: Condition) -> Rule {
    Rule::new("A".to_owned(), condition)
}

fn times(rule: Rule, node: NodeReplay) -> Vec<i64> {
    sent(rule, node).into_iter().map(|(time, _)| time).collect()
}

#[test]
fn sends_arrivals_and_departures_when_they_were_noticed() {
    let sessions = || node(&[session("anna", -HOUR_MS, Some(HOUR_MS)), session("billy", 90_500, None)], &[]);
    assert_eq!(sent(rule(Condition::Arrives), sessions()), [(90_500, "billy signed in on Plant".to_owned())]);
    assert_eq!(sent(rule(Condition::Leaves), sessions()), [(HOUR_MS, "anna left on Plant".to_owned())]);
}

#[test]
fn time_that_was_not_watched_counts_for_nothing() {
    let gap = [(HOUR_MS, 3 * HOUR_MS)];
    let held = Rule { hold: Duration::from_mins(90), ..rule(Condition::CountAbove(0)) };
    let two = || vec![session("anna", -HOUR_MS, Some(3 * HOUR_MS)), session("billy", 0, None)];
    // An hour before the gap and half an hour after it.
    assert_eq!(times(held, node(&two(), &gap)), [3 * HOUR_MS + 30 * MINUTE_MS]);
    assert_eq!(times(rule(Condition::Leaves), node(&two(), &gap)), [3 * HOUR_MS]);
    // What was never watched is unknown.
    let always = [(i64::MIN, i64::MAX)];
    assert_eq!(times(rule(Condition::CountBelow(5)), node(&two(), &always)), [0; 0]);
}

#[test]
fn outages_and_restarts_are_those_of_the_history() {
    let down = |restarts: &[i64]| {
        let outage = MarkKind::Unreachable { from: HOUR_MS, until: 2 * HOUR_MS, is_over: true };
        let restarts = restarts.iter().map(|at| MarkKind::Restarted { at: *at });
        node_with(
            &[session("anna", 0, Some(2 * HOUR_MS)), session("bert", 2 * HOUR_MS, None)],
            &[(HOUR_MS - 5_000, 2 * HOUR_MS)],
            restarts.chain([outage]).collect(),
        )
    };
    let unreachable = Rule { hold: Duration::from_mins(10), ..rule(Condition::Unreachable) };
    let expected = [
        (70 * MINUTE_MS, "Plant can't be reached: The reason wasn't recorded".to_owned()),
        (2 * HOUR_MS, "Plant can be reached again after 1 h 0 min".to_owned()),
    ];
    let sent_of = |restarts: &[i64], condition| times(rule(condition), down(restarts));
    assert_eq!(sent(unreachable, down(&[])), expected);
    assert_eq!(sent_of(&[], Condition::Leaves), [2 * HOUR_MS]);
    assert_eq!(sent_of(&[HOUR_MS], Condition::Leaves), [0; 0]);
    assert_eq!(sent_of(&[0, HOUR_MS, 3 * HOUR_MS], Condition::Leaves), [0; 0]);
    assert_eq!(sent_of(&[0, 3 * HOUR_MS], Condition::Leaves), [2 * HOUR_MS]);
}

#[test]
fn many_short_outages_are_told_apart() {
    let outage = |from| MarkKind::Unreachable { from, until: from + 20_000, is_over: true };
    // In gaps, after gaps and beside each other, as they are stored.
    let begins: Vec<i64> = (1..=9).map(|hour| hour * HOUR_MS).collect();
    let gaps: Vec<(i64, i64)> = begins.iter().map(|begin| (begin - 5_000, begin + 40_000)).collect();
    let marks = begins.iter().rev().flat_map(|begin| [outage(begin + 20_000), outage(*begin)]).collect();
    let rule = Rule { cooldown: Duration::ZERO, ..rule(Condition::Unreachable) };
    let expected: Vec<i64> = begins.iter().flat_map(|begin| [*begin, begin + 40_000]).collect();
    assert_eq!(times(rule, node_with(&[session("anna", 0, None)], &gaps, marks)), expected);
}

#[test]
fn outage_is_sent_once_it_has_lasted_for_long_enough() {
    let from = HOUR_MS + 1_234;
    for lasted in [33_000, 53_000, 81_000, 20 * MINUTE_MS] {
        let outage = MarkKind::Unreachable { from, until: from + lasted, is_over: true };
        for hold in [0, 1, 5, 10, 20, 30, 33, 40, 50, 60, 61, 80, 600] {
            let sessions = [session("anna", 0, None)];
            let node = node_with(&sessions, &[(from - 5_000, from + lasted)], vec![outage]);
            let rule = Rule { hold: Duration::from_secs(hold), ..rule(Condition::Unreachable) };
            let hold_ms = millis(rule.hold);
            let expected: &[i64] = if hold_ms < lasted { &[from + hold_ms, from + lasted] } else { &[] };
            assert_eq!(times(rule, node), expected, "{lasted} {hold}");
        }
    }
}

#[test]
fn outage_does_not_go_on_while_nothing_is_known() {
    let from = HOUR_MS + 1_234;
    let down = || {
        let outage = MarkKind::Unreachable { from, until: from + 30_000, is_over: false };
        node_with(&[session("anna", 0, None)], &[(from - 5_000, 2 * HOUR_MS)], vec![outage])
    };
    let unreachable = |hold| Rule { hold: Duration::from_secs(hold), ..rule(Condition::Unreachable) };
    assert_eq!(times(unreachable(40), down()), [0; 0]);
    assert_eq!(times(unreachable(20), down()), [from + 20_000, 2 * HOUR_MS]);
}

#[test]
fn what_has_to_last_is_sent_once_it_has() {
    let at = HOUR_MS + 4_000;
    let held = |condition| Rule { hold: Duration::from_secs(10), ..rule(condition) };
    let sessions = |missed_at| {
        let others = [session("anna", 0, Some(at)), session("bert", at + 8_000, None)];
        let all = others.into_iter().chain([session("carl", at, missed_at)]);
        let all: Vec<StoredSession> = all.collect();
        let mut node = node(&all, &[]);
        node.observe_ages(&all, Duration::from_mins(5));
        node
    };
    assert_eq!(times(held(Condition::Arrives), sessions(None)), [at + 10_000, at + 18_000]);
    assert_eq!(times(held(Condition::Arrives), sessions(Some(at + 9_000))), [at + 18_000]);
    assert_eq!(times(held(Condition::Leaves), sessions(None)), [at + 10_000]);
    assert_eq!(times(held(Condition::CountAbove(1)), sessions(None)), [at + 18_000]);
    assert_eq!(times(held(Condition::CountAbove(1)), sessions(Some(at + 9_000))), [0; 0]);
    let older = Condition::OlderThan(Duration::from_mins(5));
    let limit = 5 * MINUTE_MS + 1 + 10_000;
    assert_eq!(times(held(older), sessions(Some(at + 15_000))), [limit, at + 8_000 + limit]);
}

#[test]
fn what_has_to_last_on_several_nodes_is_sent_once_it_has() {
    let at = HOUR_MS + 30_000;
    let in_project = |first_seen, missed_at| {
        let mut session = session("billy", first_seen, missed_at);
        session.session.project = Some("Packaging".into());
        session
    };
    let sent = |condition, seconds, missed_at| {
        let rule = Rule { hold: Duration::from_secs(seconds), sends_resolved: false, ..rule(condition) };
        let mut second = node(&[in_project(at, None)], &[]);
        second.url = "http://n2".into();
        let mut engine = Engine::new([rule]);
        engine.set_gateway("Plant", ["http://n1".into(), "http://n2".into()]);
        let nodes = vec![node(&[in_project(0, missed_at)], &[]), second];
        let alerts = run(engine, nodes, END, |_| ControlFlow::Continue(())).unwrap();
        alerts.iter().map(|alert| alert.time).collect::<Vec<i64>>()
    };
    assert_eq!(sent(Condition::CountAbove(1), 10, None), [at + 10_000]);
    assert_eq!(sent(Condition::SignedInTwice, 10, None), [at + 10_000]);
    // Moved to the other node, which was read first.
    assert_eq!(sent(Condition::SignedInTwice, 3, Some(at + 4_000)), [0; 0]);
}

#[test]
fn session_that_is_missed_when_it_is_first_seen_does_not_stay() {
    let sessions = || node(&[session("anna", HOUR_MS, Some(HOUR_MS)), session("bert", 0, None)], &[]);
    assert_eq!(times(rule(Condition::CountAbove(1)), sessions()), [0; 0]);
    assert_eq!(times(rule(Condition::Leaves), sessions()), [0; 0]);
}

#[test]
fn states_that_depend_on_time_are_checked_each_minute() {
    let sessions = node(&[session("anna", 30 * MINUTE_MS, None)], &[]);
    let older = rule(Condition::OlderThan(Duration::from_hours(4)));
    let expected = 4 * HOUR_MS + 30 * MINUTE_MS;
    let [(time, text)] = &sent(older, sessions)[..] else { panic!("one alert") };
    assert!((expected..=expected + MINUTE_MS).contains(time), "{time}");
    assert!(text.starts_with("anna has been signed in on Plant for 4 h "), "{text}");
}

#[test]
fn several_nodes_are_one_gateway() {
    let mut second = node(&[session("anna", HOUR_MS, None)], &[]);
    second.url = "http://n2".into();
    let first = node(&[session("anna", -HOUR_MS, None)], &[]);
    let engine = Engine::new([rule(Condition::CountAbove(1))]);
    let alerts = run(engine, vec![first, second], END, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((alerts.len(), alerts[0].time), (1, HOUR_MS));
}

#[test]
fn ends_at_a_break() {
    let mut reached = 0;
    let progress = |time| {
        reached = time;
        if time < HOUR_MS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let nodes = vec![node(&[session("anna", 2 * HOUR_MS, None)], &[])];
    assert_eq!(run(Engine::new([rule(Condition::Arrives)]), nodes, END, progress), None);
    assert_eq!(reached, HOUR_MS);
}

#[test]
fn time_in_which_nothing_was_watched_has_no_observation() {
    assert_eq!(node(&[], &[(0, END)]).next(), None);
    assert_eq!(node(&[], &[(0, HOUR_MS)]).next(), Some(HOUR_MS));
}

#[test]
fn a_rule_about_a_gateway_finds_it_under_another_stored_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let location = Location::File(path.clone());
    drop(History::create(&location).unwrap());
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch(
            "INSERT INTO node (id, url, gateway) VALUES (1, 'http://n1:8088', 'Old');
            INSERT INTO coverage VALUES (1, 1, 'test', 0, 36000000, 5000, 0);
            INSERT INTO text VALUES (1, 'billy');
            INSERT INTO session (node, \"user\", client, started, first_seen, dc) VALUES (1, 1, 'B', 60000, 60000, 99);",
        )
        .unwrap();
    let mut history = History::open_read_only(&location).unwrap();
    let profile = Profile::from_address("n1").unwrap().with_name("Plant");
    let gateways = [HistoryGateway::of_profile(&profile, [&profile])];
    let rule = Rule { gateways: vec!["Plant".to_owned()], ..rule(Condition::Arrives) };
    let replay = replay(rule, &mut history, &gateways, (0, END), |_| ControlFlow::Continue(()));
    let replay = replay.unwrap().unwrap();
    let texts: Vec<String> = replay.alerts.iter().map(Alert::text).collect();
    assert_eq!(texts, ["billy signed in on Plant"]);
}
