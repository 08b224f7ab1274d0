//! The details panel: all values of the selected session, the other sessions of its user and at its address, and a button that
//! ends it.

mod others;
mod parts;
mod user_history;

use std::borrow::Cow;

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{
    Color32, FontFamily, FontId, Id, Response, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use self::parts::{cell, full_clock, host, note, paint_focus, rule, text_at, text_of};
use super::arrow_keys::{self, Axis};
use super::button::Button;
use super::command::{Command, Copied};
use super::hover;
use super::model::{AppState, sessions_to_terminate};
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use super::{duplicate_login, focus_scroll, fonts, icons, past_note, right_panel, theme};
use crate::dataset::{Cell, ColumnId, Dataset, names};
use crate::display;
use crate::query::{QueryResult, is_designer_with_preview};
use crate::table::{Action, Details, Step};

/// Draws the panel. Its title is the user, with the position among several selected sessions and buttons that go to the
/// next one.
pub(super) fn show(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let Some((sessions, details)) = shown(state) else {
        right_panel::head(ui, "Details", &[], Command::ToggleDetails, commands, |_, _| {});
        note(ui, "No session selected", palette(ui.visuals()).secondary);
        return;
    };
    let row = details.row;
    let user = sessions.dataset.username().get(row as usize).map_or(display::NULL.into(), display::text);
    let selected = state.table.selected();
    if selected < 2 {
        right_panel::head(ui, &user, &[], Command::ToggleDetails, commands, |_, _| {});
    } else {
        let position = details.position;
        let short = format!("{} of {}", display::number(position), display::number(selected));
        let notes = [format!("{short} selected"), short];
        right_panel::head(ui, &user, &notes, Command::ToggleDetails, commands, |ui, commands| {
            steps(ui, position, selected, commands);
        });
    }
    session(ui, state, sessions, details, commands);
}

/// Draws the buttons that go through the selected sessions.
fn steps(ui: &mut Ui, position: usize, selected: usize, commands: &mut Vec<Command>) {
    for (icon, name, step, is_possible) in [
        (icons::CHEVRON_UP, "Previous selected session", Step::Previous, position > 1),
        (icons::CHEVRON_DOWN, "Next selected session", Step::Next, position < selected),
    ] {
        let button = ui.add_enabled(is_possible, Button::ghost_icon(icon, name));
        if button.tooltip(name).clicked() {
            commands.push(Command::Table(Action::StepSelected(step)));
        }
    }
}

/// Returns the session that is shown.
fn shown(state: &AppState) -> Option<(&QueryResult, &Details)> {
    // Only a selected session, because the cursor moves to another session when its own ends.
    state.table.result().zip(state.table.details())
}

/// Draws the panel below its title.
fn session(
    ui: &mut Ui,
    state: &AppState,
    sessions: &QueryResult,
    details: &Details,
    commands: &mut Vec<Command>,
) {
    let row = details.row;
    ui.set_min_width(ui.available_width());
    let foot = Foot::new(state, details);
    let mut contents = ui.available_rect_before_wrap();
    if foot.is_some() {
        contents.max.y -= theme::PANEL_FOOT;
    }
    let mut body = ui.new_child(UiBuilder::new().max_rect(contents));
    ScrollArea::vertical().auto_shrink(false).show(&mut body, |ui| {
        values(ui, state, sessions, row, commands);
        duplicate(ui, state, sessions, details);
        let dataset = &sessions.dataset;
        others::of_host(ui, state, dataset, details, commands);
        // The last section, because it grows once the history was read.
        if state.has_user_history() {
            user_history::show(ui, state, dataset, details, commands);
        } else {
            others::of_user(ui, state, dataset, details, commands);
        }
        focus_scroll::follow(ui);
    });
    if let Some(foot) = foot {
        let rect = ui.available_rect_before_wrap().with_min_y(contents.bottom());
        foot.show(&mut ui.new_child(UiBuilder::new().max_rect(rect)), commands);
    }
}

/// Draws the values, those of other columns only where the session has one.
fn values(ui: &mut Ui, state: &AppState, sessions: &QueryResult, row: u32, commands: &mut Vec<Command>) {
    let dataset = &sessions.dataset;
    let clock = state.row_clock(row);
    let cell = |id: &ColumnId| dataset.column(id).map_or(Cell::Null, |column| column.cell(row as usize));
    let max_memory = cell(&names::MEMORY_MAX.into());
    let used_memory = cell(&names::MEMORY_USED.into());
    for (id, column) in dataset.columns() {
        let value = column.cell(row as usize);
        let is_other = matches!(id, ColumnId::Other(_));
        let text = match (&id, value) {
            // The user is the title.
            (ColumnId::Username, _) | (ColumnId::Other(_), Cell::Null) => continue,
            (ColumnId::Other(name), Cell::Integer(used)) if &**name == names::MEMORY_USED => match max_memory
            {
                Cell::Integer(max) => display::of_bytes(used, max),
                _ => display::bytes(used),
            },
            (_, Cell::Boolean(value)) => (if value { "Yes" } else { "No" }).to_owned(),
            // The memory used has it.
            (ColumnId::Other(name), Cell::Integer(_))
                if &**name == names::MEMORY_MAX && matches!(used_memory, Cell::Integer(_)) =>
            {
                continue;
            }
            // The column has little room for the note.
            (ColumnId::Other(name), Cell::Text(session)) if &**name == names::STATE => {
                let at = state.past.as_ref().map(|past| past.at);
                match at.and_then(|at| past_note::of(sessions, at, row, &clock)) {
                    Some(note) => format!("{session}, {}", note.text),
                    None => session.to_owned(),
                }
            }
            // The text as a whole.
            (_, Cell::Text(text)) => crate::sanitize::sanitize(text).into_owned(),
            (id, value) => display::full_cell(id, value, &clock).into_owned(),
        };
        let is_mono = id == ColumnId::ClientId;
        let title = short_title(state, &id);
        if line(ui, &title, &text, is_mono).clicked() {
            commands.push(Command::Copy(Copied::Text(display::clipboard_text(value))));
        }
        if let (false, Cell::Date(start)) = (is_other, value) {
            let duration = clock.duration_since(start);
            if line(ui, "Duration", &duration, false).clicked() {
                commands.push(Command::Copy(Copied::Text(duration)));
            }
        }
    }
}

/// Returns the title of a value, where a column's is too long.
fn short_title<'a>(state: &AppState, id: &'a ColumnId) -> Cow<'a, str> {
    match id {
        ColumnId::Other(name) if &**name == names::LAST_COMM => "Last activity".into(),
        id => state.column_title(id),
    }
}

