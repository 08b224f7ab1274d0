//! Mouse on the lines: a click selects, a drag selects a range and scrolls past the edges.

use egui::{Modifiers, PointerButton, Pos2, Response, Ui};

use super::super::command::Command;
use super::super::theme;
use super::geometry::Geometry;
use crate::dataset::ColumnId;
use crate::table::{Action, Line, Lines, SelectMode};

/// The position of a right click, which opens a menu.
pub(super) enum MenuPlace {
    /// On a line; the column is `None` to the right of the last one.
    Line(usize, Option<ColumnId>),
    /// Below the last line.
    Below,
}

/// Emits the commands of clicks and drags in this frame. Returns the position of a menu to open.
pub(super) fn handle(
    ui: &Ui,
    response: &Response,
    geometry: &Geometry<'_>,
    lines: &Lines,
    commands: &mut Vec<Command>,
) -> Option<MenuPlace> {
    let at = response.interact_pointer_pos()?;
    if response.drag_started_by(PointerButton::Primary) || response.dragged_by(PointerButton::Primary) {
        drag(ui, response, geometry, at, commands);
        return None;
    }
    let line = geometry.line_at(at);
    let column = geometry.column_at(at.x);
    if response.secondary_clicked() {
        let Some(line) = line else {
            return Some(MenuPlace::Below);
        };
        commands.push(Command::Table(Action::Select(line, column.clone(), SelectMode::Keep)));
        return Some(MenuPlace::Line(line, column));
    }
    if response.clicked() {
        let mode = select_mode(ui.input(|input| input.modifiers));
        match line {
            Some(line) => {
                let is_on_sign = at.x - geometry.rect.left() < theme::COLLAPSE_WIDTH;
                commands.push(match lines.get(line) {
                    Some(Line::Group(number)) if is_on_sign || response.double_clicked() => {
                        Command::Table(Action::ToggleGroup(number))
                    }
                    _ if response.double_clicked() => Command::ShowDetails,
                    _ => Command::Table(Action::Select(line, column, mode)),
                });
            }
            // A click below the last line clears the selection, unless a modifier was meant to extend it.
            None if mode == SelectMode::Only => commands.push(Command::Table(Action::ClearSelection)),
            None => {}
        }
    }
    None
}

/// Returns how a click with these modifiers changes the selection.
fn select_mode(modifiers: Modifiers) -> SelectMode {
    match (modifiers.command, modifiers.shift) {
        (false, false) => SelectMode::Only,
        (true, false) => SelectMode::Toggle,
        (false, true) => SelectMode::Range,
        (true, true) => SelectMode::AddRange,
    }
}

fn drag(ui: &Ui, response: &Response, geometry: &Geometry<'_>, at: Pos2, commands: &mut Vec<Command>) {
    // The line that the drag has reached. Movements within it change nothing.
    let memory = response.id.with("line");
    let modifiers = ui.input(|input| input.modifiers);
    if response.drag_started() {
        // egui moves the keyboard focus on a click only.
        ui.memory_mut(|memory| memory.request_focus(super::id()));
        ui.data_mut(|data| data.remove::<usize>(memory));
        // The button may have been pressed on another line.
        let from = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
        let Some(line) = geometry.line_at(from) else {
            return;
        };
        ui.data_mut(|data| data.insert_temp(memory, line));
        let column = geometry.column_at(from.x);
        commands.push(Command::Table(Action::Select(line, column, select_mode(modifiers))));
    }
    let Some(last) = ui.data(|data| data.get_temp::<usize>(memory)) else {
        return;
    };
    let overshoot = (at.y - geometry.rect.bottom()).max(0.0) + (at.y - geometry.rect.top()).min(0.0);
    if overshoot != 0.0 {
        let pixels = f64::from(overshoot * ui.pixels_per_point());
        commands.push(Command::Table(Action::ScrollBy(pixels)));
    }
    if let Some(line) = geometry.nearest_line(at)
        && line != last
    {
        ui.data_mut(|data| data.insert_temp(memory, line));
        let mode = if modifiers.command { SelectMode::AddRange } else { SelectMode::Range };
        commands.push(Command::Table(Action::Select(line, None, mode)));
    }
}
