//! The list of entries.

use std::collections::HashMap;

use egui::accesskit::Role;
use egui::{Context, Id, Rect, Ui, WidgetInfo, pos2};
use egui_extras::TableRow;

use super::super::activity_rows::ActivityRows;
use super::super::button;
use super::super::command::{ActivityCommand, Command, PastCommand};
use super::super::focus_request;
use super::super::list_cells::{self, RowGround, cell, cell_in, ground, note, title};
use super::super::model::{AppState, Shown};
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::labels;
use crate::display::Clock;
use crate::history::{ActivityEntry, ActivityGroup};
use crate::sanitize::sanitize;
use crate::table::ActivityTab;

/// The titles of the columns.
const COLUMNS: [&str; 7] = ["Time", "Event", "Username", "Project", "Address", "Node", "Duration"];
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
    // Each tab is scrolled by itself.
    let id_salt = format!("activity {:?}", state.layout.activity_tab);
    let width = rect.width() - contents.spacing().scroll.allocated_width();
    let table = list_cells::table(&mut contents, &id_salt, widths(state.layout.activity_tab, width), target);
    let table = table.header(tokens::HEADER_HEIGHT, |mut row| {
        for (index, name) in COLUMNS.iter().enumerate() {
            row.col(|ui| {
                let text = match *name {
                    "Time" => format!("{name} · {}", clock.style_name()),
                    "Node" if state.gateways.shown == Shown::All => "Gateway".to_owned(),
                    name => name.to_owned(),
                };
                title(ui, &text, index > 0, index == 0);
            });
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
    let count = rows.groups.len() + usize::from(!rows.is_complete && !rows.groups.is_empty());
    let mut last = 0;
    table.body(|body| {
        body.rows(tokens::ROW_HEIGHT, count, |mut row| {
            let index = row.index();
            last = last.max(index);
            let Some((group, entry)) = rows.groups.get(index).zip(rows.entry(index)) else {
                let error = state.activity.error.as_ref();
                let text = error.map_or("Reading…", |error| error.summary());
                row.col(|ui| {
                    cell(ui, text, palette(ui.visuals()).secondary, 0.0);
                });
                return;
            };
            let row_ground = RowGround::of(state.activity.cursor == Some(index), &focus);
            show_row(&mut row, row_ground, group, entry, &places, &clock);
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
    let is_near_end = last + ROWS_AHEAD >= rows.groups.len();
    if is_near_end && !rows.is_complete && !state.activity.is_reading && state.activity.error.is_none() {
        commands.push(Command::Activity(ActivityCommand::ReadOlder));
    }
    if focus.has_focus() {
        button::paint_focus(ui, rect, false);
    }
}

/// Returns the widths of all columns but the last one in a list of this width. The last one keeps room for a duration. Alerts
/// have none, but long texts.
fn widths(tab: ActivityTab, width: f32) -> [f32; 6] {
    let mut widths = theme::ACTIVITY_COLUMNS;
    let rest = width - theme::ACTIVITY_LAST_COLUMN - widths.iter().sum::<f32>();
    if rest < 0.0 {
        let others: f32 = widths[1..].iter().sum();
        let part = ((others + rest) / others).max(0.0);
        widths[1..].iter_mut().for_each(|width| *width = (*width * part).floor());
    } else if tab == ActivityTab::Alerts {
        widths[1] += rest.floor();
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

fn show_row(
    row: &mut TableRow<'_, '_>,
    row_ground: RowGround,
    group: &ActivityGroup,
    entry: &ActivityEntry,
    places: &Places,
    clock: &Clock,
) {
    let session = &entry.session;
    let [username, project, address] = [&session.username, &session.project, &session.address]
        .map(|text| text.as_deref().map(sanitize).unwrap_or_default());
    let time = row.col(|ui| {
        ground(ui, row_ground);
        cell(ui, &clock.date(entry.time()), palette(ui.visuals()).secondary, 0.0);
    });
    time.1.tooltip_above(labels::time(entry, clock));
    // The event may extend over the empty cells after it.
    let (mut place, mut is_next_empty) = (Rect::NOTHING, true);
    let (_, event) = row.col(|ui| {
        ground(ui, row_ground);
        let (icon, color) = labels::icon(entry, group, palette(ui.visuals()));
        let rect = ui.max_rect();
        place = rect;
        let y = rect.center().y - tokens::LINE / 2.0;
        let center = pos2(rect.left() + theme::CELL_LEFT + tokens::ICON_SMALL / 2.0, y);
        icon.paint(ui.painter(), center, tokens::ICON_SMALL, color);
    });
    for text in [&*username, &*project, &*address, &places.name(entry)] {
        is_next_empty &= text.is_empty();
        let mut is_truncated = false;
        let (_, response) = row.col(|ui| {
            ground(ui, row_ground);
            is_truncated = cell(ui, text, palette(ui.visuals()).text, 0.0);
            if is_next_empty {
                place.max.x = ui.max_rect().right();
            }
        });
        if is_truncated {
            response.tooltip_above(text);
        }
    }
    let text = labels::event(entry, group, clock);
    let mut is_truncated = false;
    row.col(|ui| {
        ground(ui, row_ground);
        let p = palette(ui.visuals());
        let duration = labels::duration(entry).unwrap_or_default();
        cell(ui, &duration, p.secondary, 0.0);
        // Over the grounds of all cells, and beyond this one.
        let mut painter = ui.painter().clone();
        painter.set_clip_rect(Rect::from_x_y_ranges(place.x_range(), ui.clip_rect().y_range()));
        is_truncated = cell_in(&painter, place, &text, p.text, tokens::ICON_SMALL + theme::CELL_GAP);
    });
    if is_truncated {
        event.tooltip_above(text);
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
        let has_gateways = state.gateways.shown == Shown::All;
        let nodes = state.status.iter().flat_map(|status| &status.nodes);
        let names = nodes.filter_map(|node| Some((node.url.to_string(), node.name.clone()?)));
        let nodes = if has_gateways { HashMap::new() } else { names.collect() };
        Self { has_gateways, nodes }
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
    #[expect(clippy::float_cmp, reason = "widths are whole numbers")]
    fn last_column_has_room_for_a_duration() {
        for width in [1_080.0, 940.0, 900.0, 620.0] {
            for (tab, _) in ActivityTab::ALL {
                let rest = width - widths(tab, width).iter().sum::<f32>();
                assert!(rest >= theme::ACTIVITY_LAST_COLUMN, "{rest} of {width}");
            }
        }
        assert_eq!(widths(ActivityTab::All, 1_080.0), theme::ACTIVITY_COLUMNS);
        let [all, alerts] = [ActivityTab::All, ActivityTab::Alerts].map(|tab| widths(tab, 1_080.0));
        assert_eq!(
            (alerts[1] - all[1], alerts[5]),
            (144.0, all[5]),
            "alerts have long texts and no duration"
        );
    }
}
