//! Random recordings, compared with a list in memory, with both databases.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::model::{self, Model, ModelEntry, ModelRead};
use super::*;
use crate::history::StoredSession;
use crate::history::activity::{self, ActivityEntry};
use crate::history::chart::{self, ChartRequest, ChartSplit, MarkKind, SeriesName};
use crate::history::peaks::{DayWatched, Peak, PeaksRequest, peaks};
use crate::history::user_sessions::{LastSessionQuery, last_session};

/// A read of a random node: the time since the last one, and the list with the kinds that are missing in it; `None` if it
/// fails.
type RandomRead = (i64, Option<(Vec<(u8, u8, u8)>, Vec<SessionKind>)>);

/// The number of ids of sessions.
const IDS: u8 = 4;

fn reads() -> impl Strategy<Value = Vec<RandomRead>> {
    let list = proptest::collection::vec((0..IDS, 0_u8..2, 0_u8..3), 0..=IDS.into());
    let missing = prop_oneof![
        3 => Just(vec![]),
        1 => Just(vec![SessionKind::ALL[0]]),
        1 => Just(vec![SessionKind::ALL[1]]),
        1 => Just(SessionKind::ALL[..2].to_vec()),
    ];
    let list = (list, missing);
    proptest::collection::vec((1_i64..40_000, proptest::option::weighted(0.85, list)), 1..25)
}

/// Returns the sessions with these ids, users and generations. Each id occurs once, as on a real gateway.
fn sessions(list: &[(u8, u8, u8)]) -> Vec<SessionRecord> {
    let mut sessions: Vec<SessionRecord> = Vec::new();
    for (id, user, generation) in list {
        let mut session =
            session(&format!("S{id}"), &format!("user {user}"), i64::from(*generation) * 100_000);
        session.kind = Some(SessionKind::ALL[usize::from(id % 2)]);
        session.is_designer = [Some(true), Some(false), None][usize::from(id % 3)];
        session.project = (*user == 0).then(|| "Packaging".into());
        if *id == 2 {
            session.creation_time = None;
        }
        if *id == 3 {
            session.client_id = None;
        }
        if sessions.iter().all(|other| other.client_id != session.client_id) {
            sessions.push(session);
        }
    }
    sessions
}

/// Records random reads with a database and compares its responses with those of a list in memory.
fn compare_with_model(
    database: Box<dyn Database>,
    url: &str,
    reads: &[RandomRead],
) -> Result<(), TestCaseError> {
    let mut recording = Recording::new(database, url);
    let (mut time, mut model, mut is_continuous) = (100_000, Model::default(), false);
    for (pause, list) in reads {
        time += pause;
        match list {
            None => {
                recording.fail(time);
                model.add_failure(time);
            }
            Some((list, missing)) => {
                let mut sessions = sessions(list);
                sessions.retain(|session| !session.is_of(missing));
                is_continuous &= *pause <= 20_000;
                recording.read_partly(time, &sessions, missing, is_continuous);
                let missing = missing.clone();
                model.add(ModelRead { time, sessions, missing, is_continuous });
            }
        }
        is_continuous = list.is_some();
    }
    let mut writer = recording.end();
    let times = model.interesting_times();
    for &time in &times {
        let stored = query::at(writer.database(), time, Some(&url.into()), LATER).unwrap();
        prop_assert_eq!(model::stored(&stored), model.at(time), "at {}", time);
        let is_watched = stored.nodes.first().is_some_and(|node| node.unwatched.is_empty());
        prop_assert_eq!(is_watched, model.is_watched(time), "watched at {}", time);
        if is_watched {
            let kinds: Vec<SessionKind> =
                stored.nodes[0].unwatched_kinds.iter().map(|(kind, _)| *kind).collect();
            prop_assert_eq!(kinds, model.unwatched_kinds(time), "kinds at {}", time);
        }
    }
    for (&from, &to) in times.iter().zip(times.iter().skip(3)) {
        let range = TimeRange { from, to };
        let stored = query::between(writer.database(), range, Some(&url.into()), LATER).unwrap();
        prop_assert_eq!(model::stored(&stored), model.between(range), "between {} and {}", from, to);
    }
    compare_last_sessions(writer.database(), url, &times)?;
    compare_charts(writer.database(), url, &model, &times)?;
    compare_peaks(writer.database(), url, &model, &times)?;
    for limit in [1, 3, 1_000] {
        compare_activity(writer.database(), url, &model, limit)?;
    }
    let problems = check::check(writer.database()).unwrap();
    prop_assert_eq!(problems, Vec::<String>::new());
    Ok(())
}

