//! The page of the settings with theme, table and refresh.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Align, Color32, FontFamily, FontId, Label, Layout, Sense, Ui, UiBuilder, vec2};

use super::super::command::{Command, ConfigPlace};
use super::super::form_rows::{group, remark, row, small_text_width, space};
use super::super::icons::{self, Icon};
use super::super::missing_scripts::MissingScripts;
use super::super::model::{AppState, HistoryChoice};
use super::super::refresh_interval;
use super::super::small_text::link;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{segments, select, theme};
use super::scrolled_to_edge;
use crate::display::DateStyle;
use crate::settings::{CONFIG_FILE, ThemeChoice};
use crate::table::Density;

/// The zoom factors to choose from, in percent.
const ZOOMS: [u16; 9] = [50, 75, 90, 100, 110, 125, 150, 200, 300];

/// The name of the time for which sessions that have just signed in or left are marked.
const MARKS: &str = "Mark new and left rows";
/// The times to choose from, in seconds.
const MARK_TIMES: [u64; 6] = [0, 5, 10, 20, 30, 60];

/// Height of the foot and the space above it.
pub(super) const FOOT_HEIGHT: f32 = tokens::LINE_SECONDARY + 2.0 * tokens::UNIT;

/// The values that the pages show in addition to the state of the window.
pub(in super::super) struct General {
    /// The interval of gateways without one of their own; zero for manual refresh.
    pub(in super::super) default_refresh: Duration,
    /// The folder of the configuration; `None` if changes can't be saved.
    pub(in super::super) folder: Option<PathBuf>,
    /// The settings for recording, and those at the start of the program.
    pub(in super::super) history: HistoryChoice,
    pub(in super::super) history_at_start: HistoryChoice,
}

/// Draws the page.
pub(super) fn show(ui: &mut Ui, state: &AppState, general: &General, commands: &mut Vec<Command>) {
    scrolled_to_edge(ui, FOOT_HEIGHT, |ui| {
        group(ui, "Appearance");
        row(ui, "Theme", |ui| theme_ui(ui, state, commands));
        row(ui, "Row height", |ui| {
            let choices = Density::ALL.map(|density| (density, density.label()));
            let clicked = segments::show(ui, "Row height", state.layout.density, choices);
            commands.extend(clicked.map(Command::SetDensity));
        });
        row(ui, "Zoom", |ui| zoom_ui(ui, commands));
        space(ui);
        group(ui, "Table");
        row(ui, "Dates", |ui| {
            let choices = DateStyle::ALL.map(|style| (style, date_label(style)));
            let clicked = segments::show(ui, "Dates", state.layout.dates, choices);
            commands.extend(clicked.map(Command::SetDateStyle));
            remark(ui, "Copies are always ISO 8601");
        });
        row(ui, MARKS, |ui| {
            let text = |time: Duration| match time.as_secs() {
                0 => "Off".to_owned(),
                secs => format!("{secs} s"),
            };
            let (current, choices) = (state.mark_time, MARK_TIMES.map(Duration::from_secs));
            let clicked = select::show(ui, MARKS, theme::SELECT_WIDTH, current, text, choices);
            commands.extend(clicked.map(Command::SetMarkTime));
        });
        space(ui);
        group(ui, "Refresh");
        row(ui, "Default interval", |ui| {
            let current = general.default_refresh;
            let choices = refresh_interval::choices();
            let text = refresh_interval::short_text;
            let clicked = select::show(ui, "Default interval", theme::SELECT_WIDTH, current, text, choices);
            commands.extend(clicked.map(Command::SetDefaultRefresh));
            remark(ui, "Slower while the window is hidden");
        });
        space(ui);
        group(ui, "Connections");
        row(ui, "Passwords and tokens", |ui| {
            let p = palette(ui.visuals());
            match state.keyring.limit_cause() {
                Some(cause) => {
                    fact(ui, icons::TRIANGLE_ALERT, p.warning, cause, "Kept for this session only");
                }
                None if state.keyring.is_slow => {
                    fact(ui, icons::TRIANGLE_ALERT, p.warning, "The keyring doesn't respond", "");
                }
                None if state.keyring.has_failed() => {
                    fact(ui, icons::TRIANGLE_ALERT, p.warning, "Can't use the keyring", "");
                }
                None if state.keyring.is_known() => {
                    fact(ui, icons::CIRCLE_CHECK, p.ok, "Keyring available", "");
                }
                None => _ = remark(ui, "Checking the keyring…"),
            }
        });
        space(ui);
        group(ui, "Text");
        scripts(ui, state.missing_scripts.as_deref());
    });
    foot(ui, general.folder.as_deref(), commands);
}

