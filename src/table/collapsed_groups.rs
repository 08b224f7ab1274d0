//! Which groups are closed: by their value, so that they stay closed when sessions come and go.

use std::collections::HashSet;

use crate::dataset::{Column, ColumnId, Dataset};

/// Which groups are closed. Those that come new are as most are.
#[derive(Clone, Debug, Default)]
pub(super) struct CollapsedGroups {
    /// By which column: another one has other groups.
    column: Option<ColumnId>,
    /// Whether groups are closed unless named.
    all: bool,
    /// The values of the groups that are the other way.
    except: HashSet<Box<str>>,
    /// Whether the group of unknown values is the other way.
    except_unknown: bool,
}

impl CollapsedGroups {
    /// Groups are by this column from now on. With another one than before, all are open.
    pub(super) fn group_by(&mut self, column: Option<&ColumnId>) {
        if column != self.column.as_ref() {
            *self = Self { column: column.cloned(), ..Self::default() };
        }
    }

    /// Closes or opens all groups.
    pub(super) fn set_all(&mut self, closed: bool) {
        self.all = closed;
        self.except.clear();
        self.except_unknown = false;
    }

    /// Whether the group of this row is open.
    pub(super) fn is_open(&self, dataset: &Dataset, row: u32) -> bool {
        let except = match self.value(dataset, row) {
            // Asked for every group each time: mostly nothing was ever closed.
            Some(value) => !self.except.is_empty() && self.except.contains(value),
            None => self.except_unknown,
        };
        self.all == except
    }

    /// Opens the group of this row, or closes it.
    pub(super) fn toggle(&mut self, dataset: &Dataset, row: u32) {
        match self.value(dataset, row).map(Box::from) {
            Some(value) => {
                if !self.except.remove(&value) {
                    self.except.insert(value);
                }
            }
            None => self.except_unknown = !self.except_unknown,
        }
    }

    fn value<'a>(&self, dataset: &'a Dataset, row: u32) -> Option<&'a str> {
        match self.column.as_ref().and_then(|id| dataset.column(id)) {
            Some(Column::Text(column)) => column.get(row as usize),
            _ => None,
        }
    }
}
