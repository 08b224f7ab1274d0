//! The vertical scroll bar. It moves in fractions of the way, so it is as exact for a million lines as for a hundred.

use egui::accesskit::{Orientation, Role};
use egui::{Id, Rect, Sense, Ui, vec2};

use super::super::theme;
use crate::table::{Action, PowerTable};

/// Draws the bar beside the table's body, and scrolls the table.
pub(super) fn show(ui: &mut Ui, track: Rect, table: &mut PowerTable) {
    let metrics = table.metrics();
    let Some(fraction) = table.scroll().fraction(metrics) else {
        return;
    };
    let thumb = thumb(track, table, fraction);
    let grip_id = Id::unique("vertical scroll bar");
    let response = ui.interact(track, grip_id, Sense::CLICK | Sense::DRAG);
    // How far below the thumb's top the hand holds it.
    let mut grip: f32 = ui.data(|data| data.get_temp(grip_id)).unwrap_or(0.0);
    if let Some(pointer) = response.interact_pointer_pos() {
        let way = (track.height() - thumb.height()).max(1.0);
        if response.drag_started() {
            let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            // Beside the thumb, the thumb comes to the hand.
            grip = if thumb.contains(press) { press.y - thumb.top() } else { thumb.height() / 2.0 };
            ui.data_mut(|data| data.insert_temp(grip_id, grip));
        }
        if response.dragged() {
            table.act(Action::ScrollTo(f64::from((pointer.y - grip - track.top()) / way)));
            ui.ctx().request_repaint();
        } else if response.clicked() && !thumb.contains(pointer) {
            let page = f64::from(metrics.view_px.saturating_sub(metrics.line_px));
            table.act(Action::ScrollBy(if pointer.y < thumb.top() { -page } else { page }));
            ui.ctx().request_repaint();
        }
    }
    let visuals = ui.style().interact(&response);
    let fill = if response.hovered() || response.dragged() {
        visuals.fg_stroke.color
    } else {
        ui.visuals().widgets.inactive.bg_fill
    };
    ui.painter().rect_filled(track, 0.0, ui.visuals().extreme_bg_color);
    ui.painter().rect_filled(thumb.shrink2(vec2(1.0, 0.0)), theme::ROUNDING, fill);
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
fn thumb(track: Rect, table: &PowerTable, fraction: f64) -> Rect {
    let metrics = table.metrics();
    let seen = f64::from(metrics.view_px) / (metrics.lines as f64 * f64::from(metrics.line_px)).max(1.0);
    let height = (track.height() * seen as f32).max(theme::LEAST_THUMB).min(track.height());
    let top = track.top() + (track.height() - height) * fraction.clamp(0.0, 1.0) as f32;
    Rect::from_min_size(egui::pos2(track.left(), top), vec2(track.width(), height))
}
