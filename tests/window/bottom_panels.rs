//! The activity panel and the timeline by keyboard.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::focus::{check_order, focused, region, walk};
use crate::painted;
use crate::past::{Plant, activity, until_activity};
use crate::popups::{hover, until_repaint};
use crate::support::window::{Window, start_on};
use crate::support::{FakeGateway, PLANT, ok, webdev_json};
use crate::user_history::{DAY_MS, HOUR_MS, StoredHistory};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::settings::{Settings, State};
use gatewatch::table::Layout;
use gatewatch::ui::Start;

const NONE: Modifiers = Modifiers::NONE;

/// Opens a window with the activity panel, whose list is read.
fn open(plant: &Plant) -> Window {
    let mut window = open_sized(plant, [1280.0, 680.0]);
    window.until("the chart", |harness| {
        let chart = harness.query_by_label("Sessions over time");
        chart.is_some_and(|chart| chart.accesskit_node().value().is_some())
    });
    window
}

/// Opens a window of this size with the activity panel, whose list is read.
fn open_sized(plant: &Plant, size: [f32; 2]) -> Window {
    let table = Layout { activity: true, ..Layout::default() };
    let start = Start { state: State { table, ..State::default() }, ..plant.start() };
    let mut window = Window::open_as(Harness::builder().with_size(size), start);
    window.until_text("6 of 6 sessions");
    let is_listed = |rows: &[String], user: &str| rows.iter().any(|row| row.contains(user));
    // The oldest ones are below a low list.
    until_activity(&mut window, "all entries", |rows| {
        is_listed(rows, "jürgen") && (size[1] < 500.0 || is_listed(rows, "anna"))
    });
    window
}

#[test]
fn window_without_changes_is_drawn_once_a_minute_or_to_show_the_time_of_the_last_read() {
    let plant = Plant::new();
    let table = Layout { activity: true, details: true, timeline: true, ..Layout::default() };
    let second = Duration::from_secs(1);
    // Five seconds after the start of a minute.
    let now = SystemTime::UNIX_EPOCH + 1_764_000_005 * second;
    let start = Start {
        settings: Settings { refresh: Some(2 * second), ..Settings::default() },
        state: State { table, ..State::default() },
        wall_clock: Arc::new(move || now),
        ..plant.start()
    };
    let mut window = Window::open(start);
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 0, NONE);
    window.until("the details", |harness| harness.query_all_by_label_contains("Duration").count() == 2);
    // The time of the last read.
    window.until("the next frame", |harness| until_repaint(harness) == 10 * second);
    window.harness.input_mut().focused = false;
    window.until("the next frame to be that of the next minute", |harness| {
        until_repaint(harness) == 55 * second
    });
}

#[test]
fn head_of_the_activity_has_its_places() {
    let plant = Plant::new();
    let window = open(&plant);
    let panel = window.harness.get_by_role_and_label(Role::Group, "Activity").rect();
    let rect = |role, name: &str| window.harness.get_by_role_and_label(role, name).rect();
    let [title, close] = [rect(Role::Heading, "Activity panel"), rect(Role::Button, "Close activity")];
    let tabs = window.harness.get_all_by_role_and_label(Role::Tab, "All").map(|tab| tab.rect());
    let tab = tabs.into_iter().find(|tab| panel.contains_rect(*tab)).unwrap();
    let export = rect(Role::Button, "Export activity");
    let is = |value: f32, expected: f32| (value - expected).abs() < 0.5;
    assert!(is(tab.left() - title.right(), 12.0), "{title} {tab}");
    assert!(is(panel.right() - close.right(), 8.0) && is(close.width(), 28.0), "{close}");
    assert!(is(close.left() - export.right(), 4.0), "{export} {close}");
}

#[test]
fn narrow_activity_leaves_out_columns_rather_than_squeezing_them() {
    const ALL: [&str; 7] = ["Time", "Event", "Username", "Project", "Address", "Node", "Duration"];
    let plant = Plant::new();
    for (size, left_out) in [
        ([1280.0, 680.0], &[][..]),
        ([640.0, 480.0], &["Node", "Duration"]),
        ([540.0, 340.0], &["Address", "Node", "Duration"]),
    ] {
        let mut window = open_sized(&plant, size);
        window.harness.run_steps(2);
        let list = window.harness.get_by_role_and_label(Role::List, "Activity list").rect();
        let texts = painted::texts_in(&window, list);
        let cut = texts.iter().filter(|text| text.place.bottom() < list.bottom() && text.is_truncated);
        let cut: Vec<&str> = cut.map(|text| &*text.text).collect();
        // Addresses of nodes and remarks on the time may be long.
        assert!(cut.iter().all(|text| text.contains(':')), "{size:?}: {cut:?}");
        let header = list.with_max_y(list.top() + 20.0);
        let titles = painted::texts_in(&window, header);
        assert!(titles.iter().all(painted::PaintedText::is_whole), "{titles:?}");
        let titles: Vec<&str> = titles
            .iter()
            .map(|title| title.text.split(" ·").next().unwrap())
            .filter(|title| ALL.contains(title))
            .collect();
        let expected: Vec<&str> = ALL.into_iter().filter(|title| !left_out.contains(title)).collect();
        assert_eq!(titles, expected, "{size:?}");
        if !left_out.is_empty() {
            // The tooltip has the rest.
            let event = texts.iter().find(|text| text.text.starts_with("Signed in")).unwrap();
            hover(&mut window, event.place.center());
            assert!(window.harness.query_by_label_contains("\nNode: 127.0.0.1").is_some());
        }
        // Screen readers get them all.
        assert!(activity(&window).iter().all(|row| row.contains("127.0.0.1")));
    }
}

