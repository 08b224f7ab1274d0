//! The program itself in a real window, on a screen that exists only in memory: it opens, paints, takes keys, closes.
//!
//! Needs Xvfb, xdotool and xwd. Without them it is skipped with one visible line; with `CI=true` it fails instead.

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Painting on a processor alone takes its time on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ends a process with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Whether the programs are there that this needs.
fn have_tools() -> bool {
    let missing: Vec<&str> = ["Xvfb", "xdotool", "xwd"]
        .into_iter()
        .filter(|tool| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
        })
        .collect();
    if missing.is_empty() {
        return true;
    }
    support::skip("the real window", &missing.join(", "));
    false
}

/// A screen in memory, on a display number of its own.
fn screen() -> (Running, String) {
    let mut xvfb = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut number = String::new();
    BufReader::new(xvfb.stdout.as_mut().unwrap()).read_line(&mut number).unwrap();
    (Running(xvfb), format!(":{}", number.trim()))
}

fn output(display: &str, program: &str, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(args).env("DISPLAY", display).output().unwrap();
    output.status.success().then_some(output.stdout)
}

/// Looks again and again until there is something to see.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "never seen: {what}");
        std::thread::yield_now();
    }
}

/// How many different colours a picture of the window holds, and the picture.
fn picture(display: &str, window: &str) -> Option<(usize, Vec<u8>)> {
    let picture = output(display, "xwd", &["-silent", "-id", window])?;
    let header = u32::from_be_bytes(picture.get(..4)?.try_into().ok()?) as usize;
    let pixels = picture.get(header..)?;
    let colours: std::collections::HashSet<&[u8]> = pixels.chunks_exact(4).collect();
    Some((colours.len(), pixels.to_vec()))
}

#[test]
fn the_window_opens_paints_takes_keys_and_closes() {
    if !have_tools() {
        return;
    }
    let (_xvfb, display) = screen();
    let config = tempfile::tempdir().unwrap();
    let mut program = Running(
        Command::new(env!("CARGO_BIN_EXE_gatewatch"))
            .env("DISPLAY", &display)
            .env("GATEWATCH_CONFIG_DIR", config.path())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("GATEWATCH_USER")
            .env_remove("GATEWATCH_PASSWORD")
            .env_remove("GATEWATCH_TOKEN")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let window = until("a window", || {
        if let Some(status) = program.0.try_wait().unwrap() {
            let mut why = String::new();
            program.0.stderr.as_mut().unwrap().read_to_string(&mut why).unwrap();
            panic!("the program ended with {status}: {why}");
        }
        let found = output(&display, "xdotool", &["search", "--onlyvisible", "--name", "^Gatewatch$"])?;
        Some(String::from_utf8(found).unwrap().lines().next()?.to_owned())
    });

    // A table full of text has many shades; an empty window has one or two.
    let shades = 60;
    let (_, full) = until("a table", || picture(&display, &window).filter(|(count, _)| *count > shades));

    // Tab by tab to the first filter would depend on the layout; a click into it does less so.
    output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
    output(&display, "xdotool", &["mousemove", "--window", &window, "200", "67", "click", "1"]).unwrap();
    output(&display, "xdotool", &["type", "--delay", "20", "nobody at all"]).unwrap();
    let differs = |a: &[u8], b: &[u8]| a.chunks(4).zip(b.chunks(4)).filter(|(a, b)| a != b).count();
    until("an emptied table", || picture(&display, &window).filter(|(_, now)| differs(now, &full) > 10_000));

    output(&display, "xdotool", &["key", "ctrl+q"]).unwrap();
    let ended = until("the end", || program.0.try_wait().unwrap());
    let mut said = String::new();
    program.0.stderr.as_mut().unwrap().read_to_string(&mut said).unwrap();
    assert!(ended.success(), "{ended}: {said}");
}
