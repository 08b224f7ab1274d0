//! Groups rows by the value of a column.

use serde::{Deserialize, Serialize};

use super::SortKey;
use crate::dataset::{Column, ColumnId, Dataset};

/// The grouping of rows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Grouping {
    /// The column, which must be a text column.
    pub column: ColumnId,
    /// `true` puts the group with the most sessions first; otherwise groups are ordered by value.
    pub largest_first: bool,
}

/// Returns the sort keys that bring groups together: the group's column first, in its direction from `sort`.
pub(super) fn sort_keys(grouping: Option<&Grouping>, sort: &[SortKey]) -> Vec<SortKey> {
    let Some(Grouping { column, .. }) = grouping else {
        return sort.to_vec();
    };
    let (own, others): (Vec<_>, Vec<_>) = sort.iter().cloned().partition(|key| key.column == *column);
    let own = own.into_iter().next().unwrap_or(SortKey { column: column.clone(), descending: false });
    std::iter::once(own).chain(others).collect()
}

impl Grouping {
    /// Returns the index of the first row of each group, for rows sorted by [`sort_keys`]. Moves the largest groups to the
    /// front if the grouping asks for it.
    pub(super) fn arrange(&self, dataset: &Dataset, rows: &mut Vec<u32>) -> Vec<u32> {
        let Some(Column::Text(column)) = dataset.column(&self.column) else {
            return Vec::new();
        };
        let same = |a: &u32, b: &u32| column.code(*a as usize) == column.code(*b as usize);
        let mut groups: Vec<&[u32]> = rows.chunk_by(same).collect();
        if self.largest_first {
            groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        }
        let mut starts = Vec::with_capacity(groups.len());
        let mut next = 0;
        for group in &groups {
            starts.push(next);
            next += u32::try_from(group.len()).unwrap_or(u32::MAX);
        }
        if self.largest_first {
            *rows = groups.concat();
        }
        starts
    }
}
