//! Values: copying, filters by cell, counts, groups and details.

use egui::accesskit::Role;
use egui::{Key, PointerButton, Rect, Shape, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{CTRL, NONE, SHIFT, changing, header, menu, open};
use crate::painted;
use crate::support::window::{Window, start_on};
use crate::support::{FakeGateway, PLANT, ok, webdev_json};

#[test]
fn copies_selected_rows() {
    let mut window = open();
    // Copies have exact dates, however they are shown.
    menu(&mut window, "Created");
    window.click("Age");
    window.press(NONE, Key::Escape);
    window.click_cell("Username", 0, NONE);
    window.click_cell("Username", 3, CTRL);
    window.harness.event(egui::Event::Copy);
    window.harness.step();
    assert_eq!(
        window.copied(),
        "username\tproject\taddress\tisDesigner\tclientId\tcreationTime\n\
         billy\tPackaging\t10.2.0.9\tfalse\tA1\t2026-11-22T16:41:40.123Z\n\
         \tPackaging\t::1\tfalse\tD4\t\n"
    );
    window.until_text("2 sessions copied");
    // With the order and the columns shown.
    let from = header(&window, "Client ID").center();
    window.drag(from, header(&window, "Username").left_center() + vec2(10.0, 0.0));
    menu(&mut window, "Created");
    window.click("Hide this column");
    window.menu_of_cell("Username", 3);
    window.click("Copy as");
    window.click("CSV");
    let csv = window.copied();
    assert_eq!(
        csv,
        "clientId,username,project,address,isDesigner\r\nA1,billy,Packaging,10.2.0.9,false\r\nD4,,Packaging,::1,false\r\n"
    );
    window.menu_of_cell("Username", 3);
    window.click("Copy as");
    window.click("JSON");
    let json: serde_json::Value = serde_json::from_str(&window.copied()).unwrap();
    assert_eq!(json[0]["clientId"], "A1");
    assert_eq!(json[1]["username"], serde_json::Value::Null);
}

#[test]
fn copies_a_cell_by_mouse_and_keyboard() {
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
fn cell_menu_keeps_its_cell_across_refresh() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.menu_of_cell("Address", 1);
    *body.lock().unwrap() = webdev_json(&PLANT[2..]);
    window.press(NONE, Key::F5);
    window.until_text("4 of 4 sessions");
    window.click("Copy cell");
    assert_eq!(window.copied(), "10.10.0.1");
    assert!(!window.has("Copy cell"));
    window.menu_of_cell("Address", 0);
    window.menu_of_cell("Username", 3);
    window.click("Copy cell");
    assert_eq!(window.copied(), "billy");
    // Below the last row there is no cell.
    let below = header(&window, "Username").center() + vec2(0.0, 300.0);
    window.click_at(below, PointerButton::Secondary, NONE);
    assert!(window.has("Copy as") && !window.has("Copy cell"));
}

#[test]
fn cell_menu_cuts_no_escape_in_half() {
    // The tab is the last of the characters that an item shows.
    let name = format!("{}\\tb", "a".repeat(23));
    let rows = [format!(r#""{name}","Packaging","10.2.0.9",false,"A1",1795365700123"#)];
    let (gateway, _body) = changing(&rows.each_ref().map(String::as_str));
    let builder = Harness::builder().with_size([1280.0, 680.0]).allow_missing_glyphs();
    let mut window = Window::open_as(builder, start_on(&gateway.url));
    window.until_text("1 of 1 sessions");
    window.menu_of_cell("Username", 0);
    let filter = format!("Filter to \"{}\\t…\"", "a".repeat(23));
    assert!(window.has(&filter), "{filter}");
}

#[test]
fn cell_menu_keeps_or_excludes_a_value() {
    let mut window = open();
    window.menu_of_cell("Username", 2);
    window.click("Filter to \"bill.smith\"");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.harness.get_by_label("Username filter").value().unwrap(), r"bill\.smith");
    window.press(NONE, Key::Escape);
    window.press(NONE, Key::Escape);
    window.until_text("6 of 6 sessions");

    window.menu_of_cell("Address", 0);
    window.click("Filter to \"10.2.0.9\"");
    window.until_text("2 of 6 sessions");
    window.menu_of_cell("Project", 0);
    window.click("Exclude \"Packaging\"");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.column("Client ID"), ["E5"]);
    window.click("Remove the filter: Address is 10.2.0.9");
    window.until_text("4 of 6 sessions");
    window.click("Remove the filter: Project is not Packaging");
    window.until_text("6 of 6 sessions");
    // Null can be excluded, too.
    window.menu_of_cell("Username", 3);
    window.click("Exclude null");
    window.until_text("5 of 6 sessions");
}

#[test]
fn copies_filters_as_a_call() {
    let mut window = open();
    let call = |window: &mut Window| {
        window.menu_of_cell("Username", 0);
        window.click("Copy as");
        window.click("getSessionInfo call");
        window.copied()
    };
    assert_eq!(call(&mut window), "system.util.getSessionInfo()");
    window.type_into("Username filter", r"bi.*");
    window.until_text("3 of 6 sessions");
    assert_eq!(call(&mut window), r#"system.util.getSessionInfo("bi.*")"#);
    window.menu_of_cell("Username", 2);
    window.click("Exclude \"billy\"");
    window.until_text("1 of 6 sessions");
    window.click("Clients");
    window.toggle("Project filter", "Match part of the value");
    window.type_into("Project filter", "oil");
    window.until_text("1 of 6 sessions");
    assert_eq!(
        call(&mut window),
        r#"system.util.getSessionInfo(r"(?!billy\z)bi.*", "(?s:.*)oil(?s:.*)")  # not in this call: only clients"#
    );
}

/// Returns the numbers on the tabs.
fn tabs(window: &Window) -> [String; 3] {
    ["All", "Clients", "Designers"]
        .map(|name| window.harness.get_by_label(name).accesskit_node().value().unwrap_or_default())
}

#[test]
fn counts_clients_and_designers() {
    let mut window = open();
    assert!(window.has("4 users"));
    assert_eq!(tabs(&window), ["6", "4", "1"]);
    window.click("Designers");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.column("Username"), ["anna"]);
    assert_eq!(window.column("Designer"), ["yes"]);
    window.click("Clients");
    window.until_text("4 of 6 sessions");
    assert_eq!(window.column("Designer"), ["no"; 4]);
    assert_eq!(tabs(&window), ["6", "4", "1"], "the numbers depend on the chosen tab");
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    assert_eq!(tabs(&window), ["3", "3", "0"]);
    window.press(NONE, Key::Escape);
    window.click("All");
    window.until_text("6 of 6 sessions");
}

#[test]
fn ctrl_click_on_a_count_extends_a_pattern() {
    let mut window = open();
    window.type_into("Username filter", "bil.*");
    window.until_text("3 of 6 sessions");
    window.click("Counts");
    // The list also has those that can be added, unlike the footer.
    window.until_text("Users (4)");
    assert!(window.has("2 users") && window.has("Projects (2)"));
    let anna = window.harness.get_by_label("anna: 1 session").rect().center();
    window.click_at(anna, PointerButton::Primary, CTRL);
    window.until_text("4 of 6 sessions");
}

#[test]
fn clicking_a_count_filters() {
    let mut window = open();
    window.click("Counts");
    window.until_text("Users (4)");
    assert!(window.has("Projects (3)"));
    let place = |window: &Window, name: &str| window.harness.get_by_label(name).rect().top();
    assert!(place(&window, "billy: 2 sessions") < place(&window, "anna: 1 session"));
    window.click("Sort by: Name");
    window.until("the names in order", |harness| {
        let top = |name| harness.get_by_label(name).rect().top();
        top("anna: 1 session") < top("billy: 2 sessions")
    });

    window.click("bill.smith: 1 session");
    window.until_text("1 of 6 sessions");
    assert_eq!(window.harness.get_by_label("Username filter").value().unwrap(), r"bill\.smith");
    // The other users stay listed.
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
fn distinguishes_duplicates_on_one_host_from_two_panels() {
    let rows = [
        r#""billy","Boiler","hmi-10:52526",false,"A1",1795365300000"#,
        r#""billy","Boiler","HMI-10",false,"B2",1795365300000"#,
        r#""anna","Boiler","panel-1",false,"C3",1795365300000"#,
        r#""anna","Boiler","panel-2",false,"D4",1795365300000"#,
        r#""anna","Boiler","panel-2",false,"E5",1795365300000"#,
        r#""Unauthenticated","Web","10.0.0.1",false,"F6",null"#,
        r#""Unauthenticated","Web","10.0.0.1",false,"G7",null"#,
    ];
    let (gateway, _) = changing(&rows);
    let mut window = Window::on(&gateway.url);
    window.until_text("7 of 7 sessions");
    let descriptions = |window: &Window| {
        let mut cells: Vec<(f32, String)> = window
            .harness
            .query_all_by_role(Role::Cell)
            .filter_map(|cell| {
                Some((cell.rect().top(), cell.accesskit_node().data().description()?.to_owned()))
            })
            .collect();
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        cells.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    let words = [
        "Signed in twice to this project from this host",
        "Signed in twice to this project from this host",
        "Signed in 3 times to this project from different hosts",
        "Signed in 3 times to this project, twice from this host",
        "Signed in 3 times to this project, twice from this host",
    ];
    assert_eq!(descriptions(&window), words);
    let badges = |text: &str| window.harness.query_all_by_label(text).count();
    assert_eq!((badges("2×"), badges("3×")), (2, 3));
    window.click_cell("Username", 2, NONE);
    window.click("Details");
    window.until_text("Signed in 3 times to Boiler");
    window.click("Group");
    window.click("By username");
    window.until("the groups", |harness| {
        let has = |text| harness.query_by_label(text).is_some();
        has("Username billy, 2 sessions, signed in twice to one project from one host")
            && has("Username anna, 3 sessions, signed in 3 times to one project, twice from one host")
            && has("Username Unauthenticated, 2 sessions")
    });
}

#[test]
fn details_count_the_duplicates_that_they_do_not_list() {
    let row = |number: u32| format!(r#""billy","Boiler","panel-{number}",false,"C{number}",1795365300000"#);
    let rows: Vec<String> = (0..60).map(row).collect();
    let (gateway, _) = changing(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let mut window = Window::on(&gateway.url);
    window.until_text("60 of 60 sessions");
    window.click_cell("Username", 0, NONE);
    window.press(NONE, Key::Enter);
    window.until_text_contains(" and 58 more");
}

#[test]
fn groups_mark_duplicate_logins() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    let badges = |window: &Window| window.harness.query_all_by_label("2×").count();
    assert_eq!(badges(&window), 0);
    let mut twice = PLANT.to_vec();
    twice.push(r#""billy","Boiler","panel-2",false,"G7",1795365300000"#);
    *body.lock().unwrap() = webdev_json(&twice);
    window.press(NONE, Key::F5);
    window.until_text("7 of 7 sessions");
    // A session in another project doesn't count.
    assert_eq!(badges(&window), 2);

    window.click("Group");
    window.click("By username");
    window.until("the groups", |harness| {
        harness.query_by_label_contains("Username billy, 3 sessions, signed in twice").is_some()
    });
    assert_eq!(window.column("Client ID"), ["B2", "C3", "A1", "F6", "G7", "E5", "D4"]);
    window.click("Group");
    window.click("Largest group first");
    window.until_column("Client ID", &["A1", "F6", "G7", "B2", "C3", "E5", "D4"]);
    // A click on the sign collapses, the arrow keys collapse and expand.
    let head =
        header(&window, "Username billy, 3 sessions, signed in twice to one project from different hosts");
    window.click_at(head.left_center() + vec2(8.0, 0.0), PointerButton::Primary, NONE);
    window.until_column("Client ID", &["B2", "C3", "E5", "D4"]);
    window.click_at(head.center(), PointerButton::Primary, NONE);
    assert!(window.has("3 selected"));
    window.press(NONE, Key::ArrowRight);
    window.until_column("Client ID", &["A1", "F6", "G7", "B2", "C3", "E5", "D4"]);
    window.click("Group");
    window.click("Collapse all groups");
    window.until_column("Client ID", &[]);
    window.click("Group");
    window.click("None");
    window.until_column("Client ID", &["A1", "B2", "C3", "D4", "E5", "F6", "G7"]);
}

#[test]
fn details_show_and_copy_every_column() {
    let mut window = open();
    menu(&mut window, "Client ID");
    window.click("Hide this column");
    window.click_cell("Username", 1, NONE);
    window.press(NONE, Key::Enter);
    window.until_text("Client ID: B2");
    window.press(NONE, Key::Enter);
    assert!(!window.has("Client ID: B2"));
    for _ in 0..2 {
        window.click_cell("Username", 1, NONE);
    }
    window.until_text("Client ID: B2");
    window.click("Copy Client ID");
    assert_eq!(window.copied(), "B2");
    window.click("Copy Created");
    assert_eq!(window.copied(), "2026-11-22T16:40:00.000Z");
    window.press(NONE, Key::ArrowDown);
    window.until_text("Client ID: C3");
    // Without a selection the panel is empty.
    window.press(NONE, Key::Escape);
    window.until_text("No session selected");
}

#[test]
fn details_of_an_ended_session_show_no_other_one() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 1, NONE);
    window.press(NONE, Key::Enter);
    window.until_text("Client ID: B2");
    // The cursor moves to another session, but the panel doesn't.
    *body.lock().unwrap() = webdev_json(&[PLANT[0], PLANT[2]]);
    window.press(NONE, Key::F5);
    window.until_text("2 of 2 sessions");
    assert!(window.has("No session selected"));
    assert!(window.harness.query_by_label_contains("Client ID: ").is_none());
    // A filter that hides the session changes nothing, but one that hides another does neither.
    window.click_cell("Username", 1, NONE);
    window.until_text("Client ID: C3");
    window.type_into("Username filter", "bill.*");
    window.until_text("2 of 2 sessions");
    assert!(window.has("Client ID: C3"));
}

#[test]
fn alt_enter_filters_to_the_cell_at_the_cursor() {
    let mut window = open();
    window.click_cell("Project", 2, NONE);
    window.press(egui::Modifiers::ALT, Key::Enter);
    window.until_text("3 of 6 sessions");
    assert_eq!(window.column("Project"), ["Boiler"; 3]);
    assert!(window.harness.query_by_label_contains("Client ID: ").is_none(), "the details opened");
}

#[test]
fn details_step_through_the_selected_sessions() {
    let mut window = open();
    window.click("Details");
    for line in [5, 3, 1] {
        window.click_cell("Username", line, CTRL);
    }
    window.until_text("1 of 3 selected");
    assert!(window.has("Client ID: B2"));
    let is_disabled =
        |window: &Window, name: &str| window.harness.get_by_label(name).accesskit_node().is_disabled();
    assert!(is_disabled(&window, "Previous selected session"));
    for (position, id) in [("2 of 3 selected", "Client ID: D4"), ("3 of 3 selected", "Client ID: F6")] {
        window.click("Next selected session");
        window.until_text(position);
        assert!(window.has(id), "{position}");
    }
    assert!(is_disabled(&window, "Next selected session"));
    window.click("Previous selected session");
    window.until_text("2 of 3 selected");
    assert_eq!(window.selected("Client ID"), ["B2", "D4", "F6"]);
}

#[test]
fn menu_of_a_cell_shows_and_hides_the_details() {
    let mut window = open();
    for (name, is_shown) in [("Show details", true), ("Hide details", false)] {
        window.menu_of_cell("Username", 1);
        window.click(name);
        window.harness.run_steps(2);
        assert_eq!(window.has("Client ID: B2"), is_shown, "{name}");
    }
}

#[test]
fn long_name_in_the_details_has_room_beside_the_number_of_selected_sessions() {
    let row = |id| format!(r#""operator.north","P","hmi-1",false,"{id}",1795365300000"#);
    let rows = ["A1", "B2"].map(row);
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&rows.each_ref().map(String::as_str))));
    let mut window = Window::on(&gateway.url);
    window.until_text("2 of 2 sessions");
    window.click("Details");
    window.click_cell("Username", 1, NONE);
    window.click_cell("Username", 0, CTRL);
    window.until_text("1 of 2 selected");
    let panel = window.harness.get_by_label("Right panel").rect();
    let texts: Vec<String> = painted::texts_in(&window, panel).into_iter().map(|text| text.text).collect();
    assert!(texts.contains(&"operator.north".to_owned()), "{texts:?}");
    assert!(texts.contains(&"1 of 2".to_owned()), "{texts:?}");
}

#[test]
fn details_go_to_another_session_of_the_user() {
    let mut window = open();
    window.click_cell("Username", 0, NONE);
    window.press(NONE, Key::Enter);
    window.until_text("Other sessions of this user");
    let name = "Go to the session in Boiler on hmi-10 since ";
    window.harness.get_by_label_contains(name).click();
    window.until_text("Client ID: F6");
    assert_eq!(window.selected("Client ID"), ["F6"]);
    // One that a filter hides stays where it is.
    window.type_into("Project filter", "Boiler");
    window.until_text("3 of 6 sessions");
    window.harness.get_by_label_contains("Go to the session in Packaging").click();
    window.until_text("The filters hide this session");
    assert_eq!(window.selected("Client ID"), ["F6"]);
    // A user with one session has no list.
    window.click_cell("Username", 0, NONE);
    window.until_text("Client ID: B2");
    assert!(!window.has("Other sessions of this user"));
}

#[test]
fn counts_keep_their_order_under_the_pointer() {
    let (gateway, body) = changing(&PLANT);
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.click("Counts");
    window.until_text("billy: 2 sessions");
    let top = |window: &Window, name: &str| window.harness.get_by_label(name).rect().top();
    assert!(top(&window, "billy: 2 sessions") < top(&window, "anna: 1 session"));
    let at = window.harness.get_by_label("anna: 1 session").rect().center();
    window.harness.hover_at(at);
    let more = [PLANT[1], PLANT[1], PLANT[1]].map(|row| row.replace("B2", "X"));
    let rows: Vec<&str> = PLANT.into_iter().chain(more.iter().map(String::as_str)).collect();
    *body.lock().unwrap() = webdev_json(&rows);
    window.press(NONE, Key::F5);
    window.until_text("anna: 4 sessions");
    assert!(top(&window, "billy: 2 sessions") < top(&window, "anna: 4 sessions"));
    // The order is right again once the pointer has left.
    window.harness.hover_at(header(&window, "Username").center());
    window.until("the order", |harness| {
        let top = |name| harness.get_by_label(name).rect().top();
        top("anna: 4 sessions") < top("billy: 2 sessions")
    });
}

#[test]
fn counts_list_no_user_without_a_login() {
    let rows = [
        r#""billy","Boiler","hmi-1",false,"A1",null"#,
        r#""Unauthenticated","Web","10.0.0.1",false,"B2",null"#,
        r#""","Web","10.0.0.1",false,"C3",null"#,
    ];
    let (gateway, _) = changing(&rows);
    let mut window = Window::on(&gateway.url);
    window.until_text("3 of 3 sessions");
    window.click("Counts");
    window.until_text("Users (1)");
    assert!(window.has("billy: 1 session") && window.has("Web: 2 sessions"));
    assert!(window.harness.query_by_label_contains("Unauthenticated: ").is_none());
}

/// Returns the clip rectangle of each of these texts, and what of the text is visible.
fn drawn(window: &Window, texts: &[&str]) -> Vec<(Rect, Rect)> {
    let shapes = &window.harness.output().shapes;
    let find = |text: &str| {
        shapes.iter().find_map(|clipped| match &clipped.shape {
            Shape::Text(shape) if shape.galley.text().starts_with(text) => {
                let bounds = shape.galley.mesh_bounds.translate(shape.pos.to_vec2());
                Some((clipped.clip_rect, bounds.intersect(clipped.clip_rect)))
            }
            _ => None,
        })
    };
    texts.iter().map(|text| find(text).unwrap_or_else(|| panic!("{text} isn't drawn"))).collect()
}

#[test]
fn cells_share_a_clip_rectangle() {
    let window = open();
    let drawn = drawn(&window, &["bill.smith", "anna", "Intake", "10.10.0.1", "hmi-7", "C3", "F6"]);
    let (first, _) = drawn[0];
    assert!(drawn.iter().all(|(clip, _)| *clip == first), "{drawn:?}");
}

#[test]
fn texts_larger_than_their_cells_are_clipped() {
    let high = format!(r#""a{}","Boiler","hmi-1",false,"A1",null"#, "\u{301}".repeat(30));
    let rows = [
        PLANT[0],
        &high,
        r#""eve","Boiler","hmi-1",false,"B2",null"#,
        r#""eve","Boiler","hmi-1",false,"C3",null"#,
    ];
    let (gateway, _) = changing(&rows);
    let mut window = Window::on(&gateway.url);
    window.until_text("4 of 4 sessions");
    // As narrow as possible: the mark for two logins has no place beside the name.
    let edge = header(&window, "Width of Username").center();
    window.drag(edge, edge - vec2(500.0, 0.0));
    let column = header(&window, "Username").x_range();
    for (row, text) in [(1, "a\u{301}"), (2, "2×")] {
        let cell = window.harness.get_all_by_role(Role::Row).nth(row + 1).unwrap().rect();
        let (_, visible) = drawn(&window, &[text])[0];
        assert!(
            cell.y_range().contains(visible.top()) && cell.y_range().contains(visible.bottom()),
            "{text}: {visible}"
        );
        assert!(column.contains(visible.left()) && column.contains(visible.right()), "{text}: {visible}");
    }
}
