//! Tests of cases that comparable programs get wrong: storms, outages, restarts, repetitions and
//! quiet hours.

use std::time::Duration;

use crate::alert::engine::Engine;
use crate::alert::testing::{HOUR_MS, MINUTE_MS, SECOND_MS, TestGateway, TestSession, client, texts};
use crate::alert::{Alert, Condition, Hours, Phase, Rule, SessionFilters};

const NOTHING: [&str; 0] = [];
const DOWN: &str = "Plant can't be reached: Connection refused";

fn rule(condition: Condition) -> Rule {
    Rule::new("A".to_owned(), condition)
}

fn named(name: &str, condition: Condition) -> Rule {
    Rule::new(name.to_owned(), condition)
}

fn many(count: usize) -> Vec<TestSession> {
    (0..count)
        .map(|index| TestSession {
            client_id: index.to_string(),
            address: "hmi-7",
            ..client(NAMES[index % NAMES.len()])
        })
        .collect()
}

const NAMES: [&str; 8] = ["anna", "bert", "carl", "dora", "emil", "fred", "gerd", "hans"];

#[test]
fn first_list_is_a_baseline_for_arrivals_but_not_for_states() {
    let mut plant = TestGateway::new([rule(Condition::Arrives), named("B", Condition::CountAbove(1))]);
    assert_eq!(texts(&plant.read(0, &many(2))), ["2 sessions on Plant, more than 1"]);
    plant.restart_program([rule(Condition::Arrives), named("B", Condition::CountAbove(1))]);
    // Neither what arrived meanwhile, nor a state that was sent.
    assert_eq!(texts(&plant.read(60_000, &many(3))), NOTHING);
    assert_eq!(texts(&plant.read(65_000, &many(4))), ["dora signed in to Packaging from hmi-7 on Plant"]);
}

#[test]
fn more_than_three_in_five_seconds_are_one_summary() {
    let mut plant = TestGateway::new([rule(Condition::Arrives)]);
    plant.read(0, &[]);
    assert_eq!(plant.read(1_000, &many(3)).len(), 3);
    assert_eq!(texts(&plant.read(2_000, &many(500))), NOTHING);
    assert_eq!(plant.engine.wake_at(2_000), Some(6_000));
    let sent = plant.engine.tick(6_000);
    // Sessions of the same user, project and host are one, and three of these were sent.
    assert_eq!(texts(&sent), ["5 sessions arrived on Plant: dora, emil, fred and 2 more"]);
    assert!(sent[0].is_summary());
    assert_eq!(texts(&plant.engine.tick(7_000)), NOTHING);
}

#[test]
fn storm_over_many_gateways_is_one_summary() {
    let mut plant = TestGateway::new([rule(Condition::Unreachable)]);
    let nodes = ["http://n1", "http://n2", "http://n3", "http://n4", "http://n5", "http://n6"];
    plant.engine.set_gateway("Plant", nodes.map(Into::into));
    let sent: Vec<Alert> =
        nodes.into_iter().zip(0..).flat_map(|(node, second)| plant.fail_node(node, second * 500)).collect();
    assert_eq!(sent.len(), 3);
    assert_eq!(texts(&plant.engine.tick(5_000)), ["3 nodes can't be reached: Plant"]);
}

#[test]
fn unreachable_silences_the_other_rules_of_the_node() {
    let conditions = [
        Condition::Arrives,
        Condition::Leaves,
        Condition::CountBelow(2),
        Condition::OlderThan(Duration::from_mins(1)),
    ];
    let rules =
        conditions.into_iter().enumerate().map(|(index, condition)| named(&index.to_string(), condition));
    let mut plant = TestGateway::new(rules.chain([rule(Condition::Unreachable)]));
    let sessions = many(2).into_iter().map(|session| TestSession { created: Some(0), ..session });
    let sessions: Vec<TestSession> = sessions.collect();
    assert_eq!(texts(&plant.read(0, &sessions)), NOTHING);
    for time in (10_000..=3_600_000).step_by(10_000) {
        let sent = plant.fail(time);
        assert_eq!(texts(&sent), if time == 10_000 { &[DOWN][..] } else { &[] });
        assert_eq!(texts(&plant.engine.tick(time + 5_000)), NOTHING);
    }
}

