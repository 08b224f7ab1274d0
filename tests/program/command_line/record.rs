//! `gatewatch record`: what it stores, and how it begins and ends. The demo gateway gets sessions through its control
//! interface.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};

use gatewatch::history::{HISTORY_FILE, History, HistoryError, Location};
use tempfile::TempDir;

use super::demo::Demo;
use super::failure;
use super::output::signal;
#[cfg(target_os = "linux")]
use super::output::with_default_signals;
use crate::support::poll::TIMEOUT;
use crate::support::process::gatewatch;
use crate::support::wait;

/// `gatewatch record` in a process that ends with the test.
pub(super) struct Recording {
    pub(super) child: Child,
    /// The lines of standard error.
    lines: Receiver<String>,
}

impl Recording {
    fn start(folder: &Path, url: &str) -> Self {
        Self::spawn(gatewatch(folder).args(["record", "--every", "1", url]))
    }

    pub(super) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = sync_channel(1_000);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    pub(super) fn line(&self) -> String {
        self.lines.recv_timeout(TIMEOUT).expect("a line on standard error")
    }

    /// Stops it as the system does, and requires that it ends well.
    pub(super) fn stop(&mut self) {
        signal("TERM", self.child.id());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // It has usually ended.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn location(folder: &Path) -> Location {
    Location::File(folder.join(HISTORY_FILE))
}

/// Waits until `found` returns a value for the history.
fn until<T>(
    folder: &TempDir,
    what: &str,
    found: impl Fn(&mut History) -> Result<Option<T>, HistoryError>,
) -> T {
    wait::until(what, || {
        History::open_read_only(&location(folder.path()))
            .and_then(|mut history| found(&mut history))
            .ok()
            .flatten()
    })
}

#[test]
fn records_sessions_and_ends_the_coverage_at_a_signal() {
    let demo = Demo::start_at("127.0.0.1:0", &["--still", "--sessions", "5"]);
    let folder = tempfile::tempdir().unwrap();
    let mut recording = Recording::start(folder.path(), &demo.url);
    assert!(recording.line().ends_with(HISTORY_FILE));
    let sessions = until(&folder, "a recorded list", |history| {
        let info = history.info()?;
        Ok(info.nodes.first().is_some_and(|node| node.is_watched_now).then_some(info.sessions))
    });
    assert!(sessions >= 5, "{sessions}");
    recording.stop();
    let info = History::open_read_only(&location(folder.path())).unwrap().info().unwrap();
    assert!(!info.nodes[0].is_watched_now, "{info:?}");
    let checked = gatewatch(folder.path()).args(["history", "check"]).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn closing_the_terminal_ends_the_coverage() {
    let demo = Demo::start_at("127.0.0.1:0", &["--still", "--sessions", "5"]);
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_default_signals(&gatewatch(folder.path()));
    let mut recording = Recording::spawn(command.args(["record", "--every", "1", &demo.url]));
    until(&folder, "a recorded list", |history| {
        let info = history.info()?;
        Ok(info.nodes.first().is_some_and(|node| node.is_watched_now).then_some(()))
    });
    signal("HUP", recording.child.id());
    assert_eq!(recording.child.wait().unwrap().code(), Some(0));
    let info = History::open_read_only(&location(folder.path())).unwrap().info().unwrap();
    assert!(!info.nodes[0].is_watched_now, "{info:?}");
}

#[test]
fn another_recorder_takes_over_when_the_first_is_killed() {
    let demo = Demo::start_at("127.0.0.1:0", &["--still", "--sessions", "5"]);
    let folder = tempfile::tempdir().unwrap();
    let observer = || {
        until(&folder, "a recorded list", |history| {
            let info = history.info()?;
            let watched = info.nodes.first().filter(|node| node.is_watched_now);
            Ok(watched.map(|node| node.watched.map(|watched| watched.from)))
        })
    };
    let mut first = Recording::start(folder.path(), &demo.url);
    let begun = observer();
    let second = Recording::start(folder.path(), &demo.url);
    assert!(second.line().ends_with(HISTORY_FILE));
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    until(&folder, "the second recorder", |history| {
        let info = history.info()?;
        let watched = info.nodes.first().and_then(|node| node.watched);
        Ok((watched.map(|watched| watched.from) != begun).then_some(()))
    });
    let mut history = History::open_read_only(&location(folder.path())).unwrap();
    assert_eq!(history.check().unwrap(), [] as [String; 0]);
}

#[test]
#[cfg(target_os = "linux")]
fn notifies_the_service_manager_of_its_start_and_end() {
    let demo = Demo::start_at("127.0.0.1:0", &["--still", "--sessions", "5"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(TIMEOUT)).unwrap();
    let message = || {
        let mut buffer = [0; 64];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    };
    let mut command = gatewatch(folder.path());
    let mut recording = Recording::spawn(command.args(["record", &demo.url]).env("NOTIFY_SOCKET", &path));
    assert_eq!(message(), "READY=1");
    recording.stop();
    assert_eq!(message(), "STOPPING=1");
}

#[test]
fn says_why_it_records_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = |text: &str| std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let record = || gatewatch(folder.path()).arg("record").output().unwrap();
    assert!(failure(&record(), 2).contains("No gateway named"));
    config("[history]\nenabled = false\n");
    let output = record();
    let text = failure(&output, 1);
    assert!(text.contains("Recording is switched off") && text.contains("enabled = false"), "{text}");
    config("[[profile]]\nname = \"North\"\nurls = [\"http://127.0.0.1:9\"]\nhistory = false\n");
    let output = record();
    let text = failure(&output, 1);
    assert!(text.contains("North is left out of the history"), "{text}");
    assert!(text.contains("All gateways are left out"), "{text}");
    assert!(!folder.path().join(HISTORY_FILE).exists());
}
