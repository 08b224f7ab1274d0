//! A screen that exists only in memory, and the program's window on it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Painting on a processor alone takes its time on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Ends a process with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Those of these programs that are not in `PATH`.
pub(crate) fn missing<'a>(tools: &[&'a str]) -> Vec<&'a str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |tool: &str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    tools.iter().copied().filter(|tool| !found(tool)).collect()
}

/// A screen in memory, on a display number of its own.
pub(crate) fn screen() -> (Running, String) {
    let xvfb = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut xvfb = Running(xvfb);
    let number = first_line(&mut xvfb.0);
    (xvfb, format!(":{number}"))
}

/// What a process writes first, without the end of the line.
pub(crate) fn first_line(process: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.ends_with('\n'), "a process ended before it said anything");
    line.trim().to_owned()
}

/// What a program writes that works on this display, unless it fails.
pub(crate) fn output(display: &str, program: &str, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(args).env("DISPLAY", display).output().unwrap();
    output.status.success().then_some(output.stdout)
}

/// CellStyle again and again until there is something to see.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "never seen: {what}");
        // Leaves the processor to those that are waited for.
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The program with its demo gateway, to be started on this display.
pub(crate) fn gatewatch(display: &str, config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatewatch"));
    command
        .env("DISPLAY", display)
        .env("GATEWATCH_CONFIG_DIR", config)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GATEWATCH_USER")
        .env_remove("GATEWATCH_PASSWORD")
        .env_remove("GATEWATCH_TOKEN")
        .stderr(Stdio::piped());
    command
}

/// The number of the program's window, once it is open.
pub(crate) fn window(display: &str, program: &mut Running) -> String {
    until("a window", || {
        if let Some(status) = program.0.try_wait().unwrap() {
            panic!("the program ended with {status}: {}", complaint(program));
        }
        let found = output(display, "xdotool", &["search", "--onlyvisible", "--name", "^Gatewatch$"])?;
        Some(String::from_utf8(found).unwrap().lines().next()?.to_owned())
    })
}

/// Ends the program with the keyboard, and expects that it takes it well.
pub(crate) fn quit(display: &str, program: &mut Running) {
    output(display, "xdotool", &["key", "ctrl+q"]).unwrap();
    let ended = until("the end", || program.0.try_wait().unwrap());
    assert!(ended.success(), "{ended}: {}", complaint(program));
}

/// What a program that has ended wrote to its standard error.
fn complaint(program: &mut Running) -> String {
    let mut said = String::new();
    program.0.stderr.as_mut().unwrap().read_to_string(&mut said).unwrap();
    said
}

/// How many different colours a picture of the window holds, and the picture.
pub(crate) fn picture(display: &str, window: &str) -> Option<(usize, Vec<u8>)> {
    let picture = output(display, "xwd", &["-silent", "-id", window])?;
    let header = u32::from_be_bytes(picture.get(..4)?.try_into().ok()?) as usize;
    let pixels = picture.get(header..)?;
    let colours: std::collections::HashSet<&[u8]> = pixels.chunks_exact(4).collect();
    Some((colours.len(), pixels.to_vec()))
}
