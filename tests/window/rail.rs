//! The rail: saved, recent and demo gateways, their states, and all gateways together. Needs no display.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::gateways::held_gateway;
use crate::painted;
use crate::support::window::{Window, plant, start, start_on};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, unused_address, webdev_json};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::secrets::{Secret, Secrets};
use gatewatch::settings::{Settings, State};
use gatewatch::ui::Start;
use tempfile::TempDir;

/// Opens a window with the settings in `folder`, on their first gateway.
fn open(folder: &Path) -> Window {
    open_with_size(folder, [1080.0, 680.0])
}

fn open_with_size(folder: &Path, size: [f32; 2]) -> Window {
    let settings = Settings::load(folder).unwrap();
    let state = State::load(folder);
    let target = settings.target(None, state.last.as_deref()).unwrap();
    let builder = Harness::builder().with_size(size).allow_missing_glyphs();
    Window::open_as(builder, Start { settings, state, folder: Some(folder.to_owned()), ..start(target) })
}

/// Writes a `config.toml` with manual refresh and these gateways to a new folder. Those that aren't shown are read every
/// second.
fn saved(gateways: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let profile = |(name, url): &(&str, &str)| saved_gateway(name, url, "background_secs = 1\n");
    let profiles: String = gateways.iter().map(profile).collect();
    std::fs::write(folder.path().join("config.toml"), format!("refresh_secs = 0\n{profiles}")).unwrap();
    folder
}

/// Returns the descriptions of the rows that contain this text.
fn rows(window: &Window, text: &str) -> Vec<String> {
    let rows = window.harness.query_all_by_label_contains(text);
    rows.filter_map(|node| node.accesskit_node().label()).collect()
}

/// Clicks the row of a gateway.
fn choose(window: &mut Window, name: &str) {
    window.harness.step();
    window.harness.get_by_label_contains(&format!("{name}: ")).click();
    window.harness.step();
    window.harness.step();
}

/// Opens the menu of a gateway's row and chooses an item.
pub(crate) fn choose_in_menu(window: &mut Window, name: &str, item: &str) {
    window.harness.step();
    let at = window.harness.get_by_label_contains(&format!("{name}: ")).rect().center();
    window.click_at(at, egui::PointerButton::Secondary, Modifiers::NONE);
    window.harness.step();
    // The form of a gateway may have a button with the same name.
    let items = window.harness.query_all_by_label(item).map(|node| node.rect().center());
    let item = items.min_by(|a, b| a.x.total_cmp(&b.x)).unwrap();
    window.click_at(item, egui::PointerButton::Primary, Modifiers::NONE);
}

#[test]
fn address_of_a_saved_gateway_shows_that_gateway() {
    let (first, second) = (plant(), plant());
    let folder = saved(&[("South", &second.url), ("North", &first.url)]);
    let mut window = open(folder.path());
    window.until_gateway("South: Running");
    crate::support::window::connect_to(&mut window, &format!("{}/web/home", first.url));
    window.until_gateway("North: Running");
    window.until("no address", |harness| harness.query_by_label("Gateway address").is_none());
    assert_eq!(rows(&window, &first.url), Vec::<String>::new());
    window.until("the state", |_| State::load(folder.path()).last.as_deref() == Some("North"));
    assert!(State::load(folder.path()).recent.is_empty());
}

#[test]
fn shows_the_state_of_gateways_that_are_not_shown() {
    let (north, south) = (plant(), plant());
    let unused = format!("http://{}", unused_address());
    let locked = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let folder =
        saved(&[("North", &north.url), ("South", &south.url), ("East", &unused), ("West", &locked.url)]);
    let mut window = open(folder.path());
    for row in ["North: 6 sessions", "South: 6 sessions", "East: unreachable for < 1 min", "West: sign in"] {
        window.until_text(row);
    }
    window.until_text("All gateways: 12 sessions");
    // The shown gateway isn't read a second time.
    assert_eq!(north.paths().iter().filter(|path| path.ends_with("/sessions")).count(), 1);
    // The sign-in of another gateway doesn't concern the shown one.
    assert!(window.has("6 of 6 sessions") && !window.has("Sign in to this gateway"));
}

#[test]
fn gateway_that_was_read_before_has_its_table_at_once() {
    let north = plant();
    let (south, response) = held_gateway();
    response.set(Some(ok(&webdev_json(&PLANT[..1]))));
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    window.until_text("South: 1 session");
    response.set(None);
    choose(&mut window, "South");
    // Without a response, which is held.
    window.until_text("1 of 1 sessions");
    // It is marked with its age.
    window.until_text_contains(" ago");
    // The one that was shown before has its own, too.
    choose(&mut window, "North");
    window.until_text("6 of 6 sessions");
}

