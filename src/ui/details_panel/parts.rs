//! The parts of the sections in the details panel.

use egui::accesskit::Role;
use egui::{
    Color32, FontFamily, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::super::model::AppState;
use super::super::tokens::{self, Palette, palette};
use super::super::{fonts, theme};
use crate::dataset::{Cell, ColumnId, Dataset, TextColumn};
use crate::display::{self, Clock};

pub(super) fn paint_focus(ui: &Ui, response: &Response, rect: Rect, p: &Palette) {
    if response.has_focus() {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
        ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Inside);
    }
}

/// Draws a wrapped text.
pub(super) fn note(ui: &mut Ui, text: &str, color: Color32) {
    text_at(ui, text, color, theme::PANEL_PADDING);
}

/// Draws a small wrapped text with this space on its left.
pub(super) fn text_at(ui: &mut Ui, text: &str, color: Color32, left: f32) {
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let width = ui.available_width();
    let wrap = (width - left - theme::PANEL_PADDING).max(tokens::UNIT);
    let galley = ui.painter().layout(text.to_owned(), font, color, wrap);
    let (rect, response) =
        ui.allocate_exact_size(vec2(width, galley.size().y.max(tokens::LINE_SECONDARY)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().galley(pos2(rect.left() + left, rect.center().y - galley.size().y / 2.0), galley, color);
}

pub(super) fn rule(ui: &mut Ui) {
    let size = vec2(ui.available_width(), 4.0 * tokens::UNIT + tokens::LINE);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let line = Stroke::new(tokens::LINE, palette(ui.visuals()).divider);
    ui.painter().hline(rect.x_range(), rect.center().y, line);
}

/// Draws the title of a section.
pub(super) fn heading(ui: &mut Ui, text: &str) {
    let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
    let color = palette(ui.visuals()).secondary;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::DETAILS_LINE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(rect.left() + theme::PANEL_PADDING, top), galley, color);
}

/// Returns the clock of a row, in local time where ages are shown.
pub(super) fn full_clock(state: &AppState, row: u32) -> Clock {
    let clock = state.row_clock(row);
    let style = if clock.style == display::DateStyle::Age { display::DateStyle::Local } else { clock.style };
    Clock { style, ..clock }
}

pub(super) fn cell<'a>(dataset: &'a Dataset, id: &ColumnId, row: u32) -> Option<Cell<'a>> {
    dataset.column(id).map(|column| column.cell(row as usize))
}

pub(super) fn text_of(column: &TextColumn, row: u32) -> Option<&str> {
    column.get(row as usize)
}

pub(super) fn host(dataset: &Dataset, row: u32) -> String {
    match cell(dataset, &ColumnId::Address, row) {
        Some(Cell::Text(address)) => display::text(address).into_owned(),
        _ => "an unknown host".to_owned(),
    }
}
