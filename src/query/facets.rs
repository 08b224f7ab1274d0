//! Counts of the selected sessions, and of the sessions of each user and each project.

use std::collections::HashMap;

use super::FilterField;
use super::cancel::{CHUNK, CancelToken, Cancelled};
use super::duplicate_logins::is_no_user;
use super::filtering::Masks;
use super::previews;
use crate::dataset::{ColumnId, Dataset, TextColumn, sort_ranks};

/// The maximum number of values of a facet whose order is kept, so that it takes no longer than a frame.
const MAX_KEPT: usize = 10_000;

/// Counts over the selected sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of clients.
    pub clients: usize,
    /// Number of designers. One with a Perspective preview counts once. A session whose `isDesigner` is null counts as
    /// neither.
    pub designers: usize,
    /// Number of distinct users. A Perspective session without a login has none.
    pub users: usize,
}

impl Counts {
    /// Counts clients, designers and users. `designers` are those of the same rows.
    pub(super) fn of(
        dataset: &Dataset,
        rows: &[u32],
        designers: DesignerCounts,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Cancelled> {
        let mut counts = Self { clients: designers.clients, designers: designers.designers, users: 0 };
        let codes = dataset.username().codes();
        let mut seen = vec![false; dataset.username().distinct()];
        for rows in rows.chunks(CHUNK) {
            cancel.check()?;
            for &row in rows {
                // The code of a null is out of range.
                if let Some(seen) = seen.get_mut(codes[row as usize] as usize) {
                    *seen = true;
                }
            }
        }
        // In the order of the codes, in which the names are in memory.
        let is_user = |code: u32| !is_no_user(dataset.username().text(code));
        counts.users = (0..).zip(seen).filter(|&(code, is_seen)| is_seen && is_user(code)).count();
        let is_designer = |row: &&u32| dataset.is_designer().get(**row as usize) == Some(true);
        counts.designers -= previews::among(dataset, rows).iter().filter(is_designer).count();
        Ok(counts)
    }
}

/// The numbers of clients and designers that pass all filters except that on clients and designers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DesignerCounts {
    /// All sessions.
    pub all: usize,
    /// Sessions that aren't in a Designer.
    pub clients: usize,
    /// Sessions in a Designer.
    pub designers: usize,
}

impl DesignerCounts {
    pub(super) fn of(dataset: &Dataset, rows: &[u32], cancel: CancelToken<'_>) -> Result<Self, Cancelled> {
        let mut counts = Self { all: rows.len(), ..Self::default() };
        for rows in rows.chunks(CHUNK) {
            cancel.check()?;
            for &row in rows {
                match dataset.is_designer().get(row as usize) {
                    Some(true) => counts.designers += 1,
                    Some(false) => counts.clients += 1,
                    None => {}
                }
            }
        }
        Ok(counts)
    }
}

/// Returns the number of distinct users of these rows. Takes time in proportion to their number.
#[must_use]
pub fn count_users(dataset: &Dataset, rows: &[u32]) -> usize {
    let users = dataset.username();
    let mut codes: Vec<u32> = rows.iter().filter_map(|&row| users.code(row as usize)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().filter(|&code| !is_no_user(users.text(code))).count()
}

/// The order of users and projects in a facet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FacetOrder {
    /// Order by number of sessions, the largest first.
    #[default]
    Count,
    /// Order by name.
    Name,
}

/// The number of sessions of each user and each project.
///
/// A facet counts the sessions that pass all filters except its own, so that the other users stay in the list when one
/// is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Sessions per user. Those without a login have none.
    pub users: Facet,
    /// Sessions per project.
    pub projects: Facet,
}

/// The number of sessions with each value of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facet {
    /// Code of each value that occurs, and its number of sessions. One may be 0 after [`Facets::keep_order`].
    pub values: Vec<(u32, u32)>,
}

impl Facets {
    pub(super) fn of(
        dataset: &Dataset,
        masks: &Masks,
        order: FacetOrder,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Cancelled> {
        let facet = |id, column, field| {
            let mask = masks.without(&[field]);
            Facet::of((id, column), mask.as_deref().map(Vec::as_slice), order, cancel)
        };
        let mut users = facet(&ColumnId::Username, dataset.username(), FilterField::Username)?;
        users.values.retain(|&(code, _)| !is_no_user(dataset.username().text(code)));
        Ok(Self { users, projects: facet(&ColumnId::Project, dataset.project(), FilterField::Project)? })
    }

    /// Puts the values into the order of earlier facets, including those that no session has any more, and new ones at the
    /// end.
    pub fn keep_order(&mut self, dataset: &Dataset, before: &Self, dataset_before: &Dataset) {
        self.users.keep_order(dataset.username(), &before.users, dataset_before.username());
        self.projects.keep_order(dataset.project(), &before.projects, dataset_before.project());
    }
}

impl Facet {
    fn keep_order(&mut self, column: &TextColumn, before: &Self, column_before: &TextColumn) {
        let before = before.values.iter().take(MAX_KEPT);
        let kept: Vec<u32> =
            before.filter_map(|(code, _)| column.code_of(column_before.text(*code))).collect();
        let ranks: HashMap<u32, usize> = kept.iter().enumerate().map(|(rank, code)| (*code, rank)).collect();
        let mut values: Vec<(u32, u32)> = kept.into_iter().map(|code| (code, 0)).collect();
        for (code, sessions) in self.values.drain(..) {
            match ranks.get(&code) {
                Some(rank) => values[*rank].1 = sessions,
                None => values.push((code, sessions)),
            }
        }
        self.values = values;
    }

    /// Returns the number of values that have sessions.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.values.iter().filter(|(_, sessions)| *sessions > 0).count()
    }

    /// Counts the rows that pass the mask, or all rows without one.
    fn of(
        (id, column): (&ColumnId, &TextColumn),
        mask: Option<&[bool]>,
        order: FacetOrder,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Cancelled> {
        let mut sessions = vec![0; column.distinct()];
        // The code of a null is out of range.
        let mut count = |code: u32| sessions.get_mut(code as usize).map_or((), |number| *number += 1);
        for (index, codes) in column.codes().chunks(CHUNK).enumerate() {
            cancel.check()?;
            match mask {
                None => codes.iter().for_each(|&code| count(code)),
                Some(mask) => {
                    let passing = codes.iter().zip(&mask[index * CHUNK..]).filter(|(_, passes)| **passes);
                    passing.for_each(|(&code, _)| count(code));
                }
            }
        }
        let mut values: Vec<(u32, u32)> = (0..).zip(sessions).filter(|(_, sessions)| *sessions > 0).collect();
        if let Some(ranks) = sort_ranks(id, column) {
            values.sort_unstable_by_key(|(code, _)| ranks[*code as usize]);
        }
        if order == FacetOrder::Count {
            values.sort_by_key(|(_, sessions)| std::cmp::Reverse(*sessions));
        }
        Ok(Self { values })
    }
}
