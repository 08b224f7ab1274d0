//! Rows in groups of one value.

use serde::{Deserialize, Serialize};

use super::SortKey;
use crate::dataset::{Column, ColumnId, Dataset};

/// By what rows are grouped.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Grouping {
    /// The column, one of text.
    pub column: ColumnId,
    /// The group with the most sessions first; by the group's value otherwise.
    pub largest_first: bool,
}

/// The sort that brings groups together: first by the group, in the direction that its column has anyway.
pub(super) fn keys(grouping: Option<&Grouping>, sort: &[SortKey]) -> Vec<SortKey> {
    let Some(Grouping { column, .. }) = grouping else {
        return sort.to_vec();
    };
    let (own, others): (Vec<_>, Vec<_>) = sort.iter().cloned().partition(|key| key.column == *column);
    let own = own.into_iter().next().unwrap_or(SortKey { column: column.clone(), descending: false });
    std::iter::once(own).chain(others).collect()
}

impl Grouping {
    /// Where each group begins among rows that are sorted by it. Puts the largest first where that is wanted.
    pub(super) fn arrange(&self, dataset: &Dataset, rows: &mut Vec<u32>) -> Vec<u32> {
        let Some(Column::Text(column)) = dataset.column(&self.column) else {
            return Vec::new();
        };
        let same = |a: &u32, b: &u32| column.code(*a as usize) == column.code(*b as usize);
        let mut groups: Vec<&[u32]> = rows.chunk_by(same).collect();
        if self.largest_first {
            groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        }
        let mut begins = Vec::with_capacity(groups.len());
        let mut next = 0;
        for group in &groups {
            begins.push(next);
            next += u32::try_from(group.len()).unwrap_or(u32::MAX);
        }
        if self.largest_first {
            *rows = groups.concat();
        }
        begins
    }
}
