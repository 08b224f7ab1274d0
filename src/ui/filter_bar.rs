//! The two filter boxes with their modes, and below each box its error or a hint.

use egui::containers::menu::MenuButton;
use egui::epaint::MarginF32;
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    Align, Area, Button, Context, Frame, Id, Label, Layout, Order, Rect, RichText, ScrollArea, Stroke,
    TextEdit, TextStyle, Ui, UiBuilder, pos2, vec2,
};

use super::a11y_hidden;
use super::command::Command;
use super::error_report::ErrorReport;
use super::filter_help;
use super::model::{AppState, Drafts};
use super::regions::{Bar, Edge, Room};
use super::saved_filters;
use super::theme::{self, Severity};
use super::tokens::{self, palette};
use super::view_row::CompactMenus;
use crate::export::describe_cell_filter;
use crate::filter::Mode;
use crate::query::{FilterError, FilterField, FilterStatus, FilterText};

/// Space around the row's controls, and between them.
const PADDING: MarginF32 = MarginF32 { left: 12.0, right: 8.0, top: 8.0, bottom: 4.0 };
const COMPACT_PADDING: MarginF32 = MarginF32 { left: 8.0, right: 8.0, top: 4.0, bottom: 5.0 };
const GAP: f32 = 8.0;
/// Width of the buttons of the modes.
const MODES_WIDTH: f32 = 150.0;

/// Draws the row, with the menus of a compact window at its end.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let is_compact = Room::of(ui.ctx()).is_compact;
    let (padding, line) = if is_compact { (COMPACT_PADDING, Edge::Bottom) } else { (PADDING, Edge::None) };
    let ground = palette(ui.visuals()).surface;
    let bar = Bar { name: "Filter row", rect, ground, line, padding, gap: GAP };
    bar.show(ui, |ui| {
        let menus = is_compact.then(|| CompactMenus::new(state));
        let menus_width = menus.as_ref().map_or(0.0, |menus| menus.width(ui, GAP) + GAP);
        let right = ui.max_rect().right() - menus_width;
        let row = ui.available_rect_before_wrap().with_max_x(right);
        let builder = UiBuilder::new().max_rect(row).layout(*ui.layout());
        let mut child = ui.new_child(builder);
        for field in [FilterField::Username, FilterField::Project] {
            filter(&mut child, field, is_compact, row.width(), state, drafts, commands);
        }
        if !is_compact {
            child.with_layout(Layout::right_to_left(Align::Center), |ui| {
                filter_help::show(ui);
                saved_filters::show(ui, state, drafts, commands);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| cell_filters(ui, state, commands));
            });
        }
        drop(child);
        ui.advance_cursor_after_rect(row);
        if let Some(menus) = menus {
            menus.show(ui, state, drafts, commands);
        }
    });
}

/// Returns the IDs of the text boxes.
pub(super) fn ids() -> [Id; 2] {
    [FilterField::Username, FilterField::Project].map(id)
}

fn id(field: FilterField) -> Id {
    Id::unique(("filter", name(field)))
}

/// Moves the keyboard focus into the text box, with the cursor at the end of `text`.
pub(super) fn focus(ctx: &Context, field: FilterField, text: &FilterText) {
    ctx.memory_mut(|memory| memory.request_focus(id(field)));
    let mut state = TextEditState::load(ctx, id(field)).unwrap_or_default();
    let end = CCursor::new(text.pattern.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::one(end)));
    state.store(ctx, id(field));
}

fn name(field: FilterField) -> &'static str {
    match field {
        FilterField::Username => "Username",
        FilterField::Project => "Project",
    }
}

fn filter(
    ui: &mut Ui,
    field: FilterField,
    is_compact: bool,
    row_width: f32,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let status = state.filter(field);
    let text = drafts.filter_mut(field);
    if !is_compact {
        // Hidden from screen readers, which would find a second `Username` next to the column.
        a11y_hidden::text(ui, name(field), ui.visuals().text_color(), theme::CAPTION_WIDTH);
    }
    let width = if is_compact { row_width / 2.0 - MODES_WIDTH } else { theme::FILTER_WIDTH };
    let place = edit(ui, field, width.clamp(0.0, theme::FILTER_WIDTH), text, status, commands);
    modes(ui, field, text.mode, commands);
    // Over the table, so that nothing moves.
    if status.error.is_some() || unmatched_literal(status).is_some() {
        let area = Area::new(Id::unique(("filter hint", name(field))))
            .order(Order::Middle)
            .movable(false)
            .fixed_pos(place.left_bottom() + vec2(0.0, tokens::POPUP_GAP));
        area.show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| ui.horizontal(|ui| hint(ui, field, status, commands)));
        });
    }
}

/// Returns the severity of a filter's error. An incomplete pattern is only a warning.
fn severity(status: &FilterStatus) -> Option<Severity> {
    let error = status.error.as_ref()?;
    Some(if error.is_incomplete() { Severity::Warning } else { Severity::Error })
}

