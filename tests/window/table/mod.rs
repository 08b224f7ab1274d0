//! The table by mouse and keyboard, through its accessible names. Needs no display.

mod columns;
mod exports;
mod rows;
mod values;

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::support::window::{Window, plant, start};
use crate::support::{FakeGateway, ok, webdev_json};
use egui::accesskit::Role;
use egui::{Modifiers, PointerButton, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::settings::{State, Target};
use gatewatch::ui::Start;

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
const SHIFT: Modifiers = Modifiers::SHIFT;

/// The client IDs of the plant, in the gateway's order.
const IDS: [&str; 6] = ["A1", "B2", "C3", "D4", "E5", "F6"];

/// Opens a window with the state that the last one saved in this folder.
fn remembering(gateway: &FakeGateway, folder: &Path) -> Window {
    let target = Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let state = State::load(folder);
    let mut window = Window::open(Start { state, folder: Some(folder.to_owned()), ..start(target) });
    window.until_text("6 of 6 sessions");
    window
}

fn open() -> Window {
    let mut window = Window::on(&plant().url);
    window.until_text("6 of 6 sessions");
    window
}

/// Starts a gateway whose response can be changed.
fn changing(rows: &[&str]) -> (FakeGateway, Arc<Mutex<String>>) {
    let body = Arc::new(Mutex::new(webdev_json(rows)));
    let theirs = body.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" => ok(&theirs.lock().unwrap()),
            _ => crate::support::status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    (gateway, body)
}

fn header(window: &Window, name: &str) -> Rect {
    window.harness.get_by_label(name).rect()
}

/// Returns the titles of the columns from left to right.
fn titles(window: &Window) -> Vec<String> {
    let mut titles: Vec<(f32, String)> = window
        .harness
        .get_all_by_role(Role::ColumnHeader)
        .map(|node| (node.rect().left(), node.accesskit_node().label().unwrap_or_default()))
        .collect();
    titles.sort_by(|a, b| a.0.total_cmp(&b.0));
    titles.into_iter().map(|(_, title)| title).collect()
}

/// Opens the menu of a header.
pub(crate) fn menu(window: &mut Window, title: &str) {
    let at = header(window, title).center();
    window.click_at(at, PointerButton::Secondary, NONE);
}
