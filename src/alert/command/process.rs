//! Runs one process.

use std::io::{Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::CommandFailure;
use crate::alert::rule::CommandLine;
use crate::sanitize::one_line;

/// Maximum number of bytes that are kept of a command's output. The rest is discarded.
const MAX_OUTPUT: usize = 4_096;
/// Maximum number of characters of the output in a message.
const MAX_SHOWN: usize = 400;
/// The shortest and the longest pause between two checks whether a command has ended.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(50)];
/// Time for reading the end of the output of a command that has ended.
const OUTPUT_TIMEOUT: Duration = Duration::from_millis(500);
/// Environment variables with secrets of this program, which commands don't receive.
const SECRETS: [&str; 4] = ["GATEWATCH_USER", "GATEWATCH_PASSWORD", "GATEWATCH_TOKEN", "PGPASSWORD"];

/// Runs a command with an input until it ends. On Unix, the remaining processes in its process
/// group are killed then.
pub(super) fn run(
    command: &CommandLine,
    input: &[u8],
    limit: Duration,
    is_ending: &dyn Fn() -> bool,
) -> Result<(), CommandFailure> {
    let mut process = Command::new(&command.program);
    process.args(&command.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    clean(&mut process);
    in_own_group(&mut process);
    let mut child = process.spawn().map_err(CommandFailure::Start)?;
    let output = Output::default();
    let threads = start_threads(&mut child, input, &output);
    let ended = threads.and_then(|()| wait(&mut child, limit, is_ending));
    end_group(&mut child);
    if !matches!(ended, Ok(Some(_))) {
        // Its status doesn't matter any more.
        let _killed = child.wait();
    }
    match ended? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(CommandFailure::Exit { status, output: output.text() }),
        None if is_ending() => Err(CommandFailure::ProgramEnded { output: output.text() }),
        None => Err(CommandFailure::Timeout { limit, output: output.text() }),
    }
}

/// Starts threads that write the input and read the output. A command that doesn't read its input,
/// or whose output isn't read, would block.
fn start_threads(child: &mut Child, input: &[u8], output: &Output) -> Result<(), CommandFailure> {
    let stdin = child.stdin.take();
    let input = input.to_owned();
    spawn("alert input", move || {
        // It may end without reading all.
        let _not_read = stdin.map(|mut stdin| stdin.write_all(&input));
    })?;
    let outputs: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as _),
        child.stderr.take().map(|stream| Box::new(stream) as _),
    ];
    for stream in outputs.into_iter().flatten() {
        let output = output.clone();
        spawn("alert output", move || output.collect(stream))?;
    }
    Ok(())
}

/// Removes the variables with secrets from the environment of a process.
pub(super) fn clean(process: &mut Command) {
    for name in SECRETS {
        process.env_remove(name);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), CommandFailure> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(CommandFailure::Start)
}

/// Waits until the process ends. Returns `None` after the time limit, or once `is_ending` returns
/// `true`.
fn wait(
    child: &mut Child,
    limit: Duration,
    is_ending: &dyn Fn() -> bool,
) -> Result<Option<ExitStatus>, CommandFailure> {
    let started = Instant::now();
    let [mut pause, longest] = PAUSES;
    loop {
        if let Some(status) = child.try_wait().map_err(CommandFailure::Wait)? {
            return Ok(Some(status));
        }
        if started.elapsed() >= limit || is_ending() {
            return Ok(None);
        }
        std::thread::sleep(pause.min(limit.saturating_sub(started.elapsed())));
        pause = (pause * 2).min(longest);
    }
}

#[cfg(unix)]
fn in_own_group(process: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    process.process_group(0);
}

#[cfg(windows)]
fn in_own_group(process: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    /// The flag for not opening a window for a console program.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    process.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(unix)]
fn end_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // Usually nothing is left of it.
        let _ended = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(windows)]
fn end_group(child: &mut Child) {
    // It has usually ended.
    let _ended = child.kill();
}

/// The beginning of a command's output.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Collected>>);

#[derive(Default)]
struct Collected {
    bytes: Vec<u8>,
    /// The number of streams that have ended.
    ended: usize,
}

impl Output {
    fn collect(&self, mut stream: impl Read) {
        let mut buffer = [0; 8_192];
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            let mut collected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MAX_OUTPUT - collected.bytes.len();
            collected.bytes.extend_from_slice(&buffer[..read.min(room)]);
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ended += 1;
    }

    /// Returns the output on one line. Waits at most [`OUTPUT_TIMEOUT`] for its end.
    fn text(&self) -> String {
        let deadline = Instant::now() + OUTPUT_TIMEOUT;
        loop {
            let collected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if collected.ended == 2 || Instant::now() >= deadline {
                return one_line(&String::from_utf8_lossy(&collected.bytes), MAX_SHOWN);
            }
            drop(collected);
            std::thread::sleep(PAUSES[0]);
        }
    }
}
