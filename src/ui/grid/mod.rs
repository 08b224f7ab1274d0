//! The table of sessions: a header that stays, the lines in view, and a scroll bar that counts in lines.
//!
//! Only what is in view is ever laid out. Where a line stands is counted in whole pixels by [`crate::table`]; keys
//! and the wheel act before anything is painted, clicks after.

mod body;
mod cell;
mod cell_menu;
mod header;
mod header_menu;
mod keys;
mod mouse;
mod scroll_bar;

use egui::accesskit::{self, Node, Role};
use egui::{Context, Id, Label, Rect, RichText, ScrollArea, Sense, TextStyle, Ui, UiBuilder, vec2};

use super::command::Command;
use super::model::{Health, Model};
use super::theme;
use crate::dataset::ColumnId;
use crate::table::{Action, PowerTable};

pub(super) use header_menu::choose_columns;

/// The grid as a whole: what has the keyboard, and what a screen reader finds.
pub(super) fn id() -> Id {
    Id::unique("sessions")
}

/// A column as it is painted in this frame.
struct Shown {
    id: ColumnId,
    width: f32,
}

/// Draws the table, or in its place why there is none.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    let Some(sessions) = model.table.sessions() else {
        let text = match model.health() {
            Health::Unreachable(_) => "No sessions were read yet",
            _ if model.gateway.is_empty() => "No gateway is watched",
            _ => "Reading…",
        };
        placeholder(ui, text);
        return;
    };
    let columns: Vec<Shown> = model
        .layout
        .columns
        .shown(&sessions.dataset)
        .map(|setting| Shown { id: setting.id.clone(), width: setting.width() })
        .collect();

    let area = ui.available_rect_before_wrap();
    let bar_width = ui.spacing().scroll.bar_width;
    let (table, bar) = area.split_left_right_at_x(area.right() - bar_width);
    let builder = UiBuilder::new()
        .scope_id(id())
        .max_rect(table)
        .sense(Sense::FOCUSABLE)
        .accessibility_role(Role::Grid)
        .accessibility_label("Sessions");
    let mut grid = ui.new_child(builder);
    if model.is_stale() {
        grid.set_opacity(theme::STALE_OPACITY);
    }
    wheel(&grid, area, &mut model.table);
    let moved_sideways = keys::take(&grid, &columns, model, commands);
    let body = ScrollArea::horizontal()
        .auto_shrink(false)
        .show(&mut grid, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let wide: f32 = columns.iter().map(|column| column.width).sum();
            ui.set_min_width(wide);
            header::show(ui, model, &columns, commands);
            body::show(ui, model, &columns, moved_sideways, commands)
        })
        .inner;
    tell_screen_readers(&grid, &model.table, &columns);
    drop(grid);
    let track = Rect::from_x_y_ranges(bar.x_range(), body.y_range());
    scroll_bar::show(ui, track, &mut model.table);
    ui.advance_cursor_after_rect(area);
}

/// Scrolls by the wheel or a touch pad, wherever over the table the pointer is.
fn wheel(ui: &Ui, area: Rect, table: &mut PowerTable) {
    if !ui.ctx().rect_contains_pointer(ui.layer_id(), area) {
        return;
    }
    let points = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
    if points != 0.0 {
        table.act(Action::ScrollBy(-f64::from(points * ui.pixels_per_point())));
    }
}

fn tell_screen_readers(grid: &Ui, table: &PowerTable, columns: &[Shown]) {
    grid.ctx().accesskit_node_builder(id(), |node| {
        // The header is a row, too.
        node.set_row_count(table.metrics().lines + 1);
        node.set_column_count(columns.len());
        // Not every platform passes on the number of rows; a line's place in a set is passed on.
        node.set_size_of_set(table.metrics().lines);
        node.set_multiselectable();
        if let Some(at) = body::keyboard_place(table, columns) {
            node.set_active_descendant(at.accesskit_id());
        }
    });
}

/// Tells screen readers of a part of the table, and where it is.
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

fn placeholder(ui: &mut Ui, text: &str) {
    // In the middle of what is seen of a table that may be wider than the window.
    let rect = ui.max_rect().intersect(ui.clip_rect());
    let font = TextStyle::Heading.resolve(ui.style());
    let label = Label::new(RichText::new(text).font(font).weak());
    ui.put(rect, label);
}
