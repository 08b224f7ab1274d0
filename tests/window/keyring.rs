//! The keyring as the window uses it: what is stored and removed, and what is said when it is absent or hangs.

use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::keyring::TestKeyring;
use crate::support::window::{StoppedClock, Window, retype, start};
use crate::support::{FakeGateway, PLANT, ok, saved_gateway, status, webdev_json};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::Login;
use gatewatch::secrets::Secrets;
use gatewatch::settings::Settings;
use gatewatch::ui::Start;
use tempfile::TempDir;

/// The `Authorization` header of `billy:se:cret`.
const BASIC: &str = "Basic YmlsbHk6c2U6Y3JldA==";
/// The `Authorization` header of `billy:new`.
const NEW_BASIC: &str = "Basic YmlsbHk6bmV3";
const SLOW: &str = "The keyring doesn't respond";
const GO_ON: &str = "Continue without the keyring";
const THIS_SESSION_ONLY: &str = "kept for this session only";

/// A gateway that accepts one login, which can be changed.
struct Gateway {
    inner: FakeGateway,
    accepted: Arc<Mutex<&'static str>>,
}

impl Gateway {
    fn new() -> Self {
        let accepted = Arc::new(Mutex::new(BASIC));
        let current = accepted.clone();
        let inner = FakeGateway::new(move |request, stream| {
            let is_accepted = request.header("authorization") == Some(*current.lock().unwrap());
            let response = match request.path() {
                "/system/webdev/gatewatch/sessions" if is_accepted => ok(&webdev_json(&PLANT)),
                "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
                _ => status("404 Not Found", ""),
            };
            let _closed = stream.write_all(&response);
        });
        Self { inner, accepted }
    }

    fn accept(&self, login: &'static str) {
        *self.accepted.lock().unwrap() = login;
    }
}

/// A folder with the settings of a gateway named North and the user billy.
fn folder(gateway: &Gateway) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let url = &gateway.inner.url;
    let text = format!("refresh_secs = 0\n{}", saved_gateway("North", url, "user = \"billy\"\n"));
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    folder
}

fn start_in(folder: &Path, keyring: &TestKeyring) -> Start {
    let settings = Settings::load(folder).unwrap();
    let target = settings.target(None, None).unwrap();
    let open_secrets = keyring.opener(Some(folder));
    Start { settings, folder: Some(folder.to_owned()), open_secrets, ..start(target) }
}

fn open(start: Start) -> Window {
    // High enough for the whole form.
    Window::open_as(Harness::builder().with_size([1080.0, 1300.0]), start)
}

fn logins(folder: &Path) -> Vec<Login> {
    Settings::load(folder).unwrap().profiles.into_iter().map(|profile| profile.login).collect()
}

fn choose(window: &mut Window, item: &str) {
    window.click("Saved gateways");
    window.click(item);
}

/// Waits until the gateway has rejected a login or the lack of one. The prompt is shown earlier while the keyring is read.
fn until_prompt(window: &mut Window) {
    window.until("the prompt", |harness| {
        let is_shown = harness.query_by_label("Sign in to this gateway").is_some();
        is_shown && harness.query_by_label_contains("Connecting").is_none()
    });
}

fn sign_in(window: &mut Window, password: &str) {
    retype(window, "Password", password);
    window.click("Sign in");
}

fn until_secrets(window: &mut Window, keyring: &TestKeyring, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(name, secret)| ((*name).to_owned(), (*secret).to_owned())).collect();
    window.until(&format!("the keyring to have {expected:?}"), |_| keyring.secrets() == expected);
}

/// Opens a window whose password is in the keyring.
fn open_signed_in(gateway: &Gateway, folder: &Path, keyring: &TestKeyring) -> Window {
    let mut window = open(start_in(folder, keyring));
    until_prompt(&mut window);
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    until_secrets(&mut window, keyring, &[("North", "se:cret")]);
    assert_eq!(gateway.inner.requests().last().unwrap().header("authorization"), Some(BASIC));
    window
}

fn close_form(window: &mut Window) {
    window.click("Save gateway");
    window.until("the form to close", |harness| harness.query_by_label("Save gateway").is_none());
}

