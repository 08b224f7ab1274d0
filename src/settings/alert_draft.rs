//! An alert as it is typed into a form. It is read as one in `config.toml`, so that both have the same rules and messages.

use toml_edit::{Array, InlineTable, Item, Table, value};

use super::alert;
use super::alert_problem::AlertReason;
use crate::alert::{Condition, ConditionKind, Parameter, Rule};
use crate::display::exact_duration;
use crate::filter::{Filter, Mode};
use crate::gateway::SessionKind;
use crate::query::FilterText;

/// The values of an alert as text. Those that its condition doesn't have are kept, but not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertDraft {
    /// The name.
    pub name: String,
    /// The condition.
    pub when: ConditionKind,
    /// The limit of a condition with a number of sessions.
    pub count: String,
    /// The limit of a condition with a time.
    pub time: String,
    /// The hours of a condition with hours.
    pub hours: String,
    /// The time zone of all hours.
    pub time_zone: String,
    /// The time for which the condition has to hold first; empty for at once.
    pub hold: String,
    /// Filter on usernames.
    pub username: FilterText,
    /// Filter on projects.
    pub project: FilterText,
    /// Filter on addresses.
    pub address: FilterText,
    /// The kinds of sessions; empty for all.
    pub kinds: Vec<SessionKind>,
    /// The gateways; empty for all.
    pub gateways: Vec<String>,
    /// The hours in which alerts are only listed, one per line.
    pub quiet: String,
    /// The time for which the same alert isn't repeated; empty for the default.
    pub cooldown: String,
    /// `true` to also send the end of a state; `None` for the default of the condition.
    pub sends_resolved: Option<bool>,
    /// `true` to show notifications.
    pub notify: bool,
    /// The program that gets each alert; empty for none.
    pub program: String,
    /// The arguments of the program, one per line.
    pub arguments: String,
    /// `true` if the alert is evaluated.
    pub is_enabled: bool,
    /// The arguments that the draft began with. Lines can't show all of them.
    arguments_before: Vec<String>,
}

/// The error of a draft: a key that is wrong, and the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source}")]
pub struct AlertDraftError {
    /// The key, as in `config.toml`.
    pub key: &'static str,
    /// The reason why the key is wrong.
    pub source: AlertReason,
}

impl AlertDraft {
    /// Creates the draft of a rule. `time_zone` is for hours of a rule that has none yet.
    #[must_use]
    pub fn new(rule: &Rule, time_zone: &str) -> Self {
        let kind = rule.condition.kind();
        let mut draft = Self {
            name: rule.name.clone(),
            when: kind,
            count: String::new(),
            time: String::new(),
            hours: "mon-fri 06:00-18:00".to_owned(),
            time_zone: rule
                .quiet
                .first()
                .map_or_else(|| time_zone.to_owned(), |hours| hours.zone().to_string()),
            hold: if rule.hold.is_zero() { String::new() } else { exact_duration(rule.hold) },
            username: text_of(rule.filters.username.as_ref()),
            project: text_of(rule.filters.project.as_ref()),
            address: text_of(rule.filters.address.as_ref()),
            kinds: rule.filters.kinds.clone(),
            gateways: rule.gateways.clone(),
            quiet: rule.quiet.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            cooldown: exact_duration(rule.cooldown),
            sends_resolved: (rule.sends_resolved != kind.sends_resolved()).then_some(rule.sends_resolved),
            notify: rule.notify,
            program: String::new(),
            arguments: String::new(),
            is_enabled: rule.is_enabled,
            arguments_before: Vec::new(),
        };
        draft.suggest_limit(kind);
        match rule.condition {
            Condition::CountAbove(limit) | Condition::CountBelow(limit) => draft.count = limit.to_string(),
            Condition::OlderThan(limit)
            | Condition::SilentFor(limit)
            | Condition::CertificateExpires(limit) => draft.time = exact_duration(limit),
            Condition::DesignerOutsideHours(hours) => {
                draft.hours = hours.to_string();
                draft.time_zone = hours.zone().to_string();
            }
            _ => {}
        }
        if let Some(command) = &rule.command {
            draft.program = command.program.display().to_string();
            draft.arguments = command.arguments.join("\n");
            draft.arguments_before.clone_from(&command.arguments);
        }
        draft
    }

    /// Chooses another condition. A limit that was suggested for the condition before is replaced
    /// by a new suggestion.
    pub fn choose(&mut self, kind: ConditionKind) {
        let suggested = example(self.when);
        for text in [&mut self.count, &mut self.time] {
            if *text == suggested {
                text.clear();
            }
        }
        self.when = kind;
        self.suggest_limit(kind);
    }

