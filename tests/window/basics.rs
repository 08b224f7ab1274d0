//! The basic use of the window through its accessible names: filter, sort, refresh, connect, export. Needs no display.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::support::http::http_client;
use crate::support::window::{Window, connect_to, plant, start, typed};
use crate::support::{FakeGateway, PLANT, ok, status, unused_address, webdev_json};
use egui::accesskit::{Role, SortDirection};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::Profile;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::ui::{PickedFile, Start};

#[test]
fn first_start_shows_the_demo_gateway() {
    let mut window = Window::open(start(Target::Demo));
    window.until_demo();
    assert!(window.gateway().starts_with("Demo gateway: Running, 8.3"), "{}", window.gateway());
    assert!(window.harness.query_by_label_contains("Running, 8.3").is_some());
}

#[test]
fn accessible_names_are_unique() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for name in ["Username filter", "Project filter"] {
        let role = window.harness.get_by_label(name).accesskit_node().role();
        assert_eq!(role, Role::TextInput, "{name}");
    }
    for name in ["Username", "Project", "Address", "Designer", "Client ID", "Created"] {
        let role = window.harness.get_by_label(name).accesskit_node().role();
        assert_eq!(role, Role::ColumnHeader, "{name}");
    }
    for name in ["Refresh", "Export", "Saved gateways"] {
        let role = window.harness.get_by_label(name).accesskit_node().role();
        assert_eq!(role, Role::Button, "{name}");
    }
}

#[test]
fn typing_filters_the_table() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    assert_eq!(window.column("Username"), ["billy", "bill.smith", "billy"]);
    window.type_into("Project filter", "Boiler");
    window.until_text("2 of 6 sessions");
    assert_eq!(window.column("Username"), ["bill.smith", "billy"]);
    for _ in 0.."Boiler".len() {
        window.harness.key_press(Key::Backspace);
    }
    window.until_text("3 of 6 sessions");
}

#[test]
fn invalid_filter_keeps_the_last_valid_one() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    let place = window.harness.get_by_label("Username").rect();
    window.type_into("Username filter", "billy");
    window.until_text("2 of 6 sessions");
    window.type_into("Username filter", "(");
    window.until_text_contains("column 6");
    assert!(window.has("2 of 6 sessions"));
    assert!(window.has("The table still shows billy"));
    assert_eq!(window.harness.get_by_label("Username").rect(), place, "the table moved");
    // The other filter works together with the last valid one.
    window.type_into("Project filter", "Packaging");
    window.until_text("1 of 6 sessions");
    window.type_into("Username filter", "|x)");
    window.until("no error", |harness| harness.query_by_label_contains("column 6").is_none());
    assert!(window.has("1 of 6 sessions"));
}

#[test]
fn clicking_a_header_cycles_the_sort() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    let unsorted = ["billy", "anna", "bill.smith", "–", "jürgen", "billy"];
    window.until_column("Username", &unsorted);
    let direction =
        |window: &Window| window.harness.get_by_label("Username").accesskit_node().data().sort_direction();
    assert_eq!(direction(&window), None);

    window.click("Username");
    window.until_column("Username", &["anna", "bill.smith", "billy", "billy", "jürgen", "–"]);
    assert_eq!(direction(&window), Some(SortDirection::Ascending));

    window.click("Username");
    window.until_column("Username", &["jürgen", "billy", "billy", "bill.smith", "anna", "–"]);
    assert_eq!(direction(&window), Some(SortDirection::Descending));

    window.click("Username");
    window.until_column("Username", &unsorted);

    window.click("Address");
    window.until_column("Address", &["10.2.0.9", "10.2.0.9", "10.10.0.1", "::1", "hmi-10", "hmi-7"]);
}

#[test]
fn refresh_shows_new_and_ended_sessions() {
    let demo = DemoGateway::start(Options { sessions: 10, still: true, ..Options::in_process() }).unwrap();
    let mut window = Window::on(demo.url());
    window.until_text("10 of 10 sessions");
    let http = http_client().build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client_id = runtime.block_on(async {
        let body = r#"{"username":"zoe","project":"Night","address":"10.9.9.9","isDesigner":true}"#;
        let url = format!("{}/demo/sessions", demo.url());
        let request = http.post(url).header("content-type", "application/json").body(body);
        let response = request.send().await.unwrap().text().await.unwrap();
        response.split('"').nth(3).unwrap().to_owned()
    });
    window.type_into("Username filter", "zoe");
    window.until_text("0 of 10 sessions");
    window.click("Refresh");
    window.until_text("1 of 11 sessions");
    assert_eq!(window.column("Client ID"), [client_id.as_str()]);
    runtime.block_on(async {
        let url = format!("{}/demo/sessions/{client_id}", demo.url());
        assert!(http.delete(url).send().await.unwrap().status().is_success());
    });
    window.harness.key_press(Key::F5);
    window.until_text("0 of 10 sessions");
}

