//! Measures the whole program in a real window on a screen in memory: time to the first frame and the first rows, processor
//! time when idle, and memory.
//!
//! Needs Linux, Xvfb and xdotool. `cargo bench --bench startup` measures a program with the features that only tests use, such
//! as wgpu. To measure what `cargo build --release` builds, name it in `GATEWATCH_PROGRAM`.

#![cfg(target_os = "linux")]
#![expect(clippy::cast_precision_loss, reason = "figures are printed to a few digits")]
#![expect(
    clippy::disallowed_methods,
    reason = "nothing else reads the settings, and a file of /proc can't be replaced"
)]

#[path = "../support/http.rs"]
mod http;
#[path = "../support/process.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod process;
#[path = "../support/screen.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "the tests use all of it")]
mod screen;
#[path = "support/usage.rs"]
mod usage;
#[path = "../support/wait.rs"]
mod wait;

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use screen::{Running, first_line, screen};
use usage::{memory, processor_time};
use wait::until;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

/// The number of starts per measurement.
const STARTS: usize = 15;
/// The time over which an idle program is measured. It draws once in a minute.
const IDLE: Duration = Duration::from_mins(1);
/// Maximum number of colors of an area without text. Text has more, because of antialiasing.
const MAX_COLORS_WITHOUT_TEXT: usize = 12;
/// An area of the first column of the table, below its header.
const ROWS_AREA: (i16, i16, u16, u16) = (212, 150, 120, 200);
/// An area of the bars at the top of the window, beside the list of gateways.
const BARS_AREA: (i16, i16, u16, u16) = (208, 4, 240, 60);

fn main() {
    let missing = screen::missing(&["Xvfb", "xdotool"]);
    if !missing.is_empty() {
        println!("skipped: needs {}", missing.join(", "));
        return;
    }
    let (_xvfb, display) = screen();
    let screen = Screen::open(&display);

    let binary = std::fs::metadata(program()).expect("the program was built");
    println!("size of the program: {:.1} MB", binary.len() as f64 / 1e6);

    measure_start(&display, &screen, "its own demo gateway", None);
    let gateway = Gateway::start(50);
    measure_start(&display, &screen, "a gateway of 50 sessions", Some(&gateway.url));
    drop(gateway);

    for (activity, sessions, refresh_secs, has_focus) in [
        ("no refresh", 50, 0, false),
        ("refresh every 2 s without changes", 50, 2, false),
        ("refresh every 2 s with the keyboard focus", 50, 2, true),
    ] {
        let gateway = Gateway::start(sessions);
        let program = Program::start(&display, Some(&gateway.url), refresh_secs);
        screen.until_rows();
        if has_focus {
            screen.focus(&display, &[]);
        }
        // Wait for the end of the start.
        sleep(Duration::from_secs(2));
        let before = processor_time(program.id());
        sleep(IDLE);
        let used = processor_time(program.id()).saturating_sub(before);
        let share = used.as_secs_f64() / IDLE.as_secs_f64() * 100.0;
        println!("idle, {sessions} sessions, {activity}: {share:.2} % of a core");
    }

    for sessions in [0, 10_000, 1_000_000] {
        let gateway = Gateway::start(sessions);
        let program = Program::start(&display, Some(&gateway.url), 0);
        let ready = || if sessions == 0 { screen.bars_are_painted() } else { screen.has_rows() };
        until("the window", || ready().then_some(()));
        sleep(Duration::from_secs(3));
        let (resident, peak) = memory(program.id());
        println!("memory, {sessions} sessions: {resident} resident, {peak} peak");
        if sessions < 1_000_000 {
            continue;
        }
        // One more session, so that the response changes.
        gateway.log_in("zoe.new");
        program.reset_peak();
        let before = processor_time(program.id());
        screen.focus(&display, &["key", "F5"]);
        sleep(Duration::from_secs(8));
        let took = processor_time(program.id()).saturating_sub(before);
        assert!(took > Duration::from_millis(100), "the window didn't get the key");
        let (resident, peak) = memory(program.id());
        println!(
            "memory, {sessions} sessions, refresh with one change: {resident} resident, {peak} peak, {} ms of a core",
            took.as_millis()
        );
    }
}

/// Returns the program to measure.
fn program() -> PathBuf {
    std::env::var_os("GATEWATCH_PROGRAM")
        .map_or_else(|| env!("CARGO_BIN_EXE_gatewatch").into(), PathBuf::from)
}

fn xdotool(display: &str, args: &[&str]) {
    let done = Command::new("xdotool").args(args).env("DISPLAY", display).status();
    assert!(done.is_ok_and(|status| status.success()), "xdotool {args:?}");
}

