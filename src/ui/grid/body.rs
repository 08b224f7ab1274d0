//! The visible lines: groups and sessions.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{FontFamily, FontId, Id, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::super::command::Command;
use super::super::context_menu;
use super::super::duplicate_login;
use super::super::fonts;
use super::super::icons;
use super::super::model::{AppState, CellMenu, UiState, epoch_ms};
use super::super::past_note;
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::views;
use super::geometry::{self, Geometry, cell_id, line_id};
use super::mouse::MenuPlace;
use super::{FittedColumn, cell, cell_menu, mouse};
use crate::dataset::{Cell, Column, ColumnId, Dataset, names};
use crate::display;
use crate::query::{self, QueryResult};
use crate::table::{Cursor, Density, Group, LeftSession, Line, Metrics, PowerTable};

/// The maximum number of rows of a group whose users are counted and checked for several logins to one project.
const MAX_CHECKED_ROWS: usize = 1000;

/// Returns the height of a row.
pub(super) fn row_height(density: Density) -> f32 {
    match density {
        Density::Comfortable => tokens::ROW_HEIGHT,
        Density::Compact => tokens::ROW_HEIGHT_COMPACT,
    }
}

/// Draws the lines and handles the mouse. Returns the rectangle of the lines and the metrics they are drawn with.
pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    ui_state: &UiState,
    columns: &[FittedColumn],
    commands: &mut Vec<Command>,
) -> (Rect, Metrics) {
    let size = vec2(ui.available_width().max(ui.min_rect().width()), ui.available_height());
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let height = row_height(state.layout.density);
    let geometry = Geometry::new(rect, height, ui.pixels_per_point(), columns, &state.table);
    if geometry.metrics != state.table.metrics() {
        let line_px = geometry.metrics.line_px;
        commands.push(Command::SetViewport { line_px, view_px: geometry.metrics.view_px });
    }
    let visible_rect = rect.intersect(ui.clip_rect());
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect));
    ui.shrink_clip_rect(rect);

    // One response for all lines and behind them, so that tooltips of texts show, and a menu or a drag survives a refresh.
    let response = ui.interact(visible_rect, super::id().with("body"), Sense::CLICK | Sense::DRAG);
    let Some(sessions) = state.table.result() else {
        return (rect, geometry.metrics);
    };
    let has_focus = ui.memory(|memory| memory.has_focus(super::id()));
    let is_active = has_focus || context_menu::is_open(ui.ctx(), response.id);
    let is_all_stale = state.is_stale();
    let painter = Painter { geometry: &geometry, state, ui_state, sessions, is_active, is_all_stale };
    let hovered = response.hover_pos().and_then(|at| geometry.line_at(at));
    if hovered != ui_state.pointer_line {
        commands.push(Command::SetPointerLine(hovered));
    }
    for line in geometry.visible() {
        painter.line(&mut ui, line, hovered == Some(line));
    }
    // Where filters hide all sessions, another view says so.
    // A moment of the past may not have been watched.
    if sessions.dataset.is_empty() && state.past.is_none() {
        let place = UiBuilder::new().max_rect(visible_rect);
        views::no_sessions(&mut ui.new_child(place), state);
    }

    let by_key = geometry.cursor_corner().filter(|_| has_focus && context_menu::is_key_pressed(&ui));
    let clicked = mouse::handle(&ui, &response, &geometry, state.table.lines(), commands);
    let opened = if by_key.is_some() {
        Some(cell_menu::subject(
            state,
            state.table.cursor_row(),
            state.cursor_cell().map(|(id, _)| id).as_ref(),
        ))
    } else {
        clicked.map(|place| match place {
            MenuPlace::Below => CellMenu::default(),
            MenuPlace::Line(line, column) => {
                let column = column.as_ref().or(columns.first().map(|column| &column.id));
                match state.table.lines().get(line) {
                    Some(Line::Session(_)) => {
                        cell_menu::subject(state, state.table.rows_of(line).first().copied(), column)
                    }
                    Some(Line::Left(index)) => cell_menu::subject_of_left(state, index, column),
                    Some(Line::Group(_)) | None => CellMenu::default(),
                }
            }
        })
    };
    cell_menu::show(&response, by_key, opened.as_ref().unwrap_or(&ui_state.cell_menu), state, commands);
    commands.extend(opened.map(Command::SetCellMenu));
    (rect, geometry.metrics)
}

