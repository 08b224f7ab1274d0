//! The row of filters: toggles, suggestions, errors, history, and the chips of further filters.

use std::time::Duration;

use crate::support::window::{Window, plant, start, typed};
use crate::support::{FakeGateway, PLANT};
use egui::{Key, Modifiers, PointerButton, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::dataset::ColumnId;
use gatewatch::gateway::Profile;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::ui::Start;

const USERNAME: &str = "Username filter";
const PROJECT: &str = "Project filter";
const PART: &str = "Match part of the value";
const IGNORE_CASE: &str = "Ignore case";
const EXCLUDE: &str = "Exclude matches";

fn open() -> (FakeGateway, Window) {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    (gateway, window)
}

fn rect(window: &Window, name: &str) -> Rect {
    window.harness.get_by_label(name).rect()
}

#[test]
fn toggles_change_the_filter() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "BILL");
    window.until_text("0 of 6 sessions");
    window.toggle(USERNAME, PART);
    window.until_text("0 of 6 sessions");
    window.toggle(USERNAME, IGNORE_CASE);
    window.until_text("3 of 6 sessions");
    // A null username matches neither a filter nor its inverse.
    window.toggle(USERNAME, EXCLUDE);
    window.until_text("2 of 6 sessions");
    assert_eq!(window.column("Username"), ["anna", "jürgen"]);
    // The button at the end of the text clears it, and leaves the toggles as they are.
    window.click("Clear the username filter");
    window.until_text("6 of 6 sessions");
    assert!(window.harness.get_by_label(USERNAME).is_focused());
    window.harness.get_by_label(USERNAME).type_text("anna");
    window.until_text("4 of 6 sessions");
}

#[test]
fn click_on_a_toggle_keeps_the_focus_in_its_box() {
    let (_gateway, mut window) = open();
    for name in [PART, IGNORE_CASE, EXCLUDE] {
        window.toggle(PROJECT, name);
        assert!(window.harness.get_by_label(PROJECT).is_focused(), "{name}");
    }
    window.frame(typed("x").concat());
    assert_eq!([window.text_of(PROJECT), window.text_of(USERNAME)], ["x", ""]);
    // From the menu of a narrow box, too.
    window.harness.set_size(vec2(640.0, 480.0));
    window.harness.step();
    window.harness.get_by_label_contains("Filter options: ").click();
    window.harness.step();
    window.click(PART);
    window.frame(typed("y").concat());
    assert_eq!([window.text_of(PROJECT), window.text_of(USERNAME)], ["xy", ""]);
}

#[test]
fn narrow_boxes_have_their_toggles_in_a_menu() {
    let (_gateway, mut window) = open();
    window.harness.set_size(vec2(640.0, 480.0));
    window.type_into(USERNAME, "BILL");
    window.until_text("0 of 6 sessions");
    assert!(!window.has(PART));
    let button = window.harness.query_all_by_label("Filter options").next().unwrap().rect();
    assert!(button.left() > rect(&window, USERNAME).right());
    window.click_at(button.center(), egui::PointerButton::Primary, Modifiers::NONE);
    window.click(PART);
    window.click(IGNORE_CASE);
    window.until_text("3 of 6 sessions");
    assert!(window.has("Filter options: Match part of the value, Ignore case"));
}

#[test]
fn suggests_modes_that_find_sessions() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "bil");
    let place = rect(&window, "Username");
    window.until_text("No username is exactly \"bil\"");
    assert_eq!(rect(&window, "Username"), place, "the table moved");
    assert!(window.has("Match part: 3 sessions"));
    // No other case has more sessions.
    assert!(window.harness.query_by_label_contains("gnore case:").is_none());
    window.click("Match part: 3 sessions");
    window.until_text("3 of 6 sessions");
    assert!(window.harness.query_by_label_contains("Match part:").is_none());
    // The text box has the keyboard focus again.
    assert!(window.harness.get_by_label(USERNAME).is_focused());
    window.harness.get_by_label(USERNAME).type_text("l.s");
    window.until_text("1 of 6 sessions");
}

#[test]
fn enter_applies_the_first_suggestion() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "bil");
    window.until_text("Match part: 3 sessions");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("3 of 6 sessions");
    // Another text of the same frame is not the one that the suggestion is for.
    window.click("Clear the username filter");
    window.toggle(USERNAME, PART);
    window.type_into(USERNAME, "ann");
    window.until_text("Match part: 1 session");
    window.frame(typed("x\n").concat());
    window.until_text("0 of 6 sessions");
    window.harness.run_steps(3);
    assert!(window.has("0 of 6 sessions"));
}