#[test]
fn removing_the_login_removes_its_secret() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    let mut window = open_signed_in(&gateway, folder.path(), &keyring);
    choose(&mut window, "Edit North…");
    window.click("Authentication: None");
    close_form(&mut window);
    until_secrets(&mut window, &keyring, &[]);
    assert_eq!(logins(folder.path()), [Login::None]);
}

#[test]
fn renaming_moves_the_secret() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    let mut window = open_signed_in(&gateway, folder.path(), &keyring);
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "Plant North");
    close_form(&mut window);
    until_secrets(&mut window, &keyring, &[("Plant North", "se:cret")]);
    // Together with a new password.
    gateway.accept(NEW_BASIC);
    choose(&mut window, "Edit Plant North…");
    retype(&mut window, "Name", "South");
    window.type_into("Gateway password", "new");
    close_form(&mut window);
    until_secrets(&mut window, &keyring, &[("South", "new")]);
}

#[test]
fn removing_the_gateway_removes_its_secret() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    let mut window = open_signed_in(&gateway, folder.path(), &keyring);
    choose(&mut window, "Edit North…");
    window.click("Remove…");
    window.harness.run_steps(4);
    window.click("Remove North");
    window.until_text("North removed");
    until_secrets(&mut window, &keyring, &[]);
    // Not even this window knows it.
    window.click("Add gateway…");
    window.type_into("Name", "North");
    window.type_into("Addresses", &gateway.inner.url);
    window.click("Find the gateway");
    window.until_text("Continue with this login");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    close_form(&mut window);
    until_prompt(&mut window);
}

#[test]
fn secret_of_a_locked_keyring_is_forgotten_in_memory() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    keyring.set_locked(true);
    let mut window = open(start_in(folder.path(), &keyring));
    until_prompt(&mut window);
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    window.until_text_contains(THIS_SESSION_ONLY);
    choose(&mut window, "Edit North…");
    window.click("Authentication: None");
    close_form(&mut window);
    window.until_text_contains("The keyring is locked");
    keyring.set_locked(false);
    choose(&mut window, "Edit North…");
    window.click("Authentication: Password");
    window.type_into("Gateway user name", "billy");
    close_form(&mut window);
    until_prompt(&mut window);
    assert_eq!(keyring.secrets(), []);
}

#[test]
fn folders_do_not_touch_each_others_secrets() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let (first, second) = (folder(&gateway), folder(&gateway));
    drop(open_signed_in(&gateway, first.path(), &keyring));
    // The same name, user and address in another folder.
    gateway.accept(NEW_BASIC);
    let mut window = open(start_in(second.path(), &keyring));
    until_prompt(&mut window);
    sign_in(&mut window, "new");
    window.until_text("6 of 6 sessions");
    until_secrets(&mut window, &keyring, &[("North", "new"), ("North", "se:cret")]);
    choose(&mut window, "Edit North…");
    window.click("Remove…");
    window.harness.run_steps(4);
    window.click("Remove North");
    until_secrets(&mut window, &keyring, &[("North", "se:cret")]);
    drop(window);
    gateway.accept(BASIC);
    let mut window = open(start_in(first.path(), &keyring));
    window.until_text("6 of 6 sessions");
}

#[test]
fn saved_login_stays_until_another_one_is_accepted() {
    for save in [true, false] {
        let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
        let folder = folder(&gateway);
        let mut window = open_signed_in(&gateway, folder.path(), &keyring);
        gateway.accept(NEW_BASIC);
        window.click("Refresh");
        until_prompt(&mut window);
        if !save {
            window.click("Keep in the keyring");
        }
        sign_in(&mut window, "wrong");
        window.until_text_contains("Wrong user name or password");
        until_prompt(&mut window);
        assert_eq!(keyring.secrets(), [("North".to_owned(), "se:cret".to_owned())]);
        assert_eq!(logins(folder.path()), [Login::Basic { user: "billy".to_owned() }]);
        sign_in(&mut window, "new");
        window.until_text("6 of 6 sessions");
        if save {
            until_secrets(&mut window, &keyring, &[("North", "new")]);
            assert_eq!(logins(folder.path()), [Login::Basic { user: "billy".to_owned() }]);
        } else {
            until_secrets(&mut window, &keyring, &[]);
            window.until("the login to be removed", |_| logins(folder.path()) == [Login::None]);
        }
    }
}

