//! The gateways of the rail and what is known of each.

use std::sync::Arc;
use std::time::SystemTime;

use crate::gateway::{GatewayError, Profile};
use crate::poll::{GatewayStatus, NodeStatus};

/// The gateways of the rail: the saved ones in the order of the file, then the recent ones.
#[derive(Default)]
pub(in crate::ui) struct GatewayList {
    /// The saved and the recent gateways.
    pub(in crate::ui) entries: Vec<GatewayEntry>,
    /// The one that the window shows.
    pub(in crate::ui) shown: ShownGateways,
}

/// The gateways that the window shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum ShownGateways {
    /// No gateway.
    #[default]
    Nothing,
    /// All saved gateways.
    All,
    /// The demo gateway.
    Demo,
    /// The gateway with this name, or at this address.
    Gateway(String),
}

/// A gateway of the rail.
pub(in crate::ui) struct GatewayEntry {
    /// The nodes and how to read them.
    pub(in crate::ui) profile: Profile,
    /// It is saved, rather than only a recent address.
    pub(in crate::ui) is_saved: bool,
    /// The newest status; `None` if it hasn't been read.
    pub(in crate::ui) status: Option<Arc<GatewayStatus>>,
    /// The newest status with a dataset.
    pub(in crate::ui) table: Option<Arc<GatewayStatus>>,
    /// Time since when no node can be read.
    failing_since: Option<SystemTime>,
    /// `true` if it is shown or read in the background.
    is_read: bool,
}

/// The state of a gateway in the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum RailState {
    /// Not read yet.
    Unread,
    /// Not read any more. Contains the number of sessions at the last read, and its time; `None` if there was none with
    /// sessions.
    Outdated(Option<(usize, SystemTime)>),
    /// All nodes answer. Contains the number of sessions.
    Fine(usize),
    /// Some nodes don't answer. Contains the number of sessions of the others.
    Degraded(usize),
    /// No node can be read, although something answers. Contains the time since when.
    Failing(SystemTime),
    /// No node answers. Contains the time since when.
    Unreachable(SystemTime),
    /// The gateway requires a login.
    SignIn,
}

impl GatewayEntry {
    fn new(profile: Profile, is_saved: bool) -> Self {
        Self { profile, is_saved, status: None, table: None, failing_since: None, is_read: true }
    }

    /// Sets the newest status. One without any outcome doesn't replace an older one.
    pub(in crate::ui) fn set_status(&mut self, status: &Arc<GatewayStatus>, now: SystemTime) {
        if self.status.is_some() && status.nodes.iter().all(NodeStatus::is_unread) {
            return;
        }
        if status.dataset.is_some() {
            self.table = Some(status.clone());
        }
        self.failing_since = if status.nodes.iter().all(|node| node.error.is_some()) {
            // A gateway that was read has been failing since then, as far as is known.
            status.updated_at.or(self.failing_since).or(Some(now))
        } else {
            None
        };
        self.status = Some(status.clone());
    }

    /// Returns the state.
    pub(in crate::ui) fn state(&self) -> RailState {
        let status = self.status.as_ref();
        let state = status.map_or(RailState::Unread, |status| state_of(status, self.failing_since));
        if self.is_read || state == RailState::Unread {
            return state;
        }
        let table = self.table.as_ref();
        RailState::Outdated(table.and_then(|table| Some((table.dataset.as_ref()?.len(), table.updated_at?))))
    }

    /// Returns the error of the first node that has one.
    pub(in crate::ui) fn error(&self) -> Option<&GatewayError> {
        self.status.as_ref().filter(|_| self.is_read)?.nodes.iter().find_map(|node| node.error.as_ref())
    }
}

fn state_of(status: &GatewayStatus, failing_since: Option<SystemTime>) -> RailState {
    let sessions = status.dataset.as_ref().map_or(0, |dataset| dataset.len());
    let errors: Vec<&GatewayError> = status.nodes.iter().filter_map(|node| node.error.as_ref()).collect();
    if errors.len() < status.nodes.len() {
        return match (errors.is_empty(), &status.dataset) {
            (false, _) => RailState::Degraded(sessions),
            (true, Some(_)) => RailState::Fine(sessions),
            (true, None) => RailState::Unread,
        };
    }
    let since = failing_since.unwrap_or(SystemTime::UNIX_EPOCH);
    if errors.iter().any(|error| error.can_be_fixed_by_signing_in()) {
        RailState::SignIn
    } else if errors.iter().all(|error| error.is_unreachable()) {
        RailState::Unreachable(since)
    } else {
        RailState::Failing(since)
    }
}

