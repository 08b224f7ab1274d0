//! What a frame of the whole window costs, without drawing it: layout, texts, triangles, and what screen readers get.
//!
//! The window shows the demo gateway's own sessions; with a million of them no frame may take longer than with a
//! thousand.

use std::sync::Arc;
use std::time::Duration;

use divan::Bencher;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::dataset::ColumnId;
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::query::Grouping;
use gatewatch::secrets::Secrets;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::table::Arrangement;
use gatewatch::ui::{App, Start};

fn main() {
    divan::main();
}

const SESSIONS: [usize; 2] = [1_000, 1_000_000];

/// A window that shows so many sessions, and the gateway that they come from.
fn window(sessions: usize) -> (Harness<'static, App>, DemoGateway) {
    arranged(sessions, Arrangement::default())
}

fn arranged(sessions: usize, table: Arrangement) -> (Harness<'static, App>, DemoGateway) {
    let gateway = DemoGateway::start(Options { sessions, still: true, ..Options::in_process() })
        .expect("loopback has ports to spare");
    let start = Start {
        target: Some(Target::Gateway(
            Profile::from_address(gateway.url()).expect("the gateway's own address"),
        )),
        settings: Settings { refresh: Some(Duration::ZERO), ..Settings::default() },
        state: State { table, last: None },
        folder: None,
        credentials: Credentials::None,
        trouble: None,
        pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
        open_secrets: Secrets::for_this_run,
    };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        // The plant's people write their names in many scripts.
        .allow_missing_glyphs()
        .build_eframe(|cc| App::new(&cc.egui_ctx, start).expect("the system has threads to spare"));
    let count = format!("{sessions} of {sessions} sessions");
    while harness.query_by_label(&count).is_none() {
        std::thread::yield_now();
        harness.step();
    }
    (harness, gateway)
}

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
    let (mut harness, _gateway) = arranged(sessions, Arrangement { grouping, ..Arrangement::default() });
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
    let (mut harness, _gateway) = arranged(sessions, Arrangement { grouping, ..Arrangement::default() });
    key(&mut harness, Key::Home, Modifiers::NONE);
    bencher.bench_local(|| {
        key(&mut harness, Key::End, Modifiers::SHIFT);
        key(&mut harness, Key::Home, Modifiers::SHIFT);
    });
}
