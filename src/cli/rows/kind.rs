//! Selects sessions by their kind.

use crate::cli::KindArg;
use crate::dataset::Dataset;
use crate::gateway::{RowKinds, SessionKind};

/// Keeps the rows of these kinds, or all rows if there are none. A session of unknown kind has none of them.
pub(super) fn retain(rows: &mut Vec<u32>, kinds: &[KindArg], dataset: &Dataset) {
    if kinds.is_empty() {
        return;
    }
    let row_kinds = RowKinds::of(dataset);
    rows.retain(|&row| row_kinds.kind(row).is_some_and(|kind| kinds.contains(&kind.into())));
}

impl From<SessionKind> for KindArg {
    fn from(kind: SessionKind) -> Self {
        match kind {
            SessionKind::Vision => Self::Client,
            SessionKind::Designer => Self::Designer,
            SessionKind::Perspective => Self::Perspective,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Cell, ColumnType, DatasetBuilder, Header, names};

    /// Creates a dataset with one row for each pair of `isDesigner` and the texts of the other columns.
    fn dataset(columns: &[&str], rows: &[(Option<bool>, &[&str])]) -> Dataset {
        let other =
            columns.iter().map(|name| Header { name: (*name).to_owned(), column_type: ColumnType::String });
        let mut builder = DatasetBuilder::new(Header::standard().into_iter().chain(other).collect()).unwrap();
        for (is_designer, texts) in rows {
            for column in 0..Header::standard().len() {
                let is_flag = builder.header(column).name == names::IS_DESIGNER;
                let flag = is_designer.filter(|_| is_flag).map_or(Cell::Null, Cell::Boolean);
                builder.push(column, flag).unwrap();
            }
            for (index, text) in texts.iter().enumerate() {
                let cell = if text.is_empty() { Cell::Null } else { Cell::Text(text) };
                builder.push(Header::standard().len() + index, cell).unwrap();
            }
        }
        builder.finish(None, None)
    }

    fn retained(dataset: &Dataset, kinds: &[KindArg]) -> Vec<u32> {
        let mut rows = (0..u32::try_from(dataset.len()).unwrap()).collect();
        retain(&mut rows, kinds, dataset);
        rows
    }

    use KindArg::{Client, Designer, Perspective};

    #[test]
    fn flag_decides_without_a_kind() {
        let dataset = dataset(&[], &[(Some(false), &[]), (Some(true), &[]), (None, &[])]);
        assert_eq!(retained(&dataset, &[]), [0, 1, 2]);
        assert_eq!(retained(&dataset, &[Client]), [0]);
        assert_eq!(retained(&dataset, &[Designer]), [1]);
        assert_eq!(retained(&dataset, &[Perspective]), [0; 0]);
        assert_eq!(retained(&dataset, &[Designer, Client, Perspective]), [0, 1]);
    }

    #[test]
    fn kind_and_scope_decide_before_the_flag() {
        let dataset = dataset(
            &["kind", "sessionScope"],
            &[
                (Some(false), &["Vision", ""]),
                (Some(true), &["Designer", ""]),
                (Some(false), &["Perspective", "browser"]),
                // A Designer's preview.
                (Some(true), &["Perspective", "designer"]),
                // A script that gives no kind, or one of its own.
                (Some(true), &["", "designer"]),
                (Some(false), &["Terminal", ""]),
                (None, &["perspective", ""]),
                (None, &["", ""]),
            ],
        );
        assert_eq!(retained(&dataset, &[Client]), [0, 5]);
        assert_eq!(retained(&dataset, &[Designer]), [1]);
        assert_eq!(retained(&dataset, &[Perspective]), [2, 3, 4, 6]);
    }
}
