//! The list of tested values.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{FontFamily, FontId, Id, Rect, Stroke, StrokeKind, Ui, WidgetInfo, pos2};

use super::super::command::{Command, PatternCommand};
use super::super::held_rows::HeldRows;
use super::super::list_cells::{
    self, RowBackground, background, cell, cell_in, job_in, note, number_cell, number_title, title,
};
use super::super::model::{PatternTester, ValueSource};
use super::super::pattern_test::{PatternInput, TestedValue, TestedValues};
use super::super::tokens::{self, Palette, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{button, highlight, theme};
use super::labels;
use crate::display::{self, number};

/// The title of the column with numbers of sessions.
const SESSIONS: &str = "Sessions";

fn id() -> Id {
    Id::unique("tested values")
}

/// Draws the list. The last results are dimmed if they are stale.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    tester: &PatternTester,
    results: Option<(&PatternInput, &TestedValues)>,
    is_stale: bool,
    commands: &mut Vec<Command>,
) {
    let focus = list_cells::frame(ui, rect, id(), "Tested values");
    let has_sessions = tester.source == ValueSource::Table;
    let none = BTreeMap::new();
    let names = results.map_or(&none, |(_, values)| &values.group_names);
    let rows: Vec<&TestedValue> = tester.rows().collect();
    let text = results.map_or(&tester.text, |(input, _)| &input.text);
    let cursor = tester.cursor.filter(|cursor| *cursor < rows.len());
    let mut target = None;
    if focus.has_focus() && !rows.is_empty() {
        (target, _) = list_cells::keys(ui, id(), cursor, rows.len());
        commands.extend(target.map(|row| Command::Pattern(PatternCommand::Select(row))));
    }
    if let Some(row) = cursor.and_then(|cursor| rows.get(cursor)) {
        list_cells::cursor_row(&focus, labels::row(row, text, names), commands);
    }
    let mut contents = list_cells::contents(ui, rect);
    let room = rect.width() - contents.spacing().scroll.allocated_width() - theme::PATTERN_RESULT_WIDTH;
    let sessions = has_sessions.then_some(theme::PATTERN_SESSIONS_WIDTH);
    let value = ((room - sessions.unwrap_or_default()) * theme::PATTERN_VALUE_PART).floor();
    let widths = [Some(theme::PATTERN_RESULT_WIDTH), Some(value), sessions];
    let key = |row: usize| rows.get(row).map(|row| row.value.clone());
    let find = |value: &String| rows.iter().position(|row| row.value == *value);
    let body = list_cells::body(rect);
    let held = HeldRows::new(&mut contents, body, id().with("held"), (rows.len(), cursor), key, find);
    let table = list_cells::table(&mut contents, "tested values", widths.into_iter().flatten());
    let table = held.scroll(table, target);
    let titles = [Some("Result"), Some("Value"), sessions.map(|_| SESSIONS), Some("Groups")];
    let table = table.header(tokens::HEADER_HEIGHT, |mut row| {
        for (index, name) in titles.into_iter().flatten().enumerate() {
            row.col(|ui| {
                if name == SESSIONS {
                    number_title(ui, name);
                } else {
                    title(ui, name, index > 0, false);
                }
            });
        }
    });
    if rows.is_empty() {
        note(ui, rect, empty_text(tester.source, results));
    } else {
        let output = table.body(|body| {
            body.rows(tokens::ROW_HEIGHT, held.count(), |mut row| {
                let Some(index) = held.index_of(&mut row) else { return };
                let value = rows[index];
                let row_background = RowBackground::of(cursor == Some(index), &focus);
                row.col(|ui| {
                    background(ui, row_background);
                    dim(ui, is_stale);
                    result_ui(ui, value, labels::result(value.result, text));
                });
                let mut is_truncated = false;
                let (_, place) = row.col(|ui| {
                    background(ui, row_background);
                    dim(ui, is_stale);
                    is_truncated = value_ui(ui, value);
                });
                if is_truncated {
                    place.tooltip_above(labels::value(value));
                }
                if let Some(sessions) = value.sessions.filter(|_| has_sessions) {
                    row.col(|ui| {
                        background(ui, row_background);
                        dim(ui, is_stale);
                        number_cell(ui, &number(sessions as usize));
                    });
                }
                let groups = labels::groups(value, names);
                let (_, response) = row.col(|ui| {
                    background(ui, row_background);
                    dim(ui, is_stale);
                    let job = groups_job(&groups, palette(ui.visuals()));
                    is_truncated = job_in(ui.painter(), ui.max_rect(), job, 0.0);
                });
                if is_truncated {
                    let lines = groups.iter().map(|(name, text)| group_text(name, text.as_deref()));
                    response.tooltip_above(lines.collect::<Vec<_>>().join("\n"));
                }
                let response = row.response();
                response.widget_info(|| {
                    WidgetInfo::labeled(Role::ListItem, true, labels::row(value, text, names))
                });
                if response.clicked() {
                    list_cells::focus_after_click(&response.ctx, id());
                    commands.push(Command::Pattern(PatternCommand::Select(index)));
                }
            });
        });
        held.end(ui, &output, key);
    }
    frame_line(ui, rect);
    if focus.has_focus() {
        button::paint_focus(ui, rect, false);
    }
}

