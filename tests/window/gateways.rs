//! The gateway form: adding, testing, editing and deleting gateways. Needs no display.

use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::painted;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{TIMEOUT, Window, connect_to, plant, retype, start, start_on};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, unused_address, webdev_json};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Api, Login, Profile};
use gatewatch::secrets::{Secret, Secrets};
use gatewatch::settings::{Settings, State};
use gatewatch::ui::Start;
use tempfile::TempDir;

/// Opens a window with the settings in `folder`, on their first gateway.
fn open(folder: &Path) -> Window {
    let settings = Settings::load(folder).unwrap();
    let target = settings.target(None, State::load(folder).last.as_deref()).unwrap();
    // High enough for the whole form.
    let builder = Harness::builder().with_size([1280.0, 1000.0]);
    Window::open_as(builder, Start { settings, folder: Some(folder.to_owned()), ..start(target) })
}

/// Saves a gateway as North and opens a window on it.
fn open_north(gateway: &FakeGateway) -> (TempDir, Window) {
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    (folder, window)
}

const MANUAL_REFRESH: &str = "refresh_secs = 0\n";

/// Writes a `config.toml` with manual refresh to a new folder.
fn with_config(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), format!("{MANUAL_REFRESH}{text}")).unwrap();
    folder
}

/// Returns the settings of a gateway named North.
fn north(url: &str) -> String {
    saved_gateway("North", url, "")
}

fn profiles(folder: &Path) -> Vec<Profile> {
    Settings::load(folder).unwrap().profiles
}

/// Chooses an item in the menu of the saved gateways.
fn choose(window: &mut Window, item: &str) {
    window.click("Saved gateways");
    window.click(item);
}

/// Chooses a gateway in the rail.
fn choose_in_rail(window: &mut Window, name: &str) {
    window.harness.get_by_label_contains(&format!("{name}: ")).click();
    window.harness.run_steps(2);
}

/// Chooses to edit a gateway in the menu of its row in the rail.
fn edit_in_rail(window: &mut Window, name: &str) {
    let at = window.harness.get_by_label_contains(&format!("{name}: ")).rect().center();
    window.click_at(at, egui::PointerButton::Secondary, Modifiers::NONE);
    window.click("Edit…");
}

fn config(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("config.toml")).unwrap()
}

#[test]
fn adds_gateway_after_test() {
    let (first, second) = (plant(), plant());
    let folder = with_config(&north(&first.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    window.click("Add gateway…");
    window.type_into("Name", "South");
    window.type_into("Addresses", &second.url);
    window.click("Find the gateway");
    window.until_text("Health: Reachable, Plant, version 8.1.44");
    window.until_text("Sign-in: No authentication required");
    window.until_text("Sessions: 6 sessions");
    // A test saves nothing and doesn't connect.
    assert_eq!(profiles(folder.path()).len(), 1);
    let requests = second.requests().len();
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("New gateway").is_none());
    window.until("the new gateway to be read", |_| second.requests().len() > requests);
    window.until_text("South: 6 sessions");
    let saved = profiles(folder.path());
    assert_eq!((saved.len(), saved[1].name.as_str()), (2, "South"));
    assert!(config(folder.path()).starts_with(&format!("{MANUAL_REFRESH}{}", north(&first.url))));
}

#[test]
fn shows_form_errors_and_keeps_input() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    window.click("Add gateway…");
    window.click("Save gateway");
    window.until_text_contains("Enter a name");
    window.type_into("Name", "North");
    window.type_into("Addresses", "ftp://x");
    window.click("Save gateway");
    window.until_text_contains("A gateway with this name exists");
    window.type_into("Name", " 2");
    window.click("Save gateway");
    window.until_text_contains("Unsupported scheme ftp");
    // Opening another form would discard this one.
    edit_in_rail(&mut window, "North");
    window.until_text("Discard the changes?");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("New gateway") && !window.has("Discard the changes?"));
    edit_in_rail(&mut window, "North");
    window.harness.run_steps(4);
    window.click("Discard changes");
    window.until_text("Edit North");
    window.click("Close");
    assert!(!window.has("New gateway"));
    assert_eq!(config(folder.path()), format!("{MANUAL_REFRESH}{}", north(&gateway.url)));
}

