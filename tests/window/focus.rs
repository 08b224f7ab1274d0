//! The place of the keyboard focus, and the keys that move it. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{Window, key, plant, start_on};
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use gatewatch::gateway::{Fingerprint, Pin, Profile};
use gatewatch::settings::{Settings, State};
use gatewatch::table::Layout;
use gatewatch::ui::{PickedFile, Start};

use super::past;

const NONE: Modifiers = Modifiers::NONE;

/// A widget with the focus.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Focused {
    pub(crate) name: String,
    role: Role,
    pub(crate) rect: Rect,
}

/// Returns the widget with the focus; a cell if it is the cursor of the table.
pub(crate) fn focused(window: &Window) -> Option<Focused> {
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone has one lifetime only")]
    let is_focused = By::new().predicate(|node| node.is_focused());
    let focused = window.harness.query_all(is_focused);
    focused.last().map(|node| {
        let name = node.accesskit_node().label().unwrap_or_default();
        Focused { name, role: node.accesskit_node().role(), rect: node.rect() }
    })
}

/// Returns the text of the cell at the cursor of the table, while the table has the focus.
fn cursor(window: &Window) -> Option<String> {
    focused(window).filter(|focused| focused.role == Role::Cell).map(|cell| cell.name)
}

/// Presses a key in a frame, and draws those that the program asks for.
fn press(window: &mut Window, modifiers: Modifiers, pressed: Key) {
    let events = key(pressed).map(|event| match event {
        egui::Event::Key { key, physical_key, pressed, repeat, .. } => {
            egui::Event::Key { key, physical_key, pressed, repeat, modifiers }
        }
        event => event,
    });
    window.frame(events);
    for _ in 0..4 {
        if !window.harness.ctx.has_requested_repaint() {
            break;
        }
        window.harness.step();
    }
}

/// Gives the widget in this place the focus.
fn focus(window: &mut Window, at: &Focused) {
    window.harness.query_all_by_role(at.role).find(|node| node.rect() == at.rect).unwrap().focus();
    window.harness.step();
}

fn open(size: [f32; 2], start: Start) -> Window {
    let mut window = Window::open_as(Harness::builder().with_size(size), start);
    window.until_text("6 of 6 sessions");
    window.harness.run_steps(3);
    window
}

#[test]
fn table_has_no_focus_before_the_first_key() {
    let plant = plant();
    for (pressed, selected) in
        [(Key::ArrowDown, 1), (Key::ArrowRight, 0), (Key::ArrowLeft, 0), (Key::End, 1), (Key::PageDown, 1)]
    {
        let mut window = open([1280.0, 680.0], start_on(&plant.url));
        assert_eq!(focused(&window), None);
        window.click("Refresh");
        assert_eq!(focused(&window), None, "after a click on a button");
        press(&mut window, Modifiers::COMMAND, Key::K);
        press(&mut window, NONE, Key::Escape);
        assert_eq!(focused(&window), None, "after the palette");
        press(&mut window, NONE, pressed);
        assert!(cursor(&window).is_some(), "{pressed:?}: {:?}", focused(&window));
        assert_eq!(window.selected("Username").len(), selected, "{pressed:?}");
        // Now that there is a cursor to show it, the table gets the focus back.
        let before = cursor(&window);
        window.click("Refresh");
        assert_eq!(cursor(&window), before, "{pressed:?}");
    }
}

#[test]
fn tab_key_into_the_table_shows_its_cursor() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.harness.get_by_label("Created").focus();
    window.harness.step();
    press(&mut window, NONE, Key::Tab);
    assert_eq!(cursor(&window).as_deref(), Some("billy"));
    assert!(window.selected("Username").is_empty());
    press(&mut window, NONE, Key::ArrowDown);
    assert_eq!(window.selected("Username"), ["anna"]);
}

