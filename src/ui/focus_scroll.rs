//! Scrolling to the control that the keyboard has reached.

use egui::{Context, Id, Ui, WidgetRect};

use super::tokens;

/// Space around the control, for its focus ring.
const MARGIN: f32 = 2.0 * tokens::UNIT;

/// Scrolls to the control in this part of a scroll area that has just got the keyboard focus, unless all of it is in view.
/// Call it when the part is drawn.
pub(super) fn follow(ui: &Ui) {
    let gained = ui.memory(|memory| memory.focused().filter(|id| !memory.had_focus_last_frame(*id)));
    let Some(control) = gained.and_then(|id| widget(ui.ctx(), id)) else {
        return;
    };
    let is_inside = control.layer_id == ui.layer_id() && ui.min_rect().intersects(control.rect);
    if is_inside && !ui.clip_rect().contains_rect(control.rect) {
        ui.scroll_to_rect(control.rect.expand(MARGIN), None);
    }
}

/// Returns where a widget is, as in this pass or in the last one. Its response would give up the focus in the frame of a click
/// elsewhere.
pub(super) fn widget(ctx: &Context, id: Id) -> Option<WidgetRect> {
    ctx.viewport(|viewport| {
        let widgets = [&viewport.this_pass.widgets, &viewport.prev_pass.widgets];
        widgets.into_iter().find_map(|widgets| widgets.get(id)).copied()
    })
}