#[test]
fn renames_gateway_without_reconnecting_and_removes_it() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    let reads = || gateway.paths().iter().filter(|path| path.ends_with("/sessions")).count();
    let before = reads();
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "Plant North");
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    assert!(window.has("6 of 6 sessions"));
    // A read of a new connection would come before this one.
    window.click("Refresh");
    window.until("the refresh", |_| reads() > before);
    assert_eq!(reads(), before + 1, "the window reconnected");
    assert!(window.has("6 of 6 sessions"));
    assert_eq!(profiles(folder.path())[0].name, "Plant North");

    choose(&mut window, "Edit Plant North…");
    window.click("Remove…");
    window.harness.run_steps(4);
    window.click("Cancel");
    assert_eq!(profiles(folder.path()).len(), 1);
    window.click("Remove…");
    window.harness.run_steps(4);
    window.click("Remove Plant North");
    window.until_text("Plant North removed");
    assert_eq!(profiles(folder.path()), []);
    assert!(!window.has("6 of 6 sessions"));
    drop(window);
    // The next start doesn't take its name for an address.
    let next = Settings::load(folder.path()).unwrap();
    let last = State::load(folder.path()).last;
    assert_eq!(next.target(None, last.as_deref()).unwrap(), gatewatch::settings::Target::Demo);
}

#[test]
fn alerts_follow_a_renamed_gateway_and_report_one_that_is_removed() {
    let gateway = plant();
    let alert = "[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\nlimit = 50\ngateways = \"North\"\n";
    let folder = with_config(&[&north(&gateway.url), alert].concat());
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "Plant North");
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    assert_eq!(Settings::load(folder.path()).unwrap().alerts[0].gateways, ["Plant North"]);
    choose(&mut window, "Edit Plant North…");
    window.click("Remove…");
    window.harness.run_steps(4);
    assert!(window.harness.query_by_label_contains("Alert \"Busy\"").is_none());
    window.click("Remove Plant North");
    window.until_text_contains("Alert \"Busy\" names \"Plant North\", which is neither a saved gateway");
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([egui::Event::Text("Alert settings".to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("No saved gateway is named Plant North, and no node has this address");
}

#[test]
fn test_shows_result_for_each_node() {
    let good = plant();
    let unauthorized = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
    let unused = unused_address();
    let folder = with_config(&north(&good.url));
    let mut window = open(folder.path());
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &format!("{} {} http://{unused}", good.url, unauthorized.url));
    window.click("Test connection");
    window.until_text("Sessions: 6 sessions");
    window.until_text_contains("Sign in to this gateway");
    window.until_text_contains("Connection refused. Check that the gateway is running");
}

#[test]
fn tests_typed_and_saved_password_without_writing_it() {
    let require_basic = Some("billy:open-sesame".parse().unwrap());
    let demo = DemoGateway::start(Options { require_basic, still: true, ..Options::in_process() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start_on(demo.url()) });
    window.until_text("Sign in to this gateway");
    choose(&mut window, "Save this gateway…");
    window.type_into("Name", "North");
    window.click("Authentication: Password");
    window.click("Test connection");
    window.until_text_contains("Enter the user name");
    window.type_into("Gateway user name", "billy");
    window.click("Test connection");
    window.until_text_contains("Enter the password or token");
    window.type_into("Gateway password", "open-sesam");
    window.click("Test connection");
    window.until_text_contains("Wrong user name or password");
    window.type_into("Gateway password", "e");
    window.click("Test connection");
    window.until_text("Sign-in: Authenticated with the password");
    window.click("Save gateway");
    window.until_text_contains("of 120 sessions");
    assert_eq!(profiles(folder.path())[0].login, Login::Basic { user: "billy".to_owned() });

    // The text box is empty, so the saved password is used.
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text("Sign-in: Authenticated with the password");
    for file in folder.path().read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("sesam"), "{text}");
    }
}

