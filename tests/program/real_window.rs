//! The program in a real window on a virtual screen: it opens, paints, handles keys and quits.
//!
//! The log says how many sessions the filters select. Needs Xvfb, xdotool and xwd. Skipped without them; with `CI=true` it
//! fails instead.

use std::path::PathBuf;

use crate::support::screen::{
    Running, differences, gatewatch, missing, output, picture, quit, screen, shades, window,
};
use crate::support::wait::until;
use crate::support::{FakeGateway, ok, skip, webdev_json};
use tempfile::TempDir;

/// The text that tests type. Each letter counts: without any of them, it selects another number of sessions.
const TYPED: &str = "abcdefgh";

/// A program in a window on its own screen.
struct Program {
    process: Running,
    window: String,
    display: String,
    log: PathBuf,
    _gateway: FakeGateway,
    _config: TempDir,
    _xvfb: Running,
}

impl Program {
    /// Starts a program on a gateway whose users are all ends of [`TYPED`]; `None` without the tools, which is reported.
    fn start() -> Option<Self> {
        let missing = missing(&["Xvfb", "xdotool", "xwd"]);
        if !missing.is_empty() {
            skip("the real window", &missing.join(", "));
            return None;
        }
        let session = |start: usize| format!(r#""{}","P","10.2.0.9",false,"{start}",0"#, &TYPED[start..]);
        let sessions: Vec<String> = (0..TYPED.len()).map(session).collect();
        let sessions = webdev_json(&sessions.iter().map(String::as_str).collect::<Vec<_>>());
        // Sessions that never change, read once: after that the window is painted only for keys.
        let gateway = FakeGateway::gateway("8.1.44", ok(&sessions));
        let config = tempfile::tempdir().unwrap();
        std::fs::write(config.path().join("config.toml"), "refresh_secs = 0\n").unwrap();
        let log = config.path().join("log");
        let (xvfb, display) = screen();
        let mut command = gatewatch(&display, config.path());
        command.args(["--log", "trace", "--log-file"]).arg(&log).arg(&gateway.url);
        let mut program = Running(command.spawn().unwrap());
        let window = window(&display, &mut program);
        output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
        Some(Self { process: program, window, display, log, _gateway: gateway, _config: config, _xvfb: xvfb })
    }

    fn xdotool(&self, args: &[&str]) {
        output(&self.display, "xdotool", args).unwrap();
    }

    fn picture(&self) -> Option<Vec<u8>> {
        picture(&self.display, &self.window)
    }

    /// Waits until the last query has selected this number of sessions.
    fn until_selected(&self, selected: usize) {
        let expected = format!("rows={} selected={selected} ", TYPED.len());
        until(&expected, || {
            let log = std::fs::read_to_string(&self.log).unwrap();
            let last = log.lines().rfind(|line| line.contains(" selected="))?.to_owned();
            last.contains(&expected).then_some(())
        });
    }
}

#[test]
fn opens_paints_handles_keys_and_quits() {
    let Some(mut program) = Program::start() else {
        return;
    };
    program.until_selected(TYPED.len());
    // A table full of text has many shades, an empty window a few.
    let is_full = |picture: &Vec<u8>| shades(picture) > 60;
    let full = until("a full table", || {
        let before = program.picture().filter(is_full)?;
        program.picture().filter(|now| *now == before)
    });

    program.xdotool(&["key", "ctrl+f"]);
    program.xdotool(&["type", "--delay", "20", "fgh|gh"]);
    program.until_selected(2);
    program.xdotool(&["key", "ctrl+a"]);
    program.xdotool(&["type", "--delay", "20", "no such user"]);
    program.until_selected(0);
    until("an empty table", || program.picture().filter(|now| differences(now, &full) > 10_000));

    quit(&program.display, &mut program.process);
}

#[test]
fn no_letter_of_a_scanner_is_lost_in_a_new_window() {
    let Some(mut program) = Program::start() else {
        return;
    };
    // Before the first sessions, and with several letters in a frame.
    program.xdotool(&["type", "--delay", "8", TYPED]);
    program.until_selected(1);
    quit(&program.display, &mut program.process);
}
