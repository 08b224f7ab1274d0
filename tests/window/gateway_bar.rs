//! The gateway bar and the footer, above all while a gateway can't be read. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::window::{Window, plant, start, start_on};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, unused_address, webdev_json};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::settings::{Settings, Target};
use gatewatch::ui::Start;

/// Starts a gateway that redirects to a long address once it fails.
fn failing_gateway() -> (FakeGateway, Arc<AtomicBool>) {
    let fails = Arc::<AtomicBool>::default();
    let is_failing = fails.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let location = format!("https://{}.example/elsewhere", "a-very-long-name.".repeat(12));
        let redirect = format!(
            "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let response = match request.path() {
            _ if is_failing.load(Ordering::SeqCst) => redirect.into_bytes(),
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT)),
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    (gateway, fails)
}

#[test]
fn long_error_leaves_room_for_the_age_the_next_try_and_the_buttons() {
    let (gateway, fails) = failing_gateway();
    let mut start = crate::support::window::start_on(&gateway.url);
    start.settings.refresh = Some(std::time::Duration::from_hours(1));
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 800.0]), start);
    window.until_text("6 of 6 sessions");
    assert!(window.harness.query_by_label_contains("Showing ").is_none());
    fails.store(true, Ordering::SeqCst);
    window.click("Refresh");
    window.until_text_contains("Retrying in ");
    let rect = |text: &str| window.harness.get_by_label_contains(text).rect();
    let [error, age, next] = [rect("The gateway redirects to"), rect(" ago"), rect("Retrying in ")];
    let [details, retry] = ["Error details", "Refresh"].map(|name| window.harness.get_by_label(name).rect());
    assert!(error.right() < age.left() && age.right() < next.left());
    assert!(next.right() < details.left() && details.right() < retry.left() && retry.right() < 1280.0);
    // The whole of it is for screen readers, and in the tooltip.
    let text =
        window.harness.get_by_label_contains("The gateway redirects to").accesskit_node().value().unwrap();
    assert!(text.len() > 200, "{text}");
    let showing = window.harness.query_all_by_label_contains("Showing ").map(|text| text.rect());
    let showing = showing.max_by(|a, b| a.top().total_cmp(&b.top())).unwrap();
    assert!(showing.top() > 760.0 && showing.right() < window.harness.get_by_label("Export").rect().left());
}

#[test]
fn refresh_waits_for_the_login() {
    let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    for name in ["Refresh", "Refresh interval"] {
        assert!(window.harness.get_by_label(name).accesskit_node().is_disabled(), "{name}");
    }
    // The card has the details.
    assert!(!window.has("Error details"));
    // The same rule is that of the key and of the palette.
    let before = gateway.requests().len();
    window.press(Modifiers::NONE, Key::F5);
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([Event::Text("Refresh".to_owned())]);
    window.harness.run_steps(2);
    let options = window.harness.query_all_by_role(Role::ListBoxOption);
    let names: Vec<String> = options.filter_map(|node| node.accesskit_node().label()).collect();
    assert!(!names.iter().any(|name| name == "Refresh"), "{names:?}");
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(gateway.requests().len(), before);
    // Once the gateway was repaired, the card reads it again.
    window.type_into("User name", "billy");
    window.type_into("Password", "sesame");
    window.click("Sign in");
    window.until("another read", |_| gateway.requests().len() > before);
}

#[test]
fn gateway_without_its_login_is_told_apart_from_a_node_that_is_down() {
    let (open, down) = (plant(), unused_address());
    let closed = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
    let folder = tempfile::tempdir().unwrap();
    let profile = |name: &str, url: &str| saved_gateway(name, url, "");
    for has_down in [false, true] {
        let down = if has_down { profile("Water", &format!("http://{down}")) } else { String::new() };
        let config = format!("{}{}{down}", profile("North", &open.url), profile("Tank", &closed.url));
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        let target = settings.target(Some("North"), None).unwrap();
        let mut window =
            Window::open(Start { settings, folder: Some(folder.path().to_owned()), ..start(target) });
        window.until_text("6 of 6 sessions");
        let at = window.harness.get_by_label_contains("All gateways: ").rect().center();
        window.click_at(at, PointerButton::Primary, Modifiers::NONE);
        window.until_text("Sign in to Tank");
        // The number of one node says nothing.
        let expected = has_down.then_some("1 of 2 nodes");
        window.until("the number of nodes", |harness| {
            let nodes = harness.query_by_label("Nodes").and_then(|nodes| nodes.accesskit_node().value());
            nodes.as_deref() == expected
        });
        window.until_gateway(if has_down { "Connection refused" } else { "Sign in to Tank" });
    }
}

#[test]
fn version_is_shown_while_not_signed_in() {
    let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let start = crate::support::window::start_on(&gateway.url);
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 800.0]), start);
    window.until_text("Not signed in");
    let bar = window.harness.get_by_label("Gateway bar").rect();
    let version = window.harness.get_by_label("Running, 8.1.44, master");
    assert!(bar.contains_rect(version.rect()), "{} in {bar}", version.rect());
    assert!(version.rect().right() <= window.harness.get_by_label("Not signed in").rect().left());
}

#[test]
fn facts_of_a_compact_window_are_whole_or_missing() {
    let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let start = crate::support::window::start_on(&gateway.url);
    let mut window = Window::open_as(Harness::builder().with_size([540.0, 340.0]), start);
    window.until_text("Sign in to this gateway");
    assert!(!window.has("Not signed in"));
}