#[test]
fn table_has_the_focus_again_after_an_action_of_its_menu() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    press(&mut window, NONE, Key::ArrowDown);
    press(&mut window, NONE, Key::ArrowDown);
    for item in
        ["Copy cell", "Show details", "Copy 1 session", "Exclude \"anna\"", "Filter to \"bill.smith\""]
    {
        let before = cursor(&window);
        assert!(before.is_some(), "{item}");
        press(&mut window, Modifiers::SHIFT, Key::F10);
        window.until("the menu", |harness| harness.query_by_label("Copy cell").is_some());
        for _ in 0..20 {
            if focused(&window).is_some_and(|focused| focused.name == item) {
                break;
            }
            press(&mut window, NONE, Key::ArrowDown);
        }
        assert_eq!(focused(&window).unwrap().name, item);
        press(&mut window, NONE, Key::Enter);
        assert!(!window.has("Copy cell"), "{item}: the menu is open");
        let after = cursor(&window);
        let message = format!("{item}: {:?}", focused(&window));
        assert!(after.is_some() && (after == before || item.starts_with("Exclude")), "{message}");
    }
}

/// Adds a filter on addresses, whose popup has the focus.
fn add_address_filter(window: &mut Window) {
    window.click("Add filter");
    window.click("Filter by Address");
    window.until("the popup", |harness| {
        harness.query_by_label("Address filter").is_some_and(|edit| edit.is_focused())
    });
}

#[test]
fn table_has_the_focus_again_after_the_popup_of_a_chip() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    press(&mut window, NONE, Key::ArrowDown);
    for ends in [Key::Escape, Key::Enter] {
        // Once with an empty filter, which goes with the popup.
        for text in ["", ".*"] {
            add_address_filter(&mut window);
            if !text.is_empty() {
                window.frame([egui::Event::Text(text.to_owned())]);
            }
            press(&mut window, NONE, ends);
            assert!(!window.has("Address filter"));
            assert_eq!(cursor(&window).as_deref(), Some("billy"), "{ends:?} after {text:?}");
        }
    }
}

#[test]
fn chip_has_the_focus_again_after_its_popup() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.click("Add filter");
    window.click("Filter by Address");
    window.type_into("Address filter", ".*");
    window.press(NONE, Key::Escape);
    for ends in [Key::Enter, Key::Escape] {
        window.harness.get_by_label("Edit the filter: Address .*").focus();
        window.harness.step();
        press(&mut window, NONE, Key::Enter);
        window.until("the popup", |harness| {
            harness.query_by_label("Address filter").is_some_and(|edit| edit.is_focused())
        });
        press(&mut window, NONE, ends);
        assert!(!window.has("Address filter"), "{ends:?}");
        assert!(window.harness.get_by_label("Edit the filter: Address .*").is_focused(), "{ends:?}");
    }
}

/// The regions of the window in the order of the Tab key.
const REGIONS: [&str; 7] =
    ["Gateway bar", "Filter row", "View row", "Right panel", "Activity", "Timeline", "Footer"];

/// Returns where a widget comes in the order of the Tab key: the region, of which the table is one.
pub(crate) fn region(window: &Window, at: &Focused) -> usize {
    // The right panel may be over a part of the table.
    if [Role::Cell, Role::ColumnHeader].contains(&at.role) {
        return 4;
    }
    let table = window.harness.query_by_label("Table").map(|table| table.rect());
    let place = |name: &'static str| {
        window.harness.query_by_role_and_label(Role::Group, name).map(|region| region.rect())
    };
    let places = REGIONS.iter().map(|name| place(name));
    let mut places: Vec<Option<Rect>> = places.collect();
    places.insert(3, table);
    let order = [0, 1, 2, 4, 3, 5, 6, 7];
    let center = at.rect.center();
    let found = order.into_iter().find(|index| places[*index].is_some_and(|place| place.contains(center)));
    // The rail comes first.
    found.map_or(0, |index| index + 1)
}

/// Goes through all controls with the Tab key, from the first one on.
pub(crate) fn walk(window: &mut Window) -> Vec<Focused> {
    let mut reached: Vec<Focused> = Vec::new();
    for _ in 0..120 {
        window.press(NONE, Key::Tab);
        let Some(focused) = focused(window) else {
            continue;
        };
        if reached.first() == Some(&focused) {
            return reached;
        }
        reached.push(focused);
    }
    panic!("the Tab key doesn't return to the first control: {reached:#?}");
}