/// Measures the time to the first frame and to the first rows.
fn measure_start(display: &str, screen: &Screen, gateway: &str, url: Option<&str>) {
    let mut times: [Vec<Duration>; 2] = Default::default();
    for _ in 0..STARTS {
        let start = Instant::now();
        let program = Program::start(display, url, 5);
        until_quickly(|| screen.bars_are_painted());
        times[0].push(start.elapsed());
        until_quickly(|| screen.has_rows());
        times[1].push(start.elapsed());
        drop(program);
        until("the end of the window", || screen.window().is_none().then_some(()));
    }
    for (mut times, event) in times.into_iter().zip(["first frame", "first rows"]) {
        times.sort_unstable();
        let [min, median, max] = [times[0], times[times.len() / 2], times[times.len() - 1]];
        println!(
            "start to {event}, {gateway}: median {} ms ({} to {})",
            median.as_millis(),
            min.as_millis(),
            max.as_millis()
        );
    }
}

/// Polls every millisecond: the measured times are some tenths of a second.
fn until_quickly(is_done: impl Fn() -> bool) {
    let end = Instant::now() + wait::TIMEOUT;
    while !is_done() {
        assert!(Instant::now() < end, "timed out waiting for the window");
        sleep(Duration::from_millis(1));
    }
}

/// A demo gateway in another process, so that it isn't measured.
struct Gateway {
    url: String,
    _process: Running,
    _config: tempfile::TempDir,
}

impl Gateway {
    fn start(sessions: usize) -> Self {
        let config = tempfile::tempdir().expect("a folder for temporary files");
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatewatch"));
        process::isolate(&mut command, config.path());
        let mut process = command
            .args(["demo", "--listen", "127.0.0.1:0", "--still", "--seed", "42"])
            .args(["--sessions", &sessions.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .map(Running)
            .expect("the program starts");
        Self { url: first_line(&mut process.0), _process: process, _config: config }
    }

    fn log_in(&self, user: &str) {
        let body = format!(
            r#"{{"username":"{user}","project":"Packaging","address":"10.1.2.3","isDesigner":false}}"#
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let request =
                http::http_client().build().expect("a client").post(format!("{}/demo/sessions", self.url));
            let request = request.header("content-type", "application/json").body(body);
            assert!(request.send().await.is_ok_and(|response| response.status().is_success()));
        });
    }
}

/// The program with its window.
struct Program {
    process: Running,
    _config: tempfile::TempDir,
}

impl Program {
    fn start(display: &str, url: Option<&str>, refresh_secs: u32) -> Self {
        let config = tempfile::tempdir().expect("a folder");
        let settings = format!("refresh_secs = {refresh_secs}\n");
        std::fs::write(config.path().join("config.toml"), settings).expect("the folder can be written to");
        let mut command = screen::program(&program(), display, config.path());
        command.stderr(Stdio::inherit()).args(url);
        Self { process: Running(command.spawn().expect("the program starts")), _config: config }
    }

    fn id(&self) -> u32 {
        let child: &Child = &self.process.0;
        child.id()
    }

    /// Resets the peak of the resident memory.
    fn reset_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5").expect("its owner may");
    }
}

/// Access to the pixels of the screen.
struct Screen {
    connection: RustConnection,
    root: Window,
}

impl Screen {
    fn open(display: &str) -> Self {
        let (connection, number) = RustConnection::connect(Some(display)).expect("the screen is there");
        let root = connection.setup().roots[number].root;
        Self { connection, root }
    }

    /// Returns the program's window: the large one that is visible.
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

    /// Gives the program's window the keyboard focus, and then runs these commands of xdotool.
    fn focus(&self, display: &str, commands: &[&str]) {
        let window = self.window().expect("it is open").to_string();
        xdotool(display, &[&["windowfocus", "--sync", window.as_str()], commands].concat());
    }

    /// Returns the number of colors in an area of the window.
    fn colors(&self, (x, y, width, height): (i16, i16, u16, u16)) -> usize {
        let image = self.window().and_then(|window| {
            let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, x, y, width, height, !0);
            image.ok()?.reply().ok()
        });
        let pixels = image.map(|image| image.data).unwrap_or_default();
        pixels.chunks_exact(4).map(|pixel| &pixel[..3]).collect::<HashSet<_>>().len()
    }

    fn bars_are_painted(&self) -> bool {
        self.colors(BARS_AREA) > MAX_COLORS_WITHOUT_TEXT
    }

    fn has_rows(&self) -> bool {
        self.colors(ROWS_AREA) > MAX_COLORS_WITHOUT_TEXT
    }

    fn until_rows(&self) {
        until("the table", || self.has_rows().then_some(()));
    }
}