/// The sizes of the facts tests: the window of the pictures, and the smallest one at 200 %.
const SIZES: [[f32; 2]; 2] = [[1280.0, 800.0], [540.0, 340.0]];

/// Returns the widths of the labels in the gateway bar that contain one of these texts, in order; `None` for one that is
/// missing.
fn widths(window: &Window, texts: &[&str]) -> Vec<Option<f32>> {
    let bar = window.harness.get_by_label("Gateway bar").rect();
    let width = |text: &&str| {
        let label = window.harness.query_by_label_contains(text)?.rect();
        assert!(bar.contains_rect(label), "{text}: {label} in {bar}");
        Some(label.width())
    };
    texts.iter().map(width).collect()
}

#[test]
fn error_is_whole_in_a_small_window() {
    let mut whole = None;
    for size in SIZES {
        let name = "Bottling Plant North";
        let profile = Profile::from_address(&format!("http://{}", unused_address())).unwrap().with_name(name);
        let mut start = start(Target::Gateway(profile));
        start.settings.refresh = Some(std::time::Duration::from_hours(1));
        let mut window = Window::open_as(Harness::builder().with_size(size), start);
        window.until_text_contains("Connection refused");
        window.harness.run_steps(2);
        let bar = window.harness.get_by_label("Gateway bar").rect();
        let errors = window.harness.query_all_by_label_contains("Connection refused");
        let error = errors.map(|node| node.rect()).find(|rect| bar.contains_rect(*rect)).unwrap();
        let whole = whole.get_or_insert(error.width());
        assert!((error.width() - *whole).abs() < 0.5, "{size:?}: {error} of {whole}");
        let retry = window.harness.get_by_label("Refresh").rect();
        assert!(error.right() <= retry.left() && retry.right() < bar.right(), "{size:?}: {retry}");
    }
}

#[test]
fn filled_buttons_have_room_on_both_sides() {
    let mut start = start_on(&format!("http://{}", unused_address()));
    start.settings.refresh = Some(std::time::Duration::from_hours(1));
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 800.0]), start);
    window.until_text_contains("Retrying in ");
    window.harness.run_steps(2);
    let [details, retry, commands] =
        ["Error details", "Refresh", "All commands"].map(|name| window.harness.get_by_label(name).rect());
    assert!((retry.left() - details.right() - 8.0).abs() < 0.5, "{details} {retry}");
    // The line is in the middle of these.
    assert!((commands.left() - retry.right() - 21.0).abs() < 0.5, "{retry} {commands}");
}

#[test]
fn pause_says_what_is_shown_and_since_when() {
    let gateway = plant();
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 800.0]), start_on(&gateway.url));
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::NONE, Key::F7);
    window.until_text("Paused");
    window.harness.run_steps(2);
    let rect = |text: &str| window.harness.get_by_label_contains(text).rect();
    let [paused, age, waiting] = [rect("Paused"), rect(" s ago"), rect("No changes waiting")];
    assert_eq!(age, rect("Showing "));
    assert!(paused.right() < age.left() && age.right() < waiting.left(), "{paused} {age} {waiting}");
    // The table doesn't change until it is resumed.
    assert!(window.has("Resume"));
    for name in ["Refresh", "Refresh interval", "Pause the table"] {
        assert!(!window.has(name), "{name}");
    }
}

#[test]
fn pause_is_whole_in_a_small_window() {
    let gateway = plant();
    let mut whole = Vec::new();
    for size in SIZES {
        let mut window = Window::open_as(Harness::builder().with_size(size), start_on(&gateway.url));
        window.until_text("6 of 6 sessions");
        window.press(Modifiers::NONE, Key::F7);
        window.until_text("Paused");
        window.harness.run_steps(2);
        let found = widths(&window, &["Paused", "No changes waiting"]);
        if whole.is_empty() {
            whole = found;
            assert!(whole.iter().all(Option::is_some));
        } else {
            assert!((found[0].unwrap() - whole[0].unwrap()).abs() < 0.5, "{found:?} of {whole:?}");
            assert!(found[1].is_none() || found[1] == whole[1], "{found:?} of {whole:?}");
        }
        assert!(window.has("Resume"));
    }
}

#[test]
fn counts_of_the_past_are_in_the_footer_where_the_bar_has_no_room() {
    let plant = crate::past::Plant::new();
    for (size, is_in_bar) in SIZES.into_iter().zip([true, false]) {
        let mut window = Window::open_as(Harness::builder().with_size(size), plant.start());
        window.until_text("6 of 6 sessions");
        crate::past::go_to(&mut window, "-2h");
        window.until_text("1 proved, 1 possible");
        window.harness.run_steps(2);
        let rect = |name: &str| window.harness.get_by_label(name).rect();
        let (bar, footer) = (rect("Gateway bar"), rect("Footer"));
        let counts = rect("1 proved, 1 possible");
        assert_eq!([bar, footer].map(|region| region.contains_rect(counts)), [is_in_bar, !is_in_bar]);
        assert!(bar.contains_rect(rect("Time of the table")) && bar.contains_rect(rect("Back to live")));
        assert!(rect("Next change").right() <= rect("Back to live").left());
        // What isn't watched is in the tooltip of the name where it has no room.
        let gap = window.harness.query_by_label_contains("Not watched ").map(|label| label.rect());
        assert!(gap.is_none_or(|gap| gap.right() < rect("Back to live").left()), "{gap:?}");
    }
}