#[test]
fn demo_gateway_can_be_reached_by_its_row_and_by_its_name() {
    let plant = plant();
    let mut window = Window::open_as(
        Harness::builder().with_size([1080.0, 680.0]).allow_missing_glyphs(),
        start_on(&plant.url),
    );
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Demo gateway");
    window.until_demo();
    // A recent gateway stays in the list.
    choose(&mut window, &plant.url);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::L);
    crate::support::window::retype(&mut window, "Gateway address", "Demo gateway");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_demo();
    assert_eq!(rows(&window, "Demo gateway: ").len(), 1);
}

#[test]
fn mistyped_address_leaves_the_status_of_the_gateway_in_view() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    crate::support::window::connect_to(&mut window, "ftp://x");
    window.until_text_contains("Unsupported scheme ftp");
    assert!(window.harness.query_by_label_contains("8.1.44").is_some());
    assert!(window.harness.query_by_label_contains("Updated ").is_some());
    let gateway_row = format!("{}: 6 sessions", gateway.url);
    assert!(window.has("6 of 6 sessions") && window.has(&gateway_row));
}

#[test]
fn reads_in_the_background_with_the_saved_password_and_only_at_its_address() {
    let north = plant();
    let locked = || {
        FakeGateway::new(|request, stream| {
            let response = match request.path() {
                "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.1.44"),
                _ if request.header("authorization").is_some() => ok(&webdev_json(&PLANT[..2])),
                _ => status("401 Unauthorized", ""),
            };
            let _closed = stream.write_all(&response);
        })
    };
    let (south, west) = (locked(), locked());
    let folder = saved(&[("North", &north.url), ("South", &south.url), ("West", &west.url)]);
    let path = folder.path().join("config.toml");
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace("background_secs", "user = \"billy\"\nbackground_secs");
    std::fs::write(&path, text.replacen("user = \"billy\"\n", "", 1)).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let south_profile = settings.profiles[1].clone();
    // The password of West was saved for another address.
    let mut elsewhere = gatewatch::gateway::Profile::from_address("http://elsewhere").unwrap();
    elsewhere.login = south_profile.login.clone();
    let open_secrets = Arc::new(move || {
        let secrets = Secrets::in_memory();
        let secret = Secret::new("open-sesame".to_owned());
        let _stored = secrets.set("South", &south_profile.binding(), &secret);
        let _stored = secrets.set("West", &elsewhere.binding(), &secret);
        secrets
    });
    let target = settings.target(Some("North"), None).unwrap();
    let folder_of = Some(folder.path().to_owned());
    let mut window = Window::open(Start { settings, folder: folder_of, open_secrets, ..start(target) });
    window.until_text("South: 2 sessions");
    window.until_text("West: sign in");
    let before = west.requests().len();
    window.until("further reads", |_| west.requests().len() > before + 1);
    assert!(west.paths().iter().all(|path| path == "/system/gwinfo"));
}

#[test]
fn recent_gateway_can_be_removed_and_saved() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url)]);
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some(&south.url), None).unwrap();
    let folder_of = || Some(folder.path().to_owned());
    let mut window = Window::open(Start { settings, folder: folder_of(), ..start(target) });
    window.until_text("6 of 6 sessions");
    let row = format!("{}: 6 sessions", south.url);
    window.until_text(&row);
    choose_in_menu(&mut window, &south.url, "Save…");
    assert!(window.has("New gateway"));
    window.press(Modifiers::NONE, Key::Escape);
    choose(&mut window, "North");
    window.until_text("North: 6 sessions");
    assert_eq!(rows(&window, &row).len(), 1);
    choose_in_menu(&mut window, &south.url, "Copy address");
    assert_eq!(window.copied(), south.url);
    choose_in_menu(&mut window, &south.url, "Remove from the list");
    assert!(rows(&window, &south.url).is_empty());
    drop(window);
    assert_eq!(State::load(folder.path()).recent, [] as [String; 0]);
}