#[test]
fn missing_data_resolves_nothing_and_raises_nothing() {
    let above = Rule { hold: Duration::from_secs(10), ..rule(Condition::CountAbove(1)) };
    let mut plant = TestGateway::new([above]);
    plant.read(0, &many(2));
    assert_eq!(plant.read(10_000, &many(2)).len(), 1);
    for time in [15_000, 20_000, 3_600_000] {
        assert_eq!(texts(&plant.fail(time)), NOTHING);
        assert_eq!(plant.engine.active().len(), 1);
    }
    let sent = plant.read(3_605_000, &many(1));
    assert_eq!(sent[0].phase, Phase::Resolved);
    // The time in which the node wasn't read doesn't count.
    plant.read(7_200_000, &many(2));
    plant.fail(7_205_000);
    assert_eq!(texts(&plant.read(7_300_000, &many(2))), NOTHING);
    assert_eq!(texts(&plant.read(7_305_000, &many(2))), NOTHING);
    assert_eq!(plant.read(7_310_000, &many(2)).len(), 1);
}

#[test]
fn time_of_an_outage_counts_but_not_that_of_a_suspend() {
    let mut plant = TestGateway::new([Rule { hold: Duration::from_mins(2), ..rule(Condition::Unreachable) }]);
    plant.fail(0);
    assert_eq!(texts(&plant.fail(60 * SECOND_MS)), NOTHING);
    // The machine slept for the night.
    assert_eq!(texts(&plant.fail(10 * HOUR_MS)), NOTHING);
    assert_eq!(texts(&plant.fail(10 * HOUR_MS + 60 * SECOND_MS)), [DOWN]);
}

#[test]
fn outage_fires_once_it_has_lasted_for_long_enough_although_the_next_read_is_later() {
    let rules = || [Rule { hold: Duration::from_secs(40), ..rule(Condition::Unreachable) }];
    let mut plant = TestGateway::new(rules());
    plant.read(0, &[]);
    plant.fail(5_000);
    assert_eq!(texts(&plant.fail(36_000)), NOTHING);
    assert_eq!(plant.engine.wake_at(36_000), Some(45_000));
    assert_eq!(texts(&plant.engine.tick(44_999)), NOTHING);
    assert_eq!(texts(&plant.engine.tick(45_000)), [DOWN]);
    assert_eq!((plant.engine.wake_at(45_000), plant.engine.active().len()), (None, 1));
    assert_eq!(texts(&plant.fail(66_000)), NOTHING);
    assert_eq!(texts(&plant.read(70_000, &[])), ["Plant can be reached again after 1 min 5 s"]);
    // One that is over doesn't fire, and neither does one that turns out to be a wrong login.
    plant.fail(HOUR_MS);
    plant.read(HOUR_MS + 20_000, &[]);
    plant.fail(HOUR_MS + 30_000);
    plant.fail_login(HOUR_MS + 31_000);
    assert_eq!(plant.engine.wake_at(HOUR_MS + 31_000), None);
    assert_eq!(texts(&plant.engine.tick(HOUR_MS + 70_000)), NOTHING);
    // What has lasted before a restart of the program counts, but only a read proves that it goes on.
    plant.fail(2 * HOUR_MS);
    plant.fail(2 * HOUR_MS + 30_000);
    plant.restart_program(rules());
    assert_eq!(plant.engine.wake_at(2 * HOUR_MS + 35_000), None);
    assert_eq!(texts(&plant.engine.tick(2 * HOUR_MS + 40_000)), NOTHING);
    plant.fail(3 * HOUR_MS);
    assert_eq!(plant.engine.wake_at(3 * HOUR_MS), Some(3 * HOUR_MS + 10_000));
    assert_eq!(texts(&plant.engine.tick(3 * HOUR_MS + 10_000)), [DOWN]);
}

#[test]
fn outage_needs_a_read_after_a_suspend() {
    let mut plant =
        TestGateway::new([Rule { hold: Duration::from_secs(40), ..rule(Condition::Unreachable) }]);
    plant.fail(0);
    assert_eq!(plant.engine.wake_at(HOUR_MS), None);
    assert_eq!(texts(&plant.engine.tick(HOUR_MS)), NOTHING);
    assert_eq!(texts(&plant.fail(HOUR_MS + 1_000)), NOTHING);
    assert_eq!(plant.engine.wake_at(HOUR_MS + 1_000), Some(HOUR_MS + 41_000));
    assert_eq!(texts(&plant.engine.tick(HOUR_MS + 41_000)), [DOWN]);
}

