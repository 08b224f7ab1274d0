//! Finds the sessions of one dataset in a newer one.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Column, ColumnId, Dataset, RowsByCode, TextColumn, names};

/// Marks an old row without a new one.
const NONE: u32 = u32::MAX;

/// Maximum number of pairs of rows with one client id that are compared. More are matched in order, in linear time.
const MAX_COMPARED: usize = 4_096;

/// The largest number of sessions that are listed as new or gone. Where there are more, another list was read.
const MAX_LISTED: usize = 1_000;

/// The new row of each session of an older dataset.
///
/// It carries state that is kept by row, such as the selection, over to the next snapshot. Sessions are matched by client
/// id within their gateway and kind. Sessions that share an id are matched by their other cells, then in order. A session
/// without an id is never matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMapping {
    /// The new row of each old one, or [`NONE`].
    rows: Vec<u32>,
    /// The rows of new sessions, in order.
    arrived: Vec<u32>,
    /// The old rows of sessions that are gone, in order.
    departed: Vec<u32>,
}

impl RowMapping {
    /// Compares two datasets in linear time.
    #[must_use]
    pub fn between(old: &Dataset, new: &Dataset) -> Self {
        let mut rows = vec![NONE; old.len()];
        let pair = Pair::new(old, new);
        let (old, new) = (RowsByCode::of(&old.client_id), RowsByCode::of(&new.client_id));
        // Both dictionaries are sorted, so one pass finds the ids in both.
        let (mut old_code, mut new_code) = (0, 0);
        while old_code < old.distinct() && new_code < new.distinct() {
            match old.text(old_code).cmp(new.text(new_code)) {
                Ordering::Less => old_code += 1,
                Ordering::Greater => new_code += 1,
                Ordering::Equal => {
                    pair.match_rows(old.rows(old_code), new.rows(new_code), &mut rows);
                    (old_code, new_code) = (old_code + 1, new_code + 1);
                }
            }
        }
        pair.remove_unrelated(&mut rows);
        let (arrived, departed) = if pair.is_comparable() {
            (pair.arrived(&rows), pair.departed(&rows))
        } else {
            (Vec::new(), Vec::new())
        };
        Self { rows, arrived, departed }
    }

    /// Returns the rows of the sessions that the older dataset lacks, in order. Leaves out those without an id, and among
    /// several gateways those of one without any session in the older dataset, which may have been unreachable. Empty if there
    /// are more than 1,000, or if only one of the datasets has a column `gateway`.
    #[must_use]
    pub fn arrived(&self) -> &[u32] {
        &self.arrived
    }

    /// Returns the old rows of the sessions that the newer dataset lacks, in order. Leaves out those without an id. Empty if
    /// there are more than 1,000, or if only one of the datasets has a column `gateway`.
    #[must_use]
    pub fn departed(&self) -> &[u32] {
        &self.departed
    }

    /// Returns the new row of the session in an old row, or `None` if it has ended or has no id.
    #[must_use]
    pub fn row(&self, old: u32) -> Option<u32> {
        self.rows.get(old as usize).copied().filter(|&row| row != NONE)
    }
}

/// The two datasets that are compared.
struct Pair<'a> {
    old: &'a Dataset,
    new: &'a Dataset,
    /// The column of the gateway, if both have it.
    gateway: Option<Scope<'a>>,
    /// The column of the kind, if both have it.
    kind: Option<Scope<'a>>,
}

/// A column within which a client id is unique, in both datasets.
struct Scope<'a> {
    old: &'a [u32],
    new: &'a [u32],
    /// The new code of each old one.
    new_codes: Vec<Option<u32>>,
}

impl<'a> Scope<'a> {
    fn new(old: Column<'a>, new: Column<'a>) -> Option<Self> {
        let (Column::Text(old), Column::Text(new)) = (old, new) else {
            return None;
        };
        let new_codes = old.texts().map(|text| new.code_of(text)).collect();
        Some(Self { old: old.codes(), new: new.codes(), new_codes })
    }