#[test]
fn menu_edits_and_removes_a_saved_gateway() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    window.until_text("South: 6 sessions");
    choose_in_menu(&mut window, "South", "Edit…");
    assert!(window.has("Edit South"));
    assert_eq!(window.text_of("Name"), "South");
    window.press(Modifiers::NONE, Key::Escape);
    choose_in_menu(&mut window, "South", "Remove…");
    window.until_text("Remove South?");
    window.harness.run_steps(4);
    window.click("Remove South");
    window.until("South to be removed", |harness| harness.query_by_label_contains("South: ").is_none());
    assert_eq!(Settings::load(folder.path()).unwrap().profiles.len(), 1);
    // It isn't read any more, and the other is still shown.
    assert!(window.has("6 of 6 sessions") && !rows(&window, "North: ").is_empty());
}

#[test]
fn shortcut_closes_the_rail_and_the_next_window_remembers_it() {
    let north = plant();
    let folder = saved(&[("North", &north.url)]);
    let mut window = open(folder.path());
    window.until_text("North: 6 sessions");
    window.press(Modifiers::COMMAND, Key::B);
    assert!(!window.has("North: 6 sessions"));
    drop(window);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    assert!(!window.has("North: 6 sessions"));
    window.press(Modifiers::COMMAND, Key::B);
    assert!(window.has("North: 6 sessions"));
    window.click("Hide gateways");
    assert!(!window.has("North: 6 sessions"));
}

#[test]
fn narrow_window_opens_the_rail_over_the_table() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open_with_size(folder.path(), [640.0, 480.0]);
    window.until_text("6 of 6 sessions");
    assert!(rows(&window, "South: ").is_empty());
    window.press(Modifiers::COMMAND, Key::B);
    window.until_text("South: 6 sessions");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(rows(&window, "South: ").is_empty());
    window.press(Modifiers::COMMAND, Key::B);
    window.click_at(egui::pos2(500.0, 300.0), egui::PointerButton::Primary, Modifiers::NONE);
    assert!(rows(&window, "South: ").is_empty());
    window.press(Modifiers::COMMAND, Key::B);
    // A choice closes it.
    choose(&mut window, "South");
    assert!(rows(&window, "South: ").is_empty());
}

/// Returns the title that is drawn for a column.
fn title_of(window: &Window, column: &str) -> String {
    let header = window.harness.get_by_label(column).rect();
    let mut texts = window.harness.output().shapes.iter().filter_map(|clipped| match &clipped.shape {
        egui::Shape::Text(text) if header.contains(text.pos) => Some(text.galley.text().to_owned()),
        _ => None,
    });
    texts.next().unwrap()
}

#[test]
fn column_of_gateways_is_titled_node_for_the_nodes_of_one_gateway() {
    let (north, south) = (plant(), plant());
    let nodes = [&north.url, &south.url].map(|url| url.parse().unwrap()).into();
    let profile = gatewatch::gateway::Profile::new("Pair".to_owned(), nodes).unwrap();
    let target = gatewatch::settings::Target::Gateway(profile);
    let mut window = Window::open(crate::support::window::start(target));
    window.until_text("12 of 12 sessions");
    assert_eq!(title_of(&window, "Node"), "Node");
    window.click("Columns");
    assert!(window.has("Show column Node"));
    window.press(Modifiers::NONE, Key::Escape);
    window.menu_of_cell("Node", 0);
    window.harness.query_by_label_contains("Filter to \"").unwrap().click();
    window.until_text("6 of 12 sessions");
    assert!(window.harness.query_by_label_contains("Edit the filter: Node is ").is_some());
    window.click_cell("Username", 0, Modifiers::NONE);
    window.click("Details");
    assert!(window.harness.query_by_label_contains("Node: ").is_some());
}

#[test]
fn all_gateways_are_in_one_table_and_an_error_hides_no_other() {
    let north = plant();
    let south = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT[..1])));
    let unused = format!("http://{}", unused_address());
    let folder = saved(&[("North", &north.url), ("South", &south.url), ("East", &unused)]);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "All gateways");
    window.until_text("7 of 7 sessions");
    window.until_text("East: unreachable for < 1 min");
    window.click("Username");
    window.until_column("Username", &["anna", "bill.smith", "billy", "billy", "billy", "jürgen", "–"]);
    let mut gateways = window.column("Gateway");
    gateways.sort();
    assert_eq!(gateways, ["North", "North", "North", "North", "North", "North", "South"]);
    assert_eq!(title_of(&window, "Gateway"), "Gateway");
    // A refresh reads all of them.
    let before = (north.requests().len(), south.requests().len());
    window.retry("the refresh", |window| {
        // It starts no second read of a gateway.
        window.press(Modifiers::NONE, Key::F5);
        north.requests().len() > before.0 && south.requests().len() > before.1
    });
    choose(&mut window, "South");
    window.until_text("1 of 1 sessions");
}

