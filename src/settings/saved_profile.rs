//! Saves and removes profiles in `config.toml`.
//!
//! Only the changed keys are written, so that two windows, or a window and an editor, don't undo each other's changes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml_edit::{Array, InlineTable, Item, Table, Value, value};

use super::alert_gateways;
use super::edit::{edit, edit_document, has_name, machine_file_with, tables_of};
use super::error::{SettingsError, SettingsErrorKind};
use crate::gateway::{Api, Login, NodeUrl, Pin, Profile, SessionKind};

/// The key of the profiles in the file.
const KEY: &str = "profile";

/// Writes the keys that differ between `before` and `after` to `config.toml` in `folder`; the whole profile if it wasn't
/// saved before, or only for all users. Alerts follow its name and its addresses.
///
/// # Errors
/// If the file can't be read or written, `before` isn't in it any more, or another profile has the same name. The file is
/// left as it is.
pub fn save_profile(folder: &Path, before: Option<&Profile>, after: &Profile) -> Result<(), SettingsError> {
    edit_document(folder, KEY, |document| {
        let Some(tables) = tables_of(document, KEY) else { return Ok(()) };
        let saved = match before {
            None => None,
            Some(before) => {
                let index = tables.iter().position(|table| has_name(table, &before.name));
                match index {
                    Some(index) => Some((index, before.clone())),
                    None if machine_file(folder, before).is_some() => None,
                    None => return Err(missing(before)),
                }
            }
        };
        // Another window may have saved the same profile meanwhile. With other nodes it is a different profile, and the
        // duplicate name is then refused.
        let same = || {
            let index = tables.iter().position(|table| {
                let urls = table.get("urls").and_then(Item::as_array);
                has_name(table, &after.name) && urls.is_some_and(|urls| equal_strings(urls, &urls_of(after)))
            })?;
            Some((index, name_and_nodes(after)))
        };
        // What is only for all users keeps its name there.
        let changed = saved.as_ref().map(|(_, before)| before.clone());
        let (index, before) = saved.or_else(same).unwrap_or_else(|| {
            let mut table = Table::new();
            table.insert("name", value(&after.name));
            table.insert("urls", value(urls_of(after)));
            tables.push(table);
            (tables.len() - 1, name_and_nodes(after))
        });
        if let Some(table) = tables.get_mut(index) {
            write_changes(table, folder, &before, after);
        }
        if let Some(before) = changed {
            let others = tables.iter().enumerate().filter(|(other, _)| *other != index);
            let urls = others.filter_map(|(_, table)| table.get("urls")?.as_array()).flatten();
            // As addresses are compared elsewhere.
            let urls: Vec<String> =
                urls.filter_map(|url| Some(url.as_str()?.parse::<NodeUrl>().ok()?.to_string())).collect();
            alert_gateways::follow(document, &before, after, &urls);
        }
        Ok(())
    })
}

/// Removes a profile from `config.toml` in `folder`.
///
/// # Errors
/// If the file can't be read or written, or the profile isn't in it any more. The file is left as it is.
pub fn remove_profile(folder: &Path, profile: &Profile) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let index = tables.iter().position(|table| has_name(table, &profile.name));
        tables.remove(index.ok_or_else(|| match machine_file(folder, profile) {
            Some(file) => SettingsErrorKind::OfMachine { name: profile.name.clone(), file },
            None => missing(profile),
        })?);
        Ok(())
    })
}

/// Returns the file for all users that has a profile of this name.
fn machine_file(folder: &Path, profile: &Profile) -> Option<PathBuf> {
    machine_file_with(folder, |settings| settings.profile(&profile.name).is_some())
}

fn missing(profile: &Profile) -> SettingsErrorKind {
    SettingsErrorKind::MissingProfile { profile: profile.name.clone() }
}

/// Returns the profile with the defaults for everything but its name and its nodes.
fn name_and_nodes(profile: &Profile) -> Profile {
    let reduced = Profile::new(profile.name.clone(), profile.nodes().to_vec());
    reduced.expect("it has the nodes of another profile")
}

fn urls_of(profile: &Profile) -> Array {
    profile.nodes().iter().map(ToString::to_string).collect()
}

/// Compares two lists of strings without regard to white space and comments between them.
fn equal_strings(a: &Array, b: &Array) -> bool {
    a.iter().map(Value::as_str).eq(b.iter().map(Value::as_str))
}

