//! Notices about sessions that may be missing. Needs no display.

use std::io::Write as _;

use crate::support::window::{Window, plant, start, start_on};
use crate::support::{FakeGateway, PLANT, Request, ok, status, webdev_json};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::settings::Target;
use gatewatch::ui::Start;

/// Opens a wide window, in which no notice is truncated.
fn open(urls: &[&str], credentials: Credentials) -> Window {
    let nodes = urls.iter().map(|url| url.parse().unwrap()).collect();
    let profile = Profile::new("Plant".to_owned(), nodes).unwrap();
    let builder = Harness::builder().with_size([1900.0, 680.0]).allow_missing_glyphs();
    Window::open_as(builder, Start { credentials, ..start(Target::Gateway(profile)) })
}

fn gateway(respond: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let _closed = stream.write_all(&respond(request));
    })
}

/// Starts a gateway with this state of redundancy.
fn redundant(redundancy: &'static str) -> FakeGateway {
    gateway(move |request| match request.path() {
        "/system/gwinfo" => ok(&format!("ContextStatus=RUNNING;Version=8.1.0;{redundancy}")),
        _ => ok(&webdev_json(&PLANT)),
    })
}

#[test]
fn says_that_a_node_is_not_active_whatever_its_role() {
    for (redundancy, expected) in [
        ("RedundancyStatus=Master;RedundantNodeActiveStatus=Cold", "This node isn't active (master, cold)"),
        ("RedundancyStatus=Backup;RedundantNodeActiveStatus=Warm", "This node isn't active (backup, warm)"),
        ("RedundantNodeActiveStatus=Cold", "This node isn't active (cold)"),
    ] {
        let gateway = redundant(redundancy);
        let mut window = open(&[&gateway.url], Credentials::None);
        window.until_text_contains(expected);
    }
    let gateway = redundant("RedundancyStatus=Backup;RedundantNodeActiveStatus=Active");
    let mut window = open(&[&gateway.url], Credentials::None);
    window.until_text_contains("Running, 8.1.0, backup");
    assert!(window.harness.query_by_label_contains("isn't active").is_none());
}

#[test]
fn names_the_node_of_a_pair_that_is_not_active() {
    let active = redundant("RedundancyStatus=Backup;RedundantNodeActiveStatus=Active");
    let demoted = redundant("RedundancyStatus=Master;RedundantNodeActiveStatus=Cold");
    let mut window = open(&[&active.url, &demoted.url], Credentials::None);
    let host = demoted.url.strip_prefix("http://").unwrap();
    window.until_text_contains(&format!("{host}: This node isn't active (master, cold)"));
    window.until_text_contains("Running, 8.1.0, master, cold");
}

#[test]
fn still_says_that_the_other_node_is_cold_when_one_fails() {
    let cold = redundant("RedundancyStatus=Backup;RedundantNodeActiveStatus=Cold");
    let failing = gateway(|_| status("503 Service Unavailable", ""));
    let mut window = open(&[&failing.url, &cold.url], Credentials::None);
    window.until_text_contains("isn't active (backup, cold)");
    window.click("Nodes");
    window.until("both", |harness| {
        let has = |text| harness.query_all_by_label_contains(text).count() > 0;
        has("The gateway is starting") && has("isn't active (backup, cold)")
    });
}

#[test]
fn shows_two_lists_and_says_why_the_third_is_missing() {
    let gateway = gateway(|request| match request.path() {
        "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
        "/data/vision/api/v1/clients" => ok(r#"{"items":[{"user":"billy"}]}"#),
        "/data/api/v1/designers" => ok(r#"{"items":[{"user":"anna"}]}"#),
        _ => status("500 Server Error", r#"{"message":"out of\u001b memory"}"#),
    });
    let mut window = open(&[&gateway.url], Credentials::token("reader:k3y").unwrap());
    window.until_text("2 of 2 sessions");
    window.until_text_contains("Can't list Perspective sessions (500): out of\u{fffd} memory");
}

#[test]
fn counts_values_that_cannot_be_represented() {
    let rows = [r#""a\ud83d","P","h",false,"A",253402300800000"#];
    let gateway = FakeGateway::gateway("8.1.0", ok(&webdev_json(&rows)));
    let mut window = open(&[&gateway.url], Credentials::None);
    window.until_text("1 of 1 sessions");
    window.until_text_contains("2 values can't be represented");
    assert_eq!(window.column("Username"), ["a\u{fffd}"]);
}

#[test]
fn unreachable_gateway_names_the_cause_first_in_a_line_that_stays_in_place() {
    let gateway = plant();
    let start = start_on(&gateway.url);
    let mut window = Window::open_as(Harness::builder().with_size([640.0, 480.0]), start);
    window.until_text("6 of 6 sessions");
    let left = |window: &Window, part: &str| window.harness.get_by_label_contains(part).rect().left();
    let running = left(&window, "Updated ");
    gateway.stop();
    window.click("Refresh");
    window.until_text("Error details");
    window.until_text_contains("Connection refused");
    assert!((left(&window, "Connection refused") - running).abs() < 0.5, "the line was shifted");
    // There is no room for what is less important.
    assert!(window.harness.query_by_label_contains("Retrying in").is_none());
    window.harness.set_size(egui::vec2(1280.0, 480.0));
    window.until_text_contains("Retrying in");
    let [error, age, retry] = ["Connection refused", " ago", "Retrying in"].map(|part| left(&window, part));
    assert!(error < age && age < retry, "{error} {age} {retry}");
}
