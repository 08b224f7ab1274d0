//! Menus that open on a right click or, for whoever has no mouse at hand, on the menu key or Shift+F10.

use egui::{Context, Id, Key, Modifiers, Popup, PopupCloseBehavior, Pos2, Response, SetOpenCommand, Ui};

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
    let menu_id = Popup::default_response_id(response);
    let place_id = menu_id.with("place");
    // A right click beside an open menu closes that, and means another one.
    let by_pointer = response.secondary_clicked().then(|| response.interact_pointer_pos()).flatten();
    let opens = by_key.or(by_pointer);
    if let Some(place) = opens {
        response.ctx.data_mut(|data| data.insert_temp(place_id, place));
    }
    let mut menu = Popup::context_menu(response).close_behavior(close);
    if let Some(place) = response.ctx.data(|data| data.get_temp::<Pos2>(place_id)) {
        menu = menu.at_position(place);
    }
    if opens.is_some() {
        menu = menu.open_memory(SetOpenCommand::Bool(true));
    }
    menu.show(|ui| contents(ui, by_key.is_some()));
    if opens.is_some() {
        Popup::open_id(&response.ctx, menu_id);
    }
}

/// Whether the menu of this is open.
pub(super) fn is_open(ctx: &Context, response_id: Id) -> bool {
    Popup::is_id_open(ctx, response_id.with("popup"))
}
