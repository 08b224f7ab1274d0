//! A screen in memory, and the program's window on it.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::process::isolate;
use super::wait::until;

/// A child process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Returns those of these programs that are not in `PATH`.
pub(crate) fn missing<'a>(tools: &[&'a str]) -> Vec<&'a str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_installed = |tool: &str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    tools.iter().copied().filter(|tool| !is_installed(tool)).collect()
}

/// Starts a screen on a free display number, and returns it with its display.
pub(crate) fn screen() -> (Running, String) {
    screen_with(&[])
}

/// Starts a screen with further options.
pub(crate) fn screen_with(options: &[&str]) -> (Running, String) {
    // By default it resets itself when its last client leaves, such as a call of xdotool, and meanwhile refuses others.
    let xvfb = Command::new("Xvfb")
        .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "1280x800x24"])
        .args(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut xvfb = Running(xvfb);
    let number = first_line(&mut xvfb.0);
    (xvfb, format!(":{number}"))
}

/// Returns the first line of a process's standard output.
pub(crate) fn first_line(process: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.ends_with('\n'), "a process ended without output");
    line.trim().to_owned()
}

/// Runs a program on a display, and returns its standard output; `None` if it fails.
pub(crate) fn output(display: &str, program: &str, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(args).env("DISPLAY", display).output().unwrap();
    output.status.success().then_some(output.stdout)
}

/// Returns the command that starts the program on a display, without settings from the environment.
pub(crate) fn gatewatch(display: &str, config: &Path) -> Command {
    program(env!("CARGO_BIN_EXE_gatewatch").as_ref(), display, config)
}

/// Like [`gatewatch`], for a program that was built in another way.
pub(crate) fn program(path: &Path, display: &str, config: &Path) -> Command {
    let mut command = Command::new(path);
    isolate(&mut command, config);
    command.env("DISPLAY", display).stderr(Stdio::piped());
    command
}

/// Waits for the program's window, and returns its number.
pub(crate) fn window(display: &str, program: &mut Running) -> String {
    until("the window", || {
        if let Some(status) = program.0.try_wait().unwrap() {
            panic!("the program ended with {status}: {}", standard_error(program));
        }
        let found = output(display, "xdotool", &["search", "--onlyvisible", "--name", "Gatewatch$"])?;
        Some(String::from_utf8(found).unwrap().lines().next()?.to_owned())
    })
}

/// Quits the program with the keyboard, and checks that it succeeds.
pub(crate) fn quit(display: &str, program: &mut Running) {
    output(display, "xdotool", &["key", "ctrl+q"]).unwrap();
    let status = until("the end of the program", || program.0.try_wait().unwrap());
    assert!(status.success(), "{status}: {}", standard_error(program));
}

/// Returns the standard error of a program that has ended.
fn standard_error(program: &mut Running) -> String {
    let mut text = String::new();
    program.0.stderr.as_mut().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Returns a picture of a window as pixels of four bytes.
pub(crate) fn picture(display: &str, window: &str) -> Option<Vec<u8>> {
    let picture = output(display, "xwd", &["-silent", "-id", window])?;
    let header = u32::from_be_bytes(picture.get(..4)?.try_into().ok()?) as usize;
    Some(picture.get(header..)?.to_vec())
}

/// Returns the number of different colors in a picture.
pub(crate) fn shades(picture: &[u8]) -> usize {
    picture.chunks_exact(4).collect::<HashSet<_>>().len()
}

/// Returns the number of pixels in which two pictures of one window differ.
pub(crate) fn differences(one: &[u8], other: &[u8]) -> usize {
    one.chunks_exact(4).zip(other.chunks_exact(4)).filter(|(one, other)| one != other).count()
}
