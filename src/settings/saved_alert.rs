//! Saves and removes alerts in `config.toml`.

use std::path::Path;

use toml_edit::{Array, InlineTable, Item, Table, value};

use super::alert::{KEY, KEYS};
use super::edit::{edit, has_name};
use super::error::{SettingsError, SettingsErrorKind};
use crate::alert::{Condition, Rule};
use crate::display::exact_duration;
use crate::filter::{Filter, Mode};
use crate::gateway::SessionKind;

/// Writes an alert to `config.toml` in `folder`, in place of the one with the name `before` if there is one. Only keys that
/// change are written.
///
/// # Errors
/// If the file can't be read or written, or another alert has the same name. The file is left as it is.
pub fn save_alert(folder: &Path, before: Option<&str>, rule: &Rule) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let index = tables.iter().position(|table| before.is_some_and(|before| has_name(table, before)));
        let is_other = |(other, table): (usize, &Table)| Some(other) != index && has_name(table, &rule.name);
        if tables.iter().enumerate().any(is_other) {
            return Err(SettingsErrorKind::DuplicateAlert { alert: rule.name.clone() });
        }
        let index = index.unwrap_or_else(|| {
            tables.push(Table::new());
            tables.len() - 1
        });
        let Some(table) = tables.get_mut(index) else { return Ok(()) };
        let mut written = to_table(rule, folder);
        for key in KEYS {
            match (written.remove(key), table.get_mut(key)) {
                // Keeps white space and comments around the value.
                (Some(Item::Value(mut new)), Some(Item::Value(old))) => {
                    *new.decor_mut() = old.decor().clone();
                    *old = new;
                }
                (Some(item), _) => drop(table.insert(key, item)),
                (None, _) => drop(table.remove(key)),
            }
        }
        Ok(())
    })
}

/// Removes the alert of this name from `config.toml` in `folder`.
///
/// # Errors
/// If the file can't be read or written. It is left as it is.
pub fn remove_alert(folder: &Path, name: &str) -> Result<(), SettingsError> {
    edit(folder, KEY, |tables| {
        let index = tables.iter().position(|table| has_name(table, name));
        if let Some(index) = index {
            tables.remove(index);
        }
        Ok(())
    })
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
    let kinds = filters.kinds.iter().map(|kind| match kind {
        SessionKind::Vision => "client",
        SessionKind::Designer => "designer",
        SessionKind::Perspective => "perspective",
    });
    put("kind", texts(kinds.map(str::to_owned).collect()));
    put("gateways", texts(rule.gateways.clone()));
    put("quiet", texts(rule.quiet.iter().map(ToString::to_string).collect()));
    put(
        "cooldown",
        (rule.cooldown != default.cooldown)
            .then(|| value(exact_duration(rule.cooldown).replace("0 s", "0s"))),
    );
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
        let changed = Rule { condition: Condition::CountAbove(60), hold: Duration::ZERO, ..rule };
        save_alert(folder.path(), Some("Busy"), &changed).unwrap();
        let expected =
            "# mine\n[[alert]]\nname = \"Busy\" # peak\nwhen = \"count-above\"\nlimit = 60 # licence\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        let error = save_alert(folder.path(), None, &changed).unwrap_err();
        assert!(error.to_string().starts_with("Two alerts in "), "{error}");
    }
}
