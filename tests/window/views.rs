//! The views in the place of the table. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::popups::turn_wheel;
use crate::rail::choose_in_menu;
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{StoppedClock, Window, plant, retype, start, start_on};
use crate::support::{FakeGateway, PLANT, ok, status, unused_address, webdev_json};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::settings::{State, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;

/// The `Authorization` header of `billy:se:cret`.
const BASIC: &str = "Basic YmlsbHk6c2U6Y3JldA==";
const CARD: &str = "Sign in to this gateway";

/// Starts a gateway that requires billy's login while `is_closed`.
fn requiring_password(is_closed: Arc<AtomicBool>) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let is_open = !is_closed.load(Ordering::SeqCst) || request.header("authorization") == Some(BASIC);
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" if is_open => ok(&webdev_json(&PLANT)),
            "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    })
}

/// Opens a window with the table of a gateway that requires billy's login from now on.
fn with_table_of_closed() -> (FakeGateway, Window) {
    let is_closed = Arc::new(AtomicBool::new(false));
    let gateway = requiring_password(is_closed.clone());
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    is_closed.store(true, Ordering::SeqCst);
    (gateway, window)
}

fn closed() -> FakeGateway {
    requiring_password(Arc::new(AtomicBool::new(true)))
}

fn is_focused(window: &Window, name: &str) -> bool {
    window.harness.get_by_label(name).is_focused()
}

#[test]
fn first_run_connects_to_an_address_or_to_the_demo_gateway() {
    let plant = crate::support::window::plant();
    let without_gateway = || Window::open(Start { target: None, ..start_on(&plant.url) });
    let mut window = without_gateway();
    window.until_text("Connect to a gateway");
    window.harness.step();
    // Typed text is the address, and no filter.
    assert!(is_focused(&window, "Address of the gateway"));
    retype(&mut window, "Address of the gateway", "ftp://x");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the reason", |harness| {
        harness.query_all_by_label_contains("Unsupported scheme ftp").count() > 0
    });
    retype(&mut window, "Address of the gateway", &plant.url);
    window.click("Connect to this address");
    window.until_text("6 of 6 sessions");

    let mut window = without_gateway();
    window.until_text("Connect to a gateway");
    window.click("Open the demo gateway");
    window
        .until("the demo gateway", |harness| harness.query_all_by_label_contains("Demo gateway").count() > 0);
}

#[test]
fn connecting_can_be_cancelled_after_a_while() {
    let gateway = FakeGateway::new(|_, _| std::thread::park());
    let clock = StoppedClock::new();
    let mut window = Window::open(Start { clock: clock.read(), ..start_on(&gateway.url) });
    let is_shown = |window: &Window| window.harness.query_by_label_contains("Connecting to").is_some();
    assert!(!is_shown(&window));
    clock.advance(Duration::from_millis(200));
    window.harness.step();
    assert!(is_shown(&window) && !window.has("Cancel connecting"));
    clock.advance(Duration::from_millis(800));
    window.harness.step();
    window.click("Cancel connecting");
    window.until_text("Connect to a gateway");
    // The address can be corrected.
    assert_eq!(window.text_of("Address of the gateway"), gateway.url);
}

#[test]
fn unreachable_gateway_says_what_to_do_and_has_the_error_to_copy() {
    let address = unused_address();
    let mut window = Window::on(&format!("http://{address}"));
    window.until_text(&format!("Can't reach {address}"));
    let advice = format!("Check that the gateway is running and that {} is its port", address.port());
    assert!(window.has(&advice) && window.has("Retry now") && window.has("Edit gateway…"));
    assert!(!window.has("Copy details"));
    window.click("Details of the error");
    window.click("Copy details");
    assert!(window.copied().starts_with("Connection refused. "));
    window.click("Details of the error");
    assert!(!window.has("Copy details"));
}

#[test]
fn menu_of_a_small_window_opens_nothing_of_a_table_that_was_not_read() {
    let address = unused_address();
    let start = start_on(&format!("http://{address}"));
    let mut window = Window::open_as(Harness::builder().with_size([640.0, 480.0]), start);
    window.until_text(&format!("Can't reach {address}"));
    window.click("View");
    let items = [
        (Role::Button, "Group"),
        (Role::Button, "Columns"),
        (Role::CheckBox, "Details"),
        (Role::CheckBox, "Counts"),
    ];
    for (role, name) in items {
        assert!(window.harness.get_by_role_and_label(role, name).accesskit_node().is_disabled(), "{name}");
    }
}

