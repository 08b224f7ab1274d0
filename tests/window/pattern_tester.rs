//! The dialog that tests a pattern.

use std::fmt::Write as _;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Order, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::focus::focused;
use crate::popups::popups;
use crate::support::window::{Window, plant, retype, start_on};
use crate::support::{FakeGateway, ok, webdev_json};

/// Opens the dialog in the palette.
fn open(window: &mut Window) {
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([Event::Text("test a pattern".to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the pattern with the focus", |harness| {
        harness.query_by_label("Pattern").is_some_and(|pattern| pattern.is_focused())
    });
}

/// Opens the dialog, and types these values.
fn open_with(window: &mut Window, values: &str) {
    open(window);
    window.click("Test with: Typed values");
    assert!(is_focused(window, "Typed values"));
    window.frame([Event::Paste(values.to_owned())]);
}

fn choose_column(window: &mut Window, column: &str) {
    window.click("Column");
    window.harness.get_by_role_and_label(Role::RadioButton, column).click();
    window.harness.run_steps(2);
}

/// Returns the rows of the list in words.
fn rows(window: &Window) -> Vec<String> {
    let list = window.harness.get_by_label("Tested values").rect();
    let items = window.harness.query_all_by_role(Role::ListItem);
    let items = items.filter(|item| list.contains(item.rect().center()));
    items.filter_map(|item| item.accesskit_node().label()).collect()
}

fn until_rows(window: &mut Window, expected: &[&str]) {
    window.retry(&format!("{expected:?}"), |window| {
        window.harness.step();
        rows(window) == expected
    });
}

fn is_focused(window: &Window, name: &str) -> bool {
    window.harness.get_by_label(name).is_focused()
}

#[test]
fn tests_the_values_of_the_table_by_the_filter_that_was_used_last() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "bill.*");
    window.type_into("Project filter", "oil");
    window.toggle("Project filter", "Match part of the value");
    window.until_text("2 of 6 sessions");
    open(&mut window);
    assert_eq!(window.text_of("Pattern"), "oil");
    assert!(window.is_toggled("Pattern", "Match part of the value"));
    let expected =
        ["Boiler: Matches, 3 sessions", "Intake: No match, 1 session", "Packaging: No match, 2 sessions"];
    until_rows(&mut window, &expected);
    assert!(window.has("1 of 3 values matches") && window.has("Linear time"));
    // Another column, and the values that don't match only.
    choose_column(&mut window, "Username");
    until_rows(
        &mut window,
        &[
            "anna: No match, 1 session",
            "bill.smith: No match, 1 session",
            "billy: No match, 2 sessions",
            "jürgen: No match, 1 session",
        ],
    );
    window.toggle("Pattern", "Exclude matches");
    window.until_text("4 of 4 values pass");
    retype(&mut window, "Pattern", "an*a");
    window.until_text("3 of 4 values pass");
    window.click("List: Excluded");
    until_rows(&mut window, &["anna: Excluded, 1 session"]);
}

