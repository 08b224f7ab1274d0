//! The window without a gateway: searches in frames, and threads that end.

mod commands;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::super::gateway_form::FormStage;
use super::background::HIDDEN_REFRESH;
use super::*;
use crate::dataset::{Cell, Dataset, DatasetBuilder, Header};
use crate::filter::{self, Mode};
use crate::gateway::Limits;
use crate::poll::{Activity, Clocks, GatewayStatus};
use crate::query::FilterText;
use crate::secrets::{EntryName, Keyring, KeyringError, Secret, Secrets};

/// Longer than anything takes that works.
const TIMEOUT: Duration = Duration::from_mins(3);

fn window() -> Harness<'static, App> {
    window_with(|_| ())
}

/// Opens a window without a gateway, with these changes of its arguments.
fn window_with(change: impl FnOnce(&mut Start)) -> Harness<'static, App> {
    Harness::builder().with_size([1080.0, 680.0]).build_eframe(|cc| {
        let mut start = Start {
            target: None,
            settings: Settings::default(),
            state: State::default(),
            folder: None,
            history: None,
            credentials: Credentials::None,
            error: None,
            pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
            open_secrets: Arc::new(Secrets::in_memory),
            log: LogLines::default(),
            clock: Arc::new(Instant::now),
            wall_clock: Arc::new(SystemTime::now),
            renderer: String::new(),
            desktop_theme: DesktopTheme::default(),
            has_glyph: Arc::new(|_| true),
            open_path: Arc::new(|_| Ok(())),
            alerts: AlertSetup::default(),
        };
        change(&mut start);
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
fn result_of_the_dataset_on_screen_keeps_the_end_of_an_outage_for_the_next_dataset() {
    let mut window = window();
    show(&mut window, &["anna"], "");
    let app = window.state_mut();
    app.state.outdated.insert(None);
    app.ends_pause = true;
    // As while a large dataset is prepared.
    let on_screen = app.state.table.result().unwrap().clone();
    app.state.status = Some(Arc::new(status(&["anna", "billy"])));
    app.show_result(on_screen);
    assert!(app.ends_pause);
    app.query(TIMEOUT);
    assert!(!app.ends_pause && !app.state.table.is_new(1));
    show(&mut window, &["anna", "billy", "carl"], "");
    assert!(window.state().state.table.is_new(2));
}

#[test]
fn outage_without_another_list_does_not_hide_who_signs_in_later() {
    let mut window = window();
    show(&mut window, &["anna"], "");
    let app = window.state_mut();
    app.state.outdated.insert(None);
    app.query(TIMEOUT);
    show(&mut window, &["anna", "billy"], "");
    assert!(window.state().state.table.is_new(1));
    let app = window.state_mut();
    app.state.outdated.insert(None);
    let before = app.state.table_dataset().cloned();
    app.query_if_changed(before.as_ref());
    show(&mut window, &["anna", "billy", "carl"], "");
    assert!(window.state().state.table.is_new(2));
}

#[test]
fn pause_without_another_list_leaves_the_time_of_what_follows_known() {
    let mut window = window();
    show(&mut window, &["anna"], "");
    let app = window.state_mut();
    app.toggle_pause();
    app.toggle_pause();
    assert!(!app.ends_pause);
}

#[test]
fn pause_without_another_list_keeps_the_end_of_the_pause_before() {
    let mut window = window();
    show(&mut window, &["anna", "billy"], "");
    let app = window.state_mut();
    // Its result isn't on screen yet.
    app.state.status = Some(Arc::new(status(&["anna"])));
    app.ends_pause = true;
    app.toggle_pause();
    app.toggle_pause();
    app.query(TIMEOUT);
    assert_eq!(app.state.table.left_session(0).unwrap().left_at, None);
}

#[test]
fn frames_search_no_value() {
    let mut window = window();
    let long = format!("{}bb{}", "a".repeat(1 << 16), "c".repeat(10));
    // With and without backtracking, in short and long values.
    for pattern in [r"(\w)\1", "b+", r"\w{3}"] {
        show(&mut window, &["bbill", &long, "anna"], pattern);
        let searches = filter::searches::on_this_thread();
        for _ in 0..10 {
            window.step();
        }
        assert_eq!(filter::searches::on_this_thread(), searches, "{pattern}");
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

/// A keyring that records which profiles' secrets are deleted.
#[derive(Clone, Debug, Default)]
struct Deletions(Arc<Mutex<Vec<String>>>);

impl Deletions {
    fn contain(&self, profile: &str) -> bool {
        self.0.lock().unwrap().iter().any(|deleted| deleted == profile)
    }
}

impl Keyring for Deletions {
    fn check(&self) -> Result<(), KeyringError> {
        Ok(())
    }

    fn get(&self, _entry: &EntryName) -> Result<Option<Secret>, KeyringError> {
        Ok(None)
    }

    fn set(&self, _entry: &EntryName, _content: &Secret) -> Result<(), KeyringError> {
        Ok(())
    }

    fn delete(&self, entry: &EntryName) -> Result<(), KeyringError> {
        self.0.lock().unwrap().push(entry.account.clone());
        Ok(())
    }
}

/// Opens a window with the saved gateways North, which has a password, and South, on the form of South.
fn editing_south(folder: &Path) -> (Harness<'static, App>, Deletions) {
    let profile = |name: &str| format!("[[profile]]\nname = \"{name}\"\nurls = [\"http://127.0.0.1:1\"]\n");
    let config = format!("refresh_secs = 0\n{}user = \"billy\"\n{}", profile("North"), profile("South"));
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let deletions = Deletions::default();
    let (keyring, folder) = (deletions.clone(), folder.to_owned());
    let mut window = window_with(move |start| {
        start.settings = Settings::load(&folder).unwrap();
        start.folder = Some(folder);
        start.open_secrets = Arc::new(move || Secrets::with_keyring(Arc::new(keyring.clone()), None));
    });
    window.state_mut().edit_gateway(Some("South"));
    (window, deletions)
}

fn until(window: &mut Harness<'static, App>, is_done: impl Fn(&Harness<'static, App>) -> bool) {
    let end = Instant::now() + TIMEOUT;
    while !is_done(window) {
        assert!(Instant::now() < end, "timed out");
        window.step();
        std::thread::yield_now();
    }
}

fn names(folder: &Path) -> Vec<String> {
    Settings::load(folder).unwrap().profile_names()
}

#[test]
fn removal_and_save_at_once_are_both_finished() {
    for removes_first in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (mut window, deletions) = editing_south(folder.path());
        let app = window.state_mut();
        app.drafts.form.as_mut().unwrap().draft.name = "East".to_owned();
        if removes_first {
            app.remove_saved_gateway("North");
            app.save_gateway();
        } else {
            app.save_gateway();
            app.remove_saved_gateway("North");
        }
        until(&mut window, |window| window.query_by_label("North removed").is_some());
        until(&mut window, |window| window.state().drafts.form.is_none());
        until(&mut window, |_| deletions.contain("North"));
        assert_eq!(names(folder.path()), ["East"]);
        assert_eq!(window.state().state.gateway, "East");
    }
}

#[test]
fn removal_that_fails_leaves_a_form_that_is_being_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, deletions) = editing_south(folder.path());
    let config = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    std::fs::write(folder.path().join("config.toml"), config.replace("North", "West")).unwrap();
    let app = window.state_mut();
    app.drafts.form.as_mut().unwrap().draft.name = "East".to_owned();
    app.remove_saved_gateway("North");
    app.save_gateway();
    until(&mut window, |window| window.query_by_label_contains("was renamed or deleted").is_some());
    until(&mut window, |window| window.state().drafts.form.is_none());
    assert_eq!(names(folder.path()), ["West", "East"]);
    assert!(!deletions.contain("North"));
}

