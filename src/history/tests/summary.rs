//! Summaries, compared with the activity list, with both databases.

use super::*;
use crate::history::HistoryGateway;
use crate::history::activity::{ActivityEntry, ActivityKind, activity};
use crate::history::summary::{NodeOutages, Summary, summary};

fn ask(database: &mut dyn Database, from: i64, to: i64, gateways: &[&str], now: i64) -> Summary {
    let gateways: Vec<HistoryGateway> = gateways.iter().map(|gateway| (*gateway).into()).collect();
    summary(database, TimeRange { from, to }, &gateways, now).unwrap()
}

#[test]
fn counts_what_the_activity_list_has() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let all: Vec<_> = (0..8).map(|id| session(&format!("S{id}"), "billy", 0)).collect();
        recording.read(10_000, &all[..2], false);
        recording.read(15_000, &all[1..5], true);
        recording.fail(20_000);
        recording.fail(80_000);
        recording.read(90_000, &all[3..7], false);
        recording.read(95_000, &all[6..], true);
        recording.fail(100_000);
        let entries: Vec<ActivityEntry> =
            activity(recording.database(), None, usize::MAX, None, LATER).unwrap();
        let times = [0, 9_999, 10_000, 12_000, 15_000, 20_000, 60_000, 90_000, 95_000, 100_000, 200_000];
        for (index, &from) in times.iter().enumerate() {
            for &to in &times[index..] {
                let count = |kind: ActivityKind| {
                    let is_in = |entry: &&ActivityEntry| {
                        entry.kind == kind && from < entry.time() && entry.time() <= to
                    };
                    entries.iter().filter(is_in).count()
                };
                // The first read is no arrival.
                let baseline = if from < 10_000 && to >= 10_000 { 2 } else { 0 };
                let found = ask(recording.database(), from, to, &["Plant"], LATER);
                let arrived = count(ActivityKind::Arrived) - baseline;
                assert_eq!(
                    (found.arrived, found.left),
                    (arrived, count(ActivityKind::Left)),
                    "{from} to {to}"
                );
            }
        }
        let whole = ask(recording.database(), 0, 98_000, &["Plant"], LATER);
        assert_eq!((whole.arrived, whole.left), (6, 6));
        assert_eq!(whole.outages.len(), 1);
        assert_eq!((whole.outages[0].duration_ms, whole.outages[0].since), (70_000, None));
    });
}

#[test]
fn sums_the_outages_of_each_node_within_the_time() {
    on_each_database(|database| {
        let mut first = Recording::on(database);
        first.read(10_000, &[], false);
        first.fail(20_000);
        first.read(50_000, &[], false);
        first.fail(60_000);
        let mut second =
            Recording { gateway: "East", ..Recording::new(database.open(), "http://b.example:8088") };
        second.read(10_000, &[session("A", "billy", 0)], false);
        second.fail(15_000);
        second.read(25_000, &[session("A", "billy", 0)], false);
        let outage = |gateway: &str, node: &str, duration_ms, since| NodeOutages {
            gateway: gateway.into(),
            node: node.into(),
            duration_ms,
            since,
        };
        let (a, b) = ("http://a.example:8088", "http://b.example:8088");
        let mut ask = |from, to, gateways: &[&str]| ask(first.database(), from, to, gateways, 70_000).outages;
        let both = [outage("East", b, 10_000, None), outage("Plant", a, 40_000, Some(60_000))];
        assert_eq!(ask(0, 70_000, &["Plant", "East"]), both);
        assert_eq!(ask(0, 70_000, &["East"]), both[..1]);
        assert_eq!(ask(40_000, 55_000, &["Plant", "East"]), [outage("Plant", a, 10_000, None)]);
        assert_eq!(ask(0, 70_000, &["West"]), []);
        let sessions = super::summary::ask(first.database(), 0, 70_000, &["East"], 70_000);
        assert_eq!((sessions.arrived, sessions.left), (0, 0), "they were there at the first read");
    });
}

#[test]
fn an_empty_history_has_nothing_to_sum_up() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        assert_eq!(ask(recording.database(), 0, 10, &["Plant"], LATER), Summary::default());
    });
}