#[test]
fn restart_of_a_gateway_is_neither_departures_nor_arrivals() {
    let rules = [rule(Condition::Arrives), named("B", Condition::Leaves)];
    let mut plant = TestGateway::new(rules);
    plant.read(0, &many(3));
    plant.fail(5_000);
    assert_eq!(texts(&plant.restart(60_000, &[])), NOTHING);
    let back = |session: TestSession| TestSession { client_id: session.client_id + "x", ..session };
    let mut sessions: Vec<TestSession> = many(3).into_iter().map(back).collect();
    assert_eq!(texts(&plant.read(65_000, &sessions)), NOTHING);
    sessions.push(client("zoe"));
    assert_eq!(plant.read(70_000, &sessions).len(), 1);
    assert_eq!(plant.read(75_000, &sessions[1..]).len(), 1);
}

#[test]
fn hold_and_firing_states_survive_a_restart_of_the_program() {
    let rules = || {
        let hold = Duration::from_secs(10);
        [
            Rule { hold, ..rule(Condition::CountAbove(1)) },
            Rule { hold, ..named("B", Condition::Arrives) },
            Rule { hold, ..named("C", Condition::Leaves) },
        ]
    };
    let mut plant = TestGateway::new(rules());
    let two = [client("anna"), client("bert")];
    let both = [client("bert"), client("carl")];
    plant.read(0, &two);
    plant.read(5_000, &both);
    plant.restart_program(rules());
    // The pause doesn't count, and what held before does.
    assert_eq!(texts(&plant.read(HOUR_MS, &both)), NOTHING);
    let sent = plant.read(HOUR_MS + 5_000, &both);
    assert_eq!(texts(&sent), ["2 sessions on Plant, more than 1"]);
    let sent = plant.read(HOUR_MS + 10_000, &both);
    let expected =
        ["carl signed in to Packaging from 10.1.2.3 on Plant", "anna left Packaging from 10.1.2.3 on Plant"];
    assert_eq!(texts(&sent), expected);
    plant.restart_program(rules());
    assert_eq!(texts(&plant.read(2 * HOUR_MS, &both)), NOTHING);
    assert_eq!(plant.engine.active().len(), 1);
    let sent = plant.read(2 * HOUR_MS + 5_000, &both[..1]);
    assert_eq!(texts(&sent), ["Resolved after 2 h 0 min: 2 sessions on Plant, more than 1"]);
}

#[test]
fn who_does_not_stay_or_comes_back_is_not_sent() {
    let hold = Duration::from_secs(10);
    let rules = [Rule { hold, ..rule(Condition::Arrives) }, Rule { hold, ..named("B", Condition::Leaves) }];
    let mut plant = TestGateway::new(rules);
    plant.read(0, &[client("anna")]);
    plant.read(5_000, &[client("billy")]);
    // Another session of the same user at the same place.
    let again = TestSession { client_id: "A2".to_owned(), ..client("anna") };
    plant.read(10_000, std::slice::from_ref(&again));
    for second in 3..8 {
        let sent = plant.read(second * 5_000, std::slice::from_ref(&again));
        // Only that anna has arrived again, and that billy stays away.
        let expected: &[&str] = match second {
            4 => &[
                "anna signed in to Packaging from 10.1.2.3 on Plant",
                "billy left Packaging from 10.1.2.3 on Plant",
            ],
            _ => &[],
        };
        assert_eq!(texts(&sent), expected, "{second}");
    }
}

#[test]
fn flapping_session_is_one_entry_with_its_count() {
    let mut plant = TestGateway::new([rule(Condition::Arrives)]);
    plant.read(0, &[]);
    let first = plant.read(MINUTE_MS, &[client("billy")]);
    assert_eq!(texts(&first), ["billy signed in to Packaging from 10.1.2.3 on Plant"]);
    for minute in 2..8 {
        assert_eq!(texts(&plant.read(minute * MINUTE_MS, &[])), NOTHING);
        assert_eq!(texts(&plant.read(minute * MINUTE_MS + 5_000, &[client("billy")])), NOTHING);
    }
    assert_eq!(plant.engine.wake_at(8 * MINUTE_MS), Some(11 * MINUTE_MS));
    let sent = plant.engine.tick(11 * MINUTE_MS);
    assert_eq!(texts(&sent), ["billy signed in to Packaging from 10.1.2.3 on Plant ×7"]);
    assert_eq!((sent[0].incidents[0].count, &sent[0].incidents[0].key), (7, &first[0].incidents[0].key));
    // After a pause it is another one.
    plant.read(30 * MINUTE_MS, &[]);
    let sent = plant.read(31 * MINUTE_MS, &[client("billy")]);
    assert_eq!(texts(&sent), ["billy signed in to Packaging from 10.1.2.3 on Plant"]);
    assert_ne!(sent[0].incidents[0].key, first[0].incidents[0].key);
}

