//! The license panel: the most sessions at once on each day, limits, and sessions that are probably not used.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Order, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::display::{Clock, DateStyle};
use gatewatch::gateway::{Credentials, Profile, SessionLimits};
use gatewatch::settings::{Settings, Target};
use gatewatch::ui::{PickedFile, Start};
use tempfile::TempDir;

use super::painted::{self, PaintedText};
use super::past::{Plant, activity};
use super::popups::{hover, popups, turn_wheel};
use super::support::window::{Window, retype, start};
use super::support::{FakeGateway, ok, webdev_json};
use crate::support::http::http_client;

const HOUR: Duration = Duration::from_hours(1);

/// Records three sessions two days ago, one of them of a Designer, and one session an hour later.
fn recorded() -> Plant {
    let anna = r#""anna","Boiler","10.10.0.1",true,"B2",null"#;
    let billy = r#""billy","Packaging","10.2.0.9",false,"A1",null"#;
    let carl = r#""carl","Boiler","hmi-7",false,"C9",null"#;
    Plant::with_lists(&[(50 * HOUR, &[anna, billy, carl]), (49 * HOUR, &[billy])])
}

/// Returns what a window needs to start on a gateway that is saved with these limits, and the folder of its settings.
fn saved(plant: &Plant, limits: SessionLimits) -> (Start, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut profile = Profile::new("Plant".to_owned(), vec![plant.gateway.url.parse().unwrap()]).unwrap();
    profile.limits = limits;
    let config = format!("[[profile]]\nname = \"Plant\"\nurls = [\"{}\"]\n", plant.gateway.url);
    let limit = limits.clients.map(|limit| format!("client_limit = {limit}\n")).unwrap_or_default();
    std::fs::write(folder.path().join("config.toml"), config + &limit).unwrap();
    let begin = start(Target::Gateway(profile.clone()));
    let settings = Settings { profiles: vec![profile], ..begin.settings };
    let history = Some(plant.location());
    (Start { settings, history, folder: Some(folder.path().to_owned()), ..begin }, folder)
}

/// Opens the panel by the menu of the gateway.
fn open(start: Start) -> Window {
    open_sized(start, [1280.0, 680.0])
}

/// Opens the panel in a window of this size.
fn open_sized(start: Start, size: [f32; 2]) -> Window {
    let mut window = Window::open_as(Harness::builder().with_size(size), start);
    window.until_text("6 of 6 sessions");
    window.click("Saved gateways");
    window.click("Licenses");
    window
}

/// Draws frames until the list has a row that contains this text, and returns that row.
fn until_row(window: &mut Window, text: &str) -> String {
    let mut found = None;
    window.retry(text, |window| {
        window.harness.step();
        found = activity(window).into_iter().find(|row| row.contains(text));
        found.is_some()
    });
    found.unwrap()
}

/// Returns the name of the day this long ago.
fn day(ago: Duration) -> String {
    let now = SystemTime::now();
    let ms = |time: SystemTime| {
        i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap()
    };
    Clock::new(DateStyle::Local, None, ms(now)).day_text(ms(now - ago))
}

#[test]
fn lists_the_peaks_of_days_and_leads_to_them() {
    let plant = recorded();
    let limits = SessionLimits { clients: Some(1), ..SessionLimits::default() };
    let (start, _folder) = saved(&plant, limits);
    let mut window = open(start);
    let row = until_row(&mut window, "peak: at least 3");
    assert!(row.starts_with(&day(50 * HOUR)), "{row}");
    for part in [
        "vision clients: at least 2",
        "designers: at least 1",
        "over the limit: Vision clients by at least 1",
        "top projects: Boiler 2, Packaging 1",
        "not watched for",
    ] {
        assert!(row.to_lowercase().contains(&part.to_lowercase()), "{row}");
    }
    assert!(until_row(&mut window, "Today").contains("peak: "));
    let chart = window.text_of("Peaks by day");
    // Once the list of the window is recorded, today is another one.
    assert!(chart.contains(" over a limit"), "{chart}");
    // The keyboard goes through the days, from the newest one.
    window.harness.get_by_label("List of days").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Home);
    for _ in 0..40 {
        if window.text_of("List of days").contains("peak: at least 3") {
            break;
        }
        window.press(Modifiers::NONE, Key::ArrowDown);
    }
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("3 of 3 sessions");
    assert!(window.has("Back to live"));
}

