//! The views in the place of the table in both themes and at 200 %, compared with pictures. See `pictures`.

use std::time::Duration;

use crate::pictures::can_draw;
use crate::support::looks::{LOOKS, snapshot};
use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{StoppedClock, Window, start, start_on};
use crate::support::{FakeGateway, ok, status, unused_address, webdev_json};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotResults};
use gatewatch::gateway::Profile;
use gatewatch::settings::Target;
use gatewatch::ui::Start;

/// The size of the window, in points.
const SIZE: [f32; 2] = [920.0, 640.0];

/// Takes pictures of a view. `prepare` returns the texts that depend on a port or the time.
fn compare(name: &str, start: &Start, prepare: impl Fn(&mut Window) -> Vec<String>) {
    let mut results = SnapshotResults::new();
    for (suffix, theme, scale) in LOOKS {
        let builder = Harness::builder().with_size(SIZE).with_theme(theme).with_pixels_per_point(scale);
        let mut window = Window::open_as(builder, start.clone());
        let texts = prepare(&mut window);
        window.harness.remove_cursor();
        // Colors under the pointer fade for a few frames.
        window.harness.run_steps(8);
        let bar = window.harness.get_by_label("Gateway bar").rect();
        window.harness.mask(bar);
        for text in texts {
            let rect = window.harness.get_by_label(&text).rect();
            window.harness.mask(rect);
        }
        snapshot(&mut window, &format!("{name}{suffix}"), &mut results);
    }
}

fn on(url: &str) -> Start {
    start(Target::Gateway(Profile::from_address(url).unwrap().with_name("Plant")))
}

#[test]
fn first_run() {
    if can_draw() {
        let without = Start { target: None, ..start_on("http://localhost") };
        compare("view_first_run", &without, |window| {
            window.until_text("Connect to a gateway");
            Vec::new()
        });
    }
}

#[test]
fn sign_in_after_a_wrong_password() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.1.44", status("401 Unauthorized", "<html>"));
        compare("view_sign_in", &on(&gateway.url), |window| {
            window.until_text("Sign in to this gateway");
            window.type_into("User name", "operator.shift2");
            window.type_into("Password", "wrong");
            window.press(Modifiers::NONE, Key::Enter);
            window.until_text("Wrong user name or password");
            vec![gateway.url.clone()]
        });
    }
}

#[test]
fn unreachable() {
    if can_draw() {
        let address = unused_address();
        compare("view_unreachable", &on(&format!("http://{address}")), |window| {
            window.until_text("Can't reach Plant");
            vec![format!("Check that the gateway is running and that {} is its port", address.port())]
        });
    }
}

#[test]
fn no_resource() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.3.4", status("404 Not Found", ""));
        compare("view_no_resource", &on(&gateway.url), |window| {
            window.until_text("Set up this gateway");
            Vec::new()
        });
    }
}

#[test]
fn connecting() {
    if can_draw() {
        let gateway = FakeGateway::new(|_, _| std::thread::park());
        let clock = StoppedClock::new();
        let start = Start { clock: clock.read(), ..on(&gateway.url) };
        compare("view_connecting", &start, |window| {
            clock.advance(Duration::from_secs(1));
            window.until_text("Cancel connecting");
            vec![format!("{}, 1 s", gateway.url)]
        });
    }
}

#[test]
fn certificate_that_is_not_trusted() {
    if can_draw() {
        let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
        let gateway = TlsGateway::new(&identity);
        let fingerprint = identity.pin().fingerprint.to_string();
        compare("view_certificate", &on(&gateway.url), |window| {
            window.until_text(&fingerprint);
            vec![fingerprint.clone()]
        });
    }
}

#[test]
fn no_sessions() {
    if can_draw() {
        let gateway = FakeGateway::gateway("8.1.44", ok(&webdev_json(&[])));
        compare("view_no_sessions", &on(&gateway.url), |window| {
            window.until_text_contains("No one is signed in to");
            Vec::new()
        });
    }
}