#[test]
fn unreachable_gateway_names_all_nodes() {
    let nodes = [unused_address(), unused_address()].map(|address| format!("http://{address}"));
    let urls = nodes.iter().map(|url| url.parse().unwrap()).collect();
    let profile = Profile::new("Plant".to_owned(), urls).unwrap();
    let mut window = Window::open(start(Target::Gateway(profile)));
    window.until_text("Can't reach Plant");
    window.click("Details of the error");
    for url in nodes {
        window.until("the error of the node", |harness| {
            let text = format!("{url}: Connection refused");
            harness.query_all_by_label_contains(&text).count() == 1
        });
    }
}

#[test]
fn gateway_without_sessions_says_so_below_the_headers() {
    let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&[])));
    let mut window = Window::on(&gateway.url);
    window.until_text_contains("No one is signed in to");
    assert!(window.has("Username") && window.has("0 of 0 sessions"));
}

#[test]
fn gateway_without_the_resource_can_be_set_up_or_read_with_a_token() {
    let gateway = FakeGateway::gateway("8.3.4", status("404 Not Found", ""));
    let mut window = Window::on(&gateway.url);
    window.until_text("Gatewatch isn't set up on this gateway");
    assert!(!window.has("API token"));
    window.click("Use an API token");
    window.harness.step();
    assert!(window.has(CARD) && is_focused(&window, "API token"));

    let mut window = Window::on(&gateway.url);
    window.until_text("Set up this gateway");
    window.click("Set up this gateway");
    window.until_text("New gateway");
    // Before 8.3 there are no tokens.
    let older = FakeGateway::gateway("8.1.44", status("404 Not Found", ""));
    let mut window = Window::on(&older.url);
    window.until_text("Set up this gateway");
    assert!(!window.has("Use an API token"));
}

#[test]
fn wrong_password_keeps_user_and_choice_and_focuses_the_box_below_which_the_error_is() {
    for keep in [false, true] {
        let gateway = closed();
        let mut window = Window::on(&gateway.url);
        window.until_text(CARD);
        window.harness.step();
        assert!(is_focused(&window, "User name"));
        window.type_into("User name", "billy");
        if keep {
            window.click("Keep in the keyring");
        }
        window.type_into("Password", "wrong");
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text("Wrong user name or password");
        window.harness.step();
        assert_eq!(
            (window.text_of("User name"), window.text_of("Password")),
            ("billy".to_owned(), String::new())
        );
        assert!(is_focused(&window, "Password"), "{keep}");
        let error = window.harness.get_by_label("Wrong user name or password").rect();
        let password = window.harness.get_by_label("Password").rect();
        assert!(error.top() >= password.bottom() && error.top() < password.bottom() + 12.0);
        let kept = window.harness.get_by_label("Keep in the keyring").accesskit_node().toggled();
        assert_eq!(kept == Some(egui::accesskit::Toggled::True), keep);
        // An edit hides the error.
        window.type_into("Password", "x");
        assert!(!window.has("Wrong user name or password"));
    }
}

#[test]
fn incomplete_login_has_its_error_at_the_empty_box() {
    let gateway = closed();
    let mut window = Window::on(&gateway.url);
    window.until_text(CARD);
    for (error, name) in [("Enter the user name", "User name"), ("Enter the password", "Password")] {
        window.click("Sign in");
        let [error, edit] = [error, name].map(|label| window.harness.get_by_label(label).rect());
        assert!(error.top() >= edit.bottom() && error.top() < edit.bottom() + 12.0, "{name}");
        assert!(is_focused(&window, name));
        window.type_into("User name", "billy");
        assert!(!window.has("Enter the user name"));
    }
    // Nothing was sent.
    assert!(gateway.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn wrong_token_keeps_the_tab() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            path if path.starts_with("/data/") => status("401 Unauthorized", ""),
            _ => status("404 Not Found", ""),
        };
        let _closed = stream.write_all(&response);
    });
    for keep in [false, true] {
        let mut window = Window::on(&gateway.url);
        window.until_text("Use an API token");
        window.click("Use an API token");
        if keep {
            window.click("Keep in the keyring");
        }
        window.type_into("API token", "tok:wrong");
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text_contains("API token not recognized");
        window.harness.step();
        assert!(window.has("API token") && !window.has("Password") && is_focused(&window, "API token"));
    }
}

