//! How the main states of the window look, compared with pictures in `tests/data/pictures`.
//!
//! Needs a Vulkan driver; one that draws on the processor, such as Mesa's lavapipe, will do. Without any it is skipped
//! with one visible line; with `CI=true` it fails instead. `UPDATE_SNAPSHOTS=1 cargo test` takes new pictures.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::window::{Window, start};
use crate::support::{FakeGateway, PLANT, answer, ok, status};
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder, SnapshotOptions};
use gatewatch::gateway::Profile;
use gatewatch::query::Grouping;
use gatewatch::settings::{State, Target};
use gatewatch::table::Layout;
use gatewatch::ui::{App, Start};

/// Drawn alike on every machine: nothing in it depends on the day, the place or a port.
const SIZE: [f32; 2] = [980.0, 420.0];

/// Whether there is anything to draw with.
fn can_draw() -> bool {
    let adapters = wgpu::Instance::default().enumerate_adapters(wgpu::Backends::PRIMARY);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    if runtime.block_on(adapters).is_empty() {
        crate::support::skip("the pictures of the window", "a Vulkan driver");
        return false;
    }
    true
}

/// The plant, with somebody who is logged in twice.
fn rows() -> Vec<&'static str> {
    let mut rows = PLANT.to_vec();
    rows.push(r#""billy","Boiler","fe80::1:2",false,"G7",1795365250000"#);
    rows
}

fn builder() -> HarnessBuilder<App> {
    Harness::builder().with_size(SIZE).with_theme(Theme::Dark)
}

/// A window on a gateway called Plant, dates in UTC.
fn open(builder: HarnessBuilder<App>, gateway: &FakeGateway, layout: Layout) -> Window {
    let profile = Profile::from_address(&gateway.url).unwrap().named("Plant");
    let state = State { table: Layout { dates: gatewatch::display::DateStyle::Utc, ..layout }, last: None };
    let mut window = Window::open_as(builder, Start { state, ..start(Target::Gateway(profile)) });
    window.until_text("7 of 7 sessions");
    window
}

fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&answer(&rows())))
}

fn compare(window: &mut Window, name: &str) {
    // The line with the time of day, and with the time until the next try or word of one under way.
    let mut rect = window.harness.get_by_label_contains("as of ").rect();
    rect.max.x = window.harness.ctx.content_rect().max.x;
    window.harness.remove_cursor();
    window.harness.run_steps(2);
    window.harness.mask(rect);
    let options = SnapshotOptions::new().output_path("tests/data/pictures");
    window.harness.snapshot_options(name, &options);
}

#[test]
fn filtered_sorted_and_selected_with_counts_and_details() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let layout = Layout { counts: true, details: true, ..Layout::default() };
    let mut window = open(builder().with_size([1180.0, 480.0]), &plant, layout);
    window.type_into("Username filter", "bil");
    window.click("Username: contains");
    window.until_text("4 of 7 sessions");
    window.click("Project");
    let at = window.harness.get_by_label("Username").rect().center();
    window.click_at(at, egui::PointerButton::Primary, Modifiers::COMMAND);
    window.until_column("Client ID", &["C3", "F6", "G7", "A1"]);
    window.click_cell("Address", 1, Modifiers::NONE);
    window.press(Modifiers::SHIFT, Key::ArrowDown);
    compare(&mut window, "filtered");
}

#[test]
fn groups_in_a_light_window() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let grouping = Some(Grouping { column: gatewatch::dataset::ColumnId::Username, largest_first: true });
    let mut window =
        open(builder().with_theme(Theme::Light), &plant, Layout { grouping, ..Layout::default() });
    window.press(Modifiers::NONE, Key::ArrowDown);
    compare(&mut window, "groups");
}

#[test]
fn a_pattern_at_fault_on_a_screen_of_twice_the_density() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let builder = builder().with_size([620.0, 400.0]).with_pixels_per_point(2.0);
    let mut window = open(builder, &plant, Layout::default());
    window.type_into("Username filter", "bi(");
    window.until_text_contains("column");
    window.click_cell("Username", 1, Modifiers::NONE);
    compare(&mut window, "fault_at_200_percent");
}

#[test]
fn a_gateway_that_is_gone_leaves_its_table_grey() {
    if !can_draw() {
        return;
    }
    let fails = Arc::new(AtomicBool::new(false));
    let failing = fails.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            _ if failing.load(Ordering::SeqCst) => status("503 Service Unavailable", ""),
            "/system/webdev/gatewatch/sessions" => ok(&answer(&rows())),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let mut window = open(builder(), &gateway, Layout::default());
    fails.store(true, Ordering::SeqCst);
    window.click("Refresh");
    window.until_text_contains("the gateway is starting");
    compare(&mut window, "stale");
}

#[test]
fn the_form_of_a_gateway_in_a_light_window() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let builder = builder().with_size([980.0, 640.0]).with_theme(Theme::Light);
    let mut window = open(builder, &plant, Layout::default());
    window.click("Saved gateways");
    window.click("Add a gateway…");
    window.type_into("Name", "Plant South");
    window.type_into("Addresses", "http://plant-south:8088");
    window.click("a password");
    window.click("Save gateway");
    window.until_text_contains("type the user");
    compare(&mut window, "form");
}
