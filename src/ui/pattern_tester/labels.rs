//! The texts of the dialog that tests a pattern.

use std::collections::BTreeMap;

use super::super::icons::{self, Icon};
use super::super::model::ListedValues;
use super::super::pattern_test::{Engines, MAX_ROWS, MatchResult, PatternInput, TestedValue, TestedValues};
use super::super::tokens::Palette;
use crate::dataset::ColumnId;
use crate::display::{self, counted, number};
use crate::filter::{MatchEngine, Mode};
use crate::query::FilterText;

/// The number of groups of a value that are shown.
const MAX_GROUPS: usize = 50;

/// Returns `true` if values that pass are those that the pattern matches.
fn is_match(text: &FilterText) -> bool {
    !text.mode.invert && !text.pattern.is_empty()
}

/// Returns a result in words.
pub(super) fn result(result: MatchResult, text: &FilterText) -> &'static str {
    match (result, is_match(text)) {
        (MatchResult::Passes, true) => "Matches",
        (MatchResult::Passes, false) => "Passes",
        (MatchResult::LeftOut, true) => "No match",
        (MatchResult::LeftOut, false) => "Excluded",
        (MatchResult::LimitExceeded, _) => "Limit exceeded",
        (MatchResult::FailsInJava, _) => "Fails in Java",
    }
}

/// Returns the icon of a result.
pub(super) fn icon(result: MatchResult, p: &Palette) -> (Icon, egui::Color32) {
    match result {
        MatchResult::Passes => (icons::CIRCLE_CHECK, p.ok),
        MatchResult::LeftOut => (icons::CIRCLE_X, p.secondary),
        MatchResult::LimitExceeded => (icons::TRIANGLE_ALERT, p.warning),
        MatchResult::FailsInJava => (icons::CIRCLE_ALERT, p.error),
    }
}

/// Returns the choices of values to list.
pub(super) fn listed(text: &FilterText) -> [(ListedValues, &'static str); 3] {
    ListedValues::ALL.map(|listed| match listed {
        ListedValues::All => (listed, "All"),
        ListedValues::Passing => (listed, result(MatchResult::Passes, text)),
        ListedValues::Others => (listed, result(MatchResult::LeftOut, text)),
    })
}

/// Returns how many values pass.
pub(super) fn counts(input: &PatternInput, tested: &TestedValues) -> String {
    let counts = &tested.counts;
    if counts.total == 0 {
        return "No values to test".to_owned();
    }
    let values = if counts.tested == 1 { "value" } else { "values" };
    if input.text.pattern.is_empty() {
        return match counts.total {
            1 => "Without a pattern, the value passes".to_owned(),
            total => format!("Without a pattern, all {} values pass", number(total)),
        };
    }
    let verb = match (is_match(&input.text), counts.passing) {
        (true, 1) => "matches",
        (true, _) => "match",
        (false, 1) => "passes",
        (false, _) => "pass",
    };
    let is_complete = counts.tested == counts.total;
    let tested = if is_complete { "" } else { "tested " };
    let text = format!("{} of {} {tested}{values} {verb}", number(counts.passing), number(counts.tested));
    let failed = match counts.failed {
        0 => String::new(),
        failed => format!(", {} not decided", number(failed)),
    };
    text + &failed
}

/// Returns the engines in words.
pub(super) fn engines(engines: Engines) -> &'static str {
    match engines {
        Engines::One(MatchEngine::Linear) => "Linear time",
        Engines::One(MatchEngine::Backtracking) => "Backtracking, up to a limit",
        Engines::Both => "Linear time, or backtracking up to a limit",
    }
}

/// A remark on the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    /// The text.
    pub(super) text: String,
    /// It is about a problem.
    pub(super) is_warning: bool,
}

/// Returns the most important remark.
pub(super) fn remark(input: &PatternInput, tested: &TestedValues, listed: ListedValues) -> Remark {
    let counts = &tested.counts;
    let warning = |text: String| Remark { text, is_warning: true };
    let note = |text: &str| Remark { text: text.to_owned(), is_warning: false };
    if let Some(error) = &tested.error {
        return warning(error.to_string());
    }
    if counts.tested < counts.total {
        let left = counted(counts.total - counts.tested, "value is", "values are");
        return warning(format!("Stopped because it takes too long. {left} left"));
    }
    if listed.count(counts) > MAX_ROWS {
        return note(&format!("The first {} values are listed", number(MAX_ROWS)));
    }
    let has_argument = matches!(input.column, ColumnId::Username | ColumnId::Project);
    note(if input.text.pattern.is_empty() {
        "An empty pattern is no filter"
    } else if !has_argument {
        "getSessionInfo filters by username and project only"
    } else if !tested.is_in_call {
        "The call can't have these toggles"
    } else if input.text.mode == Mode::default() {
        "Matched as on the gateway: the whole value, in the same case"
    } else {
        "The pattern of the call includes the toggles"
    })
}

