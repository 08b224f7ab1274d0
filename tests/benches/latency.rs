//! From a keystroke to the rows that it selects, as whoever types meets it: the whole window without a screen, a key
//! goes in, and frames are made until the new rows are in one. Also while a refresh of everybody arrives.
//!
//! `cargo bench --bench latency`. Prints, for each number of sessions, how long each key took and how long the frames.

mod support;

use std::fmt;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::DemoGateway;
use gatewatch::ui::App;
use support::window;

/// What is typed, and then deleted again.
const TYPED: &str = "bi.*";
/// How many times.
const TIMES: usize = 15;
/// Longer than any of it takes, unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);
/// A frame at 60 Hz. A window is not painted more often, so neither is this one.
const FRAME: Duration = Duration::from_nanos(16_666_667);

fn main() {
    for sessions in [1_000, 100_000, 1_000_000] {
        let (mut harness, gateway) = window(sessions);
        harness.get_by_label("Username filter").focus();
        harness.step();
        let mut quiet = Measured::default();
        // Once to warm up.
        type_and_delete(&mut harness, sessions, &mut Measured::default());
        for _ in 0..TIMES {
            type_and_delete(&mut harness, sessions, &mut quiet);
        }
        println!("{sessions} sessions, quiet: {quiet}");

        let mut busy = Measured::default();
        let mut all = sessions;
        for _ in 0..TIMES.min(5) {
            log_in(&gateway);
            all += 1;
            harness.event(key_event(Key::F5));
            frame(&mut harness, &mut busy);
            // As long as the refresh has not arrived, and once more.
            let end = Instant::now() + PATIENCE;
            while total(&harness) != all {
                assert!(Instant::now() < end, "the refresh never arrived");
                let known = total(&harness);
                type_and_delete(&mut harness, known, &mut busy);
            }
            type_and_delete(&mut harness, all, &mut busy);
        }
        println!("{sessions} sessions, while a refresh of all arrives: {busy}");
    }
}

/// Somebody more, so that the next answer is another one.
fn log_in(gateway: &DemoGateway) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let body = r#"{"username":"zoe.new","project":"Packaging","address":"10.1.2.3","isDesigner":false}"#;
    runtime.expect("a runtime").block_on(async {
        let request = reqwest::Client::new().post(format!("{}/demo/sessions", gateway.url()));
        let request = request.header("content-type", "application/json").body(body);
        assert!(request.send().await.is_ok_and(|answer| answer.status().is_success()));
    });
}

/// Types the pattern and deletes it again. After each key, frames follow until the rows that it selects are in one.
fn type_and_delete(harness: &mut Harness<'static, App>, all: usize, measured: &mut Measured) {
    let mut pattern = String::new();
    for letter in TYPED.chars() {
        pattern.push(letter);
        let begun = Instant::now();
        harness.event(Event::Text(letter.to_string()));
        until_selected(harness, &pattern, begun, measured);
    }
    while pattern.pop().is_some() {
        let begun = Instant::now();
        harness.event(key_event(Key::Backspace));
        until_selected(harness, &pattern, begun, measured);
    }
    assert!(total(harness) >= all, "sessions were lost");
}

/// What the count below the table says of the pattern in force tells when its rows are there. Frames follow each other as
/// on a screen; what is measured is the work in them and the wait for them.
fn until_selected(
    harness: &mut Harness<'static, App>,
    pattern: &str,
    begun: Instant,
    measured: &mut Measured,
) {
    loop {
        let took = frame(harness, measured);
        let (shown, all) = counts(harness);
        let is_there = match pattern {
            "" => shown == all,
            // Nobody is called so, whole.
            "b" | "bi" => shown == 0,
            "bi." => shown < all / 100,
            _ => shown > all / 1000 && shown < all,
        };
        if is_there {
            measured.keys.push(begun.elapsed());
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{pattern}: its rows never came");
        // The next frame is at the next tick of the screen.
        std::thread::sleep(FRAME.saturating_sub(took));
    }
}

fn frame(harness: &mut Harness<'static, App>, measured: &mut Measured) -> Duration {
    let begun = Instant::now();
    harness.step();
    let took = begun.elapsed();
    measured.frames.push(took);
    took
}

fn key_event(key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
}

/// Shown and all sessions, as the window says.
fn counts(harness: &Harness<'static, App>) -> (usize, usize) {
    let mut labels = harness.query_all_by_label_contains(" sessions").filter_map(|node| {
        let node = node.accesskit_node();
        let text = node.label().or_else(|| node.value())?;
        let (shown, rest) = text.split_once(" of ")?;
        Some((shown.parse().ok()?, rest.split(' ').next()?.parse().ok()?))
    });
    labels.next().expect("the window counts its sessions")
}

fn total(harness: &Harness<'static, App>) -> usize {
    counts(harness).1
}

/// Times of keys, from the event to the end of the frame with the rows, and of frames.
#[derive(Default)]
struct Measured {
    keys: Vec<Duration>,
    frames: Vec<Duration>,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, times) in [("key to rows", &self.keys), ("frames", &self.frames)] {
            let mut times = times.clone();
            times.sort_unstable();
            let at = |share: f64| {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place among some thousand times"
                )]
                let place = (times.len() as f64 * share) as usize;
                times[place.min(times.len() - 1)].as_secs_f64() * 1e3
            };
            write!(
                f,
                "\n    {name}: median {:.2} ms, 99 of 100 below {:.2} ms, worst {:.2} ms ({} times)",
                at(0.5),
                at(0.99),
                at(1.0),
                times.len()
            )?;
        }
        Ok(())
    }
}