#[test]
fn unreachable_gateway_keeps_its_table_and_recovers() {
    let fails = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let failing = fails.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        use std::io::Write as _;
        let response = match request.path() {
            _ if failing.load(std::sync::atomic::Ordering::SeqCst) => status("503 Service Unavailable", ""),
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    assert!(window.harness.query_by_label_contains(" ago").is_none());

    fails.store(true, std::sync::atomic::Ordering::SeqCst);
    window.click("Refresh");
    window.until_text_contains("The gateway is starting");
    assert!(window.harness.query_by_label_contains(" ago").is_some());
    assert!(window.has("6 of 6 sessions"));
    window.type_into("Username filter", "billy");
    window.until_text("2 of 6 sessions");

    fails.store(false, std::sync::atomic::Ordering::SeqCst);
    window.until_gateway(": Running");
    assert!(window.harness.query_by_label_contains(" ago").is_none());
    assert!(window.has("2 of 6 sessions"));
}

#[test]
fn connects_to_another_gateway_and_remembers_it() {
    let (first, second) = (plant(), FakeGateway::gateway("8.1.0", ok(&webdev_json(&PLANT[..2]))));
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Gateway(Profile::from_address(&first.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target) });
    window.until_text("6 of 6 sessions");
    connect_to(&mut window, &second.url);
    window.until_text("2 of 2 sessions");
    // Closing the window waits until the settings are written.
    drop(window);
    assert_eq!(State::load(folder.path()).last.as_deref(), Some(second.url.as_str()));
}

#[test]
fn invalid_address_shows_the_reason_and_keeps_the_table() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for (text, reason) in [
        ("htp://x y", "\"htp://x y\" isn't a gateway address. Enter it as http://host:8088"),
        ("ftp://x", "Unsupported scheme ftp. Enter the address as http://host:8088"),
        ("http://billy:secret@x", "The address must not hold a user name or password. Enter them separately"),
        ("http://billy:secret@x y", "\"x y\" isn't a gateway address. Enter it as http://host:8088"),
    ] {
        connect_to(&mut window, text);
        window.until_text(reason);
        assert!(window.has("6 of 6 sessions"));
    }
}

#[test]
fn path_after_an_address_is_kept_or_reported() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    connect_to(&mut window, &format!("{}/web/home?x=1", plant.url));
    window.until_text("Connected without /web/home, which is a page of the gateway");
    window.until_text("6 of 6 sessions");
    assert!(window.gateway().starts_with(&format!("{}: ", plant.url)), "{}", window.gateway());
    // The prefix of a reverse proxy.
    connect_to(&mut window, &format!("{}/foo", plant.url));
    window.until_gateway(&format!("{}/foo: ", plant.url));
    window.until("a request with the path", |_| {
        plant.requests().iter().any(|request| request.target.starts_with("/foo/"))
    });
}

#[test]
fn address_box_opens_with_its_text_selected_and_keeps_a_rejected_address() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::L);
    let name = "Gateway address";
    assert!(window.harness.get_by_label(name).is_focused());
    // What is typed replaces the address.
    window.harness.event(egui::Event::Text("ftp://x".to_owned()));
    window.harness.step();
    assert_eq!(window.text_of(name), "ftp://x");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text_contains("Unsupported scheme ftp");
    window.harness.run_steps(2);
    assert!(window.harness.get_by_label(name).is_focused());
    window.harness.event(egui::Event::Text("y".to_owned()));
    window.harness.step();
    assert_eq!(window.text_of(name), "ftp://xy");
    assert!(window.harness.query_by_label_contains("Unsupported scheme").is_none());
    // The error goes with the box.
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text_contains("Unsupported scheme ftp");
    window.press(Modifiers::NONE, Key::Escape);
    window.until("the box to close", |harness| harness.query_by_label(name).is_none());
    assert!(window.has("6 of 6 sessions"));
}

