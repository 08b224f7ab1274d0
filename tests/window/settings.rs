//! The settings: theme, rows, dates, refresh, keys, versions.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::settings::{Settings, State, ThemeChoice};
use gatewatch::ui::{DesktopTheme, Start};

use crate::support::window::{Window, plant, start_on};

fn open_settings(window: &mut Window) {
    window.press(Modifiers::COMMAND, Key::Comma);
    window.until_text("Close settings");
}

#[test]
fn changes_are_saved_at_once_and_restored() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let start = || Start {
        folder: Some(folder.path().to_owned()),
        state: State::load(folder.path()),
        settings: Settings::load(folder.path()).unwrap(),
        ..start_on(&plant.url)
    };
    let mut window = Window::open(start());
    window.until_text("6 of 6 sessions");
    open_settings(&mut window);
    assert_eq!(window.harness.ctx.theme(), Theme::Dark);
    window.click("Theme: Light");
    assert_eq!(window.harness.ctx.theme(), Theme::Light);
    window.click("Row height: Compact");
    window.click("Dates: UTC");
    window.click("Default interval");
    window.click("30 s");
    window.until("the saved settings", |_| {
        let state = State::load(folder.path());
        let refresh = Settings::load(folder.path()).unwrap().refresh;
        state.theme == ThemeChoice::Light
            && state.table.density == gatewatch::table::Density::Compact
            && state.table.dates == gatewatch::display::DateStyle::Utc
            && refresh == Some(Duration::from_secs(30))
    });
    drop(window);
    let window = Window::open(start());
    assert_eq!(window.harness.ctx.theme(), Theme::Light);
}

#[test]
fn follows_the_desktop_unless_a_theme_is_chosen() {
    let plant = plant();
    let desktop_theme = DesktopTheme::default();
    let mut window = Window::open(Start { desktop_theme: desktop_theme.clone(), ..start_on(&plant.url) });
    open_settings(&mut window);
    // The test window starts with a theme.
    window.click("Theme: System");
    assert!(window.has("Now dark"));
    desktop_theme.set(Some(Theme::Light));
    window.until_text("Now light");
    assert_eq!(window.harness.ctx.theme(), Theme::Light);
    window.click("Theme: Dark");
    assert_eq!(window.harness.ctx.theme(), Theme::Dark);
    desktop_theme.set(None);
    desktop_theme.set(Some(Theme::Light));
    window.harness.run_steps(3);
    assert_eq!(window.harness.ctx.theme(), Theme::Dark);
    window.click("Theme: System");
    assert_eq!(window.harness.ctx.theme(), Theme::Light);
}

#[test]
fn names_scripts_without_a_font_and_their_packages() {
    let plant = plant();
    let has_glyph: gatewatch::ui::HasGlyph = std::sync::Arc::new(|char| !"中あ한".contains(char));
    let mut window = Window::open(Start { has_glyph, ..start_on(&plant.url) });
    open_settings(&mut window);
    window.until_text("Chinese, Japanese, Korean");
    assert!(!cfg!(target_os = "linux") || window.has("Install fonts-noto-cjk"));
}

#[test]
fn f1_lists_the_keys() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.press(Modifiers::NONE, Key::F1);
    let ctrl = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };
    for key in ["Refresh: F5", &format!("All commands: {ctrl}+K"), "Filter to value: Alt+Enter"] {
        window.until_text(key);
    }
}

#[test]
fn pages_fit_the_smallest_window() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.harness.set_size(egui::vec2(560.0, 360.0));
    open_settings(&mut window);
    let bounds = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(560.0, 360.0));
    for page in ["General", "History", "Alerts", "Shortcuts", "Log", "About"] {
        let place = window.harness.get_all_by_label(page).next().unwrap();
        place.click();
        window.harness.run_steps(2);
        assert!(bounds.contains_rect(window.harness.get_by_label("Close settings").rect()), "{page}");
    }
    window.harness.get_all_by_label("General").next().unwrap().click();
    window.harness.run_steps(2);
    let rect = window.harness.get_by_label("Dates: Age").rect();
    assert!(rect.left() >= 0.0 && rect.right() <= 560.0, "{rect:?}");
}

#[test]
fn about_lists_the_licenses_of_all_components() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    open_settings(&mut window);
    window.harness.get_all_by_label("About").next().unwrap().click();
    window.harness.run_steps(2);
    let texts = include_str!("../../assets/licenses.txt");
    // Above the rule at the end.
    let last = texts.lines().rev().find(|line| line.contains(", by ")).unwrap();
    assert!(window.harness.query_by_label(last).is_none());
    window.press(Modifiers::NONE, Key::End);
    window.harness.run_steps(2);
    window.harness.get_by_label(last);
}

