//! Alerts over what the window reads. Needs no display.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Order};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::history::Location;
use gatewatch::settings::{Settings, Target};
use gatewatch::ui::{App, Start};

use crate::focus::focused;
use crate::popups::{hover, popups};
use crate::support::window::{Window, plant, start};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, unused_address, webdev_json};

/// Returns an alert that fires for each gateway with a session, and writes what is sent to `out` in this folder.
fn alert(folder: &Path) -> String {
    let out = folder.join("out");
    format!(
        "\n[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\nlimit = 0\ncommand = ['sh', '-c', 'cat >> {}']\n",
        out.display()
    )
}

/// Returns the arguments for a window with these settings.
fn start_with(folder: &Path, config: &str, gateway: &str) -> Start {
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let settings = Settings::load(folder).unwrap();
    let target = settings.target(Some(gateway), None).unwrap();
    Start { settings, folder: Some(folder.to_owned()), ..start(target) }
}

/// Draws frames until the command of the alert got these texts.
#[cfg(unix)]
fn until_sent(window: &mut Window, folder: &Path, texts: &[&str]) {
    let sent = || std::fs::read_to_string(folder.join("out")).unwrap_or_default();
    window.until(&texts.join(", "), |_| texts.iter().all(|text| sent().contains(text)));
    assert_eq!(sent().lines().count(), texts.len());
}

#[cfg(unix)]
#[test]
fn gateways_on_screen_and_in_the_background_are_evaluated() {
    let (north, south, folder) = (plant(), plant(), tempfile::tempdir().unwrap());
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, ""),
        saved_gateway("South", &south.url, "background_secs = 3600\n"),
        alert(folder.path()),
    ];
    let mut window = Window::open(start_with(folder.path(), &config.concat(), "North"));
    until_sent(&mut window, folder.path(), &["6 sessions on North", "6 sessions on South"]);
}

#[cfg(unix)]
#[test]
fn all_gateways_together_are_evaluated() {
    let (north, south, folder) = (plant(), plant(), tempfile::tempdir().unwrap());
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, "background_secs = 0\n"),
        saved_gateway("South", &south.url, "background_secs = 0\n"),
        alert(folder.path()),
    ];
    let start = start_with(folder.path(), &config.concat(), "North");
    let mut window = Window::open(Start { target: Some(Target::All), ..start });
    until_sent(&mut window, folder.path(), &["6 sessions on North", "6 sessions on South"]);
}

#[cfg(unix)]
#[test]
fn alerts_can_be_tried_with_the_demo_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open(start_with(folder.path(), &alert(folder.path()), "demo"));
    until_sent(&mut window, folder.path(), &["on Demo gateway, more than 0"]);
}

#[cfg(unix)]
#[test]
fn alerts_that_are_added_later_are_evaluated() {
    let (north, folder) = (plant(), tempfile::tempdir().unwrap());
    let config = ["refresh_secs = 0\n".to_owned(), saved_gateway("North", &north.url, "")].concat();
    let mut window = Window::open(start_with(folder.path(), &config, "North"));
    window.until_text("6 of 6 sessions");
    std::fs::write(folder.path().join("config.toml"), config + &alert(folder.path())).unwrap();
    // Reads the settings.
    window.click("Saved gateways");
    window.harness.get_by_label("Saved gateways").click();
    window.retry("an alert", |window| {
        window.click("Refresh");
        folder.path().join("out").exists()
    });
    until_sent(&mut window, folder.path(), &["6 sessions on North"]);
}

#[cfg(unix)]
#[test]
fn first_read_is_evaluated_also_when_it_ends_at_once() {
    let (north, folder) = (plant(), tempfile::tempdir().unwrap());
    // So many that the first one is read before the window has gone through all of them.
    let url = format!("http://{}", unused_address());
    let others =
        (0..2_000).map(|index| saved_gateway(&format!("South {index}"), &url, "background_secs = 3600\n"));
    let out = folder.path().join("out");
    let alert = format!(
        "\n[[alert]]\nname = \"Down\"\nwhen = \"unreachable\"\ngateways = [\"South 0\"]\n\
         command = ['sh', '-c', 'cat >> {}']\n",
        out.display()
    );
    let config = ["refresh_secs = 0\n".to_owned(), saved_gateway("North", &north.url, "")];
    let config: String = config.into_iter().chain(others).chain([alert]).collect();
    let mut window = Window::open(start_with(folder.path(), &config, "North"));
    until_sent(&mut window, folder.path(), &["South 0 can't be reached"]);
}