fn write_changes(table: &mut Table, folder: &Path, before: &Profile, after: &Profile) {
    let Profile {
        name,
        login,
        trust,
        api,
        perspective,
        refresh,
        background,
        may_terminate,
        history,
        limits,
        ..
    } = after;
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
    if *background != before.background {
        put(table, "background_secs", background.map(|interval| value(whole_seconds(interval))));
    }
    if *may_terminate != before.may_terminate {
        put(table, "may_terminate", may_terminate.then(|| value(true)));
    }
    if *history != before.history {
        put(table, "history", (!history).then(|| value(false)));
    }
    for (key, kind) in [
        ("client_limit", SessionKind::Vision),
        ("designer_limit", SessionKind::Designer),
        ("perspective_limit", SessionKind::Perspective),
    ] {
        if limits.of(kind) != before.limits.of(kind) {
            put(table, key, limits.of(kind).map(|limit| value(i64::from(limit))));
        }
    }
    if trust.ca_file != before.trust.ca_file {
        // A path relative to the settings stays valid if the folder is moved.
        let file = trust.ca_file.as_deref().map(|file| file.strip_prefix(folder).unwrap_or(file));
        put(table, "ca_file", file.map(|file| value(file.display().to_string())));
    }
    let added = || trust.pins.iter().filter(|pin| !before.trust.pins.contains(pin));
    let removed = || before.trust.pins.iter().filter(|pin| !trust.pins.contains(pin));
    if added().next().is_some() || removed().next().is_some() {
        // Another window may have added pins meanwhile: keep them. Pins may also be written as [[profile.trusted]].
        let current = match table.remove("trusted") {
            Some(Item::Value(Value::Array(pins))) => pins,
            Some(Item::ArrayOfTables(pins)) => pins.into_array(),
            _ => Array::new(),
        };
        let stays = |pin: &Value| !removed().any(|removed| is_pin(pin, removed));
        let pins = current.into_iter().filter(stays).chain(added().map(|pin| entry(pin).into()));
        let pins: Array = pins.collect();
        put(table, "trusted", (!pins.is_empty()).then(|| value(pins)));
    }
}

fn put(table: &mut Table, key: &str, item: Option<Item>) {
    match (item, table.get_mut(key)) {
        // Keep white space and comments around the value.
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

    const CONFIG: &str = "# mine\n[[profile]]\nname = \"N\" # north\nurls = [\n  \"https://n:8043\", # master\n]\nca_file = \"ca.pem\"\n";

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

    type Change = fn(&mut Profile);

    const CHANGES: [Change; 14] = [
        |profile| profile.login = Login::Basic { user: "billy".to_owned() },
        |profile| profile.login = Login::Token,
        |profile| profile.api = Some(Api::Rest),
        |profile| profile.api = Some(Api::WebDev),
        |profile| profile.perspective = true,
        |profile| profile.refresh = Some(Duration::ZERO),
        |profile| profile.background = Some(Duration::from_secs(90)),
        |profile| profile.may_terminate = true,
        |profile| profile.trust.pins.push(pin(b"x")),
        |profile| profile.history = false,
        |profile| profile.limits.clients = Some(50),
        |profile| profile.limits.designers = Some(0),
        |profile| profile.limits.perspective = Some(u32::MAX),
        |profile| profile.trust.ca_file = None,
    ];

    #[test]
    fn changes_and_reverts_keys_without_touching_the_rest() {
        for change in CHANGES {
            let folder = folder(CONFIG);
            let before = profiles(&folder).remove(0);
            assert_eq!(before.trust.ca_file, Some(folder.path().join("ca.pem")));
            let mut after = before.clone();
            change(&mut after);
            save_profile(folder.path(), Some(&before), &after).unwrap();
            assert_eq!(profiles(&folder), [after.clone()]);
            assert!(text(&folder).starts_with(CONFIG.split("ca_file").next().unwrap()), "{}", text(&folder));
            save_profile(folder.path(), Some(&after), &before).unwrap();
            assert_eq!(profiles(&folder), [before]);
            assert_eq!(text(&folder), CONFIG);
        }
    }

    #[test]
    fn keeps_changes_of_other_windows() {
        let folder = folder(CONFIG);
        let before = profiles(&folder).remove(0);
        for change in [CHANGES[2], CHANGES[7], CHANGES[8], |profile: &mut Profile| {
            profile.trust.pins.push(pin(b"y"));
        }] {
            // Each starts from the same profile, as a window that hasn't seen the other changes.
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
    fn reads_pins_written_as_tables() {
        let x = pin(b"x");
        let folder = folder(&format!(
            "{CONFIG}[[profile.trusted]]\nhost = \"n\"\nport = 8043\nfingerprint = \"{}\"\n",
            x.fingerprint
        ));
        let before = profiles(&folder).remove(0);
        let mut after = before.clone();
        after.trust.pins.push(pin(b"y"));
        save_profile(folder.path(), Some(&before), &after).unwrap();
        assert_eq!(profiles(&folder)[0].trust.pins, [x, pin(b"y")]);
    }

    #[test]
    fn adds_renames_and_removes_profiles() {
        let folder = folder(CONFIG);
        let mut added = Profile::from_address("https://g:8043").unwrap();
        added.login = Login::Token;
        // The second time as another window that hasn't seen it yet.
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
        assert_eq!(text(&folder), CONFIG);
        // A profile that another window removed doesn't come back.
        let mut changed = renamed.clone();
        changed.perspective = true;
        for result in
            [remove_profile(folder.path(), &renamed), save_profile(folder.path(), Some(&renamed), &changed)]
        {
            assert!(result.unwrap_err().to_string().contains("was renamed or deleted"));
        }
        assert_eq!(text(&folder), CONFIG);
    }

    #[test]
    fn refuses_duplicate_names() {
        let folder = folder(CONFIG);
        let other = Profile::from_address("https://other:8043").unwrap().with_name("N");
        let error = save_profile(folder.path(), None, &other).unwrap_err();
        assert!(error.to_string().contains("are named \"N\""), "{error}");
        assert_eq!(text(&folder), CONFIG);
    }
}
