//! The gateways that alerts name: those that don't exist, and those whose profile changes.

use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::alert::{GATEWAYS, KEY};
use super::error::SettingsError;
use super::{DEMO, DEMO_NAME, Settings};
use crate::gateway::Profile;

/// A gateway that an alert names and that doesn't exist. The alert applies to its other gateways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Alert {alert:?} names {gateway:?}, which is neither a saved gateway nor the address of a node. Edit the alert"
)]
pub struct MissingGateway {
    /// The name of the alert.
    pub alert: String,
    /// The name or address of the gateway.
    pub gateway: String,
}

impl Settings {
    /// Returns the gateways that are named by alerts that are switched on, and are neither saved nor among `others`.
    #[must_use]
    pub fn missing_gateways<'a>(
        &'a self,
        others: impl IntoIterator<Item = &'a Profile>,
    ) -> Vec<MissingGateway> {
        let profiles: Vec<&Profile> = self.profiles.iter().chain(others).collect();
        let is_known = |name: &str| {
            [DEMO, DEMO_NAME].contains(&name)
                || profiles.iter().any(|profile| profile.has_name_or_address(name))
                // An entry that is wrong is reported itself.
                || self.problems.iter().filter_map(SettingsError::profile).any(|wrong| wrong == name)
        };
        let rules = self.alerts.iter().filter(|rule| rule.is_enabled);
        let missing = rules.flat_map(|rule| {
            let gateways = rule.gateways.iter().filter(|name| !is_known(name));
            gateways.map(|gateway| MissingGateway { alert: rule.name.clone(), gateway: gateway.clone() })
        });
        missing.collect()
    }
}

/// Updates the gateways of alerts after a profile was changed: its name, and the address of a node
/// that was replaced by another one. `others` are the addresses of other profiles.
pub(super) fn follow(document: &mut DocumentMut, before: &Profile, after: &Profile, others: &[String]) {
    let addresses = |profile: &Profile| profile.nodes().iter().map(ToString::to_string).collect::<Vec<_>>();
    let (old, new) = (addresses(before), addresses(after));
    let mut gone = old.iter().filter(|address| !new.contains(address) && !others.contains(address));
    let mut added = new.iter().filter(|address| !old.contains(address));
    if before.name != after.name {
        replace(document, &before.name, &after.name);
    }
    // With several, it isn't known which address replaces which.
    if let (Some(gone), None, Some(added), None) = (gone.next(), gone.next(), added.next(), added.next()) {
        replace(document, gone, added);
    }
}

fn replace(document: &mut DocumentMut, old: &str, new: &str) {
    match document.get_mut(KEY) {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter_mut().for_each(|table| replace_in(table, old, new));
        }
        Some(Item::Value(Value::Array(values))) => {
            let tables = values.iter_mut().filter_map(Value::as_inline_table_mut);
            tables.for_each(|table| replace_in(table, old, new));
        }
        _ => {}
    }
}

fn replace_in(alert: &mut dyn TableLike, old: &str, new: &str) {
    let is_text = |value: &Value, text: &str| value.as_str() == Some(text);
    match alert.get_mut(GATEWAYS).and_then(Item::as_value_mut) {
        Some(Value::Array(names)) if names.iter().any(|name| is_text(name, new)) => {
            names.retain(|name| !is_text(name, old));
        }
        Some(Value::Array(names)) => {
            names.iter_mut().filter(|name| is_text(name, old)).for_each(|name| set(name, new));
        }
        Some(name) if is_text(name, old) => set(name, new),
        _ => {}
    }
}

/// Sets the value, and keeps white space and comments around it.
fn set(value: &mut Value, text: &str) {
    let decor = value.decor().clone();
    *value = text.into();
    *value.decor_mut() = decor;
}

#[cfg(test)]
mod tests {
    use crate::gateway::Profile;
    use crate::settings::{Settings, remove_profile, save_profile};

    const PROFILES: &str = "[[profile]]\nname = \"North\"\nurls = [\"http://n1:8088\", \"http://n2:8088\"]\n\
        [[profile]]\nname = \"South\"\nurls = [\"http://s:8088\"]\n";

    fn alert(name: &str, gateways: &str) -> String {
        format!("[[alert]]\nname = \"{name}\"\nwhen = \"arrives\"\ngateways = {gateways}\n")
    }

