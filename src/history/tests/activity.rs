//! The activity list, with both databases.

use std::collections::BTreeSet;

use super::*;
use crate::history::activity::{
    ActivityEntry, ActivityKey, ActivityKind, activity, change_after, change_before,
};
use crate::history::event::{Action, TimedAction};

const DAY_MS: i64 = 24 * 3_600_000;

fn page(database: &mut dyn Database, before: Option<ActivityKey>, limit: usize) -> Vec<ActivityEntry> {
    activity(database, before, limit, None, 0).unwrap()
}

/// Checks that the steps from change to change are those of the list, from each of its times and from those beside it.
fn check_steps(database: &mut dyn Database, entries: &[ActivityEntry]) {
    let times: BTreeSet<i64> = entries.iter().map(ActivityEntry::time).collect();
    for from in times.iter().flat_map(|time| [time - 1, *time, time + 1]) {
        let expected = [times.range(..from).next_back(), times.range(from + 1..).next()];
        let found = [change_before(database, from, None, 0), change_after(database, from, None, 0)];
        assert_eq!(found.map(Result::unwrap), expected.map(Option::<&i64>::copied), "from {from}");
    }
}

/// Returns the time, kind and client id of each entry.
fn summary(entries: &[ActivityEntry]) -> Vec<(i64, ActivityKind, &str)> {
    entries
        .iter()
        .map(|entry| (entry.time(), entry.kind, entry.session.client_id.as_deref().unwrap_or("-")))
        .collect()
}

#[test]
fn lists_events_with_their_certainty() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [a, b] = ["A", "B"].map(|id| session(id, "billy", 5_000));
        let c = SessionRecord { creation_time: None, ..session("C", "carl", 0) };
        recording.read(10_000, &[a.clone(), b.clone()], false);
        recording.read(15_000, std::slice::from_ref(&a), true);
        recording.fail(20_000);
        let mut restarted =
            changes(std::slice::from_ref(&a), 15_000, std::slice::from_ref(&c), 30_000, false);
        restarted.restarted = Some(28_000);
        recording.list = Some((vec![c.clone()], 30_000));
        let step = recording.steps(ReadStep::Changes(restarted), None);
        recording.write(step);
        let node = NodeKey { gateway: "Plant".into(), url: recording.url.clone() };
        let actions = [
            (31_000, Action::Terminated(c.clone())),
            (32_000, Action::SignedIn { username: Some("op".into()) }),
        ];
        let actions = actions.map(|(time, action)| TimedAction { node: node.clone(), time, action });
        recording.writer.write_actions(&actions).unwrap();
        recording.read(35_000, &[], true);
        let entries = page(recording.database(), None, 100);
        let expected = [
            (35_000, ActivityKind::Left, "C"),
            (32_000, ActivityKind::SignedIn, "-"),
            (31_000, ActivityKind::Terminated, "C"),
            (30_000, ActivityKind::Arrived, "C"),
            (30_000, ActivityKind::Reachable, "-"),
            (28_000, ActivityKind::Left, "A"),
            (28_000, ActivityKind::Restarted, "-"),
            (20_000, ActivityKind::Unreachable, "-"),
            (15_000, ActivityKind::Left, "B"),
            (10_000, ActivityKind::Arrived, "B"),
            (10_000, ActivityKind::Arrived, "A"),
        ];
        assert_eq!(summary(&entries), expected);
        let bounds: Vec<(i64, i64)> = entries.iter().map(|entry| (entry.earliest, entry.latest)).collect();
        assert_eq!(bounds[3], (15_000, 30_000), "its start isn't known");
        assert_eq!(bounds[5], (15_000, 28_000), "it left while the node couldn't be read");
        assert_eq!(bounds[6], (15_000, 28_000));
        assert_eq!(bounds[8], (15_000, 15_000));
        assert_eq!(bounds[9], (5_000, 5_000), "the gateway gives its start");
        let durations: Vec<Option<i64>> = entries.iter().map(|entry| entry.duration_ms).collect();
        assert_eq!(durations[0], Some(0));
        assert_eq!(durations[4..9], [Some(10_000), Some(10_000), None, Some(10_000), Some(5_000)]);
        assert_eq!(entries[1].session.username.as_deref(), Some("op"));
        assert_eq!((&*entries[2].gateway, &entries[2].session), ("Plant", &c));
        check_steps(recording.database(), &entries);
    });
}

#[test]
fn pages_stay_the_same_while_new_entries_are_written() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let many: Vec<_> = (0..500).map(|id| session(&format!("S{id}"), "billy", 0)).collect();
        recording.read(10_000, &many, false);
        recording.read(15_000, &many[..250], true);
        let before = page(recording.database(), None, usize::MAX);
        assert_eq!(before.len(), 750);
        let mut paged = page(recording.database(), None, 70);
        for (time, kept) in (20_000..).step_by(5_000).zip([200, 220, 100, 130, 0]) {
            recording.read(time, &many[..kept], true);
            recording.fail(time + 1_000);
            for _ in 0..3 {
                let last = paged.last().map(|entry| entry.key);
                paged.extend(page(recording.database(), last, 70));
            }
        }
        assert_eq!(paged, before);
        let all = page(recording.database(), None, usize::MAX);
        check_steps(recording.database(), &all);
    });
}

#[test]
fn quiet_years_are_skipped() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        for (index, day) in [0, 1, 400, 4_000].into_iter().enumerate() {
            recording.read(day * DAY_MS + 10_000, &[session(&format!("S{index}"), "billy", 0)], false);
        }
        let all = page(recording.database(), None, 100);
        let times: Vec<i64> = all.iter().map(|entry| entry.time() / DAY_MS).collect();
        assert_eq!(times, [4_000, 4_000, 400, 400, 1, 1, 0]);
        for limit in [1, 2, 3] {
            let mut paged: Vec<ActivityEntry> = Vec::new();
            while paged.len() < all.len() {
                paged.extend(page(recording.database(), paged.last().map(|entry| entry.key), limit));
            }
            assert_eq!(paged, all);
        }
        let last = all.last().map(|entry| entry.key);
        assert_eq!(page(recording.database(), last, 10), []);
        check_steps(recording.database(), &all);
    });
}

#[test]
fn lists_one_gateway() {
    on_each_database(|database| {
        for gateway in ["a", "b"] {
            let url = format!("http://{gateway}.example:8088");
            let mut recording = Recording { gateway, ..Recording::new(database.open(), &url) };
            recording.read(10_000, &[session(gateway, "billy", 0)], false);
            recording.fail(15_000);
        }
        let mut database = database.open();
        let mut kinds = |gateway: &str| {
            let entries = activity(&mut *database, None, 10, Some(&gateway.into()), 0).unwrap();
            assert!(entries.iter().all(|entry| gateway.contains(&*entry.gateway)));
            entries.into_iter().map(|entry| entry.kind).collect::<Vec<_>>()
        };
        for gateway in ["b", "http://a.example:8088/"] {
            assert_eq!(
                kinds(gateway.trim_end_matches('/')),
                [ActivityKind::Unreachable, ActivityKind::Arrived]
            );
        }
        assert_eq!(kinds("c"), []);
    });
}
