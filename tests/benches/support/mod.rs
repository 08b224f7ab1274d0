//! The window without a screen, connected to a demo gateway in this process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::secrets::Secrets;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::table::Layout;
use gatewatch::ui::{App, Start};

/// Longer than the first read of a million sessions takes.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Opens a window with this number of sessions. The gateway runs until it is dropped.
pub(crate) fn window(sessions: usize) -> (Harness<'static, App>, DemoGateway) {
    window_with_layout(sessions, Layout::default())
}

/// Opens a window with this layout of the table.
pub(crate) fn window_with_layout(sessions: usize, table: Layout) -> (Harness<'static, App>, DemoGateway) {
    let gateway = DemoGateway::start(Options { sessions, still: true, ..Options::in_process() })
        .expect("the demo gateway starts");
    let start = Start {
        target: Some(Target::Gateway(
            Profile::from_address(gateway.url()).expect("the address of the gateway"),
        )),
        settings: Settings { refresh: Some(Duration::ZERO), ..Settings::default() },
        state: State { table, ..State::default() },
        folder: None,
        history: None,
        credentials: Credentials::None,
        error: None,
        pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
        open_secrets: Arc::new(Secrets::in_memory),
        clock: Arc::new(Instant::now),
        wall_clock: Arc::new(std::time::SystemTime::now),
        log: gatewatch::logging::LogLines::default(),
        renderer: String::new(),
        desktop_theme: gatewatch::ui::DesktopTheme::default(),
        has_glyph: Arc::new(|_| true),
        open_path: Arc::new(|_| Ok(())),
        alerts: gatewatch::ui::AlertSetup::default(),
    };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        // The users have names in many scripts.
        .allow_missing_glyphs()
        .build_eframe(|cc| App::new(&cc.egui_ctx, start).expect("the window starts"));
    let deadline = Instant::now() + TIMEOUT;
    while counts(&harness) != Some((sessions, sessions)) {
        assert!(Instant::now() < deadline, "timed out: {sessions} sessions");
        std::thread::yield_now();
        harness.step();
    }
    (harness, gateway)
}

/// Returns the numbers of matching and of all sessions, as the window shows them.
pub(crate) fn counts(harness: &Harness<'static, App>) -> Option<(usize, usize)> {
    let mut labels = harness.query_all_by_label_contains(" sessions").filter_map(|node| {
        let node = node.accesskit_node();
        let text = node.label().or_else(|| node.value())?;
        let (shown, rest) = text.split_once(" of ")?;
        Some((number(shown)?, number(rest.split(' ').next()?)?))
    });
    labels.next()
}

/// Parses a number with or without thousands separators.
fn number(text: &str) -> Option<usize> {
    text.replace(',', "").parse().ok()
}
