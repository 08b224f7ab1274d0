//! The main states of the window, compared with pictures in `tests/data/pictures`.
//!
//! Needs a Vulkan driver, such as Mesa's lavapipe, which needs no GPU. Without one the tests are skipped with a message;
//! with `CI=true` they fail. `UPDATE_SNAPSHOTS=1 cargo test --test window pictures` takes new pictures.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::looks::in_utc;
use crate::support::window::{Window, start};
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder, SnapshotOptions};
use gatewatch::gateway::Profile;
use gatewatch::query::Grouping;
use gatewatch::settings::Target;
use gatewatch::table::Layout;
use gatewatch::ui::{App, Start};

/// Default size of the window, in points.
const SIZE: [f32; 2] = [980.0, 420.0];

/// Returns whether there is a Vulkan driver.
pub(crate) fn can_draw() -> bool {
    let adapters = wgpu::Instance::default().enumerate_adapters(wgpu::Backends::PRIMARY);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    if runtime.block_on(adapters).is_empty() {
        crate::support::skip("the pictures of the window", "a Vulkan driver");
        return false;
    }
    true
}

/// Returns the rows of the plant, and a second session of one user in one project.
fn rows() -> Vec<&'static str> {
    let mut rows = PLANT.to_vec();
    rows.push(r#""billy","Boiler","fe80::1:2",false,"G7",1795365250000"#);
    rows
}

fn builder() -> HarnessBuilder<App> {
    Harness::builder().with_size(SIZE).with_theme(Theme::Dark)
}

/// Opens a window with dates in UTC on a gateway named Plant, so that pictures depend on no time zone or port.
fn open(builder: HarnessBuilder<App>, gateway: &FakeGateway, layout: Layout) -> Window {
    let profile = Profile::from_address(&gateway.url).unwrap().with_name("Plant");
    let state = in_utc(layout);
    let mut window = Window::open_as(builder, Start { state, ..start(Target::Gateway(profile)) });
    window.until_text("7 of 7 sessions");
    window
}

fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&rows())))
}

fn compare(window: &mut Window, name: &str) {
    window.harness.remove_cursor();
    // Colors under the pointer fade for a few frames.
    window.harness.run_steps(8);
    // The time of day, and the time until the next try or word of one under way.
    let footer = window.harness.query_by_label("Footer").map_or(egui::Rect::NOTHING, |bar| bar.rect());
    let (in_footer, facts): (Vec<egui::Rect>, Vec<egui::Rect>) = ["Updated ", "Showing ", " ago", "Retrying"]
        .iter()
        .flat_map(|text| window.harness.query_all_by_label_contains(text).map(|node| node.rect()))
        .partition(|rect| footer.contains_rect(*rect));
    let mut rect = facts.into_iter().fold(egui::Rect::NOTHING, egui::Rect::union);
    // They are followed by nothing up to the buttons.
    let buttons = ["Error details", "Refresh"];
    let buttons = buttons.iter().flat_map(|name| window.harness.query_all_by_label(name));
    let left = buttons.map(|button| button.rect()).filter(|at| at.y_range().intersects(rect.y_range()));
    let left = left.map(|rect| rect.left());
    rect.max.x = left.fold(f32::INFINITY, f32::min) - 8.0;
    // The guide has none of them.
    if rect.is_positive() {
        window.harness.mask(rect);
    }
    for rect in in_footer {
        window.harness.mask(rect);
    }
    let options = SnapshotOptions::new().output_path("tests/data/pictures");
    window.harness.snapshot_options(name, &options);
}

#[test]
fn filtered_and_sorted_with_panels() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let layout = Layout { counts: true, details: true, ..Layout::default() };
    let mut window = open(builder().with_size([1280.0, 480.0]), &plant, layout);
    window.type_into("Username filter", "bil");
    window.toggle("Username filter", "Match part of the value");
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
fn counts_in_light_theme() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let layout = Layout { counts: true, ..Layout::default() };
    let mut window = open(builder().with_size([1180.0, 480.0]).with_theme(Theme::Light), &plant, layout);
    window.click("billy: 3 sessions");
    window.until_text("3 of 7 sessions");
    compare(&mut window, "counts");
}

