//! The guide that adds a gateway: its steps, the connection test and the project file. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::window::{Window, plant, start_on};
use crate::support::{FakeGateway, PLANT, answer, ok, status, unused_address};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::Login;
use gatewatch::gateway::webdev::project_zip;
use gatewatch::settings::Settings;
use gatewatch::ui::Start;
use tempfile::TempDir;

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
                    ok(&answer(&PLANT[..2]))
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
    window.until_text("Plant, version 8.1.44");
    window.until_text("Continue with this login");
    window.click("Authentication: Password");
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
fn wrong_password_leads_back_to_the_sign_in() {
    let other = plant();
    let (gateway, is_installed) = without_resource();
    is_installed.store(true, Ordering::SeqCst);
    let (_folder, mut window) = open(&other);
    window.type_into("Addresses", &gateway.url);
    window.click("Find the gateway");
    window.until_text("Continue with this login");
    window.click("Authentication: Password");
    window.click("Continue with this login");
    window.until_text_contains("Enter the user name");
    window.type_into("Gateway user name", "billy");
    window.type_into("Gateway password", "wrong");
    window.click("Continue with this login");
    window.until_text_contains("Sign-in: Wrong user name or password");
    window.until("the boxes", |harness| harness.query_by_label("Gateway password").is_some());
    assert_eq!(window.text_of("Gateway user name"), "billy");
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