/// Checks that each control is after the one before: to the right of it or below it, or in a later region.
pub(crate) fn check_order(reached: &[Focused], state: &str, region: impl Fn(&Focused) -> usize) {
    assert!(reached.len() > 1, "{state}: {reached:?}");
    let place = |index: &usize| {
        let Focused { rect, .. } = reached[*index];
        (region(&reached[*index]), rect.top(), rect.left())
    };
    let is_before = |one: &usize, other: &usize| {
        let ((region, top, left), (other_region, other_top, other_left)) = (place(one), place(other));
        region.cmp(&other_region).then(top.total_cmp(&other_top)).then(left.total_cmp(&other_left))
    };
    let first = (0..reached.len()).min_by(is_before).unwrap();
    let order = [&reached[first..], &reached[..first]].concat();
    for pair in order.windows(2) {
        let [from, to] = pair else { unreachable!() };
        let regions = [from, to].map(&region);
        let is_same_line = {
            let shared = from.rect.y_range().intersection(to.rect.y_range()).span();
            shared > 0.5 * from.rect.height().min(to.rect.height())
        };
        let is_after = match regions[0].cmp(&regions[1]) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal if is_same_line => to.rect.left() >= from.rect.left(),
            std::cmp::Ordering::Equal => to.rect.top() >= from.rect.top(),
        };
        assert!(is_after, "{state}: {} at {:?} after {} at {:?}", to.name, to.rect, from.name, from.rect);
    }
}

#[test]
fn tab_key_goes_through_the_window_in_visual_order() {
    let plant = plant();
    let layouts = [
        Layout::default(),
        Layout { details: true, ..Layout::default() },
        Layout { counts: true, ..Layout::default() },
    ];
    for size in [[1280.0, 800.0], [1000.0, 680.0], [640.0, 480.0]] {
        for layout in layouts.clone() {
            let state = format!("{size:?}, details: {}, counts: {}", layout.details, layout.counts);
            let start = Start { state: State { table: layout, ..State::default() }, ..start_on(&plant.url) };
            let mut window = open(size, start);
            // A chip, and something to step through.
            window.menu_of_cell("Address", 0);
            window.click("Filter to \"10.2.0.9\"");
            window.until_text("2 of 6 sessions");
            window.press(Modifiers::COMMAND, Key::A);
            press(&mut window, NONE, Key::Home);
            window.press(Modifiers::COMMAND, Key::A);
            let reached = walk(&mut window);
            check_order(&reached, &state, |at| region(&window, at));
        }
    }
}

#[test]
fn tab_key_goes_through_dialogs_in_visual_order() {
    let plant = plant();
    let one_region = |_: &Focused| 0;
    let mut window = open([1280.0, 800.0], start_on(&plant.url));
    press(&mut window, NONE, Key::ArrowDown);
    window.press(Modifiers::COMMAND, Key::Comma);
    for page in ["General", "Shortcuts", "Log", "About"] {
        window.click(page);
        let reached = walk(&mut window);
        let right = window.harness.get_by_label("About").rect().right();
        check_order(&reached, page, |at| usize::from(at.rect.left() > right));
    }
    window.press(NONE, Key::Escape);
    window.harness.run_steps(2);
    assert!(cursor(&window).is_some(), "the table has the focus again");
    window.click("Add gateway…");
    window.until_text("Addresses");
    let reached = walk(&mut window);
    check_order(&reached, "guide", |at| guide_region(&window, at.rect));
    window.type_into("Addresses", "x");
    window.press(NONE, Key::Escape);
    window.until_text("Discard changes");
    check_order(&walk(&mut window), "question", one_region);
}

