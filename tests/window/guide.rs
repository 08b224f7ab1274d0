//! The guide that adds a gateway: its steps, the connection test and the project file. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::window::{Window, plant, retype, start, start_on, typed};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, unused_address, webdev_json};
use egui::{Key, Modifiers, OutputCommand, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::Login;
use gatewatch::gateway::webdev::project_zip;
use gatewatch::settings::Settings;
use gatewatch::ui::Start;
use tempfile::TempDir;

const WRONG_PASSWORD: &str = "Wrong user name or password";

/// Opens a window with the guide.
fn open(other: &FakeGateway) -> (TempDir, Window) {
    let folder = tempfile::tempdir().unwrap();
    let start = Start { folder: Some(folder.path().to_owned()), ..start_on(&other.url) };
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 900.0]), start);
    window.until_text("6 of 6 sessions");
    window.click("Add gateway…");
    (folder, window)
}

/// Starts a gateway whose Gatewatch resource can be installed later and wants the login billy, open-sesame.
fn without_resource() -> (FakeGateway, Arc<AtomicBool>) {
    let is_installed = Arc::<AtomicBool>::default();
    let installed = is_installed.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let login = request.header("authorization");
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            "/system/webdev/gatewatch/sessions" if installed.load(Ordering::SeqCst) => {
                if login == Some("Basic YmlsbHk6b3Blbi1zZXNhbWU=") {
                    ok(&webdev_json(&PLANT[..2]))
                } else {
                    status("401 Unauthorized", "")
                }
            }
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    (gateway, is_installed)
}

#[test]
fn leads_through_the_installation_of_the_resource() {
    let other = plant();
    let (gateway, is_installed) = without_resource();
    let (folder, mut window) = open(&other);
    window.type_into("Addresses", &gateway.url);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Ignition 8.1.44, Plant");
    window.until_text("Continue with this login");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "open-sesame");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Repeats every 5 s");
    assert!(window.has("Add the role gatewatch to the user source"));
    window.click("Copy the role");
    assert_eq!(window.copied(), "gatewatch");
    window.click("Ignition 7.9: paste the script instead");
    window.click("Copy the script");
    assert!(window.copied().starts_with("def doGet("));
    window.click("Ignition 8.0.7 and later: import the project instead");
    // Without the resource, no password is sent.
    assert!(gateway.requests().iter().all(|request| request.header("authorization").is_none()));
    is_installed.store(true, Ordering::SeqCst);
    window.click("Test connection");
    window.until_text("Sessions: 2 sessions");
    window.until_text("The sessions can be read");
    window.type_into("Name", "North");
    window.click("Save gateway");
    window.until_text("2 of 2 sessions");
    let saved = Settings::load(folder.path()).unwrap().profiles.remove(0);
    assert_eq!(saved.login, Login::Basic { user: "billy".to_owned() });
}

#[test]
fn required_login_preselects_the_password_and_its_first_box() {
    let other = plant();
    let (gateway, is_installed) = without_resource();
    is_installed.store(true, Ordering::SeqCst);
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &gateway.url);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Gateway user name");
    window.harness.step();
    assert!(window.harness.get_by_label("Gateway user name").is_focused());
    // Other addresses are tested without the login that isn't entered yet.
    window.click("Change: Address");
    window.click("Find the gateway");
    window.until_text("Gateway user name");
    // The choice of the user stays.
    window.click("Authentication: None");
    window.click("Continue with this login");
    window.until_text("This gateway requires a login");
    assert!(!window.has("Gateway user name"));
}

#[test]
fn wrong_password_keeps_the_user_and_has_its_error_at_the_box_with_the_focus() {
    let other = plant();
    let (gateway, is_installed) = without_resource();
    is_installed.store(true, Ordering::SeqCst);
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &gateway.url);
    window.click("Find the gateway");
    window.until_text("Continue with this login");
    window.click("Continue with this login");
    window.until_text_contains("Enter the user name");
    // The results of the last test stay.
    assert!(window.has("Web Dev: Installed, requires a login"));
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "wrong");
    for is_clicked in [false, true] {
        if is_clicked {
            window.type_into("Gateway password", "again");
            window.click("Continue with this login");
        } else {
            window.press(Modifiers::NONE, Key::Enter);
        }
        window.until_text(WRONG_PASSWORD);
        window.harness.step();
        assert_eq!(window.text_of("Gateway user name"), "billy");
        let password = window.harness.get_by_label("Gateway password");
        assert!(password.is_focused(), "{is_clicked}");
        let [password, error] = [password.rect(), window.harness.get_by_label(WRONG_PASSWORD).rect()];
        assert!(error.top() >= password.bottom() && error.top() < password.bottom() + 12.0);
    }
    // Typing replaces the rejected password, and hides the error.
    for events in crate::support::window::typed("open-sesame") {
        window.frame(events);
    }
    assert!(!window.has(WRONG_PASSWORD));
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("The sessions can be read");
    window.harness.step();
    assert!(window.harness.get_by_label("Name").is_focused());
}

