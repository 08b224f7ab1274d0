//! Menus that open on a right click or, for whoever has no mouse at hand, on the menu key or Shift+F10.

use egui::{Key, Modifiers, Popup, PopupCloseBehavior, Pos2, Response, SetOpenCommand, Ui};

/// Whether the menu of what has the keyboard is asked for in this frame.
pub(super) fn is_wanted_by_key(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        input.consume_key(Modifiers::NONE, Key::Menu) || input.consume_key(Modifiers::SHIFT, Key::F10)
    })
}

/// Shows the menu where it is open. `by_key` is the place to open it at now, if a key asked for it; then the first
/// item is to take the keyboard, which `contents` is told.
pub(super) fn show(
    response: &Response,
    by_key: Option<Pos2>,
    close: PopupCloseBehavior,
    contents: impl FnOnce(&mut Ui, bool),
) {
    let id = Popup::default_response_id(response).with("place");
    let mut menu = Popup::context_menu(response).close_behavior(close);
    if let Some(place) = by_key {
        response.ctx.data_mut(|data| data.insert_temp(id, place));
        menu = menu.open_memory(SetOpenCommand::Bool(true));
    } else if response.secondary_clicked() {
        response.ctx.data_mut(|data| data.remove::<Pos2>(id));
    }
    if let Some(place) = response.ctx.data(|data| data.get_temp(id)) {
        menu = menu.at_position(place);
    }
    menu.show(|ui| contents(ui, by_key.is_some()));
}