/// Returns the ID of the cell at the cursor, or of its line where that is a group.
pub(super) fn cursor_id(table: &PowerTable, columns: &[FittedColumn]) -> Option<Id> {
    let cursor = table.cursor_in_view()?;
    match cursor {
        Cursor::Group(_) => Some(line_id(cursor)),
        Cursor::Session(_) => Some(cell_id(cursor, cursor_column(table, columns)?)),
    }
}

/// Returns the column of the cursor, or the first one where that isn't shown.
fn cursor_column<'a>(table: &'a PowerTable, columns: &'a [FittedColumn]) -> Option<&'a ColumnId> {
    let column = table.column().filter(|id| columns.iter().any(|column| column.id == **id));
    column.or(columns.first().map(|column| &column.id))
}

/// Draws lines.
struct Painter<'a> {
    /// The positions of lines and columns.
    geometry: &'a Geometry<'a>,
    /// The state of the window.
    state: &'a AppState,
    /// The transient state of the window.
    ui_state: &'a UiState,
    /// The sessions shown.
    sessions: &'a QueryResult,
    /// The keyboard focus is in the table or in a cell menu: the cursor is drawn, and selected rows have the active color.
    is_active: bool,
    /// All sessions may be out of date, rather than those of single nodes.
    is_all_stale: bool,
}

