//! `gatewatch alert`, and alerts while recording: a scripted gateway, real commands, and what the history says about it.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use gatewatch::history::{ActivityKind, HISTORY_FILE, History, Location};
use serde_json::Value;

use super::record::Recording;
use super::{failure, stdout, text};
use crate::support::process::gatewatch;
use crate::support::wait::until;
use crate::support::{FakeGateway, ok, saved_gateway, unused_address, webdev_json};

const ANNA: &str = r#""anna","Boiler","10.1.2.3",false,"A1",null"#;
const ZOE: &str = r#""zoe","Boiler","10.1.2.4",false,"Z1",null"#;

/// A gateway whose sessions are those of the script.
struct Script {
    sessions: Arc<Mutex<Vec<&'static str>>>,
}

impl Script {
    fn new(sessions: &[&'static str]) -> Self {
        Self { sessions: Arc::new(Mutex::new(sessions.to_vec())) }
    }

    fn set(&self, sessions: &[&'static str]) {
        *self.sessions.lock().unwrap() = sessions.to_vec();
    }

    fn serve(&self, address: std::net::SocketAddr) -> FakeGateway {
        let sessions = self.sessions.clone();
        FakeGateway::at(address, move |request, stream| {
            let body = if request.path().ends_with("/system/gwinfo") {
                "ContextStatus=RUNNING;Version=8.1.44".to_owned()
            } else {
                webdev_json(&sessions.lock().unwrap())
            };
            // The client may have closed the connection.
            let _closed = stream.write_all(&ok(&body));
        })
    }
}

fn record(folder: &Path) -> Recording {
    Recording::spawn(gatewatch(folder).args(["record", "--every", "1"]))
}

/// Returns the next line about an alert.
fn alert_line(recording: &Recording) -> String {
    loop {
        let line = recording.line();
        if let Some(line) = line.strip_prefix("gatewatch: Alert ") {
            return line.to_owned();
        }
    }
}

/// Waits until all of these lines have been written, in any order.
fn wait_for_lines(recording: &Recording, expected: &[&str]) {
    let mut missing = expected.to_vec();
    while !missing.is_empty() {
        let line = recording.line();
        missing.retain(|expected| *expected != line);
    }
}

/// Waits for a file to have some lines of JSON.
fn json_lines(path: &Path, count: usize) -> Vec<Value> {
    until(&format!("{count} lines in {}", path.display()), || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        (lines.len() >= count && text.ends_with('\n')).then_some(lines)
    })
}

#[test]
fn record_sends_alerts_once_runs_their_commands_and_lists_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.json");
    let script = Script::new(&[ANNA]);
    let gateway = script.serve(unused_address());
    let command = format!("command = [\"sh\", \"-c\", 'cat >> \"$0\"', '{}']\n", out.display());
    let config = [
        &saved_gateway("North", &gateway.url, ""),
        "[[alert]]\nname = \"Zoe\"\nwhen = \"arrives\"\nusername = \"z.*\"\n",
        &command,
        "[[alert]]\nname = \"Down\"\nwhen = \"unreachable\"\n",
        &command,
        "[[alert]]\nname = \"Moved\"\nwhen = \"count-above\"\nlimit = 9\ngateways = [\"North\", \"South\"]\n",
        "[[alert]]\nname = \"Broken\"\nwhen = \"count-above\"\nlimit = \"5\"\n",
        "[[alert]]\nname = \"No program\"\nwhen = \"count-above\"\nlimit = 1\nnotify = false\ncommand = [\"/no/such/program\"]\n",
    ];
    std::fs::write(folder.path().join("config.toml"), config.concat()).unwrap();

    let mut recording = record(folder.path());
    assert!(recording.line().ends_with(HISTORY_FILE));
    assert_eq!(
        recording.line(),
        "gatewatch: Alert \"Broken\" is left out: limit in line 22 of config.toml is invalid"
    );
    assert_eq!(recording.line(), "  caused by: Expected a whole number, such as 50");
    assert!(
        recording.line().starts_with("gatewatch: Alert \"Moved\" names \"South\", which is neither a saved")
    );
    assert_eq!(recording.line(), "gatewatch: Evaluating 4 alerts");
    // Only once the first list was read, an arrival is one.
    let is_read = || gateway.paths().iter().any(|path| path.ends_with("sessions"));
    until("the first read", || is_read().then_some(()));
    let location = Location::File(folder.path().join(HISTORY_FILE));
    until("the first recorded list", || {
        let info = History::open_read_only(&location).and_then(|mut history| history.info());
        info.is_ok_and(|info| info.sessions > 0).then_some(())
    });
    script.set(&[ANNA, ZOE]);
    wait_for_lines(
        &recording,
        &[
            "gatewatch: Alert \"Zoe\": zoe signed in to Boiler from 10.1.2.4 on North",
            "gatewatch: The command of alert \"No program\" failed: /no/such/program",
        ],
    );
    let sent = json_lines(&out, 1).remove(0);
    let fields = ["alert", "condition", "phase", "text", "total"].map(|key| sent[key].clone());
    let expected =
        serde_json::json!(["Zoe", "arrives", "firing", "zoe signed in to Boiler from 10.1.2.4 on North", 1]);
    assert_eq!(Value::Array(fields.to_vec()), expected);
    let session = &sent["incidents"][0]["session"];
    assert_eq!((&session["username"], &session["clientId"]), (&"zoe".into(), &"Z1".into()));

