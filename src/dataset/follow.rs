//! The same sessions in two answers, one after the other: told by their client ids.

use super::{Dataset, RowsByCode};

/// A row that has no counterpart.
const GONE: u32 = u32::MAX;

/// Where each session of an older answer stands in a newer one.
///
/// What is kept by row number, such as a selection, is carried over by this. Sessions that share a client id, which a
/// gateway should not give, are paired in their order; a session without one is not found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    rows: Vec<u32>,
}

impl Follow {
    /// Compares two answers. Takes time in proportion to both.
    #[must_use]
    pub fn between(old: &Dataset, new: &Dataset) -> Self {
        let mut rows = vec![GONE; old.len()];
        let (old, new) = (RowsByCode::of(&old.client_id), RowsByCode::of(&new.client_id));
        // Both dictionaries are sorted: one walk through both finds the ids that both have.
        let (mut ours, mut theirs) = (0, 0);
        while ours < old.distinct() && theirs < new.distinct() {
            match old.text(ours).cmp(new.text(theirs)) {
                std::cmp::Ordering::Less => ours += 1,
                std::cmp::Ordering::Greater => theirs += 1,
                std::cmp::Ordering::Equal => {
                    for (&before, &after) in old.rows(ours).iter().zip(new.rows(theirs)) {
                        rows[before as usize] = after;
                    }
                    (ours, theirs) = (ours + 1, theirs + 1);
                }
            }
        }
        Self { rows }
    }

    /// The row in the newer answer of a session that stood in this row of the older one; `None` where it is gone.
    #[must_use]
    pub fn row(&self, old: u32) -> Option<u32> {
        self.rows.get(old as usize).copied().filter(|&row| row != GONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::tests::sessions;

    #[test]
    fn a_session_is_found_again_by_its_client_id() {
        let old = sessions(&["A", "B", "C", "D"]);
        let new = sessions(&["X", "D", "B", "A"]);
        let follow = Follow::between(&old, &new);
        let rows: Vec<_> = (0..4).map(|row| follow.row(row)).collect();
        assert_eq!(rows, [Some(3), Some(2), None, Some(1)]);
        assert_eq!(follow.row(4), None);
    }

    #[test]
    fn equal_client_ids_are_paired_in_their_order_and_missing_ones_never() {
        let old = sessions(&["A", "", "A", "A"]);
        let new = sessions(&["", "A", "B", "A"]);
        let follow = Follow::between(&old, &new);
        let rows: Vec<_> = (0..4).map(|row| follow.row(row)).collect();
        assert_eq!(rows, [Some(1), None, Some(3), None]);
    }
}
