//! The current gateway: connecting to it and its refresh interval.

use std::error::Error;
use std::time::Duration;

use super::super::error_report::ErrorReport;
use super::super::model::{NarrowRail, ShownGateways, SignInChoice, Task};
use super::super::refresh_interval;
use super::super::settings_worker::Change;
use super::{App, FRAME_WAIT};
use crate::demo::{self, DemoGateway};
use crate::gateway::{Credentials, NodeUrl, Profile};
use crate::settings::{DEMO_NAME, State, Target};

impl App {
    /// Starts the demo gateway and connects to it, unless it is shown already.
    pub(super) fn connect_demo(&mut self) {
        if self.demo.is_some() && self.state.gateways.shown == ShownGateways::Demo {
            self.drafts.gateway_error = None;
            self.state.toasts.clear(Task::Connect);
            self.ui_state.narrow_rail = NarrowRail::Closed;
            return;
        }
        self.forget_rejected_login();
        let report =
            |error: &(dyn Error + 'static)| ErrorReport::with_summary("Can't start the demo gateway", error);
        let started = DemoGateway::start(demo::Options::in_process()).map_err(|error| report(&error));
        let profile = started.and_then(|demo| {
            let mut profile = Profile::from_address(demo.url()).map_err(|error| report(&error))?;
            // Demo users don't belong in the user's history.
            profile.history = false;
            Ok((demo, profile))
        });
        match profile {
            Ok((demo, profile)) => {
                self.record_demo();
                self.connect(&profile.with_name(DEMO_NAME));
                self.state.gateways.shown = ShownGateways::Demo;
                self.state.can_edit = false;
                self.demo = Some(demo);
                self.save_state(State { last: Some(DEMO_NAME.to_owned()), ..self.saved_state.clone() });
            }
            Err(error) => self.state.toasts.error(Task::Connect, error),
        }
    }

    /// Connects to a gateway, and clears the table of another one. The same gateway keeps it until it answers.
    pub(super) fn connect(&mut self, profile: &Profile) {
        if profile.name != DEMO_NAME {
            self.forget_demo();
        }
        let is_same = self.is_shown(profile);
        self.state.pause = None;
        if !is_same {
            self.forget_past();
            self.state.timeline.selection = None;
        }
        self.state.previous_status =
            if is_same { self.state.table_status().cloned() } else { self.last_table(profile) };
        if !is_same || self.state.previous_status.is_none() {
            self.query_worker.cancel();
            self.state.table.clear();
        }
        self.demo = None;
        self.state.sign_in = SignInChoice::Automatic;
        self.start_connecting();
        self.state.addresses = profile.nodes().to_vec();
        self.state.gateway.clone_from(&profile.name);
        self.drafts.gateway.clone_from(&profile.name);
        self.drafts.gateway_error = None;
        self.state.toasts.clear(Task::Connect);
        self.state.toasts.clear_error(Task::Keyring);
        self.state.status = None;
        self.ui_state.forget_sessions();
        // The answer may come before a frame without the card.
        self.ui_state.was_text_view_shown = false;
        self.typing.is_signing_in = false;
        self.state.gateways.shown = ShownGateways::Gateway(profile.name.clone());
        self.ui_state.narrow_rail = NarrowRail::Closed;
        self.start_polling(profile);
        if !is_same && self.state.previous_status.is_some() {
            self.query(FRAME_WAIT);
        }
        self.background.poller.set_combined(false);
        self.update_background();
    }

    /// Connects to the gateway with this name or address.
    pub(super) fn connect_by_name(&mut self, gateway: &str) {
        gateway.clone_into(&mut self.drafts.gateway);
        self.forget_rejected_login();
        match self.settings.target(Some(gateway), None) {
            Ok(Target::Gateway(profile)) => {
                let page = NodeUrl::dropped_page(gateway).filter(|_| profile.name != gateway);
                self.connect_and_remember(profile);
                if let Some(page) = page {
                    let text = format!("Connected without {page}, which is a page of the gateway");
                    self.state.toasts.done(Task::Connect, text);
                }
            }
            Ok(Target::All) => self.show_all(),
            Ok(Target::Demo) => self.connect_demo(),
            Err(error) => self.drafts.gateway_error = Some(ErrorReport::new(error.reason())),
        }
    }

    /// Connects to a gateway and saves it as the one to start with.
    pub(super) fn connect_and_remember(&mut self, profile: Profile) {
        let recent = self.recent_with(&profile);
        self.connect(&profile);
        self.save_state(State { last: Some(profile.name), recent, ..self.saved_state.clone() });
        self.list_gateways();
    }

    /// Disconnects from the current gateway.
    pub(super) fn disconnect(&mut self) {
        self.poller.disconnect();
        self.forget_demo();
        self.forget_past();
        self.state.timeline.selection = None;
        self.background.poller.set_combined(false);
        self.query_worker.cancel();
        self.profile = None;
        self.state.gateways.shown = ShownGateways::Nothing;
        self.active_credentials = Credentials::None;
        (self.state.status, self.state.previous_status, self.state.pause) = (None, None, None);
        self.state.table.clear();
        self.state.gateway.clear();
        self.drafts.gateway.clear();
        self.ui_state.forget_sessions();
        self.state.may_terminate = false;
        self.state.can_edit = false;
        self.state.waits_for_secret = false;
        self.state.addresses.clear();
        self.start_connecting();
        self.update_background();
    }

    fn start_connecting(&mut self) {
        self.connecting_since = (self.clock)();
        self.state.connecting_for = Duration::ZERO;
    }

    /// Returns the saved version of a gateway, if it is saved.
    pub(super) fn saved(&self, profile: &Profile) -> Option<Profile> {
        self.settings.profiles.iter().find(|saved| saved.is_same_gateway(profile)).cloned()
    }

    /// Changes a saved gateway. Other fields keep the values that another window may have saved.
    pub(super) fn change_profile(&mut self, profile: &Profile, change: impl Fn(&mut Profile)) {
        let before = self.saved(profile);
        let mut after = before.clone().unwrap_or_else(|| profile.clone());
        change(&mut after);
        self.change_settings(Change::SaveProfile { before, after });
    }

    /// Returns the interval of gateways that don't set one; zero for manual refresh.
    pub(super) fn default_refresh(&self) -> Duration {
        self.settings.refresh.unwrap_or(refresh_interval::DEFAULT)
    }

    /// Applies the gateway's own interval or the default.
    pub(super) fn set_refresh(&mut self, profile: &Profile) {
        let refresh = profile.refresh.unwrap_or(self.default_refresh());
        self.state.refresh = (!refresh.is_zero()).then_some(refresh);
        self.poller.set_interval(self.poll_interval());
    }

    /// Sets the interval of the current gateway, and saves it if the gateway is saved.
    pub(super) fn refresh_every(&mut self, interval: Option<Duration>) {
        self.state.refresh = interval;
        self.poller.set_interval(self.poll_interval());
        let Some(mut profile) = self.profile.take() else {
            // All gateways are read at this interval.
            return self.update_background();
        };
        let refresh = interval.unwrap_or(Duration::ZERO);
        let refresh = (refresh != self.default_refresh()).then_some(refresh);
        if let Some(mut after) = self.saved(&profile) {
            let mut before = after.clone();
            // An earlier choice may not be saved yet.
            before.refresh = profile.refresh;
            after.refresh = refresh;
            self.change_settings(Change::SaveProfile { before: Some(before), after });
        }
        profile.refresh = refresh;
        self.profile = Some(profile);
    }
}
