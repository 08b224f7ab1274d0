//! Draws cells by the type of their value.

use std::ops::Range;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Color32, FontFamily, FontId, Galley, Id, Label, Layout, Pos2, Rect, RichText, Sense, Stroke,
    StrokeKind, TextStyle, Ui, UiBuilder, Vec2, pos2,
};

use super::super::duplicate_login::{self, in_row};
use super::super::past_note::Note;
use super::super::tokens::{self, Palette, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{highlight, icons, menu, theme};
use crate::dataset::{Cell, Column, ColumnId};
use crate::display::{self, Clock};
use crate::query::DuplicateLogin;

/// The mark of a session that has just signed in, and its words.
const NEW: &str = "new";
const NEW_IN_WORDS: &str = "Signed in a moment ago";
/// The mark of a session that has just left, and its words.
const LEFT: &str = "left";
const LEFT_IN_WORDS: &str = "Left a moment ago";

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
    /// The rules that are firing for the session, if the mark is in this cell.
    pub(super) alert: Option<String>,
    /// The session has just signed in, and its mark is in this cell.
    pub(super) is_new: bool,
    /// The cursor is in the cell.
    pub(super) is_cursor: bool,
    /// The state of the session: on, stale or left.
    pub(super) presence: Presence,
    /// The time at which the session has left, as it is shown, if the mark is in this cell; empty if it isn't known.
    pub(super) left_at: Option<String>,
    /// A note after the text that explains it.
    pub(super) note: Option<Note>,
}

/// The state of a row's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// The session is on.
    On,
    /// The session was on when the gateway was last read, some time ago.
    Stale,
    /// The session has just left.
    Left,
}

impl CellStyle {
    /// Returns the plain style of a cell in the column with this index.
    pub(super) fn new(id: Id, index: usize) -> Self {
        Self {
            id,
            index,
            indent: 0.0,
            highlight: None,
            duplicate: None,
            alert: None,
            is_new: false,
            is_cursor: false,
            presence: Presence::On,
            left_at: None,
            note: None,
        }
    }
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
    let palette = palette(ui.visuals());
    let color = color(palette, column, cell, style.presence != Presence::On);
    marks(&mut child, rect, inner, style);
    let shown = display::cell(column, cell, clock);
    let plain = || {
        let text = RichText::new(&*shown).text_style(font(column)).color(color);
        if style.presence == Presence::Left { text.strikethrough() } else { text }
    };
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
            let content = match (&style.highlight, &style.note) {
                (Some(matched), _) => highlight::text(ui, text, matched, color).into(),
                (None, Some(note)) => with_note(ui, palette, &shown, note, color).into(),
                (None, None) => plain().into(),
            };
            let full = match &style.note {
                Some(note) => format!("{shown}, {}", note.text).into(),
                None => shown.clone(),
            };
            Some(text_label(&mut child, rect, content, &full, None))
        }
        Cell::Null => Some(text_label(&mut child, rect, plain().into(), &shown, Some("No value (null)"))),
        // Formatted for visible cells only.
        Cell::Date(epoch_ms) => {
            let iso = clock.iso_date(epoch_ms);
            Some(text_label(&mut child, rect, plain().into(), &shown, Some(&iso)))
        }
        Cell::Integer(_) | Cell::Real(_) => {
            let exact = display::clipboard_text(cell);
            let tooltip = (exact.as_str() != &*shown).then_some(exact.as_str());
            Some(text_label(&mut child, rect, plain().into(), &shown, tooltip))
        }
    };
    super::describe(ui.ctx(), style.id, rect, |node| {
        node.set_column_index(style.index);
        if style.presence == Presence::Left {
            node.set_disabled();
        }
        match label {
            Some(label) => node.push_labelled_by(label.accesskit_id()),
            None => node.set_label(&*shown),
        }
        let is_new = style.is_new.then(|| NEW_IN_WORDS.to_owned());
        let is_left = style.left_at.as_ref().map(|_| LEFT_IN_WORDS.to_owned());
        let words = [style.alert.clone(), is_new, is_left, style.duplicate.map(in_row)];
        let words: Vec<String> = words.into_iter().flatten().collect();
        if !words.is_empty() {
            node.set_description(words.join(". "));
        }
    });
    if style.is_cursor {
        let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette.focus);
        ui.painter().rect_stroke(rect, tokens::CURSOR_RADIUS, stroke, StrokeKind::Inside);
    }
}

