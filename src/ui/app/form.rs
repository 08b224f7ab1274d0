//! The gateway form: opening, closing and testing it.

use std::time::Instant;

use egui::{Context, ViewportCommand};

use super::super::background_task::{BackgroundTask, Ended};
use super::super::connection_test::{self, ConnectionTest, TestStage};
use super::super::error_report::ErrorReport;
use super::super::gateway_draft::{AuthKind, FormError};
use super::super::gateway_form::{FormStage, GatewayForm};
use super::super::guide;
use super::super::keyring_worker::{RequestError, SecretKey};
use super::super::model::{AfterDiscard, NarrowRail, OpenForm, Question, Task};
use super::super::wake::wake;
use super::App;
use super::saving::in_folder;
use crate::gateway::{Credentials, Login, Profile};
use crate::secrets::Secret;

/// The state of an attempt to close the window while the form has changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Closing {
    /// The user hasn't tried it.
    #[default]
    NotRequested,
    /// The user was asked whether to discard the changes.
    Confirming,
    /// The window closes once they are saved.
    AfterSave,
}

impl App {
    /// Opens an empty form. Asks first if an open one has unsaved changes.
    pub(super) fn add_gateway(&mut self) {
        if self.leave_form(AfterDiscard::AddGateway) {
            self.open_form(GatewayForm::add());
        }
    }

    /// Opens a form in place of an open one.
    pub(super) fn open_form(&mut self, mut form: GatewayForm) {
        self.close_form();
        // The rail would cover it.
        self.ui_state.narrow_rail = NarrowRail::Closed;
        form.serial = self.ui_state.next_form();
        self.drafts.form = Some(form);
    }

    /// Opens the form of the saved gateway with this name; `None` for the current gateway.
    pub(super) fn edit_gateway(&mut self, name: Option<&str>) {
        if !self.leave_form(AfterDiscard::EditGateway(name.map(str::to_owned))) {
            return;
        }
        let named = |name: &str| self.settings.profiles.iter().find(|saved| saved.name == name).cloned();
        let current = || self.profile.as_ref().and_then(|current| self.saved(current));
        if let Some(saved) = name.map_or_else(current, named) {
            return self.open_form(GatewayForm::edit(&saved, true));
        }
        if let (None, Some(mut unsaved)) = (name, self.profile.clone()) {
            // The form starts with the login in use.
            unsaved.login = Login::from(&self.active_credentials);
            let mut form = GatewayForm::edit(&unsaved, false);
            if self.state.has_accepted_login() {
                form.accepted_login = Some(self.active_credentials.clone());
            }
            self.open_form(form);
        }
    }

    /// Closes the form, because `next` is about something else. Returns `false` if it stays open: it has changes, about which
    /// the window asks, or its content is being saved or removed.
    pub(super) fn leave_form(&mut self, next: AfterDiscard) -> bool {
        match self.drafts.form_stage() {
            Some((FormStage::Editing, false)) => self.close_form(),
            Some((FormStage::Editing, true)) => {
                let form = if self.drafts.alert.is_some() { OpenForm::Alert } else { OpenForm::Gateway };
                self.ui_state.question = Some(Question::DiscardForm(form, next));
                return false;
            }
            Some((FormStage::Saving | FormStage::Removing, _)) => return false,
            None => {}
        }
        true
    }

    /// Closes the form and discards its changes, unless its content is being saved or removed.
    pub(super) fn discard_form(&mut self) {
        if self.drafts.form_stage().is_some_and(|(stage, _)| stage == FormStage::Editing) {
            self.close_form();
        }
    }

    /// Asks before the window is closed while the form has changes. Another attempt during the question closes it. While the
    /// form is being saved, the window closes once it is.
    pub(super) fn warn_about_form(&mut self, ctx: &Context) {
        let stage = self.drafts.form_stage().filter(|(_, is_changed)| *is_changed).map(|(stage, _)| stage);
        let is_requested = ctx.input(|input| input.viewport().close_requested());
        self.closing = match (self.closing, stage) {
            (Closing::AfterSave, None) => {
                ctx.send_viewport_cmd(ViewportCommand::Close);
                Closing::NotRequested
            }
            // There are no changes, or saving failed: then the next attempt to close asks again.
            (_, None) | (Closing::AfterSave, Some(FormStage::Editing)) => Closing::NotRequested,
            (Closing::NotRequested, Some(stage)) if is_requested => {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                match stage {
                    FormStage::Editing => {
                        self.leave_form(AfterDiscard::Quit);
                        Closing::Confirming
                    }
                    FormStage::Saving | FormStage::Removing => Closing::AfterSave,
                }
            }
            (before, Some(_)) => before,
        };
    }

