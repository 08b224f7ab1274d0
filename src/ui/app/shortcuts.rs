//! Shortcuts that work wherever the keyboard focus is, except in dialogs.

use egui::{Context, Event, Key, Popup};

use super::super::command::{Command, FilterCommand, PastCommand, RailCommand};
use super::super::command_table::{self, Scope};
use super::super::model::{AppState, Drafts, NarrowRail, UiState};
use super::super::{filter_row, gateway_bar, grid, rail, views};
use crate::query::FilterField;

/// The shortcuts that also work in dialogs.
const IN_DIALOGS: [Command; 1] = [Command::Quit];

/// Emits the commands of the shortcuts pressed in this frame.
pub(super) fn handle(
    ctx: &Context,
    state: &AppState,
    drafts: &Drafts,
    ui_state: &UiState,
    commands: &mut Vec<Command>,
) {
    // The focus of the previous frame, because egui removes it on Escape.
    let focused = ui_state.focused;
    let has_dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    let works = |command: &Command| {
        // The same keys close the palette.
        !has_dialog
            || IN_DIALOGS.contains(command)
            || (drafts.palette.is_some() && *command == Command::TogglePalette)
    };
    let mut leaves_menus = false;
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, modifiers, pressed: true, .. } = event else {
                return true;
            };
            let mut in_window = command_table::ALL.iter().filter(|named| named.scope == Scope::Window);
            let pressed = in_window.find(|named| named.is_pressed(*key, *modifiers));
            let Some((named, command)) = pressed.map(|named| (named, named.command())) else {
                return true;
            };
            if !works(&command) {
                return true;
            }
            if named.is_available(state, drafts) {
                leaves_menus |= !stays_beside_menus(&command);
                commands.push(command);
            }
            false
        });
    });
    // What the command shows may be below a menu. The filter's editor has typed values.
    if leaves_menus && !filter_row::is_editor_open(ctx) {
        Popup::close_all(ctx);
    }
    // Escape also closes menus and dialogs, and leaves text boxes other than the filters.
    let boxes = [FilterField::Username, FilterField::Project].into_iter().zip(filter_row::ids());
    let focused_box = boxes.into_iter().find(|(_, id)| Some(*id) == focused).map(|(field, _)| field);
    let is_table = focused.is_none_or(|id| id == grid::id());
    if !has_dialog && !Popup::is_any_open(ctx) && ctx.input(|input| input.key_pressed(Key::Escape)) {
        if ui_state.narrow_rail == NarrowRail::Open && rail::is_narrow(ctx) {
            commands.push(Command::Rail(RailCommand::Toggle));
        } else if drafts.has_form() {
            // Typed values aren't discarded without a question.
            commands.push(Command::LeaveForm);
        } else if let Some(field) = focused_box {
            // An empty box only loses the focus.
            if drafts.filter(field).is_some_and(|text| !text.pattern.is_empty()) {
                commands.push(Command::Filter(FilterCommand::Clear(field)));
            }
        } else if focused == Some(gateway_bar::time_box_id()) {
            commands.push(Command::Past(PastCommand::LeaveTimeBox));
        } else if let Some(command) = views::cancel(state) {
            commands.push(command);
        } else if is_table && !views::takes_text(state) {
            // The filters of a table that isn't shown stay.
            commands.push(Command::Escape);
        }
    }
}

/// Returns whether a command shows nothing that a menu would hide.
fn stays_beside_menus(command: &Command) -> bool {
    use Command::{Refresh, SetZoom, TogglePause, ZoomIn, ZoomOut};
    matches!(command, Refresh | TogglePause | ZoomIn | ZoomOut | SetZoom(_))
}
