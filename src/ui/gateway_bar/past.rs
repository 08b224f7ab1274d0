//! The bar while the table shows the past: the time, how certain the sessions are, and the way back.

use egui::accesskit::Role;
use egui::{
    Context, FontFamily, FontId, Id, Key, Label, Response, RichText, TextWrapMode, Ui, UiBuilder, WidgetInfo,
    vec2,
};

use super::super::button::Button;
use super::super::command::{Command, PastCommand};
use super::super::icons;
use super::super::model::{AppState, Drafts, PAST_STATES, Past, PastSessions};
use super::super::popup;
use super::super::small_text;
use super::super::text_field::{self, TextField};
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::PADDING;
use super::facts;
use crate::display::{self, Clock};
use crate::history::{NodeGaps, TimeRange};
use crate::sanitize::sanitize;
use crate::table::Step;

pub(in crate::ui) fn box_id() -> Id {
    Id::unique("time of the table")
}

/// Moves the keyboard focus to the box with the time, and selects its text.
pub(in crate::ui) fn focus(ctx: &Context, text: &str) {
    text_field::focus_and_select(ctx, box_id(), text);
}

/// The width of the time with the buttons beside it.
pub(super) const MIN_WIDTH: f32 = theme::MOMENT_WIDTH + 2.0 * (tokens::CONTROL_HEIGHT_SMALL + super::GAP);

/// Returns the button that leads back to the present. In little room, it has one word.
pub(super) fn live_button(has_words: bool) -> Button<'static> {
    const NAME: &str = "Back to live";
    Button::primary(if has_words { NAME } else { "Live" }).small().name(NAME)
}

fn counts_id() -> Id {
    Id::unique("counts of the past")
}

/// Returns how certain the sessions of the past are, if the bar has no room for it in this frame.
pub(in crate::ui) fn left_out_counts(ctx: &Context, state: &AppState) -> Option<String> {
    let is_in_bar = ctx.data(|data| data.get_temp::<bool>(counts_id())).unwrap_or_default();
    let past = state.past.as_ref().filter(|past| !is_in_bar && past.error.is_none())?;
    let sessions = past.sessions.as_ref().filter(|sessions| sessions.at == past.at)?;
    Some(counts_text(sessions))
}

/// Draws the time with the buttons beside it, and what is known of it, up to `right`. Returns what has no room.
pub(super) fn show(
    ui: &mut Ui,
    right: f32,
    past: &Past,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) -> Vec<String> {
    let room = ui.available_rect_before_wrap();
    let room = room.with_max_x(right.max(room.left()));
    let mut child = ui.new_child(UiBuilder::new().max_rect(room).layout(*ui.layout()));
    child.shrink_clip_rect(room);
    step(&mut child, Step::Previous, commands);
    time_box(&mut child, drafts, commands);
    step(&mut child, Step::Next, commands);
    child.spacing_mut().item_spacing.x = 0.0;
    let p = palette(child.visuals());
    let mut left_out = Vec::new();
    let mut are_counts_shown = false;
    match (&past.error, &past.sessions) {
        (Some(error), _) => {
            child.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
            let label = text(&mut child, error.summary(), p.text);
            label.tooltip(error.full_text());
        }
        (None, Some(sessions)) if sessions.at == past.at => {
            let counts = counts_text(sessions);
            are_counts_shown = has_room(&child, &counts);
            if are_counts_shown {
                text(&mut child, &counts, p.text);
            } else {
                left_out.push(counts);
            }
            match gaps_text(sessions, &state.history_clock()) {
                Some(gaps) if has_room(&child, &gaps) => drop(text(&mut child, &gaps, p.secondary)),
                gaps => left_out.extend(gaps),
            }
        }
        (None, _) => {
            if has_room(&child, READING) {
                text(&mut child, READING, p.secondary);
            }
        }
    }
    ui.data_mut(|data| data.insert_temp(counts_id(), are_counts_shown));
    ui.advance_cursor_after_rect(room.with_max_x(child.min_rect().right().min(right)));
    left_out
}

