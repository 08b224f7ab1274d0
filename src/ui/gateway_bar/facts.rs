//! The facts of the bar: those that have room, the most important ones first.

use std::time::SystemTime;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontFamily, FontId, Label, Link, RichText, Ui, WidgetInfo};

use super::super::button::Button;
use super::super::command::Command;
use super::super::fonts;
use super::super::icons;
use super::super::model::AppState;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::PADDING;
use super::nodes;
use super::status::{Fact, Rank, Status};

/// Minimum width of an error, and the width up to which it is more important than other facts.
const MIN_ERROR: f32 = 24.0 * tokens::UNIT;
const ERROR_ROOM: f32 = 60.0 * tokens::UNIT;

fn fact_font(fact: &Fact) -> FontId {
    let family = match fact {
        Fact::Error(_) | Fact::Strong(_) => fonts::semibold(),
        _ => FontFamily::Proportional,
    };
    FontId::new(tokens::TYPE_SECONDARY, family)
}

/// Returns the width that a fact needs. A long error is truncated.
fn fact_width(ui: &Ui, fact: &Fact) -> f32 {
    match fact {
        Fact::Nodes { running, all } => {
            nodes_label(*running, *all, Color32::PLACEHOLDER, palette(ui.visuals())).width(ui)
        }
        Fact::Error(text) => text_width(ui, text, &fact_font(fact)).min(ERROR_ROOM),
        _ => text_width(ui, &fact.to_text(), &fact_font(fact)),
    }
}

/// Returns the width of the most important fact, and that of all but details.
pub(super) fn widths(ui: &Ui, status: &Status) -> [f32; 2] {
    let first = status.facts.iter().rev().max_by_key(|fact| fact.rank());
    let all = status.facts.iter().filter(|fact| fact.rank() > Rank::Detail);
    let all = all.map(|fact| fact_width(ui, fact));
    [first.map_or(0.0, |fact| fact_width(ui, fact)), all.sum()]
}

/// Returns which of `facts` have room, as a whole. The less important ones go first, and of two the later one.
fn fitting(facts: &[Fact], widths: &[f32], room: f32) -> Vec<bool> {
    let mut order: Vec<usize> = (0..facts.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(facts[index].rank()));
    let (mut fits, mut left) = (vec![false; facts.len()], room);
    for index in order {
        let min =
            if matches!(facts[index], Fact::Error(_)) { widths[index].min(MIN_ERROR) } else { widths[index] };
        fits[index] = min <= left;
        if fits[index] {
            left -= widths[index];
        }
    }
    fits
}

/// Draws the facts that have room, up to `right`. Returns the others.
pub(super) fn show(
    ui: &mut Ui,
    right: f32,
    state: &AppState,
    status: &Status,
    now: SystemTime,
    commands: &mut Vec<Command>,
) -> Vec<String> {
    let p = palette(ui.visuals());
    let rest = if status.is_tinted() { p.text } else { p.secondary };
    let max_rect = ui.available_rect_before_wrap();
    let max_rect = max_rect.with_max_x(right.max(max_rect.left()));
    let builder = egui::UiBuilder::new().max_rect(max_rect).layout(*ui.layout());
    let mut child = ui.new_child(builder);
    child.shrink_clip_rect(max_rect);
    child.spacing_mut().item_spacing.x = 0.0;
    let widths: Vec<f32> = status.facts.iter().map(|fact| fact_width(ui, fact)).collect();
    let fits = fitting(&status.facts, &widths, max_rect.width());
    let others = status.facts.iter().zip(&widths).zip(&fits);
    let others = others.filter(|((fact, _), fits)| **fits && !matches!(fact, Fact::Error(_)));
    let error_width = max_rect.width() - others.map(|((_, width), _)| width).sum::<f32>() - 2.0 * PADDING;
    let mut left_out = Vec::new();
    for (fact, fits) in status.facts.iter().zip(fits) {
        if !fits {
            left_out.push(fact.to_text().into_owned());
            continue;
        }
        let (text, name, color) = match fact {
            Fact::Nodes { running, all } => {
                nodes_button(&mut child, state, *running, *all, rest, now, commands);
                continue;
            }
            Fact::Error(text) => {
                error(&mut child, text, fact_font(fact), error_width);
                continue;
            }
            Fact::Text(_, text, name) => (text, name.as_ref(), rest),
            Fact::Strong(text) => (text, None, p.text),
            Fact::Warning(text) => (text, None, p.warning),
            Fact::SignIn { text, .. } => (text, None, p.link),
        };
        let text = RichText::new(text).font(fact_font(fact)).line_height(Some(tokens::LINE_SECONDARY));
        let text = text.color(color);
        child.add_space(PADDING);
        if let Fact::SignIn { command, .. } = fact {
            if child.add(Link::new(text)).clicked() {
                commands.push(command.clone());
            }
        } else {
            let label = child.add(Label::new(text).extend());
            if let Some(name) = name {
                label.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
            }
        }
        child.add_space(PADDING);
    }
    ui.advance_cursor_after_rect(max_rect.with_max_x(child.min_rect().right().min(right)));
    left_out
}

/// Returns the width of a fact.
pub(super) fn text_width(ui: &Ui, text: &str, font: &FontId) -> f32 {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
    galley.size().x + 2.0 * PADDING
}

/// Draws the error, which is truncated so that the facts after it have room.
fn error(ui: &mut Ui, text: &str, font: FontId, width: f32) {
    let format = fonts::format(font, palette(ui.visuals()).text);
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    let galley = ui.painter().layout_job(job);
    let is_truncated = galley.elided;
    ui.add_space(PADDING);
    let label = ui.add(Label::new(galley).extend());
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    if is_truncated {
        label.tooltip(text);
    }
    ui.add_space(PADDING);
}

/// Draws the number of nodes that answer, with the menu of all nodes.
fn nodes_button(
    ui: &mut Ui,
    state: &AppState,
    running: usize,
    all: usize,
    color: Color32,
    now: SystemTime,
    commands: &mut Vec<Command>,
) {
    let menu = ui.add(nodes_label(running, all, color, palette(ui.visuals())));
    nodes::show(&menu, state, now, commands);
    menu.tooltip("The state of each node");
}

/// Returns the button with the number of nodes that answer.
fn nodes_label(running: usize, all: usize, color: Color32, p: &tokens::Palette) -> Button<'static> {
    let color = if running < all { p.warning } else { color };
    let button = Button::ghost(format!("{running} of {all} nodes")).small().color(color).name("Nodes");
    if running < all { button.trailing(icons::CHEVRON_DOWN) } else { button }
}
