//! Reads the `[[alert]]` tables of `config.toml`. One that is wrong is left out, and the others apply.

use std::ops::Range;
use std::time::Duration;

use toml_edit::{Document, InlineTable, Item, TableLike, Value};

use super::alert_problem::{AlertProblem, AlertReason};
use crate::alert::{CommandLine, Condition, ConditionKind, Hours, Parameter, Rule, SessionFilters};
use crate::display::{Zone, parse_duration};
use crate::filter::{Filter, Mode};
use crate::gateway::SessionKind;

/// The key of the alerts in the file.
pub(super) const KEY: &str = "alert";
/// The key of an alert with the gateways that it is about.
pub(super) const GATEWAYS: &str = "gateways";
/// The keys of an alert, in the order of the documentation.
pub(super) const KEYS: [&str; 17] = [
    "name",
    "when",
    "limit",
    "hours",
    "time_zone",
    "for",
    "username",
    "project",
    "address",
    "kind",
    GATEWAYS,
    "quiet",
    "cooldown",
    "send_resolved",
    "notify",
    "command",
    "enabled",
];

const TEXT: AlertReason = AlertReason::Expected("a text in quotes");
const NAME: AlertReason = AlertReason::Expected("a name in quotes");
const FLAG: AlertReason = AlertReason::Expected("true or false");
const DURATION: AlertReason =
    AlertReason::Expected("a time above zero, such as \"90s\", \"5 min\" or \"1h30m\"");
const DURATION_OR_ZERO: AlertReason =
    AlertReason::Expected("a time, such as \"0 s\", \"90s\", \"5 min\" or \"1h30m\"");
const COUNT: AlertReason = AlertReason::Expected("a whole number, such as 50");
const ZONE: AlertReason = AlertReason::Expected("the name of a time zone, such as \"Europe/Berlin\"");
const KIND: AlertReason =
    AlertReason::Expected("\"client\", \"designer\" or \"perspective\", or a list of them");
const TEXTS: AlertReason = AlertReason::Expected("a text in quotes, or a list of texts");
const PATTERN: AlertReason = AlertReason::Expected(
    "a pattern in quotes, or { pattern = \"…\" } with ignore_case, contains and invert",
);
const COMMAND: AlertReason = AlertReason::Expected("a list of texts: the program, then its arguments");
const LIMIT_COUNT: &str = "limit = 50";
const LIMIT_TIME: &str = "limit = \"12 h\"";

/// Reads the alerts in a text that is valid TOML.
pub(super) fn parse(text: &str) -> (Vec<Rule>, Vec<AlertProblem>) {
    let (mut rules, mut problems): (Vec<Rule>, Vec<AlertProblem>) = Default::default();
    let Ok(document) = Document::parse(text) else { return (rules, problems) };
    for (start, table) in tables(document.get(KEY)) {
        let reader = Reader { text, table };
        let name = name_of(table);
        let is_duplicate = !name.is_empty()
            && (rules.iter().any(|rule| rule.name == name)
                || problems.iter().any(|problem| problem.name == name));
        let rule = if is_duplicate { Err(("name", AlertReason::DuplicateName)) } else { reader.rule(&name) };
        match rule {
            Ok(rule) => rules.push(rule),
            Err((key, source)) => {
                let key = match &source {
                    AlertReason::UnknownKey => reader.unknown_key().unwrap_or_default(),
                    _ => key.to_owned(),
                };
                problems.push(AlertProblem { name, line: reader.line(&key, start), key, file: None, source });
            }
        }
    }
    (rules, problems)
}

/// Reads one alert. The names of others don't matter.
///
/// # Errors
/// If a key is wrong.
pub(super) fn read(table: &dyn TableLike) -> Result<Rule, Wrong> {
    let reader = Reader { text: "", table };
    reader.rule(&name_of(table))
}

/// Returns the name in a table; empty if there is none.
pub(super) fn name_of(table: &dyn TableLike) -> String {
    table.get("name").and_then(Item::as_str).unwrap_or_default().trim().to_owned()
}

/// Returns the tables of alerts, each with where it starts in the text.
fn tables(item: Option<&Item>) -> Vec<(usize, &dyn TableLike)> {
    let start = |span: Option<Range<usize>>| span.map_or(0, |span| span.start);
    match item {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter().map(|table| (start(table.span()), table as &dyn TableLike)).collect()
        }
        Some(Item::Value(Value::Array(values))) => {
            let tables = values.iter().filter_map(Value::as_inline_table);
            tables.map(|table: &InlineTable| (start(table.span()), table as &dyn TableLike)).collect()
        }
        _ => Vec::new(),
    }
}

