//! Menus, popups and tooltips in both themes and at 200 %, compared with pictures. See `pictures`.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::pictures::can_draw;
use crate::popups::{hover, popups};
use crate::support::looks::{LOOKS, in_utc};
use crate::support::window::{StoppedClock, Window, retype, start};
use crate::support::{FakeGateway, PLANT, ok, status, unused_address, webdev_json};
use egui::{Key, Modifiers, Order, PointerButton, Rect, Theme, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults, try_image_snapshot_options};
use gatewatch::dataset::ColumnId;
use gatewatch::filter::Mode;
use gatewatch::gateway::{NodeUrl, Profile};
use gatewatch::query::FilterText;
use gatewatch::settings::{Settings, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;

/// The size of the window, and that of a compact one, in points.
const SIZE: [f32; 2] = [1280.0, 560.0];
const COMPACT: [f32; 2] = [640.0, 480.0];
/// The margin around a popup in its picture, in points.
const AROUND: f32 = 44.0;

/// Opens windows in all looks, and compares the pictures that `take` takes.
fn in_all_looks(size: [f32; 2], gateway: &FakeGateway, take: impl Fn(&mut Camera)) {
    if !can_draw() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (suffix, theme, scale) in LOOKS {
        let mut camera = Camera::open(size, (suffix, theme, scale), gateway, results);
        take(&mut camera);
        results = camera.results;
    }
}

/// Takes pictures of a window.
struct Camera {
    window: Window,
    suffix: &'static str,
    scale: f32,
    results: SnapshotResults,
}

impl Camera {
    /// Opens a window with a look of [`LOOKS`].
    fn open(
        size: [f32; 2],
        (suffix, theme, scale): (&'static str, Theme, f32),
        gateway: &FakeGateway,
        results: SnapshotResults,
    ) -> Self {
        let builder = Harness::builder().with_size(size).with_theme(theme).with_pixels_per_point(scale);
        let profile = Profile::from_address(&gateway.url).unwrap().with_name("Plant");
        let mut state = in_utc(Layout::default());
        let text = |pattern: &str, contains| FilterText {
            pattern: pattern.to_owned(),
            mode: Mode { contains, ..Mode::default() },
        };
        state.filter_history.add(&ColumnId::Username, &text("an\tna", false));
        state.filter_history.add(&ColumnId::Username, &text("bill", true));
        let settings = Settings { profiles: vec![profile.clone()], ..start(Target::Demo).settings };
        let target = Target::Gateway(profile);
        // Marks that end after a time stay.
        let clock = StoppedClock::new().read();
        let mut window = Window::open_as(builder, Start { state, settings, clock, ..start(target) });
        window.until_text("6 of 6 sessions");
        Self { window, suffix, scale, results }
    }

    /// Compares the popups and what is around them with a picture, and closes them.
    fn take(&mut self, name: &str) {
        self.window.harness.remove_cursor();
        self.take_under_pointer(name);
        for _ in 0..3 {
            self.window.press(Modifiers::NONE, Key::Escape);
        }
        self.window.harness.run_steps(2);
    }

    /// Compares them while the pointer stays where it is.
    fn take_under_pointer(&mut self, name: &str) {
        // Colors under the pointer fade for a few frames.
        self.window.harness.run_steps(8);
        let places = [Order::Foreground, Order::Tooltip].map(|order| popups(&self.window, order));
        let place = places.into_iter().flatten().fold(Rect::NOTHING, Rect::union);
        assert!(place.is_positive(), "{name}: nothing is open");
        self.take_place(name, place.expand(AROUND));
    }

    /// Compares a part of the window with a picture.
    fn take_place(&mut self, name: &str, place: Rect) {
        // The time of the last read, also at the end of a node's line, and the port of a gateway.
        let mut masked: Vec<Rect> =
            self.window.harness.query_all_by_label_contains("Updated ").map(|node| node.rect()).collect();
        masked.extend(self.window.harness.query_all_by_label_contains(", since ").map(|node| node.rect()));
        for node in self.window.harness.query_all_by_label_contains("127.0.0.1") {
            let rect = node.rect();
            masked.push(Rect::from_x_y_ranges(rect.left() + 28.0..=rect.left() + 150.0, rect.y_range()));
        }
        // A line has one text, of which only the end is the time.
        masked =
            masked.into_iter().map(|rect| rect.with_min_x(rect.left().max(rect.right() - 130.0))).collect();
        for rect in masked {
            self.window.harness.mask(rect);
        }
        let image = self.window.harness.render().unwrap();
        let pixels = |length: f32| pixels(length * self.scale);
        let (x, y) = (pixels(place.left()), pixels(place.top()));
        let (right, bottom) =
            (pixels(place.right()).min(image.width()), pixels(place.bottom()).min(image.height()));
        let part = image::imageops::crop_imm(&image, x, y, right - x, bottom - y).to_image();
        let options = SnapshotOptions::new().output_path("tests/data/pictures");
        let name = format!("{name}{}", self.suffix);
        self.results.add(try_image_snapshot_options(&part, name, &options));
    }
}

/// Rounds a length in the window to whole pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a window has few thousand pixels"
)]
fn pixels(length: f32) -> u32 {
    length.round().max(0.0) as u32
}

fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)))
}

#[test]
fn menus_of_the_bars() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        for (button, name) in [
            ("Group", "menu_group"),
            ("Columns", "menu_columns"),
            ("Refresh interval", "menu_interval"),
            ("Saved gateways", "menu_gateway"),
            ("Add filter", "menu_add_filter"),
            ("Saved filters", "menu_saved_filters"),
            ("Help on filters", "popup_filter_help"),
            ("Recent username filters", "menu_history"),
            ("Export options", "menu_export"),
        ] {
            camera.window.click(button);
            camera.take(name);
        }
    });
}

#[test]
fn menus_of_the_table_and_the_rail() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        camera.window.click_cell("Username", 0, Modifiers::NONE);
        camera.window.press(Modifiers::SHIFT, Key::ArrowDown);
        camera.window.menu_of_cell("Username", 1);
        camera.window.click("Copy as");
        camera.take("menu_cell");
        let header = camera.window.harness.get_by_label("Created").rect();
        camera.window.click_at(header.center(), PointerButton::Secondary, Modifiers::NONE);
        camera.window.click("Row height");
        camera.take("menu_header");
        let row = camera.window.harness.get_by_label_contains("Plant: ").rect();
        camera.window.click_at(row.center(), PointerButton::Secondary, Modifiers::NONE);
        camera.take("menu_rail");
    });
}

#[test]
fn menus_of_a_compact_window() {
    let plant = plant();
    in_all_looks(COMPACT, &plant, |camera| {
        camera.window.click("Clients and designers");
        camera.take("menu_kinds");
        camera.window.click("View");
        camera.window.click("Columns");
        camera.take("menu_view");
    });
}

#[test]
fn popups_of_addresses_and_exports() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        camera.window.press(Modifiers::COMMAND, Key::L);
        retype(&mut camera.window, "Gateway address", "http://plant-south:8088");
        camera.take("popup_connect");
        camera.window.press(Modifiers::COMMAND, Key::L);
        retype(&mut camera.window, "Gateway address", "::");
        camera.window.click("Connect");
        camera.window.until_text_contains("isn't a gateway address");
        camera.take("popup_connect_error");
        camera.window.press(Modifiers::COMMAND, Key::E);
        camera.window.until_text("Export path");
        retype(&mut camera.window, "Export path", "/nowhere/plant.csv");
        camera.take("popup_export");
        camera.window.press(Modifiers::COMMAND, Key::E);
        camera.window.until_text("Export path");
        retype(&mut camera.window, "Export path", "/nowhere/plant.csv");
        camera.window.click("Save");
        camera.window.until_text_contains("Can't write");
        camera.take("popup_export_error");
    });
}

