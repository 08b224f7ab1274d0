//! The footer: how many sessions are shown and selected, and the export.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::epaint::MarginF32;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Color32, FontFamily, FontId, Galley, Label, Rect, Response, RichText, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::a11y_hidden;
use super::button;
use super::command::Command;
use super::export_controls;
use super::gateway_bar;
use super::hover;
use super::model::{AppState, ChangeCounts, Drafts};
use super::regions::{self, Bar, Edge};
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::display;

/// Space at both ends of the footer, and between its controls.
const PADDING: MarginF32 = regions::sides(3.0 * tokens::UNIT, 2.0 * tokens::UNIT);
const GAP: f32 = tokens::UNIT;
/// Space between the time of the sessions and the export.
const STALE_GAP: f32 = 2.0 * tokens::UNIT;
/// Space at both sides of the dot between two numbers.
const DOT_GAP: f32 = 1.5 * tokens::UNIT;

/// Draws the footer.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let background = palette(ui.visuals()).surface;
    let bar = Bar { name: "Footer", rect, background, line: Edge::Top, padding: PADDING, gap: GAP };
    bar.show(ui, |ui| {
        let right = ui.max_rect().right();
        let width = export_controls::width(ui, state, drafts);
        counts(ui, state, right - width - 2.0 * GAP - ui.cursor().left());
        let left = ui.cursor().left();
        let room = right - width - left;
        let as_of = stale_text(ui, state).map(|text| (text.size().x + STALE_GAP + GAP, text));
        let as_of = as_of.filter(|(width, _)| *width <= room);
        let as_of_width = as_of.as_ref().map_or(0.0, |(width, _)| *width);
        let changes =
            changes_texts(ui, state).into_iter().map(|text| (text.size().x + STALE_GAP + GAP, text));
        let mut changes = changes.filter(|(width, _)| as_of.is_none() && *width <= room);
        let changes = changes.next();
        let changes_width = changes.as_ref().map_or(0.0, |(width, _)| *width);
        ui.add_space((room - as_of_width - changes_width).max(0.0));
        if let Some((_, text)) = as_of {
            ui.add(Label::new(text));
            ui.add_space(STALE_GAP);
        }
        if let Some((_, text)) = changes {
            changes_button(ui, text, state, commands);
            ui.add_space(STALE_GAP);
        }
        export_controls::show(ui, state, drafts, commands);
    });
}

/// Returns the time of stale sessions, or how certain sessions of the past are, if the gateway bar has no room for it.
fn stale_text(ui: &Ui, state: &AppState) -> Option<Arc<Galley>> {
    if let Some(counts) = gateway_bar::left_out_counts(ui.ctx(), state) {
        return Some(ui.painter().layout_no_wrap(counts, font(), palette(ui.visuals()).secondary));
    }
    let time = if let Some(past) = &state.past {
        state.history_clock().describe_moment(past.at).to_lowercase()
    } else {
        let updated_at = state.updated_at().filter(|_| state.is_stale())?;
        display::time_text(updated_at, state.now())
    };
    let text = format!("Showing {time}");
    Some(ui.painter().layout_no_wrap(text, font(), palette(ui.visuals()).secondary))
}

/// Draws how many sessions have arrived and left. A click lists them, where there is a history.
fn changes_button(ui: &mut Ui, text: Arc<Galley>, state: &AppState, commands: &mut Vec<Command>) {
    if !state.timeline.is_available || state.layout.activity {
        ui.add(Label::new(text));
        return;
    }
    let name = text.text().to_owned();
    let p = palette(ui.visuals());
    let padding = theme::HEAD_RIGHT;
    let size = vec2(text.size().x + 2.0 * padding, tokens::CONTROL_HEIGHT_SMALL);
    ui.add_space(-padding);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let background = hover::background(&response, p, Color32::TRANSPARENT);
    ui.painter().rect_filled(rect, tokens::RADIUS_CONTROL, background);
    let at = pos2(rect.left() + padding, rect.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, p.secondary);
    if response.has_focus() {
        button::paint_focus(ui, rect, false);
    }
    if response.tooltip_of("Show what happened", &Command::ToggleActivity).clicked() {
        commands.push(Command::ToggleActivity);
    }
    ui.add_space(-padding);
}