#[test]
fn flapping_state_is_sent_once_per_cooldown() {
    let mut plant = TestGateway::new([rule(Condition::CountAbove(1))]);
    let mut sent = Vec::new();
    for (step, minute) in (0..).zip(0..9) {
        sent.extend(texts(&plant.read(minute * MINUTE_MS, &many(if step % 2 == 0 { 2 } else { 1 }))));
    }
    let text = "2 sessions on Plant, more than 1";
    assert_eq!(sent, [text.to_owned(), format!("Resolved after 1 min 0 s: {text}")]);
    // The last thing sent was its start, ten minutes ago, and it holds.
    assert_eq!(texts(&plant.engine.tick(11 * MINUTE_MS)), [format!("{text} ×5")]);
    assert_eq!(texts(&plant.engine.tick(12 * MINUTE_MS)), NOTHING);
}

#[test]
fn end_that_is_sent_after_the_cooldown_says_how_long_ago_it_was() {
    let mut plant = TestGateway::new([rule(Condition::CountAbove(1))]);
    for (minute, sessions) in [(0, 2), (1, 1), (2, 2), (3, 1)] {
        plant.read(minute * MINUTE_MS, &many(sessions));
    }
    let expected = "Resolved after 1 min 0 s ×2, 8 min ago: 2 sessions on Plant, more than 1";
    assert_eq!(texts(&plant.engine.tick(11 * MINUTE_MS)), [expected]);
}

#[test]
fn flapping_state_whose_end_is_not_sent_is_sent_only_while_it_fires() {
    let mut plant = TestGateway::new([Rule { sends_resolved: false, ..rule(Condition::CountAbove(1)) }]);
    let flap = |plant: &mut TestGateway, minutes: std::ops::Range<i64>| {
        let read =
            |minute: i64| texts(&plant.read(minute * MINUTE_MS, &many(if minute % 2 == 0 { 2 } else { 1 })));
        minutes.flat_map(read).collect::<Vec<String>>()
    };
    let text = "2 sessions on Plant, more than 1";
    assert_eq!(flap(&mut plant, 0..8), [text]);
    // It is over by then, and nothing is kept of it.
    assert_eq!(texts(&plant.engine.tick(11 * MINUTE_MS)), NOTHING);
    assert_eq!(plant.engine.save(), Engine::default().save());
    assert_eq!(flap(&mut plant, 12..23), [text.to_owned(), format!("{text} ×6")]);
}

fn quiet(condition: Condition) -> Rule {
    let quiet = vec![Hours::parse("22:00-06:00", "UTC".parse().unwrap()).unwrap()];
    Rule { quiet, ..rule(condition) }
}

#[test]
fn state_that_was_sent_before_quiet_hours_is_not_repeated_after() {
    let mut plant = TestGateway::new([quiet(Condition::CountAbove(1))]);
    assert_eq!(plant.read(21 * HOUR_MS, &many(2)).len(), 1);
    for hour in 22..40 {
        assert_eq!(texts(&plant.read(hour * HOUR_MS, &many(2))), NOTHING, "{hour}");
    }
}

#[test]
fn state_that_began_in_quiet_hours_and_holds_is_sent_at_their_end() {
    let mut plant = TestGateway::new([quiet(Condition::CountAbove(1))]);
    plant.read(21 * HOUR_MS, &many(1));
    let sent = plant.read(23 * HOUR_MS, &many(2));
    assert!(sent[0].is_quiet);
    assert_eq!(plant.engine.wake_at(23 * HOUR_MS), Some(30 * HOUR_MS));
    let sent = plant.engine.tick(30 * HOUR_MS);
    assert_eq!(
        (texts(&sent), sent[0].is_quiet),
        (vec!["2 sessions on Plant, more than 1".to_owned()], false)
    );
    assert_eq!(texts(&plant.engine.tick(31 * HOUR_MS)), NOTHING);
}

#[test]
fn what_began_and_ended_in_quiet_hours_is_only_listed() {
    let mut plant = TestGateway::new([
        quiet(Condition::CountAbove(1)),
        Rule { name: "B".to_owned(), ..quiet(Condition::Arrives) },
    ]);
    plant.read(21 * HOUR_MS, &many(1));
    let sent = [plant.read(23 * HOUR_MS, &many(2)), plant.read(24 * HOUR_MS, &many(1))].concat();
    assert_eq!((sent.len(), sent.iter().all(|alert| alert.is_quiet)), (3, true));
    assert_eq!(texts(&plant.engine.tick(30 * HOUR_MS)), NOTHING);
}

