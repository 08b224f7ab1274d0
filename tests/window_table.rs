//! The power table as a user meets it: by mouse and by keyboard, through its accessible names. Needs no screen.

mod support;

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::settings::{State, Target};
use gatewatch::ui::{Picking, Start};
use support::window::{Window, plant, start};
use support::{PLANT, StandIn, answer, ok};

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
const SHIFT: Modifiers = Modifiers::SHIFT;

/// The client ids of the plant, in its order.
const IDS: [&str; 6] = ["A1", "B2", "C3", "D4", "E5", "F6"];

fn open() -> Window {
    let mut window = Window::on(&plant().url);
    window.until_text("6 of 6 sessions");
    window
}

/// A gateway whose answer can be changed.
fn changing(rows: &[&str]) -> (StandIn, Arc<Mutex<String>>) {
    let body = Arc::new(Mutex::new(answer(rows)));
    let theirs = body.clone();
    let gateway = StandIn::new(move |request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" => ok(&theirs.lock().unwrap()),
            _ => support::status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    (gateway, body)
}

fn header(window: &Window, name: &str) -> Rect {
    window.harness.get_by_label(name).rect()
}

/// The titles from left to right.
fn titles(window: &Window) -> Vec<String> {
    let mut titles: Vec<(f32, String)> = window
        .harness
        .get_all_by_role(Role::ColumnHeader)
        .map(|node| (node.rect().left(), node.accesskit_node().label().unwrap_or_default()))
        .collect();
    titles.sort_by(|a, b| a.0.total_cmp(&b.0));
    titles.into_iter().map(|(_, title)| title).collect()
}

/// Opens the menu of a header.
fn menu(window: &mut Window, title: &str) {
    let at = header(window, title).center();
    window.click_at(at, PointerButton::Secondary, NONE);
}

#[test]
fn a_header_is_dragged_to_another_place_and_its_cells_go_with_it() {
    let mut window = open();
    let from = header(&window, "Client ID").center();
    window.drag(from, header(&window, "Username").left_center() + vec2(10.0, 0.0));
    assert_eq!(titles(&window), ["Client ID", "Username", "Project", "Address", "Designer", "Created"]);
    assert_eq!(window.column("Client ID"), IDS);
    assert!(window.harness.query_by_label("6 of 6 sessions").is_some());
    // To the very end, and nowhere.
    let from = header(&window, "Username").center();
    window.drag(from, header(&window, "Created").right_center() - vec2(4.0, 0.0));
    assert_eq!(titles(&window), ["Client ID", "Project", "Address", "Designer", "Created", "Username"]);
    let from = header(&window, "Project").center();
    window.drag(from, from + vec2(30.0, 0.0));
    assert_eq!(titles(&window), ["Client ID", "Project", "Address", "Designer", "Created", "Username"]);
    // A drag is no click.
    assert_eq!(window.column("Client ID"), IDS);
}

#[test]
fn an_edge_resizes_and_a_double_click_on_it_fits() {
    let mut window = open();
    let before = header(&window, "Username");
    let edge = header(&window, "Width of Username").center();
    window.drag(edge, edge + vec2(60.0, 0.0));
    assert!((header(&window, "Username").width() - before.width() - 60.0).abs() < 1.0);
    // Never so narrow that it is lost.
    let edge = header(&window, "Width of Username").center();
    window.drag(edge, edge - vec2(500.0, 0.0));
    assert!(header(&window, "Username").width() >= 39.0);

    let edge = header(&window, "Width of Username").center();
    for _ in 0..2 {
        window.click_at(edge, PointerButton::Primary, NONE);
    }
    let fitted = header(&window, "Username").width();
    assert!(fitted > 60.0 && fitted < before.width(), "{fitted}");
    let cut = |window: &Window| window.column("Username").contains(&"bill.smith".to_owned());
    assert!(cut(&window));
}

#[test]
fn columns_are_hidden_and_shown_and_put_back() {
    let mut window = open();
    menu(&mut window, "Address");
    window.click("Hide this column");
    assert_eq!(titles(&window), ["Username", "Project", "Designer", "Client ID", "Created"]);
    // Several in one go: the menu stays open.
    menu(&mut window, "Project");
    window.click("Show column Client ID");
    window.click("Show column Address");
    assert_eq!(titles(&window), ["Username", "Project", "Address", "Designer", "Created"]);
    window.click("Reset columns");
    assert_eq!(titles(&window), ["Username", "Project", "Address", "Designer", "Client ID", "Created"]);
    // The same list hangs on a button, for those who don't know of right clicks.
    window.press(NONE, Key::Escape);
    window.click("Columns");
    window.click("Show column Designer");
    assert_eq!(titles(&window), ["Username", "Project", "Address", "Client ID", "Created"]);
}

#[test]
fn further_columns_wait_in_the_chooser() {
    let body = answer(&[r#""billy","P","h",false,"A",0,77"#]).replace(
        r#"{"name":"creationTime","type":"Date"}"#,
        r#"{"name":"creationTime","type":"Date"},{"name":"memory","type":"Long"}"#,
    );
    let gateway = StandIn::gateway("8.1.44", ok(&body));
    let mut window = Window::on(&gateway.url);
    window.until_text("1 of 1 sessions");
    assert_eq!(titles(&window).len(), 6);
    window.click("Columns");
    window.click("Show column memory");
    assert_eq!(titles(&window).last().unwrap(), "memory");
    assert_eq!(window.column("memory"), ["77"]);
}

#[test]
fn ctrl_click_adds_a_column_to_the_sort_and_shows_its_rank() {
    let mut window = open();
    window.click("Project");
    window.until_column("Project", &["Boiler", "Boiler", "Boiler", "Intake", "Packaging", "Packaging"]);
    let username = header(&window, "Username").center();
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Username", &["anna", "bill.smith", "billy", "jürgen", "billy", "–"]);
    let told = |window: &Window, title: &str| {
        window
            .harness
            .get_by_label(title)
            .accesskit_node()
            .data()
            .description()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(told(&window, "Project"), "sorted ascending, 1");
    assert_eq!(told(&window, "Username"), "sorted ascending, 2");
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Username", &["billy", "bill.smith", "anna", "jürgen", "billy", "–"]);
    window.click_at(username, PointerButton::Primary, CTRL);
    window.until_column("Username", &["anna", "bill.smith", "billy", "jürgen", "billy", "–"]);
    assert!(!told(&window, "Username").contains("sorted"));
    assert_eq!(told(&window, "Project"), "sorted ascending");
    menu(&mut window, "Created");
    window.click("Sort descending");
    window.until_column("Client ID", &["A1", "B2", "C3", "E5", "F6", "D4"]);
    menu(&mut window, "Created");
    window.click("Don't sort");
    window.until_column("Client ID", &IDS);
}

#[test]
fn the_arrangement_survives_a_restart() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let target = Target::Gateway(Profile::from_address(&plant.url).unwrap());
    let open = || {
        let state = State::load(folder.path());
        let folder = Some(folder.path().to_owned());
        let mut window = Window::open(Start { state, folder, ..start(target.clone()) });
        window.until_text("6 of 6 sessions");
        window
    };
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
    // The window waits for its settings to be written when it closes.
    drop(window);

    let mut window = open();
    assert_eq!(titles(&window), ["Client ID", "Username", "Project", "Designer", "Created"]);
    assert!((header(&window, "Client ID").width() - width).abs() < 0.5);
    window.until_column("Client ID", &["B2", "C3", "F6", "A1", "E5", "D4"]);
    assert_eq!(window.column("Created")[3], "2026-11-22 16:41:40");
    assert!(window.has("Select a session to see all of it"));
}

#[test]
fn rows_are_selected_by_mouse() {
    let mut window = open();
    window.click_cell("Username", 1, NONE);
    assert_eq!(window.selected("Client ID"), ["B2"]);
    window.click_cell("Project", 3, SHIFT);
    assert_eq!(window.selected("Client ID"), ["B2", "C3", "D4"]);
    window.click_cell("Address", 2, CTRL);
    window.click_cell("Address", 5, CTRL);
    assert_eq!(window.selected("Client ID"), ["B2", "D4", "F6"]);
    assert!(window.has("3 selected"));
    // A drag selects what it goes over.
    let at = |window: &Window, line: f32| {
        let first = header(window, "Username");
        pos2(first.left() + 20.0, first.bottom() + 22.0 * (line + 0.5))
    };
    let (from, to) = (at(&window, 0.0), at(&window, 2.0));
    window.drag(from, to);
    assert_eq!(window.selected("Client ID"), ["A1", "B2", "C3"]);
    // Below the last row there is nobody.
    let below = at(&window, 9.0);
    window.click_at(below, PointerButton::Primary, NONE);
    assert_eq!(window.selected("Client ID"), [""; 0]);
}

#[test]
fn rows_are_selected_by_keyboard() {
    let mut window = open();
    // Nothing has the keyboard at first: the table takes it.
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
fn menus_open_by_keyboard_too() {
    let mut window = open();
    window.press(NONE, Key::ArrowDown);
    window.press(NONE, Key::ArrowDown);
    window.press(NONE, Key::ArrowRight);
    window.press(NONE, Key::ArrowRight);
    window.press(SHIFT, Key::F10);
    assert!(window.harness.get_by_label("Copy cell").is_focused());
    window.press(NONE, Key::Enter);
    assert_eq!(window.copied(), "Boiler");
    assert!(!window.has("Copy cell"));
    // Back in the table, and on to a header.
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
fn a_click_on_a_button_leaves_the_keyboard_to_the_table() {
    let mut window = open();
    window.press(NONE, Key::ArrowDown);
    window.click("Username");
    window.until_column("Client ID", &["B2", "C3", "A1", "F6", "E5", "D4"]);
    window.press(NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["F6"]);
    window.click("Details");
    window.press(NONE, Key::ArrowUp);
    assert_eq!(window.selected("Client ID"), ["A1"]);
    // From a text box a click into the table takes it, a click on a button does not.
    window.harness.get_by_label("Username filter").focus();
    window.harness.step();
    window.click_cell("Username", 1, NONE);
    window.press(NONE, Key::ArrowUp);
    assert_eq!(window.selected("Client ID"), ["B2"]);
}

#[test]
fn escape_steps_back_from_the_selection_then_from_the_filters() {
    let mut window = open();
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    window.click("Clients");
    window.click_cell("Username", 0, NONE);
    assert!(window.has("1 selected"));
    // A menu takes the key for itself.
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
fn ctrl_f_and_typing_both_lead_to_the_username_box() {
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
    // Keys in the box are the box's.
    window.press(NONE, Key::Home);
    assert!(window.harness.get_by_label("Username filter").is_focused());
    assert_eq!(window.selected("Client ID"), ["A1"]);
}

#[test]
fn the_selection_stays_with_its_sessions_when_a_refresh_moves_them() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 1, NONE);
    window.click_cell("Username", 4, CTRL);
    assert_eq!(window.selected("Client ID"), ["B2", "E5"]);
    let mut moved: Vec<&str> = PLANT.iter().copied().rev().collect();
    moved.insert(0, r#""new","Boiler","h",false,"N0",1"#);
    *body.lock().unwrap() = answer(&moved);
    window.press(NONE, Key::F5);
    window.until_text("7 of 7 sessions");
    assert_eq!(window.column("Client ID"), ["N0", "F6", "E5", "D4", "C3", "B2", "A1"]);
    assert_eq!(window.selected("Client ID"), ["E5", "B2"]);
    // One of them logs out.
    *body.lock().unwrap() = answer(&PLANT[..2]);
    window.press(NONE, Key::F5);
    window.until_text("2 of 2 sessions");
    assert_eq!(window.selected("Client ID"), ["B2"]);
    // A sort moves them, too.
    window.click("Username");
    window.until_column("Client ID", &["B2", "A1"]);
    assert_eq!(window.selected("Client ID"), ["B2"]);
}

#[test]
fn what_is_selected_is_copied_for_spreadsheets_and_programs() {
    let mut window = open();
    menu(&mut window, "Created");
    window.click("UTC");
    window.press(NONE, Key::Escape);
    window.click_cell("Username", 0, NONE);
    window.click_cell("Username", 3, CTRL);
    window.harness.event(egui::Event::Copy);
    window.harness.step();
    assert_eq!(
        window.copied(),
        "username\tproject\taddress\tisDesigner\tclientId\tcreationTime\n\
         billy\tPackaging\t10.2.0.9\tfalse\tA1\t2026-11-22 16:41:40\n\
         \tPackaging\t::1\tfalse\tD4\t\n"
    );
    window.until_text("2 sessions copied");
    // As it is shown: order and columns.
    let from = header(&window, "Client ID").center();
    window.drag(from, header(&window, "Username").left_center() + vec2(10.0, 0.0));
    menu(&mut window, "Created");
    window.click("Hide this column");
    window.click("Copy");
    window.click("As CSV");
    let csv = window.copied();
    assert_eq!(
        csv,
        "clientId,username,project,address,isDesigner\r\nA1,billy,Packaging,10.2.0.9,false\r\nD4,,Packaging,::1,false\r\n"
    );
    window.menu_of_cell("Username", 3);
    window.click("Copy 2 sessions as JSON");
    let json: serde_json::Value = serde_json::from_str(&window.copied()).unwrap();
    assert_eq!(json[0]["clientId"], "A1");
    assert_eq!(json[1]["username"], serde_json::Value::Null);
}

#[test]
fn a_single_cell_is_copied_by_mouse_and_by_keyboard() {
    let mut window = open();
    window.menu_of_cell("Address", 1);
    assert_eq!(window.selected("Client ID"), ["B2"]);
    window.click("Copy cell");
    assert_eq!(window.copied(), "10.10.0.1");
    window.press(NONE, Key::ArrowRight);
    window.press(NONE, Key::ArrowRight);
    window.press(NONE, Key::ArrowDown);
    window.harness.key_press_modifiers(CTRL | SHIFT, Key::C);
    window.harness.step();
    assert_eq!(window.copied(), "C3");
}

#[test]
fn a_cell_filters_to_its_value_or_excludes_it() {
    let mut window = open();
    window.menu_of_cell("Username", 2);
    window.click("Filter to this value");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.harness.get_by_label("Username filter").value().unwrap(), r"bill\.smith");
    window.press(NONE, Key::Escape);
    window.press(NONE, Key::Escape);
    window.until_text("6 of 6 sessions");

    window.menu_of_cell("Address", 0);
    window.click("Filter to this value");
    window.until_text("2 of 6 sessions");
    window.menu_of_cell("Project", 0);
    window.click("Exclude this value");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.column("Client ID"), ["E5"]);
    window.click("Remove the filter: Address is 10.2.0.9");
    window.until_text("4 of 6 sessions");
    window.click("Remove the filter: Project is not Packaging");
    window.until_text("6 of 6 sessions");
    // Also where there is no value.
    window.menu_of_cell("Username", 3);
    window.click("Exclude this value");
    window.until_text("5 of 6 sessions");
}

#[test]
fn the_filters_in_force_are_copied_as_a_call() {
    let mut window = open();
    let call = |window: &mut Window| {
        window.menu_of_cell("Username", 0);
        window.click("Copy as getSessionInfo call");
        window.copied()
    };
    assert_eq!(call(&mut window), "system.util.getSessionInfo()");
    window.type_into("Username filter", r"bi.*");
    window.until_text("3 of 6 sessions");
    assert_eq!(call(&mut window), r#"system.util.getSessionInfo("bi.*")"#);
    window.menu_of_cell("Username", 2);
    window.click("Exclude this value");
    window.until_text("1 of 6 sessions");
    window.click("Clients");
    window.click("Project: contains");
    window.type_into("Project filter", "oil");
    window.until_text("1 of 6 sessions");
    assert_eq!(
        call(&mut window),
        r#"system.util.getSessionInfo(r"(?!billy\z)bi.*", "(?s:.*)oil(?s:.*)")  # not in this call: only clients"#
    );
}

#[test]
fn dates_are_read_in_four_ways() {
    let mut window = open();
    let style = |window: &mut Window, name: &str| {
        menu(window, "Created");
        window.click(name);
        window.press(NONE, Key::Escape);
        window.column("Created")[0].clone()
    };
    assert_eq!(style(&mut window, "UTC"), "2026-11-22 16:41:40");
    assert_eq!(style(&mut window, "Gateway's time zone"), "2026-11-22 16:41:40");
    // The gateway's clock stands before that moment.
    assert_eq!(style(&mut window, "Age"), "in the future");
    assert_eq!(style(&mut window, "Local time").len(), "2026-11-22 16:41:40".len());
}

#[test]
fn what_is_shown_is_counted_and_clients_are_told_from_designers() {
    let mut window = open();
    assert!(window.has("4 users · 4 clients · 1 designer"));
    window.click("Designers");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.column("Username"), ["anna"]);
    assert_eq!(window.column("Designer"), ["yes"]);
    window.click("Clients");
    window.until_text("4 of 6 sessions");
    assert_eq!(window.column("Designer"), ["no"; 4]);
    window.click("All");
    window.until_text("6 of 6 sessions");
}

#[test]
fn users_and_projects_are_counted_and_a_click_filters() {
    let mut window = open();
    window.click("Counts");
    window.until_text("Users (4)");
    assert!(window.has("Projects (3)"));
    let place = |window: &Window, name: &str| window.harness.get_by_label(name).rect().top();
    assert!(place(&window, "billy: 2 sessions") < place(&window, "anna: 1 session"));
    window.click("Sort by name");
    window.until("the names in order", |harness| {
        let top = |name| harness.get_by_label(name).rect().top();
        top("anna: 1 session") < top("billy: 2 sessions")
    });

    window.click("bill.smith: 1 session");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.harness.get_by_label("Username filter").value().unwrap(), r"bill\.smith");
    // The others are still there to be added.
    let billy = window.harness.get_by_label("billy: 2 sessions").rect().center();
    window.click_at(billy, PointerButton::Primary, CTRL);
    window.until_text("3 of 6 sessions");
    window.click("Packaging: 1 session");
    window.until_text("1 of 6 sessions");
    window.click("Packaging: 1 session");
    window.until_text("3 of 6 sessions");
    window.click_at(billy, PointerButton::Primary, CTRL);
    window.until_text("1 of 6 sessions");
    window.click("bill.smith: 1 session");
    window.until_text("6 of 6 sessions");
}

#[test]
fn groups_show_who_is_logged_in_twice() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    let marked = |window: &Window| window.harness.query_all_by_label("2×").count();
    assert_eq!(marked(&window), 0);
    let mut twice = PLANT.to_vec();
    twice.push(r#""billy","Boiler","panel-2",false,"G7",1795365300000"#);
    *body.lock().unwrap() = answer(&twice);
    window.press(NONE, Key::F5);
    window.until_text("7 of 7 sessions");
    // The same user in another project is no mark.
    assert_eq!(marked(&window), 2);

    window.click("Group");
    window.click("By username");
    window.until("the groups", |harness| {
        harness.query_by_label_contains("Username billy, 3 sessions, more than once").is_some()
    });
    assert_eq!(window.column("Client ID"), ["B2", "C3", "A1", "F6", "G7", "E5", "D4"]);
    window.click("Group");
    window.click("Largest group first");
    window.until_column("Client ID", &["A1", "F6", "G7", "B2", "C3", "E5", "D4"]);
    // A click on the sign closes, the arrow keys open and close.
    let head = header(&window, "Username billy, 3 sessions, more than once in one project");
    window.click_at(head.left_center() + vec2(8.0, 0.0), PointerButton::Primary, NONE);
    window.until_column("Client ID", &["B2", "C3", "E5", "D4"]);
    window.click_at(head.center(), PointerButton::Primary, NONE);
    assert!(window.has("3 selected"));
    window.press(NONE, Key::ArrowRight);
    window.until_column("Client ID", &["A1", "F6", "G7", "B2", "C3", "E5", "D4"]);
    window.click("Group");
    window.click("Close all groups");
    window.until_column("Client ID", &[]);
    window.click("Group");
    window.click("No groups");
    window.until_column("Client ID", &["A1", "B2", "C3", "D4", "E5", "F6", "G7"]);
}

#[test]
fn details_show_every_column_and_copy_each() {
    let mut window = open();
    menu(&mut window, "Client ID");
    window.click("Hide this column");
    window.click_cell("Username", 1, NONE);
    window.press(NONE, Key::Enter);
    window.until_text("Session");
    window.click("Copy Client ID");
    assert_eq!(window.copied(), "B2");
    window.press(NONE, Key::ArrowDown);
    window.until_text("C3");
}

/// A window whose file dialog gives this at once.
fn exporting_to(url: &str, path: std::path::PathBuf) -> Window {
    let target = Target::Gateway(Profile::from_address(url).unwrap());
    let pick = move |_: &str| -> Picking { Box::pin(std::future::ready(Some(path.clone()))) };
    Window::open(Start { pick_file: Arc::new(pick), ..start(target) })
}

#[test]
fn shown_selected_or_all_sessions_are_exported() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("out");
    let mut window = exporting_to(&plant.url, path.clone());
    window.until_text("6 of 6 sessions");
    let export = |window: &mut Window, options: &[&str], sessions: &str| {
        for option in options {
            window.click("Export options");
            window.click(option);
            window.press(NONE, Key::Escape);
        }
        window.click("Export");
        window.until_text_contains(&format!("{sessions} sessions written to"));
        window.click("Dismiss the message");
        std::fs::read_to_string(&path).unwrap()
    };
    menu(&mut window, "Created");
    window.click("Hide this column");
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    let shown = export(&mut window, &["CSV"], "3");
    assert_eq!(
        shown,
        "username,project,address,isDesigner,clientId\r\nbilly,Packaging,10.2.0.9,false,A1\r\n\
         bill.smith,Boiler,hmi-7,false,C3\r\nbilly,Boiler,hmi-10,false,F6\r\n"
    );
    window.click_cell("Username", 1, NONE);
    window.click_cell("Username", 2, CTRL);
    let selected = export(&mut window, &["Selected sessions", "JSON"], "2");
    let selected: serde_json::Value = serde_json::from_str(&selected).unwrap();
    assert_eq!(selected[1]["clientId"], "F6");
    assert_eq!(selected.as_array().unwrap().len(), 2);
    let all = export(&mut window, &["All sessions", "CSV for a spreadsheet"], "6");
    assert!(all.starts_with("\u{feff}username,project,address,isDesigner,clientId,creationTime\r\n"));
    assert_eq!(all.lines().count(), 7);
    // Nothing selected: nothing to export.
    window.press(NONE, Key::Escape);
    window.click("Export options");
    window.click("Selected sessions");
    window.press(NONE, Key::Escape);
    assert!(window.harness.get_by_label("Export").accesskit_node().is_disabled());
}