/// A key that is wrong, and the reason.
pub(super) type Wrong = (&'static str, AlertReason);

/// A table of an alert.
struct Reader<'a> {
    text: &'a str,
    table: &'a dyn TableLike,
}

impl Reader<'_> {
    fn rule(&self, name: &str) -> Result<Rule, Wrong> {
        if name.is_empty() {
            let is_missing = self.table.get("name").is_none();
            return Err(("name", if is_missing { AlertReason::Missing("name = \"…\"") } else { NAME }));
        }
        if self.unknown_key().is_some() {
            return Err(("", AlertReason::UnknownKey));
        }
        let condition = self.condition()?;
        let mut rule = Rule::new(name.to_owned(), condition);
        rule.filters = SessionFilters {
            username: self.pattern("username")?,
            project: self.pattern("project")?,
            address: self.pattern("address")?,
            kinds: self.kinds()?,
        };
        if condition.is_about_node()
            && let Some(key) =
                ["username", "project", "address", "kind"].into_iter().find(|key| self.has(key))
        {
            return Err((key, AlertReason::NotOfCondition(condition.name())));
        }
        rule.gateways = self.texts(GATEWAYS)?;
        rule.hold = self.duration("for")?.unwrap_or_default();
        rule.quiet = self.quiet()?;
        rule.cooldown = self.duration_or_zero("cooldown")?.unwrap_or(rule.cooldown);
        rule.sends_resolved = self.flag("send_resolved")?.unwrap_or(rule.sends_resolved);
        rule.notify = self.flag("notify")?.unwrap_or(true);
        rule.is_enabled = self.flag("enabled")?.unwrap_or(true);
        rule.command = self.command()?;
        Ok(rule)
    }

    fn condition(&self) -> Result<Condition, Wrong> {
        let Some(name) = self.text("when")? else {
            return Err(("when", AlertReason::Missing("when = \"arrives\" or another condition")));
        };
        let count = || match self.table.get("limit") {
            None => Err(("limit", AlertReason::Missing(LIMIT_COUNT))),
            Some(item) => {
                let limit = item.as_integer().and_then(|limit| usize::try_from(limit).ok());
                limit.ok_or(("limit", COUNT))
            }
        };
        let time = || self.duration("limit")?.ok_or(("limit", AlertReason::Missing(LIMIT_TIME)));
        let hours = || match self.text("hours")? {
            None => Err(("hours", AlertReason::Missing("hours = \"mon-fri 06:00-18:00\""))),
            Some(text) => self.hours("hours", text),
        };
        let Some(kind) = ConditionKind::from_name(name) else {
            return Err(("when", AlertReason::UnknownCondition));
        };
        let condition = match kind {
            ConditionKind::Arrives => Condition::Arrives,
            ConditionKind::Leaves => Condition::Leaves,
            ConditionKind::SignedInTwice => Condition::SignedInTwice,
            ConditionKind::DifferentHosts => Condition::DifferentHosts,
            ConditionKind::CountAbove => Condition::CountAbove(count()?),
            ConditionKind::CountBelow => Condition::CountBelow(count()?),
            ConditionKind::DesignerOutsideHours => Condition::DesignerOutsideHours(hours()?),
            ConditionKind::OlderThan => Condition::OlderThan(time()?),
            ConditionKind::SilentFor => Condition::SilentFor(time()?),
            ConditionKind::Unreachable => Condition::Unreachable,
            ConditionKind::CertificateExpires => Condition::CertificateExpires(time()?),
        };
        let parameter = kind.parameter();
        let has_limit = matches!(parameter, Parameter::Count | Parameter::Time);
        for (key, is_used) in [("limit", has_limit), ("hours", parameter == Parameter::Hours)] {
            if !is_used && self.has(key) {
                return Err((key, AlertReason::NotOfCondition(kind.name())));
            }
        }
        Ok(condition)
    }

    fn hours(&self, key: &'static str, text: &str) -> Result<Hours, Wrong> {
        let Some(zone) = self.text("time_zone")? else {
            return Err(("time_zone", AlertReason::Missing("time_zone = \"Europe/Berlin\" or another one")));
        };
        let zone: Zone = zone.parse().map_err(|_| ("time_zone", ZONE))?;
        Hours::parse(text, zone).map_err(|error| (key, error.into()))
    }

    fn quiet(&self) -> Result<Vec<Hours>, Wrong> {
        self.texts("quiet")?.iter().map(|text| self.hours("quiet", text)).collect()
    }

    fn command(&self) -> Result<Option<CommandLine>, Wrong> {
        let Some(item) = self.table.get("command") else { return Ok(None) };
        let texts =
            item.as_array().map(|array| array.iter().map(Value::as_str).collect::<Option<Vec<&str>>>());
        match texts.flatten().as_deref() {
            Some([program, arguments @ ..]) if !program.trim().is_empty() => Ok(Some(CommandLine {
                program: (*program).into(),
                arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            })),
            _ => Err(("command", COMMAND)),
        }
    }

    fn kinds(&self) -> Result<Vec<SessionKind>, Wrong> {
        let kind = |text: &String| SessionKind::from_text(text).ok_or(("kind", KIND));
        self.texts("kind")?.iter().map(kind).collect()
    }

    /// Reads a text or a table like those of saved filters.
    fn pattern(&self, key: &'static str) -> Result<Option<Filter>, Wrong> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let (pattern, mode) = match (item.as_str(), item.as_table_like()) {
            (Some(pattern), _) => (pattern, Mode::default()),
            (None, Some(table)) => {
                let is_known = |name: &str| ["pattern", "ignore_case", "contains", "invert"].contains(&name);
                let flag = |name| match table.get(name) {
                    None => Ok(false),
                    Some(item) => item.as_bool().ok_or((key, PATTERN)),
                };
                let mode = Mode {
                    ignore_case: flag("ignore_case")?,
                    contains: flag("contains")?,
                    invert: flag("invert")?,
                };
                let pattern = table.get("pattern").and_then(Item::as_str);
                let pattern = pattern.filter(|_| table.iter().all(|(name, _)| is_known(name)));
                (pattern.ok_or((key, PATTERN))?, mode)
            }
            (None, None) => return Err((key, PATTERN)),
        };
        if pattern.is_empty() {
            return Ok(None);
        }
        Filter::new(pattern, mode).map(Some).map_err(|error| (key, error.into()))
    }

    fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn text(&self, key: &'static str) -> Result<Option<&str>, Wrong> {
        self.table.get(key).map(|item| item.as_str().ok_or((key, TEXT))).transpose()
    }

    fn flag(&self, key: &'static str) -> Result<Option<bool>, Wrong> {
        self.table.get(key).map(|item| item.as_bool().ok_or((key, FLAG))).transpose()
    }

    fn duration(&self, key: &'static str) -> Result<Option<Duration>, Wrong> {
        match self.duration_or_zero(key) {
            Ok(duration) if duration.is_none_or(|duration| !duration.is_zero()) => Ok(duration),
            _ => Err((key, DURATION)),
        }
    }

    fn duration_or_zero(&self, key: &'static str) -> Result<Option<Duration>, Wrong> {
        let duration = |item: &Item| item.as_str().and_then(parse_duration).ok_or((key, DURATION_OR_ZERO));
        self.table.get(key).map(duration).transpose()
    }

    /// Reads a text or a list of texts.
    fn texts(&self, key: &'static str) -> Result<Vec<String>, Wrong> {
        let Some(item) = self.table.get(key) else { return Ok(Vec::new()) };
        let texts = match item {
            Item::Value(Value::String(text)) => Some(vec![text.value().clone()]),
            Item::Value(Value::Array(texts)) => {
                texts.iter().map(|text| text.as_str().map(str::to_owned)).collect()
            }
            _ => None,
        };
        texts.ok_or((key, TEXTS))
    }

    fn unknown_key(&self) -> Option<String> {
        let mut keys = self.table.iter().map(|(key, _)| key);
        keys.find(|key| !KEYS.contains(key)).map(str::to_owned)
    }

    /// Returns the line of a key, or else of the start of the table.
    fn line(&self, key: &str, start: usize) -> usize {
        let start = self.table.get(key).and_then(Item::span).map_or(start, |span| span.start);
        1 + self.text.get(..start).unwrap_or_default().matches('\n').count()
    }
}

#[cfg(test)]
mod tests;
