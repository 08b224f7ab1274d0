//! Saving the settings and the state, and receiving them.

use egui::Context;

use super::super::error_report::ErrorReport;
use super::super::grid;
use super::super::model::Task;
use super::super::settings_worker::{AwaitedChange, Change, Changed, SettingsWorker};
use super::App;
use crate::settings::{Settings, State};

impl App {
    /// Saves the table's layout, the delimiter and the typed filters if they have changed.
    pub(super) fn save_layout(&mut self) {
        let csv_delimiter = self.drafts.export.delimiter;
        let (layout, history, saved) = (&self.state.layout, &self.state.filter_history, &self.saved_state);
        if *layout != saved.table || *history != saved.filter_history || csv_delimiter != saved.csv_delimiter
        {
            let (table, filter_history) = (layout.clone(), history.clone());
            self.save_state(State { csv_delimiter, filter_history, table, ..self.saved_state.clone() });
        }
    }

    /// Saves the state for the next run, if it has changed.
    pub(super) fn save_state(&mut self, state: State) {
        let should_save = self.settings_worker.is_some() && state != self.saved_state;
        if !should_save || self.change_settings(Change::State(state.clone())) {
            self.saved_state = state;
        }
    }

    /// Sends a change to the settings worker. On failure, shows the error and returns `false`.
    pub(super) fn change_settings(&mut self, change: Change) -> bool {
        let report = match &mut self.settings_worker {
            None => "Can't save settings: no home folder found".into(),
            Some(worker) => match worker.send(change) {
                Ok(()) => return true,
                Err(error) => ErrorReport::new(&error),
            },
        };
        self.state.toasts.error(Task::Settings, report);
        false
    }

    /// Handles the outcomes of settings changes.
    pub(super) fn receive_settings(&mut self, ctx: &Context) {
        let had_form = self.drafts.has_form();
        self.receive_outcomes(ctx);
        if had_form && !self.drafts.has_form() {
            // The user has saved it, and types for the table now.
            self.typing.was_in_text_box = false;
            grid::return_focus(ctx);
        }
    }

    fn receive_outcomes(&mut self, ctx: &Context) {
        while let Some(Changed { awaited, outcome }) =
            self.settings_worker.as_mut().and_then(SettingsWorker::changed)
        {
            let mut saved_change = None;
            let error = match outcome {
                Ok(None) => None,
                Ok(Some(settings)) => {
                    saved_change = self.change_of_shown_gateway(&settings);
                    self.apply_settings(settings);
                    None
                }
                Err(error) => Some(error),
            };
            match (awaited, error) {
                (Some(AwaitedChange::Gateway(change)), error) => self.finish_gateway_change(&change, error),
                (Some(AwaitedChange::Alert(change)), error) => self.finish_alert_change(ctx, &change, error),
                (None, Some(error)) => self.state.toasts.error(Task::Settings, ErrorReport::new(&error)),
                (None, None) => {}
            }
            // A change that this window has made is applied by now.
            if let Some(change) = saved_change {
                self.follow_saved_change(&change);
            }
        }
    }

    fn apply_settings(&mut self, settings: Settings) {
        let settings = settings.with_profiles_before(&self.settings);
        let is_known = |problem| self.settings.problems.contains(problem);
        let new = settings.problems.iter().find(|problem| !is_known(problem));
        let is_known = |problem| self.settings.alert_problems.contains(problem);
        let of_alert = settings.alert_problems.iter().find(|problem| !is_known(problem));
        let new = new.map(|new| ErrorReport::new(new)).or(of_alert.map(|new| ErrorReport::new(new)));
        let missing_before = std::mem::take(&mut self.state.missing_gateways);
        self.state.alert_rules.clone_from(&settings.alerts);
        self.state.alert_problems.clone_from(&settings.alert_problems);
        self.state.saved_filters.clone_from(&settings.filters);
        self.state.profiles = settings.profile_names();
        self.settings = settings;
        self.forget_removed_alert();
        self.list_gateways();
        self.update_background();
        self.update_alerts();
        let missing = &self.state.missing_gateways;
        let new_missing = missing.iter().find(|missing| !missing_before.contains(missing));
        match new.or(new_missing.map(|missing| ErrorReport::new(missing))) {
            Some(report) => self.state.toasts.error(Task::Settings, report),
            None if self.settings.is_valid() && missing.is_empty() => {
                self.state.toasts.clear_error(Task::Settings);
            }
            None => {}
        }
    }
}
