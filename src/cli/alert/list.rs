//! Lists the alerts.

use super::AlertError;
use crate::alert::{Condition, Rule};
use crate::cli::ExitStatus;
use crate::cli::history::{settings, write_lines};
use crate::cli::report::{note, report};
use crate::cli::target::report_problems;
use crate::display::{exact_duration, number};
use crate::filter::Filter;
use crate::sanitize::sanitize;
use crate::settings::Settings;

/// Writes a line for each alert. Those that are left out, and other invalid entries, are reported on standard error.
pub(super) fn run() -> Result<ExitStatus, AlertError> {
    let settings = settings()?;
    let lines: Vec<String> = settings.alerts.iter().map(|rule| line(rule, &settings)).collect();
    let status = write_lines(&lines)?;
    report_problems(&settings);
    for problem in &settings.alert_problems {
        report(problem, None);
    }
    let is_valid = settings.problems.is_empty() && settings.alert_problems.is_empty();
    if lines.is_empty() && is_valid {
        note("There are no alerts in config.toml");
    }
    Ok(if is_valid { status } else { ExitStatus::Failed })
}

fn line(rule: &Rule, settings: &Settings) -> String {
    let mut parts = vec![condition(rule.condition)];
    if !rule.hold.is_zero() {
        parts.push(format!("for {}", exact_duration(rule.hold)));
    }
    let filters = &rule.filters;
    for (name, filter) in
        [("username", &filters.username), ("project", &filters.project), ("address", &filters.address)]
    {
        parts.extend(filter.as_ref().map(|filter| format!("{name} {}", pattern(filter))));
    }
    if !filters.kinds.is_empty() {
        let kinds: Vec<&str> = filters.kinds.iter().map(|kind| kind.id()).collect();
        parts.push(format!("only {}", kinds.join(", ")));
    }
    for gateway in &rule.gateways {
        let is_saved = settings.profiles.iter().any(|profile| profile.has_name_or_address(gateway));
        let note = if is_saved { "" } else { " (not saved)" };
        parts.push(format!("on {gateway}{note}"));
    }
    if let Some(hours) = rule.quiet.first() {
        let texts: Vec<String> = rule.quiet.iter().map(ToString::to_string).collect();
        parts.push(format!("quiet {} {}", texts.join(", "), hours.zone()));
    }
    if !rule.notify {
        parts.push("no notification".to_owned());
    }
    parts.extend(rule.command.as_ref().map(|command| format!("command {command}")));
    if !rule.is_enabled {
        parts.push("disabled".to_owned());
    }
    sanitize(&format!("{}: {}", rule.name, parts.join(", "))).into_owned()
}

fn condition(condition: Condition) -> String {
    let name = condition.name();
    match condition {
        Condition::CountAbove(limit) | Condition::CountBelow(limit) => format!("{name} {}", number(limit)),
        Condition::OlderThan(limit) | Condition::SilentFor(limit) | Condition::CertificateExpires(limit) => {
            format!("{name} {}", exact_duration(limit))
        }
        Condition::DesignerOutsideHours(hours) => format!("{name} {hours} {}", hours.zone()),
        _ => name.to_owned(),
    }
}

fn pattern(filter: &Filter) -> String {
    let mode = filter.mode();
    let flags = [(mode.ignore_case, "ignore_case"), (mode.contains, "contains"), (mode.invert, "invert")];
    let flags: Vec<&str> = flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name).collect();
    let pattern = filter.pattern();
    if flags.is_empty() { pattern.to_owned() } else { format!("{pattern} ({})", flags.join(", ")) }
}
