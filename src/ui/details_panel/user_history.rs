//! The sessions of the user in the last days: those that are on from the table, the others from the history, below them.

use std::borrow::Cow;

use egui::accesskit::Role;
use egui::{Color32, FontFamily, FontId, Id, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::command::{Command, PastCommand};
use super::super::model::{AppState, UserHistory};
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{details_text, hover, small_text, theme};
use super::parts::{cell, full_clock, heading, host, note, paint_focus, rule, text_at, text_of};
use crate::dataset::{Cell, ColumnId, Dataset};
use crate::display::{self, Clock};
use crate::history::{SessionState, StoredSession};
use crate::table::Details;

/// The number of sessions that are shown until all are asked for.
const SHOWN: usize = 5;

/// A session of the user.
enum Line<'a> {
    /// It is in a row of the table.
    Row(u32),
    /// It isn't on any more, as far as is known.
    Stored(&'a StoredSession),
}

/// The texts of a line.
struct LineTexts {
    from: String,
    to: String,
    host: String,
    project: String,
    /// A remark on the end, if that isn't certain.
    remark: Option<String>,
}

/// Draws the sessions of the user of a row, if there is more to say than what the other sections say.
pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    dataset: &Dataset,
    details: &Details,
    commands: &mut Vec<Command>,
) {
    let Some(username) = text_of(dataset.username(), details.row) else { return };
    let user_history = state.user_history.as_ref().filter(|user_history| user_history.username == username);
    let rows = || [details.row].into_iter().chain(details.of_user.rows.iter().copied());
    let is_on = |stored: &&StoredSession| {
        stored.state == SessionState::Present || rows().any(|row| is_same(dataset, row, stored))
    };
    let recent = user_history.map(|user_history| &user_history.recent);
    let stored = recent.into_iter().flat_map(|recent| &recent.sessions);
    // Those that are on come from the table.
    let (on, ended): (Vec<_>, Vec<_>) = stored.partition(is_on);
    let count = 1 + details.of_user.count + recent.map_or(0, |recent| recent.count - on.len());
    let before = user_history.and_then(|user_history| user_history.before.as_ref());
    if count > 1 {
        rule(ui);
        heading(ui, &format!("This user, last {} days", UserHistory::DAYS));
        let id = Id::unique(("history of", username));
        let max = if details_text::is_open(ui, id) { usize::MAX } else { SHOWN };
        let lines = rows().map(Line::Row);
        let lines = lines.chain(ended.into_iter().map(Line::Stored));
        let lines = lines.take(max).map(|line| {
            let texts = line.texts(state, dataset, details.row);
            (line, texts)
        });
        let lines: Vec<(Line<'_>, LineTexts)> = lines.collect();
        let columns = Columns::of(ui, &lines);
        for (line, texts) in &lines {
            line.show(ui, texts, columns, details.row, commands);
        }
        if lines.len() < count {
            more(ui, id, count, count - lines.len(), max == SHOWN);
        }
    } else if before.is_some() {
        rule(ui);
    }
    if let Some(before) = before {
        let place = place(before).map_or_else(String::new, |place| format!(" at {place}"));
        let text =
            format!("Last on before this session: {}{place}", state.history_clock().when(before.last_seen));
        text_at(ui, &text, palette(ui.visuals()).secondary, theme::PANEL_PADDING);
    }
}

/// Draws a link to all sessions, or the number of those that aren't listed.
fn more(ui: &mut Ui, id: Id, count: usize, hidden: usize, is_closed: bool) {
    if !is_closed {
        let text = format!("and {} more", display::number(hidden));
        return note(ui, &text, palette(ui.visuals()).secondary);
    }
    ui.horizontal(|ui| {
        ui.set_min_height(theme::DETAILS_LINE);
        ui.add_space(theme::PANEL_PADDING);
        let text = format!("Show all {}", display::number(count));
        if small_text::link(ui, &text, &format!("{text} sessions of this user")).clicked() {
            details_text::set_open(ui, id, true);
        }
    });
}

/// Returns `true` if a stored session is the one in a row.
fn is_same(dataset: &Dataset, row: u32, stored: &StoredSession) -> bool {
    if stored.missed_at.is_some() {
        return false;
    }
    if let (Some(Cell::Text(id)), Some(stored)) =
        (cell(dataset, &ColumnId::ClientId, row), stored.session.client_id.as_deref())
    {
        return id == stored;
    }
    // Not every session has an id.
    let created = cell(dataset, &ColumnId::CreationTime, row);
    stored.session.creation_time.is_some_and(|time| created == Some(Cell::Date(time)))
}

/// Returns the address of a stored session.
fn place(stored: &StoredSession) -> Option<Cow<'_, str>> {
    stored.session.address.as_deref().map(display::text)
}