fn edit(
    ui: &mut Ui,
    field: FilterField,
    width: f32,
    text: &mut FilterText,
    status: &FilterStatus,
    commands: &mut Vec<Command>,
) -> Rect {
    let severity = severity(status);
    let hint =
        if text.mode.contains { "Regular expression, any part" } else { "Regular expression, whole value" };
    let output = ui
        .scope(|ui| {
            if let Some(severity) = severity {
                let stroke = Stroke::new(tokens::LINE, theme::severity_color(ui.visuals(), severity));
                let visuals = ui.visuals_mut();
                let widgets = &mut visuals.widgets;
                for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                    widget.bg_stroke = stroke;
                }
                visuals.selection.stroke = stroke;
            }
            TextEdit::singleline(&mut text.pattern)
                .id(id(field))
                .hint_text(hint)
                .font(TextStyle::Monospace)
                .desired_width(width)
                .show(ui)
        })
        .inner;

    // Underline the position of the error.
    let column = status.error.as_ref().and_then(FilterError::column);
    if let (Some(severity), Some(column)) = (severity, column) {
        let at =
            |index| output.galley.pos_from_cursor(CCursor::new(index)).translate(output.galley_pos.to_vec2());
        let (start, end) = (at(column - 1), at(column));
        // An error after the last character has no text to underline.
        let right = end.left().max(start.left() + theme::MIN_ERROR_MARK);
        let y = start.bottom() - 1.0;
        ui.painter().with_clip_rect(output.text_clip_rect).line_segment(
            [pos2(start.left(), y), pos2(right, y)],
            Stroke::new(2.0, theme::severity_color(ui.visuals(), severity)),
        );
    }

    let changed = output.response.changed();
    let rect = output.response.rect;
    output.response.response.accessible_name(format!("{} filter", name(field)));
    if changed {
        commands.push(Command::ApplyFilters);
    }
    rect
}

/// Draws the mode buttons. Those of the current mode are pressed.
fn modes(ui: &mut Ui, field: FilterField, mode: Mode, commands: &mut Vec<Command>) {
    let name = name(field);
    let mut toggle = |is_on: bool, text: &str, label: &str, tooltip: &str, toggled: Mode| {
        let button = Button::selectable(is_on, RichText::new(text).size(theme::SMALL_TEXT));
        let response = ui.add(button).on_hover_text(tooltip).accessible_name(format!("{name}: {label}"));
        if response.clicked() {
            commands.push(Command::SetFilterMode(field, toggled));
        }
    };
    toggle(
        !mode.ignore_case,
        "Aa",
        "match case",
        "Match case, as the gateway does",
        Mode { ignore_case: !mode.ignore_case, ..mode },
    );
    toggle(
        mode.contains,
        "contains",
        "contains",
        "Match any part of the value. The gateway matches the whole value",
        Mode { contains: !mode.contains, ..mode },
    );
    toggle(
        mode.invert,
        "not",
        "invert",
        "Show sessions that don't match",
        Mode { invert: !mode.invert, ..mode },
    );
}

/// Draws the error of a filter, or a hint if it matches nothing.
fn hint(ui: &mut Ui, field: FilterField, status: &FilterStatus, commands: &mut Vec<Command>) {
    if let (Some(error), Some(severity)) = (&status.error, severity(status)) {
        let sign = if error.is_incomplete() { "…" } else { "▲" };
        let report = ErrorReport::new(error);
        report.details_menu(ui, Id::unique(("filter error", name(field))));
        let text = RichText::new(format!("{sign} {}", report.summary()))
            .size(theme::SMALL_TEXT)
            .color(theme::severity_color(ui.visuals(), severity));
        ui.add(Label::new(text).truncate()).on_hover_text(report.summary());
    } else if let Some(literal) = unmatched_literal(status) {
        let noun = name(field).to_lowercase();
        let text = format!("No {noun} is exactly “{literal}”");
        ui.add(Label::new(RichText::new(text).size(theme::SMALL_TEXT)).truncate());
        let link = egui::Link::new(RichText::new("Match any part").size(theme::SMALL_TEXT));
        let tooltip = format!("Find every {noun} that contains it");
        if ui.add(link).on_hover_text(tooltip).clicked() {
            commands.push(Command::MatchPart(field));
        }
    }
}

/// Returns the literal text of a filter that matches nothing, where a match of any part may be meant.
fn unmatched_literal(status: &FilterStatus) -> Option<&str> {
    let filter = status.filter.as_ref().filter(|_| status.matches_nothing)?;
    let mode = filter.mode();
    filter.literal().filter(|_| !mode.contains && !mode.invert)
}

/// Draws a button for each cell filter that removes it. In a menu where there is no room.
fn cell_filters(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    if state.cells.is_empty() {
        return;
    }
    if ui.available_width() < theme::CELL_FILTERS_WIDTH {
        let number = state.cells.len();
        let (menu, _) =
            MenuButton::new(format!("{number} ▼")).ui(ui, |ui| each_cell_filter(ui, state, commands));
        let values = if number == 1 { "filtered value" } else { "filtered values" };
        menu.on_hover_text(format!("{number} {values}")).accessible_name("Filtered values");
    } else {
        ScrollArea::horizontal().show(ui, |ui| each_cell_filter(ui, state, commands));
    }
}

fn each_cell_filter(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let clock = state.clock();
    for (index, filter) in state.cells.iter().enumerate() {
        let text = describe_cell_filter(filter, &clock);
        let button = ui.button(format!("{text}  ×")).on_hover_text("Remove this filter");
        if button.accessible_name(format!("Remove the filter: {text}")).clicked() {
            commands.push(Command::RemoveCellFilter(index));
        }
    }
}
