//! The rules for alerts and their form in both themes and at 200 %, compared with pictures. See `pictures`.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::Profile;
use gatewatch::settings::{Settings, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;

use crate::pictures::can_draw;
use crate::support::looks::{self, in_utc};
use crate::support::window::{Window, plant, retype, start};
use crate::support::{FakeGateway, saved_gateway};

/// The sizes of the window in points.
const SIZES: [[f32; 2]; 4] = [[1280.0, 800.0], [1280.0, 800.0], [640.0, 480.0], [640.0, 480.0]];

/// Alerts that don't fire. No designer's name has "adm", so the pictures don't depend on the time
/// of day.
const ALERTS: &str = r#"
[[alert]]
name = "Gateway down"
when = "unreachable"
for = "2 min"

[[alert]]
name = "Designer at night"
when = "designer-outside-hours"
hours = "mon-fri 06:00-18:00"
time_zone = "Europe/Berlin"
username = { pattern = "adm", contains = true }
gateways = "Plant North"
quiet = ["22:00-06:00", "sun 00:00-24:00"]
command = ["./teams.sh", "operators"]

[[alert]]
name = "License"
when = "count-above"
limit = 50
kind = "client"
enabled = false

[[alert]]
name = "Forgotten"
when = "older-than"
limit = "often"
"#;

/// Takes pictures of a window on a gateway with these alerts after `prepare`.
fn compare(name: &str, alerts: &str, prepare: impl Fn(&mut Window)) {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let start = Start { folder: Some(folder.path().to_owned()), ..on(&plant, folder.path(), alerts) };
    let open = |builder| {
        let mut window = Window::open_as(builder, start.clone());
        window.until_text("6 of 6 sessions");
        prepare(&mut window);
        (window, ())
    };
    looks::compare(name, SIZES, open, |_| Vec::new());
}

fn on(gateway: &FakeGateway, folder: &Path, alerts: &str) -> Start {
    let config = saved_gateway("Plant North", &gateway.url, "") + alerts;
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let read = Settings::load(folder).unwrap();
    // The program of a command would be in this folder.
    let mut rules = read.alerts;
    for command in rules.iter_mut().filter_map(|rule| rule.command.as_mut()) {
        command.program = "./teams.sh".into();
    }
    let profile = Profile::from_address(&gateway.url).unwrap().with_name("Plant North");
    let start = start(Target::Gateway(profile.clone()));
    let settings = Settings {
        profiles: vec![profile],
        alerts: rules,
        alert_problems: read.alert_problems,
        ..start.settings.clone()
    };
    Start { settings, state: in_utc(Layout::default()), ..start }
}

fn open_list(window: &mut Window) {
    window.press(Modifiers::COMMAND, Key::Comma);
    window.harness.get_all_by_label("Alerts").next().unwrap().click();
    window.harness.run_steps(2);
}

#[test]
fn list_of_alerts() {
    if can_draw() {
        compare("alerts", ALERTS, open_list);
    }
}

#[test]
fn empty_list_of_alerts() {
    if can_draw() {
        compare("alerts_empty", "", open_list);
    }
}

#[test]
fn form_of_an_alert() {
    if can_draw() {
        compare("alert_form", ALERTS, |window| {
            open_list(window);
            window.click("Edit Designer at night");
            window.until_text("Edit Designer at night");
            retype(window, "Hours", "always");
            window.click("Save alert");
            window.until_text_contains("Write the hours as in");
        });
    }
}

#[test]
fn end_of_the_form_of_an_alert() {
    if can_draw() {
        compare("alert_form_end", ALERTS, |window| {
            open_list(window);
            window.click("Edit Designer at night");
            window.until_text("Edit Designer at night");
            window.harness.get_by_label("Test alert").focus();
            window.harness.run_steps(2);
            window.press(Modifiers::NONE, Key::Enter);
            window.until_text("Nothing is recorded, so there is no history to test over");
            window.harness.get_by_label("Arguments").focus();
            window.harness.run_steps(2);
        });
    }
}