fn time_of_the_timeline(window: &Window) -> String {
    window.harness.get_by_label("Time of the timeline").accesskit_node().value().unwrap_or_default()
}

#[test]
fn old_times_of_the_activity_are_whole() {
    // With a single session, the old entries stay in view whatever happens to the gateway.
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT[..1])));
    let folder = tempfile::tempdir().unwrap();
    let mut history = StoredHistory::new(folder.path(), &gateway.url);
    // Noon of 29 November in UTC: the last entry has a day of one digit, the one above it of two.
    history.now = 1_795_953_600_000;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(history.now.unsigned_abs());
    history.watch(30 * DAY_MS, HOUR_MS);
    history.session("anna", "hmi-3", [20 * DAY_MS, 19 * DAY_MS, 19 * DAY_MS - 5_000]);
    for size in [[1280.0, 680.0], [640.0, 680.0]] {
        let table = Layout { activity: true, ..Layout::default() };
        let state = State { table, ..State::default() };
        let start = Start {
            state,
            history: Some(history.location.clone()),
            wall_clock: Arc::new(move || now),
            ..start_on(&gateway.url)
        };
        let mut window = Window::open_as(Harness::builder().with_size(size), start);
        until_activity(&mut window, "the entry of today and the old ones", |rows| {
            let count = |text| rows.iter().filter(|row| row.contains(text)).count();
            count("billy") == 1 && count("hmi-3") == 2
        });
        window.harness.run_steps(2);
        let list = window.harness.get_by_role_and_label(Role::List, "Activity list").rect();
        let times = painted::texts_in(&window, list.with_max_x(list.left() + 80.0));
        let time = history.clock().date(history.now - 20 * DAY_MS);
        assert!(times.iter().any(|text| text.text == time), "{time}: {:?}", activity(&window));
        assert!(times.iter().all(|text| !text.is_truncated), "{times:?}");
    }
}

/// Returns the text of the row at the cursor of the activity list.
fn cursor(window: &Window) -> String {
    window.harness.get_by_label("Activity list").accesskit_node().value().unwrap_or_default()
}

#[test]
fn tab_key_goes_through_the_bottom_panels_in_visual_order() {
    let plant = Plant::new();
    let mut window = open(&plant);
    window.press(Modifiers::COMMAND, Key::A);
    let reached = walk(&mut window);
    check_order(&reached, "activity and timeline", |at| region(&window, at));
    for name in [
        "Height of the activity",
        "Activity list",
        "Export activity",
        "Sessions over time",
        "Time of the timeline",
    ] {
        assert!(reached.iter().any(|focused| focused.name == name), "{name}: {reached:#?}");
    }
}

#[test]
fn keys_step_and_zoom_in_the_timeline() {
    let plant = Plant::new();
    let mut window = open(&plant);
    window.harness.get_by_label("Sessions over time").focus();
    window.harness.step();
    assert_eq!(time_of_the_timeline(&window), "Last 24 h");
    window.press(NONE, Key::ArrowUp);
    window.until("the half", |harness| {
        let time = harness.get_by_label("Time of the timeline").accesskit_node().value();
        time.as_deref() == Some("12 h")
    });
    window.press(NONE, Key::ArrowDown);
    window.until("the whole again", |harness| {
        let time = harness.get_by_label("Time of the timeline").accesskit_node().value();
        time.as_deref() == Some("1 d")
    });
    window.press(NONE, Key::ArrowLeft);
    window.until_text("Back to live");
    window.press(NONE, Key::End);
    window.until("the present", |harness| harness.query_by_label("Back to live").is_none());
    assert_eq!(focused(&window).map(|focused| focused.name).as_deref(), Some("Sessions over time"));
}

