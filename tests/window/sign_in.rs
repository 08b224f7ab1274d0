//! Sign-in: logins, and certificates that the user has to trust. Needs no display.

use std::io::Write as _;

use crate::support::http::http_client;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{Window, connect_to, plant, start, start_on};
use crate::support::{FakeGateway, PLANT, Request, ok, saved_gateway, status, webdev_json};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::Profile;
use gatewatch::history::Location;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::ui::Start;

/// The `Authorization` header of `billy:se:cret`.
const BASIC: &str = "Basic YmlsbHk6c2U6Y3JldA==";

/// Starts a gateway that accepts only billy.
fn requiring_password() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions"
                if request.headers.iter().any(|line| line.ends_with(BASIC)) =>
            {
                ok(&webdev_json(&PLANT))
            }
            "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    })
}

/// Types the password and signs in.
fn sign_in(window: &mut Window, password: &str) {
    window.type_into("Password", password);
    window.click("Sign in");
}

#[test]
fn nothing_can_be_filtered_or_exported_before_the_login() {
    let gateway = requiring_password();
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    let is_disabled =
        |window: &Window, name: &str| window.harness.get_by_label(name).accesskit_node().is_disabled();
    for name in ["Username filter", "Project filter", "Add filter", "Saved filters", "Export options"] {
        assert!(is_disabled(&window, name), "{name}");
    }
    assert!(!is_disabled(&window, "Help on filters"));
    window.type_into("User name", "billy");
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    for name in ["Username filter", "Project filter", "Add filter", "Saved filters", "Export options"] {
        assert!(!is_disabled(&window, name), "{name}");
    }
}

#[test]
fn timeline_can_be_opened_before_the_login() {
    let (gateway, folder) = (requiring_password(), tempfile::tempdir().unwrap());
    let history = Some(Location::File(folder.path().join("history.db")));
    let start = Start { history, ..start_on(&gateway.url) };
    let mut window = Window::open_as(Harness::builder().with_size([1280.0, 800.0]), start);
    window.until_text("Sign in to this gateway");
    window.until_text("Activity");
    let is_disabled =
        |role, name: &str| window.harness.get_by_role_and_label(role, name).accesskit_node().is_disabled();
    for name in ["All", "Clients", "Designers"] {
        assert!(is_disabled(Role::Tab, name), "{name}");
    }
    // The activity takes the room of the card.
    for name in ["Group", "Columns", "Details", "Counts", "Activity"] {
        assert!(is_disabled(Role::Button, name), "{name}");
    }
    assert!(!is_disabled(Role::Button, "Timeline"));
    let is_open = |window: &Window| window.harness.query_by_label("Sessions over time").is_some();
    assert!(is_open(&window));
    window.harness.get_by_role_and_label(Role::Button, "Timeline").click();
    window.harness.run_steps(3);
    assert!(!is_open(&window));
}

#[test]
fn menu_of_a_compact_window_says_why_an_item_is_disabled() {
    // The card that asks for a login disables the whole menu.
    let gateway = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "Plant North")));
    let folder = tempfile::tempdir().unwrap();
    let history = Some(Location::File(folder.path().join("history.db")));
    let start = Start { history, ..start_on(&gateway.url) };
    let mut window = Window::open_as(Harness::builder().with_size([640.0, 480.0]), start);
    window.until_text("The certificate isn't trusted");
    window.click("View");
    window.until_text("Activity");
    let nothing_read = "No sessions have been read";
    for (name, reason) in [
        ("Group", nothing_read),
        ("Columns", nothing_read),
        ("Details", nothing_read),
        ("Counts", nothing_read),
        ("Activity", "Connect to a gateway first"),
    ] {
        let item = window.harness.get_by_label(name).accesskit_node();
        assert!(item.is_disabled(), "{name}");
        assert_eq!(item.data().description(), Some(reason), "{name}");
    }
}