#[test]
fn history_has_the_filter_of_a_suggestion() {
    let (gateway, folder) = (plant(), tempfile::tempdir().unwrap());
    let target = Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target) });
    window.until_text("6 of 6 sessions");
    window.type_into(USERNAME, "bil");
    window.until_text("Match part: 3 sessions");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("3 of 6 sessions");
    drop(window);
    let history = State::load(folder.path()).filter_history;
    let entries: Vec<_> =
        history.entries(&ColumnId::Username).map(|text| (text.pattern, text.mode.contains)).collect();
    assert_eq!(entries, [("bil".to_owned(), true)]);
}

#[test]
fn escape_in_a_box_clears_only_that_box() {
    let (_gateway, mut window) = open();
    window.click_cell("Username", 0, Modifiers::NONE);
    window.type_into(PROJECT, "Pack.*");
    window.type_into(USERNAME, "bil.*");
    window.until_text("1 of 6 sessions");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("2 of 6 sessions");
    assert_eq!((window.text_of(USERNAME), window.text_of(PROJECT)), (String::new(), "Pack.*".to_owned()));
    assert!(window.harness.get_by_label(USERNAME).is_focused());
    // An empty box only loses the focus.
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(2);
    assert!(window.has("2 of 6 sessions") && !window.harness.get_by_label(USERNAME).is_focused());
    assert_eq!(window.selected("Username"), ["billy"]);
    // In the table it clears the selection, then the filters.
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.step();
    assert_eq!(window.selected("Username"), [""; 0]);
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("6 of 6 sessions");
}

#[test]
fn suggestions_cover_case_and_both_boxes() {
    let (_gateway, mut window) = open();
    window.type_into(PROJECT, "PACK");
    window.until_text("No project is exactly \"PACK\"");
    // Neither change alone finds a session.
    window.click("Match part, ignore case: 2 sessions");
    window.until_text("2 of 6 sessions");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("6 of 6 sessions");
    // The toggles stay as they are.
    window.toggle(PROJECT, PART);
    window.toggle(PROJECT, IGNORE_CASE);
    window.type_into(USERNAME, "bil");
    window.type_into(PROJECT, "Pack");
    window.until_text("No username is exactly \"bil\" and no project is exactly \"Pack\"");
    window.click("Match part in both: 1 session");
    window.until_text("1 of 6 sessions");
}

#[test]
fn filters_without_a_suggestion_can_be_cleared() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "unknown");
    window.until_text("No username is exactly \"unknown\"");
    window.click("Clear filters");
    window.until_text("6 of 6 sessions");
    assert_eq!(window.text_of(USERNAME), "");
}

#[test]
fn filters_without_a_match_leave_nothing_to_export() {
    let (_gateway, mut window) = open();
    let is_disabled =
        |window: &Window, name: &str| window.harness.get_by_label(name).accesskit_node().is_disabled();
    assert!(window.harness.query_by_label_contains(" users").is_some() && !is_disabled(&window, "Export"));
    window.type_into(USERNAME, "unknown");
    window.until_text("0 of 6 sessions");
    assert!(window.harness.query_by_label_contains(" users").is_none() && is_disabled(&window, "Export"));
    window.press(Modifiers::COMMAND, Key::E);
    window.harness.run_steps(3);
    assert!(window.harness.query_by_label_contains("written to").is_none());
    // Those that are hidden can be exported.
    window.click("Export options");
    window.click("All sessions");
    assert!(!is_disabled(&window, "Export"));
}

#[test]
fn boxes_have_the_width_of_their_window() {
    let (_gateway, mut window) = open();
    let box_width = |window: &mut Window, width: f32| {
        window.harness.set_size(vec2(width, 680.0));
        window.harness.run_steps(2);
        // From the left edge of a box to that of the next.
        rect(window, PROJECT).left() - rect(window, USERNAME).left()
    };
    assert!(box_width(&mut window, 1280.0) > 280.0);
    let narrow = box_width(&mut window, 1100.0);
    assert!(narrow < 180.0, "{narrow}");
    // In the smallest windows, nothing moves while a pattern is typed.
    let before = box_width(&mut window, 640.0);
    window.type_into(USERNAME, "unknown");
    window.until_text("0 of 6 sessions");
    assert!((box_width(&mut window, 640.0) - before).abs() < 0.1);
}