/// Opens a window whose file dialog returns `path` immediately.
fn exporting_to(plant: &FakeGateway, path: Option<PathBuf>) -> Window {
    let target = Target::Gateway(Profile::from_address(&plant.url).unwrap());
    let pick = move |_: &str| -> PickedFile { Box::pin(std::future::ready(path.clone())) };
    let mut window = Window::open(Start { pick_file: Arc::new(pick), ..start(target) });
    window.until_text("6 of 6 sessions");
    window
}

#[test]
fn exports_shown_rows_in_their_order() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("out.csv");
    let mut window = exporting_to(&plant, Some(path.clone()));
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    window.click("Username");
    window.until_column("Username", &["bill.smith", "billy", "billy"]);
    window.click("Export");
    window.until_text_contains("Exported 3 sessions");
    let users = |text: &str| {
        let lines = text.lines().skip(1);
        lines.map(|line| line.split(',').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.starts_with("\u{feff}username,"), "{written:?}");
    assert_eq!(users(&written), ["bill.smith", "billy", "billy"]);

    window.click("Export options");
    window.click("Safe for spreadsheets");
    window.press(Modifiers::NONE, Key::Escape);
    window.click("Dismiss message");
    window.click("Export");
    window.until_text_contains("Exported 3 sessions");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("username,"));
}

#[test]
fn asks_for_the_path_without_a_file_dialog() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("out.csv");
    let mut window = exporting_to(&plant, None);
    window.click("Export");
    window.until_text("Save");
    let name = "Export path";
    window.harness.get_by_label(name).focus();
    window.harness.step();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.type_into(name, path.to_str().unwrap());
    window.click("Save");
    window.until_text_contains("Exported 6 sessions");
    let written = std::fs::read(&path).unwrap();

    // An existing file is replaced only after a second click.
    std::fs::write(&path, "precious").unwrap();
    window.click("Export");
    window.until_text("Save");
    window.harness.get_by_label(name).focus();
    window.harness.step();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.type_into(name, path.to_str().unwrap());
    window.click("Save");
    window.until_text("Replace file");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    // The path can be corrected after the question was cancelled.
    for key in [Key::Escape, Key::Enter] {
        window.press(Modifiers::NONE, key);
        window.until("the focus in the path", |harness| {
            harness.get_by_label(name).accesskit_node().is_focused()
        });
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text("Replace file");
    }
    window.click("Replace file");
    window.until("the replaced file", |_| std::fs::read(&path).unwrap() == written);
}

#[test]
fn enter_takes_the_text_that_arrives_with_it() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("out.csv");
    let mut window = exporting_to(&plant, None);
    window.click("Export");
    window.until_text("Save");
    window.harness.get_by_label("Export path").focus();
    window.harness.step();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    // On a slow machine, one frame receives many keys.
    window.harness.event(egui::Event::Text(path.to_str().unwrap().to_owned()));
    window.harness.key_press(Key::Enter);
    window.until_text_contains("Exported 6 sessions to");
    assert!(path.exists());
}

#[test]
fn smallest_window_fits_every_control() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.harness.set_size(egui::vec2(560.0, 360.0));
    window.until_text("6 of 6 sessions");
    let bounds = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(560.0, 360.0));
    for name in [
        "Saved gateways",
        "Refresh",
        "Refresh interval",
        "Username filter",
        "Project filter",
        "Clients and designers",
        "View",
        "Export",
        "Export options",
        "6 of 6 sessions",
    ] {
        let rect = window.harness.get_by_label(name).rect();
        assert!(bounds.contains_rect(rect), "{name} at {rect:?}");
    }
}

#[test]
fn connecting_clears_the_table_of_the_previous_gateway() {
    let first = plant();
    let mut window = Window::on(&first.url);
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "bi.*");
    connect_to(&mut window, &unused_address().to_string());
    window.until_text_contains("refused");
    assert_eq!(window.harness.query_all_by_role(Role::Cell).count(), 0);
    assert!(!window.has("6 of 6 sessions"));
    // An invalid filter is reported even without a table.
    window.type_into("Username filter", "[");
    window.until_text_contains("column 5");
}