#[test]
fn invalid_settings_file_is_not_replaced() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "[[profile\n").unwrap();
    let folder = Some(folder.path().to_owned());
    let mut window = Window::open(Start { folder, ..start_on(&plant.url) });
    open_settings(&mut window);
    window.click("Default interval");
    window.click("30 s");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text_contains("Line 1 of");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[[profile\n");
}

#[test]
fn opens_the_folder_and_the_file_of_the_configuration() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let opened = Arc::new(Mutex::new(Vec::new()));
    let log = opened.clone();
    let open_path: gatewatch::ui::OpenPath = Arc::new(move |path| {
        log.lock().unwrap().push((path.to_owned(), path.exists()));
        Ok(())
    });
    let config = folder.path().join("not/there/yet");
    let start = Start { folder: Some(config.clone()), open_path, ..start_on(&plant.url) };
    let mut window = Window::open(start);
    open_settings(&mut window);
    window.click("Open folder");
    window.until("the folder", |_| opened.lock().unwrap().len() == 1);
    window.click("Open config.toml");
    window.until("the file", |_| opened.lock().unwrap().len() == 2);
    // Both are created if they are missing.
    let expected = [(config.clone(), true), (config.join("config.toml"), true)];
    assert_eq!(*opened.lock().unwrap(), expected);
}

#[test]
fn says_where_the_configuration_is_if_nothing_opens_it() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let open_path: gatewatch::ui::OpenPath = Arc::new(|_| Err(std::io::Error::other("no file manager")));
    let start = Start { folder: Some(folder.path().to_owned()), open_path, ..start_on(&plant.url) };
    let mut window = Window::open(start);
    open_settings(&mut window);
    window.click("Open folder");
    window.until_text_contains(folder.path().to_str().unwrap());
}

#[test]
fn every_control_is_reached_with_the_tab_key() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start_on(&plant.url) });
    open_settings(&mut window);
    let mut reached = Vec::new();
    for _ in 0..40 {
        window.press(Modifiers::NONE, Key::Tab);
        let focused = window.harness.query_all(
            egui_kittest::kittest::By::new().predicate(|node| node.is_focused() && !node.is_hidden()),
        );
        reached.extend(focused.filter_map(|node| node.accesskit_node().label()));
    }
    let expected = [
        "General",
        "History",
        "Alerts",
        "Shortcuts",
        "Log",
        "About",
        "Close settings",
        "Theme: System",
        "Theme: Light",
        "Theme: Dark",
        "Row height: Comfortable",
        "Row height: Compact",
        "Zoom",
        "Dates: Local",
        "Dates: Gateway",
        "Dates: UTC",
        "Dates: Age",
        "Mark new and left rows",
        "Default interval",
        "Open config.toml",
        "Open folder",
    ];
    // The first one has the focus before the first press.
    for (name, reached_name) in expected.iter().cycle().skip(1).zip(&reached) {
        assert_eq!(reached_name, name, "{reached:?}");
    }
    assert!(reached.len() >= expected.len());
    // The focus doesn't leave the dialog.
    assert!(reached.iter().all(|name| expected.contains(&name.as_str())), "{reached:?}");
}

#[test]
fn value_is_chosen_by_keyboard() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start_on(&plant.url) });
    open_settings(&mut window);
    window.harness.get_by_label("Default interval").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Space);
    let is_focused = |window: &Window, name: &str| window.harness.get_by_label(name).is_focused();
    window.until("the menu", |harness| harness.query_by_label("30 s").is_some());
    window.harness.run_steps(2);
    // The current value, "Manual", is the first one.
    for name in ["1 s", "2 s", "5 s"] {
        window.press(Modifiers::NONE, Key::ArrowDown);
        assert!(is_focused(&window, name), "{name}");
    }
    window.press(Modifiers::NONE, Key::ArrowUp);
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(3);
    assert!(!window.has("30 s"));
    assert!(is_focused(&window, "Default interval"));
    window.until("the saved interval", |_| {
        Settings::load(folder.path()).unwrap().refresh == Some(Duration::from_secs(2))
    });
    // Escape closes the menu only.
    window.press(Modifiers::NONE, Key::Space);
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::Escape);
    window.harness.run_steps(3);
    assert!(!window.has("30 s"));
    assert!(is_focused(&window, "Default interval"));
}

#[test]
fn list_without_the_current_value_is_used_by_keyboard() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("config.toml"), "refresh_secs = 3\n").unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let start = Start { settings, folder: Some(folder.path().to_owned()), ..start_on(&plant.url) };
    let mut window = Window::open(start);
    window.until_text("6 of 6 sessions");
    open_settings(&mut window);
    let is_focused = |window: &Window, name: &str| window.harness.get_by_label(name).is_focused();
    window.harness.get_by_label("Default interval").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    assert!(is_focused(&window, "Manual"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Manual") && is_focused(&window, "Default interval"));
    // A click opens it without the focus.
    window.click("Default interval");
    window.harness.run_steps(2);
    assert!(!is_focused(&window, "Manual"));
    window.press(Modifiers::NONE, Key::Escape);
    // A choice gives the focus back, too.
    window.harness.get_by_label("Default interval").focus();
    window.harness.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has("Manual") && is_focused(&window, "Default interval"));
}

