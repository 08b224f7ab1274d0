//! Getting in: secrets from the keyring, a login that was typed, a certificate that is trusted.

use super::super::model::{Health, LoginForm, Message};
use super::super::secrets_thread::Told;
use super::super::settings_thread::Change;
use super::App;
use crate::gateway::{Credentials, GatewayError, Login, NodeUrl, Profile};
use crate::secrets::{Kept, Secret};

impl App {
    /// Watches a gateway with what opens it: what the environment or the user gave for it, or what the keyring has.
    pub(super) fn open(&mut self, profile: Profile) {
        let given = self.credentials.as_ref().filter(|(theirs, _)| theirs.nodes() == profile.nodes());
        let given = given.map(|(_, credentials)| credentials.clone()).unwrap_or_default();
        if given == Credentials::None && profile.login != Login::None {
            // The keyring may ask the user first; its answer comes when it comes.
            self.secrets.get(&profile.name);
            self.waits_for_secret = true;
            // Until then nothing of the gateway before may be shown under this one's name.
            self.watcher.leave();
        } else {
            self.waits_for_secret = false;
            self.watcher.connect(profile.clone(), given);
        }
        self.model.sends_in_the_clear = profile.nodes().iter().any(NodeUrl::is_readable_by_others);
        self.model.login = LoginForm::of(&profile.login);
        self.profile = Some(profile);
    }

    /// Takes what the keyring has to say.
    pub(super) fn take_secrets(&mut self) {
        match self.secrets.told() {
            None => {}
            Some(Told::Secret(name, secret)) => {
                let Some(profile) = self.profile.clone().filter(|profile| profile.name == name) else {
                    return;
                };
                if !std::mem::take(&mut self.waits_for_secret) {
                    return;
                }
                let credentials = match secret {
                    Ok(Some(secret)) => credentials(&profile.login, &secret),
                    Ok(None) => Credentials::None,
                    Err(error) => {
                        self.model.message = Some(Message::Trouble(error.to_string()));
                        Credentials::None
                    }
                };
                self.watcher.connect(profile, credentials);
            }
            Some(Told::Kept(Kept::InKeyring)) => {
                self.model.message = Some(Message::Done("kept in the keyring".to_owned()));
            }
            Some(Told::Kept(Kept::ForThisRun(error))) => {
                let text = format!("kept until the window closes, not longer: {error}");
                self.model.message = Some(Message::Trouble(text));
            }
            Some(Told::NotForgotten(error)) => {
                self.model.message = Some(Message::Trouble(error.to_string()));
            }
        }
    }

    /// Tries what was typed.
    pub(super) fn log_in(&mut self) {
        let Some(mut profile) = self.profile.clone() else {
            return;
        };
        let LoginForm { is_token, user, secret, keep } = &mut self.model.login;
        let (secret, keep) = (Secret::new(std::mem::take(secret)), *keep);
        let login = if *is_token { Login::Token } else { Login::Basic { user: user.trim().to_owned() } };
        let credentials = credentials(&login, &secret);
        self.credentials = Some((profile.clone(), credentials));
        if keep {
            profile.login = login;
            self.secrets.set(&profile.name, secret);
            self.change_settings(Change::SaveProfile(profile.clone()));
        } else if profile.login != Login::None {
            // What was kept did not open the gateway, and this is not to be kept.
            profile.login = Login::None;
            self.secrets.forget(&profile.name);
            self.change_settings(Change::SaveProfile(profile.clone()));
        }
        self.watch(profile);
    }

    /// Trusts the certificate that the gateway shows.
    pub(super) fn trust(&mut self, for_good: bool) {
        let (Health::Lost(error) | Health::Partly(_, error, _)) = self.model.health() else {
            return;
        };
        let (GatewayError::Certificate(refused), Some(mut profile)) = (error, self.profile.clone()) else {
            return;
        };
        let pin = refused.pin();
        if !profile.trust.pins.contains(&pin) {
            profile.trust.pins.push(pin);
        }
        if for_good {
            self.change_settings(Change::SaveProfile(profile.clone()));
        }
        self.watch(profile);
    }
}

fn credentials(login: &Login, secret: &Secret) -> Credentials {
    let secret = secret.expose().to_owned();
    match login {
        Login::None => Credentials::None,
        Login::Basic { user } => Credentials::Basic { user: user.clone(), password: secret },
        Login::Token => Credentials::Token(secret),
    }
}
