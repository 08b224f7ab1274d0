//! The state of the dialog that tests a pattern.

use egui::Id;

use crate::dataset::ColumnId;
use crate::query::FilterText;
use crate::ui::pattern_test::{
    MAX_ROWS, MatchResult, PatternInput, PatternOutcome, ResultCounts, TestFailure, TestedValue, TestedValues,
};

/// The dialog that tests a pattern.
pub(in crate::ui) struct PatternTester {
    /// It is open.
    pub(in crate::ui) is_open: bool,
    /// The column that the pattern is for.
    pub(in crate::ui) column: ColumnId,
    /// The pattern and its mode.
    pub(in crate::ui) text: FilterText,
    /// The source of the values. Kept while the dialog is closed, as the typed values are.
    pub(in crate::ui) source: ValueSource,
    /// The typed values, one per line.
    pub(in crate::ui) typed: String,
    /// The values that are listed.
    pub(in crate::ui) listed: ListedValues,
    /// The row at the cursor of the list.
    pub(in crate::ui) cursor: Option<usize>,
    /// The outcome of the last test that has ended.
    outcome: Option<PatternOutcome>,
    /// The last one with results, if that one has none.
    before: Option<PatternOutcome>,
    /// A test of something else has run for so long that the dialog says so.
    pub(in crate::ui) is_slow: bool,
}

impl Default for PatternTester {
    fn default() -> Self {
        Self {
            is_open: false,
            column: ColumnId::Username,
            text: FilterText::default(),
            source: ValueSource::Table,
            typed: String::new(),
            listed: ListedValues::All,
            cursor: None,
            outcome: None,
            before: None,
            is_slow: false,
        }
    }
}

impl PatternTester {
    /// Returns the ID of the box for the pattern.
    pub(in crate::ui) fn pattern_id() -> Id {
        Id::unique("tested pattern")
    }

    /// Returns the ID of the box for the values.
    pub(in crate::ui) fn values_id() -> Id {
        Id::unique("typed values")
    }

    /// Opens the dialog with a pattern.
    pub(in crate::ui) fn open(&mut self, column: ColumnId, text: FilterText) {
        (self.is_open, self.column, self.text) = (true, column, text);
        (self.listed, self.cursor) = (ListedValues::All, None);
    }

    /// Closes the dialog.
    pub(in crate::ui) fn close(&mut self) {
        self.is_open = false;
        self.forget_outcome();
    }

    /// Forgets the outcome, because other values are tested.
    pub(in crate::ui) fn forget_outcome(&mut self) {
        (self.outcome, self.before, self.cursor) = (None, None, None);
    }

    /// Sets the outcome of a test. The results of an earlier one are kept for a pattern that isn't complete yet. The cursor
    /// stays with its value.
    pub(in crate::ui) fn set_outcome(&mut self, outcome: PatternOutcome) {
        let value = self.cursor.and_then(|cursor| Some(self.rows().nth(cursor)?.value.clone()));
        let last = self.outcome.take().filter(|last| last.result.is_ok());
        self.before = if outcome.result.is_ok() { None } else { last.or(self.before.take()) };
        self.outcome = Some(outcome);
        self.cursor = value.and_then(|value| self.rows().position(|row| row.value == value));
    }

    /// Returns the values that are listed.
    pub(in crate::ui) fn rows(&self) -> impl Iterator<Item = &TestedValue> {
        let rows = self.results().into_iter().flat_map(|(_, values)| &values.rows);
        rows.filter(|row| self.listed.has(row)).take(MAX_ROWS)
    }

    /// Returns the outcome of the last test.
    pub(in crate::ui) fn outcome(&self) -> Option<&PatternOutcome> {
        self.outcome.as_ref()
    }

    /// Returns the last results, with what was tested.
    pub(in crate::ui) fn results(&self) -> Option<(&PatternInput, &TestedValues)> {
        let mut outcomes = self.outcome.iter().chain(&self.before);
        outcomes.find_map(|outcome| Some((&outcome.input, outcome.result.as_ref().ok()?)))
    }

    /// Returns why there are no results on the pattern in the dialog.
    pub(in crate::ui) fn failure(&self) -> Option<&TestFailure> {
        self.current()?.result.as_ref().err()
    }

    /// Returns the results on the pattern in the dialog, maybe of a table that was refreshed since.
    pub(in crate::ui) fn current_results(&self) -> Option<&TestedValues> {
        self.current()?.result.as_ref().ok()
    }

    fn current(&self) -> Option<&PatternOutcome> {
        let is_current = |outcome: &&PatternOutcome| {
            outcome.input.text == self.text && outcome.input.column == self.column
        };
        self.outcome.as_ref().filter(is_current)
    }
}

/// The source of the values to test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum ValueSource {
    /// The column in the table.
    Table,
    /// The typed values.
    Typed,
}

/// The values that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum ListedValues {
    /// All.
    All,
    /// The values that pass.
    Passing,
    /// The others.
    Others,
}

impl ListedValues {
    /// All choices, in their order.
    pub(in crate::ui) const ALL: [Self; 3] = [Self::All, Self::Passing, Self::Others];

    /// Returns the number of values that would be listed if there were room for all.
    pub(in crate::ui) fn count(self, counts: &ResultCounts) -> usize {
        match self {
            Self::All => counts.total,
            Self::Passing => counts.passing,
            Self::Others => counts.tested - counts.passing,
        }
    }

    /// Returns `true` if a value is listed.
    pub(in crate::ui) fn has(self, value: &TestedValue) -> bool {
        match self {
            Self::All => true,
            Self::Passing => value.result == MatchResult::Passes,
            Self::Others => value.result != MatchResult::Passes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::pattern_test::Values;

    #[test]
    fn cursor_stays_with_its_value_when_the_table_is_refreshed() {
        let mut tester = PatternTester::default();
        let mut refresh = |values: &[&str]| {
            let input = PatternInput {
                text: FilterText::default(),
                column: ColumnId::Username,
                values: Values::Table(None),
            };
            let rows = values.iter().map(|value| TestedValue {
                value: (*value).to_owned(),
                sessions: None,
                result: MatchResult::Passes,
                groups: Vec::new(),
            });
            let result = Ok(TestedValues { rows: rows.collect(), ..TestedValues::default() });
            tester.set_outcome(PatternOutcome { input, result });
            tester.cursor = tester.cursor.or((values.len() == 2).then_some(1));
            tester.cursor
        };
        assert_eq!(refresh(&["anna", "carl"]), Some(1));
        assert_eq!(refresh(&["anna", "billy", "carl"]), Some(2));
        assert_eq!(refresh(&["anna", "billy", "dora"]), None);
    }
}
