//! Gateways in the window: added, tried, changed and deleted in a form; each read as often as it says. Needs no screen.

use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{PATIENCE, Window, plant, start, start_on};
use crate::support::{FakeGateway, PLANT, answer, ok, status, unused_address};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Api, Login, Profile};
use gatewatch::secrets::{Secret, Secrets};
use gatewatch::settings::{Settings, State};
use gatewatch::ui::Start;
use tempfile::TempDir;

/// A window with these settings on the gateway that comes first there.
fn open(folder: &Path) -> Window {
    let settings = Settings::load(folder).unwrap();
    let target = settings.target(None, State::load(folder).last.as_deref()).unwrap();
    Window::open(Start { settings, folder: Some(folder.to_owned()), ..start(target) })
}

/// A window on this gateway, which is saved as North.
fn open_north(gateway: &FakeGateway) -> (TempDir, Window) {
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    (folder, window)
}

const ONLY_WHEN_TOLD: &str = "refresh_secs = 0\n";

fn with_config(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), format!("{ONLY_WHEN_TOLD}{text}")).unwrap();
    folder
}

fn north(url: &str) -> String {
    format!("\n[[profile]]\nname = \"North\"\nurls = [\"{url}\"]\n")
}

fn profiles(folder: &Path) -> Vec<Profile> {
    Settings::load(folder).unwrap().profiles
}

fn choose(window: &mut Window, item: &str) {
    window.click("Saved gateways");
    window.click(item);
}

/// Types over what stands in a box.
fn retype(window: &mut Window, name: &str, text: &str) {
    window.harness.get_by_label(name).focus();
    window.harness.step();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_into(name, text);
}

fn config(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("config.toml")).unwrap()
}

#[test]
fn a_gateway_is_added_tried_and_kept() {
    let (first, second) = (plant(), plant());
    let folder = with_config(&north(&first.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Add gateway…");
    window.type_into("Name", "South");
    window.type_into("Addresses", &second.url);
    window.click("Test connection");
    window.until_text("Reachable, Plant, version 8.1.44, redundancy: master");
    window.until_text("No authentication required");
    window.until_text("6 sessions");
    // Until it is kept, nothing of it is in the settings, and the other one is watched.
    assert_eq!(profiles(folder.path()).len(), 1);
    let asked = second.requests().len();
    window.click("Save gateway");
    window.until("the form closed", |harness| harness.query_by_label("New gateway").is_none());
    window.until("the new gateway read", |_| second.requests().len() > asked);
    window.until_text_contains("South");
    let saved = profiles(folder.path());
    assert_eq!((saved.len(), saved[1].name.as_str()), (2, "South"));
    assert!(config(folder.path()).starts_with(&format!("{ONLY_WHEN_TOLD}{}", north(&first.url))));
}

#[test]
fn what_is_typed_wrongly_is_told_in_its_place_and_nothing_is_lost() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    choose(&mut window, "Add gateway…");
    window.click("Save gateway");
    window.until_text_contains("Enter a name");
    window.type_into("Name", "North");
    window.type_into("Addresses", "ftp://x");
    window.click("Save gateway");
    window.until_text_contains("A gateway with this name exists");
    window.type_into("Name", " 2");
    window.click("Save gateway");
    window.until_text_contains("Unsupported scheme ftp");
    // Another form would throw this one away.
    choose(&mut window, "Edit North…");
    window.until_text_contains("Save or discard them first");
    assert!(window.has("New gateway"));
    window.click("Discard");
    assert!(!window.has("New gateway"));
    assert_eq!(config(folder.path()), format!("{ONLY_WHEN_TOLD}{}", north(&gateway.url)));
}

#[test]
fn a_gateway_is_renamed_without_losing_its_table_and_then_deleted() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    let asked = gateway.requests().len();
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "Plant North");
    window.click("Save gateway");
    window.until("the form closed", |harness| harness.query_by_label("Save gateway").is_none());
    assert!(window.has("6 of 6 sessions"));
    assert_eq!(gateway.requests().len(), asked, "it is the same gateway");
    assert_eq!(profiles(folder.path())[0].name, "Plant North");

    choose(&mut window, "Edit Plant North…");
    window.click("Delete…");
    window.click("Cancel");
    assert_eq!(profiles(folder.path()).len(), 1);
    window.click("Delete…");
    window.click("Delete");
    window.until_text("Plant North deleted");
    assert_eq!(profiles(folder.path()), []);
    assert!(!window.has("6 of 6 sessions"));
    drop(window);
    // At the next start it is not taken for an address.
    let next = Settings::load(folder.path()).unwrap();
    let last = State::load(folder.path()).last;
    assert_eq!(next.target(None, last.as_deref()).unwrap(), gatewatch::settings::Target::Demo);
}