#[test]
fn saves_accepted_login_without_writing_the_password() {
    let gateway = requiring_password();
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target) });
    window.until_text("Sign in to this gateway");
    // Nothing leaves this machine.
    assert!(window.harness.query_by_label_contains("Not encrypted").is_none());
    window.type_into("User name", "billy");
    window.click("Keep in the keyring");
    sign_in(&mut window, "wrong");
    window.until_text_contains("Wrong user name or password");
    // A rejected login isn't saved: a later change is saved, and nothing before it.
    window.press(egui::Modifiers::COMMAND, egui::Key::U);
    window.until("the later change", |_| State::load(folder.path()).table.counts);
    assert!(!folder.path().join("config.toml").exists());
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    assert!(!window.has("Sign in to this gateway"));
    drop(window);

    // The settings contain the user. No file contains the password.
    let config = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(config.contains("user = \"billy\""), "{config}");
    assert_eq!(Settings::load(folder.path()).unwrap().profiles.len(), 1);
    for file in folder.path().read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("cret") && !text.contains("YmlsbHk6"), "{text}");
    }
}

#[test]
fn does_not_send_typed_login_to_another_gateway() {
    let (first, second) = (requiring_password(), requiring_password());
    let mut window = Window::on(&first.url);
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    connect_to(&mut window, &second.url);
    window.until_text("Sign in to this gateway");
    assert!(second.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn trusts_untrusted_certificate_once_or_permanently() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let settings = Settings::load(folder.path()).unwrap();
        let settings = Settings { refresh: Some(std::time::Duration::ZERO), ..settings };
        let target = settings.target(Some(&gateway.url), None).unwrap();
        Window::open(Start { settings, folder: Some(folder.path().to_owned()), ..start(target) })
    };
    let fingerprint = identity.pin().fingerprint.to_string();
    for button in ["Trust once", "Always trust"] {
        // The second window asks again, because the first one didn't save its trust.
        let mut window = open();
        window.until_text(&fingerprint);
        assert!(window.harness.query_by_label_contains("CN=Plant North").is_some());
        window.click(button);
        window.until_text("1 of 1 sessions");
        assert!(!window.has(&fingerprint));
    }
    let mut window = open();
    window.until_text("1 of 1 sessions");
}

/// Starts a gateway that accepts only a token.
fn requiring_token() -> DemoGateway {
    let options =
        Options { require_token: Some("tok:key".parse().unwrap()), still: true, ..Options::in_process() };
    DemoGateway::start(options).unwrap()
}

/// Starts a gateway without the Web Dev resource, as after its installation, that has the lists of another one.
fn without_resource(demo: &DemoGateway) -> FakeGateway {
    let lists = demo.url().to_owned();
    FakeGateway::new(move |request, stream| {
        let response = if request.path().contains("webdev") {
            status("404 Not Found", "")
        } else {
            forward(&lists, request)
        };
        let _closed = stream.write_all(&response);
    })
}

#[test]
fn token_reads_gateway_without_the_resource() {
    let demo = requiring_token();
    let gateway = without_resource(&demo);
    let mut window = Window::on(&gateway.url);
    // A password can't help, so the card asks for a token.
    window.until_text("Gatewatch isn't set up on this gateway");
    window.click("Use an API token");
    window.type_into("API token", "tok:key");
    window.click("Sign in");
    window.until("the column of kinds", |harness| harness.query_by_label("Kind").is_some());
    assert!(window.column("Kind").contains(&"Vision".to_owned()));
}