#[test]
fn down_goes_to_the_table() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "bill.*");
    window.until_text("3 of 6 sessions");
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["A1"]);
    // The cursor is in the first column.
    window.press(Modifiers::NONE, Key::ArrowRight);
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    assert_eq!(window.copied(), "Packaging");
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.selected("Client ID"), ["C3"]);
    // The rest of the text is in the box.
    assert_eq!(window.text_of(USERNAME), "bill.*");
}

#[test]
fn error_comes_after_a_pause_and_moves_nothing() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "bi.*");
    window.until_text("3 of 6 sessions");
    let place = rect(&window, "Username");
    window.type_into(USERNAME, "(ross");
    let has_error = |window: &Window| window.harness.query_by_label_contains("at column 5").is_some();
    window.harness.run_steps(10);
    assert!(!has_error(&window));
    // A key starts the time again.
    window.type_into(USERNAME, "|");
    window.harness.run_steps(25);
    assert!(!has_error(&window));
    window.until_text("Missing \")\" for \"(\" at column 5");
    assert!(window.has("The table still shows bi.*") && window.has("bi.*(ross|"));
    assert!(window.has("3 of 6 sessions"));
    assert_eq!(rect(&window, "Username"), place, "the table moved");
    window.type_into(USERNAME, ")");
    window.until("no error", |harness| harness.query_by_label_contains("at column 5").is_none());
}

#[test]
fn error_hides_while_the_history_of_its_box_is_open() {
    let (_gateway, mut window) = open();
    window.type_into(USERNAME, "bi.*");
    window.until_text("3 of 6 sessions");
    window.press(Modifiers::NONE, Key::Enter);
    window.type_into(USERNAME, "(ross");
    let error = "Missing \")\" for \"(\" at column 5";
    window.until_text(error);
    // The pointer stays over the box.
    let button = window.harness.get_by_label("Recent username filters").rect().center();
    window.click_at(button, PointerButton::Primary, Modifiers::NONE);
    window.until("the history", |harness| harness.query_by_label("Recent filters").is_some());
    window.harness.run_steps(2);
    assert!(!window.has(error));
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text(error);
}

#[test]
fn footer_has_the_hidden_selection_without_a_match() {
    let (_gateway, mut window) = open();
    window.click_cell("Username", 0, Modifiers::NONE);
    window.until_text("1 selected");
    window.type_into(USERNAME, "zzz");
    window.until_text("0 of 6 sessions");
    window.until_text("1 selected and hidden");
    assert!(window.harness.query_by_label_contains("0 users").is_none());
}

#[test]
fn last_valid_part_of_keys_in_one_frame_stays_in_force() {
    let (_gateway, mut window) = open();
    window.harness.get_by_label(USERNAME).focus();
    window.harness.step();
    window.frame(typed("bi.*(ross|smi").concat());
    window.until_text("The table still shows bi.*");
    assert!(window.has("3 of 6 sessions"));
}

#[test]
fn long_error_is_whole_in_a_small_window() {
    let (_gateway, mut window) = open();
    window.harness.set_size(vec2(640.0, 480.0));
    window.type_into(USERNAME, &("(".repeat(5_001)));
    let text = "Groups and classes nested too deeply";
    window.until_text_contains(text);
    let error = window.harness.get_by_label_contains(text).rect();
    let bounds = Rect::from_min_size(egui::Pos2::ZERO, vec2(640.0, 480.0));
    assert!(bounds.contains_rect(error), "{error:?}");
    assert!(window.has("The table isn't filtered by username"));
}

