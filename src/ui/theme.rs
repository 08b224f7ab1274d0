//! Every colour and measure of the window, in one place. Sizes are in points.

#![expect(clippy::disallowed_methods, reason = "the only place for literal colours")]

use egui::style::ScrollStyle;
use egui::{Color32, Context, FontDefinitions, FontFamily, Visuals};

/// What the key is called that goes with shortcuts.
pub(super) const CTRL: &str = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };

/// The height of a row of the table.
pub(super) const ROW_HEIGHT: f32 = 22.0;
/// The height of the table's header.
pub(super) const HEADER_HEIGHT: f32 = 26.0;
/// The room at the left and the right of a cell's content.
pub(super) const CELL_PADDING: f32 = 8.0;
/// The width of a column's edge, where it can be taken hold of.
pub(super) const EDGE_WIDTH: f32 = 8.0;
/// The width of the sign that opens and closes a group.
pub(super) const FOLD_WIDTH: f32 = 22.0;
/// The width of the bar before a selected row.
pub(super) const SELECTED_BAR: f32 = 3.0;
/// Half the size of a check mark.
pub(super) const MARK: f32 = 7.0;
/// The room for the mark of those who are logged in more than once.
pub(super) const BADGE_ROOM: f32 = 30.0;
/// The scroll bar's thumb is never lower.
pub(super) const LEAST_THUMB: f32 = 24.0;
/// How round small things are.
pub(super) const ROUNDING: f32 = 3.0;
/// How many sessions of a group are looked at for who is in it twice.
pub(super) const LOOKED_AT: usize = 1000;
/// Where there is less room than this, filters on single values stand in a menu.
pub(super) const ROOM_FOR_FILTERS: f32 = 160.0;
/// Below the words in place of the table.
pub(super) const BELOW_WORDS: f32 = 24.0;
/// The most that the list of nodes takes of the height.
pub(super) const NODES_HEIGHT: f32 = 400.0;
/// The width of the boxes of a login.
pub(super) const LOGIN_WIDTH: f32 = 170.0;
/// The width of a menu that would otherwise break its lines.
pub(super) const MENU_WIDTH: f32 = 180.0;
/// The width of the list of users and projects at first.
pub(super) const COUNTS_WIDTH: f32 = 220.0;
/// The width of the pane of a session at first.
pub(super) const DETAILS_WIDTH: f32 = 250.0;
/// Neither is narrower.
pub(super) const LEAST_PANEL: f32 = 140.0;
/// What is left below the questions of a gateway, whatever they take.
pub(super) const BELOW_DOOR: f32 = 90.0;
/// The width of the form of a gateway at first.
pub(super) const FORM_WIDTH: f32 = 330.0;
/// It is never narrower.
pub(super) const LEAST_FORM: f32 = 260.0;
/// Where there is less room than this, it takes the place of the table.
pub(super) const ROOM_FOR_FORM: f32 = 700.0;
/// Likewise.
pub(super) const FORM_HEIGHT: f32 = 300.0;
/// The most that a question takes of the width.
pub(super) const QUESTION_WIDTH: f32 = 420.0;
/// What the title of a list of users or projects takes.
pub(super) const FACET_TITLE: f32 = 28.0;
/// The width of the bar of an export under way.
pub(super) const PROGRESS_WIDTH: f32 = 90.0;
/// The width of a filter box.
pub(super) const FILTER_WIDTH: f32 = 210.0;
/// The width of the gateway's box.
pub(super) const GATEWAY_WIDTH: f32 = 240.0;
/// The height of the line under the filter boxes, which is kept free so that a fault moves nothing.
pub(super) const FAULT_HEIGHT: f32 = 22.0;
/// The width of a filter box's name.
pub(super) const CAPTION_WIDTH: f32 = 62.0;
/// The size of text that stands back: in that line, and beside the boxes.
pub(super) const SMALL_TEXT: f32 = 12.0;
/// The least width of the mark under a fault.
pub(super) const LEAST_MARK: f32 = 7.0;
/// What the buttons beside the path of an export take.
pub(super) const PATH_BUTTONS: f32 = 170.0;
/// The least width of that path.
pub(super) const LEAST_PATH: f32 = 120.0;
/// The width from which both filters stand side by side.
pub(super) const WIDE: f32 = 940.0;
/// The least window that holds the bars.
pub(super) const LEAST_WINDOW: [f32; 2] = [560.0, 360.0];
/// The window at the first start.
pub(super) const FIRST_WINDOW: [f32; 2] = [1080.0, 680.0];
/// How opaque a table is that may no longer be true.
pub(super) const STALE_OPACITY: f32 = 0.55;

/// The background of the part of a cell that a filter found.
pub(super) fn found(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode { Color32::from_rgb(0x6a, 0x58, 0x10) } else { Color32::from_rgb(0xff, 0xe0, 0x80) }
}

const TEXT_ON_DARK: Color32 = Color32::from_gray(0xd0);
const TEXT_ON_LIGHT: Color32 = Color32::from_gray(0x28);

/// What a colour says. Never the only sign of it: a word stands beside it.
#[derive(Clone, Copy)]
pub(super) enum Severity {
    /// All is well.
    Good,
    /// Something is not as it should be, and the program goes on.
    Warning,
    /// Something does not work.
    Fault,
}

/// The colour for a tone, readable on the present background.
pub(super) fn colour(visuals: &Visuals, tone: Severity) -> Color32 {
    match (tone, visuals.dark_mode) {
        (Severity::Good, true) => Color32::from_rgb(0x6c, 0xc0, 0x70),
        (Severity::Good, false) => Color32::from_rgb(0x1f, 0x7a, 0x2c),
        (Severity::Warning, true) => Color32::from_rgb(0xe0, 0xb0, 0x50),
        (Severity::Warning, false) => Color32::from_rgb(0x8a, 0x5a, 0x00),
        (Severity::Fault, true) => Color32::from_rgb(0xf0, 0x80, 0x78),
        (Severity::Fault, false) => Color32::from_rgb(0xb0, 0x20, 0x20),
    }
}

/// Sets the window up for quiet, also over a remote desktop, which ships every frame as a picture.
pub(super) fn apply(ctx: &Context) {
    // The font of the code also has the signs that the window uses; the one of the text has not, and not every
    // machine has another.
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
    // The table is read all day: its text stands out as much as a button's does.
    ctx.style_mut_of(egui::Theme::Dark, |style| {
        style.visuals.widgets.noninteractive.fg_stroke.color = TEXT_ON_DARK;
    });
    ctx.style_mut_of(egui::Theme::Light, |style| {
        style.visuals.widgets.noninteractive.fg_stroke.color = TEXT_ON_LIGHT;
    });
}