#[test]
fn the_chart_shows_a_kind_or_a_project_against_its_limit() {
    let plant = recorded();
    let (start, folder) = saved(&plant, SessionLimits::default());
    let mut window = open(start);
    until_row(&mut window, "peak: at least 3");
    assert!(!window.has("Limit of Vision clients"), "a limit is one of a kind");
    window.click("Sessions to count");
    window.click("Vision clients");
    until_row(&mut window, "peak: at least 2");
    assert!(!window.text_of("Peaks by day").contains("limit"));
    retype(&mut window, "Limit of Vision clients", "many");
    window.press(Modifiers::NONE, Key::Enter);
    retype(&mut window, "Limit of Vision clients", "1");
    window.press(Modifiers::NONE, Key::Enter);
    until_row(&mut window, "over the limit: Vision clients by at least 1");
    let text = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(text.contains("client_limit = 1\n"), "{text}");
    window.click("Sessions to count");
    // The table has cells with the name, too.
    window.harness.query_all_by_label("Packaging").last().unwrap().click();
    window.harness.step();
    until_row(&mut window, "peak: at least 1");
    window.click("Days to show");
    window.click("90 days");
    window.until("more days", |harness| {
        let rows = harness.query_all_by_label_contains("peak: not watched").count();
        rows > 0
    });
}

#[test]
fn limit_that_is_typed_again_is_no_draft() {
    let plant = recorded();
    let (start, _folder) = saved(&plant, SessionLimits { clients: Some(1_000), ..SessionLimits::default() });
    let mut window = open(start);
    until_row(&mut window, "peak: at least 3");
    window.click("Sessions to count");
    window.click("Vision clients");
    window.until_text("Limit of Vision clients");
    assert_eq!(window.text_of("Limit of Vision clients"), "1,000");
    retype(&mut window, "Limit of Vision clients", "1000");
    assert_eq!(window.text_of("Limit of Vision clients"), "1000");
    window.press(Modifiers::NONE, Key::Tab);
    window.harness.run_steps(2);
    assert_eq!(window.text_of("Limit of Vision clients"), "1,000", "the limit of the gateway");
}

/// Returns the painted texts of the list with this name.
fn texts_of(window: &Window, list: &str) -> Vec<PaintedText> {
    let list = window.harness.get_by_role_and_label(Role::List, list).rect();
    let mut texts = painted::texts(window);
    texts.retain(|text| list.y_range().contains(text.place.center().y));
    texts
}

/// Returns the painted title of a column of the days.
fn title(window: &Window, name: &str) -> PaintedText {
    let texts = texts_of(window, "List of days");
    texts.into_iter().find(|text| text.text == name).unwrap_or_else(|| panic!("no title {name}"))
}

/// Turns the wheel over the list, to its right end.
fn scroll_right(window: &mut Window, list: &str) {
    let at = window.harness.get_by_role_and_label(Role::List, list).rect().center();
    turn_wheel(window, at, vec2(-2_000.0, 0.0));
}

#[test]
fn all_columns_of_days_are_reached_in_a_small_window() {
    let plant = recorded();
    for (size, by_keyboard) in [([640.0, 480.0], false), ([540.0, 340.0], true)] {
        let (start, _folder) = saved(&plant, SessionLimits::default());
        let mut window = open_sized(start, size);
        until_row(&mut window, "Today");
        window.harness.run_steps(2);
        assert!(title(&window, "Peak").is_whole());
        assert!(!title(&window, "Top projects").is_whole());
        let list = window.harness.get_by_role_and_label(Role::List, "List of days").rect();
        let rows = window.harness.query_all_by_role(Role::ListItem).map(|row| row.rect());
        let rows = rows.filter(|row| row.top() >= list.top() && row.bottom() <= list.bottom()).count();
        assert!(rows >= 2, "{rows} rows in {list}");
        if by_keyboard {
            window.harness.get_by_role_and_label(Role::List, "List of days").focus();
            window.harness.step();
            for _ in 0..20 {
                window.press(Modifiers::NONE, Key::ArrowRight);
            }
            window.harness.run_steps(30);
        } else {
            scroll_right(&mut window, "List of days");
        }
        assert!(title(&window, "Top projects").is_whole(), "{:?}", title(&window, "Top projects"));
        assert!(!title(&window, "Peak").is_whole());
        // The cursor doesn't scroll back.
        window.harness.get_by_role_and_label(Role::List, "List of days").focus();
        window.harness.step();
        window.press(Modifiers::NONE, Key::End);
        window.harness.run_steps(30);
        assert!(title(&window, "Top projects").is_whole());
    }
}

