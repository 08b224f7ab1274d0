//! The steps of the guide in both themes and at 200 %, compared with pictures. See `pictures`.

use crate::pictures::can_draw;
use crate::support::looks;
use crate::support::window::{Window, plant, start};
use crate::support::{FakeGateway, PLANT, ok, status, unused_address, webdev_json};
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::Profile;
use gatewatch::settings::Target;

/// The size of the window, in points.
const SIZE: [f32; 2] = [1280.0, 640.0];

/// Takes pictures of the guide. `prepare` fills it, and `host` is the address in it.
fn compare(name: &str, host: &str, prepare: impl Fn(&mut Window)) {
    let other = plant();
    let target = Target::Gateway(Profile::from_address(&other.url).unwrap().with_name("Plant"));
    let open = |builder| {
        let mut window = Window::open_as(builder, start(target.clone()));
        window.until_text("6 of 6 sessions");
        window.click("Add gateway…");
        window.type_into("Addresses", host);
        prepare(&mut window);
        (window, ())
    };
    // The port, and the time that the connection took.
    looks::compare(name, [SIZE; 4], open, |window| {
        let boxes = window.harness.query_all_by_label("Addresses").map(|node| node.rect());
        let lines = looks::rects(window, "TLS: Not used").into_iter();
        let times = lines
            .map(|line| Rect::from_min_max(line.right_top(), line.right_bottom()).with_max_x(SIZE[0] - 28.0));
        looks::rects(window, host).into_iter().chain(boxes).chain(times).collect()
    });
}

/// Goes on with the addresses to the login, and enters one.
fn enter_login(window: &mut Window, password: &str) {
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Gateway user name");
    window.type_into("Gateway user name", "gatewatch");
    window.type_into("Gateway password", password);
    window.press(Modifiers::NONE, Key::Enter);
}

#[test]
fn address_that_refuses_the_connection() {
    if can_draw() {
        compare("guide_address", &format!("http://{}", unused_address()), |window| {
            window.press(Modifiers::NONE, Key::Enter);
            window.until_text(
                "Connection refused. Check that the gateway is running and that the port is right",
            );
            window.until_text("Read sessions: not tested");
        });
    }
}

#[test]
fn sign_in_after_a_wrong_password() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
        compare("guide_sign_in", &gateway.url, |window| {
            enter_login(window, "wrong");
            window.until_text("Wrong user name or password");
        });
    }
}

#[test]
fn tasks_for_the_resource() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.1.44", status("404 Not Found", ""));
        compare("guide_resource", &gateway.url, |window| {
            enter_login(window, "open-sesame");
            window.until_text("Repeats every 5 s");
            window.until_text("Read sessions: not tested");
        });
    }
}

#[test]
fn tasks_for_a_token() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.3.4", status("404 Not Found", ""));
        compare("guide_token", &gateway.url, |window| {
            window.press(Modifiers::NONE, Key::Enter);
            window.until_text("Authentication: API token");
            window.click("Authentication: API token");
            window.type_into("Gateway API token", "tok:key");
        });
    }
}

#[test]
fn name_of_a_gateway_that_can_be_read() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)));
        compare("guide_name", &gateway.url, |window| {
            window.press(Modifiers::NONE, Key::Enter);
            window.until_text("The sessions can be read");
            window.type_into("Name", "Plant South");
        });
    }
}