/// Draws a text, truncated to its cell. The tooltip is `tooltip`, or the whole text where it is truncated.
fn text_label(ui: &mut Ui, cell: Rect, text: egui::WidgetText, full_text: &str, tooltip: Option<&str>) -> Id {
    // A selectable label would take the row's clicks.
    let label = Label::new(text).truncate().selectable(false).show_tooltip_when_elided(false);
    let (at, galley, response) = label.layout_in_ui(ui);
    paint(ui, cell, at, galley.clone());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, full_text));
    let id = response.id;
    if let Some(tooltip) = tooltip.or(galley.elided.then_some(full_text)) {
        response.tooltip_above(tooltip);
    }
    id
}

/// Draws a laid out text. It is clipped where it is larger than its cell, such as by combining marks or in a narrow column.
fn paint(ui: &Ui, cell: Rect, at: Pos2, galley: Arc<Galley>) {
    let clip = super::content_clip(ui, cell, galley.mesh_bounds.translate(at.to_vec2()));
    let color = ui.style().noninteractive().text_color();
    ui.painter().with_clip_rect(clip).galley(at, galley, color);
}

/// Returns a text with the note after it.
fn with_note(ui: &Ui, palette: &Palette, text: &str, note: &Note, color: Color32) -> LayoutJob {
    let color = if note.is_warning { palette.warning } else { color };
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), color);
    let mut job = LayoutJob::default();
    job.append(text, 0.0, plain);
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    job.append(&note.text, theme::CELL_GAP, TextFormat::simple(font, palette.secondary));
    job
}

/// Draws the marks at the right of the cell: that an alert is firing for the session, how often its user is signed in, and that
/// it is new or has left.
fn marks(ui: &mut Ui, cell: Rect, rect: Rect, style: &CellStyle) {
    let p = palette(ui.visuals());
    let duplicate = style.duplicate.map(|login| (duplicate_login::short(login), p.warning, in_row(login)));
    let new = style.is_new.then(|| (NEW.to_owned(), p.link, NEW_IN_WORDS.to_owned()));
    let left = style.left_at.as_ref().map(|time| {
        match (time.is_empty(), cell.width() < theme::LEFT_TIME_MIN_WIDTH) {
            (true, _) => (LEFT.to_owned(), p.secondary, "Left while the table was paused".to_owned()),
            (false, true) => (LEFT.to_owned(), p.secondary, format!("Left at {time}")),
            (false, false) => (format!("{LEFT} {time}"), p.secondary, format!("Left at {time}")),
        }
    });
    // From the right end on.
    let marks = [duplicate, new, left].into_iter().flatten();
    let mut corner =
        ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    corner.spacing_mut().item_spacing.x = theme::CELL_GAP;
    let mut left = None;
    if let Some(alert) = &style.alert {
        let (place, response) = corner.allocate_exact_size(Vec2::splat(tokens::ICON_TINY), Sense::hover());
        let color = if style.presence == Presence::On { p.warning } else { p.secondary };
        icons::BELL.paint(&corner.painter().with_clip_rect(cell), place.center(), tokens::ICON_TINY, color);
        response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, alert));
        left = Some(response.tooltip_above(alert).rect.left());
    }
    for (text, color, tooltip) in marks {
        let color = if style.presence == Presence::On { color } else { p.secondary };
        let text = RichText::new(text).size(tokens::TYPE_CAPTION).color(color);
        let (at, galley, response) = Label::new(text).selectable(false).layout_in_ui(&mut corner);
        paint(&corner, cell, at, galley.clone());
        response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, galley.text()));
        left = Some(response.tooltip_above(tooltip).rect.left());
    }
    if let Some(left) = left {
        // Leaves the place of the marks free for the text that follows.
        ui.set_max_width((left - theme::CELL_GAP - rect.left()).max(0.0));
    }
}
