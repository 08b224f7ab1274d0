//! The rules for alerts in the settings, their form, and its test over the history.

use std::path::Path;
use std::time::{Duration, SystemTime};

use egui::accesskit::Toggled;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::alert::{Condition, Rule};
use gatewatch::filter::Mode;
use gatewatch::history::{Location, Recorder};
use gatewatch::settings::Settings;
use gatewatch::ui::Start;
use tempfile::TempDir;

use super::past::list_update;
use super::support::FakeGateway;
use super::support::window::{Window, plant, retype, start_on};

const BUSY: &str =
    "[[alert]]\nname = \"Busy\" # peak\nwhen = \"count-above\"\nlimit = 50\nkind = [\"client\"]\n";

/// A gateway, and a folder with this `config.toml`.
struct Setup {
    gateway: FakeGateway,
    folder: TempDir,
}

impl Setup {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Self { gateway: plant(), folder }
    }

    fn start(&self) -> Start {
        let start = start_on(&self.gateway.url);
        let read = Settings::load(self.folder.path()).unwrap();
        let settings = Settings {
            alerts: read.alerts,
            alert_problems: read.alert_problems,
            profiles: read.profiles,
            ..start.settings.clone()
        };
        Start { folder: Some(self.folder.path().to_owned()), settings, ..start }
    }

    fn open(&self) -> Window {
        let mut window = Window::open(self.start());
        window.until_text("6 of 6 sessions");
        window
    }

    /// Opens a window with the alerts in the settings.
    fn open_list(&self) -> Window {
        let mut window = self.open();
        run_command(&mut window, "Alert settings");
        window.until_text("Close settings");
        window.until_text("Add alert…");
        window
    }

    fn text(&self) -> String {
        text(self.folder.path())
    }

    fn alerts(&self) -> Vec<Rule> {
        Settings::load(self.folder.path()).unwrap().alerts
    }
}

fn text(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("config.toml")).unwrap()
}

/// Runs a command of the palette.
fn run_command(window: &mut Window, name: &str) {
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([egui::Event::Text(name.to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(3);
}

/// Chooses a condition.
fn choose(window: &mut Window, condition: &str) {
    window.click("Condition");
    window.click(condition);
    window.harness.run_steps(2);
}

/// Clicks a check box that may be out of view.
fn tick(window: &mut Window, name: &str) {
    window.harness.get_by_label(name).focus();
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::Space);
}

fn is_focused(window: &Window, name: &str) -> bool {
    window.harness.get_by_label(name).is_focused()
}

#[test]
fn adds_an_alert() {
    let setup = Setup::new("mark_secs = 5 # mine\n");
    let mut window = setup.open_list();
    window.until_text("No alerts yet");
    window.click("Add alert…");
    window.until_text("New alert");
    window.until("the focus", |harness| harness.get_by_label("Name").is_focused());
    assert!(!window.has("Close settings"));
    window.type_into("Name", "License");
    choose(&mut window, "A gateway has more sessions than…");
    assert_eq!(window.text_of("Number of sessions"), "50");
    retype(&mut window, "Number of sessions", "3");
    retype(&mut window, "For", "90s");
    window.type_into("Username filter", "bi.*");
    window.toggle("Username filter", "Ignore case");
    tick(&mut window, "Clients");
    window.type_into("Quiet hours", "22:00-06:00\nsun 00:00-24:00");
    retype(&mut window, "Time zone", "Europe/Berlin");
    retype(&mut window, "Cooldown", "1 h");
    tick(&mut window, "Also notify when resolved");
    window.type_into("Program", "mail.sh");
    window.type_into("Arguments", "-s\nAn alert");
    window.click("Save alert");
    // Back where the form was opened.
    window.until_text("Close settings");
    assert!(window.has("License") && !window.has("No alerts yet"));
    let expected = "mark_secs = 5 # mine\n\n[[alert]]\nname = \"License\"\nwhen = \"count-above\"\nlimit = 3\ntime_zone = \"Europe/Berlin\"\n\
        for = \"1 min 30 s\"\nusername = { pattern = \"bi.*\", ignore_case = true }\nkind = \"client\"\n\
        quiet = [\"22:00-06:00\", \"sun 00:00-24:00\"]\ncooldown = \"1 h\"\nsend_resolved = false\n\
        command = [\"mail.sh\", \"-s\", \"An alert\"]\n";
    assert_eq!(setup.text(), expected);
    window.until_text_contains("When a gateway has more than 3 sessions, for 1 min 30 s, username A=a bi.*");
}

#[test]
fn starts_with_a_template() {
    let setup = Setup::new("");
    let mut window = setup.open_list();
    window.click("When a node can't be reached, for 2 min");
    window.until_text("New alert");
    assert_eq!(window.text_of("Name"), "Gateway down");
    assert!(!window.has("Username filter"), "it isn't about sessions");
    window.click("Save alert");
    window.until_text("Close settings");
    let rule = setup.alerts().remove(0);
    assert_eq!((rule.condition, rule.hold), (Condition::Unreachable, Duration::from_mins(2)));
}

#[test]
fn edits_an_alert_and_keeps_the_rest_of_the_file() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    window.click("Edit Busy");
    window.until_text("Edit Busy");
    retype(&mut window, "Number of sessions", "60");
    retype(&mut window, "Name", "Crowded");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Close settings");
    window.until_text("Crowded");
    assert_eq!(setup.text(), BUSY.replace("Busy", "Crowded").replace("50", "60"));
}

#[test]
fn duplicate_has_another_name() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    window.click("Duplicate Busy");
    window.until_text("New alert");
    assert_eq!(window.text_of("Name"), "Busy 2");
    retype(&mut window, "Name", "Busy");
    window.click("Save alert");
    window.until_text("Another alert has this name. Rename one of them");
    assert!(is_focused(&window, "Name"));
    retype(&mut window, "Name", "Busier");
    assert!(!window.has("Another alert has this name. Rename one of them"));
    window.click("Save alert");
    window.until_text("Busier");
    let names: Vec<String> = setup.alerts().into_iter().map(|rule| rule.name).collect();
    assert_eq!(names, ["Busy", "Busier"]);
}

