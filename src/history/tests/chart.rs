//! Charts, with both databases.

use std::cell::Cell;

use super::*;
use crate::history::ActivityKind;
use crate::history::chart::{
    Chart, ChartRequest, ChartSplit, MarkKind, SeriesName, chart, marks as marks_of,
};
use crate::history::peaks::{PeaksRequest, peaks};

fn request(from: i64, to: i64, buckets: usize, split: ChartSplit) -> ChartRequest {
    ChartRequest { from, to, buckets, split, gateway: None }
}

fn ask(database: &mut dyn Database, request: &ChartRequest) -> Chart {
    chart(database, request, LATER, &|| false).unwrap().unwrap()
}

/// Returns a recorder of another gateway.
fn other_gateway(database: &TestDatabase, name: &'static str) -> Recording {
    Recording { gateway: name, ..Recording::new(database.open(), &format!("http://{name}.example:8088")) }
}

fn names(chart: &Chart) -> Vec<&SeriesName> {
    chart.series.iter().map(|series| &series.name).collect()
}

#[test]
fn shows_the_maximum_of_each_bucket() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [a, b, c] =
            ["A", "B", "C"].map(|id| SessionRecord { creation_time: None, ..session(id, "billy", 0) });
        recording.read(10_000, std::slice::from_ref(&a), false);
        recording.read(15_000, &[a.clone(), b], true);
        recording.read(20_000, &[a.clone(), c.clone()], true);
        recording.read(40_000, std::slice::from_ref(&c), true);
        let chart = ask(recording.database(), &request(0, 60_000, 6, ChartSplit::Designer));
        // One that was missed counts until it was seen last.
        assert_eq!(chart.total, [0, 2, 2, 1, 1, 0]);
        assert_eq!(chart.series.len(), 1);
        assert_eq!(chart.series[0].maxima, chart.total);
        assert_eq!(chart.time_of(6), 60_000);
        assert_eq!(
            chart.unwatched,
            [TimeRange { from: 0, to: 10_000 }, TimeRange { from: 40_000, to: 60_000 }]
        );
        // A range in which nothing changed.
        assert_eq!(
            ask(recording.database(), &request(22_000, 23_000, 2, ChartSplit::Designer)).total,
            [1, 1]
        );
    });
}

#[test]
fn sessions_that_replace_others_in_an_outage_are_not_added_to_them() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        // The same clients, which began before the outage by the clock of the gateway, and again within it.
        let before: Vec<_> = (0..20).map(|id| session(&format!("S{id}"), "billy", 1_000)).collect();
        let after: Vec<_> =
            (0..20).map(|id| session(&format!("S{id}"), "billy", 2_000 + id * 5_000)).collect();
        recording.read(10_000, &before, false);
        recording.fail(15_000);
        recording.read(80_000, &after, false);
        recording.read(85_000, &after, true);
        let chart = ask(recording.database(), &request(0, 90_000, 900, ChartSplit::Designer));
        assert_eq!(chart.total.iter().max(), Some(&20));
        let request = PeaksRequest { days: vec![0, 90_000], gateway: None };
        let peaks = peaks(recording.database(), &request, LATER, &|| false).unwrap().unwrap();
        assert_eq!(peaks.days[0].peaks.total.count, 20);
    });
}

#[test]
fn names_the_largest_projects_and_sums_up_the_rest() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        // Project n has n sessions.
        let sessions: Vec<SessionRecord> = (1..=12)
            .flat_map(|project| (0..project).map(move |index| (project, index)))
            .map(|(project, index)| SessionRecord {
                project: Some(format!("project {project:02}").into()),
                ..session(&format!("{project} {index}"), "billy", 0)
            })
            .collect();
        recording.read(10_000, &sessions, false);
        recording.read(60_000, &sessions, true);
        let chart = ask(recording.database(), &request(0, 60_000, 3, ChartSplit::Project));
        let expected: Vec<SeriesName> = (5..=12)
            .map(|project| SeriesName::Project(Some(format!("project {project:02}").into())))
            .collect();
        assert_eq!(names(&chart), expected.iter().chain([&SeriesName::Other]).collect::<Vec<_>>());
        let last: Vec<u32> = chart.series.iter().map(|series| series.maxima[2]).collect();
        assert_eq!(last, [5, 6, 7, 8, 9, 10, 11, 12, 1 + 2 + 3 + 4]);
        assert_eq!(chart.total[2], 78);
    });
}

#[test]
fn gateways_are_counted_apart() {
    on_each_database(|database| {
        let names: Vec<&'static str> = "a b c d e f g h i j".split(' ').collect();
        for (index, name) in names.iter().enumerate() {
            let sessions: Vec<_> = (0..=index).map(|id| session(&format!("S{id}"), "billy", 0)).collect();
            let mut recording = other_gateway(database, name);
            recording.read(10_000, &sessions, false);
            recording.read(20_000, &sessions, true);
            drop(recording.end());
        }
        let mut database = database.open();
        let all = request(10_000, 20_000, 1, ChartSplit::Gateway);
        let chart = ask(&mut *database, &all);
        let expected = "c d e f g h i j".split(' ').map(|name| SeriesName::Gateway(name.into()));
        let expected: Vec<SeriesName> = expected.chain([SeriesName::Other]).collect();
        assert_eq!(self::names(&chart), expected.iter().collect::<Vec<_>>());
        assert_eq!(chart.series[8].maxima, [1 + 2]);
        let one = ChartRequest { gateway: Some("b".into()), ..all.clone() };
        let chart = ask(&mut *database, &one);
        assert_eq!(self::names(&chart), [&SeriesName::Gateway("b".into())]);
        assert_eq!(chart.total, [2]);
        let none = ChartRequest { gateway: Some("x".into()), ..all };
        let chart = ask(&mut *database, &none);
        assert_eq!((chart.series, chart.total), (vec![], vec![0]));
        assert_eq!(chart.unwatched, [TimeRange { from: 10_000, to: 20_000 }]);
    });
}