/// Returns how many sessions have arrived and left, first with the start of the count and then without; empty if there are
/// none.
fn changes_texts(ui: &Ui, state: &AppState) -> Vec<Arc<Galley>> {
    let changes = state.changes.filter(|changes| changes.arrived > 0 || changes.left > 0);
    let Some(ChangeCounts { since, arrived, left, .. }) = changes else {
        return Vec::new();
    };
    let p = palette(ui.visuals());
    let since = format!(" since {}", display::minute_text(since, state.now()));
    let has_room = ui.ctx().content_rect().width() >= theme::VIEW_ROW_MIN_WIDTH;
    let texts = [since.as_str(), ""].into_iter().filter(|since| has_room || since.is_empty());
    let texts = texts.map(|since| {
        let mut job = LayoutJob::default();
        job.append(&format!("+{}", display::number(arrived)), 0.0, TextFormat::simple(font(), p.ok));
        let rest = format!(" −{}{since}", display::number(left));
        job.append(&rest, 0.0, TextFormat::simple(font(), p.secondary));
        ui.painter().layout_job(job)
    });
    texts.collect()
}

/// Draws the numbers of sessions, users and selected sessions. The least important ones are omitted if there is no room.
fn counts(ui: &mut Ui, state: &AppState, room: f32) {
    let p = palette(ui.visuals());
    let Some(sessions) = state.table.result() else {
        if state.has_nothing_to_show() {
            text(ui, "No sessions read", p.text);
        }
        return;
    };
    let [shown, all] = [sessions.rows.len(), sessions.dataset.len()];
    let name = format!("{} of {} sessions", display::number(shown), display::number(all));
    let first = if shown == all { display::sessions(all) } else { name.clone() };
    let label = text(ui, first.clone(), p.text);
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    if shown == 0 && state.table.selected_hidden() == 0 {
        return;
    }
    let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, DOT_GAP);
    ui.add_space(DOT_GAP);
    let room = room - text_width(ui, &first);
    for further in fitting(ui, &further_counts(ui, state, sessions.counts.users), room) {
        dot(ui);
        text(ui, further.clone(), p.secondary);
    }
    ui.spacing_mut().item_spacing.x = gap;
}

/// Returns the texts after the number of sessions, from the most complete list to the shortest one.
fn further_counts(ui: &Ui, state: &AppState, users: usize) -> Vec<Vec<String>> {
    let users = display::counted(users, "user", "users");
    let [selected_count, hidden] = [state.table.selected(), state.table.selected_hidden()];
    let mut lists = Vec::new();
    if selected_count > 0 || hidden > 0 {
        let selected = format!("{} selected", display::number(selected_count));
        let with_hidden = format!("{selected}, {} hidden", display::number(hidden));
        let only_hidden = format!("{} selected and hidden", display::number(hidden));
        let [complete, short] = match (selected_count, hidden) {
            (0, _) => [only_hidden.clone(), only_hidden],
            (_, 0) => [selected.clone(), selected],
            (..) => [with_hidden, selected],
        };
        // Without a match there are none.
        if state.table.result().is_some_and(|result| !result.rows.is_empty()) {
            lists.push(vec![users, complete.clone()]);
        }
        lists.push(vec![complete]);
        lists.push(vec![short]);
    } else {
        lists.push(vec![users]);
    }
    if ui.ctx().content_rect().width() < theme::VIEW_ROW_MIN_WIDTH {
        lists.remove(0);
    }
    lists
}

/// Returns the first list that fits; an empty one if none does.
fn fitting<'a>(ui: &Ui, lists: &'a [Vec<String>], room: f32) -> &'a [String] {
    let width = |list: &Vec<String>| {
        let widths = list.iter().map(|further| 3.0 * DOT_GAP + text_width(ui, "·") + text_width(ui, further));
        widths.sum::<f32>()
    };
    lists.iter().find(|list| width(list) <= room).map_or(&[], Vec::as_slice)
}

fn font() -> FontId {
    FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional)
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font(), Color32::PLACEHOLDER).size().x
}

fn text(ui: &mut Ui, text: impl Into<String>, color: Color32) -> Response {
    ui.add(Label::new(RichText::new(text).font(font()).color(color)).extend())
}

/// Draws the dot between two numbers.
fn dot(ui: &mut Ui) {
    let color = palette(ui.visuals()).secondary;
    a11y_hidden::small_text(ui, "·", color);
}
