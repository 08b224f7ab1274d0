//! The collapsed groups, by value, so that they stay collapsed when sessions come and go.

use std::collections::HashSet;

use crate::dataset::{Column, ColumnId, Dataset};

/// The collapsed groups. A new group is collapsed if all groups were collapsed last.
#[derive(Clone, Debug, Default)]
pub(super) struct CollapsedGroups {
    /// The column of the groups.
    column: Option<ColumnId>,
    /// `true` if groups are collapsed by default.
    by_default: bool,
    /// The values of the groups that differ from the default.
    exceptions: HashSet<Box<str>>,
    /// `true` if the group of nulls differs from the default.
    null_is_exception: bool,
}

impl CollapsedGroups {
    /// Sets the column of the groups. Another column than before has all groups expanded.
    pub(super) fn set_column(&mut self, column: Option<&ColumnId>) {
        if column != self.column.as_ref() {
            *self = Self { column: column.cloned(), ..Self::default() };
        }
    }

    /// Collapses or expands all groups.
    pub(super) fn set_all(&mut self, collapsed: bool) {
        self.by_default = collapsed;
        self.exceptions.clear();
        self.null_is_exception = false;
    }

    /// Returns `true` if the group of this row is expanded.
    pub(super) fn is_expanded(&self, dataset: &Dataset, row: u32) -> bool {
        let is_exception = match self.value(dataset, row) {
            // Called for every group after every query, mostly without exceptions.
            Some(value) => !self.exceptions.is_empty() && self.exceptions.contains(value),
            None => self.null_is_exception,
        };
        self.by_default == is_exception
    }

    /// Collapses or expands the group of this row.
    pub(super) fn toggle(&mut self, dataset: &Dataset, row: u32) {
        match self.value(dataset, row).map(Box::from) {
            Some(value) => {
                if !self.exceptions.remove(&value) {
                    self.exceptions.insert(value);
                }
            }
            None => self.null_is_exception = !self.null_is_exception,
        }
    }

    fn value<'a>(&self, dataset: &'a Dataset, row: u32) -> Option<&'a str> {
        match self.column.as_ref().and_then(|id| dataset.column(id)) {
            Some(Column::Text(column)) => column.get(row as usize),
            _ => None,
        }
    }
}
