//! Gateways in the window: added, tried, changed and deleted in a form; each read as often as it says. Needs no screen.

mod support;

use std::path::Path;
use std::time::Duration;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Api, Login, Profile};
use gatewatch::settings::{Settings, State};
use gatewatch::ui::Start;
use support::tls::{HOST, Identity, TlsGateway, named};
use support::window::{Window, plant, start, start_on};
use support::{StandIn, status};

/// A window with these settings on the gateway that comes first there.
fn open(folder: &Path) -> Window {
    let settings = Settings::load(folder).unwrap();
    let target = settings.target(None, State::load(folder).last.as_deref()).unwrap();
    Window::open(Start { settings, folder: Some(folder.to_owned()), ..start(target) })
}

const ONLY_WHEN_TOLD: &str = "refresh_secs = 0\n";

fn with_config(text: &str) -> tempfile::TempDir {
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
    choose(&mut window, "Add a gateway…");
    window.type_into("Name", "South");
    window.type_into("Addresses", &second.url);
    window.click("Test connection");
    window.until_text("reachable, Plant, version 8.1.44, redundancy: master");
    window.until_text("open: it asks for no login");
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
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Add a gateway…");
    window.click("Save gateway");
    window.until_text_contains("give the gateway a name");
    window.type_into("Name", "North");
    window.type_into("Addresses", "ftp://x");
    window.click("Save gateway");
    window.until_text_contains("a gateway of this name already");
    window.type_into("Name", " 2");
    window.click("Save gateway");
    window.until_text_contains("a gateway speaks http or https, not ftp");
    // Another form would throw this one away.
    choose(&mut window, "Edit North…");
    window.until_text_contains("save or discard it first");
    assert!(window.has("New gateway"));
    window.click("Discard");
    assert!(!window.has("New gateway"));
    assert_eq!(config(folder.path()), format!("{ONLY_WHEN_TOLD}{}", north(&gateway.url)));
}

#[test]
fn a_gateway_is_renamed_without_losing_its_table_and_then_deleted() {
    let gateway = plant();
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
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
    window.click("Keep it");
    assert_eq!(profiles(folder.path()).len(), 1);
    window.click("Delete…");
    window.click("Delete it");
    window.until_text("Plant North is deleted");
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
    let forbids = StandIn::gateway("8.1.44", status("401 Unauthorized", "<html>"));
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = with_config(&north(&good.url));
    let mut window = open(folder.path());
    choose(&mut window, "Edit North…");
    retype(&mut window, "Addresses", &format!("{} {} http://{dead}", good.url, forbids.url));
    window.click("Test connection");
    window.until_text("6 sessions");
    window.until_text_contains("wants a user and a password, and none were given");
    window.until_text_contains("the connection was refused; is the gateway running");
}

#[test]
fn a_password_is_tried_from_the_form_or_from_where_it_is_kept_and_never_in_the_settings() {
    let require_basic = Some("billy:open-sesame".parse().unwrap());
    let demo = DemoGateway::start(Options { require_basic, still: true, ..Options::in_process() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start_on(demo.url()) });
    window.until_text("The gateway asks who you are");
    choose(&mut window, "Save this gateway…");
    window.type_into("Name", "North");
    window.click("a password");
    window.click("Test connection");
    window.until_text_contains("type the user whose password this is");
    window.type_into("User of the gateway", "billy");
    window.click("Test connection");
    window.until_text_contains("type the password or the token");
    window.type_into("Password of the gateway", "open-sesam");
    window.click("Test connection");
    window.until_text_contains("and did not take the given ones");
    window.type_into("Password of the gateway", "e");
    window.click("Test connection");
    window.until_text("authenticated with the password, through Web Dev");
    window.click("Save gateway");
    window.until_text_contains("of 120 sessions");
    assert_eq!(profiles(folder.path())[0].login, Login::Basic { user: "billy".to_owned() });

    // The box is empty now; what is kept is tried.
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text("authenticated with the password, through Web Dev");
    for file in folder.path().read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("sesam"), "{text}");
    }
}

#[test]
fn a_certificate_is_trusted_while_its_gateway_is_added_and_another_takes_its_place() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let folder = tempfile::tempdir().unwrap();
    let other = plant();
    // High enough for all that is said of a certificate.
    let builder = Harness::builder().with_size([1080.0, 1000.0]);
    let start = Start { folder: Some(folder.path().to_owned()), ..start_on(&other.url) };
    let mut window = Window::open_as(builder, start);
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Add a gateway…");
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
    let folder = with_config(&north(&gateway.url));
    let mut window = open(folder.path());
    window.until_text("6 of 6 sessions");
    let broken = "[[profile]]\nname = \"North\"\nurls = 3\n";
    std::fs::write(folder.path().join("config.toml"), broken).unwrap();
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "South");
    window.click("Save gateway");
    window.until_text_contains("config.toml: line 3: ");
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
    one.click("Sessions may be terminated");
    two.click("Perspective sessions from Web Dev, too");
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
    window.click("every 5 min");
    window.until("the interval kept", |_| config(folder.path()).contains("refresh_secs = 300"));
    choose(&mut window, "South");
    window.until("South read", |_| !second.requests().is_empty());
    let shown = |window: &Window| {
        let interval = window.harness.get_by_label("Refresh interval");
        egui_kittest::kittest::NodeT::accesskit_node(&interval).value()
    };
    assert_eq!(shown(&window).as_deref(), Some("not by itself"));
    choose(&mut window, "North");
    assert_eq!(shown(&window).as_deref(), Some("every 5 min"));
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
    window.click("Interface");
    window.click("through REST");
    window.click("Save gateway");
    window.until_text_contains("this needs an API token of the gateway");
    assert_eq!(profiles(folder.path())[0].api, Some(Api::Rest));
}
