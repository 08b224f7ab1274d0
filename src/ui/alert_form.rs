//! The state of the form that adds or changes an alert.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use egui::Id;

use super::error_report::ErrorReport;
use super::gateway_form::FormStage;
use super::settings_worker::ChangeError;
use crate::alert::{Condition, ConditionKind, Replay, Rule};
use crate::filter::{Filter, Mode, escape};
use crate::gateway::SessionKind;
use crate::query::{FilterError, FilterText};
use crate::settings::{AlertDraft, AlertDraftError, AlertReason};

/// The ids of the boxes with several lines.
pub(super) fn multiline_ids() -> [Id; 2] {
    ["quiet", "arguments"].map(field_id)
}

/// Returns the id of the box of a field.
pub(super) fn field_id(key: &str) -> Id {
    Id::unique(("alert", key))
}

/// An open form.
pub(super) struct AlertForm {
    /// The saved rule; `None` for a new one.
    pub(super) before: Option<Rule>,
    /// The current content.
    pub(super) draft: AlertDraft,
    /// The draft when the form was opened.
    original: AlertDraft,
    /// Error of the last attempt to save or test.
    pub(super) error: Option<AlertFormError>,
    /// The errors of the patterns, as they are typed.
    pattern_errors: Vec<(&'static str, FilterError)>,
    /// The stage of the form.
    pub(super) stage: FormStage,
    /// The key whose field is focused in the next frame; empty to scroll to the error of the form.
    pub(super) reveal: Option<&'static str>,
    /// It was opened in the settings, which open again when it is closed.
    pub(super) returns_to_settings: bool,
    /// The time for the next test.
    pub(super) span: TestSpan,
    /// The last test over the history.
    pub(super) test: Option<HistoryTest>,
    /// Its number among the forms that were opened, so that each starts at its top.
    pub(super) serial: u64,
}

/// The form can't be saved or tested.
#[derive(Debug, thiserror::Error)]
pub(super) enum AlertFormError {
    #[error("Enter a name")]
    NoName,
    #[error(transparent)]
    Value(#[from] AlertDraftError),
    #[error(transparent)]
    NotSaved(ChangeError),
}

impl AlertFormError {
    /// Returns the key of the field that the error belongs to; empty for the form as a whole.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::NoName => "name",
            Self::Value(error) => error.key,
            Self::NotSaved(_) => "",
        }
    }
}

/// A change of the form that isn't made by an input widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AlertFormChange {
    /// The user has edited the field of a key, so that its error no longer applies.
    Edited(&'static str),
    /// Chooses a condition.
    Choose(ConditionKind),
    /// Sets the mode of the filter under a key.
    SetMode(&'static str, Mode),
    /// Adds a kind of sessions, or removes it.
    ToggleKind(SessionKind),
    /// Adds a gateway, or removes it.
    ToggleGateway(String),
    /// Sets the time for the next test.
    SetSpan(TestSpan),
}

impl AlertForm {
    /// Creates a form for a new rule that begins with this one.
    pub(super) fn add(rule: &Rule, time_zone: &str) -> Self {
        let draft = AlertDraft::new(rule, time_zone);
        Self {
            before: None,
            original: draft.clone(),
            draft,
            error: None,
            pattern_errors: Vec::new(),
            stage: FormStage::Editing,
            reveal: Some("name"),
            returns_to_settings: false,
            span: TestSpan::Week,
            test: None,
            serial: 0,
        }
    }

    /// Creates a form for a saved rule.
    pub(super) fn edit(rule: &Rule, time_zone: &str) -> Self {
        Self { before: Some(rule.clone()), ..Self::add(rule, time_zone) }
    }

    /// Returns `true` if closing the form would discard changes.
    pub(super) fn is_changed(&self) -> bool {
        self.draft != self.original
    }

    /// Returns the rule to save. `names` are those of all alerts in the file.
    pub(super) fn rule<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> Result<Rule, AlertFormError> {
        let rule = self.rule_to_test()?;
        let is_own = self.before.as_ref().is_some_and(|before| before.name == rule.name);
        if !is_own && names.any(|name| name == rule.name) {
            return Err(AlertDraftError { key: "name", source: AlertReason::DuplicateName }.into());
        }
        Ok(rule)
    }

    /// Returns the rule to test.
    pub(super) fn rule_to_test(&self) -> Result<Rule, AlertFormError> {
        if self.draft.name.trim().is_empty() {
            return Err(AlertFormError::NoName);
        }
        Ok(self.draft.rule()?)
    }

    /// Sets the error of an attempt to save or test, and reveals its field.
    pub(super) fn fail(&mut self, error: AlertFormError) {
        self.reveal = Some(error.key());
        self.error = Some(error);
    }

    /// Returns the text of the filter under a key.
    pub(super) fn pattern_mut(&mut self, key: &str) -> Option<&mut FilterText> {
        match key {
            "username" => Some(&mut self.draft.username),
            "project" => Some(&mut self.draft.project),
            "address" => Some(&mut self.draft.address),
            _ => None,
        }
    }

    /// Returns the error of the pattern under a key.
    pub(super) fn pattern_error(&self, key: &str) -> Option<&FilterError> {
        self.pattern_errors.iter().find(|(other, _)| *other == key).map(|(_, error)| error)
    }

    /// Returns the last test; `None` if the draft has changed since.
    pub(super) fn current_test(&self) -> Option<&HistoryTest> {
        self.test.as_ref().filter(|test| test.draft == self.draft)
    }

    /// Returns `true` if a change has an effect. Most edits clear no error.
    pub(super) fn is_changed_by(&self, change: &AlertFormChange) -> bool {
        let AlertFormChange::Edited(key) = change else {
            return true;
        };
        let has_error = self.error.as_ref().is_some_and(|error| error.key() == *key);
        has_error || ["username", "project", "address"].contains(key)
    }

    /// Applies a change.
    pub(super) fn apply(&mut self, change: AlertFormChange) {
        match change {
            AlertFormChange::Edited(key) => self.edited(key),
            AlertFormChange::Choose(kind) => {
                self.draft.choose(kind);
                self.error = None;
            }
            AlertFormChange::SetMode(key, mode) => {
                if let Some(text) = self.pattern_mut(key) {
                    text.mode = mode;
                }
                self.edited(key);
            }
            AlertFormChange::ToggleKind(kind) => toggle(&mut self.draft.kinds, kind),
            AlertFormChange::ToggleGateway(name) => toggle(&mut self.draft.gateways, name),
            AlertFormChange::SetSpan(span) => self.span = span,
        }
    }

    fn edited(&mut self, key: &'static str) {
        self.error.take_if(|error| error.key() == key);
        self.pattern_errors.retain(|(other, _)| *other != key);
        let text = self.pattern_mut(key).filter(|text| !text.pattern.is_empty());
        let error = text.and_then(|text| Filter::new(&text.pattern, text.mode).err());
        self.pattern_errors.extend(error.map(|error| (key, error.into())));
    }
}

/// Adds a value to a list, or removes it.
fn toggle<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if list.contains(&value) {
        list.retain(|other| *other != value);
    } else {
        list.push(value);
    }
}