#[test]
fn a_test_says_how_far_it_came_at_each_node() {
    let good = plant();
    let forbids = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
    let dead = unused_address();
    let folder = with_config(&north(&good.url));
    let mut window = open(folder.path());
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &format!("{} {} http://{dead}", good.url, forbids.url));
    window.click("Test connection");
    window.until_text("6 sessions");
    window.until_text_contains("Sign in to this gateway");
    window.until_text_contains("Connection refused. Check that the gateway is running");
}

#[test]
fn a_password_is_tried_from_the_form_or_from_where_it_is_kept_and_never_in_the_settings() {
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
    window.until_text("Authenticated with the password");
    window.click("Save gateway");
    window.until_text_contains("of 120 sessions");
    assert_eq!(profiles(folder.path())[0].login, Login::Basic { user: "billy".to_owned() });

    // The box is empty now; what is kept is tried.
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text("Authenticated with the password");
    for file in folder.path().read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("sesam"), "{text}");
    }
}

#[test]
fn a_certificate_is_trusted_while_its_gateway_is_added() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let folder = tempfile::tempdir().unwrap();
    let other = plant();
    // High enough for all that is said of a certificate.
    let builder = Harness::builder().with_size([1080.0, 1000.0]);
    let start = Start { folder: Some(folder.path().to_owned()), ..start_on(&other.url) };
    let mut window = Window::open_as(builder, start);
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Add gateway…");
    window.type_into("Name", "North");
    window.type_into("Addresses", &gateway.url);
    window.click("Test connection");
    window.until_text(&identity.pin().fingerprint.to_string());
    window.click("Trust this certificate");
    window.until_text("1 session");
    window.click("Save gateway");
    window.until_text("1 of 1 sessions");
    let pins = profiles(folder.path()).remove(0).trust.pins;
    assert_eq!(pins.len(), 1);
    assert_eq!(pins[0].fingerprint, identity.pin().fingerprint);
    assert_eq!(Some(pins[0].port.unwrap()), gateway.url.rsplit(':').next().unwrap().parse().ok());
}

#[test]
fn settings_that_cannot_be_read_are_left_alone_and_the_form_stays() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    let broken = "[[profile]]\nname = \"North\"\nurls = 3\n";
    std::fs::write(folder.path().join("config.toml"), broken).unwrap();
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "South");
    window.click("Save gateway");
    // In the form, and where it was told when the list of gateways was opened.
    window.until("the fault", |harness| {
        harness.query_all_by_label_contains("config.toml is invalid").count() == 2
    });
    assert!(window.has("Save gateway"));
    assert_eq!(config(folder.path()), broken);
}

#[test]
fn two_windows_do_not_lose_each_others_settings() {
    let gateway = plant();
    let folder = with_config(&north(&gateway.url));
    let (mut one, mut two) = (open(folder.path()), open(folder.path()));
    for window in [&mut one, &mut two] {
        window.until_text("6 of 6 sessions");
        choose(window, "Edit North…");
    }
    one.click("Allow terminating sessions");
    two.click("Include Perspective sessions");
    for window in [&mut one, &mut two] {
        window.click("Save gateway");
        window.until("the form closed", |harness| harness.query_by_label("Save gateway").is_none());
    }
    let saved = profiles(folder.path()).remove(0);
    assert!(saved.may_terminate && saved.perspective);
}

