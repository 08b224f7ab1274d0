//! Keys that work wherever the keyboard is.

use egui::{Context, Id, Key, KeyboardShortcut, Modifiers, Popup};

use super::super::command::Command;
use super::super::{filter_bar, grid};

/// What is wanted by the keys of this frame. `focused` had the keyboard when they were pressed: egui takes it away at
/// Escape before anybody is asked.
pub(super) fn take(ctx: &Context, focused: Option<Id>) -> Vec<Command> {
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
    let is_ours = focused.is_none_or(|id| id == grid::id() || filter_bar::ids().contains(&id));
    if is_ours && !Popup::is_any_open(ctx) && ctx.input(|input| input.key_pressed(Key::Escape)) {
        commands.push(Command::Escape);
    }
    commands
}
