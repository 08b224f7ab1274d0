//! The lists in the panel at the bottom: their backgrounds and cells, and the keys that move between their rows.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Color32, Context, Event, EventFilter, FontFamily, FontId, Id, Key, Layout, Painter, Rangef, Rect,
    Response, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use egui_extras::{Column, TableBuilder, TableRow};

use super::arrow_keys;
use super::command::{Command, Copied};
use super::focus_request;
use super::fonts;
use super::icons;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;

/// Draws the background of a list and of its header. Returns the response that takes the keyboard focus, with this accessible
/// name.
pub(super) fn frame(ui: &Ui, rect: Rect, id: Id, name: &str) -> Response {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, p.table);
    let header = rect.with_max_y(rect.top() + tokens::HEADER_HEIGHT);
    ui.painter().rect_filled(header, 0.0, p.header);
    // Behind the rows, so that they get the clicks.
    let focus = ui.interact(rect, id, Sense::focusable_noninteractive());
    focus.widget_info(|| WidgetInfo::labeled(Role::List, true, name));
    if focus_request::take(ui, id) {
        focus.request_focus();
    }
    focus
}

/// Moves the keyboard focus to a list whose row was clicked, in the next frame: after a click, the table takes it.
pub(super) fn focus_after_click(ctx: &Context, list: Id) {
    focus_request::request(ctx, list);
}

/// The background of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowBackground {
    /// A row without the cursor.
    Plain,
    /// The row at the cursor.
    Cursor,
    /// The row at the cursor, in a list without the keyboard focus.
    InactiveCursor,
}

impl RowBackground {
    /// Returns the background of a row of the list with this response.
    pub(super) fn of(is_cursor: bool, list: &Response) -> Self {
        match (is_cursor, list.has_focus()) {
            (false, _) => Self::Plain,
            (true, true) => Self::Cursor,
            (true, false) => Self::InactiveCursor,
        }
    }
}

/// Returns the place of the rows of a list, without space between them and with the scroll bar beside them.
pub(super) fn contents(ui: &mut Ui, rect: Rect) -> Ui {
    let mut contents = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
    contents.spacing_mut().item_spacing = vec2(0.0, 0.0);
    contents.spacing_mut().scroll = theme::scroll_beside_contents();
    // egui would fade to the color of the panel rather than that of the list.
    contents.spacing_mut().scroll.fade.strength = 0.0;
    contents
}

/// Returns the place of the rows of a list, below its header.
pub(super) fn body(rect: Rect) -> Rect {
    rect.with_min_y(rect.top() + tokens::HEADER_HEIGHT)
}

/// Returns the widths of columns in a list with this room: the largest ones, or smaller ones where they don't fit. The last
/// column takes the rest, and has its smallest width at least. Together they may be wider than the list.
pub(super) fn fit(columns: &[Rangef], room: f32) -> Vec<f32> {
    let Some((last, others)) = columns.split_last() else { return Vec::new() };
    let missing = others.iter().map(|column| column.max).sum::<f32>() + last.min - room;
    let spare: f32 = others.iter().map(|column| column.span()).sum();
    let part = if missing > 0.0 && spare > 0.0 { (missing / spare).min(1.0) } else { 0.0 };
    let mut widths: Vec<f32> =
        others.iter().map(|column| (column.max - part * column.span()).floor()).collect();
    let rest = room - widths.iter().sum::<f32>();
    widths.push(rest.max(last.min));
    widths
}

/// Returns the room for the columns of a list beside its scroll bar.
pub(super) fn room(rect: Rect) -> f32 {
    rect.width() - theme::THUMB_PLACE
}