#[test]
fn tests_typed_values_with_their_groups() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_with(&mut window, "bill.smith\r\nanna\n\nx");
    retype(&mut window, "Pattern", r"(\w+)\.(?<last>\w+)|(x)");
    until_rows(
        &mut window,
        &[
            r#"bill.smith: Matches, group 1 "bill", group last "smith", group 3 –"#,
            "anna: No match",
            "(empty): No match",
            r#"x: Matches, group 1 –, group last –, group 3 "x""#,
        ],
    );
    assert!(window.has("2 of 4 values match"));
    // The list is used by the keyboard.
    window.harness.get_by_label("Tested values").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::End);
    let value = window.harness.get_by_label("Tested values").accesskit_node().value();
    assert_eq!(value.as_deref(), Some(r#"x: Matches, group 1 –, group last –, group 3 "x""#));
    window.frame([Event::Copy]);
    assert_eq!(Some(window.copied()), value);
    // They are there again when the dialog opens the next time.
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Tested values"));
    open(&mut window);
    assert_eq!(window.text_of("Typed values"), "bill.smith\r\nanna\n\nx");
    assert_eq!(window.text_of("Pattern"), "");
    window.until_text("Without a pattern, all 4 values pass");
}

#[test]
fn says_where_a_pattern_is_wrong() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_with(&mut window, "billy");
    retype(&mut window, "Pattern", "bi.*");
    window.until_text("1 of 1 value matches");
    retype(&mut window, "Pattern", "bi(.*");
    window.until_text_contains(r#"Missing ")" for "(" at column 3"#);
    assert!(!window.has("Tested values") && !window.has("1 of 1 value matches"));
    let is_disabled = |name: &str| window.harness.get_by_label(name).accesskit_node().is_disabled();
    assert!(is_disabled("Use as filter") && is_disabled("Copy as getSessionInfo call"));
    retype(&mut window, "Pattern", "bi(.*)");
    until_rows(&mut window, &[r#"billy: Matches, group 1 "lly""#]);
}

#[test]
fn catastrophic_pattern_gives_up_while_the_window_goes_on() {
    // 50,000 names, each of which takes as many steps as a value may.
    let row = |n: usize| format!(r#""{}!{n}","P","10.0.0.1",false,"{n:X}",null"#, "a".repeat(40));
    let sessions: Vec<String> = (0..50_000).map(row).collect();
    let sessions: Vec<&str> = sessions.iter().map(String::as_str).collect();
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&sessions)));
    let mut window = Window::on(&gateway.url);
    window.until_text("50,000 of 50,000 sessions");
    open(&mut window);
    retype(&mut window, "Pattern", r"(a|aa)+\1$");
    // The window takes input meanwhile.
    window.until_text("Testing…");
    window.toggle("Pattern", "Ignore case");
    assert!(window.is_toggled("Pattern", "Ignore case"));
    window.until_text_contains("tested values match");
    assert!(window.has("Too much backtracking. Simplify the pattern"));
    assert!(window.has("Backtracking, up to a limit"));
    assert!(rows(&window)[0].contains(": Limit exceeded"));
    retype(&mut window, "Pattern", "a+!1");
    window.until_text("1 of 50,000 values matches");
    assert!(window.has("The first 1,000 values are listed"));
    window.click("List: Matches");
    assert_eq!(rows(&window).len(), 1);
}

#[test]
fn becomes_the_filter_of_its_column() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "an");
    open(&mut window);
    retype(&mut window, "Pattern", "BILL");
    window.toggle("Pattern", "Match part of the value");
    window.toggle("Pattern", "Ignore case");
    window.click("Use as filter");
    assert!(!window.has("Tested values"));
    window.until_text("3 of 6 sessions");
    assert_eq!(window.text_of("Username filter"), "BILL");
    assert!(window.is_toggled("Username filter", "Ignore case"));
    window.until("the box with the focus", |harness| harness.get_by_label("Username filter").is_focused());
    // Typing goes on at the end.
    window.frame([Event::Text("y".to_owned())]);
    assert_eq!(window.text_of("Username filter"), "BILLy");
    window.press(Modifiers::NONE, Key::Backspace);
    // A column without a box gets a filter, too.
    open(&mut window);
    assert_eq!(window.text_of("Pattern"), "BILL");
    choose_column(&mut window, "Address");
    retype(&mut window, "Pattern", "HMI");
    window.click("Use as filter");
    window.until_text("2 of 6 sessions");
    assert!(window.has("Edit the filter: Address part A=a HMI"));
}