    /// Returns `true` if both rows have the same text.
    fn is_same(&self, old: u32, new: u32) -> bool {
        let new = self.new[new as usize];
        match self.new_codes.get(self.old[old as usize] as usize) {
            Some(code) => *code == Some(new),
            // The code of a null is greater than all others.
            None => new == TextColumn::NULL,
        }
    }
}

impl<'a> Pair<'a> {
    fn new(old: &'a Dataset, new: &'a Dataset) -> Self {
        let scope = |name: &str| Scope::new(old.column(&name.into())?, new.column(&name.into())?);
        Self { old, new, gateway: scope(names::GATEWAY), kind: scope(names::KIND) }
    }

    /// Matches the old and new rows of one client id.
    fn match_rows(&self, old_rows: &[u32], new_rows: &[u32], rows: &mut [u32]) {
        if let ([old], [new]) = (old_rows, new_rows) {
            rows[*old as usize] = *new;
            return;
        }
        if old_rows.len().saturating_mul(new_rows.len()) > MAX_COMPARED {
            for (&old, &new) in old_rows.iter().zip(new_rows) {
                if self.has_same_scope(old, new) {
                    rows[old as usize] = new;
                }
            }
            return;
        }
        // The most certain matches first: an unchanged session, then one of the same scope, then one whose gateway was
        // renamed.
        let is_unchanged = |old, new| self.has_same_scope(old, new) && self.has_same_cells(old, new);
        let is_in_scope = |old, new| self.has_same_scope(old, new);
        let is_renamed = |old, new| self.has_same_kind(old, new) && self.has_same_cells(old, new);
        let rules: [&dyn Fn(u32, u32) -> bool; 3] = [&is_unchanged, &is_in_scope, &is_renamed];
        let mut free = new_rows.to_vec();
        for is_match in rules {
            for &old in old_rows {
                let row = &mut rows[old as usize];
                if *row == NONE
                    && let Some(index) = free.iter().position(|&new| is_match(old, new))
                {
                    *row = free.remove(index);
                }
            }
        }
    }

    /// Removes matches of sessions that differ in kind, or in gateway and cells.
    ///
    /// This is done in the order of the rows: in the order of the ids, each row would be a cache miss.
    fn remove_unrelated(&self, rows: &mut [u32]) {
        if self.gateway.is_none() && self.kind.is_none() {
            return;
        }
        for (old, new) in (0..).zip(rows).filter(|(_, new)| **new != NONE) {
            let is_renamed = || self.has_same_kind(old, *new) && self.has_same_cells(old, *new);
            if !self.has_same_scope(old, *new) && !is_renamed() {
                *new = NONE;
            }
        }
    }

    /// Returns `true` if both list the same gateway, or both several.
    fn is_comparable(&self) -> bool {
        let has_gateways = |dataset: &Dataset| dataset.column(&names::GATEWAY.into()).is_some();
        has_gateways(self.old) == has_gateways(self.new)
    }

    /// Returns the old rows of sessions that are gone. `rows` are the new rows of all old sessions.
    fn departed(&self, rows: &[u32]) -> Vec<u32> {
        let gone = (0..).zip(rows).filter(|(_, row)| **row == NONE).map(|(row, _)| row);
        listed(gone.filter(|row| self.old.client_id.get(*row as usize).is_some()))
    }

    /// Returns the rows of new sessions. `rows` are the new rows of all old sessions.
    fn arrived(&self, rows: &[u32]) -> Vec<u32> {
        let mut is_known = vec![false; self.new.len()];
        for row in rows.iter().filter(|row| **row != NONE) {
            is_known[*row as usize] = true;
        }
        let known_gateways: Option<HashSet<u32>> =
            self.gateway.as_ref().map(|gateway| gateway.new_codes.iter().flatten().copied().collect());
        let was_read = |row: u32| match (&self.gateway, &known_gateways) {
            (Some(gateway), Some(known)) => known.contains(&gateway.new[row as usize]),
            _ => true,
        };
        let new = (0..).zip(is_known).filter(|(_, is_known)| !is_known).map(|(row, _)| row);
        listed(new.filter(|row| self.new.client_id.get(*row as usize).is_some() && was_read(*row)))
    }

