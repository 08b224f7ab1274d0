//! The list of days, the newest first.

use egui::accesskit::Role;
use egui::{Id, Rangef, Rect, Ui, WidgetInfo};
use egui_extras::TableRow;

use super::super::button;
use super::super::command::{Command, LicenseCommand, PastCommand};
use super::super::held_rows::HeldRows;
use super::super::license;
use super::super::list_cells::{self, RowBackground, note, title};
use super::super::model::AppState;
use super::super::theme;
use super::super::tokens::{self, Palette, palette};
use super::super::tooltip::ResponseExt as _;
use super::over::{self, Limits};
use crate::display::{self, Clock};
use crate::gateway::SessionKind;
use crate::history::DayPeaks;

/// The titles of the columns.
const COLUMNS: [&str; 8] = [
    "Day",
    "Peak",
    "At",
    // What matters most is in view in a narrow window, too.
    "Over the limit",
    "Vision clients",
    "Designers",
    "Perspective sessions",
    "Top projects",
];
/// The number of projects that are listed.
const PROJECTS: usize = 5;

fn id() -> Id {
    Id::unique("license days")
}

/// Draws the list.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    limits: &Limits<'_>,
    commands: &mut Vec<Command>,
) {
    let focus = list_cells::frame(ui, rect, id(), "List of days");
    let clock = state.history_clock();
    let days = state.license.peaks.as_ref().map_or(&[][..], |peaks| &peaks.days);
    let row_at = |row: usize| {
        state.license.day_in_row(row).map(|(index, day)| Row::of(state, day, index, limits, &clock))
    };
    let reached = if focus.has_focus() { keys(ui, state, days.len(), commands) } else { None };
    let target = reached.or_else(|| chosen_elsewhere(ui, state.license.day));
    if let Some(row) = state.license.day.and_then(row_at) {
        list_cells::cursor_row(&focus, row.text(), commands);
    }
    let mut columns = theme::LICENSE_DAY_COLUMNS;
    columns[OVER] = over_column(ui, state, days.len(), limits);
    let widths = list_cells::fit(&columns, list_cells::room(rect));
    list_cells::scroll_horizontally(ui, rect, &focus, &widths, |ui| {
        let p = palette(ui.visuals());
        let others = widths[..COLUMNS.len() - 1].iter().copied();
        let key = |row: usize| state.license.day_in_row(row).map(|(_, day)| day.from);
        let find = |from: &i64| days.iter().rev().position(|day| day.from == *from);
        let body = list_cells::body(rect);
        let held = HeldRows::new(ui, body, id().with("held"), (days.len(), state.license.day), key, find);
        let table = held.scroll(list_cells::table(ui, "license days", others), target);
        let table = table.header(tokens::HEADER_HEIGHT, |mut row| {
            for (index, name) in COLUMNS.iter().enumerate() {
                row.col(|ui| title(ui, name, index > 0, index == 0));
            }
        });
        let output = table.body(|body| {
            body.rows(tokens::ROW_HEIGHT, held.count(), |mut row| {
                let Some(index) = held.index_of(&mut row) else { return };
                if let Some(of_day) = row_at(index) {
                    let row_background = RowBackground::of(state.license.day == Some(index), &focus);
                    of_day.show(&mut row, row_background, index, p, commands);
                }
            });
        });
        held.end(ui, &output, key);
    });
    if days.is_empty() {
        let text = match (&state.license.error, &state.license.peaks) {
            (Some(error), _) => error.summary(),
            (None, Some(_)) => "Nothing has been recorded yet",
            (None, None) if !state.timeline.is_available => "No history is recorded for this gateway",
            (None, None) => "Reading the history…",
        };
        note(ui, rect, text);
    }
    if focus.has_focus() {
        button::paint_focus(ui, rect, false);
    }
}

/// Returns the widths of the column of exceeded limits: as wide as its texts, or as its title where no limit was exceeded.
fn over_column(ui: &Ui, state: &AppState, count: usize, limits: &Limits<'_>) -> Rangef {
    let title = list_cells::column_width(ui, COLUMNS[OVER], true);
    let texts = (0..count).map(|day| over::text(&limits.exceeded(&state.license.series, day)));
    let texts = texts.filter(|text| !text.is_empty());
    let longest = texts.map(|text| list_cells::column_width(ui, &text, false)).fold(title, f32::max);
    let Rangef { min, max } = theme::LICENSE_DAY_COLUMNS[OVER];
    Rangef::new(min.min(longest), max.min(longest))
}

