//! The design tokens: the colors of the themes, and the sizes, text styles and durations that several widgets share. Sizes are
//! in points.

#![expect(clippy::disallowed_methods, reason = "the one place for literal colors")]

use std::time::Duration;

use egui::{Color32, Visuals};

/// The colors of a theme.
#[derive(Debug)]
pub(super) struct Palette {
    /// Rows and views.
    pub(super) table: Color32,
    /// Bars, rail, panels, cards.
    pub(super) surface: Color32,
    /// Column headers.
    pub(super) header: Color32,
    /// Menus, dialogs, toasts, tooltips.
    pub(super) popup: Color32,
    /// Boxes, selects, segments, checks.
    pub(super) input: Color32,
    /// Soft buttons, chips, code.
    pub(super) control: Color32,
    /// A control under the pointer.
    pub(super) hover: Color32,
    /// A pressed control, and a panel button that is on.
    pub(super) pressed: Color32,
    /// A row under the pointer.
    pub(super) row_hover: Color32,
    /// Selected rows, and lit toggles.
    pub(super) selection: Color32,
    /// Selected rows without focus.
    pub(super) selection_inactive: Color32,
    /// Lines between rows.
    pub(super) row_line: Color32,
    /// Lines between regions.
    pub(super) divider: Color32,
    /// The border of popups.
    pub(super) popup_border: Color32,
    /// The border of boxes.
    pub(super) control_border: Color32,
    /// The border of a control under the pointer.
    pub(super) control_border_hover: Color32,
    /// The focus ring.
    pub(super) focus: Color32,
    /// Cells and titles.
    pub(super) text: Color32,
    /// Labels, ghost buttons, client IDs, rows that left, stale tables.
    pub(super) secondary: Color32,
    /// Disabled controls.
    pub(super) disabled: Color32,
    /// Links, lit icons, the mark of a tab.
    pub(super) link: Color32,
    /// Primary buttons.
    pub(super) accent: Color32,
    /// A primary button under the pointer.
    pub(super) accent_hover: Color32,
    /// A pressed primary button.
    pub(super) accent_pressed: Color32,
    /// Text on `accent`.
    pub(super) on_accent: Color32,
    /// The bar of a new row.
    pub(super) new: Color32,
    /// Everything works.
    pub(super) ok: Color32,
    /// Duplicates, possible sessions, some nodes down.
    pub(super) warning: Color32,
    /// The gateway bar while paused.
    pub(super) warning_background: Color32,
    /// Errors.
    pub(super) error: Color32,
    /// The gateway bar of an unreachable gateway.
    pub(super) error_background: Color32,
    /// The button that terminates.
    pub(super) danger: Color32,
    /// Text on `danger`.
    pub(super) on_danger: Color32,
    /// The gateway bar of the past.
    pub(super) past_background: Color32,
    /// The part of a cell that a filter matches.
    pub(super) found: Color32,
    /// Text on `found`.
    pub(super) on_found: Color32,
    /// Clients in the timeline.
    pub(super) chart_client: Color32,
    /// Designers in the timeline.
    pub(super) chart_designer: Color32,
    /// Lines of the chart.
    pub(super) chart_line: Color32,
    /// Times without data.
    pub(super) hatch: Color32,
    /// The backdrop of dialogs.
    pub(super) backdrop: Color32,
    /// The shadow of popups.
    pub(super) shadow: Color32,
    /// The thumb of a scroll bar.
    pub(super) scroll_thumb: Color32,
}

/// Returns the colors of the current theme.
pub(super) fn palette(visuals: &Visuals) -> &'static Palette {
    if visuals.dark_mode { &DARK } else { &LIGHT }
}

