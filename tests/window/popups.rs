//! Popups, menus and tooltips: their places, and what they say. Needs no display.

use std::sync::Arc;
use std::time::Duration;

use crate::focus::focused;
use crate::support::window::{Window, connect_to, plant, start, start_on};
use crate::support::{FakeGateway, status};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Order, PointerButton, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::settings::{State, Target};
use gatewatch::ui::{App, PickedFile, Start};

/// Returns the places of the popups of this order.
pub(crate) fn popups(window: &Window, order: Order) -> Vec<Rect> {
    let layers = window.harness.ctx.memory(|memory| memory.areas().visible_layer_ids());
    let layers = layers.into_iter().filter(|layer| layer.order == order);
    layers.filter_map(|layer| Some(egui::AreaState::load(&window.harness.ctx, layer.id)?.rect())).collect()
}

/// Moves the pointer and waits until a tooltip is open.
pub(crate) fn hover(window: &mut Window, at: Pos2) {
    window.frame([Event::PointerMoved(at)]);
    window.harness.run_steps(60);
}

/// Moves the pointer and turns the wheel there, by points, which egui spreads over several frames.
pub(crate) fn turn_wheel(window: &mut Window, at: Pos2, delta: egui::Vec2) {
    window.frame([
        Event::PointerMoved(at),
        Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta,
            modifiers: Modifiers::NONE,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
        },
    ]);
    window.harness.run_steps(60);
}

#[test]
fn tooltips_of_cells_hide_neither_their_row_nor_the_following_ones() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    let cell = window.harness.query_all_by_role(Role::Cell);
    let created: Vec<Rect> = cell
        .filter(|node| node.accesskit_node().data().column_index() == Some(5))
        .map(|node| node.rect())
        .collect();
    let row = created[3];
    hover(&mut window, row.left_center() + egui::vec2(16.0, 0.0));
    let tooltips = popups(&window, Order::Tooltip);
    assert_eq!(tooltips.len(), 1);
    assert!(tooltips[0].bottom() <= row.top() + 0.5, "{tooltips:?} over {row:?}");
    // 4 px above and below a line of 16 px, and the border.
    assert!((tooltips[0].height() - 26.0).abs() < 0.5, "{tooltips:?}");
}

#[test]
fn tooltips_of_menus_are_beside_them() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.click("Export options");
    let menu = popups(&window, Order::Foreground)[0];
    let item = window.harness.get_by_label("JSON").rect().center();
    hover(&mut window, item);
    let tooltips = popups(&window, Order::Tooltip);
    assert_eq!(tooltips.len(), 1);
    let tooltip = tooltips[0];
    assert!(
        tooltip.right() <= menu.left() + 8.0 || tooltip.left() >= menu.right() - 8.0,
        "{tooltip:?} {menu:?}"
    );
}

/// Returns the time until the window wants to be drawn again.
pub(crate) fn until_repaint(harness: &Harness<'_, App>) -> Duration {
    let outputs = harness.output().viewport_output.values();
    outputs.map(|output| output.repaint_delay).min().unwrap_or(Duration::MAX)
}

#[test]
fn nothing_is_drawn_again_after_colors_have_faded() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.harness.run_steps(60);
    for name in ["Columns", "Counts", "Settings"] {
        let at = window.harness.get_by_label(name).rect().center();
        window.frame([Event::PointerMoved(at)]);
        assert_eq!(until_repaint(&window.harness), Duration::ZERO, "{name} changes its color at once");
        // Its tooltip comes after a moment, and a refresh may come at any time.
        let what = format!("{name} to let the window rest");
        window.until(&what, |harness| until_repaint(harness) > Duration::from_millis(100));
    }
}

#[test]
fn recent_filters_show_control_characters_as_escapes() {
    let plant = plant();
    let text = "[[filter_history.username]]\npattern = \"bi\\t.*\\u202e\"\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state.toml"), text).unwrap();
    let state = State::load(folder.path());
    let mut window = Window::open(Start { state, ..start_on(&plant.url) });
    window.until_text("6 of 6 sessions");
    window.harness.get_by_label("Username filter").focus();
    window.harness.step();
    window.press(Modifiers::ALT, Key::ArrowDown);
    window.until_text(r"bi\t.*\u202E");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the filter as it was", |harness| {
        let text = harness.get_by_label("Username filter").accesskit_node().value();
        text.as_deref() == Some("bi\t.*\u{202e}")
    });
}

