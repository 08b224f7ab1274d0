//! The most sessions at once on each day, with both databases.

use std::cell::Cell;

use super::*;
use crate::history::peaks::{DayPeaks, DayWatched, Peak, Peaks, PeaksRequest, peaks};

const PARTLY: fn(u32) -> DayWatched = |unwatched_secs| DayWatched::Partial { unwatched_secs };

fn ask(database: &mut dyn Database, days: &[i64]) -> Peaks {
    let request = PeaksRequest { days: days.to_vec(), gateway: None };
    peaks(database, &request, LATER, &|| false).unwrap().unwrap()
}

fn totals(peaks: &Peaks) -> Vec<(u32, Option<i64>, DayWatched)> {
    let total = |day: &DayPeaks| (day.peaks.total.count, day.peaks.total.at, day.peaks.total.watched);
    peaks.days.iter().map(total).collect()
}

fn of_kind(id: &str, kind: SessionKind, project: &str) -> SessionRecord {
    let project = Some(project.into());
    SessionRecord { kind: Some(kind), project, creation_time: None, ..session(id, "billy", 0) }
}

#[test]
fn finds_the_peaks_of_each_day() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let a = of_kind("A", SessionKind::Vision, "Packaging");
        let b = of_kind("B", SessionKind::Designer, "Packaging");
        let c = of_kind("C", SessionKind::Vision, "Utilities");
        recording.read(10_000, std::slice::from_ref(&a), false);
        recording.read(15_000, &[a.clone(), b], true);
        recording.read(20_000, &[a.clone(), c.clone()], true);
        recording.read(45_000, std::slice::from_ref(&c), true);
        let found = ask(recording.database(), &[0, 18_000, 45_000, 60_000, 70_000]);
        assert_eq!(
            totals(&found),
            [
                (2, Some(15_000), PARTLY(10)),
                (2, Some(20_000), DayWatched::Full),
                (1, Some(45_000), PARTLY(15)),
                (0, None, DayWatched::Never),
            ]
        );
        let kinds = found.days[0].peaks.kinds;
        assert_eq!(
            kinds.map(|peak| (peak.count, peak.at)),
            [(1, Some(10_000)), (1, Some(15_000)), (0, None)]
        );
        assert_eq!(
            found.days[1].projects,
            [(Some("Packaging".into()), 1, Some(18_000)), (Some("Utilities".into()), 1, Some(20_000))]
        );
        assert_eq!(found.days[3].projects, []);
        assert_eq!(found.gateways.len(), 1);
        let of_gateway: Vec<_> = found.gateways[0].days.iter().map(|day| day.total).collect();
        assert_eq!(of_gateway, found.days.iter().map(|day| day.peaks.total).collect::<Vec<Peak>>());
    });
}

#[test]
fn a_session_that_ended_in_a_gap_counts_until_it_was_seen_last() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let [a, b] = ["A", "B"].map(|id| of_kind(id, SessionKind::Vision, "Packaging"));
        recording.read(10_000, &[a], false);
        // It may have left before the other one came.
        recording.read(30_000, &[b], false);
        let found = ask(recording.database(), &[10_000, 30_000, 40_000]);
        assert_eq!(totals(&found), [(1, Some(10_000), PARTLY(20)), (1, Some(30_000), PARTLY(10))]);
    });
}

#[test]
fn sessions_that_replace_others_do_not_count_with_them() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 9_000)], false);
        // Its gateway says that it began before the read that didn't list it.
        recording.read(15_000, &[session("B", "billy", 9_500)], true);
        let found = ask(recording.database(), &[9_000, 15_000]);
        assert_eq!(found.days[0].peaks.total.count, 1);
    });
}

