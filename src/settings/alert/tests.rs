//! Tests of reading alerts.

use std::error::Error as _;

use super::*;
use crate::settings::{CONFIG_FILE, Settings, save_alert};

fn alert(keys: &str) -> String {
    format!("[[alert]]\nname = \"A\"\n{keys}\n")
}

/// Returns the only rule of a text without errors.
fn rule(keys: &str) -> Rule {
    let settings = Settings::parse(&alert(keys)).unwrap().0;
    assert_eq!(settings.alert_problems, [], "{keys}");
    settings.alerts.into_iter().next().unwrap()
}

#[test]
fn reads_each_condition_with_its_limit() {
    let minutes = Duration::from_mins;
    let hours = Hours::parse("mon-fri 06:00-18:00", "Europe/Berlin".parse().unwrap()).unwrap();
    for (keys, condition) in [
        ("when = \"arrives\"", Condition::Arrives),
        ("when = \"leaves\"", Condition::Leaves),
        ("when = \"signed-in-twice\"", Condition::SignedInTwice),
        ("when = \"different-hosts\"", Condition::DifferentHosts),
        ("when = \"count-above\"\nlimit = 50", Condition::CountAbove(50)),
        ("when = \"count-below\"\nlimit = 1", Condition::CountBelow(1)),
        ("when = \"older-than\"\nlimit = \"12 h\"", Condition::OlderThan(minutes(720))),
        ("when = \"silent-for\"\nlimit = \"30m\"", Condition::SilentFor(minutes(30))),
        ("when = \"unreachable\"", Condition::Unreachable),
        (
            "when = \"certificate-expires\"\nlimit = \"30 days\"",
            Condition::CertificateExpires(minutes(43_200)),
        ),
        (
            "when = \"designer-outside-hours\"\nhours = \"mon-fri 06:00-18:00\"\ntime_zone = \"Europe/Berlin\"",
            Condition::DesignerOutsideHours(hours),
        ),
    ] {
        assert_eq!(rule(keys), Rule::new("A".to_owned(), condition), "{keys}");
    }
}

#[test]
fn reads_filters_times_and_delivery() {
    let rule = rule(
        "when = \"arrives\"\nfor = \"1h30m\"\nusername = \"bi.*\"\nproject = { pattern = \"P\", contains = true }\n\
         address = \"\"\nkind = [\"client\", \"Designer\"]\ngateways = \"North\"\nquiet = [\"22:00-06:00\", \"sun 06:00-12:00\"]\n\
         time_zone = \"America/New_York\"\ncooldown = \"0s\"\nsend_resolved = true\nnotify = false\nenabled = false\n\
         command = [\"msmtp\", \"-t\"]",
    );
    assert_eq!(rule.hold, Duration::from_mins(90));
    assert_eq!(rule.filters.username.unwrap().pattern(), "bi.*");
    assert!(rule.filters.project.unwrap().mode().contains);
    assert!(rule.filters.address.is_none());
    assert_eq!(rule.filters.kinds, [SessionKind::Vision, SessionKind::Designer]);
    assert_eq!(rule.gateways, ["North"]);
    let quiet: Vec<String> = rule.quiet.iter().map(ToString::to_string).collect();
    assert_eq!(quiet, ["22:00-06:00", "sun 06:00-12:00"]);
    assert_eq!(rule.quiet[0].zone(), "America/New_York".parse().unwrap());
    assert_eq!(rule.cooldown, Duration::ZERO);
    assert_eq!((rule.sends_resolved, rule.notify, rule.is_enabled), (true, false, false));
    assert_eq!(rule.command.unwrap().to_string(), "msmtp -t");
}

#[test]
fn reads_an_inline_list() {
    let settings =
        Settings::parse("alert = [{ name = \"A\", when = \"arrives\" }, { name = \"B\" }]\n").unwrap().0;
    assert_eq!(settings.alerts, [Rule::new("A".to_owned(), Condition::Arrives)]);
    assert_eq!((&*settings.alert_problems[0].name, settings.alert_problems[0].line), ("B", 1));
}