    fn has_same_scope(&self, old: u32, new: u32) -> bool {
        self.has_same_kind(old, new) && self.gateway.as_ref().is_none_or(|gateway| gateway.is_same(old, new))
    }

    fn has_same_kind(&self, old: u32, new: u32) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind.is_same(old, new))
    }

    /// Returns `true` if both rows have the same cells in the standard columns.
    fn has_same_cells(&self, old: u32, new: u32) -> bool {
        ColumnId::STANDARD.iter().all(|id| {
            let cell =
                |dataset: &'a Dataset, row: u32| dataset.column(id).map(|column| column.cell(row as usize));
            cell(self.old, old) == cell(self.new, new)
        })
    }
}

/// Returns these rows, or none if there are too many.
fn listed(rows: impl Iterator<Item = u32>) -> Vec<u32> {
    let rows: Vec<u32> = rows.take(MAX_LISTED + 1).collect();
    if rows.len() > MAX_LISTED { Vec::new() } else { rows }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dataset::{Cell, DatasetBuilder, Header, concat};

    /// Returns a dataset with one session for each username and client id.
    fn dataset(sessions: &[(&str, Option<&str>)]) -> Dataset {
        let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
        for (username, client_id) in sessions {
            builder.push(0, Cell::Text(username)).unwrap();
            for column in [1, 2, 3, 5] {
                builder.push(column, Cell::Null).unwrap();
            }
            builder.push(4, client_id.map_or(Cell::Null, Cell::Text)).unwrap();
        }
        builder.finish(None, None)
    }

    /// Returns a dataset with one session for each client id.
    fn with_ids(client_ids: &[Option<&str>]) -> Dataset {
        dataset(&client_ids.iter().map(|id| ("billy", *id)).collect::<Vec<_>>())
    }

    /// Returns a dataset with one session for each username, all with the same client id.
    fn with_one_id(usernames: &[&str]) -> Dataset {
        dataset(&usernames.iter().map(|username| (*username, Some("A"))).collect::<Vec<_>>())
    }

    fn rows(old: &Dataset, new: &Dataset) -> Vec<Option<u32>> {
        let mapping = RowMapping::between(old, new);
        assert_eq!(mapping.row(u32::try_from(old.len()).unwrap()), None);
        (0..).zip(0..old.len()).map(|(row, _)| mapping.row(row)).collect()
    }

    #[test]
    fn matches_sessions_by_client_id() {
        let old = with_ids(&["A", "B", "C", "D"].map(Some));
        let new = with_ids(&["X", "D", "B", "A"].map(Some));
        assert_eq!(rows(&old, &new), [Some(3), Some(2), None, Some(1)]);
    }

    #[test]
    fn matches_equal_ids_in_order_and_nulls_never() {
        let old = with_ids(&[Some("A"), None, Some("A"), Some("A")]);
        let new = with_ids(&[None, Some("A"), Some("B"), Some("A")]);
        assert_eq!(rows(&old, &new), [Some(1), None, Some(3), None]);
    }

    #[test]
    fn lists_new_and_gone_sessions_with_an_id() {
        let arrived = |old: &[Option<&str>], new: &[Option<&str>]| {
            RowMapping::between(&with_ids(old), &with_ids(new)).arrived().to_vec()
        };
        assert_eq!(arrived(&[Some("A"), None], &[Some("X"), None, Some("A"), Some("B")]), [0, 3]);
        assert_eq!(arrived(&[], &[Some("A")]), [0]);
        let many: Vec<String> = (0..=MAX_LISTED).map(|id| format!("S{id}")).collect();
        let many: Vec<Option<&str>> = many.iter().map(|id| Some(id.as_str())).collect();
        assert_eq!(arrived(&[Some("A")], &many), [0_u32; 0]);
        let departed = |old: &[Option<&str>], new: &[Option<&str>]| {
            RowMapping::between(&with_ids(old), &with_ids(new)).departed().to_vec()
        };
        assert_eq!(departed(&[Some("A"), None, Some("B"), Some("C")], &[Some("B"), None]), [0, 3]);
        assert_eq!(departed(&many, &[Some("A")]), [0_u32; 0]);
    }

    #[test]
    fn sessions_of_a_gateway_that_came_back_are_not_new() {
        let both = |north: &[&str], south: &[&str]| {
            let part = |name: &str, ids: &[&str]| {
                let ids: Vec<Option<&str>> = ids.iter().copied().map(Some).collect();
                (name.to_owned(), Arc::new(with_ids(&ids)))
            };
            concat(&[part("north", north), part("south", south)])
        };
        let mapping = RowMapping::between(&both(&["A"], &[]), &both(&["A", "B"], &["C"]));
        assert_eq!(mapping.arrived(), [1]);
    }

    #[test]
    fn prefers_unchanged_sessions_among_equal_ids() {
        let old = with_one_id(&["anna", "billy", "carl"]);
        assert_eq!(rows(&old, &with_one_id(&["carl", "anna"])), [Some(1), None, Some(0)]);
        // A renamed user keeps the session.
        assert_eq!(rows(&with_one_id(&["anna"]), &with_one_id(&["Anna"])), [Some(0)]);
    }

    #[test]
    fn does_not_match_equal_ids_of_different_gateways() {
        let both = |north: &[&str], south: &[&str]| {
            concat(&[
                ("north".to_owned(), Arc::new(with_one_id(north))),
                ("south".to_owned(), Arc::new(with_one_id(south))),
            ])
        };
        assert_eq!(rows(&both(&["anna"], &["billy"]), &both(&[], &["billy"])), [None, Some(0)]);
        assert_eq!(rows(&both(&["anna"], &[]), &both(&[], &["billy"])), [None]);
    }

    /// Returns a dataset with one session for each kind, all with the same client id and cells.
    fn with_kinds(kinds: &[&str]) -> Dataset {
        let kind = Header { name: names::KIND.to_owned(), column_type: crate::dataset::ColumnType::String };
        let mut builder =
            DatasetBuilder::new(Header::standard().into_iter().chain([kind]).collect()).unwrap();
        for kind in kinds {
            for column in [0, 1, 2, 3, 5] {
                builder.push(column, Cell::Null).unwrap();
            }
            builder.push(4, Cell::Text("A")).unwrap();
            builder.push(6, Cell::Text(kind)).unwrap();
        }
        builder.finish(None, None)
    }

    #[test]
    fn does_not_match_equal_ids_of_different_kinds() {
        // A Designer and its Perspective preview have one id.
        let both = with_kinds(&["Designer", "Perspective"]);
        assert_eq!(rows(&both, &with_kinds(&["Perspective", "Designer"])), [Some(1), Some(0)]);
        assert_eq!(rows(&both, &with_kinds(&["Perspective"])), [None, Some(0)]);
        assert_eq!(rows(&with_kinds(&["Designer"]), &both), [Some(0)]);
        assert_eq!(rows(&with_kinds(&["Perspective"]), &both), [Some(1)]);
        assert_eq!(rows(&with_kinds(&["Designer"]), &with_kinds(&["Perspective"])), [None]);
        assert_eq!(rows(&with_kinds(&["Vision", "Vision"]), &both), [None; 2]);
    }

    #[test]
    fn takes_linear_time_for_many_sessions_with_one_id() {
        let many = with_one_id(&vec!["anna"; 200_000]);
        let rows = rows(&many, &many);
        assert_eq!((rows.len(), rows[0], rows[199_999]), (200_000, Some(0), Some(199_999)));
    }
}
