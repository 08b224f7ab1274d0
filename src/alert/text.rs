//! The texts of alerts.

use std::collections::BTreeSet;
use std::time::Duration;

use super::incident::{Alert, Incident, Phase};
use super::rule::{Condition, Rule};
use crate::display::{coarse_duration, duration, exact_duration, number};
use crate::history::{MAX_ALERT_NAME, SessionRecord};
use crate::sanitize::one_line;

/// The longest reason of a failure, in characters.
const MAX_REASON: usize = 200;
/// The largest number of names that are listed.
const MAX_LISTED: usize = 3;
/// The shortest time since an end that its text contains. Ends are sent later than they are if others were sent
/// shortly before.
const MIN_AGO: Duration = Duration::from_mins(1);
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Returns a name on one line, sanitized.
pub(super) fn name(text: &str) -> String {
    one_line(text, MAX_ALERT_NAME)
}

fn user(session: &SessionRecord) -> String {
    session.username.as_deref().map_or_else(|| "A session without a user".to_owned(), name)
}

/// Returns the place of a session, as in ` in Packaging from 10.1.2.3 on Plant North`.
fn place(session: &SessionRecord, before: &str, gateway: &str) -> String {
    let project =
        session.project.as_deref().map_or_else(String::new, |project| format!("{before}{}", name(project)));
    let address =
        session.address.as_deref().map_or_else(String::new, |address| format!(" from {}", name(address)));
    format!("{project}{address} on {}", name(gateway))
}

/// Returns the text about one session. `value` is how long it has been on or silent, in milliseconds.
pub(super) fn session(condition: Condition, session: &SessionRecord, gateway: &str, value: i64) -> String {
    let user = user(session);
    let value = || duration(Duration::from_millis(u64::try_from(value).unwrap_or_default()));
    match condition {
        Condition::Arrives => format!("{user} signed in{}", place(session, " to ", gateway)),
        Condition::Leaves => format!("{user} left{}", place(session, " ", gateway)),
        Condition::DesignerOutsideHours(_) => {
            format!("{user} has a Designer open{} outside the allowed hours", place(session, " in ", gateway))
        }
        Condition::OlderThan(_) => {
            format!("{user} has been signed in{} for {}", place(session, " to ", gateway), value())
        }
        Condition::SilentFor(_) => {
            format!("{user}{} has been silent for {}", place(session, " in ", gateway), value())
        }
        _ => format!("{user} is signed in{}", place(session, " to ", gateway)),
    }
}

/// Returns the text about a user with several sessions in one project.
pub(super) fn twice(user: &str, project: &str, sessions: u32, gateway: &str) -> String {
    let [user, project, gateway] = [user, project, gateway].map(name);
    format!("{user} is signed in to {project} {sessions} times on {gateway}")
}

/// Returns the text about a user on several hosts.
pub(super) fn hosts(user: &str, addresses: &[&str], gateway: &str) -> String {
    let [user, gateway] = [user, gateway].map(name);
    let listed = list(addresses.iter().map(|address| name(address)), addresses.len());
    format!("{user} is signed in from {} hosts on {gateway}: {listed}", number(addresses.len()))
}

/// Returns the text about the number of sessions of a gateway.
pub(super) fn count(condition: Condition, sessions: usize, gateway: &str) -> String {
    let limit = match condition {
        Condition::CountAbove(limit) => format!("more than {}", number(limit)),
        Condition::CountBelow(limit) => format!("fewer than {}", number(limit)),
        _ => return String::new(),
    };
    format!("{} on {}, {limit}", crate::display::sessions(sessions), name(gateway))
}

/// Returns the name of a node: that of its gateway, and its address where the gateway has several.
pub(super) fn node(gateway: &str, url: &str, is_only: bool) -> String {
    if is_only || gateway == url { name(gateway) } else { format!("{}, {}", name(gateway), name(url)) }
}

