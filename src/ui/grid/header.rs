//! The header: a click sorts, a drag moves a column or its edge, a right click opens a menu.

use egui::accesskit::{Role, SortDirection};
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, CursorIcon, FontId, Id, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::super::arrow_keys::{self, Axis};
use super::super::command::{ColumnChange, Command};
use super::super::context_menu;
use super::super::hover;
use super::super::icons;
use super::super::model::AppState;
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::auto_width::{fit_to_content, font, shown_title};
use super::{FittedColumn, cell, geometry, header_menu};
use crate::dataset::{Column, ColumnId};
use crate::query::SortKey;

/// Draws the header.
pub(super) fn show(ui: &mut Ui, state: &AppState, columns: &[FittedColumn], commands: &mut Vec<Command>) {
    let height = tokens::HEADER_HEIGHT;
    let width: f32 = columns.iter().map(|column| column.width).sum();
    let size = vec2(width.max(ui.available_width()), height);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let builder =
        UiBuilder::new().scope_id(super::id().with("header")).max_rect(rect).accessibility_role(Role::Row);
    let mut row = ui.new_child(builder);
    super::describe(row.ctx(), row.unique_id(), rect, |node| node.set_row_index(0));
    row.painter().rect_filled(rect, 0.0, palette(row.visuals()).header);

    let cells = geometry::cells(rect, columns);
    let mut dropped = None;
    for (index, (column, rect)) in columns.iter().zip(&cells).enumerate() {
        let response = title(&mut row, state, &column.id, *rect, index);
        if response.clicked() {
            let adds = row.input(|input| input.modifiers.command);
            commands.push(if adds {
                Command::AddSort(column.id.clone())
            } else {
                Command::SortBy(column.id.clone())
            });
        }
        let name = state.column_title(&column.id);
        if let Some(target) = drag(&row, &response, &name, &cells, index) {
            dropped = Some((column.id.clone(), target));
        }
        let by_key = response.has_focus() && context_menu::is_key_pressed(&row);
        let by_key = by_key.then(|| rect.left_bottom());
        if header_menu::show(&response, by_key, state, &column.id, commands) {
            fit_to_content(&row, state, &column.id, row.clip_rect().width(), commands);
        }
    }
    for (column, rect) in columns.iter().zip(&cells) {
        edge(&row, state, column, *rect, commands);
    }
    let line = Stroke::new(tokens::LINE, palette(row.visuals()).divider);
    row.painter().hline(rect.x_range(), rect.bottom() - tokens::LINE / 2.0, line);
    if let Some((id, target)) = dropped {
        let next = columns.get(target).map(|column| column.id.clone());
        commands.push(Command::Column(id, ColumnChange::MoveBefore(next)));
    }
}

fn title(row: &mut Ui, state: &AppState, id: &ColumnId, rect: Rect, index: usize) -> Response {
    let sort = &state.layout.sort;
    let rank = sort.iter().position(|key| key.column == *id);
    let direction = rank
        .map(|rank| if sort[rank].descending { SortDirection::Descending } else { SortDirection::Ascending });
    let builder = UiBuilder::new().scope_id(super::id().with(("title", id.name()))).max_rect(rect);
    let mut ui = row.new_child(builder);
    let title = state.column_title(id);
    let column = state.table.result().and_then(|sessions| sessions.dataset.column(id));
    let (_, response) = ui.allocate_exact_size(rect.size(), Sense::click_and_drag());
    arrow_keys::join(&ui, super::id().with("titles"), Axis::Horizontal, &response);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*title));
    let clock = state.clock();
    let is_date = matches!(column, Some(Column::Date(_)));
    let zone = is_date.then(|| format!(", {}", clock.zone_name()));
    let tooltip = format!(
        "{}{}\nClick to sort, {ctrl}+click to add to the sort, drag to move, right-click for more",
        state.column_title(id),
        zone.unwrap_or_default(),
        ctrl = theme::CTRL
    );
    let response = response.tooltip_above(tooltip);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::ColumnHeader);
        node.set_column_index(index);
        if let Some(direction) = direction {
            node.set_sort_direction(direction);
            node.set_description(sort_text(sort, id));
        }
    });
    let shown_rank = rank.filter(|_| sort.len() > 1);
    let title = Title {
        text: shown_title(id, column, state, &clock),
        sort: direction,
        rank: shown_rank,
        is_right_aligned: cell::is_right_aligned(column),
        has_line: index > 0,
    };
    title.paint(&ui, rect, &response);
    response
}

/// The parts of a title.
struct Title {
    text: String,
    sort: Option<SortDirection>,
    /// The index of the column in a sort by several.
    rank: Option<usize>,
    is_right_aligned: bool,
    /// There is a line to the left.
    has_line: bool,
}

