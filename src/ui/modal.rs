//! The background of the palette and the settings: a backdrop over the window, and a frame with the shadow of popups.

use egui::{Context, Frame, Id, Modal, Stroke};

use super::tokens::{self, palette};

/// Returns a dialog in the middle of the window, without a margin inside.
pub(super) fn new(ctx: &Context, id: Id) -> Modal {
    let style = ctx.global_style();
    let p = palette(&style.visuals);
    let frame = Frame::NONE
        .fill(p.popup)
        .stroke(Stroke::new(tokens::LINE, p.popup_border))
        .corner_radius(tokens::RADIUS_POPUP)
        .shadow(style.visuals.popup_shadow);
    Modal::new(id).backdrop_color(p.backdrop).frame(frame)
}
