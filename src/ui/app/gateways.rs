//! The gateway form: testing, saving and removing a gateway.

use std::path::Path;
use std::time::{Duration, Instant};

use super::super::background_task::{BackgroundTask, Ended};
use super::super::connection_test::{self, ConnectionTest, TestStage};
use super::super::error_report::ErrorReport;
use super::super::gateway_draft::{AuthKind, FormError};
use super::super::gateway_form::{FormStage, GatewayForm};
use super::super::guide;
use super::super::keyring_worker::{RequestError, SecretKey};
use super::super::model::{AfterDiscard, NarrowRail, Question, Shown, Task};
use super::super::refresh_interval;
use super::super::settings_worker::{Change, ChangeError};
use super::App;
use crate::gateway::{Credentials, Login, Profile};
use crate::secrets::Secret;
use crate::settings::State;
use egui::Context;

/// A change of the form that the settings worker is saving.
pub(super) enum PendingForm {
    /// The gateway is saved. Connects to it.
    Save {
        /// The profile saved before, if any.
        before: Option<Profile>,
        /// The profile to save.
        after: Box<Profile>,
        /// The login; `None` if its secret wasn't typed.
        credentials: Option<Credentials>,
    },
    /// The gateway is removed. Forgets its login.
    Remove(Profile),
}

impl App {
    /// Opens an empty form. Asks first if an open one has unsaved changes.
    pub(super) fn add_gateway(&mut self) {
        if !self.asks_to_discard_form(AfterDiscard::AddGateway) {
            self.open_form(GatewayForm::add());
        }
    }

    /// Opens a form in place of an open one.
    pub(super) fn open_form(&mut self, form: GatewayForm) {
        self.close_form();
        // The rail would cover it.
        self.ui_state.narrow_rail = NarrowRail::Closed;
        self.drafts.form = Some(form);
    }

    /// Asks whether to discard the changes of the form. Returns `false` if there are none.
    pub(super) fn asks_to_discard_form(&mut self, next: AfterDiscard) -> bool {
        let is_changed = self.drafts.form.as_ref().is_some_and(GatewayForm::is_changed);
        if is_changed {
            self.ui_state.question = Some(Question::DiscardForm(next));
        }
        is_changed
    }

