//! The lines in view, each on whole pixels.

use egui::accesskit::Role;
use egui::{
    Align2, Color32, FontSelection, Id, Pos2, Rangef, Rect, RichText, Sense, Stroke, StrokeKind, TextStyle,
    Ui, UiBuilder, pos2, vec2,
};

use super::super::command::Command;
use super::super::context_menu;
use super::super::model::Model;
use super::super::theme;
use super::{Shown, cell, cell_menu, mouse};
use crate::dataset::{Cell, Column, ColumnId};
use crate::display::{self, Clock};
use crate::table::{Cursor, Group, Line, PowerTable, Sessions};

/// Draws the lines and takes the clicks. Gives the room that they have.
pub(super) fn show(
    ui: &mut Ui,
    model: &mut Model,
    columns: &[Shown],
    moved_sideways: bool,
    commands: &mut Vec<Command>,
) -> Rect {
    let size = vec2(ui.available_width().max(ui.min_rect().width()), ui.available_height());
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let scale = ui.pixels_per_point();
    model.table.set_view(pixels(theme::ROW_HEIGHT * scale).max(1), pixels(rect.height() * scale));
    let seen = rect.intersect(ui.clip_rect());
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect));
    ui.shrink_clip_rect(rect);

    // Under the lines, so that a text's own hint still shows; one place for all of them, so that a menu or a drag
    // stays where it is when sessions come and go.
    let hand = ui.interact(seen, super::id().with("body"), Sense::CLICK | Sense::DRAG);
    let Some(sessions) = model.table.sessions() else {
        return rect;
    };
    let has_keyboard = ui.memory(|memory| memory.has_focus(super::id()));
    let shows_keyboard = has_keyboard || context_menu::is_open(ui.ctx(), hand.id);
    let lines = Painter { rect, scale, columns, model, sessions, clock: model.clock(), shows_keyboard };
    let pointed = hand.hover_pos().and_then(|at| lines.line_at(at));
    for line in model.table.scroll().visible(model.table.metrics()) {
        lines.line(&mut ui, line, pointed == Some(line), moved_sideways);
    }
    if sessions.lines.is_empty() {
        let text = if sessions.dataset.is_empty() {
            "Nobody is logged in"
        } else {
            "No session matches the filters"
        };
        super::placeholder(&mut ui, text);
        if !sessions.dataset.is_empty() {
            let size = vec2(theme::MENU_WIDTH, theme::ROW_HEIGHT);
            let place =
                Rect::from_center_size(seen.center() + vec2(0.0, theme::BELOW_WORDS + size.y / 2.0), size);
            if ui.put(place, egui::Button::new("Show all sessions")).clicked() {
                commands.push(Command::ClearFilters);
            }
        }
    }

    let by_key = lines.cursor_place().filter(|_| has_keyboard && context_menu::is_wanted_by_key(&ui));
    let mouse::Done { actions, menu } = mouse::take(&ui, &hand, &lines, commands);
    if !actions.is_empty() {
        ui.ctx().request_repaint();
    }
    for action in actions {
        model.table.act(action);
    }
    if by_key.is_some() || menu.is_some() {
        let cell = model.cell_at_keyboard().filter(|_| menu != Some(false));
        let row = model.table.cursor_row().filter(|_| cell.is_some());
        model.menu_cell = cell.map(|(id, cell)| (id, cell.into()));
        model.menu_session = row.and_then(|row| model.terminable(row));
    }
    cell_menu::show(&hand, by_key, model, commands);
    rect
}

/// The node of the cell, or of the line, that the keyboard is on.
pub(super) fn keyboard_place(table: &PowerTable, columns: &[Shown]) -> Option<Id> {
    let row = table.cursor_in_view()?;
    match row {
        Cursor::Group(row) => Some(line_id(Cursor::Group(row))),
        Cursor::Session(_) => {
            let column = table.column().filter(|id| columns.iter().any(|column| column.id == **id));
            let column = column.or(columns.first().map(|column| &column.id))?;
            Some(cell_id(row, column))
        }
    }
}

fn line_id(at: Cursor) -> Id {
    match at {
        Cursor::Session(row) => super::id().with(("line", row)),
        Cursor::Group(row) => super::id().with(("group", row)),
    }
}