impl Painter<'_> {
    fn line(&self, ui: &mut Ui, line: usize, is_hovered: bool) {
        let (Some(rect), Some(content)) = (self.geometry.line(line), self.state.table.lines().get(line))
        else {
            return;
        };
        if let Line::Left(index) = content {
            return self.left(ui, rect, index, is_hovered);
        }
        let Some(at) = self.state.table.cursor_at(line) else {
            return;
        };
        let row = at.row();
        let is_selected = match content {
            Line::Group(number) => self.state.table.is_group_selected(number),
            Line::Session(_) | Line::Left(_) => self.state.table.is_selected(row),
        };
        let is_group = matches!(content, Line::Group(_));
        background(ui, rect, &LineState { is_group, is_selected, is_hovered }, self.is_active);
        let builder = UiBuilder::new().scope_id(line_id(at)).max_rect(rect).accessibility_role(Role::Row);
        let mut ui = ui.new_child(builder);
        super::describe(ui.ctx(), line_id(at), rect, |node| {
            node.set_row_index(line + 1);
            node.set_position_in_set(line);
            node.set_selected(is_selected);
        });
        match content {
            Line::Group(number) => self.group(&mut ui, number, rect),
            Line::Session(_) | Line::Left(_) => self.session(&mut ui, at, row, rect),
        }
        // On a session, the cursor is around a cell.
        if is_group && self.is_active && self.state.table.is_cursor(at) {
            let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette(ui.visuals()).focus);
            ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Inside);
        }
    }

    fn session(&self, ui: &mut Ui, at: Cursor, row: u32, rect: Rect) {
        let table = &self.state.table;
        // The badge for several logins is next to the user name, or in the first column where that is hidden.
        let badge_column =
            self.geometry.columns.iter().position(|column| column.id == ColumnId::Username).unwrap_or(0);
        let duplicate = self.sessions.duplicate_logins.get(row);
        let is_new = table.is_new(row);
        let mut alert = self.state.alert_mark(row);
        if is_new {
            let bar = rect.with_max_x(rect.left() + tokens::NEW_BAR_WIDTH);
            ui.painter().rect_filled(bar, 0.0, palette(ui.visuals()).new);
        }
        let clock = self.state.row_clock(row);
        let indent = if self.state.table.lines().groups().is_empty() { 0.0 } else { theme::GROUP_INDENT };
        let is_stale = self.is_all_stale || self.state.is_row_stale(row);
        let columns = self.geometry.columns;
        let past_at = self.state.past.as_ref().map(|past| past.at);
        let state_column = ColumnId::from(names::STATE);
        let has_cursor = self.is_active && table.is_cursor(at);
        let cursor_column = if has_cursor { cursor_column(table, columns) } else { None };
        for (index, (column, rect)) in columns.iter().zip(geometry::cells(rect, columns)).enumerate() {
            let is_cursor = cursor_column == Some(&column.id);
            if is_cursor && self.ui_state.reveals_cursor_column {
                ui.scroll_to_rect(rect, None);
            }
            let values = self.sessions.dataset.column(&column.id);
            let value = values.map_or(Cell::Null, |values| values.cell(row as usize));
            let highlights = self.state.highlights_in(&column.id);
            let highlight = match values {
                Some(Column::Text(texts)) => highlights.and_then(|found| found.find(texts, row as usize)),
                _ => None,
            };
            let duplicate = duplicate.filter(|_| index == badge_column);
            let style = cell::CellStyle {
                indent: if index == 0 { indent } else { 0.0 },
                highlight,
                duplicate,
                alert: if index == badge_column { alert.take() } else { None },
                is_new: is_new && index == badge_column,
                is_cursor,
                note: past_at
                    .filter(|_| column.id == state_column)
                    .and_then(|at| past_note::of(self.sessions, at, row, &clock)),
                presence: if is_stale { cell::Presence::Stale } else { cell::Presence::On },
                ..cell::CellStyle::new(cell_id(at, &column.id), index)
            };
            cell::show(ui, rect, &column.id, value, &clock, &style);
        }
    }

    /// Draws a session that has just left.
    fn left(&self, ui: &mut Ui, rect: Rect, index: usize, is_hovered: bool) {
        let Some(session) = self.state.table.left_session(index) else {
            return;
        };
        let state = LineState { is_group: false, is_selected: false, is_hovered };
        background(ui, rect, &state, self.is_active);
        let columns = self.geometry.columns;
        let mark_column = columns.iter().position(|column| column.id == ColumnId::Username).unwrap_or(0);
        let clock = self.state.left_clock(session);
        let indent = if self.is_in_group_above(index, session) { theme::GROUP_INDENT } else { 0.0 };
        let id = super::id().with(("left", Arc::as_ptr(&session.dataset) as usize, session.row));
        let mut ui = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect).accessibility_role(Role::Row));
        for (index, (column, rect)) in columns.iter().zip(geometry::cells(rect, columns)).enumerate() {
            let values = session.dataset.column(&column.id);
            let value = values.map_or(Cell::Null, |values| values.cell(session.row as usize));
            let style = cell::CellStyle {
                indent: if index == 0 { indent } else { 0.0 },
                left_at: (index == mark_column).then(|| {
                    // In the time zone of the other dates of the row.
                    session.left_at.map(|time| clock.full_date(epoch_ms(time))).unwrap_or_default()
                }),
                presence: cell::Presence::Left,
                ..cell::CellStyle::new(id.with(&column.id), index)
            };
            cell::show(&mut ui, rect, &column.id, value, &clock, &style);
        }
    }

    /// Draws a group: its value, the number of its sessions and users, and a mark where a user has several sessions in one
    /// project.
    fn group(&self, ui: &mut Ui, number: usize, rect: Rect) {
        let group = self.state.table.lines().groups()[number];
        let GroupTexts { title, value, numbers, mark } = self.group_texts(group);
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            let mark = mark.as_ref().map(|mark| format!(", {}", mark.words)).unwrap_or_default();
            node.set_label(format!("{title} {value}, {numbers}{mark}"));
            node.set_expanded(group.is_expanded);
        });
        let palette = palette(ui.visuals());
        let is_stale = self.is_group_stale(group);
        let text_color = if is_stale { palette.secondary } else { palette.text };
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let icon = if group.is_expanded { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
        let y = rect.center().y - tokens::LINE / 2.0;
        let left = rect.left() + theme::CELL_LEFT;
        icon.paint(&painter, pos2(left + tokens::ICON_SMALL / 2.0, y), tokens::ICON_SMALL, text_color);
        let mut x = rect.left() + theme::COLLAPSE_WIDTH;
        let small = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        for (text, font, color) in [
            (Some(value), FontId::new(tokens::TYPE_BODY, fonts::semibold()), text_color),
            (Some(numbers), small.clone(), palette.secondary),
            (mark.map(|mark| mark.short), small, if is_stale { palette.secondary } else { palette.warning }),
        ] {
            let Some(text) = text else {
                continue;
            };
            let galley = fonts::line(&painter, text, font, color);
            let width = galley.size().x;
            painter.galley(pos2(x, y - galley.size().y / 2.0), galley, color);
            x += width + theme::CELL_GAP;
        }
    }

    /// Returns `true` if a session that has left has the value of the group in which it is shown. The last one of a group is
    /// below the group above.
    fn is_in_group_above(&self, index: usize, session: &LeftSession) -> bool {
        let QueryResult { dataset, rows, .. } = self.sessions;
        let lines = self.state.table.lines();
        let Some(group) = lines.group_of_left(index).map(|number| lines.groups()[number]) else {
            return false;
        };
        self.group_value(dataset, rows[group.start]) == self.group_value(&session.dataset, session.row)
    }

    /// Returns `true` if all sessions of a group may be out of date.
    fn is_group_stale(&self, group: Group) -> bool {
        let rows = &self.sessions.rows[group.range()];
        self.is_all_stale || rows.iter().take(MAX_CHECKED_ROWS).all(|row| self.state.is_row_stale(*row))
    }

    /// Returns the text by which a session is grouped.
    fn group_value<'a>(&self, dataset: &'a Dataset, row: u32) -> Option<&'a str> {
        match dataset.column(self.sessions.grouping.as_ref()?)? {
            Column::Text(texts) => texts.get(row as usize),
            _ => None,
        }
    }

    fn group_texts(&self, group: Group) -> GroupTexts {
        let QueryResult { dataset, rows, duplicate_logins, .. } = self.sessions;
        let rows = &rows[group.range()];
        let id = self.sessions.grouping.as_ref();
        let value = self.group_value(dataset, rows[0]).map(display::text);
        let mut numbers = display::sessions(rows.len());
        if id != Some(&ColumnId::Username) && rows.len() <= MAX_CHECKED_ROWS {
            let users = query::count_users(dataset, rows);
            numbers = format!("{numbers}, {}", display::counted(users, "user", "users"));
        }
        // Only the first rows of a large group are checked: no user signs in thousands of times.
        let logins = rows.iter().take(MAX_CHECKED_ROWS).filter_map(|&row| duplicate_logins.get(row));
        // A user with several sessions on one host comes first, then the one with the most sessions.
        let most = logins.max_by_key(|login| (login.is_accidental(), login.sessions, login.on_host));
        GroupTexts {
            title: id.map(|id| self.state.column_title(id)).unwrap_or_default().into_owned(),
            value: value.unwrap_or(display::NULL.into()).into_owned(),
            numbers,
            mark: most.map(|login| GroupMark {
                short: duplicate_login::short(login),
                words: duplicate_login::in_group(login),
            }),
        }
    }
}

/// The texts of the head of a group.
struct GroupTexts {
    /// The title of the column.
    title: String,
    /// The value of the column.
    value: String,
    /// The number of sessions and users.
    numbers: String,
    /// The logins of a user with several sessions in one project.
    mark: Option<GroupMark>,
}

/// The mark of a group in which a user has several sessions in one project.
struct GroupMark {
    /// The text of the mark, as in the rows.
    short: String,
    /// The text for screen readers.
    words: String,
}

/// The state of a line that its background shows.
struct LineState {
    is_group: bool,
    is_selected: bool,
    is_hovered: bool,
}

fn background(ui: &Ui, rect: Rect, state: &LineState, is_active: bool) {
    let palette = palette(ui.visuals());
    let selection = if is_active { palette.selection } else { palette.selection_inactive };
    let (fill, line) = match state {
        LineState { is_selected: true, .. } => (selection, selection),
        LineState { is_group: true, .. } => (palette.header, palette.divider),
        LineState { is_hovered: true, .. } => (palette.row_hover, palette.row_line),
        _ => (palette.table, palette.row_line),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    let bottom = rect.bottom() - tokens::LINE / 2.0;
    ui.painter().hline(rect.x_range(), bottom, Stroke::new(tokens::LINE, line));
}
