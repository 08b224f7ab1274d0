//! Opening the popup in which the filter of a chip is edited.

use egui::{Context, Id, Popup, Response, Ui};

/// Returns the ID of the popup.
pub(super) fn id() -> Id {
    Id::unique("filter editor")
}

/// Opens the popup.
pub(super) fn open(ctx: &Context) {
    Popup::open_id(ctx, id());
    ctx.data_mut(|data| data.insert_temp(id().with("focus"), true));
}

/// Gives a text box the keyboard focus when the popup has been opened. Its first pass only measures it.
pub(super) fn focus_when_opened(ui: &Ui, edit: &Response) {
    let key = id().with("focus");
    if !ui.is_sizing_pass() && ui.data_mut(|data| data.remove_temp::<bool>(key)) == Some(true) {
        edit.request_focus();
    }
}