#[cfg(unix)]
#[test]
fn a_large_export_shows_how_far_it_is_and_can_be_cancelled() {
    let rows: Vec<String> = (0..120_000).map(|n| format!(r#""user{n}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = StandIn::gateway("8.1.44", ok(&answer(&rows)));
    let folder = tempfile::tempdir().unwrap();
    // A pipe that nobody reads yet: the export waits in the middle for as long as the test wants.
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut window = exporting_to(&gateway.url, pipe.clone());
    window.until_text("120000 of 120000 sessions");
    window.click("Export");
    let mut reader = std::fs::File::open(&pipe).unwrap();
    window.until_text("Cancel the export");
    assert!(window.harness.get_by_label("Export").accesskit_node().is_disabled());
    window.click("Cancel the export");
    let read = std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    window.until("the end", |harness| !harness.get_by_label("Export").accesskit_node().is_disabled());
    assert!(!window.has("Cancel the export"));
    assert!(window.harness.query_by_label_contains("written to").is_none());
    assert!(read < 120_000 * 20, "cancelled, and yet {read} bytes came");
}

#[test]
fn a_screen_reader_finds_a_table_with_rows_and_cells_and_follows_the_keyboard() {
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
fn rows_stand_on_whole_pixels_at_every_scale_and_zoom() {
    let rows: Vec<String> = (0..300).map(|n| format!(r#""user{n:03}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = StandIn::gateway("8.1.44", ok(&answer(&rows)));
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
                assert_eq!(pair[1].1, pair[0].1 + 1, "none is skipped or doubled");
                let height = pair[1].0 - pair[0].0;
                assert!((height - (22.0 * scale).round()).abs() < 0.01, "{height} at {scale}");
                assert!((pair[0].0 - pair[0].0.round()).abs() < 0.01, "{} at {scale}", pair[0].0);
            }
        }
    }
}

#[test]
fn the_wheel_and_the_scroll_bar_reach_every_row() {
    let rows: Vec<String> = (0..1000).map(|n| format!(r#""user{n:04}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = StandIn::gateway("8.1.44", ok(&answer(&rows)));
    let mut window = Window::on(&gateway.url);
    window.until_text("1000 of 1000 sessions");
    let bar = header(&window, "Vertical scroll bar");
    window.drag(bar.center_top() + vec2(0.0, 5.0), bar.center_bottom() + vec2(0.0, 50.0));
    assert_eq!(window.column("Username").last().unwrap(), "user0999");
    // A click beside the thumb goes one page.
    let last = window.column("Username")[0].clone();
    window.click_at(bar.center_top() + vec2(0.0, 40.0), PointerButton::Primary, NONE);
    assert!(window.column("Username")[0] < last);
    window.press(NONE, Key::Home);
    assert_eq!(window.column("Username")[0], "user0000");
    wheel(&mut window, bar.left_center() - vec2(200.0, 0.0), -70.0);
    assert_eq!(window.column("Username")[0], "user0003");
}

/// Turns the wheel over a place, by points.
fn wheel(window: &mut Window, at: Pos2, points: f32) {
    window.harness.event(egui::Event::PointerMoved(at));
    window.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: NONE,
    });
    // The wheel turns softly, over some frames.
    for _ in 0..60 {
        window.harness.step();
    }
}
