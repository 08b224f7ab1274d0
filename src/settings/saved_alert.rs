//! Saves and removes alerts in `config.toml`.

use std::path::{Path, PathBuf};

use toml_edit::{Array, InlineTable, Item, Table, value};

use super::alert::{self, KEY, KEYS, name_of};
use super::edit::{edit, machine_file_with};
use super::error::{SettingsError, SettingsErrorKind};
use crate::alert::{Condition, Rule};
use crate::display::exact_duration;
use crate::filter::{Filter, Mode};

/// Writes the keys that differ between `before` and `after` to `config.toml` in `folder`; the whole alert if it wasn't saved
/// before, or only for all users.
///
/// # Errors
/// If the file can't be read or written, `before` isn't in it any more, another program has made a conflicting change, or
/// another alert has the same name. The file is left as it is.
pub fn save_alert(folder: &Path, before: Option<&Rule>, after: &Rule) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let position = |name: &str| tables.iter().position(|table| name_of(table) == name);
        let index = match before {
            None => None,
            Some(before) => {
                let index = position(&before.name);
                if index.is_none() && machine_file(folder, &before.name).is_none() {
                    return Err(missing(&before.name));
                }
                index
            }
        };
        let before = before.filter(|_| index.is_some());
        if position(&after.name).is_some_and(|other| Some(other) != index) {
            return Err(SettingsErrorKind::DuplicateAlert { alert: after.name.clone() });
        }
        let index = index.unwrap_or_else(|| {
            tables.push(Table::new());
            tables.len() - 1
        });
        let Some(table) = tables.get_mut(index) else { return Ok(()) };
        let old = before.map(|before| to_table(before, folder)).unwrap_or_default();
        let mut new = to_table(after, folder);
        let text = |item: &Item| item.to_string().trim().to_owned();
        for key in KEYS {
            let new = new.remove(key);
            // Also keeps what is written in another way, and what another program has changed since.
            if old.get(key).map(text) == new.as_ref().map(text) {
                continue;
            }
            match (new, table.get_mut(key)) {
                // Keeps white space and comments around the value.
                (Some(Item::Value(mut new)), Some(Item::Value(old))) => {
                    *new.decor_mut() = old.decor().clone();
                    *old = new;
                }
                (Some(item), _) => drop(table.insert(key, item)),
                (None, _) => drop(table.remove(key)),
            }
        }
        match alert::read(table) {
            Ok(_) => Ok(()),
            Err((_, source)) => Err(SettingsErrorKind::ChangedAlert { alert: after.name.clone(), source }),
        }
    })
}

/// Removes the alert of this name from `config.toml` in `folder`.
///
/// # Errors
/// If the file can't be read or written, or the alert isn't in it any more. The file is left as it is.
pub fn remove_alert(folder: &Path, name: &str) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let index = tables.iter().position(|table| name_of(table) == name);
        tables.remove(index.ok_or_else(|| match machine_file(folder, name) {
            Some(file) => SettingsErrorKind::OfMachine { name: name.to_owned(), file },
            None => missing(name),
        })?);
        Ok(())
    })
}

/// Returns the file for all users that has an alert of this name.
fn machine_file(folder: &Path, name: &str) -> Option<PathBuf> {
    machine_file_with(folder, |settings| settings.alerts.iter().any(|rule| rule.name == name))
}

fn missing(name: &str) -> SettingsErrorKind {
    SettingsErrorKind::MissingAlert { alert: name.to_owned() }
}

/// Returns the keys that differ from the defaults.
fn to_table(rule: &Rule, folder: &Path) -> Table {
    let default = Rule::new(rule.name.clone(), rule.condition);
    let mut table = Table::new();
    let mut put = |key: &str, item: Option<Item>| {
        if let Some(item) = item {
            table.insert(key, item);
        }
    };
    put("name", Some(value(&rule.name)));
    put("when", Some(value(rule.condition.name())));
    let count = |limit: usize| value(i64::try_from(limit).unwrap_or(i64::MAX));
    put(
        "limit",
        match rule.condition {
            Condition::CountAbove(limit) | Condition::CountBelow(limit) => Some(count(limit)),
            Condition::OlderThan(limit)
            | Condition::SilentFor(limit)
            | Condition::CertificateExpires(limit) => Some(value(exact_duration(limit))),
            _ => None,
        },
    );
    let hours = match &rule.condition {
        Condition::DesignerOutsideHours(hours) => Some(hours),
        _ => None,
    };
    put("hours", hours.map(|hours| value(hours.to_string())));
    put("time_zone", hours.or(rule.quiet.first()).map(|hours| value(hours.zone().to_string())));
    put("for", (!rule.hold.is_zero()).then(|| value(exact_duration(rule.hold))));
    let filters = &rule.filters;
    for (key, filter) in
        [("username", &filters.username), ("project", &filters.project), ("address", &filters.address)]
    {
        put(key, filter.as_ref().map(pattern));
    }
    let kinds = filters.kinds.iter().map(|kind| kind.id());
    put("kind", texts(kinds.map(str::to_owned).collect()));
    put("gateways", texts(rule.gateways.clone()));
    put("quiet", texts(rule.quiet.iter().map(ToString::to_string).collect()));
    put("cooldown", (rule.cooldown != default.cooldown).then(|| value(exact_duration(rule.cooldown))));
    put("send_resolved", (rule.sends_resolved != default.sends_resolved).then(|| value(rule.sends_resolved)));
    put("notify", (!rule.notify).then(|| value(false)));
    put(
        "command",
        rule.command.as_ref().map(|command| {
            // A path relative to the settings stays valid if the folder is moved.
            let program = command.program.strip_prefix(folder).map(|program| Path::new(".").join(program));
            let program = program.unwrap_or_else(|_| command.program.clone());
            let mut line = Array::new();
            line.push(program.display().to_string());
            for argument in &command.arguments {
                line.push(argument);
            }
            value(line)
        }),
    );
    put("enabled", (!rule.is_enabled).then(|| value(false)));
    table
}

