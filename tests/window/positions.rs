//! The positions of the regions of the window. Nothing moves by itself. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::window::{Window, start, start_on};
use crate::support::{FakeGateway, ok, status, webdev_json};
use egui::accesskit::Role;
use egui::{Rect, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::Profile;
use gatewatch::settings::Target;
use gatewatch::ui::Start;

/// Sizes with and without a view row, words on buttons and room for a panel beside the table.
const SIZES: [Vec2; 6] = [
    vec2(1280.0, 800.0),
    vec2(1080.0, 680.0),
    vec2(900.0, 480.0),
    vec2(899.0, 700.0),
    vec2(640.0, 480.0),
    vec2(560.0, 360.0),
];

fn rows() -> Vec<String> {
    (0..60).map(|n| format!(r#""user{n}","P{}","h{n}",{},"{n}",0"#, n % 7, n % 5 == 0)).collect()
}

fn sessions() -> Vec<u8> {
    let rows = rows();
    ok(&webdev_json(&rows.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Starts a gateway that answers unless the flag is set.
fn gateway() -> (FakeGateway, Arc<AtomicBool>) {
    let fails = Arc::new(AtomicBool::new(false));
    let failing = fails.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            _ if failing.load(Ordering::SeqCst) => status("503 Service Unavailable", ""),
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ => sessions(),
        };
        // The client may have hung up.
        let _closed = stream.write_all(&response);
    });
    (gateway, fails)
}

fn open(size: Vec2, start: Start) -> Window {
    let mut window = Window::open_as(Harness::builder().with_size(size), start);
    window.until_text("60 of 60 sessions");
    window.harness.run_steps(3);
    window
}

/// Returns the places of the bars, of the rail, of the headers and of the rows.
fn places(window: &mut Window) -> Vec<(String, Rect)> {
    window.harness.run_steps(3);
    let names = ["Gateway bar", "Filter row", "Username filter", "Project filter", "Username", "Footer"];
    let places = names.iter().map(|name| ((*name).to_owned(), window.harness.get_by_label(name).rect()));
    // In a narrow window, the rail is closed.
    let rail = ["Hide gateways", "Add gateway…", "Show gateways"].iter();
    let rail =
        rail.filter_map(|name| Some(((*name).to_owned(), window.harness.query_by_label(name)?.rect())));
    let places = rail.chain(places);
    let rows = row_places(window).into_iter().enumerate();
    places.chain(rows.map(|(line, rect)| (format!("line {line}"), rect))).collect()
}

/// Returns the places of the visible rows below the header, from top to bottom.
fn row_places(window: &Window) -> Vec<Rect> {
    let mut rows: Vec<Rect> = window.harness.query_all_by_role(Role::Row).map(|row| row.rect()).collect();
    rows.sort_by(|a, b| a.top().total_cmp(&b.top()));
    rows.split_off(1)
}

/// Returns the number of rows that are visible as a whole.
fn whole_rows(window: &Window) -> usize {
    let footer = window.harness.get_by_label("Footer").rect();
    row_places(window).iter().filter(|row| row.bottom() <= footer.top()).count()
}

#[test]
fn bars_and_rows_are_where_they_are_designed() {
    let (gateway, _) = gateway();
    let mut window = open(vec2(1280.0, 800.0), start_on(&gateway.url));
    let (left, right) = (200.0, 1280.0);
    for (name, top, bottom) in [
        ("Gateway bar", 0.0, 40.0),
        ("Filter row", 40.0, 80.0),
        ("View row", 80.0, 116.0),
        ("Table", 116.0, 768.0),
        ("Footer", 768.0, 800.0),
    ] {
        let expected = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        assert_eq!(window.harness.get_by_label(name).rect(), expected, "{name}");
    }
    let rows = row_places(&window);
    assert_eq!(rows[0].y_range(), egui::Rangef::new(144.0, 168.0));
    window.click("Counts");
    let expected = Rect::from_min_max(pos2(1001.0, 116.0), pos2(right, 768.0));
    assert_eq!(window.harness.get_by_label("Right panel").rect(), expected);
    let expected = Rect::from_min_max(pos2(left, 116.0), pos2(1000.0, 768.0));
    assert_eq!(window.harness.get_by_label("Table").rect(), expected);
}

#[test]
fn right_panel_opens_over_a_table_that_would_be_too_narrow() {
    let (gateway, _) = gateway();
    for (width, is_over) in [(1039.0, true), (1040.0, false)] {
        let mut window = open(vec2(width, 700.0), start_on(&gateway.url));
        let before = window.harness.get_by_label("Table").rect();
        for panel in ["Details", "Counts"] {
            window.click(panel);
            let (table, side) = (
                window.harness.get_by_label("Table").rect(),
                window.harness.get_by_label("Right panel").rect(),
            );
            assert_eq!((table.left(), side.right()), (before.left(), width), "{panel}");
            assert_eq!(table == before, is_over, "{panel} at {width}");
        }
        // They share one place.
        assert!(window.has("Counts panel") && !window.has("Session panel"));
        window.click("Close panel");
        assert_eq!(window.harness.get_by_label("Table").rect(), before);
    }
}

#[test]
fn small_windows_show_enough_rows() {
    let (gateway, _) = gateway();
    let window = open(vec2(640.0, 480.0), start_on(&gateway.url));
    assert_eq!(row_places(&window)[0].y_range(), egui::Rangef::new(105.0, 129.0));
    assert!(whole_rows(&window) >= 13, "{}", whole_rows(&window));
    // The default size of the window at 200 %.
    let window = open(vec2(540.0, 340.0), start_on(&gateway.url));
    assert!(whole_rows(&window) >= 6, "{}", whole_rows(&window));
}

#[test]
fn nothing_moves_when_a_filter_is_invalid_or_a_message_comes() {
    let (gateway, _) = gateway();
    for size in SIZES {
        let mut window = open(size, start_on(&gateway.url));
        let before = places(&mut window);
        window.click_cell("Username", 0, egui::Modifiers::NONE);
        window.press(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, egui::Key::C);
        window.until_text("Cell copied");
        assert_eq!(places(&mut window), before, "{size}: message");
        window.type_into("Project filter", "(");
        window.until_text_contains("column 1");
        assert_eq!(places(&mut window), before, "{size}: invalid filter");
        window.click("Export");
        window.until_text("Export path");
        assert_eq!(places(&mut window), before, "{size}: path of the export");
    }
}

#[test]
fn nothing_moves_when_a_gateway_fails() {
    for size in SIZES {
        let (gateway, fails) = gateway();
        let mut window = open(size, start_on(&gateway.url));
        let before = places(&mut window);
        fails.store(true, Ordering::SeqCst);
        window.click("Refresh");
        window.until_text_contains("The gateway is starting");
        assert_eq!(places(&mut window), before, "{size}: unreachable");
        fails.store(false, Ordering::SeqCst);
        window.click("Refresh");
        window.until("a response", |harness| harness.query_by_label("The gateway is starting").is_none());
        assert_eq!(places(&mut window), before, "{size}: back");
    }
}

#[test]
fn nothing_moves_when_a_node_fails() {
    for size in SIZES {
        let ((good, _), (failing, fails)) = (gateway(), gateway());
        let nodes = [&good.url, &failing.url].map(|url| url.parse().unwrap()).into();
        let target = Target::Gateway(Profile::new("Pair".to_owned(), nodes).unwrap());
        let mut window = Window::open_as(Harness::builder().with_size(size), start(target));
        window.until_text("120 of 120 sessions");
        window.harness.run_steps(3);
        let before = places(&mut window);
        fails.store(true, Ordering::SeqCst);
        window.click("Refresh");
        window.until("a node down", |harness| {
            harness
                .query_by_label("Nodes")
                .is_some_and(|nodes| nodes.value().as_deref() == Some("1 of 2 nodes"))
        });
        // The rows of the node are gone, those of the other one are in their place.
        assert_eq!(places(&mut window), before, "{size}");
    }
}

#[test]
fn nothing_in_the_footer_is_cut() {
    let (gateway, _) = gateway();
    for width in [1280.0, 800.0, 640.0, 560.0] {
        let mut window = open(vec2(width, 480.0), start_on(&gateway.url));
        let has = |window: &Window, text: &str| window.harness.query_by_label_contains(text).is_some();
        // The number of users is the first that goes.
        assert_eq!(has(&window, "60 users"), width >= 900.0, "{width}");
        window.press(egui::Modifiers::COMMAND, egui::Key::A);
        window.type_into("Username filter", "user1.*");
        window.until_text("11 of 60 sessions");
        window.harness.run_steps(2);
        assert!(has(&window, "11 selected, 49 hidden"), "{width}");
        let footer = window.harness.get_by_label("Footer").rect();
        let mut left = footer.left();
        let nodes = ["11 of 60 sessions", "11 selected, 49 hidden", "Export", "Export options"];
        for name in nodes {
            let rect = window.harness.get_by_label(name).rect();
            assert!(rect.left() >= left && rect.right() <= footer.right(), "{width}: {name} at {rect:?}");
            left = rect.right();
        }
    }
}