/// Draws a value with its title, and returns the response to a click, which copies it.
fn line(ui: &mut Ui, title: &str, text: &str, is_mono: bool) -> Response {
    let p = palette(ui.visuals());
    let width = ui.available_width();
    let left = theme::PANEL_PADDING + theme::DETAILS_LABEL;
    let right = 2.0 * tokens::UNIT + tokens::TOGGLE_SIZE;
    let font = if is_mono {
        FontId::new(tokens::TYPE_SECONDARY, FontFamily::Monospace)
    } else {
        FontId::new(tokens::TYPE_BODY, FontFamily::Proportional)
    };
    let value = ui.painter().layout(text.to_owned(), font, p.text, (width - left - right).max(tokens::UNIT));
    let secondary = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let label_width = theme::DETAILS_LABEL - tokens::UNIT;
    let mut label = LayoutJob::single_section(title.to_owned(), fonts::format(secondary, p.secondary));
    label.wrap.max_width = label_width;
    let label = ui.painter().layout_job(label);
    let content = value.size().y.max(label.size().y) + tokens::UNIT;
    let height = theme::DETAILS_LINE.max(content);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    arrow_keys::join(ui, Id::unique("lines of the details"), Axis::Vertical, &response);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Copy {title}")));
    // Screen readers get the title with the value. A label would be a second widget with the header's name.
    let named = ui.interact(rect, response.id.with("value"), Sense::hover());
    named.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title}: {text}")));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let painter = ui.painter();
    let first = rect.top() + theme::DETAILS_LINE / 2.0;
    let lit = if response.has_focus() { 1.0 } else { hover::strength(&response) };
    painter.rect_filled(rect, 0.0, hover::blend(Color32::TRANSPARENT, p.hover, lit));
    if response.hovered() || response.has_focus() {
        let at = pos2(rect.right() - 2.0 * tokens::UNIT - tokens::TOGGLE_SIZE / 2.0, first);
        icons::COPY.paint(painter, at, tokens::ICON_SMALL, p.secondary);
    }
    let line_height = |galley: &egui::Galley| galley.rows.first().map_or(0.0, |row| row.rect().height());
    let top = first - line_height(&label) / 2.0;
    painter.galley(pos2(rect.left() + theme::PANEL_PADDING, top), label, p.secondary);
    let top = first - line_height(&value) / 2.0;
    painter.galley(pos2(rect.left() + left, top), value, p.text);
    paint_focus(ui, &response, rect, p);
    response
}

