//! The settings: theme, rows, dates, refresh, keys, versions.

use std::time::Duration;

use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
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
    for page in ["General", "Shortcuts", "Log", "About"] {
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
fn invalid_settings_file_is_not_replaced() {
    let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "unknown = 1\n").unwrap();
    let folder = Some(folder.path().to_owned());
    let mut window = Window::open(Start { folder, ..start_on(&plant.url) });
    open_settings(&mut window);
    window.click("Default interval");
    window.click("30 s");
    window.press(Modifiers::NONE, Key::Escape);
    window.until_text_contains("Line 1 of");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "unknown = 1\n");
}
