//! The palette of commands, and the keys of commands.

use std::time::Duration;

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::query::{FilterSet, FilterText};
use gatewatch::settings::{Settings, Target};
use gatewatch::ui::Start;

use crate::support::window::{Window, key, plant, start, start_on};

const SEARCH: &str = "Search commands";

fn open_palette(window: &mut Window) {
    window.press(Modifiers::COMMAND, Key::K);
    window.until_text(SEARCH);
}

/// Types into the palette, which has the keyboard focus.
fn search(window: &mut Window, text: &str) {
    window.frame([Event::Text(text.to_owned())]);
    window.harness.step();
}

/// Returns the names of the entries.
fn entries(window: &Window) -> Vec<String> {
    let options = window.harness.query_all_by_role(egui::accesskit::Role::ListBoxOption);
    options.filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn finds_commands_by_parts_of_their_names_and_runs_them() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, "coun");
    assert_eq!(entries(&window), ["Show counts"]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the counts", |harness| harness.query_by_label_contains("Users (").is_some());
    assert!(!window.has(SEARCH));
    // Words in any order, and letters in any case.
    open_palette(&mut window);
    search(&mut window, "ROWS comp");
    assert_eq!(entries(&window), ["Compact rows"]);
    // Nothing typed reaches the table behind.
    assert_eq!(window.text_of("Username filter"), "");
}

#[test]
fn zooms() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for (name, percent) in
        [("zoom in", 110.0), ("zoom out", 100.0), ("zoom in", 110.0), ("reset zoom", 100.0)]
    {
        open_palette(&mut window);
        search(&mut window, name);
        window.press(Modifiers::NONE, Key::Enter);
        window.until(name, |harness| ((harness.ctx.zoom_factor() * 100.0).round() - percent).abs() < 0.5);
    }
    // The keys close no popup in which something may be typed.
    window.click("Saved filters");
    window.until_text("Name of the filter to save");
    window.press(Modifiers::COMMAND, Key::Minus);
    window.until("90 %", |harness| (harness.ctx.zoom_factor() - 0.9).abs() < 0.01);
    assert!(window.has("Name of the filter to save"));
}

#[test]
fn arrows_choose_and_escape_closes_without_a_command() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, "group by");
    let selected = |window: &Window| -> Vec<String> {
        let options = window.harness.query_all_by_role(egui::accesskit::Role::ListBoxOption);
        let selected = options.filter(|node| node.accesskit_node().data().is_selected() == Some(true));
        selected.filter_map(|node| node.accesskit_node().label()).collect()
    };
    assert_eq!(selected(&window), ["Group by username"]);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(selected(&window), ["Group by project"]);
    for _ in 0..9 {
        window.press(Modifiers::NONE, Key::ArrowDown);
    }
    assert_eq!(selected(&window), ["Group by address"]);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has(SEARCH));
    assert_eq!(window.column("Username").len(), 6, "grouped");
    // Typing goes to the filter again.
    window.frame([Event::Text("x".to_owned())]);
    window.until("the typed filter", |harness| {
        harness.get_by_label("Username filter").accesskit_node().value().as_deref() == Some("x")
    });
}

#[test]
fn text_and_enter_in_one_frame_run_what_was_typed() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    window.frame([Event::Text("show counts".to_owned())].into_iter().chain(key(Key::Enter)));
    window.until("the counts", |harness| harness.query_by_label_contains("Users (").is_some());
}

#[test]
fn unavailable_commands_are_left_out() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, "copy ses");
    let copies = |window: &Window| entries(window).iter().filter(|name| name.contains("sessions")).count();
    assert_eq!(copies(&window), 0, "{:?}", entries(&window));
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::COMMAND, Key::A);
    open_palette(&mut window);
    search(&mut window, "copy ses");
    assert_eq!((copies(&window), &*entries(&window)[0]), (3, "Copy 6 sessions"));
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.copied().contains("billy"));
}

#[test]
fn switches_to_another_gateway_and_applies_saved_filters() {
    let (first, second) = (plant(), plant());
    let profile = |url: &str, name: &str| Profile::from_address(url).unwrap().with_name(name);
    let profiles = vec![profile(&first.url, "Plant North"), profile(&second.url, "Plant South")];
    let set = FilterSet { username: FilterText::exactly("billy"), ..FilterSet::default() };
    let filters = vec![gatewatch::settings::SavedFilter::new("Only Billy".into(), &set)];
    let target = Target::Gateway(profiles[0].clone());
    let settings = Settings { profiles, filters, refresh: Some(Duration::ZERO), ..Settings::default() };
    let mut window = Window::open(Start { settings, ..start(target) });
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, ">so");
    assert_eq!(entries(&window), ["Plant South"]);
    assert!(second.requests().is_empty());
    window.press(Modifiers::NONE, Key::Enter);
    window.until("a request to the other gateway", |_| !second.requests().is_empty());
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, "only b");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("2 of 6 sessions");
}

