//! Keys of the table, which work whenever no other widget has the keyboard focus. Text typed over the table goes into the
//! username filter before the table is drawn, see `app/typing`.
//!
//! The table has the focus only while it has a cursor, which shows it. There is none at first: as in other desktop programs,
//! nothing is marked before the keyboard is used.

use egui::{Event, EventFilter, Key, Memory, Modifiers, Ui};

use super::super::command::{Command, Copied};
use super::super::command_table;
use super::super::model::UiState;
use super::super::popup;
use super::FittedColumn;
use crate::dataset::ColumnId;
use crate::table::{Action, Direction, Motion, PowerTable, SelectMode};

/// Emits the commands of the keys pressed in this frame.
pub(super) fn handle(
    grid: &Ui,
    table: &PowerTable,
    columns: &[FittedColumn],
    ui_state: &UiState,
    commands: &mut Vec<Command>,
) {
    let focused = grid.memory(Memory::focused);
    if focused.is_some_and(|id| id != super::id()) || popup::has_overlay(grid.ctx()) {
        return;
    }
    match focused {
        None if table.has_cursor() => grid.memory_mut(|memory| memory.request_focus(super::id())),
        // The Tab key or a screen reader leads here.
        Some(_) if !table.has_cursor() => {
            commands.push(Command::Table(Action::MoveCursor(Motion::Down, SelectMode::Move)));
        }
        _ => {}
    }
    // A text box that lost the focus in this frame has already handled its keys.
    if ui_state.focused.is_some_and(|id| id != super::id()) {
        return;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
        ..EventFilter::default()
    };
    for event in grid.input(|input| input.filtered_events(&filter)) {
        match event {
            Event::Key { key, pressed: true, modifiers, .. } => {
                commands.extend(action(key, modifiers, columns).map(Command::Table));
                commands.extend(command_table::of_table(key, modifiers));
            }
            Event::Copy => commands.push(Command::Copy(Copied::Rows)),
            _ => {}
        }
    }
    grid.memory_mut(|memory| memory.set_focus_lock_filter(super::id(), filter));
}

fn action(key: Key, modifiers: Modifiers, columns: &[FittedColumn]) -> Option<Action> {
    let all = || columns.iter().map(|column| column.id.clone()).collect::<Vec<ColumnId>>();
    // Alt+Left and Alt+Right step through time.
    if modifiers.alt {
        return None;
    }
    let motion = match key {
        Key::ArrowUp => Motion::Up,
        Key::ArrowDown => Motion::Down,
        Key::PageUp => Motion::PageUp,
        Key::PageDown => Motion::PageDown,
        Key::Home => Motion::Home,
        Key::End => Motion::End,
        Key::ArrowLeft => return Some(Action::MoveColumn(Direction::Left, all())),
        Key::ArrowRight => return Some(Action::MoveColumn(Direction::Right, all())),
        Key::Space if modifiers.command => return Some(Action::SelectCursor(SelectMode::Toggle)),
        Key::Space => return Some(Action::SelectCursor(SelectMode::Only)),
        Key::A if modifiers.command => return Some(Action::SelectAll),
        _ => return None,
    };
    let mode = match (modifiers.command, modifiers.shift) {
        (false, false) => SelectMode::Only,
        (false, true) => SelectMode::Range,
        (true, true) => SelectMode::AddRange,
        (true, false) => SelectMode::Move,
    };
    Some(Action::MoveCursor(motion, mode))
}
