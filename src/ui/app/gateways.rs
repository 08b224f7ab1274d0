//! The gateway in the form: tried, kept, deleted.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use egui::Context;
use tokio::task::JoinSet;

use super::super::background_task::{BackgroundTask, Ended, Tell};
use super::super::connection_test::{Entry, Step, TestStage};
use super::super::gateway_form::{Attention, FormFault, GatewayForm, OpenedBy, Stage};
use super::super::keyring_worker::Whose;
use super::super::model::Message;
use super::super::settings_worker::Change;
use super::{App, DEFAULT_REFRESH};
use crate::gateway::{Client, Credentials, Limits, Login, Profile};
use crate::secrets::{KeyringError, Secret};
use crate::settings::State;

/// What becomes of the form once the settings are written.
pub(super) enum Pending {
    /// The gateway is watched as it is now.
    Save {
        /// As it was saved before, if it was.
        before: Option<Profile>,
        /// As it is to be.
        after: Profile,
        /// The password or token that was typed.
        secret: Option<Secret>,
    },
    /// The gateway is gone.
    Delete(Profile),
}

impl App {
    /// Opens a form, unless one is open in which something would be lost.
    pub(super) fn open_form(&mut self, form: GatewayForm) {
        if self.drafts.form.as_ref().is_some_and(GatewayForm::is_changed) {
            let text = "another gateway is in the form; save or discard it first";
            self.state.message = Some(Message::Error(text.to_owned()));
            return;
        }
        self.close_form();
        self.drafts.form = Some(form);
    }

    /// Opens the form of the saved gateway of this name or, without one, of the gateway that is watched.
    pub(super) fn edit_gateway(&mut self, name: Option<&str>) {
        let named = |name: &str| self.settings.profiles.iter().find(|saved| saved.name == name).cloned();
        let watched = || self.profile.as_ref().and_then(|watched| self.saved(watched));
        if let Some(saved) = name.map_or_else(watched, named) {
            return self.open_form(GatewayForm::of(&saved, true));
        }
        if let (None, Some(mut unsaved)) = (name, self.profile.clone()) {
            // What opened it is what is to be kept.
            if let Credentials::Basic { user, .. } = &self.in_use {
                unsaved.login = Login::Basic { user: user.clone() };
            } else if matches!(self.in_use, Credentials::Token(_)) {
                unsaved.login = Login::Token;
            }
            let mut form = GatewayForm::of(&unsaved, false);
            if let Credentials::Basic { password: secret, .. } | Credentials::Token(secret) = &self.in_use {
                form.typed.secret.clone_from(secret);
            }
            self.open_form(form);
        }
    }

    pub(super) fn close_form(&mut self) {
        (self.test, self.test_waits) = (None, None);
        self.drafts.form = None;
    }

    /// The gateway as it is saved, if it is.
    pub(super) fn saved(&self, profile: &Profile) -> Option<Profile> {
        let same = |saved: &&Profile| saved.name == profile.name && saved.nodes() == profile.nodes();
        self.settings.profiles.iter().find(same).cloned()
    }

    /// Changes one thing of a gateway in the settings, whatever else another window changed there meanwhile.
    pub(super) fn change_profile(&mut self, profile: &Profile, change: impl Fn(&mut Profile)) {
        let before = self.saved(profile);
        let mut after = before.clone().unwrap_or_else(|| profile.clone());
        change(&mut after);
        self.change_settings(Change::SaveProfile { before, after });
    }

    /// How often a gateway is read that does not say so itself.
    fn usual_refresh(&self) -> Duration {
        self.settings.refresh.unwrap_or(DEFAULT_REFRESH)
    }

    /// Reads the gateway as often as it, or else the settings say.
    pub(super) fn set_refresh(&mut self, profile: &Profile) {
        let refresh = profile.refresh.unwrap_or(self.usual_refresh());
        self.state.refresh = (!refresh.is_zero()).then_some(refresh);
        self.watcher.set_interval(self.state.refresh);
    }

    /// Reads the gateway this often from now on, and at the next start, if it is a saved one.
    pub(super) fn refresh_every(&mut self, interval: Option<Duration>) {
        self.state.refresh = interval;
        self.watcher.set_interval(interval);
        let Some(mut profile) = self.profile.take() else {
            return;
        };
        let refresh = interval.unwrap_or(Duration::ZERO);
        profile.refresh = (refresh != self.usual_refresh()).then_some(refresh);
        if self.saved(&profile).is_some() {
            let refresh = profile.refresh;
            self.change_profile(&profile, |profile| profile.refresh = refresh);
        }
        self.profile = Some(profile);
    }