#[test]
fn column_over_the_limit_is_as_wide_as_its_texts() {
    let width = |limits: SessionLimits| {
        let plant = recorded();
        let (start, _folder) = saved(&plant, limits);
        let mut window = open(start);
        until_row(&mut window, "peak: at least 3");
        title(&window, "Vision clients").place.left() - title(&window, "Over the limit").place.left()
    };
    let empty = width(SessionLimits::default());
    let filled = width(SessionLimits { clients: Some(1), ..SessionLimits::default() });
    assert!(empty < 112.0, "{empty}");
    assert!(filled > 180.0, "{filled}");
}

#[test]
fn why_a_peak_is_not_sure_is_said_at_the_peak() {
    let plant = recorded();
    let (start, _folder) = saved(&plant, SessionLimits::default());
    let mut window = open(start);
    until_row(&mut window, "peak: at least 3");
    window.harness.run_steps(2);
    let row = window.harness.get_by_label_contains("peak: at least 3").rect();
    let peak = texts_of(&window, "List of days").into_iter().find(|text| text.text == "at least 3");
    let peak: Rect = peak.unwrap().place;
    hover(&mut window, row.left_center() + vec2(20.0, 0.0));
    assert_eq!(popups(&window, Order::Tooltip).len(), 0, "the day is sure");
    hover(&mut window, peak.center());
    let [tooltip] = popups(&window, Order::Tooltip)[..] else { panic!("one tooltip") };
    assert!(tooltip.top() >= row.bottom() || tooltip.bottom() <= row.top(), "{tooltip} over {row}");
    assert!(tooltip.distance_to_pos(peak.center()) < 24.0, "{tooltip} at {peak}");
}

#[test]
fn exports_the_peaks() {
    let plant = recorded();
    let limits = SessionLimits { clients: Some(1), ..SessionLimits::default() };
    let (start, folder) = saved(&plant, limits);
    let path = folder.path().join("peaks.csv");
    let picked = path.clone();
    let pick = move |_: &str| -> PickedFile { Box::pin(std::future::ready(Some(picked.clone()))) };
    let mut window = open(Start { pick_file: Arc::new(pick), ..start });
    until_row(&mut window, "peak: at least 3");
    window.click("Sessions to count");
    window.click("Vision clients");
    window.click("Export peaks");
    window.until_text_contains("Exported 90 rows to");
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(
        lines[0],
        "day,gateway,kind,project,peak,isMinimum,peakTime,limit,overLimit,watched,unwatchedSeconds"
    );
    assert_eq!(lines.iter().filter(|line| line.contains("Plant,Vision,,2,true,")).count(), 1, "{text}");
    assert!(lines.iter().any(|line| line.contains(",1,1,partly,")), "{text}");
}

#[test]
fn licenses_and_activity_share_one_place() {
    let plant = recorded();
    let (start, _folder) = saved(&plant, SessionLimits::default());
    let mut window = open(start);
    assert!(window.has("Licenses panel"));
    window.click("Activity");
    assert!(window.has("Activity panel") && !window.has("Licenses panel"));
    window.press(Modifiers::COMMAND, Key::K);
    for events in super::support::window::typed("show licenses") {
        window.frame(events);
    }
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Licenses panel");
    assert!(!window.has("Activity panel"));
    window.click("Close licenses");
    assert!(!window.has("Licenses panel"));
}

