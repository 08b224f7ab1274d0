//! Alerts: opening, saving and testing their form, switching them on and off, and removing them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use egui::Context;

use super::super::alert_form::{AlertForm, AlertFormError, HistoryTest, TestOutcome, about_user, free_name};
use super::super::command::AlertCommand;
use super::super::error_report::ErrorReport;
use super::super::gateway_form::FormStage;
use super::super::model::{AfterDiscard, NarrowRail, Question, SettingsPage, Task, epoch_ms};
use super::super::settings_worker::{AlertChange, Change, ChangeError};
use super::App;
use crate::alert::{Condition, Replay, Rule, replay};
use crate::display::Zone;
use crate::history::{HistoryError, HistoryGateway, HistoryRead, Reader};
use crate::settings::AlertProblem;

/// A running test over the history.
pub(super) struct AlertTest {
    read: HistoryRead<Option<Replay>>,
    /// A reader of its own, so that other reads don't wait for the test.
    _reader: Reader,
}

impl App {
    /// Runs a command about alerts.
    pub(super) fn run_with_alert(&mut self, ctx: &Context, command: AlertCommand) {
        let zone = || Zone::of_machine().to_string();
        match &command {
            AlertCommand::Add => {
                let form = AlertForm::add(&Rule::new(String::new(), Condition::Arrives), &zone());
                self.open_alert(command, form);
            }
            AlertCommand::AddFrom(rule) => {
                let form = AlertForm::add(&self.with_free_name(rule), &zone());
                self.open_alert(command, form);
            }
            AlertCommand::AddForUser(user) => {
                let form = AlertForm::add(&self.with_free_name(&about_user(user)), &zone());
                self.open_alert(command, form);
            }
            AlertCommand::Edit(name) => {
                if let Some(form) = self.alert(name).map(|rule| AlertForm::edit(rule, &zone())) {
                    self.open_alert(command, form);
                }
            }
            AlertCommand::SetEnabled(name, is_enabled) => self.switch_alert(name, *is_enabled),
            AlertCommand::AskRemove(name) => {
                self.ui_state.question = Some(Question::RemoveAlert(name.clone()));
            }
            AlertCommand::Remove(name) => self.remove_alert(name),
            AlertCommand::Form(change) => {
                if let Some(form) = &mut self.drafts.alert {
                    form.apply(change.clone());
                }
            }
            AlertCommand::Save => self.save_alert(),
            AlertCommand::Close => {
                let returns = self.returns_to_settings();
                self.discard_form();
                if returns && self.drafts.alert.is_none() {
                    self.open_settings(ctx, SettingsPage::Alerts);
                }
            }
            AlertCommand::Test => self.test_alert(),
            AlertCommand::CancelTest => {
                self.alert_test = None;
                if let Some(form) = &mut self.drafts.alert {
                    form.test = None;
                }
            }
        }
    }

    /// Closes the form unless it has changes, about which the window asks. One that was opened in the settings leads back
    /// there.
    pub(super) fn leave_to_settings(&mut self, ctx: &Context) {
        let returns = self.returns_to_settings();
        if self.leave_form(AfterDiscard::Nothing) && returns {
            self.open_settings(ctx, SettingsPage::Alerts);
        }
    }

    fn returns_to_settings(&self) -> bool {
        self.drafts.alert.as_ref().is_some_and(|form| form.returns_to_settings)
    }

    fn alert(&self, name: &str) -> Option<&Rule> {
        self.settings.alerts.iter().find(|rule| rule.name == name)
    }

    /// Returns the names of all alerts in the file.
    fn alert_names(&self) -> impl Iterator<Item = &str> {
        let wrong = self.settings.alert_problems.iter().map(|AlertProblem { name, .. }| &**name);
        self.settings.alerts.iter().map(|rule| &*rule.name).chain(wrong)
    }

    fn with_free_name(&self, rule: &Rule) -> Rule {
        let name = free_name(&rule.name, |name| self.alert_names().any(|other| other == name));
        Rule { name, ..rule.clone() }
    }

