//! The history in the window: the timeline, the past in the table, and the activity list.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Order, PointerButton, Rect, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::{Profile, webdev};
use gatewatch::history::{Location, Recorder};
use gatewatch::poll::{ListUpdate, NodeUpdate, ReadOutcome};
use gatewatch::query::{DesignerFilter, FilterSet, FilterText};
use gatewatch::settings::{FilterState, State, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;
use tempfile::TempDir;

use super::painted;
use super::popups::{hover, popups};
use super::rail::choose_in_menu;
use super::support::window::{Window, plant, retype, start, typed};
use super::support::{FakeGateway, PLANT, ok, webdev_json};

const HOUR: Duration = Duration::from_hours(1);

/// A gateway with a history.
pub(crate) struct Plant {
    pub(crate) gateway: FakeGateway,
    folder: TempDir,
}

impl Plant {
    /// Records a list three hours ago and one an hour ago, with a gap between them.
    pub(crate) fn new() -> Self {
        let billy = r#""billy","Packaging","10.2.0.9",false,"A1",1795365700123"#;
        let anna = r#""anna","Boiler","10.10.0.1",true,"B2",1795365600000"#;
        let carl = r#""carl","Boiler","hmi-7",false,"C9",null"#;
        Self::with_lists(&[(3 * HOUR, &[billy, anna]), (HOUR, &[billy, carl])])
    }

    /// Records lists, each as old as this, with gaps between them.
    pub(crate) fn with_lists(lists: &[(Duration, &[&str])]) -> Self {
        let now = SystemTime::now();
        let interval = Duration::from_secs(5);
        Self::recorded(|url, observe| {
            for (ago, rows) in lists {
                observe(&list_update(url, now - *ago, interval, rows));
            }
        })
    }

    /// Records what `record` passes on for a node with this address.
    pub(crate) fn recorded(record: impl FnOnce(&str, &mut dyn FnMut(&NodeUpdate))) -> Self {
        let plant = Self { gateway: plant(), folder: tempfile::tempdir().unwrap() };
        let recorder = Recorder::spawn(plant.location(), None, |_| ()).unwrap();
        record(&plant.gateway.url, &mut recorder.observer());
        plant
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("history.db")
    }

    pub(crate) fn location(&self) -> Location {
        Location::File(self.path())
    }

    pub(crate) fn start(&self) -> Start {
        let profile = Profile::new("Plant".to_owned(), vec![self.gateway.url.parse().unwrap()]).unwrap();
        Start { history: Some(self.location()), ..start(Target::Gateway(profile)) }
    }

    /// Opens a window, and waits for its table and its timeline.
    pub(crate) fn open(&self) -> Window {
        let mut window = Window::open(self.start());
        window.until_text("6 of 6 sessions");
        window.until("the chart", |harness| {
            let chart = harness.query_by_label("Sessions over time");
            chart.is_some_and(|chart| chart.accesskit_node().value().is_some())
        });
        window
    }
}

#[test]
fn escape_leaves_a_past_for_which_no_time_was_chosen() {
    let plant = Plant::new();
    let mut window = plant.open();
    window.press(Modifiers::COMMAND, Key::G);
    window.until_text("Back to live");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Back to live"));
    // A chosen time stays.
    window.press(Modifiers::COMMAND, Key::G);
    window.frame([egui::Event::Text("-30 min".to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.press(Modifiers::COMMAND, Key::G);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("Back to live"));
}

#[test]
fn activity_passes_restored_filters_while_the_gateway_is_down() {
    let plant = Plant::new();
    let start = plant.start();
    let Plant { gateway, folder: _folder } = plant;
    let _address = gateway.stop();
    let username = FilterText { pattern: "billy".to_owned(), ..FilterText::default() };
    let filters = FilterSet { username, ..FilterSet::default() };
    let state = State {
        table: Layout { activity: true, ..Layout::default() },
        filters: FilterState::new(&filters, DesignerFilter::All),
        ..State::default()
    };
    let mut window = Window::open(Start { state, ..start });
    window.until_gateway("Connection refused");
    until_activity(&mut window, "the sessions of the user", |rows| {
        rows.iter().any(|row| row.contains("billy")) && !rows.iter().any(|row| row.contains("anna"))
    });
}

/// Returns a read of a node of the gateway "Plant".
pub(crate) fn list_update(url: &str, time: SystemTime, interval: Duration, rows: &[&str]) -> NodeUpdate {
    let list = Arc::new(webdev::parse(webdev_json(rows).as_bytes()).unwrap().dataset);
    let list = ListUpdate {
        list,
        missing_kinds: Vec::new(),
        notices: Vec::new(),
        previous: None,
        clock_offset_ms: None,
        certificate: None,
    };
    NodeUpdate {
        gateway: "Plant".into(),
        url: url.parse().unwrap(),
        is_recorded: true,
        time,
        interval: Some(interval),
        outcome: ReadOutcome::List(list),
    }
}

/// Types a time into the box of the past, and presses Enter.
pub(crate) fn go_to(window: &mut Window, time: &str) {
    window.press(Modifiers::COMMAND, Key::G);
    for events in typed(time) {
        window.frame(events);
    }
    window.press(Modifiers::NONE, Key::Enter);
}

/// Returns the texts of the rows of the list in the bottom panel.
pub(crate) fn activity(window: &Window) -> Vec<String> {
    let rows = window.harness.query_all_by_role(Role::ListItem);
    let mut rows: Vec<_> =
        rows.map(|row| (row.rect().top(), row.accesskit_node().label().unwrap_or_default())).collect();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    rows.into_iter().map(|(_, text)| text).collect()
}

pub(crate) fn until_activity(window: &mut Window, what: &str, is_shown: impl Fn(&[String]) -> bool) {
    window.retry(what, |window| {
        window.harness.step();
        is_shown(&activity(window))
    });
}

#[test]
fn typed_time_shows_sessions_with_their_certainty() {
    let plant = Plant::new();
    let mut window = plant.open();
    go_to(&mut window, "-2h");
    window.until_text("1 proved, 1 possible");
    window.until_column("Username", &["anna", "billy"]);
    let states = window.column("State");
    assert!(states[0].starts_with("possible, last seen "), "{states:?}");
    assert_eq!(states[1], "proved, on before and after the gap");
    // The details have the whole of it, also where the column has no room.
    window.click_cell("Username", 1, Modifiers::NONE);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("State: proved, on before and after the gap");
    // The filters of the present are those of the past.
    retype(&mut window, "Username filter", "bi.*");
    window.until_column("Username", &["billy"]);
    window.click("Back to live");
    window.until_column("Username", &["billy", "bill.smith", "billy"]);
    assert!(!window.has("State"));
}

#[test]
fn session_that_was_created_before_it_was_seen_is_proved_by_that() {
    let created = (SystemTime::now() - 3 * HOUR).duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let billy = format!(r#""billy","Packaging","10.2.0.9",false,"A1",{}"#, created.as_millis());
    let plant = Plant::with_lists(&[(HOUR, &[&billy])]);
    let mut window = plant.open();
    go_to(&mut window, "-2h");
    window.until_text_contains("created before, first seen ");
    assert!(window.harness.query_by_label_contains("after the gap").is_none());
}

#[test]
fn legend_counts_the_sessions_of_the_table_in_the_past() {
    let row = |row: usize| format!(r#""u{row}","P","h",{},"C{row}",null"#, row == 0);
    let rows: Vec<String> = (0..5).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    // Both are in one pixel of the chart, which has the larger number.
    let before = HOUR + Duration::from_secs(1);
    let plant = Plant::with_lists(&[(before, &rows), (HOUR, &rows[..2])]);
    let mut window = plant.open();
    go_to(&mut window, "-1h");
    window.until_text("2 of 2 sessions");
    window.retry("the numbers of the table", |window| {
        window.harness.step();
        timeline_value(window) == "1 client, 1 designer"
    });
}

#[test]
fn invalid_time_says_what_is_expected_and_changes_nothing() {
    let plant = Plant::new();
    let mut window = plant.open();
    go_to(&mut window, "-2h");
    window.until_text("1 proved, 1 possible");
    for (time, message) in [("noon", "Write the time as in"), ("2999-01-01", "This time is in the future")] {
        retype(&mut window, "Time of the table", time);
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text_contains(message);
        assert_eq!(window.column("Username"), ["anna", "billy"]);
        // Escape brings the time back, and only then leaves the past.
        let typed = window.text_of("Time of the table");
        assert!(window.harness.get_by_label("Time of the table").is_focused(), "to correct it");
        window.press(Modifiers::NONE, Key::Escape);
        assert!(typed == time && window.text_of("Time of the table") != time);
        assert!(window.harness.query_by_label_contains(message).is_none() && window.has("Back to live"));
    }
    retype(&mut window, "Time of the table", "2999");
    window.press(Modifiers::NONE, Key::Enter);
    retype(&mut window, "Time of the table", "-30m");
    assert!(window.harness.query_by_label_contains("This time is in the future").is_none());
}

#[test]
fn click_in_the_timeline_shows_that_moment() {
    let plant = Plant::new();
    let mut window = plant.open();
    let chart = window.harness.get_by_label("Sessions over time").rect();
    let at = pos2(chart.right() - chart.width() * 2.0 / 24.0, chart.top() + 10.0);
    window.click_at(at, PointerButton::Primary, Modifiers::NONE);
    window.until_text("1 proved, 1 possible");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("6 of 6 sessions");
}

/// Returns what the timeline says about the time under the pointer, or about now.
fn timeline_value(window: &Window) -> String {
    window.harness.get_by_label("Sessions over time").accesskit_node().value().unwrap_or_default()
}

#[test]
fn timeline_says_what_is_on_now_also_in_an_outage() {
    let lists = [
        ok(&webdev_json(&PLANT)),
        ok(&webdev_json(&[r#""zoe","Boiler","hmi-1",false,"Z1",null"#])),
        Vec::new(),
    ];
    let current = Arc::new(AtomicUsize::new(0));
    let read = current.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let list = &lists[read.load(Ordering::SeqCst)];
        let is_health = request.path().ends_with("/system/gwinfo") && !list.is_empty();
        let health = || ok("ContextStatus=RUNNING;Version=8.1.44");
        let _closed = stream.write_all(&if is_health { health() } else { list.clone() });
    });
    let plant = Plant { gateway, folder: tempfile::tempdir().unwrap() };
    let mut window = plant.open();
    let until = |window: &mut Window, expected: &str| {
        window.retry(expected, |window| {
            window.harness.step();
            timeline_value(window) == expected
        });
    };
    until(&mut window, "5 clients, 1 designer");
    current.store(1, Ordering::SeqCst);
    window.press(Modifiers::NONE, Key::F5);
    window.until_text("1 of 1 sessions");
    until(&mut window, "1 client, 0 designers");
    current.store(2, Ordering::SeqCst);
    window.press(Modifiers::NONE, Key::F5);
    window.until_text_contains("Retrying in");
    until(&mut window, "1 client, 0 designers");
}

#[test]
fn tooltip_of_a_gap_is_at_the_pointer() {
    let plant = Plant::new();
    let mut window = plant.open();
    let chart = window.harness.get_by_label("Sessions over time").rect();
    // Before the first list.
    let at = pos2(chart.left() + chart.width() / 2.0, chart.top() + 10.0);
    hover(&mut window, at);
    assert!(window.harness.query_by_label_contains("Not watched until").is_some());
    let [tooltip] = popups(&window, Order::Tooltip)[..] else { panic!("one tooltip") };
    assert!((tooltip.center().x - at.x).abs() < 2.0, "{tooltip} at {at}");
}

#[test]
fn time_under_the_pointer_is_not_written_over_the_chosen_one() {
    let plant = Plant::new();
    let mut window = plant.open();
    let chart = window.harness.get_by_label("Sessions over time").rect();
    let at = pos2(chart.left() + chart.width() / 2.0, chart.top() + 10.0);
    window.click_at(at, PointerButton::Primary, Modifiers::NONE);
    window.until_text("Back to live");
    let is_label = |background: &Rect| (background.height() - 15.0).abs() < 1.0 && background.width() > 24.0;
    for (beside, count) in [(0.0, 1), (12.0, 1), (-30.0, 1), (80.0, 2)] {
        hover(&mut window, at + vec2(beside, 0.0));
        let labels: Vec<Rect> =
            painted::backgrounds_in(&window, chart.expand(2.0)).into_iter().filter(is_label).collect();
        assert_eq!(labels.len(), count, "{beside} px beside the chosen time: {labels:?}");
        assert!(labels.iter().any(|label| label.x_range().contains(at.x)), "the chosen one: {labels:?}");
    }
}

#[test]
fn steps_lead_from_change_to_change_and_back_to_live() {
    let plant = Plant::new();
    let mut window = plant.open();
    go_to(&mut window, "-2h");
    window.until_text("1 proved, 1 possible");
    window.click("Previous change");
    window.until_text("2 seen");
    window.click("Previous change");
    window.until_text_contains("Nothing was recorded before this time");
    window.click("Next change");
    window.until_column("Username", &["billy", "carl"]);
    window.retry("the present", |window| {
        // It goes with the past, at any time.
        if let Some(next) = window.harness.query_by_label("Next change") {
            next.click();
        }
        window.harness.step();
        window.has("Pause the table")
    });
    window.until_text("6 of 6 sessions");
}

#[test]
fn selection_of_a_session_survives_the_past() {
    let plant = Plant::new();
    let mut window = plant.open();
    let line = window.column("Client ID").iter().position(|id| id == "A1").unwrap();
    window.click_cell("Username", line, Modifiers::NONE);
    go_to(&mut window, "-2h");
    window.until_text("1 proved, 1 possible");
    assert_eq!(window.selected("Client ID"), ["A1"]);
    window.click("Back to live");
    window.until_text("6 of 6 sessions");
    assert_eq!(window.selected("Client ID"), ["A1"]);
    assert!(window.harness.query_by_label("new").is_none(), "no session has arrived since");
}

#[test]
fn without_a_history_there_is_no_timeline() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    assert!(!window.has("Sessions over time") && !window.has("Timeline") && !window.has("Activity"));
}

#[test]
fn activity_lists_what_happened_and_follows_the_filters() {
    let plant = Plant::new();
    let mut window = plant.open();
    window.click("Activity");
    // The list of the window is recorded, too.
    until_activity(&mut window, "all entries", |rows| {
        rows.iter().any(|row| row.contains("jürgen")) && rows.iter().any(|row| row.contains("anna"))
    });
    window.click("Left");
    until_activity(&mut window, "who left", |rows| {
        rows.len() == 2
            && rows[0].contains("Left after")
            && rows[0].contains("carl")
            && rows[1].contains("anna")
    });
    retype(&mut window, "Username filter", "an.*");
    until_activity(&mut window, "the filtered list", |rows| rows.len() == 1 && rows[0].contains("anna"));
    retype(&mut window, "Username filter", "an(");
    window.harness.step();
    assert_eq!(activity(&window).len(), 1, "the last valid filter is in force");
}

#[test]
fn range_of_the_timeline_limits_the_activity() {
    let plant = Plant::new();
    let mut window = plant.open();
    window.click("Activity");
    until_activity(&mut window, "all entries", |rows| rows.iter().any(|row| row.contains("jürgen")));
    let chart = window.harness.get_by_label("Sessions over time").rect();
    let x = |hours_ago: f32| chart.right() - chart.width() * hours_ago / 24.0;
    let y = chart.top() + 10.0;
    window.drag(pos2(x(3.5), y), pos2(x(2.5), y));
    until_activity(&mut window, "the first list", |rows| {
        rows.len() == 2 && rows.iter().all(|row| row.contains("billy") || row.contains("anna"))
    });
    window.click("Remove the time");
    until_activity(&mut window, "all entries again", |rows| rows.len() > 2);
}

#[test]
fn activity_is_exported_in_full() {
    let plant = Plant::new();
    let path = plant.folder.path().join("activity.csv");
    std::fs::write(&path, "another file").unwrap();
    let picked = path.clone();
    let pick_file = Arc::new(move |suggested: &str| -> gatewatch::ui::PickedFile {
        assert!(suggested.starts_with("activity-"), "{suggested}");
        // A folder that doesn't exist, so that the path is asked for.
        Box::pin(std::future::ready(Some(picked.with_file_name("none").join("activity.csv"))))
    });
    let mut window = Window::open(Start { pick_file, ..plant.start() });
    window.until_text("6 of 6 sessions");
    window.click("Activity");
    until_activity(&mut window, "who left", |rows| rows.iter().any(|row| row.contains("jürgen")));
    window.click("Left");
    until_activity(&mut window, "who left", |rows| rows.len() == 2);
    window.click("Export activity");
    window.until("the path", |harness| harness.query_by_label("Export path").is_some());
    retype(&mut window, "Export path", path.to_str().unwrap());
    window.until_text("2 entries");
    window.click("Save");
    window.until_text("Replace file");
    window.click("Replace file");
    window.until_text_contains("Exported 2 entries to");
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("time,event,username,project,address,gateway,node,durationSeconds"));
    assert_eq!(lines.len(), 3);
    assert!(lines[2].contains(",left,anna,Boiler,10.10.0.1,Plant,"), "{text}");
}

#[test]
fn demo_gateway_has_a_history_that_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let location = Some(Location::File(path.clone()));
    let mut window = Window::open(Start { history: location, ..start(Target::Demo) });
    window.click("Activity");
    until_activity(&mut window, "the sessions of the demo", |rows| !rows.is_empty());
    let usernames = window.column("Username");
    go_to(&mut window, "now");
    window.until("the past", |harness| harness.query_by_label("State").is_some());
    let usernames: Vec<&str> = usernames.iter().map(String::as_str).collect();
    window.until_column("Username", &usernames);
    drop(window);
    assert!(!path.exists(), "its users don't exist");
}

#[test]
fn another_gateway_is_shown_in_the_present() {
    let plant = Plant::new();
    let other =
        FakeGateway::gateway("8.1.44", ok(&webdev_json(&[r#""zoe","Boiler","hmi-1",false,"Z1",null"#])));
    let profile = Profile::new("Other".to_owned(), vec![other.url.parse().unwrap()]).unwrap();
    let Start { target, mut settings, .. } = plant.start();
    let Some(Target::Gateway(own)) = target else { unreachable!("it opens a gateway") };
    settings.profiles = vec![own.clone(), profile];
    let mut window = Window::open(Start { settings, ..plant.start() });
    window.until_text("6 of 6 sessions");
    go_to(&mut window, "-2h");
    window.until_text("1 proved, 1 possible");
    window.harness.get_by_label_contains("Other: ").click();
    window.until_text("1 of 1 sessions");
    assert_eq!(window.column("Username"), ["zoe"]);
    assert!(!window.has("State") && !window.has("Back to live"));
}

/// Opens a window on the address of the plant, which isn't saved, and returns it with the folder of its settings.
fn open_unsaved(plant: &Plant) -> (Window, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Gateway(Profile::from_address(&plant.gateway.url).unwrap());
    let history = Some(plant.location());
    let start = Start { history, folder: Some(folder.path().to_owned()), ..start(target) };
    let mut window = Window::open(start);
    window.until_text("6 of 6 sessions");
    (window, folder)
}

/// Changes the name of the gateway by its menu in the rail, where it has the name `before`.
fn save_as(window: &mut Window, before: &str, name: &str) {
    choose_in_menu(window, before, if before.starts_with("http") { "Save…" } else { "Edit…" });
    retype(window, "Name", name);
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    window.until_text("6 of 6 sessions");
}

#[test]
fn gateway_that_is_saved_has_a_history_at_once_and_is_listed_once() {
    let plant = Plant::new();
    let (mut window, _folder) = open_unsaved(&plant);
    window.click("Activity");
    until_activity(&mut window, "the arrivals", |rows| rows.iter().any(|row| row.contains("jürgen")));
    save_as(&mut window, &plant.gateway.url, "South");
    until_activity(&mut window, "the arrivals again", |rows| rows.iter().any(|row| row.contains("jürgen")));
    assert!(!window.has(&format!("{}: 6 sessions", plant.gateway.url)), "it is listed by its name");
}

#[test]
fn renamed_gateway_is_recorded_under_its_new_name() {
    let plant = Plant::new();
    let (mut window, _folder) = open_unsaved(&plant);
    save_as(&mut window, &plant.gateway.url, "South");
    save_as(&mut window, "South", "North");
    window.click("Activity");
    window.click("Refresh");
    until_activity(&mut window, "the arrivals", |rows| rows.iter().any(|row| row.contains("jürgen")));
}
