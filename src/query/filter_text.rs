//! Text filters as typed, and the changes that clicks make to them.

use super::FilterField;
use crate::filter::{self, Filter, Mode, PatternError};

/// A text filter as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterText {
    /// The pattern; empty for no filter.
    pub pattern: String,
    /// The mode in which the pattern is matched.
    pub mode: Mode,
}

/// The compiled text filters of a query; `None` passes all sessions.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Filter on usernames.
    pub username: Option<Filter>,
    /// Filter on projects.
    pub project: Option<Filter>,
    /// Filters on other columns, in the order of [`Query::columns`](super::Query::columns).
    pub columns: Vec<Option<Filter>>,
}

impl Filters {
    /// Returns a filter; `None` if it passes all sessions.
    pub(super) fn get(&self, field: FilterField) -> Option<&Filter> {
        match field {
            FilterField::Username => self.username.as_ref(),
            FilterField::Project => self.project.as_ref(),
            FilterField::Column(index) => self.columns.get(index)?.as_ref(),
        }
    }
}

impl FilterText {
    /// Creates a filter that passes exactly this value.
    #[must_use]
    pub fn exactly(value: &str) -> Self {
        Self { pattern: filter::escape(value), mode: Mode::default() }
    }

    /// Compiles the filter; returns `None` for an empty pattern.
    ///
    /// # Errors
    /// If the pattern is invalid.
    pub fn compile(&self) -> Result<Option<Filter>, PatternError> {
        if self.pattern.is_empty() { Ok(None) } else { Filter::new(&self.pattern, self.mode).map(Some) }
    }

    /// Returns the values that the filter lists; `None` if it is anything but a list of values.
    #[must_use]
    pub fn values(&self) -> Option<Vec<String>> {
        if self.mode == Mode::default() { filter::values_of(&self.pattern) } else { None }
    }

    /// Passes only this value; if the filter already does so, passes everything.
    pub fn toggle_only(&mut self, value: &str) {
        let is_only = self.values().is_some_and(|values| values == [value]);
        *self = if is_only { Self::default() } else { Self::exactly(value) };
    }

    /// Adds a value to the list of values that pass, or removes it.
    ///
    /// To a pattern that isn't a list of values, the value is added as an alternative. A pattern that can't be written
    /// that way stays unchanged.
    pub fn toggle_value(&mut self, value: &str) {
        let pattern = match self.values() {
            Some(mut values) => {
                match values.iter().position(|other| other == value) {
                    Some(index) => {
                        values.remove(index);
                    }
                    None => values.push(value.to_owned()),
                }
                filter::any_of(&values)
            }
            None => match filter::to_portable(&self.pattern, self.mode) {
                Some(pattern) => format!("(?:{pattern})|{}", filter::escape(value)),
                None => return,
            },
        };
        *self = Self { pattern, mode: Mode::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern: &str, contains: bool) -> FilterText {
        FilterText { pattern: pattern.to_owned(), mode: Mode { contains, ..Mode::default() } }
    }

    #[test]
    fn toggles_a_single_value() {
        let mut filter = text("bi", true);
        filter.toggle_only("bill.smith");
        assert_eq!(filter, text(r"bill\.smith", false));
        filter.toggle_only("anna");
        assert_eq!(filter, text("anna", false));
        filter.toggle_only("anna");
        assert_eq!(filter, FilterText::default());
    }

    #[test]
    fn adds_and_removes_values() {
        let mut filter = FilterText::default();
        for value in ["billy", "bill.smith", "anna", "billy"] {
            filter.toggle_value(value);
        }
        assert_eq!(filter, text(r"bill\.smith|anna", false));
    }

    #[test]
    fn adds_a_value_to_a_pattern() {
        for (mut filter, passing) in [
            (text("bi.*", false), ["billy", "bianca"]),
            (text("ill", true), ["billy", "willy"]),
            (text("(?i)BILLY", false), ["billy", "Billy"]),
        ] {
            filter.toggle_value("anna");
            let compiled = Filter::new(&filter.pattern, filter.mode).unwrap();
            for value in passing.into_iter().chain(["anna"]) {
                assert_eq!(compiled.is_match(value), Ok(true), "{value} by {}", filter.pattern);
            }
            for value in ["zoe", "ANNA", "annabel"] {
                assert_eq!(compiled.is_match(value), Ok(false), "{value} by {}", filter.pattern);
            }
        }
    }
}
