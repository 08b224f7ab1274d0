//! Gateways kept under a name in `config.toml`.

use std::path::Path;

use toml_edit::{Array, Item, Table, Value, value};

use super::SettingsError;
use super::config_file::{edit, is_called};
use crate::gateway::{Login, Profile};

/// The file's key for gateways.
const KEY: &str = "profile";

/// Writes a gateway into `config.toml` in `folder`. Of one that is there, only what opens it and what it trusts is
/// changed.
///
/// # Errors
/// When the file can't be read, which leaves it as it is, or not be written.
pub fn save_profile(folder: &Path, profile: &Profile) -> Result<(), SettingsError> {
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
            write(table, profile);
        }
    })
}

fn write(table: &mut Table, profile: &Profile) {
    let user = match &profile.login {
        Login::Basic { user } => Some(value(user)),
        Login::None | Login::Token => None,
    };
    put(table, "user", user);
    put(table, "token", (profile.login == Login::Token).then(|| value(true)));
    let pins = profile.trust.pins.iter().map(|pin| {
        let mut entry = toml_edit::InlineTable::new();
        entry.insert("host", pin.host.as_str().into());
        entry.insert("fingerprint", pin.fingerprint.to_string().into());
        Value::InlineTable(entry)
    });
    let pins: Array = pins.collect();
    put(table, "trusted", (!pins.is_empty()).then(|| value(pins)));
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
    use crate::gateway::{Fingerprint, Pin};
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
        profile.trust.pins.push(Pin { host: "n".to_owned(), fingerprint: Fingerprint::of(b"x") });
        save_profile(folder.path(), &profile).unwrap();
        let now = std::fs::read_to_string(&path).unwrap();
        assert!(now.starts_with(written.trim_end()), "{now}");
        assert_eq!(Settings::load(folder.path()).unwrap().profiles, [profile.clone()]);

        profile.login = Login::Token;
        profile.trust.pins.clear();
        save_profile(folder.path(), &profile).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().profiles, [profile]);
    }

    #[test]
    fn a_gateway_that_was_not_saved_is_saved_by_its_address() {
        let folder = tempfile::tempdir().unwrap();
        let mut profile = Profile::from_address("https://g:8043").unwrap();
        profile.login = Login::Token;
        save_profile(folder.path(), &profile).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().profiles, [profile]);
    }
}
