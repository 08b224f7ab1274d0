//! What the window remembers over a restart.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use gatewatch::settings::State;
use gatewatch::ui::Start;

use crate::support::FakeGateway;
use crate::support::window::{Window, plant, start_on};

/// Opens a window as the program does, with the state that the last one has saved.
fn open(gateway: &FakeGateway, folder: &Path) -> Window {
    let state = State::load(folder);
    Window::open(Start { state, folder: Some(folder.to_owned()), ..start_on(&gateway.url) })
}

#[test]
fn filters_tab_grouping_and_panels_are_restored() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = open(&plant, folder.path());
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "b.*");
    window.until_text("3 of 6 sessions");
    window.click_cell("Project", 0, Modifiers::NONE);
    let project = window.column("Project")[0].clone();
    window.press(Modifiers::ALT, Key::Enter);
    window.click("Clients");
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([egui::Event::Text("group by address".to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.press(Modifiers::COMMAND, Key::U);
    window.until("the counts", |harness| harness.query_by_label_contains("Users").is_some());
    let before = (window.column("Client ID"), window.text_of("Project filter"));
    assert_eq!(before.1, project);
    drop(window);

    let mut window = open(&plant, folder.path());
    window.until("the table", |harness| harness.query_by_label("Client ID").is_some());
    window.until_column("Client ID", &before.0.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(
        (window.text_of("Username filter"), window.text_of("Project filter")),
        ("b.*".into(), before.1)
    );
    assert!(window.harness.query_by_label_contains("Users").is_some(), "the counts are closed");
    let state = State::load(folder.path());
    assert!(state.table.grouping.is_some() && state.filters.kind() == gatewatch::query::KindFilter::Clients);
}

#[test]
fn filters_are_saved_once_they_rest() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = open(&plant, folder.path());
    window.until_text("6 of 6 sessions");
    window.type_into("Username filter", "b.*");
    // While the window is still open.
    window.until("the saved filter", |_| {
        State::load(folder.path()).filters.filters().username.pattern == "b.*"
    });
}

#[test]
fn invalid_filter_does_not_break_the_start() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let text = "[filters]\nusername = { pattern = \"(\" }\nproject = { pattern = \"Boiler\" }\n";
    std::fs::write(folder.path().join("state.toml"), text).unwrap();
    let mut window = open(&plant, folder.path());
    window.until_text("3 of 6 sessions");
    assert_eq!(window.text_of("Username filter"), "(");
}
