//! The style of all widgets, made of the tokens, and the sizes of single ones.

mod sizes;

use egui::epaint::{FontColorTransferFunction, Shadow};
use egui::style::{ScrollStyle, Style, WidgetVisuals};
use egui::{Context, FontFamily, FontId, Stroke, TextStyle, Theme, Visuals, vec2};

use super::fonts;
use super::tokens::{self, Palette};
pub(super) use sizes::*;

/// The label of the modifier key of shortcuts.
pub(super) const CTRL: &str = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };
/// The label of the Alt key.
pub(super) const ALT: &str = if cfg!(target_os = "macos") { "Option" } else { "Alt" };

/// Applies fonts and styles. Nothing blinks or moves, because a remote desktop sends every frame as a picture.
pub(super) fn apply(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.all_styles_mut(set_sizes);
    for (theme, palette) in [(Theme::Dark, &tokens::DARK), (Theme::Light, &tokens::LIGHT)] {
        ctx.style_mut_of(theme, |style| set_colors(&mut style.visuals, palette));
    }
}

/// Returns the scroll bars, which are over the contents and don't change under the pointer.
fn scroll_style() -> ScrollStyle {
    ScrollStyle {
        floating: true,
        bar_width: THUMB_WIDTH,
        floating_width: THUMB_WIDTH,
        floating_allocated_width: 0.0,
        bar_outer_margin: THUMB_MARGIN,
        handle_min_length: MIN_THUMB,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        dormant_handle_opacity: 1.0,
        active_handle_opacity: 1.0,
        interact_handle_opacity: 1.0,
        ..ScrollStyle::solid()
    }
}

/// Returns scroll bars beside the contents. Over them, they would hide text and take clicks.
pub(super) fn scroll_beside_contents() -> ScrollStyle {
    ScrollStyle { floating_allocated_width: THUMB_PLACE, ..scroll_style() }
}

fn set_sizes(style: &mut Style) {
    let font = |size, family| FontId::new(size, family);
    style.text_styles = [
        (TextStyle::Small, font(tokens::TYPE_SECONDARY, FontFamily::Proportional)),
        (TextStyle::Body, font(tokens::TYPE_BODY, FontFamily::Proportional)),
        (TextStyle::Button, font(tokens::TYPE_BODY, FontFamily::Proportional)),
        (TextStyle::Heading, font(tokens::TYPE_TITLE, fonts::semibold())),
        (TextStyle::Monospace, font(tokens::TYPE_SECONDARY, FontFamily::Monospace)),
    ]
    .into();
    style.animation_time = 0.0;
    style.visuals.text_cursor.blink = false;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = tokens::TIME_TOOLTIP.as_secs_f32();
    let spacing = &mut style.spacing;
    spacing.scroll = scroll_style();
    spacing.item_spacing = vec2(2.0 * tokens::UNIT, tokens::UNIT);
    spacing.button_padding = vec2(2.0 * tokens::UNIT, BUTTON_PADDING);
    spacing.menu_spacing = tokens::POPUP_GAP;
    spacing.tooltip_width = TOOLTIP_WIDTH;
}

fn set_colors(visuals: &mut Visuals, palette: &Palette) {
    // As in browsers. The default for dark backgrounds makes text bolder and brighter than its color.
    visuals.text_options.color_transfer_function = FontColorTransferFunction::Off;
    // The tokens have a color for what is disabled.
    visuals.disabled_alpha = 1.0;
    visuals.panel_fill = palette.surface;
    visuals.window_fill = palette.popup;
    visuals.window_stroke = Stroke::new(tokens::LINE, palette.popup_border);
    visuals.window_corner_radius = tokens::RADIUS_POPUP.into();
    visuals.menu_corner_radius = tokens::RADIUS_CONTROL.into();
    let shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: palette.shadow };
    (visuals.window_shadow, visuals.popup_shadow) = (shadow, shadow);
    visuals.extreme_bg_color = palette.table;
    visuals.text_edit_bg_color = Some(palette.input);
    visuals.faint_bg_color = palette.row_hover;
    visuals.code_bg_color = palette.control;
    visuals.hyperlink_color = palette.link;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    visuals.weak_text_color = Some(palette.secondary);
    visuals.text_cursor.stroke = Stroke::new(tokens::LINE, palette.text);
    visuals.selection.bg_fill = palette.selection;
    visuals.selection.stroke = Stroke::new(tokens::FOCUS_WIDTH, palette.focus);
    let widget = |background, border, text| WidgetVisuals {
        bg_fill: background,
        weak_bg_fill: background,
        bg_stroke: Stroke::new(tokens::LINE, border),
        corner_radius: tokens::RADIUS_CONTROL.into(),
        fg_stroke: Stroke::new(tokens::LINE, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(palette.surface, palette.divider, palette.text);
    visuals.widgets.inactive = widget(palette.control, palette.control, palette.text);
    visuals.widgets.hovered = widget(palette.hover, palette.control_border_hover, palette.text);
    visuals.widgets.active = widget(palette.pressed, palette.control_border_hover, palette.text);
    visuals.widgets.open = widget(palette.pressed, palette.control_border_hover, palette.text);
    let widgets = &mut visuals.widgets;
    // The thumbs of scroll bars. Buttons have the weak one.
    for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        state.bg_fill = palette.scroll_thumb;
    }
}
