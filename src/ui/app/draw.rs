//! Draws the window: bars, panels, the table, and dialogs.

use egui::{Align, Context, Layout, Rect, Ui, UiBuilder};

use super::super::command::Command;
use super::super::model::{AppState, Drafts, UiState};
use super::super::regions::{self, Regions, Room};
use super::super::tokens::palette;
use super::super::{
    activity_panel, alert_panel, command_palette, confirm_terminate, counts_panel, details_panel, filter_row,
    footer, gateway_bar, gateway_panel, grid, guide, license_panel, no_match, pattern_tester, question, rail,
    right_panel, settings_dialog, timeline, toasts, view_row, views,
};
use super::{App, shortcuts};

impl App {
    /// Draws the window.
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let default_refresh = self.default_refresh();
        let general = self.general_settings();
        let Self { state, drafts, ui_state, commands, log, .. } = self;
        shortcuts::handle(ui.ctx(), state, drafts, ui_state, commands);
        rail::show(ui, state, ui_state, is_adding(drafts), commands);
        let mut panel_width = 0.0;
        match (&mut drafts.form, &mut drafts.alert) {
            (Some(form), _) if form.guide.is_some() => guide::show(ui, form, state, commands),
            (Some(form), _) => gateway_panel::show(ui, form, &state.keyring, default_refresh, commands),
            (None, Some(form)) => alert_panel::show(ui, form, state, commands),
            (None, None) => panel_width = main_ui(ui, state, drafts, ui_state, commands),
        }
        toasts::show(ui.ctx(), state, drafts, panel_width, commands);
        if let Some(plan) = &ui_state.termination {
            confirm_terminate::show(ui, plan, &mut drafts.terminate_message, commands);
        }
        pattern_tester::show(ui.ctx(), state, drafts, commands);
        command_palette::show(ui.ctx(), state, drafts, commands);
        settings_dialog::show(ui.ctx(), state, ui_state, &general, log, commands);
        // Above the settings, which ask questions, too.
        if let Some(question) = &ui_state.question {
            question::show(ui.ctx(), question, commands);
        }
    }
}

/// Returns `true` if a gateway is being added.
fn is_adding(drafts: &Drafts) -> bool {
    drafts.form.as_ref().is_some_and(|form| !form.is_saved)
}

/// Draws the regions beside the rail. Returns the width of the right panel, which is 0 if it is closed.
fn main_ui(
    ui: &mut Ui,
    state: &AppState,
    drafts: &mut Drafts,
    ui_state: &UiState,
    commands: &mut Vec<Command>,
) -> f32 {
    let room = Room::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let has_timeline = regions::has_timeline(ui.ctx(), state);
    // A sign-in view needs the room.
    let has_room = !is_sign_in_shown(state, drafts);
    let is_activity_open = state.layout.activity && state.timeline.is_available;
    let has_activity = is_activity_open && has_room;
    let has_licenses = state.shows_licenses() && !is_activity_open && has_room;
    let activity_height = if has_activity || has_licenses {
        activity_panel::height(ui, state.layout.activity_height)
    } else {
        0.0
    };
    let regions = Regions::of(area, room, has_timeline, activity_height);
    let Regions { gateway_bar, filter_row, view_row, body, activity, timeline, footer } = regions;
    gateway_bar::show(ui, gateway_bar, state, drafts, commands);
    filter_row::show(ui, filter_row, state, ui_state, drafts, commands);
    if !room.is_compact {
        view_row::show(ui, view_row, state, commands);
    }
    let has_panel = (state.layout.details || state.layout.counts) && has_room;
    let (table, side) = if has_panel { right_panel::split(body) } else { (body, Rect::NOTHING) };
    ui.painter().rect_filled(table, 0.0, palette(ui.visuals()).table);
    regions::region(ui, "Table", table, Layout::top_down(Align::Min), |ui| {
        table_ui(ui, side, state, drafts, ui_state, commands);
    });
    if has_panel {
        right_panel::show(ui, body, side, |ui| {
            if state.layout.details {
                details_panel::show(ui, state, commands);
            } else {
                counts_panel::show(ui, state, drafts, commands);
            }
        });
    }
    if has_activity {
        activity_panel::show(ui, activity, state, drafts, commands);
    }
    if has_licenses {
        license_panel::show(ui, activity, state, drafts, commands);
    }
    if has_timeline {
        timeline::show(ui, timeline, state, commands);
    }
    footer::show(ui, footer, state, drafts, commands);
    if has_panel { side.width() } else { 0.0 }
}

/// Draws the table, or what takes its place. `side` is the right panel, which may be over the table.
fn table_ui(
    ui: &mut Ui,
    side: Rect,
    state: &AppState,
    drafts: &mut Drafts,
    ui_state: &UiState,
    commands: &mut Vec<Command>,
) {
    let mut place = ui.available_rect_before_wrap();
    if place.intersects(side) {
        place.max.x = side.left();
    }
    if let Some(view) = views::choose(state) {
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            views::show(ui, view, state, drafts, commands);
        });
        return;
    }
    grid::show(ui, state, ui_state, commands);
    no_match::show(ui, place, state, drafts, commands);
}

/// Returns `true` if a view is shown that takes typed text, such as the sign-in card.
pub(super) fn is_sign_in_shown(state: &AppState, drafts: &Drafts) -> bool {
    views::takes_text(state) && !drafts.has_form()
}

/// Discards what this pass drew and requests another one, whose `logic` runs the commands, so that their effect shows in
/// the same frame. Commands of the second pass wait for the next frame. They are rare, because that pass has no input.
pub(super) fn run_before_showing(ctx: &Context) {
    if ctx.current_pass_index() == 0 {
        ctx.request_discard("commands change the state");
    } else {
        ctx.request_repaint();
    }
}
