//! The change of colors under the pointer, which takes a moment. Nothing moves, and nothing is drawn again afterwards.

use egui::{Color32, Context, Id, Response};

use super::tokens::{self, Palette};

/// Returns how far a widget has the colors of one under the pointer, from 0 to 1.
pub(super) fn strength(response: &Response) -> f32 {
    strength_of(&response.ctx, response.id, response.enabled() && response.hovered())
}

/// Like [`strength`], for a widget given by its ID.
pub(super) fn strength_of(ctx: &Context, id: Id, is_hovered: bool) -> f32 {
    ctx.animate_bool_with_time(id.with("hover"), is_hovered, tokens::TIME_HOVER.as_secs_f32())
}

/// Returns the color of a widget between that at rest and that under the pointer.
pub(super) fn color(response: &Response, rest: Color32, hovered: Color32) -> Color32 {
    blend(rest, hovered, strength(response))
}

/// Returns the background of a widget: that of a pressed one, else that between `rest` and under the pointer.
pub(super) fn background(response: &Response, p: &Palette, rest: Color32) -> Color32 {
    let hovered = color(response, rest, p.hover);
    if response.is_pointer_button_down_on() { p.pressed } else { hovered }
}

/// Returns the color between that at rest and that under the pointer.
pub(super) fn blend(rest: Color32, hovered: Color32, strength: f32) -> Color32 {
    match strength {
        strength if strength <= 0.0 => rest,
        strength if strength >= 1.0 => hovered,
        strength => rest.lerp_to_gamma(hovered, strength),
    }
}
