//! Concatenates datasets.

use std::borrow::Cow;
use std::sync::Arc;

use super::builder::assemble;
use super::header::MAX_COLUMNS;
use super::parallel::{MIN_ROWS_FOR_TWO_THREADS, parallel_map_if};
use super::text_builder::{TextBuilder, TextOrder};
use super::{Column, ColumnId, ColumnType, Dataset, Header, OwnedColumn, TextColumn, Values, names};

/// A dataset with the name of its gateway or node.
pub type Part = (String, Arc<Dataset>);

/// Returns the rows of all parts, in the order of the parts.
///
/// The column `gateway` gets the name of the part, unless a part has such a column itself. A column that a part lacks is
/// null in its rows, and one with different types becomes text. [`Dataset::now`] is the earliest of the parts, and
/// [`Dataset::timezone`] is kept if all parts have the same.
#[must_use]
pub fn concat(parts: &[Part]) -> Dataset {
    concat_parts(parts, headers(parts))
}

/// Returns the rows of all parts like [`concat()`], but the column `gateway` always gets the name
/// of the part. If the part has such a column itself, its value is added, see [`nested_name`].
#[must_use]
pub fn concat_named(parts: &[Part]) -> Dataset {
    let headers = headers(parts).into_iter().filter(|header| header.name != names::GATEWAY);
    let mut dataset = concat_parts(parts, headers.collect());
    let ends = parts.iter().scan(0_usize, |end, (_, part)| {
        *end += part.len();
        Some(u32::try_from(*end).unwrap_or(u32::MAX))
    });
    dataset.gateway_ends = ends.collect();
    dataset
}

/// Returns the rows of both, without adding a column `gateway`. The clock and the time zone are those of `first`.
pub(crate) fn append(first: &Arc<Dataset>, second: Dataset) -> Dataset {
    let parts = [first.clone(), Arc::new(second)].map(|part| (String::new(), part));
    let columns = columns(&parts, headers(&parts));
    assemble(columns, first.now(), first.timezone().map(str::to_owned))
}

/// Returns the name of a part of a gateway, such as `Plant North / north-a`.
#[must_use]
pub fn nested_name(gateway: &str, part: &str) -> String {
    format!("{gateway} / {part}")
}

fn concat_parts(parts: &[Part], headers: Vec<Header>) -> Dataset {
    let has_gateway = headers.iter().any(|header| header.name == names::GATEWAY);
    let mut columns = columns(parts, headers);
    if !has_gateway {
        let header = Header { name: names::GATEWAY.to_owned(), column_type: ColumnType::String };
        columns.push((header, OwnedColumn::Text(gateway_names(parts))));
    }
    let now = parts.iter().filter_map(|(_, part)| part.now()).min();
    let timezone = parts
        .first()
        .and_then(|(_, part)| part.timezone())
        .filter(|timezone| parts.iter().all(|(_, part)| part.timezone() == Some(*timezone)));
    assemble(columns, now, timezone.map(str::to_owned))
}

/// Returns the columns of all parts, each once. Drops columns of the last parts beyond [`MAX_COLUMNS`].
fn headers(parts: &[Part]) -> Vec<Header> {
    let mut headers: Vec<Header> = Header::standard().into();
    for header in parts.iter().flat_map(|(_, part)| part.headers()) {
        let is_full = headers.len() == MAX_COLUMNS;
        match headers.iter_mut().find(|known| known.name == header.name) {
            Some(known) if known.column_type == header.column_type => {}
            Some(known) => known.column_type = ColumnType::String,
            None if is_full => {}
            None => headers.push(header),
        }
    }
    headers
}

fn columns(parts: &[Part], headers: Vec<Header>) -> Vec<(Header, OwnedColumn)> {
    let rows: usize = parts.iter().map(|(_, part)| part.len()).sum();
    parallel_map_if(rows >= MIN_ROWS_FOR_TWO_THREADS, headers, |header| {
        let column = column(&header, parts);
        (header, column)
    })
}