#[test]
fn trusts_certificate_while_adding_gateway() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let folder = tempfile::tempdir().unwrap();
    let other = plant();
    // High enough for all lines about a certificate.
    let builder = Harness::builder().with_size([1080.0, 1000.0]);
    let start = Start { folder: Some(folder.path().to_owned()), ..start_on(&other.url) };
    let mut window = Window::open_as(builder, start);
    window.until_text("6 of 6 sessions");
    window.click("Add gateway…");
    window.type_into("Name", "North");
    window.type_into("Addresses", &gateway.url);
    window.click("Find the gateway");
    window.until_text(&identity.pin().fingerprint.to_string());
    // No further line moves the button.
    window.until_text("Read sessions: not tested");
    // The address says what is missing, and the facts are where they can be compared.
    window.until_text(
        "The certificate isn't trusted: it is self-signed. Compare its fingerprint in the connection test, then \
         trust it there",
    );
    let texts = painted::texts(&window);
    assert!(!texts.iter().any(|text| text.text.contains("(SHA-256")), "{texts:?}");
    for width in [1280.0, 1080.0] {
        window.harness.set_size(egui::vec2(width, 1000.0));
        window.harness.run_steps(3);
        let fingerprint = window.harness.get_by_label(&identity.pin().fingerprint.to_string()).rect();
        let copy = window.harness.get_by_label("Copy SHA-256").rect();
        assert!(fingerprint.right() <= copy.left() && copy.right() < width - 16.0, "{fingerprint} {copy}");
    }
    window.click("Trust this certificate");
    window.until_text("Sessions: 1 session");
    window.click("Save gateway");
    window.until_text("1 of 1 sessions");
    let pins = profiles(folder.path()).remove(0).trust.pins;
    assert_eq!(pins.len(), 1);
    assert_eq!(pins[0].fingerprint, identity.pin().fingerprint);
    assert_eq!(Some(pins[0].port.unwrap()), gateway.url.rsplit(':').next().unwrap().parse().ok());
}

#[test]
fn labels_of_limits_are_beside_their_boxes() {
    let gateway = plant();
    let (_folder, mut window) = open_north(&gateway);
    edit_in_rail(&mut window, "North");
    for (label, name) in [
        ("Vision clients", "Limit of Vision clients"),
        ("Designers", "Limit of Designers"),
        ("Perspective sessions", "Limit of Perspective sessions"),
    ] {
        let text = painted::texts(&window).into_iter().find(|text| text.text == label).unwrap().place;
        let edit = window.harness.get_by_label(name).rect();
        assert!((text.center().y - edit.center().y).abs() <= 2.0, "{label}: {text} {edit}");
    }
}

#[test]
fn invalid_settings_are_not_overwritten_and_the_form_stays() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    let broken = "[[profile]]\nname = \"North\"\nurls = 3\n";
    std::fs::write(folder.path().join("config.toml"), broken).unwrap();
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "South");
    window.click("Save gateway");
    // Once in the form, and once in the status bar since the menu was opened.
    window.until("both errors", |harness| {
        harness.query_all_by_label_contains("config.toml is invalid").count() == 2
    });
    assert!(window.has("Save gateway"));
    assert_eq!(config(folder.path()), broken);
}

#[test]
fn merges_changes_of_two_windows() {
    let gateway = plant();
    let folder = with_config(&north(&gateway.url));
    let (mut first, mut second) = (open(folder.path()), open(folder.path()));
    for window in [&mut first, &mut second] {
        window.until_text("6 of 6 sessions");
        choose(window, "Edit North…");
    }
    first.click("Allow terminating sessions");
    second.click("Include Perspective sessions");
    for window in [&mut first, &mut second] {
        window.click("Save gateway");
        window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    }
    let saved = profiles(folder.path()).remove(0);
    assert!(saved.may_terminate && saved.perspective);
}