#[test]
fn copies_the_call_with_the_toggles_in_the_pattern() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open(&mut window);
    window.type_into("Pattern", "bi.*");
    window.until_text(r#"system.util.getSessionInfo("bi.*")"#);
    window.toggle("Pattern", "Match part of the value");
    let call = r#"system.util.getSessionInfo("(?s:.*)(?:bi.*)(?s:.*)")"#;
    window.until_text(call);
    assert!(window.has("The pattern of the call includes the toggles"));
    window.click("Copy as getSessionInfo call");
    assert_eq!(window.copied(), call);
    choose_column(&mut window, "Address");
    window.until_text("system.util.getSessionInfo()  # not in this call: Address part bi.*");
}

#[test]
fn opens_in_the_help_and_gives_the_focus_back() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for size in [[1280.0, 680.0], [640.0, 480.0]] {
        let mut window = Window::open_as(Harness::builder().with_size(size), start_on(&plant.url));
        window.until_text("6 of 6 sessions");
        let is_compact = size[0] < 900.0;
        let button = if is_compact { "View" } else { "Help on filters" };
        window.harness.get_by_label(button).focus();
        window.harness.step();
        window.press(Modifiers::NONE, Key::Enter);
        window.harness.run_steps(2);
        if is_compact {
            window.click("Help on filters");
            window.harness.run_steps(2);
        }
        window.harness.get_by_label("Test a pattern…").focus();
        window.harness.step();
        window.press(Modifiers::NONE, Key::Enter);
        window.until("the pattern with the focus", |harness| {
            harness.query_by_label("Pattern").is_some_and(|pattern| pattern.is_focused())
        });
        assert!(!window.has("How filters work"), "the help is closed");
        window.press(Modifiers::NONE, Key::Escape);
        assert!(!window.has("Tested values"));
        window.harness.run_steps(2);
        assert!(is_focused(&window, button), "{button}");
    }
    // With the mouse.
    window.click("Help on filters");
    window.click("Test a pattern…");
    window.until_text("Tested values");
    assert!(is_focused(&window, "Pattern"));
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(2);
    window.frame([Event::Text("x".to_owned())]);
    window.until("typed text in the filter", |harness| {
        harness.get_by_label("Username filter").accesskit_node().value().as_deref() == Some("x")
    });
}

#[test]
fn escape_gives_the_focus_back_to_the_box() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.harness.get_by_label("Project filter").focus();
    window.harness.step();
    open(&mut window);
    // The focus stays in the dialog.
    for _ in 0..24 {
        window.press(Modifiers::NONE, Key::Tab);
        assert!(popups(&window, Order::Foreground)[0].contains_rect(focused(&window).unwrap().rect));
    }
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(2);
    assert!(is_focused(&window, "Project filter"));
}

#[test]
fn long_lists_scroll_in_small_windows() {
    let mut values = String::new();
    for n in 0..2_000 {
        writeln!(values, "user{n}").unwrap();
    }
    let plant = plant();
    for size in [[540.0, 340.0], [640.0, 480.0]] {
        let mut window = Window::open_as(Harness::builder().with_size(size), start_on(&plant.url));
        window.until_text("6 of 6 sessions");
        open_with(&mut window, &values);
        retype(&mut window, "Pattern", "(u.*)[0-9]");
        window.until_text("2,000 of 2,000 values match");
        window.harness.get_by_label("Tested values").focus();
        window.harness.step();
        window.press(Modifiers::NONE, Key::End);
        window.harness.run_steps(2);
        let shown = rows(&window);
        assert_eq!(shown.last().unwrap(), r#"user999: Matches, group 1 "user99""#, "{size:?}");
        // Everything is within reach of the mouse.
        let window_rect = window.harness.ctx.content_rect();
        for name in ["Use as filter", "Copy as getSessionInfo call", "Close the pattern test"] {
            assert!(
                window_rect.contains_rect(window.harness.get_by_label(name).rect()),
                "{name} at {size:?}"
            );
        }
        let close = window.harness.get_by_label("Close the pattern test").rect().center();
        window.click_at(close, PointerButton::Primary, Modifiers::NONE);
        assert!(!window.has("Tested values"));
    }
}