#[test]
fn address_with_a_path_that_leads_nowhere_is_no_gateway() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    let other = plant();
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &format!("{}/foo", gateway.url));
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("No Ignition gateway answers at /foo. Remove the path");
    assert!(!window.has("Gateway found") && !window.has("Continue with this login"));
    crate::support::window::retype(&mut window, "Addresses", &gateway.url);
    assert!(window.harness.query_by_label_contains("No Ignition gateway").is_none());
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Gateway found");
}

#[test]
fn continues_after_a_changed_or_unchanged_address() {
    let (other, first) = (plant(), plant());
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &first.url);
    window.press(Modifiers::NONE, Key::Enter);
    for changes in [false, true] {
        window.until_text("The sessions can be read");
        window.click("Change: Address");
        window.harness.step();
        assert!(window.harness.get_by_label("Addresses").is_focused());
        if changes {
            crate::support::window::retype(&mut window, "Addresses", &plant().url);
            window.click("Find the gateway");
        } else {
            window.press(Modifiers::NONE, Key::Enter);
        }
        window.until("the next step", |harness| harness.query_by_label("Addresses").is_none());
    }
}

/// Returns the place of a gateway in the rail.
fn in_rail(window: &Window, name: &str) -> egui::Pos2 {
    window.harness.get_by_label_contains(&format!("{name}: ")).rect().center()
}

#[test]
fn gateway_in_the_rail_leaves_the_guide_unless_something_is_entered() {
    let (other, second) = (plant(), plant());
    let folder = tempfile::tempdir().unwrap();
    let config = |name: &str, url: &str| saved_gateway(name, url, "");
    let config = format!("{}{}", config("North", &other.url), config("South", &second.url));
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some("North"), None).unwrap();
    let start = Start { settings, folder: Some(folder.path().to_owned()), ..start(target) };
    let mut window = Window::open(start);
    for (entry, expected) in [
        ("South", "South"),
        ("North", "North"),
        ("All gateways", "All gateways"),
        ("Demo gateway", "Demo gateway"),
    ] {
        window.click("Add gateway…");
        assert!(window.has("New gateway"));
        let at = in_rail(&window, entry);
        window.click_at(at, PointerButton::Primary, Modifiers::NONE);
        assert!(!window.has("New gateway"), "{entry}");
        window.until_gateway(expected);
    }
    for entry in ["South", "All gateways", "Demo gateway"] {
        window.click("Add gateway…");
        window.type_into("Name", "West");
        let at = in_rail(&window, entry);
        window.click_at(at, PointerButton::Primary, Modifiers::NONE);
        window.until_text("Discard the changes?");
        // Nothing has changed behind the guide.
        assert!(
            window.harness.state().title().starts_with("Demo gateway"),
            "{}",
            window.harness.state().title()
        );
        window.press(Modifiers::NONE, Key::Escape);
        assert_eq!(window.text_of("Name"), "West");
        let is_asking = window.harness.query_by_label_contains("unsaved").is_some();
        assert!(!window.has("Discard the changes?") && !is_asking);
        window.click("Cancel");
        assert!(!window.has("New gateway"));
    }
    window.click("Add gateway…");
    window.type_into("Name", "West");
    let at = in_rail(&window, "South");
    window.click_at(at, PointerButton::Primary, Modifiers::NONE);
    window.until_text("Discard the changes?");
    window.harness.run_steps(4);
    window.click("Discard changes");
    assert!(!window.has("New gateway"));
    window.until_gateway("South");
}

#[test]
fn escape_leaves_the_guide_unless_something_is_entered() {
    let other = plant();
    let (_folder, mut window) = open(&other);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("New gateway"));
    window.click("Add gateway…");
    window.type_into("Addresses", "http://n1:8088");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("Discard the changes?");
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(window.text_of("Addresses"), "http://n1:8088");
    window.harness.step();
    assert!(window.harness.get_by_label("Addresses").is_focused());
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("Discard the changes?");
    window.harness.run_steps(4);
    window.click("Discard changes");
    assert!(!window.has("New gateway"));
}

#[test]
fn rail_over_the_table_closes_when_the_guide_opens() {
    let other = plant();
    let start = start_on(&other.url);
    let mut window = Window::open_as(Harness::builder().with_size([640.0, 480.0]), start);
    window.until_text("6 of 6 sessions");
    window.click("Show gateways");
    window.click("Add gateway…");
    assert!(window.has("New gateway") && !window.has("Hide gateways"));
}

