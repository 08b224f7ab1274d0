//! What the keyboard does to the table, whenever it is not in a text box.

use egui::{Event, EventFilter, Key, Memory, Modifiers, Popup, Ui};

use super::super::command::{Command, Copied};
use super::super::model::Model;
use super::Shown;
use crate::dataset::ColumnId;
use crate::table::{Action, SelectMode, Side, Step};

/// Takes the keys meant for the table and acts on them. Whether the keyboard went to another column.
pub(super) fn take(grid: &Ui, columns: &[Shown], model: &mut Model, commands: &mut Vec<Command>) -> bool {
    let focused_before = model.focused;
    // A password meant for the form must not be shown as a filter.
    let may_type = model.form.is_none();
    let focused = grid.memory(Memory::focused);
    if focused.is_some_and(|id| id != super::id()) || Popup::is_any_open(grid.ctx()) {
        return false;
    }
    // The keyboard is the table's unless it is somewhere else: without anything to start from, egui would take an arrow
    // key to whatever comes first.
    if focused.is_none() {
        grid.memory_mut(|memory| memory.request_focus(super::id()));
    }
    // The keys of this frame are still those of the text box that gave the keyboard up at them.
    if focused_before.is_some_and(|id| id != super::id()) {
        return false;
    }
    let keep = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
        ..EventFilter::default()
    };
    let events = grid.input(|input| input.filtered_events(&keep));
    let mut sideways = false;
    for event in events {
        let (action, command) = match event {
            Event::Key { key, pressed: true, modifiers, .. } => {
                let action = pressed(key, modifiers, columns);
                sideways |= matches!(action, Some(Action::MoveColumn(..)));
                (action, command(key, modifiers))
            }
            Event::Copy => (None, Some(Command::Copy(Copied::Rows))),
            // Whoever types over the table looks for somebody.
            Event::Text(text) if may_type && !text.trim().is_empty() => {
                (None, Some(Command::TypeUsername(text)))
            }
            _ => continue,
        };
        commands.extend(command);
        if let Some(action) = action {
            model.table.act(action);
        }
    }
    grid.memory_mut(|memory| memory.set_focus_lock_filter(super::id(), keep));
    sideways
}

fn pressed(key: Key, modifiers: Modifiers, columns: &[Shown]) -> Option<Action> {
    let all = || columns.iter().map(|column| column.id.clone()).collect::<Vec<ColumnId>>();
    let step = match key {
        Key::ArrowUp => Step::Up,
        Key::ArrowDown => Step::Down,
        Key::PageUp => Step::PageUp,
        Key::PageDown => Step::PageDown,
        Key::Home => Step::Home,
        Key::End => Step::End,
        Key::ArrowLeft => return Some(Action::MoveColumn(Side::Left, all())),
        Key::ArrowRight => return Some(Action::MoveColumn(Side::Right, all())),
        Key::Space if modifiers.command => return Some(Action::ChooseCursor(SelectMode::Toggle)),
        Key::Space => return Some(Action::ChooseCursor(SelectMode::Only)),
        Key::A if modifiers.command => return Some(Action::SelectAll),
        _ => return None,
    };
    let choose = match (modifiers.command, modifiers.shift) {
        (false, false) => SelectMode::Only,
        (false, true) => SelectMode::Range,
        (true, true) => SelectMode::AddRange,
        (true, false) => SelectMode::Move,
    };
    Some(Action::Step(step, choose))
}

fn command(key: Key, modifiers: Modifiers) -> Option<Command> {
    match key {
        Key::C if modifiers.command && modifiers.shift => Some(Command::Copy(Copied::Cell)),
        Key::Enter => Some(Command::ToggleDetails),
        _ => None,
    }
}
