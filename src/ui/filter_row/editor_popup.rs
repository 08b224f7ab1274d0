//! Opening the popup in which the filter of a chip is edited.

use egui::{Context, Id, Response, Ui};

use crate::ui::focus_request;
use crate::ui::popup;

/// Returns the ID of the popup.
pub(super) fn id() -> Id {
    Id::unique("filter editor")
}

/// Opens the popup.
pub(super) fn open(ctx: &Context) {
    popup::open_from_focused(ctx, id());
    focus_request::request(ctx, id());
}

/// Returns `true` once after the popup has been opened.
pub(super) fn takes_focus(ui: &Ui) -> bool {
    focus_request::take(ui, id())
}

/// Gives a text box the keyboard focus when the popup has been opened.
pub(super) fn focus_when_opened(ui: &Ui, edit: &Response) {
    if takes_focus(ui) {
        edit.request_focus();
    }
}
