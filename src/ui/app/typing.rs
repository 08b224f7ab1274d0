//! Text typed over the table goes into the username filter, in the order in which it was typed.
//!
//! The filter's text box gets the keyboard focus before it is drawn, so it handles the first letter like all others. While
//! anything else is open that takes text, typed text goes nowhere: it may be a password.

use std::mem;

use egui::{Context, Event, ImeEvent, Key, Memory, Modifiers, Plugin, RawInput, Ui};

use super::super::{filter_row, grid, popup, views};
use super::{App, draw};
use crate::dataset::ColumnId;

/// The reasons why typed text may belong to a text box that is gone.
#[derive(Default)]
pub(super) struct Typing {
    /// A text box had the keyboard focus at the end of the previous frame.
    pub(super) was_in_text_box: bool,
    /// The gateway hasn't answered to the login that was typed last.
    pub(super) is_signing_in: bool,
    /// A text box disappeared while it had the keyboard focus, and the user has only typed text since.
    is_ignored: bool,
}

impl App {
    /// Moves the keyboard focus to where the text of this frame belongs. Runs before the views are drawn.
    pub(super) fn direct_typing(&mut self, ctx: &Context) {
        let has_dialog = self.has_dialog();
        let Self { state, drafts, ui_state, typing, .. } = self;
        let (is_typed, is_deliberate) = ctx.input(|input| {
            let has = |predicate: fn(&Event) -> bool| input.events.iter().any(predicate);
            (has(is_text), has(is_deliberate))
        });
        // The rest of a password that was typed into a box that has just disappeared.
        typing.is_ignored |= typing.was_in_text_box && ctx.memory(|memory| memory.focused().is_none());
        typing.is_ignored &= !is_deliberate;

        let is_sign_in_shown = draw::is_sign_in_shown(state, drafts);
        ui_state.was_text_view_shown &= is_sign_in_shown;
        let is_busy =
            popup::has_overlay(ctx) || drafts.has_form() || drafts.export_path.is_some() || has_dialog;
        if is_busy {
            return;
        }
        // A card that was opened from a dialog gets the focus once that is closed.
        let was_text_view_shown = mem::replace(&mut ui_state.was_text_view_shown, is_sign_in_shown);
        if !is_table_focused(ctx) {
            return;
        }
        if is_sign_in_shown {
            // While the keyring is read, the panel may disappear again at any moment.
            if !was_text_view_shown && !state.waits_for_secret {
                views::focus(ctx, state, drafts);
            }
        } else if is_typed && !typing.is_ignored && !typing.is_signing_in {
            // Only the user changes the mode.
            drafts.username.pattern.clear();
            filter_row::focus(ctx, &ColumnId::Username, &drafts.username);
        }
    }
}

/// Returns `true` if the table has the keyboard focus. It takes the focus if no widget has it.
fn is_table_focused(ctx: &Context) -> bool {
    ctx.memory(Memory::focused).is_none_or(|id| id == grid::id())
}

/// Delivers input so that each text goes to the widget that had the keyboard focus when the text was typed.
///
/// egui delivers all events of a frame to the widget with the focus, also those before and after a key that moves it. Here
/// a frame ends before or after such a key, and the other events wait for the next frame. A fast typist, a badge scanner or
/// a password manager sends several keys in a frame, and a slow renderer draws few frames.
#[derive(Default)]
pub(super) struct InputOrder {
    waiting: Vec<Event>,
    /// The modifiers of the latest event.
    modifiers: Modifiers,
}

impl Plugin for InputOrder {
    fn debug_name(&self) -> &'static str {
        "input order"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        // A second pass repeats the frame without input.
        if ctx.current_pass_index() > 0 {
            return;
        }
        remove_text_with_alt(&mut input.events, &mut self.modifiers);
        self.waiting.append(&mut input.events);
        let end = end_of_frame(&self.waiting, is_table_focused(ctx));
        input.events = self.waiting.drain(..end).collect();
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        if !self.waiting.is_empty() {
            ui.ctx().request_repaint();
        }
    }
}

/// Removes the text of keys that were pressed with Alt: they are shortcuts. On macOS, Option types other letters. The text
/// of `AltGr` has no modifier. `modifiers` are those of the latest event.
fn remove_text_with_alt(events: &mut Vec<Event>, modifiers: &mut Modifiers) {
    if cfg!(target_os = "macos") {
        return;
    }
    // A key comes before its text.
    events.retain(|event| match event {
        Event::Key { modifiers: held, .. } | Event::ModifiersChanged(held) => {
            *modifiers = *held;
            true
        }
        Event::Text(_) => !modifiers.alt,
        _ => true,
    });
}

/// Returns the number of events for the next frame.
fn end_of_frame(events: &[Event], is_table_focused: bool) -> usize {
    let first_text = events.iter().position(is_text).unwrap_or(events.len());
    if is_table_focused && events[..first_text].iter().any(is_for_table) && first_text < events.len() {
        return first_text;
    }
    for (index, event) in events.iter().enumerate() {
        if acts_before_text(event) && index > first_text {
            return index;
        }
        if moves_focus(event) && events[index + 1..].iter().any(is_text) {
            return index + 1;
        }
    }
    events.len()
}

/// Returns `true` for text other than blanks. A blank typed over the table selects a row.
fn is_text(event: &Event) -> bool {
    match event {
        Event::Text(text)
        | Event::Paste(text)
        | Event::Ime(ImeEvent::Commit(text) | ImeEvent::Preedit { text, .. }) => !text.trim().is_empty(),
        _ => false,
    }
}

/// Returns `true` for keys of the table that do something else in a text box.
fn is_for_table(event: &Event) -> bool {
    match event {
        Event::Key { key, pressed: true, modifiers, .. } => {
            modifiers.command || *key == Key::Space || *key == Key::Enter || is_navigation(*key)
        }
        Event::Text(_) | Event::Copy => true,
        _ => false,
    }
}

/// Returns `true` for events that egui handles before the text of the same frame.
fn acts_before_text(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { key: Key::Tab | Key::Escape, pressed: true, .. }
            | Event::PointerButton { pressed: true, .. }
    )
}

/// Returns `true` for events that can move the keyboard focus.
fn moves_focus(event: &Event) -> bool {
    match event {
        Event::Key { key: Key::Tab | Key::Escape | Key::Enter, pressed: true, .. }
        | Event::PointerButton { pressed: false, .. } => true,
        // Shortcuts.
        Event::Key { pressed: true, modifiers, .. } => modifiers.command,
        _ => false,
    }
}

/// Returns `true` for input that shows that the user knows where the keyboard focus is.
fn is_deliberate(event: &Event) -> bool {
    match event {
        Event::Key { key: Key::Tab | Key::Escape | Key::Enter, pressed: true, .. }
        | Event::PointerButton { .. } => true,
        Event::Key { key, pressed: true, .. } => is_navigation(*key),
        _ => false,
    }
}

fn is_navigation(key: Key) -> bool {
    matches!(
        key,
        Key::ArrowUp
            | Key::ArrowDown
            | Key::ArrowLeft
            | Key::ArrowRight
            | Key::PageUp
            | Key::PageDown
            | Key::Home
            | Key::End
    )
}