#[test]
fn each_gateway_keeps_its_own_interval() {
    let (first, second) = (plant(), plant());
    let folder =
        with_config(&format!("{}{}", north(&first.url), north(&second.url).replace("North", "South")));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    window.click("Refresh interval");
    window.click("Every 5 min");
    window.until("the interval kept", |_| config(folder.path()).contains("refresh_secs = 300"));
    choose(&mut window, "South");
    window.until("South read", |_| !second.requests().is_empty());
    let shown = |window: &Window| {
        let interval = window.harness.get_by_label("Refresh interval");
        interval.accesskit_node().value()
    };
    assert_eq!(shown(&window).as_deref(), Some("Manual"));
    choose(&mut window, "North");
    assert_eq!(shown(&window).as_deref(), Some("Every 5 min"));
    assert_eq!(profiles(folder.path())[0].refresh, Some(Duration::from_mins(5)));
}

#[test]
fn perspective_sessions_are_asked_for_where_the_profile_says_so_and_an_interface_can_be_fixed() {
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
    window.until_text_contains("An API token is required");
    assert_eq!(profiles(folder.path())[0].api, Some(Api::Rest));
}

/// A gateway that lets in whoever comes with a password or a token, and remembers what came.
fn lets_in_everybody_who_says_who() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ if request.header("authorization").is_some() => ok(&answer(&PLANT)),
            _ => status("401 Unauthorized", "<html>"),
        };
        // A client that has seen enough may be gone.
        let _gone = stream.write_all(&response);
    })
}

fn said_who(gateway: &FakeGateway) -> Vec<String> {
    let requests = gateway.requests();
    requests.iter().filter_map(|request| request.header("authorization").map(str::to_owned)).collect()
}

/// A window on a gateway that was saved with a user and a password.
fn with_kept_password(gateway: &FakeGateway, folder: &Path) -> Window {
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

#[test]
fn a_kept_password_goes_to_no_other_address_and_under_no_other_name() {
    let (first, second) = (lets_in_everybody_who_says_who(), lets_in_everybody_who_says_who());
    let folder = tempfile::tempdir().unwrap();
    let mut window = with_kept_password(&first, folder.path());
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &second.url);
    window.click("Test connection");
    window.until_text_contains("Enter the password or token");
    window.click("Save gateway");
    window.until_text("Sign in to this gateway");
    assert_eq!(said_who(&second), [] as [String; 0]);

    // Back at the first one it is another user's.
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &first.url);
    retype(&mut window, "Gateway user name", "anna");
    let before = said_who(&first).len();
    window.click("Save gateway");
    window.until("asked again", |harness| harness.query_by_label("Save gateway").is_none());
    window.until_text("Sign in to this gateway");
    assert_eq!(said_who(&first).len(), before);
}

#[test]
fn what_a_locked_keyring_holds_goes_only_to_whom_it_is_for_once_it_is_unlocked() {
    const WAITS: &str = "Waiting for the keyring";
    let (first, second) = (lets_in_everybody_who_says_who(), lets_in_everybody_who_says_who());
    let folder = with_config(&format!("{}user = \"billy\"\n", north(&first.url)));
    let binding = profiles(folder.path())[0].binding();
    // The keyring is locked until `locked` is dropped.
    let (locked, unlocked) = sync_channel::<()>(0);
    let unlocked = Mutex::new(unlocked);
    let locked_keyring = move || {
        let _unlocked = unlocked.lock().unwrap().recv_timeout(PATIENCE);
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
    // Asked for the first gateway, and now it is the second one that is watched and tested.
    retype(&mut window, "Addresses", &second.url);
    window.until("no wait for the first one's any more", |harness| {
        harness.query_by_label_contains(WAITS).is_none()
    });
    window.click("Save gateway");
    window.until("the form closed", |harness| harness.query_by_label("Save gateway").is_none());
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains(WAITS);
    drop(locked);
    window.until_text_contains("Enter the password or token");
    assert!(window.harness.query_by_label_contains(WAITS).is_none());
    assert_eq!((said_who(&first), said_who(&second)), (Vec::new(), Vec::new()));

    // It is still there for the one that it is for.
    retype(&mut window, "Addresses", &first.url);
    window.click("Save gateway");
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains("Authenticated with the password");
    assert_eq!(said_who(&second), Vec::<String>::new());
}

#[test]
fn a_deleted_gateway_leaves_no_login_behind() {
    let gateway = lets_in_everybody_who_says_who();
    let folder = tempfile::tempdir().unwrap();
    let mut window = with_kept_password(&gateway, folder.path());
    choose(&mut window, "Edit North…");
    window.click("Delete…");
    window.click("Delete");
    window.until_text("North deleted");
    window.until_text("No gateway");
    let before = said_who(&gateway).len();
    window.type_into("Gateway address", &gateway.url);
    window.click("Connect");
    window.until_text("Sign in to this gateway");
    assert_eq!(said_who(&gateway).len(), before);
}

#[test]
fn what_another_window_took_away_does_not_come_back_by_itself() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    choose(&mut window, "Edit North…");
    // Another window.
    let other = config(folder.path()).replace("North", "Renamed");
    std::fs::write(folder.path().join("config.toml"), &other).unwrap();
    window.click("Allow terminating sessions");
    window.click("Save gateway");
    window.until_text_contains("was renamed or deleted");
    assert_eq!(config(folder.path()), other);
    // The menu shows what there is now.
    window.click("Discard");
    window.click("Saved gateways");
    window.until_text("Renamed");
}

