//! Logins in the window: which ones are sent, to which gateway, and what is kept of them.

use std::io::Write as _;

use crate::support::window::{Window, connect_to, plant, retype, start_on};
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Credentials;
use gatewatch::ui::Start;

/// The `Authorization` header of `billy:se:cret`.
const BASIC: &str = "Basic YmlsbHk6c2U6Y3JldA==";
const ENTER_SECRET: &str = "Enter the password or token";

/// Starts a gateway that accepts only billy.
fn requiring_password() -> FakeGateway {
    FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" if request.header("authorization") == Some(BASIC) => {
                ok(&webdev_json(&PLANT))
            }
            "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    })
}

/// Returns the logins that a gateway has received.
fn received(gateway: &FakeGateway) -> Vec<String> {
    let header =
        |name: &'static str| move |request: &crate::support::Request| request.header(name).map(str::to_owned);
    let requests = gateway.requests();
    let basic = requests.iter().filter_map(header("authorization"));
    basic.chain(requests.iter().filter_map(header("x-ignition-api-token"))).collect()
}

fn value(window: &Window, name: &str) -> String {
    window.harness.get_by_label(name).accesskit_node().value().unwrap_or_default()
}

fn open(start: Start) -> Window {
    // High enough for the whole form.
    Window::open_as(Harness::builder().with_size([1080.0, 1000.0]), start)
}

fn choose(window: &mut Window, item: &str) {
    window.click("Saved gateways");
    window.click(item);
}

fn connect(window: &mut Window, address: &str) {
    connect_to(window, address);
}

#[test]
fn prompt_refuses_logins_that_cannot_be_sent() {
    let gateway = requiring_password();
    let mut window = open(start_on(&gateway.url));
    window.until_text("Sign in to this gateway");
    for (user, password, message) in [
        ("billy:x", "se:cret", "doesn't support user names with a colon"),
        ("bil\tly", "se:cret", "The user name has a control character"),
        ("  ", "se:cret", "Enter the user name"),
        ("billy", "se:\u{7}cret", "The password has a control character"),
    ] {
        retype(&mut window, "User name", user);
        retype(&mut window, "Password", password);
        window.click("Sign in");
        window.until_text_contains(message);
        // An edit hides the message.
        window.type_into("Password", "x");
        assert!(window.harness.query_by_label_contains(message).is_none(), "{message}");
    }
    window.click("Sign in with an API token");
    for token in ["name", "name:", ":key", "na\u{1}me:key", "name:kéy"] {
        retype(&mut window, "API token", token);
        window.click("Sign in");
        window.until("the error", |harness| {
            let has = |text| harness.query_by_label_contains(text).is_some();
            has("Enter the token as NAME:KEY") || has("The token has a character that can't be sent")
        });
    }
    // The first login that is sent is the first good one.
    window.click("Sign in with a password");
    retype(&mut window, "User name", " billy ");
    retype(&mut window, "Password", "se:cret");
    window.click("Sign in");
    window.until_text("6 of 6 sessions");
    assert_eq!(received(&gateway), [BASIC]);
}

#[test]
fn form_refuses_what_the_prompt_refuses() {
    let gateway = plant();
    let mut window = open(start_on(&gateway.url));
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Save this gateway…");
    window.type_into("Name", "North");
    window.click("Authentication: Password");
    for (user, password, message) in [
        ("billy:x", "se:cret", "doesn't support user names with a colon"),
        ("bil\tly", "se:cret", "The user name has a control character"),
        ("billy", "se:\u{7}cret", "The password has a control character"),
    ] {
        retype(&mut window, "Gateway user name", user);
        retype(&mut window, "Gateway password", password);
        for button in ["Test connection", "Save gateway"] {
            window.click(button);
            window.until_text_contains(message);
        }
    }
    window.click("Authentication: API token");
    for token in ["name", "name:", ":key"] {
        retype(&mut window, "Gateway API token", token);
        window.click("Test connection");
        window.until_text_contains("Enter the token as NAME:KEY");
    }
}

