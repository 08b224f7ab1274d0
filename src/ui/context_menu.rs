//! Menus that open on a right click, the menu key or Shift+F10.

use egui::{
    Context, Id, Key, Modifiers, Popup, PopupCloseBehavior, Pos2, Response, SetOpenCommand, Ui, vec2,
};

use super::menu;
use super::popup;
use super::tokens;

/// Returns whether a key that opens the menu of the focused widget was pressed in this frame.
pub(super) fn is_key_pressed(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        input.consume_key(Modifiers::NONE, Key::Menu) || input.consume_key(Modifiers::SHIFT, Key::F10)
    })
}

/// Shows the menu while it is open. `by_key` is its position if a key opens it in this frame. `contents` gets `true` if the
/// first item takes the keyboard focus, as in the frame of that key.
pub(super) fn show(
    response: &Response,
    by_key: Option<Pos2>,
    close: PopupCloseBehavior,
    contents: impl FnOnce(&mut Ui, bool),
) {
    let menu_id = Popup::default_response_id(response);
    let position_id = menu_id.with("position");
    popup::return_focus(&response.ctx, menu_id);
    if by_key.is_some() {
        popup::remember_focused(&response.ctx, menu_id);
    }
    // A right click outside an open menu closes it and opens another one.
    let by_pointer = response.secondary_clicked().then(|| response.interact_pointer_pos()).flatten();
    let opens = by_key.or(by_pointer);
    if let Some(position) = opens {
        response.ctx.data_mut(|data| data.insert_temp(position_id, position));
    }
    let mut menu = Popup::context_menu(response).close_behavior(close).style(menu::style);
    if let Some(position) = response.ctx.data(|data| data.get_temp::<Pos2>(position_id)) {
        // The background of the menu, rather than its border, begins there.
        menu = menu.at_position(position - vec2(tokens::LINE, tokens::LINE));
    }
    if opens.is_some() {
        menu = menu.open_memory(SetOpenCommand::Bool(true));
    }
    menu.show(|ui| contents(ui, by_key.is_some()));
    if opens.is_some() {
        Popup::open_id(&response.ctx, menu_id);
    }
}

/// Returns whether the menu of the widget with this ID is open.
pub(super) fn is_open(ctx: &Context, response_id: Id) -> bool {
    Popup::is_id_open(ctx, response_id.with("popup"))
}
