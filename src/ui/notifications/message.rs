//! What a notification says.

use crate::alert::{Alert, Condition, Phase};
use crate::display::number;

/// The largest number of alerts that a notification about several lists.
const MAX_LISTED: usize = 3;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The title.
    pub(super) title: String,
    /// The text, without markup.
    pub(super) body: String,
    /// It stays until the user closes it.
    pub(super) is_critical: bool,
    /// Identifies the one thing that it is about. A later message about it replaces this one.
    pub(super) key: Option<String>,
    /// It says that this thing is over.
    pub(super) is_end: bool,
}

impl Message {
    /// Returns the notification about alerts that are delivered at once; `None` without any.
    pub(super) fn of(alerts: &[Alert]) -> Option<Self> {
        match alerts {
            [] => None,
            [alert] => Some(Self::single(alert)),
            alerts => Some(Self::several(alerts)),
        }
    }

    fn single(alert: &Alert) -> Self {
        let key = match &alert.incidents[..] {
            [incident] => Some(incident.key.clone()),
            _ => None,
        };
        Self {
            title: alert.rule.name.clone(),
            body: alert.text(),
            is_critical: is_critical(alert),
            key,
            is_end: alert.phase == Phase::Resolved,
        }
    }

    fn several(alerts: &[Alert]) -> Self {
        let mut lines: Vec<String> = alerts
            .iter()
            .take(MAX_LISTED)
            .map(|alert| format!("{}: {}", alert.rule.name, alert.text()))
            .collect();
        let others = alerts.len() - lines.len();
        if others > 0 {
            lines.push(format!("and {} more", number(others)));
        }
        Self {
            title: format!("{} alerts", number(alerts.len())),
            body: lines.join("\n"),
            is_critical: alerts.iter().any(is_critical),
            key: None,
            is_end: false,
        }
    }
}

/// Returns `true` if nothing more is known of a node until someone does something about it.
fn is_critical(alert: &Alert) -> bool {
    alert.phase == Phase::Firing && alert.rule.condition == Condition::Unreachable
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::alert::{AlertOptions, Alerts, Channel, Outlet, Rule};
    use crate::gateway::GatewayError;
    use crate::poll::{NodeUpdate, ReadOutcome};

    /// Returns the alerts about gateways that can't be reached.
    fn alerts(gateways: &[&str]) -> Vec<Alert> {
        let (sender, sent) = sync_channel(100);
        let outlets = vec![Outlet::new(Channel::List, sender)];
        let rules = gateways.iter().map(|name| Rule {
            gateways: vec![(*name).to_owned()],
            ..Rule::new(format!("{name} down"), Condition::Unreachable)
        });
        let options = AlertOptions { rules: rules.collect(), outlets, ..AlertOptions::default() };
        let alerts = Alerts::spawn(options, || ()).unwrap();
        let mut observe = alerts.observer();
        for name in gateways {
            observe(&NodeUpdate {
                gateway: Arc::from(*name),
                url: format!("http://{name}:8088").parse().unwrap(),
                is_recorded: true,
                time: SystemTime::now(),
                interval: Some(Duration::from_secs(5)),
                outcome: ReadOutcome::Failed(GatewayError::Timeout { seconds: 10.0 }),
            });
        }
        drop(alerts);
        sent.try_iter().flatten().collect()
    }

    #[test]
    fn one_alert_is_its_rule_and_text() {
        let alerts = alerts(&["north"]);
        let message = Message::of(&alerts).unwrap();
        assert_eq!((&*message.title, message.is_critical, message.is_end), ("north down", true, false));
        assert_eq!(message.body, alerts[0].text());
        assert_eq!(message.key.as_ref(), Some(&alerts[0].incidents[0].key));
        assert_eq!(Message::of(&[]), None);
    }

    #[test]
    fn several_alerts_are_one_list() {
        let alerts = alerts(&["a", "b", "c", "d", "e"]);
        let message = Message::of(&alerts).unwrap();
        let lines: Vec<&str> = message.body.lines().collect();
        assert_eq!((&*message.title, message.key, lines.len()), ("5 alerts", None, 4));
        assert_eq!(lines[0], format!("a down: {}", alerts[0].text()));
        assert_eq!(lines[3], "and 2 more");
    }
}