/// Returns the width of the time with the buttons beside it, and of the counts.
pub(super) fn width(ui: &Ui, past: &Past) -> f32 {
    let sessions = past.sessions.as_ref().filter(|sessions| past.error.is_none() && sessions.at == past.at);
    let counts = sessions.map(|sessions| facts::text_width(ui, &counts_text(sessions), &font()));
    MIN_WIDTH + counts.unwrap_or_default()
}

/// The text until the sessions are read.
const READING: &str = "Reading the history…";

/// Returns whether there is room for the whole of a text.
fn has_room(ui: &Ui, text: &str) -> bool {
    facts::text_width(ui, text, &font()) <= ui.available_width()
}

fn font() -> FontId {
    FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional)
}

/// Draws a button that leads to the next or previous change.
fn step(ui: &mut Ui, step: Step, commands: &mut Vec<Command>) {
    let (icon, name) = match step {
        Step::Previous => (icons::CHEVRON_LEFT, "Previous change"),
        Step::Next => (icons::CHEVRON_RIGHT, "Next change"),
    };
    let color = palette(ui.visuals()).text;
    let command = Command::Past(PastCommand::Step(step));
    let button = ui.add(Button::ghost_icon(icon, name).small().color(color));
    if button.tooltip_of(name, &command).clicked() {
        commands.push(command);
    }
}

fn time_box(ui: &mut Ui, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let size = vec2(theme::MOMENT_WIDTH, tokens::CONTROL_HEIGHT);
    let error = drafts.moment_error.clone();
    let edit = ui
        .allocate_ui(size, |ui| {
            let field = TextField::new(box_id(), "").name("Time of the table").faulty(error.is_some());
            field.show(ui, &mut drafts.moment, false).edit
        })
        .inner;
    if edit.changed() && error.is_some() {
        commands.push(Command::Past(PastCommand::ClearError));
    }
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        commands.push(Command::Past(PastCommand::ShowTyped));
    }
    if edit.has_focus() {
        let step = |key, step| {
            let is_pressed = ui.input(|input| input.key_pressed(key));
            is_pressed.then_some(Command::Past(PastCommand::Step(step)))
        };
        commands.extend(step(Key::ArrowUp, Step::Previous));
        commands.extend(step(Key::ArrowDown, Step::Next));
    }
    match error {
        Some(error) => message(&edit, &error),
        None => {
            edit.tooltip("A time such as 14:05, yesterday 22:40, 2026-11-24 14:05 or -2h");
        }
    }
}

/// Draws what is wrong with the time, or what was chosen in its place, below the box.
fn message(edit: &Response, text: &str) {
    let position = edit.rect.left_bottom() + vec2(0.0, tokens::POPUP_GAP);
    popup::overlay(edit, position, "Error of the time", |ui| {
        let color = palette(ui.visuals()).text;
        ui.add(Label::new(small_text::text(text, color)).wrap());
    });
}

fn text(ui: &mut Ui, text: &str, color: egui::Color32) -> Response {
    ui.add_space(PADDING);
    let label = ui.add(Label::new(RichText::new(text).font(font()).color(color)));
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.add_space(PADDING);
    label
}

/// Returns how certain the sessions are, such as `52 seen, 20 proved, 6 possible`.
fn counts_text(sessions: &PastSessions) -> String {
    let counts = sessions.counts.iter().zip(PAST_STATES).filter(|(count, _)| **count > 0);
    let counts = counts.map(|(count, state)| format!("{} {state}", display::number(*count)));
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() { "No sessions".to_owned() } else { counts.join(", ") }
}

