//! Perspective sessions that run in a Designer as its preview, and have its id: one person, not two.

use std::collections::HashSet;

use crate::dataset::{Column, Dataset, TextColumn, names};

/// The kinds of sessions, as their column holds them.
const DESIGNER: &str = "Designer";
const PERSPECTIVE: &str = "Perspective";

/// The columns that distinguish a preview from its Designer.
struct Columns<'a> {
    kinds: &'a [u32],
    designer: u32,
    perspective: u32,
    ids: &'a TextColumn,
    gateways: Option<&'a [u32]>,
}

impl<'a> Columns<'a> {
    /// Returns the columns of a dataset; `None` if it can't have both a Designer and a preview.
    fn of(dataset: &'a Dataset) -> Option<Self> {
        let text = |name: &str| match dataset.column(&name.into())? {
            Column::Text(column) => Some(column),
            _ => None,
        };
        let kinds = text(names::KIND)?;
        Some(Self {
            kinds: kinds.codes(),
            designer: kinds.code_of(DESIGNER)?,
            perspective: kinds.code_of(PERSPECTIVE)?,
            ids: text(names::CLIENT_ID)?,
            gateways: text(names::GATEWAY).map(TextColumn::codes),
        })
    }

    /// Returns the gateway and the id of a row; `None` without an id.
    fn identity(&self, row: u32) -> Option<(u32, u32)> {
        let id = self.ids.code(row as usize)?;
        Some((self.gateways.map_or(0, |gateways| gateways[row as usize]), id))
    }

    /// Returns the previews among these rows whose Designer is among them, too.
    fn previews(&self, rows: &(impl Iterator<Item = u32> + Clone)) -> Vec<u32> {
        let of_kind = |kind: u32| rows.clone().filter(move |&row| self.kinds[row as usize] == kind);
        let designers: HashSet<_> = of_kind(self.designer).filter_map(|row| self.identity(row)).collect();
        let is_preview =
            |row: &u32| self.identity(*row).is_some_and(|identity| designers.contains(&identity));
        of_kind(self.perspective).filter(is_preview).collect()
    }
}

/// Returns the rows of all previews whose Designer is in the dataset, in order.
pub(super) fn of_listed_designers(dataset: &Dataset) -> Vec<u32> {
    let rows = 0..u32::try_from(dataset.len()).unwrap_or(u32::MAX);
    Columns::of(dataset).map(|columns| columns.previews(&rows)).unwrap_or_default()
}

/// Returns `true` if one of two rows is a Designer and the other one its preview.
#[must_use]
pub fn is_designer_with_preview(dataset: &Dataset, a: u32, b: u32) -> bool {
    !among(dataset, &[a, b]).is_empty()
}

/// Returns the previews among these rows whose Designer is among them, too, in the order of the rows.
pub(super) fn among(dataset: &Dataset, rows: &[u32]) -> Vec<u32> {
    Columns::of(dataset).map(|columns| columns.previews(&rows.iter().copied())).unwrap_or_default()
}
