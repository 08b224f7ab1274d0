//! Fits columns to their titles and values.

use egui::{FontId, Ui};

use super::super::command::{ColumnChange, Command};
use super::super::fonts;
use super::super::model::AppState;
use super::super::theme;
use super::super::tokens;
use super::cell;
use crate::dataset::{Column, ColumnId, names};
use crate::display::Clock;

/// Room for the mark of several logins.
const MARK_WIDTH: f32 = 6.0 * tokens::UNIT;

/// The length of an axis whose labels are as long as the time in a title, in milliseconds.
const PAST_LABEL_MS: i64 = 86_400_000;

/// Returns a title as it is drawn: that of a date says how dates are shown, and that of a state when it was so.
pub(super) fn shown_title(
    id: &ColumnId,
    column: Option<Column<'_>>,
    state: &AppState,
    clock: &Clock,
) -> String {
    let title = state.column_title(id);
    match (column, &state.past) {
        (Some(Column::Date(_)), _) => format!("{title} · {}", clock.style_name()),
        (_, Some(past)) if *id == names::STATE.into() => {
            format!("Known at {}", clock.axis_label(past.at, PAST_LABEL_MS))
        }
        _ => title.into_owned(),
    }
}

/// Returns the font of titles.
pub(super) fn font() -> FontId {
    FontId::new(tokens::TYPE_CAPTION, fonts::semibold())
}

/// Resizes all columns to their titles and longest values.
pub(super) fn fit_all(ui: &Ui, state: &AppState, view_width: f32, commands: &mut Vec<Command>) {
    for id in state.shown_columns() {
        fit_to_content(ui, state, &id, view_width, commands);
    }
}

/// Resizes a column to its title and its longest values, but not beyond a part of the visible table.
pub(super) fn fit_to_content(
    ui: &Ui,
    state: &AppState,
    id: &ColumnId,
    view_width: f32,
    commands: &mut Vec<Command>,
) {
    let Some(sessions) = state.table.result() else {
        return;
    };
    let clock = state.clock();
    let width = |text: String, font: FontId| {
        let text = ui.painter().layout_no_wrap(text, font, egui::Color32::PLACEHOLDER).size().x;
        theme::CELL_LEFT + text + theme::CELL_RIGHT
    };
    let sort = tokens::ICON_TINY + 4.0 * tokens::UNIT;
    let column = sessions.dataset.column(id);
    let title = width(shown_title(id, column, state, &clock), font()) + sort;
    let longest = crate::table::longest_values(&sessions.dataset, &sessions.rows, id, &clock);
    let content =
        longest.into_iter().map(|text| width(text, cell::font(id).resolve(ui.style()))).fold(title, f32::max);
    let mark = if *id == ColumnId::Username { MARK_WIDTH } else { 0.0 };
    let width = (content + mark).ceil().min(view_width * theme::MAX_FIT);
    commands.push(Command::Column(id.clone(), ColumnChange::Resize(width)));
}