    fn suggest_limit(&mut self, kind: ConditionKind) {
        match kind.parameter() {
            Parameter::Count if self.count.is_empty() => example(kind).clone_into(&mut self.count),
            Parameter::Time if self.time.is_empty() => example(kind).clone_into(&mut self.time),
            _ => {}
        }
    }

    /// Returns whether the end of a state is sent, too.
    #[must_use]
    pub fn sends_resolved(&self) -> bool {
        self.sends_resolved.unwrap_or(self.when.sends_resolved())
    }

    /// Returns `true` if the draft has hours, which need a time zone.
    #[must_use]
    pub fn has_hours(&self) -> bool {
        self.when.parameter() == Parameter::Hours || !self.quiet.trim().is_empty()
    }

    /// Reads the rule.
    ///
    /// # Errors
    /// If a value is wrong.
    pub fn rule(&self) -> Result<Rule, AlertDraftError> {
        alert::read(&self.table()).map_err(|(key, source)| AlertDraftError { key, source })
    }

    /// Returns the table that would be in the file.
    fn table(&self) -> Table {
        let mut table = Table::new();
        let mut put = |key: &str, item: Item| drop(table.insert(key, item));
        put("name", value(&self.name));
        put("when", value(self.when.name()));
        match self.when.parameter() {
            Parameter::None => {}
            // What isn't a number is left to the reader.
            Parameter::Count => {
                let number = self.count.trim().parse::<i64>();
                put("limit", number.map_or_else(|_| value(&self.count), value));
            }
            Parameter::Time => put("limit", value(&self.time)),
            Parameter::Hours => put("hours", value(self.hours.trim())),
        }
        if self.has_hours() {
            put("time_zone", value(self.time_zone.trim()));
        }
        for (key, text) in [("for", &self.hold), ("cooldown", &self.cooldown)] {
            if !text.trim().is_empty() {
                put(key, value(text.trim()));
            }
        }
        if !self.when.is_about_node() {
            let filters =
                [("username", &self.username), ("project", &self.project), ("address", &self.address)];
            for (key, text) in filters {
                put(key, value(pattern(text)));
            }
            put("kind", value(self.kinds.iter().map(|kind| kind.id()).collect::<Array>()));
        }
        put("gateways", value(self.gateways.iter().collect::<Array>()));
        let quiet = self.quiet.lines().map(str::trim).filter(|line| !line.is_empty());
        put("quiet", value(quiet.collect::<Array>()));
        put("send_resolved", value(self.sends_resolved()));
        put("notify", value(self.notify));
        let arguments = self.arguments();
        if !(self.program.trim().is_empty() && arguments.is_empty()) {
            let program = std::iter::once(self.program.trim().to_owned());
            put("command", value(program.chain(arguments).collect::<Array>()));
        }
        put("enabled", value(self.is_enabled));
        table
    }

    fn arguments(&self) -> Vec<String> {
        if self.arguments == self.arguments_before.join("\n") {
            return self.arguments_before.clone();
        }
        let text = self.arguments.strip_suffix('\n').unwrap_or(&self.arguments);
        if text.is_empty() { Vec::new() } else { text.split('\n').map(str::to_owned).collect() }
    }
}

/// Returns a usual limit of a condition; empty if it has none.
fn example(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::CountAbove => "50",
        ConditionKind::CountBelow => "1",
        ConditionKind::OlderThan => "12 h",
        ConditionKind::SilentFor => "30 min",
        ConditionKind::CertificateExpires => "30 d",
        _ => "",
    }
}

fn text_of(filter: Option<&Filter>) -> FilterText {
    filter.map_or_else(FilterText::default, |filter| FilterText {
        pattern: filter.pattern().to_owned(),
        mode: filter.mode(),
    })
}

