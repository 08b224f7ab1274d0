//! `gatewatch history`, on a history that is recorded from a gateway whose sessions come and go on a script.

use std::io::Write as _;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use gatewatch::gateway::{Client, Credentials, Limits, Profile};
use gatewatch::history::{HISTORY_FILE, Location, Recorder};
use gatewatch::poll::{Observer, Poller, ReadOutcome};
use tempfile::TempDir;

use super::{failure, stdout, text};
use crate::support::poll::TIMEOUT;
use crate::support::process::gatewatch;
use crate::support::{FakeGateway, ok, status, webdev_json};

/// 2024-11-24 12:00:00 UTC.
const NOON_MS: u64 = 1_732_449_600_000;
const MINUTE_MS: u64 = 60_000;

const BILLY: &str = r#""billy","Packaging","10.2.0.9",false,"A1",1732449000000"#;
const ANNA: &str = r#""anna","Boiler","10.10.0.1",true,"B2",1732449000000"#;
const CARL: &str = r#""carl","Boiler","hmi-7",false,"C3",1732449000000"#;
/// A session that logged in at 13:00 UTC.
const DORA: &str = r#""dora","Boiler","hmi-8",false,"D4",1732453200000"#;

/// A gateway with the name North, and the sessions and the time that a test gives it.
struct Script {
    gateway: FakeGateway,
    rows: Arc<Mutex<Vec<&'static str>>>,
    now_ms: Arc<AtomicU64>,
    folder: TempDir,
}

impl Script {
    fn new() -> Self {
        let rows = Arc::<Mutex<Vec<&str>>>::default();
        let answered = rows.clone();
        let gateway = FakeGateway::new(move |request, stream| {
            let response = if request.path().ends_with("/system/gwinfo") {
                ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44")
            } else if request.path() == "/system/webdev/gatewatch/sessions" {
                ok(&webdev_json(&answered.lock().unwrap()))
            } else {
                status("404 Not Found", "")
            };
            // The client may have closed the connection.
            let _closed = stream.write_all(&response);
        });
        Self { gateway, rows, now_ms: Arc::default(), folder: tempfile::tempdir().unwrap() }
    }

