//! Popups: their place beside what opens them, their frame, and where the keyboard focus goes afterwards.

use egui::{
    Area, Context, Event, FocusDirection, Frame, Id, Key, LayerId, Margin, Memory, Modifiers, Order, Popup,
    PopupCloseBehavior, Pos2, Rect, RectAlign, Response, Style, Ui, vec2,
};

use super::focus_scroll;
use super::theme;
use super::tokens;

/// Distance between what opens a popup and the border of the popup, which is outside of its background.
pub(super) const GAP: f32 = tokens::POPUP_GAP - tokens::LINE;

/// Returns the place beside which a popup is shown, so that its background rather than its border is in line with it.
pub(super) fn anchor(opener: Rect) -> Rect {
    opener.expand2(vec2(tokens::LINE, 0.0))
}

/// Returns the frame of a popup with this space inside its border.
pub(super) fn frame(style: &Style, margin: Margin) -> Frame {
    Frame::popup(style).corner_radius(tokens::RADIUS_POPUP).inner_margin(margin)
}

/// Draws an overlay with the error of a text box, which takes no clicks.
pub(super) fn overlay(edit: &Response, position: Pos2, name: &str, contents: impl FnOnce(&mut Ui)) {
    let area = Area::new(edit.id.with("error"))
        .order(Order::Foreground)
        .fixed_pos(position)
        .interactable(false)
        .accessible_name(name);
    area.show(&edit.ctx, |ui| {
        let margin = theme::ERROR_OVERLAY_MARGIN;
        frame(ui.style(), margin).show(ui, |ui| {
            let window = ui.ctx().content_rect().width() - 2.0 * margin.sum().x;
            ui.set_width((theme::ERROR_OVERLAY_WIDTH - margin.sum().x).min(window));
            contents(ui);
        });
    });
}

/// Returns the largest width that the contents of a popup can have in the window.
pub(super) fn max_width(ui: &Ui) -> f32 {
    ui.ctx().content_rect().width() - 2.0 * theme::POPUP_DISTANCE
}

/// Returns a popup with text and boxes. It is open while it is shown, unless the caller changes that.
pub(super) fn panel(id: Id, opener: &Response, align: RectAlign) -> Popup<'_> {
    Popup::from_response(opener)
        .id(id)
        .anchor(anchor(opener.interact_rect))
        .align(align)
        .gap(GAP)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .frame(frame(&opener.ctx.global_style(), Margin::same(theme::PANEL_POPUP_MARGIN)))
}

/// The target of a key that moves the keyboard focus within a popup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Next,
    Previous,
    First,
    Last,
}

/// Returns the move for a key that was pressed in this frame.
fn pressed_move(ctx: &Context) -> Option<Move> {
    // With the modifiers at the time of the key, as egui does: they may be released in the same frame.
    let is_pressed = |wanted: Key, with: Modifiers| {
        ctx.input(|input| {
            input.events.iter().any(|event| {
                matches!(event, Event::Key { key, pressed: true, modifiers, .. }
                    if *key == wanted && modifiers.matches_exact(with))
            })
        })
    };
    let moves = [
        (Key::Tab, Modifiers::NONE, Move::Next),
        (Key::Tab, Modifiers::SHIFT, Move::Previous),
        (Key::Home, Modifiers::NONE, Move::First),
        (Key::End, Modifiers::NONE, Move::Last),
    ];
    moves.into_iter().find(|(key, with, _)| is_pressed(*key, *with)).map(|(.., to)| to)
}

/// Moves the keyboard focus by the keys Tab, Home and End within the popup that has it, and by Tab into the one that is open,
/// not to what is behind it. A text box keeps Home and End. Call it before anything is drawn.
pub(super) fn keep_focus(ctx: &Context) {
    let Some(to) = pressed_move(ctx) else { return };
    let focused = ctx.memory(Memory::focused);
    let layer_of_focused = focused.and_then(|id| focus_scroll::widget(ctx, id)).map(|widget| widget.layer_id);
    let layer_of_focused = layer_of_focused.filter(|layer| layer.order == Order::Foreground);
    let layer = match to {
        Move::Next | Move::Previous => layer_of_focused.or_else(|| open_layer(ctx)),
        Move::First | Move::Last => layer_of_focused.filter(|_| !ctx.text_edit_focused()),
    };
    let Some(layer) = layer else { return };
    // egui keeps the focus in a dialog itself.
    if Some(layer) == ctx.memory(Memory::top_modal_layer) {
        return;
    }
    let widgets: Vec<Id> = ctx.viewport(|viewport| {
        let widgets = viewport.prev_pass.widgets.get_layer(layer);
        widgets
            .filter(|widget| widget.enabled && widget.sense.is_focusable())
            .map(|widget| widget.id)
            .collect()
    });
    let Some(last) = widgets.len().checked_sub(1) else { return };
    let place = widgets.iter().position(|id| Some(*id) == focused);
    let index = match to {
        Move::First => 0,
        Move::Last => last,
        Move::Next => place.filter(|place| *place < last).map_or(0, |place| place + 1),
        Move::Previous => place.and_then(|place| place.checked_sub(1)).unwrap_or(last),
    };
    ctx.memory_mut(|memory| {
        memory.move_focus(FocusDirection::None);
        memory.request_focus(widgets[index]);
    });
}