#[test]
fn list_of_nodes_fits_into_its_popup_and_the_window() {
    let good = plant();
    let bad = FakeGateway::gateway("8.1.44", status("402 Payment Required", ""));
    for size in [[1280.0, 680.0], [640.0, 480.0]] {
        let nodes = [&good.url, &bad.url].map(|url| url.parse().unwrap()).into();
        let target = Target::Gateway(Profile::new("Cluster".to_owned(), nodes).unwrap());
        let mut window = Window::open_as(Harness::builder().with_size(size), start(target));
        window.until_text("6 of 6 sessions");
        window.click("Nodes");
        window.harness.run_steps(3);
        let popup = popups(&window, Order::Foreground)[0];
        assert!(popup.left() >= 0.0 && popup.right() <= size[0], "{popup:?}");
        for url in [&good.url, &bad.url] {
            let host = url.trim_start_matches("http://");
            let lines = window.harness.query_all_by_label_contains(host);
            let lines: Vec<Rect> =
                lines.map(|line| line.rect()).filter(|line| popup.intersects(*line)).collect();
            assert_eq!(lines.len(), 1);
            assert!(popup.contains_rect(lines[0]), "{lines:?} in {popup:?}");
            assert!((lines[0].height() - 28.0).abs() < 0.5);
        }
    }
}

#[test]
fn address_box_and_its_button_have_one_height_and_an_error_moves_neither() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::L);
    let places =
        |window: &Window| ["Gateway address", "Connect"].map(|name| window.harness.get_by_label(name).rect());
    let [edit, connect] = places(&window);
    assert_eq!((edit.top(), edit.height()), (connect.top(), connect.height()));
    assert!((edit.height() - 28.0).abs() < 0.5, "{edit:?}");
    connect_to(&mut window, "::");
    window.until_text_contains("isn't a gateway address");
    assert_eq!(places(&window), [edit, connect]);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Gateway address"));
}

#[test]
fn menus_have_the_same_sizes() {
    let plant = plant();
    let profile = Profile::from_address(&plant.url).unwrap().with_name("Plant");
    let mut window = Window::open(start(Target::Gateway(profile)));
    window.until_text("6 of 6 sessions");
    let menus = [
        ("Group", "None"),
        ("Columns", "Show column Project"),
        ("Refresh interval", "Every 10 s"),
        ("Saved gateways", "Connect to an address…"),
        ("Add filter", "Filter by Address"),
        ("Saved filters", "Clear all filters"),
        ("Export options", "JSON"),
    ];
    for (button, item) in menus {
        window.click(button);
        window.harness.run_steps(2);
        let menu = popups(&window, Order::Foreground)[0];
        let item = window.harness.get_by_label(item).rect();
        assert!((item.height() - 28.0).abs() < 0.5, "{button}: {item:?}");
        // The margin and the border.
        for distance in [item.left() - menu.left(), menu.right() - item.right()] {
            assert!((distance - 5.0).abs() < 0.5, "{button}: {item:?} in {menu:?}");
        }
        window.press(Modifiers::NONE, Key::Escape);
    }
    // Those of a right click.
    for (name, item) in [("anna", "Copy cell"), ("Project", "Sort ascending")] {
        let at = window.harness.get_by_label(name).rect().center();
        window.click_at(at, PointerButton::Secondary, Modifiers::NONE);
        window.harness.run_steps(2);
        let menu = popups(&window, Order::Foreground)[0];
        let item = window.harness.get_by_label(item).rect();
        assert!((item.height() - 28.0).abs() < 0.5, "{name}: {item:?}");
        assert!((item.left() - menu.left() - 5.0).abs() < 0.5, "{name}: {item:?} in {menu:?}");
        window.press(Modifiers::NONE, Key::Escape);
    }
}

/// Presses the button with this name with a key, goes into the popup that opens, and closes it with Escape.
fn open_and_escape(window: &mut Window, button: &str) {
    window.harness.get_by_label(button).focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    assert_eq!(popups(window, Order::Foreground).len(), 1, "{button}");
    // The focus doesn't leave it, where it has controls.
    let keys = if ["Recent username filters", "Help on filters"].contains(&button) { 1 } else { 24 };
    for modifiers in [vec![Modifiers::NONE; keys], vec![Modifiers::SHIFT; keys]].concat() {
        window.press(modifiers, Key::Tab);
        let popup = popups(window, Order::Foreground)[0];
        let focused = focused(window).unwrap();
        let is_inside = popup.contains(focused.rect.center()) || keys == 1;
        assert!(is_inside, "{button}: {focused:?} outside of {popup:?}");
    }
    window.press(Modifiers::NONE, Key::Escape);
    assert!(popups(window, Order::Foreground).is_empty(), "{button}");
}

#[test]
fn escape_gives_the_focus_back_to_the_button_of_the_popup() {
    let plant = plant();
    let everywhere = ["Saved gateways", "Refresh interval", "Export options"];
    let roomy =
        ["Recent username filters", "Add filter", "Saved filters", "Help on filters", "Group", "Columns"];
    let compact = ["Clients and designers", "View"];
    for (size, others) in [([1280.0, 680.0], &roomy[..]), ([640.0, 480.0], &compact)] {
        let profile = Profile::from_address(&plant.url).unwrap().with_name("Plant");
        let start = start(Target::Gateway(profile));
        let mut window = Window::open_as(Harness::builder().with_size(size), start);
        window.until_text("6 of 6 sessions");
        for button in everywhere.iter().chain(others) {
            open_and_escape(&mut window, button);
            assert!(window.harness.get_by_label(button).is_focused(), "{button} at {size:?}");
        }
    }
}

