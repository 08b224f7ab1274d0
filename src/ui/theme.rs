//! Every color and size of the window. Sizes are in points.

#![expect(clippy::disallowed_methods, reason = "the one place for literal colors")]

use egui::style::ScrollStyle;
use egui::{Color32, Context, FontDefinitions, FontFamily, Visuals};

/// The label of the modifier key of shortcuts.
pub(super) const CTRL: &str = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };

// The window

/// Initial size of the window.
pub(super) const INITIAL_WINDOW: [f32; 2] = [1080.0, 680.0];
/// Minimum size of the window, which fits the bars.
pub(super) const MIN_WINDOW: [f32; 2] = [560.0, 360.0];
/// Minimum width for both filters on one line.
pub(super) const WIDE: f32 = 940.0;
/// Size of small text, as next to and below the filters.
pub(super) const SMALL_TEXT: f32 = 12.0;
/// Corner radius of small shapes.
pub(super) const ROUNDING: f32 = 3.0;
/// Minimum width of menus whose lines would wrap otherwise.
pub(super) const MENU_WIDTH: f32 = 180.0;

// The table

/// Height of a row.
pub(super) const ROW_HEIGHT: f32 = 22.0;
/// Height of the header.
pub(super) const HEADER_HEIGHT: f32 = 26.0;
/// Space to the left and right of a cell's content.
pub(super) const CELL_PADDING: f32 = 8.0;
/// Width of the handle that resizes a column.
pub(super) const EDGE_WIDTH: f32 = 8.0;
/// Width of the sign that collapses and expands a group.
pub(super) const COLLAPSE_WIDTH: f32 = 22.0;
/// Width of the bar at the left of a selected row.
pub(super) const SELECTED_BAR: f32 = 3.0;
/// Half the size of a check mark.
pub(super) const CHECK_MARK: f32 = 7.0;
/// Width of the badge for several logins.
pub(super) const BADGE_WIDTH: f32 = 42.0;
/// Minimum height of the scroll bar's thumb.
pub(super) const MIN_THUMB: f32 = 24.0;
/// Distance between a placeholder text and the button below it.
pub(super) const PLACEHOLDER_SPACING: f32 = 24.0;
/// Opacity of a table that may be out of date.
pub(super) const STALE_OPACITY: f32 = 0.55;

// The bars

/// Width of the gateway box.
pub(super) const GATEWAY_WIDTH: f32 = 240.0;
/// Maximum height of the list of nodes and of saved gateways.
pub(super) const NODES_HEIGHT: f32 = 400.0;
/// Width of a filter box.
pub(super) const FILTER_WIDTH: f32 = 210.0;
/// Width of a filter's caption.
pub(super) const CAPTION_WIDTH: f32 = 62.0;
/// Height of the line below a filter, which is reserved so that an error moves nothing.
pub(super) const FILTER_HINT_HEIGHT: f32 = 22.0;
/// Minimum width of the mark at the position of a filter's error.
pub(super) const MIN_ERROR_MARK: f32 = 7.0;
/// Minimum width for cell filters outside a menu.
pub(super) const CELL_FILTERS_WIDTH: f32 = 160.0;
/// Width of the progress bar of an export.
pub(super) const PROGRESS_WIDTH: f32 = 90.0;
/// Width of the buttons next to the path of an export.
pub(super) const PATH_BUTTONS: f32 = 170.0;
/// Minimum width of a message.
pub(super) const MIN_MESSAGE: f32 = 80.0;
/// Minimum width of the path of an export.
pub(super) const MIN_PATH: f32 = 120.0;

// Panels and dialogs

/// Initial width of the counts panel.
pub(super) const COUNTS_WIDTH: f32 = 220.0;
/// Initial width of the details panel.
pub(super) const DETAILS_WIDTH: f32 = 250.0;
/// Minimum width of these panels.
pub(super) const MIN_PANEL: f32 = 140.0;
/// Height of the title of a list in the counts panel.
pub(super) const FACET_TITLE: f32 = 28.0;
/// Initial width of the gateway form.
pub(super) const FORM_WIDTH: f32 = 330.0;
/// Minimum width of the gateway form.
pub(super) const MIN_FORM: f32 = 260.0;
/// Minimum width for the gateway form next to the table; with less, it replaces the table.
pub(super) const SPLIT_MIN_WIDTH: f32 = 700.0;
/// Minimum height for the gateway form next to the table; with less, it replaces the table.
pub(super) const SPLIT_MIN_HEIGHT: f32 = 300.0;
/// Width of the text boxes of a login.
pub(super) const LOGIN_WIDTH: f32 = 170.0;
/// Height that the sign-in panel leaves for the bars below.
pub(super) const BELOW_SIGN_IN: f32 = 90.0;
/// Maximum width of a dialog.
pub(super) const DIALOG_WIDTH: f32 = 420.0;

/// Returns the background of the part of a cell that a filter matches.
pub(super) fn match_background(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode { Color32::from_rgb(0x6a, 0x58, 0x10) } else { Color32::from_rgb(0xff, 0xe0, 0x80) }
}

const TEXT_ON_DARK: Color32 = Color32::from_gray(0xd0);
const TEXT_ON_LIGHT: Color32 = Color32::from_gray(0x28);

/// The severity of a message, shown as a color and always as a word or sign as well.
#[derive(Clone, Copy)]
pub(super) enum Severity {
    /// Everything works.
    Good,
    /// Something is unusual or incomplete.
    Warning,
    /// Something doesn't work.
    Error,
}

/// Returns the color of a severity, readable on the background of the current theme.
pub(super) fn severity_color(visuals: &Visuals, severity: Severity) -> Color32 {
    match (severity, visuals.dark_mode) {
        (Severity::Good, true) => Color32::from_rgb(0x6c, 0xc0, 0x70),
        (Severity::Good, false) => Color32::from_rgb(0x1f, 0x7a, 0x2c),
        (Severity::Warning, true) => Color32::from_rgb(0xe0, 0xb0, 0x50),
        (Severity::Warning, false) => Color32::from_rgb(0x8a, 0x5a, 0x00),
        (Severity::Error, true) => Color32::from_rgb(0xf0, 0x80, 0x78),
        (Severity::Error, false) => Color32::from_rgb(0xb0, 0x20, 0x20),
    }
}

/// Applies fonts and styles. Nothing blinks or moves, because a remote desktop sends every frame as a picture.
pub(super) fn apply(ctx: &Context) {
    // The proportional font lacks the signs that the window uses, and a platform may have no other font. The monospace
    // font has them.
    let mut fonts = FontDefinitions::default();
    fonts.families.entry(FontFamily::Proportional).or_default().push("Hack".to_owned());
    ctx.set_fonts(fonts);
    ctx.all_styles_mut(|style| {
        style.animation_time = 0.0;
        style.visuals.text_cursor.blink = false;
        style.interaction.selectable_labels = false;
        style.spacing.scroll = ScrollStyle::solid();
        style.spacing.item_spacing = egui::vec2(8.0, 4.0);
        style.spacing.button_padding = egui::vec2(8.0, 3.0);
    });
    // Text in the table has the same contrast as on buttons.
    ctx.style_mut_of(egui::Theme::Dark, |style| {
        style.visuals.widgets.noninteractive.fg_stroke.color = TEXT_ON_DARK;
    });
    ctx.style_mut_of(egui::Theme::Light, |style| {
        style.visuals.widgets.noninteractive.fg_stroke.color = TEXT_ON_LIGHT;
    });
}