#[test]
fn editors_of_chips() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        camera.window.click("Add filter");
        camera.window.click("Filter by Address");
        camera.window.type_into("Address filter", "10.*|::1");
        camera.window.until_text("4 of 6 sessions");
        camera.take("editor_pattern");
        camera.window.click("Add filter");
        camera.window.click("Filter by Created");
        // So many days that the test doesn't depend on today's date.
        camera.window.type_into("Amount", "999");
        camera.window.until_text("5 of 6 sessions");
        camera.take("editor_date");
        camera.window.click("Add filter");
        camera.window.click("Filter by Designer: no");
        camera.window.until_text("4 of 6 sessions");
        camera.window.click("Edit the filter: Designer is no");
        camera.take("editor_value");
        camera.window.click("Add filter");
        camera.window.click("Filter by Address");
        camera.window.type_into("Address filter", "10.*|::1");
        camera.window.press(Modifiers::NONE, Key::Enter);
        camera.window.click("Add filter");
        camera.window.click("Filter by Created");
        camera.window.type_into("Amount", "999");
        camera.window.press(Modifiers::NONE, Key::Enter);
        camera.window.click("Add filter");
        camera.window.click("Filter by Designer: no");
        camera.window.until_text("1 of 6 sessions");
        let row = camera.window.harness.get_by_label("Filter row").rect();
        camera.window.harness.run_steps(8);
        camera.take_place("chips_of_each_kind", row);
    });
}

#[test]
fn errors_of_patterns() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        camera.window.type_into("Username filter", "bi.*");
        camera.window.until_text("3 of 6 sessions");
        camera.window.type_into("Username filter", "(ross|smi");
        camera.window.until_text("Missing \")\" for \"(\" at column 5");
        camera.window.harness.run_steps(8);
        let place = Rect::from_min_size(egui::Pos2::ZERO, vec2(900.0, 200.0));
        camera.take_place("popup_pattern_error", place);
    });
}

#[test]
fn tooltips() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        for (name, picture) in [
            ("Refresh", "tooltip_keys"),
            ("Project", "tooltip_header"),
            ("Match part of the value", "tooltip_toggle"),
        ] {
            let at = camera.window.harness.query_all_by_label(name).next().unwrap().rect().center();
            hover(&mut camera.window, at);
            camera.take_under_pointer(picture);
        }
    });
}

#[test]
fn tooltip_of_a_cell() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        // On the text, whichever of the text and its cell is found.
        let cell = camera.window.harness.query_all_by_label("22 Nov 16:36").next().unwrap().rect();
        hover(&mut camera.window, cell.left_center() + vec2(20.0, 0.0));
        camera.take_under_pointer("tooltip_cell");
    });
}

#[test]
fn no_match() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        camera.window.type_into("Username filter", "bi");
        camera.window.until_text("Match part: 3 sessions");
        camera.window.harness.run_steps(8);
        let place = camera.window.harness.get_by_label("Table").rect();
        camera.take_place("view_no_match", place);
    });
}

#[test]
fn list_of_nodes() {
    let plant = plant();
    in_all_looks(SIZE, &plant, |camera| {
        let unused = format!("http://{}", unused_address());
        let nodes: Vec<NodeUrl> = vec![plant.url.parse().unwrap(), unused.parse().unwrap()];
        let profile = Profile::new("Cluster".to_owned(), nodes).unwrap();
        let (theme, scale) = (camera.window.harness.ctx.theme(), camera.scale);
        let builder = Harness::builder().with_size(SIZE).with_theme(theme).with_pixels_per_point(scale);
        let target = Target::Gateway(profile);
        camera.window = Window::open_as(builder, Start { state: in_utc(Layout::default()), ..start(target) });
        camera.window.until_text("6 of 6 sessions");
        camera.window.click("Nodes");
        camera.take("popup_nodes");
    });
}