    /// Records one read at each of these minutes after noon, with the sessions of that time, by one recorder.
    fn record(&self, reads: &[(u64, &[&'static str])]) {
        let path = self.folder.path().join(HISTORY_FILE);
        let recorder = Recorder::spawn(Location::File(path), None, |status| panic!("{status:?}")).unwrap();
        let (sender, finished) = std::sync::mpsc::sync_channel(reads.len());
        let (mut record, now_ms) = (recorder.observer(), self.now_ms.clone());
        let mut previous = None;
        // The times of the test in place of the real ones.
        let observer: Observer = Box::new(move |mut update| {
            update.time = UNIX_EPOCH + Duration::from_millis(now_ms.load(Ordering::SeqCst));
            let ReadOutcome::List(read) = &mut update.outcome else { panic!("{update:?}") };
            read.clock_offset_ms = Some(0);
            if let (Some(before), Some(time)) = (&mut read.previous, previous.replace(update.time)) {
                before.read_at = time;
            }
            record(&update);
            sender.send(()).unwrap();
        });
        let mut poller = Poller::spawn(Client::new(Limits::default()), Some(observer), || ()).unwrap();
        poller.set_interval(Some(Duration::from_hours(1)));
        for (index, (minute, rows)) in reads.iter().enumerate() {
            self.now_ms.store(NOON_MS + minute * MINUTE_MS, Ordering::SeqCst);
            *self.rows.lock().unwrap() = rows.to_vec();
            if index == 0 {
                let profile = Profile::from_address(&self.gateway.url).unwrap().with_name("North");
                poller.connect(profile, Credentials::None);
            } else {
                poller.refresh_now();
            }
            finished.recv_timeout(TIMEOUT).unwrap();
        }
        // It writes what is left.
        drop(poller);
        drop(recorder);
    }

    /// Records what the tests ask for: between the two recorders, billy stays, anna leaves and dora comes.
    fn day() -> Self {
        let script = Self::new();
        script.record(&[(0, &[BILLY, ANNA, CARL]), (5, &[BILLY, ANNA, CARL]), (10, &[BILLY, ANNA])]);
        script.record(&[(120, &[BILLY, DORA]), (125, &[BILLY, DORA])]);
        script
    }

    fn run(&self, args: &[&str]) -> Output {
        gatewatch(self.folder.path()).arg("history").args(args).output().unwrap()
    }

    /// Returns the columns username and state of each row, and the standard error.
    fn states(&self, args: &[&str]) -> (Vec<String>, String) {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let rows = text(&output.stdout).lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{} {}", cells[0], cells[cells.len() - 1])
        });
        (rows.collect(), text(&output.stderr).to_owned())
    }
}

/// Returns the line that standard error has for a time at which the gateway wasn't watched.
fn note(script: &Script, rest: &str) -> String {
    format!("gatewatch: North, {} was not watched {rest}\n", script.gateway.url)
}

#[test]
fn lists_who_was_on_at_a_time() {
    let script = Script::day();
    for (time, expected, unwatched) in [
        ("2024-11-24T12:05:00Z", &["anna seen", "billy seen", "carl seen"][..], ""),
        ("2024-11-24T12:10:00Z", &["anna seen", "billy seen"], ""),
        // In the zone of the process.
        ("2024-11-24 03:30", &["anna possible", "billy proved", "dora proved"], "2024-11-24 03:30:00"),
        ("2024-11-24T12:30:00Z", &["anna possible", "billy proved"], "2024-11-24 03:00:00"),
        ("2024-11-24T14:00:00Z", &["billy seen", "dora seen"], ""),
    ] {
        let (states, stderr) = script.states(&["--at", time, "--sort", "username"]);
        assert_eq!(states, expected, "{time}");
        let notes = if unwatched.is_empty() {
            String::new()
        } else {
            let gap = "2024-11-24 02:40:00 to 2024-11-24 04:30:00";
            note(&script, &format!("at {unwatched}: nothing was recorded from {gap}"))
        };
        assert_eq!(stderr, notes);
    }
    // Before the first read and after the last one.
    let (states, stderr) = script.states(&["--at", "2024-11-24T11:00:00Z", "--utc"]);
    assert_eq!(states, [""; 0]);
    let before = "at 2024-11-24 11:00:00: nothing was recorded before 2024-11-24 12:00:00";
    assert_eq!(stderr, note(&script, before));
    let (states, stderr) = script.states(&["--at", "2024-11-25", "--utc"]);
    assert_eq!(states, ["billy possible", "dora possible"]);
    let after = "at 2024-11-25 00:00:00: nothing was recorded after 2024-11-24 14:05:00";
    assert_eq!(stderr, note(&script, after));
}

#[test]
fn lists_who_was_on_in_a_range() {
    let script = Script::day();
    let range = ["--from", "2024-11-24T12:00:00Z", "--to", "2024-11-24T14:05:00Z", "--utc"];
    let (states, stderr) = script.states(&[&range[..], &["--sort", "username"]].concat());
    assert_eq!(states, ["anna left-between", "billy unknown", "carl left", "dora unknown"]);
    let gap = "from 2024-11-24 12:10:00 to 2024-11-24 14:00:00";
    assert_eq!(stderr, note(&script, gap));
    let output = script.run(&[&range[..], &["--username", "anna", "north"]].concat());
    assert_eq!(
        text(&output.stdout),
        "username,project,address,isDesigner,clientId,creationTime,gateway,kind,firstSeen,lastSeen,missedAt,state\r\n\
         anna,Boiler,10.10.0.1,true,B2,2024-11-24T11:50:00.000Z,North,Designer,2024-11-24T12:00:00.000Z,\
         2024-11-24T12:10:00.000Z,2024-11-24T14:00:00.000Z,left-between\r\n"
    );
    let (states, stderr) = script.states(&["--from", "2024-11-25", "--to", "2024-11-25 01:00", "--utc"]);
    assert_eq!(states, ["billy unknown", "dora unknown"]);
    assert_eq!(stderr, note(&script, "at all from 2024-11-25 00:00:00 to 2024-11-25 01:00:00"));
}

#[test]
fn takes_the_options_of_sessions() {
    let script = Script::day();
    let at = |args: &[&str]| {
        let output = script.run(&[&["--at", "2024-11-24T12:05:00Z"], args].concat());
        stdout(&output).to_owned()
    };
    assert_eq!(at(&["--count"]), "3\n");
    assert_eq!(at(&["--count", "--kind", "designer"]), "1\n");
    assert_eq!(at(&["--count", "--project", "Boiler", "--username", ".*a.*"]), "2\n");
    assert_eq!(at(&["--count", "North"]), "3\n");
    assert_eq!(at(&["--count", &script.gateway.url]), "3\n");
    let json = at(&["--username", "carl", "--format", "json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[0]["missedAt"], "2024-11-24T12:10:00.000Z");
    assert_eq!((&rows[0]["gateway"], &rows[0]["kind"]), (&"North".into(), &"Vision".into()));
    let path = script.folder.path().join("out.csv");
    assert_eq!(at(&["--sort", "username:desc", "--excel", "--output", path.to_str().unwrap()]), "");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("\u{feff}username,"));
}

#[test]
fn removes_a_user_and_what_is_old() {
    let script = Script::day();
    let purge = |args: &[&str]| {
        let output = script.run(&[&["purge"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let users = || {
        let (states, _) = script.states(&["--from", "2024-11-24", "--utc", "--sort", "username"]);
        states.iter().map(|state| state.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(users(), ["anna", "billy", "carl", "dora"]);
    // It is no pattern.
    assert_eq!(purge(&["--username", ".*"]), "Removed 0 sessions\n");
    assert_eq!(purge(&["--username", "anna"]), "Removed 1 session\n");
    assert_eq!(users(), ["billy", "carl", "dora"]);
    let history = std::fs::read(script.folder.path().join(HISTORY_FILE)).unwrap();
    assert!(!history.windows(4).any(|bytes| bytes == b"anna"));
    assert_eq!(purge(&["--before", "2024-11-24 13:00", "--utc"]), "Removed 1 session\n");
    assert_eq!(users(), ["billy", "dora"]);
    assert_eq!(stdout(&script.run(&["check"])), "No problems found\n");
}

#[test]
fn copies_into_another_history_and_repeats_it() {
    let script = Script::day();
    let other = tempfile::tempdir().unwrap();
    let to = other.path().to_str().unwrap();
    let copy = || {
        let output = script.run(&["copy", "--to", to]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    assert_eq!(copy(), "Copied 4 sessions, 4 of them new\n");
    assert_eq!(copy(), "Copied 4 sessions, 0 of them new\n");
    let all = |folder: &Path| {
        let range = ["history", "--from", "2024-11-24", "--to", "2024-11-25", "--utc"];
        let output = gatewatch(folder).args(range).output().unwrap();
        (text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    assert_eq!(all(other.path()), all(script.folder.path()));
    let check = gatewatch(other.path()).args(["history", "check"]).output().unwrap();
    assert_eq!(stdout(&check), "No problems found\n");
}

#[test]
fn rejects_wrong_places_for_a_copy() {
    let script = Script::day();
    let error = |to: &str| failure(&script.run(&["copy", "--to", to]), 2).to_owned();
    let own = script.folder.path().join(HISTORY_FILE);
    assert_eq!(error(own.to_str().unwrap()), "The history can't be copied into itself\n");
    assert_eq!(error(script.folder.path().to_str().unwrap()), "The history can't be copied into itself\n");
    let folder = script.folder.path().canonicalize().unwrap();
    let indirect = folder.join("..").join(folder.file_name().unwrap()).join(HISTORY_FILE);
    let mut others = vec![indirect];
    #[cfg(unix)]
    {
        let [symbolic, hard] = ["symbolic.db", "hard.db"].map(|name| folder.join(name));
        std::os::unix::fs::symlink(&own, &symbolic).unwrap();
        std::fs::hard_link(&own, &hard).unwrap();
        others.extend([symbolic, hard]);
    }
    for other in others {
        assert_eq!(error(other.to_str().unwrap()), "The history can't be copied into itself\n", "{other:?}");
    }
    assert!(error("mysql://db/x").contains("postgres://user@host/database"));
    let password = error("postgres://billy:s3cret@db/x");
    let file = script.folder.path().join("notes.txt");
    let expected = format!("Can't copy into {}, which is no history\n", file.display());
    std::fs::write(&file, "no database".repeat(1_000)).unwrap();
    let message = error(file.to_str().unwrap());
    assert!(message.starts_with(&expected) && message.contains("\n  hint: name a file"), "{message}");
    assert!(!message.contains("history check"), "{message}");
    // A SQLite file with a table and nothing else.
    let other = rusqlite::Connection::open(script.folder.path().join("other.db")).unwrap();
    other.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    let message = error(other.path().unwrap());
    assert!(message.contains("is a database of another program\n  hint: name a file"), "{message}");
    let tables = other.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    assert_eq!(tables, Ok(1));
    assert!(password.contains("must not have a password") && !password.contains("s3cret"), "{password}");
}

#[test]
fn shows_what_is_recorded() {
    let script = Script::day();
    let info = script.run(&["info", "--utc"]);
    let (info, url) = (stdout(&info), &script.gateway.url);
    let place = script.folder.path().join(HISTORY_FILE);
    assert!(info.starts_with(&format!("Location     {}\n", place.display())), "{info}");
    assert!(info.contains("\nSessions     4, 2 still open\n"), "{info}");
    assert!(info.contains("\nOldest read  2024-11-24 12:00:00\nKept for     90 days\n"), "{info}");
    assert!(info.ends_with(&format!("\n\nNorth  {url}  last watched 2024-11-24 14:05:00\n")), "{info}");
}

#[test]
fn says_that_nothing_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["--at", "-2h"][..], &["info"], &["check"], &["purge", "--username", "anna"]] {
        let output = gatewatch(folder.path()).arg("history").args(args).output().unwrap();
        let error = failure(&output, 1);
        assert!(error.starts_with("No history has been recorded yet\n  hint: "), "{error}");
    }
    assert!(!folder.path().join(HISTORY_FILE).exists());
}

#[test]
fn says_that_the_file_is_damaged_or_empty() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| gatewatch(folder.path()).arg("history").args(args).output().unwrap();
    let path = folder.path().join(HISTORY_FILE);
    std::fs::write(&path, "no database".repeat(1_000)).unwrap();
    let error = run(&["--at", "-2h"]);
    assert!(failure(&error, 1).ends_with("  hint: run `gatewatch history check`\n"));
    let check = run(&["check"]);
    assert_eq!((check.status.code(), text(&check.stderr)), (Some(1), ""));
    assert_eq!(text(&check.stdout), "The file is damaged: file is not a database\n");
    // A recorder was ended before it wrote the tables.
    std::fs::write(&path, "").unwrap();
    assert!(failure(&run(&["--at", "-2h"]), 1).starts_with("No history has been recorded yet\n"));
}

#[test]
fn says_which_of_two_times_it_takes() {
    let script = Script::day();
    // The rules of Berlin.
    let run = |args: &[&str]| {
        let mut command = gatewatch(script.folder.path());
        command.env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3").arg("history").args(args);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        text(&output.stderr).lines().next().unwrap().to_owned()
    };
    assert_eq!(
        run(&["--at", "2024-10-27 02:30"]),
        "gatewatch: 2024-10-27 02:30:00 occurs twice, at +02:00 and +01:00. Using the first one. For the second one, \
         write 2024-10-27T02:30:00+01:00"
    );
    let note = run(&["--from", "2024-10-26", "--to", "2024-10-27 02:30"]);
    assert!(note.contains("Using the second one."), "{note}");
    assert_eq!(
        run(&["--at", "2024-03-31 02:30"]),
        "gatewatch: 2024-03-31 02:30:00 doesn't exist, because clocks skip it. Using the time after that, \
         2024-03-31 03:00:00 +02:00"
    );
}

#[test]
fn rejects_wrong_usage() {
    let script = Script::day();
    let error = |args: &[&str]| failure(&script.run(args), 2).to_owned();
    assert_eq!(
        error(&["--at", "noon"]),
        "Invalid time \"noon\" for --at\n  caused by: Write the time as in 14:05, \"yesterday 14:05\", \
         \"2026-11-24 14:05\", 2026-11-24T14:05:00Z or -2h\n"
    );
    assert!(error(&["--at", "9999-01-01"]).starts_with("9999-01-01 00:00:00 for --at is in the future\n"));
    assert!(error(&["--from", "-1h", "--to", "-2h"]).contains("which is after --to"));
    assert!(error(&["purge", "--before", "9999-01-01"]).contains("is in the future"));
    assert_eq!(error(&["--at", "-1h", "South"]), "Unknown gateway. Recorded ones: North\n");
    assert!(error(&["--at", "-1h", "--sort", "usrname"]).contains("creationTime, gateway, kind, firstSeen"));
    assert!(error(&["--at", "-1h", "--username", "("]).starts_with("Invalid pattern"));
    for args in [&[][..], &["--at", "-1h", "info"], &["--at", "-1h", "--from", "-2h"], &["purge"]] {
        let output = script.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains("Usage: gatewatch history"), "{}", text(&output.stderr));
    }
}

#[test]
fn lists_the_peaks_of_days() {
    let script = Script::day();
    let config = format!(
        "[[profile]]\nname = \"North\"\nurls = [\"{}\"]\nclient_limit = 1\ndesigner_limit = 5\n",
        script.gateway.url
    );
    std::fs::write(script.folder.path().join("config.toml"), config).unwrap();
    let rows = |args: &[&str]| {
        let range = ["peaks", "--from", "2024-11-23", "--to", "2024-11-24", "--utc"];
        let output = script.run(&[&range[..], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let note = "gatewatch: 2 of 2 days were not watched in full: there may have been more sessions\n";
        assert_eq!(text(&output.stderr), note);
        text(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        rows(&["north"]),
        [
            "day,gateway,kind,project,peak,isMinimum,peakTime,limit,overLimit,watched,unwatchedSeconds",
            "2024-11-23,North,,,,true,,,,never,",
            "2024-11-24,North,,,3,true,2024-11-24T11:50:00.001Z,,,partly,85500",
        ]
    );
    assert_eq!(
        rows(&["--by", "kind"])[4..],
        [
            "2024-11-24,North,Vision,,2,true,2024-11-24T11:50:00.001Z,1,1,partly,85500",
            "2024-11-24,North,Designer,,1,true,2024-11-24T11:50:00.001Z,5,0,partly,85500",
            "2024-11-24,North,Perspective,,0,true,,,,partly,85500",
        ]
    );
    assert_eq!(rows(&["--by", "gateway"]), rows(&["--by", "kind"]));
    assert_eq!(
        rows(&["--by", "project"])[1..],
        [
            "2024-11-24,North,,Boiler,2,true,2024-11-24T11:50:00.001Z,,,partly,85500",
            "2024-11-24,North,,Packaging,1,true,2024-11-24T11:50:00.001Z,,,partly,85500",
        ]
    );
    // Those of today.
    let output = script.run(&["peaks", "--from", "now", "--format", "json"]);
    assert_eq!(text(&output.stdout).matches("\"watched\":\"never\"").count(), 1);
    let error = |args: &[&str]| failure(&script.run(&[&["peaks"], args].concat()), 2).to_owned();
    assert!(error(&["--from", "noon"]).starts_with("Invalid time \"noon\" for --from"));
    assert!(error(&["--from", "-1h", "--to", "-2h"]).contains("which is after --to"));
    assert_eq!(error(&["South"]), "Unknown gateway. Recorded ones: North\n");
    assert_eq!(script.run(&["--at", "-1h", "peaks"]).status.code(), Some(2));
}