/// Keeps a popup above the dialog from which it opens. A click in the dialog would bring the dialog to the top, even in the
/// frame in which the popup opens. Call it in each frame, before the popup is shown.
pub(super) fn keep_above_dialog(ctx: &Context, opener: LayerId, popup: Id) {
    if ctx.memory(Memory::top_modal_layer) == Some(opener) {
        ctx.set_sublayer(opener, LayerId::new(Order::Foreground, popup));
    }
}

/// Returns the layer of the popup that is open.
fn open_layer(ctx: &Context) -> Option<LayerId> {
    let layers = ctx.memory(|memory| memory.areas().visible_layer_ids());
    layers.into_iter().find(|layer| layer.order == Order::Foreground && Popup::is_id_open(ctx, layer.id))
}

/// The widget that had the keyboard focus when the popup was opened, and that gets it back.
#[derive(Clone, Copy, Debug, Default)]
struct OpenedFrom {
    widget: Option<Id>,
    /// The button of the menu in which the widget was. The widget is gone with that menu.
    menu_button: Option<Id>,
}

/// The button whose menu was opened last with a key.
#[derive(Clone, Copy, Debug)]
struct LastMenuButton(Id);

/// Remembers the widget with the keyboard focus as the one that opens this popup.
pub(super) fn remember_focused(ctx: &Context, popup: Id) {
    let widget = ctx.memory(Memory::focused);
    ctx.data_mut(|data| {
        let menu_button = data.get_temp::<LastMenuButton>(Id::NULL).map(|LastMenuButton(id)| id);
        data.insert_temp(popup, OpenedFrom { widget, menu_button });
    });
}

/// Returns the widget that gets the keyboard focus back after a dialog that opens now: the focused one or, if that is in a
/// popup, the one that opened the popup, which will be gone by then.
pub(super) fn opener(ctx: &Context) -> Option<Id> {
    let focused = ctx.memory(Memory::focused)?;
    let layer = focus_scroll::widget(ctx, focused).map(|widget| widget.layer_id);
    let Some(popup) = layer.filter(|layer| layer.order == Order::Foreground) else {
        return Some(focused);
    };
    ctx.data(|data| {
        let opened_from = data.get_temp::<OpenedFrom>(popup.id).and_then(|opened_from| opened_from.widget);
        // A menu that opens from an item of another one.
        opened_from.or_else(|| data.get_temp::<LastMenuButton>(Id::NULL).map(|LastMenuButton(id)| id))
    })
}

/// Opens a popup that gives the keyboard focus back after Escape. Does nothing if it is open.
pub(super) fn open_from_focused(ctx: &Context, popup: Id) {
    if !Popup::is_id_open(ctx, popup) {
        remember_focused(ctx, popup);
        Popup::open_id(ctx, popup);
    }
}

/// Gives the keyboard focus back to what opened a popup with a key, if Escape closes the popup in this frame, or if it was
/// closed since the last one and the focus has gone with it. Call it before the popup is shown, also while that is closed.
pub(super) fn return_focus(ctx: &Context, popup: Id) {
    let is_open = Popup::is_id_open(ctx, popup);
    let is_escaped = is_open && ctx.input(|input| input.key_pressed(Key::Escape));
    if is_escaped || (!is_open && is_focus_lost(ctx)) {
        give_focus_back(ctx, popup);
    } else if !is_open {
        ctx.data_mut(|data| data.remove::<OpenedFrom>(popup));
    }
}

/// Returns `true` if no widget has the keyboard focus, or only one in a closed popup.
fn is_focus_lost(ctx: &Context) -> bool {
    // A widget that isn't drawn yet has just got it.
    !has_overlay(ctx) && ctx.memory(Memory::focused).is_none_or(|id| is_in_overlay(ctx, id))
}

/// Returns whether a dialog or popup is open, which has its own focus.
pub(super) fn has_overlay(ctx: &Context) -> bool {
    Popup::is_any_open(ctx) || ctx.memory(|memory| memory.top_modal_layer().is_some())
}

/// Returns whether a widget is in a dialog or popup.
pub(super) fn is_in_overlay(ctx: &Context, id: Id) -> bool {
    focus_scroll::widget(ctx, id).is_some_and(|widget| widget.layer_id.order == Order::Foreground)
}

/// Gives the keyboard focus back to a button that opens a popup when it is pressed with a key, if Escape closes the popup in
/// this frame.
pub(super) fn return_focus_to_button(button: &Response, popup: Id) {
    let ctx = &button.ctx;
    return_focus(ctx, popup);
    if !button.clicked() || Popup::is_id_open(ctx, popup) {
        return;
    }
    if button.has_focus() && !ctx.input(|input| input.pointer.any_click()) {
        ctx.data_mut(|data| data.insert_temp(Id::NULL, LastMenuButton(button.id)));
        remember_focused(ctx, popup);
    } else {
        ctx.data_mut(|data| data.remove::<LastMenuButton>(Id::NULL));
    }
}

/// Gives the keyboard focus back to what opened a popup with a key.
pub(super) fn give_focus_back(ctx: &Context, popup: Id) {
    let Some(OpenedFrom { widget, menu_button }) = ctx.data_mut(|data| data.remove_temp(popup)) else {
        return;
    };
    let is_drawn = |id: &Id| ctx.read_response(*id).is_some();
    let back = widget.filter(is_drawn).or(menu_button.filter(is_drawn).filter(|_| widget.is_some()));
    if let Some(back) = back {
        ctx.memory_mut(|memory| memory.request_focus(back));
    }
}
