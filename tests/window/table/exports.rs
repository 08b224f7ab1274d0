//! Exports: rows, formats and cancelling.

use std::sync::Arc;

use egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::settings::Target;
use gatewatch::ui::{PickedFile, Start};

use super::{CTRL, NONE, menu};
use crate::support::window::{Window, plant, start};
use crate::support::{FakeGateway, answer, ok};

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
        window.until_text_contains(&format!("{sessions} sessions written to"));
        window.click("Dismiss message");
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
    // Without a selection there is nothing to export.
    window.press(NONE, Key::Escape);
    window.click("Export options");
    window.click("Selected sessions");
    window.press(NONE, Key::Escape);
    assert!(window.harness.get_by_label("Export").accesskit_node().is_disabled());
    std::fs::remove_file(&path).unwrap();
    window.press(CTRL, Key::E);
    assert!(!path.exists() && window.harness.query_by_label_contains("written to").is_none());
    // With a selection, the shortcut does the same as the button.
    window.click_cell("Username", 0, NONE);
    window.press(CTRL, Key::E);
    window.until_text_contains("1 session written to");
}

#[cfg(unix)]
#[test]
fn large_export_shows_progress_and_can_be_cancelled() {
    let rows: Vec<String> = (0..120_000).map(|n| format!(r#""user{n}","P","h",false,"{n}",0"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gateway = FakeGateway::gateway("8.1.44", ok(&answer(&rows)));
    let folder = tempfile::tempdir().unwrap();
    // A pipe blocks the export until the test reads from it.
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut window = exporting_to(&gateway.url, pipe.clone());
    window.until_text("120000 of 120000 sessions");
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