#[test]
fn focus_returns_to_the_button_that_opened_a_dialog() {
    let mut window = Window::on(&plant().url);
    window.until_text("6 of 6 sessions");
    for name in ["Settings", "All commands"] {
        window.harness.get_by_label(name).focus();
        window.harness.step();
        window.press(Modifiers::NONE, Key::Enter);
        window.harness.run_steps(3);
        window.press(Modifiers::NONE, Key::Escape);
        window.harness.run_steps(3);
        assert!(window.harness.get_by_label(name).is_focused(), "{name}");
    }
}

#[test]
fn list_of_keys_scrolls_by_keys() {
    let mut window = Window::on(&plant().url);
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::NONE, Key::F1);
    window.harness.run_steps(3);
    let top = |window: &Window| window.harness.get_by_label_contains("Refresh: F5").rect().top();
    let first = top(&window);
    for (key, is_lower) in [(Key::PageDown, false), (Key::PageUp, true), (Key::End, false), (Key::Home, true)]
    {
        window.press(Modifiers::NONE, key);
        window.harness.run_steps(3);
        assert_eq!(top(&window) >= first, is_lower, "{key:?}");
    }
}

/// Opens the page of the settings with the history.
fn open_history(window: &mut Window) {
    open_settings(window);
    window.click("History");
    window.until_text("Record sessions: On");
}

#[test]
fn history_page_says_what_is_stored_and_where() {
    let plant = crate::past::Plant::new();
    let opened = Arc::new(Mutex::new(Vec::new()));
    let log = opened.clone();
    let open_path: gatewatch::ui::OpenPath = Arc::new(move |path| {
        log.lock().unwrap().push(path.to_owned());
        Ok(())
    });
    let mut window = Window::open(Start { open_path, ..plant.start() });
    window.until_text("6 of 6 sessions");
    open_history(&mut window);
    for fact in ["Size: ", "Sessions: ", "Oldest read: ", "Last purge: ", "watched "] {
        window.until_text_contains(fact);
    }
    let place = plant.location().to_string();
    assert!(window.has(&place), "{place}");
    window.click("Open data folder");
    window.until("the folder", |_| !opened.lock().unwrap().is_empty());
    let folder = std::path::Path::new(&place).parent().unwrap();
    assert_eq!(*opened.lock().unwrap(), [folder]);
}

#[test]
fn history_page_says_if_nothing_has_been_recorded_yet() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let history = Some(gatewatch::history::Location::File(folder.path().join("history.db")));
    let mut profile = gatewatch::gateway::Profile::from_address(&plant.url).unwrap();
    profile.history = false;
    let target = gatewatch::settings::Target::Gateway(profile);
    let mut window = Window::open(Start { history, ..crate::support::window::start(target) });
    window.until_text("6 of 6 sessions");
    open_history(&mut window);
    window.until_text("Nothing has been recorded yet");
}

#[test]
fn history_page_changes_what_is_recorded_from_the_next_start_on() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let mut window = Window::open(Start { folder: Some(folder.path().to_owned()), ..start_on(&plant.url) });
    open_history(&mut window);
    assert!(window.has("Nothing is recorded"));
    let later = |window: &Window| window.harness.query_all_by_label("Takes effect after a restart").count();
    assert_eq!(later(&window), 0);
    window.click("Record sessions: Off");
    assert_eq!(later(&window), 1);
    window.click("Keep sessions for");
    window.click("1 year");
    window.until("the saved settings", |_| {
        let history = Settings::load(folder.path()).unwrap().history;
        !history.enabled && history.keep_days == 365
    });
    assert_eq!(later(&window), 2);
    window.click("Record sessions: On");
    assert_eq!(later(&window), 1);
    window.until("the saved settings", |_| Settings::load(folder.path()).unwrap().history.enabled);
}

#[test]
fn remarks_of_the_settings_end_before_the_scroll_bar() {
    let plant = plant();
    for width in [560.0, 640.0, 700.0, 740.0, 800.0, 1280.0] {
        let builder = Harness::builder().with_size([width, 480.0]);
        let mut window = Window::open_as(builder, start_on(&plant.url));
        window.until_text("6 of 6 sessions");
        open_settings(&mut window);
        window.harness.run_steps(2);
        // The scroll bar has its place there.
        let end = window.harness.get_by_label("Close settings").rect().right() + 2.0;
        for remark in ["Copies are always ISO 8601", "Slower while the window is hidden"] {
            let rect = window.harness.get_by_label(remark).rect();
            assert!(rect.right() <= end, "{remark} at {width}: {rect} beyond {end}");
        }
    }
}