/// Draws where the settings are saved.
pub(super) fn foot(ui: &mut Ui, folder: Option<&Path>, commands: &mut Vec<Command>) {
    let rect = ui.available_rect_before_wrap();
    let rect = rect.with_min_y(rect.bottom() - tokens::LINE_SECONDARY);
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        let Some(folder) = folder else {
            remark(ui, "Can't be saved: no home folder found");
            return;
        };
        let places = [
            ("Open config.toml", ConfigPlace::File, folder.join(CONFIG_FILE)),
            ("Open folder", ConfigPlace::Folder, folder.to_owned()),
        ];
        let gap = 4.0 * tokens::UNIT;
        let width: f32 = places.iter().map(|(text, ..)| gap + small_text_width(ui, text)).sum();
        // A narrow dialog has room for the links only.
        let note = "Saved at once";
        if small_text_width(ui, note) + width <= rect.width() {
            remark(ui, note);
        }
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(rect.right() - width - ui.cursor().left());
        for (text, place, path) in places {
            ui.add_space(gap);
            if link(ui, text, text).tooltip(path.display().to_string()).clicked() {
                commands.push(Command::OpenConfig(place));
            }
        }
    });
}

fn theme_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let choices = ThemeChoice::ALL.map(|choice| (choice, choice.label()));
    let clicked = segments::show(ui, "Theme", state.theme, choices);
    commands.extend(clicked.map(Command::SetTheme));
    if state.theme == ThemeChoice::System {
        remark(ui, if ui.visuals().dark_mode { "Now dark" } else { "Now light" });
    }
}

fn zoom_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 20 to 500 percent")]
    let current = (ui.ctx().zoom_factor() * 100.0).round() as u16;
    let text = |percent: u16| format!("{percent} %");
    let clicked = select::show(ui, "Zoom", theme::SELECT_WIDTH, current, text, ZOOMS);
    commands.extend(clicked.map(|percent| Command::SetZoom(f32::from(percent) / 100.0)));
    let ctrl = theme::CTRL;
    remark(ui, &format!("{ctrl}+Plus, {ctrl}+Minus"));
}

/// Draws a row per package that brings a font.
fn scripts(ui: &mut Ui, missing: Option<&[MissingScripts]>) {
    const LABEL: &str = "Missing scripts";
    let p = palette(ui.visuals());
    match missing {
        None => row(ui, LABEL, |ui| {
            remark(ui, "Reading fonts…");
        }),
        Some([]) => row(ui, LABEL, |ui| fact(ui, icons::CIRCLE_CHECK, p.ok, "None", "")),
        Some(missing) => {
            for (index, MissingScripts { names, package }) in missing.iter().enumerate() {
                row(ui, if index == 0 { LABEL } else { "" }, |ui| {
                    let text = if cfg!(target_os = "linux") {
                        format!("Install {package}")
                    } else {
                        "Install a font with these scripts".to_owned()
                    };
                    fact(ui, icons::TRIANGLE_ALERT, p.warning, &names.join(", "), &text);
                });
            }
        }
    }
}

fn date_label(style: DateStyle) -> &'static str {
    match style {
        DateStyle::Local => "Local",
        DateStyle::Gateway => "Gateway",
        DateStyle::Utc => "UTC",
        DateStyle::Age => "Age",
    }
}

/// Draws an icon, a text and a remark. The text wraps so that the remark stays visible.
fn fact(ui: &mut Ui, icon: Icon, color: Color32, text: &str, note: &str) {
    ui.spacing_mut().item_spacing.x = 2.0 * tokens::UNIT;
    let (rect, _) = ui.allocate_exact_size(vec2(tokens::ICON, tokens::ICON), Sense::hover());
    icon.paint(ui.painter(), rect.center(), tokens::ICON, color);
    let gap = 3.0 * tokens::UNIT;
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let note_width = ui.painter().layout_no_wrap(note.to_owned(), font, color).size().x.ceil();
    let width = (ui.available_width() - note_width - gap).max(theme::SETTINGS_FACT);
    ui.spacing_mut().item_spacing.x = gap;
    ui.scope(|ui| {
        ui.set_max_width(width);
        ui.add(Label::new(text).wrap());
    });
    if !note.is_empty() {
        remark(ui, note);
    }
}
