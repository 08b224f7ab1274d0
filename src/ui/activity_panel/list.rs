//! The list of entries.

use std::collections::HashMap;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Color32, Context, Id, Painter, Rangef, Rect, Response, Ui, WidgetInfo, pos2};
use egui_extras::TableRow;

use super::super::activity_rows::ActivityRows;
use super::super::button;
use super::super::command::{ActivityCommand, Command, PastCommand};
use super::super::focus_request;
use super::super::held_rows::HeldRows;
use super::super::list_cells::{self, RowBackground, background, cell, cell_in, note, title};
use super::super::model::{AppState, ShownGateways};
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::labels;
use crate::display::Clock;
use crate::history::{ActivityEntry, ActivityGroup, ActivityKey};
use crate::sanitize::sanitize;
use crate::table::ActivityTab;

/// The titles of the columns.
const COLUMNS: [&str; 7] = ["Time", "Event", "Username", "Project", "Address", "Node", "Duration"];
const TIME: usize = 0;
const EVENT: usize = 1;
const USERNAME: usize = 2;
const PROJECT: usize = 3;
const ADDRESS: usize = 4;
const NODE: usize = 5;
const DURATION: usize = 6;
/// The number of rows below the view at which older ones are read.
const ROWS_AHEAD: usize = 50;

fn id() -> Id {
    Id::unique("activity list")
}

/// Moves the keyboard focus to the list.
pub(in super::super) fn focus(ctx: &Context) {
    focus_request::request(ctx, id());
}

fn reveal_id() -> Id {
    id().with("reveal")
}

/// Scrolls to the row at the cursor.
pub(in super::super) fn reveal_cursor(ctx: &Context) {
    focus_request::request(ctx, reveal_id());
}

/// Draws the list.
pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let focus = list_cells::frame(ui, rect, id(), "Activity list");
    let rows = state.activity.rows.as_deref();
    let clock = state.history_clock();
    let places = Places::of(state);
    let target = rows.and_then(|rows| keys(ui, state, rows, commands));
    let revealed = if focus_request::take(ui, reveal_id()) { state.activity.cursor } else { None };
    let target = target.or(revealed);
    let at_cursor = rows.and_then(|rows| {
        let cursor = state.activity.cursor?;
        Some(row_text(rows.groups.get(cursor)?, rows.entry(cursor)?, &places, &clock))
    });
    if let Some(text) = at_cursor {
        list_cells::cursor_row(&focus, text, commands);
    }
    let mut contents = list_cells::contents(ui, rect);
    // Each tab is scrolled by itself. Its rows are shown once they were read.
    let tab = rows.map_or(state.layout.activity_tab, ActivityRows::tab);
    let id_salt = format!("activity {tab:?}");
    let room = list_cells::room(rect);
    let ranges = ranges(ui, rows, &clock);
    let columns = columns(&ranges, room, || rows.is_none_or(|rows| places.is_one(rows)));
    let widths = widths(&ranges, state.layout.activity_tab, &columns, room);
    let others = widths[..columns.len() - 1].iter().copied();
    let count =
        rows.map_or(0, |rows| rows.groups.len() + usize::from(!rows.is_complete && !rows.groups.is_empty()));
    let key = |row: usize| rows.and_then(|rows| rows.key_of(row));
    // The row of a flapping session gets a new key with each arrival or departure.
    let find = |wanted: &ActivityKey| rows?.row_of(*wanted).filter(|row| key(*row) == Some(*wanted));
    let body = list_cells::body(rect);
    let held =
        HeldRows::new(&mut contents, body, id().with(&id_salt), (count, state.activity.cursor), key, find);
    let table = held.scroll(list_cells::table(&mut contents, &id_salt, others), target);
    let column_title = |column: usize| match column {
        TIME => time_title(&clock),
        NODE if places.has_gateways => "Gateway".to_owned(),
        _ => COLUMNS[column].to_owned(),
    };
    let table = table.header(tokens::HEADER_HEIGHT, |mut row| {
        for column in columns.iter().copied() {
            row.col(|ui| title(ui, &column_title(column), column != TIME, column == TIME));
        }
    });
    let Some(rows) = rows else {
        let text = match &state.activity.error {
            Some(error) => error.summary().to_owned(),
            None => "Reading the history…".to_owned(),
        };
        return note(ui, rect, &text);
    };
    if rows.groups.is_empty() {
        let text = match (&state.activity.error, rows.is_complete) {
            (Some(error), _) => error.summary().to_owned(),
            (None, true) => "No matching activity".to_owned(),
            (None, false) => "Searching the history…".to_owned(),
        };
        note(ui, rect, &text);
    }
    let mut last = 0;
    let output = table.body(|body| {
        body.rows(tokens::ROW_HEIGHT, held.count(), |mut row| {
            let Some(index) = held.index_of(&mut row) else { return };
            last = last.max(index);
            let Some((group, entry)) = rows.groups.get(index).zip(rows.entry(index)) else {
                let error = state.activity.error.as_ref();
                let text = error.map_or("Reading…", |error| error.summary());
                row.col(|ui| {
                    cell(ui, text, palette(ui.visuals()).secondary, 0.0);
                });
                return;
            };
            let row_background = RowBackground::of(state.activity.cursor == Some(index), &focus);
            let texts = texts(entry, &places);
            let left_out = (0..COLUMNS.len()).filter(|column| !columns.contains(column));
            let left_out = left_out.filter(|column| !texts[*column].is_empty());
            let left_out: Vec<String> =
                left_out.map(|column| format!("{}: {}", column_title(column), texts[column])).collect();
            show_row(&mut row, row_background, (group, entry), &columns, &texts, &left_out, &clock);
            let response = row.response();
            response.widget_info(|| {
                WidgetInfo::labeled(Role::ListItem, true, row_text(group, entry, &places, &clock))
            });
            if response.clicked() {
                list_cells::focus_after_click(&response.ctx, id());
                commands.push(Command::Activity(ActivityCommand::Select(index)));
            }
            if response.double_clicked() {
                commands.push(Command::Past(PastCommand::Show(entry.time())));
            }
        });
    });
    held.end(ui, &output, key);
    let is_near_end = last + ROWS_AHEAD >= rows.groups.len();
    if is_near_end && !rows.is_complete && !state.activity.is_reading && state.activity.error.is_none() {
        commands.push(Command::Activity(ActivityCommand::ReadOlder));
    }
    if focus.has_focus() {
        button::paint_focus(ui, rect, false);
    }
}