/// The dark theme.
pub(super) const DARK: Palette = Palette {
    table: rgb(0x14, 0x17, 0x1c),
    surface: rgb(0x1b, 0x1f, 0x26),
    header: rgb(0x20, 0x25, 0x2d),
    popup: rgb(0x20, 0x25, 0x2d),
    input: rgb(0x14, 0x17, 0x1c),
    control: rgb(0x28, 0x2e, 0x38),
    hover: rgb(0x2a, 0x31, 0x3c),
    pressed: rgb(0x34, 0x3c, 0x49),
    row_hover: rgb(0x1c, 0x21, 0x29),
    selection: rgb(0x17, 0x3a, 0x63),
    selection_inactive: rgb(0x2b, 0x32, 0x3d),
    row_line: rgb(0x1b, 0x1f, 0x26),
    divider: rgb(0x2c, 0x32, 0x3d),
    popup_border: rgb(0x3a, 0x42, 0x50),
    control_border: rgb(0x6e, 0x78, 0x87),
    control_border_hover: rgb(0x8f, 0x99, 0xa8),
    focus: rgb(0x7a, 0xb4, 0xff),
    text: rgb(0xe4, 0xe7, 0xec),
    secondary: rgb(0xa4, 0xad, 0xba),
    disabled: rgb(0x6e, 0x78, 0x87),
    link: rgb(0x7a, 0xb4, 0xff),
    accent: rgb(0x2f, 0x6f, 0xed),
    accent_hover: rgb(0x2a, 0x66, 0xdd),
    accent_pressed: rgb(0x22, 0x58, 0xc4),
    on_accent: rgb(0xff, 0xff, 0xff),
    new: rgb(0x5b, 0x9b, 0xff),
    ok: rgb(0x4c, 0xc3, 0x8a),
    warning: rgb(0xf0, 0xb7, 0x4a),
    warning_background: rgb(0x30, 0x28, 0x1a),
    error: rgb(0xff, 0x80, 0x78),
    error_background: rgb(0x38, 0x1f, 0x22),
    danger: rgb(0xc9, 0x3a, 0x35),
    on_danger: rgb(0xff, 0xff, 0xff),
    past_background: rgb(0x16, 0x29, 0x4a),
    found: rgb(0x5a, 0x47, 0x00),
    on_found: rgb(0xff, 0xf0, 0xb3),
    chart_client: rgb(0x4a, 0x82, 0xd9),
    chart_designer: rgb(0xa7, 0x8b, 0xfa),
    chart_line: rgb(0x2c, 0x32, 0x3d),
    hatch: rgb(0x6e, 0x78, 0x87),
    backdrop: rgba(0x08, 0x0a, 0x0d, 143),
    shadow: rgba(0x00, 0x00, 0x00, 122),
    scroll_thumb: rgb(0x7c, 0x87, 0x96),
};

/// The light theme.
pub(super) const LIGHT: Palette = Palette {
    table: rgb(0xff, 0xff, 0xff),
    surface: rgb(0xf5, 0xf6, 0xf8),
    header: rgb(0xec, 0xef, 0xf3),
    popup: rgb(0xff, 0xff, 0xff),
    input: rgb(0xff, 0xff, 0xff),
    control: rgb(0xe6, 0xea, 0xf0),
    hover: rgb(0xe6, 0xea, 0xf0),
    pressed: rgb(0xda, 0xe0, 0xe8),
    row_hover: rgb(0xf1, 0xf5, 0xfa),
    selection: rgb(0xcf, 0xe3, 0xff),
    selection_inactive: rgb(0xe3, 0xe7, 0xed),
    row_line: rgb(0xf0, 0xf2, 0xf5),
    divider: rgb(0xd9, 0xde, 0xe6),
    popup_border: rgb(0xc3, 0xca, 0xd4),
    control_border: rgb(0x7d, 0x87, 0x95),
    control_border_hover: rgb(0x53, 0x5d, 0x6b),
    focus: rgb(0x1f, 0x5f, 0xd6),
    text: rgb(0x1a, 0x1f, 0x27),
    secondary: rgb(0x53, 0x5d, 0x6b),
    disabled: rgb(0x7d, 0x87, 0x95),
    link: rgb(0x0b, 0x5c, 0xc4),
    accent: rgb(0x1f, 0x5f, 0xd6),
    accent_hover: rgb(0x1a, 0x55, 0xc2),
    accent_pressed: rgb(0x15, 0x4a, 0xab),
    on_accent: rgb(0xff, 0xff, 0xff),
    new: rgb(0x1f, 0x5f, 0xd6),
    ok: rgb(0x11, 0x70, 0x3b),
    warning: rgb(0x85, 0x50, 0x00),
    warning_background: rgb(0xff, 0xf2, 0xd6),
    error: rgb(0xb3, 0x26, 0x1e),
    error_background: rgb(0xfd, 0xe8, 0xe6),
    danger: rgb(0xb3, 0x26, 0x1e),
    on_danger: rgb(0xff, 0xff, 0xff),
    past_background: rgb(0xe4, 0xee, 0xfc),
    found: rgb(0xff, 0xe2, 0x7a),
    on_found: rgb(0x1a, 0x1f, 0x27),
    chart_client: rgb(0x43, 0x79, 0xd2),
    chart_designer: rgb(0x8b, 0x5c, 0xf6),
    chart_line: rgb(0xd9, 0xde, 0xe6),
    hatch: rgb(0x7d, 0x87, 0x95),
    backdrop: rgba(0x1a, 0x1f, 0x27, 82),
    shadow: rgba(0x1a, 0x1f, 0x27, 46),
    scroll_thumb: rgb(0x72, 0x7c, 0x8a),
};

