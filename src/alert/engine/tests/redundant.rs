//! Gateways of two nodes, which are read at different times.

use std::time::Duration;

use crate::alert::testing::{HOUR_MS, TestGateway, TestSession, client, texts};
use crate::alert::{Condition, Phase, Rule};

const NOTHING: [&str; 0] = [];
const A: &str = "http://n1";
const B: &str = "http://n2";

fn plant(conditions: impl IntoIterator<Item = Condition>) -> TestGateway {
    let rule = |condition: Condition| Rule {
        cooldown: Duration::ZERO,
        sends_resolved: true,
        ..Rule::new(condition.name().to_owned(), condition)
    };
    let mut plant = TestGateway::new(conditions.into_iter().map(rule));
    plant.engine.set_gateway("Plant", [A.into(), B.into()]);
    plant
}

/// Conditions that hold if the sessions of one node are counted twice, or not at all.
const CONDITIONS: [Condition; 4] =
    [Condition::SignedInTwice, Condition::DifferentHosts, Condition::CountAbove(2), Condition::CountBelow(2)];

fn on(address: &'static str) -> [TestSession; 2] {
    ["anna", "billy"].map(|name| TestSession { address, ..client(name) })
}

#[test]
fn clients_that_change_the_node_are_not_counted_twice_and_not_missed() {
    for address in ["10.1.2.3", "10.1.2.4"] {
        let mut plant = plant(CONDITIONS);
        plant.read_node(A, 0, &on("10.1.2.3"));
        plant.read_node(B, 1_000, &[]);
        plant.read_node(A, 5_000, &on("10.1.2.3"));
        // The first node hangs, and they connect to the second one.
        assert_eq!(texts(&plant.read_node(B, 6_000, &on(address))), NOTHING);
        assert_eq!(texts(&plant.read_node(B, 11_000, &on(address))), NOTHING);
        assert_eq!(texts(&plant.fail_node(A, 16_000)), NOTHING);
        assert_eq!(texts(&plant.read_node(B, 17_000, &on(address))), NOTHING);
        assert_eq!(texts(&plant.read_node(A, 20_000, &[])), NOTHING);
        // They go back, and the node that they leave is read first.
        assert_eq!(texts(&plant.read_node(B, 22_000, &[])), NOTHING);
        assert_eq!(texts(&plant.read_node(A, 25_000, &on(address))), NOTHING);
        assert_eq!(texts(&plant.read_node(B, 27_000, &[])), NOTHING);
    }
}

#[test]
fn list_that_is_too_old_is_not_compared_with_a_new_one() {
    let mut plant = plant(CONDITIONS);
    plant.read_node(A, 0, &[]);
    plant.read_node(B, 1_000, &on("10.1.2.3"));
    plant.read_node(A, 5_000, &[]);
    for hours in [8, 16] {
        // The machine was suspended, or nothing was watched.
        let (first, second) = (hours * HOUR_MS, hours * HOUR_MS + 5_000);
        assert_eq!(texts(&plant.read_node(A, first, &on("10.1.2.4"))), NOTHING);
        assert_eq!(texts(&plant.read_node(A, second, &on("10.1.2.4"))), NOTHING);
        assert_eq!(texts(&plant.read_node(B, second + 1_000, &[])), NOTHING);
        plant.read_node(A, second + 2_000, &[]);
        assert_eq!(texts(&plant.read_node(B, second + 3_000, &on("10.1.2.3"))), NOTHING);
        assert_eq!(texts(&plant.read_node(A, second + 4_000, &[])), NOTHING);
    }
}

#[test]
fn states_of_two_nodes_begin_and_end_once_both_were_read() {
    let mut plant = plant([Condition::CountAbove(2)]);
    let one = &on("10.1.2.3")[..1];
    plant.read_node(A, 0, &on("10.1.2.3"));
    assert_eq!(texts(&plant.read_node(B, 1_000, one)), NOTHING);
    assert_eq!(plant.read_node(A, 5_000, &on("10.1.2.3")).len(), 1);
    // Two nodes, of which one shows fewer for a moment.
    assert_eq!(texts(&plant.read_node(B, 6_000, &[])), NOTHING);
    assert_eq!(texts(&plant.read_node(A, 10_000, &[on("10.1.2.3"), on("10.1.2.4")].concat())), NOTHING);
    assert_eq!(texts(&plant.read_node(A, 15_000, one)), NOTHING);
    let sent = plant.read_node(B, 16_000, one);
    assert_eq!((sent.len(), sent[0].phase), (1, Phase::Resolved));
    assert!(texts(&sent)[0].starts_with("Resolved after 14 s"), "{:?}", texts(&sent));
}

