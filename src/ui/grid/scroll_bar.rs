//! The vertical scroll bar. Its position is a fraction, which is as exact for a million lines as for a hundred.

use egui::accesskit::{Orientation, Role};
use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::super::command::Command;
use super::super::theme;
use super::super::tokens::palette;
use crate::table::{Action, Metrics, Scroll};

/// Draws the scroll bar in `track`, over the rows, unless everything is visible.
pub(super) fn show(ui: &mut Ui, track: Rect, scroll: Scroll, metrics: Metrics, commands: &mut Vec<Command>) {
    let Some(fraction) = scroll.fraction(metrics) else {
        return;
    };
    let thumb = thumb(track, metrics, fraction);
    let id = Id::unique("vertical scroll bar");
    let response = ui.interact(track, id, Sense::CLICK | Sense::DRAG);
    if let Some(pointer) = response.interact_pointer_pos() {
        // The distance from the top of the thumb to the pointer, kept while it is dragged.
        let mut grip: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
        if response.drag_started() {
            let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            // A drag that starts outside the thumb moves its middle to the pointer.
            grip = if thumb.contains(press) { press.y - thumb.top() } else { thumb.height() / 2.0 };
            ui.data_mut(|data| data.insert_temp(id, grip));
        }
        if response.dragged() {
            let range = (track.height() - thumb.height()).max(1.0);
            let fraction = f64::from((pointer.y - grip - track.top()) / range);
            commands.push(Command::Table(Action::ScrollTo(fraction)));
        } else if response.clicked() && !thumb.contains(pointer) {
            let page = f64::from(metrics.view_px.saturating_sub(metrics.line_px));
            let pixels = if pointer.y < thumb.top() { -page } else { page };
            commands.push(Command::Table(Action::ScrollBy(pixels)));
        }
    }
    let palette = palette(ui.visuals());
    let is_active = response.hovered() || response.dragged();
    let fill = if is_active { palette.control_border_hover } else { palette.scroll_thumb };
    ui.painter().rect_filled(thumb.shrink2(vec2(theme::THUMB_MARGIN, 0.0)), theme::THUMB_WIDTH / 2.0, fill);
    super::describe(ui.ctx(), response.id, track, |node| {
        node.set_role(Role::ScrollBar);
        node.set_label("Vertical scroll bar");
        node.set_orientation(Orientation::Vertical);
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_numeric_value(fraction);
    });
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a thumb is painted to the pixel"
)]
fn thumb(track: Rect, metrics: Metrics, fraction: f64) -> Rect {
    let track = track.shrink2(vec2(0.0, theme::THUMB_MARGIN));
    let all_px = metrics.lines as f64 * f64::from(metrics.line_px);
    let visible = f64::from(metrics.view_px) / all_px.max(1.0);
    let height = (track.height() * visible as f32).max(theme::MIN_THUMB).min(track.height());
    let top = track.top() + (track.height() - height) * fraction.clamp(0.0, 1.0) as f32;
    Rect::from_min_size(pos2(track.left(), top), vec2(track.width(), height))
}