fn time_title(clock: &Clock) -> String {
    format!("{} · {}", COLUMNS[TIME], clock.style_name())
}

/// Returns the smallest and largest widths of all columns. The time has room for those of the rows.
fn ranges(ui: &Ui, rows: Option<&ActivityRows>, clock: &Clock) -> [Rangef; COLUMNS.len()] {
    let mut ranges = theme::ACTIVITY_COLUMNS;
    // The arrow takes the space at the right of the title.
    let title = list_cells::column_width(ui, &time_title(clock), true) - theme::CELL_RIGHT;
    let title = title + tokens::UNIT + tokens::ICON_TINY;
    ranges[TIME] = Rangef::point(ranges[TIME].max.max(title.ceil()));
    let Some(rows) = rows else { return ranges };
    // Older dates are longer, but days and months differ in width, too.
    let ends = [Some(0), rows.groups.len().checked_sub(1)].into_iter().flatten();
    let times = ends.filter_map(|row| rows.entry(row)).map(ActivityEntry::time);
    let texts = times.flat_map(|time| [vec![clock.date(time)], clock.dates_like(time)].concat());
    let widths = texts.map(|text| list_cells::column_width(ui, &text, false));
    ranges[TIME] = Rangef::point(widths.fold(ranges[TIME].max, f32::max));
    ranges
}

/// Returns the columns that a list with this room shows. `is_one_place` returns `true` if all rows have the same node.
fn columns(ranges: &[Rangef; COLUMNS.len()], room: f32, is_one_place: impl FnOnce() -> bool) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..COLUMNS.len()).collect();
    let has_room = |columns: &[usize]| columns.iter().map(|column| ranges[*column].min).sum::<f32>() <= room;
    if has_room(&columns) {
        return columns;
    }
    let least_useful = if is_one_place() {
        [NODE, DURATION, ADDRESS, PROJECT, USERNAME]
    } else {
        [DURATION, ADDRESS, NODE, PROJECT, USERNAME]
    };
    for left_out in least_useful {
        columns.retain(|column| *column != left_out);
        if has_room(&columns) {
            break;
        }
    }
    columns
}

/// Returns the widths of columns in a list with this room. Alerts have no duration, but long texts.
fn widths(ranges: &[Rangef; COLUMNS.len()], tab: ActivityTab, columns: &[usize], room: f32) -> Vec<f32> {
    let ranges: Vec<Rangef> = columns.iter().map(|column| ranges[*column]).collect();
    let mut widths = list_cells::fit(&ranges, room);
    if tab == ActivityTab::Alerts
        && let Some((last, range)) = widths.last_mut().zip(ranges.last())
    {
        let rest = (*last - range.max).max(0.0).floor();
        *last -= rest;
        widths[EVENT] += rest;
    }
    widths
}