/// Draws rows and their header with `add`, which get the place for columns of these widths. They scroll to the side, by arrow
/// keys too, where the list with this response is narrower.
pub(super) fn scroll_horizontally(
    ui: &mut Ui,
    rect: Rect,
    list: &Response,
    widths: &[f32],
    add: impl FnOnce(&mut Ui),
) {
    let mut contents = contents(ui, rect);
    let width: f32 = widths.iter().sum();
    // Sums of widths are rounded.
    let is_wider = width > room(rect) + tokens::LINE / 2.0;
    let area = ScrollArea::horizontal().id_salt(list.id).auto_shrink(false);
    area.show(&mut contents, |ui| {
        if is_wider {
            ui.set_width(width + theme::THUMB_PLACE);
        }
        add(ui);
        if is_wider && list.has_focus() {
            let filter =
                EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
            for key in arrow_keys::plain_keys(ui) {
                let step = theme::LIST_SCROLL_STEP;
                match key {
                    Key::ArrowLeft => ui.scroll_with_delta(vec2(step, 0.0)),
                    Key::ArrowRight => ui.scroll_with_delta(vec2(-step, 0.0)),
                    _ => {}
                }
            }
        }
    });
}

/// Returns the table of a list with columns of these widths and one that takes the rest.
pub(super) fn table<'a>(
    contents: &'a mut Ui,
    id_salt: &str,
    widths: impl IntoIterator<Item = f32>,
) -> TableBuilder<'a> {
    let mut table = TableBuilder::new(contents)
        .id_salt(id_salt)
        .striped(false)
        .sense(Sense::CLICK)
        .auto_shrink(false)
        // A low panel has less room than a table takes by default.
        .min_scrolled_height(0.0);
    for width in widths {
        table = table.column(Column::exact(width).clip(true));
    }
    table.column(Column::remainder().clip(true))
}

/// Returns the row to which the keys of this frame move the cursor of a list of `count` rows, and whether Enter was pressed
/// there. The list has the keyboard focus.
pub(super) fn keys(ui: &Ui, list: Id, cursor: Option<usize>, count: usize) -> (Option<usize>, bool) {
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(list, filter));
    let end = count.saturating_sub(1);
    let (mut reached, mut is_entered) = (None, false);
    for key in arrow_keys::plain_keys(ui) {
        let cursor = reached.or(cursor);
        let target = match key {
            Key::ArrowDown => cursor.map_or(0, |cursor| cursor + 1),
            Key::ArrowUp => cursor.map_or(0, |cursor| cursor.saturating_sub(1)),
            Key::PageDown => cursor.map_or(0, |cursor| cursor + theme::ACTIVITY_PAGE),
            Key::PageUp => cursor.map_or(0, |cursor| cursor.saturating_sub(theme::ACTIVITY_PAGE)),
            Key::Home => 0,
            Key::End => end,
            Key::Enter => {
                is_entered = true;
                continue;
            }
            _ => continue,
        };
        reached = Some(target.min(end));
    }
    (reached, is_entered)
}

/// Reports the row at the cursor of a list to screen readers, and copies it if the user asks for that.
pub(super) fn cursor_row(list: &Response, text: String, commands: &mut Vec<Command>) {
    let is_copy = |event: &Event| matches!(event, Event::Copy);
    if list.has_focus() && list.ctx.input(|input| input.events.iter().any(is_copy)) {
        commands.push(Command::Copy(Copied::Row(text.clone())));
    }
    list.ctx.accesskit_node_builder(list.id, |node| node.set_value(text));
}

/// Draws the background of a cell and the line below it.
pub(super) fn background(ui: &Ui, row: RowBackground) {
    let p = palette(ui.visuals());
    let rect = ui.max_rect();
    let is_hovered = ui
        .ctx()
        .pointer_hover_pos()
        .is_some_and(|at| rect.y_range().contains(at.y) && ui.ctx().layer_id_at(at) == Some(ui.layer_id()));
    let color = match row {
        RowBackground::Cursor => p.selection,
        RowBackground::InactiveCursor => p.selection_inactive,
        RowBackground::Plain if is_hovered => p.row_hover,
        RowBackground::Plain => p.table,
    };
    ui.painter().rect_filled(rect, 0.0, color);
    let stroke = Stroke::new(tokens::LINE, if row == RowBackground::Plain { p.row_line } else { color });
    ui.painter().hline(rect.x_range(), rect.bottom() - tokens::LINE / 2.0, stroke);
}

/// Draws a column of a row with a text, which a tooltip shows in full where it is truncated. Returns its response.
pub(super) fn text_column(
    row: &mut TableRow<'_, '_>,
    row_background: RowBackground,
    text: &str,
    color: Color32,
) -> Response {
    let mut is_truncated = false;
    let (_, response) = row.col(|ui| {
        background(ui, row_background);
        is_truncated = cell(ui, text, color, 0.0);
    });
    if is_truncated { response.tooltip_above(text) } else { response }
}