/// Compares the last session of each user before some times with all that began before them.
fn compare_last_sessions(database: &mut dyn Database, url: &str, times: &[i64]) -> Result<(), TestCaseError> {
    for &before in times.iter().step_by(5) {
        let range = TimeRange { from: 0, to: before - 1 };
        let began = query::between(database, range, Some(&url.into()), LATER).unwrap().sessions;
        for username in ["user 0", "user 1"] {
            let of_user = began.iter().filter(|stored| stored.session.username.as_deref() == Some(username));
            let expected = of_user.map(|stored| stored.last_seen).max();
            let query = LastSessionQuery { username, before, except: None, gateway: Some(&url.into()) };
            let found = last_session(database, &query, LATER, &|| false).unwrap();
            let found = found.map(|stored| stored.last_seen);
            prop_assert_eq!(found, expected, "{} before {}", username, before);
        }
    }
    Ok(())
}

/// Compares charts of several ranges with those of a list in memory.
fn compare_charts(
    database: &mut dyn Database,
    url: &str,
    model: &Model,
    times: &[i64],
) -> Result<(), TestCaseError> {
    // Parts of the time are read by the index, all of it in the order of the table.
    let all = times.first().zip(times.last()).into_iter();
    for (index, (&from, &to)) in times.iter().zip(times.iter().skip(5)).chain(all).enumerate() {
        let split = [ChartSplit::Designer, ChartSplit::Project, ChartSplit::Gateway][index % 3];
        let request = ChartRequest { from, to, buckets: 1 + index % 7, split, gateway: Some(url.into()) };
        let chart = chart::chart(database, &request, LATER, &|| false).unwrap().unwrap();
        // A bucket has at least a millisecond.
        let buckets = request.buckets.min(usize::try_from(to - from).unwrap());
        prop_assert_eq!(chart.total.len(), buckets, "{:?}", request);
        for bucket in 0..buckets {
            let (begin, end) = (chart.time_of(bucket), chart.time_of(bucket + 1));
            let (maximum, _) = model.peak(begin, end, |_| true);
            prop_assert_eq!(chart.total[bucket], maximum, "{:?}, from {} to {}", request, begin, end);
            prop_assert!(
                maximum <= u32::from(IDS),
                "no id is on twice: {:?}, from {} to {}",
                request,
                begin,
                end
            );
            let mut other: u32 = chart.series.iter().map(|series| series.maxima[bucket]).sum();
            for series in &chart.series {
                let is_in = |session: &SessionRecord| match &series.name {
                    SeriesName::Clients => session.is_designer != Some(true),
                    SeriesName::Designers => session.is_designer == Some(true),
                    SeriesName::Project(project) => session.project == *project,
                    SeriesName::Gateway(gateway) => **gateway == *"Plant",
                    SeriesName::Other => false,
                };
                let (maximum, _) = model.peak(begin, end, is_in);
                prop_assert_eq!(series.maxima[bucket], maximum, "{:?} of {:?}", series.name, request);
                other -= maximum;
            }
            prop_assert_eq!(other, 0);
        }
        let outages = model.outages();
        for &time in times.iter().filter(|time| from <= **time && **time < to) {
            let request = ChartRequest { from: time, to: time + 1, buckets: 1, ..request.clone() };
            let at = chart::chart(database, &request, LATER, &|| false).unwrap().unwrap();
            let stored = query::at(database, time, Some(&url.into()), LATER).unwrap();
            let certain = stored.sessions.iter().filter(|stored| stored.state != SessionState::Possible);
            // Where a session replaces another one between two reads, both are proved at the time of the first one.
            prop_assert!(at.total[0] as usize <= certain.count(), "at {}", time);
        }
        for time in times.iter().filter(|time| from < **time && **time < to) {
            let is_in = |gap: &&TimeRange| gap.from < *time && *time < gap.to;
            prop_assert_eq!(
                chart.unwatched.iter().find(is_in).is_none(),
                model.is_watched(*time),
                "at {}",
                time
            );
        }
        let marked = chart.marks.iter().map(|mark| mark.count as usize).sum::<usize>();
        let mut expected = outages.iter().filter(|outage| outage.from < to && outage.until >= from);
        prop_assert_eq!(marked, expected.clone().count());
        if let [mark] = &chart.marks[..] {
            let (first, last) = (expected.clone().next().unwrap(), expected.next_back().unwrap());
            let (from, until, is_over) = (first.from, last.until, last.is_over);
            prop_assert_eq!(mark.kind, MarkKind::Unreachable { from, until, is_over });
        }
    }
    Ok(())
}