#[test]
fn tab_key_goes_through_the_form_of_a_gateway_in_visual_order() {
    let plant = plant();
    let mut start = start_on(&plant.url);
    let nodes = ["http://a:8088", "https://b:8043"].map(|url| url.parse().unwrap());
    let mut profile = Profile::new("Tank Farm".to_owned(), nodes.to_vec()).unwrap();
    let fingerprint: Fingerprint = ["3C"; 32].join(":").parse().unwrap();
    profile.trust.pins = vec![Pin { host: "b".to_owned(), port: Some(8043), fingerprint }];
    profile.background = Some(std::time::Duration::ZERO);
    start.settings.profiles.push(profile);
    for size in [[1280.0, 1000.0], [640.0, 1000.0]] {
        let mut window = open(size, start.clone());
        window.click("Saved gateways");
        window.click("Edit Tank Farm…");
        window.until_text("Edit Tank Farm");
        let reached = walk(&mut window);
        check_order(&reached, &format!("{size:?}"), |at| guide_region(&window, at.rect));
    }
}

/// Returns where a control of the guide or the form comes: the rail, the bar, the steps, the buttons below, the test.
fn guide_region(window: &Window, rect: Rect) -> usize {
    let rail = window.harness.query_by_label("Hide gateways").map_or(0.0, |hide| hide.rect().right());
    let test =
        window.harness.query_by_label("Test connection").map_or(f32::INFINITY, |test| test.rect().left());
    match () {
        () if rect.center().x < rail => 0,
        () if rect.top() < 40.0 => 1,
        () if test > 700.0 && rect.left() >= test => 3,
        () => 2,
    }
}

#[test]
fn tab_key_goes_through_the_views_in_visual_order() {
    let wrong_login = FakeGateway::gateway("8.1.44", status("401 Unauthorized", ""));
    let no_resource = FakeGateway::gateway("8.3.4", status("404 Not Found", ""));
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let untrusted = TlsGateway::new(&identity);
    for (url, text) in [
        (&wrong_login.url, "Sign in to this gateway"),
        (&no_resource.url, "Set up this gateway"),
        (&untrusted.url, "Always trust"),
    ] {
        for size in [[1280.0, 800.0], [640.0, 480.0]] {
            let mut window = Window::open_as(Harness::builder().with_size(size), start_on(url));
            window.until_text(text);
            let reached = walk(&mut window);
            check_order(&reached, &format!("{text} at {size:?}"), |at| region(&window, at));
        }
    }
}

#[test]
fn tab_key_goes_through_popups_in_visual_order() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("no/such/out.csv");
    let pick = move |_: &str| -> PickedFile { Box::pin(std::future::ready(Some(path.clone()))) };
    let mut window = open([1280.0, 800.0], Start { pick_file: Arc::new(pick), ..start_on(&plant.url) });
    for (opener, names) in [
        ("Export", &["Export path", "Error details", "Cancel", "Save"][..]),
        ("Saved filters", &["Name of the filter to save", "Save filter"]),
    ] {
        window.click(opener);
        window.until("the popup", |harness| harness.query_by_label(names[0]).is_some());
        if opener == "Saved filters" {
            window.type_into(names[0], "x");
        }
        let reached: Vec<Focused> =
            walk(&mut window).into_iter().filter(|focused| names.contains(&&*focused.name)).collect();
        let first = reached.iter().position(|focused| focused.name == names[0]).unwrap();
        let reached = [&reached[first..], &reached[..first]].concat();
        assert_eq!(reached.iter().map(|focused| &*focused.name).collect::<Vec<_>>(), names, "{opener}");
        check_order(&reached, opener, |_| 0);
        window.press(NONE, Key::Escape);
        window.harness.run_steps(2);
    }
}

