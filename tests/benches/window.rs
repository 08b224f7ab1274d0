//! What a frame of the whole window costs, without drawing it: layout, texts, triangles, and what screen readers get.
//!
//! The window shows the demo gateway's own sessions; with a million of them no frame may take longer than with a
//! thousand.

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

/// One key, and the frame that follows from it.
fn key(harness: &mut Harness<'static, App>, key: Key, modifiers: Modifiers) {
    harness.event(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
    harness.step();
}

#[divan::bench(args = SESSIONS)]
fn nothing_happens(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| harness.step());
}

#[divan::bench(args = SESSIONS)]
fn page_down(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| key(&mut harness, Key::PageDown, Modifiers::NONE));
}

/// From one end to the other and back: the cursor is looked for among all lines.
#[divan::bench(args = SESSIONS)]
fn end_and_home(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| {
        key(&mut harness, Key::End, Modifiers::NONE);
        key(&mut harness, Key::Home, Modifiers::NONE);
    });
}

#[divan::bench(args = SESSIONS)]
fn select_all(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    bencher.bench_local(|| key(&mut harness, Key::A, Modifiers::COMMAND));
}

/// With every session selected: the selection is counted anew.
#[divan::bench(args = SESSIONS)]
fn range_over_everything(bencher: Bencher<'_, '_>, sessions: usize) {
    let (mut harness, _gateway) = window(sessions);
    key(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        key(&mut harness, Key::End, Modifiers::SHIFT);
        key(&mut harness, Key::Home, Modifiers::SHIFT);
    });
}

/// In groups by user, the first of which is closed and opened again.
#[divan::bench(args = SESSIONS)]
fn fold_and_unfold(bencher: Bencher<'_, '_>, sessions: usize) {
    let grouping = Some(Grouping { column: ColumnId::Username, largest_first: true });
    let (mut harness, _gateway) = window_with_layout(sessions, Layout { grouping, ..Layout::default() });
    key(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        key(&mut harness, Key::ArrowLeft, Modifiers::NONE);
        key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    });
}

/// In groups by user, from the first to the last and back.
#[divan::bench(args = SESSIONS)]
fn range_over_all_groups(bencher: Bencher<'_, '_>, sessions: usize) {
    let grouping = Some(Grouping { column: ColumnId::Username, largest_first: false });
    let (mut harness, _gateway) = window_with_layout(sessions, Layout { grouping, ..Layout::default() });
    key(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        key(&mut harness, Key::End, Modifiers::SHIFT);
        key(&mut harness, Key::Home, Modifiers::SHIFT);
    });
}
