//! Selects sessions by their kind.

use crate::cli::KindArg;
use crate::dataset::{Cell, Column, ColumnId, Dataset, names};

/// The column that only Perspective sessions have a value in: browser, designer, ios or android.
const SCOPE: &str = "sessionScope";

/// Keeps the rows of these kinds, or all rows if there are none. A session of unknown kind has none of them.
pub(super) fn retain(rows: &mut Vec<u32>, kinds: &[KindArg], dataset: &Dataset) {
    if kinds.is_empty() {
        return;
    }
    let column = |id: ColumnId| dataset.column(&id);
    let [kind, scope] = [names::KIND, SCOPE].map(|name| column(name.into()));
    let designer = column(ColumnId::IsDesigner);
    rows.retain(|&row| {
        let kind = named(text(kind, row))
            .or_else(|| text(scope, row).map(|_| KindArg::Perspective))
            .or_else(|| by_flag(designer, row));
        kind.is_some_and(|kind| kinds.contains(&kind))
    });
}

fn text(column: Option<Column<'_>>, row: u32) -> Option<&str> {
    match column?.cell(row as usize) {
        Cell::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Returns the kind with this name, as the REST API and the Web Dev script write it.
fn named(name: Option<&str>) -> Option<KindArg> {
    let name = name?.to_ascii_lowercase();
    [
        ("vision", KindArg::Client),
        ("client", KindArg::Client),
        ("designer", KindArg::Designer),
        ("perspective", KindArg::Perspective),
    ]
    .into_iter()
    .find_map(|(known, kind)| (name == known).then_some(kind))
}

fn by_flag(designer: Option<Column<'_>>, row: u32) -> Option<KindArg> {
    match designer?.cell(row as usize) {
        Cell::Boolean(true) => Some(KindArg::Designer),
        Cell::Boolean(false) => Some(KindArg::Client),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ColumnType, DatasetBuilder, Header};

    /// Creates a dataset with one row for each pair of `isDesigner` and the texts of the further columns.
    fn dataset(columns: &[&str], rows: &[(Option<bool>, &[&str])]) -> Dataset {
        let further =
            columns.iter().map(|name| Header { name: (*name).to_owned(), kind: ColumnType::String });
        let mut builder =
            DatasetBuilder::new(Header::standard().into_iter().chain(further).collect()).unwrap();
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