#[test]
fn typing_in_the_guide_draws_each_frame_once() {
    let other = plant();
    let (_folder, mut window) = open(&other);
    for name in ["Addresses", "Name"] {
        window.harness.get_by_label(name).focus();
        window.harness.step();
        for events in crate::support::window::typed("plant") {
            window.frame(events);
            let passes = window.harness.output().platform_output.num_completed_passes;
            assert_eq!(passes, 1, "{name}");
        }
    }
}

#[test]
fn opens_the_page_that_the_task_names() {
    let other = plant();
    for (version, task, page) in [
        ("8.1.44", "Open Config, System, Projects and choose Import", "/web/config/system.projects"),
        ("8.3.4", "Open Platform, System, Projects and choose Import", "/app/platform/system/projects"),
    ] {
        let gateway = FakeGateway::gateway(version, status("404 Not Found", ""));
        let (_folder, mut window) = open(&other);
        window.type_into("Addresses", &gateway.url);
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text("Continue with this login");
        window.click("Authentication: None");
        window.click("Continue with this login");
        window.until_text(task);
        window.harness.get_by_label("Open the page of projects").click();
        let mut opened = None;
        for _ in 0..3 {
            window.harness.step();
            opened = opened.or_else(|| opened_url(&window));
        }
        assert_eq!(opened, Some(format!("{}{page}", gateway.url)));
    }
}

/// Returns the address that was opened in a browser in this frame.
fn opened_url(window: &Window) -> Option<String> {
    let commands = &window.harness.output().platform_output.commands;
    commands.iter().find_map(|command| match command {
        OutputCommand::OpenUrl(open) => Some(open.url.clone()),
        _ => None,
    })
}

#[test]
fn completed_step_can_be_changed() {
    let other = plant();
    let open_gateway = plant();
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &format!("http://{}", unused_address()));
    window.click("Find the gateway");
    window.until_text_contains("Connection: Connection refused");
    assert!(!window.has("Continue with this login"));
    crate::support::window::retype(&mut window, "Addresses", &open_gateway.url);
    window.click("Find the gateway");
    window.until_text("The sessions can be read");
    assert!(!window.has("Addresses"));
    window.click("Change: Address");
    assert_eq!(window.text_of("Addresses"), open_gateway.url);
}

#[test]
fn saves_the_project() {
    let other = plant();
    let (gateway, _) = without_resource();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.zip");
    let picked = path.clone();
    let pick_file = Arc::new(move |suggested: &str| -> gatewatch::ui::PickedFile {
        assert_eq!(suggested, "gatewatch.zip");
        Box::pin(std::future::ready(Some(picked.clone())))
    });
    let start = Start { pick_file, ..start_on(&other.url) };
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 900.0]), start);
    window.until_text("6 of 6 sessions");
    window.click("Add gateway…");
    window.type_into("Addresses", &gateway.url);
    window.click("Find the gateway");
    window.until_text("Continue with this login");
    window.click("Authentication: None");
    window.click("Continue with this login");
    window.until_text("Repeats every 5 s");
    window.click("Save the project…");
    window.until_text_contains("Project saved as ");
    assert_eq!(std::fs::read(path).unwrap(), project_zip());
}

#[test]
fn typed_text_goes_to_no_filter() {
    let other = plant();
    let (_folder, mut window) = open(&other);
    window.click("Test connection");
    for events in crate::support::window::typed("secret") {
        window.frame(events);
    }
    window.click("Cancel");
    assert_eq!(window.text_of("Username filter"), "");
    assert!(window.has("6 of 6 sessions"));
}

#[test]
fn addresses_have_the_focus_after_nothing_was_found_there() {
    let other = plant();
    let (_folder, mut window) = open(&other);
    for is_key in [true, false] {
        let wrong = unused_address().to_string();
        retype(&mut window, "Addresses", &wrong);
        if is_key {
            window.press(Modifiers::NONE, Key::Enter);
        } else {
            window.click("Find the gateway");
        }
        window.until("the error", |harness| {
            let errors = harness.query_all_by_label_contains("Check that the gateway is running").count();
            errors > 0 && harness.query_by_label_contains(&wrong).is_some()
        });
        window.until("the focus", |harness| harness.get_by_label("Addresses").is_focused());
    }
}

#[test]
fn typing_goes_to_the_filter_after_a_gateway_was_saved() {
    let (other, gateway) = (plant(), plant());
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &gateway.url);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("The sessions can be read");
    window.until("the focus", |harness| harness.get_by_label("Name").is_focused());
    window.type_into("Name", "South");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    window.until_text("6 of 6 sessions");
    window.frame(typed("billy").concat());
    window.until_text("2 of 6 sessions");
}