fn cell_id(at: Cursor, column: &ColumnId) -> Id {
    line_id(at).with(column.name())
}

/// Points that were made of whole pixels, as pixels again.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no screen has that many pixels")]
fn pixels(points: f32) -> u32 {
    points.round().max(0.0) as u32
}

/// What painting a line takes, and finding one.
pub(super) struct Painter<'a> {
    /// The room of all lines.
    pub(super) rect: Rect,
    scale: f32,
    columns: &'a [Shown],
    model: &'a Model,
    /// What is shown.
    pub(super) sessions: &'a Sessions,
    clock: Clock,
    /// Whether it is shown where the keyboard is: while it is here, or in the menu of a cell.
    shows_keyboard: bool,
}

impl Painter<'_> {
    /// Where a line stands. Counted in pixels from the top of the view, so that no line is wider or narrower.
    fn place(&self, line: usize) -> Option<Rect> {
        let table = &self.model.table;
        let metrics = table.metrics();
        let top = table.scroll().place(line, metrics)?;
        let origin = (self.rect.top() * self.scale).round();
        #[expect(clippy::cast_precision_loss, reason = "a place in view is a few thousand pixels at most")]
        let (top, height) = (origin + top as f32, metrics.line_px as f32);
        let y = Rangef::new(top / self.scale, (top + height) / self.scale);
        Some(Rect::from_x_y_ranges(self.rect.x_range(), y))
    }

    /// The lower left corner of the cell that the keyboard is on, if it is in view.
    fn cursor_place(&self) -> Option<Pos2> {
        let table = &self.model.table;
        let mut visible = table.scroll().visible(table.metrics());
        let line = visible.find(|&line| table.cursor_at(line).is_some_and(|at| table.is_cursor(at)))?;
        let line = self.place(line)?;
        let cells = super::header::cells(line, self.columns);
        let column = self.columns.iter().position(|column| table.column() == Some(&column.id));
        cells.get(column.unwrap_or(0)).map(Rect::left_bottom)
    }

    /// The line at this place.
    pub(super) fn line_at(&self, at: Pos2) -> Option<usize> {
        if !self.rect.contains(at) {
            return None;
        }
        let table = &self.model.table;
        let mut visible = table.scroll().visible(table.metrics());
        visible.find(|&line| self.place(line).is_some_and(|rect| rect.y_range().contains(at.y)))
    }

    /// The line at this height, or the first or last one in view where the place is above or below them.
    pub(super) fn nearest_line(&self, at: Pos2) -> Option<usize> {
        let table = &self.model.table;
        let mut visible = table.scroll().visible(table.metrics());
        let last = visible.clone().next_back()?;
        Some(visible.find(|&line| self.place(line).is_some_and(|rect| at.y < rect.bottom())).unwrap_or(last))
    }

    /// The column at this place.
    pub(super) fn column_at(&self, x: f32) -> Option<ColumnId> {
        let mut right = self.rect.left();
        let under = self.columns.iter().find(|column| {
            right += column.width;
            x < right
        });
        under.map(|column| column.id.clone())
    }

    fn line(&self, ui: &mut Ui, line: usize, is_pointed: bool, moved_sideways: bool) {
        let (Some(rect), Some(what)) = (self.place(line), self.sessions.lines.get(line)) else {
            return;
        };
        let rows = self.sessions.lines.rows_of(line);
        let Some(&row) = rows.first() else {
            return;
        };
        let at = match what {
            Line::Group(_) => Cursor::Group(row),
            Line::Session(_) => Cursor::Session(row),
        };
        let is_selected = match what {
            Line::Group(number) => self.model.table.is_group_selected(number),
            Line::Session(_) => self.model.table.is_selected(row),
        };
        background(ui, rect, line, is_selected, is_pointed);
        let builder = UiBuilder::new().scope_id(line_id(at)).max_rect(rect).accessibility_role(Role::Row);
        let mut ui = ui.new_child(builder);
        super::describe(ui.ctx(), line_id(at), rect, |node| {
            node.set_row_index(line + 1);
            node.set_position_in_set(line);
            node.set_selected(is_selected);
        });
        match what {
            Line::Group(number) => self.group(&mut ui, number, rect),
            Line::Session(_) => self.session(&mut ui, at, row, rect, moved_sideways),
        }
        if self.shows_keyboard && self.model.table.is_cursor(at) {
            let stroke = Stroke::new(1.0, ui.visuals().selection.stroke.color);
            ui.painter().rect_stroke(rect.shrink(0.5), 0.0, stroke, StrokeKind::Inside);
        }
    }

    fn session(&self, ui: &mut Ui, at: Cursor, row: u32, rect: Rect, moved_sideways: bool) {
        let table = &self.model.table;
        // The mark of those who are logged in twice stands by the name or, where that is hidden, in the first column.
        let marked = self.columns.iter().position(|column| column.id == ColumnId::Username).unwrap_or(0);
        let times = self.sessions.repeats.times(row);
        let indent = if self.sessions.lines.groups().is_empty() { 0.0 } else { theme::FOLD_WIDTH };
        for (index, (column, rect)) in
            self.columns.iter().zip(super::header::cells(rect, self.columns)).enumerate()
        {
            let has_keyboard =
                self.shows_keyboard && table.is_cursor(at) && table.column() == Some(&column.id);
            if has_keyboard && moved_sideways {
                ui.scroll_to_rect(rect, None);
            }
            let what = match self.sessions.dataset.column(&column.id) {
                None => Cell::Null,
                Some(values) => values.cell(row as usize),
            };
            let times = times.filter(|_| index == marked);
            let looks = cell::CellStyle {
                id: cell_id(at, &column.id),
                index,
                indent: if index == 0 { indent } else { 0.0 },
                filter: self.model.filter_on(&column.id),
                times,
                has_keyboard,
            };
            cell::show(ui, rect, &column.id, what, &self.clock, &looks);
        }
    }

    /// The head of a group: its value, how many sessions it has, and whether somebody is in it twice.
    fn group(&self, ui: &mut Ui, number: usize, rect: Rect) {
        let group = self.sessions.lines.groups()[number];
        let (title, said) = self.described(group);
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_label(said);
            node.set_expanded(group.is_open);
        });
        let painter = ui.painter();
        let colour = ui.visuals().strong_text_color();
        let sign = if group.is_open { "▼" } else { "▶" };
        let font = FontSelection::from(TextStyle::Body).resolve(ui.style());
        let middle = pos2(rect.left() + theme::FOLD_WIDTH / 2.0, rect.center().y);
        painter.text(middle, Align2::CENTER_CENTER, sign, font, colour);
        let text = rect.with_min_x(rect.left() + theme::FOLD_WIDTH);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(text).layout(cell::layout()));
        ui.add(egui::Label::new(RichText::new(title).strong()).truncate().selectable(false));
    }

    fn described(&self, group: Group) -> (String, String) {
        let Sessions { dataset, lines, repeats, .. } = self.sessions;
        let rows = &lines.rows()[group.places()];
        let id = self.sessions.grouping.as_ref();
        let value = match id.and_then(|id| dataset.column(id)) {
            Some(Column::Text(column)) => column.get(rows[0] as usize).unwrap_or("–"),
            _ => "–",
        };
        let sessions = display::sessions(rows.len());
        // Of a large group the first part is looked at: whoever has thousands of sessions is no person.
        let twice = rows.iter().take(theme::LOOKED_AT).any(|&row| repeats.times(row).is_some());
        let mark = if twice { ", more than once in one project" } else { "" };
        let column = id.map_or("", |id| display::title(id));
        (format!("{value}   {sessions}{mark}"), format!("{column} {value}, {sessions}{mark}"))
    }
}

fn background(ui: &Ui, rect: Rect, line: usize, is_selected: bool, is_pointed: bool) {
    let visuals = ui.visuals();
    // By the line, not by its place on the screen: a stripe moves with its line.
    let fill = if is_selected {
        visuals.selection.bg_fill
    } else if is_pointed {
        visuals.widgets.hovered.weak_bg_fill
    } else if line % 2 == 1 {
        visuals.faint_bg_color
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    if is_selected {
        // A second sign of it beside the colour.
        let bar = rect.with_max_x(rect.left() + theme::SELECTED_BAR);
        ui.painter().rect_filled(bar, 0.0, visuals.selection.stroke.color);
    }
}
