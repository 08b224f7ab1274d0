//! Evaluates the alerts in `config.toml` while recording.

use std::io;
use std::sync::Arc;

use crate::alert::{Alert, AlertOptions, Alerts, Channel, CommandRunner, Outlet};
use crate::cli::report::{note, report};
use crate::cli::target::OpenTarget;
use crate::display::counted;
use crate::history::Recorder;
use crate::settings::{self, Settings};

/// Starts to evaluate the alerts; `None` if there are none. Reports what is wrong with them.
pub(super) fn spawn(
    settings: &Settings,
    targets: &[OpenTarget],
    recorder: Arc<Recorder>,
    notify: impl Fn() + Send + 'static,
) -> io::Result<Option<Alerts>> {
    for problem in &settings.alert_problems {
        report(problem, None);
    }
    for missing in settings.missing_gateways(targets.iter().map(|target| &target.profile)) {
        report(&missing, None);
    }
    let rules: Vec<_> = settings.alerts.iter().filter(|rule| rule.is_enabled).cloned().collect();
    if rules.is_empty() {
        return Ok(None);
    }
    note(&format!("Evaluating {}", counted(rules.len(), "alert", "alerts")));
    let gateways = targets.iter().map(|target| {
        let nodes = target.profile.nodes().iter().map(|node| node.to_string().into());
        (target.profile.name.clone(), nodes.collect::<Vec<Arc<str>>>())
    });
    let list = move |alerts: &[Alert]| {
        for alert in alerts {
            if let Some((node, action)) = alert.action() {
                recorder.note(node, alert.system_time(), action);
            }
        }
    };
    let outlets = vec![
        Outlet::new(Channel::History, list),
        Outlet::new(Channel::Log, |alerts: &[Alert]| {
            for alert in alerts {
                note(&format!("Alert {:?}: {}", alert.rule.name, alert.text()));
            }
        }),
        Outlet::new(Channel::Command, CommandRunner::new(|error| report(error, None))),
    ];
    let options =
        AlertOptions { rules, gateways: Some(gateways.collect()), folder: settings::data_folder(), outlets };
    Alerts::spawn(options, notify).map(Some)
}