#[test]
fn wrong_alerts_are_reported_like_other_settings() {
    let (north, folder) = (plant(), tempfile::tempdir().unwrap());
    let config = ["refresh_secs = 0\n".to_owned(), saved_gateway("North", &north.url, "")].concat();
    let mut window = Window::open(start_with(folder.path(), &config, "North"));
    window.until_text("6 of 6 sessions");
    let wrong = "\n[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\n";
    std::fs::write(folder.path().join("config.toml"), config.clone() + wrong).unwrap();
    window.click("Saved gateways");
    window.until_text_contains("Alert \"Busy\" is left out");
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    window.click("Saved gateways");
    window.click("Saved gateways");
    window.until("no message", |harness| harness.query_by_label_contains("is left out").is_none());
}

const BELL: &str = "Show alerts";

/// Opens a window of this size with a gateway that fires an alert and one in the background that can't be reached.
fn window_with_alerts(folder: &Path, size: [f32; 2]) -> Window {
    let north = plant();
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, ""),
        saved_gateway("South", &format!("http://{}", unused_address()), "background_secs = 3600\n"),
        "\n[[alert]]\nname = \"Twice\"\nwhen = \"signed-in-twice\"\n".to_owned(),
        "\n[[alert]]\nname = \"Down\"\nwhen = \"unreachable\"\n".to_owned(),
        "\n[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\nlimit = 5\n".to_owned(),
    ];
    let builder = Harness::builder().with_size(size);
    Window::open_as(builder, start_with(folder, &config.concat(), "North"))
}

fn until_bell(window: &mut Window, number: &str) {
    window.until(number, |harness| {
        harness.get_by_label(BELL).accesskit_node().value().as_deref() == Some(number)
    });
}

#[test]
fn bell_counts_what_is_firing_and_lists_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_alerts(folder.path(), [1280.0, 680.0]);
    until_bell(&mut window, "2");
    window.click(BELL);
    window.until_text("Firing");
    window.until_text_contains("Busy: 6 sessions on North, more than 5, since ");
    // What is firing isn't listed a second time.
    let down = window.harness.query_all_by_label_contains("Down: South can't be reached");
    assert_eq!(down.count(), 1);
    assert!(!window.has("Last 24 hours"));
    // A click shows the gateway.
    window.harness.get_by_label_contains("Down: South can't be reached").click();
    window.harness.step();
    window.until_gateway("South");
    assert!(!window.has("Firing"));
}

#[test]
fn list_of_alerts_opens_by_keys_and_leads_to_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_alerts(folder.path(), [1280.0, 680.0]);
    until_bell(&mut window, "2");
    window.press(Modifiers::COMMAND, Key::K);
    window.type_into("Search commands", "show alerts");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Firing");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Firing"));
    window.click(BELL);
    window.click("Settings of alerts…");
    window.until_text("Close settings");
}

#[test]
fn tab_key_stays_in_the_list_of_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_alerts(folder.path(), [1280.0, 680.0]);
    until_bell(&mut window, "2");
    window.harness.get_by_label(BELL).focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Firing");
    let mut reached = |modifiers: Modifiers| {
        window.press(modifiers, Key::Tab);
        let name = focused(&window).map(|focused| focused.name).unwrap_or_default();
        name.split_once(':').map_or(name.clone(), |(rule, _)| rule.to_owned())
    };
    let [first, second] = [reached(Modifiers::NONE), reached(Modifiers::NONE)];
    let mut alerts = [first.clone(), second.clone()];
    alerts.sort();
    assert_eq!(alerts, ["Busy", "Down"]);
    let settings = "Settings of alerts…".to_owned();
    let next = [(); 3].map(|()| reached(Modifiers::NONE));
    assert_eq!(next, [settings.clone(), first.clone(), second.clone()]);
    assert_eq!([(); 3].map(|()| reached(Modifiers::SHIFT)), [first, settings, second]);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Firing") && window.harness.get_by_label(BELL).is_focused());
}

#[test]
fn narrow_window_lists_alerts_from_its_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_with_alerts(folder.path(), [640.0, 480.0]);
    window.until_text("6 of 6 sessions");
    assert!(!window.has(BELL));
    window.click("View");
    window.click(BELL);
    window.until_text_contains("Busy: 6 sessions on North, more than 5, since ");
}

#[test]
fn list_without_alerts_says_how_to_add_one() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.click(BELL);
    window.until_text_contains("No rules yet");
}

/// Returns the texts of the cells of a column that say that an alert is firing.
fn marked(window: &Window) -> Vec<String> {
    let cells = window.harness.query_all_by_role(Role::Cell).map(|cell| cell.accesskit_node());
    let marked =
        cells.filter(|cell| cell.description().is_some_and(|text| text.contains("Alert: Two places")));
    marked.map(|cell| cell.label().unwrap_or_default()).collect()
}