#[test]
fn nothing_closes_a_form_that_is_being_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _deletions) = editing_south(folder.path());
    let app = window.state_mut();
    app.drafts.form.as_mut().unwrap().draft.name = "East".to_owned();
    app.save_gateway();
    app.add_gateway();
    app.edit_gateway(Some("North"));
    app.discard_form();
    assert_eq!(app.ui_state.question, None);
    assert_eq!(app.drafts.form.as_ref().unwrap().stage, FormStage::Saving);
    until(&mut window, |window| window.state().drafts.form.is_none());
    assert_eq!(names(folder.path()), ["North", "East"]);
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
    app.poller =
        Poller::spawn_with_clocks(Clocks::new(clock, Duration::from_millis(1)), client, None, || ()).unwrap();
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

#[test]
fn hidden_window_reads_less_often_only_if_nothing_is_recorded_and_there_are_no_alerts() {
    let refresh = Duration::from_secs(2);
    let alert = "[[alert]]\nname = \"Down\"\nwhen = \"unreachable\"\n";
    let disabled = format!("{alert}enabled = false\n");
    let folder = tempfile::tempdir().unwrap();
    let history = || Some(crate::history::Location::File(folder.path().join("history.db")));
    for (config, history, expected) in [
        ("", None, HIDDEN_REFRESH),
        (alert, None, refresh),
        (&disabled, None, HIDDEN_REFRESH),
        ("", history(), refresh),
    ] {
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        let mut window = window_with(|start| (start.settings, start.history) = (settings, history));
        window.state_mut().state.refresh = Some(refresh);
        let mut frame = |occluded| {
            let viewport = window.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
            viewport.occluded = Some(occluded);
            window.step();
            window.state().poll_interval()
        };
        assert_eq!([false, true, false].map(&mut frame), [refresh, expected, refresh].map(Some), "{config}");
    }
}

#[test]
fn shown_demo_gateway_is_not_started_again() {
    let mut window = window();
    let url = |window: &Harness<'_, App>| window.state().demo.as_ref().map(|demo| demo.url().to_owned());
    window.state_mut().connect_demo();
    let started = url(&window);
    assert!(started.is_some());
    window.state_mut().connect_demo();
    assert_eq!(url(&window), started);
}
