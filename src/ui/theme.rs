//! Every colour and measure of the window, in one place. Sizes are in points.

use egui::{Color32, Context, FontDefinitions, FontFamily, Visuals};

/// The height of a row of the table.
pub(super) const ROW_HEIGHT: f32 = 22.0;
/// The height of the table's header.
pub(super) const HEADER_HEIGHT: f32 = 26.0;
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
pub(super) enum Tone {
    /// All is well.
    Good,
    /// Something is not as it should be, and the program goes on.
    Warning,
    /// Something does not work.
    Fault,
}

/// The colour for a tone, readable on the present background.
pub(super) fn colour(visuals: &Visuals, tone: Tone) -> Color32 {
    match (tone, visuals.dark_mode) {
        (Tone::Good, true) => Color32::from_rgb(0x6c, 0xc0, 0x70),
        (Tone::Good, false) => Color32::from_rgb(0x1f, 0x7a, 0x2c),
        (Tone::Warning, true) => Color32::from_rgb(0xe0, 0xb0, 0x50),
        (Tone::Warning, false) => Color32::from_rgb(0x8a, 0x5a, 0x00),
        (Tone::Fault, true) => Color32::from_rgb(0xf0, 0x80, 0x78),
        (Tone::Fault, false) => Color32::from_rgb(0xb0, 0x20, 0x20),
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
