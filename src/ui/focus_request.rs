//! Requests of the keyboard focus for a widget that isn't drawn yet, such as a text box in a popup that opens.

use egui::{Context, Id, Memory, Ui};

/// A request.
#[derive(Clone, Copy, Debug)]
enum Requested {
    /// Lasts for this frame and the next one.
    In(u64),
    /// Lasts until another widget than this one has the focus.
    From(Id),
}

impl Default for Requested {
    /// Returns one that has ended.
    fn default() -> Self {
        Self::In(0)
    }
}

/// Requests the focus for what is drawn with this ID. The request ends with the next frame, so that it never takes the focus
/// from something else later. Below a dialog it lasts until the dialog is closed.
pub(super) fn request(ctx: &Context, id: Id) {
    let frame = ctx.cumulative_frame_nr();
    ctx.data_mut(|data| data.insert_temp(id, Requested::In(frame)));
}

/// Requests the focus for what is drawn with this ID later, as when a file was written. The request ends when the focus is
/// elsewhere than in `from`, which may be gone by then.
pub(super) fn request_from(ctx: &Context, from: Id, id: Id) {
    ctx.data_mut(|data| data.insert_temp(id, Requested::From(from)));
}

/// Returns `true` once if the focus was requested for this ID.
pub(super) fn take(ui: &Ui, id: Id) -> bool {
    // A popup that is being measured is disabled.
    if ui.is_sizing_pass() {
        return false;
    }
    let Some(requested) = ui.data_mut(|data| data.remove_temp::<Requested>(id)) else {
        return false;
    };
    let frame = ui.ctx().cumulative_frame_nr();
    if matches!(requested, Requested::In(requested) if frame > requested + 1) {
        return false;
    }
    // Below a dialog, also in the frame after its last one, nothing can have the focus.
    if !ui.memory(|memory| memory.allows_interaction(ui.layer_id())) {
        let requested = match requested {
            Requested::In(_) => Requested::In(frame),
            from @ Requested::From(_) => from,
        };
        ui.data_mut(|data| data.insert_temp(id, requested));
        return false;
    }
    match requested {
        Requested::In(_) => true,
        Requested::From(from) => ui.memory(Memory::focused).is_none_or(|focused| focused == from),
    }
}