#[test]
fn arrow_keys_move_the_focus_within_a_group_only() {
    let plant = plant();
    let layouts =
        [Layout { details: true, ..Layout::default() }, Layout { counts: true, ..Layout::default() }];
    for layout in layouts {
        let start = Start { state: State { table: layout, ..State::default() }, ..start_on(&plant.url) };
        let mut window = open([1280.0, 800.0], start);
        window.click_cell("Username", 0, NONE);
        for at in walk(&mut window) {
            if [Role::Cell, Role::TextInput].contains(&at.role) {
                continue;
            }
            for (pressed, x, y) in [
                (Key::ArrowLeft, -1.0, 0.0),
                (Key::ArrowRight, 1.0, 0.0),
                (Key::ArrowUp, 0.0, -1.0),
                (Key::ArrowDown, 0.0, 1.0),
            ] {
                focus(&mut window, &at);
                assert_eq!(focused(&window).as_ref(), Some(&at));
                press(&mut window, NONE, pressed);
                let to = focused(&window).unwrap();
                if to == at {
                    continue;
                }
                assert_eq!(to.role, at.role, "{pressed:?} from {} to {}", at.name, to.name);
                let moved = to.rect.center() - at.rect.center();
                let is_straight = if x == 0.0 { moved.x.abs() < 1.0 } else { moved.y.abs() < 1.0 };
                assert!(
                    is_straight && moved.x * x + moved.y * y > 0.0,
                    "{pressed:?} from {} to {}",
                    at.name,
                    to.name
                );
                // The neighbor: nothing of the kind is between them.
                let gap = (moved.length()
                    - (at.rect.size() + to.rect.size()).dot(moved.normalized().abs()) / 2.0)
                    .abs();
                assert!(gap <= 40.0, "{pressed:?} from {} to {}: {gap}", at.name, to.name);
            }
        }
    }
}

#[test]
fn arrow_keys_go_through_headers_tabs_and_toggles() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    for names in [
        &["Username", "Project", "Address", "Designer", "Client ID", "Created"][..],
        &["All", "Clients", "Designers"],
        &["Details", "Counts"],
        &["Hide gateways"],
    ] {
        window.harness.get_by_label(names[0]).focus();
        window.harness.step();
        // Nothing happens at the ends.
        let last = names.len() - 1;
        let there = (1..=last).chain([last]).map(|to| (Key::ArrowRight, to));
        let back = (0..last).rev().chain([0]).map(|to| (Key::ArrowLeft, to));
        for (pressed, to) in there.chain(back) {
            press(&mut window, NONE, pressed);
            assert_eq!(focused(&window).unwrap().name, names[to], "{pressed:?}");
        }
    }
    window.type_into("Project filter", "x");
    press(&mut window, NONE, Key::Tab);
    for (pressed, name) in [
        (Key::Tab, "Match part of the value"),
        (Key::ArrowRight, "Ignore case"),
        (Key::ArrowRight, "Exclude matches"),
        (Key::ArrowRight, "Exclude matches"),
        (Key::ArrowLeft, "Ignore case"),
        (Key::ArrowDown, "Ignore case"),
    ] {
        press(&mut window, NONE, pressed);
        assert_eq!(focused(&window).unwrap().name, name, "{pressed:?}");
    }
}

#[test]
fn dialog_opened_in_the_palette_gives_the_focus_back_to_where_it_was_before() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.harness.get_by_label("Project filter").focus();
    window.harness.step();
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([Event::Text("history settings".to_owned())]);
    window.press(NONE, Key::Enter);
    window.until_text("Close settings");
    // The window isn't drawn again and again while the dialog is open.
    window.until("a window that rests", |harness| !harness.ctx.requested_repaint_last_pass());
    window.press(NONE, Key::Escape);
    window.harness.run_steps(2);
    assert_eq!(focused(&window).unwrap().name, "Project filter");
}