const fn rgb(red: u8, green: u8, blue: u8) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

const fn rgba(red: u8, green: u8, blue: u8, alpha: u8) -> Color32 {
    Color32::from_rgba_unmultiplied_const(red, green, blue, alpha)
}

// Sizes

/// The grid.
pub(super) const UNIT: f32 = 4.0;
/// Buttons and boxes.
pub(super) const CONTROL_HEIGHT: f32 = 28.0;
/// Controls in the footer, in panel titles and in the tinted gateway bar; chips.
pub(super) const CONTROL_HEIGHT_SMALL: f32 = 24.0;
/// Toggles inside a filter box, copy buttons.
pub(super) const TOGGLE_SIZE: f32 = 20.0;
/// Table rows.
pub(super) const ROW_HEIGHT: f32 = 24.0;
/// Table rows of the compact density.
pub(super) const ROW_HEIGHT_COMPACT: f32 = 20.0;
/// Rows of the rail, palette and settings.
pub(super) const LIST_ROW_HEIGHT: f32 = 32.0;
/// Rows of menus.
pub(super) const MENU_ROW_HEIGHT: f32 = 28.0;
/// Column headers.
pub(super) const HEADER_HEIGHT: f32 = 28.0;
/// Gateway bar and the titles of rail and panels.
pub(super) const BAR_HEIGHT: f32 = 40.0;
/// The row of filter boxes, and the one of tabs and view controls below it.
pub(super) const FILTER_ROW_HEIGHT: f32 = 40.0;
pub(super) const VIEW_ROW_HEIGHT: f32 = 36.0;
/// The row of filter boxes in a window without the row below it, with the line at its edge.
pub(super) const COMPACT_FILTER_ROW_HEIGHT: f32 = 37.0;
/// The timeline, and what is left and right of its chart.
pub(super) const TIMELINE_HEIGHT: f32 = 60.0;
pub(super) const TIMELINE_LEFT: f32 = 116.0;
pub(super) const TIMELINE_RIGHT: f32 = 40.0;
/// The title of the bottom panel.
pub(super) const BOTTOM_HEAD_HEIGHT: f32 = 36.0;
/// The footer.
pub(super) const FOOTER_HEIGHT: f32 = 32.0;
/// The rail and the right panel.
pub(super) const RAIL_WIDTH: f32 = 200.0;
pub(super) const SIDE_WIDTH: f32 = 280.0;
/// Space between a control and its popup.
pub(super) const POPUP_GAP: f32 = 4.0;

// Shapes

/// Corners of controls, of small parts and of popups.
pub(super) const RADIUS_CONTROL: f32 = 6.0;
pub(super) const RADIUS_SMALL: f32 = 4.0;
pub(super) const RADIUS_POPUP: f32 = 8.0;
/// Corners of the cursor and of marked text.
pub(super) const CURSOR_RADIUS: f32 = 2.0;
/// Widths of lines: borders, focus rings, the bar of a new row.
pub(super) const LINE: f32 = 1.0;
pub(super) const FOCUS_WIDTH: f32 = 2.0;
pub(super) const NEW_BAR_WIDTH: f32 = 3.0;
/// Icons in controls, in small controls and in views.
pub(super) const ICON: f32 = 16.0;
pub(super) const ICON_SMALL: f32 = 14.0;
/// Icons in column headers and chips.
pub(super) const ICON_TINY: f32 = 12.0;
pub(super) const ICON_VIEW: f32 = 32.0;

