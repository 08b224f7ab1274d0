//! Keys that work wherever the keyboard is.

use egui::{Context, Id, Key, KeyboardShortcut, Modifiers, Popup};

use super::super::command::Command;
use super::super::{filter_bar, grid};

/// What is wanted by the keys of this frame. `focused` had the keyboard when they were pressed: egui takes it away at
/// Escape before anybody is asked.
/// `form`: whether one is open, and would lose something.
pub(super) fn take(ctx: &Context, focused: Option<Id>, form: Option<bool>) -> Vec<Command> {
    let shortcuts = [
        (KeyboardShortcut::new(Modifiers::NONE, Key::F5), Command::Refresh),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::E), Command::Export),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::F), Command::FindUsername),
        (KeyboardShortcut::new(Modifiers::COMMAND, Key::Q), Command::Quit),
    ];
    let mut commands: Vec<Command> = ctx.input_mut(|input| {
        let pressed = shortcuts.into_iter().filter(|(shortcut, _)| input.consume_shortcut(shortcut));
        pressed.map(|(_, command)| command).collect()
    });
    // A menu that is open is closed by the same key, and a box for something else is left by it.
    let is_filter = focused.is_some_and(|id| filter_bar::ids().contains(&id));
    let is_ours = is_filter || focused.is_none_or(|id| id == grid::id());
    let is_asked = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if !is_asked && !Popup::is_any_open(ctx) && ctx.input(|input| input.key_pressed(Key::Escape)) {
        match form {
            Some(false) if !is_filter => commands.push(Command::CloseGateway),
            // What was typed there is not lost by a key, and neither are the filters.
            Some(true) if !is_filter => {}
            _ if is_ours => commands.push(Command::Escape),
            _ => {}
        }
    }
    commands
}
