//! Filters that are typed, and what a click makes of them.

use super::CellFilter;
use crate::filter::{self, Mode};

/// A filter as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterText {
    /// The pattern; empty for no filter.
    pub pattern: String,
    /// How it is read.
    pub mode: Mode,
}

impl FilterText {
    /// A filter for exactly this value.
    #[must_use]
    pub fn only(value: &str) -> Self {
        Self { pattern: filter::escape(value), mode: Mode::default() }
    }

    /// The values that the filter names one by one; `None` where it is anything but a list of values.
    #[must_use]
    pub fn values(&self) -> Option<Vec<String>> {
        if self.mode == Mode::default() { filter::values_of(&self.pattern) } else { None }
    }

    /// A click on a value: that alone, or, where it is alone already, no filter.
    pub fn choose(&mut self, value: &str) {
        let alone = self.values().is_some_and(|values| values == [value]);
        *self = if alone { Self::default() } else { Self::only(value) };
    }

    /// A click that adds: the value joins those that pass, or leaves them again.
    ///
    /// Beside a pattern that is no list of values, the value is added as an alternative. One that can't be written so
    /// stays as it is.
    pub fn add(&mut self, value: &str) {
        let pattern = match self.values() {
            Some(mut values) => {
                match values.iter().position(|other| other == value) {
                    Some(at) => {
                        values.remove(at);
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

impl CellFilter {
    /// Puts a filter beside others. What was said of the same value before no longer holds, and of two values to keep in
    /// one column the newer one counts.
    pub fn put(self, others: &mut Vec<Self>) {
        others.retain(|other| {
            let same_value = (&other.column, &other.value) == (&self.column, &self.value);
            let replaced = self.keep && other.keep && other.column == self.column;
            !same_value && !replaced
        });
        others.push(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ColumnId, Value};
    use crate::filter::Filter;

    fn text(pattern: &str, contains: bool) -> FilterText {
        FilterText { pattern: pattern.to_owned(), mode: Mode { contains, ..Mode::default() } }
    }

    #[test]
    fn a_click_chooses_one_value_and_a_second_one_all() {
        let mut filter = text("bi", true);
        filter.choose("bill.smith");
        assert_eq!(filter, text(r"bill\.smith", false));
        filter.choose("anna");
        assert_eq!(filter, text("anna", false));
        filter.choose("anna");
        assert_eq!(filter, FilterText::default());
    }

    #[test]
    fn a_click_that_adds_joins_and_leaves() {
        let mut filter = FilterText::default();
        for value in ["billy", "bill.smith", "anna", "billy"] {
            filter.add(value);
        }
        assert_eq!(filter, text(r"bill\.smith|anna", false));
    }

    #[test]
    fn what_a_pattern_found_stays_when_a_value_is_added() {
        for (mut filter, passing) in [
            (text("bi.*", false), ["billy", "bianca"]),
            (text("ill", true), ["billy", "willy"]),
            (text("(?i)BILLY", false), ["billy", "Billy"]),
        ] {
            filter.add("anna");
            let compiled = Filter::new(&filter.pattern, filter.mode).unwrap();
            for value in passing.into_iter().chain(["anna"]) {
                assert_eq!(compiled.is_match(value), Ok(true), "{value} by {}", filter.pattern);
            }
            for value in ["zoe", "ANNA", "annabel"] {
                assert_eq!(compiled.is_match(value), Ok(false), "{value} by {}", filter.pattern);
            }
        }
    }

    #[test]
    fn of_one_value_the_last_word_counts() {
        let cell = |value: &str, keep| CellFilter {
            column: ColumnId::Address,
            value: Value::Text(value.into()),
            keep,
        };
        let mut cells = Vec::new();
        for filter in [cell("a", true), cell("b", false), cell("c", true), cell("b", true), cell("d", false)]
        {
            filter.put(&mut cells);
        }
        assert_eq!(cells, [cell("b", true), cell("d", false)]);
    }
}