    pub(super) fn test_gateway(&mut self, ctx: &Context) {
        let Some(form) = &mut self.drafts.form else {
            return;
        };
        self.test = None;
        let waited = self.test_waits.take();
        (form.test, form.fault) = (None, None);
        form.attention = Some(Attention::Finding);
        let profile = match form.unnamed() {
            Ok(profile) => in_folder(profile, self.folder.as_deref()),
            Err(fault) => {
                form.fault = Some(fault);
                return;
            }
        };
        let credentials = match form.typed.secret() {
            Some(secret) => Some(profile.login.with(secret.expose())),
            None if form.typed.opened_by == OpenedBy::Nothing => Some(Credentials::None),
            None if form.has_kept_secret() => None,
            None => {
                form.fault = Some(FormFault::NoSecret);
                return;
            }
        };
        form.start_test(&profile);
        if let Some(credentials) = credentials {
            self.start_test(ctx, &profile, credentials);
        } else {
            // A keyring that is asking its user is not told to ask once more.
            if waited.is_none_or(|waited| Whose::of(&waited) != Whose::of(&profile)) {
                self.secrets.get(&profile);
            }
            self.test_waits = Some(profile);
        }
    }

    /// Takes what the keyring has for a test that waits for it.
    pub(super) fn test_with(&mut self, ctx: &Context, secret: &Result<Option<Secret>, KeyringError>) {
        let (Some(profile), Some(form)) = (self.test_waits.take(), &mut self.drafts.form) else {
            return;
        };
        // The form may say something else by now.
        if form.test.is_none() {
            return;
        }
        let fault = match secret {
            Ok(Some(secret)) => {
                let credentials = profile.login.with(secret.expose());
                return self.start_test(ctx, &profile, credentials);
            }
            Ok(None) => FormFault::NoSecret,
            Err(error) => FormFault::Keyring(error.clone()),
        };
        (form.test, form.fault) = (None, Some(fault));
        form.attention = Some(Attention::Finding);
    }

    fn start_test(&mut self, ctx: &Context, profile: &Profile, credentials: Credentials) {
        let profile = self.with_trust(profile);
        let Some(test) = self.drafts.form.as_mut().and_then(|form| form.test.as_mut()) else {
            return;
        };
        test.stage = TestStage::Running;
        let wake = ctx.clone();
        let job = BackgroundTask::spawn(
            move || wake.request_repaint(),
            |tell| run_test(profile, credentials, tell),
        );
        match job {
            Ok(job) => self.test = Some(job),
            Err(error) => {
                test.stage = TestStage::Ended;
                self.state.message = Some(Message::Error(format!("can't test: {error}")));
            }
        }
    }

    pub(super) fn take_test(&mut self) {
        let Some(job) = &mut self.test else {
            return;
        };
        let form = self.drafts.form.as_mut();
        let Some((test, attention)) = form.and_then(|form| Some((form.test.as_mut()?, &mut form.attention)))
        else {
            self.test = None;
            return;
        };
        loop {
            match job.told() {
                Ok(Some(step)) => {
                    test.take(step);
                    *attention = Some(Attention::Finding);
                }
                Ok(None) => return,
                Err(Ended) => {
                    test.stage = TestStage::Ended;
                    self.test = None;
                    return;
                }
            }
        }
    }

    pub(super) fn save_gateway(&mut self) {
        let Some(form) = self.drafts.form.as_mut().filter(|form| form.stage == Stage::Typing) else {
            return;
        };
        form.fault = None;
        form.attention = Some(Attention::Finding);
        let after = match form.profile(&self.state.profiles) {
            Ok(after) => in_folder(after, self.folder.as_deref()),
            Err(fault) => {
                form.fault = Some(fault);
                return;
            }
        };
        let before = form.is_saved.then(|| form.before.clone());
        let secret = form.typed.secret();
        form.stage = Stage::Writing;
        let change = Change::SaveForm { before: before.clone(), after: after.clone() };
        self.change_form(change, Pending::Save { before, after, secret });
    }

    pub(super) fn delete_gateway(&mut self) {
        let Some(form) =
            self.drafts.form.as_mut().filter(|form| form.is_saved && form.stage != Stage::Writing)
        else {
            return;
        };
        form.stage = Stage::Writing;
        let profile = form.before.clone();
        self.change_form(Change::RemoveProfile(profile.clone()), Pending::Delete(profile));
    }

    fn change_form(&mut self, change: Change, then: Pending) {
        if self.change_settings(change) {
            self.pending = Some(then);
        } else if let Some(form) = &mut self.drafts.form {
            form.stage = Stage::Typing;
        }
    }