#[test]
fn saves_refresh_interval_of_each_gateway() {
    let (first, second) = (plant(), plant());
    let folder =
        with_config(&format!("{}{}", north(&first.url), north(&second.url).replace("North", "South")));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    window.click("Refresh interval");
    window.click("Every 5 min");
    window.until("the interval to be saved", |_| config(folder.path()).contains("refresh_secs = 300"));
    choose(&mut window, "South");
    window.until("South to be read", |_| !second.requests().is_empty());
    let shown = |window: &Window| {
        let interval = window.harness.get_by_label("Refresh interval");
        interval.accesskit_node().value()
    };
    assert_eq!(shown(&window).as_deref(), Some("Manual"));
    // The window reads its settings a moment after they are written.
    window.retry("the interval of North", |window| {
        choose(window, "North");
        shown(window).as_deref() == Some("Every 5 min")
    });
    assert_eq!(profiles(folder.path())[0].refresh, Some(Duration::from_mins(5)));
}

#[test]
fn requests_perspective_sessions_and_uses_the_chosen_source() {
    let gateway = plant();
    let folder = with_config(&format!("{}perspective = true\napi = \"web-dev\"\n", north(&gateway.url)));
    assert_eq!(profiles(folder.path())[0].api, Some(Api::WebDev));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    assert!(gateway.requests().iter().any(|request| request.target.ends_with("/sessions?perspective=1")));
    choose(&mut window, "Edit North…");
    window.click("Source");
    window.click("REST API");
    window.click("Save gateway");
    window.until_text("API token");
    assert_eq!(profiles(folder.path())[0].api, Some(Api::Rest));
}

/// Starts a gateway that accepts any password or token.
fn accepting_any_login() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ if request.header("authorization").is_some() => ok(&webdev_json(&PLANT)),
            _ => status("401 Unauthorized", "<html>"),
        };
        // The client may have hung up.
        let _closed = stream.write_all(&response);
    })
}

/// Returns the `Authorization` headers that a gateway has received.
fn authorizations(gateway: &FakeGateway) -> Vec<String> {
    let requests = gateway.requests();
    requests.iter().filter_map(|request| request.header("authorization").map(str::to_owned)).collect()
}

/// Opens a window and saves its gateway with a user and a password.
fn open_with_saved_password(gateway: &FakeGateway, folder: &Path) -> Window {
    let mut window = Window::open(Start { folder: Some(folder.to_owned()), ..start_on(&gateway.url) });
    window.until_text("Sign in to this gateway");
    choose(&mut window, "Save this gateway…");
    window.type_into("Name", "North");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "open-sesame");
    window.click("Save gateway");
    window.until_text("6 of 6 sessions");
    window
}

/// Returns how often a widget with this text exists.
fn count(window: &Window, text: &str) -> usize {
    window.harness.query_all_by_label_contains(text).count()
}

#[test]
fn test_sends_rejected_password_to_three_nodes_in_all() {
    const REJECTED: &str = "Sign-in: Wrong user name or password";
    const NOT_SENT: &str = "Not read because this password was rejected";
    let nodes: Vec<FakeGateway> =
        (0..5).map(|_| FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"))).collect();
    let sent = || nodes.iter().map(|node| authorizations(node).len()).sum::<usize>();
    let urls: Vec<&str> = nodes.iter().map(|node| node.url.as_str()).collect();
    let folder = tempfile::tempdir().unwrap();
    let other = plant();
    // High enough for the results of all nodes.
    let builder = Harness::builder().with_size([1080.0, 1400.0]);
    let start = Start { folder: Some(folder.path().to_owned()), ..start_on(&other.url) };
    let mut window = Window::open_as(builder, start);
    window.until_text("6 of 6 sessions");
    window.click("Add gateway…");
    window.type_into("Name", "North");
    window.type_into("Addresses", &urls.join(" "));
    window.click("Find the gateway");
    window.until_text("Continue with this login");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "open-sesam");
    window.click("Continue with this login");
    window.until("the results of all nodes", |harness| {
        let count = |text| harness.query_all_by_label_contains(text).count();
        (count(REJECTED), count(NOT_SENT)) == (3, 2)
    });
    assert_eq!(sent(), 3);
    for _ in 0..3 {
        // A test that is still ending goes on, and a click starts no other one.
        window.retry("the results of all nodes", |window| {
            window.click("Test connection");
            window.harness.query_all_by_label_contains(NOT_SENT).count() == nodes.len()
        });
        assert_eq!(sent(), 3);
    }
    // Polling doesn't send it either.
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    window.until_text_contains("this password was rejected");
    assert_eq!((sent(), count(&window, "Wrong user name")), (3, 0));
    // Another password can be entered.
    window.until("the prompt", |harness| harness.query_by_label("Sign in with a password").is_some());
}

