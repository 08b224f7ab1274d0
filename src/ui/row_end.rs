//! Controls at the right end of a row. They are drawn from left to right, because the Tab key goes through them in that order.

use egui::{Align, Layout, Rect, Ui, UiBuilder};

/// Widths that differ by less are the same.
const TOLERANCE: f32 = 0.1;

/// Draws controls at the right end of `row`, once per [`Ui`]. Returns what `add` returns and the place of the controls.
pub(super) fn show<R>(ui: &mut Ui, row: Rect, add: impl FnOnce(&mut Ui) -> R) -> (R, Rect) {
    // The width is known after they are drawn.
    let id = ui.scope_id().with("end of the row");
    let known = ui.data(|data| data.get_temp::<f32>(id));
    let left = (row.right() - known.unwrap_or_default()).max(row.left());
    let builder = UiBuilder::new()
        .id_salt("end of the row")
        .max_rect(row.with_min_x(left))
        .layout(Layout::left_to_right(Align::Center));
    let mut end = ui.new_child(builder);
    let added = add(&mut end);
    let place = end.min_rect();
    if known.is_none_or(|known| (known - place.width()).abs() > TOLERANCE) {
        ui.data_mut(|data| data.insert_temp(id, place.width()));
        ui.ctx().request_discard("the controls have another width");
    }
    (added, place)
}
