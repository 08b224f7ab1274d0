//! Times in a zone that is neither UTC nor that of the gateway.
//!
//! The zone of a process is in its environment, which a test can't change for itself alone. So the test runs itself again.

use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use crate::support::window::{Window, plant, start_on};
use chrono::{NaiveDateTime, NaiveTime, TimeDelta, Utc};
use egui::{Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::ui::{PickedFile, Start};

/// The zone of this machine: 5 h 45 min ahead of UTC.
const ZONE: &str = "<+0545>-05:45";

#[test]
fn dates_and_times_are_shown_in_the_zone_that_they_name() {
    if std::env::var("TZ").as_deref() != Ok(ZONE) {
        let mut again = Command::new(std::env::current_exe().unwrap());
        let name = "zones::dates_and_times_are_shown_in_the_zone_that_they_name";
        let output = again.args([name, "--exact"]).env("TZ", ZONE).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let (suggest, suggested) = sync_channel(1);
    let pick = move |name: &str| -> PickedFile {
        suggest.send(name.to_owned()).unwrap();
        Box::pin(std::future::pending())
    };
    // The gateway is 4 hours behind UTC.
    let plant = plant();
    let mut window = Window::open(Start { pick_file: Arc::new(pick), ..start_on(&plant.url) });
    window.until_text("6 of 6 sessions");
    for (style, expected) in
        [("Local time", "22 Nov 22:26"), ("Gateway's time zone", "22 Nov 12:41"), ("UTC", "22 Nov 16:41")]
    {
        let header = window.harness.get_by_label("Created").rect().center();
        window.click_at(header, PointerButton::Secondary, Modifiers::NONE);
        window.click(style);
        window.press(Modifiers::NONE, Key::Escape);
        assert_eq!(window.column("Created")[0], expected, "{style}");
    }
    // The time of the last read, always in local time.
    let node = window.harness.get_by_label_contains("Updated ");
    let text = node.accesskit_node().value().or_else(|| node.accesskit_node().label()).unwrap();
    let updated = text.split("Updated ").nth(1).unwrap().split(' ').next().unwrap();
    let updated = NaiveTime::parse_from_str(updated, "%H:%M:%S").unwrap();
    let now = (Utc::now() + TimeDelta::minutes(5 * 60 + 45)).time();
    let age = (now - updated).num_seconds().rem_euclid(86_400);
    assert!(age < 3_600, "{updated} is not the local time");
    // The same in the name of a file.
    window.click("Export");
    let name = suggested.recv().unwrap();
    let time = NaiveDateTime::parse_from_str(&name, "sessions-%Y-%m-%d-%H%M%S.csv").unwrap();
    let now = (Utc::now() + TimeDelta::minutes(5 * 60 + 45)).naive_utc();
    assert!((now - time).abs() < TimeDelta::hours(1), "{name} is not the local time");
}