#[test]
fn gateways_have_peaks_of_their_own() {
    on_each_database(|database| {
        let lists: [(&'static str, [usize; 2]); 2] = [("North", [5, 1]), ("South", [2, 4])];
        for (name, sizes) in lists {
            let mut recording = Recording {
                gateway: name,
                ..Recording::new(database.open(), &format!("http://{name}:8088"))
            };
            for (time, size) in [10_000, 20_000].into_iter().zip(sizes) {
                let list: Vec<_> = (0..size)
                    .map(|id| of_kind(&format!("{name} {id}"), SessionKind::Perspective, "P"))
                    .collect();
                recording.read(time, &list, true);
            }
            drop(recording.end());
        }
        let mut database = database.open();
        let found = ask(&mut *database, &[10_000, 21_000]);
        assert_eq!(found.days[0].peaks.total.count, 7);
        let of_gateways: Vec<_> = found
            .gateways
            .iter()
            .map(|of| (&*of.gateway, of.days[0].of(Some(SessionKind::Perspective)).count))
            .collect();
        assert_eq!(of_gateways, [("North", 5), ("South", 4)]);
        let request = PeaksRequest { days: vec![10_000, 21_000], gateway: Some("South".into()) };
        let one = peaks(&mut *database, &request, LATER, &|| false).unwrap().unwrap();
        assert_eq!((one.gateways.len(), one.days[0].peaks.total.count), (1, 4));
        let none = PeaksRequest { gateway: Some("East".into()), ..request };
        let none = peaks(&mut *database, &none, LATER, &|| false).unwrap().unwrap();
        assert_eq!(totals(&none), [(0, None, DayWatched::Never)]);
    });
}

#[test]
fn a_node_counts_from_its_first_read_on() {
    on_each_database(|database| {
        for (name, reads) in [("North", [0, 30_000]), ("South", [15_000, 30_000])] {
            let mut recording = Recording {
                gateway: name,
                ..Recording::new(database.open(), &format!("http://{name}:8088"))
            };
            recording.read(reads[0], &[], false);
            recording.read(reads[1], &[], true);
            drop(recording.end());
        }
        let found = ask(&mut *database.open(), &[0, 10_000, 20_000, 30_000]);
        let watched: Vec<_> = found.days.iter().map(|day| day.peaks.total.watched).collect();
        assert_eq!(watched, [DayWatched::Full, PARTLY(5), DayWatched::Full]);
    });
}

#[test]
fn a_kind_that_could_not_be_read_makes_its_peak_uncertain() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let a = of_kind("A", SessionKind::Vision, "Packaging");
        recording.read(10_000, std::slice::from_ref(&a), false);
        recording.read_partly(15_000, std::slice::from_ref(&a), &[SessionKind::Perspective], true);
        recording.read(20_000, std::slice::from_ref(&a), true);
        let found = ask(recording.database(), &[10_000, 20_000]);
        let peaks = found.days[0].peaks;
        let watched = peaks.kinds.map(|peak| peak.watched);
        assert_eq!(watched, [DayWatched::Full, DayWatched::Full, PARTLY(10)]);
        assert_eq!(peaks.total.watched, PARTLY(10));
    });
}

#[test]
fn the_current_day_is_watched_up_to_now() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[], false);
        recording.read(20_000, &[], true);
        let mut ask = |now| {
            let request = PeaksRequest { days: vec![10_000, 90_000], gateway: None };
            let found = peaks(recording.database(), &request, now, &|| false).unwrap().unwrap();
            found.days[0].peaks.total.watched
        };
        // The recorder is alive. Then it hangs, and an unchanged list wasn't written yet.
        assert_eq!(ask(25_000), DayWatched::Full);
        assert_eq!(ask(85_000), PARTLY(75));
    });
}

#[test]
fn reading_peaks_can_be_cancelled() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        let calls = Cell::new(0);
        let is_cancelled = || {
            calls.set(calls.get() + 1);
            calls.get() > 1
        };
        let request = PeaksRequest { days: vec![0, 20_000], gateway: None };
        assert_eq!(peaks(recording.database(), &request, LATER, &is_cancelled).unwrap(), None);
        assert_eq!(calls.get(), 2);
    });
}

#[test]
fn days_need_an_end() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        recording.read(10_000, &[session("A", "billy", 0)], false);
        for days in [&[][..], &[5], &[5, 5]] {
            assert_eq!(ask(recording.database(), days), Peaks::default(), "{days:?}");
        }
        let all = ask(recording.database(), &[i64::MIN, i64::MAX]);
        assert_eq!(all.days[0].peaks.total.count, 1);
    });
}
