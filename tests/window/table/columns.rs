//! Columns: order, width, visibility, sort and date style, and the same after a restart.

use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{CTRL, IDS, NONE, header, menu, open, remembering, titles};
use crate::support::window::{Window, plant};
use crate::support::{FakeGateway, ok, webdev_json};

#[test]
fn dragging_a_header_moves_the_column() {
    let mut window = open();
    let from = header(&window, "Client ID").center();
    window.drag(from, header(&window, "Username").left_center() + vec2(10.0, 0.0));
    assert_eq!(titles(&window), ["Client ID", "Username", "Project", "Address", "Designer", "Created"]);
    assert_eq!(window.column("Client ID"), IDS);
    assert!(window.harness.query_by_label("6 of 6 sessions").is_some());
    // To the end, and back to the same place.
    let from = header(&window, "Username").center();
    window.drag(from, header(&window, "Created").right_center() - vec2(4.0, 0.0));
    assert_eq!(titles(&window), ["Client ID", "Project", "Address", "Designer", "Created", "Username"]);
    let from = header(&window, "Project").center();
    window.drag(from, from + vec2(30.0, 0.0));
    assert_eq!(titles(&window), ["Client ID", "Project", "Address", "Designer", "Created", "Username"]);
    // A drag does not sort.
    assert_eq!(window.column("Client ID"), IDS);
}

#[test]
fn dragging_an_edge_resizes_and_a_double_click_fits() {
    let mut window = open();
    let before = header(&window, "Username");
    let edge = header(&window, "Width of Username").center();
    window.drag(edge, edge + vec2(60.0, 0.0));
    assert!((header(&window, "Username").width() - before.width() - 60.0).abs() < 1.0);
    // There is a minimum width.
    let edge = header(&window, "Width of Username").center();
    window.drag(edge, edge - vec2(500.0, 0.0));
    let narrowest = header(&window, "Username").width();
    assert!((narrowest - 136.0).abs() < 1.0, "{narrowest}");

    let edge = header(&window, "Width of Username").center();
    for _ in 0..2 {
        window.click_at(edge, PointerButton::Primary, NONE);
    }
    let fitted = header(&window, "Username").width();
    assert!(fitted > 60.0 && fitted < before.width(), "{fitted}");
}

#[test]
fn hides_shows_and_resets_columns() {
    let mut window = open();
    menu(&mut window, "Address");
    window.click("Hide this column");
    assert_eq!(titles(&window), ["Username", "Project", "Designer", "Client ID", "Created"]);
    // The menu stays open for several columns.
    menu(&mut window, "Project");
    window.click("Show columns");
    window.click("Show column Client ID");
    window.click("Show column Address");
    assert_eq!(titles(&window), ["Username", "Project", "Address", "Designer", "Created"]);
    window.click("Reset columns");
    assert_eq!(titles(&window), ["Username", "Project", "Address", "Designer", "Client ID", "Created"]);
    // The Columns button shows the same list.
    window.press(NONE, Key::Escape);
    window.click("Columns");
    window.click("Show column Designer");
    assert_eq!(titles(&window), ["Username", "Project", "Address", "Client ID", "Created"]);
}

#[test]
fn items_of_the_columns_menu_move_columns_by_mouse_and_keyboard() {
    let mut window = open();
    window.click("Columns");
    let item = |window: &Window, title: &str| header(window, &format!("Show column {title}")).center();
    let to = item(&window, "Username") - vec2(0.0, 8.0);
    window.drag(item(&window, "Client ID"), to);
    assert_eq!(titles(&window), ["Client ID", "Username", "Project", "Address", "Designer", "Created"]);
    // Within its own place, it moves nothing and hides nothing.
    let from = item(&window, "Project");
    window.drag(from, from + vec2(0.0, 10.0));
    let to = item(&window, "Created") + vec2(0.0, 10.0);
    window.drag(item(&window, "Username"), to);
    let moved = ["Client ID", "Project", "Address", "Designer", "Created", "Username"];
    assert_eq!(titles(&window), moved);
    // The focus stays with the column.
    window.harness.get_by_label("Show column Username").focus();
    window.harness.step();
    window.press(Modifiers::ALT, Key::ArrowUp);
    window.press(Modifiers::ALT, Key::ArrowUp);
    assert_eq!(titles(&window), ["Client ID", "Project", "Address", "Username", "Designer", "Created"]);
    window.press(Modifiers::ALT, Key::ArrowDown);
    assert_eq!(titles(&window), ["Client ID", "Project", "Address", "Designer", "Username", "Created"]);
    assert!(window.harness.get_by_label("Show column Username").is_focused());
}

#[test]
fn menus_say_why_an_item_does_nothing() {
    let mut window = open();
    let reason = |window: &Window, item: &str| {
        let item = window.harness.get_by_label(item).accesskit_node();
        item.is_disabled().then(|| item.data().description().unwrap_or_default().to_owned())
    };
    menu(&mut window, "Username");
    assert_eq!(reason(&window, "Move left").as_deref(), Some("This is the first column"));
    assert_eq!(reason(&window, "Move right"), None);
    window.press(NONE, Key::Escape);
    menu(&mut window, "Created");
    assert_eq!(reason(&window, "Move right").as_deref(), Some("This is the last column"));
    window.press(NONE, Key::Escape);
    window.click("Saved filters");
    assert_eq!(reason(&window, "Clear all filters").as_deref(), Some("No filters are set"));
    window.press(NONE, Key::Escape);
    window.click("Columns");
    for title in ["Username", "Project", "Address", "Designer", "Client ID"] {
        window.click(&format!("Show column {title}"));
    }
    assert_eq!(
        reason(&window, "Show column Created").as_deref(),
        Some("At least one column must be visible")
    );
    assert_eq!(reason(&window, "Show column Username"), None);
}

