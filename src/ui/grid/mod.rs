//! The table of sessions: a fixed header, the visible lines, and a scroll bar that counts in lines.
//!
//! Only visible lines are laid out. Their position is counted in whole pixels by [`crate::table`].

mod auto_width;
mod body;
mod cell;
mod cell_menu;
mod columns_menu;
mod geometry;
mod header;
mod header_menu;
mod keys;
mod mouse;
mod scroll_bar;

use egui::accesskit::{self, Node, Role};
use egui::{Context, Id, Memory, Rect, ScrollArea, Ui, UiBuilder, vec2};

use super::command::Command;
use super::focus_scroll;
use super::model::{AppState, UiState};
use super::theme;
use crate::dataset::ColumnId;
use crate::table::{Action, PowerTable};

pub(super) use columns_menu::show as choose_columns;

/// Returns the ID of the table, which takes the keyboard focus.
pub(super) fn id() -> Id {
    Id::unique("sessions")
}

/// Takes the keyboard focus from the widget that has it. The table takes it over if it has a cursor.
pub(super) fn return_focus(ctx: &Context) {
    ctx.memory_mut(Memory::stop_text_input);
    ctx.request_repaint();
}

/// A column shown in this frame.
struct FittedColumn {
    /// The column.
    id: ColumnId,
    /// The width, in points.
    width: f32,
}

/// Draws the table, if there is one.
pub(super) fn show(ui: &mut Ui, state: &AppState, ui_state: &UiState, commands: &mut Vec<Command>) {
    let Some(sessions) = state.table.result() else {
        return;
    };
    let area = ui.available_rect_before_wrap();
    let fitted = state.layout.columns.fitted(&sessions.dataset, area.width());
    let columns: Vec<FittedColumn> =
        fitted.into_iter().map(|(setting, width)| FittedColumn { id: setting.id.clone(), width }).collect();
    let builder = UiBuilder::new()
        .scope_id(id())
        .max_rect(area)
        .accessibility_role(Role::Grid)
        .accessibility_label("Sessions");
    // Without a line, nothing could show the focus. A dialog takes it.
    let keeps_focus = |memory: &Memory| memory.has_focus(id()) && memory.allows_interaction(ui.layer_id());
    let has_focus = !state.table.lines().is_empty() && ui.memory(keeps_focus);
    let mut grid = ui.new_child(builder);
    if has_focus {
        // egui takes it from a `Ui` that isn't focusable. A focusable one would come before the header with the Tab key.
        grid.memory_mut(|memory| memory.request_focus(id()));
    }
    grid.spacing_mut().scroll = theme::scroll_beside_contents();
    // What takes the place of the rows may scroll, too.
    if !state.table.lines().is_empty() {
        wheel(&grid, area, commands);
    }
    let (body, metrics) = ScrollArea::horizontal()
        .auto_shrink(false)
        .show(&mut grid, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let width: f32 = columns.iter().map(|column| column.width).sum();
            // At its right end, the last column isn't below the vertical bar.
            let is_wider = width > area.width();
            ui.set_min_width(width + if is_wider { theme::THUMB_PLACE } else { 0.0 });
            header::show(ui, state, &columns, commands);
            focus_scroll::follow(ui);
            if !state.table.lines().is_empty() {
                ui.memory_mut(|memory| memory.interested_in_focus(id(), ui.layer_id()));
            }
            keys::handle(ui, &state.table, &columns, ui_state, commands);
            body::show(ui, state, ui_state, &columns, commands)
        })
        .inner;
    describe_table(&grid, &state.table, &columns);
    drop(grid);
    // Otherwise it counts as gone.
    ui.ctx().check_for_id_clash(id(), area, "table");
    let bar_left = area.right() - theme::THUMB_PLACE;
    let track = Rect::from_x_y_ranges(bar_left..=area.right(), body.y_range());
    scroll_bar::show(ui, track, state.table.scroll(), metrics, commands);
    ui.advance_cursor_after_rect(area);
}

/// Scrolls by the wheel or a touch pad while the pointer is over the table.
fn wheel(ui: &Ui, area: Rect, commands: &mut Vec<Command>) {
    if !ui.ctx().rect_contains_pointer(ui.layer_id(), area) {
        return;
    }
    let points = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
    if points != 0.0 {
        let pixels = f64::from(points * ui.pixels_per_point());
        commands.push(Command::Table(Action::ScrollBy(-pixels)));
    }
}

/// Returns the clip rectangle for a content of a cell: that of `ui` if all of it is inside of the cell, otherwise the cell.
///
/// Each different clip rectangle starts a new mesh. Mesa's software renderer copies and keeps 50 KB
/// for each mesh.
fn content_clip(ui: &Ui, cell: Rect, content: Rect) -> Rect {
    if cell.contains_rect(content) { ui.clip_rect() } else { cell.intersect(ui.clip_rect()) }
}

/// Describes the table to screen readers.
fn describe_table(grid: &Ui, table: &PowerTable, columns: &[FittedColumn]) {
    grid.ctx().accesskit_node_builder(id(), |node| {
        // The header counts as a row.
        node.set_row_count(table.metrics().lines + 1);
        node.set_column_count(columns.len());
        // Some platforms pass on the position in a set instead of the number of rows.
        node.set_size_of_set(table.metrics().lines);
        node.set_multiselectable();
        node.add_action(accesskit::Action::Focus);
        if let Some(at) = body::cursor_id(table, columns) {
            node.set_active_descendant(at.accesskit_id());
        }
    });
}

/// Describes a part of the table to screen readers, with its position.
fn describe(ctx: &Context, id: Id, rect: Rect, write: impl FnOnce(&mut Node)) {
    let bounds = accesskit::Rect {
        x0: rect.left().into(),
        y0: rect.top().into(),
        x1: rect.right().into(),
        y1: rect.bottom().into(),
    };
    ctx.accesskit_node_builder(id, |node| {
        node.set_bounds(bounds);
        write(node);
    });
}
