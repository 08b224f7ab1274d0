//! Draws cells by the type of their value.

use std::ops::Range;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Color32, Id, Label, Layout, Rect, RichText, Stroke, StrokeKind, TextStyle, Ui, UiBuilder, pos2,
};

use super::super::tokens::{self, Palette, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{duplicate_login, menu, theme};
use crate::dataset::{Cell, Column, ColumnId};
use crate::display::{self, Clock};
use crate::query::DuplicateLogin;

/// The appearance of a cell.
pub(super) struct CellStyle {
    /// ID of the cell for screen readers.
    pub(super) id: Id,
    /// Index of the column.
    pub(super) index: usize,
    /// Indentation of the content, in points.
    pub(super) indent: f32,
    /// Byte range of the text that is highlighted.
    pub(super) highlight: Option<Range<usize>>,
    /// The sessions of the user in the project, where there are several.
    pub(super) duplicate: Option<DuplicateLogin>,
    /// The cursor is in the cell.
    pub(super) is_cursor: bool,
    /// The value may be out of date.
    pub(super) is_stale: bool,
}

/// Returns the font of a column. IDs are easier to compare in monospace.
pub(super) fn font(id: &ColumnId) -> TextStyle {
    if *id == ColumnId::ClientId { TextStyle::Monospace } else { TextStyle::Body }
}

/// Returns whether the values of a column, and its title, are aligned to the right.
pub(super) fn is_right_aligned(column: Option<Column<'_>>) -> bool {
    matches!(column, Some(Column::Integer(_) | Column::Real(_)))
}

/// Returns the layout of a cell.
pub(super) fn layout() -> Layout {
    Layout::left_to_right(Align::Center)
}

/// Returns the color of a value. Users, projects and addresses stand out from what is looked up now and then.
fn color(palette: &Palette, column: &ColumnId, cell: Cell<'_>, is_stale: bool) -> Color32 {
    let is_secondary = *column == ColumnId::ClientId || matches!(cell, Cell::Date(_) | Cell::Null);
    if is_secondary || is_stale { palette.secondary } else { palette.text }
}

/// Draws a cell.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    column: &ColumnId,
    cell: Cell<'_>,
    clock: &Clock,
    style: &CellStyle,
) {
    // Without the line below.
    let rect = rect.with_max_y(rect.bottom() - tokens::LINE);
    let inner = rect
        .with_min_x(rect.left() + theme::CELL_LEFT + style.indent)
        .with_max_x(rect.right() - theme::CELL_RIGHT);
    if inner.width() <= 0.0 {
        return;
    }
    // Capitals are in the middle then, rather than the line of text.
    let text = inner.with_max_y(inner.bottom() - tokens::LINE);
    let layout = match cell {
        Cell::Integer(_) | Cell::Real(_) => Layout::right_to_left(Align::Center),
        _ => layout(),
    };
    let builder =
        UiBuilder::new().scope_id(style.id).max_rect(text).layout(layout).accessibility_role(Role::Cell);
    let mut child = ui.new_child(builder);
    child.shrink_clip_rect(rect);
    let palette = palette(ui.visuals());
    let color = color(palette, column, cell, style.is_stale);
    if let Some(login) = style.duplicate {
        let color = if style.is_stale { palette.secondary } else { palette.warning };
        mark(&mut child, inner, login, color);
    }
    let shown = display::cell(column, cell, clock);
    let plain = || RichText::new(&*shown).text_style(font(column)).color(color);
    let label = match cell {
        // The check mark is a shape without text, so a screen reader gets the word.
        Cell::Boolean(value) => {
            if value {
                let center = pos2(inner.left() + tokens::ICON / 2.0, inner.center().y);
                menu::paint_check(child.painter(), center, tokens::ICON, color);
            }
            None
        }
        Cell::Text(text) => {
            let content = match &style.highlight {
                Some(matched) => highlighted(ui, palette, text, matched, color).into(),
                None => plain().into(),
            };
            Some(text_label(&mut child, content, &shown, None))
        }
        Cell::Null => Some(text_label(&mut child, plain().into(), &shown, Some("No value (null)"))),
        // Formatted for visible cells only.
        Cell::Date(epoch_ms) => {
            let iso = clock.iso_date(epoch_ms);
            Some(text_label(&mut child, plain().into(), &shown, Some(&iso)))
        }
        Cell::Integer(_) | Cell::Real(_) => {
            let exact = display::clipboard_text(cell);
            let tooltip = (exact.as_str() != &*shown).then_some(exact.as_str());
            Some(text_label(&mut child, plain().into(), &shown, tooltip))
        }
    };
    super::describe(ui.ctx(), style.id, rect, |node| {
        node.set_column_index(style.index);
        match label {
            Some(label) => node.push_labelled_by(label.accesskit_id()),
            None => node.set_label(&*shown),
        }
        if let Some(login) = style.duplicate {
            node.set_description(duplicate_login::in_row(login));
        }
    });
    if style.is_cursor {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette.focus);
        ui.painter().rect_stroke(rect, tokens::CURSOR_RADIUS, stroke, StrokeKind::Inside);
    }
}

/// Draws a text, truncated to its cell. The tooltip is `tooltip`, or the whole text where it is truncated.
fn text_label(ui: &mut Ui, text: egui::WidgetText, full_text: &str, tooltip: Option<&str>) -> Id {
    // A selectable label would take the row's clicks.
    let label = Label::new(text).truncate().selectable(false).show_tooltip_when_elided(false);
    let (at, galley, response) = label.layout_in_ui(ui);
    let color = ui.style().noninteractive().text_color();
    ui.painter().galley(at, galley.clone(), color);
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, full_text));
    let id = response.id;
    if let Some(tooltip) = tooltip.or(galley.elided.then_some(full_text)) {
        response.tooltip_above(tooltip);
    }
    id
}

/// Returns a text with the match of a filter highlighted.
fn highlighted(ui: &Ui, palette: &Palette, text: &str, matched: &Range<usize>, color: Color32) -> LayoutJob {
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), color);
    let highlight = TextFormat { background: palette.found, color: palette.on_found, ..plain.clone() };
    let mut job = LayoutJob::default();
    // The parts are cut off where the whole text would be.
    let shown_end = display::text_end(text);
    let part = |from: usize, to: usize| display::text(&text[from.min(shown_end)..to.min(shown_end)]);
    job.append(&part(0, matched.start), 0.0, plain.clone());
    job.append(&part(matched.start, matched.end), 0.0, highlight);
    job.append(&part(matched.end, text.len()), 0.0, plain.clone());
    if shown_end < text.len() {
        job.append("…", 0.0, plain);
    }
    job
}

/// Draws the mark of several logins to one project, at the right of the cell.
fn mark(ui: &mut Ui, rect: Rect, login: DuplicateLogin, color: Color32) {
    let mut corner =
        ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    let text = RichText::new(duplicate_login::short(login)).size(tokens::TYPE_CAPTION).color(color);
    let mark = corner.add(Label::new(text).selectable(false)).tooltip_above(duplicate_login::in_row(login));
    // Leaves the mark's place free for the text that follows.
    ui.set_max_width((mark.rect.left() - theme::CELL_GAP - rect.left()).max(0.0));
}
