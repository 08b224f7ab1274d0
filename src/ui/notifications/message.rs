//! The title and the text of a notification.

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
    /// Identifies the only incident that it is about. A later message about that replaces this one.
    pub(super) key: Option<String>,
    /// The keys of its incidents that aren't over.
    pub(super) open: Vec<String>,
}

impl Message {
    /// Returns the notification about alerts that are delivered at once; `None` without any. Those that are only listed aren't
    /// shown.
    pub(super) fn of(alerts: &[Alert]) -> Option<Self> {
        let shown: Vec<&Alert> = alerts.iter().filter(|alert| !alert.is_quiet).collect();
        let message = match shown[..] {
            [] => return None,
            [alert] => Self::single(alert),
            _ => Self::several(&shown),
        };
        let ended = ended(alerts);
        let firing = shown.iter().filter(|alert| alert.phase == Phase::Firing);
        let open = firing.flat_map(|alert| alert.incidents.iter().map(|incident| incident.key.clone()));
        Some(Self { open: open.filter(|key| !ended.contains(key)).collect(), ..message })
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
            open: Vec::new(),
        }
    }

    fn several(alerts: &[&Alert]) -> Self {
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
            is_critical: alerts.iter().any(|alert| is_critical(alert)),
            key: None,
            open: Vec::new(),
        }
    }
}

/// Returns the keys of the incidents that are over, even if their end isn't shown.
pub(super) fn ended(alerts: &[Alert]) -> Vec<String> {
    let ends = alerts.iter().filter(|alert| alert.phase == Phase::Resolved);
    ends.flat_map(|alert| alert.incidents.iter().map(|incident| incident.key.clone())).collect()
}

/// Returns `true` for an unreachable node: its sessions are unknown until it answers.
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
        assert_eq!((&*message.title, message.is_critical), ("north down", true));
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
        let keys: Vec<String> = alerts.iter().map(|alert| alert.incidents[0].key.clone()).collect();
        assert_eq!(message.open, keys);
    }

    #[test]
    fn ends_in_summaries_and_in_quiet_hours_are_known() {
        let mut alerts = alerts(&["a", "b", "c"]);
        let key = |alert: &Alert| alert.incidents[0].key.clone();
        let keys: Vec<String> = alerts.iter().map(key).collect();
        for alert in &mut alerts[..2] {
            alert.phase = Phase::Resolved;
        }
        alerts[0].is_quiet = true;
        assert_eq!(ended(&alerts), keys[..2]);
        assert_eq!(Message::of(&alerts[..1]), None);
        let message = Message::of(&alerts).unwrap();
        assert_eq!((&*message.title, message.open), ("2 alerts", vec![keys[2].clone()]));
        assert!(Channel::Desktop.takes(&alerts[0]));
        // What begins in quiet hours isn't shown.
        alerts[2].is_quiet = true;
        assert!(!Channel::Desktop.takes(&alerts[2]));
    }
}