/// The time that a test looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestSpan {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl TestSpan {
    /// All times with their names, in the order of the segments.
    pub(super) const CHOICES: [(Self, &str); 3] =
        [(Self::Day, "Last day"), (Self::Week, "Last week"), (Self::Month, "Last month")];

    /// Returns the length.
    pub(super) fn length(self) -> Duration {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
        };
        Duration::from_hours(24 * days)
    }
}

/// A test of a rule over the stored history.
pub(super) struct HistoryTest {
    /// The tested alert.
    draft: AlertDraft,
    /// Start and end, in milliseconds since 1970 UTC.
    pub(super) range: (i64, i64),
    /// The time that it has reached.
    reached: Arc<AtomicI64>,
    /// The outcome; `None` while the test runs.
    pub(super) outcome: Option<TestOutcome>,
}

/// The outcome of a test.
pub(super) enum TestOutcome {
    /// The alerts that would have been sent.
    Done(Replay),
    /// The test can't run, for this reason.
    Impossible(String),
    /// The history can't be read.
    Failed(ErrorReport),
}

impl HistoryTest {
    /// Creates a test that is running.
    pub(super) fn new(draft: &AlertDraft, range: (i64, i64)) -> Self {
        let reached = Arc::new(AtomicI64::new(range.0));
        Self { draft: draft.clone(), range, reached, outcome: None }
    }

    /// Returns where the test writes the time that it has reached.
    pub(super) fn reached(&self) -> Arc<AtomicI64> {
        self.reached.clone()
    }

    /// Returns how much of it is done, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "it is drawn")]
    pub(super) fn progress(&self) -> f32 {
        let (from, to) = self.range;
        let done = self.reached.load(Ordering::Relaxed) - from;
        (done as f32 / (to - from).max(1) as f32).clamp(0.0, 1.0)
    }
}

/// Returns rules to start with.
pub(super) fn templates() -> [Rule; 3] {
    let certificate = Condition::CertificateExpires(Duration::from_hours(30 * 24));
    let mut rules = [
        ("Gateway down", Condition::Unreachable),
        ("Signed in twice", Condition::SignedInTwice),
        ("Certificate expires", certificate),
    ]
    .map(|(name, condition)| Rule::new(name.to_owned(), condition));
    rules[0].hold = Duration::from_mins(2);
    rules
}

/// Returns a rule that fires when a user signs in.
pub(super) fn about_user(user: &str) -> Rule {
    let mut rule = Rule::new(format!("{user} signs in"), Condition::Arrives);
    rule.filters.username = Filter::new(&escape(user), Mode::default()).ok();
    rule
}

/// Returns a name that isn't taken, such as `Night 2`.
pub(super) fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_the_name_and_patterns_as_they_are_typed() {
        let mut form = AlertForm::add(&templates()[1], "UTC");
        let error = form.rule(["Signed in twice"].into_iter()).unwrap_err();
        assert_eq!(
            (error.key(), &*error.to_string()),
            ("name", "Another alert has this name. Rename one of them")
        );
        form.draft.name = " ".to_owned();
        assert_eq!(form.rule(std::iter::empty()).unwrap_err().to_string(), "Enter a name");
        form.draft.username.pattern = "bi(".to_owned();
        form.apply(AlertFormChange::Edited("username"));
        assert!(form.pattern_error("username").is_some() && form.pattern_error("project").is_none());
        form.draft.username.pattern = "bi".to_owned();
        form.apply(AlertFormChange::SetMode("username", Mode { contains: true, ..Mode::default() }));
        assert!(form.pattern_error("username").is_none() && form.draft.username.mode.contains);
        let saved = AlertForm::edit(&templates()[1], "UTC");
        assert_eq!(saved.rule(["Signed in twice"].into_iter()).unwrap(), templates()[1]);
    }

    #[test]
    fn names_are_numbered() {
        assert_eq!(free_name("A", |name| ["A", "A 2"].contains(&name)), "A 3");
        assert_eq!(free_name("B", |_| false), "B");
    }

    #[test]
    fn rule_about_a_user_matches_this_one_only() {
        let filter = about_user("j.doe").filters.username.unwrap();
        assert!(filter.is_match("j.doe").unwrap() && !filter.is_match("jxdoe").unwrap());
    }
}