    /// Opens a form. If an open one has changes, the window asks first, and `next` opens the form afterwards.
    fn open_alert(&mut self, next: AlertCommand, mut form: AlertForm) {
        let returns_to_settings = self.ui_state.settings_page.is_some();
        if !self.leave_form(AfterDiscard::Alert(next)) {
            return;
        }
        if returns_to_settings {
            // The form takes the keyboard focus.
            (self.ui_state.settings_page, self.ui_state.focus_before_dialog) = (None, None);
        }
        self.ui_state.narrow_rail = NarrowRail::Closed;
        form.returns_to_settings = returns_to_settings;
        form.serial = self.ui_state.next_form();
        self.drafts.alert = Some(form);
    }

    fn switch_alert(&mut self, name: &str, is_enabled: bool) {
        let Some(before) = self.alert(name).cloned() else {
            return;
        };
        let after = Rule { is_enabled, ..before.clone() };
        self.state.toasts.clear_error(Task::Alert);
        let change = AlertChange::Switch { before, after: after.clone() };
        if self.change_settings(Change::Alert(Arc::new(change))) {
            self.show_alert(&after);
        }
    }

    /// Shows a changed rule before the settings are read again.
    fn show_alert(&mut self, rule: &Rule) {
        for rules in [&mut self.settings.alerts, &mut self.state.alert_rules] {
            if let Some(shown) = rules.iter_mut().find(|shown| shown.name == rule.name) {
                shown.clone_from(rule);
            }
        }
    }

    fn remove_alert(&mut self, name: &str) {
        self.state.toasts.clear_error(Task::Alert);
        let change = AlertChange::Remove(name.to_owned());
        if self.change_settings(Change::Alert(Arc::new(change)))
            && let Some(form) = self.form_of_alert(name)
        {
            form.stage = FormStage::Removing;
        }
    }

    /// Returns the form if it edits the alert with this name.
    fn form_of_alert(&mut self, name: &str) -> Option<&mut AlertForm> {
        let is_of = |form: &&mut AlertForm| form.before.as_ref().is_some_and(|before| before.name == name);
        self.drafts.alert.as_mut().filter(is_of)
    }

    /// Saves the alert in the form.
    fn save_alert(&mut self) {
        let Some(form) = self.drafts.alert.as_ref().filter(|form| form.stage == FormStage::Editing) else {
            return;
        };
        let rule = form.rule(self.alert_names());
        let before = form.before.clone();
        self.state.toasts.clear_error(Task::Alert);
        let is_sent = match rule {
            Ok(after) => self.change_settings(Change::Alert(Arc::new(AlertChange::Save { before, after }))),
            Err(error) => {
                if let Some(form) = &mut self.drafts.alert {
                    form.fail(error);
                }
                return;
            }
        };
        if let Some(form) = self.drafts.alert.as_mut().filter(|_| is_sent) {
            form.error = None;
            form.stage = FormStage::Saving;
        }
    }

    /// Continues once the settings worker has saved or removed an alert, or has failed to.
    pub(super) fn finish_alert_change(
        &mut self,
        ctx: &Context,
        change: &AlertChange,
        error: Option<ChangeError>,
    ) {
        let stage = match change {
            AlertChange::Save { .. } => Some(FormStage::Saving),
            AlertChange::Switch { .. } => None,
            AlertChange::Remove(_) => Some(FormStage::Removing),
        };
        let form = self.drafts.alert.as_mut().filter(|form| Some(form.stage) == stage);
        match (error, form) {
            (None, form) => {
                let text = match change {
                    AlertChange::Save { after, .. } => Some(format!("{} saved", after.name)),
                    AlertChange::Switch { .. } => None,
                    AlertChange::Remove(name) => Some(format!("{name} removed")),
                };
                let returns = form.as_ref().is_some_and(|form| form.returns_to_settings);
                if form.is_some() {
                    self.close_form();
                }
                // The list in the settings shows it itself, and would cover the message.
                let is_listed = returns || self.ui_state.settings_page == Some(SettingsPage::Alerts);
                if let Some(text) = text.filter(|_| !is_listed) {
                    self.state.toasts.done(Task::Alert, text);
                }
                if returns {
                    self.open_settings(ctx, SettingsPage::Alerts);
                }
            }
            (Some(error), Some(form)) => {
                form.stage = FormStage::Editing;
                form.fail(AlertFormError::NotSaved(error));
                // Another window may have removed it, or one with the new name may have come.
                self.change_settings(Change::Reload);
            }
            (Some(error), None) => {
                self.state.toasts.error(Task::Alert, ErrorReport::new(&error));
                if let AlertChange::Switch { before, .. } = change {
                    self.show_alert(before);
                }
                self.change_settings(Change::Reload);
            }
        }
    }