#[test]
fn table_takes_the_focus_from_a_widget_that_a_key_leaves() {
    let plant = past::Plant::new();
    let leave = |name: &str, start: &dyn Fn(&mut Window), ends: &[Key]| {
        let mut window = open([1280.0, 680.0], plant.start());
        window.until("the history", |harness| harness.query_by_label("Sessions over time").is_some());
        start(&mut window);
        for ends in ends {
            press(&mut window, NONE, *ends);
        }
        window.harness.run_steps(3);
        assert!(cursor(&window).is_some(), "{name}: {:?}", focused(&window));
        press(&mut window, NONE, Key::Tab);
        let next = focused(&window);
        assert!(
            next.as_ref().is_some_and(|next| next.rect.left() > 200.0),
            "{name}: {next:?} is in the rail"
        );
    };
    let focus_on = |name: &'static str| {
        move |window: &mut Window| {
            window.harness.query_all_by_label_contains(name).next().unwrap().focus();
            window.harness.step();
        }
    };
    leave("rail", &focus_on("Demo gateway"), &[Key::Escape]);
    leave("button", &focus_on("Add filter"), &[Key::Escape]);
    leave("filter", &focus_on("Username filter"), &[Key::Escape]);
    leave("guide", &focus_on("Add gateway"), &[Key::Enter, Key::Escape]);
    let enter_time = |window: &mut Window| {
        press(window, Modifiers::COMMAND, Key::G);
        assert_eq!(focused(window).unwrap().name, "Time of the table");
    };
    leave("time", &enter_time, &[Key::Escape]);
    leave("typed time", &enter_time, &[Key::Enter]);
    let palette_over_popup = |window: &mut Window| {
        focus_on("Add filter")(window);
        press(window, NONE, Key::Enter);
        window.harness.get_by_label("Filter by Created").focus();
        window.harness.step();
        press(window, NONE, Key::Enter);
        window.harness.run_steps(3);
        press(window, Modifiers::COMMAND, Key::K);
    };
    leave("popup", &palette_over_popup, &[Key::Escape]);
}

#[test]
fn table_without_lines_keeps_the_window_at_rest() {
    let is_empty = Arc::new(AtomicBool::new(false));
    let plant = FakeGateway::new({
        let is_empty = is_empty.clone();
        move |request, stream| {
            let rows = if is_empty.load(Ordering::SeqCst) { &[][..] } else { &PLANT };
            let is_list = request.path() == "/system/webdev/gatewatch/sessions";
            let response = if is_list { ok(&webdev_json(rows)) } else { status("404 Not Found", "") };
            stream.write_all(&response).unwrap();
        }
    });
    // Those that leave don't stay in the table.
    let settings = Settings { mark_time: Some(Duration::ZERO), ..Settings::default() };
    let mut window = open([1280.0, 680.0], Start { settings, ..start_on(&plant.url) });
    press(&mut window, NONE, Key::ArrowDown);
    assert!(cursor(&window).is_some());
    is_empty.store(true, Ordering::SeqCst);
    window.press(NONE, Key::F5);
    window.until_text("No sessions");
    until_at_rest(&mut window);
}

#[test]
fn window_rests_when_the_focused_control_is_disabled() {
    let requires_login = Arc::new(AtomicBool::new(false));
    let plant = FakeGateway::new({
        let requires_login = requires_login.clone();
        move |request, stream| {
            let is_list = request.path() == "/system/webdev/gatewatch/sessions";
            let response = match (is_list, requires_login.load(Ordering::SeqCst)) {
                (true, true) => status("401 Unauthorized", ""),
                (true, false) => ok(&webdev_json(&PLANT)),
                (false, _) => status("404 Not Found", ""),
            };
            stream.write_all(&response).unwrap();
        }
    });
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.harness.get_by_label("Add filter").focus();
    window.harness.step();
    requires_login.store(true, Ordering::SeqCst);
    window.press(NONE, Key::F5);
    window.until_text("User name");
    until_at_rest(&mut window);
}

#[test]
fn window_rests_while_a_dialog_of_the_palette_is_open() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    press(&mut window, NONE, Key::ArrowDown);
    for dialog in ["settings", "test a pattern"] {
        press(&mut window, Modifiers::COMMAND, Key::K);
        window.frame([Event::Text(dialog.to_owned())]);
        press(&mut window, NONE, Key::Enter);
        until_at_rest(&mut window);
        press(&mut window, NONE, Key::Escape);
        window.harness.run_steps(3);
        assert!(cursor(&window).is_some(), "{dialog}");
    }
}