#[test]
fn test_keeps_asking_nodes_after_one_that_rejects_the_password() {
    let rejecting = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
    let accepting: Vec<FakeGateway> = (0..4).map(|_| accepting_any_login()).collect();
    let urls: Vec<&str> = [&rejecting].into_iter().chain(&accepting).map(|node| node.url.as_str()).collect();
    let other = plant();
    let mut window = Window::open_as(Harness::builder().with_size([1080.0, 1400.0]), start_on(&other.url));
    window.until_text("6 of 6 sessions");
    window.click("Add gateway…");
    window.type_into("Addresses", &urls.join(" "));
    window.click("Find the gateway");
    window.until_text("Continue with this login");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "open-sesame");
    window.click("Continue with this login");
    window.until("the results of all nodes", |harness| {
        let count = |text| harness.query_all_by_label_contains(text).count();
        count("Authenticated with the password") == 4 && count("Sign-in: Wrong user name or password") == 1
    });
}

#[test]
fn sends_saved_password_only_to_its_address_and_user() {
    let (first, second) = (accepting_any_login(), accepting_any_login());
    let folder = tempfile::tempdir().unwrap();
    let mut window = open_with_saved_password(&first, folder.path());
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &second.url);
    window.click("Test connection");
    window.until_text_contains("Enter the password or token");
    window.click("Save gateway");
    window.until_text("Sign in to this gateway");
    assert_eq!(authorizations(&second), [] as [String; 0]);

    // The first address with another user.
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &first.url);
    retype(&mut window, "Gateway user name", "anna");
    let before = authorizations(&first).len();
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    window.until_text("Sign in to this gateway");
    assert_eq!(authorizations(&first).len(), before);
}

#[test]
fn sends_secret_of_unlocked_keyring_only_to_its_gateway() {
    const WAITS: &str = "Waiting for the keyring";
    let (first, second) = (accepting_any_login(), accepting_any_login());
    let folder = with_config(&format!("{}user = \"billy\"\n", north(&first.url)));
    let binding = profiles(folder.path())[0].binding();
    // The keyring is locked until `lock` is dropped.
    let (lock, unlocked) = sync_channel::<()>(0);
    let unlocked = Mutex::new(unlocked);
    let locked_keyring = move || {
        let _unlocked = unlocked.lock().unwrap().recv_timeout(TIMEOUT);
        let secrets = Secrets::in_memory();
        let _stored = secrets.set("North", &binding, &Secret::new("open-sesame".to_owned()));
        secrets
    };
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some("North"), None).unwrap();
    let saved = Some(folder.path().to_owned());
    let mut window = Window::open(Start {
        settings,
        folder: saved,
        open_secrets: Arc::new(locked_keyring),
        ..start(target)
    });
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains(WAITS);
    // The keyring was asked for the first gateway. Now the second one is saved and tested.
    retype(&mut window, "Addresses", &second.url);
    window.until("the first test to end", |harness| harness.query_by_label_contains(WAITS).is_none());
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains(WAITS);
    drop(lock);
    window.until_text_contains("Enter the password or token");
    assert!(window.harness.query_by_label_contains(WAITS).is_none());
    assert_eq!((authorizations(&first), authorizations(&second)), (Vec::new(), Vec::new()));

    // The secret is still in the keyring for the first gateway.
    retype(&mut window, "Addresses", &first.url);
    window.click("Save gateway");
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains("Sign-in: Authenticated with the password");
    assert_eq!(authorizations(&second), Vec::<String>::new());
}

#[test]
fn removing_gateway_forgets_its_login() {
    let gateway = accepting_any_login();
    let folder = tempfile::tempdir().unwrap();
    let mut window = open_with_saved_password(&gateway, folder.path());
    choose(&mut window, "Edit North…");
    window.click("Remove…");
    window.harness.run_steps(4);
    window.click("Remove North");
    window.until_text("North removed");
    window.until_text("Connect to a gateway");
    let before = authorizations(&gateway).len();
    connect_to(&mut window, &gateway.url);
    window.until_text("Sign in to this gateway");
    assert_eq!(authorizations(&gateway).len(), before);
}