impl Title {
    /// Draws the title. It is truncated before the sort, which stays visible.
    fn paint(self, ui: &Ui, rect: Rect, response: &Response) {
        let palette = palette(ui.visuals());
        let painter = ui.painter();
        let lit = hover::strength(response);
        let is_sorted = self.sort.is_some();
        let color = if is_sorted { palette.text } else { hover::blend(palette.secondary, palette.text, lit) };
        painter.rect_filled(rect, 0.0, hover::blend(Color32::TRANSPARENT, palette.hover, lit));
        if self.has_line {
            let stroke = Stroke::new(tokens::LINE, palette.divider);
            let y = rect.y_range().shrink(theme::HEADER_LINE_MARGIN);
            painter.vline(rect.left() + tokens::LINE / 2.0, y, stroke);
        }
        let rank = self.rank.map(|rank| {
            let font = FontId::proportional(tokens::TYPE_CAPTION);
            painter.layout_no_wrap((rank + 1).to_string(), font, color)
        });
        let icon = self.sort.map(|direction| match direction {
            SortDirection::Ascending => icons::ARROW_UP,
            _ => icons::ARROW_DOWN,
        });
        let rank_width = rank.as_ref().map_or(0.0, |rank| rank.size().x + tokens::UNIT);
        let sort_width = if icon.is_some() { tokens::ICON_TINY + tokens::UNIT + rank_width } else { 0.0 };
        // The sort may be in the space before the next title, so that the title is truncated later.
        let has_space = self.is_right_aligned || !is_sorted;
        let right = if has_space { theme::CELL_RIGHT } else { theme::SORTED_TITLE_RIGHT };
        let inner = rect.with_min_x(rect.left() + theme::CELL_LEFT).with_max_x(rect.right() - right);
        let mut job = LayoutJob::simple_singleline(self.text, font(), color);
        job.wrap = TextWrapping::truncate_at_width((inner.width() - sort_width).max(0.0));
        let galley = painter.layout_job(job);
        let left = if self.is_right_aligned {
            (inner.right() - sort_width - galley.size().x).max(inner.left())
        } else {
            inner.left()
        };
        let y = inner.center().y;
        let at = pos2(left, y - galley.size().y / 2.0);
        let mut x = left + galley.size().x + tokens::UNIT;
        let content = galley.mesh_bounds.translate(at.to_vec2());
        let content = content.with_max_x(content.right() + sort_width);
        let painter = &painter.with_clip_rect(super::content_clip(ui, rect, content));
        painter.galley(at, galley, color);
        if let Some(icon) = icon {
            icon.paint(painter, pos2(x + tokens::ICON_TINY / 2.0, y), tokens::ICON_TINY, color);
            x += tokens::ICON_TINY + tokens::UNIT;
        }
        if let Some(rank) = rank {
            painter.galley(pos2(x, y - rank.size().y / 2.0), rank, color);
        }
        if response.has_focus() {
            let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette.focus);
            ui.painter().rect_stroke(rect, tokens::CURSOR_RADIUS, stroke, StrokeKind::Inside);
        }
    }
}

/// Returns the sort of a column in words, for screen readers.
fn sort_text(sort: &[SortKey], id: &ColumnId) -> String {
    let rank = sort.iter().position(|key| key.column == *id);
    let Some(rank) = rank else {
        return String::new();
    };
    let direction = if sort[rank].descending { "descending" } else { "ascending" };
    if sort.len() > 1 { format!("sorted {direction}, {}", rank + 1) } else { format!("sorted {direction}") }
}

/// Shows where a dragged column would go. Returns its new index once it is dropped.
fn drag(row: &Ui, title: &Response, name: &str, cells: &[Rect], index: usize) -> Option<usize> {
    if !title.dragged() && !title.drag_stopped() {
        return None;
    }
    let pointer = title.interact_pointer_pos()?;
    let target = cells.iter().filter(|rect| rect.center().x < pointer.x).count();
    let moves = target != index && target != index + 1;
    if title.drag_stopped() {
        return moves.then_some(target);
    }
    row.ctx().set_cursor_icon(CursorIcon::Grabbing);
    let x = cells.get(target).map_or(cells[cells.len() - 1].right(), Rect::left);
    let height = row.max_rect().y_range();
    let overlay = row.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, super::id().with("drag")));
    let color = row.visuals().selection.stroke.color;
    if moves {
        overlay.vline(x, height, Stroke::new(theme::DROP_LINE, color));
    }
    let font = TextStyle::Body.resolve(row.style());
    let at = pointer + theme::DRAG_OFFSET;
    let galley = overlay.layout_no_wrap(name.to_owned(), font, color);
    let ghost = Rect::from_min_size(at, galley.size()).expand2(theme::DRAG_PADDING);
    overlay.rect_filled(ghost, tokens::RADIUS_SMALL, row.visuals().extreme_bg_color);
    overlay.galley(at, galley, color);
    None
}

/// Draws the right edge of a column. A drag resizes the column, a double click fits it to its content.
fn edge(row: &Ui, state: &AppState, column: &FittedColumn, title: Rect, commands: &mut Vec<Command>) {
    let rect = Rect::from_x_y_ranges(
        title.right() - theme::EDGE_WIDTH / 2.0..=title.right() + theme::EDGE_WIDTH / 2.0,
        title.y_range(),
    );
    let edge_id: Id = super::id().with(("edge", column.id.name()));
    let response = row.interact(rect, edge_id, Sense::CLICK | Sense::DRAG);
    let is_active = response.hovered() || response.dragged();
    if is_active {
        row.ctx().set_cursor_icon(CursorIcon::ResizeColumn);
    }
    // Resizing starts from the width before the drag, so that the edge follows the pointer back from a limit.
    if response.drag_started() {
        row.data_mut(|data| data.insert_temp(edge_id, column.width));
    }
    if response.dragged()
        && let (Some(width), Some(moved)) =
            (row.data(|data| data.get_temp::<f32>(edge_id)), response.total_drag_delta())
    {
        commands.push(Command::Column(column.id.clone(), ColumnChange::Resize(width + moved.x)));
    }
    if response.double_clicked() {
        fit_to_content(row, state, &column.id, row.clip_rect().width(), commands);
    }
    if is_active {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette(row.visuals()).focus);
        row.painter().vline(title.right(), title.y_range(), stroke);
    }
    super::describe(row.ctx(), response.id, rect, |node| {
        node.set_role(Role::Splitter);
        node.set_label(format!("Width of {}", state.column_title(&column.id)));
    });
}