#[test]
fn wrong_limit_is_said_at_its_field() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    window.click("Edit Busy");
    window.until_text("Edit Busy");
    retype(&mut window, "Number of sessions", "many");
    window.click("Save alert");
    window.until_text("Expected a whole number, such as 50");
    window.until("the focus", |harness| harness.get_by_label("Number of sessions").is_focused());
    assert_eq!(setup.text(), BUSY);
    window.type_into("Number of sessions", "1");
    assert!(!window.has("Expected a whole number, such as 50"));
    choose(&mut window, "A session began longer ago than…");
    retype(&mut window, "Time", "soon");
    window.click("Save alert");
    window.until_text("Expected a time above zero, such as \"90s\", \"5 min\" or \"1h30m\"");
}

#[test]
fn wrong_pattern_is_said_as_in_the_filter_row() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    window.click("Edit Busy");
    window.until_text("Edit Busy");
    window.type_into("Project filter", "Pack(");
    // In an overlay, half a second after the last key.
    window.until_text("Missing \")\" for \"(\" at column 5");
    assert!(window.has("Filter error"));
    window.click("Save alert");
    window.until("the focus", |harness| harness.get_by_label("Project filter").is_focused());
    assert_eq!(setup.text(), BUSY);
    window.type_into("Project filter", ")");
    window.until("no error", |harness| harness.query_by_label_contains("Missing \")\"").is_none());
    window.click("Save alert");
    window.until_text("Close settings");
    assert!(setup.alerts()[0].filters.project.is_some());
}

#[test]
fn switch_is_saved_at_once() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    let state = |window: &Window| window.harness.get_by_label("Busy").accesskit_node().data().toggled();
    assert_eq!(state(&window), Some(Toggled::True));
    window.click("Busy");
    assert_eq!(state(&window), Some(Toggled::False));
    window.until("the saved alert", |_| !setup.alerts()[0].is_enabled);
    assert_eq!(setup.text(), format!("{BUSY}enabled = false\n"));
    window.click("Busy");
    window.until("the saved alert", |_| setup.alerts()[0].is_enabled);
}

#[test]
fn switch_that_cannot_be_saved_goes_back() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    std::fs::write(setup.folder.path().join("config.toml"), BUSY.replace("Busy", "Other")).unwrap();
    window.click("Busy");
    window.until_text_contains("Alert \"Busy\" was renamed or deleted");
    window.until("the new list", |harness| harness.query_by_label("Other").is_some());
    assert!(!window.has("Busy"));
}

#[test]
fn removes_an_alert_after_a_question() {
    let setup = Setup::new(&format!("{BUSY}\n{}", BUSY.replace("Busy", "Other")));
    let mut window = setup.open_list();
    window.click("Remove Busy…");
    window.until_text("Remove Busy?");
    assert!(is_focused(&window, "Cancel"));
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(3);
    // The question closes, and the settings stay.
    assert!(window.has("Close settings") && !window.has("Remove Busy?"));
    assert_eq!(setup.alerts().len(), 2);
    window.click("Remove Busy…");
    window.click("Remove Busy");
    window.until("the list without it", |harness| harness.query_by_label("Edit Busy").is_none());
    assert_eq!(setup.alerts().len(), 1);
    // From the form.
    window.click("Edit Other");
    window.until_text("Edit Other");
    window.click("Remove…");
    window.click("Remove Other");
    window.until_text("No alerts yet");
    assert_eq!(setup.alerts(), []);
}

