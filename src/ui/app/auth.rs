//! Getting in: secrets from the keyring, a login that was typed, a certificate that is trusted.

use egui::Context;

use super::super::keyring_worker::{Told, Whose};
use super::super::model::{LoginDraft, Message};
use super::App;
use crate::gateway::{Credentials, Login, Profile, Refused};
use crate::secrets::{Kept, KeyringError, Secret};

impl App {
    /// Watches a gateway with what opens it: what the environment or the user gave for it, or what the keyring has.
    pub(super) fn open(&mut self, profile: Profile) {
        // Another user's is not meant, though it would open the same nodes.
        let is_meant = |theirs: &Profile| theirs.nodes() == profile.nodes() && theirs.login == profile.login;
        let given = self.credentials.as_ref().filter(|(theirs, _)| is_meant(theirs));
        let given = given.map(|(_, credentials)| credentials.clone()).unwrap_or_default();
        if given == Credentials::None && profile.login != Login::None {
            // The keyring may ask the user first; its answer comes when it comes.
            self.secrets.get(&profile);
            self.state.waits_for_secret = true;
            self.in_use = Credentials::None;
            // Until then nothing of the gateway before may be shown under this one's name.
            self.watcher.disconnect();
        } else {
            self.state.waits_for_secret = false;
            self.in_use = given.clone();
            self.watcher.connect(self.with_trust(&profile), given);
        }
        self.set_refresh(&profile);
        self.state.may_terminate = profile.may_terminate;
        self.state.can_edit = true;
        self.drafts.login = LoginDraft::new(&profile);
        self.profile = Some(profile);
    }

    /// Takes what the keyring has to say.
    pub(super) fn take_secrets(&mut self, ctx: &Context) {
        while let Some(told) = self.secrets.told() {
            self.take_secret(ctx, told);
        }
    }

    fn take_secret(&mut self, ctx: &Context, told: Told) {
        match told {
            // Where there is no keyring, nothing is left in it.
            Told::Failed(KeyringError::Absent { .. }) => {}
            Told::Secret(whose, secret) => {
                let is_meant = |profile: &Profile| Whose::of(profile) == whose;
                if self.test_waits.as_ref().is_some_and(is_meant) {
                    self.test_with(ctx, &secret);
                }
                let Some(profile) = self.profile.clone().filter(is_meant) else {
                    return;
                };
                if !std::mem::take(&mut self.state.waits_for_secret) {
                    return;
                }
                let credentials = match secret {
                    Ok(Some(secret)) => profile.login.with(secret.expose()),
                    Ok(None) => Credentials::None,
                    Err(error) => {
                        self.state.message = Some(Message::Error(error.to_string()));
                        Credentials::None
                    }
                };
                self.in_use = credentials.clone();
                self.watcher.connect(self.with_trust(&profile), credentials);
            }
            Told::Kept(Kept::InKeyring) => {
                self.state.message = Some(Message::Done("kept in the keyring".to_owned()));
            }
            Told::Kept(Kept::ForThisRun(error)) => {
                let text = format!("kept until the window closes, not longer: {error}");
                self.state.message = Some(Message::Error(text));
            }
            Told::Failed(error) => {
                self.state.message = Some(Message::Error(error.to_string()));
            }
        }
    }

    /// Tries what was typed.
    pub(super) fn log_in(&mut self) {
        let Some(mut profile) = self.profile.clone() else {
            return;
        };
        let LoginDraft { is_token, user, secret, keep, .. } = &mut self.drafts.login;
        let (secret, keep) = (Secret::new(std::mem::take(secret)), *keep);
        let login = if *is_token { Login::Token } else { Login::Basic { user: user.trim().to_owned() } };
        let credentials = login.with(secret.expose());
        self.to_keep = None;
        let had_login = profile.login != Login::None;
        profile.login = if keep { login } else { Login::None };
        self.credentials = Some((profile.clone(), credentials));
        if keep {
            self.to_keep = Some((profile.clone(), secret));
        } else if had_login {
            // What was kept did not open the gateway, and this is not to be kept.
            self.secrets.forget(&profile.name);
            self.change_profile(&profile, |profile| profile.login = Login::None);
        }
        self.watch(profile);
    }

    /// Keeps the login that has just opened its gateway; one that does not must not take the place of a good one.
    pub(super) fn keep_login(&mut self) {
        let Some((profile, secret)) = self.to_keep.take() else {
            return;
        };
        if self.profile.as_ref().is_some_and(|watched| watched.nodes() == profile.nodes()) {
            self.secrets.set(&profile, secret);
            self.change_profile(&profile, |saved| saved.login = profile.login.clone());
        }
    }

    /// Trusts a certificate that the gateway shows.
    pub(super) fn trust(&mut self, refused: Refused, for_good: bool) {
        let Some(mut profile) = self.profile.clone() else {
            return;
        };
        if for_good {
            self.change_profile(&profile, |profile| profile.trust.accept(&refused));
            profile.trust.accept(&refused);
        } else {
            self.trusted_once.push((profile.nodes().to_vec(), refused));
        }
        self.watch(profile);
    }

    /// The profile with what is trusted for it until the window closes, which never gets into the settings.
    pub(super) fn with_trust(&self, profile: &Profile) -> Profile {
        let mut profile = profile.clone();
        for (nodes, refused) in &self.trusted_once {
            if nodes == profile.nodes() {
                profile.trust.accept(refused);
            }
        }
        profile
    }
}