    /// Opens the form of the saved gateway with this name; `None` for the current gateway.
    pub(super) fn edit_gateway(&mut self, name: Option<&str>) {
        if self.asks_to_discard_form(AfterDiscard::EditGateway(name.map(str::to_owned))) {
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

    /// Closes the form, which is about another gateway than `next` and would take what is typed. Asks first if it has changes,
    /// and returns `false` then.
    pub(super) fn leave_form(&mut self, next: AfterDiscard) -> bool {
        match &self.drafts.form {
            None => return true,
            Some(form) if form.stage == FormStage::Saving => return false,
            Some(_) => {}
        }
        let leaves = !self.asks_to_discard_form(next);
        if leaves {
            self.close_form();
        }
        leaves
    }

    /// Closes the form and discards its changes.
    pub(super) fn close_form(&mut self) {
        (self.test_task, self.waiting_test) = (None, None);
        self.drafts.form = None;
        self.state.toasts.clear_error(Task::Gateway);
    }

    /// Returns the saved version of a gateway, if it is saved.
    pub(super) fn saved(&self, profile: &Profile) -> Option<Profile> {
        let same = |saved: &&Profile| saved.name == profile.name && saved.nodes() == profile.nodes();
        self.settings.profiles.iter().find(same).cloned()
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
        profile.refresh = (refresh != self.default_refresh()).then_some(refresh);
        if self.saved(&profile).is_some() {
            let refresh = profile.refresh;
            self.change_profile(&profile, |profile| profile.refresh = refresh);
        }
        self.profile = Some(profile);
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
        self.state.toasts.clear_error(Task::Gateway);
        form.error = None;
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
        let (wake, client) = (ctx.clone(), self.client.for_profile(&profile));
        let task = BackgroundTask::spawn(
            move || wake.request_repaint(),
            |results| connection_test::run(client, profile, credentials, results),
        );
        match task {
            Ok(task) => self.test_task = Some(task),
            Err(error) => {
                test.stage = TestStage::Ended;
                let report = ErrorReport::with_summary("Can't start the test", &error);
                self.state.toasts.error(Task::Gateway, report);
            }
        }
    }

    /// Receives the results of the running test.
    pub(super) fn receive_test_results(&mut self) {
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
            guide::receive_results(form, has_ended);
        }
    }

    /// Saves the gateway in the form.
    pub(super) fn save_gateway(&mut self) {
        let Some(form) = self.drafts.form.as_mut().filter(|form| form.stage == FormStage::Editing) else {
            return;
        };
        self.state.toasts.clear_error(Task::Gateway);
        form.error = None;
        let after = match form.profile(&self.state.profiles) {
            Ok(after) => in_folder(after, self.folder.as_deref()),
            Err(error) => return form.fail(error),
        };
        let before = form.is_saved.then(|| form.before.clone());
        let credentials = match form.credentials() {
            Ok(credentials) => credentials,
            Err(error) => return form.fail(error.into()),
        };
        form.reveal_outcome();
        form.stage = FormStage::Saving;
        let change = Change::SaveForm { before: before.clone(), after: after.clone() };
        self.change_form(change, PendingForm::Save { before, after: Box::new(after), credentials });
    }

    /// Removes the saved gateway with this name, whose form may be open.
    pub(super) fn remove_saved_gateway(&mut self, name: &str) {
        let saved = self.settings.profiles.iter().find(|saved| saved.name == name).cloned();
        let Some(profile) = saved.filter(|_| self.pending_form.is_none()) else {
            return;
        };
        self.state.toasts.clear_error(Task::Gateway);
        if let Some(form) = self.form_of(&profile) {
            form.stage = FormStage::Saving;
        }
        self.change_form(Change::RemoveProfile(profile.clone()), PendingForm::Remove(profile));
    }

    /// Returns the form if it edits this saved gateway.
    fn form_of(&mut self, profile: &Profile) -> Option<&mut GatewayForm> {
        self.drafts.form.as_mut().filter(|form| form.is_saved && form.before.name == profile.name)
    }

    /// Sends a change of the form to the settings worker.
    fn change_form(&mut self, change: Change, pending: PendingForm) {
        if self.change_settings(change) {
            self.pending_form = Some(pending);
        } else if let Some(form) = &mut self.drafts.form {
            form.stage = FormStage::Editing;
        }
    }

    /// Continues once the settings worker has handled the form.
    pub(super) fn finish_form(&mut self, error: Option<ChangeError>) {
        let pending = self.pending_form.take();
        // The form of another gateway stays as it is.
        let is_of_form = match &pending {
            Some(PendingForm::Remove(profile)) => self.form_of(profile).is_some(),
            Some(PendingForm::Save { .. }) | None => true,
        };
        if let Some(error) = error {
            if !is_of_form {
                self.state.toasts.error(Task::Gateway, ErrorReport::new(&error));
            } else if let Some(form) = &mut self.drafts.form {
                form.stage = FormStage::Editing;
                // A gateway that another window deleted can be saved as a new one.
                let saved = &self.settings.profiles;
                form.is_saved &= saved.iter().any(|saved| saved.name == form.before.name);
                form.fail(FormError::NotSaved(error));
            }
            return;
        }
        if is_of_form {
            self.close_form();
        }
        match pending {
            None => {}
            Some(PendingForm::Save { before, after, credentials }) => {
                self.gateway_saved(before.as_ref(), *after, credentials.unwrap_or_default());
            }
            Some(PendingForm::Remove(profile)) => {
                if profile.login != Login::None {
                    self.keyring_worker.forget(&profile);
                    self.set_login(&profile, None);
                }
                self.state.toasts.done(Task::Gateway, format!("{} removed", profile.name));
                self.forget_login(&profile);
                if self.profile.as_ref().is_some_and(|current| current.name == profile.name) {
                    self.disconnect();
                }
            }
        }
    }

    /// Continues after a gateway was saved. `credentials` are those whose secret was typed.
    fn gateway_saved(&mut self, before: Option<&Profile>, after: Profile, credentials: Credentials) {
        let is_typed = credentials.secret().is_some();
        if let Some(before) = before.filter(|before| before.login != Login::None) {
            self.set_login(before, None);
            if after.login == Login::None {
                self.keyring_worker.forget(before);
            } else if before.name != after.name {
                self.keyring_worker.rename(before, &after.name);
            }
        }
        if let Some(before) = before {
            if before.login != after.login {
                self.forget_typed_login(before);
            }
            // A login that isn't accepted yet stays with its gateway.
            if let Some((owner, _)) =
                self.pending_login.as_mut().filter(|(owner, _)| owner.name == before.name)
            {
                owner.name.clone_from(&after.name);
            }
        }
        if is_typed {
            // Stored once the gateway has accepted it, so that a wrong one never replaces a working one.
            self.pending_login = Some((after.clone(), credentials.clone()));
            self.supplied_credentials = Some((after.clone(), credentials));
        }
        let stays_connected = !is_typed
            && self.profile.as_ref().zip(before).is_some_and(|(current, before)| {
                current.name == before.name && has_same_connection(before, &after)
            });
        if stays_connected {
            // Not reconnecting keeps the table.
            self.state.gateway.clone_from(&after.name);
            self.drafts.gateway.clone_from(&after.name);
            self.set_refresh(&after);
            self.state.may_terminate = after.may_terminate;
            if !after.may_terminate {
                self.ui_state.forget_sessions();
            }
            self.state.gateways.shown = Shown::Gateway(after.name.clone());
            self.save_state(State { last: Some(after.name.clone()), ..self.saved_state.clone() });
            self.profile = Some(after);
            self.list_gateways();
        } else {
            self.connect_and_remember(after);
        }
    }

    /// Forgets the typed login of a gateway, and the certificates trusted until the window closes.
    fn forget_login(&mut self, profile: &Profile) {
        self.forget_typed_login(profile);
        self.trusted_once.retain(|(nodes, _)| nodes != profile.nodes());
    }

    /// Forgets the typed login of a gateway.
    fn forget_typed_login(&mut self, profile: &Profile) {
        self.supplied_credentials.take_if(|(owner, _)| owner.nodes() == profile.nodes());
        self.pending_login.take_if(|(owner, _)| owner.nodes() == profile.nodes());
    }

    /// Disconnects from the current gateway.
    pub(super) fn disconnect(&mut self) {
        self.poller.disconnect();
        self.background.poller.set_combined(false);
        self.query_worker.cancel();
        self.profile = None;
        self.state.gateways.shown = Shown::Nothing;
        self.active_credentials = Credentials::None;
        (self.state.status, self.state.previous_status) = (None, None);
        self.state.table.clear();
        self.state.gateway.clear();
        self.drafts.gateway.clear();
        self.ui_state.forget_sessions();
        self.state.may_terminate = false;
        self.state.can_edit = false;
        self.state.waits_for_secret = false;
        self.state.addresses.clear();
        self.state.connecting_since = Some(Instant::now());
        self.update_background();
    }
}

/// Resolves a relative CA file against the settings folder.
fn in_folder(mut profile: Profile, folder: Option<&Path>) -> Profile {
    if let (Some(file), Some(folder)) = (&mut profile.trust.ca_file, folder) {
        *file = folder.join(&*file);
    }
    profile
}

/// Returns `true` if both profiles are polled in the same way.
fn has_same_connection(a: &Profile, b: &Profile) -> bool {
    let Profile {
        name: _, login, trust, api, perspective, refresh: _, background: _, may_terminate: _, ..
    } = a;
    a.nodes() == b.nodes() && (login, trust, api, perspective) == (&b.login, &b.trust, &b.api, &b.perspective)
}
