//! Text that is pasted with a line end.

use crate::support::window::{Window, plant, retype};
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};
use egui::Event;
use egui::accesskit::{Action, ActionData, ActionRequest, TreeId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::io::Write as _;

fn value(window: &Window, name: &str) -> String {
    window.harness.get_by_label(name).accesskit_node().value().unwrap_or_default()
}

/// Empties a text box and pastes into it.
fn paste(window: &mut Window, name: &str, text: &str) {
    retype(window, name, " ");
    window.press(egui::Modifiers::NONE, egui::Key::Backspace);
    window.harness.event(Event::Paste(text.to_owned()));
    window.harness.step();
}

#[test]
fn pasted_line_ends_are_removed_in_boxes_with_one_line() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    let check = |window: &mut Window, boxes: &[&str]| {
        for (pasted, expected) in [
            ("billy\n", "billy"),
            ("billy\r\n", "billy"),
            ("\r\nbil\r\nly\n\n", "billy"),
            ("bil\u{2028}ly\u{85}", "billy"),
            ("bil ly ", "bil ly "),
        ] {
            for name in boxes {
                paste(window, name, pasted);
                assert_eq!(value(window, name), expected, "{pasted:?} into {name}");
            }
        }
    };
    check(&mut window, &["Username filter", "Project filter"]);
    window.click("Saved gateways");
    window.click("Save this gateway…");
    window.click("Authentication: Password");
    check(&mut window, &["Name", "Gateway user name", "CA file"]);
    // The only box with several lines.
    paste(&mut window, "Addresses", "http://a\nhttp://b\n");
    assert_eq!(value(&window, "Addresses"), "http://a\nhttp://b\n");
}

#[test]
fn line_ends_from_other_sources_are_removed() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    let filter = |window: &Window| value(window, "Username filter");
    // With the middle mouse button.
    retype(&mut window, "Username filter", "x");
    let pos = window.harness.get_by_label("Username filter").rect().center();
    window.harness.hover_at(pos);
    window.harness.step();
    window.harness.event(Event::MiddleClickPaste { pos, text: "bi\nlly\n".to_owned() });
    window.harness.step();
    assert!(filter(&window).contains("billy"), "{}", filter(&window));
    // With an input method, such as a keyboard on the screen.
    retype(&mut window, "Username filter", "bi\nlly\n");
    assert_eq!(filter(&window), "billy");
    // With a screen reader.
    let target_node = window.harness.get_by_label("Username filter").accesskit_node().locate().0;
    window.harness.event(Event::AccessKitActionRequest(ActionRequest {
        action: Action::SetValue,
        target_tree: TreeId::ROOT,
        target_node,
        data: Some(ActionData::Value("an\nna\n".into())),
    }));
    window.harness.step();
    assert_eq!(filter(&window), "anna");
}

#[test]
fn password_pasted_with_its_line_end_is_accepted() {
    let gateway = FakeGateway::new(|request, stream| {
        // The header of `billy:se:cret`.
        let is_accepted = request.header("authorization") == Some("Basic YmlsbHk6c2U6Y3JldA==");
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" if is_accepted => ok(&webdev_json(&PLANT)),
            "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    paste(&mut window, "User name", "billy\n");
    paste(&mut window, "Password", "se:cret\r\n");
    window.click("Sign in");
    window.until_text("6 of 6 sessions");
}
