//! Counts of the selected sessions, and of the sessions of each user and each project.

use super::FilterField;
use super::cancel::{CHUNK, CancelToken, Cancelled};
use super::duplicate_logins::is_no_user;
use super::filtering::Masks;
use super::previews;
use crate::dataset::{Column, ColumnId, Dataset, TextColumn};

/// Counts over the selected sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of clients.
    pub clients: usize,
    /// Number of designers. One with a Perspective preview counts once. A session whose kind is null counts as neither.
    pub designers: usize,
    /// Number of distinct users. A Perspective session without a login has none.
    pub users: usize,
}

impl Counts {
    /// `kinds`: the counts of the same rows.
    pub(super) fn of(
        dataset: &Dataset,
        rows: &[u32],
        kinds: KindCounts,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Cancelled> {
        let mut counts = Self { clients: kinds.clients, designers: kinds.designers, users: 0 };
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
        if let Some(Column::Boolean(is_designer)) = dataset.column(&ColumnId::IsDesigner) {
            let previews = previews::among(dataset, rows);
            counts.designers -=
                previews.iter().filter(|&&row| is_designer.get(row as usize) == Some(true)).count();
        }
        Ok(counts)
    }
}

/// The number of sessions of each kind that pass all filters except that on the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCounts {
    /// Sessions of any kind.
    pub all: usize,
    /// Sessions that aren't in a Designer.
    pub clients: usize,
    /// Sessions in a Designer.
    pub designers: usize,
}

impl KindCounts {
    pub(super) fn of(dataset: &Dataset, rows: &[u32], cancel: CancelToken<'_>) -> Result<Self, Cancelled> {
        let mut counts = Self { all: rows.len(), ..Self::default() };
        let Some(Column::Boolean(designer)) = dataset.column(&ColumnId::IsDesigner) else {
            return Ok(counts);
        };
        for rows in rows.chunks(CHUNK) {
            cancel.check()?;
            for &row in rows {
                match designer.get(row as usize) {
                    Some(true) => counts.designers += 1,
                    Some(false) => counts.clients += 1,
                    None => {}
                }
            }
        }
        Ok(counts)
    }
}

/// The order of users and projects in a facet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FacetOrder {
    /// By number of sessions, the largest first.
    #[default]
    Count,
    /// By name.
    Name,
}

/// The number of sessions of each user and each project.
///
/// A facet counts the sessions that pass all filters except its own, so that the other users stay in the list when one
/// is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Sessions per user.
    pub users: Facet,
    /// Sessions per project.
    pub projects: Facet,
}

/// The number of sessions with each value of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facet {
    /// Code of each value that occurs, and its number of sessions.
    pub values: Vec<(u32, u32)>,
}

impl Facets {
    pub(super) fn of(
        dataset: &Dataset,
        masks: &Masks,
        order: FacetOrder,
        cancel: CancelToken<'_>,
    ) -> Result<Self, Cancelled> {
        let facet = |column, field| {
            let mask = masks.without(field);
            Facet::of(column, mask.as_deref().map(Vec::as_slice), order, cancel)
        };
        Ok(Self {
            users: facet(dataset.username(), FilterField::Username)?,
            projects: facet(dataset.project(), FilterField::Project)?,
        })
    }
}

impl Facet {
    /// Counts the rows that pass the mask, or all rows without one.
    fn of(
        column: &TextColumn,
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
        // By code, which is by name.
        let mut values: Vec<(u32, u32)> = (0..).zip(sessions).filter(|(_, sessions)| *sessions > 0).collect();
        if order == FacetOrder::Count {
            values.sort_by_key(|(_, sessions)| std::cmp::Reverse(*sessions));
        }
        Ok(Self { values })
    }
}