fn pattern(text: &FilterText) -> InlineTable {
    let FilterText { pattern, mode: Mode { ignore_case, contains, invert } } = text;
    let mut table = InlineTable::new();
    table.insert("pattern", pattern.as_str().into());
    for (key, flag) in [("ignore_case", *ignore_case), ("contains", *contains), ("invert", *invert)] {
        table.insert(key, flag.into());
    }
    table
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::alert::{CommandLine, Hours};

    const ZONE: &str = "Europe/Berlin";

    fn full() -> Rule {
        let hours = |text| Hours::parse(text, ZONE.parse().unwrap()).unwrap();
        let condition = Condition::DesignerOutsideHours(hours("mon-fri 06:00-18:00"));
        let mut rule = Rule::new("Night".to_owned(), condition);
        let mode = Mode { ignore_case: true, contains: true, invert: true };
        rule.filters.username = Some(Filter::new("bi.*", Mode::default()).unwrap());
        rule.filters.address = Some(Filter::new(r"10\.1", mode).unwrap());
        rule.filters.kinds = vec![SessionKind::Designer, SessionKind::Vision];
        rule.gateways = vec!["North".to_owned(), "http://gone:8088".to_owned()];
        rule.hold = Duration::from_secs(90);
        rule.quiet = vec![hours("22:00-06:00"), hours("sat,sun 00:00-24:00")];
        rule.cooldown = Duration::ZERO;
        (rule.sends_resolved, rule.notify, rule.is_enabled) = (true, false, false);
        let arguments = ["-a", "", "two\nlines", ""].map(str::to_owned).to_vec();
        rule.command = Some(CommandLine { program: "mail.sh".into(), arguments });
        rule
    }

    #[test]
    fn draft_of_a_rule_is_read_as_that_rule() {
        assert_eq!(AlertDraft::new(&full(), "UTC").rule().unwrap(), full());
        for condition in [
            Condition::Arrives,
            Condition::CountBelow(3),
            Condition::OlderThan(Duration::from_mins(90)),
            Condition::CertificateExpires(Duration::from_hours(720)),
        ] {
            let rule = Rule::new("A".to_owned(), condition);
            assert_eq!(AlertDraft::new(&rule, "UTC").rule().unwrap(), rule);
        }
    }

    #[test]
    fn errors_are_those_of_the_file() {
        type Change = fn(&mut AlertDraft);
        let cases: [(Change, &str, &str); 9] = [
            (|draft| draft.name = " ".to_owned(), "name", "Expected a name in quotes"),
            (
                |draft| {
                    draft.choose(ConditionKind::CountAbove);
                    draft.count = "many".to_owned();
                },
                "limit",
                "Expected a whole number, such as 50",
            ),
            (
                |draft| {
                    draft.choose(ConditionKind::SilentFor);
                    draft.time = String::new();
                },
                "limit",
                "Expected a time above zero, such as \"90s\", \"5 min\" or \"1h30m\"",
            ),
            (
                |draft| draft.hours = "always".to_owned(),
                "hours",
                "Write the hours as in 22:00-06:00 or mon-fri 06:00-18:00",
            ),
            (
                |draft| draft.quiet = "22:00-06:00\n\n22-6".to_owned(),
                "quiet",
                "Write the hours as in 22:00-06:00 or mon-fri 06:00-18:00",
            ),
            (
                |draft| draft.time_zone = "Berlin".to_owned(),
                "time_zone",
                "Expected the name of a time zone, such as \"Europe/Berlin\"",
            ),
            (
                |draft| draft.username.pattern = "bi(".to_owned(),
                "username",
                "Missing \")\" for \"(\" at column 3",
            ),
            (
                |draft| draft.cooldown = "soon".to_owned(),
                "cooldown",
                "Expected a time, such as \"0 s\", \"90s\", \"5 min\" or \"1h30m\"",
            ),
            (
                |draft| draft.program = String::new(),
                "command",
                "Expected a list of texts: the program, then its arguments",
            ),
        ];
        for (change, key, text) in cases {
            let mut draft = AlertDraft::new(&full(), "UTC");
            change(&mut draft);
            let error = draft.rule().unwrap_err();
            assert_eq!((error.key, error.to_string()), (key, text.to_owned()));
        }
    }

    #[test]
    fn condition_about_nodes_leaves_the_filters_out_and_keeps_them() {
        let mut draft = AlertDraft::new(&full(), "UTC");
        draft.choose(ConditionKind::Unreachable);
        assert!(draft.rule().unwrap().filters.is_empty());
        draft.choose(ConditionKind::DesignerOutsideHours);
        assert_eq!(draft.rule().unwrap(), full());
    }

    #[test]
    fn suggests_limits_and_what_is_sent_unless_they_were_changed() {
        let mut draft = AlertDraft::new(&Rule::new("A".to_owned(), Condition::Arrives), "UTC");
        draft.choose(ConditionKind::CountAbove);
        assert_eq!((&*draft.count, draft.sends_resolved()), ("50", true));
        draft.choose(ConditionKind::CountBelow);
        assert_eq!(draft.count, "1");
        draft.count = "7".to_owned();
        draft.choose(ConditionKind::OlderThan);
        assert_eq!((&*draft.time, draft.sends_resolved()), ("12 h", false));
        draft.choose(ConditionKind::CountAbove);
        assert_eq!(draft.count, "7");
    }

    #[test]
    fn edited_arguments_are_lines() {
        let mut draft = AlertDraft::new(&full(), "UTC");
        draft.arguments = "a\n\nb c\n".to_owned();
        assert_eq!(draft.rule().unwrap().command.unwrap().arguments, ["a", "", "b c"]);
        draft.arguments = String::new();
        assert!(draft.rule().unwrap().command.unwrap().arguments.is_empty());
    }
}
