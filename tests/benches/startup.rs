//! What the whole program costs as an operator meets it: from its start to the first frame and to the first rows, idle,
//! and in memory. In a real window, on a screen that exists only in memory.
//!
//! Needs Linux, Xvfb and xdotool. `cargo bench --bench process`.

#![cfg(target_os = "linux")]
#![expect(clippy::cast_precision_loss, reason = "figures are printed to a few digits")]
#![expect(
    clippy::disallowed_methods,
    reason = "nothing else reads the settings, and a file of /proc can't be replaced"
)]

#[path = "../support/screen.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "the tests use all of it")]
mod screen;

use std::collections::HashSet;
use std::fmt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use screen::{Running, first_line, screen, until};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

/// How many times the program is started.
const STARTS: usize = 15;
/// How long an idle program is watched.
const IDLE: Duration = Duration::from_secs(10);
/// A column of text has many shades, an empty one has one or two.
const SHADES_OF_TEXT: usize = 12;
/// The part of the window that a strip of the first column of the table takes, below its header.
const STRIP: (i16, i16, u16, u16) = (12, 174, 120, 200);
/// A part of the bars at its top.
const BARS: (i16, i16, u16, u16) = (8, 4, 240, 60);

fn main() {
    let missing = screen::missing(&["Xvfb", "xdotool"]);
    if !missing.is_empty() {
        println!("skipped: the whole program, for want of {}", missing.join(", "));
        return;
    }
    let (_xvfb, display) = screen();
    let eye = Eye::open(&display);

    let binary = std::fs::metadata(env!("CARGO_BIN_EXE_gatewatch")).expect("the program was built");
    println!("size of the program: {:.1} MB", binary.len() as f64 / 1e6);

    start_up(&display, &eye, "its own demo gateway", None);
    let gateway = Gateway::start(50);
    start_up(&display, &eye, "a gateway of 50 sessions", Some(&gateway.url));
    drop(gateway);

    for (what, sessions, refresh_secs) in
        [("no refresh", 50, 0), ("a refresh every 2 s, nothing changing", 50, 2)]
    {
        let gateway = Gateway::start(sessions);
        let program = Program::start(&display, Some(&gateway.url), refresh_secs);
        eye.until_rows();
        // The start is over.
        sleep(Duration::from_secs(2));
        let before = program.processor_time();
        sleep(IDLE);
        let used = program.processor_time().saturating_sub(before);
        let share = used.as_secs_f64() / IDLE.as_secs_f64() * 100.0;
        println!("idle, {sessions} sessions, {what}: {share:.2} % of a core");
    }

    for sessions in [0, 10_000, 1_000_000] {
        let gateway = Gateway::start(sessions);
        let program = Program::start(&display, Some(&gateway.url), 0);
        let ready = || if sessions == 0 { eye.bars_are_painted() } else { eye.has_rows() };
        until("the window", || ready().then_some(()));
        sleep(Duration::from_secs(3));
        let (now, most) = program.memory();
        println!("memory, {sessions} sessions: {now} resident, {most} at most");
        if sessions < 1_000_000 {
            continue;
        }
        // Everybody is read anew, because one more has come.
        gateway.log_in("zoe.new");
        program.forget_peak();
        let before = program.processor_time();
        let window = eye.window().expect("it is open").to_string();
        xdotool(&display, &["windowfocus", "--sync", &window, "key", "F5"]);
        sleep(Duration::from_secs(8));
        let took = program.processor_time().saturating_sub(before);
        assert!(took > Duration::from_millis(100), "the key never arrived");
        let (now, most) = program.memory();
        println!(
            "memory, {sessions} sessions, a refresh that changed one: {now} resident, {most} at most, {} ms of a core",
            took.as_millis()
        );
    }
}

fn xdotool(display: &str, args: &[&str]) {
    let done = Command::new("xdotool").args(args).env("DISPLAY", display).status();
    assert!(done.is_ok_and(|status| status.success()), "xdotool {args:?}");
}

/// Starts the program again and again.
fn start_up(display: &str, eye: &Eye, what: &str, url: Option<&str>) {
    let mut times: [Vec<Duration>; 2] = Default::default();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let program = Program::start(display, url, 5);
        until_quickly(|| eye.bars_are_painted());
        times[0].push(begun.elapsed());
        until_quickly(|| eye.has_rows());
        times[1].push(begun.elapsed());
        drop(program);
        until("the window gone", || eye.window().is_none().then_some(()));
    }
    for (mut times, of) in times.into_iter().zip(["first frame", "first rows"]) {
        times.sort_unstable();
        let [least, median, most] = [times[0], times[times.len() / 2], times[times.len() - 1]];
        println!(
            "start to {of}, {what}: median {} ms ({} to {})",
            median.as_millis(),
            least.as_millis(),
            most.as_millis()
        );
    }
}