#[test]
fn saved_token_that_is_missing_is_asked_for() {
    let demo = requiring_token();
    let gateway = without_resource(&demo);
    let folder = tempfile::tempdir().unwrap();
    let other = plant();
    let profiles =
        saved_gateway("East", &gateway.url, "token = true\n") + &saved_gateway("West", &other.url, "");
    std::fs::write(folder.path().join("config.toml"), format!("refresh_secs = 0\n{profiles}")).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some("East"), None).unwrap();
    let mut window =
        Window::open(Start { settings, folder: Some(folder.path().to_owned()), ..start(target) });
    for other in [None, Some("All gateways: ")] {
        if let Some(other) = other {
            window.harness.get_by_label_contains(other).click();
            window.until_text("Sign in to East");
            window.click("Sign in to East");
        }
        window.until_text("Sign in to this gateway");
        assert!(is_focused(&window, "API token"));
        // Nothing was rejected yet.
        assert!(!window.has("An API token is required"));
        window.frame([Event::Text("tok".to_owned())]);
        window.harness.run_steps(3);
        assert_eq!(window.text_of("Username filter"), "");
    }
    assert!(gateway.requests().iter().all(|request| !request.path().contains("webdev")));
    window.frame([Event::Text(":key".to_owned())]);
    window.click("Sign in");
    window.until("the column of kinds", |harness| harness.query_by_label("Kind").is_some());
}

/// Forwards a request to another gateway and returns its response.
fn forward(url: &str, request: &Request) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let token = request.header("x-ignition-api-token").unwrap_or_default();
        let request = http_client().build().unwrap().get(format!("{url}{}", request.target));
        let response = request.header("x-ignition-api-token", token).send().await.unwrap();
        let line = response.status().to_string();
        status(&line, &response.text().await.unwrap())
    })
}

/// Returns whether the text box with this name has the keyboard focus.
fn is_focused(window: &Window, name: &str) -> bool {
    window.harness.get_by_label(name).accesskit_node().is_focused()
}

#[test]
fn whole_card_is_visible_in_the_smallest_window() {
    let gateway = requiring_password();
    let target = Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open_as(Harness::builder().with_size([640.0, 480.0]), start(target));
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    sign_in(&mut window, "wrong");
    window.until_text_contains("Wrong user name or password");
    let footer = window.harness.get_by_label("Footer").rect().top();
    let button = window.harness.get_by_label("Sign in").rect();
    assert!(button.bottom() < footer, "{button} below {footer}");
}

#[test]
fn tab_leads_from_the_kind_of_login_into_the_token() {
    let gateway = requiring_password();
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    window.click("Sign in with an API token");
    if !is_focused(&window, "API token") {
        window.press(Modifiers::NONE, Key::Tab);
    }
    assert!(is_focused(&window, "API token"));
}

#[test]
fn rejected_login_is_forgotten_when_another_view_was_shown() {
    let gateway = requiring_password();
    let folder = tempfile::tempdir().unwrap();
    let profile = format!("[[profile]]\nname = \"North\"\nurls = [\"{}\"]\n", gateway.url);
    std::fs::write(folder.path().join("config.toml"), format!("refresh_secs = 0\n{profile}")).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some("North"), None).unwrap();
    let start = Start { settings, folder: Some(folder.path().to_owned()), ..start(target) };
    let mut window = Window::open(start);
    for view in ["All gateways: ", "Demo gateway: "] {
        window.until_text("Sign in to this gateway");
        window.type_into("User name", "billy");
        sign_in(&mut window, "wrong");
        window.until_text_contains("Wrong user name or password");
        window.harness.get_by_label_contains(view).click();
        window.until("the other view", |harness| harness.query_by_label("Sign in to this gateway").is_none());
        window.harness.run_steps(3);
        window.harness.get_by_label_contains("North: ").click();
        window.until_text("Sign in to this gateway");
        window.harness.run_steps(3);
        assert!(window.harness.query_by_label_contains("Wrong user name").is_none(), "{view}");
        assert!(is_focused(&window, "User name"), "{view}");
    }
}

#[test]
fn button_stays_in_its_place_while_a_rejected_login_is_edited() {
    let gateway = requiring_password();
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    sign_in(&mut window, "wrong");
    window.until_text("Wrong user name or password");
    window.harness.run_steps(2);
    let place = |window: &Window| window.harness.get_by_label("Sign in").rect();
    let before = place(&window);
    for name in ["User name", "Password"] {
        window.type_into(name, "a");
        assert_eq!(place(&window), before, "{name}");
    }
}