fn texts(texts: Vec<String>) -> Option<Item> {
    match &texts[..] {
        [] => None,
        [only] => Some(value(only)),
        _ => Some(value(texts.into_iter().collect::<Array>())),
    }
}

fn pattern(filter: &Filter) -> Item {
    let Mode { ignore_case, contains, invert } = filter.mode();
    if filter.mode() == Mode::default() {
        return value(filter.pattern());
    }
    let mut table = InlineTable::new();
    table.insert("pattern", filter.pattern().into());
    for (key, flag) in [("ignore_case", ignore_case), ("contains", contains), ("invert", invert)] {
        if flag {
            table.insert(key, true.into());
        }
    }
    value(table)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::alert::{CommandLine, Hours};
    use crate::gateway::SessionKind;
    use crate::settings::Settings;

    #[test]
    fn saves_all_keys_and_reads_them_again() {
        let folder = tempfile::tempdir().unwrap();
        let hours = |text| Hours::parse(text, "Europe/Berlin".parse().unwrap()).unwrap();
        let mut rule =
            Rule::new("Night".to_owned(), Condition::DesignerOutsideHours(hours("mon-fri 06:00-18:00")));
        rule.filters.username = Some(Filter::new("bi.*", Mode::default()).unwrap());
        let mode = Mode { ignore_case: true, contains: true, invert: true };
        rule.filters.address = Some(Filter::new(r"10\.1", mode).unwrap());
        rule.filters.kinds = vec![SessionKind::Vision, SessionKind::Designer];
        rule.gateways = vec!["North".to_owned(), "South".to_owned()];
        rule.hold = Duration::from_mins(5);
        rule.quiet = vec![hours("22:00-06:00"), hours("sat,sun 00:00-24:00")];
        rule.cooldown = Duration::ZERO;
        (rule.sends_resolved, rule.notify, rule.is_enabled) = (true, false, false);
        let program = folder.path().join("mail.sh");
        rule.command = Some(CommandLine { program, arguments: vec!["-a".to_owned(), "b c".to_owned()] });
        save_alert(folder.path(), None, &rule).unwrap();
        let limits = [
            Condition::CountBelow(3),
            Condition::OlderThan(Duration::from_mins(90)),
            Condition::CertificateExpires(Duration::from_hours(720)),
        ];
        let others = limits.map(|condition| Rule::new(condition.name().to_owned(), condition));
        for other in &others {
            save_alert(folder.path(), None, other).unwrap();
        }
        let settings = Settings::load(folder.path()).unwrap();
        assert_eq!(settings.alert_problems, []);
        assert_eq!(settings.alerts, [&[rule.clone()][..], &others].concat());
        let text = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
        assert!(text.contains("command = [\"./mail.sh\", \"-a\", \"b c\"]"), "{text}");
        remove_alert(folder.path(), "Night").unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap().alerts, others);
    }

    #[test]
    fn changes_only_keys_that_differ_and_keeps_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let text = "# mine\n[[alert]]\nname = \"Busy\" # peak\nwhen = \"count-above\"\nlimit = 50 # licence\nfor = \"5 min\"\n";
        std::fs::write(&path, text).unwrap();
        let rule = Settings::load(folder.path()).unwrap().alerts.remove(0);
        let changed = Rule { condition: Condition::CountAbove(60), hold: Duration::ZERO, ..rule.clone() };
        save_alert(folder.path(), Some(&rule), &changed).unwrap();
        let expected =
            "# mine\n[[alert]]\nname = \"Busy\" # peak\nwhen = \"count-above\"\nlimit = 60 # licence\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        let error = save_alert(folder.path(), None, &changed).unwrap_err();
        assert!(error.to_string().starts_with("Two alerts in "), "{error}");
    }
    #[test]
    fn keeps_the_notation_of_keys_that_stay_and_the_changes_of_other_programs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let text = "[[alert]]\nname = \" Night \"\nwhen = \"older-than\"\nlimit = \"720min\"\nkind = [\"client\"] # all\n\
            gateways = [\n  \"North\", # the first\n  \"South\",\n]\ncommand = [\"bin/mail.sh\"]\nenabled = true\n";
        std::fs::write(&path, text).unwrap();
        let rule = Settings::load(folder.path()).unwrap().alerts.remove(0);
        let switched_off = Rule { is_enabled: false, ..rule.clone() };
        save_alert(folder.path(), Some(&rule), &switched_off).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text.replace("true", "false"));
        // As a window that hasn't seen the other change yet.
        let longer = Rule { condition: Condition::OlderThan(Duration::from_hours(13)), ..rule.clone() };
        save_alert(folder.path(), Some(&rule), &longer).unwrap();
        let expected = text.replace("true", "false").replace("720min", "13 h");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        // Both changes alone are right.
        let counts = text.replace("older-than", "count-above").replace("\"720min\"", "3");
        std::fs::write(&path, &counts).unwrap();
        let error = save_alert(folder.path(), Some(&rule), &longer).unwrap_err();
        assert!(error.to_string().contains("was changed by another program"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), counts);
        remove_alert(folder.path(), "Night").unwrap();
        for result in
            [remove_alert(folder.path(), "Night"), save_alert(folder.path(), Some(&rule), &switched_off)]
        {
            assert!(result.unwrap_err().to_string().contains("was renamed or deleted"));
        }
    }
}
