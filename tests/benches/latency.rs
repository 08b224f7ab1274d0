//! Time from a keystroke in a filter to the frame that shows the matching rows, in the whole window without a screen.
//!
//! Measured with an idle gateway, and while a refresh of all sessions arrives. Prints the times of keystrokes and of
//! frames for each number of sessions.
//!
//! `cargo bench --bench latency`; with `GATEWATCH_BENCH_FOLDER`, the window has the history of a year, see `support`.

#[path = "../support/http.rs"]
mod http;
mod support;

use std::fmt;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::demo::DemoGateway;
use gatewatch::ui::App;
use support::{counts, window};

/// The pattern that is typed and then deleted.
const PATTERN: &str = "bi.*";
/// The number of rounds of typing and deleting.
const ROUNDS: usize = 15;
/// The number of refreshes during which the pattern is typed and deleted.
const REFRESH_ROUNDS: usize = 5;
/// Timeout that no step reaches unless it fails.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The time between two frames at 60 Hz. A real window isn't painted more often either.
const FRAME_INTERVAL: Duration = Duration::from_nanos(16_666_667);

fn main() {
    for sessions in [1_000, 100_000, 1_000_000] {
        let (mut harness, (gateway, _folder)) = window(sessions);
        harness.get_by_label("Username filter").focus();
        harness.step();
        let mut idle = Measured::default();
        // The first round warms up.
        type_and_delete(&mut harness, sessions, &mut Measured::default());
        for _ in 0..ROUNDS {
            type_and_delete(&mut harness, sessions, &mut idle);
        }
        println!("{sessions} sessions, idle: {idle}");

        let mut refreshing = Measured::default();
        let mut all = sessions;
        for _ in 0..REFRESH_ROUNDS {
            log_in(&gateway);
            all += 1;
            harness.event(key_event(Key::F5));
            run_frame(&mut harness, &mut refreshing);
            // Until the refresh has arrived, and once more.
            let deadline = Instant::now() + TIMEOUT;
            while total(&harness) != all {
                assert!(Instant::now() < deadline, "timed out: the refresh");
                let known = total(&harness);
                type_and_delete(&mut harness, known, &mut refreshing);
            }
            type_and_delete(&mut harness, all, &mut refreshing);
        }
        println!("{sessions} sessions, during a refresh: {refreshing}");
    }
}

/// Adds a session, so that the next response of the gateway differs.
fn log_in(gateway: &DemoGateway) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let body = r#"{"username":"zoe.new","project":"Packaging","address":"10.1.2.3","isDesigner":false}"#;
    runtime.expect("a runtime").block_on(async {
        let request =
            http::http_client().build().expect("a client").post(format!("{}/demo/sessions", gateway.url()));
        let request = request.header("content-type", "application/json").body(body);
        assert!(request.send().await.is_ok_and(|response| response.status().is_success()));
    });
}

/// Types the pattern and deletes it. After each key, runs frames until one shows the matching rows.
fn type_and_delete(harness: &mut Harness<'static, App>, all: usize, measured: &mut Measured) {
    let mut pattern = String::new();
    for letter in PATTERN.chars() {
        pattern.push(letter);
        let started = Instant::now();
        harness.event(Event::Text(letter.to_string()));
        run_until_filtered(harness, &pattern, started, measured);
    }
    while pattern.pop().is_some() {
        let started = Instant::now();
        harness.event(key_event(Key::Backspace));
        run_until_filtered(harness, &pattern, started, measured);
    }
    assert!(total(harness) >= all, "sessions are missing");
}

/// Runs frames at the rate of a screen until the count below the table is that of the pattern. Measures the time since the
/// keystroke.
fn run_until_filtered(
    harness: &mut Harness<'static, App>,
    pattern: &str,
    started: Instant,
    measured: &mut Measured,
) {
    loop {
        let elapsed = run_frame(harness, measured);
        let (shown, all) = counts(harness).expect("the window counts its sessions");
        let is_filtered = match pattern {
            "" => shown == all,
            // No user has this name, and patterns match whole values.
            "b" | "bi" => shown == 0,
            "bi." => shown < all / 100,
            _ => shown > all / 1000 && shown < all,
        };
        if is_filtered {
            measured.keys.push(started.elapsed());
            return;
        }
        assert!(started.elapsed() < TIMEOUT, "timed out: the rows of {pattern}");
        std::thread::sleep(FRAME_INTERVAL.saturating_sub(elapsed));
    }
}

/// Runs a frame and returns the time that it took.
fn run_frame(harness: &mut Harness<'static, App>, measured: &mut Measured) -> Duration {
    let started = Instant::now();
    harness.step();
    let elapsed = started.elapsed();
    measured.frames.push(elapsed);
    elapsed
}

fn key_event(key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
}

fn total(harness: &Harness<'static, App>) -> usize {
    counts(harness).expect("the window counts its sessions").1
}

/// Measured times.
#[derive(Default)]
struct Measured {
    /// Time from each keystroke to the end of the frame that shows the rows.
    keys: Vec<Duration>,
    /// Time that each frame took.
    frames: Vec<Duration>,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, times) in [("keystroke to rows", &self.keys), ("frames", &self.frames)] {
            let mut times = times.clone();
            times.sort_unstable();
            let quantile = |fraction: f64| {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "an index into some thousand times"
                )]
                let index = (times.len() as f64 * fraction) as usize;
                times[index.min(times.len() - 1)].as_secs_f64() * 1e3
            };
            write!(
                f,
                "\n    {name}: median {:.2} ms, 99th percentile {:.2} ms, maximum {:.2} ms ({} samples)",
                quantile(0.5),
                quantile(0.99),
                quantile(1.0),
                times.len()
            )?;
        }
        Ok(())
    }
}
