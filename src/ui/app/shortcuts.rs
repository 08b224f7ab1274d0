//! Shortcuts that work wherever the keyboard focus is.

use egui::{Context, Key, KeyboardShortcut, Modifiers, Popup};

use super::super::command::{Command, RailCommand};
use super::super::model::{NarrowRail, UiState};
use super::super::{filter_bar, grid, rail};

/// Emits the commands of the shortcuts pressed in this frame. `form` is `None` without an open form, and `Some(true)` if
/// the form has changes.
pub(super) fn handle(ctx: &Context, ui_state: &UiState, form: Option<bool>, commands: &mut Vec<Command>) {
    // The focus of the previous frame, because egui removes it on Escape.
    let focused = ui_state.focused;
    let shortcuts = [
        (KeyboardShortcut::new(Modifiers::NONE, Key::F5), Command::Refresh),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::B), Command::Rail(RailCommand::Toggle)),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::E), Command::Export),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::F), Command::FocusUsername),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::L), Command::EnterAddress),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::Q), Command::Quit),
    ];
    ctx.input_mut(|input| {
        let pressed = shortcuts.into_iter().filter(|(shortcut, _)| input.consume_shortcut(shortcut));
        commands.extend(pressed.map(|(_, command)| command));
    });
    // Escape also closes menus and dialogs, and leaves text boxes other than the filters.
    let is_filter = focused.is_some_and(|id| filter_bar::ids().contains(&id));
    let is_table = focused.is_none_or(|id| id == grid::id());
    let has_dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if !has_dialog && !Popup::is_any_open(ctx) && ctx.input(|input| input.key_pressed(Key::Escape)) {
        match form {
            _ if ui_state.narrow_rail == NarrowRail::Open && rail::is_narrow(ctx) => {
                commands.push(Command::Rail(RailCommand::Close));
            }
            _ if ui_state.is_log_open && !is_filter => commands.push(Command::CloseLog),
            Some(false) if !is_filter => commands.push(Command::CloseGateway),
            // Escape must not discard typed values. It doesn't clear the filters behind the form either.
            Some(true) if !is_filter => {}
            _ if is_filter || is_table => commands.push(Command::Escape),
            _ => {}
        }
    }
}
