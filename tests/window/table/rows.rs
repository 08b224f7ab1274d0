//! Rows: selection, scrolling, keyboard focus and screen readers.

use egui::accesskit::Role;
use egui::{Key, PointerButton, Pos2, Rect, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{CTRL, IDS, NONE, SHIFT, changing, header, open, remembering, titles};
use crate::popups::turn_wheel;
use crate::support::window::{Window, plant};
use crate::support::{FakeGateway, PLANT, ok, webdev_json};

#[test]
fn selects_by_mouse() {
    let mut window = open();
    window.click_cell("Username", 1, NONE);
    assert_eq!(window.selected("Client ID"), ["B2"]);
    window.click_cell("Project", 3, SHIFT);
    assert_eq!(window.selected("Client ID"), ["B2", "C3", "D4"]);
    window.click_cell("Address", 2, CTRL);
    window.click_cell("Address", 5, CTRL);
    assert_eq!(window.selected("Client ID"), ["B2", "D4", "F6"]);
    assert!(window.has("3 selected"));
    // A drag selects a range.
    let at = |window: &Window, line: f32| {
        let first = header(window, "Username");
        pos2(first.left() + 20.0, first.bottom() + 24.0 * (line + 0.5))
    };
    let (from, to) = (at(&window, 0.0), at(&window, 2.0));
    window.drag(from, to);
    assert_eq!(window.selected("Client ID"), ["A1", "B2", "C3"]);
    // A click below the last row clears the selection.
    let below = at(&window, 9.0);
    window.click_at(below, PointerButton::Primary, NONE);
    assert_eq!(window.selected("Client ID"), [""; 0]);
}

#[test]
fn selects_by_keyboard() {
    let mut window = open();
    // The table takes the keyboard focus that nothing else has.
    window.press(NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["A1"]);
    window.press(NONE, Key::ArrowDown);
    window.press(SHIFT, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["B2", "C3"]);
    window.press(NONE, Key::End);
    assert_eq!(window.selected("Client ID"), ["F6"]);
    window.press(SHIFT, Key::Home);
    assert_eq!(window.selected("Client ID"), IDS);
    window.press(CTRL, Key::ArrowDown);
    window.press(CTRL, Key::Space);
    assert_eq!(window.selected("Client ID"), ["A1", "C3", "D4", "E5", "F6"]);
    window.press(CTRL, Key::A);
    assert_eq!(window.selected("Client ID"), IDS);
    window.press(NONE, Key::Escape);
    assert_eq!(window.selected("Client ID"), [""; 0]);
}

#[test]
fn menus_open_by_keyboard() {
    let mut window = open();
    window.press(NONE, Key::ArrowDown);
    window.press(NONE, Key::ArrowDown);
    window.press(NONE, Key::ArrowRight);
    window.press(SHIFT, Key::F10);
    assert!(window.harness.get_by_label("Copy cell").is_focused());
    window.press(NONE, Key::Enter);
    assert_eq!(window.copied(), "Boiler");
    assert!(!window.has("Copy cell"));
    // The focus returns to the table. Headers have a menu, too.
    window.press(NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["C3"]);
    window.harness.get_by_label("Address").focus();
    window.harness.step();
    window.press(NONE, Key::Menu);
    assert!(window.harness.get_by_label("Sort ascending").is_focused());
    window.click("Move left");
    window.press(NONE, Key::Escape);
    assert_eq!(titles(&window)[..3], ["Username", "Address", "Project"]);
}

#[test]
fn clicking_a_button_returns_the_focus_to_the_table() {
    let mut window = open();
    window.press(NONE, Key::ArrowDown);
    window.click("Username");
    window.until_column("Client ID", &["B2", "C3", "A1", "F6", "E5", "D4"]);
    window.press(NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["F6"]);
    window.click("Details");
    window.press(NONE, Key::ArrowUp);
    assert_eq!(window.selected("Client ID"), ["A1"]);
    // Also when a text box had the focus.
    window.harness.get_by_label("Username filter").focus();
    window.harness.step();
    window.click("Details");
    window.press(NONE, Key::ArrowUp);
    assert_eq!(window.selected("Client ID"), ["C3"]);
}

#[test]
fn enter_and_escape_in_a_text_box_only_leave_it() {
    let mut window = open();
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    window.press(NONE, Key::Enter);
    assert!(!window.has("No session selected"), "Enter in the box opened the details");
    // Escape in another text box keeps the selection and the filters.
    window.press(NONE, Key::ArrowDown);
    window.press(CTRL, Key::L);
    window.press(NONE, Key::Escape);
    assert!(window.has("3 of 6 sessions"));
    assert!(window.has("1 selected"));
}

#[test]
fn dragging_over_rows_takes_the_focus() {
    let mut window = open();
    window.click_cell("Username", 5, NONE);
    window.harness.get_by_label("Username filter").focus();
    window.harness.step();
    let at = |window: &Window, line: f32| {
        let first = header(window, "Username");
        pos2(first.left() + 20.0, first.bottom() + 24.0 * (line + 0.5))
    };
    let (from, to) = (at(&window, 0.0), at(&window, 1.0));
    window.harness.event(egui::Event::ModifiersChanged(CTRL));
    window.drag(from, to);
    window.harness.event(egui::Event::ModifiersChanged(NONE));
    window.harness.step();
    assert_eq!(window.selected("Client ID"), ["A1", "B2", "F6"]);
    window.press(NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["C3"]);
    // A drag within one row is the same as a click.
    window.harness.event(egui::Event::ModifiersChanged(CTRL));
    let from = at(&window, 4.0);
    window.drag(from, from + vec2(30.0, 3.0));
    window.harness.event(egui::Event::ModifiersChanged(NONE));
    window.harness.step();
    assert_eq!(window.selected("Client ID"), ["C3", "E5"]);
}

#[test]
fn escape_clears_the_selection_then_the_filters() {
    let mut window = open();
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    window.click("Clients");
    window.click_cell("Username", 0, NONE);
    assert!(window.has("1 selected"));
    // An open menu takes the key.
    window.menu_of_cell("Username", 0);
    assert!(window.has("Copy cell"));
    window.press(NONE, Key::Escape);
    assert!(!window.has("Copy cell"));
    assert!(window.has("1 selected"));
    window.press(NONE, Key::Escape);
    assert!(!window.has("1 selected"));
    assert!(window.has("3 of 6 sessions"));
    window.press(NONE, Key::Escape);
    window.until_text("6 of 6 sessions");
}

#[test]
fn ctrl_f_and_typing_focus_the_username_filter() {
    let mut window = open();
    window.press(NONE, Key::ArrowDown);
    window.press(CTRL, Key::F);
    assert!(window.harness.get_by_label("Username filter").is_focused());
    window.click_cell("Username", 0, NONE);
    assert!(!window.harness.get_by_label("Username filter").is_focused());
    for letter in ["b", "i", ".", "*"] {
        window.harness.event(egui::Event::Text(letter.to_owned()));
        window.harness.step();
    }
    window.until_text("3 of 6 sessions");
    assert_eq!(window.harness.get_by_label("Username filter").value().unwrap(), "bi.*");
    // The text box takes its keys.
    window.press(NONE, Key::Home);
    assert!(window.harness.get_by_label("Username filter").is_focused());
    assert_eq!(window.selected("Client ID"), ["A1"]);
}

#[test]
fn keeps_selection_across_refresh() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 1, NONE);
    window.click_cell("Username", 4, CTRL);
    assert_eq!(window.selected("Client ID"), ["B2", "E5"]);
    let mut moved: Vec<&str> = PLANT.iter().copied().rev().collect();
    moved.insert(0, r#""new","Boiler","h",false,"N0",1"#);
    *body.lock().unwrap() = webdev_json(&moved);
    window.press(NONE, Key::F5);
    window.until_text("7 of 7 sessions");
    assert_eq!(window.column("Client ID"), ["N0", "F6", "E5", "D4", "C3", "B2", "A1"]);
    assert_eq!(window.selected("Client ID"), ["E5", "B2"]);
    // One of the selected sessions ends.
    *body.lock().unwrap() = webdev_json(&PLANT[..2]);
    window.press(NONE, Key::F5);
    window.until_text("2 of 2 sessions");
    assert_eq!(window.selected("Client ID"), ["B2"]);
    // Sorting keeps the selection, too.
    window.click("Username");
    window.until_column("Client ID", &["B2", "A1"]);
    assert_eq!(window.selected("Client ID"), ["B2"]);
}