/// Returns the text about a node that can't be read.
pub(super) fn unreachable(node: &str, reason: &str) -> String {
    // Without the advice in the next sentence.
    let reason = reason.split_once(". ").map_or(reason, |(reason, _)| reason);
    format!("{node} can't be reached: {}", one_line(reason, MAX_REASON))
}

/// Returns the text about a certificate that ends in this time, in milliseconds. It is negative if it has ended.
pub(super) fn certificate(node: &str, left_ms: i64) -> String {
    let days = match left_ms.unsigned_abs() / DAY_MS.unsigned_abs() {
        1 => "1 day".to_owned(),
        days => format!("{} days", number(usize::try_from(days).unwrap_or(usize::MAX))),
    };
    let hours = left_ms.unsigned_abs() / HOUR_MS.unsigned_abs();
    match left_ms {
        ..0 if left_ms > -DAY_MS => format!("The certificate of {node} has expired"),
        ..0 => format!("The certificate of {node} expired {days} ago"),
        0..HOUR_MS => format!("The certificate of {node} expires in less than 1 h"),
        HOUR_MS..DAY_MS => format!("The certificate of {node} expires in {hours} h"),
        _ => format!("The certificate of {node} expires in {days}"),
    }
}

/// The end of a state, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Duration of the state.
    pub(super) lasted_ms: i64,
    /// Time since the end.
    pub(super) ago_ms: i64,
}

/// Returns the text of an entry, with the number of times and its end.
pub(super) fn entry(rule: &Rule, phase: Phase, text: &str, end: Option<End>, count: u32) -> String {
    let times = if count > 1 { format!(" ×{}", number(count as usize)) } else { String::new() };
    match phase {
        Phase::Firing => format!("{text}{times}"),
        Phase::Resolved => {
            let time = |ms: i64| Duration::from_millis(ms.try_into().unwrap_or_default());
            let lasted = time(end.map_or(0, |end| end.lasted_ms));
            let ago = end.map(|end| time(end.ago_ms)).filter(|ago| *ago >= MIN_AGO);
            let ago = ago.map(|ago| format!(", {} ago", coarse_duration(ago))).unwrap_or_default();
            let subject = text.split_once(" can't be reached").map(|(node, _)| node);
            match (rule.condition, subject) {
                (Condition::Unreachable, Some(node)) => {
                    format!("{node} can be reached again after {}{times}{ago}", duration(lasted))
                }
                _ => format!("Resolved after {}{times}{ago}: {text}", duration(lasted)),
            }
        }
    }
}

/// Returns some names and the number of the others.
fn list(names: impl Iterator<Item = String>, all: usize) -> String {
    let listed: Vec<String> = names.take(MAX_LISTED).collect();
    let others = all.saturating_sub(listed.len());
    let listed = listed.join(", ");
    if others > 0 { format!("{listed} and {} more", number(others)) } else { listed }
}

