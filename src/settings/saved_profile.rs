//! Gateways kept under a name in `config.toml`.
//!
//! Only what changed is written, so that two windows, or a window and an editor, don't undo each other's changes.

use std::path::Path;
use std::time::Duration;

use toml_edit::{Array, InlineTable, Item, Table, Value, value};

use super::config_file::{edit, is_called};
use super::{SettingsError, SettingsFault};
use crate::gateway::{Api, Login, Pin, Profile};

/// The file's key for gateways.
const KEY: &str = "profile";

/// Writes into `config.toml` in `folder` what is other in a gateway than it was `before`, or the whole gateway where it
/// was not saved.
///
/// # Errors
/// When the file can't be read, the gateway is no longer there as it was `before`, or another one has the same name,
/// which leaves the file as it is, or it can't be written.
pub fn save_profile(folder: &Path, before: Option<&Profile>, after: &Profile) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let known = match before {
            None => None,
            Some(before) => {
                let place = tables.iter().position(|table| is_called(table, &before.name));
                Some((place.ok_or_else(|| gone(before))?, before.clone()))
            }
        };
        // Another window may have saved the same gateway meanwhile. One that only has the same name is not it; two of
        // one name are then refused.
        let same = || {
            let place = tables.iter().position(|table| {
                let urls = table.get("urls").and_then(Item::as_array);
                is_called(table, &after.name) && urls.is_some_and(|found| same_texts(found, &urls_of(after)))
            })?;
            Some((place, bare(after)))
        };
        let (place, before) = known.or_else(same).unwrap_or_else(|| {
            let mut table = Table::new();
            table.insert("name", value(&after.name));
            table.insert("urls", value(urls_of(after)));
            tables.push(table);
            (tables.len() - 1, bare(after))
        });
        if let Some(table) = tables.get_mut(place) {
            write_changes(table, folder, &before, after);
        }
        Ok(())
    })
}

/// Removes this gateway from `config.toml` in `folder`.
///
/// # Errors
/// When the file can't be read, or the gateway is not there any more, which leaves the file as it is, or it can't be
/// written.
pub fn remove_profile(folder: &Path, profile: &Profile) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let place = tables.iter().position(|table| is_called(table, &profile.name));
        tables.remove(place.ok_or_else(|| gone(profile))?);
        Ok(())
    })
}

fn gone(profile: &Profile) -> SettingsFault {
    SettingsFault::Gone { profile: profile.name.clone() }
}

/// The gateway with nothing but its name and its addresses.
fn bare(profile: &Profile) -> Profile {
    let bare = Profile::new(profile.name.clone(), profile.nodes().to_vec());
    bare.expect("it has the nodes of another profile")
}

fn urls_of(profile: &Profile) -> Array {
    profile.nodes().iter().map(ToString::to_string).collect()
}

/// Whether both hold the same texts, however they are spaced.
fn same_texts(a: &Array, b: &Array) -> bool {
    a.iter().map(Value::as_str).eq(b.iter().map(Value::as_str))
}