#[test]
fn wrong_entries_are_listed_with_their_line() {
    let setup = Setup::new(&format!("{BUSY}\n[[alert]]\nname = \"Old\"\nwhen = \"older-than\"\nlimit = 3\n"));
    let window = setup.open_list();
    assert!(window.has("Alert \"Old\" is left out: limit in line 10 of config.toml is invalid"));
    assert!(window.has("Expected a time above zero, such as \"90s\", \"5 min\" or \"1h30m\""));
    assert!(window.has("Busy"));
}

#[test]
fn escape_asks_only_about_changes() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    window.click("Edit Busy");
    window.until_text("Edit Busy");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("Close settings");
    window.click("Edit Busy");
    window.until_text("Edit Busy");
    window.type_into("Name", "!");
    // The settings and the palette open over the form, and change nothing.
    window.press(Modifiers::COMMAND, Key::Comma);
    window.until_text("Close settings");
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(3);
    assert!(window.text_of("Name").contains('!'));
    // Another view would take what is typed.
    run_command(&mut window, "Add gateway…");
    window.until_text("Discard the changes?");
    assert!(window.has("The alert in the form isn't saved"));
    window.click("Cancel");
    // Nor does the window close.
    let info = window.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
    info.events.push(egui::ViewportEvent::Close);
    window.harness.step();
    window.until_text("Discard the changes?");
    window.click("Cancel");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("Discard the changes?");
    window.click("Discard changes");
    window.until_text("Close settings");
    assert!(window.has("Busy"));
    assert_eq!(setup.text(), BUSY);
}

#[test]
fn alert_about_a_user_starts_filled() {
    let setup = Setup::new("");
    let mut window = setup.open();
    window.until_column("Username", &["billy", "anna", "bill.smith", "–", "jürgen", "billy"]);
    window.menu_of_cell("Username", 2);
    window.click("Alert when bill.smith signs in…");
    window.until_text("New alert");
    assert_eq!(window.text_of("Name"), "bill.smith signs in");
    assert_eq!(window.text_of("Username filter"), r"bill\.smith");
    window.click("Save alert");
    window.until_text("bill.smith signs in saved");
    // It wasn't opened in the settings.
    window.until_text("6 of 6 sessions");
    let rule = setup.alerts().remove(0);
    let filter = rule.filters.username.unwrap();
    assert_eq!((rule.condition, filter.mode()), (Condition::Arrives, Mode::default()));
    assert!(filter.is_match("bill.smith").unwrap() && !filter.is_match("bill-smith").unwrap());
    // A session without a user has no such item.
    window.menu_of_cell("Username", 3);
    assert!(window.harness.query_by_label_contains("Alert when").is_none());
}

#[test]
fn gateways_are_ticked_and_others_are_kept() {
    let gateways = "\n[[profile]]\nname = \"North\"\nurls = [\"http://127.0.0.1:9\"]\nbackground_secs = 0\n";
    let setup = Setup::new(&format!("{BUSY}gateways = \"Gone\"\n{gateways}"));
    let mut window = setup.open_list();
    window.click("Edit Busy");
    window.until_text("Edit Busy");
    assert!(window.has("Gone (not saved)"));
    tick(&mut window, "North");
    window.click("Save alert");
    window.until_text("Close settings");
    assert_eq!(setup.alerts()[0].gateways, ["Gone", "North"]);
}

#[test]
fn every_field_is_reached_with_the_tab_key() {
    let setup = Setup::new(BUSY);
    let mut window = setup.open_list();
    window.click("Edit Busy");
    window.until("the focus", |harness| harness.query_by_label("Name").is_some_and(|name| name.is_focused()));
    let mut reached = Vec::new();
    for _ in 0..40 {
        let focused = window.harness.query_all(
            egui_kittest::kittest::By::new().predicate(|node| node.is_focused() && !node.is_hidden()),
        );
        reached.extend(focused.filter_map(|node| node.accesskit_node().label()));
        window.press(Modifiers::NONE, Key::Tab);
    }
    for name in [
        "Name",
        "Enabled",
        "Condition",
        "Number of sessions",
        "For",
        "Username filter",
        "Match part of the value",
        "Project filter",
        "Address filter",
        "Clients",
        "Designers",
        "Perspective",
        "Show notifications",
        "Also notify when resolved",
        "Cooldown",
        "Quiet hours",
        "Time zone",
        "Program",
        "Arguments",
        "Save alert",
        "Remove…",
        "Time to test: Last week",
        "Test alert",
    ] {
        assert!(reached.iter().any(|other| other == name), "{name}: {reached:?}");
    }
}