impl Line<'_> {
    /// Draws the line. A click goes to a session that is on, and otherwise shows the table when it was on last. `shown` is the
    /// row of the session in detail.
    fn show(
        &self,
        ui: &mut Ui,
        texts: &LineTexts,
        columns: Columns,
        shown: u32,
        commands: &mut Vec<Command>,
    ) {
        let LineTexts { from, to, host, project, remark } = texts;
        let (name, tip, command) = match self {
            Self::Row(row) if *row == shown => (format!("{from} – {to} on {host}"), None, None),
            Self::Row(row) => {
                let name = format!("Go to the session in {project} on {host} since {from}");
                (name, Some(format!("{project} on {host}")), Some(Command::GoToSession(*row)))
            }
            Self::Stored(stored) => {
                let remark = remark.as_ref().map_or_else(String::new, |remark| format!(", {remark}"));
                let name = format!("Show in the table: {from} – {to} on {host}{remark}");
                let command = Command::Past(PastCommand::Show(stored.last_seen));
                (
                    name,
                    Some(format!("{project} on {host}. Click to show this moment in the table")),
                    Some(command),
                )
            }
        };
        let response = line(ui, texts, columns, &name, command.is_some());
        if let Some(command) = command.filter(|_| response.clicked()) {
            commands.push(command);
        }
        if let Some(tip) = tip {
            response.tooltip_beside(tip);
        }
        if let Some(remark) = remark {
            text_at(ui, remark, palette(ui.visuals()).secondary, theme::PANEL_PADDING);
        }
    }

    fn texts(&self, state: &AppState, dataset: &Dataset, shown: u32) -> LineTexts {
        match self {
            Self::Row(row) => {
                let clock = full_clock(state, *row);
                let from = match cell(dataset, &ColumnId::CreationTime, *row) {
                    Some(Cell::Date(start)) => clock.minute(start),
                    _ => display::NULL.to_owned(),
                };
                let project = text_of(dataset.project(), *row);
                LineTexts {
                    from,
                    to: "now".to_owned(),
                    host: host(dataset, *row),
                    project: project.map_or(display::NULL.into(), display::text).into_owned(),
                    remark: None,
                }
            }
            Self::Stored(stored) => {
                let clock = state.history_clock();
                // By the clock of the gateway.
                let ahead = state.row_clock(shown).now_epoch_ms.saturating_sub(clock.now_epoch_ms);
                let created = stored.session.creation_time.map(|time| time.saturating_sub(ahead));
                let from = created.unwrap_or(stored.first_seen).min(stored.first_seen);
                let project = stored.session.project.as_deref();
                LineTexts {
                    from: clock.minute(from),
                    to: clock.end_minute(from, stored.last_seen),
                    host: place(stored).map_or_else(|| "an unknown host".to_owned(), Cow::into_owned),
                    project: project.map_or(display::NULL.into(), display::text).into_owned(),
                    remark: remark(stored, &clock),
                }
            }
        }
    }
}

/// Returns a remark on the end of a session; `None` if the end is certain.
fn remark(stored: &StoredSession, clock: &Clock) -> Option<String> {
    let seen = stored.last_seen;
    match (stored.state, stored.missed_at) {
        // Two times with the same text say nothing.
        (SessionState::LeftBetween, Some(missed_at)) if clock.minute(seen) != clock.minute(missed_at) => {
            Some(format!("left between {} and {}", clock.minute(seen), clock.end_minute(seen, missed_at)))
        }
        (SessionState::Unknown, _) => Some(format!("not watched since {}", clock.minute(seen))),
        _ => None,
    }
}

/// The widths of the starts and of the ends, which are the same in all lines.
#[derive(Clone, Copy, Debug)]
struct Columns {
    from: f32,
    to: f32,
}

impl Columns {
    fn of(ui: &Ui, lines: &[(Line<'_>, LineTexts)]) -> Self {
        let longest = |text: fn(&LineTexts) -> &String| {
            let widths = lines.iter().map(|(_, texts)| {
                let text = ui.painter().layout_no_wrap(text(texts).clone(), font(), Color32::PLACEHOLDER);
                text.size().x.ceil()
            });
            widths.fold(0.0, f32::max)
        };
        let from = longest(|texts| &texts.from) + 2.0 * tokens::UNIT;
        let to = longest(|texts| &texts.to) + 2.0 * tokens::UNIT;
        let roomy = Self { from: from.max(theme::USER_SESSION_FROM), to: to.max(theme::USER_SESSION_TO) };
        let host = ui.available_width() - 2.0 * theme::PANEL_PADDING - roomy.host();
        if longest(|texts| &texts.host) <= host { roomy } else { Self { from, to } }
    }

    /// Returns where the host is.
    fn host(self) -> f32 {
        self.from + theme::USER_SESSION_DASH + self.to
    }
}

fn font() -> FontId {
    FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional)
}

/// Draws the start, the end and the host of a session.
fn line(ui: &mut Ui, texts: &LineTexts, columns: Columns, name: &str, is_button: bool) -> Response {
    let p = palette(ui.visuals());
    let sense = if is_button { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::DETAILS_LINE), sense);
    let role = if is_button { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if is_button {
        ui.painter().rect_filled(rect, 0.0, hover::color(&response, Color32::TRANSPARENT, p.hover));
    }
    let left = rect.left() + theme::PANEL_PADDING;
    let right = rect.right() - theme::PANEL_PADDING;
    for (text, at, color) in [
        (&*texts.from, 0.0, p.text),
        ("–", columns.from, p.secondary),
        (&*texts.to, columns.from + theme::USER_SESSION_DASH, p.text),
        (&*texts.host, columns.host(), p.secondary),
    ] {
        let x = left + at;
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font(), color);
        job.wrap = egui::text::TextWrapping::truncate_at_width((right - x).max(tokens::UNIT));
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
    }
    paint_focus(ui, &response, rect, p);
    response
}