#[test]
fn list_of_another_poller_is_compared_with_the_last_one() {
    let mut plant = TestGateway::new([rule(Condition::Arrives)]);
    plant.read(0, &[client("anna")]);
    plant.change_poller();
    let sent = plant.read(5_000, &[client("anna"), client("billy")]);
    assert_eq!(texts(&sent), ["billy signed in to Packaging from 10.1.2.3 on Plant"]);
    // After a long time it is a baseline.
    plant.change_poller();
    assert_eq!(texts(&plant.read(HOUR_MS, &many(3))), NOTHING);
}

#[test]
fn changed_rules_keep_what_is_known_by_name() {
    let mut plant = TestGateway::new([rule(Condition::CountAbove(1))]);
    assert_eq!(plant.read(0, &many(3)).len(), 1);
    plant.engine.set_rules([rule(Condition::CountAbove(1)), named("B", Condition::CountAbove(2))]);
    assert_eq!(texts(&plant.read(5_000, &many(3))), ["3 sessions on Plant, more than 2"]);
    plant.engine.set_rules([]);
    assert_eq!((plant.engine.active(), plant.engine.save()), (Vec::new(), Engine::default().save()));
}

#[test]
fn another_gateway_of_a_rule_that_is_renamed_changes_nothing() {
    let about = |names: [&str; 2]| Rule {
        gateways: names.map(str::to_owned).into(),
        ..rule(Condition::CountAbove(1))
    };
    let mut plant = TestGateway::new([about(["Plant", "North"])]);
    assert_eq!(plant.read(0, &many(3)).len(), 1);
    plant.engine.set_rules([about(["Plant", "Renamed"])]);
    assert_eq!(plant.engine.active().len(), 1);
    assert_eq!(texts(&plant.read(5_000, &many(3))), NOTHING);
}

#[test]
fn rule_with_another_definition_starts_over() {
    let before = || Rule { gateways: vec!["Plant".to_owned()], ..rule(Condition::CountAbove(1)) };
    let filter = |pattern: &str| crate::filter::Filter::new(pattern, crate::filter::Mode::default()).ok();
    let username = SessionFilters { username: filter("absent"), ..SessionFilters::default() };
    let others = [
        Rule { condition: Condition::CountAbove(9), ..before() },
        Rule { condition: Condition::Unreachable, ..before() },
        Rule { condition: Condition::Arrives, ..before() },
        Rule { filters: username, ..before() },
        Rule { gateways: vec!["Other".to_owned()], ..before() },
    ];
    for other in others {
        for is_restart in [false, true] {
            let mut plant = TestGateway::new([before()]);
            assert_eq!(plant.read(0, &many(3)).len(), 1);
            if is_restart {
                plant.restart_program([other.clone()]);
            } else {
                plant.engine.set_rules([other.clone()]);
            }
            assert_eq!(plant.engine.active(), [], "{other:?}");
            assert_eq!(texts(&plant.read(5_000, &many(3))), NOTHING);
            assert_eq!(plant.engine.active(), [], "{other:?}");
        }
    }
    // How it is sent is another thing.
    let mut plant = TestGateway::new([before()]);
    plant.read(0, &many(3));
    plant.engine.set_rules([Rule { cooldown: Duration::ZERO, hold: Duration::from_secs(1), ..before() }]);
    assert_eq!(plant.engine.active().len(), 1);
}

#[test]
fn what_waits_or_is_held_belongs_to_the_definition() {
    let waiting = || Rule { hold: Duration::from_secs(10), ..rule(Condition::Arrives) };
    let mut plant = TestGateway::new([waiting()]);
    plant.read(0, &[]);
    plant.read(1_000, &many(1));
    plant.restart_program([Rule { condition: Condition::Leaves, ..waiting() }]);
    assert_eq!(plant.engine.save(), Engine::default().save());
    let mut plant = TestGateway::new([rule(Condition::Arrives)]);
    plant.read(0, &[]);
    assert_eq!(texts(&plant.read(1_000, &many(8))), NOTHING);
    plant.engine.set_rules([rule(Condition::Leaves)]);
    assert_eq!(texts(&plant.engine.tick(6_000)), NOTHING);
}