#[test]
fn list_of_alerts() {
    let plant = plant();
    let folder = tempfile::tempdir().unwrap();
    let alerts = [
        "refresh_secs = 0",
        "[[alert]]\nname = \"Too many sessions\"\nwhen = \"count-above\"\nlimit = 5",
        "[[alert]]\nname = \"Two places\"\nwhen = \"different-hosts\"",
        "[[alert]]\nname = \"Silent\"\nwhen = \"silent-for\"",
    ];
    std::fs::write(folder.path().join("config.toml"), alerts.join("\n")).unwrap();
    in_all_looks(SIZE, &plant, |camera| {
        camera.window.click("Show alerts");
        camera.take("popup_alerts_empty");
        let profile = Profile::new("Plant".to_owned(), vec![plant.url.parse().unwrap()]).unwrap();
        let (theme, scale) = (camera.window.harness.ctx.theme(), camera.scale);
        let builder = Harness::builder().with_size(SIZE).with_theme(theme).with_pixels_per_point(scale);
        let settings = Settings::load(folder.path()).unwrap();
        let state = in_utc(Layout::default());
        let start = Start { state, settings, ..start(Target::Gateway(profile)) };
        camera.window = Window::open_as(builder, start);
        camera.window.until("two alerts", |harness| {
            harness.get_by_label("Show alerts").accesskit_node().value().as_deref() == Some("2")
        });
        camera.window.until_text("6 of 6 sessions");
        camera.window.click("Show alerts");
        camera.take("popup_alerts");
        let line = camera.window.harness.get_all_by_label("billy").next().unwrap().rect();
        camera.take_place("alert_mark", line.with_max_x(line.left() + 400.0));
    });
}

/// Starts a gateway whose sessions change with the second read.
fn changing() -> FakeGateway {
    let reads = AtomicUsize::new(0);
    let rows = [
        r#""bianca.rossi","Packaging","eng-laptop-22",true,"3E90F1AB",1795365700123"#,
        r#""billy","Packaging","hmi-7",false,"0A27A567",1795365600000"#,
        r#""billy","Packaging","10.20.4.17",false,"FE157230",1795365500000"#,
        r#""carol","Boiler_02","10.20.4.18",false,"23F858FE",1795365400000"#,
        r#""dora","Boiler_02","10.20.4.19",false,"50104711",1795365300000"#,
        r#""diego","Boiler_02","10.20.4.20",false,"D48A7B8F",1795365200000"#,
        r#""bill.smith","Boiler_02","hmi-12",false,"34833BA2",1795365800000"#,
    ];
    FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" if reads.fetch_add(1, Ordering::SeqCst) == 0 => {
                ok(&webdev_json(&rows[..6]))
            }
            "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&rows)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    })
}

#[test]
fn rows_in_each_state() {
    if !can_draw() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (suffix, theme, scale) in LOOKS {
        let gateway = changing();
        let mut camera = Camera::open([1280.0, 480.0], (suffix, theme, scale), &gateway, results);
        camera.window.click("Username");
        camera.window.click("Refresh");
        camera.window.until_text("7 of 7 sessions");
        camera.window.click_cell("Username", 2, Modifiers::NONE);
        camera.window.press(Modifiers::SHIFT, Key::ArrowDown);
        camera.window.harness.remove_cursor();
        camera.window.harness.run_steps(8);
        let table = camera.window.harness.get_by_label("Table").rect();
        camera.take_place("rows", table.with_max_y(table.top() + 220.0));
        camera.window.harness.get_by_label("Project filter").focus();
        camera.window.harness.run_steps(8);
        camera.take_place("rows_without_focus", table.with_max_y(table.top() + 220.0));
        results = camera.results;
    }
}

fn whole_window(size: [f32; 2], name: &str) {
    let plant = plant();
    in_all_looks(size, &plant, |camera| {
        camera.window.click_cell("Username", 1, Modifiers::NONE);
        camera.window.press(Modifiers::SHIFT, Key::ArrowDown);
        camera.window.harness.remove_cursor();
        camera.window.harness.run_steps(8);
        let place = Rect::from_min_size(egui::Pos2::ZERO, size.into());
        camera.take_place(name, place);
    });
}

#[test]
fn window() {
    whole_window([1280.0, 800.0], "window");
}

#[test]
fn compact_window() {
    whole_window(COMPACT, "window_compact");
}
