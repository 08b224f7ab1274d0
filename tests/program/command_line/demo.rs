//! `gatewatch demo`, and `gatewatch sessions` with the demo gateway.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::{failure, run, sessions, stdout};
use crate::support::process::gatewatch;

/// The demo gateway in a process that ends with the test.
pub(super) struct Demo {
    child: Child,
    pub(super) url: String,
}

impl Demo {
    fn start(args: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", args)
    }

    /// Starts it at this address.
    pub(super) fn start_at(address: &str, args: &[&str]) -> Self {
        let config = tempfile::tempdir().unwrap();
        let mut child = gatewatch(config.path())
            .args(["demo", "--listen", address])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim_end().to_owned() }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn prints_address_and_repeats_sessions_of_a_seed() {
    let demo = Demo::start(&["--still", "--seed", "7", "--sessions", "50"]);
    assert!(demo.url.starts_with("http://127.0.0.1:"), "{}", demo.url);
    let once = sessions(&[&demo.url]);
    assert_eq!(stdout(&once).lines().count(), 51);
    assert_eq!(stdout(&sessions(&[&demo.url])), stdout(&once));
}

#[test]
fn requires_basic_credentials() {
    let demo = Demo::start(&["--require-basic", "billy:secret"]);
    assert!(failure(&sessions(&[&demo.url]), 1).contains("GATEWATCH_USER"));
    let config = tempfile::tempdir().unwrap();
    let output = gatewatch(config.path())
        .args(["sessions", &demo.url, "--count"])
        .envs([("GATEWATCH_USER", "billy"), ("GATEWATCH_PASSWORD", "secret")])
        .output()
        .unwrap();
    assert!(stdout(&output).trim_end().parse::<u32>().unwrap() > 0);
}

#[test]
fn ask_gateway_gives_the_same_rows() {
    let demo = Demo::start(&["--still"]);
    for (username, project) in
        [("bi.*", ""), ("bi.ly", ".*"), (r"bill\.smith", "Boiler.*"), ("", "[A-P].*"), ("(?i)BILLY", "")]
    {
        let args = [demo.url.as_str(), "--username", username, "--project", project, "--sort", "clientId"];
        let local = sessions(&args);
        let remote = sessions(&[&args[..], &["--ask-gateway"]].concat());
        assert!(stdout(&local).lines().count() > 1, "{username} {project}");
        assert_eq!(stdout(&local), stdout(&remote), "{username} {project}");
    }
    let rejected = sessions(&[&demo.url, "--username", "(", "--ask-gateway"]);
    assert!(failure(&rejected, 1).contains("usernameFilter"));
}

#[test]
fn rejects_invalid_demo_options() {
    for args in [["--listen", "here"], ["--listen", "127.0.0.1"], ["--sessions", "99999999999999"]] {
        assert_eq!(run(&[&["demo"], &args[..]].concat()).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn names_address_that_is_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["demo", "--listen", &address]);
    assert!(failure(&output, 1).contains(&address));
}
