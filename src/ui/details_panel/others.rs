//! The other sessions of the user, and those of others at the same address. A click goes there.

use egui::accesskit::Role;
use egui::{Color32, FontFamily, FontId, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::command::Command;
use super::super::model::AppState;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::super::{hover, theme};
use super::parts::{cell, full_clock, heading, host, note, paint_focus, rule, text_of};
use crate::dataset::{Cell, ColumnId, Dataset};
use crate::display;
use crate::table::{Details, OtherSessions};

/// Draws the other sessions of the user.
pub(super) fn of_user(
    ui: &mut Ui,
    state: &AppState,
    dataset: &Dataset,
    details: &Details,
    commands: &mut Vec<Command>,
) {
    list(ui, "Other sessions of this user", &details.of_user, commands, |ui, row| {
        let project = text_of(dataset.project(), row).map_or(display::NULL.into(), display::text);
        let host = host(dataset, row);
        let created = created(state, dataset, row);
        let name = format!("Go to the session in {project} on {host} since {created}");
        session(ui, [&created, &project, &host], &name).tooltip_beside(format!("{project} on {host}"))
    });
}

/// Draws the sessions of other users on the host of the session.
pub(super) fn of_host(
    ui: &mut Ui,
    state: &AppState,
    dataset: &Dataset,
    details: &Details,
    commands: &mut Vec<Command>,
) {
    list(ui, "Other users at this address", &details.of_host, commands, |ui, row| {
        let text = |column| text_of(column, row).map_or(display::NULL.into(), display::text);
        let (user, project) = (text(dataset.username()), text(dataset.project()));
        let created = created(state, dataset, row);
        let name = format!("Go to the session of {user} in {project} since {created}");
        session(ui, [&created, &user, &project], &name).tooltip_beside(format!("{user} in {project}"))
    });
}

/// Draws a list with its title, if it isn't empty.
fn list(
    ui: &mut Ui,
    title: &str,
    sessions: &OtherSessions,
    commands: &mut Vec<Command>,
    line: impl Fn(&mut Ui, u32) -> Response,
) {
    if sessions.rows.is_empty() {
        return;
    }
    rule(ui);
    heading(ui, title);
    for &row in &sessions.rows {
        if line(ui, row).clicked() {
            commands.push(Command::GoToSession(row));
        }
    }
    if sessions.count > sessions.rows.len() {
        let more = display::number(sessions.count - sessions.rows.len());
        note(ui, &format!("and {more} more"), palette(ui.visuals()).secondary);
    }
}

/// Returns when the session in a row began.
fn created(state: &AppState, dataset: &Dataset, row: u32) -> String {
    match cell(dataset, &ColumnId::CreationTime, row) {
        Some(Cell::Date(start)) => full_clock(state, row).date(start),
        _ => display::NULL.to_owned(),
    }
}

/// Draws a session: when it began, and two texts.
fn session(ui: &mut Ui, [created, first, second]: [&str; 3], name: &str) -> Response {
    let p = palette(ui.visuals());
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::DETAILS_LINE), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, 0.0, hover::color(&response, Color32::TRANSPARENT, p.hover));
        let mut x = rect.left() + theme::PANEL_PADDING;
        let right = rect.right() - theme::PANEL_PADDING;
        let date = theme::OTHER_SESSION_DATE;
        let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        let natural = |text: &str| {
            ui.painter().layout_no_wrap(text.to_owned(), font.clone(), p.text).size().x.ceil()
                + 2.0 * tokens::UNIT
        };
        let (first_width, second_width) = shares(right - x - date, natural(first), natural(second));
        for (text, width, color) in [
            (created, date, p.text),
            (first, first_width, p.text),
            // At the right end, it needs no space after it.
            (second, second_width + 2.0 * tokens::UNIT, p.secondary),
        ] {
            let font = font.clone();
            let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
            job.wrap =
                egui::text::TextWrapping::truncate_at_width((width - 2.0 * tokens::UNIT).max(tokens::UNIT));
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
            x += width;
        }
        paint_focus(ui, &response, rect, p);
    }
    response
}

/// Divides a width into two halves. Where a text is too wide for its half, it gets what the other one leaves.
fn shares(width: f32, first: f32, second: f32) -> (f32, f32) {
    let half = width / 2.0;
    let first =
        if first > half { first.min(half.max(width - second)) } else { first.max(width - second).min(half) };
    (first, width - first)
}
