//! The log and the diagnostics.

use std::io::Write as _;
use std::sync::OnceLock;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use gatewatch::logging::{self, LogLines};
use gatewatch::settings::Settings;
use gatewatch::ui::Start;

use crate::support::window::{Window, plant, start_on};
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};

/// Starts logging for this process, which has one log, with everything that this program logs.
fn log_lines() -> LogLines {
    static LINES: OnceLock<LogLines> = OnceLock::new();
    let lines = LINES.get_or_init(|| {
        let lines = LogLines::default();
        let file = tempfile::NamedTempFile::new().unwrap();
        let _flush_on_drop =
            logging::start(Some("trace".parse().unwrap()), Some(file.path()), Some(lines.clone())).unwrap();
        lines
    });
    lines.clone()
}

fn open_log(window: &mut Window) {
    window.click("Settings");
    window.click("Log");
    window.until_text("Copy log");
}

#[test]
fn shows_and_copies_the_log_and_closes_with_escape() {
    let log = log_lines();
    let gateway = plant();
    let mut window = Window::open(Start { log, ..start_on(&gateway.url) });
    window.until_text("6 of 6 sessions");
    open_log(&mut window);
    // Other tests log at the same time, so a line may be above the visible ones, or be dropped before it is copied.
    window.until("lines of the log", |harness| {
        harness.query_all_by_label_contains("gatewatch::").next().is_some()
    });
    window.retry("the line in the copied log", |window| {
        tracing::warn!(target: "gatewatch::test", "a line of this test");
        window.click("Copy log");
        window.copied().contains("a line of this test")
    });
    window.press(Modifiers::NONE, Key::Escape);
    window.until("the window without settings", |harness| harness.query_by_label("Copy log").is_none());
    assert!(window.has("6 of 6 sessions"), "Escape changed the filters");
}

#[test]
fn copies_diagnostics_without_secrets() {
    let log = log_lines();
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ if request.header("authorization").is_some() => ok(&webdev_json(&PLANT)),
            _ => status("401 Unauthorized", "<html>"),
        };
        // The client may have hung up.
        let _closed = stream.write_all(&response);
    });
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        log,
        renderer: "a renderer".to_owned(),
        folder: Some(folder.path().to_owned()),
        ..start_on(&gateway.url)
    };
    let mut window = Window::open(start);
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy-the-kid");
    window.click("Keep in the keyring");
    window.type_into("Password", "open-sesame");
    window.click("Sign in");
    window.until_text("6 of 6 sessions");
    window.until("the gateway saved", |_| {
        Settings::load(folder.path()).is_ok_and(|settings| settings.profiles.len() == 1)
    });
    open_log(&mut window);
    window.click("Copy diagnostics");
    let text = window.copied();
    let version = format!("Gatewatch {}\n", gatewatch::version::VERSION);
    for expected in [&version, "Renderer: a renderer\n", "Scale factor: ", "\nLog ("] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
    assert!(text.contains(&gateway.url), "{text}");
    // `billy-the-kid:open-sesame` in Base64 ends like this.
    for secret in ["open-sesame", "billy-the-kid", "b3Blbi1zZXNhbWU", "9wZW4tc2VzYW1l", "vcGVuLXNlc2FtZ"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