    /// Returns the alerts after a change of the first profile.
    fn alerts_after(alerts: &str, change: impl Fn(Profile) -> Profile) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, [PROFILES, alerts].concat()).unwrap();
        let before = Settings::load(folder.path()).unwrap().profiles.remove(0);
        save_profile(folder.path(), Some(&before), &change(before.clone())).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        text[text.find("[[alert]]").or(text.find("alert =")).unwrap()..].to_owned()
    }

    fn with_nodes(profile: &Profile, nodes: &[&str]) -> Profile {
        let nodes = nodes.iter().map(|node| node.parse().unwrap()).collect();
        Profile::new(profile.name.clone(), nodes).unwrap()
    }

    #[test]
    fn alerts_follow_a_renamed_gateway() {
        let alerts = [
            &*alert("A", "\"North\" # the first"),
            &*alert("B", "[\n  \"South\",\n  \"North\", # too\n]"),
            &*alert("C", "[\"South\", \"north\"]"),
            "[[alert]]\nname = \"North\"\nwhen = \"leaves\"\n",
        ]
        .concat();
        let expected = alerts
            .replace("= \"North\" # the first", "= \"Plant North\" # the first")
            .replace("\"North\", # too", "\"Plant North\", # too");
        assert_eq!(alerts_after(&alerts, |profile| profile.with_name("Plant North")), expected);
        // Written in one line, also for one that has the new name already.
        let inline =
            |gateways| format!("alert = [{{ name = \"A\", when = \"arrives\", gateways = {gateways} }}]\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, [&inline("[\"West\", \"North\"]"), PROFILES].concat()).unwrap();
        let before = Settings::load(folder.path()).unwrap().profiles.remove(0);
        save_profile(folder.path(), Some(&before), &before.clone().with_name("West")).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(&inline("[\"West\"]")));
    }

    #[test]
    fn alerts_follow_the_address_of_a_node() {
        let alerts = alert("A", "[\"http://n2:8088\", \"http://s:8088\"]");
        let change = |nodes: &'static [&str]| alerts_after(&alerts, |profile| with_nodes(&profile, nodes));
        let moved = alerts.replace("http://n2:8088", "https://n2:8043");
        assert_eq!(change(&["http://n1:8088", "https://n2:8043"]), moved);
        // Neither the new one of two nor none takes its place.
        assert_eq!(change(&["http://a:8088", "http://b:8088"]), alerts);
        assert_eq!(change(&["http://n1:8088"]), alerts);
        // Another profile still has it.
        let alerts = alert("A", "\"http://s:8088\"");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let twice = PROFILES.replace("http://n2:8088", "http://s:8088");
        std::fs::write(&path, [&*twice, &*alerts].concat()).unwrap();
        let before = Settings::load(folder.path()).unwrap().profiles.remove(0);
        save_profile(
            folder.path(),
            Some(&before),
            &with_nodes(&before, &["http://n1:8088", "http://x:8088"]),
        )
        .unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with(&alerts));
    }

    #[test]
    fn gateways_that_do_not_exist_are_reported() {
        let off = alert("Off", "\"Gone\"") + "enabled = false\n";
        let wrong = "[[profile]]\nname = \"Wrong\"\nurls = []\n";
        let named =
            "[\"South\", \"Gone\", \"http://n2:8088\", \"http://x:8088\", \"demo\", \"Wrong\", \"north\"]";
        let folder = tempfile::tempdir().unwrap();
        let text = [PROFILES, wrong, &alert("A", named), &alert("B", "\"North\""), &off].concat();
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        let settings = Settings::load(folder.path()).unwrap();
        let missing = |others: &[Profile]| {
            let missing = settings.missing_gateways(others);
            missing.into_iter().map(|missing| (missing.alert, missing.gateway)).collect::<Vec<_>>()
        };
        let of_a = |names: &[&str]| {
            names.iter().map(|name| ("A".to_owned(), (*name).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(missing(&[]), of_a(&["Gone", "http://x:8088", "north"]));
        // Read without being saved.
        assert_eq!(missing(&[Profile::from_address("x").unwrap()]), of_a(&["Gone", "north"]));
    }

    #[test]
    fn alerts_stay_when_a_gateway_is_removed_or_not_renamed() {
        let alerts = alert("A", "\"North\"");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, [PROFILES, &*alerts].concat()).unwrap();
        let before = Settings::load(folder.path()).unwrap().profiles.remove(0);
        // The new name is taken.
        save_profile(folder.path(), Some(&before), &before.clone().with_name("South")).unwrap_err();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), [PROFILES, &*alerts].concat());
        remove_profile(folder.path(), &before).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with(&alerts));
    }
}