#[test]
fn does_not_restore_gateway_that_another_window_renamed() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    choose(&mut window, "Edit North…");
    let other = config(folder.path()).replace("North", "Renamed");
    std::fs::write(folder.path().join("config.toml"), &other).unwrap();
    window.click("Allow terminating sessions");
    window.click("Save gateway");
    window.until_text_contains("was renamed or deleted");
    assert_eq!(config(folder.path()), other);
    // The menu shows the current settings.
    window.click("Discard");
    window.click("Saved gateways");
    window.until_text("Renamed");
}

#[test]
fn follows_the_shown_gateway_that_another_window_renamed() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    let reads = gateway.requests().len();
    let other = config(folder.path()).replace("North", "Renamed");
    std::fs::write(folder.path().join("config.toml"), other).unwrap();
    window.click("Saved gateways");
    window.until_gateway("Renamed");
    assert!(window.has("6 of 6 sessions"), "the table stays");
    assert_eq!(gateway.requests().len(), reads, "it isn't read again");
    // The state is written before the window is closed.
    drop(window);
    assert_eq!(State::load(folder.path()).last.as_deref(), Some("Renamed"));
}

#[test]
fn warns_about_password_that_is_not_checked() {
    let gateway = plant();
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    choose(&mut window, "Edit North…");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "open-sesame");
    window.click("Test connection");
    window.until_text_contains("The gateway doesn't check the password");
    // An edit of the addresses hides the results.
    window.type_into("Addresses", "1");
    assert!(window.harness.query_by_label_contains("doesn't check the password").is_none());
}

#[test]
fn escape_closes_only_an_unchanged_form() {
    let gateway = plant();
    let (_folder, mut window) = open_north(&gateway);
    window.click("Add gateway…");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("New gateway"));
    window.click("Add gateway…");
    window.type_into("Name", "South");
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("New gateway"));
    // Enter saves. After an error, the box that lacks something takes the focus.
    window.harness.get_by_label("Name").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text_contains("Enter an address");
    window.until("the focus", |harness| harness.get_by_label("Addresses").is_focused());
    // Text typed outside the text boxes isn't a filter.
    window.click("Test connection");
    window.harness.event(egui::Event::Text("secret".to_owned()));
    window.harness.step();
    window.click("Cancel");
    let filter = window.harness.get_by_label("Username filter");
    assert_eq!(filter.accesskit_node().value().unwrap_or_default(), "");
}

#[test]
fn shows_changed_certificate_and_replaces_it() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let before = Identity::self_signed(&named(&[HOST], "Plant North")).pin().fingerprint;
    let trusted = format!("trusted = [{{ host = \"{HOST}\", fingerprint = \"{before}\" }}]\n");
    let folder = with_config(&format!("{}{trusted}", north(&gateway.url)));
    let mut window = open(folder.path());
    window.until_text_contains(
        "It has changed, and the new one is self-signed. Ask the gateway's administrator",
    );
    assert!(window.has(&before.to_string()) && window.has(&identity.pin().fingerprint.to_string()));
    window.click("Always trust");
    window.until_text("1 of 1 sessions");
    // A certificate without a port may belong to another gateway, so it stays.
    window.until("the certificate in the settings", |_| profiles(folder.path())[0].trust.pins.len() == 2);
}

#[test]
fn quitting_warns_once_and_ignores_lock_of_another_window() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    window.click("Add gateway…");
    window.type_into("Name", "South");
    window.press(Modifiers::COMMAND, Key::Q);
    let close = |window: &mut Window| {
        let info = window.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
        info.events.push(egui::ViewportEvent::Close);
        window.harness.step();
    };
    close(&mut window);
    window.until_text("Discard the changes?");
    // The next attempt closes the window.
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("New gateway"));
    window.click("Cancel");
    // Another window hangs while it changes the settings. Closing this one must not wait for the lock.
    let lock = std::fs::File::create(folder.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    window.click("Username");
    drop(window);
    drop(lock);
}