#[test]
fn wrong_alert_is_left_out_with_name_key_and_line() {
    for (keys, key, line, reason) in [
        ("", "when", 1, "Add when = \"arrives\" or another condition"),
        ("when = 3", "when", 3, "Expected a text in quotes"),
        ("when = \"count-above\"", "limit", 1, "Add limit = 50"),
        ("when = \"count-above\"\nlimit = \"5\"", "limit", 4, "Expected a whole number, such as 50"),
        ("when = \"count-above\"\nlimit = -1", "limit", 4, "Expected a whole number, such as 50"),
        (
            "when = \"older-than\"\nlimit = 5",
            "limit",
            4,
            "Expected a time above zero, such as \"90s\", \"5 min\" or \"1h30m\"",
        ),
        (
            "when = \"arrives\"\nlimit = 5",
            "limit",
            4,
            "The condition arrives doesn't use this key. Remove it",
        ),
        (
            "when = \"unreachable\"\nusername = \"b\"",
            "username",
            4,
            "The condition unreachable doesn't use this key. Remove it",
        ),
        ("when = \"arrives\"\n\nusername = \"b(\"", "username", 5, "Missing \")\" for \"(\" at column 2"),
        (
            "when = \"arrives\"\nusername = { patern = \"b\" }",
            "username",
            4,
            "Expected a pattern in quotes, or { pattern = \"…\" } with ignore_case, contains and invert",
        ),
        (
            "when = \"arrives\"\nkind = \"hmi\"",
            "kind",
            4,
            "Expected \"client\", \"designer\" or \"perspective\", or a list of them",
        ),
        (
            "when = \"arrives\"\nfor = \"soon\"",
            "for",
            4,
            "Expected a time above zero, such as \"90s\", \"5 min\" or \"1h30m\"",
        ),
        (
            "when = \"arrives\"\ncooldown = \"soon\"",
            "cooldown",
            4,
            "Expected a time, such as \"0 s\", \"90s\", \"5 min\" or \"1h30m\"",
        ),
        (
            "when = \"arrives\"\nquiet = \"22:00-06:00\"",
            "time_zone",
            1,
            "Add time_zone = \"Europe/Berlin\" or another one",
        ),
        (
            "when = \"arrives\"\nquiet = \"22-6\"\ntime_zone = \"UTC\"",
            "quiet",
            4,
            "Write the hours as in 22:00-06:00 or mon-fri 06:00-18:00",
        ),
        (
            "when = \"arrives\"\nquiet = \"22:00-06:00\"\ntime_zone = \"Berlin\"",
            "time_zone",
            5,
            "Expected the name of a time zone, such as \"Europe/Berlin\"",
        ),
        ("when = \"arrives\"\nnotify = \"no\"", "notify", 4, "Expected true or false"),
        (
            "when = \"arrives\"\ncommand = \"msmtp -t\"",
            "command",
            4,
            "Expected a list of texts: the program, then its arguments",
        ),
        (
            "when = \"arrives\"\ncommand = []",
            "command",
            4,
            "Expected a list of texts: the program, then its arguments",
        ),
        ("when = \"arrives\"\nuser = \"b\"", "user", 4, "Unknown key. Check its spelling or remove it"),
    ] {
        let others =
            ["[[alert]]\nname = \"B\"\nwhen = \"leaves\"\n", "[[alert]]\nname = \"A\"\nwhen = \"leaves\"\n"];
        let settings = Settings::parse(&(alert(keys) + others[0])).unwrap().0;
        let problem = &settings.alert_problems[0];
        assert_eq!((&*problem.name, &*problem.key, problem.line), ("A", key, line), "{keys}");
        assert_eq!(problem.source().unwrap().to_string(), reason, "{keys}");
        assert_eq!(settings.alerts, [Rule::new("B".to_owned(), Condition::Leaves)]);
        // Its name is taken.
        let settings = Settings::parse(&(alert(keys) + others[1])).unwrap().0;
        assert_eq!((settings.alerts.len(), settings.alert_problems.len()), (0, 2), "{keys}");
    }
}

#[test]
fn wrong_alerts_are_listed_with_name_and_line() {
    let settings =
        Settings::parse("[[alert]]\nwhen = \"busy\"\n[[alert]]\nname = \"A\"\nwhen = \"busy\"\n").unwrap().0;
    let texts: Vec<String> = settings.alert_problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "Alert \"\" is left out: name in line 1 of config.toml is missing",
            "Alert \"A\" is left out: when in line 5 of config.toml is invalid",
        ]
    );
    assert!(
        settings.alert_problems[1]
            .source()
            .unwrap()
            .to_string()
            .ends_with("unreachable, certificate-expires")
    );
}

#[test]
fn name_that_is_wrong_is_not_called_missing() {
    for name in ["7", "\"\""] {
        let (settings, _) =
            Settings::parse(&format!("[[alert]]\nname = {name}\nwhen = \"arrives\"\n")).unwrap();
        let problem = &settings.alert_problems[0];
        assert_eq!(problem.to_string(), "Alert \"\" is left out: name in line 2 of config.toml is invalid");
        assert_eq!(problem.source().unwrap().to_string(), "Expected a name in quotes");
    }
}

#[test]
fn something_else_than_a_list_of_alerts_is_reported() {
    for text in ["alert = 3\n", "[alert]\nname = \"A\"\n"] {
        let (settings, problems) = Settings::parse(text).unwrap();
        assert_eq!((settings.alerts.len(), problems.len()), (0, 1), "{text}");
    }
}

#[test]
fn entries_of_the_list_that_are_no_tables_are_reported_and_kept() {
    let text = "alert = [\n    { name = \"A\", when = \"arrives\" },\n    3,\n]\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(CONFIG_FILE);
    std::fs::write(&file, text).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    assert_eq!((settings.alerts.len(), settings.problems.len()), (1, 1));
    let problem = settings.problems[0].to_string();
    assert!(problem.starts_with("Line 3 of "), "{problem}");
    let error = save_alert(folder.path(), None, &Rule::new("B".to_owned(), Condition::Arrives)).unwrap_err();
    assert_eq!(error.to_string(), problem);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn examples_in_the_readme_are_valid() {
    let readme = include_str!("../../../README.md");
    let (_, alerts) = readme.split_once("\n## Alerts\n").unwrap();
    let blocks: Vec<&str> =
        alerts.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let settings = Settings::parse(blocks[0]).unwrap().0;
    assert_eq!((settings.alerts.len(), settings.alert_problems), (3, Vec::new()));
    // Each command alone.
    for command in blocks[1].lines().filter(|line| line.starts_with("command")) {
        assert!(rule(&format!("when = \"arrives\"\n{command}")).command.is_some(), "{command}");
    }
}