#[test]
fn time_in_which_a_node_is_missing_does_not_count() {
    let hold = Duration::from_secs(20);
    let mut plant = TestGateway::new([Rule { hold, ..Rule::new("A".to_owned(), Condition::CountAbove(2)) }]);
    plant.engine.set_gateway("Plant", [A.into(), B.into()]);
    let one = &on("10.1.2.3")[..1];
    for time in [0, 5_000] {
        plant.read_node(A, time, &on("10.1.2.3"));
        plant.read_node(B, time + 1_000, one);
    }
    for time in [10_000, 15_000, 20_000, 25_000] {
        assert_eq!(texts(&plant.fail_node(B, time)), NOTHING);
        assert_eq!(texts(&plant.read_node(A, time + 1_000, &on("10.1.2.3"))), NOTHING);
    }
    for time in [30_000, 35_000] {
        assert_eq!(texts(&plant.read_node(B, time, one)), NOTHING);
        assert_eq!(texts(&plant.read_node(A, time + 1_000, &on("10.1.2.3"))), NOTHING);
    }
}

#[test]
fn nodes_that_are_read_by_hand_do_not_wait_for_another_read() {
    let mut plant = plant([Condition::CountAbove(2)]);
    plant.interval = None;
    plant.read_node(A, 0, &on("10.1.2.3"));
    assert_eq!(plant.read_node(B, 1_000, &on("10.1.2.3")).len(), 1);
}

fn on_if(is_on: bool) -> Vec<TestSession> {
    if is_on { on("10.1.2.3").into() } else { Vec::new() }
}

#[test]
fn user_who_changes_the_node_neither_leaves_nor_arrives() {
    for (from, to) in [(A, B), (B, A)] {
        let mut plant = plant([Condition::Arrives, Condition::Leaves]);
        for time in [0, 10_000] {
            plant.read_node(A, time, &on_if(from == A));
            plant.read_node(B, time + 1_000, &on_if(from == B));
        }
        // The node that is read first is the one that they leave, or the one that they go to.
        let moved = |plant: &mut TestGateway, time| {
            let first = plant.read_node(A, time, &on_if(to == A));
            let second = plant.read_node(B, time + 1_000, &on_if(to == B));
            [texts(&first), texts(&second)].concat()
        };
        for time in [15_000, 20_000, 25_000, 90_000] {
            assert_eq!(moved(&mut plant, time), NOTHING, "{from} {time}");
        }
        // They do leave, and come back.
        let away = [plant.read_node(A, 95_000, &[]), plant.read_node(B, 96_000, &[])].concat();
        let away = [away, plant.read_node(A, 100_000, &[])].concat();
        assert_eq!(away.len(), 2, "{:?}", texts(&away));
        let back = [plant.read_node(A, 105_000, &on("10.1.2.3")), plant.read_node(B, 106_000, &[])].concat();
        assert_eq!(back.len(), 2, "{:?}", texts(&back));
    }
}

#[test]
fn clients_of_a_node_that_fails_do_not_arrive_on_the_other_one() {
    let mut plant = plant([Condition::Arrives, Condition::Leaves]);
    plant.read_node(A, 0, &on("10.1.2.3"));
    plant.read_node(B, 1_000, &[]);
    plant.fail_node(A, 10_000);
    assert_eq!(texts(&plant.read_node(B, 11_000, &on("10.1.2.3"))), NOTHING);
    assert_eq!(texts(&plant.read_node(A, 60_000, &[])), NOTHING);
    assert_eq!(texts(&plant.read_node(B, 61_000, &on("10.1.2.3"))), NOTHING);
    assert_eq!(texts(&plant.read_node(A, 65_000, &[])), NOTHING);
}

#[test]
fn arrival_that_waits_goes_on_after_a_change_of_the_node() {
    for (first, second) in [(A, B), (B, A)] {
        let hold = Duration::from_secs(20);
        let mut plant = TestGateway::new([Rule { hold, ..Rule::new("A".to_owned(), Condition::Arrives) }]);
        plant.engine.set_gateway("Plant", [A.into(), B.into()]);
        let mut read = |time, on_first: &[TestSession], on_second: &[TestSession]| {
            let of = |node| if node == first { on_first } else { on_second };
            let sent = [plant.read_node(A, time, of(A)), plant.read_node(B, time + 1_000, of(B))].concat();
            texts(&sent).len()
        };
        let one = &on("10.1.2.3")[..1];
        read(0, &[], &[]);
        assert_eq!(read(5_000, one, &[]), 0, "{second}");
        assert_eq!(read(10_000, one, &[]), 0);
        let sent: usize = (3..12).map(|step| read(step * 5_000, &[], one)).sum();
        assert_eq!(sent, 1);
        // One that does not stay isn't sent.
        read(100_000, &[], &[]);
        read(200_000, one, &[]);
        let sent: usize = (41..60).map(|step| read(step * 5_000, &[], &[])).sum();
        assert_eq!(sent, 0);
    }
}