/// Returns the width of a column with this text, or of its title.
pub(super) fn column_width(ui: &Ui, text: &str, is_title: bool) -> f32 {
    let font = if is_title {
        FontId::new(tokens::TYPE_CAPTION, fonts::semibold())
    } else {
        FontId::new(tokens::TYPE_BODY, FontFamily::Proportional)
    };
    let text = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    theme::CELL_LEFT + text.size().x.ceil() + theme::CELL_RIGHT
}

/// Draws the text of a cell, indented by `indent`. Returns `true` if it is truncated.
pub(super) fn cell(ui: &Ui, text: &str, color: Color32, indent: f32) -> bool {
    cell_in(ui.painter(), ui.max_rect(), text, color, indent)
}

/// Draws the text of a cell in this place.
pub(super) fn cell_in(painter: &Painter, place: Rect, text: &str, color: Color32, indent: f32) -> bool {
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    job_in(painter, place, LayoutJob::simple_singleline(text.to_owned(), font, color), indent)
}

/// Draws a formatted text of a cell in this place. Returns `true` if it is truncated.
pub(super) fn job_in(painter: &Painter, place: Rect, mut job: LayoutJob, indent: f32) -> bool {
    let left = place.left() + theme::CELL_LEFT + indent;
    let rect = place.with_min_x(left);
    job.wrap = TextWrapping::truncate_at_width((rect.width() - theme::CELL_RIGHT).max(0.0));
    let galley = painter.layout_job(job);
    let is_truncated = galley.elided;
    let y = rect.center().y - tokens::LINE - galley.size().y / 2.0;
    painter.galley(pos2(left, y), galley, Color32::PLACEHOLDER);
    is_truncated
}

/// Draws the title of a column: with a line before it, and an arrow if the rows are sorted by it, the newest or largest first.
pub(super) fn title(ui: &mut Ui, text: &str, has_line: bool, has_arrow: bool) {
    let p = palette(ui.visuals());
    let rect = ui.max_rect();
    let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
    let color = if has_arrow { p.text } else { p.secondary };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let at = pos2(rect.left() + theme::CELL_LEFT, rect.center().y - galley.size().y / 2.0);
    let right = at.x + galley.size().x;
    ui.painter().galley(at, galley, color);
    if has_arrow {
        let center = pos2(right + tokens::UNIT + tokens::ICON_TINY / 2.0, rect.center().y);
        icons::ARROW_DOWN.paint(ui.painter(), center, tokens::ICON_TINY, color);
    }
    let stroke = Stroke::new(tokens::LINE, p.divider);
    if has_line {
        let ys = rect.y_range().shrink(theme::HEADER_LINE_MARGIN);
        ui.painter().vline(rect.left() + tokens::LINE / 2.0, ys, stroke);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - tokens::LINE / 2.0, stroke);
}

/// Draws the title of a column of numbers, which are at the right, with a line before it.
pub(super) fn number_title(ui: &mut Ui, text: &str) {
    title(ui, "", true, false);
    let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
    at_right(ui, text, font, 0.0);
}

/// Draws a number at the right of its cell.
pub(super) fn number_cell(ui: &Ui, text: &str) {
    at_right(ui, text, FontId::new(tokens::TYPE_BODY, FontFamily::Proportional), tokens::LINE);
}

/// Draws a text at the right of a cell, higher than its middle by `above`.
fn at_right(ui: &Ui, text: &str, font: FontId, above: f32) {
    let color = palette(ui.visuals()).secondary;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let rect = ui.max_rect();
    let left = rect.right() - theme::CELL_LEFT - galley.size().x;
    let at = pos2(left, rect.center().y - above - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

/// Draws a text in the place of rows.
pub(super) fn note(ui: &Ui, rect: Rect, text: &str) {
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    let at = body(rect).center();
    let color = palette(ui.visuals()).secondary;
    ui.painter().text(at, egui::Align2::CENTER_CENTER, text, font, color);
}