    /// Goes on once the form's gateway is written, or is not.
    pub(super) fn form_written(&mut self, fault: Option<String>) {
        let pending = self.pending.take();
        if let Some(fault) = fault {
            if let Some(form) = &mut self.drafts.form {
                form.stage = Stage::Typing;
                form.attention = Some(Attention::Finding);
                // Where another window took it away, it can be saved again as a new one.
                let saved = &self.settings.profiles;
                form.is_saved &= saved.iter().any(|saved| saved.name == form.before.name);
                form.fault = Some(FormFault::NotSaved(fault));
            }
            return;
        }
        self.close_form();
        match pending {
            None => {}
            Some(Pending::Save { before, after, secret }) => {
                self.gateway_saved(before.as_ref(), after, secret.as_ref());
            }
            Some(Pending::Delete(profile)) => {
                if profile.login != Login::None {
                    self.secrets.forget(&profile.name);
                }
                self.state.message = Some(Message::Done(format!("{} is deleted", profile.name)));
                self.forget_login(&profile);
                if self.profile.as_ref().is_some_and(|watched| watched.name == profile.name) {
                    self.leave();
                }
            }
        }
    }

    fn gateway_saved(&mut self, before: Option<&Profile>, after: Profile, secret: Option<&Secret>) {
        let old_name = before.map(|before| &before.name).filter(|name| **name != after.name);
        match (secret, &after.login) {
            (Some(secret), _) => self.secrets.set(&after, secret.clone()),
            (None, Login::None) => {}
            (None, _) => {
                if let Some(old) = old_name {
                    self.secrets.rename(old, &after.name);
                }
            }
        }
        if let Some(before) = before
            && before.login != Login::None
            && (after.login == Login::None || secret.is_some() && old_name.is_some())
        {
            self.secrets.forget(&before.name);
        }
        if let Some(secret) = secret {
            self.credentials = Some((after.clone(), after.login.with(secret.expose())));
        }
        let goes_on = secret.is_none()
            && self.profile.as_ref().zip(before).is_some_and(|(watched, before)| {
                watched.name == before.name && has_same_connection(before, &after)
            });
        if goes_on {
            // The table stays: it is the same gateway's.
            self.state.gateway.clone_from(&after.name);
            self.drafts.gateway.clone_from(&after.name);
            self.set_refresh(&after);
            self.state.may_terminate = after.may_terminate;
            self.keep(State { last: Some(after.name.clone()), ..self.kept.clone() });
            self.profile = Some(after);
        } else {
            self.watch_and_remember(after);
        }
    }

    /// Forgets what was typed for this gateway, and what was trusted for now.
    fn forget_login(&mut self, profile: &Profile) {
        self.credentials.take_if(|(theirs, _)| theirs.nodes() == profile.nodes());
        self.to_keep.take_if(|(theirs, _)| theirs.nodes() == profile.nodes());
        self.trusted_once.retain(|(nodes, _)| nodes != profile.nodes());
    }

    /// Watches nothing from now on.
    fn leave(&mut self) {
        self.watcher.disconnect();
        self.worker.cancel();
        self.profile = None;
        self.in_use = Credentials::None;
        self.state.status = None;
        self.state.table.clear();
        self.state.gateway.clear();
        self.drafts.gateway.clear();
        self.state.can_edit = false;
        self.state.waits_for_secret = false;
    }
}

/// With its file of authorities where the settings have it.
fn in_folder(mut profile: Profile, folder: Option<&Path>) -> Profile {
    if let (Some(file), Some(folder)) = (&mut profile.trust.ca_file, folder) {
        *file = folder.join(&*file);
    }
    profile
}

/// Whether what is read, and how, is the same.
fn has_same_connection(a: &Profile, b: &Profile) -> bool {
    let Profile { name: _, login, trust, api, perspective, refresh: _, may_terminate: _, .. } = a;
    a.nodes() == b.nodes() && (login, trust, api, perspective) == (&b.login, &b.trust, &b.api, &b.perspective)
}

/// Asks each node who it is, then for its sessions. Side by side: one that is dead holds up no other.
async fn run_test(profile: Profile, credentials: Credentials, tell: Tell<Step>) {
    let client = Client::with_trust(Limits::default(), profile.trust.clone());
    let tell = Arc::new(tell);
    let mut nodes = JoinSet::new();
    for (place, node) in profile.nodes().iter().cloned().enumerate() {
        let (client, credentials, ask, tell) =
            (client.clone(), credentials.clone(), profile.ask(), tell.clone());
        nodes.spawn(async move {
            let who = client.who(&node).await;
            let is_there = who.is_ok();
            tell.tell(Step::Who(place, who)).await;
            if !is_there {
                return;
            }
            // A resource that lets in everybody would take any password.
            if let Credentials::Basic { .. } = credentials
                && let Ok(read) = client.read(&node, &Credentials::None, &ask).await
            {
                return tell.tell(Step::Read(place, Ok((read, Entry::OpenAnyway)))).await;
            }
            let entry = match credentials {
                Credentials::None => Entry::Open,
                Credentials::Basic { .. } => Entry::Password,
                Credentials::Token(_) => Entry::Token,
            };
            let read = client.read(&node, &credentials, &ask).await;
            tell.tell(Step::Read(place, read.map(|read| (read, entry)))).await;
        });
    }
    nodes.join_all().await;
}