#[test]
fn marks_outages_and_restarts() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        recording.fail(15_000);
        recording.read(20_000, &[], false);
        let mut restarted = changes(&[], 20_000, &[], 25_000, true);
        restarted.restarted = Some(23_000);
        let step = recording.steps(ReadStep::Changes(restarted), None);
        recording.write(step);
        recording.fail(26_000);
        let mut marks = |buckets| {
            let chart = ask(recording.database(), &request(0, 40_000, buckets, ChartSplit::Designer));
            assert_eq!(
                chart.unwatched,
                [(0, 10_000), (10_000, 20_000), (25_000, 40_000)].map(|(from, to)| TimeRange { from, to })
            );
            chart.marks.iter().map(|mark| (mark.kind, mark.count)).collect::<Vec<_>>()
        };
        let restart = (MarkKind::Restarted { at: 23_000 }, 1);
        let unreachable = |from, until, is_over| MarkKind::Unreachable { from, until, is_over };
        let each = [(unreachable(15_000, 20_000, true), 1), restart, (unreachable(26_000, 26_000, false), 1)];
        assert_eq!(marks(4), each);
        assert_eq!(marks(1), [(unreachable(15_000, 26_000, false), 2), restart]);
        let mut each = |from, to| {
            let marks = marks_of(recording.database(), TimeRange { from, to }, 40_000).unwrap();
            assert!(marks.iter().all(|mark| mark.count == 1 && &*mark.gateway == "Plant"));
            marks.iter().map(|mark| mark.kind).collect::<Vec<_>>()
        };
        let all = [unreachable(15_000, 20_000, true), restart.0, unreachable(26_000, 40_000, false)];
        assert_eq!(each(0, 40_000), all);
        assert_eq!(each(17_000, 23_000), all[..2]);
        assert_eq!(each(20_001, 22_999), []);
    });
}

#[test]
fn an_outage_that_is_being_recorded_lasts_until_now() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        recording.fail(15_000);
        let mut outage = |now| {
            let request = request(10_000, 1_000_000, 10, ChartSplit::Designer);
            let chart = chart(recording.database(), &request, now, &|| false).unwrap().unwrap();
            assert_eq!(chart.unwatched, [TimeRange { from: 10_000, to: now }]);
            let [mark] = &chart.marks[..] else { panic!("{:?}", chart.marks) };
            mark.kind
        };
        let unreachable = |until| MarkKind::Unreachable { from: 15_000, until, is_over: false };
        assert_eq!(outage(50_000), unreachable(50_000));
        assert_eq!(outage(500_000), unreachable(15_000));
    });
}

#[test]
fn a_chart_can_be_cancelled() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        let calls = Cell::new(0);
        let is_cancelled = || {
            calls.set(calls.get() + 1);
            calls.get() > 1
        };
        let request = request(0, 20_000, 10, ChartSplit::Designer);
        assert_eq!(chart(recording.database(), &request, LATER, &is_cancelled).unwrap(), None);
        assert_eq!(calls.get(), 2);
    });
}

#[test]
fn ranges_without_a_bucket_are_empty() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        for (from, to, buckets) in [(5, 5, 10), (6, 5, 10), (0, 10, 0), (i64::MIN, i64::MAX, 0)] {
            let chart = ask(recording.database(), &request(from, to, buckets, ChartSplit::Project));
            assert!(chart.total.is_empty(), "{chart:?}");
        }
        let all = ask(recording.database(), &request(i64::MIN, i64::MAX, 4, ChartSplit::Project));
        assert_eq!(all.total, [0, 0, 1, 0]);
        assert_eq!(
            ask(recording.database(), &request(10_000, 10_002, 10, ChartSplit::Project)).total,
            [1, 0]
        );
    });
}

#[test]
fn reads_a_history_without_events() {
    on_each_database(|test_database| {
        let mut recording = Recording::on(test_database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        recording.read(20_000, &[], true);
        let database = recording.database();
        for back in &crash::BACK[..2] {
            database.execute_batch(back).unwrap();
        }
        database.set_schema_version(2).unwrap();
        let mut history = History::open_read_only(&test_database.location).unwrap();
        let request = request(10_000, 30_000, 2, ChartSplit::Designer);
        let chart = history.chart(&request, &|| false).unwrap().unwrap();
        assert_eq!((chart.total, chart.marks), (vec![1, 0], vec![]));
        let kinds = history.activity(None, 10, None).unwrap().into_iter().map(|entry| entry.kind);
        assert_eq!(kinds.collect::<Vec<_>>(), [ActivityKind::Left, ActivityKind::Arrived]);
        assert_eq!(history.check().unwrap(), [] as [String; 0]);
        assert_eq!(history.info().unwrap().schema_version, 2);
    });
}
