//! Draws cells by the type of their value.

use std::borrow::Cow;
use std::ops::Range;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Id, Label, Layout, Rect, RichText, Shape, Stroke, StrokeKind, TextStyle, Ui, UiBuilder, pos2, vec2,
};

use super::super::tokens::{self, palette};
use super::super::{a11y_hidden, duplicate_login, theme};
use crate::dataset::{Cell, ColumnId};
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
}

/// Returns the font of a column. Addresses and IDs are easier to compare in monospace.
pub(super) fn font(id: &ColumnId) -> TextStyle {
    match id {
        ColumnId::Address | ColumnId::ClientId => TextStyle::Monospace,
        _ => TextStyle::Body,
    }
}

/// Returns the layout of a cell.
pub(super) fn layout() -> Layout {
    Layout::left_to_right(Align::Center)
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
    let inner = rect
        .with_min_x(rect.left() + theme::CELL_LEFT + style.indent)
        .with_max_x(rect.right() - theme::CELL_RIGHT);
    if inner.width() <= 0.0 {
        return;
    }
    let layout = match cell {
        Cell::Integer(_) | Cell::Real(_) => Layout::right_to_left(Align::Center),
        _ => layout(),
    };
    let builder =
        UiBuilder::new().scope_id(style.id).max_rect(inner).layout(layout).accessibility_role(Role::Cell);
    let mut child = ui.new_child(builder);
    child.shrink_clip_rect(rect);
    let shown = display::cell(cell, clock);
    let label = match cell {
        // The check mark is a shape without text, so a screen reader gets the word.
        Cell::Boolean(value) => {
            if value {
                check_mark(&child, inner);
            }
            None
        }
        Cell::Text(text) => {
            if let Some(login) = style.duplicate {
                badge(&mut child, inner, login);
            }
            let aligned = (*column == ColumnId::Address).then(|| display::aligned_address(text)).flatten();
            let content = if let Some(matched) = &style.highlight {
                highlighted(ui, text, matched).into()
            } else {
                let text_shown = aligned.map_or_else(|| shown.clone(), Cow::Owned);
                RichText::new(text_shown).text_style(font(column)).into()
            };
            Some(text_label(&mut child, content, &shown, None))
        }
        Cell::Null => {
            let tooltip = Some("No value (null)");
            Some(text_label(&mut child, RichText::new(&*shown).weak().into(), &shown, tooltip))
        }
        _ => Some(text_label(&mut child, RichText::new(&*shown).into(), &shown, None)),
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
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette(ui.visuals()).focus);
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
        response.on_hover_text(tooltip);
    }
    id
}

/// Returns a text with the match of a filter highlighted.
fn highlighted(ui: &Ui, text: &str, matched: &Range<usize>) -> LayoutJob {
    let palette = palette(ui.visuals());
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), ui.visuals().text_color());
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

/// Draws a check mark as a shape, because not every font has one.
fn check_mark(ui: &Ui, rect: Rect) {
    let center = pos2(rect.left() + theme::CHECK_MARK, rect.center().y);
    let at = |x: f32, y: f32| center + vec2(x, y) * theme::CHECK_MARK;
    let points = vec![at(-0.6, 0.0), at(-0.15, 0.5), at(0.7, -0.55)];
    ui.painter().add(Shape::line(points, Stroke::new(2.0, ui.visuals().text_color())));
}

/// Draws the badge for several logins to one project, at the right of the cell. Those on one host have a warning sign.
fn badge(ui: &mut Ui, rect: Rect, login: DuplicateLogin) {
    let area = rect.with_min_x((rect.right() - theme::BADGE_WIDTH).max(rect.left()));
    let mut corner =
        ui.new_child(UiBuilder::new().max_rect(area).layout(Layout::right_to_left(Align::Center)));
    corner.spacing_mut().item_spacing.x = 2.0;
    let text = RichText::new(format!("{}×", login.sessions)).size(theme::SMALL_TEXT);
    let warning = theme::severity_color(ui.visuals(), theme::Severity::Warning);
    let text = if login.is_accidental() { text.color(warning) } else { text };
    corner.add(Label::new(text).selectable(false)).on_hover_text(duplicate_login::in_row(login));
    if login.is_accidental() {
        a11y_hidden::text(&mut corner, "▲", warning, 0.0);
    }
    // Leaves the badge's place free for the text that follows.
    ui.set_max_width((area.left() - rect.left()).max(0.0));
}