#[test]
fn wheel_and_scroll_bar_reach_every_row() {
    let rows: Vec<String> = (0..1000).map(|n| format!(r#""user{n:04}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&rows)));
    let mut window = Window::on(&gateway.url);
    window.until_text("1,000 of 1,000 sessions");
    let bar = header(&window, "Vertical scroll bar");
    window.drag(bar.center_top() + vec2(0.0, 5.0), bar.center_bottom() + vec2(0.0, 50.0));
    assert_eq!(window.column("Username").last().unwrap(), "user0999");
    // A click outside the thumb scrolls by a page.
    let last = window.column("Username")[0].clone();
    window.click_at(bar.center_top() + vec2(0.0, 40.0), PointerButton::Primary, NONE);
    assert!(window.column("Username")[0] < last);
    window.press(NONE, Key::Home);
    assert_eq!(window.column("Username")[0], "user0000");
    wheel(&mut window, bar.left_center() - vec2(200.0, 0.0), -76.0);
    assert_eq!(window.column("Username")[0], "user0003");
}

/// Scrolls by this many points, with the pointer at this position.
fn wheel(window: &mut Window, at: Pos2, points: f32) {
    turn_wheel(window, at, vec2(0.0, points));
}

#[test]
fn zoom_is_saved() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let open = || remembering(&plant, folder.path());
    let mut window = open();
    for _ in 0..3 {
        window.press(CTRL, Key::Plus);
    }
    let zoom = window.harness.ctx.zoom_factor();
    assert!((zoom - 1.3).abs() < 0.01, "{zoom}");
    let rows: Vec<f32> = window
        .harness
        .get_all_by_role(Role::Row)
        .filter(|row| row.accesskit_node().data().row_index() != Some(0))
        .map(|row| row.rect().height() * zoom)
        .collect();
    assert!(rows.iter().all(|height| (height - (24.0 * zoom).round()).abs() < 0.01), "{rows:?}");
    window.click_cell("Username", 2, NONE);
    assert_eq!(window.selected("Client ID"), ["C3"]);
    drop(window);
    let window = open();
    assert!((window.harness.ctx.zoom_factor() - zoom).abs() < 0.01);
}

#[test]
fn rows_begin_on_whole_pixels_at_every_scale() {
    let rows: Vec<String> = (0..300).map(|n| format!(r#""user{n:03}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&rows)));
    for scale in [1.0_f32, 1.25, 1.5, 2.0] {
        let mut window = Window::on(&gateway.url);
        window.harness.set_pixels_per_point(scale);
        window.until_text("300 of 300 sessions");
        window.press(NONE, Key::ArrowDown);
        for _ in 0..3 {
            window.press(NONE, Key::PageDown);
            let mut places: Vec<(f32, usize)> = window
                .harness
                .get_all_by_role(Role::Row)
                .filter(|row| row.accesskit_node().data().row_index() != Some(0))
                .map(|row| (row.rect().top() * scale, row.accesskit_node().data().row_index().unwrap()))
                .collect();
            places.sort_by_key(|(_, index)| *index);
            for pair in places.windows(2) {
                assert_eq!(pair[1].1, pair[0].1 + 1, "a row is missing or repeated");
                let height = pair[1].0 - pair[0].0;
                assert!((height - (24.0 * scale).round()).abs() < 0.01, "{height} at {scale}");
                assert!((pair[0].0 - pair[0].0.round()).abs() < 0.01, "{} at {scale}", pair[0].0);
            }
        }
    }
}

#[test]
fn screen_readers_get_table_roles_and_the_cursor() {
    let mut window = open();
    let grid = window.harness.get_by_role_and_label(Role::Grid, "Sessions");
    let data = grid.accesskit_node();
    assert_eq!((data.data().row_count(), data.data().column_count()), (Some(7), Some(6)));
    let rows = grid.query_all_by_role(Role::Row).count();
    assert_eq!(rows, 7, "the header and six sessions");
    let first = window
        .harness
        .get_all_by_role(Role::Row)
        .find(|row| row.accesskit_node().data().row_index() == Some(1));
    let cells: Vec<String> = first
        .unwrap()
        .query_all_by_role(Role::Cell)
        .map(|cell| cell.accesskit_node().label().unwrap_or_default())
        .collect();
    assert_eq!(cells[..5], ["billy", "Packaging", "10.2.0.9", "no", "A1"]);

    window.click_cell("Project", 2, NONE);
    window.press(NONE, Key::ArrowRight);
    let focused = |window: &Window| {
        let mut focused =
            window.harness.get_all_by_role(Role::Cell).filter(|cell| cell.accesskit_node().is_focused());
        focused.next().map(|cell| cell.accesskit_node().label().unwrap_or_default())
    };
    assert_eq!(focused(&window).as_deref(), Some("hmi-7"));
    window.press(NONE, Key::ArrowUp);
    assert_eq!(focused(&window).as_deref(), Some("10.10.0.1"));
    assert_eq!(window.selected("Address"), ["10.10.0.1"]);
}

#[test]
fn marks_sessions_that_have_just_signed_in() {
    let (gateway, body) = changing(&[r#""billy","Boiler","h",false,"A",0"#]);
    let mut window = Window::on(&gateway.url);
    window.until_text("1 of 1 sessions");
    assert!(!window.has("new"));
    let rows = [r#""billy","Boiler","h",false,"A",0"#, r#""billy","Boiler","h",false,"B",0"#];
    *body.lock().unwrap() = webdev_json(&rows);
    window.click("Refresh");
    window.until_text("2 of 2 sessions");
    let mark = window.harness.get_by_label("new").rect();
    let rows: Vec<Rect> = window.harness.query_all_by_label("2×").map(|mark| mark.rect()).collect();
    assert!(
        rows[1].y_range().contains(mark.center().y) && mark.right() < rows[1].left(),
        "{mark:?} {rows:?}"
    );
    let cells = window.harness.query_all_by_role(Role::Cell);
    let words: Vec<String> = cells
        .filter(|cell| cell.accesskit_node().data().column_index() == Some(0))
        .map(|cell| cell.accesskit_node().data().description().unwrap_or_default().to_owned())
        .collect();
    assert!(
        words.iter().any(|words| words.starts_with("Signed in a moment ago. Signed in twice")),
        "{words:?}"
    );
}