/// Draws the border around the list, or around what takes its place.
pub(super) fn frame_line(ui: &Ui, rect: Rect) {
    let line = Stroke::new(tokens::LINE, palette(ui.visuals()).divider);
    ui.painter().rect_stroke(rect, 0.0, line, StrokeKind::Inside);
}

fn dim(ui: &mut Ui, is_stale: bool) {
    if is_stale {
        ui.multiply_opacity(theme::PATTERN_STALE_OPACITY);
    }
}

fn empty_text(source: ValueSource, results: Option<(&PatternInput, &TestedValues)>) -> &'static str {
    match (results.map(|(_, values)| values.counts.total), source) {
        (None, _) => "Testing…",
        (Some(0), ValueSource::Table) => "The table has no values in this column",
        (Some(0), ValueSource::Typed) => "Type the values to test, one per line",
        (Some(_), _) => "No values",
    }
}

fn result_ui(ui: &Ui, tested: &TestedValue, text: &str) {
    let p = palette(ui.visuals());
    let (icon, color) = labels::icon(tested.result, p);
    let rect = ui.max_rect();
    let y = rect.center().y - tokens::LINE / 2.0;
    let center = pos2(rect.left() + theme::CELL_LEFT + tokens::ICON_SMALL / 2.0, y);
    icon.paint(ui.painter(), center, tokens::ICON_SMALL, color);
    cell(ui, text, p.text, tokens::ICON_SMALL + theme::CELL_GAP);
}

/// Draws a value with its match highlighted. Returns `true` if it is truncated.
fn value_ui(ui: &Ui, tested: &TestedValue) -> bool {
    let p = palette(ui.visuals());
    let (painter, place) = (ui.painter(), ui.max_rect());
    if let Some(matched) = tested.matched().filter(|matched| !matched.is_empty()) {
        return job_in(painter, place, highlight::text(ui, &tested.value, &matched, p.text), 0.0);
    }
    let color = if tested.value.is_empty() { p.secondary } else { p.text };
    cell_in(painter, place, &labels::value(tested), color, 0.0)
}

fn group_text(name: &str, text: Option<&str>) -> String {
    format!("{name} {}", text.unwrap_or(display::NULL))
}

/// Returns the groups in a line: the names in another color than the texts.
fn groups_job(groups: &[(String, Option<String>)], p: &Palette) -> LayoutJob {
    let format = |color| TextFormat::simple(FontId::new(tokens::TYPE_BODY, FontFamily::Proportional), color);
    let mut job = LayoutJob::default();
    for (index, (name, text)) in groups.iter().enumerate() {
        let space = if index > 0 { 3.0 * tokens::UNIT } else { 0.0 };
        job.append(name, space, format(p.secondary));
        let (text, color) = text.as_deref().map_or((display::NULL, p.secondary), |text| (text, p.text));
        job.append(text, tokens::UNIT, format(color));
    }
    job
}
