//! The two filter boxes with their modes, and below each box its error or a hint.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Button, Context, Id, Label, RichText, Stroke, TextEdit, TextStyle, Ui, pos2, vec2};

use super::a11y_hidden;
use super::command::Command;
use super::error_report::ErrorReport;
use super::filter_help;
use super::model::{AppState, Drafts};
use super::saved_filters;
use super::theme::{self, Severity};
use crate::filter::Mode;
use crate::query::{FilterError, FilterField, FilterStatus, FilterText};

/// Draws the bar.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let is_wide = ui.available_width() >= theme::WIDE;
    ui.horizontal_top(|ui| {
        filter(ui, FilterField::Username, state, drafts, commands);
        if is_wide {
            filter(ui, FilterField::Project, state, drafts, commands);
        }
        saved_filters::show(ui, state, drafts, commands);
        filter_help::show(ui);
    });
    if !is_wide {
        ui.horizontal_top(|ui| filter(ui, FilterField::Project, state, drafts, commands));
    }
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
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let status = state.filter(field);
    let text = drafts.filter_mut(field);
    // Hidden from screen readers, which would find a second `Username` next to the column.
    a11y_hidden::text(ui, name(field), ui.visuals().text_color(), theme::CAPTION_WIDTH);
    ui.vertical(|ui| {
        let width = ui
            .horizontal(|ui| {
                edit(ui, field, text, status, commands);
                modes(ui, field, text.mode, commands);
            })
            .response
            .rect
            .width();
        // The line keeps its height when empty, so that the table below never moves.
        ui.allocate_ui(vec2(width, theme::FILTER_HINT_HEIGHT), |ui| {
            ui.set_min_height(theme::FILTER_HINT_HEIGHT);
            ui.horizontal(|ui| hint(ui, field, status, commands));
        });
    });
}

/// Returns the severity of a filter's error. An incomplete pattern is only a warning.
fn severity(status: &FilterStatus) -> Option<Severity> {
    let error = status.error.as_ref()?;
    Some(if error.is_incomplete() { Severity::Warning } else { Severity::Error })
}

fn edit(
    ui: &mut Ui,
    field: FilterField,
    text: &mut FilterText,
    status: &FilterStatus,
    commands: &mut Vec<Command>,
) {
    let severity = severity(status);
    let hint =
        if text.mode.contains { "Regular expression, any part" } else { "Regular expression, whole value" };
    let output = ui
        .scope(|ui| {
            if let Some(severity) = severity {
                let stroke = Stroke::new(1.5, theme::severity_color(ui.visuals(), severity));
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
                .desired_width(theme::FILTER_WIDTH)
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
    output.response.response.accessible_name(format!("{} filter", name(field)));
    if changed {
        commands.push(Command::ApplyFilters);
    }
}

/// Draws the mode buttons. Those of the current mode are pressed.
fn modes(ui: &mut Ui, field: FilterField, mode: Mode, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 2.0;
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