/// Draws a note if the user has several sessions in the project.
fn duplicate(ui: &mut Ui, state: &AppState, sessions: &QueryResult, details: &Details) {
    let row = details.row;
    let Some(login) = sessions.duplicate_logins.get(row) else {
        return;
    };
    let dataset = &sessions.dataset;
    let p = palette(ui.visuals());
    rule(ui);
    let top = ui.cursor().top() + tokens::LINE_SECONDARY / 2.0;
    let left = theme::PANEL_PADDING;
    let at = pos2(ui.max_rect().left() + left + tokens::ICON / 2.0, top);
    icons::TRIANGLE_ALERT.paint(ui.painter(), at, tokens::ICON, p.warning);
    let left = left + tokens::ICON + 2.0 * tokens::UNIT;
    let project = text_of(dataset.project(), row).map_or(display::NULL.into(), display::text);
    text_at(ui, &duplicate_login::in_project(login, &project), p.warning, left);
    if let Some(other) = duplicate_of(dataset, row, &details.of_user.rows) {
        let mut text = format!("Also from {}", host(dataset, other));
        if let Some(Cell::Date(start)) = cell(dataset, &ColumnId::CreationTime, other) {
            text = format!("{text} since {}", full_clock(state, other).date(start));
        }
        // The list has only the first sessions.
        let more = (login.sessions as usize).saturating_sub(2);
        if more > 0 {
            text = format!("{text} and {} more", display::number(more));
        }
        text_at(ui, &text, p.secondary, left);
    }
}

/// Returns the first of these other sessions of a user that is in the same project as a row, and isn't the preview of that
/// Designer or the Designer of that preview.
fn duplicate_of(dataset: &Dataset, row: u32, others: &[u32]) -> Option<u32> {
    // Projects of two gateways are two projects, even with one name.
    let project = |row: u32| (dataset.project().code(row as usize), dataset.gateway_index(row));
    let is_other =
        |other: u32| project(other) == project(row) && !is_designer_with_preview(dataset, row, other);
    others.iter().copied().find(|&other| is_other(other))
}

/// The foot of the panel: the button that ends the selected sessions, or the reason why they can't be ended.
enum Foot {
    /// The number of sessions that the button ends.
    Terminate(usize),
    /// The reason.
    Refused(&'static str),
}

impl Foot {
    /// Returns the foot; `None` where terminating isn't offered.
    fn new(state: &AppState, details: &Details) -> Option<Self> {
        // Many sessions aren't checked one by one.
        let Some(selected) = &details.selected else {
            let _is_possible = state.terminate_target(details.row)?.ok()?;
            return Some(Self::Terminate(state.table.selected()));
        };
        let plan = state.termination_plan(selected)?;
        match plan.targets.len() {
            0 => plan.refused.first().map(|(reason, _)| Self::Refused(reason)),
            count => Some(Self::Terminate(count)),
        }
    }

    fn show(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let p = palette(ui.visuals());
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.add_space(2.0 * tokens::UNIT);
        match self {
            Self::Refused(reason) => note(ui, reason, p.secondary),
            Self::Terminate(count) => {
                ui.horizontal(|ui| {
                    ui.add_space(theme::PANEL_PADDING);
                    let text = format!("Terminate {}…", sessions_to_terminate(*count));
                    if ui.add(Button::danger(text).icon(icons::BAN)).clicked() {
                        commands.push(Command::AskTerminateSelected);
                    }
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dataset::{ColumnType, DatasetBuilder, Header, concat_named};

    /// Returns sessions of a user in these projects, with these IDs and kinds.
    fn sessions(rows: &[(&str, &str, &str)]) -> Arc<Dataset> {
        let kind = Header { name: names::KIND.to_owned(), column_type: ColumnType::String };
        let headers = Header::standard().into_iter().chain([kind]);
        let mut builder = DatasetBuilder::new(headers.collect()).unwrap();
        for &(project, id, kind) in rows {
            let text = Cell::Text;
            let user = [text("billy"), text(project), text("h")];
            let cells = user.into_iter().chain([Cell::Null, text(id), Cell::Null, text(kind)]);
            for (column, cell) in cells.enumerate() {
                builder.push(column, cell).unwrap();
            }
        }
        Arc::new(builder.finish(None, None))
    }

    #[test]
    fn duplicate_is_neither_a_preview_nor_of_another_project() {
        let (designer, preview) = ("Designer", "Perspective");
        let dataset = sessions(&[
            ("P", "A", designer),
            ("P", "A", preview),
            ("Q", "B", preview),
            ("P", "C", preview),
            ("P", "C", preview),
        ]);
        assert_eq!(duplicate_of(&dataset, 0, &[1, 2]), None);
        assert_eq!(duplicate_of(&dataset, 0, &[1, 2, 3]), Some(3));
        assert_eq!(duplicate_of(&dataset, 1, &[0, 3]), Some(3));
        assert_eq!(duplicate_of(&dataset, 3, &[0, 1]), Some(0));
        assert_eq!(duplicate_of(&dataset, 3, &[4]), Some(4), "one ID, but no Designer");
    }

    #[test]
    fn duplicate_is_on_the_same_gateway() {
        let parts = [
            ("North".to_owned(), sessions(&[("P", "A", "Vision"), ("P", "B", "Vision")])),
            ("South".to_owned(), sessions(&[("P", "A", "Vision"), ("P", "B", "Vision")])),
        ];
        let dataset = concat_named(&parts);
        assert_eq!(duplicate_of(&dataset, 2, &[0, 1]), None);
        assert_eq!(duplicate_of(&dataset, 2, &[0, 1, 3]), Some(3));
    }
}
