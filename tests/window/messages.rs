//! Toasts and questions. Needs no display.

use std::io::Write as _;
use std::time::Duration;

use crate::support::window::{StoppedClock, Window, plant, start_on};
use crate::support::{FakeGateway, ok};
use egui::accesskit::Live;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::settings::Target;
use gatewatch::ui::Start;

/// Opens a window on a gateway of 8.3 with a session that may be terminated, without success.
fn terminating() -> (FakeGateway, Window) {
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            "/data/vision/api/v1/clients" => ok(r#"{"items":[{"id":"V1","user":"billy"}]}"#),
            path if path.starts_with("/data/vision/api/v1/client/") => Vec::new(),
            _ => ok(r#"{"items":[]}"#),
        };
        let _closed = stream.write_all(&response);
    });
    let mut profile = Profile::from_address(&gateway.url).unwrap();
    profile.may_terminate = true;
    let credentials = Credentials::token("tok:key").unwrap();
    let start = Start { credentials, ..start_on(&gateway.url) };
    let mut window = Window::open(Start { target: Some(Target::Gateway(profile)), ..start });
    window.until_text("1 of 1 sessions");
    (gateway, window)
}

fn ask(window: &mut Window) {
    window.menu_of_cell("Username", 0);
    window.click("Terminate session…");
    // The dialog moves to the center once its size is known.
    window.harness.run_steps(4);
}

fn live(window: &Window, text: &str) -> Live {
    window.harness.get_by_label(text).accesskit_node().live()
}

#[test]
fn toasts_stack_above_the_footer_and_are_announced() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 0, Modifiers::NONE);
    window.frame([egui::Event::Copy]);
    window.until_text("1 session copied");
    // Without a folder, settings can't be saved.
    window.click("Saved filters");
    window.type_into("Name of the filter to save", "North");
    window.press(Modifiers::NONE, Key::Enter);
    window.press(Modifiers::NONE, Key::Escape);
    let error = "Can't save settings: no home folder found";
    window.until_text(error);
    window.harness.run_steps(2);
    assert_eq!((live(&window, "1 session copied"), live(&window, error)), (Live::Polite, Live::Assertive));
    let [older, newer] = ["1 session copied", error].map(|text| window.harness.get_by_label(text).rect());
    let counts = window.harness.get_by_label("6 of 6 sessions").rect();
    assert!(older.bottom() < newer.top() && newer.bottom() < counts.top(), "{older} {newer} {counts}");
    // A message of the same task replaces the one before, and no other.
    window.frame([egui::Event::Copy]);
    window.until_text("1 session copied");
    assert!(window.has(error));
}

#[test]
fn success_goes_by_the_clock_of_the_window() {
    let (plant, clock) = (plant(), StoppedClock::new());
    let mut window = Window::open(Start { clock: clock.read(), ..start_on(&plant.url) });
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 0, Modifiers::NONE);
    window.frame([egui::Event::Copy]);
    window.until_text("1 session copied");
    clock.advance(Duration::from_millis(3_999));
    window.harness.step();
    assert!(window.has("1 session copied"));
    clock.advance(Duration::from_millis(1));
    window.harness.step();
    assert!(!window.has("1 session copied"));
}

#[test]
fn error_goes_when_its_task_is_repeated() {
    let (_gateway, mut window) = terminating();
    let error = "No response. Refresh to see whether the Vision session of billy";
    ask(&mut window);
    window.click("Terminate session");
    window.until_text_contains(error);
    window.frame([egui::Event::Copy]);
    assert!(window.harness.query_by_label_contains(error).is_some());
    ask(&mut window);
    assert!(window.harness.query_by_label_contains(error).is_none());
    window.press(Modifiers::NONE, Key::Escape);
}

#[test]
fn toasts_leave_the_right_panel_free() {
    for size in [[1280.0, 800.0], [640.0, 480.0]] {
        let (_gateway, mut window) = terminating();
        window.harness.set_size(size.into());
        window.harness.run_steps(2);
        window.click_cell("Username", 0, Modifiers::NONE);
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text("Right panel");
        // The button of the details.
        window.click("Terminate session…");
        window.harness.run_steps(4);
        window.click("Terminate session");
        window.until_text_contains("No response.");
        window.harness.run_steps(2);
        let toast = window.harness.get_by_label_contains("No response.").rect();
        let panel = window.harness.get_by_label("Right panel").rect();
        assert!(toast.right() < panel.left() && toast.width() > 100.0, "{toast} {panel}");
    }
}

#[test]
fn error_stays_until_it_is_dismissed_and_has_details_to_copy() {
    let (_gateway, mut window) = terminating();
    ask(&mut window);
    window.click("Terminate session");
    window.until_text_contains("No response.");
    window.harness.run_steps(2);
    window.click("Error details");
    window.click("Copy details");
    assert!(window.copied().starts_with("No response. Refresh to see"));
    let dismiss: Vec<_> =
        window.harness.query_all_by_label("Dismiss message").map(|node| node.rect()).collect();
    // The copy has a message of its own, which came later.
    let highest = dismiss.iter().min_by(|a, b| a.top().total_cmp(&b.top())).unwrap().center();
    window.click_at(highest, egui::PointerButton::Primary, Modifiers::NONE);
    assert!(window.harness.query_by_label_contains("No response.").is_none());
}

#[test]
fn question_holds_the_focus_and_returns_it() {
    let (gateway, mut window) = terminating();
    ask(&mut window);
    let is_focused = |window: &Window, name: &str| window.harness.get_by_label(name).is_focused();
    assert!(is_focused(&window, "Cancel"));
    for name in ["Terminate session", "Cancel", "Terminate session", "Cancel"] {
        window.press(Modifiers::NONE, Key::Tab);
        assert!(is_focused(&window, name), "{name}");
    }
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Terminate this Vision session?"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.selected("Username").len(), 1, "the table has the focus");
    // Enter answers with the button that has the focus.
    ask(&mut window);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has("Terminate this Vision session?"));
    assert!(!gateway.paths().iter().any(|path| path.contains("/client/")));
}
