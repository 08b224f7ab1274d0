//! Tests of each condition.

use std::time::Duration;

use crate::alert::testing::{HOUR_MS, MINUTE_MS, TestGateway, TestSession, client, texts};
use crate::alert::{Condition, Hours, Rule};
use crate::filter::{Filter, Mode};
use crate::gateway::SessionKind;

fn rule(condition: Condition) -> Rule {
    Rule { cooldown: Duration::ZERO, ..Rule::new("A".to_owned(), condition) }
}

const NOTHING: [&str; 0] = [];

#[test]
fn arrives_and_leaves() {
    let mut plant = TestGateway::new([
        rule(Condition::Arrives),
        Rule { name: "B".to_owned(), ..rule(Condition::Leaves) },
    ]);
    assert_eq!(texts(&plant.read(0, &[client("anna")])), NOTHING);
    let sent = plant.read(5_000, &[client("anna"), client("billy")]);
    assert_eq!(texts(&sent), ["billy signed in to Packaging from 10.1.2.3 on Plant"]);
    assert_eq!(sent[0].incidents[0].session.as_ref().unwrap().client_id.as_deref(), Some("BILLY"));
    assert_eq!(
        texts(&plant.read(10_000, &[client("billy")])),
        ["anna left Packaging from 10.1.2.3 on Plant"]
    );
    assert_eq!(texts(&plant.read(15_000, &[client("billy")])), NOTHING);
}

#[test]
fn user_of_a_perspective_session_arrives_when_signing_in() {
    let session = |username| TestSession {
        client_id: "S".to_owned(),
        kind: SessionKind::Perspective,
        ..client(username)
    };
    let mut arrives = rule(Condition::Arrives);
    arrives.filters.username = Some(Filter::new("billy", Mode::default()).unwrap());
    let mut plant = TestGateway::new([arrives, Rule { name: "B".to_owned(), ..rule(Condition::Leaves) }]);
    plant.read(0, &[session("Unauthenticated")]);
    assert_eq!(
        texts(&plant.read(5_000, &[session("billy")])),
        ["billy signed in to Packaging from 10.1.2.3 on Plant"]
    );
    assert_eq!(
        texts(&plant.read(10_000, &[session("Unauthenticated")])),
        ["billy left Packaging from 10.1.2.3 on Plant"]
    );
}

#[test]
fn signed_in_twice_to_one_project() {
    let second = TestSession { client_id: "B2".to_owned(), ..client("billy") };
    let elsewhere = TestSession { project: "Boiler", ..second.clone() };
    let mut plant = TestGateway::new([Rule { sends_resolved: true, ..rule(Condition::SignedInTwice) }]);
    assert_eq!(texts(&plant.read(0, &[client("billy"), elsewhere])), NOTHING);
    let sent = plant.read(5_000, &[client("billy"), second.clone()]);
    assert_eq!(texts(&sent), ["billy is signed in to Packaging 2 times on Plant"]);
    assert_eq!(texts(&plant.read(10_000, &[client("billy"), second])), NOTHING);
    let over = "Resolved after 10 s: billy is signed in to Packaging 2 times on Plant";
    assert_eq!(texts(&plant.read(15_000, &[client("billy")])), [over]);
}

#[test]
fn signed_in_twice_on_two_nodes_of_a_gateway() {
    let mut plant = TestGateway::new([rule(Condition::SignedInTwice)]);
    plant.engine.set_gateway("Plant", ["http://n1".into(), "http://n2".into()]);
    plant.read_node("http://n1", 0, &[client("billy")]);
    // He may have left the first one.
    assert_eq!(texts(&plant.read_node("http://n2", 1_000, &[client("billy")])), NOTHING);
    let sent = plant.read_node("http://n1", 5_000, &[client("billy")]);
    assert_eq!(texts(&sent), ["billy is signed in to Packaging 2 times on Plant"]);
}

#[test]
fn on_different_hosts() {
    let at = |address, id: &str| TestSession { address, client_id: id.to_owned(), ..client("billy") };
    let mut plant = TestGateway::new([rule(Condition::DifferentHosts)]);
    // Two ports of one host, and someone without a name.
    let anonymous = TestSession { username: "Unauthenticated", ..at("10.1.2.9", "U") };
    let other_anonymous = TestSession { address: "10.1.2.8", client_id: "V".to_owned(), ..anonymous.clone() };
    let same = [at("10.1.2.3:80", "A"), at("10.1.2.3:81", "B"), anonymous, other_anonymous];
    assert_eq!(texts(&plant.read(0, &same)), NOTHING);
    let sent = plant.read(5_000, &[at("10.1.2.3", "A"), at("hmi-7", "B")]);
    assert_eq!(texts(&sent), ["billy is signed in from 2 hosts on Plant: 10.1.2.3, hmi-7"]);
}