/// Returns which nodes weren't watched at the time, and from when to when if it is one.
fn gaps_text(sessions: &PastSessions, clock: &Clock) -> Option<String> {
    let unwatched = |node: &&NodeGaps| !node.unwatched.is_empty();
    let nodes: Vec<&NodeGaps> = sessions.nodes.iter().filter(unwatched).collect();
    if sessions.nodes.is_empty() {
        return Some("Nothing was recorded".to_owned());
    }
    let [only] = nodes[..] else {
        return match nodes.len() {
            0 => kinds_text(sessions, clock),
            all if all == sessions.nodes.len() => Some("No node was watched at this time".to_owned()),
            some => Some(format!("{} nodes weren't watched at this time", display::number(some))),
        };
    };
    // One node needs no name.
    let name = if sessions.nodes.len() == 1 {
        "Not".to_owned()
    } else {
        let authority = only.url.split_once("://").map_or(&*only.url, |(_, authority)| authority);
        format!("{} not", sanitize(authority))
    };
    let gap = only.unwatched.first()?;
    Some(format!("{name} watched {}", gap_text(*gap, clock)))
}

/// Returns which kinds of sessions weren't watched, because their list couldn't be read, and from when to when if it is one.
fn kinds_text(sessions: &PastSessions, clock: &Clock) -> Option<String> {
    let kinds = sessions.nodes.iter().flat_map(|node| &node.unwatched_kinds);
    let kinds: Vec<_> = kinds.filter_map(|(kind, gaps)| Some((kind, gaps.first()?))).collect();
    match kinds[..] {
        [] => None,
        [(kind, gap)] => Some(format!("{} sessions not watched {}", kind.name(), gap_text(*gap, clock))),
        _ => Some("Some kinds of sessions weren't watched at this time".to_owned()),
    }
}

/// Returns a gap around the time, as it follows "watched".
fn gap_text(gap: TimeRange, clock: &Clock) -> String {
    match (gap.from == i64::MIN, gap.to == i64::MAX) {
        (true, true) => "at any time".to_owned(),
        (true, false) => format!("before {}", clock.date(gap.to)),
        (false, true) => format!("since {}", clock.date(gap.from)),
        (false, false) => clock.range_text(gap.from, gap.to),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::display::DateStyle;
    use crate::gateway::SessionKind;

    type Gap = (i64, i64);
    /// The address of a node, with its gaps and those of single kinds.
    type Node<'a> = (&'a str, &'a [Gap], &'a [(SessionKind, Gap)]);

    fn text(nodes: &[Node<'_>]) -> Option<String> {
        let gap = |(from, to): &Gap| TimeRange { from: *from, to: *to };
        let nodes = nodes.iter().map(|(url, gaps, kinds)| NodeGaps {
            gateway: "Plant".into(),
            url: (*url).into(),
            unwatched: gaps.iter().map(gap).collect(),
            unwatched_kinds: kinds.iter().map(|(kind, own)| (*kind, vec![gap(own)])).collect(),
        });
        let nodes = nodes.collect();
        let sessions = PastSessions { at: 0, dataset: Arc::default(), counts: [0; 3], nodes };
        gaps_text(&sessions, &Clock::new(DateStyle::Utc, None, 1_795_365_700_123))
    }

    #[test]
    fn says_which_node_or_kind_was_not_watched() {
        let gap = (1_795_360_000_000, 1_795_363_000_000);
        let range = "15:06:40 to 15:56:40";
        assert_eq!(text(&[]).as_deref(), Some("Nothing was recorded"));
        assert_eq!(text(&[("http://n1:8088", &[], &[])]), None);
        assert_eq!(text(&[("http://n1:8088", &[gap], &[])]), Some(format!("Not watched {range}")));
        let two = [("http://n1:8088", &[gap][..], &[][..]), ("http://n2:8088", &[], &[])];
        assert_eq!(text(&two), Some(format!("n1:8088 not watched {range}")));
        let kind = [(SessionKind::Perspective, gap)];
        let of_kind = text(&[("http://n1:8088", &[], &kind), ("http://n2:8088", &[], &[])]);
        assert_eq!(of_kind, Some(format!("Perspective sessions not watched {range}")));
        let open = text(&[("http://n1:8088", &[(gap.0, i64::MAX)], &[])]);
        assert_eq!(open.as_deref(), Some("Not watched since 15:06:40"));
    }
}