#[test]
fn gateways_that_are_not_watched_are_silent_until_they_are_again() {
    let nodes = |urls: &[&str]| urls.iter().map(|url| (*url).into()).collect::<Vec<_>>();
    let watched = |urls: &[&str]| [("Plant".to_owned(), nodes(urls))];
    let mut plant = TestGateway::new([quiet(Condition::CountAbove(1))]);
    plant.engine.set_watched(watched(&["http://n1"]));
    assert!(plant.read(HOUR_MS, &many(3))[0].is_quiet);
    assert_eq!(plant.engine.active().len(), 1);
    plant.engine.set_watched([("Other".to_owned(), nodes(&["http://n2"]))]);
    assert_eq!((plant.engine.active(), plant.engine.wake_at(2 * HOUR_MS)), (Vec::new(), None));
    assert_eq!(texts(&plant.read(2 * HOUR_MS, &many(3))), NOTHING);
    assert_eq!(texts(&plant.engine.tick(9 * HOUR_MS)), NOTHING);
    plant.engine.set_watched(watched(&["http://n1"]));
    assert_eq!(plant.engine.active().len(), 1);
    assert_eq!(plant.read(9 * HOUR_MS, &many(3)).len(), 1);
    // A node that is gone can't be reached again.
    let mut plant = TestGateway::new([rule(Condition::Unreachable)]);
    plant.engine.set_watched(watched(&["http://n1", "http://n2"]));
    assert_eq!(plant.fail_node("http://n2", 0).len(), 1);
    plant.engine.set_watched(watched(&["http://n1"]));
    assert_eq!(plant.engine.active(), []);
}

#[test]
fn arrival_that_waits_is_forgotten_with_its_node() {
    let nodes = |urls: &[&str]| [("Plant".to_owned(), urls.iter().map(|url| (*url).into()).collect())];
    let mut plant = TestGateway::new([Rule { hold: Duration::from_mins(10), ..rule(Condition::Arrives) }]);
    plant.engine.set_watched(nodes(&["http://n1", "http://n2"]));
    plant.read(0, &[]);
    plant.read(1_000, &many(1));
    assert_ne!(plant.engine.save(), Engine::default().save());
    plant.engine.set_watched(nodes(&["http://n2"]));
    assert_eq!(plant.engine.save(), Engine::default().save());
}

#[test]
fn suspended_machine_interrupts_a_hold() {
    let mut plant =
        TestGateway::new([Rule { hold: Duration::from_secs(10), ..rule(Condition::CountAbove(1)) }]);
    plant.read(0, &many(2));
    plant.interrupt();
    assert_eq!(texts(&plant.read(8 * HOUR_MS, &many(2))), NOTHING);
    assert_eq!(plant.read(8 * HOUR_MS + 10_000, &many(2)).len(), 1);
}

#[test]
fn clock_that_was_set_back_silences_nothing() {
    let later = 24 * HOUR_MS;
    for is_restart in [false, true] {
        let rules = || [rule(Condition::Arrives), named("B", Condition::CountAbove(1))];
        let mut plant = TestGateway::new(rules());
        plant.read(later, &[]);
        assert_eq!(plant.read(later + 5_000, &many(2)).len(), 3);
        assert_eq!(plant.read(later + 10_000, &many(1)).len(), 1);
        // The clock is a day back.
        if is_restart {
            plant.restart_program(rules());
            plant.read(0, &many(1));
        }
        let sent = [plant.read(5_000, &many(2)), plant.engine.tick(60_000)].concat();
        assert!(texts(&sent).iter().any(|text| text.starts_with("bert signed in")), "{:?}", texts(&sent));
        assert!(texts(&sent).iter().any(|text| text.starts_with("2 sessions")), "{:?}", texts(&sent));
        // What is over then is forgotten.
        plant.read(70_000, &many(1));
        plant.engine.tick(later);
        assert_eq!(plant.engine.save(), Engine::default().save());
    }
}

#[test]
fn state_that_waits_for_its_cooldown_is_sent_after_a_clock_was_set_back() {
    let mut plant = TestGateway::new([rule(Condition::CountAbove(1))]);
    let later = 24 * HOUR_MS;
    plant.read(later, &many(2));
    plant.read(later + 5_000, &many(1));
    assert_eq!(texts(&plant.read(later + 10_000, &many(2))), NOTHING);
    assert_eq!(plant.engine.wake_at(MINUTE_MS), Some(MINUTE_MS));
    assert_eq!(plant.engine.tick(MINUTE_MS).len(), 1);
}
