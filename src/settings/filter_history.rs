//! The filters that were typed last in each box.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::filter_entry::FilterEntry;
use super::merge::changed_list;
use crate::dataset::ColumnId;
use crate::query::FilterText;

/// Number of filters that are kept per box.
const MAX_ENTRIES: usize = 20;

/// The filters that were typed last, by the name of their column.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FilterHistory(BTreeMap<String, Vec<FilterEntry>>);

impl FilterHistory {
    /// Returns the filters of a box, the newest first.
    pub fn entries(&self, column: &ColumnId) -> impl Iterator<Item = FilterText> {
        self.0.get(column.name()).into_iter().flatten().map(FilterText::from)
    }

    /// Adds a filter, or moves it to the front if it is already there. Leaves out an empty one.
    pub fn add(&mut self, column: &ColumnId, text: &FilterText) {
        if text.pattern.is_empty() {
            return;
        }
        let entries = self.0.entry(column.name().to_owned()).or_default();
        let entry = FilterEntry::from(text);
        entries.retain(|other| *other != entry);
        entries.insert(0, entry);
        entries.truncate(MAX_ENTRIES);
    }

    /// Removes a filter.
    pub fn remove(&mut self, column: &ColumnId, text: &FilterText) {
        let entry = FilterEntry::from(text);
        if let Some(entries) = self.0.get_mut(column.name()) {
            entries.retain(|other| *other != entry);
        }
    }

    /// Returns this history with the differences between `before` and `after`.
    pub(super) fn with_changes(mut self, before: &Self, after: &Self) -> Self {
        let entries = |history: &Self, column| history.0.get(column).cloned().unwrap_or_default();
        for column in before.0.keys().chain(after.0.keys()) {
            let current = self.0.remove(column).unwrap_or_default();
            let (before, after) = (entries(before, column), entries(after, column));
            self.0.insert(column.clone(), changed_list(current, &before, &after, MAX_ENTRIES));
        }
        self
    }

    /// Returns `true` if there are no filters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Mode;

    fn text(pattern: &str, contains: bool) -> FilterText {
        FilterText { pattern: pattern.to_owned(), mode: Mode { contains, ..Mode::default() } }
    }

    #[test]
    fn keeps_the_last_20_filters_of_a_column_without_duplicates() {
        let mut history = FilterHistory::default();
        history.add(&ColumnId::Project, &text("P", false));
        history.add(&ColumnId::Username, &text("", false));
        for number in 0..25 {
            history.add(&ColumnId::Username, &text(&format!("u{number}"), false));
        }
        let patterns = |history: &FilterHistory, column: &ColumnId| -> Vec<String> {
            history.entries(column).map(|text| text.pattern).collect()
        };
        let users = patterns(&history, &ColumnId::Username);
        assert_eq!((users.len(), &*users[0], &*users[19]), (20, "u24", "u5"));
        // The same pattern in another mode is another filter.
        history.add(&ColumnId::Username, &text("u10", false));
        history.add(&ColumnId::Username, &text("u10", true));
        let users = patterns(&history, &ColumnId::Username);
        assert_eq!((users.len(), &users[..3]), (20, &["u10", "u10", "u24"].map(str::to_owned)[..]));
        assert_eq!(users.iter().filter(|user| *user == "u10").count(), 2);
        assert_eq!(patterns(&history, &ColumnId::Project), ["P"]);
    }
}
