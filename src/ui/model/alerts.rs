//! Alerts: what is firing, and what was sent.

use std::collections::VecDeque;
use std::sync::Arc;

use super::epoch_ms;
use crate::alert::{ActiveAlert, Alert};
use crate::ui::error_report::ErrorReport;

/// The largest number of alerts that are listed.
pub(in crate::ui) const MAX_LISTED_ALERTS: usize = 1_000;
/// How long an alert is listed, in milliseconds.
const LISTED_MS: i64 = 24 * 3_600_000;

/// The alerts that the window lists.
#[derive(Default)]
pub(in crate::ui) struct AlertList {
    /// The states that are firing.
    pub(in crate::ui) firing: Arc<Vec<ActiveAlert>>,
    /// What was sent in the last 24 hours while the program ran, the newest first.
    pub(in crate::ui) sent: VecDeque<Alert>,
    /// The number of rules that are evaluated.
    pub(in crate::ui) rules: usize,
    /// Why rules are left out.
    pub(in crate::ui) problems: Vec<ErrorReport>,
}

impl AlertList {
    /// Adds what was sent, the oldest first, and removes what is too old.
    pub(in crate::ui) fn add(&mut self, sent: impl IntoIterator<Item = Alert>) {
        sent.into_iter().for_each(|alert| self.sent.push_front(alert));
        let oldest = epoch_ms(std::time::SystemTime::now()).saturating_sub(LISTED_MS);
        let is_old = |alert: &Alert| alert.time < oldest;
        while self.sent.len() > MAX_LISTED_ALERTS || self.sent.back().is_some_and(is_old) {
            self.sent.pop_back();
        }
    }
}