/// Draws frames until the program asks for none several times in a row.
pub(crate) fn until_at_rest(window: &mut Window) {
    let mut at_rest = 0;
    window.retry("a window that rests", |window| {
        window.harness.step();
        at_rest = if window.harness.ctx.requested_repaint_last_pass() { 0 } else { at_rest + 1 };
        at_rest > 3
    });
}

#[test]
fn sign_in_keeps_the_focus_on_escape() {
    let gateway = FakeGateway::new(|_, stream| stream.write_all(&status("401 Unauthorized", "")).unwrap());
    let mut window = Window::on(&gateway.url);
    window.until("the focus", |harness| {
        harness.query_by_label("User name").is_some_and(|edit| edit.is_focused())
    });
    press(&mut window, NONE, Key::Escape);
    window.harness.run_steps(3);
    assert_eq!(focused(&window).unwrap().name, "User name");
}

#[test]
fn shift_and_tab_go_back_in_a_popup_although_shift_is_released_in_the_same_frame() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.click("Saved filters");
    window.until("the popup", |harness| harness.query_by_label("Save filter").is_some());
    window.type_into("Name of the filter to save", "x");
    press(&mut window, NONE, Key::Tab);
    assert_eq!(focused(&window).unwrap().name, "Save filter");
    // The state at the end of the frame has no modifiers.
    press(&mut window, Modifiers::SHIFT, Key::Tab);
    assert_eq!(focused(&window).unwrap().name, "Name of the filter to save");
}

#[test]
fn commands_of_the_palette_move_the_focus() {
    let gateway = FakeGateway::new(|_, stream| stream.write_all(&status("401 Unauthorized", "")).unwrap());
    let mut unread = Window::on(&gateway.url);
    unread.until_text("User name");
    let plant = past::Plant::new();
    let mut read = plant.open();
    for before in ["Help on filters", "Settings", ""] {
        let run = |window: &mut Window, command: &str, name: &str| {
            match before {
                "" => press(window, NONE, Key::Escape),
                before => window.harness.get_by_label(before).focus(),
            }
            window.harness.step();
            press(window, Modifiers::COMMAND, Key::K);
            window.frame([Event::Text(command.to_owned())]);
            press(window, NONE, Key::Enter);
            window.harness.run_steps(3);
            assert_eq!(focused(window).unwrap().name, name, "from {before:?}");
            press(window, NONE, Key::Escape);
        };
        run(&mut unread, "sign in", "User name");
        run(&mut read, "filter usernames", "Username filter");
        run(&mut read, "go to a time", "Time of the table");
    }
}

#[test]
fn filter_without_matches_keeps_the_focus() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.harness.get_by_label("Username filter").focus();
    window.frame([Event::Text("zzzq".to_owned())]);
    window.until_text("0 of 6 sessions");
    for pressed in [Key::ArrowDown, Key::Enter] {
        press(&mut window, NONE, pressed);
        window.harness.run_steps(3);
        assert_eq!(focused(&window).unwrap().name, "Username filter", "{pressed:?}");
    }
    until_at_rest(&mut window);
}

#[test]
fn down_in_the_popup_of_a_chip_leaves_the_table_alone() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    add_address_filter(&mut window);
    press(&mut window, NONE, Key::ArrowDown);
    assert_eq!(focused(&window).unwrap().name, "Address filter");
    assert!(window.selected("Username").is_empty());
}

#[test]
fn alt_and_arrows_leave_the_cursor_in_its_column() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    press(&mut window, NONE, Key::ArrowDown);
    press(&mut window, NONE, Key::ArrowRight);
    let before = cursor(&window);
    for pressed in [Key::ArrowLeft, Key::ArrowRight] {
        press(&mut window, Modifiers::ALT, pressed);
        assert_eq!(cursor(&window), before, "{pressed:?}");
    }
}

