//! The order of two values of a column, which may be from two datasets.

use std::cmp::Ordering;

use super::text_builder::TextOrder;
use super::{Column, ColumnId, Dataset};

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
            let order = TextOrder::of(column);
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