#[test]
fn finds_sessions_users_and_projects() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, "jür");
    assert_eq!(entries(&window), ["jürgen"]);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.selected("Username"), ["jürgen"]);
    open_palette(&mut window);
    search(&mut window, "@an");
    assert_eq!(entries(&window), ["anna"]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until("only anna", |harness| harness.query_by_label("6 of 6 sessions").is_none());
    assert_eq!(window.text_of("Username filter"), "anna");
    open_palette(&mut window);
    search(&mut window, "#pack");
    assert_eq!(entries(&window), ["Packaging"]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the project filter", |harness| {
        harness.get_by_label("Project filter").accesskit_node().value().as_deref() == Some("Packaging")
    });
}

#[test]
fn session_found_in_a_collapsed_group_is_selected_alone() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for command in ["group by project", "collapse all groups"] {
        open_palette(&mut window);
        search(&mut window, command);
        window.press(Modifiers::NONE, Key::Enter);
    }
    window.until_column("Username", &[]);
    open_palette(&mut window);
    search(&mut window, "smith");
    assert_eq!(entries(&window), ["bill.smith"]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("1 selected");
    assert_eq!(window.selected("Username"), ["bill.smith"]);
}

#[test]
fn filter_to_a_value_ends_its_exclusion() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.menu_of_cell("Username", 0);
    window.click("Exclude \"billy\"");
    window.until_text("4 of 6 sessions");
    open_palette(&mut window);
    search(&mut window, "@billy");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("2 of 6 sessions");
    assert!(!window.has("Remove the filter: Username is not billy"));
}

#[test]
fn alt_enter_filters_to_the_value_at_the_cursor() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.click_cell("Project", 0, Modifiers::NONE);
    let project = window.column("Project")[0].clone();
    window.press(Modifiers::ALT, Key::Enter);
    window.until("the filtered table", |harness| harness.query_by_label("6 of 6 sessions").is_none());
    assert!(window.column("Project").iter().all(|other| *other == project));
    assert!(!window.has("Copy address"), "Enter also opened the details");
}

#[test]
fn shortcuts_do_nothing_in_a_dialog() {
    let plant = plant();
    let mut window = Window::open(start_on(&plant.url));
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::NONE, Key::F1);
    window.until_text("Close settings");
    window.press(Modifiers::COMMAND, Key::U);
    window.press(Modifiers::COMMAND, Key::K);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(!window.has(SEARCH));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Close settings"));
    assert!(window.harness.query_by_label_contains("Users (").is_none(), "the counts are open");
    assert!(window.selected("Username").is_empty(), "the cursor has moved");
}

#[test]
fn opens_the_menu_of_columns_for_the_keyboard() {
    let plant = plant();
    for size in [[1280.0, 680.0], [640.0, 480.0]] {
        let mut window = Window::open_as(Harness::builder().with_size(size), start_on(&plant.url));
        window.until_text("6 of 6 sessions");
        window.press(Modifiers::COMMAND, Key::K);
        window.frame([Event::Text("columns…".to_owned())]);
        window.press(Modifiers::NONE, Key::Enter);
        window.until_text("Show column Project");
        window.press(Modifiers::NONE, Key::ArrowDown);
        window.press(Modifiers::NONE, Key::ArrowDown);
        assert!(window.harness.get_by_label("Show column Project").is_focused(), "{size:?}");
    }
}

#[test]
fn columns_are_only_offered_without_a_form() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    let offers = |window: &mut Window| {
        open_palette(window);
        search(window, "Columns…");
        let entries = entries(window);
        window.press(Modifiers::NONE, Key::Escape);
        entries
    };
    assert_eq!(offers(&mut window), ["Columns…"]);
    open_palette(&mut window);
    search(&mut window, "Add gateway");
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    assert_eq!(offers(&mut window), [] as [&str; 0]);
}

#[test]
fn opens_in_the_same_place_each_time() {
    let plant = plant();
    for size in [[540.0, 340.0], [640.0, 480.0], [1280.0, 800.0]] {
        let mut window = Window::open_as(Harness::builder().with_size(size), start_on(&plant.url));
        window.until_text("6 of 6 sessions");
        let mut places = Vec::new();
        for _ in 0..3 {
            open_palette(&mut window);
            window.harness.run_steps(2);
            places.push((window.harness.get_by_label(SEARCH).rect(), entries(&window).len()));
            window.press(Modifiers::NONE, Key::Escape);
            window.harness.run_steps(2);
        }
        assert_eq!(places, [places[0]; 3], "{size:?}");
    }
}
