//! Receiving the status of the current gateway.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::super::model::{AppState, ShownGateways};
use super::super::views;
use super::away::MIN_AWAY_MS;
use super::{App, FRAME_WAIT};
use crate::dataset::Dataset;
use crate::poll::{GatewayStatus, NodeStatus};
use crate::table::OutdatedLists;

/// A list that was read within this time before the next one is up to date, whatever the interval. After a longer one, a summary
/// says what has happened.
const MIN_UP_TO_DATE: Duration = Duration::from_millis(MIN_AWAY_MS.cast_unsigned());

impl App {
    /// Shows a new status of the gateway, and queries its dataset if that changed.
    pub(super) fn receive_status(&mut self) {
        let Some(status) = self.poller.status() else {
            return;
        };
        let before = self.state.table_dataset().cloned();
        self.typing.is_signing_in &= status.nodes.iter().all(NodeStatus::is_unread);
        if status.dataset.is_some() {
            self.state.previous_status = None;
        }
        let was_asked = views::is_prompting(&self.state);
        if let ShownGateways::Gateway(name) = self.state.gateways.shown.clone() {
            self.state.gateways.set_status(&name, &status, self.state.now());
        }
        self.note_outdated(&status);
        self.state.status = Some(status);
        if !was_asked && views::requires_token(&self.state) {
            self.drafts.login.prefer_token();
        }
        self.save_accepted_login();
        self.query_if_changed(before.as_ref());
    }

    /// Queries the dataset of the table if it isn't the one before.
    pub(super) fn query_if_changed(&mut self, before: Option<&Arc<Dataset>>) {
        if before.map(Arc::as_ptr) != self.state.table_dataset().map(Arc::as_ptr) {
            self.query(FRAME_WAIT);
        } else if self.state.table.result().is_some_and(|result| self.is_newest(&result.dataset)) {
            // No other list is on its way.
            self.state.outdated = OutdatedLists::default();
        }
    }

    /// Returns `true` for the newest dataset, after which no other one is being prepared or held back by a pause.
    pub(super) fn is_newest(&self, dataset: &Arc<Dataset>) -> bool {
        let newest = self.state.status.as_ref().and_then(|status| status.dataset.as_ref());
        newest.is_some_and(|newest| Arc::ptr_eq(newest, dataset))
    }

    /// Notes which nodes have another list in this status, while the one before was out of date or of another connection.
    pub(super) fn note_outdated(&mut self, status: &GatewayStatus) {
        let interval = self.poll_interval().unwrap_or_default();
        let max_age = (interval * 2).max(MIN_UP_TO_DATE);
        let AppState { status: before, outdated, .. } = &mut self.state;
        let had_dataset = before.as_ref().is_some_and(|before| before.dataset.is_some());
        let key = |node: &NodeStatus| (node.url.clone(), node.gateway.clone());
        let before = before.iter().flat_map(|before| &before.nodes);
        let before: HashMap<_, &NodeStatus> = before.map(|node| (key(node), node)).collect();
        for node in &status.nodes {
            let before = before.get(&key(node)).filter(|_| had_dataset);
            let is_comparable = before.is_some_and(|before| {
                // Sessions of a kind that can't be listed haven't left, and haven't signed in when it can be again.
                before.notices == node.notices && was_up_to_date(before, node, max_age)
            });
            if node.list.is_some() && !is_comparable {
                outdated.insert(node.name.clone());
            }
        }
        // Those of a gateway that isn't shown any more haven't left.
        let shown: HashSet<_> = status.nodes.iter().map(key).collect();
        for (_, node) in before.iter().filter(|(key, _)| !shown.contains(*key)) {
            outdated.insert(node.name.clone());
        }
    }
}

/// Returns `true` if the list of a node has changed while it was up to date, or not at all.
fn was_up_to_date(before: &NodeStatus, after: &NodeStatus, max_age: Duration) -> bool {
    let (Some(old), Some(new)) = (before.list, after.list) else {
        return false;
    };
    // Reads without a change wake no window, so the older status may not know the last one.
    let read_at = if new.number == old.number + 1 { new.previous_read_at } else { before.updated_at };
    old == new || read_at.is_some_and(|at| new.since.duration_since(at).unwrap_or_default() <= max_age)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::poll::ListVersion;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Returns a node whose list is the one of this number: read first and last at these times, in seconds, and the list
    /// before last at this time.
    fn node(number: u64, since: u64, updated: u64, previous: Option<u64>) -> NodeStatus {
        let list = ListVersion { number, since: at(since), previous_read_at: previous.map(at) };
        NodeStatus { list: Some(list), updated_at: Some(at(updated)), ..unread() }
    }

    fn unread() -> NodeStatus {
        NodeStatus::new("http://n".parse().unwrap())
    }

    #[test]
    fn list_is_up_to_date_if_it_was_read_shortly_before_the_next_one() {
        let is_up_to_date =
            |before: &NodeStatus, after: &NodeStatus| was_up_to_date(before, after, MIN_UP_TO_DATE);
        let first = node(1, 100, 100, None);
        // The window doesn't know the last reads without a change.
        assert!(is_up_to_date(&first, &node(2, 9_000, 9_000, Some(8_990))));
        // After a suspend or an outage.
        assert!(!is_up_to_date(&first, &node(2, 9_000, 9_000, Some(110))));
        // The window was hidden meanwhile.
        assert!(!is_up_to_date(&first, &node(7, 9_000, 9_000, Some(8_990))));
        assert!(is_up_to_date(&first, &node(3, 110, 110, Some(105))));
        assert!(is_up_to_date(&first, &node(1, 100, 9_000, None)));
        assert!(!is_up_to_date(&unread(), &first));
    }
}
