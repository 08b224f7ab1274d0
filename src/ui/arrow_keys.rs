//! Arrow keys move the keyboard focus between the controls of one group, such as the tabs, and nowhere else. Without this,
//! egui moves it to whatever is next in the direction of the key.

use egui::{Context, Event, FocusDirection, Id, Key, Memory, Modifiers, Rect, Response, Ui};

/// The direction in which the controls of a group are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Side by side.
    Horizontal,
    /// One below the other.
    Vertical,
}

impl Axis {
    /// Returns the keys for the previous and the next control.
    fn keys(self) -> [Key; 2] {
        match self {
            Self::Horizontal => [Key::ArrowLeft, Key::ArrowRight],
            Self::Vertical => [Key::ArrowUp, Key::ArrowDown],
        }
    }
}

/// The controls of a group that this pass has drawn so far.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    pass: u64,
    /// The last control.
    last: Option<(Id, Rect)>,
    /// The next control gets the focus.
    moves_on: bool,
}

/// Makes a control a part of a group. Call it for all of them, in order, before they are painted.
pub(super) fn join(ui: &Ui, group: Id, axis: Axis, control: &Response) {
    if !control.enabled() {
        return;
    }
    let pass = ui.ctx().cumulative_pass_nr();
    let id = group.with("arrow keys");
    let before = ui.data(|data| data.get_temp::<Group>(id)).filter(|group| group.pass == pass);
    let Group { last, mut moves_on, .. } = before.unwrap_or_default();
    if moves_on {
        moves_on = false;
        focus(ui, control.id, control.rect);
    } else if control.has_focus() {
        let [back, on] = axis.keys();
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if let Some((id, rect)) = last.filter(|_| pressed(back)) {
            focus(ui, id, rect);
        }
        moves_on = pressed(on);
    }
    let drawn = Group { pass, last: Some((control.id, control.rect)), moves_on };
    ui.data_mut(|data| data.insert_temp(id, drawn));
}

/// Gives a control the focus, and scrolls to it.
fn focus(ui: &Ui, id: Id, rect: Rect) {
    ui.memory_mut(|memory| memory.request_focus(id));
    ui.scroll_to_rect(rect, None);
    // It may have been painted already.
    ui.ctx().request_repaint();
}

/// Returns the keys that were pressed without a modifier, for a control that uses them itself.
pub(super) fn plain_keys(ui: &Ui) -> Vec<Key> {
    ui.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            Event::Key { key, pressed: true, modifiers, .. } if modifiers.is_none() => Some(*key),
            _ => None,
        });
        keys.collect()
    })
}

/// Keeps egui from moving the focus by an arrow key that no control has used. Call it when everything is drawn.
pub(super) fn end(ctx: &Context) {
    ctx.memory_mut(|memory: &mut Memory| memory.move_focus(FocusDirection::None));
}
