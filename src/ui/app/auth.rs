//! Authentication: secrets from the keyring, typed logins, trusted certificates.

use std::time::Duration;

use egui::Context;

use super::super::error_report::ErrorReport;
use super::super::keyring_worker::{Reply, RequestError, SecretKey};
use super::super::model::{
    AfterDiscard, LoginDraft, LoginError, NarrowRail, ShownGateways, SignInChoice, Task,
};
use super::super::views;
use super::App;
use crate::gateway::{Credentials, Login, Profile, RejectedCertificate};
use crate::history::Action;
use crate::secrets::{KeyringError, Stored};

impl App {
    /// Polls a gateway with the credentials from the environment or the user, or else with those in the keyring.
    pub(super) fn start_polling(&mut self, profile: &Profile) {
        let before = self.profile.replace(profile.clone());
        self.watch_for_alerts();
        let supplied = self.supplied_for(profile).unwrap_or_default();
        if supplied == Credentials::None && profile.login != Login::None {
            // The keyring may prompt the user first, so the reply can take any time.
            self.keyring_worker.get(profile);
            self.state.waits_for_secret = true;
            self.active_credentials = Credentials::None;
            // Data of the previous gateway must not appear under the new name.
            self.poller.disconnect();
        } else {
            self.state.waits_for_secret = false;
            self.active_credentials = supplied.clone();
            self.poller.connect(self.with_trust(profile), supplied);
        }
        self.set_refresh(profile);
        self.state.may_terminate = profile.may_terminate;
        self.state.can_edit = true;
        // After a rejection, only the secret has to be typed again.
        let keeps_draft =
            profile.login == Login::None && before.is_some_and(|before| before.nodes() == profile.nodes());
        let draft = LoginDraft::new(profile);
        self.drafts.login = if keeps_draft {
            let LoginDraft { is_token, user, save, .. } = std::mem::take(&mut self.drafts.login);
            LoginDraft { is_token, user, save, ..draft }
        } else {
            draft
        };
    }

    /// Returns the credentials for a gateway from the environment or the user, if there are any.
    pub(super) fn supplied_for(&self, profile: &Profile) -> Option<Credentials> {
        // Credentials of another user aren't used, although the nodes would accept them.
        let is_same = |other: &Profile| other.nodes() == profile.nodes() && other.login == profile.login;
        let supplied = self.supplied_credentials.as_ref().filter(|(owner, _)| is_same(owner));
        supplied.map(|(_, credentials)| credentials.clone()).filter(|supplied| *supplied != Credentials::None)
    }

    /// Forgets the typed login of the shown gateway if that was rejected. The saved one may work.
    pub(super) fn forget_rejected_login(&mut self) {
        if self.state.has_rejected_login() {
            self.supplied_credentials = None;
        }
    }

    /// Handles the replies of the keyring.
    pub(super) fn receive_keyring_replies(&mut self, ctx: &Context) {
        while let Some(reply) = self.keyring_worker.reply() {
            self.state.keyring.update(&reply);
            self.handle_keyring_reply(ctx, reply);
        }
        // These views describe the keyring, so check whether it exists. Not earlier, because that may start a service.
        let is_mentioned = self.drafts.form.is_some()
            || self.ui_state.settings_page.is_some()
            || views::is_prompting(&self.state);
        if is_mentioned && !std::mem::replace(&mut self.state.keyring.is_checked, true) {
            self.keyring_worker.check();
        }
        let time_left = self.keyring_worker.time_left();
        self.state.keyring.is_slow = time_left == Some(Duration::ZERO);
        if let Some(left) = time_left.filter(|left| !left.is_zero()) {
            ctx.request_repaint_after(left);
        }
    }

    /// Continues without the keyring, which doesn't respond.
    pub(super) fn abandon_keyring(&mut self) {
        match self.keyring_worker.abandon() {
            // The new thread reports that there is no keyring now.
            Ok(()) => self.keyring_worker.check(),
            Err(error) => {
                let report = ErrorReport::with_summary("Can't continue without the keyring", &error);
                self.state.toasts.error(Task::Keyring, report);
            }
        }
    }

    fn handle_keyring_reply(&mut self, ctx: &Context, reply: Reply) {
        match reply {
            // Without a keyring there was no secret to delete or rename.
            Reply::Failed(RequestError::Keyring(KeyringError::Absent { .. }))
            | Reply::Checked(_)
            | Reply::Done => {}
            Reply::Secret(key, secret) => {
                self.keep_secret(&key, &secret);
                let is_owner = |profile: &Profile| SecretKey::new(profile) == key;
                if self.waiting_test.as_ref().is_some_and(is_owner) {
                    self.continue_test(ctx, &secret);
                }
                let Some(profile) = self.profile.clone().filter(is_owner) else {
                    return;
                };
                if !std::mem::take(&mut self.state.waits_for_secret) {
                    return;
                }
                let credentials = match secret {
                    // The sign-in card shows it.
                    Err(RequestError::Keyring(KeyringError::Absent { .. } | KeyringError::NotUsed)) => {
                        Ok(Credentials::None)
                    }
                    Ok(Some(secret)) => profile.login.with(&secret).map_err(|error| ErrorReport::new(&error)),
                    Ok(None) => Ok(Credentials::None),
                    Err(error) => Err(ErrorReport::new(&error)),
                };
                let credentials = credentials.unwrap_or_else(|report| {
                    self.state.toasts.error(Task::Keyring, report);
                    Credentials::None
                });
                self.active_credentials = credentials.clone();
                self.poller.connect(self.with_trust(&profile), credentials);
            }
            Reply::Stored(_, Stored::InKeyring) => {
                self.state.toasts.done(Task::Keyring, "Saved in the keyring");
            }
            Reply::Stored(_, Stored::MemoryOnly(error)) => {
                let summary = |cause| format!("{cause}. The login is kept for this session only");
                let limit = match error {
                    KeyringError::Absent { .. } => summary("No keyring found"),
                    KeyringError::NotUsed => summary("The keyring isn't used"),
                    _ => {
                        let summary = summary("The keyring can't be used");
                        let report = ErrorReport::with_summary(&summary, &error);
                        return self.state.toasts.error(Task::Keyring, report);
                    }
                };
                if !std::mem::replace(&mut self.state.keyring.is_limit_shown, true) {
                    self.state.toasts.notice(Task::Keyring, limit);
                }
            }
            Reply::Failed(error) => {
                self.state.toasts.error(Task::Keyring, ErrorReport::new(&error));
            }
        }
    }