#[test]
fn password_can_be_shown() {
    let gateway = closed();
    let mut window = Window::on(&gateway.url);
    window.until_text(CARD);
    window.type_into("Password", "se:cret");
    assert_eq!(window.text_of("Password"), "•••••••");
    window.click("Show the text");
    assert_eq!(window.text_of("Password"), "se:cret");
    window.click("Show the text");
    assert_eq!(window.text_of("Password"), "•••••••");
}

#[test]
fn tab_key_goes_through_the_card_in_order() {
    let gateway = closed();
    let mut window = Window::on(&gateway.url);
    window.until_text(CARD);
    window.type_into("User name", "billy");
    window.type_into("Password", "x");
    window.harness.get_by_label("User name").focus();
    window.harness.step();
    for name in ["Password", "Show the text", "Keep in the keyring", "Sign in"] {
        window.press(Modifiers::NONE, Key::Tab);
        assert!(is_focused(&window, name), "{name}");
    }
}

#[test]
fn card_over_a_table_can_be_closed_until_the_next_read() {
    let (_gateway, mut window) = with_table_of_closed();
    window.press(Modifiers::NONE, Key::F5);
    window.until_text(CARD);
    assert!(!window.has("Username") && window.has("6 of 6 sessions"));
    window.click("Cancel sign-in");
    assert!(!window.has(CARD) && window.column("Username").len() == 6);
    window.press(Modifiers::NONE, Key::F5);
    window.until_text(CARD);
}

#[test]
fn card_that_was_cancelled_opens_again_with_the_user_name() {
    let (gateway, mut window) = with_table_of_closed();
    window.press(Modifiers::NONE, Key::F5);
    window.until_text(CARD);
    window.type_into("User name", "billy");
    window.type_into("Password", "wrong");
    window.click("Sign in");
    window.until_text("Wrong user name or password");
    window.click("Cancel sign-in");
    assert!(!window.has(CARD) && window.column("Username").len() == 6);
    let by_palette = |window: &mut Window| {
        window.press(Modifiers::COMMAND, Key::K);
        window.frame([Event::Text("sign in".to_owned())]);
        window.harness.step();
        window.press(Modifiers::NONE, Key::Enter);
    };
    let by_rail = |window: &mut Window| choose_in_menu(window, &gateway.url, "Sign in…");
    let by_link = |window: &mut Window| window.click("Sign in…");
    for (index, open) in [&by_palette as &dyn Fn(&mut Window), &by_rail, &by_link].into_iter().enumerate() {
        open(&mut window);
        window.until_text(CARD);
        window.until(&format!("the focus after {index}"), |harness| {
            harness.get_by_label("Password").is_focused()
        });
        assert_eq!(window.text_of("User name"), "billy", "{index}");
        window.click("Cancel sign-in");
        assert!(!window.has(CARD), "{index}");
    }
    window.click("Sign in…");
    window.type_into("Password", "se:cret");
    window.click("Sign in");
    window.until("the table", |harness| harness.query_by_label("Username").is_some());
    assert!(!window.has("Sign in…") && !window.has(CARD));
}

#[test]
fn login_can_be_asked_for_while_the_gateway_is_read() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    choose_in_menu(&mut window, &gateway.url, "Sign in…");
    window.until_text(CARD);
    window.click("Sign in with an API token");
    assert!(is_focused(&window, "API token"));
    window.click("Cancel sign-in");
    assert!(!window.has(CARD) && window.column("Username").len() == 6);
}

#[test]
fn escape_cancels_the_card_from_each_of_its_controls() {
    let (gateway, mut window) = with_table_of_closed();
    for name in ["User name", "Password", "Sign in"] {
        window.press(Modifiers::NONE, Key::F5);
        window.until_text(CARD);
        window.harness.get_by_label(name).focus();
        window.harness.step();
        window.press(Modifiers::NONE, Key::Escape);
        assert!(!window.has(CARD) && window.column("Username").len() == 6, "{name}");
    }
    // Without a table there is no Cancel.
    let mut window = Window::on(&gateway.url);
    window.until_text(CARD);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has(CARD));
}

