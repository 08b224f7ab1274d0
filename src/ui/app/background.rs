//! Reading of the saved gateways that the window doesn't show, and of all of them together.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::Duration;

use egui::Context;

use super::super::keyring_worker::{RequestError, SecretKey};
use super::super::model::{AfterDiscard, NarrowRail, ShownGateways};
use super::super::refresh_interval;
use super::App;
use crate::gateway::{Client, Credentials, Login, Profile};
use crate::poll::{Access, BackgroundGateway, BackgroundPoller, Clocks, Observer};
use crate::secrets::Secret;
use crate::settings::{ALL_NAME, State};

/// The shortest interval of the shown gateway while the window is hidden.
pub(super) const HIDDEN_REFRESH: Duration = Duration::from_secs(30);

/// The reading in the background and what it needs.
pub(super) struct Background {
    /// Reads the gateways.
    pub(super) poller: BackgroundPoller,
    /// The saved logins; without credentials where the keyring has none.
    logins: HashMap<SecretKey, Option<Credentials>>,
    /// The keyring was asked for this secret.
    awaited: Option<SecretKey>,
    /// The keyring refused a secret, so it isn't asked for others: each time it might prompt.
    is_keyring_refused: bool,
    /// Gateways are read less often, because the window is hidden.
    is_slow: bool,
}

impl Background {
    /// Starts the thread that reads. The arguments are those of [`BackgroundPoller::spawn_with_clocks`].
    pub(super) fn spawn(
        clocks: Clocks,
        client: Client,
        observer: Option<Observer>,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let poller = BackgroundPoller::spawn_with_clocks(clocks, client, observer, wake)?;
        Ok(Self { poller, logins: HashMap::new(), awaited: None, is_keyring_refused: false, is_slow: false })
    }
}

impl App {
    /// Sets what is read in the background: all saved gateways but the shown one.
    pub(super) fn update_background(&mut self) {
        let shows_all = self.state.gateways.shown == ShownGateways::All;
        let mut gateways = Vec::new();
        for profile in &self.settings.profiles {
            if self.is_shown(profile) {
                continue;
            }
            // If it isn't known yet, the keyring will answer soon.
            let Some(access) = self.background_access(profile) else {
                continue;
            };
            let interval = if shows_all { self.state.refresh } else { self.background_interval(profile) };
            let last = self.last_table(profile);
            gateways.push(BackgroundGateway { profile: self.with_trust(profile), access, interval, last });
        }
        let read: HashSet<&str> = gateways
            .iter()
            .filter(|gateway| shows_all || gateway.interval.is_some())
            .map(|gateway| &*gateway.profile.name)
            .collect();
        let shown = self.profile.as_ref();
        self.state.gateways.set_read(|profile| {
            read.contains(&*profile.name) || shown.is_some_and(|shown| shown.is_same_gateway(profile))
        });
        self.watch_for_alerts();
        self.background.poller.set_gateways(gateways);
        self.ask_for_secret();
    }

    pub(super) fn is_shown(&self, profile: &Profile) -> bool {
        self.profile.as_ref().is_some_and(|shown| shown.is_same_gateway(profile))
    }

    /// Returns the interval at which a gateway that isn't shown is read; `None` if it isn't.
    pub(super) fn background_interval(&self, profile: &Profile) -> Option<Duration> {
        let refresh = profile.refresh.unwrap_or(self.default_refresh());
        refresh_interval::in_background(profile.background, refresh)
    }

    /// Returns what may be read of a gateway that isn't shown; `None` while the keyring is asked for its secret.
    fn background_access(&self, profile: &Profile) -> Option<Access> {
        if let Some(credentials) = self.background_credentials(profile) {
            return Some(Access::Sessions(credentials));
        }
        let Background { logins, is_keyring_refused, .. } = &self.background;
        let is_final = *is_keyring_refused || logins.contains_key(&SecretKey::new(profile));
        is_final.then_some(Access::Health)
    }

    /// Returns the credentials of a gateway that isn't shown: those from the environment or the user, or those in the
    /// keyring; `None` if they aren't known.
    pub(super) fn background_credentials(&self, profile: &Profile) -> Option<Credentials> {
        if let Some(supplied) = self.supplied_for(profile) {
            return Some(supplied);
        }
        if profile.login == Login::None {
            return Some(Credentials::None);
        }
        self.background.logins.get(&SecretKey::new(profile)).cloned().flatten()
    }

    /// Asks the keyring for the next secret, one at a time.
    fn ask_for_secret(&mut self) {
        let background = &self.background;
        if background.awaited.is_some() || background.is_keyring_refused {
            return;
        }
        let shows_all = self.state.gateways.shown == ShownGateways::All;
        let is_needed = |profile: &&Profile| {
            profile.login != Login::None
                && !self.is_shown(profile)
                && (shows_all || self.background_interval(profile).is_some())
                && self.supplied_for(profile).is_none()
                && !background.logins.contains_key(&SecretKey::new(profile))
        };
        if let Some(profile) = self.settings.profiles.iter().find(is_needed) {
            self.background.awaited = Some(SecretKey::new(profile));
            self.keyring_worker.get(profile);
        }
    }