#[test]
fn menu_of_a_cell() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let mut window = open(builder(), &plant, Layout::default());
    window.click_cell("Username", 0, Modifiers::NONE);
    window.press(Modifiers::SHIFT, Key::ArrowDown);
    window.menu_of_cell("Username", 1);
    window.click("Copy as");
    window.until_text("getSessionInfo call");
    compare(&mut window, "cell_menu");
}

#[test]
fn menu_of_columns_in_light_theme() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let builder = builder().with_size([1180.0, 480.0]).with_theme(Theme::Light);
    let mut window = open(builder, &plant, Layout::default());
    window.click("Columns");
    window.until_text("Fit all");
    compare(&mut window, "columns_menu");
}

#[test]
fn groups_in_light_theme() {
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
fn incomplete_filter_at_200_percent() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let builder = builder().with_size([620.0, 400.0]).with_pixels_per_point(2.0);
    let mut window = open(builder, &plant, Layout::default());
    window.type_into("Username filter", "bi.*(");
    window.until_text_contains("column");
    window.click_cell("Username", 1, Modifiers::NONE);
    compare(&mut window, "incomplete_filter_at_200_percent");
}

#[test]
fn no_match() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let mut window = open(builder().with_size([1280.0, 800.0]), &plant, Layout::default());
    window.type_into("Username filter", "bi");
    window.until_text("Match part: 4 sessions");
    compare(&mut window, "no_match");
}

#[test]
fn pattern_error_in_light_theme() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let builder = builder().with_size([1280.0, 480.0]).with_theme(Theme::Light);
    let mut window = open(builder, &plant, Layout::default());
    window.type_into("Username filter", "bi.*");
    window.until_text("4 of 7 sessions");
    window.type_into("Username filter", "(ross|smi");
    window.until_text("Missing \")\" for \"(\" at column 5");
    compare(&mut window, "pattern_error");
}

#[test]
fn chips() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let mut window = open(builder().with_size([1480.0, 500.0]), &plant, Layout::default());
    window.type_into("Project filter", "Boil.*");
    window.click("Add filter");
    window.click("Filter by Designer: no");
    window.click("Add filter");
    window.click("Filter by Address");
    window.toggle("Address filter", "Exclude matches");
    window.type_into("Address filter", r"10\..*");
    window.until_text(r"Edit the filter: Address not 10\..*");
    compare(&mut window, "chips");
}

/// Starts a gateway that answers unless the flag is set.
fn failing_gateway() -> (FakeGateway, Arc<AtomicBool>) {
    let fails = Arc::new(AtomicBool::new(false));
    let failing = fails.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            _ if failing.load(Ordering::SeqCst) => status("503 Service Unavailable", ""),
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&rows())),
            // Its name is in a column where there are several nodes.
            "/system/gwinfo" => ok("ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    (gateway, fails)
}

/// Draws the table of a gateway that has just failed.
fn stale(builder: HarnessBuilder<App>, name: &str) {
    if !can_draw() {
        return;
    }
    let (gateway, fails) = failing_gateway();
    let mut window = open(builder, &gateway, Layout::default());
    fails.store(true, Ordering::SeqCst);
    window.click("Refresh");
    window.until_text_contains("The gateway is starting");
    compare(&mut window, name);
}

#[test]
fn stale_table() {
    stale(builder(), "stale");
}

#[test]
fn stale_table_in_light_theme() {
    stale(builder().with_theme(Theme::Light).with_size([1280.0, 480.0]), "stale_light");
}

#[test]
fn guide_at_its_first_step() {
    if !can_draw() {
        return;
    }
    let plant = plant();
    let mut window = open(builder().with_size([1080.0, 560.0]), &plant, Layout::default());
    window.click("Add gateway…");
    window.type_into("Addresses", "http://plant-south:8088");
    window.type_into("Name", "Plant South");
    compare(&mut window, "guide");
}