    let address = gateway.stop();
    assert!(alert_line(&recording).starts_with("\"Down\": North can't be reached: Connection refused"));
    recording.stop();
    // What was sent before isn't sent again, and its end is.
    let mut recording = record(folder.path());
    while !recording.line().contains("Connection refused") {}
    let _gateway = script.serve(address);
    assert!(alert_line(&recording).starts_with("\"Down\": North can be reached again after "));
    recording.stop();
    let phases: Vec<Value> = json_lines(&out, 3).iter().map(|line| line["phase"].clone()).collect();
    assert_eq!(phases, ["firing", "firing", "resolved"]);
    let keys: Vec<Value> =
        json_lines(&out, 3).iter().map(|line| line["incidents"][0]["key"].clone()).collect();
    assert_eq!((keys[1] == keys[2], keys[0] == keys[1]), (true, false));

    let mut history = History::open_read_only(&location).unwrap();
    let entries = history.activity(None, 100, None).unwrap();
    let mut texts: Vec<&str> = entries
        .iter()
        .filter(|entry| matches!(entry.kind, ActivityKind::Alert | ActivityKind::AlertEnd))
        .filter_map(|entry| entry.detail.as_deref())
        .collect();
    texts.sort_unstable();
    let names: Vec<&str> = texts.iter().filter_map(|text| Some(text.split_once(": ")?.0)).collect();
    assert_eq!(names, ["Down", "Down", "No program", "Zoe"], "{texts:?}");

    let test = |args: &[&str]| gatewatch(folder.path()).args(["alert", "test"]).args(args).output().unwrap();
    let output = test(&["Zoe", "--from", "-1h"]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout);
    assert!(lines.ends_with("firing   zoe signed in to Boiler from 10.1.2.4 on North\n"), "{lines}");
    assert!(text(&output.stderr).starts_with("gatewatch: 1 alert would have been sent from "));
    let output = test(&["Down", "--from", "-1h", "--format", "json"]);
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["phase"]), (2, &"firing".into()));
    let output = test(&["Zoe", "--from", "-3h", "--to", "-2h"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "gatewatch: Nothing was recorded in this time\n");
}

#[test]
fn several_recorders_send_the_same_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.json");
    let script = Script::new(&[ANNA]);
    let gateway = script.serve("127.0.0.1:0".parse().unwrap());
    let config = saved_gateway("North", &gateway.url, "")
        + "[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\nlimit = 0\n"
        + &format!("command = [\"sh\", \"-c\", 'cat >> \"$0\"', '{}']\n", out.display());
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let mut recordings = [0, 1, 2].map(|_| {
        let mut command = gatewatch(folder.path());
        Recording::spawn(command.args(["record", "--every", "1"]).env("GATEWATCH_LOG", "debug"))
    });
    json_lines(&out, 1);
    for recording in &recordings {
        for _ in 0..3 {
            while !recording.line().contains("read sessions") {}
        }
    }
    recordings.iter_mut().for_each(Recording::stop);
    assert_eq!(json_lines(&out, 1).len(), 1);
}

#[test]
fn lists_alerts_and_what_is_wrong_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| gatewatch(folder.path()).arg("alert").args(args).output().unwrap();
    let output = run(&["list"]);
    assert_eq!((text(&output.stdout), output.status.code()), ("", Some(0)));
    assert_eq!(text(&output.stderr), "gatewatch: There are no alerts in config.toml\n");
    let path = folder.path().join("config.toml");
    let config = "[[alert]]\nname = \"Night\"\nwhen = \"designer-outside-hours\"\nhours = \"mon-fri 06:00-18:00\"\n\
                  time_zone = \"Europe/Berlin\"\nfor = \"5m\"\nquiet = \"22:00-06:00\"\ngateways = \"North\"\n\
                  username = { pattern = \"b\", contains = true }\ncommand = [\"msmtp\", \"-t\"]\n\
                  [[alert]]\nname = \"Certificate\"\nwhen = \"certificate-expires\"\nlimit = \"30d\"\n";
    std::fs::write(&path, config).unwrap();
    let expected = "Night: designer-outside-hours mon-fri 06:00-18:00 Europe/Berlin, for 5 min, username b (contains), \
                    on North (not saved), quiet 22:00-06:00 Europe/Berlin, command msmtp -t\n\
                    Certificate: certificate-expires 30 d\n";
    assert_eq!(stdout(&run(&["list"])), expected);
    let error = run(&["test", "Certificate", "--from", "-1h"]);
    assert!(
        failure(&error, 2)
            .starts_with("The history can't answer certificate-expires: it lacks certificates\n")
    );
    assert!(
        failure(&run(&["test", "Day", "--from", "-1h"]), 2)
            .starts_with("Unknown alert. Alerts: Night, Certificate\n")
    );
    assert!(
        failure(&run(&["test", "Night", "--from", "soon"]), 2)
            .starts_with("Invalid time \"soon\" for --from\n")
    );
    assert!(failure(&run(&["test", "Night", "--from", "-1h", "--to", "-2h"]), 2).starts_with("--from is "));
    assert_eq!(failure(&run(&["test", "Night", "--from", "-1h"]), 1).lines().count(), 2);
    std::fs::write(&path, config.replace("22:00-06:00", "22-6")).unwrap();
    let output = run(&["list"]);
    assert_eq!(
        (output.status.code(), text(&output.stdout)),
        (Some(1), "Certificate: certificate-expires 30 d\n")
    );
    assert!(
        text(&output.stderr)
            .starts_with("gatewatch: Alert \"Night\" is left out: quiet in line 7 of config.toml")
    );
    assert!(failure(&run(&["test", "Night", "--from", "-1h"]), 1).starts_with("Alert \"Night\" is left out"));
    std::fs::write(&path, "alert = [\"unreachable\"]\n").unwrap();
    assert!(failure(&run(&["list"]), 1).starts_with("Line 1 of "));
}
