//! Draws the window: bars, panels, the table or the log, and dialogs.

use egui::{CentralPanel, Context, Frame, Id, Panel, Popup, ScrollArea, Ui};

use super::super::gateway_form::GatewayForm;
use super::super::model::{AppState, Drafts};
use super::super::tokens::palette;
use super::super::{
    confirm_terminate, connection_bar, counts_panel, details_panel, filter_bar, gateway_panel, grid,
    log_view, rail, sign_in, status_bar, theme, view_bar,
};
use super::{App, shortcuts};

impl App {
    /// Draws the window.
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let default_refresh = self.default_refresh();
        let Self { state, drafts, ui_state, commands, log, .. } = self;
        let form = drafts.form.as_ref().map(GatewayForm::is_changed);
        shortcuts::handle(ui.ctx(), ui_state, form, commands);
        rail::show(ui, state, ui_state, is_adding(drafts), commands);
        Panel::top("bars").show(ui, |ui| {
            ui.add_space(4.0);
            connection_bar::show(ui, state, drafts, commands);
            ui.add_space(2.0);
            filter_bar::show(ui, state, drafts, commands);
            view_bar::show(ui, state, commands);
            ui.add_space(2.0);
        });
        if state.keyring.is_slow {
            Panel::top("keyring").show(ui, |ui| sign_in::slow_keyring(ui, commands));
        }
        if is_sign_in_shown(state, drafts) {
            // Never pushes the bars below out of a small window.
            let max_height = ui.available_height() - theme::BELOW_SIGN_IN;
            Panel::top("sign_in").max_size(max_height).show(ui, |ui| {
                ScrollArea::vertical()
                    .min_scrolled_height(max_height)
                    .show(ui, |ui| sign_in::show(ui, state, &mut drafts.login, commands));
            });
        }
        Panel::bottom("status").show(ui, |ui| {
            ui.add_space(2.0);
            status_bar::show(ui, state, drafts, commands);
            ui.add_space(2.0);
        });
        let is_small =
            ui.available_width() < theme::SPLIT_MIN_WIDTH || ui.available_height() < theme::SPLIT_MIN_HEIGHT;
        if let Some(form) = &mut drafts.form {
            let min_width = if is_small { ui.available_width() } else { theme::MIN_FORM };
            let panel = Panel::right(Id::unique(("gateway", is_small)));
            let panel = panel.default_size(theme::FORM_WIDTH).min_size(min_width);
            panel.show(ui, |ui| gateway_panel::show(ui, form, &state.keyring, default_refresh, commands));
            form.reveal = None;
        }
        if state.layout.counts {
            let panel = Panel::right("counts").default_size(theme::COUNTS_WIDTH).min_size(theme::MIN_PANEL);
            panel.show(ui, |ui| counts_panel::show(ui, state, drafts, commands));
        }
        if state.layout.details {
            let panel = Panel::right("details").default_size(theme::DETAILS_WIDTH).min_size(theme::MIN_PANEL);
            panel.show(ui, |ui| details_panel::show(ui, state, commands));
        }
        let ground = Frame::NONE.fill(palette(ui.visuals()).table);
        CentralPanel::default().frame(ground).show(ui, |ui| {
            if ui_state.is_log_open {
                log_view::show(ui, log, commands);
            } else {
                grid::show(ui, state, ui_state, commands);
            }
        });
        if let Some(session) = &ui_state.terminate_target {
            confirm_terminate::show(ui, session, &mut drafts.terminate_message, commands);
        }
    }
}

/// Returns `true` if a gateway is being added.
fn is_adding(drafts: &Drafts) -> bool {
    drafts.form.as_ref().is_some_and(|form| !form.is_saved)
}

/// Returns `true` if the sign-in panel is shown. The form shows the same errors in its connection test.
pub(super) fn is_sign_in_shown(state: &AppState, drafts: &Drafts) -> bool {
    sign_in::is_needed(state) && drafts.form.is_none()
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

/// Returns the keyboard focus to the table after a click on a button, so that the arrow keys work there. Text boxes and
/// menus keep it. Runs at the end of the frame, because egui takes the focus from a widget when another one is clicked.
pub(super) fn return_focus(ctx: &Context) {
    let clicked = ctx.input(|input| input.pointer.any_click());
    let has_dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if clicked && !ctx.text_edit_focused() && !Popup::is_any_open(ctx) && !has_dialog {
        ctx.memory_mut(|memory| memory.request_focus(grid::id()));
    }
}
