//! Filters on clients, designers and single values, which are chosen instead of typed.

use crate::dataset::{ColumnId, Value};

/// A filter on clients and designers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DesignerFilter {
    /// All sessions, including those whose `isDesigner` is null.
    #[default]
    All,
    /// Clients only.
    Clients,
    /// Designers only.
    Designers,
}

/// A filter on one value of a column.
///
/// Several values to keep in one column are alternatives.
#[derive(Clone, Debug, PartialEq)]
pub struct CellFilter {
    /// The column.
    pub column: ColumnId,
    /// The value, which may be null.
    pub value: Value,
    /// `true` keeps the sessions with this value, `false` excludes them.
    pub keep: bool,
}

impl CellFilter {
    /// Adds this filter to others in place of those that it replaces.
    pub fn add_to(self, others: &mut Vec<Self>) {
        self.remove_replaced(others);
        others.push(self);
    }

    /// Removes the filters that this one replaces: those on the same value and, if it keeps its value, those that keep another
    /// value of the same column.
    pub fn remove_replaced(&self, others: &mut Vec<Self>) {
        others.retain(|other| {
            let same_value = (&other.column, &other.value) == (&self.column, &self.value);
            let replaced = self.keep && other.keep && other.column == self.column;
            !same_value && !replaced
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_cell_filter_on_a_value_replaces_older_ones() {
        let cell = |value: &str, keep| CellFilter {
            column: ColumnId::Address,
            value: Value::Text(value.into()),
            keep,
        };
        let mut cells = Vec::new();
        for filter in [cell("a", true), cell("b", false), cell("c", true), cell("b", true), cell("d", false)]
        {
            filter.add_to(&mut cells);
        }
        assert_eq!(cells, [cell("b", true), cell("d", false)]);
    }
}
