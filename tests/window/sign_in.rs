//! What stands between the user and a gateway: a login that it asks for, a certificate that nobody vouches for. Needs no
//! screen.

use std::io::Write as _;

use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{Window, start};
use crate::support::{FakeGateway, PLANT, Request, answer, ok, status};
use egui_kittest::kittest::Queryable as _;
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::Profile;
use gatewatch::settings::{Settings, Target};
use gatewatch::ui::Start;

/// `billy:se:cret` as Basic has it.
const BASIC: &str = "Basic YmlsbHk6c2U6Y3JldA==";

/// A gateway that lets only billy in.
fn locked() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions"
                if request.headers.iter().any(|line| line.ends_with(BASIC)) =>
            {
                ok(&answer(&PLANT))
            }
            "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    })
}

fn log_in(window: &mut Window, password: &str) {
    window.type_into("Password", password);
    window.click("Sign in");
}

#[test]
fn a_login_is_asked_for_tried_and_its_secret_kept_out_of_the_settings() {
    let gateway = locked();
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target) });
    window.until_text("Sign in to this gateway");
    // This machine alone hears it.
    assert!(window.harness.query_by_label_contains("unencrypted").is_none());
    window.type_into("User name", "billy");
    window.click("Save in the keyring");
    log_in(&mut window, "wrong");
    window.until_text_contains("Wrong user name or password");
    // What does not open the gateway is not kept.
    assert!(!folder.path().join("config.toml").exists());
    log_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    assert!(!window.has("Sign in to this gateway"));
    drop(window);

    // The user is in the settings, the password in no file.
    let config = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(config.contains("user = \"billy\""), "{config}");
    assert_eq!(Settings::load(folder.path()).unwrap().profiles.len(), 1);
    for file in folder.path().read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("cret") && !text.contains("YmlsbHk6"), "{text}");
    }
}

#[test]
fn what_was_typed_for_one_gateway_is_never_sent_to_another() {
    let (first, second) = (locked(), locked());
    let mut window = Window::on(&first.url);
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    log_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    window.harness.get_by_label("Gateway address").focus();
    window.harness.step();
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.type_into("Gateway address", &second.url);
    window.click("Connect");
    window.until_text("Sign in to this gateway");
    assert!(second.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_shown_and_trusted_once_or_for_good() {
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
    for button in ["Trust until the window closes", "Trust always"] {
        // What was trusted once is asked again at the next start.
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

#[test]
fn a_gateway_of_8_3_without_the_resource_is_opened_by_a_token() {
    let options =
        Options { require_token: Some("tok:key".parse().unwrap()), still: true, ..Options::in_process() };
    let demo = DemoGateway::start(options).unwrap();
    // As a gateway on which nothing was installed.
    let lists = demo.url().to_owned();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = if request.path().contains("webdev") {
            status("404 Not Found", "")
        } else {
            passed_on(&lists, request)
        };
        stream.write_all(&response).unwrap();
    });
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    window.click("Sign in with an API token");
    window.type_into("API token", "tok:key");
    window.click("Sign in");
    window.until("sessions of three kinds", |harness| harness.query_by_label("Kind").is_some());
    assert!(window.column("Kind").contains(&"Vision".to_owned()));
}

/// The answer of another gateway to the same request.
fn passed_on(url: &str, request: &Request) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let token = request.header("x-ignition-api-token").unwrap_or_default();
        let asked = reqwest::Client::new().get(format!("{url}{}", request.target));
        let answer = asked.header("x-ignition-api-token", token).send().await.unwrap();
        let line = answer.status().to_string();
        status(&line, &answer.text().await.unwrap())
    })
}
