//! Time per frame of the whole window without painting: layout, text, tessellation and the accessibility tree.
//!
//! The window shows the sessions of a demo gateway. A frame with a million of them must not take longer than one with a
//! thousand.
//!
//! `cargo bench --bench window`; with `GATEWATCH_BENCH_FOLDER`, the window has the history of a year, see `support`.

mod support;

use divan::Bencher;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use gatewatch::dataset::ColumnId;
use gatewatch::query::Grouping;
use gatewatch::table::Layout;
use gatewatch::ui::App;
use support::{window, window_with_layout};

fn main() {
    divan::main();
}

const SESSIONS: [usize; 2] = [1_000, 1_000_000];

/// Presses a key and runs the next frame.
fn press(harness: &mut Harness<'static, App>, key: Key, modifiers: Modifiers) {
    harness.event(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
    harness.step();
}

#[divan::bench(args = SESSIONS)]
fn idle_frame(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| harness.step());
}

#[divan::bench(args = SESSIONS)]
fn page_down(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| press(&mut harness, Key::PageDown, Modifiers::NONE));
}

/// Moves the cursor to the last line and back, which searches all rows for it.
#[divan::bench(args = SESSIONS)]
fn end_and_home(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| {
        press(&mut harness, Key::End, Modifiers::NONE);
        press(&mut harness, Key::Home, Modifiers::NONE);
    });
}

#[divan::bench(args = SESSIONS)]
fn select_all(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| press(&mut harness, Key::A, Modifiers::COMMAND));
}

/// Selects all sessions as a range, then only the first one. Each time the selection is counted.
#[divan::bench(args = SESSIONS)]
fn select_range_of_all(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    press(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        press(&mut harness, Key::End, Modifiers::SHIFT);
        press(&mut harness, Key::Home, Modifiers::SHIFT);
    });
}

/// Collapses and expands the first of the groups by user.
#[divan::bench(args = SESSIONS)]
fn collapse_and_expand(bencher: Bencher<'_, '_>, sessions: usize) {
    let grouping = Some(Grouping { column: ColumnId::Username, largest_first: true });
    let (mut harness, _gateway) = window_with_layout(sessions, Layout { grouping, ..Layout::default() });
    press(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        press(&mut harness, Key::ArrowLeft, Modifiers::NONE);
        press(&mut harness, Key::ArrowRight, Modifiers::NONE);
    });
}

/// Selects all groups by user as a range, then only the first one.
#[divan::bench(args = SESSIONS)]
fn select_range_of_groups(bencher: Bencher<'_, '_>, sessions: usize) {
    let grouping = Some(Grouping { column: ColumnId::Username, largest_first: false });
    let (mut harness, _gateway) = window_with_layout(sessions, Layout { grouping, ..Layout::default() });
    press(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        press(&mut harness, Key::End, Modifiers::SHIFT);
        press(&mut harness, Key::Home, Modifiers::SHIFT);
    });
}
