//! The marks of sessions that have just signed in or left, and the pause of the table. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::painted;
use crate::support::window::{StoppedClock, Window, plant, start, start_on};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, webdev_json};
use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::settings::Settings;
use gatewatch::table::MARK_TIME;
use gatewatch::ui::Start;

const MARK: &str = "Signed in a moment ago";

/// Starts a gateway with this number of sessions of the plant, which can be changed.
fn growing(sessions: usize) -> (FakeGateway, Arc<AtomicUsize>) {
    let sessions = Arc::new(AtomicUsize::new(sessions));
    let shown = sessions.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT[..shown.load(Ordering::SeqCst)])),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    (gateway, sessions)
}

fn marks(window: &Window) -> usize {
    let cells = window.harness.query_all_by_role(Role::Cell);
    cells.filter(|cell| cell.accesskit_node().description().is_some_and(|text| text.contains(MARK))).count()
}

/// Refreshes until the table has all of these sessions.
fn refresh(window: &mut Window, sessions: usize) {
    window.click("Refresh");
    window.until_text(&format!("{sessions} of {sessions} sessions"));
}

#[test]
fn mark_of_a_new_session_ends_after_a_while() {
    let ((gateway, sessions), clock) = (growing(0), StoppedClock::new());
    let mut window = Window::open(Start { clock: clock.read(), ..start_on(&gateway.url) });
    window.until_text("0 of 0 sessions");
    // The first session of all is new, too.
    sessions.store(1, Ordering::SeqCst);
    refresh(&mut window, 1);
    assert_eq!(marks(&window), 1);
    clock.advance(MARK_TIME / 2);
    sessions.store(2, Ordering::SeqCst);
    refresh(&mut window, 2);
    assert_eq!(marks(&window), 2);
    clock.advance(MARK_TIME / 2);
    window.harness.run_steps(2);
    assert_eq!(marks(&window), 1);
    clock.advance(MARK_TIME);
    window.harness.run_steps(2);
    assert_eq!(marks(&window), 0);
}

/// Returns the names of the cells of sessions that have left.
fn left(window: &Window) -> Vec<String> {
    let cells = window.harness.query_all_by_role(Role::Cell).map(|cell| cell.accesskit_node());
    let gone = cells.filter(|cell| cell.description().is_some_and(|text| text.contains("Left a moment ago")));
    gone.map(|cell| cell.label().unwrap_or_default()).collect()
}

#[test]
fn sessions_that_have_left_stay_for_a_while() {
    let ((gateway, sessions), clock) = (growing(6), StoppedClock::new());
    let mut window = Window::open(Start { clock: clock.read(), ..start_on(&gateway.url) });
    window.until_text("6 of 6 sessions");
    let height = |window: &Window| window.harness.get_by_label("jürgen").rect().top();
    let before = height(&window);
    sessions.store(4, Ordering::SeqCst);
    refresh(&mut window, 4);
    assert_eq!(left(&window), ["jürgen", "billy"]);
    assert!((height(&window) - before).abs() < 0.1);
    assert!(window.harness.query_by_label_contains("+0 −2 since ").is_some());
    clock.advance(MARK_TIME);
    window.harness.run_steps(2);
    assert_eq!(left(&window), [""; 0]);
}

#[test]
fn session_that_has_left_is_indented_if_its_group_is_there() {
    let ((gateway, sessions), clock) = (growing(6), StoppedClock::new());
    let mut window = Window::open(Start { clock: clock.read(), ..start_on(&gateway.url) });
    window.until_text("6 of 6 sessions");
    window.click("Group");
    window.click("By username");
    window.until("the groups", |harness| harness.query_by_label_contains("Username billy, 2").is_some());
    sessions.store(4, Ordering::SeqCst);
    refresh(&mut window, 4);
    // Another session of billy is still there, and none of jürgen.
    assert_eq!(left(&window), ["billy", "jürgen"]);
    let table = window.harness.get_by_label("Table").rect();
    let lefts = |user: &str| -> Vec<f32> {
        let texts = painted::texts_in(&window, table).into_iter().filter(|text| text.text == user);
        texts.map(|text| text.place.left()).collect()
    };
    let (billy, jürgen) = (lefts("billy"), lefts("jürgen"));
    // The head of the group, the session, and the one that has left.
    assert_eq!((billy.len(), jürgen.len()), (3, 1), "{billy:?} {jürgen:?}");
    assert!((billy[1] - billy[2]).abs() < 4.0 && jürgen[0] < billy[1], "{billy:?} {jürgen:?}");
}

