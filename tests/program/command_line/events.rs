//! `gatewatch events`: its lines, its errors and how it ends. The demo gateway gets sessions through its control interface.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};

use serde_json::{Value, json};

use super::demo::Demo;
use super::output::signal;
use super::{failure, run};
use crate::support::poll::TIMEOUT;
use crate::support::process::gatewatch;
use crate::support::wait::until;
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, unused_address, webdev_json};

/// `gatewatch events` in a process that ends with the test.
struct Events {
    child: Child,
    lines: Receiver<String>,
}

impl Events {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = lines(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn with_args(args: &[&str]) -> Self {
        let config = tempfile::tempdir().unwrap();
        Self::start(gatewatch(config.path()).args(["events", "--every", "1"]).args(args))
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(TIMEOUT).expect("a line")
    }

    /// Returns the next line without its time, which is checked, and without `node`, which is this one.
    fn json(&self, node: &str) -> Value {
        let line = self.line();
        let mut line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let object = line.as_object_mut().unwrap();
        let time = object.remove("time").unwrap();
        let time = chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap();
        let age = chrono::Utc::now().signed_duration_since(time).to_std().unwrap();
        assert!(age < TIMEOUT, "{age:?}");
        assert_eq!(object.remove("node").unwrap(), node);
        line
    }

    /// Waits for the end. Returns standard error of a run that ended with this code.
    fn end(mut self, code: i32) -> String {
        let status = self.child.wait().unwrap();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(status.code(), Some(code), "{stderr}");
        stderr
    }

    fn stop(self, name: &str) -> String {
        signal(name, self.child.id());
        self.end(0)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // It has usually ended.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Reads the lines of a process on another thread, so that waiting for one can time out.
fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, lines) = sync_channel(1_000);
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Sends a request to the control interface of the demo gateway. Returns the body of the response.
fn control(demo: &Demo, request: &str, body: &str) -> String {
    let host = demo.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 20"), "{head}");
    body.to_owned()
}

/// Creates a session. Returns its client id.
fn log_in(demo: &Demo, username: &str) -> String {
    let session =
        json!({ "username": username, "project": "Boiler", "address": "10.1.2.3", "isDesigner": true });
    let response: Value =
        serde_json::from_str(&control(demo, "POST /demo/sessions", &session.to_string())).unwrap();
    response["clientId"].as_str().unwrap().to_owned()
}

fn wait_for(what: &str, is_true: impl Fn() -> bool) {
    until(what, || is_true().then_some(()));
}

/// Starts events of an address at which a demo gateway starts then. Once it is back, the first list was read.
fn start_before_gateway(format: &str) -> (Events, Demo, String) {
    let address = unused_address().to_string();
    let url = format!("http://{address}");
    let events = Events::with_args(&[&url, "--format", format]);
    let unreachable = events.line();
    assert!(unreachable.contains("unreachable"), "{unreachable}");
    let demo = Demo::start_at(&address, &["--still", "--sessions", "5"]);
    let back = events.line();
    assert!(back.contains("back"), "{back}");
    (events, demo, url)
}

#[test]
fn writes_json_lines_of_sessions_and_outages() {
    let (events, demo, url) = start_before_gateway("json");
    let id = log_in(&demo, "zoë \"z\"");
    let arrived = events.json(&url);
    let created = arrived["creationTime"].as_str().unwrap().to_owned();
    let session = json!({
        "v": 1, "type": "arrived", "gateway": url, "username": "zoë \"z\"", "project": "Boiler",
        "address": "10.1.2.3", "isDesigner": true, "clientId": id, "creationTime": created, "kind": "Designer"
    });
    assert_eq!(arrived, session);

    control(&demo, &format!("DELETE /demo/sessions/{id}"), "");
    let mut left = events.json(&url);
    let removed = left.as_object_mut().unwrap();
    let last_seen = removed.remove("lastSeen").unwrap();
    chrono::DateTime::parse_from_rfc3339(last_seen.as_str().unwrap()).unwrap();
    assert!(
        removed.remove("durationMs").unwrap().as_u64().unwrap() < TIMEOUT.as_millis().try_into().unwrap()
    );
    assert_eq!(removed.remove("gap").unwrap(), false);
    let mut expected = session;
    expected["type"] = "left".into();
    assert_eq!(left, expected);

    drop(demo);
    let unreachable = events.json(&url);
    assert_eq!((&unreachable["type"], &unreachable["gateway"]), (&json!("unreachable"), &json!(url)));
    assert!(!unreachable["error"].as_str().unwrap().is_empty());
    let stderr = events.stop("TERM");
    // What can't be read at the start is said, later it is an event only.
    assert_eq!(stderr.matches("gatewatch: ").count(), 1, "{stderr}");
    assert!(stderr.starts_with(&format!("gatewatch: {url}: Connection refused")), "{stderr}");
}

#[test]
fn writes_aligned_sanitized_text() {
    let (events, demo, url) = start_before_gateway("text");
    let id = log_in(&demo, "zoe\u{1b}[2J");
    let line = events.line();
    let (time, rest) = line.split_at("2026-11-24 14:05:12".len());
    chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S").unwrap();
    let user = "zoe\u{fffd}[2J";
    let expected = format!(
        "  {url}  arrived      {user:16}  {:16}  {:15}  {:11}  {id}",
        "Boiler", "10.1.2.3", "Designer"
    );
    assert_eq!(rest, expected);
    control(&demo, &format!("DELETE /demo/sessions/{id}"), "");
    let line = events.line();
    assert!(line.contains("  left         zoe\u{fffd}[2J  ") && line.contains(" s"), "{line}");
    events.stop("INT");
}

#[test]
fn ends_quietly_when_the_reader_of_a_pipe_stops() {
    let address = unused_address().to_string();
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(config.path());
    command.args(["events", "--every", "1", &format!("http://{address}")]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.contains("unreachable"), "{line}");
    drop(stdout);
    let events = Events { child, lines: sync_channel(1).1 };
    let _demo = Demo::start_at(&address, &["--still"]);
    let stderr = events.end(0);
    assert_eq!(stderr.matches("gatewatch: ").count(), 1, "{stderr}");
}

#[test]
fn reads_all_saved_gateways_and_sends_credentials_to_named_ones_only() {
    let [north, south] =
        ["8.1.0", "8.1.1"].map(|version| FakeGateway::gateway(version, ok(&webdev_json(&PLANT))));
    let is_sent = |gateway: &FakeGateway| {
        gateway.requests().iter().any(|request| request.header("authorization").is_some())
    };
    let config = tempfile::tempdir().unwrap();
    let saved = saved_gateway("North", &north.url, "") + &saved_gateway("South", &south.url, "");
    std::fs::write(config.path().join("config.toml"), saved).unwrap();
    let events = |args: &[&str]| {
        let mut command = gatewatch(config.path());
        command.args(["events", "--every", "1", "--format", "json"]).args(args);
        Events::start(command.envs([("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "secret")]))
    };
    let is_read = |gateway: &FakeGateway| gateway.paths().iter().any(|path| path.ends_with("sessions"));
    let all = events(&[]);
    wait_for("both", || is_read(&north) && is_read(&south));
    assert!(!is_sent(&north) && !is_sent(&south));
    assert_eq!(all.stop("TERM"), "");
    let named = events(&["South"]);
    wait_for("the password", || is_sent(&south));
    assert!(!is_sent(&north));
    named.stop("TERM");
}

#[test]
fn saved_login_that_cannot_be_read_is_said_and_other_gateways_are_read() {
    let north = FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT)));
    let config = tempfile::tempdir().unwrap();
    std::fs::write(
        config.path().join("config.toml"),
        saved_gateway("North", &north.url, "user = \"billy\"\n"),
    )
    .unwrap();
    let mut command = gatewatch(config.path());
    command
        .args(["events", "--format", "json"])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let events = Events::start(&mut command);
    assert_eq!(events.json(&north.url)["error"], "Sign in to this gateway");
    let stderr = events.stop("TERM");
    assert!(stderr.starts_with("gatewatch: North: Can't read the password or token\n"), "{stderr}");
    assert!(stderr.contains("hint: sign in to this gateway in the window"), "{stderr}");
    assert!(!north.paths().iter().any(|path| path.ends_with("sessions")));
}

#[test]
fn says_once_which_sessions_a_list_lacks() {
    let partial = webdev_json(&PLANT).replacen('{', r#"{"perspectiveError":"no such function","#, 1);
    let plant = FakeGateway::gateway("8.1.0", ok(&partial));
    let events = Events::with_args(&[&plant.url]);
    let reads = || plant.paths().iter().filter(|path| path.ends_with("sessions")).count();
    wait_for("three reads", || reads() >= 3);
    let stderr = events.stop("TERM");
    assert_eq!(stderr.matches("Can't list Perspective sessions").count(), 1, "{stderr}");
}

#[test]
fn demo_gateway_is_live() {
    let events = Events::with_args(&["demo", "--format", "json"]);
    let line: Value = serde_json::from_str(&events.line()).unwrap();
    assert_eq!((&line["v"], &line["gateway"]), (&json!(1), &json!("demo")));
    assert_eq!(events.stop("TERM"), "");
}

#[test]
fn rejects_wrong_usage() {
    assert!(failure(&run(&["events"]), 2).starts_with("No gateway named"));
    assert!(failure(&run(&["events", "demo", "Nort h"]), 2).starts_with("Unknown gateway"));
    for interval in ["0", "0.5", "86401", "often"] {
        let output = run(&["events", "demo", "--every", interval]);
        assert_eq!(output.status.code(), Some(2), "{interval}");
    }
}