#[test]
fn sessions_of_a_gateway_that_fails_are_stale_among_all_gateways() {
    let north = plant();
    let fails = Arc::new(AtomicBool::new(false));
    let is_failing = fails.clone();
    let south = FakeGateway::new(move |_, stream| {
        let response = if is_failing.load(Ordering::SeqCst) {
            status("503 Service Unavailable", "")
        } else {
            ok(&webdev_json(&[r#""zoe","Water","10.9.9.9",false,"Z9",1795365300000"#]))
        };
        let _closed = stream.write_all(&response);
    });
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "All gateways");
    window.until_text("7 of 7 sessions");
    let color_of = |window: &Window, shown: &str| {
        let table = window.harness.get_by_label("Table").rect();
        let texts = painted::texts_in(window, table);
        let text = texts.iter().find(|text| text.text == shown);
        text.unwrap_or_else(|| panic!("{shown} isn't painted: {texts:?}")).color
    };
    assert_eq!(color_of(&window, "North"), color_of(&window, "South"));
    fails.store(true, Ordering::SeqCst);
    window.retry("the failure", |window| {
        // A refresh during a read that began before the failure starts no other one.
        window.press(Modifiers::NONE, Key::F5);
        window.harness.query_by_label_contains("South: can't be read for").is_some()
    });
    window.harness.run_steps(2);
    assert_ne!(color_of(&window, "North"), color_of(&window, "South"));
    // Its sessions count where they are listed.
    assert!(window.has("All gateways: 7 sessions") && window.has("7 of 7 sessions"));
    window.click("Group");
    window.click("By username");
    window.until("the groups", |harness| harness.query_by_label_contains("Username zoe, 1").is_some());
    window.harness.run_steps(2);
    assert_ne!(color_of(&window, "anna"), color_of(&window, "zoe"));
}

#[test]
fn gateway_that_is_not_read_any_more_is_not_shown_as_fine() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url)]);
    let mut window = open(folder.path());
    window.until_text("North: 6 sessions");
    // A recent address isn't read in the background.
    crate::support::window::connect_to(&mut window, &south.url);
    let south_row = |window: &Window| rows(window, &format!("{}: ", south.url)).remove(0);
    window.until("South", |harness| harness.query_by_label(&format!("{}: 6 sessions", south.url)).is_some());
    choose(&mut window, "North");
    window.until_text("North: 6 sessions");
    assert!(
        south_row(&window).ends_with(": 6 sessions < 1 min ago, not read any more"),
        "{}",
        south_row(&window)
    );
    choose(&mut window, &south.url);
    window.until("South again", |harness| {
        harness.query_by_label(&format!("{}: 6 sessions", south.url)).is_some()
    });
}

#[test]
fn default_interval_applies_to_all_gateways_while_they_are_shown() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    choose(&mut window, "All gateways");
    window.until_text("12 of 12 sessions");
    let interval = |window: &Window| {
        window.harness.get_by_label("Refresh interval").accesskit_node().value().unwrap_or_default()
    };
    assert_eq!(interval(&window), "Manual");
    window.press(Modifiers::COMMAND, Key::Comma);
    window.until_text("Close settings");
    window.click("Default interval");
    window.click("1 s");
    window.press(Modifiers::NONE, Key::Escape);
    window.until("the interval in the bar", |harness| {
        let interval = harness.query_by_label("Refresh interval");
        interval.is_some_and(|interval| interval.accesskit_node().value().as_deref() == Some("Every 1 s"))
    });
    let before = (north.requests().len(), south.requests().len());
    window.until("further reads", |_| {
        north.requests().len() > before.0 + 3 && south.requests().len() > before.1 + 3
    });
}

#[test]
fn narrow_window_leaves_the_docked_rail_as_it_is() {
    let north = plant();
    let folder = saved(&[("North", &north.url)]);
    let mut window = open_with_size(folder.path(), [1280.0, 800.0]);
    let is_open = |window: &Window| window.has("North: 6 sessions");
    window.until_text("North: 6 sessions");
    for is_docked in [true, false] {
        window.harness.set_size(egui::vec2(640.0, 480.0));
        window.harness.run_steps(2);
        assert!(!is_open(&window), "{is_docked}");
        window.press(Modifiers::COMMAND, Key::B);
        assert!(is_open(&window), "{is_docked}");
        window.press(Modifiers::COMMAND, Key::B);
        assert!(!is_open(&window), "{is_docked}");
        window.harness.set_size(egui::vec2(1280.0, 800.0));
        window.harness.run_steps(2);
        assert_eq!(is_open(&window), is_docked);
        window.press(Modifiers::COMMAND, Key::B);
    }
}