impl GatewayList {
    /// Replaces the gateways. Those that stay keep their status.
    pub(in crate::ui) fn set(&mut self, saved: &[Profile], recent: &[Profile]) {
        let mut before = std::mem::take(&mut self.entries);
        let is_new = |profile: &&Profile| {
            let is_same = |saved: &Profile| saved.name == profile.name || saved.nodes() == profile.nodes();
            !saved.iter().any(is_same)
        };
        let saved = saved.iter().map(|profile| (profile, true));
        let all = saved.clone().chain(recent.iter().filter(is_new).map(|profile| (profile, false)));
        for (profile, is_saved) in all {
            let known = before.iter().position(|entry| entry.profile.is_same_gateway(profile));
            let entry = match known {
                Some(index) => {
                    GatewayEntry { profile: profile.clone(), is_saved, ..before.swap_remove(index) }
                }
                None => GatewayEntry::new(profile.clone(), is_saved),
            };
            self.entries.push(entry);
        }
    }

    /// Returns the gateway with this name.
    pub(in crate::ui) fn get(&self, name: &str) -> Option<&GatewayEntry> {
        self.entries.iter().find(|entry| entry.profile.name == name)
    }

    /// Returns the name of the saved gateway that was recorded under this name. Before it was saved, that was its address.
    pub(in crate::ui) fn saved_name<'a>(&'a self, recorded: &'a str) -> &'a str {
        let mut saved = self.entries.iter().filter(|entry| entry.is_saved).map(|entry| &entry.profile);
        if self.get(recorded).is_some_and(|entry| entry.is_saved) {
            return recorded;
        }
        let has_node = |profile: &&Profile| profile.nodes().iter().any(|node| node.to_string() == recorded);
        saved.find(has_node).map_or(recorded, |profile| &profile.name)
    }

    /// Returns the name of a node that was recorded: that of its gateway, with the address if there are several.
    pub(in crate::ui) fn node_name(&self, gateway: &str, url: &str) -> String {
        let name = self.saved_name(gateway);
        let has_several = self.get(name).is_some_and(|entry| entry.profile.nodes().len() > 1);
        let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
        if has_several { format!("{name} ({authority})") } else { name.to_owned() }
    }

    /// Sets the newest status of the gateway with this name, unless its nodes have changed since.
    pub(in crate::ui) fn set_status(&mut self, name: &str, status: &Arc<GatewayStatus>, now: SystemTime) {
        let nodes = || status.nodes.iter().map(|node| &node.url);
        let is_same =
            |entry: &&mut GatewayEntry| entry.profile.name == name && nodes().eq(entry.profile.nodes());
        if let Some(entry) = self.entries.iter_mut().find(is_same) {
            entry.set_status(status, now);
        }
    }

    /// Sets which gateways are shown or read in the background.
    pub(in crate::ui) fn set_read(&mut self, is_read: impl Fn(&Profile) -> bool) {
        for entry in &mut self.entries {
            entry.is_read = is_read(&entry.profile);
        }
    }