#[test]
fn escape_gives_the_focus_back_to_what_was_used_before_the_popup() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    let is_focused = |window: &Window, name: &str| window.harness.get_by_label(name).is_focused();
    // Popups that a key opens.
    window.harness.get_by_label("Project filter").focus();
    window.harness.step();
    window.press(Modifiers::COMMAND, Key::L);
    assert!(is_focused(&window, "Gateway address"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(is_focused(&window, "Project filter"));
    window.press(Modifiers::ALT, Key::ArrowDown);
    window.until_text("No recent filters");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("No recent filters") && is_focused(&window, "Project filter"));
    // One that an item of a menu opens.
    window.harness.get_by_label("Saved gateways").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    window.harness.get_by_label("Connect to an address…").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    assert!(is_focused(&window, "Gateway address"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Gateway address") && is_focused(&window, "Saved gateways"));
    // The menu of a column.
    window.harness.get_by_label("Project").focus();
    window.harness.step();
    window.press(Modifiers::SHIFT, Key::F10);
    assert!(is_focused(&window, "Sort ascending"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Sort ascending") && is_focused(&window, "Project"));
}

#[test]
fn escape_gives_the_focus_back_after_the_palette_opened_the_columns() {
    let plant = plant();
    for (size, button) in [([1280.0, 680.0], "Columns"), ([640.0, 480.0], "View")] {
        let start = start_on(&plant.url);
        let mut window = Window::open_as(Harness::builder().with_size(size), start);
        window.until_text("6 of 6 sessions");
        window.press(Modifiers::COMMAND, Key::K);
        window.frame([Event::Text("Columns…".to_owned())]);
        window.harness.step();
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text("Show column Project");
        window.press(Modifiers::NONE, Key::Tab);
        window.press(Modifiers::NONE, Key::Escape);
        assert!(!window.has("Show column Project"));
        assert!(window.harness.get_by_label(button).is_focused(), "{button}");
    }
}

#[test]
fn escape_gives_the_focus_back_to_an_edited_chip() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.menu_of_cell("Address", 0);
    window.click("Filter to \"10.2.0.9\"");
    window.until_text("2 of 6 sessions");
    window.harness.get_by_label_contains("Edit the filter: ").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    assert_eq!(popups(&window, Order::Foreground).len(), 1);
    window.press(Modifiers::NONE, Key::Tab);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(popups(&window, Order::Foreground).is_empty());
    assert!(window.harness.get_by_label_contains("Edit the filter: ").is_focused());
}

#[test]
fn escape_gives_the_focus_back_from_the_path_of_an_export() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("no/such/out.csv");
    let pick = move |_: &str| -> PickedFile { Box::pin(std::future::ready(Some(path.clone()))) };
    let mut window = Window::open(Start { pick_file: Arc::new(pick), ..start_on(&plant.url) });
    window.until_text("6 of 6 sessions");
    window.harness.get_by_label("Export").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the focus in the path", |harness| {
        harness.query_by_label("Export path").is_some_and(|edit| edit.is_focused())
    });
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(2);
    assert!(!window.has("Export path") && window.harness.get_by_label("Export").is_focused());
}

#[test]
fn popup_opened_by_a_click_leaves_the_focus_to_the_table() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_and_escape(&mut window, "Group");
    window.click("Group");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.harness.get_by_label("Group").is_focused());
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.selected("Username").len(), 1);
}

/// A click within one frame, as on a slow remote desktop.
fn quick_click(window: &mut Window, at: Pos2) {
    let button = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.frame([Event::PointerMoved(at)]);
    window.frame([button(true), button(false)]);
    window.harness.run_steps(2);
}

#[test]
fn lists_in_dialogs_open_above_the_dialog_after_a_click_in_it() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::Comma);
    let zoom = window.harness.get_by_role_and_label(Role::ComboBox, "Zoom").rect();
    for _ in 0..2 {
        quick_click(&mut window, zoom.center());
        let item = window.harness.get_by_role_and_label(Role::RadioButton, "150 %").rect();
        let layer = window.harness.ctx.layer_id_at(item.center()).unwrap();
        let list = egui::AreaState::load(&window.harness.ctx, layer.id).unwrap().rect();
        assert!(list.width() < 1.5 * zoom.width(), "{list:?} has the item at {item:?}");
        window.press(Modifiers::NONE, Key::Escape);
        // The dialog goes above the list that is closed.
        quick_click(&mut window, zoom.left_center() - egui::vec2(24.0, 0.0));
    }
}

#[test]
fn shortcuts_close_menus_over_what_they_show() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for key in [Key::U, Key::F] {
        window.click("Export options");
        window.press(Modifiers::NONE, Key::F5);
        assert_eq!(popups(&window, Order::Foreground).len(), 1, "a refresh goes on below");
        window.press(Modifiers::COMMAND, key);
        window.until("no menu", |harness| harness.query_by_label("JSON").is_none());
    }
    // The menu's button doesn't get the focus back.
    assert!(focused(&window).unwrap().name.starts_with("Username"));
}