#[test]
fn count_above_and_below() {
    let (above, below) = (rule(Condition::CountAbove(1)), rule(Condition::CountBelow(1)));
    let mut plant = TestGateway::new([above, Rule { name: "B".to_owned(), ..below }]);
    let two = [client("anna"), client("billy")];
    // Also in the first list: it is a state.
    assert_eq!(texts(&plant.read(0, &two)), ["2 sessions on Plant, more than 1"]);
    assert_eq!(
        texts(&plant.read(5_000, &two[..1])),
        ["Resolved after 5 s: 2 sessions on Plant, more than 1"]
    );
    assert_eq!(texts(&plant.read(10_000, &[])), ["0 sessions on Plant, fewer than 1"]);
    let over = ["2 sessions on Plant, more than 1", "Resolved after 5 s: 0 sessions on Plant, fewer than 1"];
    assert_eq!(texts(&plant.read(15_000, &two)), over);
}

#[test]
fn count_is_that_of_all_nodes_and_of_the_filters() {
    let mut below = rule(Condition::CountBelow(3));
    below.filters.kinds = vec![SessionKind::Vision];
    let mut plant = TestGateway::new([below]);
    plant.engine.set_gateway("Plant", ["http://n1".into(), "http://n2".into()]);
    let designer = TestSession { kind: SessionKind::Designer, ..client("dora") };
    // The second node may have more.
    assert_eq!(
        texts(&plant.read_node("http://n1", 0, &[client("anna"), client("billy"), designer])),
        NOTHING
    );
    assert_eq!(texts(&plant.read_node("http://n2", 1_000, &[])), NOTHING);
    let sent = plant.read_node("http://n1", 2_000, &[client("anna"), client("billy")]);
    assert_eq!(texts(&sent), ["2 sessions on Plant, fewer than 3"]);
    // One node alone proves that there are enough.
    let three = [client("anna"), client("billy"), client("carl")];
    assert_eq!(texts(&plant.fail_node("http://n2", 5_000)), NOTHING);
    assert_eq!(plant.read_node("http://n1", 5_000, &three).len(), 1);
}

#[test]
fn designer_outside_of_the_hours() {
    let hours = Hours::parse("06:00-18:00", "UTC".parse().unwrap()).unwrap();
    let mut plant = TestGateway::new([rule(Condition::DesignerOutsideHours(hours))]);
    let sessions = [client("billy"), TestSession { kind: SessionKind::Designer, ..client("anna") }];
    assert_eq!(texts(&plant.read(17 * HOUR_MS, &sessions)), NOTHING);
    let sent = plant.read(18 * HOUR_MS, &sessions);
    assert_eq!(
        texts(&sent),
        ["anna has a Designer open in Packaging from 10.1.2.3 on Plant outside the allowed hours"]
    );
    assert_eq!(plant.engine.active().len(), 1);
    assert_eq!(texts(&plant.read(30 * HOUR_MS, &sessions)), NOTHING);
    assert_eq!(plant.engine.active().len(), 0);
}

#[test]
fn session_is_older_than_a_limit() {
    let mut plant = TestGateway::new([rule(Condition::OlderThan(Duration::from_hours(12)))]);
    let billy = TestSession { created: Some(HOUR_MS), ..client("billy") };
    let unknown = client("anna");
    assert_eq!(texts(&plant.read(13 * HOUR_MS, &[billy.clone(), unknown.clone()])), NOTHING);
    let sent = plant.read(13 * HOUR_MS + 1_000, &[billy.clone(), unknown]);
    assert_eq!(texts(&sent), ["billy has been signed in to Packaging from 10.1.2.3 on Plant for 12 h 0 min"]);
    // A new session with the same id.
    let again = TestSession { created: Some(14 * HOUR_MS), ..billy };
    plant.read(14 * HOUR_MS, &[again, client("anna")]);
    assert_eq!(plant.engine.active().len(), 0);
    // Without a creation time it is known since it was listed first.
    let sent = plant.read(25 * HOUR_MS + 1_000, &[client("anna")]);
    assert_eq!(texts(&sent), ["anna has been signed in to Packaging from 10.1.2.3 on Plant for 12 h 0 min"]);
}

#[test]
fn session_is_silent_by_its_last_communication() {
    let mut plant = TestGateway::new([rule(Condition::SilentFor(Duration::from_mins(30)))]);
    let billy = |last_comm| TestSession { last_comm, ..client("billy") };
    assert_eq!(texts(&plant.read(29 * MINUTE_MS, &[billy(Some(0))])), NOTHING);
    let sent = plant.read(31 * MINUTE_MS, &[billy(Some(0))]);
    assert_eq!(texts(&sent), ["billy in Packaging from 10.1.2.3 on Plant has been silent for 31 min 0 s"]);
    plant.read(32 * MINUTE_MS, &[billy(Some(31 * MINUTE_MS))]);
    assert_eq!(plant.engine.active().len(), 0);
    assert_eq!(texts(&plant.read(99 * MINUTE_MS, &[billy(None)])), NOTHING);
}