#[test]
fn failed_export_shows_the_error_and_asks_for_a_path() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("no/such/out.csv");
    let mut window = exporting_to(&plant, Some(path));
    window.click("Export");
    window.until_text_contains("Can't write");
    assert!(window.has("Save"));
    window.click("Cancel");
    assert!(!window.has("Save"));
}

#[test]
fn incomplete_filter_keeps_the_last_valid_one() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "billy");
    window.until_text("2 of 6 sessions");
    for typed in ["|", "(", "a", "n"] {
        window.type_into("Username filter", typed);
    }
    window
        .until("the error of an open group", |harness| harness.query_by_label_contains("column 7").is_some());
    assert!(window.has("2 of 6 sessions"));
    window.type_into("Username filter", "na)");
    window.until_text("3 of 6 sessions");
}

#[test]
fn saves_filters_with_their_modes() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let target = Target::Gateway(Profile::from_address(&plant.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target.clone()) });
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "bil");
    window.toggle("Username filter", "Match part of the value");
    window.until_text("3 of 6 sessions");
    window.click("Saved filters");
    // A name can be typed at once.
    window.until("the focus", |harness| harness.get_by_label("Name of the filter to save").is_focused());
    // A click into the text box must not close the menu.
    window.click("Name of the filter to save");
    window.harness.event(egui::Event::Text("Bills".to_owned()));
    window.harness.step();
    window.click("Save filter");
    drop(window);

    let settings = Settings::load(folder.path()).unwrap();
    let settings = Settings { refresh: Some(Duration::ZERO), ..settings };
    let folder = Some(folder.path().to_owned());
    let mut window = Window::open(Start { settings, folder, ..start(target) });
    window.until_text("6 of 6 sessions");
    window.click("Saved filters");
    window.click("Bills");
    window.until_text("3 of 6 sessions");
    window.click("Saved filters");
    window.click("Clear all filters");
    window.until_text("6 of 6 sessions");
    window.click("Saved filters");
    window.click("Remove the filter Bills");
    window.until("no filter", |harness| harness.query_by_label("Bills").is_none());
    window.click("Restore Bills");
    window.until_text("Bills");
    assert!(!window.has("Restore Bills"));
    window.click("Bills");
    window.until_text("3 of 6 sessions");
}

#[test]
fn help_shows_the_examples_of_the_manual() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.click("Help on filters");
    for example in ["billy", "bi.*", "bi.ly", r"bill\.smith", ".*billy.*"] {
        assert!(window.harness.query_all_by_label(example).next().is_some(), "{example}");
    }
}

#[test]
fn failed_node_hides_no_other_and_is_listed() {
    let good = plant();
    let bad = FakeGateway::gateway("8.1.44", status("402 Payment Required", ""));
    let nodes = [&good.url, &bad.url].map(|url| url.parse().unwrap()).into();
    let target = Target::Gateway(Profile::new("Cluster".to_owned(), nodes).unwrap());
    let mut window = Window::open(start(target));
    window.until_text("6 of 6 sessions");
    // The name that the node reports. The failed one has reported none.
    assert_eq!(window.column("Node"), ["Plant"; 6]);
    window.click("Nodes");
    window.until_text_contains("The Web Dev module has no license");
    for (url, expected) in [(&good.url, "Running, 8.1.44"), (&bad.url, "no license")] {
        let host = url.trim_start_matches("http://");
        let texts = window.harness.query_all_by_label_contains(host);
        let texts: Vec<String> = texts.filter_map(|node| node.value()).collect();
        assert!(texts.iter().any(|text| text.contains(expected)), "{texts:?}");
    }
}

#[test]
fn typed_text_replaces_the_name_in_the_path_of_an_export() {
    let plant = plant();
    let mut window = exporting_to(&plant, None);
    window.press(Modifiers::COMMAND, Key::E);
    window.until("the path with the focus", |harness| {
        harness.query_by_label("Export path").is_some_and(|path| path.is_focused())
    });
    let folder = |window: &Window| {
        let path = window.text_of("Export path");
        path.rsplit_once(std::path::MAIN_SEPARATOR).map(|(folder, _)| folder.to_owned()).unwrap()
    };
    let before = folder(&window);
    window.frame(typed("plant").concat());
    assert_eq!(folder(&window), before);
    assert!(window.text_of("Export path").ends_with(&format!("{}plant.csv", std::path::MAIN_SEPARATOR)));
}