#[test]
fn saved_password_stays_until_one_typed_in_the_form_is_accepted() {
    for name in ["North", "Plant North"] {
        let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
        let folder = folder(&gateway);
        let mut window = open_signed_in(&gateway, folder.path(), &keyring);
        choose(&mut window, "Edit North…");
        retype(&mut window, "Name", name);
        window.type_into("Gateway password", "wrong");
        close_form(&mut window);
        window.until_text_contains("Wrong user name or password");
        until_prompt(&mut window);
        // A later request to the keyring, so that an earlier one was handled.
        choose(&mut window, &format!("Edit {name}…"));
        window.click("Test connection");
        window.until_text("Sign-in: Authenticated with the password");
        assert_eq!(keyring.secrets(), [(name.to_owned(), "se:cret".to_owned())]);
        gateway.accept(NEW_BASIC);
        window.type_into("Gateway password", "new");
        close_form(&mut window);
        window.until_text("6 of 6 sessions");
        until_secrets(&mut window, &keyring, &[(name, "new")]);
        assert_eq!(logins(folder.path()), [Login::Basic { user: "billy".to_owned() }]);
    }
}

#[test]
fn login_that_is_accepted_after_a_rename_is_saved_under_the_new_name() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    let mut window = open(start_in(folder.path(), &keyring));
    until_prompt(&mut window);
    sign_in(&mut window, "new");
    window.until_text_contains("Wrong user name or password");
    choose(&mut window, "Edit North…");
    retype(&mut window, "Name", "Plant North");
    close_form(&mut window);
    gateway.accept(NEW_BASIC);
    sign_in(&mut window, "new");
    window.until_text("6 of 6 sessions");
    until_secrets(&mut window, &keyring, &[("Plant North", "new")]);
    assert_eq!(logins(folder.path()).len(), 1);
}

#[test]
fn rejected_login_is_not_saved_when_the_saved_one_is_accepted() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    drop(open_signed_in(&gateway, folder.path(), &keyring));
    gateway.accept(NEW_BASIC);
    let mut window = open(start_in(folder.path(), &keyring));
    until_prompt(&mut window);
    sign_in(&mut window, "wrong");
    window.until_text_contains("Wrong user name or password");
    // The saved password is right again, and is used after a new connection.
    gateway.accept(BASIC);
    choose(&mut window, "North");
    window.until_text("6 of 6 sessions");
    // A later request to the keyring, so that an earlier one was handled.
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text("Sign-in: Authenticated with the password");
    assert_eq!(keyring.secrets(), [("North".to_owned(), "se:cret".to_owned())]);
}

#[test]
fn login_is_saved_only_after_all_nodes_have_responded() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let (respond_late, gate) = sync_channel::<()>(1);
    let gate = Mutex::new(gate);
    // Rejects the login, but later than the other node accepts it.
    let late = FakeGateway::new(move |request, stream| {
        let is_login = request.header("authorization").is_some();
        if is_login {
            let _ended = gate.lock().unwrap().recv();
        }
        let is_sessions = request.path().ends_with("sessions");
        let line = if is_sessions { "401 Unauthorized" } else { "404 Not Found" };
        let _closed = stream.write_all(&status(line, ""));
    });
    let folder = folder(&gateway);
    let config = folder.path().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let both = format!("\"{}\", \"{}\"]", gateway.inner.url, late.url);
    std::fs::write(&config, text.replace(&format!("\"{}\"]", gateway.inner.url), &both)).unwrap();
    let mut window = open(start_in(folder.path(), &keyring));
    until_prompt(&mut window);
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    window.until("the login at the late node", |_| {
        late.requests().iter().any(|request| request.header("authorization").is_some())
    });
    assert_eq!(keyring.secrets(), []);
    drop(respond_late);
    window.until_gateway("Wrong user name or password");
    // A later request to the keyring, so that an earlier one was handled.
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains("Enter the password or token");
    assert_eq!(keyring.secrets(), []);
}

