//! Alert rules as text.

use crate::alert::{Condition, ConditionKind, Rule, SessionFilters};
use crate::display::{exact_duration, number};
use crate::filter::Filter;
use crate::gateway::SessionKind;
use crate::sanitize::{escape, shorten};

/// The longest pattern, in characters.
const MAX_PATTERN: usize = 40;
/// The largest number of gateways that are named.
const MAX_GATEWAYS: usize = 3;

/// Returns a condition without its limit or hours.
pub(super) fn kind(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Arrives => "A session begins",
        ConditionKind::Leaves => "A session ends",
        ConditionKind::SignedInTwice => "A user is signed in twice to one project",
        ConditionKind::DifferentHosts => "A user is signed in from different hosts",
        ConditionKind::CountAbove => "A gateway has more sessions than…",
        ConditionKind::CountBelow => "A gateway has fewer sessions than…",
        ConditionKind::DesignerOutsideHours => "A Designer is open outside of hours…",
        ConditionKind::OlderThan => "A session began longer ago than…",
        ConditionKind::SilentFor => "A session hasn't communicated for…",
        ConditionKind::Unreachable => "A node can't be reached",
        ConditionKind::CertificateExpires => "A certificate expires within…",
    }
}

/// Returns what else there is to know of a condition; empty for nothing.
pub(super) fn explanation(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Arrives => "With a time under \"For\", only if it stays that long",
        ConditionKind::Leaves => "With a time under \"For\", only if it stays away that long",
        ConditionKind::SignedInTwice => "A Designer and its preview count as one",
        ConditionKind::CountAbove | ConditionKind::CountBelow => "All nodes of the gateway count together",
        ConditionKind::OlderThan => "Where the gateway gives no start time, since the session was first seen",
        ConditionKind::SilentFor => "Where the gateway reports the last communication",
        ConditionKind::Unreachable => "For another reason than its login",
        ConditionKind::CertificateExpires => "Or has expired",
        ConditionKind::DifferentHosts | ConditionKind::DesignerOutsideHours => "",
    }
}

/// Returns the name of sessions of a kind.
pub(super) fn sessions_of(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Vision => "Clients",
        SessionKind::Designer => "Designers",
        SessionKind::Perspective => "Perspective",
    }
}

/// Returns the same in a sentence.
fn in_sentence(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Vision => "clients",
        SessionKind::Designer => "Designers",
        SessionKind::Perspective => "Perspective sessions",
    }
}

/// Returns a rule in a sentence, such as `When a node can't be reached, for 2 min, on Plant North`.
pub(super) fn sentence(rule: &Rule) -> String {
    let mut parts = vec![format!("When {}", condition(rule.condition))];
    if !rule.hold.is_zero() {
        parts.push(format!("for {}", exact_duration(rule.hold)));
    }
    let SessionFilters { username, project, address, kinds } = &rule.filters;
    for (name, filter) in [("username", username), ("project", project), ("address", address)] {
        parts.extend(filter.as_ref().map(|filter| pattern(name, filter)));
    }
    if !kinds.is_empty() {
        let kinds: Vec<&str> = kinds.iter().map(|kind| in_sentence(*kind)).collect();
        parts.push(format!("only {}", kinds.join(" and ")));
    }
    if !rule.gateways.is_empty() {
        let named = rule.gateways.iter().take(MAX_GATEWAYS).map(|name| shorten(name, MAX_PATTERN));
        let named = named.map(|name| escape(&name).into_owned()).collect::<Vec<_>>().join(", ");
        let others = rule.gateways.len().saturating_sub(MAX_GATEWAYS);
        let others = if others > 0 { format!(" and {} more", number(others)) } else { String::new() };
        parts.push(format!("on {named}{others}"));
    }
    parts.join(", ")
}

fn condition(condition: Condition) -> String {
    match condition {
        Condition::Arrives => "a session begins".to_owned(),
        Condition::Leaves => "a session ends".to_owned(),
        Condition::SignedInTwice => "a user is signed in twice to one project".to_owned(),
        Condition::DifferentHosts => "a user is signed in from different hosts".to_owned(),
        Condition::CountAbove(limit) => {
            format!("a gateway has more than {}", crate::display::sessions(limit))
        }
        Condition::CountBelow(limit) => {
            format!("a gateway has fewer than {}", crate::display::sessions(limit))
        }
        Condition::DesignerOutsideHours(hours) => {
            format!("a Designer is open outside {hours} ({})", hours.zone())
        }
        Condition::OlderThan(limit) => format!("a session began more than {} ago", exact_duration(limit)),
        Condition::SilentFor(limit) => format!("a session hasn't communicated for {}", exact_duration(limit)),
        Condition::Unreachable => "a node can't be reached".to_owned(),
        Condition::CertificateExpires(limit) => {
            format!("a certificate expires within {}", exact_duration(limit))
        }
    }
}

/// Returns a filter such as `username bi.*` or `project not part Pack`.
fn pattern(name: &str, filter: &Filter) -> String {
    let shown = escape(&shorten(filter.pattern(), MAX_PATTERN)).into_owned();
    let parts: Vec<&str> = std::iter::once(name).chain(filter.mode().labels()).chain([&*shown]).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::alert::Hours;
    use crate::filter::Mode;

    #[test]
    fn rules_are_sentences() {
        let mut rule = Rule::new("A".to_owned(), Condition::Unreachable);
        assert_eq!(sentence(&rule), "When a node can't be reached");
        rule.hold = Duration::from_mins(2);
        rule.gateways = ["A", "B", "C", "D", "E"].map(str::to_owned).to_vec();
        assert_eq!(sentence(&rule), "When a node can't be reached, for 2 min, on A, B, C and 2 more");
        let hours = Hours::parse("mon-fri 06:00-18:00", "Europe/Berlin".parse().unwrap()).unwrap();
        let mut rule = Rule::new("A".to_owned(), Condition::DesignerOutsideHours(hours));
        let mode = Mode { invert: true, ignore_case: true, contains: false };
        rule.filters.username = Some(Filter::new("adm.*", mode).unwrap());
        rule.filters.kinds = vec![SessionKind::Vision, SessionKind::Designer];
        let expected = "When a Designer is open outside mon-fri 06:00-18:00 (Europe/Berlin), username not A=a adm.*, only clients and Designers";
        assert_eq!(sentence(&rule), expected);
    }
}