#[test]
fn other_columns_are_hidden_at_first() {
    let body = webdev_json(&[r#""billy","P","h",false,"A",0,77"#]).replace(
        r#"{"name":"creationTime","type":"Date"}"#,
        r#"{"name":"creationTime","type":"Date"},{"name":"memory","type":"Long"}"#,
    );
    let gateway = FakeGateway::gateway("8.1.44", ok(&body));
    let mut window = Window::on(&gateway.url);
    window.until_text("1 of 1 sessions");
    assert_eq!(titles(&window).len(), 6);
    window.click("Columns");
    window.click("Show column memory");
    assert_eq!(titles(&window).last().unwrap(), "memory");
    assert_eq!(window.column("memory"), ["77"]);
}

#[test]
fn ctrl_click_adds_a_column_to_the_sort() {
    let mut window = open();
    window.click("Project");
    window.until_column("Project", &["Boiler", "Boiler", "Boiler", "Intake", "Packaging", "Packaging"]);
    let username = header(&window, "Username").center();
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Username", &["anna", "bill.smith", "billy", "jürgen", "billy", "–"]);
    let description = |window: &Window, title: &str| {
        window
            .harness
            .get_by_label(title)
            .accesskit_node()
            .data()
            .description()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(description(&window, "Project"), "sorted ascending, 1");
    assert_eq!(description(&window, "Username"), "sorted ascending, 2");
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Username", &["billy", "bill.smith", "anna", "jürgen", "billy", "–"]);
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Username", &["anna", "bill.smith", "billy", "jürgen", "billy", "–"]);
    assert!(!description(&window, "Username").contains("sorted"));
    assert_eq!(description(&window, "Project"), "sorted ascending");
    menu(&mut window, "Created");
    window.click("Sort descending");
    window.until_column("Client ID", &["A1", "B2", "C3", "E5", "F6", "D4"]);
    menu(&mut window, "Created");
    window.click("Clear sort");
    window.until_column("Client ID", &IDS);
}

#[test]
fn layout_survives_a_restart() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let open = || remembering(&plant, folder.path());
    let mut window = open();
    let from = header(&window, "Client ID").center();
    window.drag(from, header(&window, "Username").left_center() + vec2(10.0, 0.0));
    let edge = header(&window, "Width of Client ID").center();
    window.drag(edge, edge + vec2(44.0, 0.0));
    menu(&mut window, "Address");
    window.click("Hide this column");
    menu(&mut window, "Created");
    window.click("UTC");
    window.press(NONE, Key::Escape);
    window.click("Username");
    let username = header(&window, "Project").center();
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Client ID", &["B2", "C3", "F6", "A1", "E5", "D4"]);
    window.click("Details");
    let width = header(&window, "Client ID").width();
    // Closing the window waits until the settings are written.
    drop(window);

    let mut window = open();
    assert_eq!(titles(&window), ["Client ID", "Username", "Project", "Designer", "Created"]);
    assert!((header(&window, "Client ID").width() - width).abs() < 0.5);
    window.until_column("Client ID", &["B2", "C3", "F6", "A1", "E5", "D4"]);
    assert_eq!(window.column("Created")[3], "22 Nov 16:41");
    assert!(window.has("No session selected"));
}

#[test]
fn date_styles() {
    let mut window = open();
    let style = |window: &mut Window, name: &str| {
        menu(window, "Created");
        window.click(name);
        window.press(NONE, Key::Escape);
        window.column("Created")[0].clone()
    };
    assert_eq!(style(&mut window, "UTC"), "22 Nov 16:41");
    assert_eq!(style(&mut window, "Gateway's time zone"), "22 Nov 12:41");
    // The gateway's clock is before that time.
    assert_eq!(style(&mut window, "Age"), "in the future");
    assert_eq!(style(&mut window, "Local time").len(), "22 Nov 16:41".len());
}

#[test]
fn last_column_takes_what_is_left() {
    let mut window = open();
    let right = window.harness.ctx.content_rect().right();
    assert!((header(&window, "Username").width() - 196.0).abs() < 0.5);
    assert!((header(&window, "Created").right() - right).abs() < 0.5);
    menu(&mut window, "Created");
    window.click("Hide this column");
    assert!((header(&window, "Client ID").right() - right).abs() < 0.5);
}

#[test]
fn fitting_takes_at_most_a_part_of_the_table() {
    let long = "a".repeat(300);
    let row = format!(r#""{long}","Boiler","hmi-1",false,"A1",null"#);
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&[&row])));
    let mut window = Window::on(&gateway.url);
    window.until_text("1 of 1 sessions");
    menu(&mut window, "Username");
    window.click("Fit to content");
    let width = header(&window, "Username").width();
    let table = window.harness.ctx.content_rect().right() - header(&window, "Username").left();
    assert!((width - 0.4 * table).abs() < 3.0, "{width} of {table}");
}

#[test]
fn row_height_is_saved() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let open = || remembering(&plant, folder.path());
    let mut window = open();
    let row_height = |window: &Window| {
        let tops = ["A1", "B2"].map(|id| window.harness.get_by_label(id).rect().center().y);
        tops[1] - tops[0]
    };
    assert!((row_height(&window) - 24.0).abs() < 0.01);
    menu(&mut window, "Project");
    window.click("Row height");
    window.click("Compact");
    window.press(NONE, Key::Escape);
    assert!((row_height(&window) - 20.0).abs() < 0.01);
    drop(window);
    assert!((row_height(&open()) - 20.0).abs() < 0.01);
}
