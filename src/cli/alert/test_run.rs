//! Tests an alert over the recorded history.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::{AlertError, AlertTestArgs, AlertTestFormat};
use crate::alert::{Alert, Replay, replay};
use crate::cli::ExitStatus;
use crate::cli::history::{CommandError, location, settings, times, write_lines};
use crate::cli::report::note;
use crate::display::{Clock, Repeated, counted, number};
use crate::history::{History, HistoryGateway};
use crate::sanitize::sanitize;
use crate::settings::Settings;

/// Printed in place of the number of alerts.
const NOTHING_RECORDED: &str = "Nothing was recorded in this time";

/// Time between two reports of the progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

/// Writes what the alert would have sent. Reports on standard error how far a long test has come.
pub(super) fn run(args: &AlertTestArgs) -> Result<ExitStatus, AlertError> {
    let clock = times::clock(args.utc);
    let from = times::parse_past(&clock, "--from", &args.from)?;
    let to = match &args.to {
        Some(to) => times::parse(&clock, "--to", to, Repeated::Second)?.min(clock.now_epoch_ms),
        None => clock.now_epoch_ms,
    };
    if from > to {
        let (from, to) = (clock.moment_text(from), clock.moment_text(to));
        return Err(CommandError::Order { from, to }.into());
    }
    let settings = settings()?;
    let Some(rule) = settings.alerts.iter().find(|rule| rule.name == args.name) else {
        return Err(unknown(settings, &args.name));
    };
    if let Some(missing) = rule.condition.missing_in_history() {
        return Err(AlertError::NotStored { condition: rule.condition.name(), missing });
    }
    let mut history = History::open_read_only(&location(&settings)?)?;
    // It can be tested before it is switched on.
    let rule = crate::alert::Rule { is_enabled: true, ..rule.clone() };
    let profiles = &settings.profiles;
    let gateways: Vec<HistoryGateway> =
        profiles.iter().map(|profile| HistoryGateway::of_profile(profile, profiles)).collect();
    let mut reported_at = Instant::now();
    let replayed = replay(rule, &mut history, &gateways, (from, to), |time| {
        if reported_at.elapsed() >= PROGRESS_INTERVAL {
            reported_at = Instant::now();
            note(&format!("Tested up to {}", clock.moment_text(time)));
        }
        ControlFlow::Continue(())
    })?;
    let Replay { alerts, is_recorded } = replayed.unwrap_or_default();
    let lines: Vec<String> = alerts
        .iter()
        .map(|alert| match args.format {
            AlertTestFormat::Text => line(alert, &clock),
            AlertTestFormat::Json => alert.json(),
        })
        .collect();
    let status = write_lines(&lines)?;
    if !is_recorded {
        note(NOTHING_RECORDED);
        return Ok(status);
    }
    let sent = alerts.iter().filter(|alert| !alert.is_quiet).count();
    let quiet = alerts.len() - sent;
    let quiet = if quiet > 0 {
        format!(", {} only listed because of quiet hours", number(quiet))
    } else {
        String::new()
    };
    let range = format!("from {} to {}", clock.moment_text(from), clock.moment_text(to));
    note(&format!("{} would have been sent {range}{quiet}", alerts_text(sent)));
    Ok(status)
}

fn alerts_text(count: usize) -> String {
    counted(count, "alert", "alerts")
}

fn line(alert: &Alert, clock: &Clock) -> String {
    let quiet = if alert.is_quiet { "quiet  " } else { "" };
    let time = clock.moment_text(alert.time);
    format!("{time}  {:8} {quiet}{}", alert.phase.name(), sanitize(&alert.text()))
}

fn unknown(settings: Settings, name: &str) -> AlertError {
    let mut problems = settings.alert_problems.into_iter();
    match problems.find(|problem| problem.name == name) {
        Some(problem) => Box::new(problem).into(),
        None => AlertError::Unknown { names: settings.alerts.into_iter().map(|rule| rule.name).collect() },
    }
}
