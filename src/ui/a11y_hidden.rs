//! Text that is seen and not read out: what it says is said by something else, too.

use egui::{Color32, FontId, Sense, TextStyle, Ui, Vec2, pos2, vec2};

use super::theme;

/// Paints a text as a label would stand, at least this wide, in points. It has no node for screen readers.
pub(super) fn text(ui: &mut Ui, text: &str, colour: Color32, least_width: f32) {
    let font = TextStyle::Body.resolve(ui.style());
    let height = ui.spacing().interact_size.y;
    paint(ui, text, font, colour, vec2(least_width, height));
}

/// The same in small, as the title of what stands below.
pub(super) fn small_title(ui: &mut Ui, text: &str) {
    let colour = ui.visuals().weak_text_color();
    paint(ui, text, FontId::proportional(theme::SMALL_TEXT), colour, Vec2::ZERO);
}

fn paint(ui: &mut Ui, text: &str, font: FontId, colour: Color32, least: Vec2) {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    let size = galley.size().max(least);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(rect.left(), top), galley, colour);
}