/// Returns the names and texts of the groups of a value; no text for a group that took no part.
pub(super) fn groups(value: &TestedValue, names: &BTreeMap<usize, String>) -> Vec<(String, Option<String>)> {
    let groups = value.groups.iter().enumerate().skip(1).take(MAX_GROUPS);
    let text = |range: &std::ops::Range<usize>| format!("\"{}\"", display::text(&value.value[range.clone()]));
    let name = |group| names.get(&group).cloned().unwrap_or_else(|| group.to_string());
    groups.map(|(group, range)| (name(group), range.as_ref().map(text))).collect()
}

/// Returns a value, also if it is empty.
pub(super) fn value(value: &TestedValue) -> std::borrow::Cow<'_, str> {
    if value.value.is_empty() { "(empty)".into() } else { display::text(&value.value) }
}

/// Returns a row in words.
pub(super) fn row(tested: &TestedValue, text: &FilterText, names: &BTreeMap<usize, String>) -> String {
    let start = format!("{}: {}", value(tested), result(tested.result, text));
    let sessions = tested.sessions.map(|sessions| display::sessions(sessions as usize));
    let groups = groups(tested, names).into_iter();
    let groups =
        groups.map(|(name, group)| format!("group {name} {}", group.as_deref().unwrap_or(display::NULL)));
    [start].into_iter().chain(sessions).chain(groups).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::super::pattern_test::{ResultCounts, Values};
    use super::*;

    fn input(pattern: &str, mode: Mode) -> PatternInput {
        let text = FilterText { pattern: pattern.to_owned(), mode };
        PatternInput { text, column: ColumnId::Username, values: Values::Typed("".into()) }
    }

    #[test]
    fn counts_in_words() {
        let (plain, not) = (Mode::default(), Mode { invert: true, ..Mode::default() });
        for (pattern, mode, [total, tested, passing, failed], words) in [
            ("a", plain, [12, 12, 4, 0], "4 of 12 values match"),
            ("a", plain, [1, 1, 1, 0], "1 of 1 value matches"),
            ("a", not, [12, 12, 11, 1], "11 of 12 values pass, 1 not decided"),
            ("a", plain, [200_000, 1_234, 0, 1_234], "0 of 1,234 tested values match, 1,234 not decided"),
            ("", plain, [12, 12, 12, 0], "Without a pattern, all 12 values pass"),
            ("", plain, [0, 0, 0, 0], "No values to test"),
            ("a", plain, [0, 0, 0, 0], "No values to test"),
        ] {
            let counts = ResultCounts { total, tested, passing, failed };
            let tested = TestedValues { counts, ..TestedValues::default() };
            assert_eq!(self::counts(&input(pattern, mode), &tested), words);
        }
    }

    #[test]
    fn problems_come_before_other_remarks() {
        let toggled = Mode { contains: true, ..Mode::default() };
        let remark = |input: &PatternInput, tested: TestedValues| {
            super::remark(input, &tested, ListedValues::All).text
        };
        let tested = |total, tested| {
            let counts = ResultCounts { total, tested, ..ResultCounts::default() };
            TestedValues { counts, is_in_call: true, ..TestedValues::default() }
        };
        let input = |mode| self::input("a", mode);
        let text = remark(&input(toggled), tested(5_000, 2_000));
        assert_eq!(text, "Stopped because it takes too long. 3,000 values are left");
        assert_eq!(remark(&input(toggled), tested(5_000, 5_000)), "The first 1,000 values are listed");
        assert_eq!(remark(&input(toggled), tested(5, 5)), "The pattern of the call includes the toggles");
        let address = PatternInput { column: ColumnId::Address, ..input(toggled) };
        assert_eq!(remark(&address, tested(5, 5)), "getSessionInfo filters by username and project only");
    }

    #[test]
    fn names_groups_and_those_without_a_part() {
        let tested = TestedValue {
            value: "bill.smith".to_owned(),
            sessions: Some(2),
            result: MatchResult::Passes,
            groups: vec![Some(0..10), Some(0..4), None],
        };
        let names = [(2, "last".to_owned())].into();
        let words = row(&tested, &input("a", Mode::default()).text, &names);
        assert_eq!(words, "bill.smith: Matches, 2 sessions, group 1 \"bill\", group last –");
    }
}
