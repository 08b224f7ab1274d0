//! Kills a process that records, at any moment, and looks at what it left.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{LATER, Recording, session, temporary};
use crate::history::coverage::{self, WRITE_INTERVAL};
use crate::history::database::Database as _;
use crate::history::sqlite::Sqlite;
use crate::history::{check, schema};

const KILLS: u32 = 200;
const MIGRATION_KILLS: u32 = 50;
/// The number of sessions in a file that is migrated. Its copy takes some milliseconds.
const MIGRATED_SESSIONS: i64 = 20_000;
/// The file that the killed process writes, the time of its first read, and the seed of its random numbers.
const VARIABLES: [&str; 3] = ["GATEWATCH_TEST_HISTORY", "GATEWATCH_TEST_TIME", "GATEWATCH_TEST_SEED"];
/// The longest time between the opening of the file and a kill that doesn't wait for a write, in microseconds.
const MAX_DELAY_US: u64 = 40_000;
/// What the process prints before it opens the file.
const OPENING: &str = "opening";

/// The moment of a kill.
enum Kill {
    /// This long after the process began to open the file.
    Opening(Duration),
    /// After this number of writes.
    Writes(usize),
}

fn report(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Seeds the random numbers of a test, and prints the seed.
fn seed_random_numbers() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    fastrand::seed(seed);
}

/// Records reads with random sessions until it is killed. Prints the time of each one that is written.
#[test]
#[ignore = "runs in the processes that the test below starts"]
fn records_until_killed() {
    let [Some(path), Some(time), Some(seed)] = VARIABLES.map(std::env::var_os) else {
        return;
    };
    let mut time: i64 = time.to_str().unwrap().parse().unwrap();
    fastrand::seed(seed.to_str().unwrap().parse().unwrap());
    report(OPENING);
    let mut recording = Recording::open(Path::new(&path));
    let mut is_continuous = false;
    loop {
        if fastrand::u8(..10) == 0 {
            recording.fail(time);
            is_continuous = false;
        } else {
            let sessions = (0..fastrand::u32(..30)).map(|_| {
                let id = fastrand::u32(..40);
                (
                    id,
                    session(&format!("S{id}"), &format!("user {}", fastrand::u8(..3)), i64::from(id) * 1_000),
                )
            });
            let sessions: std::collections::BTreeMap<u32, _> = sessions.collect();
            let sessions: Vec<_> = sessions.into_values().collect();
            // Most lists are the same as before.
            let before = recording.list.as_ref().map(|(before, _)| before.clone());
            let sessions = before.filter(|_| fastrand::u8(..3) > 0).unwrap_or(sessions);
            recording.read(time, &sessions, is_continuous);
            is_continuous = true;
            report(&format!("recorded {time}"));
        }
        time += fastrand::i64(1_000..9_000);
    }
}

/// Starts a process that records, and kills it. Returns the time of the last write that it has reported.
fn kill_while_recording(path: &Path, time: i64, kill: &Kill) -> Option<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", "history::tests::crash::records_until_killed"])
        .envs(VARIABLES.into_iter().zip([
            path.to_str().unwrap(),
            &time.to_string(),
            &fastrand::u64(..).to_string(),
        ]))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut reported = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let recorded = |line: String| line.split_once("recorded ")?.1.parse::<i64>().ok();
    let last = match *kill {
        Kill::Opening(delay) => {
            assert!(reported.by_ref().any(|line| line.ends_with(OPENING)));
            std::thread::sleep(delay);
            None
        }
        Kill::Writes(writes) => reported.by_ref().filter_map(recorded).take(writes).last(),
    };
    child.kill().unwrap();
    // What it wrote between that line and its end.
    let last = reported.filter_map(recorded).last().or(last);
    child.wait().unwrap();
    last
}

#[test]
fn a_killed_recorder_leaves_a_sound_file_and_loses_at_most_30_seconds() {
    seed_random_numbers();
    let folder = temporary();
    let mut path = folder.path().join("0.db");
    let mut time = 1_000_000;
    for kill in 0..KILLS {
        if kill % 8 == 0 {
            // Kills soon after the opening hit the creation of the tables.
            path = folder.path().join(format!("{kill}.db"));
        }
        let moment = if kill % 8 < 3 {
            Kill::Opening(Duration::from_micros(fastrand::u64(..MAX_DELAY_US)))
        } else {
            Kill::Writes(fastrand::usize(1..30))
        };
        let last = kill_while_recording(&path, time, &moment);
        if !path.exists() {
            continue;
        }
        let mut database = Sqlite::open(&path, "test").unwrap();
        schema::migrate(&mut database).unwrap();
        assert_eq!(check::check(&mut database).unwrap(), [] as [String; 0], "after kill {kill}");
        if let Some(last) = last {
            let newest = coverage::newest(&mut database, &[1], LATER).unwrap()[0].unwrap();
            assert!(
                newest.to + i64::try_from(WRITE_INTERVAL.as_millis()).unwrap() > last,
                "kill {kill}: {newest:?} ends long before {last}"
            );
        }
        // Also longer than what was written and not reported.
        time = last.unwrap_or(time) + 600_000;
    }
}

/// The statements that revert the schema from version 4 to 3, and from there to 2 and 1.
pub(super) const BACK: [&str; 3] = [
    "DROP VIEW gatewatch_kind_gaps; DROP TABLE kind_gap",
    "DROP TABLE event",
    "DROP VIEW gatewatch_now; DROP VIEW gatewatch_sessions; DROP VIEW gatewatch_coverage",
];

/// Writes a file of an older schema.
fn write_old_schema(path: &Path, version: i64) {
    let mut recording = Recording::open(path);
    let sessions: Vec<_> =
        (0..MIGRATED_SESSIONS).map(|id| session(&format!("old {id}"), "billy", id * 1_000)).collect();
    recording.read(1_000_000, &sessions, false);
    let database = recording.database();
    for (back, _) in BACK.iter().zip(version..schema::VERSION) {
        database.execute_batch(back).unwrap();
    }
    database.set_schema_version(version).unwrap();
}

#[test]
fn a_killed_migration_keeps_what_is_stored() {
    seed_random_numbers();
    let folder = temporary();
    let old = [1, 2, 3].map(|version| folder.path().join(format!("schema {version}.db")));
    for (path, version) in old.iter().zip(1..) {
        write_old_schema(path, version);
    }
    let mut interrupted = 0;
    for kill in 0..MIGRATION_KILLS {
        let path = folder.path().join(format!("{kill}.db"));
        std::fs::copy(&old[kill as usize % old.len()], &path).unwrap();
        // The first one comes at once.
        let delay = Duration::from_micros(MAX_DELAY_US) * kill / MIGRATION_KILLS;
        kill_while_recording(&path, 2_000_000, &Kill::Opening(delay));
        let mut database = Sqlite::open(&path, "test").unwrap();
        interrupted += u32::from(database.schema_version().unwrap() < schema::VERSION);
        schema::migrate(&mut database).unwrap();
        assert_eq!(check::check(&mut database).unwrap(), [] as [String; 0], "after kill {kill}");
        let count = database.query("SELECT COUNT(*) FROM session WHERE client LIKE 'old %'", Vec::new());
        assert_eq!(count.unwrap()[0][0].integer(), Some(MIGRATED_SESSIONS), "after kill {kill}");
    }
    println!("{interrupted} of {MIGRATION_KILLS} kills came before the end of the migration");
    assert!(interrupted > 0);
}