#[test]
fn all_gateways_close_the_rail_of_a_narrow_window() {
    let north = plant();
    let folder = saved(&[("North", &north.url)]);
    let mut window = open_with_size(folder.path(), [640.0, 480.0]);
    window.until_text("6 of 6 sessions");
    // Also if they are shown already.
    for _ in 0..2 {
        window.press(Modifiers::COMMAND, Key::B);
        choose(&mut window, "All gateways");
        assert!(rows(&window, "North: ").is_empty());
    }
}

#[test]
fn text_box_beside_the_narrow_rail_takes_the_focus_with_a_click() {
    let north = plant();
    let folder = saved(&[("North", &north.url)]);
    let mut window = open_with_size(folder.path(), [640.0, 480.0]);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::B);
    assert!(!rows(&window, "North: ").is_empty());
    let at = window.harness.get_by_label("Project filter").rect().right_center() - egui::vec2(4.0, 0.0);
    window.frame([egui::Event::PointerMoved(at)]);
    // A slow click.
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        window.frame([egui::Event::PointerButton { pos: at, button, pressed, modifiers }]);
        window.harness.step();
    }
    assert!(rows(&window, "North: ").is_empty());
    window.frame([egui::Event::Text("Pack".to_owned())]);
    assert_eq!(window.text_of("Project filter"), "Pack");
    assert_eq!(window.text_of("Username filter"), "");
}

#[test]
fn docked_rail_takes_no_focus_that_the_narrow_one_was_to_take() {
    let north = plant();
    // The gateway has no row.
    let profile = gatewatch::gateway::Profile::from_address(&north.url).unwrap().with_name("Elsewhere");
    let start = start(gatewatch::settings::Target::Gateway(profile));
    let mut window = Window::open_as(Harness::builder().with_size([640.0, 480.0]), start);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::B);
    assert!(window.harness.get_by_label("Add gateway…").is_focused());
    window.click("Demo gateway: made-up sessions");
    window.until_gateway("Demo");
    window.harness.get_by_label("Username filter").focus();
    window.harness.set_size(egui::vec2(1280.0, 800.0));
    window.harness.run_steps(4);
    assert!(window.harness.get_by_label("Username filter").is_focused());
}

#[test]
fn removing_a_gateway_leaves_the_form_of_another_one_open() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    window.until_text("South: 6 sessions");
    choose_in_menu(&mut window, "North", "Edit…");
    window.type_into("Name", " 2");
    choose_in_menu(&mut window, "South", "Remove…");
    window.harness.run_steps(4);
    // Cancel has the focus.
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has("Remove South?") && !rows(&window, "South: ").is_empty());
    choose_in_menu(&mut window, "South", "Remove…");
    window.harness.run_steps(4);
    window.click("Remove South");
    window.until("South to be removed", |harness| harness.query_by_label_contains("South: ").is_none());
    assert_eq!(window.text_of("Name"), "North 2");
    assert_eq!(Settings::load(folder.path()).unwrap().profiles.len(), 1);
    // The form of the gateway itself goes with it.
    choose_in_menu(&mut window, "North", "Remove…");
    window.harness.run_steps(4);
    window.click("Remove North");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
}

#[test]
fn rail_of_a_narrow_window_is_used_by_keyboard() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open_with_size(folder.path(), [640.0, 480.0]);
    window.until_text("6 of 6 sessions");
    let is_focused = |window: &Window, row: &str| window.harness.get_by_label(row).is_focused();
    window.press(Modifiers::COMMAND, Key::B);
    window.until_text("South: 6 sessions");
    assert!(is_focused(&window, "North: 6 sessions"));
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.selected("Username").len(), 1, "the table has no focus");
    window.press(Modifiers::COMMAND, Key::B);
    window.press(Modifiers::NONE, Key::Tab);
    assert!(is_focused(&window, "South: 6 sessions"));
    window.press(Modifiers::NONE, Key::Enter);
    assert!(rows(&window, "South: ").is_empty());
    assert!(window.gateway().starts_with("South"), "{}", window.gateway());
}

