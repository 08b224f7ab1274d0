//! Gateways kept under a name in `config.toml`.

use std::path::Path;

use toml_edit::{Array, Item, Table, Value, value};

use super::SettingsError;
use super::config_file::{edit, is_called};
use crate::gateway::{Login, Pin, Profile};

/// The file's key for gateways.
const KEY: &str = "profile";

/// Writes what opens a gateway into `config.toml` in `folder`, and the gateway itself where it is not there yet.
///
/// # Errors
/// When the file can't be read, which leaves it as it is, or not be written.
pub fn save_login(folder: &Path, profile: &Profile) -> Result<(), SettingsError> {
    edit_profile(folder, profile, |table| {
        let user = match &profile.login {
            Login::Basic { user } => Some(value(user)),
            Login::None | Login::Token => None,
        };
        put(table, "user", user);
        put(table, "token", (profile.login == Login::Token).then(|| value(true)));
    })
}

/// Adds a certificate to those that a gateway is trusted with, in `config.toml` in `folder`.
///
/// # Errors
/// When the file can't be read, which leaves it as it is, or not be written.
pub fn add_pin(folder: &Path, profile: &Profile, pin: &Pin) -> Result<(), SettingsError> {
    edit_profile(folder, profile, |table| {
        let mut entry = toml_edit::InlineTable::new();
        entry.insert("host", pin.host.as_str().into());
        entry.insert("fingerprint", pin.fingerprint.to_string().into());
        // Beside what another window may have added meanwhile.
        let mut pins = table.get("trusted").and_then(Item::as_array).cloned().unwrap_or_default();
        pins.push(Value::InlineTable(entry));
        table.insert("trusted", value(pins));
    })
}

/// Changes one gateway in the file, which is added where it is not there yet.
fn edit_profile(
    folder: &Path,
    profile: &Profile,
    change: impl FnOnce(&mut Table),
) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let place = tables.iter().position(|table| is_called(table, &profile.name));
        let place = place.unwrap_or_else(|| {
            let mut table = Table::new();
            table.insert("name", value(&profile.name));
            let urls: Array = profile.nodes().iter().map(ToString::to_string).collect();
            table.insert("urls", value(urls));
            tables.push(table);
            tables.len() - 1
        });
        if let Some(table) = tables.get_mut(place) {
            change(table);
        }
    })
}

fn put(table: &mut Table, key: &str, item: Option<Item>) {
    match item {
        Some(item) => {
            table.insert(key, item);
        }
        None => {
            table.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::Fingerprint;
    use crate::settings::Settings;

    #[test]
    fn what_opens_a_gateway_and_what_it_trusts_is_kept_around_what_the_user_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let written =
            "# mine\n[[profile]]\nname = \"N\" # north\nurls = [\"https://n:8043\"]\nca_file = \"ca.pem\"\n";
        std::fs::write(&path, written).unwrap();
        let mut profile = Settings::load(folder.path()).unwrap().profiles.remove(0);
        assert_eq!(profile.trust.ca_file, Some(folder.path().join("ca.pem")));
        profile.login = Login::Basic { user: "billy".to_owned() };
        save_login(folder.path(), &profile).unwrap();
        // Another window that knows nothing of the first one's pin.
        for certificate in [b"x", b"y"] {
            let pin = Pin { host: "n".to_owned(), fingerprint: Fingerprint::of(certificate) };
            add_pin(folder.path(), &profile, &pin).unwrap();
            profile.trust.pins.push(pin);
        }
        let now = std::fs::read_to_string(&path).unwrap();
        assert!(now.starts_with(written.trim_end()), "{now}");
        assert_eq!(Settings::load(folder.path()).unwrap().profiles, [profile.clone()]);

        profile.login = Login::Token;
        save_login(folder.path(), &profile).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().profiles, [profile]);
    }

    #[test]
    fn a_gateway_that_was_not_saved_is_saved_by_its_address() {
        let folder = tempfile::tempdir().unwrap();
        let mut profile = Profile::from_address("https://g:8043").unwrap();
        profile.login = Login::Token;
        save_login(folder.path(), &profile).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().profiles, [profile]);
    }
}