fn column(header: &Header, parts: &[Part]) -> OwnedColumn {
    let id = ColumnId::from(header.name.as_str());
    match header.column_type {
        ColumnType::Boolean => OwnedColumn::Boolean(values(&id, parts, |column| match column {
            Column::Boolean(values) => Some(values),
            _ => None,
        })),
        ColumnType::Date => OwnedColumn::Date(values(&id, parts, |column| match column {
            Column::Date(values) => Some(values),
            _ => None,
        })),
        ColumnType::Integer => OwnedColumn::Integer(values(&id, parts, |column| match column {
            Column::Integer(values) => Some(values),
            _ => None,
        })),
        ColumnType::Real => OwnedColumn::Real(values(&id, parts, |column| match column {
            Column::Real(values) => Some(values),
            _ => None,
        })),
        ColumnType::String | ColumnType::Other(_) => OwnedColumn::Text(texts(&id, parts)),
    }
}

fn values<'a, T: Copy + Default + 'a>(
    id: &ColumnId,
    parts: &'a [Part],
    values: impl Fn(Column<'a>) -> Option<&'a Values<T>>,
) -> Values<T> {
    let mut all = Values::new();
    for (_, part) in parts {
        match part.column(id).and_then(&values) {
            Some(column) => all.append(column),
            None => all.append_nulls(part.len()),
        }
    }
    all.shrunk_to_fit()
}

fn texts(id: &ColumnId, parts: &[Part]) -> TextColumn {
    let rows = parts.iter().map(|(_, part)| part.len()).sum();
    let mut all = TextBuilder::for_column(id, rows);
    for (_, part) in parts {
        match part.column(id).map(to_text) {
            // One lookup per distinct text, not per row.
            Some(column) => {
                let codes: Vec<u32> = column.texts().map(|text| all.intern(text)).collect();
                for &code in column.codes() {
                    all.push_code(codes.get(code as usize).copied().unwrap_or(TextColumn::NULL));
                }
            }
            None => (0..part.len()).for_each(|_| all.push_code(TextColumn::NULL)),
        }
    }
    all.finish()
}

fn gateway_names(parts: &[Part]) -> TextColumn {
    let mut all = TextBuilder::new(TextOrder::CodePoints);
    for (name, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
        if let Some(own) = part.column(&names::GATEWAY.into()).map(to_text) {
            let codes: Vec<u32> = own.texts().map(|text| all.intern(&nested_name(name, text))).collect();
            for &code in own.codes() {
                let code = codes.get(code as usize).copied();
                let code = code.unwrap_or_else(|| all.intern(name));
                all.push_code(code);
            }
        } else {
            let code = all.intern(name);
            (0..part.len()).for_each(|_| all.push_code(code));
        }
    }
    all.finish()
}

/// Returns the column as text.
fn to_text(column: Column<'_>) -> Cow<'_, TextColumn> {
    fn format<T: Copy + Default + ToString>(values: &Values<T>) -> Cow<'_, TextColumn> {
        let mut texts = TextBuilder::new(TextOrder::CodePoints);
        for row in 0..values.len() {
            texts.push(values.get(row).map(|value| value.to_string()).as_deref());
        }
        Cow::Owned(texts.finish())
    }
    match column {
        Column::Text(column) => Cow::Borrowed(column),
        Column::Boolean(values) => format(values),
        Column::Date(values) | Column::Integer(values) => format(values),
        Column::Real(values) => format(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Cell, DatasetBuilder};

    /// A dataset with one session, `NAME-user`, and one more column if given.
    fn part(name: &str, extra: Option<(&str, &str, Cell<'_>)>, now: i64) -> Part {
        let header = extra
            .map(|(name, column_type, _)| Header { name: name.to_owned(), column_type: column_type.into() });
        let mut builder =
            DatasetBuilder::new(Header::standard().into_iter().chain(header).collect()).unwrap();
        builder.push(0, Cell::Text(&format!("{name}-user"))).unwrap();
        for column in 1..6 {
            builder.push(column, Cell::Null).unwrap();
        }
        if let Some((_, _, cell)) = extra {
            builder.push(6, cell).unwrap();
        }
        (name.to_owned(), Arc::new(builder.finish(Some(now), None)))
    }

    fn cells<'a>(dataset: &'a Dataset, name: &str) -> Vec<Cell<'a>> {
        let column = dataset.column(&name.into()).unwrap();
        (0..dataset.len()).map(|row| column.cell(row)).collect()
    }

    #[test]
    fn appends_rows_and_fills_missing_columns_with_nulls() {
        let both = concat(&[
            part("north", Some(("memory", "Long", Cell::Integer(5))), 20),
            part("south", Some(("kind", "String", Cell::Text("Vision"))), 10),
        ]);
        assert_eq!(cells(&both, "username"), [Cell::Text("north-user"), Cell::Text("south-user")]);
        assert_eq!(cells(&both, "memory"), [Cell::Integer(5), Cell::Null]);
        assert_eq!(cells(&both, "kind"), [Cell::Null, Cell::Text("Vision")]);
        assert_eq!(cells(&both, names::GATEWAY), [Cell::Text("north"), Cell::Text("south")]);
        assert_eq!(both.now(), Some(10));
    }

    #[test]
    fn keeps_the_gateway_column_of_a_part() {
        let both = concat(&[
            part("north", Some((names::GATEWAY, "String", Cell::Text("itself"))), 0),
            part("south", None, 0),
        ]);
        assert_eq!(cells(&both, names::GATEWAY), [Cell::Text("itself"), Cell::Null]);
    }

    #[test]
    fn names_each_row_after_its_part_and_the_gateway_column_of_the_part() {
        let both = concat_named(&[
            part("north", Some((names::GATEWAY, "String", Cell::Text("a"))), 0),
            part("west", Some((names::GATEWAY, "String", Cell::Null)), 0),
            part("south", None, 0),
        ]);
        assert_eq!(
            cells(&both, names::GATEWAY),
            [Cell::Text("north / a"), Cell::Text("west"), Cell::Text("south")]
        );
        assert_eq!(both.columns().filter(|(id, _)| *id == names::GATEWAY.into()).count(), 1);
    }

    #[test]
    fn converts_columns_of_different_types_to_text() {
        let both = concat(&[
            part("north", Some(("x", "Long", Cell::Integer(5))), 0),
            part("south", Some(("x", "Boolean", Cell::Boolean(true))), 0),
        ]);
        assert_eq!(cells(&both, "x"), [Cell::Text("5"), Cell::Text("true")]);
    }

    #[test]
    fn shares_texts_of_different_parts() {
        let both = concat(&[part("b", None, 0), part("a", None, 0), part("b", None, 0)]);
        assert_eq!(both.username().codes(), [1, 0, 1]);
        assert_eq!(both.username().texts().collect::<Vec<_>>(), ["a-user", "b-user"]);
    }

    #[test]
    fn appends_rows_without_a_gateway() {
        let (_, first) = part("north", Some(("kind", "String", Cell::Text("Vision"))), 20);
        let (_, second) = part("south", None, 10);
        let all = append(&first, second.select(&[0, 0]));
        let user = Cell::Text("south-user");
        assert_eq!(cells(&all, "username"), [Cell::Text("north-user"), user, user]);
        assert_eq!(cells(&all, "kind"), [Cell::Text("Vision"), Cell::Null, Cell::Null]);
        assert_eq!((all.columns().count(), all.now()), (7, Some(20)));
        assert!(append(&first, second.select(&[])).has_same_sessions(&first));
    }

    #[test]
    fn returns_an_empty_dataset_without_parts() {
        assert!(concat(&[]).is_empty());
    }

    #[test]
    fn leaves_names_of_empty_parts_out_of_the_dictionary() {
        let both = concat(&[("north".to_owned(), Arc::default()), part("south", None, 0)]);
        let Some(Column::Text(gateway)) = both.column(&names::GATEWAY.into()) else {
            panic!("the column is text")
        };
        assert_eq!((gateway.texts().collect::<Vec<_>>(), gateway.codes()), (vec!["south"], &[0][..]));
    }

    #[test]
    fn limits_the_number_of_columns() {
        let parts = ["a", "b"].map(|letter| {
            let extra = (0..200)
                .map(|number| Header { name: format!("{letter}{number}"), column_type: ColumnType::Integer });
            let headers = Header::standard().into_iter().chain(extra).collect();
            (letter.to_owned(), Arc::new(DatasetBuilder::new(headers).unwrap().finish(None, None)))
        });
        assert_eq!(concat(&parts).columns().count(), MAX_COLUMNS + 1);
    }
}