#[test]
fn menu_leads_back_to_the_demo_gateway() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.click("Saved gateways");
    window.click("Demo gateway");
    window.until_demo();
    window.press(Modifiers::COMMAND, Key::L);
    let address = window.harness.get_by_label("Gateway address").value();
    assert_eq!(address.as_deref(), Some("Demo gateway"));
    window.until("sessions of the demo gateway", |harness| {
        harness.query_by_label("6 of 6 sessions").is_none()
            && harness.query_all_by_role(Role::Cell).next().is_some()
    });
}

#[test]
fn another_gateway_closes_an_unchanged_form() {
    let (first, second) = (plant(), plant());
    let both = format!("{}{}", north(&first.url), north(&second.url).replace("North", "South"));
    let folder = with_config(&both);
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Edit North…");
    assert!(window.has("Save gateway"));
    choose_in_rail(&mut window, "South");
    assert!(!window.has("Save gateway"));
    window.until_text("6 of 6 sessions");
    window.harness.event(egui::Event::Text("bill.*".to_owned()));
    window.until_text("3 of 6 sessions");
    // Changes are kept.
    choose(&mut window, "Edit South…");
    window.type_into("Name", "2");
    choose_in_rail(&mut window, "North");
    assert!(window.has("Save gateway"));
}

/// The response that a gateway sends; without one, its requests wait.
#[derive(Default)]
pub(crate) struct HeldResponse {
    response: Mutex<Option<Vec<u8>>>,
    changed: Condvar,
}

impl HeldResponse {
    pub(crate) fn set(&self, response: Option<Vec<u8>>) {
        *self.response.lock().unwrap() = response;
        self.changed.notify_all();
    }

    fn wait(&self) -> Vec<u8> {
        let response = self.response.lock().unwrap();
        let (response, _) =
            self.changed.wait_timeout_while(response, TIMEOUT, |response| response.is_none()).unwrap();
        response.clone().unwrap_or_default()
    }
}

/// Starts a gateway that waits for its response.
pub(crate) fn held_gateway() -> (FakeGateway, Arc<HeldResponse>) {
    let held = Arc::<HeldResponse>::default();
    let waiting = held.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ => waiting.wait(),
        };
        // The client may have hung up.
        let _closed = stream.write_all(&response);
    });
    (gateway, held)
}

#[test]
fn keeps_table_of_the_same_gateway_until_it_responds_again() {
    let ((gateway, held), (south, _)) = (held_gateway(), held_gateway());
    // The same address under another name is another gateway.
    let folder = with_config(&format!(
        "{}{}{}",
        north(&gateway.url),
        north(&south.url).replace("North", "South"),
        north(&gateway.url).replace("North", "West")
    ));
    let mut window = open(folder.path());
    held.set(Some(ok(&webdev_json(&PLANT))));
    window.until_text("6 of 6 sessions");

    held.set(None);
    choose(&mut window, "North");
    window.until_text("Connecting…");
    assert!(window.has("6 of 6 sessions"));
    window.until_text_contains(" ago");
    // The filters still work.
    window.type_into("Username filter", "bill.*");
    window.until_text("3 of 6 sessions");
    held.set(Some(status("503 Service Unavailable", "")));
    window.until_text_contains("The gateway is starting");
    window.until_text_contains(" ago");
    assert!(window.has("3 of 6 sessions"));
    held.set(None);
    choose(&mut window, "North");
    window.until_text("Connecting…");
    assert!(window.has("3 of 6 sessions"));
    held.set(Some(ok(&webdev_json(&PLANT[..1]))));
    window.until_text("1 of 1 sessions");
    assert_eq!(count(&window, " ago"), 0);

    held.set(None);
    for other in ["South", "West"] {
        choose(&mut window, other);
        window.until_text_contains("Connecting to");
        assert_eq!(window.harness.query_all_by_role(Role::Cell).count(), 0, "{other}");
        assert!(!window.has("1 of 1 sessions"), "{other}");
    }
}
