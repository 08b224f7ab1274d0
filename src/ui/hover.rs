//! The change of colors under the pointer, which takes a moment. Nothing moves, and nothing is drawn again afterwards.

use egui::{Color32, Response};

use super::tokens;

/// Returns how far a widget has the colors of one under the pointer, from 0 to 1.
pub(super) fn strength(response: &Response) -> f32 {
    let is_hovered = response.enabled() && response.hovered();
    let id = response.id.with("hover");
    response.ctx.animate_bool_with_time(id, is_hovered, tokens::TIME_HOVER.as_secs_f32())
}

/// Returns the color between that at rest and that under the pointer.
pub(super) fn blend(rest: Color32, hovered: Color32, strength: f32) -> Color32 {
    match strength {
        strength if strength <= 0.0 => rest,
        strength if strength >= 1.0 => hovered,
        strength => rest.lerp_to_gamma(hovered, strength),
    }
}