/// Emits the commands of keys while the list has the focus. Returns the row to which the cursor goes.
fn keys(ui: &Ui, state: &AppState, rows: &ActivityRows, commands: &mut Vec<Command>) -> Option<usize> {
    if !ui.memory(|memory| memory.has_focus(id())) || rows.groups.is_empty() {
        return None;
    }
    let (reached, is_entered) = list_cells::keys(ui, id(), state.activity.cursor, rows.groups.len());
    commands.extend(reached.map(|index| Command::Activity(ActivityCommand::Select(index))));
    let cursor = reached.or(state.activity.cursor).filter(|_| is_entered);
    if let Some(entry) = cursor.and_then(|cursor| rows.entry(cursor)) {
        commands.push(Command::Past(PastCommand::Show(entry.time())));
    }
    reached
}

/// Returns the texts of the columns but those of the time and the event.
fn texts(entry: &ActivityEntry, places: &Places) -> [String; COLUMNS.len()] {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(sanitize).unwrap_or_default().into_owned();
    let mut texts = [const { String::new() }; COLUMNS.len()];
    texts[USERNAME] = text(&entry.session.username);
    texts[PROJECT] = text(&entry.session.project);
    texts[ADDRESS] = text(&entry.session.address);
    texts[NODE] = places.name(entry);
    texts[DURATION] = labels::duration(entry).unwrap_or_default();
    texts
}

/// Draws a row. The tooltip of its event has what is `left_out`.
fn show_row(
    row: &mut TableRow<'_, '_>,
    row_background: RowBackground,
    (group, entry): (&ActivityGroup, &ActivityEntry),
    columns: &[usize],
    texts: &[String; COLUMNS.len()],
    left_out: &[String],
    clock: &Clock,
) {
    // The event may extend over the empty cells after it, and is drawn over their backgrounds.
    let mut event: Option<(Response, Painter, Rect, Color32)> = None;
    let mut is_next_empty = true;
    for column in columns.iter().copied() {
        match column {
            TIME => {
                let (_, time) = row.col(|ui| {
                    background(ui, row_background);
                    cell(ui, &clock.date(entry.time()), palette(ui.visuals()).secondary, 0.0);
                });
                time.tooltip_above(labels::time(entry, clock));
            }
            EVENT => {
                let mut painted = None;
                let (_, response) = row.col(|ui| {
                    background(ui, row_background);
                    let p = palette(ui.visuals());
                    let (icon, color) = labels::icon(entry, group, p);
                    let rect = ui.max_rect();
                    let y = rect.center().y - tokens::LINE / 2.0;
                    let center = pos2(rect.left() + theme::CELL_LEFT + tokens::ICON_SMALL / 2.0, y);
                    icon.paint(ui.painter(), center, tokens::ICON_SMALL, color);
                    painted = Some((ui.painter().clone(), rect, p.text));
                });
                event = painted.map(|(painter, place, color)| (response, painter, place, color));
            }
            _ => {
                let text = &*texts[column];
                is_next_empty &= text.is_empty() && column != DURATION;
                let mut is_truncated = false;
                let (_, response) = row.col(|ui| {
                    background(ui, row_background);
                    let p = palette(ui.visuals());
                    let color = if column == DURATION { p.secondary } else { p.text };
                    is_truncated = cell(ui, text, color, 0.0);
                });
                if let Some((_, _, place, _)) = event.as_mut().filter(|_| is_next_empty) {
                    place.max.x = response.rect.right();
                }
                if is_truncated {
                    response.tooltip_above(text);
                }
            }
        }
    }
    let Some((response, mut painter, place, color)) = event else { return };
    let text = labels::event(entry, group, clock);
    painter.set_clip_rect(Rect::from_x_y_ranges(place.x_range(), painter.clip_rect().y_range()));
    let is_truncated = cell_in(&painter, place, &text, color, tokens::ICON_SMALL + theme::CELL_GAP);
    if is_truncated || !left_out.is_empty() {
        let lines: Vec<&str> = [&*text].into_iter().chain(left_out.iter().map(String::as_str)).collect();
        response.tooltip_above(lines.join("\n"));
    }
}

