//! The window without a screen, connected to a demo gateway in this process.
//!
//! If `GATEWATCH_BENCH_FOLDER` is set, the gateway has the history of a year that `cargo bench --bench history` keeps there. The
//! window records into a copy, shows the whole year in its timeline, and its clock starts at the end of that year.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::history::{History, Location};
use gatewatch::secrets::Secrets;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::table::{Layout, TimelineSpan};
use gatewatch::ui::{App, Start};
use rusqlite::Connection;
use tempfile::TempDir;

/// Timeout that the first read of a million sessions doesn't reach.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The gateway of a window, which runs until it is dropped, and the folder of its history.
pub(crate) type Opened = (DemoGateway, Option<TempDir>);

/// Opens a window with this number of sessions.
pub(crate) fn window(sessions: usize) -> (Harness<'static, App>, Opened) {
    window_with_layout(sessions, Layout::default())
}

/// Opens a window with this layout of the table.
pub(crate) fn window_with_layout(sessions: usize, table: Layout) -> (Harness<'static, App>, Opened) {
    let gateway = DemoGateway::start(Options { sessions, still: true, ..Options::in_process() })
        .expect("the demo gateway starts");
    let year = std::env::var_os("GATEWATCH_BENCH_FOLDER").map(|folder| PathBuf::from(folder).join("year.db"));
    let history = year.map(|year| CopiedHistory::new(&year, gateway.url()));
    let behind = history.as_ref().map_or(Duration::ZERO, |history| history.behind);
    let table = if history.is_some() { Layout { timeline_span: TimelineSpan::Year, ..table } } else { table };
    let start = Start {
        target: Some(Target::Gateway(
            Profile::from_address(gateway.url()).expect("the address of the gateway"),
        )),
        settings: Settings { refresh: Some(Duration::ZERO), ..Settings::default() },
        state: State { table, ..State::default() },
        folder: None,
        history: history.as_ref().map(|history| history.location.clone()),
        credentials: Credentials::None,
        error: None,
        pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
        open_secrets: Arc::new(Secrets::in_memory),
        clock: Arc::new(Instant::now),
        wall_clock: Arc::new(move || SystemTime::now() - behind),
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
    (harness, (gateway, history.map(|history| history.folder)))
}

/// A copy of a history, whose first node is that of the window.
struct CopiedHistory {
    location: Location,
    /// Time from the end of the history until now.
    behind: Duration,
    folder: TempDir,
}

impl CopiedHistory {
    fn new(path: &Path, url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("history.db");
        std::fs::copy(path, &copy).expect("a history of `cargo bench --bench history`");
        let connection = Connection::open(&copy).expect("a history");
        let node: gatewatch::gateway::NodeUrl = url.parse().expect("an address");
        connection.execute("UPDATE node SET url = ?1 WHERE id = 1", [node.to_string()]).expect("a node");
        let location = Location::File(copy);
        let info =
            History::open_read_only(&location).and_then(|mut history| history.info()).expect("a history");
        let end = info.nodes.iter().filter_map(|node| Some(node.watched?.to)).max().expect("it is not empty");
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(end.unsigned_abs());
        let behind = SystemTime::now().duration_since(end).expect("it ends in the past");
        Self { location, behind, folder }
    }
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
