//! The rail: the saved and recent gateways.

use std::sync::Arc;

use egui::Context;

use super::super::command::RailCommand;
use super::super::gateway_form::GatewayForm;
use super::super::model::{AfterDiscard, NarrowRail, Question, ShownGateways};
use super::super::{grid, rail};
use super::App;
use crate::gateway::Profile;
use crate::poll::GatewayStatus;
use crate::settings::{MAX_RECENT, State};

impl App {
    /// Lists the saved and the recent gateways.
    pub(super) fn list_gateways(&mut self) {
        let recent = self.saved_state.recent.iter().filter_map(|address| Profile::from_address(address).ok());
        let recent: Vec<Profile> = recent.collect();
        self.state.gateways.set(&self.settings.profiles, &recent);
        self.list_alert_problems(&recent);
        // The status of the shown gateway may have arrived before it was listed.
        if let (ShownGateways::Gateway(name), Some(status)) =
            (self.state.gateways.shown.clone(), self.state.status.clone())
        {
            self.state.gateways.set_status(&name, &status, self.state.now());
        }
    }

    /// Returns the addresses of the recent gateways after a connection to this one. Saved gateways aren't among them.
    pub(super) fn recent_with(&self, profile: &Profile) -> Vec<String> {
        let recent = self.saved_state.recent.clone();
        let [node] = profile.nodes() else {
            return recent;
        };
        let address = node.to_string();
        if profile.name != address || self.saved(profile).is_some() {
            return recent;
        }
        let others = recent.into_iter().filter(|other| *other != address);
        std::iter::once(address.clone()).chain(others).take(MAX_RECENT).collect()
    }

    /// Returns the last status with a dataset of this gateway, if it was read since the window was opened.
    pub(super) fn last_table(&self, profile: &Profile) -> Option<Arc<GatewayStatus>> {
        let entry = self.state.gateways.get(&profile.name)?;
        entry.table.clone().filter(|_| entry.profile.nodes() == profile.nodes())
    }

    /// Runs a command of the rail.
    pub(super) fn run_in_rail(&mut self, ctx: &Context, command: RailCommand) {
        match command {
            RailCommand::Toggle => self.toggle_rail(ctx),
            RailCommand::Close => self.ui_state.narrow_rail = NarrowRail::Closed,
            RailCommand::ShowAll => self.show_all(),
            RailCommand::SaveRecent(name) => self.save_recent_gateway(&name),
            RailCommand::Remove(name) => self.remove_gateway(&name),
        }
    }

    /// Opens or closes the rail: the docked one, or in a narrow window the one over the table, which gets the keyboard
    /// focus back.
    fn toggle_rail(&mut self, ctx: &Context) {
        if rail::is_narrow(ctx) {
            match self.ui_state.narrow_rail {
                NarrowRail::Open => {
                    self.ui_state.narrow_rail = NarrowRail::Closed;
                    if !self.drafts.has_form() {
                        grid::return_focus(ctx);
                    }
                }
                NarrowRail::Closed => {
                    self.ui_state.narrow_rail = NarrowRail::Open;
                    rail::focus(ctx);
                }
            }
        } else {
            self.state.layout.rail ^= true;
        }
    }

    /// Opens the form that saves a recent gateway.
    fn save_recent_gateway(&mut self, name: &str) {
        if self.profile.as_ref().is_some_and(|current| current.name == name) {
            return self.edit_gateway(None);
        }
        if !self.leave_form(AfterDiscard::SaveRecent(name.to_owned())) {
            return;
        }
        if let Some(entry) = self.state.gateways.get(name) {
            let form = GatewayForm::edit(&entry.profile, false);
            self.open_form(form);
        }
    }

    /// Asks whether to remove a saved gateway, or removes a recent one from the list.
    fn remove_gateway(&mut self, name: &str) {
        if self.settings.profiles.iter().any(|saved| saved.name == name) {
            self.ui_state.question = Some(Question::RemoveGateway(name.to_owned()));
            return;
        }
        let recent = self.saved_state.recent.iter().filter(|address| *address != name).cloned().collect();
        self.save_state(State { recent, ..self.saved_state.clone() });
        self.list_gateways();
    }
}
