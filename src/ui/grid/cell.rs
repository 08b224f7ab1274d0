//! One cell: how each kind of value style.

use std::borrow::Cow;
use std::ops::Range;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Id, Label, Layout, Rect, RichText, Shape, Stroke, StrokeKind, TextStyle, Ui, UiBuilder, pos2, vec2,
};

use super::super::theme;
use crate::dataset::{Cell, ColumnId};
use crate::display::{self, Clock};
use crate::filter::Filter;

/// What a cell's surroundings make of it.
pub(super) struct CellStyle<'a> {
    /// Its node for screen readers.
    pub(super) id: Id,
    /// Its column's place.
    pub(super) index: usize,
    /// How far its content is moved in, in points.
    pub(super) indent: f32,
    /// What marks the part of it that was found.
    pub(super) filter: Option<&'a Filter>,
    /// How many sessions its user has in its project, if more than one.
    pub(super) times: Option<u32>,
    /// Whether the keyboard is in it.
    pub(super) is_cursor: bool,
}

/// The font of a column: addresses and ids are compared figure by figure.
pub(super) fn font(id: &ColumnId) -> TextStyle {
    match id {
        ColumnId::Address | ColumnId::ClientId => TextStyle::Monospace,
        _ => TextStyle::Body,
    }
}

/// How a cell is laid out.
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
    style: &CellStyle<'_>,
) {
    let inner = rect
        .shrink2(vec2(theme::CELL_PADDING, 0.0))
        .with_min_x(rect.left() + theme::CELL_PADDING + style.indent);
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
        // The mark is a drawing, so a screen reader gets the word.
        Cell::Boolean(value) => {
            if value {
                check_mark(&child, inner);
            }
            None
        }
        Cell::Text(text) => {
            if let Some(times) = style.times {
                badge(&mut child, inner, times);
            }
            let aligned = (*column == ColumnId::Address).then(|| display::aligned_address(text)).flatten();
            Some(match style.filter.and_then(|filter| filter.find(text)) {
                Some(found) if !found.is_empty() => {
                    text_label(&mut child, highlighted(ui, text, &found).into(), text, None)
                }
                _ => {
                    let text_shown = aligned.map_or(Cow::Borrowed(text), Cow::Owned);
                    text_label(
                        &mut child,
                        RichText::new(text_shown).text_style(font(column)).into(),
                        text,
                        None,
                    )
                }
            })
        }
        Cell::Null => {
            let hint = Some("The gateway gave no value");
            Some(text_label(&mut child, RichText::new(&*shown).weak().into(), &shown, hint))
        }
        _ => Some(text_label(&mut child, RichText::new(&*shown).into(), &shown, None)),
    };
    super::describe(ui.ctx(), style.id, rect, |node| {
        node.set_column_index(style.index);
        match label {
            Some(label) => node.push_labelled_by(label.accesskit_id()),
            None => node.set_label(&*shown),
        }
        if let Some(times) = style.times {
            node.set_description(more_than_once(times));
        }
    });
    if style.is_cursor {
        let stroke = Stroke::new(2.0, ui.visuals().selection.stroke.color);
        ui.painter().rect_stroke(rect.shrink(0.5), 0.0, stroke, StrokeKind::Inside);
    }
}

/// A text cut to its cell, with the whole of it on hover, or something else to say of it.
fn text_label(ui: &mut Ui, text: egui::WidgetText, whole: &str, hint: Option<&str>) -> Id {
    // A label that could be selected would take the row's clicks.
    let label = Label::new(text).truncate().selectable(false).show_tooltip_when_elided(false);
    let (at, galley, response) = label.layout_in_ui(ui);
    let colour = ui.style().noninteractive().text_color();
    ui.painter().galley(at, galley.clone(), colour);
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, whole));
    let id = response.id;
    if let Some(hint) = hint.or(galley.elided.then_some(whole)) {
        response.on_hover_text(hint);
    }
    id
}

/// A text whose part that a filter found stands out.
fn highlighted(ui: &Ui, text: &str, found: &Range<usize>) -> LayoutJob {
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), ui.visuals().text_color());
    let marked = TextFormat { background: theme::found(ui.visuals()), ..plain.clone() };
    let mut job = LayoutJob::default();
    job.append(&text[..found.start], 0.0, plain.clone());
    job.append(&text[found.clone()], 0.0, marked);
    job.append(&text[found.end..], 0.0, plain);
    job
}

/// A check mark, drawn: not every machine has a font with one.
fn check_mark(ui: &Ui, rect: Rect) {
    let middle = pos2(rect.left() + theme::MARK, rect.center().y);
    let at = |x: f32, y: f32| middle + vec2(x, y) * theme::MARK;
    let points = vec![at(-0.6, 0.0), at(-0.15, 0.5), at(0.7, -0.55)];
    ui.painter().add(Shape::line(points, Stroke::new(2.0, ui.visuals().text_color())));
}

/// How often somebody is logged in to one project, at the end of the name.
fn badge(ui: &mut Ui, rect: Rect, times: u32) {
    let text = RichText::new(format!("{times}×")).size(theme::SMALL_TEXT);
    let place = rect.with_min_x((rect.right() - theme::BADGE_ROOM).max(rect.left()));
    let mut corner =
        ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center)));
    let label =
        Label::new(text.color(theme::colour(ui.visuals(), theme::Severity::Warning))).selectable(false);
    corner.add(label).on_hover_text(more_than_once(times));
    // What comes next keeps clear of it.
    ui.set_max_width((place.left() - rect.left()).max(0.0));
}

fn more_than_once(times: u32) -> String {
    format!("logged in to this project {times} times")
}
