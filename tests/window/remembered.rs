//! The state that the window restores after a restart.

use std::path::Path;
use std::sync::{Arc, Mutex};

use egui::accesskit::{Role, Toggled};
use egui::{Context, FullOutput, Key, Modifiers, Plugin, ViewportCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::history::Location;
use gatewatch::settings::{Settings, State, WindowPlace};
use gatewatch::ui::Start;

use crate::support::saved_gateway;
use crate::support::window::{Window, plant, start, start_on};
use crate::support::{FakeGateway, status};

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
    assert!(
        state.table.grouping.is_some()
            && state.filters.designer() == gatewatch::query::DesignerFilter::Clients
    );
}

#[test]
fn tab_of_the_activity_is_restored() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let open = || {
        let history = Some(Location::File(folder.path().join("history.db")));
        let state = State::load(folder.path());
        let start = Start { state, history, folder: Some(folder.path().to_owned()), ..start_on(&plant.url) };
        let mut window = Window::open(start);
        window.until_text("6 of 6 sessions");
        window
    };
    let until_on = |window: &mut Window, tab: &str| {
        window.until(tab, |harness| {
            let tab = harness.query_by_role_and_label(Role::Tab, tab);
            tab.is_some_and(|tab| tab.accesskit_node().data().toggled() == Some(Toggled::True))
        });
    };
    let mut window = open();
    window.press(Modifiers::COMMAND, Key::J);
    // Their numbers move the tabs.
    window.until("entries", |harness| harness.query_all_by_role(Role::ListItem).count() > 0);
    window.click("Left");
    until_on(&mut window, "Left");
    drop(window);
    until_on(&mut open(), "Left");
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

#[test]
fn layout_and_looks_are_restored() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = open(&plant, folder.path());
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::B);
    window.click("Details");
    window.click("Project");
    let at = window.harness.get_by_label("Username").rect().center();
    window.click_at(at, egui::PointerButton::Primary, Modifiers::COMMAND);
    // The address comes before the project, and is wider.
    let [project, address] = ["Project", "Address"].map(|name| window.harness.get_by_label(name).rect());
    window.drag(address.center(), project.left_center() + egui::vec2(2.0, 0.0));
    let edge = window.harness.get_by_label("Address").rect().right_center();
    window.drag(edge, edge + egui::vec2(40.0, 0.0));
    window.click("Columns");
    window.click("Show column Designer");
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::COMMAND, Key::Comma);
    for name in ["Theme: Light", "Row height: Compact", "Dates: Age"] {
        window.click(name);
    }
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(2);
    let looks = |window: &mut Window| {
        window.harness.remove_cursor();
        window.harness.run_steps(2);
        let rect = |name: &str| window.harness.query_by_label(name).map(|node| node.rect());
        let places = ["Username", "Project", "Address", "Designer", "Client ID", "Close panel"].map(rect);
        let has_rail = window.has("Add gateway…");
        (places, window.column("Client ID"), has_rail, window.harness.ctx.theme())
    };
    let before = looks(&mut window);
    assert!(before.0[3].is_none() && before.0[5].is_some() && !before.2, "{before:?}");
    assert!(before.0[2].unwrap().left() < before.0[1].unwrap().left(), "{before:?}");
    drop(window);

    let mut window = open(&plant, folder.path());
    window.until_text("6 of 6 sessions");
    assert_eq!(looks(&mut window), before);
    let state = State::load(folder.path());
    let dates = gatewatch::display::DateStyle::Age;
    assert_eq!((state.table.density, state.table.dates), (gatewatch::table::Density::Compact, dates));
    assert_eq!(state.table.sort.len(), 2);
}

/// Opens a window with these settings on the gateway that was shown last.
fn open_last(folder: &Path) -> Window {
    let (settings, state) = (Settings::load(folder).unwrap(), State::load(folder));
    let target = settings.target(None, state.last.as_deref()).unwrap();
    Window::open(Start { settings, state, folder: Some(folder.to_owned()), ..start(target) })
}

#[test]
fn shown_gateway_is_restored_even_if_it_was_all_of_them() {
    let (north, south, folder) = (plant(), plant(), tempfile::tempdir().unwrap());
    let profile = |(name, url): (&str, &str)| saved_gateway(name, url, "");
    let profiles = [("North", &*north.url), ("South", &*south.url)].map(profile).concat();
    std::fs::write(folder.path().join("config.toml"), format!("refresh_secs = 0\n{profiles}")).unwrap();
    for (row, state) in [
        ("All gateways: 12 sessions", "12 of 12 sessions"),
        ("South: 6 sessions", "6 of 6 sessions"),
        ("All gateways: 12 sessions", "12 of 12 sessions"),
        ("North: 6 sessions", "6 of 6 sessions"),
    ] {
        let mut window = open_last(folder.path());
        window.retry(row, |window| {
            window.harness.step();
            let name = format!("{}: ", row.split_once(':').unwrap().0);
            let found = window.harness.query_by_label_contains(&name);
            found.map(|row| row.click()).is_some()
        });
        window.until_text(state);
        drop(window);
        let mut window = open_last(folder.path());
        window.until_text(state);
        assert!(window.gateway().starts_with(row.split_once(':').unwrap().0), "{}", window.gateway());
    }
}

#[test]
fn maximized_window_is_maximized_again() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let place = WindowPlace { position: Some([60, 40]), size: [900.0, 500.0], scale: 1.0, maximized: true };
    State { window: Some(place), ..State::default() }.save(folder.path()).unwrap();
    let state = State::load(folder.path());
    let start = Start { state, folder: Some(folder.path().to_owned()), ..start_on(&plant.url) };
    let commands = Arc::new(Mutex::new(Vec::new()));
    let sent = SentCommands(commands.clone());
    let builder = Harness::builder().with_context_setup(move |ctx| ctx.add_plugin(sent));
    let mut window = Window::open_as(builder, start);
    window.harness.run_steps(3);
    let commands = commands.lock().unwrap();
    assert_eq!(commands.iter().filter(|command| **command == ViewportCommand::Maximized(true)).count(), 1);
}

/// Collects the commands for the window toolkit.
struct SentCommands(Arc<Mutex<Vec<ViewportCommand>>>);

impl Plugin for SentCommands {
    fn debug_name(&self) -> &'static str {
        "sent commands"
    }

    fn output_hook(&mut self, _ctx: &Context, output: &mut FullOutput) {
        let commands = output.viewport_output.values().flat_map(|viewport| viewport.commands.iter().cloned());
        self.0.lock().unwrap().extend(commands);
    }
}

#[test]
fn escape_in_a_sign_in_keeps_the_restored_filters() {
    let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let folder = tempfile::tempdir().unwrap();
    let text = "[filters]\nusername = { pattern = \"b.*\" }\n";
    std::fs::write(folder.path().join("state.toml"), text).unwrap();
    let mut window = open(&gateway, folder.path());
    window.until_text("Sign in to this gateway");
    // The first one leaves the text box.
    for _ in 0..3 {
        window.press(Modifiers::NONE, Key::Escape);
    }
    assert_eq!(window.text_of("Username filter"), "b.*");
}