#[test]
fn escape_cancels_connecting_once_that_is_offered() {
    let gateway = FakeGateway::new(|_, _| std::thread::sleep(std::time::Duration::from_mins(1)));
    let mut window = Window::on(&gateway.url);
    window.until_text("Cancel connecting");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("Connect to a gateway");
}

#[test]
fn login_of_the_command_line_that_is_wrong_leads_to_the_card() {
    let gateway = closed();
    let credentials = Credentials::basic("billy", "wrong").unwrap();
    let mut window = Window::open(Start { credentials, ..start_on(&gateway.url) });
    window.until_text(CARD);
    assert!(window.has("Wrong user name or password"));
}

#[test]
fn path_below_which_no_gateway_answers_is_named() {
    let gateway = FakeGateway::new(|_, stream| stream.write_all(&status("404 Not Found", "")).unwrap());
    let mut window = Window::on(&format!("{}/foo", gateway.url));
    window.until_text("No Ignition gateway answers at /foo. Remove the path");
    assert!(!window.has("Gatewatch isn't set up on this gateway"));
}

#[test]
fn web_server_is_no_gateway_to_set_up() {
    let gateway = FakeGateway::new(|_, stream| stream.write_all(&status("404 Not Found", "")).unwrap());
    let mut window = Window::on(&gateway.url);
    window.until_text("No Ignition gateway answers here. Check host and port");
    assert!(!window.has("Set up this gateway"));
}

#[test]
fn certificate_is_whole_and_its_buttons_are_reached_in_a_small_window() {
    let identity = Identity::self_signed(&named(&[HOST, "plant-north.example"], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let fingerprint = identity.pin().fingerprint.to_string();
    // The smallest of them is the default size at 200 %.
    for (size, is_whole) in [([640.0, 480.0], true), ([540.0, 340.0], false)] {
        let builder = egui_kittest::Harness::builder().with_size(size);
        let mut window = Window::open_as(builder, start_on(&gateway.url));
        window.until_text("Always trust");
        window.harness.run_steps(3);
        let place = window.harness.get_by_label("Table").rect();
        let rect = |window: &Window, name: &str| window.harness.get_by_label(name).rect();
        for name in [&*fingerprint, "Copy SHA-256", "The certificate isn't trusted"] {
            let at = rect(&window, name);
            assert!(
                place.x_range().contains(at.left()) && place.x_range().contains(at.right()),
                "{name}: {at}"
            );
        }
        for name in ["Trust once", "Always trust"] {
            if is_whole {
                assert!(place.contains_rect(rect(&window, name)), "{name} at {size:?}");
            }
        }
        // The keyboard scrolls to the buttons.
        for _ in 0..20 {
            window.press(Modifiers::NONE, Key::Tab);
            if is_focused(&window, "Always trust") {
                break;
            }
        }
        window.harness.run_steps(30);
        assert!(is_focused(&window, "Always trust"), "{size:?}");
        let at = rect(&window, "Always trust");
        assert!(place.contains_rect(at), "{at} in {place} at {size:?}");
    }
}

#[test]
fn suggestions_for_a_pattern_without_matches_are_reached_in_a_small_window() {
    let plant = plant();
    let state = State { table: Layout { counts: true, ..Layout::default() }, ..State::default() };
    let start = Start { state, ..start_on(&plant.url) };
    let mut window = Window::open_as(Harness::builder().with_size([540.0, 340.0]), start);
    window.until_text("6 of 6 sessions");
    retype(&mut window, "Username filter", "bill");
    window.until_text("Clear filters");
    let footer = 340.0 - 32.0;
    let is_in_view = |window: &Window| window.harness.get_by_label("Clear filters").rect().bottom() <= footer;
    assert!(!is_in_view(&window), "the view is higher than its place");
    window.harness.get_by_label("Clear filters").focus();
    window
        .until("the link in view", |harness| harness.get_by_label("Clear filters").rect().bottom() <= footer);
    // Back to the title.
    turn_wheel(&mut window, pos2(120.0, 200.0), vec2(0.0, 400.0));
    window.until("the link below the view", |harness| {
        harness.get_by_label("Clear filters").rect().bottom() > footer
    });
}
