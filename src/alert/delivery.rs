//! The channels of alerts and their receivers.

use std::sync::mpsc::{SyncSender, TrySendError};

use serde::{Deserialize, Serialize};

use super::incident::{Alert, Phase};

/// A receiver of alerts. It is called in the thread `alerts` and must not block.
pub trait Delivery: Send {
    /// Delivers alerts that are sent together, usually one.
    fn deliver(&mut self, alerts: &[Alert]);
}

impl<F: FnMut(&[Alert]) + Send> Delivery for F {
    fn deliver(&mut self, alerts: &[Alert]) {
        self(alerts);
    }
}

/// Passes alerts on to another thread. They are lost if its queue is full.
impl Delivery for SyncSender<Vec<Alert>> {
    fn deliver(&mut self, alerts: &[Alert]) {
        if let Err(TrySendError::Full(alerts)) = self.try_send(alerts.to_vec()) {
            tracing::warn!(alerts = alerts.len(), "too many alerts wait, some are lost");
        }
    }
}

/// A channel through which alerts reach people. If several processes notice the same incident, one
/// of them sends it through each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Entries in the history.
    History,
    /// Programs.
    Command,
    /// Lines on standard error.
    Log,
    /// Notifications on the desktop. More than three in five seconds are delivered together. An end in quiet hours, or one that
    /// another process shows, only closes the notification.
    Desktop,
    /// A list that this process shows, whatever others have sent.
    List,
}

impl Channel {
    /// Returns `true` if an alert is sent through this channel.
    #[must_use]
    pub fn takes(self, alert: &Alert) -> bool {
        match self {
            Self::Command => !alert.is_quiet && alert.rule.command.is_some(),
            Self::Log => !alert.is_quiet && alert.rule.notify,
            // What was shown before quiet hours is closed in them.
            Self::Desktop => (!alert.is_quiet || alert.phase == Phase::Resolved) && alert.rule.notify,
            Self::History | Self::List => true,
        }
    }

    /// Returns `true` if one of several processes sends an alert for all of them.
    pub(super) fn is_shared(self) -> bool {
        self != Self::List
    }
}

/// A delivery and its channel.
pub struct Outlet {
    /// The channel.
    pub channel: Channel,
    /// The delivery.
    pub delivery: Box<dyn Delivery>,
}

impl Outlet {
    /// Returns an outlet.
    #[must_use]
    pub fn new(channel: Channel, delivery: impl Delivery + 'static) -> Self {
        Self { channel, delivery: Box::new(delivery) }
    }
}
