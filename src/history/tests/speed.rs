//! Measures private code, which a benchmark can't call.

use super::*;

/// The limit for the median, on two cores.
const LIMIT: Duration = Duration::from_millis(20);
const SESSIONS: i64 = 10_000;
const CHANGED: i64 = SESSIONS / 100;

#[test]
#[ignore = "measures, so nothing else may run: cargo test --release --lib history::tests::speed -- --ignored --nocapture"]
fn records_a_poll_of_10_000_sessions() {
    on_each_database(|database| {
        let mut recording = Recording::on(database);
        let name = |index: i64| session(&format!("S{index}"), &format!("user {}", index % 3_000), index);
        let mut sessions: Vec<SessionRecord> = (0..SESSIONS).map(name).collect();
        recording.read(0, &sessions, false);
        let mut times: Vec<Duration> = (1..=51)
            .map(|poll| {
                let (before, time) = (sessions.clone(), poll * 5_000);
                let changed = usize::try_from(CHANGED).unwrap();
                sessions.drain(..changed);
                sessions.extend((0..CHANGED).map(|index| name(SESSIONS + poll * CHANGED + index)));
                let step = ReadStep::Changes(Changes {
                    left: before[..changed].iter().map(|session| (session.clone(), time - 5_000)).collect(),
                    arrived: sessions[sessions.len() - changed..].to_vec(),
                    ..changes(&[], time - 5_000, &[], time, true)
                });
                let steps = recording.steps(step, None);
                let started = Instant::now();
                recording.write(steps);
                started.elapsed()
            })
            .collect();
        times.sort();
        let median = times[times.len() / 2];
        println!(
            "{SESSIONS} sessions, {CHANGED} left and {CHANGED} arrived: {median:.1?} with {}",
            database.location
        );
        assert!(median < LIMIT, "{median:?}");
    });
}