#[test]
fn sessions_and_gateways_with_an_alert_are_marked() {
    let (north, folder) = (plant(), tempfile::tempdir().unwrap());
    let south = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT[..2])));
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, ""),
        saved_gateway("South", &south.url, "background_secs = 3600\n"),
        "\n[[alert]]\nname = \"Two places\"\nwhen = \"different-hosts\"\n".to_owned(),
    ];
    let mut window = Window::open(start_with(folder.path(), &config.concat(), "North"));
    window.until_text("North: 6 sessions, 1 alert is firing");
    window.until_text("South: 2 sessions");
    window.harness.run_steps(2);
    assert_eq!(marked(&window), ["billy", "billy"]);
    // The user of the other gateway has the same name.
    window.harness.get_by_label_contains("All gateways: ").click();
    window.until_text("8 of 8 sessions");
    window.harness.run_steps(2);
    assert_eq!(marked(&window), ["billy", "billy"]);
}

#[test]
fn activity_lists_what_was_sent_and_what_is_over() {
    let rows = Arc::new(AtomicUsize::new(6));
    let shown = rows.clone();
    let north = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&PLANT[..shown.load(Ordering::SeqCst)])),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    let folder = tempfile::tempdir().unwrap();
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, ""),
        "\n[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\nlimit = 5\n".to_owned(),
    ];
    let history = Some(Location::File(folder.path().join("history.db")));
    let start = Start { history, ..start_with(folder.path(), &config.concat(), "North") };
    let mut window = Window::open(start);
    window.until_text("North: 6 sessions, 1 alert is firing");
    window.press(Modifiers::COMMAND, Key::J);
    window.until_text_contains("Alert: Busy: 6 sessions on North, more than 5");
    rows.store(2, Ordering::SeqCst);
    window.click("Refresh");
    window.until_text_contains("Alert: Busy: Resolved after ");
    // Both are alerts, and each is listed once.
    window.click("Alerts");
    window.until("two alerts", lists_two_alerts);
    window.press(Modifiers::COMMAND, Key::J);
    window.until("the activity to close", |harness| harness.query_by_label("Activity list").is_none());
    // An alert in the list of the bell leads there, too.
    window.click(BELL);
    window.harness.get_by_label_contains("Busy: 6 sessions on North, more than 5").click();
    window.until("two alerts", lists_two_alerts);
    window.until("the alert to be at the cursor", |harness| {
        let cursor = harness.get_by_label("Activity list").accesskit_node().value();
        cursor.is_some_and(|row| row.contains("Alert: Busy: 6 sessions on North, more than 5"))
    });
}

#[test]
fn texts_of_alerts_take_the_room_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let north = plant();
    let name = "More sessions than there are seats in the control room of the northern plant";
    let config = [
        "refresh_secs = 0\n".to_owned(),
        saved_gateway("North", &north.url, ""),
        format!("\n[[alert]]\nname = \"{name}\"\nwhen = \"count-above\"\nlimit = 5\n"),
    ];
    let history = Some(Location::File(folder.path().join("history.db")));
    let start = Start { history, ..start_with(folder.path(), &config.concat(), "North") };
    let mut window = Window::open(start);
    window.until_text("North: 6 sessions, 1 alert is firing");
    window.press(Modifiers::COMMAND, Key::J);
    let text = format!("Alert: {name}: 6 sessions on North, more than 5");
    window.until_text_contains(&text);
    window.harness.run_steps(2);
    // What is truncated has a tooltip.
    // A list that has just come has no place yet.
    let place = |window: &Window| {
        // The tooltip has the same text.
        let mut rows = window.harness.query_all_by_label_contains(&text);
        let row = rows.find(|row| row.accesskit_node().role() == Role::ListItem);
        row.map(|row| row.rect()).filter(egui::Rect::is_finite)
    };
    // `None` if the row moves.
    let tooltips = |window: &mut Window| {
        let before = place(window)?;
        window.harness.run_steps(2);
        if place(window) != Some(before) {
            return None;
        }
        hover(window, before.left_center() + egui::vec2(150.0, 0.0));
        (place(window) == Some(before)).then(|| popups(window, Order::Tooltip).len())
    };
    let at_rest = |window: &mut Window| {
        let mut number = None;
        window.retry("a row at rest", |window| {
            window.harness.step();
            number = tooltips(window);
            number.is_some()
        });
        number
    };
    // An address comes after it. Entries that are written later move the row.
    window.retry("a tooltip", |window| {
        window.harness.step();
        tooltips(window) == Some(1)
    });
    window.click("Alerts");
    assert_eq!(at_rest(&mut window), Some(0));
}

fn lists_two_alerts(harness: &Harness<'_, App>) -> bool {
    let rows = harness.query_all_by_role(Role::ListItem);
    let is_alert = |label: String| label.contains("Alert: Busy: ");
    let alerts = rows.filter(|row| row.accesskit_node().label().is_some_and(is_alert));
    alerts.count() == 2 && harness.query_all_by_role(Role::ListItem).count() == 2
}
