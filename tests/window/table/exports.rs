//! Exports: rows, formats and cancelling.

use std::sync::Arc;

use egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::settings::{State, Target};
use gatewatch::ui::{PickedFile, Start};

use super::{CTRL, NONE, menu};
use crate::support::window::{Window, plant, start};
use crate::support::{FakeGateway, ok, webdev_json};

/// Opens a window whose file dialog returns `path` immediately.
fn exporting_to(url: &str, path: std::path::PathBuf) -> Window {
    let target = Target::Gateway(Profile::from_address(url).unwrap());
    let pick = move |_: &str| -> PickedFile { Box::pin(std::future::ready(Some(path.clone()))) };
    Window::open(Start { pick_file: Arc::new(pick), ..start(target) })
}

#[test]
fn exports_shown_selected_or_all_rows() {
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
        window.until_text_contains(&format!("Exported {sessions} sessions"));
        window.click("Dismiss message");
        std::fs::read_to_string(&path).unwrap()
    };
    menu(&mut window, "Created");
    window.click("Hide this column");
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    let shown = export(&mut window, &["Safe for spreadsheets"], "3");
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
    let all = export(&mut window, &["All sessions", "CSV", "Safe for spreadsheets"], "6");
    assert!(all.starts_with("\u{feff}username,project,address,isDesigner,clientId,creationTime\r\n"));
    assert_eq!(all.lines().count(), 7);
    // The shortcut does the same as the button.
    window.click("Export options");
    window.click("Selected sessions");
    window.press(NONE, Key::Escape);
    window.press(CTRL, Key::E);
    window.until_text_contains("Exported 2 sessions");
    window.click("Dismiss message");
    // Without a selection, it isn't offered, and those shown are exported.
    window.press(NONE, Key::Escape);
    window.until("no selection", |harness| harness.query_by_label("2 selected").is_none());
    window.click("Export options");
    assert!(!window.has("Selected sessions"));
    window.press(NONE, Key::Escape);
    window.press(CTRL, Key::E);
    window.until_text_contains("Exported 3 sessions");
}

#[cfg(unix)]
#[test]
fn large_export_shows_progress_and_can_be_cancelled() {
    let rows: Vec<String> = (0..120_000).map(|n| format!(r#""user{n}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&rows)));
    let folder = tempfile::tempdir().unwrap();
    // A pipe blocks the export until the test reads from it.
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut window = exporting_to(&gateway.url, pipe.clone());
    window.until_text("120,000 of 120,000 sessions");
    window.click("Export");
    let mut reader = std::fs::File::open(&pipe).unwrap();
    window.until_text("Cancel export");
    assert!(window.harness.get_by_label("Export").accesskit_node().is_disabled());
    window.click("Cancel export");
    let read = std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    window.until("the end", |harness| !harness.get_by_label("Export").accesskit_node().is_disabled());
    assert!(!window.has("Cancel export"));
    window.until_text("Export cancelled");
    assert!(read < 120_000 * 20, "{read} bytes were written after the export was cancelled");
}

#[test]
fn options_say_what_is_exported() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = exporting_to(&plant.url, folder.path().join("out"));
    window.type_into("Username filter", "bi.*");
    window.until_text("3 of 6 sessions");
    window.click_cell("Username", 1, NONE);
    window.click_cell("Username", 2, CTRL);
    let text = |window: &Window| window.harness.get_by_label("Export").accesskit_node().value();
    assert_eq!(text(&window).as_deref(), Some("Export 3 shown"));
    window.click("Export options");
    window.click("Selected sessions");
    assert_eq!(text(&window).as_deref(), Some("Export 2 selected"));
    window.click("All sessions");
    assert_eq!(text(&window).as_deref(), Some("Export all 6"));
    window.click("Shown sessions");
    window.press(NONE, Key::Escape);
    for _ in 0.."bi.*".len() {
        window.type_into("Username filter", "");
        window.press(NONE, Key::Backspace);
    }
    window.until_text("6 of 6 sessions");
    assert_eq!(text(&window).as_deref(), Some("Export 6"));
}

#[test]
fn remembers_the_delimiter() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("out");
    let open = || {
        let target = Target::Gateway(Profile::from_address(&plant.url).unwrap());
        let path = path.clone();
        let pick = move |_: &str| -> PickedFile { Box::pin(std::future::ready(Some(path.clone()))) };
        let (state, folder) = (State::load(folder.path()), Some(folder.path().to_owned()));
        let mut window = Window::open(Start { pick_file: Arc::new(pick), state, folder, ..start(target) });
        window.until_text("6 of 6 sessions");
        window
    };
    let export = |window: &mut Window| {
        window.click("Export");
        window.until_text_contains("Exported 6 sessions");
        window.click("Dismiss message");
        std::fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned()
    };
    let header = |between: &str| {
        let names = ["username", "project", "address", "isDesigner", "clientId", "creationTime"];
        format!("\u{feff}{}", names.join(between))
    };
    let mut window = open();
    assert_eq!(export(&mut window), header(","));
    for (option, between) in [("Delimiter: Tab", "\t"), ("Delimiter: Semicolon", ";")] {
        window.click("Export options");
        window.click(option);
        window.press(NONE, Key::Escape);
        assert_eq!(export(&mut window), header(between));
    }
    // Closing the window waits until the settings are written.
    drop(window);
    assert_eq!(export(&mut open()), header(";"));
}

#[test]
fn export_error_goes_with_its_path() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = exporting_to(&plant.url, folder.path().join("no/such/out.csv"));
    window.until_text("6 of 6 sessions");
    let counts = counts_width(&window);
    let has_error = |window: &Window| window.harness.query_by_label_contains("Can't write").is_some();
    window.click("Export");
    window.until_text_contains("Can't write");
    assert!((counts_width(&window) - counts).abs() < 0.5);
    window.type_into("Export path", "x");
    window.harness.step();
    assert!(!has_error(&window));
    window.click("Save");
    window.until_text_contains("Can't write");
    window.click("Cancel");
    assert!(!has_error(&window) && !window.has("Export path"));
}

#[test]
fn export_error_goes_when_its_options_change_or_it_is_retried() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = exporting_to(&plant.url, folder.path().join("no/such/out.csv"));
    window.until_text("6 of 6 sessions");
    let has_error = |window: &Window| window.harness.query_by_label_contains("Can't write").is_some();
    window.click("Export");
    window.until_text_contains("Can't write");
    window.click("Export options");
    window.click("JSON");
    window.press(NONE, Key::Escape);
    assert!(!has_error(&window));
    window.click("Save");
    window.until_text_contains("Can't write");
    std::fs::create_dir_all(folder.path().join("no/such")).unwrap();
    window.click("Save");
    window.until_text_contains("Exported 6 sessions");
    assert!(!has_error(&window) && !window.has("Export path"));
}

/// Returns the width of the number of users.
fn counts_width(window: &Window) -> f32 {
    window.harness.get_by_label_contains(" users").rect().width()
}

#[test]
fn long_message_leaves_room_for_the_counts() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("a long name ".repeat(16));
    let mut window = exporting_to(&plant.url, path);
    window.until_text("6 of 6 sessions");
    let counts = counts_width(&window);
    window.click("Export");
    window.until_text_contains("Exported 6 sessions");
    assert!((counts_width(&window) - counts).abs() < 0.5);
    let message = window.harness.get_by_label_contains("Exported 6 sessions").rect();
    assert!(message.width() > 100.0, "{message}");
}
