//! Display servers that don't answer or lack something: another one is used, or one line says what is missing.
//!
//! Needs Xvfb and xdotool. Skipped without them; with `CI=true` it fails instead.

use std::process::Command;

use crate::support::screen::{Running, gatewatch, missing, quit, screen, screen_with, window};
use crate::support::skip;
use tempfile::TempDir;

/// An address on which no gateway listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Returns `true` if the tools are missing, which it reports.
fn is_skipped() -> bool {
    let missing = missing(&["Xvfb", "xdotool"]);
    if !missing.is_empty() {
        skip("displays", &missing.join(", "));
    }
    !missing.is_empty()
}

/// Returns the command that starts the program on a display, with a backtrace for every panic.
fn program(display: &str) -> (Command, TempDir) {
    let config = tempfile::tempdir().unwrap();
    let mut command = gatewatch(display, config.path());
    command.arg(NOWHERE).env("RUST_BACKTRACE", "1").env_remove("WAYLAND_SOCKET");
    (command, config)
}

/// Runs a program that can't open its window, and checks that it says why in one line.
#[track_caller]
fn check_failure(command: &mut Command, reason: &str) {
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    // The graphics driver may write lines, too.
    let lines: Vec<&str> = error.lines().filter(|line| line.starts_with("gatewatch: ")).collect();
    let expected = format!(
        "gatewatch: Can't open the display: {reason}. Use `gatewatch sessions` to list sessions without a window"
    );
    assert_eq!(lines, [expected], "{error}");
    assert!(!error.contains("panicked") && !error.contains("backtrace"), "{error}");
}

#[test]
fn dead_wayland_socket_opens_the_window_on_x11() {
    if is_skipped() {
        return;
    }
    let (_xvfb, display) = screen();
    let (mut command, config) = program(&display);
    let socket = config.path().join("wayland-0");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    command.env("XDG_RUNTIME_DIR", config.path()).env("WAYLAND_DISPLAY", "wayland-0");
    let mut program = Running(command.spawn().unwrap());
    let window = window(&display, &mut program);
    crate::support::screen::output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
    quit(&display, &mut program);
}

#[test]
fn dead_wayland_socket_without_x11_is_named() {
    let (mut command, config) = program("");
    command.env("XDG_RUNTIME_DIR", config.path()).env("WAYLAND_DISPLAY", "wayland-0");
    check_failure(&mut command, r#"no Wayland compositor answers on "wayland-0""#);
}

#[test]
fn missing_display_is_named() {
    check_failure(&mut program("").0, "neither DISPLAY nor WAYLAND_DISPLAY is set");
    check_failure(&mut program(":nowhere").0, r#"no X server answers on ":nowhere""#);
}

#[test]
fn invalid_scale_factor_is_named() {
    if is_skipped() {
        return;
    }
    let (_xvfb, display) = screen();
    for value in ["abc", "0", "NaN", "1e300"] {
        let reason =
            format!("WINIT_X11_SCALE_FACTOR is \"{value}\" instead of a number from 0.1 to 20 or \"randr\"");
        check_failure(program(&display).0.env("WINIT_X11_SCALE_FACTOR", value), &reason);
    }
}

#[test]
fn missing_randr_is_named() {
    if is_skipped() {
        return;
    }
    let (_xvfb, display) = screen_with(&["-extension", "RANDR"]);
    check_failure(&mut program(&display).0, "the X server lacks the extension RANDR");
}
