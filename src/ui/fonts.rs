//! The fonts of the window, see `assets/fonts`. Scripts that they lack come from the system's fonts.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontData, FontDefinitions, FontFamily, FontId, Galley, Painter};

use super::tokens;

const SANS: &str = "Gatewatch Sans";
const SANS_SEMIBOLD: &str = "Gatewatch Sans SemiBold";
const MONO: &str = "Gatewatch Mono";
const ICONS: &str = "Gatewatch Icons";

/// Returns the family of titles, column headers and primary buttons.
pub(super) fn semibold() -> FontFamily {
    FontFamily::Name(SANS_SEMIBOLD.into())
}

/// Returns the family of icons.
pub(super) fn icons() -> FontFamily {
    FontFamily::Name(ICONS.into())
}

/// Returns the format of a text. Text of the secondary size has a line height: without it, its row has an odd number of pixels
/// and is a pixel too low in a control.
pub(super) fn format(font: FontId, color: Color32) -> TextFormat {
    let is_secondary = (font.size - tokens::TYPE_SECONDARY).abs() < f32::EPSILON;
    let line_height = is_secondary.then_some(tokens::LINE_SECONDARY);
    TextFormat { line_height, ..TextFormat::simple(font, color) }
}

/// Lays out a text in one line.
pub(super) fn line(painter: &Painter, text: impl Into<String>, font: FontId, color: Color32) -> Arc<Galley> {
    painter.layout_job(LayoutJob::single_section(text.into(), format(font, color)))
}

/// Returns the fonts of all families.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [
        (SANS, &include_bytes!("../../assets/fonts/GatewatchSans-Regular.otf")[..]),
        (SANS_SEMIBOLD, include_bytes!("../../assets/fonts/GatewatchSans-SemiBold.otf")),
        (MONO, include_bytes!("../../assets/fonts/GatewatchMono-Regular.ttf")),
        (ICONS, include_bytes!("../../assets/fonts/GatewatchIcons.ttf")),
    ] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let families = [
        (FontFamily::Proportional, &[SANS][..]),
        (semibold(), &[SANS_SEMIBOLD]),
        (FontFamily::Monospace, &[MONO, SANS]),
        (icons(), &[ICONS]),
    ];
    for (family, names) in families {
        fonts.families.insert(family, names.iter().map(|name| (*name).to_owned()).collect());
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tokens::TYPE_BODY;
    use egui::Context;

    fn context() -> Context {
        let ctx = Context::default();
        ctx.set_fonts(definitions());
        // The fonts are set at the start of the next frame.
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        ctx
    }

    #[test]
    fn missing_characters_are_drawn_as_boxes() {
        let ctx = context();
        for family in [FontFamily::Proportional, semibold(), FontFamily::Monospace] {
            let font = FontId::new(TYPE_BODY, family);
            let text = "\u{4E2D}".to_owned();
            let galley =
                ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text, font.clone(), egui::Color32::WHITE));
            assert!(galley.mesh_bounds.is_positive(), "{font:?}: {:?}", galley.mesh_bounds);
        }
    }

    #[test]
    fn text_in_the_middle_of_a_control_is_at_the_designed_place() {
        let ctx = context();
        // The center of the control, and the distance of the baseline below it.
        for (size, center, expected) in
            [(12.0, 62.0, 4.0), (12.0, 784.5, 4.5), (13.0, 62.0, 5.0), (13.0, 97.5, 5.5)]
        {
            let mut baseline = 0.0;
            let draw = |ui: &mut egui::Ui| {
                let galley = line(ui.painter(), "H", FontId::proportional(size), Color32::WHITE);
                let top: f32 = center - galley.size().y / 2.0;
                baseline = top.round() + galley.rows[0].glyphs[0].pos.y;
            };
            ctx.run_ui(egui::RawInput::default(), draw).textures_delta.clear();
            assert!((baseline - center - expected).abs() < f32::EPSILON, "{size} at {center}: {baseline}");
        }
    }

    #[test]
    fn digits_have_one_width() {
        let ctx = context();
        for family in [FontFamily::Proportional, semibold(), FontFamily::Monospace] {
            let font = FontId::new(TYPE_BODY, family);
            let widths: Vec<f32> =
                ctx.fonts_mut(|fonts| ('0'..='9').map(|digit| fonts.glyph_width(&font, digit)).collect());
            assert!(
                widths[0] > 0.0 && widths.iter().all(|width| (width - widths[0]).abs() < 0.001),
                "{font:?}: {widths:?}"
            );
        }
    }
}