#[test]
fn box_remembers_filters() {
    let (gateway, folder) = (plant(), tempfile::tempdir().unwrap());
    let target = || Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target()) });
    window.until_text("6 of 6 sessions");
    // Enter, a pause and leaving the box keep a filter. Only the last text of those typed without leaving is kept.
    window.type_into(USERNAME, "anna");
    window.press(Modifiers::NONE, Key::Enter);
    window.click("Clear the username filter");
    window.type_into(USERNAME, "bi");
    window.harness.run_steps(150);
    window.type_into(USERNAME, "l.*");
    window.until_text("3 of 6 sessions");
    window.click_cell("Address", 0, Modifiers::NONE);
    window.click("Clear the username filter");
    window.type_into(USERNAME, "(");
    window.press(Modifiers::NONE, Key::Enter);
    drop(window);

    let state = State::load(folder.path());
    let patterns: Vec<String> =
        state.filter_history.entries(&ColumnId::Username).map(|text| text.pattern).collect();
    assert_eq!(patterns, ["bil.*", "anna"]);
    let mut window = Window::open(Start { state, ..start(target()) });
    window.until_text("6 of 6 sessions");
    window.harness.get_by_label(USERNAME).focus();
    window.harness.step();
    window.press(Modifiers::ALT, Key::ArrowDown);
    assert!(window.has("bil.*"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("1 of 6 sessions");
    assert_eq!(window.text_of(USERNAME), "anna");
    window.click("Recent username filters");
    window.click("bil.*");
    window.until_text("3 of 6 sessions");
}

#[test]
fn filters_are_restored() {
    let (gateway, folder) = (plant(), tempfile::tempdir().unwrap());
    let target = || Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let open = || {
        let state = State::load(folder.path());
        Window::open(Start { state, folder: Some(folder.path().to_owned()), ..start(target()) })
    };
    let mut window = open();
    window.until_text("6 of 6 sessions");
    window.type_into(USERNAME, "BIL");
    window.toggle(USERNAME, PART);
    window.toggle(USERNAME, IGNORE_CASE);
    window.click("Add filter");
    window.click("Filter by Address");
    window.type_into("Address filter", "hmi.*");
    window.press(Modifiers::NONE, Key::Enter);
    window.click("Clients");
    window.until_text("2 of 6 sessions");
    drop(window);

    let mut window = open();
    window.until_text("2 of 6 sessions");
    assert_eq!(window.text_of(USERNAME), "BIL");
    assert!(window.is_toggled(USERNAME, PART) && !window.is_toggled(USERNAME, EXCLUDE));
    assert!(window.has("Remove the filter: Address hmi.*"));
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text("6 of 6 sessions");
    drop(window);
    open().until_text("6 of 6 sessions");
}

#[test]
fn filters_by_the_pattern_of_any_text_column() {
    let (_gateway, mut window) = open();
    window.click("Add filter");
    window.click("Filter by Address");
    let filter = "Address filter";
    assert!(window.harness.get_by_label(filter).is_focused());
    window.type_into(filter, "10");
    window.until_text("0 of 6 sessions");
    // Offers are for these filters, too.
    window.until_text("No address is exactly \"10\"");
    window.type_into(filter, r"\..*");
    window.until_text("3 of 6 sessions");
    window.toggle(filter, EXCLUDE);
    window.until_text("3 of 6 sessions");
    assert!(!window.column("Client ID").contains(&"A1".to_owned()));
    window.type_into(filter, "(");
    window.until_text_contains("at column 7");
    assert!(window.has("3 of 6 sessions"));
    window.harness.key_press(Key::Backspace);
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has(filter));
    // The chip edits and removes it.
    window.click(r"Edit the filter: Address not 10\..*");
    window.toggle(filter, EXCLUDE);
    window.until_column("Client ID", &["A1", "B2", "E5"]);
    window.press(Modifiers::NONE, Key::Escape);
    window.click(r"Remove the filter: Address 10\..*");
    window.until_text("6 of 6 sessions");
    // A filter that was left empty is gone.
    window.click("Add filter");
    window.click("Filter by Client ID");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.harness.query_by_label_contains("Client ID …").is_none());
}

#[test]
fn filters_by_date() {
    let (_gateway, mut window) = open();
    window.harness.set_size(vec2(1600.0, 800.0));
    window.click("Add filter");
    window.click("Filter by Created");
    // The plant's sessions are of one day.
    window.click("Range: Since");
    crate::support::window::retype(&mut window, "Time", "2026-11-22");
    window.until("the sessions since then", |harness| harness.query_by_label("0 of 6 sessions").is_none());
    window.click("Range: Before");
    crate::support::window::retype(&mut window, "Time", "1999-12-31 23:59");
    window.until_text("0 of 6 sessions");
    assert!(window.has("The filters hide all 6 sessions"));
    crate::support::window::retype(&mut window, "Time", "noon");
    window.until_text_contains("Enter a time such as");
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.get_by_label_contains("Remove the filter: Created before").click();
    window.until_text("6 of 6 sessions");
}