#[test]
fn a_password_that_protects_nothing_is_told() {
    let gateway = plant();
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    choose(&mut window, "Edit North…");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "open-sesame");
    window.click("Test connection");
    window.until_text_contains("The gateway doesn't check the password");
    // What was found does not stand under other addresses.
    window.type_into("Addresses", "1");
    assert!(window.harness.query_by_label_contains("doesn't check the password").is_none());
}

#[test]
fn the_form_is_left_by_keys_and_nothing_typed_is_lost_by_one() {
    let gateway = plant();
    let (_folder, mut window) = open_north(&gateway);
    choose(&mut window, "Add gateway…");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("New gateway"));
    choose(&mut window, "Add gateway…");
    window.type_into("Name", "South");
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("New gateway"));
    // Enter saves, and where something is missing the keyboard stays.
    window.harness.get_by_label("Name").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text_contains("Enter an address");
    assert!(window.harness.get_by_label("Name").is_focused());
    // What is typed after a click beside the boxes is no filter.
    window.click("Authentication: None");
    window.harness.event(egui::Event::Text("secret".to_owned()));
    window.harness.step();
    let filter = window.harness.get_by_label("Username filter");
    assert_eq!(filter.accesskit_node().value().unwrap_or_default(), "");
}

#[test]
fn a_changed_certificate_is_refused_loudly() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let before = Identity::self_signed(&named(&[HOST], "Plant North")).pin().fingerprint;
    let trusted = format!("trusted = [{{ host = \"{HOST}\", fingerprint = \"{before}\" }}]\n");
    let folder = with_config(&format!("{}{trusted}", north(&gateway.url)));
    let mut window = open(folder.path());
    window.until_text_contains("The certificate has changed");
    assert!(window.has(&before.to_string()) && window.has(&identity.pin().fingerprint.to_string()));
    window.click("Trust always");
    window.until_text("1 of 1 sessions");
    // One that is for any port may be another gateway's, and stays.
    window.until("the certificate in the settings", |_| profiles(folder.path())[0].trust.pins.len() == 2);
}

#[test]
fn quitting_waits_for_no_other_window_and_asks_once_for_the_form() {
    let gateway = plant();
    let (folder, mut window) = open_north(&gateway);
    choose(&mut window, "Add gateway…");
    window.type_into("Name", "South");
    window.press(Modifiers::COMMAND, Key::Q);
    let close = |window: &mut Window| {
        let info = window.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
        info.events.push(egui::ViewportEvent::Close);
        window.harness.step();
    };
    close(&mut window);
    window.until_text_contains("Quit again to discard it");
    window.click("Discard");
    // Another window that hangs in the middle of a change.
    let lock = std::fs::File::create(folder.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    window.click("Username");
    let begun = std::time::Instant::now();
    drop(window);
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}
