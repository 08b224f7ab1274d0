//! Text that is seen and not read out: what it says is said by something else, too.

use egui::{Color32, Sense, TextStyle, Ui, pos2, vec2};

/// Paints a text as a label would stand, at least this wide, in points. It has no node for screen readers.
pub(super) fn text(ui: &mut Ui, text: &str, colour: Color32, least_width: f32) {
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    let size = vec2(galley.size().x.max(least_width), ui.spacing().interact_size.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(rect.left(), top), galley, colour);
}