#[test]
fn keys_move_the_cursor_of_the_activity_and_show_its_moment() {
    let plant = Plant::new();
    let mut window = open(&plant);
    // New rows have no places in their first frame.
    window.harness.run_steps(2);
    let rows = activity(&window);
    window.harness.get_by_label("Activity list").focus();
    window.harness.step();
    for (key, row) in [
        (Key::ArrowDown, 0),
        (Key::ArrowDown, 1),
        (Key::ArrowUp, 0),
        (Key::End, rows.len() - 1),
        (Key::ArrowDown, rows.len() - 1),
        (Key::Home, 0),
        (Key::ArrowUp, 0),
    ] {
        window.press(NONE, key);
        assert_eq!(cursor(&window), rows[row], "{key:?}");
    }
    window.frame([Event::Copy]);
    assert_eq!(window.copied(), rows[0]);
    // A click takes the focus as Tab does.
    window.harness.get_by_label("Sessions").focus();
    window.click(&rows[0]);
    window.press(NONE, Key::ArrowDown);
    assert_eq!(cursor(&window), rows[1]);
    window.press(NONE, Key::End);
    window.press(NONE, Key::Enter);
    window.until_text("Back to live");
    let [top, bottom] = {
        let list = window.harness.get_by_role_and_label(Role::List, "Activity list").rect();
        [list.top(), list.bottom()]
    };
    let last = window.harness.query_all_by_role(Role::ListItem).any(|row| {
        row.accesskit_node().label().as_deref() == Some(&rows[rows.len() - 1])
            && row.rect().top() >= top
            && row.rect().bottom() <= bottom
    });
    assert!(last, "the row at the cursor is in view");
}

#[test]
fn arrow_keys_change_the_height_of_the_activity() {
    let plant = Plant::new();
    let mut window = open(&plant);
    let top = |window: &Window| window.harness.get_by_role_and_label(Role::Group, "Activity").rect().top();
    let before = top(&window);
    window.harness.get_by_label("Height of the activity").focus();
    window.harness.step();
    window.press(NONE, Key::ArrowUp);
    window.harness.step();
    let raised = top(&window);
    assert!(raised < before, "{raised}, {before}");
    window.press(NONE, Key::ArrowDown);
    window.harness.step();
    assert!((top(&window) - before).abs() < 0.5, "{}, {before}", top(&window));
}

/// Opens a window on a history, 20 minutes after the first session of the plant was created, without a timeline.
fn open_after_a_session(plant: &Plant, size: [f32; 2]) -> Window {
    let created = Duration::from_millis(1_795_365_700_123);
    let now = SystemTime::UNIX_EPOCH + created + Duration::from_mins(20);
    let table = Layout { activity: true, timeline: false, ..Layout::default() };
    let state = State { table, ..State::default() };
    let started = Instant::now();
    let wall_clock = Arc::new(move || now + started.elapsed());
    let start = Start { state, wall_clock, ..plant.start() };
    let mut window = Window::open_as(Harness::builder().with_size(size), start);
    window.until_text("6 of 6 sessions");
    window
}

/// Returns whether a time is chosen in the timeline.
fn has_chosen_time(window: &Window) -> bool {
    window.has("Remove the time")
}

#[test]
fn session_is_shown_in_the_timeline() {
    let plant = Plant::new();
    let mut window = open_after_a_session(&plant, [1280.0, 800.0]);
    assert!(!window.has("Sessions over time") && !has_chosen_time(&window));
    window.menu_of_cell("Project", 0);
    window.click("Show in timeline");
    window.until_text("Sessions over time");
    assert_eq!(time_of_the_timeline(&window), "Last hour");
    assert!(has_chosen_time(&window));
    // By keyboard.
    window.press(NONE, Key::Escape);
    window.press(NONE, Key::Escape);
    assert!(!has_chosen_time(&window));
    window.press(Modifiers::COMMAND, Key::T);
    assert!(!window.has("Sessions over time"));
    window.click_cell("Project", 0, NONE);
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([Event::Text("Show in timeline".to_owned())]);
    window.harness.run_steps(2);
    window.press(NONE, Key::Enter);
    window.until_text("Sessions over time");
    assert!(has_chosen_time(&window));
}

#[test]
fn session_without_a_time_or_in_a_low_window_is_not_shown_in_the_timeline() {
    let plant = Plant::new();
    let is_enabled =
        |window: &Window| !window.harness.get_by_label("Show in timeline").accesskit_node().is_disabled();
    let mut window = open_after_a_session(&plant, [1280.0, 800.0]);
    let line = window.column("Client ID").iter().position(|id| id == "D4").unwrap();
    window.menu_of_cell("Project", line);
    assert!(!is_enabled(&window), "it has no time of creation");
    let mut window = open_after_a_session(&plant, [1280.0, 540.0]);
    window.menu_of_cell("Project", 0);
    assert!(!is_enabled(&window), "there is no room");
    window.press(NONE, Key::Escape);
    // Where nothing is recorded, there is no timeline.
    let mut window = Window::on(&plant.gateway.url);
    window.until_text("6 of 6 sessions");
    window.menu_of_cell("Project", 0);
    assert!(window.has("Show details") && !window.has("Show in timeline"));
}