#[test]
fn rejected_sign_in_keeps_the_user_name_and_shows_no_password() {
    let gateway = requiring_password();
    let mut window = open(start_on(&gateway.url));
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    window.type_into("Password", "wrong");
    window.click("Sign in");
    window.until_text_contains("Wrong user name or password");
    assert_eq!((value(&window, "User name"), value(&window, "Password")), ("billy".into(), String::new()));
    // The form starts with the user, too, but neither shows nor tests the rejected password.
    choose(&mut window, "Save this gateway…");
    assert_eq!(value(&window, "Gateway user name"), "billy");
    assert_eq!(value(&window, "Gateway password"), "");
    let before = received(&gateway).len();
    window.click("Test connection");
    window.until_text_contains(ENTER_SECRET);
    // A later test sends what is typed then, and nothing was sent before it.
    window.type_into("Gateway password", "se:cret");
    window.click("Test connection");
    window.until_text("Sign-in: Authenticated with the password");
    let sent = received(&gateway).split_off(before);
    assert!(sent.iter().all(|login| login == "Basic YmlsbHk6c2U6Y3JldA=="), "{sent:?}");
    window.click("Discard");
    window.click("Add gateway…");
    assert!(!window.has("Gateway password"));
}

#[test]
fn form_uses_the_login_in_use_for_its_address_only() {
    let (first, second) = (requiring_password(), requiring_password());
    let mut window = open(start_on(&first.url));
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    window.type_into("Password", "se:cret");
    window.click("Sign in");
    window.until_text("6 of 6 sessions");
    choose(&mut window, "Save this gateway…");
    window.click("Test connection");
    window.until_text("Sign-in: Authenticated with the password");
    retype(&mut window, "Addresses", &second.url);
    window.click("Test connection");
    window.until_text_contains(ENTER_SECRET);
    retype(&mut window, "Addresses", &format!("{} {}", first.url, second.url));
    window.click("Test connection");
    window.until_text_contains(ENTER_SECRET);
    // The gateway is the same, the user isn't.
    retype(&mut window, "Addresses", &first.url);
    retype(&mut window, "Gateway user name", "anna");
    let before = received(&first).len();
    window.click("Test connection");
    window.until_text_contains(ENTER_SECRET);
    // A later test of both sends what is typed then, and nothing was sent before it.
    retype(&mut window, "Addresses", &format!("{} {}", first.url, second.url));
    window.type_into("Gateway password", "typed");
    window.click("Test connection");
    window.until("the test of both", |_| received(&first).len() > before && !received(&second).is_empty());
    for sent in received(&first).split_off(before).into_iter().chain(received(&second)) {
        assert_eq!(sent, "Basic YW5uYTp0eXBlZA==");
    }
}

#[test]
fn login_of_the_command_line_opens_only_its_gateway() {
    for credentials in
        [Credentials::basic("billy", "se:cret").unwrap(), Credentials::token("reader:key").unwrap()]
    {
        let (first, second) = (requiring_password(), requiring_password());
        let mut window = open(Start { credentials, ..start_on(&first.url) });
        window.until("the login to be sent", |_| !received(&first).is_empty());
        connect(&mut window, &second.url);
        window.until_text("Sign in to this gateway");
        window.until("the second gateway to be read", |_| {
            second.requests().iter().any(|request| request.path().ends_with("sessions"))
        });
        // In the form, the address changes under the login.
        choose(&mut window, "Save this gateway…");
        window.type_into("Name", "South");
        window.click("Save gateway");
        window.until_text_contains("Can't save settings");
        window.click("Discard");
        let before = received(&first).len();
        connect(&mut window, &first.url);
        window.until("the first gateway again", |_| received(&first).len() > before);
        choose(&mut window, "Save this gateway…");
        retype(&mut window, "Addresses", &second.url);
        window.click("Test connection");
        window.until_text_contains(ENTER_SECRET);
        assert_eq!(received(&second), Vec::<String>::new());
    }
}
