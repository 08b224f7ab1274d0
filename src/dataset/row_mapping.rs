//! The same sessions in two answers, one after the other: told by their client ids.

use super::{Column, ColumnId, Dataset, GATEWAY_COLUMN, RowsByCode, TextColumn};

/// A row that has no counterpart.
const GONE: u32 = u32::MAX;
/// The columns of text that say whose an id is: which gateway's, and which of its lists'.
const OWNERS: [&str; 2] = [GATEWAY_COLUMN, "kind"];

/// How many pairs of equal ids are compared row by row; more are taken in their order, which takes no time.
const MOST_COMPARED: usize = 4_096;

/// Where each session of an older answer stands in a newer one.
///
/// What is kept by row number, such as a selection, is carried over by this. A client id is one gateway's own, and one
/// kind's: the same id elsewhere is somebody else. Sessions of one gateway that share an id, which it should not give,
/// are told apart by what else is known of them, and if that is no help by their order. A session without an id is not
/// found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMapping {
    rows: Vec<u32>,
}

impl RowMapping {
    /// Compares two answers. Takes time in proportion to both.
    #[must_use]
    pub fn between(old: &Dataset, new: &Dataset) -> Self {
        let mut rows = vec![GONE; old.len()];
        let sides = Sides::of(old, new);
        let (old, new) = (RowsByCode::of(&old.client_id), RowsByCode::of(&new.client_id));
        // Both dictionaries are sorted: one walk through both finds the ids that both have.
        let (mut ours, mut theirs) = (0, 0);
        while ours < old.distinct() && theirs < new.distinct() {
            match old.text(ours).cmp(new.text(theirs)) {
                std::cmp::Ordering::Less => ours += 1,
                std::cmp::Ordering::Greater => theirs += 1,
                std::cmp::Ordering::Equal => {
                    sides.pair(old.rows(ours), new.rows(theirs), &mut rows);
                    (ours, theirs) = (ours + 1, theirs + 1);
                }
            }
        }
        sides.part_strangers(&mut rows);
        Self { rows }
    }

    /// The row in the newer answer of a session that stood in this row of the older one; `None` where it is gone.
    #[must_use]
    pub fn row(&self, old: u32) -> Option<u32> {
        self.rows.get(old as usize).copied().filter(|&row| row != GONE)
    }
}

/// Both answers, where more than the id is looked at.
struct Sides<'a> {
    old: &'a Dataset,
    new: &'a Dataset,
    /// The columns that say whose an id is, where both have them.
    owners: Vec<Owner<'a>>,
}

/// A column that says whose an id is, in both answers.
struct Owner<'a> {
    old: &'a [u32],
    new: &'a [u32],
    /// The new code of each old text, so that no text is compared row by row.
    codes: Vec<Option<u32>>,
}

impl<'a> Owner<'a> {
    fn of(old: Column<'a>, new: Column<'a>) -> Option<Self> {
        let (Column::Text(old), Column::Text(new)) = (old, new) else {
            return None;
        };
        let mut at = 0;
        let code = |text| {
            at = new.partition_point_from(at, |known| known < text);
            new.has_at(at, text).then_some(at)
        };
        Some(Self { codes: old.texts().map(code).collect(), old: old.codes(), new: new.codes() })
    }

    fn is_same(&self, old: u32, new: u32) -> bool {
        let new = self.new[new as usize];
        // An unknown text's code is beyond all others.
        match self.codes.get(self.old[old as usize] as usize) {
            Some(code) => *code == Some(new),
            None => new == TextColumn::NULL,
        }
    }
}

impl<'a> Sides<'a> {
    fn of(old: &'a Dataset, new: &'a Dataset) -> Self {
        let both = |name: &str| Owner::of(old.column(&name.into())?, new.column(&name.into())?);
        Self { old, new, owners: OWNERS.into_iter().filter_map(both).collect() }
    }

    /// Pairs rows of one id.
    fn pair(&self, before: &[u32], after: &[u32], rows: &mut [u32]) {
        if before.len().saturating_mul(after.len()) > MOST_COMPARED {
            for (&old, &new) in before.iter().zip(after).filter(|(old, new)| self.same_owner(**old, **new)) {
                rows[old as usize] = new;
            }
            return;
        }
        if let ([old], [new]) = (before, after) {
            rows[*old as usize] = *new;
            return;
        }
        let mut free = after.to_vec();
        // The surest first: a session that changed in nothing, then one of the same gateway, then one whose gateway is
        // called otherwise than before.
        let sure = |old, new| self.same_owner(old, new) && self.same_session(old, new);
        let likely = |old, new| self.same_owner(old, new);
        let renamed = |old, new| self.same_session(old, new);
        let rules: [&dyn Fn(u32, u32) -> bool; 3] = [&sure, &likely, &renamed];
        for is_same in rules {
            for &old in before {
                let row = &mut rows[old as usize];
                if *row == GONE
                    && let Some(at) = free.iter().position(|&new| is_same(old, new))
                {
                    *row = free.remove(at);
                }
            }
        }
    }

