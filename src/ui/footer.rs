//! The footer: how many sessions are shown and selected, and the export.

use egui::accesskit::Role;
use egui::epaint::MarginF32;
use egui::{Color32, FontFamily, FontId, Label, Rect, Response, RichText, Ui, WidgetInfo};

use super::a11y_hidden;
use super::command::Command;
use super::export_controls;
use super::model::{AppState, Drafts};
use super::regions::{self, Bar, Edge};
use super::tokens::{self, palette};
use crate::display;

/// Space at both ends of the footer, and between its controls.
const PADDING: MarginF32 = regions::sides(3.0 * tokens::UNIT, 2.0 * tokens::UNIT);
const GAP: f32 = tokens::UNIT;
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
    let ground = palette(ui.visuals()).surface;
    let bar = Bar { name: "Footer", rect, ground, line: Edge::Top, padding: PADDING, gap: GAP };
    bar.show(ui, |ui| {
        let right = ui.max_rect().right();
        counts(ui, state);
        let width = export_controls::width(ui, state, drafts);
        let left = ui.cursor().left();
        ui.add_space((right - width - left).max(0.0));
        export_controls::show(ui, state, drafts, commands);
    });
}

/// Draws the numbers of sessions, users and selected sessions.
fn counts(ui: &mut Ui, state: &AppState) {
    let p = palette(ui.visuals());
    let Some(sessions) = state.table.result() else {
        text(ui, "No sessions", p.text);
        return;
    };
    let [shown, all] = [sessions.rows.len(), sessions.dataset.len()];
    let name = format!("{} of {} sessions", display::number(shown), display::number(all));
    let label = text(ui, if shown == all { display::sessions(all) } else { name.clone() }, p.text);
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    if shown == 0 {
        return;
    }
    let users = sessions.counts.users;
    let noun = if users == 1 { "user" } else { "users" };
    let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, DOT_GAP);
    ui.add_space(DOT_GAP);
    dot(ui);
    text(ui, format!("{} {noun}", display::number(users)), p.secondary);
    let [selected, hidden] = [state.table.selected(), state.table.selected_hidden()];
    if selected > 0 || hidden > 0 {
        dot(ui);
        let hidden = if hidden > 0 { format!(", {} hidden", display::number(hidden)) } else { String::new() };
        text(ui, format!("{} selected{hidden}", display::number(selected)), p.secondary);
    }
    ui.spacing_mut().item_spacing.x = gap;
}

fn text(ui: &mut Ui, text: impl Into<String>, color: Color32) -> Response {
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    ui.add(Label::new(RichText::new(text).font(font).color(color)).extend())
}

/// Draws the dot between two numbers.
fn dot(ui: &mut Ui) {
    let color = palette(ui.visuals()).secondary;
    a11y_hidden::small_text(ui, "·", color);
}