    /// Closes the form and discards its changes.
    pub(super) fn close_form(&mut self) {
        (self.test_task, self.waiting_test) = (None, None);
        self.drafts.form = None;
        self.drafts.alert = None;
        self.alert_test = None;
        self.state.toasts.clear_error(Task::Gateway);
        self.state.toasts.clear_error(Task::GatewayTest);
    }

    /// Tests the connection with the content of the form.
    pub(super) fn test_gateway(&mut self, ctx: &Context) {
        let Some(form) = &mut self.drafts.form else {
            return;
        };
        // A cancelled test may have sent the password already, and its outcome would be lost.
        let draft = form.draft_to_test();
        let is_same = |test: &ConnectionTest| test.stage == TestStage::Running && test.is_for(&draft);
        if form.test.as_ref().is_some_and(is_same) {
            return;
        }
        self.state.toasts.clear_error(Task::GatewayTest);
        // After an error, the results of the last test stay.
        let profile = match draft.profile_named(&form.before.name) {
            Ok(profile) => in_folder(profile, self.folder.as_deref()),
            Err(error) => return form.fail(error),
        };
        let credentials = match form.credentials() {
            _ if draft.auth == AuthKind::None => Some(Credentials::None),
            Ok(None) if !form.has_saved_secret() => return form.fail(FormError::NoSecret),
            Ok(credentials) => credentials,
            Err(error) => return form.fail(error.into()),
        };
        form.reveal_outcome();
        self.test_task = None;
        let waiting = self.waiting_test.take();
        form.test = Some(ConnectionTest::new(&draft, &profile, form.test.take()));
        if let Some(credentials) = credentials {
            self.start_test(ctx, &profile, credentials);
        } else {
            // The keyring may still be prompting for the same secret.
            if waiting.is_none_or(|waiting| SecretKey::new(&waiting) != SecretKey::new(&profile)) {
                self.keyring_worker.get(&profile);
            }
            self.waiting_test = Some(profile);
        }
    }

    /// Continues the test that waits for the keyring.
    pub(super) fn continue_test(&mut self, ctx: &Context, secret: &Result<Option<Secret>, RequestError>) {
        let (Some(profile), Some(form)) = (self.waiting_test.take(), &mut self.drafts.form) else {
            return;
        };
        // The draft may have changed since.
        if form.test.is_none() {
            return;
        }
        let error = match secret {
            Ok(Some(secret)) => match profile.login.with(secret) {
                Ok(credentials) => return self.start_test(ctx, &profile, credentials),
                Err(error) => error.into(),
            },
            Ok(None) => FormError::NoSecret,
            Err(error) => FormError::Keyring(error.clone()),
        };
        form.test = None;
        form.fail(error);
    }

    fn start_test(&mut self, ctx: &Context, profile: &Profile, credentials: Credentials) {
        let profile = self.with_trust(profile);
        let Some(test) = self.drafts.form.as_mut().and_then(|form| form.test.as_mut()) else {
            return;
        };
        test.stage = TestStage::Running;
        let client = self.client.for_profile(&profile);
        let task = BackgroundTask::spawn(wake(ctx), |results| {
            connection_test::run(client, profile, credentials, results)
        });
        match task {
            Ok(task) => self.test_task = Some(task),
            Err(error) => {
                test.stage = TestStage::Ended;
                let report = ErrorReport::with_summary("Can't start the test", &error);
                self.state.toasts.error(Task::GatewayTest, report);
            }
        }
    }

    /// Receives the results of the running test.
    pub(super) fn receive_test_results(&mut self, ctx: &Context) {
        let Some(task) = &mut self.test_task else {
            return;
        };
        let parts = self.drafts.form.as_mut().and_then(|form| form.test.take().map(|test| (form, test)));
        let Some((form, mut test)) = parts else {
            self.test_task = None;
            return;
        };
        let [mut is_changed, mut has_ended] = [false; 2];
        loop {
            match task.next_result() {
                Ok(Some(result)) => {
                    test.add(result);
                    is_changed = true;
                }
                Ok(None) => break,
                Err(Ended) => {
                    test.stage = TestStage::Ended;
                    test.ended_at = Some(Instant::now());
                    self.test_task = None;
                    has_ended = true;
                    break;
                }
            }
        }
        form.test = Some(test);
        if is_changed {
            form.reveal_outcome();
        }
        if is_changed || has_ended {
            guide::receive_results(form, has_ended, guide::is_naming(ctx));
        }
    }
}