/// Names the place of an entry.
struct Places {
    /// All gateways are shown, so that a node alone says little.
    has_gateways: bool,
    /// The names of nodes, as the table has them, by their addresses.
    nodes: HashMap<String, String>,
}

impl Places {
    fn of(state: &AppState) -> Self {
        let has_gateways = state.gateways.shown == ShownGateways::All;
        let nodes = state.status.iter().flat_map(|status| &status.nodes);
        let names = nodes.filter_map(|node| Some((node.url.to_string(), node.name.clone()?)));
        let nodes = if has_gateways { HashMap::new() } else { names.collect() };
        Self { has_gateways, nodes }
    }

    /// Returns `true` if all rows have the same place.
    fn is_one(&self, rows: &ActivityRows) -> bool {
        let mut places =
            (0..rows.groups.len()).filter_map(|index| rows.entry(index)).map(|entry| self.place(entry));
        let first = places.next();
        places.all(|place| Some(place) == first)
    }

    /// Returns the gateway, and the node where it is named.
    fn place<'a>(&self, entry: &'a ActivityEntry) -> (&'a str, Option<&'a str>) {
        let is_node = !self.has_gateways || entry.session.username.is_none();
        (&entry.gateway, is_node.then_some(&*entry.node))
    }

    /// Returns the gateway where all are shown, and else the name of the node, or its address.
    fn name(&self, entry: &ActivityEntry) -> String {
        let url = &*entry.node;
        let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
        let is_about_node = entry.session.username.is_none();
        let name = match self.nodes.get(url) {
            Some(name) => sanitize(name),
            // An outage is one of a node.
            None if self.has_gateways && is_about_node => {
                return format!("{} ({})", sanitize(&entry.gateway), sanitize(authority));
            }
            None if self.has_gateways => sanitize(&entry.gateway),
            None => sanitize(authority),
        };
        name.into_owned()
    }
}

/// Returns the text of a row.
fn row_text(group: &ActivityGroup, entry: &ActivityEntry, places: &Places, clock: &Clock) -> String {
    let session = &entry.session;
    let event = labels::event(entry, group, clock);
    let texts = [&session.username, &session.project, &session.address];
    let texts = texts.into_iter().flatten().map(|text| sanitize(text).into_owned());
    let parts = [clock.date(entry.time()), event].into_iter().chain(texts);
    let parts = parts.chain([places.name(entry)]).chain(labels::duration(entry));
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_left_out_rather_than_squeezed() {
        let titles = |room, is_one_place| -> Vec<&str> {
            let columns = columns(&theme::ACTIVITY_COLUMNS, room, || is_one_place);
            columns.into_iter().map(|column| COLUMNS[column]).collect()
        };
        for is_one_place in [true, false] {
            assert_eq!(titles(1_080.0, is_one_place), COLUMNS);
            assert_eq!(titles(764.0, is_one_place), COLUMNS);
            assert_eq!(titles(200.0, is_one_place), ["Time", "Event"]);
        }
        assert_eq!(titles(720.0, true), ["Time", "Event", "Username", "Project", "Address", "Duration"]);
        assert_eq!(titles(720.0, false), ["Time", "Event", "Username", "Project", "Address", "Node"]);
        assert_eq!(titles(628.0, true), ["Time", "Event", "Username", "Project", "Address"]);
        assert_eq!(titles(628.0, false), ["Time", "Event", "Username", "Project", "Node"]);
        assert_eq!(titles(528.0, true), ["Time", "Event", "Username", "Project"]);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "widths are whole numbers")]
    fn columns_have_their_smallest_width_at_least() {
        let ranges = theme::ACTIVITY_COLUMNS;
        for room in [1_080.0, 940.0, 900.0, 720.0, 628.0, 528.0] {
            for (tab, _) in ActivityTab::ALL {
                let columns = columns(&ranges, room, || true);
                let widths = widths(&ranges, tab, &columns, room);
                assert_eq!(widths.iter().sum::<f32>(), room);
                for (column, width) in columns.into_iter().zip(widths) {
                    assert!(width >= ranges[column].min, "{column} of {room}: {width}");
                }
            }
        }
        let all: Vec<usize> = (0..COLUMNS.len()).collect();
        let [entries, alerts] =
            [ActivityTab::All, ActivityTab::Alerts].map(|tab| widths(&ranges, tab, &all, 1_080.0));
        assert_eq!(
            (alerts[EVENT] - entries[EVENT], alerts[NODE]),
            (144.0, entries[NODE]),
            "alerts have long texts and no duration"
        );
    }
}