/// CellStyle without a pause: what is timed takes some tenths of a second.
fn until_quickly(seen: impl Fn() -> bool) {
    let end = Instant::now() + screen::TIMEOUT;
    while !seen() {
        assert!(Instant::now() < end, "the window never came");
        sleep(Duration::from_millis(1));
    }
}

/// A demo gateway in a process of its own, so that what it costs is not counted.
struct Gateway {
    url: String,
    _process: Running,
}

impl Gateway {
    fn start(sessions: usize) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_gatewatch"))
            .args(["demo", "--listen", "127.0.0.1:0", "--still", "--seed", "42"])
            .args(["--sessions", &sessions.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .map(Running)
            .expect("the program starts");
        Self { url: first_line(&mut process.0), _process: process }
    }

    fn log_in(&self, user: &str) {
        let body = format!(
            r#"{{"username":"{user}","project":"Packaging","address":"10.1.2.3","isDesigner":false}}"#
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let request = reqwest::Client::new().post(format!("{}/demo/sessions", self.url));
            let request = request.header("content-type", "application/json").body(body);
            assert!(request.send().await.is_ok_and(|answer| answer.status().is_success()));
        });
    }
}

/// The program in its window.
struct Program {
    process: Running,
    _config: tempfile::TempDir,
}

impl Program {
    fn start(display: &str, url: Option<&str>, refresh_secs: u32) -> Self {
        let config = tempfile::tempdir().expect("a folder");
        let settings = format!("refresh_secs = {refresh_secs}\n");
        std::fs::write(config.path().join("config.toml"), settings).expect("the folder can be written to");
        let mut command = screen::gatewatch(display, config.path());
        command.stderr(Stdio::inherit()).args(url);
        Self { process: Running(command.spawn().expect("the program starts")), _config: config }
    }

    fn id(&self) -> u32 {
        let child: &Child = &self.process.0;
        child.id()
    }

    /// User and system time of all its threads.
    fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("it runs");
        let fields: Vec<&str> =
            stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        // Fields 14 and 15 of the whole line, in hundredths of a second.
        let ticks: u64 = fields[11..13].iter().filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// What is resident now, and what was at most.
    fn memory(&self) -> (Megabytes, Megabytes) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("it runs");
        let of = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            Megabytes(kib.unwrap_or(0))
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    /// Measures what is resident at most from now on.
    fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5").expect("its owner may");
    }
}

/// Printed as megabytes, held as the kernel tells them.
struct Megabytes(u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} MB", self.0 as f64 * 1024.0 / 1e6)
    }
}

/// CellStyle at the screen.
struct Eye {
    connection: RustConnection,
    root: Window,
}

impl Eye {
    fn open(display: &str) -> Self {
        let (connection, number) = RustConnection::connect(Some(display)).expect("the screen is there");
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// The program's window: the one that is seen and large.
    fn window(&self) -> Option<Window> {
        let tree = self.connection.query_tree(self.root).ok()?.reply().ok()?;
        tree.children.into_iter().find(|&window| {
            let attributes =
                self.connection.get_window_attributes(window).ok().and_then(|it| it.reply().ok());
            let geometry = self.connection.get_geometry(window).ok().and_then(|it| it.reply().ok());
            attributes.is_some_and(|it| it.map_state == MapState::VIEWABLE)
                && geometry.is_some_and(|it| it.width > 500 && it.height > 300)
        })
    }

    /// How many shades a part of the window has.
    fn shades(&self, (x, y, width, height): (i16, i16, u16, u16)) -> usize {
        let image = self.window().and_then(|window| {
            let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, x, y, width, height, !0);
            image.ok()?.reply().ok()
        });
        let pixels = image.map(|image| image.data).unwrap_or_default();
        pixels.chunks_exact(4).map(|pixel| &pixel[..3]).collect::<HashSet<_>>().len()
    }

    fn bars_are_painted(&self) -> bool {
        self.shades(BARS) > SHADES_OF_TEXT
    }

    fn has_rows(&self) -> bool {
        self.shades(STRIP) > SHADES_OF_TEXT
    }

    fn until_rows(&self) {
        until("the table", || self.has_rows().then_some(()));
    }
}