    /// Lets the alert in the form be saved as a new one, if it isn't in the settings any more.
    pub(super) fn forget_removed_alert(&mut self) {
        let rules = &self.settings.alerts;
        if let Some(form) = &mut self.drafts.alert {
            form.before.take_if(|before| !rules.iter().any(|rule| rule.name == before.name));
        }
    }

    /// Tests the alert in the form over the history.
    fn test_alert(&mut self) {
        let reader = self.spawn_history_reader();
        let profiles = self.settings.profiles.iter();
        let gateways: Vec<HistoryGateway> = profiles.map(|profile| self.history_gateway(profile)).collect();
        let Some(form) = &mut self.drafts.alert else {
            return;
        };
        self.alert_test = None;
        form.test.take_if(|test| test.outcome.is_none());
        form.error = None;
        let rule = match form.rule_to_test() {
            // It can be tried before it is switched on.
            Ok(rule) => Rule { is_enabled: true, ..rule },
            Err(error) => return form.fail(error),
        };
        let to = epoch_ms(self.state.now());
        let length = i64::try_from(form.span.length().as_millis()).unwrap_or(i64::MAX);
        let mut test = HistoryTest::new(&form.draft, (to.saturating_sub(length), to));
        let (from, to) = test.range;
        match (rule.condition.missing_in_history(), reader) {
            (Some(missing), _) => {
                let reason = format!("The history lacks {missing}, so this can only be tried on a gateway");
                test.outcome = Some(TestOutcome::Impossible(reason));
            }
            (None, Ok(None)) => {
                let reason = "Nothing is recorded, so there is no history to test over";
                test.outcome = Some(TestOutcome::Impossible(reason.to_owned()));
            }
            (None, Err(error)) => {
                let report = ErrorReport::with_summary("Can't start the test", &error);
                test.outcome = Some(TestOutcome::Failed(report));
            }
            (None, Ok(Some(reader))) => {
                let reached = test.reached();
                let read = reader.read(move |history, is_cancelled| {
                    replay(rule, history, &gateways, (from, to), |time| {
                        reached.store(time, Ordering::Relaxed);
                        if is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                    })
                });
                self.alert_test = Some(AlertTest { read, _reader: reader });
            }
        }
        form.test = Some(test);
        form.reveal = Some("");
    }

    /// Receives the outcome of the running test.
    pub(super) fn receive_alert_test(&mut self) {
        let Some(result) = self.alert_test.as_ref().and_then(|test| test.read.take()) else {
            return;
        };
        self.alert_test = None;
        let outcome = match result {
            Ok(Some(replay)) if replay.is_recorded => TestOutcome::Done(replay),
            Ok(_) => TestOutcome::Impossible("Nothing was recorded in this time".to_owned()),
            Err(error @ HistoryError::Missing { .. }) => TestOutcome::Impossible(error.to_string()),
            Err(error) => TestOutcome::Failed(ErrorReport::new(&error)),
        };
        if let Some(test) = self.drafts.alert.as_mut().and_then(|form| form.test.as_mut()) {
            test.outcome = Some(outcome);
        }
    }
}
