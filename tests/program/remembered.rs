//! The place and the title of the window: remembered over a restart, on a screen that still exists. And what is saved when a
//! signal ends the program.
//!
//! Needs Xvfb and xdotool. Skipped without them; with `CI=true` it fails instead.

use std::path::Path;

use gatewatch::settings::{State, WindowPlace};

use crate::support::screen::{Running, gatewatch, missing, output, quit, screen, window};
use crate::support::wait::until;
use crate::support::{FakeGateway, ok, skip, webdev_json};

/// A program in a window.
struct Program {
    process: Running,
    window: String,
    display: String,
}

impl Program {
    fn start(display: &str, config: &Path, gateway: &str) -> Self {
        let mut process = Running(gatewatch(display, config).arg(gateway).spawn().unwrap());
        let window = window(display, &mut process);
        output(display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
        Self { process, window, display: display.to_owned() }
    }

    /// Returns left, top, width and height, in pixels.
    fn geometry(&self) -> [i32; 4] {
        let text = output(&self.display, "xdotool", &["getwindowgeometry", "--shell", &self.window]).unwrap();
        let text = String::from_utf8(text).unwrap();
        ["X", "Y", "WIDTH", "HEIGHT"].map(|key| {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("{key}=")));
            line.unwrap().parse().unwrap()
        })
    }

    fn until_geometry(&self, expected: [i32; 4]) {
        until(&format!("a window at {expected:?}"), || (self.geometry() == expected).then_some(()));
    }

    fn until_title(&self, expected: &str) {
        until(expected, || {
            let title = output(&self.display, "xdotool", &["getwindowname", &self.window])?;
            (String::from_utf8(title).unwrap().trim() == expected).then_some(())
        });
    }

    fn quit(mut self) {
        quit(&self.display, &mut self.process);
    }
}

fn gateway() -> FakeGateway {
    let session = |id: usize| format!(r#""u{id}","P","10.2.0.9",false,"{id}",0"#);
    let sessions: Vec<String> = (0..1_234).map(session).collect();
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&sessions.iter().map(String::as_str).collect::<Vec<_>>())))
}

#[test]
fn window_opens_where_it_was_and_on_a_screen_that_exists() {
    let missing = missing(&["Xvfb", "xdotool"]);
    if !missing.is_empty() {
        return skip("the place of the window", &missing.join(", "));
    }
    let (gateway, config) = (gateway(), tempfile::tempdir().unwrap());
    std::fs::write(config.path().join("config.toml"), "refresh_secs = 0\n").unwrap();
    let (_xvfb, display) = screen();
    let program = Program::start(&display, config.path(), &gateway.url);
    program.until_title(&format!("{}: 1,234 sessions – Gatewatch", gateway.url));
    let xdotool = |args: &[&str]| output(&display, "xdotool", args).unwrap();
    xdotool(&["windowmove", &program.window, "60", "40"]);
    xdotool(&["windowsize", &program.window, "900", "500"]);
    program.until_geometry([60, 40, 900, 500]);
    // Saved once it rests, without quitting. A rest between the two changes is saved, too.
    let expected =
        WindowPlace { position: Some([60, 40]), size: [900.0, 500.0], scale: 1.0, maximized: false };
    until(&format!("the saved {expected:?}"), || {
        (State::load(config.path()).window == Some(expected)).then_some(())
    });
    // Saved at the end, without a rest.
    xdotool(&["windowsize", &program.window, "960", "520"]);
    program.until_geometry([60, 40, 960, 520]);
    program.quit();
    let program = Program::start(&display, config.path(), &gateway.url);
    program.until_geometry([60, 40, 960, 520]);
    program.quit();

    // The screen on the right, on which the window was, is gone.
    let place =
        WindowPlace { position: Some([1400, 50]), size: [700.0, 480.0], scale: 1.0, maximized: false };
    State { window: Some(place), ..State::load(config.path()) }.save(config.path()).unwrap();
    let program = Program::start(&display, config.path(), &gateway.url);
    program.until_geometry([580, 50, 700, 480]);
    program.quit();
    // The screen was larger.
    let place = WindowPlace { position: Some([0, 0]), size: [2560.0, 1400.0], scale: 1.0, maximized: false };
    State { window: Some(place), ..State::load(config.path()) }.save(config.path()).unwrap();
    let program = Program::start(&display, config.path(), &gateway.url);
    program.until_geometry([0, 0, 1280, 800]);
    program.quit();
}

#[test]
fn signal_closes_the_window_as_its_user_does() {
    use std::os::unix::process::ExitStatusExt as _;

    let missing = missing(&["Xvfb", "xdotool"]);
    if !missing.is_empty() {
        return skip("signals", &missing.join(", "));
    }
    let (_xvfb, display) = screen();
    let (gateway, config) = (gateway(), tempfile::tempdir().unwrap());
    std::fs::write(config.path().join("config.toml"), "refresh_secs = 2\n").unwrap();
    let mut program = Program::start(&display, config.path(), &gateway.url);
    program.until_title(&format!("{}: 1,234 sessions – Gatewatch", gateway.url));
    let coverage = || {
        let history = rusqlite::Connection::open(config.path().join("history.db")).ok()?;
        let one = history.query_row("SELECT is_open FROM coverage", [], |row| row.get::<_, bool>(0));
        one.ok()
    };
    until("a recorded read", || (coverage() == Some(true)).then_some(()));
    output(&display, "xdotool", &["windowsize", &program.window, "900", "500"]).unwrap();
    let [left, top, ..] = program.geometry();
    program.until_geometry([left, top, 900, 500]);
    // SIGINT and SIGHUP do the same, but a test that runs in the background may have to ignore them.
    let kill = format!("kill -TERM {}", program.process.0.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let status = until("the end of the program", || program.process.0.try_wait().unwrap());
    assert_eq!(status.signal(), Some(15), "{status}");
    assert_eq!(coverage(), Some(false), "the end of the recording is written");
    assert_eq!(State::load(config.path()).window.map(|place| place.size), Some([900.0, 500.0]));
}