/// Returns the row at the cursor if it has just become another one, such as by a click in the chart.
fn chosen_elsewhere(ui: &Ui, cursor: Option<usize>) -> Option<usize> {
    let before = ui.data_mut(|data| {
        let known = data.get_temp_mut_or_default::<Option<usize>>(id());
        std::mem::replace(known, cursor)
    });
    cursor.filter(|_| before != cursor)
}

/// Emits the commands of keys. Returns the row to which the cursor goes.
fn keys(ui: &Ui, state: &AppState, count: usize, commands: &mut Vec<Command>) -> Option<usize> {
    if count == 0 {
        return None;
    }
    let (reached, is_entered) = list_cells::keys(ui, id(), state.license.day, count);
    commands.extend(reached.map(|row| Command::License(LicenseCommand::SelectDay(row))));
    let entered = reached.or(state.license.day).filter(|_| is_entered);
    let at = entered.and_then(|row| state.license.series.peak(state.license.day_in_row(row)?.1).at);
    commands.extend(at.map(|at| Command::Past(PastCommand::Show(at))));
    reached
}

/// The columns whose color depends on the day.
const PEAK: usize = 1;
const AT: usize = 2;
const OVER: usize = 3;

/// A row of the list.
struct Row {
    cells: [String; COLUMNS.len()],
    /// The time of the peak.
    at: Option<i64>,
    /// The reason why the peak may have been larger; `None` if it can't.
    unwatched: Option<String>,
}

impl Row {
    fn of(state: &AppState, day: &DayPeaks, index: usize, limits: &Limits<'_>, clock: &Clock) -> Self {
        let series = &state.license.series;
        let peak = series.peak(day);
        let is_today = (day.from..day.to).contains(&clock.now_epoch_ms);
        let name = if is_today { "Today".to_owned() } else { clock.day_text(day.from) };
        let [vision, designers, perspective] =
            SessionKind::ALL.map(|kind| license::peak(day.peaks.of(Some(kind))));
        let projects = day.projects.iter().take(PROJECTS).map(|(project, count, _)| {
            let project = project.as_deref().map_or("no project".into(), display::text);
            format!("{project} {}", license::count(*count))
        });
        let cells = [
            name,
            license::peak(&peak),
            peak.at.map(|at| clock.time_of_day(at)).unwrap_or_default(),
            over::text(&limits.exceeded(series, index)),
            vision,
            designers,
            perspective,
            projects.collect::<Vec<_>>().join(", "),
        ];
        Self { cells, at: peak.at, unwatched: license::unwatched(&peak) }
    }

    /// Draws the row. A click on the time of the peak, or a double click, shows that moment.
    fn show(
        &self,
        row: &mut TableRow<'_, '_>,
        row_background: RowBackground,
        index: usize,
        p: &Palette,
        commands: &mut Vec<Command>,
    ) {
        let mut peak_place = Rect::NOTHING;
        for (column, text) in self.cells.iter().enumerate() {
            let color = match column {
                OVER => p.error,
                AT if self.at.is_some() => p.link,
                PEAK if self.unwatched.is_some() => p.secondary,
                _ => p.text,
            };
            let response = list_cells::text_column(row, row_background, text, color);
            match (column, &self.unwatched) {
                (AT, _) => peak_place = response.rect,
                (PEAK, Some(unwatched)) => _ = response.tooltip_above(unwatched),
                _ => {}
            }
        }
        let response = row.response();
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, self.text()));
        if response.clicked() {
            list_cells::focus_after_click(&response.ctx, id());
            commands.push(Command::License(LicenseCommand::SelectDay(index)));
        }
        let is_on_time =
            response.interact_pointer_pos().is_some_and(|at| peak_place.contains(at)) && response.clicked();
        if is_on_time || response.double_clicked() {
            commands.extend(self.at.map(|at| Command::Past(PastCommand::Show(at))));
        }
    }

    /// Returns the row in words.
    fn text(&self) -> String {
        let titled = COLUMNS.iter().zip(&self.cells).enumerate().filter(|(_, (_, cell))| !cell.is_empty());
        let parts =
            titled.map(
                |(index, (title, cell))| {
                    if index == 0 { cell.clone() } else { format!("{}: {cell}", title.to_lowercase()) }
                },
            );
        parts.chain(self.unwatched.clone()).collect::<Vec<_>>().join(", ")
    }
}
