//! The order in which a column is sorted.

use std::cmp::Ordering;

use super::case_order;
use super::text_builder::TextOrder;
use super::{Column, ColumnId, Dataset, TextColumn};

/// The sort order of a column of text.
enum SortOrder {
    /// The order of the dictionary.
    Dictionary(TextOrder),
    /// The order without regard to the case of letters.
    IgnoringCase,
}

impl SortOrder {
    /// Returns the order of a column.
    fn of(id: &ColumnId) -> Self {
        match id {
            // There are as many client IDs as rows, and those of one kind are in one case.
            ColumnId::Address | ColumnId::ClientId => Self::Dictionary(TextOrder::of(id)),
            _ => Self::IgnoringCase,
        }
    }

    /// Compares two texts, which may be from several dictionaries.
    fn compare(&self, text: &str, other: &str) -> Ordering {
        match self {
            Self::Dictionary(order) => order.compare(text, other),
            Self::IgnoringCase => case_order::compare(text, other),
        }
    }
}

/// Returns the rank of each code of a column in its sort order; `None` if that is the order of the codes.
pub(crate) fn sort_ranks<'a>(id: &ColumnId, texts: &'a TextColumn) -> Option<&'a [u32]> {
    match SortOrder::of(id) {
        SortOrder::Dictionary(_) => None,
        SortOrder::IgnoringCase => texts.ranks_ignoring_case(),
    }
}

/// Compares the values of a column in a row of a dataset and one of another, in the order in which the column is sorted. Nulls
/// come last, even if the order is `descending`. A column that one of them lacks, or has with another type, has no order.
pub(crate) fn compare_cells(
    column: &ColumnId,
    descending: bool,
    (dataset, row): (&Dataset, u32),
    (other, other_row): (&Dataset, u32),
) -> Ordering {
    let values = (dataset.column(column), other.column(column));
    let (row, other_row) = (row as usize, other_row as usize);
    match values {
        (Some(Column::Text(texts)), Some(Column::Text(others))) => {
            let order = SortOrder::of(column);
            nulls_last(texts.get(row), others.get(other_row), descending, |a, b| order.compare(a, b))
        }
        (Some(Column::Boolean(values)), Some(Column::Boolean(others))) => {
            nulls_last(values.get(row), others.get(other_row), descending, |a, b| a.cmp(&b))
        }
        (Some(Column::Date(values)), Some(Column::Date(others)))
        | (Some(Column::Integer(values)), Some(Column::Integer(others))) => {
            nulls_last(values.get(row), others.get(other_row), descending, |a, b| a.cmp(&b))
        }
        (Some(Column::Real(values)), Some(Column::Real(others))) => {
            nulls_last(values.get(row), others.get(other_row), descending, |a, b| {
                // -0.0 and 0.0 are the same number.
                (a + 0.0).total_cmp(&(b + 0.0))
            })
        }
        _ => Ordering::Equal,
    }
}

fn nulls_last<T>(
    value: Option<T>,
    other: Option<T>,
    descending: bool,
    compare: impl FnOnce(T, T) -> Ordering,
) -> Ordering {
    match (value, other) {
        (Some(value), Some(other)) if descending => compare(value, other).reverse(),
        (Some(value), Some(other)) => compare(value, other),
        (value, other) => value.is_none().cmp(&other.is_none()),
    }
}