#[test]
fn menu_of_a_session_that_has_left_copies_and_filters_its_values() {
    let ((gateway, sessions), clock) = (growing(6), StoppedClock::new());
    let mut window = Window::open(Start { clock: clock.read(), ..start_on(&gateway.url) });
    window.until_text("6 of 6 sessions");
    sessions.store(4, Ordering::SeqCst);
    refresh(&mut window, 4);
    // The last row, which has left.
    let row = |window: &Window| {
        let rows = window.harness.query_all_by_label("billy").map(|row| row.rect().center());
        rows.max_by(|row, other| row.y.total_cmp(&other.y)).unwrap()
    };
    window.click_at(row(&window), PointerButton::Secondary, Modifiers::NONE);
    assert!(window.has("Filter to \"billy\"") && !window.has("Show details"));
    window.click("Copy cell");
    assert_eq!(window.copied(), "billy");
    window.click_at(row(&window), PointerButton::Secondary, Modifiers::NONE);
    window.click("Exclude \"billy\"");
    // Another session of billy is still there.
    window.until_text("3 of 4 sessions");
}

#[test]
fn a_pause_keeps_the_table_until_it_goes_on() {
    let (gateway, sessions) = growing(4);
    let mut window = Window::on(&gateway.url);
    window.until_text("4 of 4 sessions");
    window.press(Modifiers::NONE, Key::F7);
    window.until_text("No changes waiting");
    sessions.store(6, Ordering::SeqCst);
    window.press(Modifiers::NONE, Key::F5);
    window.until_text("2 changes waiting");
    assert!(window.has("4 of 4 sessions"));
    // Filters work on the sessions that are shown.
    window.type_into("Username filter", "bil.*");
    window.until_text("2 of 4 sessions");
    window.click("Resume");
    window.until_text("3 of 6 sessions");
    assert_eq!(marks(&window), 1);
    // F8 goes to what has changed.
    window.press(Modifiers::NONE, Key::F8);
    assert_eq!(window.selected("Client ID"), ["F6"]);
}

#[test]
fn sessions_are_not_marked_if_the_settings_say_so() {
    let (gateway, sessions) = growing(4);
    let settings = Settings { mark_time: Some(Duration::ZERO), ..Settings::default() };
    let mut window = Window::open(Start { settings, ..start_on(&gateway.url) });
    window.until_text("4 of 4 sessions");
    sessions.store(6, Ordering::SeqCst);
    refresh(&mut window, 6);
    sessions.store(3, Ordering::SeqCst);
    refresh(&mut window, 3);
    assert_eq!((marks(&window), left(&window).len()), (0, 0));
}

#[test]
fn connecting_to_a_gateway_with_an_older_table_marks_nothing() {
    let (north, (south, sessions)) = (plant(), growing(4));
    let folder = tempfile::tempdir().unwrap();
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, ""),
        // Read once in the background.
        saved_gateway("South", &south.url, "background_secs = 3600\n"),
    ];
    std::fs::write(folder.path().join("config.toml"), config.concat()).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some("North"), None).unwrap();
    let mut window =
        Window::open(Start { settings, folder: Some(folder.path().to_owned()), ..start(target) });
    window.until_text("South: 4 sessions");
    sessions.store(5, Ordering::SeqCst);
    window.harness.get_by_label_contains("South: ").click();
    window.until_text("5 of 5 sessions");
    assert_eq!(marks(&window), 0);
    // The same gateway again.
    sessions.store(6, Ordering::SeqCst);
    window.harness.get_by_label_contains("South: ").click();
    window.until_text("6 of 6 sessions");
    assert_eq!(marks(&window), 0);
    sessions.store(5, Ordering::SeqCst);
    refresh(&mut window, 5);
    sessions.store(6, Ordering::SeqCst);
    refresh(&mut window, 6);
    assert_eq!(marks(&window), 1);
}