    /// Returns the number of sessions in the table of all gateways: the last list of each saved one, even if it can't be read
    /// now.
    pub(in crate::ui) fn sessions(&self) -> usize {
        let saved = self.entries.iter().filter(|entry| entry.is_saved);
        let datasets = saved.filter_map(|entry| entry.table.as_ref()?.dataset.as_ref());
        datasets.map(|dataset| dataset.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dataset::Dataset;
    use crate::poll::Activity;

    fn profile(name: &str, urls: &[&str]) -> Profile {
        Profile::new(name.to_owned(), urls.iter().map(|url| url.parse().unwrap()).collect()).unwrap()
    }

    /// A status whose nodes have these errors.
    fn status(errors: Vec<Option<GatewayError>>, updated_at: Option<SystemTime>) -> Arc<GatewayStatus> {
        let node = |error: Option<GatewayError>| NodeStatus {
            url: "http://n".parse().unwrap(),
            name: None,
            gateway: None,
            info: None,
            api: None,
            notices: Vec::new(),
            updated_at: error.is_none().then_some(updated_at).flatten(),
            error,
            list: None,
            clock_offset_ms: None,
            next_read_at: None,
        };
        Arc::new(GatewayStatus {
            generation: 1,
            nodes: errors.into_iter().map(node).collect(),
            dataset: updated_at.map(|_| Arc::<Dataset>::default()),
            updated_at,
            activity: Activity::Waiting { next_read_at: None },
        })
    }

    fn seconds(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn timeout() -> GatewayError {
        GatewayError::Timeout { seconds: 10.0 }
    }

    #[test]
    fn unreachable_failing_and_sign_in_are_different_states() {
        let mut entry = GatewayEntry::new(profile("North", &["http://n"]), true);
        assert_eq!(entry.state(), RailState::Unread);
        for (errors, updated_at, expected) in [
            (vec![None], None, RailState::Unread),
            (vec![None], Some(5), RailState::Fine(0)),
            (vec![None, Some(timeout())], Some(5), RailState::Degraded(0)),
            (vec![Some(timeout()), Some(timeout())], Some(5), RailState::Unreachable(seconds(5))),
            (vec![Some(GatewayError::Unauthorized { tried: false })], None, RailState::SignIn),
            (vec![Some(timeout()), Some(GatewayError::LoginNotTried)], None, RailState::SignIn),
            (vec![Some(GatewayError::NoResource { status: 404, has_rest: false })], None, {
                RailState::Failing(seconds(7))
            }),
        ] {
            entry.status = None;
            entry.failing_since = None;
            entry.set_status(&status(errors.clone(), updated_at.map(seconds)), seconds(7));
            assert_eq!(entry.state(), expected, "{errors:?}");
        }
    }

    #[test]
    fn gateway_that_is_not_read_any_more_has_its_last_count() {
        let mut list = GatewayList::default();
        list.set(&[profile("North", &["http://n"]), profile("South", &["http://n"])], &[]);
        list.set_read(|_| false);
        assert!(list.entries.iter().all(|entry| entry.state() == RailState::Unread));
        list.set_read(|_| true);
        list.set_status("North", &status(vec![None], Some(seconds(5))), seconds(5));
        list.set_status("South", &status(vec![Some(timeout())], None), seconds(5));
        list.set_read(|profile| profile.name == "South");
        let states = || list.entries.iter().map(GatewayEntry::state).collect::<Vec<_>>();
        assert_eq!(
            states(),
            [RailState::Outdated(Some((0, seconds(5)))), RailState::Unreachable(seconds(5))]
        );
        list.set_read(|_| false);
        let states = || list.entries.iter().map(GatewayEntry::state).collect::<Vec<_>>();
        assert_eq!(states(), [RailState::Outdated(Some((0, seconds(5)))), RailState::Outdated(None)]);
    }

    #[test]
    fn unreachable_time_starts_with_the_first_failure_and_ends_with_a_success() {
        let mut entry = GatewayEntry::new(profile("North", &["http://n"]), true);
        entry.set_status(&status(vec![Some(timeout())], None), seconds(10));
        entry.set_status(&status(vec![Some(timeout())], None), seconds(20));
        assert_eq!(entry.state(), RailState::Unreachable(seconds(10)));
        entry.set_status(&status(vec![None], Some(seconds(30))), seconds(30));
        entry.set_status(&status(vec![Some(timeout())], None), seconds(40));
        assert_eq!(entry.state(), RailState::Unreachable(seconds(40)));
        assert_eq!(entry.table.as_ref().unwrap().updated_at, Some(seconds(30)));
    }

    #[test]
    fn connecting_again_keeps_the_last_state() {
        let mut entry = GatewayEntry::new(profile("North", &["http://n"]), true);
        entry.set_status(&status(vec![Some(timeout())], None), seconds(10));
        entry.set_status(&status(vec![None], None), seconds(20));
        assert_eq!(entry.state(), RailState::Unreachable(seconds(10)));
    }

    #[test]
    fn changed_settings_keep_the_status_of_the_same_nodes_only() {
        let (north, south) = (profile("North", &["http://n"]), profile("South", &["http://s"]));
        let recent = profile("http://r:8088", &["http://r"]);
        let mut list = GatewayList::default();
        list.set(&[north.clone(), south], std::slice::from_ref(&recent));
        for (name, node) in [("North", "http://n"), ("South", "http://s"), ("http://r:8088", "http://r")] {
            let mut status = (*status(vec![Some(timeout())], None)).clone();
            status.nodes[0].url = node.parse().unwrap();
            list.set_status(name, &Arc::new(status), seconds(1));
        }
        list.set(&[profile("South", &["http://other"]), north], &[recent]);
        let states: Vec<_> =
            list.entries.iter().map(|entry| (&*entry.profile.name, entry.is_saved, entry.state())).collect();
        let unreachable = RailState::Unreachable(seconds(1));
        assert_eq!(
            states,
            [
                ("South", true, RailState::Unread),
                ("North", true, unreachable),
                ("http://r:8088", false, unreachable)
            ]
        );
    }

    #[test]
    fn addresses_that_were_recorded_have_the_name_of_the_saved_gateway() {
        let mut list = GatewayList::default();
        let pair = profile("Pair", &["http://a:8088", "http://b:8088"]);
        let address = profile("http://c:8088", &["http://c:8088"]);
        list.set(
            &[profile("North", &["http://n:8088"]), pair, address],
            &[profile("http://r", &["http://r"])],
        );
        for (recorded, expected) in [
            ("http://n:8088", "North"),
            ("http://b:8088", "Pair"),
            ("North", "North"),
            ("http://c:8088", "http://c:8088"),
            ("http://r", "http://r"),
            ("http://x:8088", "http://x:8088"),
        ] {
            assert_eq!(list.saved_name(recorded), expected);
        }
        assert_eq!(list.node_name("http://n:8088", "http://n:8088"), "North");
        assert_eq!(list.node_name("Pair", "http://b:8088"), "Pair (b:8088)");
    }

    #[test]
    fn a_saved_address_is_not_listed_twice() {
        let saved = profile("http://n:8088", &["http://n"]);
        let mut list = GatewayList::default();
        list.set(std::slice::from_ref(&saved), std::slice::from_ref(&saved));
        assert_eq!(list.entries.len(), 1);
    }
}