impl Alert {
    /// Returns the alert as a sentence, on one line without the name of the rule.
    #[must_use]
    pub fn text(&self) -> String {
        let [first, others @ ..] = &self.incidents[..] else { return String::new() };
        if others.is_empty() {
            return first.text.clone();
        }
        let gateways: BTreeSet<&str> = self.incidents.iter().map(|incident| &*incident.gateway).collect();
        let places = list(gateways.iter().map(|gateway| name(gateway)), gateways.len());
        let users: BTreeSet<&str> = self.incidents.iter().filter_map(Incident::username).collect();
        let users = match users.len() {
            0 => String::new(),
            all => format!(": {}", list(users.iter().map(|user| name(user)), all)),
        };
        let what = match (self.phase, self.rule.condition) {
            (Phase::Resolved, Condition::Unreachable) => "nodes can be reached again",
            (Phase::Resolved, _) => "alerts are resolved",
            (Phase::Firing, Condition::Arrives) => "sessions arrived",
            (Phase::Firing, Condition::Leaves) => "sessions left",
            (Phase::Firing, Condition::SignedInTwice) => "users are signed in twice",
            (Phase::Firing, Condition::DifferentHosts) => "users are signed in from different hosts",
            (Phase::Firing, Condition::CountAbove(_)) => "gateways have too many sessions",
            (Phase::Firing, Condition::CountBelow(_)) => "gateways have too few sessions",
            (Phase::Firing, Condition::DesignerOutsideHours(_)) => {
                "Designers are open outside the allowed hours"
            }
            (Phase::Firing, Condition::OlderThan(limit)) => {
                let limit = exact_duration(limit);
                return format!(
                    "{} sessions have been open for more than {limit} on {places}{users}",
                    number(self.incidents.len())
                );
            }
            (Phase::Firing, Condition::SilentFor(_)) => "sessions are silent",
            (Phase::Firing, Condition::Unreachable) => "nodes can't be reached",
            (Phase::Firing, Condition::CertificateExpires(_)) => "certificates expire",
        };
        let count = number(self.incidents.len());
        let is_about_gateway =
            matches!(self.rule.condition, Condition::CountAbove(_) | Condition::CountBelow(_));
        if self.rule.condition.is_about_node() || is_about_gateway && self.phase == Phase::Firing {
            return format!("{count} {what}: {places}");
        }
        format!("{count} {what} on {places}{users}")
    }
}

impl Incident {
    fn username(&self) -> Option<&str> {
        self.session.as_ref()?.username.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::incident::{Subject, SubjectKey};
    use crate::history::lists_user;

    fn incident(user: &str) -> Incident {
        let subject = Subject { node: None, id: String::new() };
        Incident {
            key: String::new(),
            gateway: "Plant on Hill".into(),
            node: "http://n1".into(),
            session: Some(SessionRecord { username: Some(user.into()), ..SessionRecord::default() }),
            since: 0,
            count: 1,
            text: String::new(),
            subject: SubjectKey {
                rule: String::new(),
                definition: String::new(),
                gateway: String::new(),
                subject,
            },
            ended: None,
            spread_ms: 0,
        }
    }

    /// A purge of a user removes the summaries in the history that list the user.
    #[test]
    fn history_finds_the_users_that_a_summary_lists() {
        let text = |condition, users: &[&str]| {
            let alert = Alert {
                time: 0,
                rule: Rule::new("Night: all".to_owned(), condition).into(),
                phase: Phase::Firing,
                is_quiet: false,
                incidents: users.iter().copied().map(incident).collect(),
            };
            alert.listed_text()
        };
        let long = "x".repeat(100);
        let few = text(Condition::Arrives, &["Doe, John", "billy", &long]);
        for user in ["Doe, John", "billy", &long] {
            assert!(lists_user(&few, user), "{user}: {few}");
        }
        let many = text(Condition::OlderThan(Duration::from_hours(12)), &["a", "b", "c", "d", "e"]);
        assert!(["a", "b", "c"].iter().all(|user| lists_user(&many, user)), "{many}");
        for user in ["bill", "illy", "Plant on Hill", "Hill", "all", "d"] {
            assert!(!lists_user(&few, user) && !lists_user(&many, user), "{user}: {few}, {many}");
        }
        let of_nodes = text(Condition::Unreachable, &["a", "b"]);
        assert!(!lists_user(&of_nodes, "Plant on Hill"), "{of_nodes}");
    }

    #[test]
    fn certificates_end_within_days_hours_or_less() {
        for (left_ms, end) in [
            (2 * DAY_MS, "expires in 2 days"),
            (DAY_MS, "expires in 1 day"),
            (DAY_MS - 1, "expires in 23 h"),
            (HOUR_MS, "expires in 1 h"),
            (HOUR_MS - 1, "expires in less than 1 h"),
            (-1, "has expired"),
            (-DAY_MS, "expired 1 day ago"),
        ] {
            assert_eq!(certificate("North", left_ms), format!("The certificate of North {end}"));
        }
    }
}