// Type

/// Column headers, group titles, axes.
pub(super) const TYPE_CAPTION: f32 = 11.0;
/// Labels, shortcuts, counts, IDs and patterns.
pub(super) const TYPE_SECONDARY: f32 = 12.0;
/// Cells and controls.
pub(super) const TYPE_BODY: f32 = 13.0;
/// Gateway name, titles of panels and dialogs.
pub(super) const TYPE_TITLE: f32 = 15.0;
/// Titles in the table's place.
pub(super) const TYPE_VIEW: f32 = 18.0;
/// Line heights of these.
pub(super) const LINE_SECONDARY: f32 = 16.0;
pub(super) const LINE_BODY: f32 = 20.0;
pub(super) const LINE_TITLE: f32 = 20.0;
pub(super) const LINE_VIEW: f32 = 24.0;

// Times

/// Time for which a toast stays.
pub(super) const TIME_TOAST: Duration = Duration::from_secs(4);
/// The change of a background under the pointer.
pub(super) const TIME_HOVER: Duration = Duration::from_millis(80);
/// Time until a tooltip opens.
pub(super) const TIME_TOOLTIP: Duration = Duration::from_millis(400);

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the contrast ratio of WCAG 2.
    fn contrast(one: Color32, other: Color32) -> f32 {
        let luminance = |color: Color32| {
            let [red, green, blue, _] = egui::Rgba::from(color).to_array();
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Returns the backgrounds that any text may be on.
    fn backgrounds(p: &Palette) -> [(&'static str, Color32); 14] {
        [
            ("table", p.table),
            ("row-hover", p.row_hover),
            ("selection", p.selection),
            ("selection-inactive", p.selection_inactive),
            ("surface", p.surface),
            ("header", p.header),
            ("popup", p.popup),
            ("input", p.input),
            ("control", p.control),
            ("hover", p.hover),
            ("pressed", p.pressed),
            ("warning-background", p.warning_background),
            ("error-background", p.error_background),
            ("past-background", p.past_background),
        ]
    }

    #[test]
    fn text_has_contrast_on_every_background() {
        for p in [&DARK, &LIGHT] {
            let texts = [p.text, p.secondary, p.link, p.ok, p.warning, p.error];
            for text in texts {
                for (name, background) in backgrounds(p) {
                    let ratio = contrast(text, background);
                    assert!(ratio >= 4.5, "{text:?} on {name}: {ratio:.2}");
                }
            }
            for (text, background) in [
                (p.on_accent, p.accent),
                (p.on_accent, p.accent_hover),
                (p.on_accent, p.accent_pressed),
                (p.on_danger, p.danger),
                (p.on_found, p.found),
            ] {
                let ratio = contrast(text, background);
                assert!(ratio >= 4.5, "{text:?} on {background:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn marks_have_contrast_where_they_are_drawn() {
        for p in [&DARK, &LIGHT] {
            let bars =
                [p.surface, p.header, p.table, p.error_background, p.warning_background, p.past_background];
            let boxes = [p.surface, p.input, p.header, p.popup, p.table];
            let controls = [p.control, p.hover, p.pressed, p.selection];
            let rows = [p.table, p.row_hover, p.selection, p.selection_inactive];
            let all = backgrounds(p).map(|(_, background)| background);
            for (name, mark, backgrounds) in [
                ("control-border", p.control_border, &boxes[..]),
                ("control-border", p.control_border, &bars[..]),
                ("control-border-hover", p.control_border_hover, &controls[..]),
                ("focus", p.focus, &all[..]),
                ("link", p.link, &all[..]),
                ("new", p.new, &rows[..]),
                ("scroll-thumb", p.scroll_thumb, &[p.table, p.surface, p.popup][..]),
                ("accent", p.accent, &[p.surface, p.popup, p.table, p.row_hover][..]),
                ("danger", p.danger, &[p.popup][..]),
            ] {
                for background in backgrounds {
                    let ratio = contrast(mark, *background);
                    // Rounded as in a table with one digit.
                    assert!(ratio >= 2.95, "{name} on {background:?}: {ratio:.2}");
                }
            }
        }
    }
}