/// Records sessions of a gateway in the last minutes.
fn record(setup: &Setup) -> Location {
    let location = Location::File(setup.folder.path().join("history.db"));
    let recorder = Recorder::spawn(location.clone(), None, |_| ()).unwrap();
    let mut observe = recorder.observer();
    let billy = r#""billy","Packaging","10.2.0.9",false,"A1",1795365700123"#;
    let anna = r#""anna","Boiler","10.10.0.1",true,"B2",1795365600000"#;
    for (minutes, rows) in [(20, &[billy][..]), (19, &[billy]), (18, &[billy, anna]), (17, &[billy, anna])] {
        let time = SystemTime::now() - Duration::from_mins(minutes);
        // The window records its own gateway meanwhile.
        observe(&list_update("http://plant:8088", time, Duration::from_mins(1), rows));
    }
    location
}

#[test]
fn tests_an_alert_over_the_history() {
    let setup = Setup::new("");
    let history = Some(record(&setup));
    let mut window = Window::open(Start { history, ..setup.start() });
    window.until_text("6 of 6 sessions");
    run_command(&mut window, "Add alert…");
    window.until_text("New alert");
    window.click("Test alert");
    window.until_text("Enter a name");
    window.type_into("Name", "Arrivals");
    window.click("Time to test: Last day");
    window.harness.get_by_label("Test alert").focus();
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("1 alert would have been sent");
    window.until("the focus", |harness| harness.get_by_label("Test alert").is_focused());
    window.until_text_contains("anna signed in to Boiler from 10.10.0.1 on Plant");
    // Of another draft, nothing is known yet.
    window.type_into("Username filter", "billy");
    assert!(!window.has("1 alert would have been sent"));
    window.click("Test alert");
    window.until_text("Nothing would have been sent");
    choose(&mut window, "A certificate expires within…");
    window.click("Test alert");
    window.until_text("The history lacks certificates, so this can only be tried on a gateway");
    // Nothing was saved.
    assert_eq!(setup.text(), "");
}

#[test]
fn says_that_there_is_no_history() {
    let setup = Setup::new("");
    let mut window = setup.open();
    run_command(&mut window, "Add alert…");
    window.until_text("New alert");
    window.type_into("Name", "A");
    window.click("Test alert");
    window.until_text("Nothing is recorded, so there is no history to test over");
}

#[test]
fn form_that_replaces_another_one_starts_at_its_top_and_the_rail_moves_none() {
    let folder = tempfile::tempdir().unwrap();
    let plant = plant();
    let profiles = ["North", "South"].map(|name| super::support::saved_gateway(name, &plant.url, ""));
    std::fs::write(folder.path().join("config.toml"), format!("refresh_secs = 0\n{}", profiles.concat()))
        .unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let start = Start { settings, folder: Some(folder.path().to_owned()), ..start_on(&plant.url) };
    let builder = egui_kittest::Harness::builder().with_size([1280.0, 480.0]);
    let mut window = Window::open_as(builder, start);
    let edit = |window: &mut Window, name: &str| {
        let row = window.harness.get_by_label_contains(&format!("{name}: ")).rect().center();
        window.click_at(row, egui::PointerButton::Secondary, Modifiers::NONE);
        window.click("Edit…");
        window.until_text(&format!("Edit {name}"));
        window.harness.run_steps(3);
    };
    let place = |window: &Window| window.harness.get_by_label("Name").rect().y_range();
    window.until_text("6 of 6 sessions");
    edit(&mut window, "North");
    let first = place(&window);
    window.harness.get_by_label("Allow terminating sessions").focus();
    window.harness.run_steps(3);
    let scrolled = place(&window);
    assert!(scrolled.min < first.min, "the form doesn't scroll");
    for _ in 0..2 {
        window.press(Modifiers::COMMAND, Key::B);
        window.harness.run_steps(3);
        assert_eq!(place(&window), scrolled, "after the rail was opened or closed");
    }
    edit(&mut window, "South");
    assert_eq!(place(&window), first);
}

#[test]
fn form_that_opens_starts_at_its_top() {
    let setup = Setup::new(&format!("{BUSY}\n{}", BUSY.replace("Busy", "Quiet")));
    let mut window = setup.open_list();
    let top = |window: &Window| window.harness.get_by_label("Name").rect().top();
    let mut tops = Vec::new();
    for name in ["Busy", "Quiet", "Busy"] {
        window.click(&format!("Edit {name}"));
        window.until_text("Save alert");
        window.harness.run_steps(3);
        tops.push(top(&window));
        window.harness.get_by_label("Arguments").focus();
        window.harness.run_steps(3);
        assert!(top(&window) < tops[0], "the form doesn't scroll");
        window.click("Close");
        window.until_text("Close settings");
    }
    assert_eq!(tops, [tops[0]; 3]);
}