#[test]
fn says_after_three_seconds_that_the_keyring_hangs_and_goes_on_without() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    drop(open_signed_in(&gateway, folder.path(), &keyring));
    keyring.set_hanging(true);
    let (mut window, clock) = open_with_clock(start_in(folder.path(), &keyring));
    clock.advance(Duration::from_millis(2_999));
    window.harness.step();
    assert!(window.harness.query_by_label_contains(SLOW).is_none());
    clock.advance(Duration::from_millis(1));
    window.harness.step();
    assert!(window.harness.query_by_label_contains(SLOW).is_some());
    window.click(GO_ON);
    assert!(window.harness.query_by_label_contains(SLOW).is_none());
    window.until_text_contains(THIS_SESSION_ONLY);
    assert!(!window.has("Keep in the keyring"));
    until_prompt(&mut window);
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    window.until_text_contains("The keyring isn't used. The login is kept");
    // It is known for the rest of the session.
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text("Sign-in: Authenticated with the password");
    // The window says that the keyring still has the secret.
    window.click("Authentication: None");
    close_form(&mut window);
    window.until_text_contains("It may still hold a password or token");
    assert!(window.harness.query_by_label_contains(SLOW).is_none());
}

#[test]
fn says_that_the_keyring_hangs_while_it_stores_or_is_tested() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    let (mut window, clock) = open_with_clock(start_in(folder.path(), &keyring));
    until_prompt(&mut window);
    keyring.set_hanging(true);
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    clock.advance(Duration::from_secs(3));
    window.until_text_contains(SLOW);
    // In time after all.
    keyring.set_hanging(false);
    window.until("the reply", |harness| harness.query_by_label_contains(SLOW).is_none());
    until_secrets(&mut window, &keyring, &[("North", "se:cret")]);
    // A test asks for the secret.
    keyring.set_hanging(true);
    choose(&mut window, "Edit North…");
    window.click("Test connection");
    window.until_text_contains("Waiting for the keyring");
    clock.advance(Duration::from_secs(3));
    window.until_text_contains(SLOW);
    window.click(GO_ON);
    window.until_text_contains("Enter the password or token");
}

#[test]
fn settings_do_not_say_that_a_hanging_keyring_is_available() {
    let (gateway, keyring) = (Gateway::new(), TestKeyring::default());
    let folder = folder(&gateway);
    drop(open_signed_in(&gateway, folder.path(), &keyring));
    keyring.set_hanging(true);
    let (mut window, clock) = open_with_clock(start_in(folder.path(), &keyring));
    window.click("Settings");
    window.until_text("Checking the keyring…");
    clock.advance(Duration::from_secs(3));
    // The message says it, too, and what to do.
    window.until_text(SLOW);
    assert!(!window.has("Keyring available"));
    keyring.set_hanging(false);
    window.until_text("Keyring available");
}

#[test]
fn says_what_is_true_without_a_keyring() {
    let gateway = Gateway::new();
    let folder = folder(&gateway);
    let start = Start {
        open_secrets: Arc::new(Secrets::in_memory),
        ..start_in(folder.path(), &TestKeyring::default())
    };
    let mut window = open(start);
    until_prompt(&mut window);
    window.until_text_contains("No keyring found. Passwords and tokens are kept for this session only");
    // The card says it, no message beside.
    assert!(!window.has("No keyring found") && !window.has("Dismiss message"));
    assert!(window.has("Save the login without its password") && !window.has("Keep in the keyring"));
    window.click("Sign in with an API token");
    assert!(window.has("Save the login without its token"));
    window.click("Sign in with a password");
    choose(&mut window, "Edit North…");
    window.until("the note in the form", |harness| {
        harness.query_all_by_label_contains("Passwords and tokens are kept").count() == 1
    });
    assert!(!window.has("Save the login without its password"));
    for untrue in ["Saved in the", "Leave empty"] {
        assert!(window.harness.query_by_label_contains(untrue).is_none(), "{untrue}");
    }
    window.click("Close");
    sign_in(&mut window, "se:cret");
    window.until_text("6 of 6 sessions");
    window.until_text_contains("No keyring found. The login is kept for this session only");
    assert_eq!(logins(folder.path()), [Login::Basic { user: "billy".to_owned() }]);
}

fn open_with_clock(start: Start) -> (Window, StoppedClock) {
    let clock = StoppedClock::new();
    let start = Start { clock: clock.read(), ..start };
    (open(start), clock)
}