fn write_changes(table: &mut Table, folder: &Path, before: &Profile, after: &Profile) {
    let Profile { name, login, trust, api, perspective, refresh, may_terminate, .. } = after;
    if *name != before.name {
        put(table, "name", Some(value(name)));
    }
    if after.nodes() != before.nodes() {
        put(table, "urls", Some(value(urls_of(after))));
    }
    if *login != before.login {
        put(table, "user", login.user().map(value));
        put(table, "token", (*login == Login::Token).then(|| value(true)));
    }
    if *api != before.api {
        let api = api.map(|api| match api {
            Api::WebDev => "web-dev",
            Api::Rest => "rest",
        });
        put(table, "api", api.map(value));
    }
    if *perspective != before.perspective {
        put(table, "perspective", perspective.then(|| value(true)));
    }
    if *refresh != before.refresh {
        put(table, "refresh_secs", refresh.map(|refresh| value(whole_seconds(refresh))));
    }
    if *may_terminate != before.may_terminate {
        put(table, "may_terminate", may_terminate.then(|| value(true)));
    }
    if trust.ca_file != before.trust.ca_file {
        // A file beside the settings moves with them.
        let file = trust.ca_file.as_deref().map(|file| file.strip_prefix(folder).unwrap_or(file));
        put(table, "ca_file", file.map(|file| value(file.display().to_string())));
    }
    let added = || trust.pins.iter().filter(|pin| !before.trust.pins.contains(pin));
    let removed = || before.trust.pins.iter().filter(|pin| !trust.pins.contains(pin));
    if added().next().is_some() || removed().next().is_some() {
        // Beside what another window may have added meanwhile.
        // They may stand in tables of their own, too.
        let now = match table.remove("trusted") {
            Some(Item::Value(Value::Array(pins))) => pins,
            Some(Item::ArrayOfTables(pins)) => pins.into_array(),
            _ => Array::new(),
        };
        let stays = |pin: &Value| !removed().any(|removed| is_pin(pin, removed));
        let pins = now.into_iter().filter(stays).chain(added().map(|pin| entry(pin).into()));
        let pins: Array = pins.collect();
        put(table, "trusted", (!pins.is_empty()).then(|| value(pins)));
    }
}

fn put(table: &mut Table, key: &str, item: Option<Item>) {
    match (item, table.get_mut(key)) {
        // What stands around the value, such as a comment behind it, stays.
        (Some(Item::Value(mut new)), Some(Item::Value(old))) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (Some(item), _) => {
            table.insert(key, item);
        }
        (None, _) => {
            table.remove(key);
        }
    }
}

fn whole_seconds(refresh: Duration) -> i64 {
    i64::try_from(refresh.as_secs()).unwrap_or(i64::MAX)
}

fn entry(pin: &Pin) -> InlineTable {
    let mut entry = InlineTable::new();
    entry.insert("host", pin.host.as_str().into());
    if let Some(port) = pin.port {
        entry.insert("port", i64::from(port).into());
    }
    entry.insert("fingerprint", pin.fingerprint.to_string().into());
    entry
}

