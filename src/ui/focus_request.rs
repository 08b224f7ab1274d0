//! Requests of the keyboard focus for a widget that isn't drawn yet, such as a text box in a popup that opens.

use egui::{Context, Id, Ui};

/// The number of the frame of a request.
#[derive(Clone, Copy, Debug, Default)]
struct Requested(u64);

/// Requests the focus for what is drawn with this ID. The request ends with the next frame, so that it never takes the focus
/// from something else later.
pub(super) fn request(ctx: &Context, id: Id) {
    let frame = ctx.cumulative_frame_nr();
    ctx.data_mut(|data| data.insert_temp(id, Requested(frame)));
}

/// Returns `true` once if the focus was requested for this ID in this frame or the last one.
pub(super) fn take(ui: &Ui, id: Id) -> bool {
    // A popup that is being measured is disabled.
    if ui.is_sizing_pass() {
        return false;
    }
    let requested = ui.data_mut(|data| data.remove_temp::<Requested>(id));
    requested.is_some_and(|Requested(frame)| ui.ctx().cumulative_frame_nr() <= frame + 1)
}