#[test]
fn column_that_is_moved_to_an_end_leaves_the_focus_in_its_menu() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.harness.get_by_label("Project").focus();
    window.harness.step();
    press(&mut window, Modifiers::SHIFT, Key::F10);
    window.until("the menu", |harness| harness.query_by_label("Move left").is_some());
    window.harness.get_by_label("Move left").focus();
    window.harness.step();
    press(&mut window, NONE, Key::Enter);
    window.harness.run_steps(3);
    assert_eq!(focused(&window).unwrap().name, "Move right");
}

#[test]
fn removed_filter_can_be_kept_by_the_next_key() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let start = Start { folder: Some(folder.path().to_owned()), ..start_on(&plant.url) };
    let mut window = open([1280.0, 680.0], start);
    window.click("Saved filters");
    window.type_into("Name of the filter to save", "mine");
    press(&mut window, NONE, Key::Enter);
    window.click("Saved filters");
    window.until_text("Remove the filter mine");
    window.harness.get_by_label("Remove the filter mine").focus();
    window.harness.step();
    // The settings are written meanwhile.
    for next in ["Restore mine", "Name of the filter to save"] {
        press(&mut window, NONE, Key::Enter);
        window.until(next, |harness| harness.query_by_label(next).is_some_and(|next| next.is_focused()));
    }
}

#[test]
fn settings_opened_with_a_key_have_the_focus_on_their_page() {
    let plant = plant();
    let mut window = open([1280.0, 800.0], start_on(&plant.url));
    for (modifiers, pressed, page) in
        [(NONE, Key::F1, "Shortcuts"), (Modifiers::COMMAND, Key::Comma, "General")]
    {
        press(&mut window, modifiers, pressed);
        window.until_text("Close settings");
        window.harness.run_steps(3);
        assert_eq!(focused(&window).map(|focused| focused.name).as_deref(), Some(page));
        until_at_rest(&mut window);
        press(&mut window, NONE, Key::Tab);
        assert!(focused(&window).is_some_and(|focused| focused.name != page));
        press(&mut window, NONE, Key::Escape);
        window.harness.run_steps(3);
        assert!(!window.has("Close settings"));
    }
    window.click("Settings");
    window.until_text("Close settings");
    window.harness.run_steps(3);
    assert_eq!(focused(&window), None, "after a click");
}

#[test]
fn popup_of_a_chip_of_a_value_has_the_focus_if_a_key_opens_it() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    window.click("Add filter");
    window.click("Filter by Designer: no");
    window.until_text("4 of 6 sessions");
    let chip = "Edit the filter: Designer is no";
    window.harness.get_by_label(chip).focus();
    window.harness.step();
    press(&mut window, NONE, Key::Enter);
    window.until("the popup", |harness| harness.query_by_label("Show only these sessions").is_some());
    window.harness.run_steps(2);
    assert_eq!(focused(&window).unwrap().name, "Show only these sessions");
    press(&mut window, NONE, Key::ArrowDown);
    assert_eq!(focused(&window).unwrap().name, "Hide these sessions");
    press(&mut window, NONE, Key::Enter);
    window.until_text("2 of 6 sessions");
    assert!(!window.has("Hide these sessions"));
}

#[test]
fn home_and_end_go_to_the_ends_of_a_menu() {
    let plant = plant();
    let mut window = open([1280.0, 680.0], start_on(&plant.url));
    for (button, first, last) in
        [("Columns", "Show column Username", "Reset columns"), ("Group", "None", "By address")]
    {
        window.harness.get_by_label(button).focus();
        window.harness.step();
        press(&mut window, NONE, Key::Enter);
        window.until("the menu", |harness| harness.query_by_label(last).is_some());
        press(&mut window, NONE, Key::ArrowDown);
        press(&mut window, NONE, Key::End);
        assert_eq!(focused(&window).unwrap().name, last);
        press(&mut window, NONE, Key::Home);
        assert_eq!(focused(&window).unwrap().name, first);
        press(&mut window, NONE, Key::Escape);
    }
    // A text box keeps them.
    add_address_filter(&mut window);
    press(&mut window, NONE, Key::End);
    assert_eq!(focused(&window).unwrap().name, "Address filter");
}
