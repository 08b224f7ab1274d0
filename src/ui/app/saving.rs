//! Saving and removing a gateway. The settings worker returns each change with its outcome, so that several can be on their
//! way.

use std::path::Path;
use std::sync::Arc;

use super::super::error_report::ErrorReport;
use super::super::gateway_draft::FormError;
use super::super::gateway_form::{FormStage, GatewayForm};
use super::super::model::{ShownGateways, Task};
use super::super::settings_worker::{Change, ChangeError, GatewayChange};
use super::App;
use crate::gateway::{Credentials, Login, Profile};
use crate::settings::{Settings, State};

impl App {
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
        let after = Box::new(after);
        let is_sent = self.change_gateway(GatewayChange::Save { before, after, credentials });
        if let Some(form) = self.drafts.form.as_mut().filter(|_| is_sent) {
            form.stage = FormStage::Saving;
        }
    }

    /// Removes the saved gateway with this name, whose form may be open.
    pub(super) fn remove_saved_gateway(&mut self, name: &str) {
        let Some(profile) = self.settings.profiles.iter().find(|saved| saved.name == name).cloned() else {
            return;
        };
        self.state.toasts.clear_error(Task::Removal);
        if self.change_gateway(GatewayChange::Remove(profile.clone()))
            && let Some(form) = self.form_of(&profile).filter(|form| form.stage == FormStage::Editing)
        {
            form.stage = FormStage::Removing;
        }
    }

    /// Sends a change to the settings worker. On failure, shows the error and returns `false`.
    fn change_gateway(&mut self, change: GatewayChange) -> bool {
        self.change_settings(Change::Gateway(Arc::new(change)))
    }

    /// Returns the form if it edits this saved gateway.
    fn form_of(&mut self, profile: &Profile) -> Option<&mut GatewayForm> {
        self.drafts.form.as_mut().filter(|form| form.is_saved && form.before.name == profile.name)
    }

    /// Continues once the settings worker has saved or removed a gateway, or has failed to.
    pub(super) fn finish_gateway_change(&mut self, change: &GatewayChange, error: Option<ChangeError>) {
        match (change, error) {
            (GatewayChange::Save { before, after, credentials }, None) => {
                if self.drafts.form.as_ref().is_some_and(|form| form.stage == FormStage::Saving) {
                    self.close_form();
                }
                let credentials = credentials.clone().unwrap_or_default();
                self.gateway_saved(before.as_ref(), (**after).clone(), credentials);
            }
            (GatewayChange::Save { .. }, Some(error)) => self.show_failed(FormStage::Saving, error),
            (GatewayChange::Remove(profile), None) => self.gateway_removed(profile),
            (GatewayChange::Remove(profile), Some(error)) => {
                if self.form_of(profile).is_some() {
                    self.show_failed(FormStage::Removing, error);
                } else {
                    self.state.toasts.error(Task::Removal, ErrorReport::new(&error));
                }
            }
        }
    }

    /// Shows why a gateway wasn't saved or removed: in the form at this stage, or in a message without one.
    fn show_failed(&mut self, stage: FormStage, error: ChangeError) {
        let Some(form) = self.drafts.form.as_mut().filter(|form| form.stage == stage) else {
            self.state.toasts.error(Task::Gateway, ErrorReport::new(&error));
            return;
        };
        form.stage = FormStage::Editing;
        // A gateway that another window deleted can be saved as a new one.
        form.is_saved &= self.settings.profiles.iter().any(|saved| saved.name == form.before.name);
        form.fail(FormError::NotSaved(error));
    }

    /// Continues after a gateway was removed.
    fn gateway_removed(&mut self, profile: &Profile) {
        if let Some(form) = self.form_of(profile) {
            if form.stage == FormStage::Removing || !form.is_changed() {
                self.close_form();
            } else {
                // Opened and edited since. It can be saved as a new gateway.
                form.is_saved = false;
            }
        }
        if profile.login != Login::None {
            self.keyring_worker.forget(profile);
            self.set_login(profile, None);
        }
        self.state.toasts.done(Task::Removal, format!("{} removed", profile.name));
        self.forget_login(profile);
        if self.profile.as_ref().is_some_and(|current| current.name == profile.name) {
            self.disconnect();
        }
    }

    /// Continues after a gateway was saved. `credentials` are those whose secret was typed.
    fn gateway_saved(&mut self, before: Option<&Profile>, after: Profile, credentials: Credentials) {
        let is_typed = credentials.secret().is_some();
        let other_names = self.other_names(before, &after);
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
            self.change_shown_gateway(after);
        } else {
            self.connect_and_remember(after);
        }
        // The history goes on under the new name.
        for name in &other_names {
            self.recording.end_gateway(name);
        }
    }

    /// Changes the settings of the shown gateway. Not reconnecting keeps the table.
    fn change_shown_gateway(&mut self, after: Profile) {
        // The user may be typing another one.
        if self.drafts.gateway == self.state.gateway {
            self.drafts.gateway.clone_from(&after.name);
        }
        self.state.gateway.clone_from(&after.name);
        self.set_refresh(&after);
        self.state.may_terminate = after.may_terminate;
        if !after.may_terminate {
            self.ui_state.forget_sessions();
        }
        self.state.gateways.shown = ShownGateways::Gateway(after.name.clone());
        self.save_state(State { last: Some(after.name.clone()), ..self.saved_state.clone() });
        self.poller.rename(&after);
        self.profile = Some(after);
        // It isn't read under both names.
        self.update_background();
        self.list_gateways();
    }

    /// Returns the change of the shown gateway from its saved profile to the one in `settings`, which may have another name.
    pub(super) fn change_of_shown_gateway(&self, settings: &Settings) -> Option<SavedChange> {
        let before = self.profile.as_ref().and_then(|profile| self.saved(profile))?;
        let is_known = |name: &str| self.settings.profiles.iter().any(|known| known.name == name);
        let has_same_name = |profile: &&Profile| profile.name == before.name;
        let is_renamed = |profile: &&Profile| !is_known(&profile.name) && profile.nodes() == before.nodes();
        let profiles = &settings.profiles;
        let after = profiles.iter().find(has_same_name).or_else(|| profiles.iter().find(is_renamed))?;
        (*after != before).then(|| SavedChange { before, after: after.clone() })
    }

    /// Applies a change that another window has made of the shown gateway. What this window has changed itself since stays, and
    /// so does the connection.
    pub(super) fn follow_saved_change(&mut self, change: &SavedChange) {
        let SavedChange { before, after } = change;
        let Some(current) = self.profile.as_ref().filter(|current| current.name == before.name) else {
            return;
        };
        let mut followed = current.clone();
        followed.name.clone_from(&after.name);
        follow(&mut followed.refresh, &before.refresh, &after.refresh);
        follow(&mut followed.background, &before.background, &after.background);
        follow(&mut followed.may_terminate, &before.may_terminate, &after.may_terminate);
        follow(&mut followed.history, &before.history, &after.history);
        follow(&mut followed.limits, &before.limits, &after.limits);
        if followed == *current {
            return;
        }
        self.change_shown_gateway(followed);
        if before.name != after.name {
            self.recording.end_gateway(&before.name);
        }
    }

    /// Returns the other names under which a gateway was read before it was saved.
    fn other_names(&self, before: Option<&Profile>, after: &Profile) -> Vec<String> {
        let current = self.profile.as_ref().filter(|current| current.nodes() == after.nodes());
        let all = before.into_iter().chain(current).map(|profile| &profile.name);
        all.filter(|name| **name != after.name).cloned().collect()
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
}

/// The saved profile of a gateway before and after a change.
pub(super) struct SavedChange {
    before: Profile,
    after: Profile,
}

/// Sets a value to `after` if it has changed and the value is still that of `before`.
fn follow<T: Clone + PartialEq>(value: &mut T, before: &T, after: &T) {
    if value == before {
        value.clone_from(after);
    }
}

/// Resolves a relative CA file against the settings folder.
pub(super) fn in_folder(mut profile: Profile, folder: Option<&Path>) -> Profile {
    if let (Some(file), Some(folder)) = (&mut profile.trust.ca_file, folder) {
        *file = folder.join(&*file);
    }
    profile
}

/// Returns `true` if both profiles are polled in the same way.
fn has_same_connection(a: &Profile, b: &Profile) -> bool {
    let Profile {
        name: _,
        login,
        trust,
        api,
        perspective,
        refresh: _,
        background: _,
        may_terminate: _,
        history: _,
        ..
    } = a;
    a.nodes() == b.nodes() && (login, trust, api, perspective) == (&b.login, &b.trust, &b.api, &b.perspective)
}