#[test]
fn node_is_unreachable_and_back() {
    let mut plant = TestGateway::new([rule(Condition::Unreachable)]);
    assert_eq!(texts(&plant.read(0, &[])), NOTHING);
    assert_eq!(texts(&plant.fail(5_000)), ["Plant can't be reached: Connection refused"]);
    assert_eq!(texts(&plant.fail(10_000)), NOTHING);
    assert_eq!(texts(&plant.read(125_000, &[])), ["Plant can be reached again after 2 min 0 s"]);
    // It answers, although without a login.
    assert_eq!(texts(&plant.fail_login(130_000)), NOTHING);
}

#[test]
fn node_of_a_gateway_with_several_has_its_address() {
    let mut plant = TestGateway::new([rule(Condition::Unreachable)]);
    plant.engine.set_gateway("Plant", ["http://n1".into(), "http://n2".into()]);
    assert_eq!(
        texts(&plant.fail_node("http://n2", 0)),
        ["Plant, http://n2 can't be reached: Connection refused"]
    );
}

#[test]
fn certificate_expires_or_has_expired() {
    let day = 24 * HOUR_MS;
    let mut plant = TestGateway::new([rule(Condition::CertificateExpires(Duration::from_hours(30 * 24)))]);
    plant.certificate_end = Some(100 * day);
    assert_eq!(texts(&plant.read(70 * day, &[])), NOTHING);
    assert_eq!(texts(&plant.read(75 * day, &[])), ["The certificate of Plant expires in 25 days"]);
    plant.certificate_end = Some(400 * day);
    plant.read(76 * day, &[]);
    assert_eq!(plant.engine.active().len(), 0);
    plant.certificate_end = Some(75 * day);
    assert_eq!(texts(&plant.read(78 * day, &[])), ["The certificate of Plant expired 3 days ago"]);
    // Without TLS nothing is known.
    plant.certificate_end = None;
    plant.read(79 * day, &[]);
    assert_eq!(plant.engine.active().len(), 1);
}

#[test]
fn filters_choose_sessions_and_gateways() {
    let pattern = |pattern| Some(Filter::new(pattern, Mode::default()).unwrap());
    let mut filtered = rule(Condition::Arrives);
    filtered.filters.username = pattern("b.*");
    filtered.filters.project = pattern("Boiler|Packaging");
    filtered.filters.address = pattern(r"10\.1\..*");
    filtered.gateways = vec!["http://n1".to_owned()];
    let other = Rule { name: "B".to_owned(), gateways: vec!["Other".to_owned()], ..rule(Condition::Arrives) };
    let disabled = Rule { name: "C".to_owned(), is_enabled: false, ..rule(Condition::Arrives) };
    let mut plant = TestGateway::new([filtered, other, disabled]);
    plant.read(0, &[]);
    let all = [
        client("anna"),
        TestSession { project: "Intake", ..client("bob") },
        TestSession { address: "hmi-7", ..client("bert") },
        client("billy"),
    ];
    assert_eq!(texts(&plant.read(5_000, &all)), ["billy signed in to Packaging from 10.1.2.3 on Plant"]);
}

#[test]
fn nothing_is_known_of_a_kind_that_cant_be_listed() {
    let older = Rule { sends_resolved: true, ..rule(Condition::OlderThan(Duration::from_hours(1))) };
    let mut plant =
        TestGateway::new([older, Rule { name: "B".to_owned(), ..rule(Condition::CountBelow(1)) }]);
    let billy = TestSession { created: Some(0), ..client("billy") };
    assert_eq!(plant.read(2 * HOUR_MS, std::slice::from_ref(&billy)).len(), 1);
    plant.missing_kinds = vec![SessionKind::Vision];
    assert_eq!(texts(&plant.read(2 * HOUR_MS + 5_000, &[])), NOTHING);
    plant.missing_kinds.clear();
    assert_eq!(plant.read(2 * HOUR_MS + 10_000, &[]).len(), 2);
}

#[test]
fn what_is_left_out_of_too_many_does_not_end() {
    let older = Rule { sends_resolved: true, ..rule(Condition::OlderThan(Duration::from_hours(1))) };
    let session = |index: usize| TestSession {
        client_id: index.to_string(),
        created: Some(0),
        ..client(["anna", "billy"][index % 2])
    };
    let mut sessions: Vec<TestSession> = (0..10_002).map(session).collect();
    let mut plant = TestGateway::new([older]);
    plant.read(2 * HOUR_MS, &sessions);
    assert_eq!(plant.engine.active().len(), 10_000);
    sessions.reverse();
    plant.read(2 * HOUR_MS + 5_000, &sessions);
    assert_eq!(plant.engine.active().len(), 10_002);
    sessions.truncate(5);
    plant.read(2 * HOUR_MS + 10_000, &sessions);
    assert_eq!(plant.engine.active().len(), 5);
}
