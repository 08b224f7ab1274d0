//! How many: of the sessions shown, and of each user and each project.

use super::Side;
use super::filtering::Filters;
use crate::dataset::{Cell, ColumnId, Dataset, TextColumn};

/// What the shown sessions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Clients among them.
    pub clients: usize,
    /// Designers among them. Neither where the gateway did not say.
    pub designers: usize,
    /// Different users.
    pub users: usize,
}

impl Counts {
    pub(super) fn of(dataset: &Dataset, rows: &[u32]) -> Self {
        let mut counts = Self::default();
        let mut seen = vec![false; dataset.username().distinct()];
        let designer = dataset.column(&ColumnId::IsDesigner);
        for &row in rows {
            match designer.map(|column| column.cell(row as usize)) {
                Some(Cell::Boolean(true)) => counts.designers += 1,
                Some(Cell::Boolean(false)) => counts.clients += 1,
                _ => {}
            }
            if let Some(code) = dataset.username().code(row as usize)
                && !std::mem::replace(&mut seen[code as usize], true)
            {
                counts.users += 1;
            }
        }
        counts
    }
}

/// In which order users and projects are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FacetOrder {
    /// The one with the most sessions first.
    #[default]
    Count,
    /// By name.
    Name,
}

/// How many sessions each user and each project has.
///
/// Each is counted among the sessions that pass all filters but its own, so that choosing one user does not take the
/// others from the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The users.
    pub users: Facet,
    /// The projects.
    pub projects: Facet,
}

/// The values of one column, and how many sessions have each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facet {
    /// The code of each value that some session has, and their number.
    pub values: Vec<(u32, u32)>,
}

impl Facets {
    pub(super) fn of(dataset: &Dataset, filters: &Filters, order: FacetOrder) -> Self {
        let facet = |column, side| {
            let mask = filters.without(side);
            Facet::of(column, mask.as_deref().map(Vec::as_slice), order)
        };
        Self {
            users: facet(dataset.username(), Side::Username),
            projects: facet(dataset.project(), Side::Project),
        }
    }
}

impl Facet {
    /// Counts the rows that the mask lets pass; all without one.
    fn of(column: &TextColumn, mask: Option<&[bool]>, order: FacetOrder) -> Self {
        let mut sessions = vec![0; column.distinct()];
        // An unknown value has no place there.
        let mut count = |code: u32| sessions.get_mut(code as usize).map_or((), |number| *number += 1);
        match mask {
            None => column.codes().iter().for_each(|&code| count(code)),
            Some(mask) => {
                let passing = column.codes().iter().zip(mask).filter(|(_, passes)| **passes);
                passing.for_each(|(&code, _)| count(code));
            }
        }
        // By code, and so by name.
        let mut values: Vec<(u32, u32)> = (0..).zip(sessions).filter(|(_, sessions)| *sessions > 0).collect();
        if order == FacetOrder::Count {
            values.sort_by_key(|(_, sessions)| std::cmp::Reverse(*sessions));
        }
        Self { values }
    }
}
