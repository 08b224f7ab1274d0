//! A gateway to query.

use std::sync::Arc;

use crate::gateway::Profile;

/// A gateway to query.
///
/// Each node is stored with the name that its gateway had for the recorder. Another process, or a user with other settings, may
/// have another name for it, so the nodes of a profile are found by their addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HistoryGateway {
    name: Arc<str>,
    /// The addresses of its nodes; empty if they aren't known.
    nodes: Vec<Arc<str>>,
    /// The addresses of the nodes of other gateways. They may be stored with the name of this one.
    others: Vec<Arc<str>>,
}

impl HistoryGateway {
    /// Returns the gateway of a profile: the nodes with its addresses, and those that are stored with its name, which may have
    /// been its addresses before. `profiles` are all that are known.
    #[must_use]
    pub fn of_profile<'a>(profile: &Profile, profiles: impl IntoIterator<Item = &'a Profile>) -> Self {
        let nodes = addresses(profile);
        let others = profiles.into_iter().filter(|other| other.name != profile.name).flat_map(addresses);
        Self { name: profile.name.as_str().into(), others: others.collect(), nodes: nodes.collect() }
    }

    /// Returns the name by which the gateway is asked for.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the name by which a node is asked for: that of the gateway to which it belongs, or the one that is stored where
    /// only that is known. `None` if it belongs to none of these gateways.
    pub(super) fn name_of_node(gateways: &[Self], (stored, url): (&Arc<str>, &Arc<str>)) -> Option<Arc<str>> {
        let mut having = gateways.iter().filter(|gateway| gateway.has_node(stored, url));
        // Two gateways may have the same node.
        let gateway = having.clone().find(|gateway| gateway.name == *stored).or_else(|| having.next())?;
        // Without addresses the name may be one.
        Some(if gateway.nodes.is_empty() { stored } else { &gateway.name }.clone())
    }

    fn has_node(&self, stored: &Arc<str>, url: &Arc<str>) -> bool {
        let is_named = || *stored == self.name || *url == self.name;
        self.nodes.contains(url) || (is_named() && !self.others.contains(url))
    }
}

/// Asks for the gateways that recorders have stored with this name, or for the node with this address.
impl From<&str> for HistoryGateway {
    fn from(name: &str) -> Self {
        Self { name: name.into(), nodes: Vec::new(), others: Vec::new() }
    }
}

fn addresses(profile: &Profile) -> impl Iterator<Item = Arc<str>> + use<'_> {
    // As recorders store them.
    profile.nodes().iter().map(|node| node.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, nodes: &[&str]) -> Profile {
        let nodes = nodes.iter().map(|node| node.parse().unwrap()).collect();
        Profile::new(name.to_owned(), nodes).unwrap()
    }

    #[test]
    fn nodes_are_found_by_address_under_any_stored_name() {
        let plant = profile("Plant", &["http://n1:8088"]);
        let south = profile("South", &["http://s:8088"]);
        let known = || [&plant, &south];
        let [of_plant, of_south] = known().map(|profile| HistoryGateway::of_profile(profile, known()));
        let names = |gateways: &[HistoryGateway]| {
            // The third one has had this name before.
            [("Old", "http://n1:8088"), ("Plant", "http://former:8088"), ("Plant", "http://s:8088")]
                .map(|(stored, url)| HistoryGateway::name_of_node(gateways, (&stored.into(), &url.into())))
        };
        let expected = |names: [Option<&str>; 3]| names.map(|name| name.map(Arc::from));
        let both = [of_plant, of_south];
        assert_eq!(names(&both[..1]), expected([Some("Plant"), Some("Plant"), None]));
        assert_eq!(names(&both), expected([Some("Plant"), Some("Plant"), Some("South")]));
        assert_eq!(names(&["Plant".into()]), expected([None, Some("Plant"), Some("Plant")]));
        assert_eq!(names(&["http://n1:8088".into()]), expected([Some("Old"), None, None]));
    }

    #[test]
    fn a_node_of_two_gateways_keeps_the_stored_name_of_one() {
        let pair = profile("Pair", &["http://n1:8088", "http://n2:8088"]);
        let alone = profile("Alone", &["http://n1:8088"]);
        let known = || [&pair, &alone];
        let both = known().map(|profile| HistoryGateway::of_profile(profile, known()));
        let name = |gateways: &[HistoryGateway], stored: &str| {
            HistoryGateway::name_of_node(gateways, (&stored.into(), &"http://n1:8088".into())).unwrap()
        };
        assert_eq!(
            [name(&both, "Alone"), name(&both, "Pair")].map(|name| name.to_string()),
            ["Alone", "Pair"]
        );
        assert_eq!(
            [name(&both[..1], "Alone"), name(&both[1..], "Pair")].map(|name| name.to_string()),
            ["Pair", "Alone"]
        );
    }
}