    /// Keeps a secret from the keyring for reading in the background.
    pub(super) fn keep_secret(&mut self, key: &SecretKey, secret: &Result<Option<Secret>, RequestError>) {
        let is_awaited = self.background.awaited.as_ref() == Some(key);
        if is_awaited {
            self.background.awaited = None;
        }
        let profile = self.settings.profiles.iter().find(|profile| SecretKey::new(profile) == *key);
        let login = profile.map(|profile| &profile.login);
        match (secret, login) {
            (Ok(secret), Some(login)) => {
                // The user sees that a malformed one isn't used when the gateway is shown.
                let credentials = secret.as_ref().and_then(|secret| login.with(secret).ok());
                self.background.logins.insert(key.clone(), credentials);
                self.background.is_keyring_refused = false;
            }
            (Err(error), _) if is_awaited => {
                tracing::info!(%error, "not asking the keyring for other secrets");
                self.background.is_keyring_refused = true;
            }
            _ => {}
        }
        self.update_background();
    }

    /// Sets the cached login of a gateway; with `None`, the keyring is asked again when it is needed.
    pub(super) fn set_login(&mut self, profile: &Profile, credentials: Option<Credentials>) {
        let key = SecretKey::new(profile);
        match credentials {
            Some(credentials) => self.background.logins.insert(key, Some(credentials)),
            None => self.background.logins.remove(&key),
        };
    }

    /// Shows the sessions of all saved gateways.
    pub(super) fn show_all(&mut self) {
        if self.state.gateways.shown == ShownGateways::All && !self.drafts.has_form() {
            self.ui_state.narrow_rail = NarrowRail::Closed;
            return;
        }
        if !self.leave_form(AfterDiscard::ShowAll) {
            return;
        }
        self.forget_rejected_login();
        self.disconnect();
        self.demo = None;
        self.state.gateways.shown = ShownGateways::All;
        self.ui_state.narrow_rail = NarrowRail::Closed;
        ALL_NAME.clone_into(&mut self.state.gateway);
        ALL_NAME.clone_into(&mut self.drafts.gateway);
        self.drafts.gateway_error = None;
        let refresh = self.default_refresh();
        self.state.refresh = (!refresh.is_zero()).then_some(refresh);
        self.watch_for_alerts();
        self.background.poller.set_combined(true);
        self.update_background();
        self.save_state(State { last: Some(ALL_NAME.to_owned()), ..self.saved_state.clone() });
    }

    /// Reads the shown gateway now, or all of them.
    pub(super) fn refresh_now(&mut self) {
        if self.state.gateways.shown == ShownGateways::All {
            self.background.poller.refresh_now();
        } else {
            self.poller.refresh_now();
        }
    }

    /// Receives the status of the gateways that aren't shown, or of all.
    pub(super) fn receive_background(&mut self) {
        let Some(status) = self.background.poller.status() else {
            return;
        };
        let now = self.state.now();
        for (name, status) in &status.gateways {
            self.state.gateways.set_status(name, status, now);
        }
        let Some(combined) =
            status.combined.as_ref().filter(|_| self.state.gateways.shown == ShownGateways::All)
        else {
            return;
        };
        self.note_outdated(combined);
        let before = self.state.table_dataset().cloned();
        self.state.status = Some(combined.clone());
        self.query_if_changed(before.as_ref());
    }

    /// Reads less often while the window is hidden, unless what happens is recorded or may cause an alert: sessions that come
    /// and go between two reads would be missed.
    pub(super) fn follow_visibility(&mut self, ctx: &Context) {
        let is_hidden = ctx.input(|input| input.viewport().visible() == Some(false));
        let has_alerts = self.settings.alerts.iter().any(|rule| rule.is_enabled);
        let is_slow = is_hidden && !self.recording.is_on() && !has_alerts;
        if is_slow == self.background.is_slow {
            return;
        }
        self.background.is_slow = is_slow;
        self.background.poller.set_hidden(is_slow);
        self.poller.set_interval(self.poll_interval());
        if !is_slow && self.state.refresh.is_some_and(|refresh| refresh < HIDDEN_REFRESH) {
            self.poller.refresh_now();
        }
    }

    /// Returns the interval at which the shown gateway is read.
    pub(super) fn poll_interval(&self) -> Option<Duration> {
        let is_slow = self.background.is_slow;
        self.state.refresh.map(|refresh| if is_slow { refresh.max(HIDDEN_REFRESH) } else { refresh })
    }
}