#[test]
fn date_of_a_cell_is_a_time_even_where_dates_are_ages() {
    let (_gateway, mut window) = open();
    window.harness.set_size(vec2(1600.0, 800.0));
    super::table::menu(&mut window, "Created");
    window.click("Age");
    window.press(Modifiers::NONE, Key::Escape);
    window.menu_of_cell("Created", 0);
    window.harness.get_by_label_contains("Filter to \"").click();
    window.until_text_contains("Remove the filter: Created is");
    let chip = window.harness.get_by_label_contains("Remove the filter: Created is");
    let name = chip.accesskit_node().label().unwrap_or_default();
    assert!(name.contains(':') && name.matches(':').count() == 3, "{name}");
    assert!(!name.contains("min") && !name.contains(" d "), "{name}");
}

#[test]
fn filters_by_kind_and_designer_and_saves_them() {
    let (gateway, folder) = (plant(), tempfile::tempdir().unwrap());
    let target = || Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start(target()) });
    window.until_text("6 of 6 sessions");
    window.click("Add filter");
    window.click("Filter by Designer: yes");
    window.until_text("1 of 6 sessions");
    window.click("Edit the filter: Designer is yes");
    window.click("Hide these sessions");
    window.until_text("5 of 6 sessions");
    window.click("Add filter");
    window.click("Filter by Address");
    window.type_into("Address filter", r"10\..*");
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("2 of 6 sessions");
    window.click("Saved filters");
    window.type_into("Name of the filter to save", "Panels");
    window.click("Save filter");
    drop(window);

    let settings = Settings { refresh: Some(Duration::ZERO), ..Settings::load(folder.path()).unwrap() };
    let mut window = Window::open(Start { settings, ..start(target()) });
    window.harness.set_size(vec2(1600.0, 800.0));
    window.until_text("6 of 6 sessions");
    window.click("Saved filters");
    window.click("Panels");
    window.until_text("2 of 6 sessions");
    assert!(window.has("Remove the filter: Designer is not yes"));
    // A call for a script can't have them, and says so.
    window.menu_of_cell("Username", 0);
    window.click("Copy as");
    window.click("getSessionInfo call");
    assert_eq!(
        window.copied(),
        r"system.util.getSessionInfo()  # not in this call: Address 10\..*; Designer is not yes"
    );
    assert_eq!(PLANT.len(), 6);
}

#[test]
fn button_says_that_a_saved_filter_is_replaced() {
    let gateway = plant();
    let set = gatewatch::query::FilterSet::default();
    let filters = vec![gatewatch::settings::SavedFilter::new("Panels".into(), &set)];
    let settings = Settings { filters, refresh: Some(Duration::ZERO), ..Settings::default() };
    let target = Target::Gateway(Profile::from_address(&gateway.url).unwrap());
    let mut window = Window::open(Start { settings, ..start(target) });
    window.until_text("6 of 6 sessions");
    window.click("Saved filters");
    window.until_text("Save filter");
    window.type_into("Name of the filter to save", "Panels");
    window.until_text("Replace filter");
    assert!(!window.has("Save filter"));
}

#[test]
fn typing_replaces_a_name_that_was_not_saved() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    let name = "Name of the filter to save";
    for typed_name in ["Panels", "Boiler"] {
        window.click("Saved filters");
        window.until("the box to have the focus", |harness| {
            harness.query_by_label(name).is_some_and(|name| name.is_focused())
        });
        window.harness.step();
        window.frame(typed(typed_name).concat());
        assert_eq!(window.text_of(name), typed_name);
        window.press(Modifiers::NONE, Key::Escape);
        window.until("the menu to close", |harness| harness.query_by_label("Save filter").is_none());
    }
}

#[test]
fn click_beside_the_text_of_a_filter_gives_the_text_the_focus() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    for name in ["Username", "Project"] {
        let text = window.harness.get_by_label(&format!("{name} filter")).rect();
        // The caption, and the place of the button that clears the filter.
        for at in [text.left_center() - egui::vec2(20.0, 0.0), text.right_center() + egui::vec2(12.0, 0.0)] {
            window.click_at(at, egui::PointerButton::Primary, Modifiers::NONE);
            assert!(window.harness.get_by_label(&format!("{name} filter")).is_focused(), "{name} at {at}");
            window.press(Modifiers::NONE, Key::Escape);
        }
    }
}