    /// Undoes pairs that have nothing but the id in common. In the order of the rows, which is mostly that of the answer,
    /// too: in that of the ids each look would be a cache miss.
    fn part_strangers(&self, rows: &mut [u32]) {
        if self.owners.is_empty() {
            return;
        }
        for (old, new) in (0..).zip(rows).filter(|(_, new)| **new != GONE) {
            if !self.same_owner(old, *new) && !self.same_session(old, *new) {
                *new = GONE;
            }
        }
    }

    fn same_owner(&self, old: u32, new: u32) -> bool {
        self.owners.iter().all(|owner| owner.is_same(old, new))
    }

    fn same_session(&self, old: u32, new: u32) -> bool {
        ColumnId::STANDARD.iter().all(|id| {
            let cell =
                |dataset: &'a Dataset, row: u32| dataset.column(id).map(|column| column.cell(row as usize));
            cell(self.old, old) == cell(self.new, new)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dataset::tests::sessions;
    use crate::dataset::{Cell, Concat, DatasetBuilder};

    #[test]
    fn a_session_is_found_again_by_its_client_id() {
        let old = sessions(&["A", "B", "C", "D"]);
        let new = sessions(&["X", "D", "B", "A"]);
        let follow = RowMapping::between(&old, &new);
        let rows: Vec<_> = (0..4).map(|row| follow.row(row)).collect();
        assert_eq!(rows, [Some(3), Some(2), None, Some(1)]);
        assert_eq!(follow.row(4), None);
    }

    #[test]
    fn equal_client_ids_are_paired_in_their_order_and_missing_ones_never() {
        let old = sessions(&["A", "", "A", "A"]);
        let new = sessions(&["", "A", "B", "A"]);
        let follow = RowMapping::between(&old, &new);
        let rows: Vec<_> = (0..4).map(|row| follow.row(row)).collect();
        assert_eq!(rows, [Some(1), None, Some(3), None]);
    }

    /// One session for each of these users, all with the same id.
    fn twins(users: &[&str]) -> Arc<Dataset> {
        let mut builder = DatasetBuilder::new(Dataset::default().headers()).unwrap();
        for user in users {
            builder.push(0, Cell::Text(user)).unwrap();
            for column in 1..6 {
                let cell = if column == 4 { Cell::Text("A") } else { Cell::Null };
                builder.push(column, cell).unwrap();
            }
        }
        Arc::new(builder.finish(None, None))
    }

    fn rows(old: &Dataset, new: &Dataset) -> Vec<Option<u32>> {
        let follow = RowMapping::between(old, new);
        (0..u32::try_from(old.len()).unwrap()).map(|row| follow.row(row)).collect()
    }

    #[test]
    fn a_session_is_not_taken_for_another_of_its_id_that_stays() {
        let old = twins(&["anna", "billy", "carl"]);
        assert_eq!(rows(&old, &twins(&["carl", "anna"])), [Some(1), None, Some(0)]);
        // One that is called otherwise than before is still the same one.
        assert_eq!(rows(&twins(&["anna"]), &twins(&["Anna"])), [Some(0)]);
    }

    #[test]
    fn the_same_id_on_another_gateway_is_somebody_else() {
        let both = |north: &[&str], south: &[&str]| {
            Concat::default()
                .next(vec![("north".to_owned(), twins(north)), ("south".to_owned(), twins(south))])
        };
        assert_eq!(rows(&both(&["anna"], &["billy"]), &both(&[], &["billy"])), [None, Some(0)]);
        assert_eq!(rows(&both(&["anna"], &[]), &both(&[], &["billy"])), [None]);
    }

    #[test]
    fn very_many_of_one_id_take_no_time() {
        let many = vec!["anna"; 200_000];
        let rows = rows(&twins(&many), &twins(&many));
        assert_eq!((rows.len(), rows[0], rows[199_999]), (200_000, Some(0), Some(199_999)));
    }
}
