//! The title of the window.

use egui::{ViewportCommand, ViewportId};
use egui_kittest::Harness;
use gatewatch::gateway::Profile;
use gatewatch::settings::Target;
use gatewatch::ui::App;

use crate::support::window::{Window, plant, start};
use crate::support::{FakeGateway, status, unused_address};

fn open(url: &str) -> Window {
    Window::open(start(Target::Gateway(Profile::from_address(url).unwrap().with_name("Plant North"))))
}

/// Returns the titles that the last frame set.
fn titles(harness: &Harness<'static, App>) -> Vec<String> {
    let output = &harness.output().viewport_output[&ViewportId::ROOT];
    let title = |command: &ViewportCommand| match command {
        ViewportCommand::Title(title) => Some(title.clone()),
        _ => None,
    };
    output.commands.iter().filter_map(title).collect()
}

fn until_title(window: &mut Window, expected: &str) {
    window.until(expected, |harness| harness.state().title() == expected);
}

#[test]
fn has_gateway_and_sessions_and_is_set_only_when_changed() {
    let plant = plant();
    let mut window = open(&plant.url);
    until_title(&mut window, "Plant North: 6 sessions – Gatewatch");
    window.harness.step();
    // Filters don't count.
    window.type_into("Username filter", "billy");
    window.until_text("2 of 6 sessions");
    for _ in 0..5 {
        window.harness.step();
        assert!(titles(&window.harness).is_empty());
    }
}

#[test]
fn says_why_there_are_no_sessions() {
    let mut window = open(&format!("http://{}", unused_address()));
    until_title(&mut window, "Plant North: unreachable – Gatewatch");
    let locked = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let mut window = open(&locked.url);
    until_title(&mut window, "Plant North: sign in – Gatewatch");
}