fn is_pin(entry: &Value, pin: &Pin) -> bool {
    let value = |key| entry.as_inline_table().and_then(|table| table.get(key));
    let text = |key| value(key).and_then(Value::as_str);
    let port = value("port").and_then(Value::as_integer);
    let fingerprint = text("fingerprint").and_then(|text| text.parse().ok());
    (text("host"), port) == (Some(&*pin.host), pin.port.map(i64::from))
        && fingerprint == Some(pin.fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::Fingerprint;
    use crate::settings::Settings;

    const WRITTEN: &str = "# mine\n[[profile]]\nname = \"N\" # north\nurls = [\n  \"https://n:8043\", # master\n]\nca_file = \"ca.pem\"\n";

    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        folder
    }

    fn text(folder: &tempfile::TempDir) -> String {
        std::fs::read_to_string(folder.path().join("config.toml")).unwrap()
    }

    fn profiles(folder: &tempfile::TempDir) -> Vec<Profile> {
        Settings::load(folder.path()).unwrap().profiles
    }

    fn pin(certificate: &[u8]) -> Pin {
        Pin { host: "n".to_owned(), port: Some(8043), fingerprint: Fingerprint::of(certificate) }
    }

    /// One change to a profile.
    type Change = fn(&mut Profile);

    const CHANGES: [Change; 9] = [
        |profile| profile.login = Login::Basic { user: "billy".to_owned() },
        |profile| profile.login = Login::Token,
        |profile| profile.api = Some(Api::Rest),
        |profile| profile.api = Some(Api::WebDev),
        |profile| profile.perspective = true,
        |profile| profile.refresh = Some(Duration::ZERO),
        |profile| profile.may_terminate = true,
        |profile| profile.trust.pins.push(pin(b"x")),
        |profile| profile.trust.ca_file = None,
    ];

    #[test]
    fn every_change_is_kept_around_what_the_user_wrote_and_can_be_taken_back() {
        for change in CHANGES {
            let folder = folder(WRITTEN);
            let before = profiles(&folder).remove(0);
            assert_eq!(before.trust.ca_file, Some(folder.path().join("ca.pem")));
            let mut after = before.clone();
            change(&mut after);
            save_profile(folder.path(), Some(&before), &after).unwrap();
            assert_eq!(profiles(&folder), [after.clone()]);
            assert!(text(&folder).starts_with(WRITTEN.split("ca_file").next().unwrap()), "{}", text(&folder));
            save_profile(folder.path(), Some(&after), &before).unwrap();
            assert_eq!(profiles(&folder), [before]);
            assert_eq!(text(&folder), WRITTEN);
        }
    }

    #[test]
    fn two_windows_keep_each_others_changes() {
        let folder = folder(WRITTEN);
        let before = profiles(&folder).remove(0);
        for change in [CHANGES[2], CHANGES[6], CHANGES[7], |profile: &mut Profile| {
            profile.trust.pins.push(pin(b"y"));
        }] {
            // Each of them knows nothing of the others.
            let mut after = before.clone();
            change(&mut after);
            save_profile(folder.path(), Some(&before), &after).unwrap();
        }
        let now = profiles(&folder).remove(0);
        assert_eq!((now.api, now.may_terminate), (Some(Api::Rest), true));
        assert_eq!(now.trust.pins, [pin(b"x"), pin(b"y")]);
        let mut without = now.clone();
        without.trust.pins.remove(0);
        save_profile(folder.path(), Some(&now), &without).unwrap();
        assert_eq!(profiles(&folder), [without]);
    }

    #[test]
    fn pins_in_tables_of_their_own_are_pins_too() {
        let x = pin(b"x");
        let folder = folder(&format!(
            "{WRITTEN}[[profile.trusted]]\nhost = \"n\"\nport = 8043\nfingerprint = \"{}\"\n",
            x.fingerprint
        ));
        let before = profiles(&folder).remove(0);
        let mut after = before.clone();
        after.trust.pins.push(pin(b"y"));
        save_profile(folder.path(), Some(&before), &after).unwrap();
        assert_eq!(profiles(&folder)[0].trust.pins, [x, pin(b"y")]);
    }

    #[test]
    fn a_gateway_is_added_renamed_moved_and_removed() {
        let folder = folder(WRITTEN);
        let mut added = Profile::from_address("https://g:8043").unwrap();
        added.login = Login::Token;
        // Once more by another window that has not seen it yet.
        for _ in 0..2 {
            save_profile(folder.path(), None, &added).unwrap();
        }
        let before = profiles(&folder).remove(1);
        assert_eq!(before, added);
        let nodes = ["http://a", "http://b"].map(|url| url.parse().unwrap()).to_vec();
        let mut renamed = Profile::new("Gate \"2\"".to_owned(), nodes).unwrap();
        renamed.login = Login::Token;
        save_profile(folder.path(), Some(&before), &renamed).unwrap();
        assert_eq!(profiles(&folder)[1], renamed);
        remove_profile(folder.path(), &renamed).unwrap();
        assert_eq!(text(&folder), WRITTEN);
        // Nothing comes back by itself that another window took away.
        let mut changed = renamed.clone();
        changed.perspective = true;
        for gone in
            [remove_profile(folder.path(), &renamed), save_profile(folder.path(), Some(&renamed), &changed)]
        {
            assert!(gone.unwrap_err().to_string().contains("was renamed or deleted"));
        }
        assert_eq!(text(&folder), WRITTEN);
    }

    #[test]
    fn two_gateways_of_one_name_are_refused_and_nothing_is_written() {
        let folder = folder(WRITTEN);
        let other = Profile::from_address("https://other:8043").unwrap().named("N");
        let error = save_profile(folder.path(), None, &other).unwrap_err();
        assert!(error.to_string().contains("two profiles are called \"N\""), "{error}");
        assert_eq!(text(&folder), WRITTEN);
    }
}