#[test]
fn question_about_a_long_name_stays_in_the_window() {
    let north = plant();
    let name = "The gateway of the northern plant, ".repeat(4);
    let folder = saved(&[(name.trim_end(), &north.url)]);
    let mut window = open_with_size(folder.path(), [560.0, 480.0]);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::B);
    choose_in_menu(&mut window, "northern plant,", "Remove…");
    window.harness.run_steps(4);
    for button in ["Cancel", "Remove gateway"] {
        let rect = window.harness.get_by_label(button).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 560.0, "{button} at {rect:?}");
    }
}

#[test]
fn form_of_a_gateway_takes_the_place_of_the_bars_of_the_shown_one() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    window.until_text("South: 6 sessions");
    choose_in_menu(&mut window, "South", "Edit…");
    window.until_text("Edit South");
    for hidden in ["Saved gateways", "Username filter", "Export", "6 of 6 sessions"] {
        assert!(!window.has(hidden), "{hidden}");
    }
    // Their shortcuts do nothing, and the palette doesn't offer them.
    window.press(Modifiers::COMMAND, Key::E);
    assert!(!window.has("Export path"));
    window.press(Modifiers::COMMAND, Key::K);
    window.until_text("About Gatewatch");
    assert!(!window.has("Export sessions…") && !window.has("Filter usernames"));
    window.press(Modifiers::NONE, Key::Escape);
    window.click("Close");
    window.until_text("6 of 6 sessions");
    assert!(window.has("Saved gateways") && window.has("Export"));
}

#[test]
fn menu_closes_when_a_key_chooses_an_item() {
    let gateway = plant();
    let folder = saved(&[("North", &gateway.url)]);
    for (item, opened) in [(1, "Edit North"), (4, "Remove North?")] {
        let mut window = open(folder.path());
        window.until_text("6 of 6 sessions");
        let at = window.harness.get_by_label_contains("North: ").rect().center();
        window.click_at(at, egui::PointerButton::Secondary, Modifiers::NONE);
        window.until_text("Copy address");
        for _ in 0..item {
            window.press(Modifiers::NONE, Key::ArrowDown);
        }
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text(opened);
        assert!(!window.has("Copy address"), "{opened}");
    }
}

#[test]
fn arrow_keys_go_from_row_to_row_in_the_menu_of_gateways() {
    let (north, south) = (plant(), plant());
    let folder = saved(&[("North", &north.url), ("South", &south.url)]);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    window.click("Saved gateways");
    let is_focused = |window: &Window, name: &str| {
        window.harness.query_all_by_label(name).any(|node| node.accesskit_node().is_focused())
    };
    for (key, focused) in [
        (Key::ArrowDown, "North"),
        (Key::ArrowDown, "South"),
        (Key::ArrowRight, "Edit South…"),
        (Key::ArrowLeft, "South"),
        (Key::ArrowUp, "North"),
        (Key::ArrowRight, "Edit North…"),
        (Key::ArrowDown, "South"),
        (Key::ArrowDown, "Connect to an address…"),
        (Key::ArrowUp, "South"),
    ] {
        window.press(Modifiers::NONE, key);
        assert!(is_focused(&window, focused), "{key:?} to {focused}");
    }
}

#[test]
fn dialog_hides_the_tooltip_below_it() {
    let gateway = plant();
    let folder = saved(&[("North", &gateway.url)]);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    let at = window.harness.get_by_label_contains("North: ").rect().center();
    window.harness.hover_at(at);
    let is_shown = |harness: &Harness<'static, gatewatch::ui::App>| {
        harness
            .query_all_by_label_contains(&gateway.url)
            .any(|node| node.accesskit_node().role() == egui::accesskit::Role::Label)
    };
    window.until("the tooltip", is_shown);
    window.press(Modifiers::COMMAND, Key::K);
    window.harness.run_steps(2);
    assert!(window.has("About Gatewatch") && !is_shown(&window.harness));
}

#[test]
fn gateway_that_waits_for_a_login_is_a_link_in_the_bar_of_all() {
    let (north, locked) = (
        plant(),
        FakeGateway::new(|request, stream| {
            let response = match request.path() {
                "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
                _ => status("404 Not Found", ""),
            };
            stream.write_all(&response).unwrap();
        }),
    );
    let folder = saved(&[("North", &north.url), ("Tank Farm", &locked.url)]);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "All gateways");
    window.until_text("Sign in to Tank Farm");
    window.click("Sign in to Tank Farm");
    window.until_text("Sign in to this gateway");
    assert!(window.gateway().starts_with("Tank Farm"));
}