/// A gateway whose sessions communicated at these times before now, in minutes.
fn silent_gateway(rows: &[(&str, u64)]) -> FakeGateway {
    // The time of the gateway in the response.
    let now_ms = 1_790_000_000_000_u64;
    let rows: Vec<String> =
        rows.iter().map(|(row, minutes)| format!("{row},{}", now_ms - minutes * 60_000)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let created = r#"{"name":"creationTime","type":"Date"}"#;
    let last = r#"{"name":"lastComm","type":"Date"}"#;
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&rows).replace(created, &format!("{created},{last}"))))
}

#[test]
fn lists_silent_sessions_and_duplicates() {
    let gateway = silent_gateway(&[
        (r#""anna","Boiler","10.10.0.1",true,"B2",1789900000000"#, 1),
        (r#""billy","Packaging","10.2.0.9",false,"A1",1789900000000"#, 45),
        (r#""carl","Boiler","hmi-7",false,"C3",1789900000000"#, 2),
        (r#""carl","Boiler","hmi-7",false,"D4",1789900000000"#, 20),
    ]);
    let profile = Profile::new("Plant".to_owned(), vec![gateway.url.parse().unwrap()]).unwrap();
    let mut window = Window::open(start(Target::Gateway(profile)));
    window.until_text("4 of 4 sessions");
    window.click("Saved gateways");
    window.click("Licenses");
    // There is no history.
    window.click("Unused");
    until_row(&mut window, "billy");
    let rows = activity(&window);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[0].starts_with("billy, Packaging, 10.2.0.9, Vision, "), "{rows:?}");
    assert!(rows[0].ends_with("45 min, No communication for 45 min"), "{rows:?}");
    assert!(rows[1].ends_with("20 min, Signed in twice to this project from this host"), "{rows:?}");
    assert!(rows[2].contains("carl"), "{rows:?}");
    window.click("Time without communication");
    window.click("15 min");
    until_row(&mut window, "20 min, No communication for 20 min. Signed in twice");
    assert!(!window.has("Terminate…"), "Web Dev can't terminate");
    window.harness.get_by_label("List of unused sessions").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.text_of("List of unused sessions").starts_with("billy"));
    window.click("Select in table");
    assert_eq!(window.selected("Username"), ["billy"]);
}

#[test]
fn terminates_an_unused_session_after_confirmation() {
    let require_token = Some("tok:key".parse().unwrap());
    let options = Options { require_token, still: true, sessions: 30, ..Options::in_process() };
    let demo = DemoGateway::start(options).unwrap();
    // One user has two clients on one host.
    let session = r#"{"username":"zoe","project":"Packaging","address":"hmi-99","isDesigner":false}"#;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..2 {
        let request = http_client().build().unwrap().post(format!("{}/demo/sessions", demo.url()));
        let request = request.header("Content-Type", "application/json").body(session);
        runtime.block_on(async { request.send().await.unwrap().error_for_status().unwrap() });
    }
    let mut profile = Profile::new("Plant".to_owned(), vec![demo.url().parse().unwrap()]).unwrap();
    profile.may_terminate = true;
    let credentials = Credentials::token("tok:key").unwrap();
    let builder = egui_kittest::Harness::builder().with_size([1280.0, 680.0]).allow_missing_glyphs();
    let mut window = Window::open_as(builder, Start { credentials, ..start(Target::Gateway(profile)) });
    window.until("the table", |harness| harness.query_all_by_role(egui::accesskit::Role::Cell).count() > 0);
    window.click("Saved gateways");
    window.click("Licenses");
    window.click("Unused");
    until_row(&mut window, "zoe, Packaging, hmi-99");
    window.harness.get_by_label("List of unused sessions").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::ArrowDown);
    for _ in 0..10 {
        if window.text_of("List of unused sessions").starts_with("zoe") {
            break;
        }
        window.press(Modifiers::NONE, Key::ArrowDown);
    }
    window.click("Terminate…");
    window.until_text("Terminate this Vision session?");
    window.harness.run_steps(4);
    window.click("Terminate session");
    window.until_text_contains("Terminated the Vision session");
    // The other one is the only one of its user now.
    window.until("the list", |harness| {
        harness.query_all_by_label_contains("zoe, Packaging, hmi-99").count() == 0
    });
}
