//! The window without a gateway: searches in frames, and threads that end.

use std::sync::atomic::{AtomicBool, Ordering};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::dataset::{Cell, Dataset, DatasetBuilder, Header};
use crate::filter::{self, Mode};
use crate::poll::{Activity, GatewayStatus};
use crate::query::FilterText;

/// Longer than anything takes that works.
const TIMEOUT: Duration = Duration::from_mins(3);

fn window() -> Harness<'static, App> {
    Harness::builder().with_size([1080.0, 680.0]).build_eframe(|cc| {
        let start = Start {
            target: None,
            settings: Settings::default(),
            state: State::default(),
            folder: None,
            credentials: Credentials::None,
            error: None,
            pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
            open_secrets: Arc::new(Secrets::in_memory),
            log: LogLines::default(),
            clock: Arc::new(Instant::now),
            renderer: String::new(),
            desktop_theme: DesktopTheme::default(),
            has_glyph: Arc::new(|_| true),
            open_path: Arc::new(|_| Ok(())),
        };
        App::new(&cc.egui_ctx, start).unwrap()
    })
}

/// A status with one session per user.
fn status(users: &[&str]) -> GatewayStatus {
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    for (row, user) in users.iter().enumerate() {
        let id = row.to_string();
        let cells =
            [Cell::Text(user), Cell::Text("P"), Cell::Text("h"), Cell::Null, Cell::Text(&id), Cell::Null];
        for (column, cell) in cells.into_iter().enumerate() {
            builder.push(column, cell).unwrap();
        }
    }
    let dataset: Arc<Dataset> = Arc::new(builder.finish(None, None));
    GatewayStatus {
        generation: 0,
        nodes: Vec::new(),
        dataset: Some(dataset),
        updated_at: None,
        activity: Activity::Waiting { next_read_at: None },
    }
}

/// Shows these users, with a filter on any part of their names.
fn show(window: &mut Harness<'static, App>, users: &[&str], pattern: &str) {
    let app = window.state_mut();
    app.state.status = Some(Arc::new(status(users)));
    let mode = Mode { contains: true, ..Mode::default() };
    app.drafts.username = FilterText { pattern: pattern.to_owned(), mode };
    app.query(TIMEOUT);
    window.step();
}

#[test]
fn frames_search_no_value() {
    let mut window = window();
    let long = format!("{}bb{}", "a".repeat(1 << 20), "c".repeat(10));
    // With and without backtracking, in short and long values.
    for pattern in [r"(\w)\1", "b+", r"\w{3}"] {
        show(&mut window, &["bbill", &long, "anna"], pattern);
        let searches = filter::searches_on_this_thread();
        for _ in 0..10 {
            window.step();
        }
        assert_eq!(filter::searches_on_this_thread(), searches, "{pattern}");
        let app = window.state();
        let column = app.state.status.as_ref().unwrap().dataset.as_ref().unwrap().username().clone();
        assert!(app.state.username.highlights.find(&column, 0).is_some(), "{pattern}");
    }
}

#[test]
fn frames_lay_out_only_the_start_of_a_long_value() {
    let mut window = window();
    let long = "ab ".repeat(400_000);
    show(&mut window, &[&long], "b");
    let app = window.state_mut();
    app.state.layout.counts = true;
    app.state.layout.details = true;
    app.query(TIMEOUT);
    window.run_steps(2);
    let texts: Vec<usize> = window
        .query_all(egui_kittest::kittest::By::new().predicate(|_| true))
        .flat_map(|node| {
            let node = egui_kittest::kittest::NodeT::accesskit_node(&node);
            [node.label(), node.value(), node.data().description().map(str::to_owned)]
        })
        .flatten()
        .map(|text| text.len())
        .collect();
    assert!(texts.len() > 20 && texts.iter().all(|&len| len < 2_000), "{texts:?}");
}

/// Draws frames until the notice that a thread has ended is shown.
fn until_notice(window: &mut Harness<'static, App>) {
    let end = Instant::now() + TIMEOUT;
    loop {
        window.step();
        if window.query_by_label_contains("A background thread has stopped").is_some() {
            return;
        }
        assert!(Instant::now() < end, "no notice");
        std::thread::yield_now();
    }
}

#[test]
fn says_that_the_polling_thread_has_ended() {
    let mut window = window();
    window.step();
    assert!(window.query_by_label_contains("A background thread").is_none());
    let is_broken = Arc::new(AtomicBool::new(false));
    let broken = is_broken.clone();
    let clock = move || {
        assert!(!broken.load(Ordering::SeqCst), "expected in this test: the clock fails");
        std::time::SystemTime::now()
    };
    let client = Client::new(Limits::default());
    let app = window.state_mut();
    app.poller = Poller::spawn_with_clock(clock, Duration::from_millis(1), client, || ()).unwrap();
    window.step();
    assert!(window.query_by_label_contains("A background thread").is_none());
    is_broken.store(true, Ordering::SeqCst);
    window.state_mut().poller.refresh_now();
    until_notice(&mut window);
}

#[test]
fn says_that_the_query_thread_has_ended() {
    let mut window = window();
    // Panics once, because the thread notifies again when it ends.
    let has_failed = AtomicBool::new(false);
    let notify = move || {
        assert!(has_failed.swap(true, Ordering::SeqCst), "expected in this test: the notification fails");
    };
    window.state_mut().query_worker = Worker::spawn(notify).unwrap();
    window.step();
    assert!(window.query_by_label_contains("A background thread").is_none());
    window.state_mut().query(Duration::ZERO);
    until_notice(&mut window);
}
