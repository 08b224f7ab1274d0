//! The views below the column headers, while no session is shown.

use egui::Ui;

use super::super::model::{AppState, ShownGateways};
use super::super::{icons, theme};
use super::{page, unread};

/// Draws the view of a gateway without sessions.
pub(in crate::ui) fn no_sessions(ui: &mut Ui, state: &AppState) {
    page::show(ui, theme::VIEW_WIDTH, theme::VIEW_TOP, |ui| {
        page::heading(ui, icons::USERS, "No sessions");
        let is_all = state.gateways.shown == ShownGateways::All;
        let place = if is_all { "any gateway" } else { unread::title_name(state) };
        page::sentence(ui, &format!("No one is signed in to {place}"));
    });
}