/// Compares the peaks of days, which are much shorter here, with those of a list in memory, and with the sessions at their
/// time.
fn compare_peaks(
    database: &mut dyn Database,
    url: &str,
    model: &Model,
    times: &[i64],
) -> Result<(), TestCaseError> {
    for step in [2, 7, times.len()] {
        let days: Vec<i64> = times.iter().step_by(step).copied().chain(times.last().copied()).collect();
        let request = PeaksRequest { days, gateway: Some(url.into()) };
        let found = peaks(database, &request, LATER, &|| false).unwrap().unwrap();
        for day in &found.days {
            let (from, to) = (day.from, day.to);
            let peak = |peak: &Peak| (peak.count, peak.at);
            prop_assert_eq!(peak(&day.peaks.total), model.peak(from, to, |_| true), "{} to {}", from, to);
            let mut unwatched = vec![model.unwatched(None, from, to)];
            for kind in SessionKind::ALL {
                let of_kind = day.peaks.of(Some(kind));
                prop_assert_eq!(peak(of_kind), model.peak(from, to, |session| session.kind == Some(kind)));
                unwatched.push(model.unwatched(Some(kind), from, to));
                prop_assert_eq!(of_kind.watched, watched(&unwatched[unwatched.len() - 1..], from, to));
            }
            // A node counts from its first read on.
            let is_known = unwatched[0].is_some() || model.peak(0, to, |_| true).0 > 0;
            if is_known {
                prop_assert_eq!(day.peaks.total.watched, watched(&unwatched, from, to));
            }
            for project in [None, Some("Packaging")] {
                let of_project = day.projects.iter().find(|(name, ..)| name.as_deref() == project);
                let expected = model.peak(from, to, |session| session.project.as_deref() == project);
                prop_assert_eq!(of_project.map_or((0, None), |(_, count, at)| (*count, *at)), expected);
            }
            if step > 2
                && let Peak { count, at: Some(at), .. } = day.peaks.total
            {
                let stored = query::at(database, at, Some(&url.into()), LATER).unwrap();
                let is_certain = |stored: &&StoredSession| stored.state != SessionState::Possible;
                // Where a session replaces another one between two reads, both are proved at the time of the first one.
                prop_assert!(stored.sessions.iter().filter(is_certain).count() >= count as usize);
            }
        }
    }
    Ok(())
}

/// Returns the part of a day that was watched if each kind was unwatched for this long.
fn watched(unwatched: &[Option<i64>], from: i64, to: i64) -> DayWatched {
    let longest = unwatched.iter().map(|unwatched| unwatched.unwrap_or(to - from)).max();
    match longest {
        _ if unwatched.iter().all(Option::is_none) => DayWatched::Never,
        Some(0) => DayWatched::Full,
        longest => {
            let unwatched_secs = longest.unwrap_or(0).unsigned_abs().div_ceil(1_000).try_into().unwrap();
            DayWatched::Partial { unwatched_secs }
        }
    }
}

/// Compares all pages of the activity list with a list in memory.
fn compare_activity(
    database: &mut dyn Database,
    url: &str,
    model: &Model,
    limit: usize,
) -> Result<(), TestCaseError> {
    let mut entries: Vec<ActivityEntry> = Vec::new();
    loop {
        let before = entries.last().map(|entry| entry.key);
        let page = activity::activity(database, before, limit, Some(&url.into()), LATER).unwrap();
        let is_last = page.len() < limit;
        entries.extend(page);
        if is_last {
            break;
        }
    }
    prop_assert!(entries.is_sorted_by(|newer, older| newer.key > older.key));
    let mut found: Vec<ModelEntry> = entries
        .iter()
        .map(|entry| {
            let id = entry.session.client_id.as_ref().map(ToString::to_string);
            (entry.time(), entry.kind, id, entry.earliest, entry.latest, entry.duration_ms)
        })
        .collect();
    found.sort();
    found.reverse();
    prop_assert_eq!(found, model.activity());
    Ok(())
}

#[test]
fn answers_as_a_list_in_memory_does() {
    on_each_database(|database| {
        // A case asks thousands of questions, each of which takes the server many times as long.
        let cases = if matches!(database.location, Location::File(_)) { 40 } else { 8 };
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
        let node = Cell::new(0);
        TestRunner::new(config)
            .run(&reads(), |reads| {
                node.set(node.get() + 1);
                compare_with_model(
                    database.open(),
                    &format!("http://node{}.example:8088", node.get()),
                    &reads,
                )
            })
            .unwrap();
    });
}

#[test]
fn class_of_open_sessions_is_that_of_the_view() {
    // The view `gatewatch_now` spells it out.
    assert_eq!(span::OPEN, 99);
}
