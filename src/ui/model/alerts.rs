//! Alerts: what is firing, and what was sent.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::epoch_ms;
use crate::alert::{ActiveAlert, Alert, AlertSessions, Phase};
use crate::history::{ActivityEntry, ActivityKey, ActivityKind};
use crate::sanitize::sanitize;
use crate::ui::activity_rows::LiveAlert;
use crate::ui::error_report::ErrorReport;

/// The largest number of alerts that are listed.
pub(in crate::ui) const MAX_LISTED_ALERTS: usize = 1_000;
/// The number of hexadecimal digits of a key that distinguish alerts of the same time.
const KEY_DIGITS: usize = 7;
/// Time for which an alert is listed, in milliseconds.
const LISTED_MS: i64 = 24 * 3_600_000;

/// The alerts that the window lists.
#[derive(Default)]
pub(in crate::ui) struct AlertList {
    /// The states that are firing.
    pub(in crate::ui) firing: Arc<Vec<ActiveAlert>>,
    /// The rules that are firing for sessions, by gateway and session.
    marks: HashMap<(Arc<str>, Marked), Vec<String>>,
    /// The alerts that were sent in the last 24 hours while the program ran, the newest first.
    pub(in crate::ui) sent: VecDeque<Alert>,
    /// The number of rules that are evaluated.
    pub(in crate::ui) rules: usize,
    /// The errors in rules, such as gateways that don't exist.
    pub(in crate::ui) problems: Vec<ErrorReport>,
}

/// The subject of a mark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Marked {
    /// A client id.
    Client(String),
    /// A user and a project.
    Login(String, String),
    /// A user.
    User(String),
}

impl AlertList {
    /// Sets the states that are firing.
    pub(in crate::ui) fn set_firing(&mut self, firing: Arc<Vec<ActiveAlert>>) {
        if Arc::ptr_eq(&self.firing, &firing) {
            return;
        }
        self.marks.clear();
        for active in &*firing {
            let marked = match active.sessions() {
                Some(AlertSessions::One(session)) => {
                    session.client_id.as_deref().map(|id| Marked::Client(id.to_owned()))
                }
                Some(AlertSessions::OfLogin { username, project }) => {
                    Some(Marked::Login(username.to_owned(), project.to_owned()))
                }
                Some(AlertSessions::OfUser(username)) => Some(Marked::User(username.to_owned())),
                None => None,
            };
            if let Some(marked) = marked {
                let rules = self.marks.entry((active.incident.gateway.clone(), marked)).or_default();
                if !rules.contains(&active.rule.name) {
                    rules.push(active.rule.name.clone());
                }
            }
        }
        self.firing = firing;
    }

    /// Returns `true` if no session has a mark.
    pub(in crate::ui) fn marks_nothing(&self) -> bool {
        self.marks.is_empty()
    }

    /// Returns the names of the rules that are firing for a session, as in `Alert: Night shift, Two places`; `None` for none.
    pub(in crate::ui) fn mark_of(
        &self,
        gateway: &str,
        [client_id, username, project]: [Option<&str>; 3],
    ) -> Option<String> {
        let login = username.zip(project);
        let marked = [
            client_id.map(|id| Marked::Client(id.to_owned())),
            login.map(|(username, project)| Marked::Login(username.to_owned(), project.to_owned())),
            username.map(|username| Marked::User(username.to_owned())),
        ];
        let gateway: Arc<str> = gateway.into();
        let rules =
            marked.into_iter().flatten().filter_map(|marked| self.marks.get(&(gateway.clone(), marked)));
        let rules: BTreeSet<&str> = rules.flatten().map(String::as_str).collect();
        let rules: Vec<String> = rules.into_iter().map(|rule| sanitize(rule).into_owned()).collect();
        (!rules.is_empty()).then(|| format!("Alert: {}", rules.join(", ")))
    }

    /// Returns what was sent as entries of the activity list, the newest first.
    pub(in crate::ui) fn live(&self) -> Vec<LiveAlert> {
        self.sent.iter().filter_map(LiveAlert::of).collect()
    }

    /// Returns what was sent about a state that is firing.
    pub(in crate::ui) fn sent_about(&self, active: &ActiveAlert) -> Option<LiveAlert> {
        let is_about = |alert: &&Alert| {
            alert.phase == Phase::Firing
                && alert.incidents.iter().any(|incident| incident.key == active.incident.key)
        };
        // It may have been sent before the program was started.
        let before = || Alert {
            time: active.incident.since,
            rule: active.rule.clone(),
            phase: Phase::Firing,
            is_quiet: false,
            incidents: vec![active.incident.clone()],
        };
        self.sent.iter().find(is_about).map_or_else(|| LiveAlert::of(&before()), LiveAlert::of)
    }

    /// Returns the states of a gateway that are firing.
    pub(in crate::ui) fn of_gateway<'a>(
        &'a self,
        gateway: &'a str,
    ) -> impl Iterator<Item = &'a ActiveAlert> + Clone {
        self.firing.iter().filter(move |active| *active.incident.gateway == *gateway)
    }

    /// Adds what was sent, the oldest first, and removes what is too old.
    pub(in crate::ui) fn add(&mut self, sent: impl IntoIterator<Item = Alert>, now: SystemTime) {
        sent.into_iter().for_each(|alert| self.sent.push_front(alert));
        let oldest = epoch_ms(now).saturating_sub(LISTED_MS);
        let is_old = |alert: &Alert| alert.time < oldest;
        while self.sent.len() > MAX_LISTED_ALERTS || self.sent.back().is_some_and(is_old) {
            self.sent.pop_back();
        }
    }
}

impl LiveAlert {
    /// Returns an alert as an entry of the activity list.
    pub(in crate::ui) fn of(alert: &Alert) -> Option<Self> {
        let incident = alert.incidents.first()?;
        let session = incident.session.clone().filter(|_| !alert.is_summary());
        let rule = alert.rule.name.clone();
        let is_end = alert.phase == Phase::Resolved;
        let kind = if is_end { ActivityKind::AlertEnd } else { ActivityKind::Alert };
        // The same each time.
        let number = u32::from_str_radix(incident.key.get(..KEY_DIGITS)?, 16).ok()?;
        let entry = ActivityEntry {
            key: ActivityKey::unstored(alert.time, 2 * number + u32::from(is_end)),
            kind,
            earliest: alert.time,
            latest: alert.time,
            gateway: incident.gateway.clone(),
            node: incident.node.clone(),
            session: session.unwrap_or_default(),
            duration_ms: None,
            detail: Some(alert.listed_text().into()),
        };
        Some(Self { rule, entry })
    }
}