    /// Asks for the login of a gateway, which is shown for that. What was typed for the shown gateway stays.
    pub(super) fn ask_sign_in(&mut self, ctx: &Context, gateway: Option<String>) {
        if !self.leave_form(AfterDiscard::SignIn(gateway.clone())) {
            return;
        }
        if gateway.is_none() && self.state.is_asking_for_login() {
            return views::focus(ctx, &self.state, &self.drafts);
        }
        let is_shown =
            |gateway: &String| self.state.gateways.shown == ShownGateways::Gateway(gateway.clone());
        if let Some(gateway) = gateway.filter(|gateway| !is_shown(gateway)) {
            self.connect_by_name(&gateway);
            if self.drafts.gateway_error.is_some() {
                return;
            }
        } else {
            self.leave_past();
        }
        if matches!(self.state.gateways.shown, ShownGateways::Gateway(_)) {
            self.state.sign_in = SignInChoice::Asked;
            self.ui_state.narrow_rail = NarrowRail::Closed;
            views::focus(ctx, &self.state, &self.drafts);
        }
    }

    /// Asks for an API token, for a gateway without the Gatewatch resource.
    pub(super) fn use_token(&mut self, ctx: &Context) {
        self.state.sign_in = SignInChoice::Asked;
        self.drafts.login.is_token = true;
        views::focus(ctx, &self.state, &self.drafts);
    }

    /// Stops connecting to the gateway. Its address stays in the box.
    pub(super) fn cancel_connect(&mut self) {
        let address = std::mem::take(&mut self.drafts.gateway);
        self.disconnect();
        self.drafts.gateway = address;
    }

    /// Connects with the typed login.
    pub(super) fn sign_in(&mut self, ctx: &Context) {
        let Some(mut profile) = self.profile.clone() else {
            return;
        };
        let draft = &mut self.drafts.login;
        let credentials = match draft.credentials() {
            Ok(credentials) => credentials,
            Err(error) => {
                draft.error = LoginError::Invalid(error);
                return views::focus(ctx, &self.state, &self.drafts);
            }
        };
        draft.secret.clear();
        let save = draft.save;
        profile.login = if save { Login::from(&credentials) } else { Login::None };
        self.supplied_credentials = Some((profile.clone(), credentials.clone()));
        self.pending_login = Some((profile.clone(), credentials));
        self.connect(&profile);
        self.typing.is_signing_in = true;
    }

    /// Replaces the saved login by the typed one, or removes it if the typed one isn't to be saved. Only once the gateway
    /// has accepted the typed one, so that a wrong one never replaces a working one.
    pub(super) fn save_accepted_login(&mut self) {
        // The gateway may have accepted another login than the one typed last.
        let is_accepted = |(profile, credentials): &(Profile, Credentials)| {
            self.active_credentials == *credentials
                && self.profile.as_ref().is_some_and(|current| current.nodes() == profile.nodes())
        };
        if !self.state.has_accepted_login() || !self.pending_login.as_ref().is_some_and(is_accepted) {
            return;
        }
        let Some((profile, credentials)) = self.pending_login.take() else {
            return;
        };
        if let Some(node) = profile.nodes().first() {
            let username = match &credentials {
                Credentials::Basic(login) => Some(login.user().into()),
                Credentials::None | Credentials::Token(_) => None,
            };
            self.recording.note(&profile, node, self.state.now(), Action::SignedIn { username });
        }
        match credentials.secret().filter(|_| profile.login != Login::None) {
            Some(secret) => {
                self.keyring_worker.set(&profile, secret.clone());
                self.set_login(&profile, Some(credentials.clone()));
            }
            None => match self.saved(&profile) {
                Some(saved) if saved.login != Login::None => {
                    self.keyring_worker.forget(&saved);
                    self.set_login(&saved, None);
                }
                _ => return,
            },
        }
        self.change_profile(&profile, |saved| saved.login = profile.login.clone());
    }

    /// Trusts a certificate of the gateway, permanently or until the window closes.
    pub(super) fn trust(&mut self, rejected: RejectedCertificate, permanently: bool) {
        let Some(mut profile) = self.profile.clone() else {
            return;
        };
        if permanently {
            self.change_profile(&profile, |profile| profile.trust.accept(&rejected));
            profile.trust.accept(&rejected);
        } else {
            self.trusted_once.push((profile.nodes().to_vec(), rejected));
        }
        self.connect(&profile);
    }

    /// Returns the profile with the certificates that are trusted until the window closes. Must not be saved.
    pub(super) fn with_trust(&self, profile: &Profile) -> Profile {
        let mut profile = profile.clone();
        for (nodes, rejected) in &self.trusted_once {
            if nodes == profile.nodes() {
                profile.trust.accept(rejected);
            }
        }
        profile
    }
}
